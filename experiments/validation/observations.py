"""Observing: what is read off a community that lives on, beyond its weekly metrics."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.validation.observer import Numbers, Observer
from experiments.validation.stations import Cases, Neighbours, ties_outside
from sim import METRICS, Simulation
from sim.config.schema import Config
from sim.policies.policy import Policy
from sim.state.residents import SENIOR_ELDER, YOUNGER_ELDER
from sim.world import World

FOLLOWED = 26
"""Weeks over which bystanders are followed to see whether they join."""


class Elders(Observer):
    """How many of the elders live alone."""

    def __init__(self) -> None:
        self.alone = self.elders = 0

    def look(self, world: World, week: int) -> None:
        """Count elders, and those of them who live alone."""
        elder = (world.age >= YOUNGER_ELDER) & (world.age <= SENIOR_ELDER)
        self.elders += int(np.count_nonzero(elder))
        self.alone += int(np.count_nonzero(elder & (world.alone == 1)))

    def found(self) -> dict[str, float]:
        """The share over all weeks."""
        return {"elders_alone_share": self.alone / self.elders if self.elders else np.nan}


class Leavers(Observer):
    """How many of those who take part stop, by how long they have taken part: in their first year, and later."""

    def __init__(self) -> None:
        self.weeks, self.stops = np.zeros(2), np.zeros(2)
        self.before: tuple[NDArray[np.uint64], NDArray[np.bool_], NDArray[np.bool_]] | None = None

    def look(self, world: World, week: int) -> None:
        """Count the weeks of those who took part last week and still live here, and who of them has stopped."""
        takes_part = world.tier > 0
        if self.before is not None:
            keys, took_part, later = self.before
            there = took_part & (keys == world.key)
            self.weeks += np.bincount(later[there], minlength=2)
            self.stops += np.bincount(later[there & ~takes_part], minlength=2)
        years = (int(world.week[0]) - world.recruited_week.astype(np.int64)) // 52
        self.before = world.key.copy(), takes_part, years >= 1

    def found(self) -> dict[str, float]:
        """The shares a year that the weekly chances to stop add up to."""
        with np.errstate(invalid="ignore"):
            first, later = 1.0 - (1.0 - self.stops / self.weeks) ** 52
        return {"loss_first_year": float(first), "loss_later": float(later)}


class Purses(Observer):
    """Who earned and who redeemed time-bank credits; seen in balances that rise and fall (nothing expires here)."""

    def __init__(self) -> None:
        self.key = self.balance = np.zeros(0, np.int64)
        self.earners: set[int] = set()
        self.redeemers: set[int] = set()

    def look(self, world: World, week: int) -> None:
        """Compare each balance with last week's, where the same person still lives there."""
        if self.key.size:
            same = self.key == world.key
            self.earners.update(world.key[same & (world.balance > self.balance)].tolist())
            self.redeemers.update(world.key[same & (world.balance < self.balance)].tolist())
        self.key, self.balance = world.key.copy(), world.balance.copy()

    def found(self) -> dict[str, float]:
        """Earners for each redeemer."""
        return {"earners_over_redeemers": len(self.earners) / len(self.redeemers) if self.redeemers else np.nan}


class Contact(Observer):
    """Whether bystanders with stronger ties across origins, and within their own, join more often in half a year.

    A logistic regression of joining on both sums of tie strength outside the household, origin and age band.
    """

    def __init__(self) -> None:
        self.rows: list[Numbers] = []
        self.joined: list[Numbers] = []
        self.waiting: tuple[NDArray[np.int64], NDArray[np.uint64], Numbers] | None = None

    def look(self, world: World, week: int) -> None:
        """Twice a year: who of those followed has joined, and whom to follow next."""
        if week % FOLLOWED:
            return
        if self.waiting is not None:
            rows, keys, facts = self.waiting
            stayed = world.key[rows] == keys
            joined = world.recruited_week[rows] > int(world.week[0]) - FOLLOWED
            self.rows.append(facts[stayed])
            self.joined.append(joined[stayed].astype(np.float64))
        bystanders = np.flatnonzero(world.tier == 0)
        across, within = strength_by_origin(world)
        ages = [(world.age[bystanders] == band).astype(np.float64) for band in range(2, SENIOR_ELDER + 1)]
        facts = np.column_stack(
            [np.ones(bystanders.size), across[bystanders], within[bystanders], world.origin[bystanders] > 0, *ages]
        )
        self.waiting = bystanders, world.key[bystanders].copy(), facts

    def found(self) -> dict[str, float]:
        """The two coefficients."""
        if not self.rows:
            return {"contact_across": np.nan, "contact_within": np.nan}
        slopes = logistic_slopes(np.concatenate(self.rows), np.concatenate(self.joined))
        return {"contact_across": float(slopes[1]), "contact_within": float(slopes[2])}


