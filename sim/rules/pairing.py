"""Pairing: standing pairs of a helper and a neighbour, who need no order to find each other.

A cook and an elder living alone, a younger elder or a teen and a senior elder. A pair is matched nearby, tied
neighbours first, and ends when either moves away or the helper stops serving; then the neighbour is matched anew. A
helper who comes serves an open need, whether the station knows of it or not; where nothing needs to be done, the two
spend some time.

Sources: huang2025 (A13, A67, A72)
"""

import numpy as np

from sim.engine.jit import compiled, law
from sim.mathematics.chance import key_of, stream, uniform, uniform_pair
from sim.state.orders import ACCEPTED, HIDDEN, PLACED, hours_a_week, lowest_skill, may_serve, share_hours
from sim.state.phase import phase
from sim.state.places import COOK, ELDER_PARTNER, PAIRED
from sim.state.residents import ADULT, TASK, TEEN, YOUNGER_ELDER
from sim.state.ties import strength_between

TURN = stream("pairing.turn")
MATCH = stream("pairing.match")
VISIT = stream("pairing.visit")
N_SERVICES = len(PAIRED)
GRID, COMMUNITY = range(2)
"""Where helpers are looked for (`nearby`)."""
NO_ONE = NO_ORDER = -1


@law
def may_be(service, age, limited, tier):
    """Whether a volunteer may be a standing helper: not limited; cooks are grown up, partners of their age band."""
    if tier < TASK or limited == 1:
        return False
    return age >= ADULT if service == COOK else age == YOUNGER_ELDER if service == ELDER_PARTNER else age == TEEN


@law
def nearness(tie, weight, u):
    """How gladly two neighbours are matched: the tie between them, and a keyed draw."""
    return weight * tie + u


@law
def is_meant(service, i, levers):
    """Whether a resident is meant to have a standing helper of a service."""
    return levers.kitchen_for[i] > 0.0 if service == COOK else levers.aid_for[i] > 0.0


@law
def has_room(h, clients_of, pairing):
    """Whether a helper can have one more neighbour."""
    return clients_of[h] < int(pairing.most_clients)


@law
def still_holds(p, station, residents, pairs, levers):
    """Whether a pair holds: both still live here, the helper still may be one, and the neighbour is still meant."""
    c, h, service = pairs.client[p], pairs.helper[p], pairs.service[p]
    since = station.week[0] - pairs.since[p]
    both_live_here = residents.tenure[c] > since and residents.tenure[h] > since
    may_help = may_be(service, residents.age[h], residents.limited[h], residents.tier[h])
    return both_live_here and may_help and is_meant(service, c, levers)


@phase
def standing_pairs_are_matched(station, residents, grids, ties, pairs, levers, count, pairing):
    """Pairs in which somebody moved, lapsed or is no longer meant end; neighbours without a helper are matched."""
    places = places_for_pairs(levers)
    if station.pairs[0] > 0 or places.sum() > 0:
        clients_of, helped = pairs_that_hold(places, station, residents, pairs, levers, count)
        volunteers, meant = volunteers_and_those_meant(residents, levers)
        for service in range(N_SERVICES):
            if places[service] > 0:
                helpers = free_helpers(service, volunteers, clients_of, residents, pairing)
                first = first_of_each_grid(helpers, residents, grids)
                for c in in_turn(service, meant, helped, first, station, residents, levers, pairing):
                    if places[service] <= 0 or station.pairs[0] >= pairs.client.size:
                        break
                    low, high = where_to_look(c, first, residents, pairing)
                    h = nearest_helper(c, helpers[low:high], clients_of, station, residents, ties, pairing)
                    if h != NO_ONE:
                        add_pair(c, h, service, station, pairs)
                        clients_of[h] += 1
                        places[service] -= 1
                        count.pairs[0] += 1
        draw_visits(station, residents, pairs, count)


@law
def add_pair(c, h, service, station, pairs):
    """A neighbour and a helper are a pair from this week on."""
    p = station.pairs[0]
    pairs.client[p], pairs.helper[p], pairs.service[p], pairs.since[p] = c, h, service, station.week[0]
    station.pairs[0] = p + 1


