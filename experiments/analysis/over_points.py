"""Over points: what an arm changes where a parameter is uncertain, and for how many communities it is a gain.

All points share their luck (common random numbers), so the differences from the first arm are a table of points x replicates:

    difference = mean + what the point does + what the luck does + rest

Spread over points is what is not known of the world; spread over luck is what remains when the world is known. They are kept
apart, as one can be learned and the other not. The mean has an interval that counts both: those of the point means and
of the replicate means, each by the one interval of this house, their reaches added as squares. Quantiles and the share
of the space speak of a point's own effect: luck that blurs it is taken off (points are drawn together until their variance is
that of the effects), luck that all points share is in the intervals.

A community that gains is another question: there one pair of runs counts, luck included, as a community lives only once.

Sources: louis1984, zou2008, korn1998, woodruff1952
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.intervals import FEWEST, Numbers, interval, t_quantile

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = {"low_tenth": 0.1, "median": 0.5, "high_tenth": 0.9}
TOLD_APART = 0.9
"""Share of the variance between point means that is due to the points, from which on their own effects are known."""
FEWEST_GAIN = 20
"""Pairs below which nothing is said about a worst tenth."""


@dataclass(frozen=True)
class Overall:
    """An arm's effect on a metric over the points of a sample, against the first arm."""

    arm: str
    metric: str
    points: int
    n: int
    """Replicates: all points share their luck."""
    effect: float
    """Mean over points and luck."""
    low: float
    high: float
    """95 % interval that counts both; NaN below five points or replicates."""
    points_low: float
    points_high: float
    """What of it is due to the points alone."""
    luck_low: float
    luck_high: float
    """What of it is due to luck alone."""
    sd_points: float
    """Standard deviation of the points' own effects: what is not known of the world."""
    sd_luck: float
    """Standard deviation of a pair's difference at a point that is known."""
    low_tenth: float
    low_tenth_low: float
    low_tenth_high: float
    median: float
    median_low: float
    median_high: float
    high_tenth: float
    high_tenth_low: float
    high_tenth_high: float
    """Quantiles of the points' own effects, NaN where these cannot be told apart; ends are infinite where points are too few for one."""
    better: float
    better_low: float
    better_high: float
    """Share of the space in which the arm is better; NaN as well of a metric that has no better side."""


def overall(
    runs: "pd.DataFrame", reference: str, metrics: Sequence[str], better: Mapping[str, int], points: Sequence[int]
) -> "pd.DataFrame":
    """Every arm's effect on every metric over these points, which are a sample of what is uncertain."""
    import pandas as pd

    rows = [
        asdict(_overall(arm, metric, gaps, better.get(metric, 0)))
        for arm, metric, gaps in differences(runs[runs["point"].isin(points)], reference, metrics)
    ]
    return pd.DataFrame(rows, columns=list(Overall.__dataclass_fields__))


def differences(runs: "pd.DataFrame", reference: str, metrics: Sequence[str]) -> Iterator[tuple[str, str, Numbers]]:
    """Of every arm and metric the differences from the first arm, points x replicates, as far as no run lacks."""
    points, replicates = np.unique(runs["point"]), np.unique(runs["replicate"])
    own = {str(arm): at for arm, at in runs.groupby("arm", sort=False).indices.items()}
    row, column = np.searchsorted(points, runs["point"]), np.searchsorted(replicates, runs["replicate"])

    def table(arm: str, values: Numbers) -> Numbers:
        found = np.full((points.size, replicates.size), np.nan)
        found[row[own[arm]], column[own[arm]]] = values[own[arm]]
        return found

    for metric in metrics if reference in own else ():
        values = runs[metric].to_numpy(float)
        for arm in [arm for arm in dict.fromkeys(runs["arm"]) if arm != reference]:
            gaps = table(arm, values) - table(reference, values)
            yield arm, metric, _whole(gaps)


