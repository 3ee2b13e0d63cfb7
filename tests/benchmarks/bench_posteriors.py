"""Which way to the posterior covers best: the table of docs/calibration.md.

    pip install emcee
    python tests/benchmarks/bench_posteriors.py /tmp/posteriors [truths]

Truths are drawn over the whole searched space, a small community of the full model lives at each, and every way to the posterior is
given the same numbers, the same luck and the same runs (192 places in 4 communities each; kept in the folder and never run twice):

importance   what the program does: importance sampling in stages, of the likelihood with the emulator
ensemble     Markov chain of an affine-invariant ensemble (emcee), of the same likelihood
rejection    approximate Bayesian computation: the tenth of the places that shows what is nearest to what was observed
regression   the same with local linear regression of the parameters' log odds (Beaumont, Zhang and Balding 2002)

The two last have no emulator: what a place shows is the mean of its communities, with an error of observation.
"""

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.special import expit, logit

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.calibration.design import Runs, means_of, seeds_of, spread_places
from experiments.calibration.file import Calibration, read_calibration
from experiments.calibration.history import matched
from experiments.calibration.posterior import LEAST, Likelihood, Posterior, Sampler, log_likelihood
from experiments.calibration.sbc import Check, checked_by_truths

SMALL = {"community": "classroom", "communities": 8, "burn_in": 52, "window": 104, "waves": 1}
WALKERS, STEPS, FORGOTTEN = 64, 1_000, 300
NEAREST = 0.1
ERRORS = 40
"""Errors of observation drawn for each place, as if it had been run as often."""


class Way:
    """A way to the posterior; the Check knows its likelihood, for the rank of all parameters together."""

    def __init__(self, likelihood: Likelihood) -> None:
        self.likelihood = likelihood
        self.widths, self.seconds = list[np.ndarray](), 0.0

    def posterior(self, observed: np.ndarray, least: float = LEAST) -> Posterior:
        began = time.process_time()
        found = self.found(observed)
        self.seconds += time.process_time() - began
        ends = [found.quantiles(i, [0.05, 0.95]) for i in range(found.places.shape[1])]
        self.widths.append(np.diff(ends, axis=1)[:, 0])
        return found

    def found(self, observed: np.ndarray) -> Posterior:
        raise NotImplementedError

    def weighted(self, places: np.ndarray, weights: np.ndarray, observed: np.ndarray) -> Posterior:
        said = log_likelihood(observed, *self.likelihood.known(places))
        return Posterior(places, weights / weights.sum(), said, 1)


class Importance(Way):
    def __init__(self, likelihood: Likelihood) -> None:
        super().__init__(likelihood)
        self.sampler = Sampler(likelihood, likelihood.asked.file.seed)

    def found(self, observed: np.ndarray) -> Posterior:
        return self.sampler.posterior(observed)


class Ensemble(Way):
    slowest = 0.0

    def found(self, observed: np.ndarray) -> Posterior:
        import emcee

        def log_density(odds: np.ndarray) -> np.ndarray:
            prior = (-np.abs(odds) - 2 * np.log1p(np.exp(-np.abs(odds)))).sum(axis=1)
            return log_likelihood(observed, *self.likelihood.known(expit(odds))) + prior

        d = len(self.likelihood.asked.file.free)
        np.random.seed(1)  # noqa: NPY002  the package draws from the old generator
        chain = emcee.EnsembleSampler(WALKERS, d, log_density, vectorize=True)
        chain.run_mcmc(logit(np.random.default_rng(1).uniform(0.05, 0.95, (WALKERS, d))), STEPS)
        self.slowest = max(self.slowest, float(chain.get_autocorr_time(discard=FORGOTTEN, tol=0).max()))
        places = expit(chain.get_chain(discard=FORGOTTEN, thin=10, flat=True))
        return self.weighted(places, np.ones(len(places)), observed)


@dataclass
class Shown:
    """What the places that were run showed, with errors of observation."""

    places: np.ndarray
    numbers: np.ndarray
    spread: np.ndarray


