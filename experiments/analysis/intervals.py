"""Intervals of a mean that hold with 95 % where this model lives: few pairs, differences that are skewed.

The t interval of a few skewed values is too short towards the long tail: of ten lognormal values (log sd .8) it holds the
mean in 88 of 100 sets. Hall's transformation of t takes off the skewness that the values show:

    g(t) = t + a t^2 + a^2 t^3 / 3 + skew / (6 sqrt n),    a = skew / (3 sqrt n)

and its inverse at the quantiles of t gives the ends. An interval here is Hall's towards the long tail and t's on the other side
(Hall's alone is too short for heavy tails without skewness), and never narrower than t's on either. Few values tell
little about their own skewness: it is taken to be larger than it looks (by 5 parts in n), t's end is widened by 24 parts
in the square of n, Hall's by 6, and both for an end further out (an interval that holds for several effects at once) by
what it lies further out. These numbers were found by simulation, and docs/intervals.md has the coverage of the result,
made by tests/benchmarks/bench_intervals.py. Below five values nothing that we tried holds.

Sources: hall1992, johnson1978, sun_loader1994
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

type Numbers = NDArray[np.float64]

LEVEL = 0.95
FEWEST = 5
"""Values below which no interval is given."""
_DRAWS = 10_000


def t_quantile(n: int, level: float = LEVEL) -> float:
    """Half-width of a two-sided t interval from n values, in standard errors."""
    from scipy.special import stdtrit

    return float(stdtrit(n - 1, 0.5 + level / 2)) if n > 1 else np.nan


def skewness(values: Numbers) -> float:
    """Adjusted skewness (G1); 0 where there is none to know."""
    n, gaps = values.size, values - values.mean() if values.size else values
    spread = float((gaps**2).mean()) if n else 0.0
    if n < 3 or not spread > (1e-12 * float(np.abs(values).max())) ** 2:
        return 0.0
    return float((gaps**3).mean() / spread**1.5 * math.sqrt(n * (n - 1)) / (n - 2))


def reaches(n: int, skew: float, quantile: float) -> tuple[float, float]:
    """How far below and above the mean of n values the interval goes, in standard errors.

    `quantile`: of t, or of the largest |t| where several intervals are to hold at once.
    """
    if n < FEWEST or not math.isfinite(quantile):
        return math.nan, math.nan
    further = max(0.0, 1 - t_quantile(n) / quantile)
    quantile *= 1 + 20 * further / n**2
    near = quantile * (1 + 24 / n**2)
    far = max(near, _hall(quantile * (1 + 6 / n**2 + 16 * further / n), abs(skew) * (1 + 5 / n), n))
    return (near, far) if skew >= 0 else (far, near)


def _hall(quantile: float, skew: float, n: int) -> float:
    """The end of Hall's interval towards the long tail, in standard errors from the mean."""
    a = skew / (3 * math.sqrt(n))
    if a < 1e-9:
        return quantile
    return (1 - math.cbrt(1 - 3 * a * (quantile + skew / (6 * math.sqrt(n))))) / a


def interval(values: Numbers, quantile: float | None = None, level: float = LEVEL) -> tuple[float, float]:
    """The interval of a mean; NaN below five values, the value itself where several are all the same.

    The latter is what was seen and no more, and is worded so ("the same in every pair").
    """
    n = values.size
    if n > 1 and np.ptp(values) == 0:
        return float(values[0]), float(values[0])
    if n < FEWEST:
        return math.nan, math.nan
    mean, error = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(n)
    below, above = reaches(n, skewness(values), t_quantile(n, level) if quantile is None else quantile)
    return mean - below * error, mean + above * error


def joint_quantile(columns: Numbers, level: float = LEVEL) -> float:
    """The quantile of the largest |t| over the columns, given how they correlate (drawn, always alike).

    A column a difference, a row a replicate. Correlations of few rows are drawn towards 0, which can only widen.
    """
    n, moving = len(columns), columns[:, columns.std(axis=0) > 0] if len(columns) else columns
    k = moving.shape[1]
    if n < FEWEST or k < 2:
        return t_quantile(n, level)
    known = 1 - min(1.0, 3 / n)
    root = np.linalg.cholesky(known * np.corrcoef(moving.T) + (1 - known + 1e-9) * np.eye(k))
    chance = np.random.default_rng(k)
    largest = [_largest(chance, root, n, _DRAWS // 10) for _ in range(10)]
    return float(np.quantile(np.concatenate(largest), level))


def _largest(chance: np.random.Generator, root: Numbers, n: int, draws: int) -> Numbers:
    """The largest |t| of each of some draws of n rows whose columns correlate as `root` says; each has a spread of its own."""
    k = len(root)
    means = chance.standard_normal((draws, k)) @ root.T
    if n - 1 >= k:  # Bartlett: the root of a Wishart matrix
        lower = np.tril(chance.standard_normal((draws, k, k)), -1)
        lower[:, np.arange(k), np.arange(k)] = np.sqrt(chance.chisquare(n - 1 - np.arange(k), (draws, k)))
        squares = ((root @ lower) ** 2).sum(axis=2)
    else:
        squares = ((chance.standard_normal((draws, n - 1, k)) @ root.T) ** 2).sum(axis=1)
    return np.asarray((np.abs(means) / np.sqrt(squares / (n - 1))).max(axis=1))


def band_quantile(n: int, path: float, level: float = LEVEL) -> float:
    """The quantile for a band that holds in all weeks at once: the tube formula, from the length of the path of t.

    `path`: the sum over weeks of the angle between a week's values and those of the week before.
    """
    from scipy.special import stdtr

    if n < FEWEST:
        return math.nan

    def missed(c: float) -> float:
        crossed = path / math.pi * (1 + c * c / (n - 1)) ** (-(n - 1) / 2)
        return float(2 * (1 - stdtr(n - 1, c)) + crossed - (1 - level))

    return root(missed, 0.0, 1e6)


def root(of: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that has different signs at two ends crosses 0, to the last bit: by halves.

    The same from scipy.optimize would take 13 MB in every program that draws a band.
    """
    below = of(low) < 0
    while low < (middle := low + (high - low) / 2) < high:
        if (of(middle) < 0) == below:
            low = middle
        else:
            high = middle
    return high


def pairs_for(sd: float, half: float, skew: float = 0.0, fewest: int = FEWEST) -> int:
    """Pairs whose interval has this half-width, when differences have this spread and skewness."""
    if not (sd > 0 and math.isfinite(sd)):
        return fewest
    if not half > 0:
        return 10**9

    def reached(n: int) -> bool:
        return sum(reaches(n, skew, t_quantile(n))) / 2 * sd / math.sqrt(n) <= half

    low, high = max(fewest, FEWEST) - 1, max(fewest, FEWEST)
    while not reached(high) and high < 10**9:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return min(high, 10**9)
