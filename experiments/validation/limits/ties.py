"""Ties: how dense they become when they form and end by chance, and how they grow with shared hours.

Sources: hall2019; the two-state Markov chain of a pair.
"""

from typing import override

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
