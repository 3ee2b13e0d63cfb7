"""The ladder of tiers under constant rates, without and with mobility, and tenure under constant turnover.

Sources: kasarda1974; finite Markov chains.
"""

from typing import override

import numpy as np

from experiments.validation.limits.limit import (
    Findings,
    Number,
    Numbers,
    Statistical,
    binomial,
    changed,
    lived,
    weekly_share,
    whole,
)
from sim.config.parameter import numbers
from sim.config.schema import Config


def transitions(c: Config) -> Numbers:
    """Chances from tier (row) to tier (column) in a week."""
    d = c.deciding
    p = np.diag((d.climb_from_0, d.climb_from_1, d.climb_from_2), 1)
    p += np.diag((d.lapse_from_1, d.lapse_from_2, d.lapse_from_3), -1)
    return p + np.diag(1.0 - p.sum(axis=1))


def long_run(c: Config) -> Numbers:
    """The stationary shares without mobility: each is the one below times up over down."""
    p = transitions(c)
    steps = [p[k, k + 1] / p[k + 1, k] for k in range(3)]
    shares: Numbers = np.cumprod([1.0, *steps])
    shares /= shares.sum()
    return shares


class TierLadder(Statistical):
    """From all at tier 0: shares after some weeks and in the long run."""

    weeks: tuple[int, ...] = numbers(
        "Weeks after which the tiers are counted; the last stands for the long run.", unit="weeks"
    )

    @override
    def expected(self, c: Config) -> Findings:
        n = c.population.residents
        found: dict[str, Number] = {}
        for week in self.weeks[:-1]:
            shares = np.linalg.matrix_power(transitions(c), week)[0]
            found |= {f"tier {k} in week {week}": binomial(x, n) for k, x in enumerate(shares)}
        return found | {f"tier {k} in the long run": binomial(x, n) for k, x in enumerate(long_run(c))}

    @override
    def got(self, c: Config) -> Findings:
        shares = lived(c, self.seed, max(self.weeks)).tallies()["stand_tiers"] / c.population.residents
        when = {w: f"in week {w}" for w in self.weeks[:-1]} | {self.weeks[-1]: "in the long run"}
        return {f"tier {k} {said}": Number(shares[w - 1, k]) for w, said in when.items() for k in range(4)}


class LadderWithMobility(Statistical):
    """Plain replacement by newcomers at tier 0, last in the week: participation in the long run."""

    weeks: int = whole("Weeks lived, enough for the long run.")
    rates: tuple[float, ...] = numbers("Shares of households that leave in a week.", unit="share a week")

    @override
    def expected(self, c: Config) -> Findings:
        found = {}
        for rate in self.rates:
            shares = long_run(c)
            if rate > 0:
                shares = rate * np.linalg.inv(np.eye(4) - (1 - rate) * transitions(c))[0]
            found[f"participating, {rate:g} leave a week"] = binomial(1 - shares[0], c.population.residents)
        return found

    @override
    def got(self, c: Config) -> Findings:
        found = {}
        for rate in self.rates:
            s = lived(changed(c, "moving.annual_rate", 1 - (1 - rate) ** 52), self.seed, self.weeks)
            bystanders = s.tallies()["stand_tiers"][-1, 0] / c.population.residents
            found[f"participating, {rate:g} leave a week"] = Number(1 - bystanders)
        return found


class Tenure(Statistical):
    """Tenure under constant turnover is geometric; those who were there at first leave at the same pace."""

    weeks: int = whole("Weeks lived, enough for nearly everybody to have moved.")
    years: int = whole("Years after which the first residents are counted.", unit="years")

    @override
    def expected(self, c: Config) -> Findings:
        rate, n = weekly_share(c.moving.annual_rate), c.population.residents
        spread = (1 - rate) ** 0.5 / rate
        return {
            "chance to leave in a week": binomial(rate, n * self.weeks),
            "mean tenure, weeks": Number((1 - rate) / rate, spread / n**0.5),
            f"first residents after {self.years} years": binomial((1 - c.moving.annual_rate) ** self.years, n),
        }

    @override
    def got(self, c: Config) -> Findings:
        n, tallies = c.population.residents, lived(c, self.seed, self.weeks).tallies()
        return {
            "chance to leave in a week": Number(tallies["count_movers"][:, 0].mean() / n),
            "mean tenure, weeks": Number(tallies["stand_tenure"][-1, 0] / n),
            f"first residents after {self.years} years": Number(tallies["stand_founders"][52 * self.years - 1, 0] / n),
        }
