"""Stopping: how many replicates give an interval of the wanted half-width, without spoiling its coverage.

Looking again and again and stopping at the first narrow interval stops too early, at samples that happen to look calm;
where differences are skewed, these are the samples that missed the long tail. Four things keep the coverage:

- the first look is at 40 pairs or more (a study that asks for fewer begins with 40);
- the interval that must be narrow is the one that is reported, which grows with the skewness seen (see intervals);
- runs are added until there are 10 % more than that asks for;
- the interval reported is never narrower than the half-width that was asked for.

docs/intervals.md has what they achieve: normal differences need 1.4 times the pairs of somebody who knew their variance.

Sources: stein1945, hoad2010
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.analysis.intervals import Numbers, pairs_for, skewness

if TYPE_CHECKING:
    import pandas as pd

FIRST = 40
"""Pairs at the first look, at least."""
MORE = 1.1
"""How many times as many pairs as the interval seems to need."""


@dataclass(frozen=True)
class Wanted:
    """A width: in the metric's unit, or as a share of the first arm's mean."""

    width: float
    relative: bool = False

    def at(self, reference: float) -> float:
        """The width in the metric's unit, where the first arm's mean is this."""
        return self.width * abs(reference) if self.relative else self.width


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
    """What every effect needs, by the runs so far; the first `fewest` replicates are the first look.

    With one arm its means are meant. An effect that shows no variation at all needs no more than the first look.
    """
    rows: list[Need] = []
    arms = list(dict.fromkeys(runs["arm"]))
    for point, here in runs.groupby("point", sort=True):
        for metric, want in wanted.items():
            table = here.pivot(index="replicate", columns="arm", values=metric)
            if reference not in table:
                continue
            base = table[reference]
            half = want.at(float(base.mean()))
            for arm in [a for a in arms if a != reference] or [reference]:
                values = (table[arm] - base if arm != reference else base).dropna().to_numpy(float)
                sd = float(values.std(ddof=1)) if len(values) > 1 else math.nan
                pairs = needed(values, half, fewest)
                lost = int(runs["replicate"].max()) + 1 - len(values)  # failed runs take their pairs away
                rows.append(Need(int(str(point)), arm, metric, sd, half, pairs + (lost if pairs > fewest else 0)))
    return rows


def needed(seen: Numbers, half: float, fewest: int) -> int:
    """Pairs for this half-width, by the pairs seen so far."""
    fewest = max(fewest, FIRST)
    if len(seen) < 2 or not seen.std() > 0:
        return fewest
    return max(fewest, min(math.ceil(MORE * pairs_for(float(seen.std(ddof=1)), half, skewness(seen))), 10**9))


def next_look(seen: int, wanted: int, most: int) -> int:
    """How many pairs to have at the next look, a tenth more than now at least; as many as now when they are enough."""
    return min(max(wanted, math.ceil(1.1 * seen)), max(most, seen)) if wanted > seen else seen
