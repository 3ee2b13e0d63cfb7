"""Needing: needs arise, the circle of help meets its share, the rest enters the order book, hidden.

An episodic need is over once it is met. A standing need is a case: it begins, lasts for so many weeks and asks for so
many services a week, until it ends, or the client moves away or dies. A case looks for somebody who keeps it: the own
household, a tied neighbour, public services; without a keeper it is the station's. A resident has at most one open need
of a kind.

Sources: huang2025 (A36-A38, A60-A65)
"""

from math import floor

import numpy as np

from sim.engine.jit import compiled, law
from sim.mathematics.chance import key_of, limit_of, mixed, stream, uniform, uniform_pair, words
from sim.mathematics.elementary import log
from sim.state.circle import first_to_help
from sim.state.orders import (
    BEGUN,
    HIDDEN,
    NOBODY_KEEPS,
    NOBODY_SERVES,
    NOT_PLACED,
    is_kept_or_hidden,
    need_is_over,
)
from sim.state.phase import phase, unit
from sim.state.residents import SENIOR_ELDER
from sim.state.tallies import count_in_groups

ARISE = stream("needing.arise")
LENGTH = stream("needing.length")
AT_START = stream("needing.at_start")
BLOCK = 512
"""Residents drawn for at once: their words stay in the nearest cache."""
FOUR = 4
"""Kinds of service drawn for at once, by the four words of one draw."""
ALONE, SENIOR, LIMITED, POOR = 1, 2, 4, 8
"""What makes a need likelier, as bits of a situation."""
SITUATIONS = 16
LONGEST = 30_000
"""Weeks after which a case ends at the latest: no life is longer."""


@law
def chance_of_need(weekly, low_income, extra):
    """Chance that a need of a kind arises in a week; higher in low-income households."""
    chance = weekly * (1.0 + extra * low_income)
    return 1.0 if chance > 1.0 else chance


@law
def weekly_in(k, situation, kinds):
    """Needs of kind k a week of somebody in a situation: the highest number of those that hold for them."""
    weekly = kinds.weekly[k]
    if situation & ALONE:
        weekly = max(weekly, kinds.alone[k])
    if situation & SENIOR:
        weekly = max(weekly, kinds.senior[k])
    if situation & LIMITED:
        weekly = max(weekly, kinds.frail[k])
    return weekly


@law
def weeks_of_a_case(mean, u):
    """How many weeks a case lasts, by inversion of u: each week it ends with the same chance, 1 / mean."""
    if mean <= 1.0:
        return 1
    return int(min(1.0 + floor(log(u) / log(1.0 - 1.0 / mean)), LONGEST))


@law
def count_need(i, k, residents, count):
    """A need of kind k has arisen: it counts for the resident, for everybody and for the resident's groups."""
    residents.needs_year[i] += 1
    count.needs_kind[k] += 1
    count.needs[0] += 1
    count_in_groups(i, count.needs[1:], residents)


@law
def enter_the_book(i, k, station, residents, orders):
    """A need of kind k becomes a hidden order, of which the station does not know yet; returns its row."""
    o, now = station.open_orders[0], station.week[0]
    residents.open_needs[i] |= 1 << k
    orders.key[o] = mixed(mixed(residents.key[i]) + key_of(station.seed[0], ARISE, now) + np.uint64(k))
    orders.state[o], orders.kind[o], orders.client[o] = HIDDEN, k, i
    orders.arose[o], orders.placed[o], orders.rounds[o] = now, NOT_PLACED, 0
    orders.server[o], orders.escalated[o], orders.credit[o] = NOBODY_SERVES, 0, 0
    orders.quality[o], orders.rating[o] = 0.0, 0.0
    orders.keeper[o], orders.person[o], orders.given[o] = NOBODY_KEEPS, 0, 0.0
    orders.until[o], orders.refused[o], orders.back[o], orders.served[o] = 0, 0, 0, 0
    station.open_orders[0] += 1
    return o


@law
def begins_a_case(o, keeper, station, orders, kinds, count):
    """A standing need is a case: for how long it lasts is drawn once, and one of the circle keeps it, or nobody."""
    u = uniform(key_of(station.seed[0], LENGTH, 0), orders.key[o])
    orders.until[o] = station.week[0] + weeks_of_a_case(kinds.lasts[orders.kind[o]], u)
    is_kept_or_hidden(o, keeper, orders)
    count.cases[BEGUN] += 1


@law
def is_met(o, keeper, residents, orders, station, count):
    """Somebody of the circle meets an episodic need: it is over, and no order is needed."""
    residents.met[orders.client[o]] += 1
    count.covered[keeper - 1] += 1
    need_is_over(o, residents, orders, station)