@law
def draw_visits(station, residents, pairs, count):
    """Each pair draws whether the helper comes this week, and in which turn."""
    key = key_of(station.seed[0], VISIT, station.week[0])
    for p in range(station.pairs[0]):
        pairs.draw[p] = uniform_pair(key, residents.key[pairs.client[p]], residents.key[pairs.helper[p]])
        count.pairs[2 + pairs.service[p]] += 1


@law
def helps_with(o, p, residents, pairs, orders, kinds, levers):
    """Whether the helper of a pair can serve an order of the neighbour: it is open, and such helpers serve its kind."""
    h, k = pairs.helper[p], orders.kind[o]
    wanted = levers.kitchen_kinds[k] > 0.0 if pairs.service[p] == COOK else levers.aid_kinds[k] > 0.0
    is_open = orders.state[o] == HIDDEN or orders.state[o] == PLACED
    lowest = lowest_skill(k, kinds, levers)
    fits = may_serve(k, residents.tier[h], residents.skill[h], residents.hours_left[h], lowest, kinds)
    return wanted and is_open and fits


@law
def arose_before(o, other, orders):
    """Whether one order arose before another; of those of one week, the one with the lower key."""
    same_week = orders.arose[o] == orders.arose[other]
    return orders.arose[o] < orders.arose[other] or (same_week and orders.key[o] < orders.key[other])


@phase
def standing_helpers_come(station, residents, pairs, orders, kinds, levers, encounters, count, pairing):
    """Each standing helper who has the time comes, and serves an open need of the neighbour or spends time there."""
    if station.pairs[0] > 0:
        last, before = orders_of_each_client(station, residents, orders)
        # in the order of their draws: one neighbour may have two helpers, one helper two neighbours
        for p in np.argsort(pairs.draw[: station.pairs[0]]):
            if pairs.draw[p] >= pairing.comes:
                break
            chosen, o = NO_ORDER, last[pairs.client[p]]
            while o != NO_ORDER:
                if helps_with(o, p, residents, pairs, orders, kinds, levers):
                    chosen = o if chosen == NO_ORDER or arose_before(o, chosen, orders) else chosen
                o = before[o]
            if chosen != NO_ORDER:
                takes_on(chosen, p, station, residents, pairs, orders, kinds, count)
            elif pairs.service[p] != COOK and residents.hours_left[pairs.helper[p]] >= pairing.visit_hours > 0.0:
                spends_time(p, station, residents, pairs, count, pairing)
                share_hours(pairs.helper[p], pairs.client[p], pairing.visit_hours, station, encounters)


@law
def takes_on(o, p, station, residents, pairs, orders, kinds, count):
    """The helper of a pair takes on an order of the neighbour; of a hidden one the station learns now."""
    h = pairs.helper[p]
    if orders.state[o] == HIDDEN:
        orders.placed[o] = station.week[0]
        count.placed[0] += 1
    orders.state[o], orders.server[o] = ACCEPTED, h
    residents.hours_left[h] = max(residents.hours_left[h] - hours_a_week(orders.kind[o], kinds), 0.0)
    count.visits_paid[pairs.service[p]] += 1


@law
def spends_time(p, station, residents, pairs, count, pairing):
    """The helper of a pair only spends time with the neighbour: nothing is served, and yet they meet."""
    h = pairs.helper[p]
    residents.hours_left[h] -= pairing.visit_hours
    residents.hours[h] += pairing.visit_hours
    residents.services[h] += 1
    residents.success[h] += residents.skill[h]
    residents.last_served[h] = station.week[0]
    count.visits_paid[3] += 1


# ---- the engineer's half: who is looked through for a match, and chains of orders


@compiled
def places_for_pairs(levers):
    """Places for standing pairs of each service."""
    return np.array([int(levers.kitchen_pairs[0]), int(levers.elder_pairs[0]), int(levers.teen_pairs[0])])