def strength_by_origin(world: World) -> tuple[Numbers, Numbers]:
    """Each resident's tie strength outside the household to people of the other origins, and of the own."""
    n = world.tier.size
    one, other, strength = ties_outside(world)
    alike = world.origin[one] == world.origin[other]
    across = np.bincount(one, strength * ~alike, minlength=n)
    within = np.bincount(one, strength * alike, minlength=n)
    return across, within


def logistic_slopes(facts: Numbers, happened: Numbers, steps: int = 30) -> Numbers:
    """Coefficients of a logistic regression by Newton's method; columns without variation get 0."""
    varies = np.ptp(facts, axis=0) > 0
    varies[0] = True
    x = facts[:, varies]
    slopes = np.zeros(x.shape[1])
    for _ in range(steps):
        chance = 1.0 / (1.0 + np.exp(-np.clip(x @ slopes, -30, 30)))
        weight = np.maximum(chance * (1.0 - chance), 1e-9)
        # a very small ridge keeps the step finite where nobody of a group joined
        step = np.linalg.solve(x.T @ (x * weight[:, None]) + 1e-6 * np.eye(x.shape[1]), x.T @ (happened - chance))
        slopes += step
        if np.abs(step).max() < 1e-8:
            break
    whole = np.zeros(facts.shape[1])
    whole[varies] = slopes
    return whole


@dataclass(frozen=True)
class Life:
    """What is known of one community's window: weekly metrics, tallies, and what observers found."""

    weekly: Mapping[str, Numbers]
    tallies: Mapping[str, Numbers]
    seen: Mapping[str, float]


OBSERVERS: dict[str, Callable[[], Observer]] = {
    "elders_alone_share": Elders,
    "loss_first_year": Leavers,
    "loss_later": Leavers,
    "earners_over_redeemers": Purses,
    "contact_across": Contact,
    "contact_within": Contact,
    "elders_served": Cases,
    "elders_hidden": Cases,
    "companion_wait": Cases,
    "same_keeper": Cases,
    "no_contact": Neighbours,
    "a_favour": Neighbours,
    "ties_kept": Neighbours,
}
"""Which observer finds a number."""


def observed_life(
    config: Config, policies: Sequence[Policy], seed: int, burn_in: int, window: int, numbers: Sequence[str]
) -> Life:
    """Let a community live through burn-in and window; observe what these numbers need."""
    simulation = Simulation(config, policies, seed).run_for(burn_in)
    observers = [make() for make in dict.fromkeys(OBSERVERS[name] for name in numbers if name in OBSERVERS)]
    for week in range(window):
        simulation.live_one_week()
        for observer in observers:
            observer.look(simulation.world, week)
    seen = {name: value for observer in observers for name, value in observer.found().items()}
    weekly = {name: values[burn_in:] for name, values in simulation.weekly().items()}
    tallies = {name: rows[burn_in:] for name, rows in simulation.tallies().items()}
    return Life(weekly, tallies, seen)


def tier_chain(tallies: Mapping[str, Numbers]) -> Numbers:
    """The weekly chances to go from tier to tier (4 x 4), as they were on average in this window."""
    stock = tallies["stand_tiers"].sum(axis=0)
    chain = np.zeros((4, 4))
    for k in range(3):
        chain[k, k + 1] = tallies["count_climbs"][:, k].sum() / max(stock[k], 1.0)
        chain[k + 1, k] = tallies["count_lapses"][:, k].sum() / max(stock[k + 1], 1.0)
    chain[np.diag_indices(4)] = 1.0 - chain.sum(axis=1)
    return chain


def participation_under_replacement(chain: Numbers, replaced: float) -> float:
    """Share at tier 1 or more where a share `replaced` a week gives way to newcomers at tier 0 (oracle E5)."""
    start = np.array([1.0, 0.0, 0.0, 0.0])
    settled = np.linalg.solve((np.eye(4) - (1.0 - replaced) * chain).T, replaced * start)
    return float(settled[1:].sum())