@phase
def needs_arise(station, residents, households, ties, orders, kinds, levers, count, needing):
    """Needs arise; household, neighbours and public services meet their share; the rest enters the book, hidden."""
    who, which = needs_of_this_week(key_of(station.seed[0], ARISE, station.week[0]), residents, kinds, needing)
    for n in range(who.size):
        count_need(who[n], which[n], residents, count)
        if station.open_orders[0] == orders.state.size:
            # the book is full to the last row: the need comes back next week (never seen outside tests)
            count.put_off[0] += 1
            continue
        o = enter_the_book(who[n], which[n], station, residents, orders)
        keeper = first_to_help(o, station, residents, households, ties, orders, kinds, levers, needing)
        if kinds.lasts[which[n]] > 0.0:
            begins_a_case(o, keeper, station, orders, kinds, count)
        elif keeper != NOBODY_KEEPS:
            is_met(o, keeper, residents, orders, station, count)


@law
def share_with_a_case(weekly, mean):
    """Share of those who can have a standing need who have one, where as many begin as end."""
    return weekly * mean / (1.0 + weekly * mean)


@unit
def founders_have_cases(station, residents, households, ties, orders, kinds, levers, count, needing):
    """The cases of the start: as many as if cases had begun and ended since long ago, each with its keeper."""
    key = key_of(station.seed[0], AT_START, 0)
    for i in range(residents.key.size):
        for k in range(kinds.lasts.size):
            if kinds.lasts[k] > 0.0 and (residents.wants[i] >> np.uint32(k)) & np.uint32(1):
                weekly = chance_of_need(
                    weekly_in(k, situation_of(i, residents), kinds), residents.low_income[i], needing.low_income_extra
                )
                has_one = uniform_pair(key, residents.key[i], k) < share_with_a_case(weekly, kinds.lasts[k])
                if has_one and station.open_orders[0] < orders.state.size:
                    o = enter_the_book(i, k, station, residents, orders)
                    keeper = first_to_help(o, station, residents, households, ties, orders, kinds, levers, needing)
                    begins_a_case(o, keeper, station, orders, kinds, count)


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
        key, situations = residents.key[start:stop], situations_of(start, stop, residents)
        for draw in range(draws):
            first = FOUR * draw
            wants, open_needs = residents.wants[start:stop], residents.open_needs[start:stop]
            able = whoever_may_need(first, wants, open_needs, key, rows, keys)
            words(key_arise, keys, 0, able, draw, drawn[0], drawn[1], drawn[2], drawn[3])
            new_needs(first, rows[:able], drawn, limits, situations, wants, open_needs, arisen)
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


@law
def situation_of(i, residents):
    """What makes needs of a resident likelier, as bits."""
    bits = residents.alone[i] * ALONE + residents.low_income[i] * POOR + residents.limited[i] * LIMITED
    return bits + int(residents.age[i] == SENIOR_ELDER) * SENIOR


@compiled
def situations_of(start, stop, residents):
    """The same for a block of residents."""
    situations = np.empty(stop - start, np.uint8)
    for i in range(start, stop):
        situations[i - start] = situation_of(i, residents)
    return situations


@compiled
def limits_of_needs(rows, kinds, needing):
    """Words of luck below which a need of each kind arises in each situation; 0 in rows without a kind."""
    limits = np.zeros((rows, SITUATIONS), np.int64)
    for k in range(kinds.weekly.size):
        for situation in range(SITUATIONS):
            poor = 1 if situation & POOR else 0
            chance = chance_of_need(weekly_in(k, situation, kinds), poor, needing.low_income_extra)
            limits[k, situation] = limit_of(chance)
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
def new_needs(first_kind, rows, drawn, limits, situations, wants, open_needs, arisen):
    """Which of four kinds of need arise for each of these residents, as bits (vectorised)."""
    one, two, three, four = drawn
    shift = np.uint32(first_kind)
    for x in range(rows.size):
        i = rows[x]
        at = int(situations[i])
        bits = np.uint32(one[x] < limits[first_kind, at])
        bits |= np.uint32(two[x] < limits[first_kind + 1, at]) << np.uint32(1)
        bits |= np.uint32(three[x] < limits[first_kind + 2, at]) << np.uint32(2)
        bits |= np.uint32(four[x] < limits[first_kind + 3, at]) << np.uint32(3)
        arisen[x] = bits & ((wants[i] & ~open_needs[i]) >> shift)


@compiled
def with_more_room(rows):
    """The same rows, with room for as many again."""
    larger = np.empty(2 * rows.size, rows.dtype)
    for k in range(rows.size):
        larger[k] = rows[k]
    return larger
