"""Dispatching: the station puts open orders in line, and dispatches as many as it can.

A reviewer declines what nobody in reach could take. The others wait in line by class: urgent ones before those of soon
and those before planned ones, so that no promise on what can wait starves what cannot. Within a class they stand by the
waited share of their own promise, by vulnerability and by a keyed draw. Staff are shared out to the grids by their
residents, or work as one pool for the whole community; an order takes so many minutes of them. What waits for long is
passed up, urgent orders at once; each level can take minutes of staff, which are missing at doors.

Sources: manshadi2022 (C22, C23), huang2025 (A10, A60-A64)
"""

from math import floor

import numpy as np

from sim.engine.jit import AHEAD, compiled, law, prefetch
from sim.mathematics.chance import key_of, mixed, stream, uniform
from sim.mathematics.sorting import in_order
from sim.state.circle import is_able
from sim.state.orders import (
    COMMUNITY_LEVEL,
    DISPATCHED,
    END_OF_LINE,
    LOCAL_SCOPE,
    LOCAL_THEN_POOLED,
    PLACED,
    POOLED_SCOPE,
    SHELVED,
    SUB_DISTRICT_LEVEL,
    is_reviewed,
    kinds_served,
    lowest_skills,
    scope_of_dispatch,
)
from sim.state.phase import phase
from sim.state.residents import CHILDREN, ELDERS_ALONE, LOW_INCOME, SENIOR_ELDERS, who_takes_part

QUEUE = stream("dispatching.queue")
STAFF = stream("dispatching.staff")
CLASS = 1e6
"""Weight of a class in the line, above all other weights together."""
URGENT = 0
BY_PROMISE = 1
"""Escalation by a share of the promise, and not by weeks."""
VULNERABLE = 1 << ELDERS_ALONE | 1 << SENIOR_ELDERS | 1 << CHILDREN | 1 << LOW_INCOME
"""Groups whose orders come earlier, as bits."""


@law
def place_in_line(priority, urgency, waited_share, vulnerability, vulnerable, credit_priority, paid, spread, u):
    """Where an order stands in line (smaller is earlier): urgent and vulnerable first, the rest by keyed draw."""
    return spread * u - priority - urgency * waited_share - vulnerability * vulnerable - credit_priority * paid


@law
def place_of(o, u, station, residents, orders, kinds, levers, dispatching):
    """Where an order stands in line this week, by its draw u."""
    k, i, waited = orders.kind[o], orders.client[o], station.week[0] - orders.placed[o]
    overdue = levers.overdue_first[0] if waited >= levers.response_target[0] else 0.0
    priority = kinds.priority[k] + levers.added_priority[k] + overdue + levers.precedence[i]
    vulnerable = 1.0 if (residents.groups[i] & VULNERABLE) != 0 or residents.limited[i] == 1 else 0.0
    weight = dispatching.vulnerability + levers.vulnerable_first[0]
    paid = 1.0 if orders.credit[o] > 0 else 0.0
    waited_share = waited / max(kinds.promise[k], 1.0)
    return CLASS * kinds.urgency[k] + place_in_line(
        priority,
        dispatching.urgency,
        waited_share,
        weight,
        vulnerable,
        levers.bank_priority[0],
        paid,
        dispatching.spread,
        u,
    )


