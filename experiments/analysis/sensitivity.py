"""Sensitivity: which parameters an outcome depends on, with the luck of single runs kept apart.

Two different replicates share their parameters and nothing else. So the products of replicate r at one place and
replicate s at another, for r unlike s, hold the parameters' variance and none of luck's; every index below is made
of such products (Sobol), or has luck's part taken off (Morris). First indices are the mean of b (ab - a) over the variance
(Saltelli and others 2010, b), exactly 0 where a factor does nothing; totals are Jansen's. Their intervals count the points (a
bootstrap) and, from three replicates on, the luck (a jackknife over replicates: luck that all points share is not averaged out
by more points). Beside the shares of variance stands PAWN's index, the median distance between the distribution of an outcome
and that where a factor is held in a tenth of its range: variance is a poor measure where outcomes are skewed.

Sources: saltelli2010, jansen1999, morris1991, campolongo2007, pianosi2018
"""

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.intervals import t_quantile

if TYPE_CHECKING:
    import pandas as pd

type Numbers = NDArray[np.float64]

BOOTSTRAPS = 500
SLICES = 10
"""Parts of a factor's range in which PAWN holds it."""


@dataclass(frozen=True)
class SobolIndex:
    """Shares of the variance between points that one factor explains, alone (first) and with the others (total)."""

    metric: str
    factor: str
    first: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float
    pawn: float
    """PAWN: median Kolmogorov-Smirnov distance over tenths of the factor's range, 0 to 1; NaN without the points' places."""
    pawn_floor: float
    """The median distance that a factor without any effect shows."""
    luck: float
    """Share of a single run's variance that is luck, not parameters."""
    points: int
    replicates: int


@dataclass(frozen=True)
class MorrisIndex:
    """Elementary effects of one factor: their mean size (mu*), mean and spread, per full range of the factor."""

    metric: str
    factor: str
    mu_star: float
    mu_star_low: float
    mu_star_high: float
    mu: float
    sigma: float
    """Spread between trajectories (interaction and curvature), luck's part taken off."""
    floor: float
    """mu* that luck alone would show."""
    trajectories: int
    replicates: int


def cube(runs: "pd.DataFrame", metric: str, points: int, replicates: Sequence[int] | None = None) -> Numbers:
    """Points x replicates (those named, else those that there are) of one metric; NaN where a run failed."""
    table = runs.pivot(index="point", columns="replicate", values=metric).reindex(range(points))
    return np.asarray(table if replicates is None else table.reindex(columns=replicates), float)


