"""Price: what an averted unmet person-week costs, and whether it is worth it to somebody who would pay so much for one.

To who values a person-week at w yuan a policy brings a net benefit of w x averted - paid, a mean of paired differences like any
other, with the one interval. The price is where it is 0: its interval are the values of w at which the net benefit's interval holds 0,
and it has an upper end as soon as it is known that needs fell, a lower one as soon as it is known that money was paid.
How surely a policy is worth it at w is the level at which that interval's end reaches 0.

Sources: fieller1954, stinnett1998, fenwick2001
"""

import math
from collections.abc import Callable

from experiments.analysis.intervals import FEWEST, Numbers, interval, reaches, root, skewness

LARGEST = 1e9
"""Yuan for a person-week beyond which nobody asks."""


def price(paid: Numbers, averted: Numbers) -> tuple[float, float, float]:
    """Yuan for each averted unmet person-week with its 95 % interval; infinite ends are unknown, NaN where needs did not fall.

    A lower end without an estimate says that, if anything was averted, it was not cheaper. Both are infinite
    where needs are known to have risen.
    """
    if paid.size < FEWEST:
        return math.nan, math.nan, math.nan
    ratio = float(paid.mean() / averted.mean()) if averted.mean() > 0 else math.nan

    def end(worth: float, side: int) -> float:
        return interval(worth * averted - paid)[side]

    low = _crossing(lambda worth: end(worth, 1))
    high = _crossing(lambda worth: end(worth, 0)) if interval(averted)[0] > 0 else math.inf
    return ratio, low, high


def _crossing(end: Callable[[float], float]) -> float:
    """Where a function of what a person-week is worth comes to 0 from below; infinite where it never does."""
    if end(0.0) >= 0:
        return 0.0
    high = 1.0
    while end(high) < 0:
        high *= 2
        if high > LARGEST:
            return math.inf
    return root(end, 0.0, high)


def surely(benefit: Numbers) -> float:
    """How surely the mean of these is above 0, 0 to 1: the level at which the one interval, one-sided, ends at 0."""
    from scipy.special import stdtr

    n = benefit.size
    if n < FEWEST:
        return math.nan
    mean, error = float(benefit.mean()), float(benefit.std(ddof=1)) / math.sqrt(n)
    if not error > 1e-12 * abs(mean):
        return 0.5 if mean == 0 else float(mean > 0)
    skew, side = skewness(benefit), 0 if mean > 0 else 1
    away = abs(mean) / error

    def beyond(quantile: float) -> float:
        return reaches(n, skew, quantile)[side] - away

    if beyond(1e-6) >= 0:
        return 0.5
    quantile = root(beyond, 1e-6, 10 * away + 10) if beyond(10 * away + 10) > 0 else 10 * away
    level = float(stdtr(n - 1, quantile))
    return level if mean > 0 else 1 - level
