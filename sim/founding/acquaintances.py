"""Acquaintances at the start: meetings of the past, by the law of `sim.rules.bonding`, that survived both tenures.

Going back from the start, each resident of 12 or more met somebody as often as they do from now on, for as long as they
have lived here. Such a tie is there at the start if the other lived here then too and neither has let it go since. So
numbers of ties, their strength and the share across grids and origins are at rest from the first week on.

Sources: hipp2009, suns2018
"""

from typing import NamedTuple

import numpy as np

from sim.config.rules import Bonding
from sim.config.schema import Config
from sim.engine.jit import Column, compiled
from sim.founding.networks import Pairs, Ties, added, pairs_for, ties_to_slots
from sim.founding.population import Founders
from sim.mathematics.chance import block, key_of, share, stream, uniform_pair, uniforms
from sim.mathematics.elementary import log, power
from sim.state.residents import CHILD, VACANT

_PAST = stream("acquaintances.past")
_BEFRIENDED = stream("acquaintances.befriended")
_FELLOWS = stream("acquaintances.fellows")
_PAIRED = stream("acquaintances.paired")
_SINCE = stream("acquaintances.since")
NOBODY_KNOWN = np.zeros(0, np.int64), np.zeros(0, np.int64)
FROM = 12
LONGEST = 30_000
"""Weeks that a tie may be old: the week in which it was made has 16 bits."""


class Meeting(NamedTuple):
    """What compiled code needs of `Bonding`."""

    meeting: float
    abroad: float
    ending: float
    befriending: float
    friendship: float
    acquaintance: float


def acquainted(config: Config, people: Founders, tenure: Column, seed: int | np.uint64) -> Ties:
    """The ties at the start: of households, and of meetings of the past between them."""
    p = config.network
    if config.lives_go_on:  # nobody met anybody before they were 12
        tenure = np.minimum(tenure, np.maximum(52 * (people.persons.years.astype(np.int64) - FROM), 0))
    u, v, strength, born = past_meetings(config.bonding, people, tenure, seed, fellows(p.fellows, people, seed))
    apart = people.household[u] != people.household[v]
    pairs = u[apart], v[apart], strength[apart]
    first = people.household_first if p.households_tied else None
    return ties_to_slots(people.residents, pairs, first, p.made_ties, born[apart], people.persons.age != VACANT)


def fellows(each: tuple[float, ...], people: Founders, seed: int | np.uint64) -> tuple[Column, Column]:
    """Pairs of those who take part in the same grid and have come to know each other by it: `each` is how many such
    ties somebody has, by tier. They are paired by chance within a grid; pairs may repeat.
    """
    serve = np.flatnonzero(people.tier >= 1)
    luck = uniforms(np.uint64(key_of(seed, _FELLOWS, 0)), people.persons.key[serve])
    hands = np.floor(np.take(each, people.tier[serve] - 1) + luck).astype(np.int64)
    rounds = [serve[hands > k] for k in range(hands.max(initial=0))]
    paired, key = np.uint64(key_of(seed, _PAIRED, 0)), people.persons.key
    held = np.concatenate([serve[:0], *rounds])
    order = np.concatenate([luck[:0], *(uniforms(paired, key[rows], np.uint64(k)) for k, rows in enumerate(rounds))])
    held = held[np.lexsort((order, people.grid[held]))]
    first, second = held[:-1:2], held[1::2]
    near = people.grid[first] == people.grid[second]
    return first[near], second[near]


def past_meetings(
    p: Bonding, people: Founders, tenure: Column, seed: int | np.uint64, known: tuple[Column, Column] = NOBODY_KNOWN
) -> tuple[Column, Column, Column, Column]:
    """The acquaintances that founders have, each once: two rows, the strength and the week in which they met
    (before 0). `known` are pairs who met some time while both lived here, besides those who met by chance.
    """
    able = (people.persons.age != CHILD) & (people.persons.age != VACANT)
    reach = np.concatenate([[0.0], np.cumsum(np.where(able, people.persons.sociability, 0.0), dtype=np.float64)])
    bounds = np.searchsorted(people.grid, np.arange(people.grids + 1))
    law = Meeting(*(float(getattr(p, name)) for name in Meeting._fields))
    lived = np.minimum(tenure, LONGEST).astype(np.int64)
    if p.meets_in == "community":
        law = law._replace(abroad=1.0)
    pairs, born = pairs_for(0), np.zeros(0, np.int16)
    for _ in range(2):  # first they are counted, then there is room for them
        found = _met(pairs, born, able, lived, reach, people.grid, bounds, people.persons, law, seed)
        if pairs.u.size == 0:
            room = found + known[0].size
            pairs, born = pairs_for(room), np.zeros(room, np.int16)
    _know(pairs, born, *known, lived, people.persons, law, seed)
    size = int(pairs.size[0])
    return pairs.u[:size], pairs.v[:size], pairs.strength[:size], born[:size]


@compiled
def _acquaint(pairs: Pairs, born, i, j, ago, befriended, c, law):  # type: ignore[no-untyped-def]
    """Tie two who met so many weeks before the start, as friends or acquaintances, unless they are tied already."""
    friends = uniform_pair(befriended, c.key[i], c.key[j]) < law.befriending
    if added(pairs, i, j, law.friendship if friends else law.acquaintance):
        born[pairs.size[0] - 1] = -ago


@compiled
def _know(pairs: Pairs, born, first, second, lived, c, law, seed):  # type: ignore[no-untyped-def]
    """Add pairs who came to know each other at some time while both lived here."""
    when, befriended = key_of(seed, _SINCE, 0), key_of(seed, _BEFRIENDED, 0)
    for k in range(first.size):
        i, j = first[k], second[k]
        ago = 1 + int(uniform_pair(when, c.key[i], c.key[j]) * min(lived[i], lived[j]))
        _acquaint(pairs, born, i, j, ago, befriended, c, law)


@compiled
def _met(pairs: Pairs, born, able, lived, reach, grid, bounds, c, law, seed):  # type: ignore[no-untyped-def]
    """Go back through everybody's meetings and keep those that lasted; returns how many did, repeated ones too."""
    past, befriended, lasted = key_of(seed, _PAST, 0), key_of(seed, _BEFRIENDED, 0), 0
    for i in range(able.size):
        chance = min(law.meeting * c.sociability[i], 1.0 - 1e-9)
        if not able[i] or chance <= 0.0:
            continue
        ago, k = 0, 0
        while True:
            gap, lets_go, where, whom = block(past, c.key[i], np.uint64(k))
            ago, k = ago + 1 + int(log(share(gap)) / log(1.0 - chance)), k + 1
            if ago > lived[i]:
                break
            low, high = bounds[grid[i]], bounds[grid[i] + 1]
            if share(where) < law.abroad:
                low, high = 0, able.size
            aim = reach[low] + share(whom) * (reach[high] - reach[low])
            j = np.searchsorted(reach, aim, side="right") - 1
            if j == i or ago > lived[j] or share(lets_go) > power(1.0 - law.ending, 2 * (ago - 1)):
                continue
            lasted += 1
            if born.size > 0:
                _acquaint(pairs, born, i, j, ago, befriended, c, law)
    return lasted
