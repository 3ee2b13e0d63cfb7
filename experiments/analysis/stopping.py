"""Stopping: how many replicates give an interval of the wanted half-width, without spoiling its coverage.

Looking again and again and stopping at the first narrow interval stops too early, at samples that happen to look calm.
Stein's two stages avoid this: the first `fewest` pairs fix the number of all pairs, N = (t s / h)^2 with their standard
deviation s and t of fewest - 1 degrees of freedom. The interval mean +- t s / sqrt(N) then covers with exactly 95 % for
normal differences, whatever their variance, and its half-width is known after the first stage.

Sources: stein1945
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.analysis.effects import t_quantile

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
    """Standard deviation of the differences in the first stage."""
    wanted: float
    """Half-width wanted, in the metric's unit."""
    replicates: int
    """Pairs that reach it."""


def needs(first: "pd.DataFrame", reference: str, wanted: Mapping[str, Wanted], fewest: int) -> list[Need]:
    """What every effect needs, from the runs of the first stage (replicates below `fewest`); with one arm, its means.

    An effect that shows no variation at all needs no more than the first stage.
    """
    rows: list[Need] = []
    first = first[first["replicate"] < fewest]
    arms = list(dict.fromkeys(first["arm"]))
    for point, here in first.groupby("point", sort=True):
        for metric, want in wanted.items():
            table = here.pivot(index="replicate", columns="arm", values=metric)
            if reference not in table:
                continue
            base = table[reference]
            half = want.width * abs(float(base.mean())) if want.relative else want.width
            for arm in [a for a in arms if a != reference] or [reference]:
                values = (table[arm] - base if arm != reference else base).dropna()
                sd = float(values.std(ddof=1)) if len(values) > 1 else math.nan
                rows.append(Need(int(str(point)), arm, metric, sd, half, replicates_for(sd, half, len(values), fewest)))
    return rows


def replicates_for(sd: float, half: float, n: int, fewest: int) -> int:
    """Pairs for this half-width, when n pairs of a first stage have this standard deviation."""
    if n < 2 or not sd > 0:
        return fewest
    if not half > 0:
        return 10**9
    return max(fewest, min(math.ceil((t_quantile(n) * sd / half) ** 2), 10**9))


def half_width(sd: float, first: int, n: int) -> float:
    """Half-width of the 95 % interval after both stages: sd from the `first` pairs, the mean from all n."""
    return t_quantile(first) * sd / math.sqrt(n) if n > 0 else math.nan
