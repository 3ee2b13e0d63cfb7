"""The emulator: what the model would show on average at a place where it was not run, and how sure that is.

For each number a plane and a Gaussian process around it (scikit-learn finds its scales). The noise of the runs is known (`luck`).
Every emulator is held against what it says of each place without that place's own runs; where it was surer than right, its
errors are widened by as much.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.calibration.luck import Luck
from experiments.validation.observer import Numbers

AT_ONCE = 4096
"""Places that are predicted in one go."""
FOR_SCALES = 160
"""Places from which the scales of a process are found; all places teach it what they show."""


@dataclass(frozen=True)
class Surface:
    """One number over the unit cube."""

    plane: Numbers
    places: Numbers
    kernel: Any
    pull: Numbers
    """What each place that was run adds."""
    inverse: Numbers
    """Inverse covariance of the places that were run."""
    scale: float
    stretch: float
    """By how much errors are wider than the process says."""
    explained: float
    """Share of the variance of left-out places that is predicted."""
    missed: Numbers
    """Standardised errors at left-out places, not-a-number where nothing was known."""

    def __call__(self, places: Numbers) -> tuple[Numbers, Numbers]:
        """Mean and variance of the number's mean."""
        near = self.kernel(places, self.places)
        middle = _terms(places) @ self.plane + self.scale * (near @ self.pull)
        left = self.kernel.diag(places) - ((near @ self.inverse) * near).sum(axis=1)
        return middle, np.maximum(left, 1e-12) * self.scale**2 * self.stretch


@dataclass(frozen=True)
class Emulator:
    """Surfaces of all numbers, and how their errors go together."""

    surfaces: Sequence[Surface]
    luck: Luck
    together: Numbers
    """Correlation of the errors at left-out places."""

    def __call__(self, places: Numbers) -> tuple[Numbers, Numbers]:
        """Means of the numbers at each place (places x numbers), and the variance of each mean."""
        middle, variance = np.empty((2, len(places), len(self.surfaces)))
        for first in range(0, len(places), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            for k, surface in enumerate(self.surfaces):
                middle[some, k], variance[some, k] = surface(places[some])
        return middle, variance

    def doubt(self, places: Numbers, variance: Numbers, communities: int) -> Numbers:
        """Covariance of the emulator's own error and of luck at each place (places x numbers x numbers)."""
        sd = np.sqrt(variance)
        return np.asarray(sd[:, :, None] * self.together * sd[:, None, :] + self.luck.covariance(places, communities))

    @property
    def explained(self) -> list[float]:
        """Share of the variance of left-out places that is predicted, by number."""
        return [s.explained for s in self.surfaces]


def taught(places: Numbers, means: Numbers, luck: Luck) -> Emulator:
    """An emulator of these means. Raises ModuleNotFoundError without scikit-learn."""
    noise = luck.noise(places)
    surfaces = [_surface(places, means[:, k], noise[:, k]) for k in range(means.shape[1])]
    missed = np.nan_to_num(np.column_stack([s.missed for s in surfaces]))
    size = np.sqrt((missed**2).sum(axis=0))
    together = missed.T @ missed / np.maximum(np.outer(size, size), 1e-300)
    np.fill_diagonal(together, 1.0)
    return Emulator(surfaces, luck, together)


def _terms(places: Numbers) -> Numbers:
    return np.column_stack([np.ones(len(places)), places - 0.5])


def _surface(places: Numbers, means: Numbers, noise: Numbers) -> Surface:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct

    known = np.isfinite(means)
    x, y, d = places[known], means[known], places.shape[1]
    plane, *_ = np.linalg.lstsq(_terms(x), y, rcond=None)
    rest = y - _terms(x) @ plane
    scale = max(float(rest.std()), 1e-9 * (1 + abs(float(y.mean()))))
    alpha = np.maximum(noise[known] / scale**2, 1e-6)
    asked = ConstantKernel(0.5, (1e-4, 1e3)) * RBF(np.ones(d), (0.15, 50.0)) + DotProduct(
        1.0, "fixed"
    )  # the plane is not exact
    some = np.random.default_rng(0).permutation(len(x))[:FOR_SCALES]
    process = GaussianProcessRegressor(asked, alpha=alpha[some])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a scale at its bound is a number that does not move
        process.fit(x[some], rest[some] / scale)
    kernel = process.kernel_
    inverse = np.linalg.inv(kernel(x) + np.diag(alpha))
    pull = inverse @ (rest / scale)
    out = pull / np.sqrt(np.diag(inverse))
    missed = np.full(len(means), np.nan)
    missed[known] = out
    errors = scale * pull / np.diag(inverse)
    explained = 1.0 - float(errors.var()) / max(float(y.var()), 1e-300)
    return Surface(plane, x, kernel, pull, inverse, scale, max(1.0, float((out**2).mean())), explained, missed)
