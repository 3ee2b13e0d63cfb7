"""The residents at the start: how many, in which grids and dwellings, and at which tiers."""

from dataclasses import dataclass, field
from math import fsum

import numpy as np

from sim.config.people import Population
from sim.config.schema import Config
from sim.config.yaml import ConfigError, Problem, Spot
from sim.engine.jit import Column, compiled
from sim.mathematics.chance import NOBODY, block, key_of, share, stream, uniform, uniforms
from sim.mathematics.elementary import exponentials, log, powers
from sim.state.households import (
    BY_CHANCE,
    ELDER_ALONE,
    HOUSEHOLD,
    NO_ELDER_ALONE,
    WEIGHT,
    PersonColumns,
    draw_household,
    is_allowed,
    person_columns,
)
from sim.state.own_columns import OwnColumns
from sim.state.people import HouseholdNumbers, household_numbers
from sim.state.residents import CHILD, LOCAL, MIGRANT, NO_TIER, VACANT

_SIZE = stream("population.dwelling_size")
_TIER = stream("population.tier")
_SEED = stream("population.seed")
_ALONE = stream("population.elders_alone")


@dataclass
class Founders:
    """The residents at the start: one entry a resident, sorted by grid, members of a household next to each other."""

    household_first: Column
    """First row of each household, and the number of residents as the last entry (int32)."""
    dwelling: Column
    """Each household's dwelling number, from which its newcomers' luck comes (uint32)."""
    household: Column
    grid: Column
    grids: int
    """Number of grids; some may be empty."""
    persons: PersonColumns
    tier: Column
    initial: dict[str, Column | None] = field(default_factory=dict)
    """State that a user's file gives for the start, by column name: None where it gives none, NaN in empty cells."""
    ids: tuple[str, ...] = ()
    """A user's own ids in the order of rows; empty for residents drawn here."""
    grid_names: tuple[str, ...] = ()
    """A user's own names of grids; empty for grids drawn here."""
    place_in_file: Column | None = None
    """Each founder's place in the user's file, from 0; None for residents drawn here."""
    own: OwnColumns | None = None
    """What the user's file says besides; None for residents drawn here."""

    @property
    def residents(self) -> int:
        """Number of residents."""
        return self.household.size

    def name_of(self, row: int) -> str:
        """What the user's file calls whoever lives in a row; a newcomer, and anybody drawn here, is called by
        the row.
        """
        if self.own is None:
            return str(row)
        return self.ids[row] if self.persons.key[row] == self.own.keys[row] else f"newcomer {row}"

    def grid_name(self, grid: int) -> str:
        """What the user's file calls a grid; its number from 0 for grids drawn here."""
        return self.grid_names[grid] if self.grid_names else str(grid)

    def start(self, name: str, otherwise: Column) -> Column:
        """The state column of this name at the start (one of INITIAL): what the file gives, `otherwise` elsewhere."""
        given = self.initial.get(name)
        return otherwise if given is None else np.where(np.isnan(given), otherwise, given).astype(otherwise.dtype)


INITIAL = ("identity", "skill", "efficacy", "habit", "satisfaction", "wellbeing", "fatigue")
"""State columns that a user's file may give, besides the tier, which stands in `Founders.tier` in any case."""


@compiled
def _dwellings(n, seed, cumulative, first):
    """Write the first rows of dwellings that hold n residents together; returns how many dwellings there are."""
    key, row, h = key_of(seed, _SIZE, 0), 0, 0
    while row < n:
        first[h] = row
        size = 1 + np.searchsorted(cumulative, uniform(key, np.uint64(h)), side="right")
        row, h = min(n, row + size), h + 1
    first[h] = n
    return h


@compiled
def _elders_alone_ranks(seed, first, migrants, types, rank):
    """Rank dwellings for a fixed number of elders alone (smallest first), by how likely each is to house one."""
    key, house = key_of(seed, _ALONE, 0), key_of(seed, HOUSEHOLD, 0)
    for h in range(first.size - 1):
        rank[h] = np.inf
        if first[h + 1] - first[h] != 1:
            continue
        o, _, _, _ = block(house, np.uint64(h), NOBODY)
        origin = MIGRANT if share(o) < migrants else LOCAL
        weight = 0.0
        for t in range(types.shape[0]):
            if is_allowed(types, t, 1, ELDER_ALONE):
                weight += types[t, WEIGHT + origin]
        if weight > 0:
            rank[h] = -log(uniform(key, np.uint64(h))) / weight


@compiled
def _draw_all(first, seed, migrants, elder_alone, household, c, p):
    """Every founder household in its dwelling."""
    for h in range(first.size - 1):
        for k in range(first[h], first[h + 1]):
            household[k] = h
            c.key[k] = np.uint64(k)
        draw_household(first[h], first[h + 1], h, 0, migrants, elder_alone[h], seed, c, p)


def grids_of(household_first: Column, grids: int, shares: tuple[float, ...]) -> Column:
    """The grid of each household, so that grids come as near to their shares of residents as households allow."""
    n = int(household_first[-1])
    weights = np.array(shares or (1.0,) * grids)
    ends = np.cumsum(weights)[:-1] / weights.sum() * n
    middles = (household_first[:-1] + household_first[1:]) / 2.0
    return np.searchsorted(ends, middles, side="right").astype(np.int16)


def _against_the_mean(weights: Column) -> Column:
    """Weights of mean 1."""
    return weights / max(fsum(weights) / weights.size, 1e-9) if weights.size else weights


