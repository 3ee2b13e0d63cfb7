"""Stopping: how many replicates give an interval of the wanted half-width, without spoiling its coverage.

Looking again and again and stopping at the first narrow interval stops too early, at samples that happen to look calm.
Stein's rule avoids this: the first `fewest` pairs fix a least number of pairs, N = (t s / h)^2 with their standard deviation
s and t of fewest - 1 degrees of freedom, and the interval mean +- t s / sqrt(N) covers with exactly 95 % for normal
differences, whatever their variance. Later looks may add pairs, never take any away: the interval reported is the wider
of Stein's and of the t interval of all pairs, and runs are added until that is narrow enough. The mean of normal values
does not depend on their spread, so a rule that looks at spreads alone cannot lower the coverage; for skewed differences,
whose first few look too calm, it is what keeps it.

Skewness itself asks for no pairs. To ask for Cochran's 25 times its square, as the pairs so far show it, was tried on
lognormal differences of skewness 2 and 3: coverage rose from 90 to 92 % on average for twice the runs, and stays short of
95 %. A result says instead which of its effects are too skewed for their pairs (see effects.few_for_their_skew).

Sources: stein1945
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.analysis.effects import Numbers, t_quantile

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Wanted:
    """A half-width: in the metric's unit, or as a share of the first arm's mean."""

    width: float
    relative: bool = False


@dataclass(frozen=True)
class Need:
    """What one effect needs."""

    point: int
    arm: str
    metric: str
    sd: float
    """Standard deviation of the differences so far."""
    wanted: float
    """Half-width wanted, in the metric's unit."""
    replicates: int
    """Replicates that reach it."""


def needs(runs: "pd.DataFrame", reference: str, wanted: Mapping[str, Wanted], fewest: int) -> list[Need]:
    """What every effect needs, by the runs so far; the first `fewest` replicates are the first stage.

    With one arm its means are meant. An effect that shows no variation at all needs no more than the first stage.
    """
    rows: list[Need] = []
    arms = list(dict.fromkeys(runs["arm"]))
    for point, here in runs.groupby("point", sort=True):
        for metric, want in wanted.items():
            table = here.pivot(index="replicate", columns="arm", values=metric)
            if reference not in table:
                continue
            base = table[reference]
            half = want.width * abs(float(base[base.index < fewest].mean())) if want.relative else want.width
            for arm in [a for a in arms if a != reference] or [reference]:
                values = (table[arm] - base if arm != reference else base).dropna()
                sd = float(values.std(ddof=1)) if len(values) > 1 else math.nan
                first = values[values.index < fewest].to_numpy(float)
                pairs = needed(first, values.to_numpy(float), half, fewest)
                lost = int(runs["replicate"].max()) + 1 - len(values)  # failed runs take their pairs away
                rows.append(Need(int(str(point)), arm, metric, sd, half, pairs + (lost if pairs > fewest else 0)))
    return rows


def needed(first: Numbers, seen: Numbers, half: float, fewest: int) -> int:
    """Pairs for this half-width: what Stein's interval needs by the first stage, and the t interval by all seen so far."""
    return max(
        replicates_for(float(values.std(ddof=1)) if len(values) > 1 else math.nan, half, len(values), fewest)
        for values in (first, seen)
    )


def next_look(seen: int, wanted: int, most: int) -> int:
    """How many pairs to have at the next look, a tenth more than now at least; as many as now when they are enough."""
    return min(max(wanted, math.ceil(1.1 * seen)), max(most, seen)) if wanted > seen else seen


def replicates_for(sd: float, half: float, n: int, fewest: int) -> int:
    """Pairs for this half-width, when n pairs of a first stage have this standard deviation."""
    if n < 2 or not sd > 0:
        return fewest
    if not half > 0:
        return 10**9
    return max(fewest, min(math.ceil((t_quantile(n) * sd / half) ** 2), 10**9))
