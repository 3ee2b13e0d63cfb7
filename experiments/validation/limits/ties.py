"""Ties: how dense they become when they form and end by chance, and how they grow with shared hours.

Sources: hall2019; the two-state Markov chain of a pair.
"""

from typing import override

import numpy as np
from scipy.stats import gamma

from experiments.validation.limits.limit import (
    Exact,
    Findings,
    Number,
    Statistical,
    changed,
    lived,
    mean_of_runs,
    weekly_share,
    whole,
)
from sim.config.parameter import number, numbers
from sim.config.schema import Config
from sim.state.ties import slot_of


class TieDensity(Statistical):
    """Share of pairs that are tied in the long run.

    A resident meets one of the n - 1 others with chance m and lets each own tie go with chance e; both sides do so,
    one after the other. So an absent tie forms with p = a(1-e) + (1-a)a, a = m/(n-1), and a tie ends with
    q = 1 - (1-e)^2 - ea. Households move last: what formed stays with (1-delta)^2 as well.
    """

    weeks: int = whole("Weeks lived.")
    settle: int = whole("Weeks before counting begins.")
    runs: int = whole("Runs.", unit="runs", low=3)
    annual_rates: tuple[float, ...] = numbers("Shares of households that leave in a year.", unit="share a year")

    @override
    def expected(self, c: Config) -> Findings:
        a, e = c.bonding.meeting / (c.population.residents - 1), c.bonding.ending
        p, q = a * (1 - e) + (1 - a) * a, 1 - (1 - e) ** 2 - e * a
        found = {}
        for annual in self.annual_rates:
            both_stay = (1 - weekly_share(annual)) ** 2
            formed, ended = p * both_stay, 1 - (1 - q) * both_stay
            found[_density(annual)] = Number(formed / (formed + ended))
        return found

    @override
    def got(self, c: Config) -> Findings:
        pairs = c.population.residents * (c.population.residents - 1) / 2
        found = {}
        for annual in self.annual_rates:
            place = changed(c, "moving.annual_rate", annual)

            def density(seed: int, place: Config = place) -> float:
                return float(lived(place, seed, self.weeks).tallies()["stand_ties"][self.settle :, 0].mean() / pairs)

            found[_density(annual)] = mean_of_runs(self.runs, self.seed, density, self.standard_errors)
        return found


class TiesAtRest(Statistical):
    """Ties a resident where the more sociable meet each other more often, in the first week and in the long run.

    Of residents as sociable as x and y one meets the other with a = m x y / n, and lets a tie go with chance e, as in
    `tie_density`; owners and renters leave with chances d of their own. Founders' ties are meetings of the past that
    lasted, so the first week is like any other but for the share of owners, which moves to p ~ s / d from that of arrivals, s.
    """

    weeks: int = whole("Weeks lived.")
    settle: int = whole("Weeks before counting begins.")
    runs: int = whole("Runs.", unit="runs", low=3)

    @override
    def expected(self, c: Config) -> Findings:
        arriving = np.array([c.population.owners_local, 1.0 - c.population.owners_local])
        leaving = np.array([weekly_share(c.moving.annual_rate * kind) for kind in (c.moving.owners, c.moving.renters)])
        at_rest = arriving / leaving / (arriving / leaving).sum()
        return {FIRST: Number(_ties_each(c, arriving, leaving)), LATER: Number(_ties_each(c, at_rest, leaving))}

    @override
    def got(self, c: Config) -> Findings:
        lives = [lived(c, self.seed + r, self.weeks).tallies()["stand_ties"][:, 0] for r in range(self.runs)]
        each = [2.0 * of_all / c.population.residents for of_all in lives]

        def over_runs(weeks: slice) -> Number:
            return mean_of_runs(self.runs, 0, lambda r: float(each[r][weeks].mean()), self.standard_errors)

        return {FIRST: over_runs(slice(0, 1)), LATER: over_runs(slice(self.settle, None))}


FIRST, LATER = "ties a resident, first week", "ties a resident, long run"


def _ties_each(c: Config, shares: "np.ndarray", leaving: "np.ndarray") -> float:
    """Mean ties of a resident, over how sociable both are and by whom the dwellings are held."""
    shape, n = c.population.sociability_shape, c.population.residents
    z = gamma.ppf((np.arange(800) + 0.5) / 800, shape, scale=1.0 / shape) if shape else np.ones(1)
    z /= z.mean()
    a, e = c.bonding.meeting * np.outer(z, z) / n, c.bonding.ending
    formed, kept = a * (1 - e) + (1 - a) * a, (1 - e) ** 2 + e * a
    total = 0.0
    for one, leaves in zip(shares, leaving, strict=True):
        for other, also in zip(shares, leaving, strict=True):
            stay = (1 - leaves) * (1 - also)
            total += one * other * float((formed * stay / (formed * stay + 1 - kept * stay)).mean())
    return total * (n - 1)


def _density(annual: float) -> str:
    return f"tie density, {annual:g} leave a year"


class TieHours(Exact):
    """Strength of a tie after so many shared hours: 1 - (1 - alpha)^hours."""

    hours: tuple[float, ...] = numbers("Shared hours after which the tie is measured.", unit="hours")
    hours_a_week: float = number(
        "Hours shared in a week; divides the hours above.", unit="hours a week", low=0.1, high=168
    )

    @override
    def expected(self, c: Config) -> Findings:
        return {f"strength after {h:g} hours": Number(1 - (1 - c.bonding.per_hour) ** h) for h in self.hours}

    @override
    def got(self, c: Config) -> Findings:
        found, s = {}, lived(c, self.seed, 0)
        w = s.world
        for h in self.hours:
            while s.week * self.hours_a_week < h:
                w.met_one[0], w.met_other[0], w.met_hours[0], w.encounters[0] = 0, 1, self.hours_a_week, 1
                s.run_for(1)
            at = slot_of(0, 1, w.views()["ties"])
            found[f"strength after {h:g} hours"] = Number(float(w.tie_strength[at]) if at >= 0 else 0.0)
        return found
