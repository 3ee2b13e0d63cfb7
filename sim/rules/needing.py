"""Needing: needs arise, public services meet their share, the rest becomes an order or stays hidden.

A hidden need is not a small need: it counts as unmet all the same, and the station cannot serve what it does not know.
A resident has at most one open need of a kind.

Sources: huang2025 (A37, A60-A65)
"""

import numpy as np

from sim.engine.jit import AHEAD, compiled, law, prefetch
from sim.mathematics.chance import key_of, limit_of, mixed, stream, uniform_pair, words
from sim.state.orders import HIDDEN, NOBODY_SERVES, NOT_PLACED, PLACED
from sim.state.phase import phase
from sim.state.tallies import count_in_groups

ARISE = stream("needing.arise")
COVER = stream("needing.cover")
DISCOVER = stream("needing.discover")
BLOCK = 512
"""Residents drawn for at once: their words stay in the nearest cache."""
FOUR = 4
"""Kinds of service drawn for at once, by the four words of one draw."""


@law
def chance_of_need(weekly, low_income, extra):
    """Chance that a need of a kind arises in a week; higher in low-income households."""
    chance = weekly * (1.0 + extra * low_income)
    return 1.0 if chance > 1.0 else chance


@law
def chance_of_discovery(own, reach, outreach, helper, neighbour):
    """A need becomes known by own request, through the platform, by outreach, by a helper, or by a tied participant."""
    by_station = (1.0 - own) * (1.0 - min(reach, 1.0)) * (1.0 - min(outreach, 1.0))
    return 1.0 - by_station * (1.0 - min(helper, 1.0)) * (1.0 - neighbour)


@law
def is_covered(i, k, key_cover, residents, kinds, levers):
    """Whether public services meet a need of kind k of a resident: their share of the kind, and what policies add."""
    share = kinds.coverage[k] + levers.coverage[k] + levers.group_coverage[i] * levers.group_kinds[k]
    return uniform_pair(key_cover, residents.key[i], k) < share


@law
def count_need(i, k, residents, count):
    """A need of kind k has arisen: it counts for the resident, for everybody and for the resident's groups."""
    residents.needs_year[i] += 1
    count.needs_kind[k] += 1
    count.needs[0] += 1
    count_in_groups(i, count.needs[1:], residents)


@law
def enter_the_book(i, k, key_arise, station, residents, orders):
    """A need of kind k becomes a hidden order: nobody at the station knows of it yet."""
    o = station.open_orders[0]
    residents.open_needs[i] |= 1 << k
    orders.key[o] = mixed(mixed(residents.key[i]) + key_arise + np.uint64(k))
    orders.state[o], orders.kind[o], orders.client[o] = HIDDEN, k, i
    orders.arose[o], orders.placed[o], orders.rounds[o] = station.week[0], NOT_PLACED, 0
    orders.server[o], orders.escalated[o], orders.credit[o] = NOBODY_SERVES, 0, 0
    orders.quality[o], orders.rating[o] = 0.0, 0.0
    station.open_orders[0] += 1


@law
def becomes_known(o, key_discover, residents, orders, levers, needing):
    """Whether the station learns of a hidden need this week; somebody tied to a participant has one more way."""
    i = orders.client[o]
    neighbour = needing.neighbour_tells if residents.active_ties[i] > 0 else 0.0
    outreach = levers.outreach[residents.grid[i]]
    helper = levers.client_outreach[i]
    chance = chance_of_discovery(needing.own_request, levers.reach[0], outreach, helper, neighbour)
    return uniform_pair(key_discover, residents.key[i], orders.kind[o]) < chance


@phase
def needs_arise(station, residents, kinds, orders, levers, count, needing):
    """Needs arise; public services meet their share; the rest enters the order book, hidden or placed."""
    seed, now = station.seed[0], station.week[0]
    key_arise, key_cover, key_discover = key_of(seed, ARISE, now), key_of(seed, COVER, now), key_of(seed, DISCOVER, now)
    who, which = needs_of_this_week(key_arise, residents, kinds, needing)
    for n in range(who.size):
        i, k = who[n], which[n]
        count_need(i, k, residents, count)
        if is_covered(i, k, key_cover, residents, kinds, levers):
            residents.met[i] += 1
            count.covered[0] += 1
        elif station.open_orders[0] < orders.state.size:
            enter_the_book(i, k, key_arise, station, residents, orders)
        else:
            # the book is full to the last row: the need comes back next week (never seen outside tests)
            count.put_off[0] += 1
    for o in range(station.open_orders[0]):
        prefetch_client(o + AHEAD, station, residents, orders, levers)
        if orders.state[o] == HIDDEN and becomes_known(o, key_discover, residents, orders, levers, needing):
            orders.state[o], orders.placed[o] = PLACED, now
            count.placed[0] += 1