def shown_at(asked: Calibration, runs: Runs) -> Shown:
    file, d = asked.file, len(asked.file.free)
    places = spread_places(d, file.points, file.seed)
    means = means_of(runs(places, seeds_of(0, len(places), file.replicates, file.seeds)))
    whole = np.isfinite(means).all(axis=1)
    places, means = np.repeat(places[whole], ERRORS, axis=0), np.repeat(means[whole], ERRORS, axis=0)
    chance = np.random.default_rng(file.seed)
    numbers = means + chance.multivariate_normal(np.zeros(len(asked.targets)), asked.doubt, len(means))
    return Shown(places, numbers, numbers.std(axis=0))


@dataclass
class Nearest:
    """The nearest of what was shown, with Epanechnikov's weights."""

    shown: Shown
    rows: np.ndarray = field(init=False)
    weights: np.ndarray = field(init=False)

    def to(self, observed: np.ndarray) -> "Nearest":
        far = np.sqrt((((self.shown.numbers - observed) / self.shown.spread) ** 2).sum(axis=1))
        self.rows = np.argsort(far)[: int(NEAREST * len(far))]
        self.weights = 1 - (far[self.rows] / (far[self.rows].max() * 1.001)) ** 2
        return self


class Rejection(Way):
    def __init__(self, likelihood: Likelihood, shown: Shown) -> None:
        super().__init__(likelihood)
        self.shown = shown

    def found(self, observed: np.ndarray) -> Posterior:
        near = Nearest(self.shown).to(observed)
        return self.weighted(self.shown.places[near.rows], near.weights, observed)


class Regression(Rejection):
    def found(self, observed: np.ndarray) -> Posterior:
        near = Nearest(self.shown).to(observed)
        away = (self.shown.numbers[near.rows] - observed) / self.shown.spread
        odds = logit(np.clip(self.shown.places[near.rows], 1e-4, 1 - 1e-4))
        x, root = np.column_stack([np.ones(len(away)), away]), np.sqrt(near.weights)[:, None]
        slopes = np.linalg.lstsq(x * root, odds * root, rcond=None)[0][1:]
        return self.weighted(expit(odds - away @ slopes), near.weights, observed)


def row(name: str, way: Way, found: Check) -> str:
    d = len(found.names) - 1
    cover = {share: np.array(found.coverage(share)) for share in (0.5, 0.9)}
    cells = [
        name,
        *(f"{cover[s][:d].mean():.3f} ({cover[s][:d].min():.2f} to {cover[s][:d].max():.2f})" for s in cover),
        f"{min(found.even[:d]):.3f}, {min(found.straight[:d]):.3f}",
        "yes" if found.holds else "no",
        f"{np.mean(way.widths):.3f}",
        f"{np.mean(found.contractions):.3f}",
        f"{way.seconds / len(way.widths):.2f}",
    ]
    return f"| {' | '.join(cells)} |"


def main(folder: Path, truths: int, changes: dict[str, object], ways: list[str]) -> None:
    asked = read_calibration("baseline", None, SMALL | changes)
    runs = Runs(asked, folder, 1)
    likelihood = Likelihood(asked, matched(asked, runs)[0].emulator)
    shown = shown_at(asked, runs)
    made = {
        "importance": Importance(likelihood), "ensemble": Ensemble(likelihood),
        "rejection": Rejection(likelihood, shown), "regression": Regression(likelihood, shown),
    }  # fmt: skip
    heads = ("way", "50 % holds (least, most)", "90 % holds", "least p (chi-square, Kolmogorov)", "ranks even", "width of 90 %",
             "contraction", "seconds a posterior")  # fmt: skip
    print(f"{truths} truths\n\n| {' | '.join(heads)} |\n|---{'|---' * (len(heads) - 1)}|", flush=True)
    for name in ways or list(made):
        found = checked_by_truths(made[name], runs, truths, asked.file.seed + 1)  # type: ignore[arg-type]
        print(row(name, made[name], found), flush=True)
        for k, parameter in enumerate(found.names[:-1]):
            said = [f"{found.coverage(s)[k]:.2f}" for s in (0.5, 0.9)]
            print(f"    {parameter}: {' '.join(said)} {found.even[k]:.2f} {found.straight[k]:.2f}", file=sys.stderr)
    if made["ensemble"].widths:
        print(f"\nLongest autocorrelation of an ensemble: {made['ensemble'].slowest:.0f} steps of {STEPS}.")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 120, {}, sys.argv[3:])