@law
def levels_waited(waited, urgency, promise, dispatching):
    """Levels up after waiting for so many weeks: one each so many weeks, or each share of the promise; urgent: all."""
    if dispatching.escalation != BY_PROMISE:
        return int(waited // dispatching.escalate_after)
    return SUB_DISTRICT_LEVEL if urgency == URGENT else int(waited // (dispatching.escalate_share * max(promise, 1.0)))


@law
def level_reached(o, station, orders, kinds, levers, dispatching):
    """How far an order is passed up by now, as far as the hierarchy goes."""
    k, waited = orders.kind[o], station.week[0] - orders.placed[o]
    return min(levels_waited(waited, kinds.urgency[k], kinds.promise[k], dispatching), int(levers.hierarchy[0]))


@law
def is_declined(o, could, residents, orders, levers, dispatching):
    """Whether a reviewer declines an order: nobody in reach could ever take it (`could`: kinds, by grid and in all)."""
    if not is_reviewed(levers, dispatching):
        return False
    local = scope_of_dispatch(levers, dispatching) == LOCAL_SCOPE and orders.escalated[o] < COMMUNITY_LEVEL
    reach = residents.grid[orders.client[o]] if local else could.size - 1
    return (could[reach] >> np.uint32(orders.kind[o])) & np.uint32(1) == 0


@law
def is_passed_to_organizations(o, station, orders, kinds):
    """Whether a declined order goes to an organization that is skilled in its kind and has hours."""
    return kinds.organization[orders.kind[o]] == 1 and station.organized[0] > 0.0


@law
def whole_orders(capacity, u):
    """A capacity of so many orders a week: its whole part, plus one with the chance of the rest."""
    whole = floor(capacity) if capacity > 0.0 else 0.0
    return whole + (1.0 if u < capacity - whole else 0.0)


@law
def minutes_of_an_order(levers, dispatching):
    """Minutes of staff that an order takes this week."""
    return dispatching.order_minutes * (1.0 - min(max(levers.minutes_saved[0], 0.0), 0.99))


@law
def orders_of_staff(staff, hours, share, minutes):
    """Orders a week that so many persons can dispatch, who spend this share of their hours on it."""
    return staff * hours * share * 60.0 / minutes


@law
def capacity_of_staff(grids, levers, dispatching):
    """Orders a week that the station's staff can dispatch, less the share that coordination takes."""
    residents, minutes = grids.people.sum(), minutes_of_an_order(levers, dispatching)
    a_thousand = orders_of_staff(dispatching.staff_per_1000, dispatching.staff_hours, dispatching.staff_share, minutes)
    of_all = a_thousand * residents / 1000.0 + levers.capacity[0]
    return of_all * (1.0 - min(max(levers.overhead[0], 0.0), 1.0))


@law
def capacity_of_grid(g, of_staff, grids, levers):
    """Orders a week that a grid can dispatch: its part of the staff, by residents, and what the grid itself can."""
    residents = grids.people.sum()
    by_size = of_staff * grids.people[g] / residents if residents > 0 else 0.0
    return by_size + levers.grid_capacity[g]


@phase
def orders_are_dispatched(station, residents, grids, orders, kinds, levers, count, dispatching):
    """The station puts open orders in line and dispatches as many as staff and grids can handle."""
    queue = orders_in_line(station, residents, grids, orders, kinds, levers, count, dispatching)
    left = capacities_of_the_week(station, grids, levers, dispatching)
    dispatched = 0
    for turn in range(2 if scope_of_dispatch(levers, dispatching) == LOCAL_THEN_POOLED else 1):
        if turn == 1:
            pool_what_is_left(left)
        for at in range(queue.size):
            prefetch_client(at, queue, residents, orders)
            o = queue[at]
            by = who_dispatches(o, left, residents, orders)
            if orders.state[o] == PLACED and left[by] >= 1.0:
                left[by] -= 1.0
                orders.state[o] = DISPATCHED
                orders.rounds[o] += 1
                orders.line[dispatched] = o
                dispatched += 1
    end_line(dispatched, orders)
    count.dispatched[0] += dispatched
    count_time_of_staff(dispatched, station, grids, levers, count, dispatching)


@law
def who_dispatches(o, left, residents, orders):
    """The grid of an order while it can dispatch one more this week, else the pool (the last of `left`)."""
    g = residents.grid[orders.client[o]]
    return g if left[g] >= 1.0 else left.size - 1


@law
def seconds_to_pass_up(levers, dispatching):
    """Time of staff that passing an order up one level takes, in whole seconds."""
    return int(60.0 * max(dispatching.escalation_minutes + levers.escalation_minutes[0], 0.0) + 0.5)


@law
def count_time_of_staff(dispatched, station, grids, levers, count, dispatching):
    """How much time of staff orders took, and passing them up, in whole seconds, and what is left for doors."""
    residents = grids.people.sum()
    staff = dispatching.staff_per_1000 * residents / 1000.0
    there = int(staff * dispatching.staff_hours * dispatching.staff_share * 3600.0 + 0.5)
    taken = dispatched * int(60.0 * minutes_of_an_order(levers, dispatching) + 0.5)
    passing = int(count.escalated[0]) * seconds_to_pass_up(levers, dispatching)
    count.escalated[1] += passing
    station.staff_left[0] = max(there - taken - passing, 0)
    count.staff[0] += there
    count.staff[1] += taken


@law
def pool_what_is_left(left):
    """Staff whose own grid is served help the others."""
    for g in range(left.size - 1):
        left[left.size - 1] += left[g]
        left[g] = 0.0


# ---- the engineer's half: whole orders of a week, and what is fetched before it is needed


@compiled
def orders_in_line(station, residents, grids, orders, kinds, levers, count, dispatching):
    """Placed orders in the order of the line, less those that a reviewer declines."""
    key = key_of(station.seed[0], QUEUE, station.week[0])
    could = kinds_in_reach(station, residents, grids, kinds, levers, dispatching)
    placed, n = np.empty(station.open_orders[0], np.int32), 0
    for o in range(station.open_orders[0]):
        if o + AHEAD < station.open_orders[0]:
            prefetch(orders.client[o + AHEAD], levers.precedence, residents.groups, residents.limited)
        if orders.state[o] == PLACED:
            u = uniform(key, orders.key[o])
            orders.rank[o] = place_of(o, u, station, residents, orders, kinds, levers, dispatching)
            level = level_reached(o, station, orders, kinds, levers, dispatching)
            count.escalated[0] += max(level - orders.escalated[o], 0)
            orders.escalated[o] = level
            declined = is_declined(o, could, residents, orders, levers, dispatching)
            if declined and not is_passed_to_organizations(o, station, orders, kinds):
                orders.state[o], orders.back[o] = SHELVED, station.week[0] + int(dispatching.look_again)
                count.shelved[0] += 1
            else:
                if declined:
                    orders.escalated[o] = SUB_DISTRICT_LEVEL
                placed[n] = o
                n += 1
    return placed[:n][in_order(orders.rank[placed[:n]])]


@compiled
def kinds_in_reach(station, residents, grids, kinds, levers, dispatching):
    """Kinds of service that somebody of each grid, and last of the community, could ever take, as bits."""
    could = np.zeros(grids.first.size, np.uint32)
    if is_reviewed(levers, dispatching):
        lowest = lowest_skills(kinds, levers)
        for v in who_takes_part(residents, station):
            if residents.limited[v] == 0:
                time = residents.hours_limit[v]
                for_cases = time if is_able(v, residents) else 0.0
                bits = kinds_served(residents.tier[v], residents.skill[v], time, for_cases, lowest, kinds)
                could[residents.grid[v]] |= bits
                could[could.size - 1] |= bits
    return could


@compiled
def capacities_of_the_week(station, grids, levers, dispatching):
    """Whole orders that each grid can dispatch this week and, last, the pool."""
    key, n = key_of(station.seed[0], STAFF, station.week[0]), grids.first.size - 1
    pooled = scope_of_dispatch(levers, dispatching) == POOLED_SCOPE
    of_staff, left = capacity_of_staff(grids, levers, dispatching), np.zeros(n + 1)
    for g in range(n):
        capacity = capacity_of_grid(g, of_staff, grids, levers)
        if pooled:
            left[n] += capacity
        else:
            left[g] = whole_orders(capacity, uniform(key, mixed(g + 1)))
    if pooled:
        left[n] = whole_orders(left[n], uniform(key, 0))
    return left


@compiled
def prefetch_client(at, queue, residents, orders):
    """Fetch what dispatching an order of the line needs."""
    if at + 2 * AHEAD < queue.size:
        prefetch(queue[at + 2 * AHEAD], orders.client, orders.state, orders.rounds)
        prefetch(orders.client[queue[at + AHEAD]], residents.grid)


@compiled
def end_line(n, orders):
    """The line ends after n orders."""
    if n < orders.line.size:
        orders.line[n] = END_OF_LINE