def sobol(
    values: Numbers, factors: Sequence[str], metric: str = "", shares: Numbers | None = None, seed: int = 1
) -> list[SobolIndex]:
    """Sobol indices from a Saltelli design: `values` has base points x (factors + 2) rows and a column a replicate.

    `shares` are the points in the unit cube, row by row. Raises ValueError when the rows do not fit. With one replicate
    luck cannot be told from parameters, with two it is in no interval.
    """
    k, (rows, replicates) = len(factors), values.shape
    if rows % (k + 2):
        raise ValueError(f"{rows} points are no Saltelli design of {k} factors")
    blocks = values.reshape(-1, k + 2, replicates)
    there = np.isfinite(blocks).all(axis=(1, 2))
    blocks = blocks[there]
    n = len(blocks)
    if n < 4:
        return []
    chance = np.random.default_rng(seed)
    whole = _sobol(blocks)
    draws = np.array([_sobol(blocks[chance.integers(0, n, n)]) for _ in range(BOOTSTRAPS)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # no draw has any variance between points
        low, high = np.nanquantile(draws, (0.025, 0.975), axis=0)
    reach = _reach_of_luck(blocks)
    low, high = whole - np.hypot(whole - low, reach), whole + np.hypot(high - whole, reach)
    luck = _luck(blocks)
    places = None if shares is None else shares.reshape(-1, k + 2, k)[there][:, [0, -1]].reshape(-1, k)
    means = blocks[:, [0, -1]].mean(axis=2).ravel()
    pawns = [(np.nan, np.nan)] * k if places is None else [pawn(place, means, seed) for place in places.T]
    return [
        SobolIndex(
            metric, f, *_three(whole, low, high, i), *_three(whole, low, high, k + i), *pawns[i], luck, n, replicates
        )
        for i, f in enumerate(factors)
    ]


def _reach_of_luck(blocks: Numbers) -> Numbers:
    """How far luck takes the indices, beyond what points do: t times the error of a jackknife over replicates.

    Leaving out replicate after replicate also moves what each point's own luck adds, which the bootstrap has counted; the
    interval is then a little too long, never too short. 0 with fewer than three replicates, of which no pair would be left.
    """
    r = blocks.shape[2]
    if r < 3:
        return np.zeros(2 * (blocks.shape[1] - 2))
    without = np.array([_sobol(np.delete(blocks, i, axis=2)) for i in range(r)])
    error = np.sqrt((r - 1) / r * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
    return np.asarray(t_quantile(r) * error)


def pawn(shares: Numbers, values: Numbers, seed: int = 1) -> tuple[float, float]:
    """PAWN's index of a factor at these shares of its range, and what a factor without effect would show (its median)."""
    chance = np.random.default_rng(seed)
    slices = np.minimum((shares * SLICES).astype(int), SLICES - 1)
    everyone = np.sort(values)

    def distance(of: NDArray[np.int64]) -> float:
        found = []
        for one in range(SLICES):
            own = np.sort(values[of == one])
            if own.size > 1:
                at = np.searchsorted(own, everyone, "right") / own.size
                found.append(float(np.abs(at - np.arange(1, everyone.size + 1) / everyone.size).max()))
        return float(np.median(found)) if found else np.nan

    if np.ptp(values) == 0:
        return 0.0, 0.0
    return distance(slices), float(np.median([distance(chance.permutation(slices)) for _ in range(100)]))


def _three(whole: Numbers, low: Numbers, high: Numbers, i: int) -> tuple[float, float, float]:
    return float(whole[i]), float(low[i]), float(high[i])


def _sobol(blocks: Numbers) -> Numbers:
    """First and total indices of all factors, in one row."""
    k = blocks.shape[1] - 2
    # Luck that all points of a replicate share (common random numbers) goes with the replicate's own mean.
    centred = blocks - blocks[:, [0, -1]].mean(axis=(0, 1))
    a, b = centred[:, 0], centred[:, -1]
    variance = (_crossed(a, a) + _crossed(b, b)) / 2
    if not variance > 0:
        return np.full(2 * k, np.nan)
    first = [_crossed(b, centred[:, i + 1] - a) / variance for i in range(k)]
    # Jansen's total: what is common to both places cancels before it is squared, luck that they share with it.
    total = [_crossed(moved, moved) / (2 * variance) for moved in (a - centred[:, i + 1] for i in range(k))]
    return np.array(first + total)


def _crossed(x: Numbers, y: Numbers) -> float:
    """Mean over points of x^r y^s over all pairs of different replicates; of the same one where there is only one."""
    r = x.shape[1]
    if r == 1:
        return float((x * y).mean())
    return float(((x.sum(axis=1) * y.sum(axis=1) - (x * y).sum(axis=1)) / (r * (r - 1))).mean())


def _luck(blocks: Numbers) -> float:
    """Share of a run's variance that lies within points."""
    if blocks.shape[2] < 2:
        return np.nan
    within = float(blocks.var(axis=2, ddof=1).mean())
    centred = blocks[:, [0, -1]] - blocks[:, [0, -1]].mean(axis=(0, 1))
    between = (_crossed(centred[:, 0], centred[:, 0]) + _crossed(centred[:, 1], centred[:, 1])) / 2
    return within / (within + max(between, 0.0)) if within + max(between, 0.0) > 0 else np.nan


def morris(
    values: Numbers, shares: Numbers, factors: Sequence[str], metric: str = "", seed: int = 1
) -> list[MorrisIndex]:
    """Elementary effects from a Morris design: `values` has trajectories x (factors + 1) rows, a column a replicate.

    `shares` are the points in the unit cube, row by row.
    """
    k, replicates = len(factors), values.shape[1]
    ways, places = values.reshape(-1, k + 1, replicates), shares.reshape(-1, k + 1, k)
    steps = np.diff(places, axis=1)
    effects = np.full((len(ways), k, replicates), np.nan)
    for t, step in enumerate(steps):
        moved = np.abs(step).argmax(axis=1)
        effects[t, moved] = np.diff(ways[t], axis=0) / step[np.arange(k), moved][:, None]
    effects = effects[np.isfinite(effects).all(axis=(1, 2))]
    n = len(effects)
    if n < 2:
        return []
    means = effects.mean(axis=2)
    noise = effects.var(axis=2, ddof=1).mean(axis=0) / replicates if replicates > 1 else np.full(k, np.nan)
    chance = np.random.default_rng(seed)
    draws = np.array([np.abs(means[chance.integers(0, n, n)]).mean(axis=0) for _ in range(BOOTSTRAPS)])
    low, high = np.quantile(draws, (0.025, 0.975), axis=0)
    spread = np.sqrt(np.maximum(means.var(axis=0, ddof=1) - np.nan_to_num(noise), 0))
    star, floor = np.abs(means).mean(axis=0), np.sqrt(2 / np.pi * noise)
    return [
        MorrisIndex(
            metric, f, float(star[i]), float(low[i]), float(high[i]), float(means[:, i].mean()), float(spread[i]),
            float(floor[i]), n, replicates,
        )
        for i, f in enumerate(factors)
    ]  # fmt: skip


def table_of(rows: Sequence[SobolIndex] | Sequence[MorrisIndex]) -> "pd.DataFrame":
    """Indices as a table, one row a metric and factor."""
    import pandas as pd

    return pd.DataFrame([asdict(row) for row in rows])
