"""Serving: accepted orders are done in the same week, rated by the client, and leave the book; others wait or expire.

True quality and reported rating are two things: ratings in practice sit at 98-99.9 %, so the model never learns from
them alone.

Sources: huang2025 (A51, A64, A82, A88), manshadi2022
"""

import numpy as np

from sim.engine.jit import AHEAD, compiled, law, prefetch
from sim.mathematics.odds import remembered, sigma
from sim.state.orders import ACCEPTED, DECLINED, DONE, EXPIRED, HIDDEN, PLACED, close_order, share_hours
from sim.state.phase import phase
from sim.state.residents import SUBSTANTIVE
from sim.state.tallies import count_in_groups

STAFF_SKILL = 0.8
SOON_FORGOTTEN = 1e-3
"""Less than so many remembered weeks are none."""


@law
def quality_of_service(steepness, skill, difficulty, supervised, supervision):
    """True quality (0-1) of one service: skill against difficulty, and supervision."""
    return sigma(steepness * (skill - difficulty) + supervised * supervision)


@law
def quality_by_standards(quality, standards, standard):
    """True quality where services are standardised: every service is drawn towards the standard, good ones too."""
    return quality + min(max(standards, 0.0), 1.0) * (standard - quality)


@law
def rating_reported(quality, upward):
    """The rating a client reports: biased upward by the share `upward` of what is missing."""
    return quality + upward * (1.0 - quality)


@law
def quality_of(o, residents, orders, kinds, levers, serving):
    """True quality (0-1) of the service given for an order, by the skill of who gives it and the common standards."""
    v, k, g = orders.server[o], orders.kind[o], residents.grid[orders.client[o]]
    skill = residents.skill[v] if v >= 0 else STAFF_SKILL
    q = quality_of_service(serving.steepness, skill, kinds.difficulty[k], serving.supervision, levers.supervision[g])
    return quality_by_standards(q, levers.standards[0], serving.standard)


@phase
def service_is_given(station, residents, orders, kinds, levers, encounters, count, serving):
    """Accepted orders are done: the client's need is met, and client and volunteer have shared the hours."""
    for o in range(station.open_orders[0]):
        prefetch_accepted(o + FURTHER_AHEAD, station, residents, orders)
        if orders.state[o] == ACCEPTED:
            q = quality_of(o, residents, orders, kinds, levers, serving)
            orders.state[o], orders.quality[o] = DONE, q
            residents.met[orders.client[o]] += 1
            count_service(o, q, station, residents, orders, count)
            if orders.server[o] >= 0:
                gives_hours(o, q, station, residents, orders, kinds, count)
                hours = kinds.hours[orders.kind[o]]
                share_hours(orders.server[o], orders.client[o], hours, station, encounters)


@law
def gives_hours(o, q, station, residents, orders, kinds, count):
    """A volunteer has given the hours of an order, with a service of quality q."""
    v, client, hours = orders.server[o], orders.client[o], kinds.hours[orders.kind[o]]
    residents.hours[v] += hours
    residents.success[v] += q
    residents.services[v] += 1
    residents.last_served[v] = station.week[0]
    other_grid = 0 if residents.grid[v] == residents.grid[client] else 1
    other_origin = 0 if residents.origin[v] == residents.origin[client] else 1
    count.served_by[other_grid + 2 * other_origin] += hours


@law
def count_service(o, q, station, residents, orders, count):
    """An order that is done is counted: its quality, for how long it waited, and in the groups of its client."""
    waited = station.week[0] - orders.placed[o]
    count.done[0] += 1
    count.quality[0] += q
    count.waits[min(waited, count.waits.size - 1)] += 1
    count.wait_weeks[0] += waited
    count_in_groups(orders.client[o], count.done[1:], residents)


@phase
def orders_are_rated(station, residents, orders, levers, count, serving):
    """Clients rate what was done; where ratings are fed back, they move the volunteer's satisfaction."""
    for o in range(station.open_orders[0]):
        if orders.state[o] == DONE:
            orders.rating[o] = rating_reported(orders.quality[o], serving.upward_bias)
            count.rating[0] += orders.rating[o]
            if orders.server[o] >= 0 and levers.feedback[0] > 0.0:
                hears_of_rating(orders.server[o], orders.rating[o], residents, levers, serving)