def fall_over_replacement(as_it_is: Life, mobile: Life) -> float:
    """Relative fall of participation with turnover, over that which replacement alone brings (same seed)."""
    replaced = [
        life.tallies["count_movers"][:, 1].sum() / max(life.tallies["stand_groups"][:, 0].sum(), 1.0)
        for life in (as_it_is, mobile)
    ]
    chain = tier_chain(as_it_is.tallies)
    before, after = (participation_under_replacement(chain, share) for share in replaced)
    if before == 0.0:  # nobody began in so short a time
        return math.nan
    expected = 1.0 - after / before
    fell = 1.0 - mobile.weekly["participation"].mean() / as_it_is.weekly["participation"].mean()
    return float(fell / expected) if expected > 0 else np.nan


def entries_asked(life: Life) -> float:
    """Of those who began to take part, the share who did so in a week in which somebody had asked them."""
    routes = life.tallies["count_routes"].sum(axis=0)
    return float(routes[2:].sum() / routes[1:].sum()) if routes[1:].sum() else np.nan


def orders_a_year(life: Life) -> float:
    """Orders placed per resident and year."""
    residents = life.tallies["stand_groups"][:, 0].mean()
    return float(52.0 * life.tallies["count_placed"].mean() / residents) if residents else np.nan


def favours_in_time(life: Life) -> float:
    """Of the one-off orders that ended, done, expired or declined, the share done within their promise."""
    done, expired, declined = (life.tallies[f"count_{how}"][:, 0].sum() for how in ("done", "expired", "declined"))
    ended = done + expired + declined
    return float(life.tallies["count_in_time"].sum() / ended) if ended else np.nan


COUNTED: dict[str, Callable[[Life], float]] = {
    "entries_asked": entries_asked,
    "orders_a_year": orders_a_year,
    "favours_in_time": favours_in_time,
}
"""Numbers that tallies give."""
COMPARED: dict[str, Callable[[Life, Life], float]] = {"fall_over_replacement": fall_over_replacement}
"""Numbers that compare the community as it is with an arm."""

SENTENCES = {
    "elders_alone_share": "Residents of 60 and over who live alone, as a share of them.",
    "loss_first_year": "Those who take part for less than a year: the share that stops in a year (movers not counted).",
    "loss_later": "Those who have taken part for a year or more: the share that stops in a year (movers not counted).",
    "earners_over_redeemers": "People who earned credits in the window, for each who redeemed some.",
    "contact_across": "Log odds of joining in half a year per unit of tie strength to people of other origins.",
    "contact_within": "Log odds of joining in half a year per unit of tie strength to people of one's own origin.",
    "elders_served": "Of the case-weeks of elders that nobody of their circle keeps, those with a volunteer or an organization.",
    "elders_hidden": "Of the same case-weeks, those of which the station does not know.",
    "companion_wait": "Weeks that known cases of companionship wait, for each that a volunteer takes on.",
    "same_keeper": "Meals kept by the same volunteer as last week, of those kept by a volunteer in both.",
    "no_contact": "Adults without any tie outside their household, as a share.",
    "a_favour": "Adults with a tie outside their household of strength .5 or more.",
    "ties_kept": "Ties of those who had lived here for seven years that are left seven years later, of those who stayed.",
    "entries_asked": "Beginnings in a week in which somebody had asked, of all beginnings.",
    "orders_a_year": "Orders placed per resident and year.",
    "favours_in_time": "One-off orders that ended (done, expired, declined): the share done within the promise.",
    "fall_over_replacement": "Relative fall of participation with turnover, over that of replacement alone.",
}
NUMBERS = (*METRICS, *SENTENCES)
"""Everything that a pattern can be about."""


def number_of(name: str, as_it_is: Life, arm: Life) -> float:
    """One number of a pattern: a metric's mean over the window, an observer's finding, or a comparison of two arms."""
    if name in METRICS:
        values = arm.weekly[name]
        return float(np.nanmean(values)) if np.isfinite(values).any() else np.nan
    if name in COUNTED:
        return COUNTED[name](arm)
    return COMPARED[name](as_it_is, arm) if name in COMPARED else arm.seen[name]
