"""Warm-up: from which week on a series is at rest, by MSER-5.

The mean of a series is best estimated from what is left after its first d weeks when the squared standard error of what is left
is least: too few weeks off leave the start in, too many throw away what is at rest. Weeks are taken in fives. Where the least
stands in the second half, the series has not come to rest in the weeks that there are. Whether it still moves in the weeks
that are left in is asked once more of what is there: the second half of them against the first.

Sources: white1997, hoad2010
"""

import numpy as np

from experiments.analysis.intervals import Numbers

BATCH = 5
FEWEST_BATCHES = 10
MOVES = 0.03
"""Share of its level by which an outcome at rest may move between the halves of the weeks that are left in."""
LEAST = 0.001
"""What is less than this is no movement, in the outcome's unit."""
FEWEST_RUNS = 5
"""Runs below which nothing is said of rest."""


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


def moves(before: Numbers, after: Numbers, runs: Numbers) -> float:
    """The change from the weekly means of the first half to those of the second, as a share of the first.

    0 where it is at most `MOVES`, or no more than the luck of the runs' means explains.
    """
    if runs.size < FEWEST_RUNS or not before.size or not after.size or not before.mean():
        return 0.0
    change = float(after.mean() / before.mean()) - 1.0
    luck = 2.0 * float(runs.std(ddof=1)) / runs.size**0.5
    beyond = abs(float(after.mean() - before.mean())) > max(luck, LEAST)
    return change if abs(change) > MOVES and beyond else 0.0
