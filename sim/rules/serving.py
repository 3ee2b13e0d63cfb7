"""Serving: accepted orders are done in the same week, rated by the client, and leave the book; others wait or expire.

True quality and reported rating are two things: ratings in practice sit at 98-99.9 %, so the model never learns from them
alone.

Sources: huang2025 (A51, A64, A82, A88), manshadi2022
"""

import numpy as np

from sim.compiling import AHEAD, soon
from sim.law import law
from sim.odds import remembered, sigma
from sim.orders import ACCEPTED, DECLINED, DONE, EXPIRED, HIDDEN, PLACED, last_row_into
from sim.phase import phase

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


@phase(writes=("order_state", "order_quality", "hours", "success", "services", "last_served", "met", "activity", "encounters", "met_one", "met_other", "met_hours",
               "count_done", "count_waits", "count_wait_weeks", "count_quality", "count_served_by"))
def service_is_given(week, grid, tier, skill, origin, groups, hours, success, services, last_served, met, activity, supervision, standards, open_orders, order_state, order_kind,
                     order_client, order_placed, order_server, order_quality, kind_hours, kind_difficulty, encounters, met_one, met_other, met_hours, count_done,
                     count_waits, count_wait_weeks, count_quality, count_served_by, serving):
    """Accepted orders are done: the client's need is met, and client and volunteer have shared the hours."""
    serving = serving[0]
    now = week[0]
    m = encounters[0]
    for o in range(open_orders[0]):
        # few orders in a row are accepted: looking further ahead than usual finds the next one
        later = o + 4 * AHEAD
        if later < open_orders[0] and order_state[later] == ACCEPTED:
            soon(order_client[later], grid, groups, met, origin)
            soon(max(order_server[later], 0), grid, skill, origin, hours, success, services, last_served)
        if order_state[o] != ACCEPTED:
            continue
        k, client, server = order_kind[o], order_client[o], order_server[o]
        g = grid[client]
        q = quality_of_service(serving.steepness, skill[server] if server >= 0 else STAFF_SKILL, kind_difficulty[k], serving.supervision, supervision[g])
        q = quality_by_standards(q, standards[0], serving.standard)
        order_state[o], order_quality[o] = DONE, q
        met[client] += 1
        waited = now - order_placed[o]
        count_done[0] += 1
        count_quality[0] += q
        count_waits[min(waited, count_waits.size - 1)] += 1
        count_wait_weeks[0] += waited
        for group in range(5):
            if (groups[client] >> group) & 1:
                count_done[1 + group] += 1
        if server >= 0:
            hours[server] += kind_hours[k]
            success[server] += q
            services[server] += 1
            last_served[server] = now
            count_served_by[(0 if grid[server] == g else 1) + 2 * (0 if origin[server] == origin[client] else 1)] += kind_hours[k]
            if m < met_one.size:
                met_one[m], met_other[m], met_hours[m] = server, client, kind_hours[k]
                m += 1
    encounters[0] = m


@phase(writes=("order_rating", "satisfaction", "count_rating"))
def orders_are_rated(satisfaction, open_orders, order_state, order_server, order_quality, order_rating, feedback, count_rating, serving):
    """Clients rate what was done; where ratings are fed back, they move the volunteer's satisfaction."""
    serving = serving[0]
    for o in range(open_orders[0]):
        if order_state[o] == DONE:
            order_rating[o] = rating_reported(order_quality[o], serving.upward_bias)
            count_rating[0] += order_rating[o]
            v = order_server[o]
            if v >= 0 and feedback[0] > 0.0:
                satisfaction[v] += min(feedback[0], 1.0) * serving.feedback_rate * (order_rating[o] - satisfaction[v])


@phase(writes=("open_needs", "unmet_weeks", "open_orders", "order_key", "order_state", "order_kind", "order_client", "order_arose", "order_placed", "order_rounds",
               "order_server", "order_escalated", "order_credit", "order_rank", "order_quality", "order_rating", "count_expired", "count_mismatch", "count_unmet",
               "count_open", "count_closed", "count_unmet_kind", "confidence"))
def orders_lapse(week, groups, unmet_weeks, open_needs, open_orders, order_key, order_state, order_kind, order_client, order_arose, order_placed, order_rounds,
                 order_server, order_escalated, order_credit, order_rank, order_quality, order_rating, kind_patience, kind_hours, kind_tier, free_hours,
                 count_expired, count_mismatch, count_unmet, count_open, count_closed, count_unmet_kind, count_done, count_declined, confidence, serving):
    """Needs that were not met this week are counted; those older than their patience expire; closed orders leave the book."""
    serving = serving[0]
    for i in range(unmet_weeks.size):
        kept = np.float32(unmet_weeks[i] * serving.unmet_memory)
        unmet_weeks[i] = kept if kept >= SOON_FORGOTTEN else 0.0
    o, n = 0, open_orders[0]
    while o < n:
        k, i, state = order_kind[o], order_client[o], order_state[o]
        if state != DONE:
            unmet_weeks[i] += 1.0
            count_unmet[0] += 1
            count_unmet_kind[k] += 1
            for group in range(5):
                if (groups[i] >> group) & 1:
                    count_unmet[1 + group] += 1
            if state == HIDDEN:
                count_unmet[6] += 1
        if (state == HIDDEN or state == PLACED) and week[0] - order_arose[o] >= kind_patience[k]:
            if state == PLACED:
                count_expired[0] += 1
                for t in range(kind_tier[k], 4):
                    if free_hours[0, t] >= kind_hours[k]:
                        count_mismatch[0] += 1
                        break
            else:
                count_expired[1] += 1
            for group in range(5):
                if (groups[i] >> group) & 1:
                    count_expired[2 + group] += 1
            state = EXPIRED
        if state == DONE or state == EXPIRED or state == DECLINED:
            count_closed[0] += 1
            open_needs[i] &= ~(1 << k)
            n -= 1
            last_row_into(o, n, order_key, order_state, order_kind, order_client, order_arose, order_placed, order_rounds, order_server, order_escalated, order_credit,
                       order_rank, order_quality, order_rating)
        else:
            if state == HIDDEN:
                count_open[1] += 1
            else:
                count_open[0] += 1
            o += 1
    open_orders[0] = n
    ended = count_done[0] + count_expired[0] + count_declined[0]
    if ended > 0.0:
        confidence[0] = remembered(confidence[0], count_done[0] / ended, serving.confidence_rate)


@phase(writes=("count_visits",))
def outside_workers_visit(seed, week, grid_first, workers_welcome, count_visits, serving):
    """Delivery, ride-hailing and sanitation workers come to the station; it serves as many as it has room for."""
    serving = serving[0]
    residents = grid_first[grid_first.size - 1]
    came = serving.workers_per_1000 * residents / 1000.0 * serving.worker_visits
    count_visits[0] += came
    count_visits[1] += min(came, max(serving.visits_served_per_1000 * residents / 1000.0 + workers_welcome[0], 0.0))
