"""Thresholds: crowds in which everyone sees everyone, cascades on random graphs, fronts on lattices.

Sources: granovetter1978, watts2002, centola2007; final shares after Gleeson and Cahalane (2007).
"""

from collections.abc import Callable
from math import ceil, exp, sqrt
from typing import override

import numpy as np

from experiments.validation.limits.limit import (
    Exact,
    Findings,
    Number,
    Statistical,
    changed,
    lived,
    mean_of_runs,
    participants,
    whole,
)
from sim.config.parameter import Share, number, numbers
from sim.config.schema import Config
from sim.engine.jit import plain
from sim.rules.deciding import threshold_reached


def thresholds_of(c: Config) -> list[float]:
    """The threshold of each resident, where chance has no part in it."""
    p = c.population
    if p.threshold_kind == "given":
        return [p.threshold_given[i % len(p.threshold_given)] for i in range(p.residents)]
    step = p.threshold_spread if p.threshold_kind == "sequence" else 0.0
    return [p.threshold_middle + step * i for i in range(p.residents)]


class Crowd(Exact):
    """Granovetter's crowd on a complete graph: the step-by-step count of those whose threshold is reached."""

    weeks: int = whole("Weeks lived, enough for the crowd to come to rest.")

    @override
    def expected(self, c: Config) -> Findings:
        own, acting, before = thresholds_of(c), 0, -1
        others = 1.0 if c.deciding.threshold_of == "count" else 1.0 / (c.population.residents - 1)
        while acting > before:
            before, acting = acting, sum(t <= acting * others for t in own)
        return {"residents who act": Number(acting)}

    @override
    def got(self, c: Config) -> Findings:
        return {"residents who act": Number(participants(lived(c, self.seed, self.weeks))[-1])}


def resting_share(middle: float, spread: float) -> tuple[float, float]:
    """The lowest r with r = F(r) for normal thresholds, and the slope of F there."""
    from scipy.stats import norm

    thresholds, r, before = norm(middle, spread), 0.0, -1.0
    while r - before > 1e-13:
        before, r = r, float(thresholds.cdf(r))
    return r, float(thresholds.pdf(r))


class NormalCrowd(Exact):
    """A crowd whose thresholds stand at the N quantiles of a normal law: the lowest r with r = F(r)."""

    weeks: int = whole("Weeks lived, enough for the crowd to come to rest.")
    spreads: tuple[float, ...] = numbers("Standard deviations of thresholds to be examined.", unit="share")

    @override
    def expected(self, c: Config) -> Findings:
        shares = {spread: resting_share(c.population.threshold_middle, spread)[0] for spread in self.spreads}
        return {f"acting of 100, sd {100 * spread:g}": Number(100 * r) for spread, r in shares.items()}

    @override
    def got(self, c: Config) -> Findings:
        from scipy.stats import norm

        n, found = c.population.residents, {}
        for spread in self.spreads:
            quantiles = norm(c.population.threshold_middle, spread).ppf((np.arange(n) + 0.5) / n)
            place = changed(c, "population.threshold_kind", "given")
            place = changed(place, "population.threshold_given", tuple(quantiles))
            acting = participants(lived(place, self.seed, self.weeks))[-1]
            found[f"acting of 100, sd {100 * spread:g}"] = Number(100 * acting / n)
        return found


class SampledCrowd(Statistical):
    """The same with thresholds drawn by chance: a sample of N errs by sqrt(r (1-r) / N) / (1 - F'(r))."""

    weeks: int = whole("Weeks lived, enough for the crowd to come to rest.")

    @override
    def expected(self, c: Config) -> Findings:
        r, slope = resting_share(c.population.threshold_middle, c.population.threshold_spread)
        error = sqrt(r * (1 - r) / c.population.residents) / (1 - slope)
        return {"acting of 100": Number(100 * r, 100 * error)}

    @override
    def got(self, c: Config) -> Findings:
        acting = participants(lived(c, self.seed, self.weeks))[-1]
        return {"acting of 100": Number(100 * acting / c.population.residents)}


def poisson(z: float, most: int) -> list[float]:
    """Chances of the degrees 0 to most - 1 in a Poisson graph of mean degree z."""
    p = [exp(-z)]
    for k in range(1, most):
        p.append(p[-1] * z / k)
    return p


def branching(z: float, phi: float) -> float:
    """How many more one resident moves who was moved by a single neighbour (1 at the ends of Watts's window)."""
    return sum(k * (k - 1) * p for k, p in enumerate(poisson(z, 200)) if k and 1 / k >= phi - 1e-9) / z


def window(phi: float) -> tuple[float, float]:
    """Lowest and highest mean degree at which one seed can move a Poisson graph with share thresholds phi."""
    from scipy.optimize import brentq, minimize_scalar

    top = minimize_scalar(lambda z: -branching(z, phi), bounds=(0.5, 60), method="bounded").x
    ends = (brentq(lambda z: branching(z, phi) - 1, a, b) for a, b in ((1e-3, top), (top, 100)))
    low, high = ends
    return float(low), float(high)


