"""A community as plain lists, and what submodels share: ties, the order book, the circle of help, groups."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
from doc_chance import Chance, seven, spread_out

HIDDEN, PLACED, DISPATCHED, ACCEPTED, DONE, DECLINED = range(6)
KEPT, SHELVED = 8, 9
NOBODY, PUBLIC, HOUSEHOLD, NEIGHBOUR, VOLUNTEER, ORGANIZATION = range(6)
VACANT = 5
FRESH = (
    "rounds", "escalated", "credit", "quality", "rating", "keeper", "person", "given", "until", "refused", "back", "served",
)  # fmt: skip


class Stored(list):  # type: ignore[type-arg]
    """A column: what it holds has as many digits as the table says."""

    brief = False

    def __setitem__(self, at: Any, value: Any) -> None:
        super().__setitem__(at, seven(value) if self.brief else value)


class Place:
    """The columns of a community by their names in section 2, copied when they are first looked at."""

    def __init__(self, world: Any) -> None:
        self.columns = {
            name: column.copy() for name, column in world.columns.items() if name not in world.tallies.named
        }
        self.config = world.config
        self.people = SimpleNamespace(**{name.removeprefix("people_"): value for name, value in world._people.items()})
        self.counted = {name: world.columns[name].copy() for name in world.tallies.named}
        self.passed_up = 0
        week = int(world.week[0])
        self.now, self.chance = week, Chance(int(world.seed[0]), week)
        self.everybody = range(world.age.size)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self.columns:
            raise AttributeError(name)
        column = self.columns[name]
        kept = Stored(column.tolist())
        kept.brief = column.dtype == np.float32 and column.ndim == 1
        setattr(self, name, kept)
        return kept

    def now_holds(self) -> dict[str, Any]:
        """Every column as it is stored now."""
        return {
            name: np.array(self.__dict__[name], dtype=column.dtype).reshape(column.shape)
            if name in self.__dict__
            else column
            for name, column in self.columns.items()
        }

    # ---- who lives where, who takes part

    def lives_here(self, i: int) -> bool:
        return bool(self.age[i] != VACANT)

    def members(self, h: int) -> range:
        return range(self.household_first[h], self.household_first[h + 1])

    def participants_now(self) -> list[int]:
        return list(self.participants[: self.taking_part[0]])

    def residents(self) -> int:
        return int(sum(self.grid_people))

    def bit(self, bits: int, k: int) -> bool:
        return bool(bits >> k & 1)

    # ---- ties

    def ties_of(self, i: int) -> range:
        return range(self.tie_first[i], self.tie_first[i] + self.degree[i])

    def slot_of(self, i: int, j: int) -> int | None:
        return next((s for s in self.ties_of(i) if self.tie_other[s] == j), None)

    def strength_between(self, i: int, j: int) -> float:
        s = self.slot_of(i, j)
        return 0.0 if s is None else float(self.tie_strength[s])

    def _empties(self, i: int, s: int) -> None:
        last = self.ties_of(i)[-1]
        for column in (self.tie_other, self.tie_strength, self.tie_rest, self.tie_born):
            column[s] = column[last]
        self.degree[i] -= 1

    def end_tie(self, i: int, s: int) -> None:
        j = self.tie_other[s]
        at = self.slot_of(j, i)
        assert at is not None
        self._empties(j, at)
        self._empties(i, s)

    def end_all_ties(self, i: int) -> None:
        while self.degree[i]:
            self.end_tie(i, self.ties_of(i)[-1])

    def _gives_up(self, i: int, strength: float) -> tuple[bool, int | None]:
        """Whether i can have one more tie, and which of theirs goes for it."""
        made = [s for s in self.ties_of(i) if self.tie_born[s] >= 0]
        slots = self.tie_first[i + 1] - self.tie_first[i]
        if self.degree[i] < slots and len(made) < self.room_for_made[0]:
            return True, None
        weaker = [s for s in made if self.tie_strength[s] < strength]
        if not weaker:
            return False, None
        return True, min(weaker, key=lambda s: (self.tie_strength[s], s))

    def make_tie(self, i: int, j: int, strength: float, rest: float, born: int) -> bool:
        strength = seven(strength)
        can_i, of_i = self._gives_up(i, strength)
        can_j, of_j = self._gives_up(j, strength) if can_i else (False, None)
        if not can_j:
            return False
        for one, goes in ((i, of_i), (j, of_j)):
            if goes is not None:
                self.end_tie(one, goes)
        for one, other in ((i, j), (j, i)):
            s = self.tie_first[one] + self.degree[one]
            self.tie_other[s], self.tie_strength[s], self.tie_rest[s], self.tie_born[s] = other, strength, rest, born
            self.degree[one] += 1
        return True

    # ---- orders and cases

    def book(self) -> range:
        return range(self.open_orders[0])

    def enters(self, i: int, k: int) -> int:
        o = int(self.open_orders[0])
        for name in FRESH:
            getattr(self, f"order_{name}")[o] = 0
        self.order_client[o], self.order_kind[o], self.order_state[o] = i, k, HIDDEN
        self.order_arose[o], self.order_placed[o], self.order_server[o] = self.now, -1, -1
        self.order_key[o] = spread_out((spread_out(self.key[i]) + self.chance.key("needing.arise") + k) & (2**64 - 1))
        self.open_needs[i] |= 1 << k
        self.open_orders[0] += 1
        return o

    def leaves(self, o: int) -> None:
        self.open_needs[self.order_client[o]] &= ~(1 << self.order_kind[o])
        self.closes(o)

    def closes(self, o: int) -> None:
        """The last row of the book takes this row with all that it holds."""
        self.open_orders[0] -= 1
        last = self.open_orders[0]
        for name in self.columns:
            if name.startswith("order_"):
                column = getattr(self, name)
                column[o] = column[last]

    def is_case(self, o: int) -> bool:
        return bool(self.order_until[o] > 0)

    def hours_a_week(self, k: int) -> float:
        return float(self.kind_hours[k] * self.kind_services[k])

    def is_still_there(self, o: int) -> bool:
        v = self.order_server[o]
        return bool(self.key[v] == self.order_person[o] and self.lives_here(v))

    def keeps(self, o: int, v: int) -> None:
        """A volunteer keeps a case."""
        self.order_state[o], self.order_keeper[o], self.order_server[o] = KEPT, VOLUNTEER, v
        self.order_person[o] = self.key[v]
        self.promised[v] += self.hours_a_week(self.order_kind[o])
        self.cases[v] += 1

    def loses_keeper(self, o: int) -> None:
        if self.order_keeper[o] == VOLUNTEER and self.is_still_there(o):
            v = self.order_server[o]
            self.cases[v] -= 1
            left = max(self.promised[v] - self.hours_a_week(self.order_kind[o]), 0.0)
            self.promised[v] = left if self.cases[v] else 0.0
        self.order_keeper[o], self.order_server[o], self.order_person[o] = NOBODY, -1, 0

    def share_hours(self, i: int, j: int, hours: float) -> None:
        m = self.encounters[0]
        if m < len(self.met_one):
            self.met_one[m], self.met_other[m], self.met_hours[m] = i, j, hours
            self.encounters[0] += 1

    # ---- who may serve

    def lowest_skill(self, k: int) -> float:
        raised = max(self.kind_difficulty[k] - self.kind_skill[k], 0.0)
        return float(self.kind_skill[k] + min(max(self.skill_floor[0], 0.0), 1.0) * raised)

    def may_serve(self, v: int, k: int, hours: float) -> bool:
        able = self.tier[v] >= self.kind_tier[k] and self.skill[v] >= self.lowest_skill(k)
        return bool(able and hours >= self.hours_a_week(k))

    def scope_is(self) -> str:
        by_lever = int(self.scope[0])
        return (
            ("local", "pooled", "local_then_pooled")[by_lever] if by_lever >= 0 else str(self.config.dispatching.scope)
        )

    def is_reviewed(self) -> bool:
        return bool(self.config.dispatching.review == "yes" or self.review[0] > 0.0)

    # ---- the circle of help

    def is_able(self, j: int) -> bool:
        return bool(2 <= self.age[j] <= 4 and not self.limited[j])

    def somebody_able(self, i: int, *, by_day: bool) -> bool:
        others = (j for j in self.members(self.household[i]) if j != i and self.is_able(j))
        return any(not (by_day and self.works[j]) for j in others)

    def is_for_children(self, k: int) -> bool:
        return list(self.config.kinds.values())[k].eligible in ("toddlers", "pupils")

    def first_to_help(self, o: int) -> int:
        """Who of the circle keeps an order."""
        i, k, p = self.order_client[o], self.order_kind[o], self.config.needing
        draws = self.chance
        willing = draws.one("circle.home", self.order_key[o], once=True) < self.kind_household[k]
        if willing and self.somebody_able(i, by_day=self.is_for_children(k)):
            return HOUSEHOLD
        near = [s for s in self.ties_of(i) if self._is_neighbour(s, i)]
        strength = 0.0
        for s in near:
            strength += self.tie_strength[s]
        u, which = draws.two("circle.neighbours", self.order_key[o], 0)
        if u < 1.0 - math.exp(-p.informal * self.kind_neighbours[k] * strength):
            left = which * strength
            for s in near:
                chosen = self.tie_other[s]
                left -= self.tie_strength[s]
                if left < 0.0:
                    break
            self.order_server[o], self.order_person[o] = chosen, self.key[chosen]
            return NEIGHBOUR
        covered = self.kind_coverage[k] + self.coverage[k] + self.group_coverage[i] * self.group_kinds[k]
        return PUBLIC if draws.one("needing.cover", self.key[i], k) < covered else NOBODY

    def _is_neighbour(self, s: int, i: int) -> bool:
        j = self.tie_other[s]
        strong = self.tie_strength[s] > self.config.needing.strong_tie
        return bool(strong and self.is_able(j) and self.household[j] != self.household[i])

    # ---- groups

    def joins_groups(self, i: int) -> None:
        """Write `groups` and `wants`."""
        age, alone, elder = self.age[i], self.alone[i] == 1, self.age[i] in (3, 4)
        marks = (elder and alone, age == 4, age == 0, self.low_income[i] == 1, self.origin[i] == 1)
        self.groups[i] = sum(1 << at for at, holds in enumerate(marks) if holds)
        unattended = age == 0 and not self.somebody_able(i, by_day=True)
        grown = 2 <= age <= 4
        eligible = {
            "everyone": True,
            "elders_alone": elder and alone,
            "elders": elder,
            "senior_elders": age == 4,
            "limited": self.limited[i] == 1,
            "children": age == 0,
            "minors": age <= 1,
            "parents": age == 2 and self.school_child[i] == 1,
            "owners": grown and self.owner[i] == 1,
            "low_income": self.low_income[i] == 1,
            "adults": grown,
            "toddlers": unattended and self.years[i] < 6,
            "pupils": unattended and self.years[i] >= 6,
        }
        self.wants[i] = sum(1 << k for k, kind in enumerate(self.config.kinds.values()) if eligible[kind.eligible])
