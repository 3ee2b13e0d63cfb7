"""Cases and classes: strict classes in the weekly queue, needs of a finite number of people, the register, the circle.

Sources: the discrete-time queue B' = max(B + A - c, 0), to which strict classes do nothing but share it out; the
two-state chain of a person with and without a case; the geometric law of a constant hazard.
"""

from math import exp, sqrt
from typing import override

import numpy as np

from experiments.validation.limits.limit import (
    Findings,
    Number,
    Statistical,
    binomial,
    lived,
    mean_of_runs,
    whole,
)
from experiments.validation.limits.service import arrivals, backlog, capacity_of
from sim.config.kinds import URGENCIES
from sim.config.parameter import numbers
from sim.config.schema import Config


class Classes(Statistical):
    """Open orders of each class: strict classes leave urgent orders a queue of their own, and the sum as it is."""

    weeks: int = whole("Weeks lived.")
    settle: int = whole("Weeks before counting begins.")
    runs: int = whole("Runs.", unit="runs", low=3)

    @override
    def expected(self, c: Config) -> Findings:
        capacity = capacity_of(c)
        found: dict[str, Number] = {}
        ahead, waiting, sources = 0.0, 0.0, 0
        for urgency in URGENCIES:
            own = [k.weekly for k in c.kinds.values() if k.urgency == urgency and k.weekly > 0]
            rate = sum(own) * c.population.residents
            if rate > 0:
                ahead, sources = ahead + rate, sources + len(own) * c.population.residents
                mean, _ = backlog(sources, ahead, capacity)
                found[f"open orders, {urgency}"] = Number(mean - waiting)
                found[f"weeks waited, {urgency} (Little)"] = Number((mean - waiting) / rate)
                waiting = mean
        return found

    @override
    def got(self, c: Config) -> Findings:
        kinds = list(c.kinds.values())
        classes = np.array([URGENCIES.index(k.urgency) for k in kinds])
        found: dict[str, Number] = {}
        open_of = {run: self._open(c, run, classes) for run in range(self.seed, self.seed + self.runs)}
        for at, urgency in enumerate(URGENCIES):
            rate = sum(k.weekly for k in kinds if k.urgency == urgency) * c.population.residents
            of_class = {run: means[at] for run, means in open_of.items()}
            mean = mean_of_runs(self.runs, self.seed, of_class.__getitem__, self.standard_errors)
            found[f"open orders, {urgency}"] = mean
            if rate > 0:
                found[f"weeks waited, {urgency} (Little)"] = Number(mean.value / rate, mean.error / rate)
        return found

    def _open(self, c: Config, run: int, classes: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> list[float]:
        """Mean open orders of each class in one run, on Sunday nights."""
        unmet = lived(c, run, self.weeks).tallies()["count_unmet_kind"][self.settle :, : classes.size]
        return [float(unmet[:, classes == at].sum(axis=1).mean()) for at in range(len(URGENCIES))]


class PeopleWithCases(Statistical):
    """Share of people with a case at rest: each begins one at rate h a week while without, and it ends at 1 / D."""

    weeks: int = whole("Weeks lived.")
    settle: int = whole("Weeks before counting begins.")

    @override
    def expected(self, c: Config) -> Findings:
        (kind,) = c.kinds.values()
        with_a_case = kind.weekly * kind.lasts / (1 + kind.weekly * kind.lasts)
        memory = 1 - kind.weekly - 1 / kind.lasts
        looks = c.population.residents * (self.weeks - self.settle) * (1 - memory) / (1 + memory)
        begun = c.population.residents * (self.weeks - self.settle) * (1 - with_a_case) * kind.weekly
        return {
            "share of people with a case": binomial(with_a_case, looks),
            "cases begun a week and person": Number(with_a_case / kind.lasts, with_a_case / kind.lasts / sqrt(begun)),
        }

    @override
    def got(self, c: Config) -> Findings:
        tallies = lived(c, self.seed, self.weeks).tallies()
        people = c.population.residents
        return {
            "share of people with a case": Number(
                float(tallies["stand_cases"].sum(axis=1)[self.settle :].mean()) / people
            ),
            "cases begun a week and person": Number(float(tallies["count_cases"][self.settle :, 0].mean()) / people),
        }


class LengthOfCases(Statistical):
    """Cases of the first week, new ones and those of the start, are left after n weeks with chance (1 - 1/D)^n."""

    weeks: tuple[int, ...] = numbers("Weeks after which is looked.", unit="weeks")

    @override
    def expected(self, c: Config) -> Findings:
        (kind,) = c.kinds.values()
        at_rest = kind.weekly * kind.lasts / (1 + kind.weekly * kind.lasts)
        begun = (at_rest + (1 - at_rest) * kind.weekly) * c.population.residents
        return {f"share left after {n} weeks": binomial((1 - 1 / kind.lasts) ** n, begun) for n in self.weeks}

    @override
    def got(self, c: Config) -> Findings:
        s = lived(c, self.seed, 1)
        w = s.world
        rows = slice(0, int(w.open_orders[0]))
        begun, found = np.count_nonzero(w.order_arose[rows] == 0), {}
        for n in self.weeks:
            s.run_for(n + 1 - s.week)
            rows = slice(0, int(w.open_orders[0]))
            left = np.count_nonzero(w.order_arose[rows] == 0)
            found[f"share left after {n} weeks"] = Number(left / begun)
        return found


class RegisterSurvives(Statistical):
    """Entries without a contact end after so many weeks: a chain of the weeks since the last call."""

    weeks: tuple[int, ...] = numbers("Weeks after which is looked.", unit="weeks")

    @override
    def expected(self, c: Config) -> Findings:
        calls, longest = c.registering.calls, round(c.registering.forgets_after)
        since, found = np.zeros(longest + 1), {}
        since[0] = c.registering.known_at_start
        for week in range(max(self.weeks)):
            # in the first week nobody has yet waited; then those who waited too long are forgotten before any call
            older = since if week == 0 else np.concatenate([[0.0], since[:-1]])
            since = older * (1 - calls)
            since[0] += calls * older.sum()
            if week + 1 in self.weeks:
                found[f"share known after {week + 1} weeks"] = binomial(float(since.sum()), c.population.residents)
        return found

    @override
    def got(self, c: Config) -> Findings:
        known = lived(c, self.seed, max(self.weeks)).tallies()["stand_register"][:, 0] / c.population.residents
        return {f"share known after {n} weeks": Number(float(known[n - 1])) for n in self.weeks}


class OwnRequests(Statistical):
    """Own requests for a hidden need: a power of what was answered, bounded below and above."""

    answered: tuple[float, ...] = numbers("Shares that were answered.", unit="share")

    def _chance(self, c: Config, answered: float) -> float:
        p = c.needing
        followed = np.exp(p.response * (np.log(answered) - np.log(p.answered_at_rest)))
        return float(p.own_request * np.clip(followed, p.response_floor, p.response_most))

    @override
    def expected(self, c: Config) -> Findings:
        (kind,) = c.kinds.values()
        hidden = kind.weekly * c.population.residents
        return {
            f"share of needs that are told, {a:g} answered": binomial(min(self._chance(c, a), 1.0), hidden)
            for a in self.answered
        }

    @override
    def got(self, c: Config) -> Findings:
        found = {}
        for a in self.answered:
            s = lived(c, self.seed, 0)
            s.world.answered[0] = a
            tallies = s.run_for(1).tallies()
            told, arisen = tallies["count_placed"].sum(), tallies["count_needs"][:, 0].sum()
            found[f"share of needs that are told, {a:g} answered"] = Number(float(told / arisen))
        return found


class InformalHelp(Statistical):
    """A need is met by a tied neighbour with chance 1 - exp(-h m S), S the strength of the ties to able neighbours."""

    weeks: int = whole("Weeks lived.")

    @override
    def expected(self, c: Config) -> Findings:
        (kind,) = c.kinds.values()
        strength = c.network.degree * c.network.strength
        met = 1 - exp(-c.needing.informal * kind.neighbours_keep * strength)
        return {"share of needs met by a neighbour": binomial(met, arrivals(c) * self.weeks)}

    @override
    def got(self, c: Config) -> Findings:
        tallies = lived(c, self.seed, self.weeks).tallies()
        by_neighbours, arisen = tallies["count_covered"][:, 2].sum(), tallies["count_needs"][:, 0].sum()
        return {"share of needs met by a neighbour": Number(float(by_neighbours / arisen))}
