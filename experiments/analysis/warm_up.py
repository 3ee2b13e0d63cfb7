"""Warm-up: from which week on a series is at rest, by MSER-5.

The mean of a series is best estimated from what is left after its first d weeks when the squared standard error of what is left
is least: too few weeks off leave the start in, too many throw away what is at rest. Weeks are taken in fives. Where the least
stands in the second half, the series has not come to rest in the weeks that there are.

Sources: white1997, hoad2010
"""

import numpy as np

from experiments.analysis.intervals import Numbers

BATCH = 5
FEWEST_BATCHES = 10


def mser5(values: Numbers) -> int | None:
    """How many first values to leave out; None where the series is too short or does not come to rest in its first half."""
    batches = values.size // BATCH
    if batches < FEWEST_BATCHES:
        return None
    means = values[: batches * BATCH].reshape(batches, BATCH).mean(axis=1)
    left = np.arange(batches - FEWEST_BATCHES // 2 + 1)
    error = [float(((rest := means[d:]) - rest.mean()) @ (rest - rest.mean())) / rest.size**2 for d in left]
    best = int(np.argmin(error))
    return best * BATCH if best <= batches // 2 else None


def at_rest(weekly: Numbers) -> int | None:
    """The week from which on the mean of some runs is at rest (a row a run); weeks without a value are left out."""
    mean = weekly.mean(axis=0)
    weeks = np.flatnonzero(np.isfinite(mean))
    found = mser5(mean[weeks])
    return None if found is None else int(weeks[found])