def _whole(gaps: Numbers) -> Numbers:
    """The table without its points, or without its replicates, that lack a run: whichever leaves more."""
    there = np.isfinite(gaps)
    points, replicates = gaps[there.all(axis=1)], gaps[:, there.all(axis=0)]
    return points if points.size >= replicates.size else replicates


def _overall(arm: str, metric: str, gaps: Numbers, sign: int) -> Overall:
    p, r = gaps.shape
    own, shared = (gaps.mean(axis=1), gaps.mean(axis=0)) if p else (np.zeros(0), np.zeros(0))
    mean = float(own.mean()) if p else math.nan
    ends = {"points": interval(own), "luck": interval(shared)}
    low, high = _together(mean, *ends.values())
    between, common, rest = _variances(gaps)
    alike = between / (between + rest / r) if between > 0 else 0.0
    truer = mean + (own - mean) * math.sqrt(alike)
    luck = ends["luck"][0] - mean, ends["luck"][1] - mean
    apart = alike >= TOLD_APART  # else their own effects are not known, so neither is their law
    told: dict[str, float] = {}
    for name, q in QUANTILES.items():
        at = _quantile(truer, q, luck) if apart else (math.nan,) * 3
        told |= dict(zip((name, f"{name}_low", f"{name}_high"), at, strict=True))
    good_luck = luck if sign > 0 else (-luck[1], -luck[0])
    share = _share_better(truer * sign, good_luck) if sign and apart else (math.nan,) * 3
    return Overall(
        arm, metric, p, r, mean, low, high, *ends["points"], *ends["luck"], math.sqrt(between), math.sqrt(common + rest),
        **told, better=share[0], better_low=share[1], better_high=share[2],
    )  # fmt: skip


def _together(middle: float, *ends: tuple[float, float]) -> tuple[float, float]:
    """The interval of what has several independent sources of error: the reaches of each, added as squares."""
    return (
        middle - math.hypot(*(middle - low for low, _ in ends)),
        middle + math.hypot(*(high - middle for _, high in ends)),
    )


def _variances(gaps: Numbers) -> tuple[float, float, float]:
    """Variance between points, of luck that points share, and of the rest: the crossed analysis of variance."""
    p, r = gaps.shape
    if p < 2 or r < 2:
        return (float(gaps.mean(axis=1).var(ddof=1)) if p > 1 else 0.0), 0.0, 0.0
    own, shared = gaps.mean(axis=1), gaps.mean(axis=0)
    left = gaps - own[:, None] - shared + gaps.mean()
    rest = float((left**2).sum()) / ((p - 1) * (r - 1))
    return (
        max(float(own.var(ddof=1)) - rest / r, 0.0),
        max(float(shared.var(ddof=1)) - rest / p, 0.0),
        rest,
    )


def _quantile(values: Numbers, q: float, luck: tuple[float, float]) -> tuple[float, float, float]:
    """A quantile and its interval, by ranks whatever the law, and by luck; infinite where no value is far enough out."""
    from scipy.stats import binom

    n, ordered = values.size, np.sort(values)
    if not n:
        return (math.nan,) * 3
    here = float(np.quantile(values, q))
    below, above = int(binom.ppf(0.025, n, q)), int(binom.ppf(0.975, n, q))
    ranked = (
        float(ordered[below - 1]) if below >= 1 else -math.inf,
        float(ordered[above]) if above < n else math.inf,
    )
    return here, *_together(here, ranked, (here + luck[0], here + luck[1]))


def _share_better(good: Numbers, luck: tuple[float, float]) -> tuple[float, float, float]:
    """The share of points whose effect is above 0, where luck may have moved all of them together."""
    n = good.size
    if not n:
        return (math.nan,) * 3
    share = float((good > 0).mean())
    if n < FEWEST or not math.isfinite(luck[0]):
        return share, math.nan, math.nan
    moved = float((good + luck[0] > 0).mean()), float((good + luck[1] > 0).mean())
    low, high = _together(share, share_interval(share, n), moved)
    return share, max(low, 0.0), min(high, 1.0)