@compiled
def pairs_that_hold(places, station, residents, pairs, levers, count):
    """Keep the pairs that hold, as far as there are places; how many neighbours each helper has, and who is helped.

    The oldest pairs stand first in the table, so that fewer places end the youngest.
    """
    clients_of = np.zeros(residents.tier.size, np.uint8)
    helped = np.zeros((N_SERVICES, residents.tier.size), np.uint8)
    n = 0
    for p in range(station.pairs[0]):
        c, h, service = pairs.client[p], pairs.helper[p], pairs.service[p]
        if places[service] > 0 and still_holds(p, station, residents, pairs, levers):
            pairs.client[n], pairs.helper[n], pairs.service[n], pairs.since[n] = c, h, service, pairs.since[p]
            helped[service, c] = 1
            clients_of[h] += 1
            places[service] -= 1
            n += 1
        else:
            count.pairs[1] += 1
    station.pairs[0] = n
    return clients_of, helped


@compiled
def volunteers_and_those_meant(residents, levers):
    """Rows of volunteers and of those meant to have a helper: they are few, and looked through once, grid by grid."""
    n = residents.tier.size
    volunteers, meant, n_volunteers, n_meant = np.empty(n, np.int32), np.empty(n, np.int32), 0, 0
    for i in range(n):
        if residents.tier[i] >= TASK:
            volunteers[n_volunteers] = i
            n_volunteers += 1
        if levers.kitchen_for[i] > 0.0 or levers.aid_for[i] > 0.0:
            meant[n_meant] = i
            n_meant += 1
    return volunteers[:n_volunteers], meant[:n_meant]


@compiled
def free_helpers(service, volunteers, clients_of, residents, pairing):
    """Volunteers who may be helpers of a service and can have one more neighbour, grid by grid."""
    free, n = np.empty(volunteers.size, np.int32), 0
    for h in volunteers:
        room = has_room(h, clients_of, pairing) and residents.hours_limit[h] > 0.0
        if room and may_be(service, residents.age[h], residents.limited[h], residents.tier[h]):
            free[n] = h
            n += 1
    return free[:n]


@compiled
def first_of_each_grid(rows, residents, grids):
    """Where each grid begins among rows that lie grid by grid, and where the last ends."""
    first = np.zeros(grids.first.size, np.int64)
    for i in rows:
        first[residents.grid[i] + 1] += 1
    for g in range(first.size - 1):
        first[g + 1] += first[g]
    return first


@compiled
def where_to_look(c, first, residents, pairing):
    """From where to where helpers are looked through for a neighbour: in the own grid, or everywhere."""
    if pairing.nearby == GRID:
        return first[residents.grid[c]], first[residents.grid[c] + 1]
    return first[0], first[first.size - 1]


@compiled
def in_turn(service, meant, helped, first, station, residents, levers, pairing):
    """Neighbours who are meant and not yet helped, and for whom there are helpers to look through, in keyed order."""
    key = key_of(station.seed[0], TURN, station.week[0])
    waiting, turn, n = np.empty(meant.size, np.int32), np.empty(meant.size, np.float64), 0
    for c in meant:
        low, high = where_to_look(c, first, residents, pairing)
        if is_meant(service, c, levers) and helped[service, c] == 0 and high > low:
            waiting[n], turn[n] = c, uniform(key, residents.key[c])
            n += 1
    return waiting[:n][np.argsort(turn[:n])]


@compiled
def nearest_helper(c, helpers, clients_of, station, residents, ties, pairing):
    """The helper to whom a neighbour is matched most gladly, not of the household; NO_ONE where none has room."""
    key = key_of(station.seed[0], MATCH, station.week[0])
    best, nearest = NO_ONE, -1.0
    for h in helpers:
        if has_room(h, clients_of, pairing) and residents.household[h] != residents.household[c]:
            u = uniform_pair(key, residents.key[c], residents.key[h])
            near = nearness(strength_between(c, h, ties), pairing.tie, u)
            if near > nearest:
                nearest, best = near, h
    return best


@compiled
def orders_of_each_client(station, residents, orders):
    """The last order of each client and, for each order, the one before it; NO_ORDER where there is none."""
    last, before = np.full(residents.tier.size, NO_ORDER, np.int32), np.empty(station.open_orders[0], np.int32)
    for o in range(station.open_orders[0]):
        c = orders.client[o]
        before[o], last[c] = last[c], o
    return last, before