def final_share(z: float, phi: float, seeds: float) -> float:
    """Share that acts in the end on a Poisson graph when a share `seeds` acts at first."""
    from scipy.stats import binom

    p, most = poisson(z, 60), 60
    need = [ceil(phi * k - 1e-9) for k in range(most)]
    q, before = seeds, -1.0
    while abs(q - before) > 1e-13:
        moved = sum(k * p[k] / z * float(binom.sf(need[k] - 1, k - 1, q)) for k in range(1, most))
        before, q = q, seeds + (1 - seeds) * moved
    moved = sum(p[k] * float(binom.sf(need[k] - 1, k, q)) for k in range(1, most))
    return seeds + (1 - seeds) * moved


class Cascade(Statistical):
    """Watts's cascade on a Poisson graph: the final share, over several graphs."""

    weeks: int = whole("Weeks lived, enough for the cascade to end.")
    runs: int = whole("Graphs.", unit="runs", low=3)

    @override
    def expected(self, c: Config) -> Findings:
        share = final_share(c.network.degree, c.population.threshold_middle, c.population.seed_share)
        return {"final share": Number(share)}

    @override
    def got(self, c: Config) -> Findings:
        def share(seed: int) -> float:
            return float(participants(lived(c, seed, self.weeks))[-1] / c.population.residents)

        return {"final share": mean_of_runs(self.runs, self.seed, share, self.standard_errors)}


class Window(Statistical):
    """Watts's window: branching is 1 at its two ends; inside, few seeds move a large share, outside they do not."""

    weeks: int = whole("Weeks lived.")
    margin: float = number("How far inside and outside of the ends, as a share of them.", unit="share", low=0, high=1)
    large: Share = number("A share above which a cascade counts as large.", unit="share", low=0, high=1)

    def _degrees(self, c: Config) -> dict[str, float]:
        low, high = window(c.population.threshold_middle)
        m = self.margin
        return {
            f"large cascade at degree {z:.4g}, {where}": z
            for z, where in (
                (low * (1 - m), "below"),
                (low * (1 + m), "inside"),
                (high * (1 - m), "inside"),
                (high * (1 + m), "above"),
            )
        }

    @override
    def expected(self, c: Config) -> Findings:
        ends = {f"branching at degree {z:.5g}": Number(1.0) for z in window(c.population.threshold_middle)}
        return ends | {what: Number(float(what.endswith("inside"))) for what in self._degrees(c)}

    @override
    def got(self, c: Config) -> Findings:
        found, phi = {}, float(np.float32(c.population.threshold_middle))
        reached: Callable[..., bool] = plain(threshold_reached)
        for z in window(c.population.threshold_middle):
            s = lived(changed(c, "network.degree", z), self.seed, 0)
            k = s.world.degree.astype(float)
            vulnerable = np.array([d > 0 and reached(1, 1.0, d, phi, 0.0) for d in range(int(k.max()) + 1)])
            further = k * (k - 1) * vulnerable[s.world.degree]
            error = float(further.std()) / sqrt(k.size) / k.mean()
            found[f"branching at degree {z:.5g}"] = Number(float(further.mean() / k.mean()), error)
        for what, z in self._degrees(c).items():
            share = participants(lived(changed(c, "network.degree", z), self.seed, self.weeks))[-1]
            found[what] = Number(float(share / c.population.residents > self.large))
        return found


class Lattice(Exact):
    """Complex contagion on a ring: two fronts that move k/2 - a + 1 residents a week, or not at all."""

    weeks: int = whole("Weeks lived at most.")

    @override
    def expected(self, c: Config) -> Findings:
        n, k = c.population.residents, int(c.network.degree)
        a, s = ceil(c.population.threshold_middle), c.population.seed_count
        speed = k // 2 - a + 1 if s >= a else 0
        sizes = [s]
        while sizes[-1] < n and len(sizes) <= self.weeks and speed > 0:
            gap = n - sizes[-1]
            # when the fronts see each other, both sides count and the last gap closes at once
            sizes.append(n if gap <= k + 1 - a else sizes[-1] + 2 * speed)
        return _front(sizes, n)

    @override
    def got(self, c: Config) -> Findings:
        sizes = participants(lived(c, self.seed, self.weeks))
        return _front([c.population.seed_count, *map(int, sizes)], c.population.residents)


def _front(sizes: list[int], n: int) -> dict[str, Number]:
    """The first weeks of a front, its end, and the week in which everybody acts (-1: never)."""
    early = {f"acting after week {t}": Number(sizes[min(t, len(sizes) - 1)]) for t in (1, 2, 3)}
    full = next((t for t, size in enumerate(sizes) if size == n), -1)
    return early | {"acting in the end": Number(sizes[-1]), "weeks until all act": Number(full)}
