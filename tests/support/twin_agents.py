"""The twin's people and things as Mesa agents, with the names of the world's columns as their attributes.

The world keeps most of its numbers in single precision. The twin computes in double precision and rounds where it
stores (`single`), as the compiled week does.
"""

from __future__ import annotations

from ctypes import c_float
from dataclasses import dataclass, field
from typing import Any

import mesa

from sim.config.kinds import Kind
from sim.state.households import PersonColumns
from sim.state.residents import (
    AT_SCHOOL,
    CHILD,
    INTERESTS,
    MIGRANT,
    RESIDENTS,
    SENIOR_ELDER,
    TIERS,
    VACANT,
    YOUNGER_ELDER,
)

GIVEN_BY_WORLD = [name for name in RESIDENTS if not name.startswith(("luck_", "around_")) and name != "lifted"]
"""What a resident has at the start; the rest is drawn or looked up on the first Monday."""


def single(x: float) -> float:
    """A number as single precision keeps it."""
    return c_float(x).value


@dataclass(eq=False, slots=True)
class Tie:
    """One tie, the same object for both residents."""

    strength: float
    rest: float
    born: int


@dataclass(eq=False, slots=True)
class Service:
    """A kind of service and its place in the table of kinds."""

    number: int
    kind: Kind
    interest: int
    tier: int

    @classmethod
    def of(cls, number: int, kind: Kind) -> Service:
        interest = INTERESTS.index(kind.interest) if kind.interest != "none" else -1
        return cls(number, kind, interest, TIERS.index(kind.lowest_tier))

    @property
    def lasts(self) -> bool:
        """Whether a need of this kind is a case."""
        return self.kind.lasts > 0.0

    @property
    def hours(self) -> float:
        """Hours of a week: those of all services of a case."""
        return self.kind.hours * self.kind.services

    @property
    def for_children(self) -> bool:
        return self.kind.eligible in ("toddlers", "pupils")


class Grid(mesa.Agent):
    """A grid: its residents, its shared places and its public issues."""

    def __init__(self, model: mesa.Model, row: int, atmosphere: float, condition: float) -> None:
        super().__init__(model)
        self.row = row
        self.residents: list[Resident] = []
        self.people = 0
        self.atmosphere, self.condition = atmosphere, condition
        self.activity = self.project_hours = self.public_hours = 0.0
        self.public_workers = 0
        self.issues: list[Issue] = []


@dataclass(eq=False, slots=True)
class Issue:
    """A public issue of a grid; grids keep theirs in the order in which they arose."""

    opened: int
    hours: float = 0.0


class Household(mesa.Agent):
    """A household: who lives in a dwelling."""

    def __init__(self, model: mesa.Model, row: int, dwelling: int, generation: int, persons: int) -> None:
        super().__init__(model)
        self.row, self.dwelling, self.generation, self.persons, self.vacated = row, dwelling, generation, persons, 0
        self.members: list[Resident] = []


class Team(mesa.Agent):
    """The place of a team: a grid (or the whole community) and an interest; it exists while it has members."""

    def __init__(self, model: mesa.Model, row: int, grid: Grid | None, interest: int) -> None:
        super().__init__(model)
        self.row, self.grid, self.interest = row, grid, interest
        self.size, self.age, self.leaderless = 0, 0, 0
        self.leader: Resident | None = None


@dataclass(eq=False, slots=True)
class Order:
    """A need that is open."""

    key: int
    service: Service
    client: Resident
    arose: int
    state: int
    placed: int = -1
    rounds: int = 0
    server: Resident | None = None
    served_by: int = -1
    """Who served where it was no resident: an institution, the sub-district or an organization (below -1)."""
    escalated: int = 0
    credit: int = 0
    rank: float = 0.0
    quality: float = 0.0
    rating: float = 0.0
    until: int = 0
    """Week in which a case ends; 0 for an episode."""
    keeper: int = 0
    person: int = 0
    """Key of the resident who keeps a case."""
    given: float = 0.0
    served: int = 0
    refused: int = 0
    back: int = 0

    @property
    def is_case(self) -> bool:
        return self.until > 0


