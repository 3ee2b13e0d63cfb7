"""Service: backlogs of a station, chances of acceptance, attention, and Little's law.

Sources: manshadi2022; the discrete-time queue B' = max(B + A - c, 0) of finitely many residents, as a Markov chain.
"""

from math import exp
from typing import override

import numpy as np

from experiments.validation.limits.limit import (
    Exact,
    Findings,
    Number,
    Statistical,
    binomial,
    lived,
    mean_of_runs,
    whole,
)
from sim.config.schema import Config
from sim.state.orders import PLACED


def arrivals(c: Config) -> float:
    """Needs of the whole community a week: everybody is eligible, and few have one open."""
    return sum(kind.weekly for kind in c.kinds.values()) * c.population.residents


def capacity_of(c: Config, stations: int = 1) -> int:
    """Orders a week that the staff of each of so many stations can dispatch. Errors: ValueError for no whole number."""
    p = c.dispatching
    persons = p.staff_per_1000 * c.population.residents / 1000 / stations
    capacity = persons * p.staff_hours * p.staff_share * 60 / p.order_minutes
    if abs(capacity - round(capacity)) > 1e-9:
        raise ValueError(f"a capacity of {capacity:g} orders a week at each station; expected a whole number")
    return round(capacity)


def backlog(sources: int, rate: float, capacity: int) -> tuple[float, float]:
    """Mean backlog and the chance that it is empty, exactly, for so many residents who need `rate` in all a week, each in turn.

    Who waits for an order has no second need, so a week brings Binomial(sources - B, rate / sources) to the B that wait, and
    at most `capacity` are served: a Markov chain. Errors: ValueError where more arrives than can be served.
    """
    from scipy.stats import binom

    if not 0 < rate < capacity:
        raise ValueError(f"{rate:g} orders a week arrive for a capacity of {capacity}: the backlog has no mean")
    most = 50
    while True:
        waiting = np.arange(most + 1)
        chain = np.zeros((most + 1, most + 1))
        for b in waiting:
            arrive = np.arange(most + capacity - b + 1)
            np.add.at(chain[b], np.maximum(b + arrive - capacity, 0), binom.pmf(arrive, sources - b, rate / sources))
            chain[b, most] += 1 - chain[b].sum()
        at_rest = np.linalg.solve(
            np.vstack([(chain.T - np.eye(most + 1))[:-1], np.ones(most + 1)]), np.eye(most + 1)[-1]
        )
        if at_rest[-1] < 1e-12 or 2 * most > min(sources, 2000):
            return float(at_rest @ waiting), float(at_rest[0])
        most *= 2


class Backlog(Statistical):
    """Open orders on Sunday night, in all grids together."""

    weeks: int = whole("Weeks lived.")
    settle: int = whole("Weeks before counting begins.")
    runs: int = whole("Runs.", unit="runs", low=3)

    @override
    def expected(self, c: Config) -> Findings:
        stations = c.population.grids if c.dispatching.scope == "local" else 1
        mean, empty = backlog(c.population.residents // stations, arrivals(c) / stations, capacity_of(c, stations))
        return {"open orders": Number(stations * mean), "chance that none is open": Number(empty**stations)}

    @override
    def got(self, c: Config) -> Findings:
        open_orders = {
            run: lived(c, run, self.weeks).tallies()["count_open"][self.settle :, 0]
            for run in range(self.seed, self.seed + self.runs)
        }

        def over_runs(measured: str) -> Number:
            values = {run: (x if measured == "mean" else x == 0).mean() for run, x in open_orders.items()}
            return mean_of_runs(self.runs, self.seed, lambda run: float(values[run]), self.standard_errors)

        return {"open orders": over_runs("mean"), "chance that none is open": over_runs("empty")}


class Acceptance(Statistical):
    """An order offered to n volunteers, of whom each accepts with chance p, is taken with chance 1 - (1-p)^n."""

    weeks: int = whole("Weeks lived.")

    @override
    def expected(self, c: Config) -> Findings:
        p = 1 / (1 + exp(-c.dispatching.accept))
        return {"orders accepted of those offered": Number(1 - (1 - p) ** c.dispatching.offers)}

    @override
    def got(self, c: Config) -> Findings:
        tallies = lived(c, self.seed, self.weeks).tallies()
        offered, accepted = tallies["count_dispatched"].sum(), tallies["count_accepted"].sum()
        return {"orders accepted of those offered": binomial(accepted / offered, offered)}


class Attention(Statistical):
    """Volunteers called turn calls off and come back: a chain of two states, each volunteer apart."""

    weeks: int = whole("Weeks lived.")
    settle: int = whole("Weeks before counting begins.")

    @override
    def expected(self, c: Config) -> Findings:
        off, back = c.dispatching.broadcast * c.dispatching.away_chance, c.dispatching.back_chance
        share, memory = back / (off + back), 1 - off - back
        looks = c.population.residents * (self.weeks - self.settle) * (1 - memory) / (1 + memory)
        return {"share of volunteers who can be called": binomial(share, looks)}

    @override
    def got(self, c: Config) -> Findings:
        away = lived(c, self.seed, self.weeks).tallies()["count_away"][self.settle :, 0]
        return {"share of volunteers who can be called": Number(1 - float(away.mean()) / c.population.residents)}


class Little(Exact):
    """Little's law, order by order: open orders summed over weeks are the weeks that orders waited."""

    weeks: int = whole("Weeks lived.")

    @override
    def expected(self, c: Config) -> Findings:
        return {"mean open orders less rate times mean wait": Number(0)}

    @override
    def got(self, c: Config) -> Findings:
        s = lived(c, self.seed, self.weeks)
        tallies, w = s.tallies(), s.world
        book = slice(0, int(w.open_orders[0]))
        still = (self.weeks - w.order_placed[book])[w.order_state[book] == PLACED]
        waits = (tallies["count_wait_weeks"].sum() + still.sum()) / tallies["count_placed"].sum()
        rate = tallies["count_placed"].sum() / self.weeks
        return {"mean open orders less rate times mean wait": Number(tallies["count_open"][:, 0].mean() - rate * waits)}

    @override
    def note(self, c: Config) -> str:
        return f"{super().note(c)}; orders still open wait until the end"
