"""Effects: what an arm changes, measured pair by pair on shared chance (common random numbers).

Replicate r has the same luck (common random numbers) in every arm, so each arm's effect is the mean of the differences within pairs. Every
effect comes with a t and a BCa bootstrap interval (95 %), an interval that holds for all arms of an outcome at once,
effect sizes, and how many times more runs an unpaired comparison would have needed.

Sources: efron1987, hesterberg2015, dunnett1955, klein2024, cochran1977
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

type Numbers = NDArray[np.float64]

LEVEL = 0.95
BOOTSTRAPS = 2000
_DRAWS = 20_000


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
    """95 % t interval of the effect."""
    bca_low: float
    bca_high: float
    """95 % bias-corrected and accelerated bootstrap interval."""
    joint_low: float
    joint_high: float
    """Interval that holds for all arms of this point and metric at once with 95 %."""
    relative: float
    """Effect as a share of the first arm's mean."""
    d_z: float
    """Effect in standard deviations of the differences."""
    cliff: float
    """Chance that a run of this arm is above one of the first arm minus the reverse (Cliff's delta), -1 to 1."""
    above: float
    """Share of pairs in which this arm is above the first."""
    skew: float
    """Skewness of the differences: what makes intervals from few pairs too short."""
    correlation: float
    """Correlation within pairs: what shared chance achieved."""
    gain: float
    """How many times more runs an unpaired comparison would need for the same interval."""


def effects(runs: "pd.DataFrame", reference: str, metrics: Sequence[str], first_stage: int = 0) -> "pd.DataFrame":
    """Every arm's effect on every metric at every point, one row each.

    `runs` has the columns arm, point, replicate and the metrics. Pairs lack where one of the two runs failed. When the
    number of replicates was chosen from the first few (`first_stage`), no interval is narrower than Stein's rule allows
    (see stopping).
    """
    import pandas as pd

    rows: list[Effect] = []
    arms = [arm for arm in dict.fromkeys(runs["arm"]) if arm != reference]
    for point, here in runs.groupby("point", sort=True):
        for metric in metrics:
            table = here.pivot(index="replicate", columns="arm", values=metric)
            if reference not in table:
                continue
            table = table.reindex(
                range(int(table.index.max()) + 1)
            )  # a row a replicate, also where all its runs failed
            present = [arm for arm in arms if arm in table]
            by_first = joint_quantile(table, reference, present, first_stage) if first_stage else np.nan
            stages = joint_quantile(table, reference, present), by_first
            base = table[reference].to_numpy(float)
            rows += [
                effect_of(table[arm].to_numpy(float), base, stages, (int(str(point)), arm, metric), first_stage)
                for arm in present
            ]
    return pd.DataFrame([asdict(row) for row in rows], columns=list(Effect.__dataclass_fields__))


def effect_of(
    arm: Numbers,
    reference: Numbers,
    joint: tuple[float, float] = (np.nan, np.nan),
    label: tuple[int, str, str] = (0, "", ""),
    first_stage: int = 0,
) -> Effect:
    """The paired effect of two columns of runs, row r being replicate r.

    `joint`: the quantiles of the joint interval, by all pairs and by the first stage.
    """
    whole = np.isfinite(arm) & np.isfinite(reference)
    a, b = arm[whole], reference[whole]
    d, n = a - b, int(whole.sum())
    mean = float(d.mean()) if n else np.nan
    sd = float(d.std(ddof=1)) if n > 1 else np.nan
    plain = t_quantile(n) * sd / np.sqrt(n) if n > 1 else np.nan
    half, wide = plain, max(plain, joint[0] * sd / np.sqrt(n)) if n > 1 else np.nan
    first = d[: int(whole[:first_stage].sum())]
    if first.size > 1:
        spread_then = first.std(ddof=1) / np.sqrt(n)
        half = max(half, t_quantile(first.size) * spread_then)
        wide = max(wide, half, joint[1] * spread_then)
    bca_low, bca_high = bca(d, wider=half / plain if n > 1 and plain > 0 else 1.0)
    apart = (a.var(ddof=1) + b.var(ddof=1)) if n > 1 else np.nan
    spread = n > 1 and a.std() > 0 and b.std() > 0
    return Effect(
        *label,
        n=n,
        reference=float(b.mean()) if n else np.nan,
        mean=float(a.mean()) if n else np.nan,
        effect=mean,
        sd=sd,
        low=mean - half,
        high=mean + half,
        bca_low=bca_low,
        bca_high=bca_high,
        joint_low=mean - wide,
        joint_high=mean + wide,
        relative=mean / b.mean() if n and b.mean() else np.nan,
        d_z=mean / sd if n > 1 and sd > 0 else np.nan,
        cliff=cliff(a, b),
        above=float((d > 0).mean()) if n else np.nan,
        skew=float(((d - mean) ** 3).mean() / d.std() ** 3) if n > 2 and d.std() > 0 else np.nan,
        correlation=float(np.corrcoef(a, b)[0, 1]) if spread else np.nan,
        gain=float(apart / sd**2) if n > 1 and sd > 0 else np.nan,
    )


