"""Effects: what an arm changes, measured pair by pair on shared chance (common random numbers).

Replicate r has the same luck (common random numbers) in every arm, so each arm's effect is the mean of the differences within pairs. Every
effect comes with a 95 % interval and one that holds for all arms of an outcome at once (or of all the outcomes that a
study calls primary; see intervals), with effect sizes, with what it says beside the smallest difference that matters, and
how many times more runs an unpaired comparison would have needed.

Sources: dunnett1955, klein2024, schuirmann1987
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.intervals import (
    LEVEL,
    Numbers,
    interval,
    joint_quantile,
    pairs_for,
    skewness,
    t_quantile,
)  # fmt: skip
from experiments.analysis.stopping import Wanted

if TYPE_CHECKING:
    import pandas as pd

HIGHER, LOWER, SAME, UNKNOWN = "higher", "lower", "no difference that matters", "not known"
"""What an effect says: its interval leaves out 0; the 90 % interval lies within what matters; neither."""


@dataclass(frozen=True)
class Effect:
    """The paired effect of one arm on one metric at one point, against the first arm."""

    point: int
    arm: str
    metric: str
    n: int
    """Pairs."""
    reference: float
    """Mean of the first arm."""
    mean: float
    """Mean of this arm."""
    effect: float
    """Mean paired difference."""
    sd: float
    """Standard deviation of the differences."""
    low: float
    high: float
    """95 % interval of the effect; NaN below five pairs."""
    joint_low: float
    joint_high: float
    """Interval that holds for all arms of this point and metric at once with 95 %; of a primary metric for all of these."""
    says: str
    """`higher`, `lower`, `no difference that matters` or `not known`."""
    matters: float
    """The smallest difference that matters, as the study states it, in the metric's unit; NaN where it states none."""
    relative: float
    """Effect as a share of the first arm's mean."""
    d_z: float
    """Effect in standard deviations of the differences."""
    cliff: float
    """Chance that a run of this arm is above one of the first arm minus the reverse (Cliff's delta), -1 to 1."""
    above: float
    """Share of pairs in which this arm is above the first."""
    skew: float
    """Skewness of the differences."""
    correlation: float
    """Correlation within pairs: what shared chance achieved."""
    gain: float
    """How many times more runs an unpaired comparison would need for the same interval."""


@dataclass(frozen=True)
class Asked:
    """What a study asks of its effects beyond their intervals."""

    primary: tuple[str, ...] = ()
    """Metrics whose joint intervals hold for all of them at once."""
    matters: Mapping[str, Wanted] | None = None
    """The smallest difference of a metric that matters."""
    until: Mapping[str, Wanted] | None = None
    """Half-widths until which runs were added: no interval is shown narrower than what was asked for."""
    worth: float | None = None
    """Yuan that one averted unmet person-week is worth."""

    def half(self, metric: str, reference: float) -> float:
        """The half-width that runs were added for, in the metric's unit; 0 where none was."""
        return self.until[metric].at(reference) if self.until and metric in self.until else 0.0

    def least(self, metric: str, reference: float) -> float:
        """The smallest difference that matters, in the metric's unit; NaN where none is stated."""
        return self.matters[metric].at(reference) if self.matters and metric in self.matters else math.nan


def effects(runs: "pd.DataFrame", reference: str, metrics: Sequence[str], asked: Asked | None = None) -> "pd.DataFrame":
    """Every arm's effect on every metric at every point, one row each.

    `runs` has the columns arm, point, replicate and the metrics. Pairs lack where one of the two runs failed.
    """
    import pandas as pd

    asked = asked or Asked()
    rows: list[Effect] = []
    arms = [arm for arm in dict.fromkeys(runs["arm"]) if arm != reference]
    for point, here in runs.groupby("point", sort=True):
        tables = {metric: here.pivot(index="replicate", columns="arm", values=metric) for metric in metrics}
        tables = {metric: table for metric, table in tables.items() if reference in table}
        together = _over(tables, reference, arms, [m for m in tables if m in asked.primary])
        for metric, table in tables.items():
            base = table[reference].to_numpy(float)
            joint = together if metric in asked.primary else _over(tables, reference, arms, [metric])
            rows += [
                effect_of(table[arm].to_numpy(float), base, joint, (int(str(point)), arm, metric), asked)
                for arm in arms
                if arm in table
            ]
    return pd.DataFrame([asdict(row) for row in rows], columns=list(Effect.__dataclass_fields__))


def _over(tables: "Mapping[str, pd.DataFrame]", reference: str, arms: Sequence[str], metrics: Sequence[str]) -> float:
    """The quantile for intervals that hold for all arms of these metrics at once."""
    gaps = [
        tables[m][arm].to_numpy(float) - tables[m][reference].to_numpy(float)
        for m, arm in product(metrics, arms)
        if arm in tables[m]
    ]
    if not gaps:
        return math.nan
    table = np.column_stack(gaps)
    return joint_quantile(table[np.isfinite(table).all(axis=1)])


