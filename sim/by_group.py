"""By group: what becomes of the groups that a user's own columns make, counted week by week beside the tallies.

Somebody looks on while a week is lived: at the book of orders before it is cleared, at what was given and met before
anybody moves, and at everybody on Sunday night. The life is the same, looked at or not. Those of whom nothing is known,
as everybody who moves in later, are counted under an empty value.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.engine.jit import Column
from sim.metrics.metric import YEAR, over_a_year, ratio
from sim.rules.living import lives_go_on
from sim.rules.serving import orders_lapse
from sim.simulation import Simulation
from sim.state.orders import DONE, is_case
from sim.state.own_columns import OwnColumns, as_text
from sim.state.residents import BYSTANDER, TASK, VACANT

COUNTS = ("residents", "of_age", "participants", "wellbeing", "unmet", "severe", "met", "hours")
"""What is counted of every group in a week. On Sunday night: residents, those of 12 and over, those at tier 1 or more,
and the sum of well-being. In the week: person-weeks with an unmet need, hidden ones included, these weighted with what
each costs a person, needs met by whomever, and hours given.
"""


def outcomes_of(counts: dict[str, Column]) -> dict[str, Column]:
    """The outcomes of a group, one number a week as metrics have; NaN where nobody belongs to it.

    Unmet needs, needs met and hours are for 100 of the group a year, at the pace of the last 52 weeks.
    """
    people, of_age = counts["residents"], counts["of_age"]
    lived = over_a_year(people)

    def of_100_a_year(count: str) -> Column:
        return ratio(100.0 * YEAR * over_a_year(counts[count]), lived, np.nan)

    return {
        "residents": people,
        "participants": counts["participants"],
        "participation": ratio(counts["participants"], of_age, np.nan),
        "unmet_needs": of_100_a_year("unmet"),
        "unmet_severe": of_100_a_year("severe"),
        "needs_met": of_100_a_year("met"),
        "hours": of_100_a_year("hours"),
        "wellbeing": ratio(counts["wellbeing"], people, np.nan),
    }


FEW = 12
"""Different values of a column that makes groups where nobody says which columns do."""
ROOM = 60
"""Groups that all such columns make together: the first columns of the file have them."""
MOST = 100
"""Different values of a column that was asked for by name: more are no groups."""


class Group(NamedTuple):
    """Those of whom a column says this; an empty value: those of whom it says nothing."""

    column: str
    value: str


type ByGroup = dict[tuple[Group, str], Column]
"""Each outcome of each group: one number a week lived."""


def columns_of(own: OwnColumns | None, wanted: Sequence[str] | None = None) -> list[str]:
    """The columns by whose values outcomes are kept: those `wanted`, or all of the user's own with few of them.

    Errors: ValueError for a wanted column that is not there, or one that makes no groups.
    """
    if wanted is not None:
        return list(dict.fromkeys(_wanted(own, name) for name in wanted))
    found, room = list[str](), ROOM
    for name in own.columns if own is not None else ():
        many = len(different_values(own.columns[name])) if own is not None else 0
        if name not in ("id", "grid") and 1 < many <= min(FEW, room):
            found.append(name)
            room -= many
    return found


def _wanted(own: OwnColumns | None, word: str) -> str:
    if own is None:
        raise ValueError(f"{word!r}; expected a file of residents (population.residents_file) that has this column")
    name = own.named(word)
    many = len(different_values(own.column(word)))
    if name is None or name == "id" or not 1 < many <= MOST:
        raise ValueError(f"{word!r}, a column of {many:,} different values; expected one of 2 to {MOST}, for groups")
    return name


def different_values(column: Column) -> list[str]:
    """The different values of a column as texts: words by the alphabet, numbers by size, without what is not known."""
    different = np.unique(column)
    return [text for text in map(as_text, different.tolist()) if text]


def live_by_group(life: Simulation, weeks: int, wanted: Sequence[str] | None = None) -> ByGroup:
    """Live so many weeks, from the first on, and say what became of each group; without own columns just live them."""
    own = life.world.people.own
    columns = columns_of(own, wanted)
    if own is None or not columns:
        life.run_for(weeks)
        return {}
    counter = _Counter(life, own, columns)
    for week in range(weeks):
        counter.live(week, weeks)
    return counter.found()


class _Counter:
    """Who belongs to which group, and what was counted of them."""

    def __init__(self, life: Simulation, own: OwnColumns, columns: Sequence[str]) -> None:
        self.life, self.keys = life, own.keys
        self.groups: list[Group] = []
        self.known, self.unknown = list[Column](), list[int]()
        for name in columns:
            values = [*different_values(own.columns[name]), ""]
            places = {value: len(self.groups) + k for k, value in enumerate(values)}
            self.groups += [Group(name, value) for value in values]
            self.known.append(np.array([places[as_text(value)] for value in own.columns[name].tolist()]))
            self.unknown.append(places[""])
        self.weeks: dict[str, Column] = {}

    def live(self, week: int, weeks: int) -> None:
        """Live one week, and count."""
        if not self.weeks:
            self.weeks = {name: np.zeros((weeks, len(self.groups))) for name in COUNTS}
        now = {name: rows[week] for name, rows in self.weeks.items()}
        self.life.live_one_week(
            ((orders_lapse, lambda: self._count_unmet(now)), (lives_go_on, lambda: self._count_given(now)))
        )
        world = self.life.world
        here = world.age != VACANT
        belong = self._belong()
        now["residents"] += self._sums(belong, here)
        now["of_age"] += self._sums(belong, here & (world.tier >= BYSTANDER))
        now["participants"] += self._sums(belong, here & (world.tier >= TASK))
        now["wellbeing"] += self._sums(belong, np.where(here, world.wellbeing, 0.0))

    def _count_unmet(self, now: dict[str, Column]) -> None:
        """Every need that is not over goes unmet this week, by its `share_unmet`, said here of all orders at once."""
        orders, kinds = self.life.views["orders"], self.life.views["kinds"]
        book = slice(self.life.world.open_orders[0])
        unmet = np.where(is_case(book, orders), 1.0 - orders.given[book], 1.0) * (orders.state[book] != DONE)
        belong = [group[orders.client[book]] for group in self._belong()]
        now["unmet"] += self._sums(belong, unmet)
        now["severe"] += self._sums(belong, unmet * kinds.severity[orders.kind[book]])

    def _count_given(self, now: dict[str, Column]) -> None:
        world, belong = self.life.world, self._belong()
        now["met"] += self._sums(belong, world.met)
        now["hours"] += self._sums(belong, world.hours)

    def _belong(self) -> list[Column]:
        """Of every column, the group of whoever lives in each row."""
        founders = self.life.world.key == self.keys
        return [np.where(founders, of, none) for of, none in zip(self.known, self.unknown, strict=True)]

    def _sums(self, belong: Sequence[Column], values: Column) -> Column:
        return np.sum([np.bincount(of, values, len(self.groups)) for of in belong], axis=0)

    def found(self) -> ByGroup:
        """The outcomes, without those of whom nothing is known where there never was anybody."""
        found: ByGroup = {}
        for k, group in enumerate(self.groups):
            counts = {name: rows[:, k] for name, rows in self.weeks.items()}
            if group.value or counts["residents"].any():
                found |= {(group, name): values for name, values in outcomes_of(counts).items()}
        return found
