"""The world: every column by its name, and what rules and policies may look at. It holds state and has no opinion."""

import ctypes
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from sim.config.kinds import ELIGIBLE, URGENCIES, Kind
from sim.config.schema import Config
from sim.config.seed import checked_seed
from sim.config.yaml import ConfigError, Problem, Spot
from sim.engine.jit import Column
from sim.engine.layout import View
from sim.founding.acquaintances import acquainted
from sim.founding.networks import ties
from sim.founding.population import INITIAL, Founders, founders, founders_in_places, initial_tiers
from sim.mathematics.chance import key_of, stream, uniforms
from sim.mathematics.elementary import logarithms
from sim.rules.keeping import founders_keep_cases
from sim.rules.moving import founders_have_lived, founders_have_stayed
from sim.rules.needing import founders_have_cases
from sim.rules.registering import founders_are_registered
from sim.state.columns import Table, columns_of, starts_of
from sim.state.groups import everybody_joins_groups
from sim.state.households import PersonColumns
from sim.state.levers import COMMUNITY, LEVERS, REST, Resting, rest
from sim.state.orders import ENCOUNTERS, LINE, ORDERS, most_needs, wanting
from sim.state.people import household_numbers
from sim.state.places import GRIDS, HOUSEHOLDS, ISSUES, PAIRS, STATION, TEAMS
from sim.state.residents import (
    HEADCOUNT,
    INTERESTS,
    MIGRANT,
    NEVER_SERVED,
    PARTICIPANTS,
    RESIDENTS,
    TIERS,
    VACANT,
    YOUNGER_ELDER,
)
from sim.state.tallies import Tallies
from sim.state.ties import TIES
from sim.state.views import LAYOUTS, MOST_SLOW, ROWS, SECTIONS, SLOW

REGISTERED = stream("starting.registered")
TENURE = stream("starting.tenure")
SERVED = stream("starting.served")
ISSUE_ROWS_PER_GRID = 24
YEAR = 52
FIELDS = len(INTERESTS)
FOUNDING = (everybody_joins_groups, founders_are_registered, founders_have_cases, founders_keep_cases)
"""What happens once, when a community is founded."""
MEMBERS_OF_KINDS = {
    "weekly_alone": "alone",
    "weekly_senior": "senior",
    "weekly_limited": "frail",
    "household_keeps": "household",
    "neighbours_keep": "neighbours",
    "lowest_tier": "tier",
    "lowest_skill": "skill",
    "place": "home",
    "covered": "coverage",
}
"""What the table of service kinds calls those fields of a kind that have another name there."""
LARGE = 100_000
"""Residents from which it is worth asking for memory back."""


