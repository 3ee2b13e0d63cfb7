"""Choosing: which of several arms or doses is best, with few runs for those that have no chance.

All choices live the same replicates (common random numbers), one more at a time. After each, a choice leaves that another
one beats by more than the luck of their differences explains; what is left in the end is the best, or within
the smallest difference that matters of it, with the probability asked for. Where the budget ends earlier, the best is among those left
with that probability. Half of the allowed chance of error goes to this rule of Kim and Nelson's, which is quick where much matters
and slow where next to nothing does; half to looks after 10, 20, 40 ... replicates at which a choice leaves that lies clearly behind the
one ahead. The differences are taken to be normal; a first look at 10 replicates keeps the promise for skewed ones,
as tests say.

Sources: kim2001
"""

import math
from dataclasses import dataclass

import numpy as np

from experiments.analysis.intervals import Numbers, interval

FIRST = 10
"""Replicates of every choice, at least, before any may leave."""


@dataclass(frozen=True)
class Standing:
    """Where a choice of the best stands."""

    left: tuple[int, ...]
    """Choices that may still be best, the largest mean first."""
    lived: tuple[int, ...]
    """Of each choice the replicates after which it left, or all there are."""
    decided: bool
    """Whether what is left is one choice, or several that are the same."""
    ahead: float
    """How many more replicates at the very most would decide it."""


def standing(values: Numbers, first: int, least: float, sure: float = 0.95) -> Standing:
    """Who is left, by these values: a row a choice, a column a replicate, larger is better, NaN where no run is there.

    `first`: replicates of the first look; `least`: the smallest difference that matters, above 0.
    """
    choices, replicates = values.shape
    alive, lived = np.ones(choices, bool), np.full(choices, replicates)
    if choices == 1:
        return Standing((0,), (replicates,), True, 0)
    first = min(first, replicates)
    spread = _variances(values[:, :first])
    error = (1 - sure) / 2 / (choices - 1)  # of each rule, for each choice that might throw out the best
    eta = ((2 * error) ** (-2 / max(first - 1, 1)) - 1) / 2
    needed = 2 * eta * (first - 1) * spread / least**2  # replicates at which two choices are told apart at the latest
    total, seen = np.zeros_like(spread), np.zeros_like(spread)
    for r in range(1, replicates + 1):
        gaps, there = _differences(values[:, r - 1])
        total, seen = total + gaps, seen + there
        if r < first:
            continue
        behind = np.divide(total, seen, out=np.zeros_like(total), where=seen > 0)
        allowed = np.maximum(least / 2 * (needed / np.maximum(seen, 1) - 1), 0)
        beaten = (behind < -allowed) & alive[None, :] & (seen > 0)
        leaves = alive & beaten.any(axis=1)
        if r % first == 0 and (look := r // first) & (look - 1) == 0:
            leaves |= alive & _clearly_behind(
                values[:, :r], alive, error / (look.bit_length() * (look.bit_length() + 1))
            )
        if leaves.all():
            leaves[int(np.nanargmax(np.where(alive, np.nanmean(values[:, :r], axis=1), -np.inf)))] = False
        lived[leaves] = r
        alive &= ~leaves
        pairs = needed[np.ix_(alive, alive)]
        if alive.sum() == 1 or r > pairs.max():
            lived[alive] = r
            break
    means = np.array(
        [np.nanmean(row[:n]) if np.isfinite(row[:n]).any() else -math.inf for row, n in zip(values, lived, strict=True)]
    )
    left = tuple(sorted(np.flatnonzero(alive).tolist(), key=lambda i: (-means[i], i)))
    ahead = float(max(needed[np.ix_(left, left)].max() - lived[left[0]], 0)) if len(left) > 1 else 0.0
    return Standing(left, tuple(lived.tolist()), len(left) == 1 or ahead == 0, math.ceil(ahead))


def _clearly_behind(
    values: Numbers, alive: "np.ndarray[tuple[int], np.dtype[np.bool_]]", error: float
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which choices are behind the one ahead by more than their differences' interval, at this chance of error."""
    means = np.where(alive, np.nanmean(values, axis=1), -np.inf)
    gaps = values - values[int(means.argmax())]
    return np.array([interval(row[np.isfinite(row)], level=1 - 2 * error)[1] < 0 for row in gaps])


def _differences(column: Numbers) -> tuple[Numbers, Numbers]:
    """Of one replicate how far each choice is ahead of each other one, 0 where a run lacks, and whether both are there."""
    gaps = column[:, None] - column
    there = np.isfinite(gaps)
    return np.where(there, gaps, 0.0), there.astype(float)


def _variances(values: Numbers) -> Numbers:
    """The variances of the differences between each two choices."""
    found = np.zeros((len(values), len(values)))
    for i, row in enumerate(values):
        gaps = row - values
        n = np.isfinite(gaps).sum(axis=1)
        found[i] = np.where(
            n > 1, np.nanvar(np.where(np.isfinite(gaps), gaps, np.nan), axis=1) * n / np.maximum(n - 1, 1), 0.0
        )
    return np.nan_to_num(found)