# ---- the engineer's half: whose need of which kind arises, drawn for many residents and four kinds at once


@compiled
def needs_of_this_week(key_arise, residents, kinds, needing):
    """Who comes to need which kind of service this week: rows of residents, and of kinds."""
    draws = (kinds.weekly.size + FOUR - 1) // FOUR
    limits = limits_of_needs(FOUR * draws, kinds, needing)
    rows, keys, arisen = np.empty(BLOCK + 1, np.int64), np.empty(BLOCK + 1, np.uint64), np.empty(BLOCK, np.uint32)
    drawn = (
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
    )
    who, which, n = np.empty(FOUR * BLOCK, np.int32), np.empty(FOUR * BLOCK, np.int32), 0
    for start in range(0, residents.key.size, BLOCK):
        stop = min(start + BLOCK, residents.key.size)
        low_income, key = residents.low_income[start:stop], residents.key[start:stop]
        for draw in range(draws):
            first = FOUR * draw
            wants, open_needs = residents.wants[start:stop], residents.open_needs[start:stop]
            able = whoever_may_need(first, wants, open_needs, key, rows, keys)
            words(key_arise, keys, 0, able, draw, drawn[0], drawn[1], drawn[2], drawn[3])
            new_needs(first, rows[:able], drawn, limits, low_income, wants, open_needs, arisen)
            if n + FOUR * BLOCK > who.size:
                who, which = with_more_room(who), with_more_room(which)
            for x in range(able):
                # most of them have no need this week: one look tells
                if arisen[x] == 0:
                    continue
                for k in range(FOUR):
                    if (arisen[x] >> k) & 1:
                        who[n], which[n] = start + rows[x], first + k
                        n += 1
    return who[:n], which[:n]


@compiled
def limits_of_needs(rows, kinds, needing):
    """Words of luck below which a need of each kind arises, without and with a low income; 0 in rows without a kind."""
    limits = np.zeros((rows, 2), np.int64)
    for k in range(kinds.weekly.size):
        for poor in range(2):
            limits[k, poor] = limit_of(chance_of_need(kinds.weekly[k], poor, needing.low_income_extra))
    return limits


@compiled
def whoever_may_need(first_kind, wants, open_needs, key, rows, keys):
    """Who of a block of residents can come to need one of four kinds this week, with their keys; how many they are."""
    n = 0
    for i in range(wants.size):
        rows[n], keys[n] = i, key[i]
        n += int((((wants[i] & ~open_needs[i]) >> np.uint32(first_kind)) & np.uint32(15)) != 0)
    return n


@compiled
def new_needs(first_kind, rows, drawn, limits, low_income, wants, open_needs, arisen):
    """Which of four kinds of need arise for each of these residents, as bits (vectorised)."""
    one, two, three, four = drawn
    shift = np.uint32(first_kind)
    for x in range(rows.size):
        i = rows[x]
        poor = int(low_income[i])
        bits = np.uint32(one[x] < limits[first_kind, poor])
        bits |= np.uint32(two[x] < limits[first_kind + 1, poor]) << np.uint32(1)
        bits |= np.uint32(three[x] < limits[first_kind + 2, poor]) << np.uint32(2)
        bits |= np.uint32(four[x] < limits[first_kind + 3, poor]) << np.uint32(3)
        arisen[x] = bits & ((wants[i] & ~open_needs[i]) >> shift)


@compiled
def with_more_room(rows):
    """The same rows, with room for as many again."""
    larger = np.empty(2 * rows.size, rows.dtype)
    larger[: rows.size] = rows
    return larger


@compiled
def prefetch_client(o, station, residents, orders, levers):
    """Fetch what a later order asks about its client."""
    if o < station.open_orders[0]:
        prefetch(orders.client[o], residents.active_ties, residents.grid, levers.client_outreach, residents.key)