def effect_of(
    arm: Numbers,
    reference: Numbers,
    joint: float = math.nan,
    label: tuple[int, str, str] = (0, "", ""),
    asked: Asked | None = None,
) -> Effect:
    """The paired effect of two columns of runs, row r being replicate r; `joint`: the quantile of the joint interval."""
    whole = np.isfinite(arm) & np.isfinite(reference)
    a, b = arm[whole], reference[whole]
    d, n, asked = a - b, int(whole.sum()), asked or Asked()
    mean, base = (float(d.mean()), float(b.mean())) if n else (np.nan, np.nan)
    sd = float(d.std(ddof=1)) if n > 1 else np.nan
    half, least = asked.half(label[2], base), asked.least(label[2], base)
    low, high = _at_least(interval(d), mean, half)
    joint = t_quantile(n) if math.isnan(joint) else max(joint, t_quantile(n))
    joint_low, joint_high = _at_least(interval(d, joint), mean, half)
    apart = (a.var(ddof=1) + b.var(ddof=1)) if n > 1 else np.nan
    spread = n > 1 and a.std() > 0 and b.std() > 0
    return Effect(
        *label,
        n=n,
        reference=base,
        mean=float(a.mean()) if n else np.nan,
        effect=mean,
        sd=sd,
        low=low,
        high=high,
        joint_low=joint_low,
        joint_high=joint_high,
        says=says(low, high, _at_least(interval(d, level=2 * LEVEL - 1), mean, half), least),
        matters=least,
        relative=mean / base if n and base else np.nan,
        d_z=mean / sd if n > 1 and sd > 0 else np.nan,
        cliff=cliff(a, b),
        above=float((d > 0).mean()) if n else np.nan,
        skew=skewness(d) if n > 2 and sd > 0 else np.nan,
        correlation=float(np.corrcoef(a, b)[0, 1]) if spread else np.nan,
        gain=float(apart / sd**2) if n > 1 and sd > 0 else np.nan,
    )


def _at_least(ends: tuple[float, float], mean: float, half: float) -> tuple[float, float]:
    """The interval, no narrower than the half-width at which runs stopped: looking until it is narrow picks calm samples."""
    low, high = ends
    return (min(low, mean - half), max(high, mean + half)) if high > low else ends


def says(low: float, high: float, narrower: tuple[float, float], least: float) -> str:
    """What an effect says by its interval and, of `no difference that matters`, by two one-sided tests of 5 %."""
    within = least > 0 and -least < narrower[0] and narrower[1] < least
    if low == high == 0.0 or within:
        return SAME
    return known_way(low, high)


def known_way(low: float, high: float) -> str:
    """Whether an effect is known to be higher or lower, however little of it; else that it is not known."""
    return HIGHER if low > 0 else LOWER if high < 0 else UNKNOWN


def advice(table: "pd.DataFrame") -> "pd.DataFrame":
    """One row an outcome: what its pairs can tell (`tells`), and how many tell what matters (`pairs`, 0 where none is stated).

    `tells`: the difference whose interval leaves out 0 in eight of ten studies of as many pairs. Both depend on the
    standard deviation of the differences alone, pooled over arms and points: an estimate that is right on average
    whatever the number of pairs, unlike one of skewness. `pairs`: the half-width of the interval is what matters.
    """
    import pandas as pd
    from scipy.special import stdtrit

    rows = []
    for metric, own in table[(table["n"] > 1) & (table["sd"] > 0)].groupby("metric", sort=False):
        n, sd = int(own["n"].min()), math.sqrt(float((own["sd"] ** 2 * (own["n"] - 1)).sum() / (own["n"] - 1).sum()))
        reach = t_quantile(n) + float(stdtrit(n - 1, 0.8))
        least = float(own["matters"].min())
        pairs = pairs_for(sd, least) if least > 0 else 0
        rows.append(
            {"metric": metric, "n": n, "sd": sd, "tells": reach * sd / math.sqrt(n), "matters": least, "pairs": pairs}
        )
    return pd.DataFrame(rows, columns=["metric", "n", "sd", "tells", "matters", "pairs"])


def with_values(table: "pd.DataFrame", runs: "pd.DataFrame", varies: Sequence[str]) -> "pd.DataFrame":
    """The table with what each point's factors are, beside its number."""
    named = [name for name in varies if name in runs and name not in table]
    if "point" not in table or not named:
        return table
    values = runs.drop_duplicates("point").set_index("point")[named].reindex(table["point"]).set_axis(table.index)
    at = list(table).index("point") + 1
    return table.iloc[:, :at].join(values).join(table.iloc[:, at:])


def cliff(a: Numbers, b: Numbers) -> float:
    """Cliff's delta: P(a > b) - P(a < b) over all pairs of values."""
    if not a.size or not b.size:
        return np.nan
    b = np.sort(b)
    above = np.searchsorted(b, a, "left").sum()
    below = (b.size - np.searchsorted(b, a, "right")).sum()
    return float((above - below) / (a.size * b.size))
