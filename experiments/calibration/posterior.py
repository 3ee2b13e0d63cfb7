"""Posterior: which values of the free parameters fit, how well each is known, and which are not identified.

Trials teach an emulator: each target number as a quadratic function of the free parameters (in the unit cube), by least
squares that weigh near trials more. A large even sample of the cube is then weighted by how likely the targets are
under the emulator, its own error included. What is reported is the weighted sample: intervals, profiles and draws -
never one best point. The emulator is checked by what it predicts of trials that it was not taught.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from experiments.calibration.search import Target
from experiments.validation.observer import Numbers

SAMPLE = 2**17
IDENTIFIED = 0.5
"""A parameter counts as identified when nine tenths of its posterior take less than this share of its range."""


@dataclass(frozen=True)
class Emulator:
    """Quadratic surfaces, one a target number, with the standard deviation of what they leave unexplained."""

    slopes: Numbers
    error: Numbers
    explained: Numbers
    """Share of the variance of left-out trials that is predicted, by number (five folds)."""

    def __call__(self, places: Numbers) -> Numbers:
        """Predicted numbers, one row a place."""
        return terms(places) @ self.slopes


def terms(places: Numbers) -> Numbers:
    """Constant, places, squares and products."""
    d = places.shape[1]
    products = [places[:, i] * places[:, j] for i in range(d) for j in range(i, d)]
    return np.column_stack([np.ones(len(places)), places, *products])


def taught(places: Numbers, numbers: Numbers, distances: Numbers) -> Emulator:
    """An emulator from trials; those that fit better weigh more, down to a tenth."""
    known = np.isfinite(numbers).all(axis=1)
    places, numbers, distances = places[known], numbers[known], distances[known]
    rank = np.argsort(np.argsort(distances)) / max(len(distances) - 1, 1)
    weight = np.sqrt(1.0 - 0.9 * rank)[:, None]
    x = terms(places)

    def fitted(rows: NDArray[np.intp]) -> Numbers:
        a, b = (x * weight)[rows], (numbers * weight)[rows]
        return np.linalg.solve(a.T @ a + 1e-6 * len(rows) * np.eye(x.shape[1]), a.T @ b)

    everything = np.arange(len(places))
    missed = np.empty_like(numbers)
    for fold in range(5):
        out = everything % 5 == fold
        missed[out] = numbers[out] - x[out] @ fitted(everything[~out])
    near = weight[:, 0] ** 2
    error = np.sqrt((near[:, None] * missed**2).sum(axis=0) / near.sum())
    explained = 1.0 - missed.var(axis=0) / np.maximum(numbers.var(axis=0), 1e-30)
    return Emulator(fitted(everything), error, explained)


@dataclass(frozen=True)
class Posterior:
    """A weighted sample of the unit cube."""

    places: Numbers
    weights: Numbers
    log_likelihood: Numbers

    @property
    def effective(self) -> float:
        """How many evenly weighted places the sample is worth."""
        return float(1.0 / np.square(self.weights).sum())

    def interval(self, i: int, share: float = 0.9) -> tuple[float, float, float]:
        """Median and ends of the middle `share` of parameter i, in the unit cube."""
        order = np.argsort(self.places[:, i])
        mass = np.cumsum(self.weights[order])
        at = np.interp([0.5, (1 - share) / 2, (1 + share) / 2], mass, self.places[order, i])
        return float(at[0]), float(at[1]), float(at[2])

    def identified(self, i: int) -> bool:
        """Whether the targets narrow parameter i down."""
        _, low, high = self.interval(i)
        return high - low < IDENTIFIED

    def draws(self, n: int, seed: int) -> Numbers:
        """Places drawn by their weights, spread evenly over the sample (systematic resampling)."""
        start = np.random.default_rng(seed).random()
        at = np.searchsorted(np.cumsum(self.weights), (start + np.arange(n)) / n)
        return self.places[np.minimum(at, len(self.places) - 1)]

    def correlations(self) -> Numbers:
        """How the free parameters go together in the posterior: near 1 or -1 only a combination is known."""
        centred = self.places - self.weights @ self.places
        cov = (centred * self.weights[:, None]).T @ centred
        sd = np.sqrt(np.diag(cov))
        return np.asarray(cov / np.outer(sd, sd))


def fit_at(emulator: Emulator, targets: Sequence[Target], places: Numbers) -> Numbers:
    """Log likelihood of the targets at these places, the emulator's own error included."""
    predicted = emulator(places)
    wide = np.array([t.sd**2 for t in targets]) + emulator.error**2
    away: Numbers = -0.5 * (((predicted - np.array([t.middle for t in targets])) ** 2) / wide).sum(axis=1)
    return away


def profile(emulator: Emulator, targets: Sequence[Target], known: Posterior, i: int, steps: int = 20) -> Numbers:
    """Best log likelihood with parameter i held at each of `steps` values, less the best of all: flat is unknown."""
    from scipy.optimize import minimize

    others = [k for k in range(known.places.shape[1]) if k != i]

    def worst(rest: Numbers, at: float) -> float:
        return -float(fit_at(emulator, targets, np.insert(rest, i, at)[None, :])[0])

    found = []
    for at in (np.arange(steps) + 0.5) / steps:
        near = np.abs(known.places[:, i] - at) < 0.5 / steps
        start = (
            known.places[near][np.argmax(known.log_likelihood[near])][others]
            if near.any()
            else np.full(len(others), 0.5)
        )
        found.append(-minimize(worst, start, args=(at,), method="L-BFGS-B", bounds=[(0, 1)] * len(others)).fun)
    best = np.array(found)
    return np.asarray(best - best.max())


def posterior(emulator: Emulator, targets: Sequence[Target], free: int, seed: int, sample: int = SAMPLE) -> Posterior:
    """The posterior under even priors over the ranges (in logarithms where the range says so)."""
    places = qmc.Sobol(free, seed=seed).random(sample)
    log_likelihood = fit_at(emulator, targets, places)
    weights = np.exp(log_likelihood - log_likelihood.max())
    return Posterior(places, weights / weights.sum(), log_likelihood)