def initial_tiers(p: Population, seed: int | np.uint64, c: PersonColumns, tenure: Column | None = None) -> Column:
    """Each resident's tier at the start: the configured shares, then the seeds; children have none (-1).

    Where `initial_leaning` is above 0, whoever leans to take part stands higher more often, as after years of climbing;
    where `initial_sociability` is, who is more sociable, as they are asked more. Where `tenure` is told, so does who
    has lived here for longer: newcomers begin as bystanders.
    """
    tier = np.full(c.age.size, NO_TIER, np.int8)
    able = np.flatnonzero((c.age != CHILD) & (c.age != VACANT))
    luck = uniforms(np.uint64(key_of(seed, _TIER, 0)), c.key[able])
    tier[able], reached = 0, np.zeros(able.size)
    for stand, leaning, sociable, weeks in reversed(
        list(zip(p.initial_tiers, p.initial_leaning, p.initial_sociability, p.initial_weeks, strict=True))
    ):
        chance = np.full(able.size, stand)
        if tenure is not None and weeks:
            chance = chance * _against_the_mean(1.0 - exponentials(-tenure[able] / weeks))
        if sociable:
            chance = chance * _against_the_mean(powers(c.sociability[able].astype(np.float64), sociable))
        if leaning:
            spread = leaning * p.disposition_spread
            chance = chance * exponentials(leaning * c.disposition[able].astype(np.float64) - 0.5 * spread * spread)
        reached = reached + chance
        tier[able] += luck < reached
    count = min(able.size, p.seed_count + round(p.seed_share * able.size))
    if count:
        chosen = able[:count]
        if p.seed_how == "random":
            chosen = able[np.argsort(uniforms(np.uint64(key_of(seed, _SEED, 0)), c.key[able]), kind="stable")[:count]]
        tier[chosen] = np.maximum(tier[chosen], p.seed_tier)
    return tier


def founders(p: Population, seed: int | np.uint64) -> Founders:
    """The residents at the start, drawn from the parameters or read from the user's own file.

    Errors: ConfigError when the file is wrong, or when fewer persons live alone than `elders_alone` asks for.
    """
    if p.residents_file:
        from sim.founding.import_data.residents import read_residents

        return read_residents(p.residents_file, p, seed)
    n, numbers = p.residents, household_numbers(p)
    sizes = np.array(p.dwelling_sizes)
    cumulative = np.cumsum(sizes / sizes.sum())[:-1]
    room = np.empty(n + 1, np.int32)
    first = room[: _dwellings(n, seed, cumulative, room) + 1].copy()
    del room
    fixed = _fixed_elders_alone(p, seed, first, numbers)
    persons = person_columns(n)
    household = np.empty(n, np.int32)
    _draw_all(first, seed, p.migrants, fixed, household, persons, numbers)
    return Founders(
        household_first=first,
        dwelling=np.arange(first.size - 1, dtype=np.uint32),
        household=household,
        grid=grids_of(first, p.grids, p.grid_shares)[household],
        grids=p.grids,
        persons=persons,
        tier=initial_tiers(p, seed, persons),
        initial=dict.fromkeys(INITIAL),
    )


def founders_in_places(config: Config, seed: int | np.uint64) -> Founders:
    """The residents of the past from whom founders come, where lives go on: dwellings have places, and not all are
    taken.

    They have no tier yet: that is drawn of those who live here at the start.
    """
    p, places = config.population, int(config.life.places)
    numbers = household_numbers(p, config.life, config.moving.migrants_arriving)
    dwellings = max(1, round(p.residents / config.life.household_size))
    first = np.arange(0, (dwellings + 1) * places, places, dtype=np.int32)
    persons = person_columns(dwellings * places)
    persons.age[:] = VACANT
    sizes = 1 + np.searchsorted(
        numbers.sizes[:-1],
        uniforms(np.uint64(key_of(seed, _SIZE, 0)), np.arange(dwellings, dtype=np.uint64)),
        side="right",
    )
    _draw_in_places(first, first[:-1] + sizes, seed, p.migrants, persons, numbers)
    household = np.repeat(np.arange(dwellings, dtype=np.int32), places)
    return Founders(
        household_first=first,
        dwelling=np.arange(dwellings, dtype=np.uint32),
        household=household,
        grid=grids_of(first, p.grids, p.grid_shares)[household],
        grids=p.grids,
        persons=persons,
        tier=np.full(household.size, NO_TIER, np.int8),
        initial=dict.fromkeys(INITIAL),
    )


@compiled
def _draw_in_places(first, last, seed, migrants, c, p):
    for h in range(first.size - 1):
        for k in range(first[h], last[h]):
            c.key[k] = np.uint64(k)
        draw_household(first[h], last[h], h, 0, migrants, BY_CHANCE, seed, c, p)


def _fixed_elders_alone(p: Population, seed: int | np.uint64, first: Column, numbers: HouseholdNumbers) -> Column:
    """For each dwelling whether an elder alone lives there: by chance, surely, or surely not."""
    if not p.elders_alone:
        return np.full(first.size - 1, BY_CHANCE, np.int8)
    rank = np.empty(first.size - 1)
    _elders_alone_ranks(seed, first, p.migrants, numbers.types, rank)
    order = np.argsort(rank, kind="stable")[: p.elders_alone]
    possible = int(np.isfinite(rank).sum())
    if possible < p.elders_alone:
        expected = f"at most {possible}: the dwellings for one person in which an elder could live alone"
        raise ConfigError(
            (Problem(Spot("the configuration"), "population.elders_alone", str(p.elders_alone), expected),)
        )
    fixed = np.full(first.size - 1, NO_ELDER_ALONE, np.int8)
    fixed[order] = ELDER_ALONE
    return fixed