def few_for_their_skew(table: "pd.DataFrame") -> "pd.DataFrame":
    """The rows of effects whose pairs are fewer than 25 times the squared skewness: Cochran's rule for a mean's interval.

    With fewer, a sample often misses the rare large differences, and its intervals hold the truth less often than said.
    """
    return table[table["n"] < 25 * table["skew"] ** 2]


def t_quantile(n: int, level: float = LEVEL) -> float:
    """Half-width of a two-sided t interval from n values, in standard errors."""
    from scipy.special import stdtrit

    return float(stdtrit(n - 1, 0.5 + level / 2)) if n > 1 else np.nan


def bca(values: Numbers, level: float = LEVEL, draws: int = BOOTSTRAPS, wider: float = 1.0) -> tuple[float, float]:
    """BCa bootstrap interval of a mean, widened for few values; the same values give the same interval, NaN below 3.

    `wider`: how many times wider a rule of stopping asks the t interval to be.
    """
    from scipy.special import ndtr, ndtri

    n = values.size
    if n < 3:
        return np.nan, np.nan
    if np.ptp(values) == 0:
        return float(values[0]), float(values[0])
    chance = np.random.default_rng(n)
    some = max(1, min(500, 250_000 // n))  # resamples at a time: of many values, few, for the memory they take
    means = np.concatenate(
        [values[chance.integers(0, n, (min(some, draws - i), n))].mean(axis=1) for i in range(0, draws, some)]
    )
    mean = values.mean()
    below = ((means < mean).sum() + 0.5 * (means == mean).sum()) / draws
    bias = ndtri(np.clip(below, 1 / draws, 1 - 1 / draws))
    gaps = values - mean  # the jackknife means differ from the mean by -gap / (n - 1)
    skew = float((gaps**3).sum() / (6 * (gaps**2).sum() ** 1.5))
    # A plain bootstrap of few values is too short by as much as a normal instead of a t interval with 1/n for 1/(n-1).
    # That bias and skewness are estimated too costs about 2/n more, by the coverage that the tests measure.
    reach = wider * np.sqrt(n / (n - 1)) * t_quantile(n, level) * (1 + 2 / n)
    ends = bias + np.array([-reach, reach])
    low, high = np.quantile(means, ndtr(bias + ends / (1 - skew * ends)))
    return float(low), float(high)


def cliff(a: Numbers, b: Numbers) -> float:
    """Cliff's delta: P(a > b) - P(a < b) over all pairs of values."""
    if not a.size or not b.size:
        return np.nan
    b = np.sort(b)
    above = np.searchsorted(b, a, "left").sum()
    below = (b.size - np.searchsorted(b, a, "right")).sum()
    return float((above - below) / (a.size * b.size))


def joint_quantile(
    table: "pd.DataFrame", reference: str, arms: Sequence[str], first_stage: int = 0, level: float = LEVEL
) -> float:
    """The quantile of the largest |t| over the arms, given how their differences correlate (drawn, always alike).

    `first_stage`: replicates that the standard deviations come from, 0 for all.
    """
    if not arms:
        return np.nan
    gaps = table[list(arms)].sub(table[reference], axis=0)
    differences = gaps.dropna().to_numpy(float)
    n, k = differences.shape
    n = len(gaps[gaps.index < first_stage].dropna()) if first_stage else n
    if n < 3 or k == 1:
        return t_quantile(n, level)
    scale = differences.std(axis=0, ddof=1)
    moving = differences[:, scale > 0]
    if moving.shape[1] < 2:
        return t_quantile(n, level)
    root = np.linalg.cholesky(np.corrcoef(moving.T) + 1e-9 * np.eye(moving.shape[1]))
    chance = np.random.default_rng(k)
    normal = chance.standard_normal((_DRAWS, moving.shape[1])) @ root.T
    return float(np.quantile(np.abs(normal).max(axis=1) / np.sqrt(chance.chisquare(n - 1, _DRAWS) / (n - 1)), level))


def profile_bands(profiles: "pd.DataFrame", level: float = LEVEL) -> "pd.DataFrame":
    """Adds `low` and `high`, the t interval of each week's mean difference, to a table of profiles."""
    n = profiles["n"].to_numpy(float)
    quantile = {k: t_quantile(int(k), level) for k in np.unique(n)}
    half = np.array([quantile[k] for k in n]) * profiles["sd"].to_numpy(float) / np.sqrt(n)
    return profiles.assign(low=profiles["mean"] - half, high=profiles["mean"] + half)
