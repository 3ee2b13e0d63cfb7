"""Ties at the start: given ones, drawn from the seed or read from a user's file, with room for those made later.

A network is first a list of pairs without repeats (kept in `Pairs`, which remembers every pair it holds), then slots:
each resident's ties one after another, household members in front. Everything is drawn under keys, so that the same
seed gives the same network under every policy.

Sources: watts1998, mcpherson2001
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sim.config.people import Network
from sim.config.yaml import ConfigError, Problem, Spot
from sim.engine.jit import Column, compiled
from sim.founding.population import Founders
from sim.mathematics.chance import block, key_of, share, stream
from sim.state.residents import CHILD, VACANT

_RING = stream("networks.ring")
_RANDOM = stream("networks.random")
_FRIENDS = stream("networks.friends")
_STRENGTH = stream("networks.strength")

GIVEN_BORN = -520
"""Week in which given ties count as made: ten years before the start."""
_TRIES = 200
_MOST_COMPLETE = 5000


@dataclass
class Ties:
    """Ties in slots, as `sim.state.ties` describes them; two slots a tie, one for each resident."""

    tie_first: Column
    degree: Column
    tie_other: Column
    tie_strength: Column
    tie_rest: Column
    tie_born: Column

    @property
    def count(self) -> int:
        """Number of ties."""
        return int(self.degree.sum(dtype=np.int64)) // 2


class Pairs(NamedTuple):
    """A growing list of pairs with strengths; `seen` is a hash table of them, `size` holds their number."""

    u: Column
    v: Column
    strength: Column
    seen: Column
    size: Column


def pairs_for(most: int) -> Pairs:
    """An empty list with room for this many pairs."""
    table = 1 << max(4, int(most * 1.5).bit_length())
    return Pairs(
        np.empty(most, np.int32),
        np.empty(most, np.int32),
        np.empty(most, np.float32),
        np.zeros(table, np.uint64),
        np.zeros(1, np.int64),
    )


@compiled
def added(pairs, a, b, strength):
    """Add the pair unless it stands in the list already or there is no more room; returns whether it was added."""
    at_end, mask = pairs.size[0], np.uint64(pairs.seen.size - 1)
    if a == b or at_end == pairs.u.size:
        return False
    # The mark is never 0, which stands for an empty place: the larger row is at least 1.
    mark = (np.uint64(max(a, b)) << np.uint64(32)) | np.uint64(min(a, b))
    place = (mark * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20) & mask
    while pairs.seen[place] != 0:
        if pairs.seen[place] == mark:
            return False
        place = (place + np.uint64(1)) & mask
    pairs.seen[place] = mark
    pairs.u[at_end], pairs.v[at_end], pairs.strength[at_end] = a, b, strength
    pairs.size[0] += 1
    return True


@compiled
def _strength(key, at, mean, spread):
    """Strength of the pair at this place: evenly within `spread` of the mean, at most 1."""
    if spread == 0:
        return mean
    w, _, _, _ = block(key, np.uint64(at), np.uint64(0))
    return min(1.0, mean * (1.0 + spread * (2.0 * share(w) - 1.0)))


@compiled
def _small_world(pairs, rows, start, end, household, apart, half, rewired, strength, spread, seed):
    """Watts and Strogatz among rows[start:end]: `half` ties to those who follow, a share of them led elsewhere.

    With `apart`, those who follow are counted from one's place in the next household, and members of one household are
    never tied here.
    """
    key, look, n = key_of(seed, _RING, 0), key_of(seed, _STRENGTH, 0), end - start
    for elsewhere in (False, True):  # kept ties first, so that those led elsewhere avoid them
        after, members = start, 1
        for a in range(start, end):
            if apart and after <= a:
                after = a
                while after < end and household[rows[after]] == household[rows[a]]:
                    after += 1
                members = after - a
            step = members if apart else 1
            for k in range(half):
                counter = np.uint64(rows[a]) * np.uint64(1024) + np.uint64(k)
                lot, _, _, _ = block(key, counter, np.uint64(0))
                if (share(lot) < rewired) != elsewhere:
                    continue
                b = start + (a - start + step + k) % n
                for t in range(_TRIES if elsewhere else 1):
                    if elsewhere:
                        _, to, _, _ = block(key, counter, np.uint64(1 + t))
                        b = start + int(share(to) * n)
                    if apart and household[rows[a]] == household[rows[b]]:
                        continue
                    if added(pairs, rows[a], rows[b], _strength(look, pairs.size[0], strength, spread)):
                        break


@compiled
def _random_pairs(pairs, wanted, rows, grid, bounds, inside, whole, strength, seed, tag):
    """Tie `wanted` pairs: one by chance; the other in the same grid (`inside`), another or anywhere (`whole`).

    `bounds` gives the places in `rows` where each grid begins.
    """
    key, n = key_of(seed, _RANDOM, tag), rows.size
    for t in range(wanted):
        for attempt in range(_TRIES):
            one, other, _, _ = block(key, np.uint64(t), np.uint64(attempt))
            a = int(share(one) * n)
            g = grid[rows[a]]
            low, high = (bounds[g], bounds[g + 1]) if inside else (0, n)
            b = low + int(share(other) * (high - low))
            if not whole and not inside and grid[rows[b]] == g:
                continue
            if added(pairs, rows[a], rows[b], strength):
                break


@compiled
def _friends(pairs, wanted, rows, grid, household, origin, age, odds, one_grid, strength, spread, seed):
    """Tie `wanted` pairs in different grids, `odds` times likelier between people of one origin and of one age band."""
    key, look, n = key_of(seed, _FRIENDS, 0), key_of(seed, _STRENGTH, 1), rows.size
    for t in range(wanted):
        for attempt in range(_TRIES):
            one, other, lot, _ = block(key, np.uint64(t), np.uint64(attempt))
            a, b = rows[int(share(one) * n)], rows[int(share(other) * n)]
            if household[a] == household[b] or (not one_grid and grid[a] == grid[b]):
                continue
            chance = (1.0 if origin[a] == origin[b] else 1.0 / odds[0]) * (1.0 if age[a] == age[b] else 1.0 / odds[1])
            if share(lot) < chance and added(pairs, a, b, _strength(look, t, strength, spread)):
                break


def given_pairs(p: Network, people: Founders, seed: int | np.uint64) -> tuple[Column, Column, Column]:
    """The given ties outside households, each once: two rows and a strength.

    Errors: ConfigError for a wrong ties file, or for a complete network of more than 5,000 residents.
    """
    n, grid, household = people.residents, people.grid, people.household
    everyone = np.arange(n, dtype=np.int32)
    if p.ties_file is not None:
        from sim.founding.import_data.ties import read_ties

        return read_ties(p, people)
    if p.kind == "complete":
        if n > _MOST_COMPLETE:
            raise _refused(n)
        one, other = np.triu_indices(n, 1)
        return one.astype(np.int32), other.astype(np.int32), np.full(one.size, p.strength, np.float32)
    if p.kind == "ring":
        half = int(p.degree) // 2
        pairs = pairs_for(n * half)
        _small_world(pairs, everyone, 0, n, household, False, half, p.rewired, p.strength, p.strength_spread, seed)
    elif p.kind == "poisson":
        wanted = min(round(n * p.degree / 2), n * (n - 1) // 2)
        pairs = pairs_for(wanted)
        _random_pairs(pairs, wanted, everyone, grid, np.array([0, n]), False, True, p.strength, seed, 0)
    elif p.kind == "blocks":
        inside, outside = round(n * p.degree_inside / 2), round(n * p.degree_outside / 2)
        bounds = np.searchsorted(grid, np.arange(people.grids + 1))
        pairs = pairs_for(inside + outside)
        _random_pairs(pairs, inside, everyone, grid, bounds, True, False, p.strength, seed, 0)
        _random_pairs(pairs, outside, everyone, grid, bounds, False, False, p.strength, seed, 1)
    elif p.kind == "neighbourhood":
        pairs = _neighbourhood(p, people, seed)
    else:
        pairs = pairs_for(0)
    size = int(pairs.size[0])
    return pairs.u[:size], pairs.v[:size], pairs.strength[:size]


def _neighbourhood(p: Network, people: Founders, seed: int | np.uint64) -> Pairs:
    """Small worlds inside grids and sparse friends across them, among residents 12+ (children: their household)."""
    c, home, spread = people.persons, people.household, p.strength_spread
    rows = np.flatnonzero((c.age != CHILD) & (c.age != VACANT)).astype(np.int32)
    half, wanted = p.neighbours // 2, round(rows.size * p.friends / 2)
    pairs = pairs_for(rows.size * half + wanted)
    bounds = np.searchsorted(people.grid[rows], np.arange(people.grids + 1))
    for start, end in pairwise(bounds):
        _small_world(pairs, rows, start, end, home, True, half, p.rewired, p.strength, spread, seed)
    odds = (p.same_origin, p.same_age)
    _friends(
        pairs,
        wanted,
        rows,
        people.grid,
        home,
        c.origin,
        c.age,
        odds,
        people.grids == 1,
        p.strength_friends,
        spread,
        seed,
    )
    return pairs


@compiled
def _counted(u, v, degree):
    for k in range(u.size):
        degree[u[k]] += 1
        degree[v[k]] += 1


@compiled
def _households_filled(household_first, here, tie_first, degree, tie_other, tie_strength, tie_rest):
    for h in range(household_first.size - 1):
        for a in range(household_first[h], household_first[h + 1]):
            for b in range(household_first[h], household_first[h + 1]):
                if a != b and here[a] and here[b]:
                    s = tie_first[a] + degree[a]
                    tie_other[s], tie_strength[s], tie_rest[s] = b, 1.0, 1.0
                    degree[a] += 1


@compiled
def _pairs_filled(u, v, strength, born, tie_first, degree, slots):
    tie_other, tie_strength, tie_rest, tie_born = slots
    for k in range(u.size):
        for a, b in ((u[k], v[k]), (v[k], u[k])):
            s = tie_first[a] + degree[a]
            tie_other[s], tie_strength[s], tie_rest[s], tie_born[s] = b, strength[k], strength[k], born[k]
            degree[a] += 1


def ties_to_slots(
    n: int,
    pairs: tuple[Column, Column, Column],
    household_first: Column | None,
    most_made: int,
    born: Column | None = None,
    here: Column | None = None,
) -> Ties:
    """Slots for n residents from pairs that are each given once, without loops.

    `household_first` ties the members of each household at strength 1, in front; None leaves them untied. Each
    resident has `most_made` slots more than given ties. `born` gives the week in which each was made; None: long ago.
    Where nobody lives in some rows (`here`) there is room for the ties of who comes to live there, but there are none.
    """
    u, v, strength = pairs
    degree = np.zeros(n, np.int32)
    _counted(u, v, degree)
    if household_first is not None:
        sizes = np.diff(household_first)
        degree += np.repeat(sizes - 1, sizes)
    tie_first = np.zeros(n + 1, np.int64)
    np.cumsum(degree, out=tie_first[1:])
    tie_first += np.arange(n + 1) * most_made
    slots = int(tie_first[-1])
    if slots > np.iinfo(np.int32).max:
        raise ValueError(
            f"{n:,} residents with {slots:,} slots for ties; the program counts {2**31 - 1:,} slots at most"
        )
    other, level, rest = np.zeros(slots, np.int32), np.zeros(slots, np.float32), np.zeros(slots, np.float32)
    made = np.full(slots, GIVEN_BORN, np.int16)
    degree[:] = 0
    if household_first is not None:
        lived_in = np.ones(n, np.bool_) if here is None else here
        _households_filled(household_first, lived_in, tie_first, degree, other, level, rest)
    weeks = np.full(u.size, GIVEN_BORN, np.int16) if born is None else born
    _pairs_filled(u, v, strength, weeks, tie_first, degree, (other, level, rest, made))
    return Ties(tie_first.astype(np.int32), degree, other, level, rest, made)


def ties(p: Network, people: Founders, seed: int | np.uint64) -> Ties:
    """The ties at the start. `well_mixed` has no ties outside households: the engine treats all as tied to all.

    Errors: ConfigError, see `given_pairs`.
    """
    u, v, strength = given_pairs(p, people, seed)
    first = people.household_first if p.households_tied else None
    if first is not None and p.kind not in ("neighbourhood", "none", "well_mixed"):
        apart = people.household[u] != people.household[v]  # a pair in one household is tied there already
        u, v, strength = u[apart], v[apart], strength[apart]
    here = people.persons.age != VACANT
    return ties_to_slots(people.residents, (u, v, strength), first, p.made_ties, here=here)


def _refused(n: int) -> Exception:
    expected = f"at most {_MOST_COMPLETE} residents; kind: well_mixed gives the same without listing pairs"
    return ConfigError((Problem(Spot("the configuration"), "network.kind", f"complete with {n} residents", expected),))