def share_interval(share: float, n: float) -> tuple[float, float]:
    """The exact 95 % interval of a share of n independent cases; n need not be whole (Clopper and Pearson; Korn and Graubard)."""
    from scipy.special import betaincinv

    x = share * n
    low = float(betaincinv(x, n - x + 1, 0.025)) if x > 0 else 0.0
    return low, float(betaincinv(x + 1, n - x, 0.975)) if x < n else 1.0


@dataclass(frozen=True)
class Gain:
    """For how many communities (pairs of runs: a point and a seed) an arm is better than the first, and what the worst get."""

    arm: str
    metric: str
    communities: int
    gain: float
    gain_low: float
    gain_high: float
    """Share that is better off, with its 95 % interval."""
    lose: float
    """Share that is worse off; the others are the same."""
    worst_tenth: float
    """Difference below which one community in ten lies, counted so that more is better; in the metric's unit and sign."""
    worst_tenth_low: float
    worst_tenth_high: float
    mean_of_worst: float
    """Mean difference of the worst tenth."""


def gains(
    runs: "pd.DataFrame", reference: str, metrics: Sequence[str], better: Mapping[str, int], *, drawn: bool
) -> "pd.DataFrame":
    """Of every arm and metric with a better side who gains; `drawn`: whether the points are a sample of more points."""
    import pandas as pd

    sided = [metric for metric in metrics if better.get(metric)]
    rows = [
        asdict(_gain(arm, metric, gaps, better[metric], drawn=drawn))
        for arm, metric, gaps in differences(runs, reference, sided)
        if gaps.size
    ]
    return pd.DataFrame(rows, columns=list(Gain.__dataclass_fields__))


def _gain(arm: str, metric: str, gaps: Numbers, sign: int, *, drawn: bool) -> Gain:
    good = gaps * sign
    share, (low, high) = float((good > 0).mean()), share_of(good > 0, drawn=drawn)
    worst, mean, ends = math.nan, math.nan, (math.nan, math.nan)
    if good.size >= FEWEST_GAIN:
        worst = float(np.quantile(good, 0.1))
        mean = float(np.sort(good, axis=None)[: max(good.size // 10, 1)].mean())
        least, most = share_interval(0.1, _cases(good <= worst, drawn=drawn))
        ends = (
            float(np.quantile(good, least)) if least * good.size >= 1 else -math.inf,
            float(np.quantile(good, most)),
        )
    if sign < 0:
        ends = -ends[1], -ends[0]
    lost = float((good < 0).mean())
    return Gain(arm, metric, good.size, share, low, high, lost, sign * worst + 0.0, *ends, sign * mean + 0.0)


def share_of(true: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]", *, drawn: bool) -> tuple[float, float]:
    """The 95 % interval of a share over points x replicates, which are fewer independent cases than there are pairs."""
    if true.shape[1] < FEWEST:
        return math.nan, math.nan
    return share_interval(float(true.mean()), _cases(true, drawn=drawn))


def _cases(true: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]", *, drawn: bool) -> float:
    """To how many independent cases a share over points x replicates comes: by its variance over luck and, if drawn, points."""
    (p, r), share = true.shape, float(true.mean())
    fewest = float(min(p, r) if drawn and p > 1 else r)
    if p == 1 or not 0 < share < 1:
        return fewest
    variance = float(true.mean(axis=0).var(ddof=1)) / r if r > 1 else 0.0
    variance += float(true.mean(axis=1).var(ddof=1)) / p if drawn else 0.0
    # the variance is known from few replicates: as many cases fewer as t is wider than normal (Korn and Graubard)
    fewer = (1.96 / t_quantile(min(p, r) if drawn else r)) ** 2 if r > 1 else 1.0
    return float(np.clip(share * (1 - share) / variance * fewer if variance > 0 else p * r, fewest, p * r))
