"""Simulation-based calibration: does the whole machinery know how much it knows?

Truths are drawn from the prior; the model itself lives at each of them, with seeds that taught no emulator, and its numbers, with an
error of observation added, are given to the posterior as if they had been observed. If everything is right, the truth's rank in its
posterior is even, and intervals hold the truth as often as they say. One emulator serves all truths, for they share prior and numbers.

Sources: talts2018
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, chi2, kstwo

from experiments.calibration.design import FRESH, Runs, means_of
from experiments.calibration.posterior import LEAST, Sampler, log_likelihood
from experiments.runs.files import StoreError
from experiments.spoken import spoken
from experiments.validation.observer import Numbers

SHARES = (0.5, 0.9)
"""Middle shares of the posterior whose coverage is told."""
BINS = 10
ALARM = 0.05
"""Chance of a false alarm over all parameters together."""
WHOLE = "(all together)"
"""The likelihood of the truth, ranked among that of the posterior's draws: it examines all parameters jointly."""


@dataclass(frozen=True)
class Check:
    """What was found: one rank a truth and parameter, between 0 and 1."""

    names: list[str]
    """The parameters, and all together."""
    ranks: Numbers
    effective: list[float]
    """Effective sizes of the posteriors."""
    contractions: Numbers
    """Mean contraction of each parameter."""
    refused: int
    """Truths whose numbers did not exist, or whose posterior was refused."""

    def coverage(self, share: float) -> list[float]:
        """How often the middle share of the posterior holds the truth, by parameter."""
        inside = np.abs(self.ranks - 0.5) <= share / 2
        return [float(x) for x in inside.mean(axis=0)]

    def may_cover(self, share: float) -> tuple[float, float]:
        """Between which values the coverage of so many truths lies by chance, nineteen times in twenty."""
        n = len(self.ranks)
        return float(binom.ppf(0.025, n, share) / n), float(binom.ppf(0.975, n, share) / n)

    @property
    def even(self) -> list[float]:
        """Probability of ranks as uneven as these (chi-square over ten bins), by parameter."""
        n = len(self.ranks)
        counts = np.array([np.histogram(r, BINS, (0, 1))[0] for r in self.ranks.T])
        return [float(p) for p in chi2.sf(((counts - n / BINS) ** 2 / (n / BINS)).sum(axis=1), BINS - 1)]

    @property
    def straight(self) -> list[float]:
        """The same by the largest distance of the ranks' distribution from an even one (Kolmogorov)."""
        n, k = self.ranks.shape
        at = np.arange(1, n + 1)[:, None] / n
        rows = np.sort(self.ranks, axis=0)
        far = np.maximum(at - rows, rows - at + 1 / n).max(axis=0)
        return [float(kstwo.sf(far[i], n)) for i in range(k)]

    @property
    def holds(self) -> bool:
        """Whether no parameter's ranks are less even than chance allows over all of them (Bonferroni, two tests each)."""
        return min(*self.even, *self.straight) >= ALARM / (2 * len(self.names))


def checked_by_truths(
    sampler: Sampler, runs: Runs, truths: int, seed: int, told: Callable[[int], None] = lambda _: None
) -> Check:
    """Ranks of so many truths in their posteriors. Raises StoreError where more than a quarter were refused."""
    asked = sampler.likelihood.asked
    chance, d = np.random.default_rng(seed), len(asked.file.free)
    places = chance.random((truths, d))
    errors = chance.multivariate_normal(np.zeros(len(asked.targets)), asked.doubt, truths)
    among = chance.random(truths)
    ranks, effective, learned = list[Numbers](), list[float](), list[Numbers]()
    for k, (truth, error) in enumerate(zip(places, errors, strict=True)):
        fresh = FRESH + k * asked.file.communities + np.arange(asked.file.communities)
        observed = means_of(runs(truth[None, :], fresh[None, :]))[0] + error
        told(k + 1)
        if not np.isfinite(observed).all():
            continue
        try:
            found = sampler.posterior(observed, LEAST)
        except StoreError:
            continue
        own = log_likelihood(observed, *sampler.likelihood.known(truth[None, :]))[0]
        tied = found.log_likelihood == own
        whole = found.weights @ (found.log_likelihood < own) + among[k] * float(found.weights @ tied)
        ranks.append(np.append(found.below(truth), whole))
        effective.append(found.effective)
        learned.append(1 - 12 * np.diag(found.covariance()[1]))
    refused = truths - len(ranks)
    if refused > truths / 4:
        raise StoreError(
            spoken(
                "{name}: {refused} of {truths} truths had no posterior that is worth {least:.0f} draws.",
                name=asked.name,
                refused=refused,
                truths=truths,
                least=LEAST,
            )
        )
    names = [*asked.file.free, WHOLE]
    return Check(names, np.array(ranks), effective, np.mean(learned, axis=0), refused)
