"""Luck: how much single communities differ at one place of the space, how numbers differ together, and what of it is shared.

A community's numbers are a mean that the parameters make, plus the luck of its seed. Luck has a size, which changes over the
space, and a correlation between numbers. Part of it is common: the same seed is lucky at every place (same founders, same
draws). What is common does not average out over places, only over seeds: an emulator that was taught with S seeds is
off by `shared / S` at every place at once. That belongs into the likelihood, as does the luck of what was observed.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma

from experiments.calibration.design import Seeds, means_of
from experiments.validation.observer import Numbers


@dataclass(frozen=True)
class Luck:
    """The luck of one community, in the unit of each number."""

    slopes: Numbers
    """Logarithm of the variance: constant and slopes over the unit cube (one column a number)."""
    together: Numbers
    """How the luck of the numbers goes together (correlation)."""
    shared: Numbers
    """The part of `together` that a seed has in common at all places."""
    seeds: int
    """Seeds that were seen."""
    replicates: int
    """Communities a place."""

    def sd(self, places: Numbers) -> Numbers:
        """Standard deviation of each number between communities at these places."""
        return np.asarray(np.exp(0.5 * (_with_ones(places) @ self.slopes)))

    def noise(self, places: Numbers) -> Numbers:
        """Variance of a place's mean around what all places have in common."""
        own = np.diag(self.together) - np.diag(self.shared) * self.replicates / self.seeds
        return np.asarray(self.sd(places) ** 2 * np.maximum(own, 0.01) / self.replicates)

    def covariance(self, places: Numbers, communities: int) -> Numbers:
        """Luck of the mean of so many observed communities, and what the emulator's seeds had in common, at each place."""
        sd = self.sd(places)
        both = self.together / communities + self.shared / self.seeds
        return np.asarray(sd[:, :, None] * both * sd[:, None, :])


def luck_of(places: Numbers, numbers: Numbers, seeds: Seeds) -> Luck:
    """The luck in runs: numbers (places x replicates x numbers) and which seeds each place took."""
    replicates = numbers.shape[1]
    away = np.nan_to_num(numbers - means_of(numbers)[:, None, :])
    slopes = _sizes(places, (away**2).sum(axis=1) / (replicates - 1), replicates - 1)
    away /= np.exp(0.5 * (_with_ones(places) @ slopes))[:, None, :]
    own = np.einsum("prk,prl->kl", away, away) / (len(places) * (replicates - 1))
    shared = np.zeros_like(own)
    blocks = np.unique(seeds[:, 0])
    for first in blocks:
        rows = seeds[:, 0] == first
        common, n = away[rows].mean(axis=0), int(rows.sum())
        shared += (common.T @ common / (replicates - 1) - own / n) / max(1 - 1 / n, 0.5)
    return Luck(slopes, own, _possible(shared / len(blocks)), len(blocks) * replicates, replicates)


def _with_ones(places: Numbers) -> Numbers:
    return np.column_stack([np.ones(len(places)), places])


def _sizes(places: Numbers, variances: Numbers, df: int) -> Numbers:
    """Log variances as lines over the cube, by least squares; levels such that the mean of observed over fitted is 1."""
    floor = 1e-3 * variances.mean(axis=0)  # at some places no two communities may differ
    x, logs = _with_ones(places), np.log(np.maximum(variances, floor)) - digamma(df / 2) + np.log(df / 2)
    small = 1e-3 * len(places) * np.diag([0.0] + [1.0] * places.shape[1])
    slopes = np.linalg.solve(x.T @ x + small, x.T @ logs)
    level = (variances / np.exp(x @ slopes)).mean(axis=0)
    slopes[0] += np.log(np.maximum(level, 1e-12))
    return np.asarray(slopes)


def _possible(matrix: Numbers) -> Numbers:
    """The nearest matrix without negative variances."""
    sizes, ways = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray((ways * np.maximum(sizes, 0.0)) @ ways.T)
