"""Dispatching: the station puts open orders in line, and dispatches as many as it can.

Orders wait in line by urgency, vulnerability and a keyed draw. Staff are shared out to the grids by their residents, or
work as one pool for the whole community. What waits for long is passed up.

Sources: manshadi2022 (C22, C23), huang2025 (A10, A60-A64)
"""

from math import floor

import numpy as np

from sim.engine.jit import AHEAD, compiled, law, prefetch
from sim.mathematics.chance import key_of, mixed, stream, uniform
from sim.mathematics.sorting import in_order
from sim.state.orders import DISPATCHED, END_OF_LINE, LOCAL_THEN_POOLED, PLACED, POOLED_SCOPE, scope_of_dispatch
from sim.state.phase import phase
from sim.state.residents import CHILDREN, ELDERS_ALONE, LOW_INCOME, SENIOR_ELDERS

QUEUE = stream("dispatching.queue")
STAFF = stream("dispatching.staff")
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
    waited_share = waited / max(kinds.patience[k], 1.0)
    return place_in_line(
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
def level_reached(o, station, orders, levers, dispatching):
    """How far an order is passed up by now: a level each so many weeks of waiting, as far as the hierarchy goes."""
    waited = station.week[0] - orders.placed[o]
    return min(int(waited // dispatching.escalate_after), int(levers.hierarchy[0]))


@law
def whole_orders(capacity, u):
    """A capacity of so many orders a week: its whole part, plus one with the chance of the rest."""
    whole = floor(capacity) if capacity > 0.0 else 0.0
    return whole + (1.0 if u < capacity - whole else 0.0)


@law
def capacity_of_staff(grids, levers, dispatching):
    """Orders a week that the station's staff can dispatch, less the share that coordination takes."""
    residents = grids.first[grids.first.size - 1]
    of_all = dispatching.capacity_per_1000 * residents / 1000.0 + levers.capacity[0]
    return of_all * (1.0 - min(max(levers.overhead[0], 0.0), 1.0))


@law
def capacity_of_grid(g, of_staff, grids, levers):
    """Orders a week that a grid can dispatch: its part of the staff, by residents, and what the grid itself can."""
    residents = grids.first[grids.first.size - 1]
    by_size = of_staff * (grids.first[g + 1] - grids.first[g]) / residents if residents > 0 else 0.0
    return by_size + levers.grid_capacity[g]


@phase
def orders_are_dispatched(station, residents, grids, orders, kinds, levers, count, dispatching):
    """The station puts open orders in line and dispatches as many as staff and grids can handle."""
    queue = orders_in_line(station, residents, orders, kinds, levers, dispatching)
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


@law
def who_dispatches(o, left, residents, orders):
    """The grid of an order while it can dispatch one more this week, else the pool (the last of `left`)."""
    g = residents.grid[orders.client[o]]
    return g if left[g] >= 1.0 else left.size - 1


@law
def pool_what_is_left(left):
    """Staff whose own grid is served help the others."""
    for g in range(left.size - 1):
        left[left.size - 1] += left[g]
        left[g] = 0.0


# ---- the engineer's half: whole orders of a week, and what is fetched before it is needed


@compiled
def orders_in_line(station, residents, orders, kinds, levers, dispatching):
    """Placed orders in the order of the line."""
    key = key_of(station.seed[0], QUEUE, station.week[0])
    placed, n = np.empty(station.open_orders[0], np.int32), 0
    for o in range(station.open_orders[0]):
        if o + AHEAD < station.open_orders[0]:
            prefetch(orders.client[o + AHEAD], levers.precedence, residents.groups, residents.limited)
        if orders.state[o] == PLACED:
            u = uniform(key, orders.key[o])
            orders.rank[o] = place_of(o, u, station, residents, orders, kinds, levers, dispatching)
            orders.escalated[o] = level_reached(o, station, orders, levers, dispatching)
            placed[n] = o
            n += 1
    return placed[:n][in_order(orders.rank[placed[:n]])]


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