class Resident(mesa.Agent):
    """A resident (or whoever took over the dwelling): every column of `sim.state.residents` is an attribute."""

    def __init__(self, model: mesa.Model, row: int, household: Household, grid: Grid, world: Any) -> None:
        super().__init__(model)
        self.row, self.home, self.place = row, household, grid
        household.members.append(self)
        grid.residents.append(self)
        for name in GIVEN_BY_WORLD:
            setattr(self, name, getattr(world, name)[row].tolist())
        self.team: Team | None = None
        self.luck_asked = self.luck_rung = self.luck_life = self.luck_meeting = 0
        self.around_strength = self.around_active = self.around_above = self.around_substantive = 0.0
        self.around_identity = self.around_efficacy = self.around_across = 0.0
        self.active_ties = self.ties_above = 0
        self.ties: dict[Resident, Tie] = {}
        self.needs: dict[Service, Order] = {}

    def become(self, persons: PersonColumns) -> None:
        """Be somebody else: who stands in this row of the drawn persons."""
        for name in PersonColumns._fields:
            setattr(self, name, getattr(persons, name)[self.row].tolist())

    def in_groups(self) -> list[int]:
        """The groups for which outcomes are given apart, in the order of `residents.GROUPS`."""
        if self.age == VACANT:
            return []
        elder = self.age in (YOUNGER_ELDER, SENIOR_ELDER)
        member = (
            elder and self.alone,
            self.age == SENIOR_ELDER,
            self.age == CHILD,
            self.low_income,
            self.origin == MIGRANT,
        )
        return [g for g in range(5) if member[g]]

    @property
    def able(self) -> bool:
        """Whether they can take care of somebody: grown up, and not limited."""
        return self.age in (2, YOUNGER_ELDER, SENIOR_ELDER) and not self.limited

    def somebody_able_at_home(self, by_day: bool) -> bool:
        """Whether somebody else of the household can take care of them; `by_day`: while others work."""
        return any(m.able and not (by_day and m.works) for m in self.home.members if m is not self)

    def can_need(self, eligible: str) -> bool:
        """Whether such a service is meant for this resident."""
        if self.age == VACANT:
            return False
        adult, elder = self.age == 2, self.age in (YOUNGER_ELDER, SENIOR_ELDER)
        at_school = self.years >= AT_SCHOOL
        unattended = self.age == CHILD and not self.somebody_able_at_home(by_day=True)
        return bool(
            {
                "everyone": True,
                "elders_alone": elder and self.alone,
                "elders": elder,
                "senior_elders": self.age == SENIOR_ELDER,
                "limited": self.limited,
                "children": self.age == CHILD,
                "minors": self.age < 2,
                "parents": adult and self.school_child,
                "owners": self.owner and (adult or elder),
                "low_income": self.low_income,
                "adults": adult or elder,
                "toddlers": unattended and not at_school,
                "pupils": unattended and at_school,
            }[eligible]
        )


# ties: both residents keep the same Tie, each in a dict whose order is that of the world's slots


def part(a: Resident, b: Resident) -> None:
    """End the tie of a and b. The last tie of each takes the place that falls empty, as it does in the world."""
    for one, other in ((b, a), (a, b)):
        names = list(one.ties)
        last = names.pop()
        if last is not other:
            names[names.index(other)] = last
        one.ties = {name: one.ties[name] for name in names}


def weakest_made(a: Resident, below: float, most: int) -> tuple[bool, Resident | None]:
    """Whether a can make a tie of that strength, and whom they would forget for it: their weakest made tie."""
    made = [(tie.strength, other) for other, tie in a.ties.items() if tie.born >= 0]
    if len(made) < most:
        return True, None
    weaker = [pair for pair in made if pair[0] < below]
    return (True, min(weaker, key=lambda pair: pair[0])[1]) if weaker else (False, None)


def tied(a: Resident, b: Resident, strength: float, rest: float, week: int, most: int) -> bool:
    """Tie a to b, where both have room or can forget a weaker made tie."""
    strength = single(strength)  # a tie of the same strength is not a weaker one
    room_a, forgotten_by_a = weakest_made(a, strength, most)
    room_b, forgotten_by_b = weakest_made(b, strength, most)
    if not (room_a and room_b):
        return False
    if forgotten_by_a:
        part(a, forgotten_by_a)
    if forgotten_by_b:
        part(b, forgotten_by_b)
    a.ties[b] = b.ties[a] = Tie(strength, single(rest), week)
    return True


@dataclass
class Tally:
    """What is counted in a week: a list of numbers by name."""

    lengths: dict[str, int]
    counts: dict[str, list[float]] = field(default_factory=dict)

    def clear(self) -> None:
        self.counts = {name: [0.0] * length for name, length in self.lengths.items()}

    def add(self, name: str, amount: float = 1.0, at: int = 0) -> None:
        self.counts[name][at] += amount
