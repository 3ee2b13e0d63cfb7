"""Asking, recruitment where everyone is tied to everyone, and the logit.

Sources: musick2008; mean fields, iterated week by week.
"""

from math import exp, sqrt
from typing import override

from experiments.validation.limits.limit import (
    Findings,
    Number,
    Statistical,
    binomial,
    changed,
    lived,
    participants,
    whole,
)
from sim.config.parameter import numbers
from sim.config.schema import Config


class Asked(Statistical):
    """Requests that reach a resident at rate r make the chance of being asked 1 - exp(-r)."""

    weeks: int = whole("Weeks lived.")

    @override
    def expected(self, c: Config) -> Findings:
        rate = c.asking.along_tie * c.population.seed_count
        bystanders = c.population.residents - c.population.seed_count
        return {"bystanders asked in a week": binomial(1 - exp(-rate), bystanders * self.weeks)}

    @override
    def got(self, c: Config) -> Findings:
        tallies = lived(c, self.seed, self.weeks).tallies()
        share = tallies["count_asked"].sum() / tallies["stand_tiers"][:, 0].sum()
        return {"bystanders asked in a week": Number(float(share))}


class Recruitment(Statistical):
    """Share that takes part when everyone is tied to everyone: join beta k x + eps, quit gamma, replaced delta.

    Week by week x' = (1-delta) (x (1-gamma) + (1-x) (1 - (1-eps) exp(-beta k x))), and the noise of N residents is
    carried along, so that it grows towards the critical point as 1 / (1 - slope) does.
    """

    weeks: int = whole("Weeks lived.")
    rates: tuple[float, ...] = numbers("Shares of households that leave in a week.", unit="share a week")

    @override
    def expected(self, c: Config) -> Findings:
        found: dict[str, Number] = {}
        for rate in self.rates:
            found[f"participating, {rate:g} leave a week"] = self._by_week(c, rate)
        return found

    def _by_week(self, c: Config, rate: float) -> Number:
        n, eps, quits = c.population.residents, c.deciding.climb_from_0, c.deciding.lapse_from_1
        pull = c.asking.along_tie * n
        x, variance = sum(c.population.initial_tiers) + c.population.seed_count / n, 0.0
        for _ in range(self.weeks):
            join = 1 - (1 - eps) * exp(-pull * x)
            slope = (1 - rate) * (1 - quits - join + (1 - x) * (1 - eps) * pull * exp(-pull * x))
            stays = (1 - rate) * (1 - quits)
            joins = (1 - rate) * join
            variance = slope**2 * variance + (x * stays * (1 - stays) + (1 - x) * joins * (1 - joins)) / n
            x = x * stays + (1 - x) * joins
        return Number(x, sqrt(variance) + 0.25 / n)

    @override
    def got(self, c: Config) -> Findings:
        found: dict[str, Number] = {}
        for rate in self.rates:
            s = lived(changed(c, "moving.annual_rate", 1 - (1 - rate) ** 52), self.seed, self.weeks)
            share = Number(float(participants(s)[-1] / c.population.residents))
            found[f"participating, {rate:g} leave a week"] = share
        return found


class Logit(Statistical):
    """With all effects at zero the base rate holds; being asked multiplies the odds by exp(effect)."""

    @override
    def expected(self, c: Config) -> Findings:
        base, n = c.deciding.climb_from_0, c.population.residents - c.population.seed_count
        odds = base / (1 - base) * exp(c.deciding.asked)
        return {"joining, not asked": binomial(base, n), "joining, asked": binomial(odds / (1 + odds), n)}

    @override
    def got(self, c: Config) -> Findings:
        n, found = c.population.residents - c.population.seed_count, {}
        for what, place in (("joining, not asked", changed(c, "asking.along_tie", 0.0)), ("joining, asked", c)):
            joined = participants(lived(place, self.seed, 1))[-1] - c.population.seed_count
            found[what] = Number(float(joined / n))
        return found
