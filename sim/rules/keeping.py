"""Keeping: cases last, and somebody keeps them or nobody does.

Whoever keeps a case gives its services every week, and needs no order and no desk for it: a household as long as
somebody able is there, a neighbour or a volunteer until they move, fall ill or stop, public services until the case
ends, organizations as far as their hours go. Then the case looks again along the circle of help; without a keeper it is
the station's, and one order is placed to find whoever will take it on.

Sources: huang2025 (A52-A54, A67)
"""

import numpy as np

from sim.engine.jit import compiled, law
from sim.mathematics.chance import key_of, stream, uniform, uniform_twice
from sim.state.circle import first_to_help, is_able, is_for_children, somebody_able_at_home
from sim.state.orders import (
    ENDED,
    HIDDEN,
    HOUSEHOLD,
    KEPT,
    LOOKED_AGAIN,
    NEIGHBOUR,
    NOBODY_KEEPS,
    ORGANIZED,
    PLACED,
    SHELVED,
    VOLUNTEER,
    hours_a_week,
    is_case,
    is_kept_or_hidden,
    is_still_there,
    keeps_case,
    loses_keeper,
    lowest_skill,
    may_serve,
    need_is_over,
)
from sim.state.phase import phase, unit
from sim.state.residents import TASK

STOP = stream("keeping.stop")
AT_START = stream("keeping.at_start")
NO_ONE = -1


@law
def has_ended(o, station, orders):
    """Whether a case has lasted for as long as it lasts."""
    return is_case(o, orders) and station.week[0] >= orders.until[o]


@law
def stops(o, chance, station, orders):
    """Whether a neighbour or a volunteer stops keeping a case this week."""
    return uniform(key_of(station.seed[0], STOP, station.week[0]), orders.key[o]) < chance


@law
def goes_on(o, station, residents, households, orders, kinds, needing):
    """Whether whoever keeps a case goes on: they still live here, are able, and do not stop."""
    keeper, v, k = orders.keeper[o], orders.server[o], orders.kind[o]
    if keeper == HOUSEHOLD:
        return somebody_able_at_home(orders.client[o], is_for_children(k, kinds), residents, households)
    if keeper == NEIGHBOUR:
        here = is_still_there(o, residents, orders) and is_able(v, residents)
        return here and not stops(o, needing.neighbour_stops, station, orders)
    if keeper == VOLUNTEER:
        serves = is_able(v, residents) and residents.tier[v] >= max(kinds.tier[k], TASK)
        return serves and is_still_there(o, residents, orders) and not stops(o, needing.server_stops, station, orders)
    return keeper != NOBODY_KEEPS


@law
def looks_again(o, station, orders):
    """Whether a shelved order is looked at again this week."""
    return orders.state[o] == SHELVED and station.week[0] >= orders.back[o]


@law
def seeks_a_keeper(o, keeper, station, orders, count):
    """A case has a keeper of the circle, or none: then it is the station's, at once if the station knows of it."""
    orders.refused[o] = 0
    is_kept_or_hidden(o, keeper, orders)
    if orders.state[o] == HIDDEN and orders.placed[o] >= 0:
        orders.state[o], orders.placed[o] = PLACED, station.week[0]
        count.placed[0] += 1


@law
def hours_of_organizations(grids, levers, dispatching):
    """Hours that service organizations give in a week: more where their operational capability is raised."""
    residents = grids.people.sum()
    hours = dispatching.organization_hours_per_1000 * residents / 1000.0 + levers.organization_hours[0]
    return max(hours, 0.0) * (1.0 + max(levers.capability[0], 0.0))


@phase
def organizations_have_hours(station, grids, orders, kinds, levers, count, dispatching):
    """Organizations give their hours to the cases that they keep, first to the first in the book; the rest is left."""
    station.organized[0] = hours_of_organizations(grids, levers, dispatching)
    count.organized[0] += station.organized[0]
    for o in range(station.open_orders[0]):
        if orders.keeper[o] == ORGANIZED and not has_ended(o, station, orders):
            hours = hours_a_week(orders.kind[o], kinds)
            if station.organized[0] >= hours:
                station.organized[0] -= hours
                count.organized[1] += hours
            else:
                orders.keeper[o] = NOBODY_KEEPS


@phase
def cases_go_on(station, residents, households, ties, orders, kinds, levers, count, needing):
    """Cases end, or go on; whose keeper is gone looks again along the circle of help, and then to the station."""
    o = 0
    while o < station.open_orders[0]:
        if looks_again(o, station, orders):
            orders.state[o], orders.refused[o] = PLACED, 0
        if not is_case(o, orders):
            o += 1
        elif has_ended(o, station, orders):
            case_ends(o, residents, orders, kinds, station)
            count.cases[ENDED] += 1
        else:
            orders.given[o], orders.served[o] = 0.0, 0
            if orders.state[o] == KEPT and not goes_on(o, station, residents, households, orders, kinds, needing):
                loses_keeper(o, residents, orders, kinds)
                keeper = first_to_help(o, station, residents, households, ties, orders, kinds, levers, needing)
                seeks_a_keeper(o, keeper, station, orders, count)
                count.cases[LOOKED_AGAIN] += 1
            o += 1


@law
def case_ends(o, residents, orders, kinds, station):
    """A case is over: nobody keeps it, and the client needs it no longer."""
    loses_keeper(o, residents, orders, kinds)
    need_is_over(o, residents, orders, station)


@unit
def founders_keep_cases(station, residents, orders, kinds, levers, starting):
    """Of the cases that are left to the station at the start, a share is kept by volunteers who have the time."""
    key = key_of(station.seed[0], AT_START, 0)
    for o in range(station.open_orders[0]):
        u, point = uniform_twice(key, orders.key[o], np.uint64(0))
        if orders.state[o] == HIDDEN and is_case(o, orders) and u < starting.cases_served:
            v = volunteer_with_time(o, point, residents, orders, kinds, levers)
            if v != NO_ONE:
                orders.placed[o] = 0
                residents.known[orders.client[o]] = 1
                keeps_case(o, v, residents, orders, kinds)


@compiled
def volunteer_with_time(o, point, residents, orders, kinds, levers):
    """The first volunteer, from a point (0-1) of the rows on, who may serve a case and keeps none yet; NO_ONE
    for nobody.
    """
    n, k = residents.tier.size, orders.kind[o]
    lowest = lowest_skill(k, kinds, levers)
    for step in range(n):
        v = (int(point * n) + step) % n
        if residents.tier[v] >= TASK and is_able(v, residents) and residents.cases[v] == 0 and v != orders.client[o]:
            if may_serve(k, residents.tier[v], residents.skill[v], residents.hours_limit[v], lowest, kinds):
                return v
    return NO_ONE
