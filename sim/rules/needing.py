"""Needing: needs arise, public services meet their share, the rest becomes an order or stays hidden.

A hidden need is not a small need: it counts as unmet all the same, and the station cannot serve what it does not know.
A resident has at most one open need of a kind.

Sources: huang2025 (A37, A60-A65)
"""

import numpy as np

from sim.chance import key_of, limit_of, mixed, stream, uniform_pair, words
from sim.compiling import AHEAD, soon
from sim.law import compiled, law
from sim.orders import HIDDEN, PLACED
from sim.phase import phase

ARISE = stream("needing.arise")
COVER = stream("needing.cover")
DISCOVER = stream("needing.discover")
STRETCH = 512
"""Residents drawn for at once: their words stay in the nearest cache."""


@law
def chance_of_need(weekly, low_income, extra):
    """Chance that a need of a kind arises in a week; higher in low-income households."""
    chance = weekly * (1.0 + extra * low_income)
    return 1.0 if chance > 1.0 else chance


@law
def chance_of_discovery(own, reach, outreach, helper, neighbour):
    """A need becomes known by own request, through the platform, by outreach, by a helper, or by a tied participant."""
    return 1.0 - (1.0 - own) * (1.0 - min(reach, 1.0)) * (1.0 - min(outreach, 1.0)) * (1.0 - min(helper, 1.0)) * (1.0 - neighbour)


@compiled
def _whoever_wants(first_kind, wants, open_needs, key, who, whose_key):
    """Who of a stretch of residents can come to need one of four kinds this week, with their keys; how many they are."""
    n = 0
    for i in range(wants.size):
        who[n], whose_key[n] = i, key[i]
        n += int((((wants[i] & ~open_needs[i]) >> np.uint32(first_kind)) & np.uint32(15)) != 0)
    return n


@compiled
def _new_needs(first_kind, n, who, drawn, limit, low_income, wants, open_needs, arisen):
    """Which of four kinds of need arise for each of these residents, as bits (vectorised)."""
    one, two, three, four = drawn
    shift = np.uint32(first_kind)
    for x in range(n):
        i = who[x]
        poor = int(low_income[i])
        bits = np.uint32(one[x] < limit[first_kind, poor])
        bits |= np.uint32(two[x] < limit[first_kind + 1, poor]) << np.uint32(1)
        bits |= np.uint32(three[x] < limit[first_kind + 2, poor]) << np.uint32(2)
        bits |= np.uint32(four[x] < limit[first_kind + 3, poor]) << np.uint32(3)
        arisen[x] = bits & ((wants[i] & ~open_needs[i]) >> shift)


@phase(writes=("open_needs", "met", "needs_year", "open_orders", "order_key", "order_state", "order_kind", "order_client", "order_arose", "order_placed", "order_rounds",
               "order_server", "order_escalated", "order_credit", "order_quality", "order_rating", "count_needs", "count_needs_kind", "count_covered", "count_placed",
               "count_put_off"))
def needs_arise(seed, week, key, grid, groups, wants, low_income, open_needs, met, needs_year, active_ties, reach, outreach, client_outreach, coverage, group_coverage, group_kinds, kind_weekly,
                kind_coverage, open_orders, order_key, order_state, order_kind, order_client, order_arose, order_placed, order_rounds, order_server,
                order_escalated, order_credit, order_quality, order_rating, count_needs, count_needs_kind, count_covered, count_placed, count_put_off, needing):
    """Needs arise; public services meet their share; the rest enters the order book, hidden or placed."""
    needing = needing[0]
    now = week[0]
    key_arise, key_cover, key_discover = key_of(seed[0], ARISE, now), key_of(seed[0], COVER, now), key_of(seed[0], DISCOVER, now)
    n = open_orders[0]
    kinds = kind_weekly.size
    blocks = (kinds + 3) // 4
    limit = np.zeros((4 * blocks, 2), np.int64)
    for k in range(kinds):
        for poor in range(2):
            limit[k, poor] = limit_of(chance_of_need(kind_weekly[k], poor, needing.low_income_extra))
    arisen, who, whose_key = np.empty(STRETCH, np.uint32), np.empty(STRETCH + 1, np.int64), np.empty(STRETCH + 1, np.uint64)
    drawn = (np.empty(STRETCH, np.uint32), np.empty(STRETCH, np.uint32), np.empty(STRETCH, np.uint32), np.empty(STRETCH, np.uint32))
    for start in range(0, key.size, STRETCH):
        stop = min(start + STRETCH, key.size)
        for b in range(blocks):
            able = _whoever_wants(4 * b, wants[start:stop], open_needs[start:stop], key[start:stop], who, whose_key)
            words(key_arise, whose_key, 0, able, b, drawn[0], drawn[1], drawn[2], drawn[3])
            _new_needs(4 * b, able, who, drawn, limit, low_income[start:stop], wants[start:stop], open_needs[start:stop], arisen)
            for x in range(able):
                # most of them have no need this week: one look tells
                if arisen[x] == 0:
                    continue
                i = start + who[x]
                for k in range(4 * b, min(4 * b + 4, kinds)):
                    if (arisen[x] >> (k - 4 * b)) & 1 == 0:
                        continue
                    count_needs_kind[k] += 1
                    count_needs[0] += 1
                    needs_year[i] += 1
                    for g in range(5):
                        if (groups[i] >> g) & 1:
                            count_needs[1 + g] += 1
                    if uniform_pair(key_cover, key[i], k) < kind_coverage[k] + coverage[k] + group_coverage[i] * group_kinds[k]:
                        met[i] += 1
                        count_covered[0] += 1
                        continue
                    if n == order_state.size:
                        # the book is full to the last row: the need comes back next week (never seen outside tests)
                        count_put_off[0] += 1
                        continue
                    open_needs[i] |= 1 << k
                    order_key[n] = mixed(mixed(key[i]) + key_arise + k)
                    order_state[n], order_kind[n], order_client[n], order_arose[n], order_placed[n] = HIDDEN, k, i, now, -1
                    order_rounds[n], order_server[n], order_escalated[n], order_credit[n], order_quality[n], order_rating[n] = 0, -1, 0, 0, 0.0, 0.0
                    n += 1
    open_orders[0] = n
    for o in range(n):
        if o + AHEAD < n:
            later = order_client[o + AHEAD]
            soon(later, active_ties, grid, client_outreach, key)
        if order_state[o] == HIDDEN:
            i = order_client[o]
            neighbour = needing.neighbour_tells if active_ties[i] > 0 else 0.0
            chance = chance_of_discovery(needing.own_request, reach[0], outreach[grid[i]], client_outreach[i], neighbour)
            if uniform_pair(key_discover, key[i], order_kind[o]) < chance:
                order_state[o], order_placed[o] = PLACED, now
                count_placed[0] += 1