class World:
    """Every column by name: `world.tier`, `world.order_state`, `world.extra_asks` ... One entry a row, see the
    tables.
    """

    def __init__(self, config: Config, seed: int) -> None:
        """Draw the founders and their ties, and set everything at its start.

        Errors: ConfigError when a file of residents or ties is wrong.
        """
        self.config = config
        luck = np.uint64(checked_seed(seed))  # seeds beyond 2**63 are seeds too
        self._people = {
            f"people_{name}": value
            for name, value in household_numbers(
                config.population, config.life if config.lives_go_on else None, config.moving.migrants_arriving
            )
            ._asdict()
            .items()
        }
        lives_go_on = config.lives_go_on
        self.people: Founders = founders_in_places(config, luck) if lives_go_on else founders(config.population, luck)
        self.columns: dict[str, Column] = {}
        n = self.people.residents
        households, grids = self.people.household_first.size - 1, self.people.grids
        self.columns |= columns_of(RESIDENTS, n)  # in large pages, which pay where every row is in use
        self._add(PARTICIPANTS, n)
        self._add(HEADCOUNT, 1)
        self._add(HOUSEHOLDS, households)
        self._add(GRIDS, grids)
        self._add(ISSUES, grids * ISSUE_ROWS_PER_GRID)
        self._add(TEAMS, (grids + 1) * FIELDS)
        self._add(PAIRS, n + 64)
        self._add(STATION, 1)
        self._add(ENCOUNTERS, n + 64)
        self._add(SLOW, MOST_SLOW)
        self._add(TIES, 0)  # tied below, once it is known how long they have lived here
        self._add(ORDERS, max(64, int(0.2 * n)))
        self._add(LINE, max(64, int(0.2 * n)))
        self._add_levers()
        self.tallies = Tallies.empty()
        self.columns |= self.tallies.named
        self.set_kinds()
        self._settle(luck)
        self._name_columns()
        if n >= LARGE:
            _give_back_memory()

    def _name_columns(self) -> None:
        """Let every column be an attribute too: policies look up many, and `__getattr__` is slow."""
        self.__dict__.update(self.columns)

    def __getattr__(self, name: str) -> Column:
        try:
            return self.__dict__["columns"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(f"the world has no column {name!r}") from None

    def __getstate__(self) -> dict[str, object]:
        """Everything, the tallies once: as columns they are views of one row and are found again."""
        columns = {name: column for name, column in self.columns.items() if name not in self.tallies.named}
        return {
            name: value for name, value in self.__dict__.items() if name not in self.columns and name != "resting"
        } | {"columns": columns}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self.columns |= self.tallies.named
        self._join_levers()
        self._name_columns()

    def _add(self, table: Table, rows: int) -> None:
        for name, fact in table.items():
            self.columns[name] = fact.empty(rows)

    def _add_levers(self) -> None:
        rows = {
            "community": 1,
            "grid": self.people.grids,
            "resident": self.people.residents,
            "kind": max(1, len(self.config.kinds)),
        }
        for name, (span, fact) in LEVERS.items():
            self.columns[name] = fact.empty(rows[span])
        for name, at in REST.items():
            self.columns[name][:] = at
        self._join_levers()

    def _join_levers(self) -> None:
        """Let all levers lie side by side, so that they come to rest in one go."""
        spans: dict[tuple[str, str], list[str]] = {}
        for name, (span, fact) in LEVERS.items():
            spans.setdefault((span, fact.dtype), []).append(name)
        blocks = {key: np.stack([self.columns[name] for name in names]) for key, names in spans.items()}
        starts = starts_of(block.nbytes for block in blocks.values())
        levers = np.zeros(int(starts[-1]), np.uint8)
        for start, (key, block) in zip(starts, blocks.items(), strict=False):
            place = levers[start : start + block.nbytes].view(block.dtype).reshape(block.shape)
            if block.any():  # memory that is not written to is not taken either, and quick to read
                place[:] = block
            self.columns |= dict(zip(spans[key], place, strict=True))
            if key == COMMUNITY:
                community = place[:, 0]
        self.resting = Resting(levers, community, np.array([REST.get(name, 0.0) for name in spans[COMMUNITY]]))

    def set_kinds(self) -> None:
        """The service kinds as a table for compiled code."""
        kinds = list(self.config.kinds.values())
        self.columns |= {f"kind_{name}": column for name, column in table_of_kinds(kinds).items()}
        self.columns["kind_expected"] = np.zeros(len(kinds))
        situations = ("weekly", "alone", "senior", "frail")
        self.columns["kind_most"] = np.max([self.columns[f"kind_{name}"] for name in situations], axis=0, initial=0.0)
        if "tier" in self.__dict__:  # in the middle of a life: attributes are the columns that were
            self._name_columns()
        self._expect_needs()

    def _expect_needs(self) -> None:
        """How many needs of each kind a week can be expected to bring, by who lives here now."""
        self.kind_expected[:] = self.kind_weekly * wanting(self.wants, self.kind_weekly.size)

    def _settle(self, seed: np.uint64) -> None:
        """Put the founders in their rows and everything at its start."""
        config, people, start = self.config, self.people, self.config.starting
        self.household[:], self.grid[:] = people.household, people.grid
        for name, founding in people.persons._asdict().items():
            self.columns[name][:] = founding
        self.columns["household_first"] = people.household_first.astype(np.int64)
        self.dwelling[:] = people.dwelling
        self.columns["grid_first"] = np.searchsorted(people.grid, np.arange(people.grids + 1)).astype(np.int64)
        self.seed[0] = np.uint64(seed)
        self.room_for_made[0] = config.network.made_ties
        self.well_mixed[0] = config.network.kind == "well_mixed"
        self.homes_tied[0] = config.network.households_tied and config.network.kind != "well_mixed"
        if config.lives_go_on:
            self._live_before_the_start(seed)
        self.tier[:] = people.tier
        here = self.age != VACANT
        self.headcount[0] = here.sum()
        self.grid_people[:] = np.bincount(self.grid[here], minlength=people.grids)
        # the founders' facts are the world's from now on: memory holds them once
        people.household, people.grid, people.tier = self.household, self.grid, self.tier
        people.persons = self._persons()
        self.trust[0], self.confidence[0] = start.trust, start.confidence
        self.answered[0] = config.needing.answered_at_rest
        self.atmosphere[:], self.condition[:] = start.atmosphere, start.condition
        self.skill[:], self.efficacy[:], self.identity[:] = start.skill, start.efficacy, self.identity_home
        self.satisfaction[:], self.wellbeing[:] = start.satisfaction, start.wellbeing
        self._volunteers_have_served(seed)
        self.team[:], self.team_leader[:], self.issue_grid[:] = -1, -1, -1
        self.recruited_week[:], self.last_served[:], self.registered_week[:] = -1, NEVER_SERVED, NEVER_SERVED
        for name in INITIAL:
            self.columns[name][:] = people.start(name, self.columns[name])
        self.recruited_week[self.tier >= 1] = 0
        draws = uniforms(np.uint64(key_of(seed, REGISTERED, 0)), self.key)
        taking_part = self.tier >= 1
        able = self.tier >= 0
        taking_share = int(taking_part.sum()) / max(int(able.sum()), 1)
        others = max(0.0, start.registered - taking_share) / max(1e-9, 1.0 - taking_share)
        self.registered[:] = taking_part | (able & (draws < others))
        self._initial_tenure(seed)
        self._tie_founders(seed)
        for founding in FOUNDING:
            founding.run(self.table())
        self._expect_needs()

    def _volunteers_have_served(self, seed: np.uint64) -> None:
        """Who takes part at the start has done so for a while: their skill lies evenly up to a highest one."""
        start, had, serve = self.config.starting, self.config.population, self.tier >= 1
        rung, u = self.tier[serve] - 1, uniforms(np.uint64(key_of(seed, SERVED, 0)), self.key[serve])
        self.skill[serve] = np.minimum(start.skill + u * np.take(had.served_skill, rung), 1.0)
        self.efficacy[serve] = np.clip(start.efficacy + np.take(had.served_efficacy, rung), 0.0, 1.0)
        self.satisfaction[serve] = np.clip(start.satisfaction + np.take(had.served_satisfaction, rung), 0.0, 1.0)
        self.identity[serve] = np.minimum(self.identity[serve] + np.take(had.served_identity, rung), 1.0)
        self.habit[serve] = np.take(had.served_habit, rung)

    def _persons(self) -> PersonColumns:
        """The residents' own facts, as the world holds them."""
        return PersonColumns(*(self.columns[name] for name in PersonColumns._fields))

    def _live_before_the_start(self, seed: np.uint64) -> None:
        """Households live until ages, sizes and tenures are at rest; who lives here then are the founders."""
        here = self.age != VACANT
        self.household_persons[:] = np.bincount(self.household[here], minlength=self.dwelling.size)
        founders_have_lived.run(self.table())
        wanted = self.config.population.elders_alone
        found = int(((self.age != VACANT) & (self.age >= YOUNGER_ELDER) & (self.alone == 1)).sum())
        if wanted and found < wanted:
            expected = f"at most {found}: those who live alone where lives go on"
            raise ConfigError((Problem(Spot("the configuration"), "population.elders_alone", str(wanted), expected),))
        self.people.tier = initial_tiers(self.config.population, seed, self._persons(), self.tenure)

    def _tie_founders(self, seed: np.uint64) -> None:
        """The ties that founders have: given, or made in meetings of the past."""
        config = self.config
        if config.network.kind == "at_rest":
            made = acquainted(config, self.people, self.tenure, seed)
        else:
            made = ties(config.network, self.people, seed)
        self.columns |= {name: getattr(made, name) for name in TIES}

    def _initial_tenure(self, seed: np.uint64) -> None:
        """How long founders have lived here: geometric, as it is under a constant turnover of their origin."""
        moving = self.config.moving
        if self.config.lives_go_on:
            return  # they have lived before
        if self.config.network.kind == "at_rest":
            founders_have_stayed.run(self.table())
            return
        by_origin = np.where(self.origin == MIGRANT, moving.migrants, moving.locals) * moving.annual_rate
        stays = 1.0 - np.clip(by_origin, 1e-12, 0.99)
        u = uniforms(np.uint64(key_of(seed, TENURE, 0)), self.household.astype(np.uint64))
        weeks = np.where(by_origin > 0.0, YEAR * logarithms(u) / logarithms(stays), 1040.0)
        self.tenure[:] = np.minimum(weeks, 1040.0)

    def let_levers_rest(self) -> None:
        """Put every lever back where it rests."""
        rest(self.resting)

    def grow_orders(self, rows: int) -> None:
        """Give the order book room for this many rows."""
        for name, fact in (ORDERS | LINE).items():
            grown = fact.empty(rows)
            grown[: self.columns[name].size] = self.columns[name]
            self.columns[name] = grown
        self._name_columns()

    def most_new_orders(self) -> int:
        """How many needs can arise in one week."""
        return int(most_needs(self.wants, self.kind_most, self.config.needing.low_income_extra))

    def _values(self, view: str) -> Mapping[str, Any]:
        """What the members of a view are found by."""
        if view == "life" and not self.config.lives_go_on:
            return self.config.life.as_numbers() | {"course": 0.0}
        if view in SECTIONS:
            return getattr(self.config, view).as_numbers()  # type: ignore[no-any-return]
        if view == "people":
            return self._people
        return self.columns

    def table(self) -> Column:
        """Where everything lies that views show, for compiled code; it holds as long as these columns stay
        where they are.
        """
        table = np.zeros((ROWS, 3), np.int64)
        for name, layout in LAYOUTS.items():
            layout.write(self._values(name), table)
        return table

    def views(self) -> dict[str, View]:
        """Every view by name, for plain Python."""
        return {name: View(layout, self._values(name)) for name, layout in LAYOUTS.items()}


def table_of_kinds(kinds: Sequence[Kind]) -> dict[str, Column]:
    """The service kinds as numbers: a column for each member of their view."""
    rows = {
        "weekly": [k.weekly for k in kinds],
        "alone": [k.weekly_alone for k in kinds],
        "senior": [k.weekly_senior for k in kinds],
        "frail": [k.weekly_limited for k in kinds],
        "lasts": [k.lasts for k in kinds],
        "services": [k.services for k in kinds],
        "urgency": [URGENCIES.index(k.urgency) for k in kinds],
        "promise": [k.promise for k in kinds],
        "severity": [k.severity for k in kinds],
        "household": [k.household_keeps for k in kinds],
        "neighbours": [k.neighbours_keep for k in kinds],
        "organization": [k.organization == "yes" for k in kinds],
        "hours": [k.hours for k in kinds],
        "difficulty": [k.difficulty for k in kinds],
        "patience": [k.patience for k in kinds],
        "interest": [INTERESTS.index(k.interest) if k.interest != "none" else -1 for k in kinds],
        "tier": [TIERS.index(k.lowest_tier) for k in kinds],
        "skill": [k.lowest_skill for k in kinds],
        "home": [k.place == "home" for k in kinds],
        "priority": [k.priority for k in kinds],
        "coverage": [k.covered for k in kinds],
        "eligible": [ELIGIBLE.index(k.eligible) for k in kinds],
    }
    whole = ("interest", "tier", "home", "eligible", "urgency", "organization")
    return {
        name: np.array(values or [0], np.int64 if name in whole else np.float64)[: len(kinds)]
        for name, values in rows.items()
    }


def _give_back_memory() -> None:
    """Give back what only building the community needed: the C library of Linux would keep 60 bytes a resident."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # other C libraries know no such wish
            ctypes.CDLL(None).malloc_trim(0)