@law
def hears_of_rating(v, rating, residents, levers, serving):
    """A rating that is fed back draws the satisfaction of the volunteer towards it."""
    gap = rating - residents.satisfaction[v]
    residents.satisfaction[v] += min(levers.feedback[0], 1.0) * serving.feedback_rate * gap


@law
def unmet_weeks_remembered(weeks, kept):
    """Remembered weeks with an unmet need, a week later; of next to nothing, nothing is left."""
    left = np.float32(weeks * kept)
    return left if left >= SOON_FORGOTTEN else 0.0


@law
def runs_out_of_patience(o, station, orders, kinds):
    """Whether an order that is hidden or placed has waited for as long as its client waits."""
    waits = orders.state[o] == HIDDEN or orders.state[o] == PLACED
    return waits and station.week[0] - orders.arose[o] >= kinds.patience[orders.kind[o]]


@law
def somebody_had_time(k, station, kinds):
    """Whether a volunteer of a tier that may serve this kind had the hours for it left this week."""
    had_time = False
    for tier in range(kinds.tier[k], SUBSTANTIVE + 1):
        had_time |= station.free_hours[0, tier] >= kinds.hours[k]
    return had_time


@phase
def orders_lapse(station, residents, orders, kinds, count, serving):
    """Needs not met this week are counted; those older than their patience expire; closed orders leave the book."""
    for i in range(residents.unmet_weeks.size):
        residents.unmet_weeks[i] = unmet_weeks_remembered(residents.unmet_weeks[i], serving.unmet_memory)
    o = 0
    while o < station.open_orders[0]:
        state = orders.state[o]
        if state != DONE:
            goes_unmet(o, residents, orders, count)
        if runs_out_of_patience(o, station, orders, kinds):
            count_expired(o, station, residents, orders, kinds, count)
            state = EXPIRED
        if state == DONE or state == EXPIRED or state == DECLINED:
            residents.open_needs[orders.client[o]] &= ~(np.uint32(1) << np.uint32(orders.kind[o]))
            close_order(o, orders, station)
            count.closed[0] += 1
        else:
            count.open[1 if state == HIDDEN else 0] += 1
            o += 1
    ended = count.done[0] + count.expired[0] + count.declined[0]
    if ended > 0.0:
        station.confidence[0] = remembered(station.confidence[0], count.done[0] / ended, serving.confidence_rate)


@law
def goes_unmet(o, residents, orders, count):
    """A need that was not met this week is remembered by its client, and counted."""
    i = orders.client[o]
    residents.unmet_weeks[i] += 1.0
    count.unmet[0] += 1
    count.unmet_kind[orders.kind[o]] += 1
    count_in_groups(i, count.unmet[1:], residents)
    if orders.state[o] == HIDDEN:
        count.unmet[6] += 1


@law
def count_expired(o, station, residents, orders, kinds, count):
    """A need that expires is counted, by the groups of its client, and whether a volunteer would have had the time."""
    if orders.state[o] == PLACED:
        count.expired[0] += 1
        if somebody_had_time(orders.kind[o], station, kinds):
            count.mismatch[0] += 1
    else:
        count.expired[1] += 1
    count_in_groups(orders.client[o], count.expired[2:], residents)


@phase
def outside_workers_visit(grids, levers, count, serving):
    """Delivery, ride-hailing and sanitation workers come to the station; it serves as many as it has room for."""
    residents = grids.first[grids.first.size - 1]
    came = serving.workers_per_1000 * residents / 1000.0 * serving.worker_visits
    room = serving.visits_served_per_1000 * residents / 1000.0 + levers.workers_welcome[0]
    count.visits[0] += came
    count.visits[1] += min(came, max(room, 0.0))


# ---- the engineer's half: who is served, and who serves, lies anywhere in memory

FURTHER_AHEAD = 4 * AHEAD
"""Few orders in a row are accepted: looking further ahead than usual finds the next one."""


@compiled
def prefetch_accepted(o, station, residents, orders):
    """Fetch what an order needs of its client and its server, if it is accepted."""
    if o < station.open_orders[0] and orders.state[o] == ACCEPTED:
        prefetch(orders.client[o], residents.grid, residents.groups, residents.met, residents.origin)
        v = max(orders.server[o], 0)
        prefetch(v, residents.grid, residents.skill, residents.origin, residents.hours, residents.success)
        prefetch(v, residents.services, residents.last_served)
