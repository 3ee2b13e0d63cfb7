"""Conservation: what must hold in every week of a whole community with policies."""

from typing import override

import numpy as np

from experiments.validation.limits.limit import Exact, Findings, Number, Numbers, lived, whole
from sim import POLICIES, Simulation
from sim.config.schema import Config
from sim.state.orders import PLACED
from sim.state.residents import CHILD, RESIDENTS, VACANT


def people_counted(s: Simulation) -> bool:
    """Residents by tier, and children, add up to those who live here."""
    w, here = s.world, s.world.age != VACANT
    counted = w.stand_tiers.sum() + w.stand_children[0] == here.sum()
    return bool(counted and ((w.tier[here] < 0) == (w.age[here] == CHILD)).all())


def orders_kept(s: Simulation) -> bool:
    """Needs that arose were covered, closed (done, expired, declined), cancelled, or are open."""
    t = {name: column.sum(axis=0) for name, column in s.tallies().items()}
    ended = t["count_done"][0] + t["count_expired"][:2].sum() + t["count_declined"][0]
    entered = t["count_needs"][0] - t["count_covered"][0] - t["count_put_off"][0]
    return bool(t["count_closed"][0] == ended and entered == ended + t["count_cancelled"][0] + s.world.open_orders[0])


def placed_orders_kept(s: Simulation) -> bool:
    """Orders placed are done, expired, declined or open; the rest are among those cancelled."""
    t = {name: column.sum(axis=0) for name, column in s.tallies().items()}
    ended = t["count_done"][0] + t["count_expired"][0] + t["count_declined"][0]
    still = np.count_nonzero(s.world.order_state[: int(s.world.open_orders[0])] == PLACED)
    return bool(0 <= t["count_placed"][0] - ended - still <= t["count_cancelled"][0])


def shares_in_range(s: Simulation) -> bool:
    """Every column of residents with a range keeps to it."""
    ranged = ((s.world.columns[name], fact) for name, fact in RESIDENTS.items())
    return all(
        (fact.low is None or column.min() >= fact.low) and (fact.high is None or column.max() <= fact.high)
        for column, fact in ranged
    )


def ties_hold(s: Simulation) -> bool:
    """Each tie stands on both sides with one strength, and was made after both arrived, or they share a home."""
    w, n = s.world, s.world.degree.size
    ends = [np.arange(a, a + d) for a, d in zip(w.tie_first[:-1], w.degree, strict=True)]
    slots = np.concatenate(ends) if ends else np.zeros(0, int)
    one, other = np.repeat(np.arange(n), w.degree), w.tie_other[slots]
    there, back = np.lexsort((other, one)), np.lexsort((one, other))
    mutual = (one[there] == other[back]).all() and (other[there] == one[back]).all()
    alike = (w.tie_strength[slots][there] == w.tie_strength[slots][back]).all()
    arrived = np.where(w.key >> np.uint64(63) > 0, w.week[0] - w.tenure, -10_000)
    known = (w.tie_born[slots] > np.maximum(arrived[one], arrived[other])) | (w.household[one] == w.household[other])
    return bool(mutual and alike and known.all() and (w.degree <= np.diff(w.tie_first)).all())


def grids_cover(s: Simulation) -> bool:
    """The grids' slices cover all residents once."""
    w = s.world
    rows = np.repeat(np.arange(w.grid_first.size - 1), np.diff(w.grid_first))
    return bool(w.grid_first[0] == 0 and w.grid_first[-1] == w.grid.size and (rows == w.grid).all())


def credits_stand(s: Simulation) -> bool:
    """The ledger's outstanding credits are the sum of balances, and it is right."""
    earned, redeemed, expired, lost, _ = s.tallies()["count_bank"].sum(axis=0)
    return bool(s.world.balance.sum() == earned - redeemed - expired - lost)


CHECKS = {
    "people": people_counted,
    "orders": orders_kept,
    "placed orders": placed_orders_kept,
    "ranges": shares_in_range,
    "ties": ties_hold,
    "grids": grids_cover,
    "credits": credits_stand,
}


def hours_at_hand(s: Simulation) -> Numbers:
    """Hours that each resident can give in the week to come, those saved up included."""
    w, p = s.world, s.config.remembering
    of_tier = np.array([0.0, p.hours_task, p.hours_interest, 1.0, 0.0])[w.tier]
    free = w.hours_limit * np.clip(
        of_tier * (1.0 + p.satisfaction * (w.satisfaction - p.satisfaction_at_rest)), 0.0, 1.0
    )
    at_hand: Numbers = np.minimum(w.hours_left + free, np.maximum(p.weeks_saved * free, w.kind_hours.max(initial=0.0)))
    return at_hand


def hours_kept(s: Simulation, at_hand: Numbers) -> bool:
    """Nobody who stayed gave more hours than they had at hand."""
    w = s.world
    stayed = w.tenure > 0
    return bool((w.hours[stayed] <= at_hand[stayed] + 1e-3).all())


def columns_that_differ(one: Simulation, other: Simulation) -> int:
    """How many columns of two worlds are not the same to the last byte."""
    return sum(a.tobytes() != other.world.columns[name].tobytes() for name, a in one.world.columns.items())


class Conservation(Exact):
    """Weeks in which something gets lost or leaves its range: none, with all policies in force."""

    weeks: int = whole("Weeks lived.")

    @override
    def expected(self, c: Config) -> Findings:
        weeks = [f"weeks in which {what} are wrong" for what in (*CHECKS, "hours")]
        columns = ["columns that differ, same seed", "columns that differ, policies without time"]
        return dict.fromkeys([*weeks, *columns], Number(0))

    @override
    def got(self, c: Config) -> Findings:
        wrong = dict.fromkeys((*CHECKS, "hours"), 0)
        s = lived(c, self.seed, 0, [policy() for policy in POLICIES.values()])
        for _ in range(self.weeks):
            at_hand = hours_at_hand(s)
            s.run_for(1)
            for what, holds in CHECKS.items():
                wrong[what] += not holds(s)
            wrong["hours"] += not hours_kept(s, at_hand)
        again = lived(c, self.seed, self.weeks, [policy() for policy in POLICIES.values()])
        without = lived(c, self.seed, self.weeks)
        idle = lived(c, self.seed, self.weeks, [policy.model_validate({"stop": 0}) for policy in POLICIES.values()])
        return {f"weeks in which {what} are wrong": Number(n) for what, n in wrong.items()} | {
            "columns that differ, same seed": Number(columns_that_differ(s, again)),
            "columns that differ, policies without time": Number(columns_that_differ(without, idle)),
        }
