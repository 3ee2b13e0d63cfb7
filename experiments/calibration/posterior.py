"""The posterior: how likely each place is, given what was observed and everything that is not known.

The likelihood is a normal of all numbers together, around the emulator's means; its covariance is that of observation,
discrepancy, luck (of the communities observed, and common luck of those that taught) and the emulator's own error. It is sampled by
importance in stages (population Monte Carlo): the first is spread over the prior, the next lie around what fits, and all are
weighted as draws of one mixture. What the sample is worth is its effective size; a small one is refused.

Sources: cornuet2012
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, gammaln, logsumexp
from scipy.stats import qmc

from experiments.calibration.emulator import Emulator
from experiments.calibration.file import Calibration
from experiments.runs.files import StoreError
from experiments.spoken import spoken
from experiments.validation.observer import Numbers

FIRST = 2**14
"""Places of the first stage."""
NEXT = 2**11
"""Places of each next stage."""
STAGES = 12
KERNELS = 256
"""Places around which a stage is drawn."""
TAIL = 5.0
"""Degrees of freedom of the kernels."""
ENOUGH = 1000
"""Effective size at which no further stage is needed."""
LEAST = 400
"""Effective size below which nothing is said."""


@dataclass(frozen=True)
class Likelihood:
    """What the emulator knows of places, without what was observed: it serves for many observations."""

    asked: Calibration
    emulator: Emulator

    def known(self, places: Numbers) -> tuple[Numbers, Numbers]:
        """Means and roots of the covariances (Cholesky) at these places."""
        middle, variance = self.emulator(places)
        doubt = self.asked.doubt + self.emulator.doubt(places, variance, self.asked.file.communities)
        return middle, np.asarray(np.linalg.cholesky(doubt))


@dataclass(frozen=True)
class Posterior:
    """A weighted sample of the unit cube."""

    places: Numbers
    weights: Numbers
    log_likelihood: Numbers
    stages: int

    @property
    def effective(self) -> float:
        """How many evenly weighted places the sample is worth."""
        return float(1.0 / np.square(self.weights).sum())

    def quantiles(self, i: int, at: list[float]) -> list[float]:
        """Quantiles of parameter i, in the unit cube."""
        order = np.argsort(self.places[:, i])
        return [float(x) for x in np.interp(at, np.cumsum(self.weights[order]), self.places[order, i])]

    def below(self, values: Numbers) -> Numbers:
        """Posterior mass below each value, parameter by parameter."""
        return np.asarray(self.weights @ (self.places < values))

    def draws(self, n: int, seed: int) -> Numbers:
        """Joint draws by their weights (systematic resampling), in random order."""
        chance = np.random.default_rng(seed)
        at = np.searchsorted(np.cumsum(self.weights), (chance.random() + np.arange(n)) / n)
        return np.asarray(self.places[chance.permutation(np.minimum(at, len(self.places) - 1))])

    def covariance(self) -> tuple[Numbers, Numbers]:
        """Mean and covariance."""
        middle = self.weights @ self.places
        away = self.places - middle
        return middle, np.asarray((away * self.weights[:, None]).T @ away)


def log_likelihood(observed: Numbers, middle: Numbers, root: Numbers) -> Numbers:
    """Log density of what was observed, up to a constant, at places with these means and roots of covariances."""
    away = np.linalg.solve(root, (observed - middle)[:, :, None])[:, :, 0]
    sizes = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return np.asarray(-0.5 * (away**2).sum(axis=1) - sizes)


class Sampler:
    """Samples posteriors; its first stage is shared by all observations."""

    def __init__(self, likelihood: Likelihood, seed: int) -> None:
        self.likelihood, self.seed = likelihood, seed
        d = len(likelihood.asked.file.free)
        self.first = np.clip(qmc.Sobol(d, seed=seed).random(FIRST), 1e-9, 1 - 1e-9)
        self.known = likelihood.known(self.first)

    def posterior(self, observed: Numbers, least: float = LEAST) -> Posterior:
        """The posterior of this observation. Raises StoreError when its effective size stays below `least`."""
        chance = np.random.default_rng(self.seed)
        odds = np.log(self.first / (1 - self.first))  # kernels live on the whole line: nothing is drawn outside
        said, drawn = log_likelihood(observed, *self.known), _even(odds)[None, :]
        sizes, stages = [len(odds)], list[_Stage]()
        while True:
            mixed = logsumexp(drawn + np.log(np.array(sizes) / len(odds))[:, None], axis=0)
            weights = said + _even(odds) - mixed
            weights = np.exp(weights - logsumexp(weights))
            found = Posterior(expit(odds), weights, said, len(sizes))
            if found.effective >= ENOUGH or len(sizes) > STAGES:
                break
            stages.append(_Stage.around(odds, weights, chance))
            fresh = stages[-1].draw(NEXT, chance)
            said = np.concatenate([said, log_likelihood(observed, *self.likelihood.known(expit(fresh)))])
            drawn = np.vstack([drawn, stages[-1].density(odds)])
            odds = np.concatenate([odds, fresh])
            sizes.append(NEXT)
            drawn = np.hstack([drawn, np.vstack([_even(fresh), *(s.density(fresh) for s in stages)])])
        if found.effective < least:
            raise StoreError(
                spoken(
                    "{name}: the posterior is worth {effective:.0f} even draws, fewer than the {least:.0f} that intervals need. Run more places or waves (points, waves), or state what the model may be off (discrepancy).",
                    name=self.likelihood.asked.name,
                    effective=found.effective,
                    least=least,
                )
            )
        return found


@dataclass(frozen=True)
class _Stage:
    """Student kernels around what fits."""

    middles: Numbers
    root: Numbers

    @classmethod
    def around(cls, odds: Numbers, weights: Numbers, chance: np.random.Generator) -> "_Stage":
        """Kernels around places drawn by their weights, as wide and slanted as the sample (Silverman's width)."""
        d = odds.shape[1]
        flat = weights**0.5 if 1 / np.square(weights).sum() < 20 * d else weights  # few places: look wider first
        flat = flat / flat.sum()
        middle = flat @ odds
        away = odds - middle
        wide = (away * flat[:, None]).T @ away + 1e-6 * np.eye(d)
        width = (4 / (d + 2)) ** (1 / (d + 4)) * KERNELS ** (-1 / (d + 4))
        picked = chance.choice(len(odds), KERNELS, p=flat)
        return cls(odds[picked], width * np.linalg.cholesky(wide))

    def draw(self, n: int, chance: np.random.Generator) -> Numbers:
        d = self.middles.shape[1]
        steps = chance.standard_normal((n, d)) / np.sqrt(chance.chisquare(TAIL, n) / TAIL)[:, None]
        return np.asarray(self.middles[chance.integers(0, len(self.middles), n)] + steps @ self.root.T)

    def density(self, odds: Numbers) -> Numbers:
        """Log density of the mixture."""
        d = self.middles.shape[1]
        x, c = np.linalg.solve(self.root, odds.T).T, np.linalg.solve(self.root, self.middles.T).T
        square = np.maximum((x**2).sum(axis=1)[:, None] + (c**2).sum(axis=1) - 2 * x @ c.T, 0.0)
        level = gammaln((TAIL + d) / 2) - gammaln(TAIL / 2) - d / 2 * np.log(TAIL * np.pi)
        heights = (1 + square / TAIL) ** (-(TAIL + d) / 2)  # falls as a power: far kernels are small, and never 0
        return np.asarray(level - np.log(np.diag(self.root)).sum() + np.log(heights.mean(axis=1)))


def _even(odds: Numbers) -> Numbers:
    """Log density of log odds that come from an even place in the unit cube."""
    return np.asarray((-np.abs(odds) - 2 * np.log1p(np.exp(-np.abs(odds)))).sum(axis=1))
