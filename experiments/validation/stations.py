"""What observers see of a station and of the neighbourhood around it: who is served, how long cases wait, who knows whom."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from experiments.validation.observer import Numbers, Observer
from sim.state.orders import HIDDEN, KEPT, ORGANIZED, PLACED, SHELVED, VOLUNTEER
from sim.state.residents import ADULT, SENIOR_ELDER, YOUNGER_ELDER
from sim.world import World

FAVOUR = 0.5
"""Strength of a tie from which on a favour can be asked."""
YEARS_KEPT = 7


def share(part: float, whole: float) -> float:
    """A share, not-a-number of nothing."""
    return part / whole if whole else np.nan


class Cases(Observer):
    """How the cases that no family, neighbour or public service keeps fare, week by week."""

    def __init__(self) -> None:
        self.of_elders = self.served = self.hidden = 0
        self.waiting = self.taken_on = 0
        self.same = self.followed = 0
        self.before: Mapping[int, tuple[int, int]] = {}

    def look(self, world: World, week: int) -> None:
        """Count the cases of elders, the waiting weeks of companions, and who comes to meals that were brought last week."""
        n = int(world.open_orders[0])
        state, keeper, case = world.order_state[:n], world.order_keeper[:n], world.order_until[:n] > 0
        elder = (world.age >= YOUNGER_ELDER)[world.order_client[:n]]
        theirs = case & ((keeper == VOLUNTEER) | (keeper == ORGANIZED) | ((state != KEPT) & (keeper == 0)))
        self.of_elders += int((theirs & elder).sum())
        self.served += int((theirs & elder & (state == KEPT)).sum())
        self.hidden += int((theirs & elder & (state == HIDDEN)).sum())
        names = list(world.config.kinds)
        if "companionship" in names:
            company = case & (world.order_kind[:n] == names.index("companionship"))
            self.waiting += int((company & ((state == PLACED) | (state == SHELVED))).sum())
        now: dict[int, tuple[int, int]] = {}
        for o in np.flatnonzero(case & (keeper == VOLUNTEER)):
            now[int(world.order_key[o])] = int(world.order_person[o]), int(world.order_kind[o])
        for key, (person, kind) in now.items():
            if key not in self.before:
                self.taken_on += names[kind] == "companionship"
            elif names[kind] == "meals":
                self.followed += 1
                self.same += self.before[key][0] == person
        self.before = now

    def found(self) -> dict[str, float]:
        """The shares, and the mean wait of a companion (weeks waited over cases taken on)."""
        return {
            "elders_served": share(self.served, self.of_elders),
            "elders_hidden": share(self.hidden, self.of_elders),
            "companion_wait": share(self.waiting, self.taken_on),
            "same_keeper": share(self.same, self.followed),
        }


class Neighbours(Observer):
    """Whom adults know outside their household, seen once a quarter; and which ties are left after seven years."""

    def __init__(self) -> None:
        self.adults = self.without = self.favour = 0
        self.first: set[tuple[int, int]] = set()
        self.week = 0
        self.kept = np.nan
        self.keys: Numbers = np.zeros(0)

    def look(self, world: World, week: int) -> None:
        """Look at the strongest tie of each adult outside the household; seven years on, at the ties of the beginning."""
        if week % 13 == 0:
            strongest = np.zeros(world.tier.size)
            one, _, strength = ties_outside(world)
            np.maximum.at(strongest, one, strength)
            adult = (world.age >= ADULT) & (world.age <= SENIOR_ELDER)
            self.adults += int(adult.sum())
            self.without += int((adult & (strongest == 0.0)).sum())
            self.favour += int((adult & (strongest >= FAVOUR)).sum())
        if week == 0:
            one, other, _ = ties_outside(world)
            settled = world.tenure >= 52 * YEARS_KEPT
            both = settled[one]
            self.first = set(zip(world.key[one[both]].tolist(), world.key[other[both]].tolist(), strict=True))
        if week == 52 * YEARS_KEPT:
            one, other, _ = ties_outside(world)
            here = set(world.key.tolist())
            now = set(zip(world.key[one].tolist(), world.key[other].tolist(), strict=True))
            stayed = {tie for tie in self.first if tie[0] in here}
            self.kept = share(len(stayed & now), len(stayed))

    def found(self) -> dict[str, float]:
        """The shares."""
        return {
            "no_contact": share(self.without, self.adults),
            "a_favour": share(self.favour, self.adults),
            "ties_kept": self.kept,
        }


def ties_outside(world: World) -> tuple[NDArray[np.int64], NDArray[np.int64], Numbers]:
    """Both ends and the strength of every tie to somebody outside the household, each tie from both sides."""
    degree = world.degree.astype(np.int64)
    one = np.repeat(np.arange(world.tier.size), degree)
    first = np.repeat(world.tie_first[:-1] - np.concatenate(([0], np.cumsum(degree)[:-1])), degree)
    slots = first + np.arange(one.size)
    other = world.tie_other[slots]
    outside = world.household[one] != world.household[other]
    return one[outside], other[outside], world.tie_strength[slots][outside].astype(np.float64)
