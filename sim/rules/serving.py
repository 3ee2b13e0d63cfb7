"""Serving: cases are served every week, accepted orders in the same week; others wait, lapse or are shelved.

Whoever keeps a case gives its services from hours that were promised, before all others; a volunteer who does not come
may be replaced by somebody of the same team. A service that is not given well does not meet the need (where `failure`
is on): an episode goes back into the line with its first date, a case has one service less that week.

True quality and reported rating are two things: ratings in practice sit at 98-99.9 %, so the model never learns from
them alone.

Sources: huang2025 (A51-A54, A64, A82, A88), manshadi2022
"""

import numpy as np

from sim.engine.jit import AHEAD, compiled, law, prefetch
from sim.mathematics.chance import key_of, stream, uniform_pair
from sim.mathematics.odds import remembered, sigma
from sim.state.orders import (
    ACCEPTED,
    DECLINED,
    DONE,
    EXPIRED,
    HIDDEN,
    KEPT,
    ORGANIZATION,
    ORGANIZED,
    PLACED,
    SHELVED,
    VOLUNTEER,
    hours_a_week,
    is_case,
    keeps_case,
    need_is_over,
    share_hours,
)
from sim.state.phase import phase
from sim.state.residents import NO_TEAM, SUBSTANTIVE, who_takes_part
from sim.state.tallies import add_in_groups, count_in_groups

COME = stream("serving.come")
INSTEAD = stream("serving.instead")
SUCCEED = stream("serving.succeed")
STAFF_SKILL = 0.8
SOON_FORGOTTEN = 1e-3
"""Less than so many remembered weeks are none."""
NO_ONE = -1
NOT_GIVEN, FAILED = 0, 6
"""What is counted of services: those that nobody gave, by keeper those given well, those that failed."""


@law
def quality_of_service(ease, steepness, skill, difficulty, supervised, supervision):
    """True quality (0-1) of one service: skill against difficulty, and supervision."""
    return sigma(ease + steepness * (skill - difficulty) + supervised * supervision)


@law
def quality_by_standards(quality, standards, standard):
    """True quality where services are standardised: every service is drawn towards the standard, good ones too."""
    return quality + min(max(standards, 0.0), 1.0) * (standard - quality)


@law
def rating_reported(quality, upward):
    """The rating a client reports: biased upward by the share `upward` of what is missing."""
    return quality + upward * (1.0 - quality)


@law
def quality_by(v, o, residents, orders, kinds, levers, serving):
    """True quality (0-1) of the service that v gives for an order: by skill (staff's where v is no resident), the
    difficulty of its kind, supervision and standards.
    """
    k, g = orders.kind[o], residents.grid[orders.client[o]]
    skill = residents.skill[v] if v >= 0 else STAFF_SKILL
    supervision = levers.supervision[g]
    q = quality_of_service(
        serving.ease, serving.steepness, skill, kinds.difficulty[k], serving.supervision, supervision
    )
    return quality_by_standards(q, levers.standards[0], serving.standard)


@law
def services_given_well(o, q, station, orders, kinds, serving):
    """How many of a week's services are given well: each of them with chance q, all of them where failure is off."""
    services = int(kinds.services[orders.kind[o]])
    if serving.failure == 0.0:
        return services
    key, well = key_of(station.seed[0], SUCCEED, station.week[0]), 0
    for s in range(services):
        well += int(uniform_pair(key, orders.key[o], s) < q)
    return well


@law
def comes(o, station, orders, serving):
    """Whether the volunteer who keeps a case comes this week."""
    key = key_of(station.seed[0], COME, station.week[0])
    return uniform_pair(key, orders.key[o], orders.person[o]) < serving.comes


@law
def who_comes(o, station, residents, orders, kinds, serving):
    """Who serves a case that a volunteer keeps: that volunteer, else somebody of the team who has the time,
    else NO_ONE.
    """
    v = orders.server[o]
    if comes(o, station, orders, serving):
        return v
    if serving.team_comes == 0.0 or residents.team[v] == NO_TEAM:
        return NO_ONE
    return somebody_of_the_team(o, v, hours_a_week(orders.kind[o], kinds), station, residents, orders)


@phase
def cases_are_served(station, residents, orders, kinds, levers, encounters, count, serving):
    """Whoever keeps a case gives its services: these hours were promised, and come before all others."""
    for o in range(station.open_orders[0]):
        if orders.state[o] == KEPT:
            keeper = orders.keeper[o]
            if keeper == VOLUNTEER:
                v = who_comes(o, station, residents, orders, kinds, serving)
                if v != NO_ONE:
                    serves_case(o, v, station, residents, orders, kinds, levers, count, serving)
                    left = residents.hours_left[v] - hours_a_week(orders.kind[o], kinds)
                    residents.hours_left[v] = max(left, 0.0)
                    share_hours(v, orders.client[o], hours_a_week(orders.kind[o], kinds), station, encounters)
            elif keeper == ORGANIZED:
                serves_case(o, ORGANIZATION, station, residents, orders, kinds, levers, count, serving)
            else:
                orders.given[o], orders.served[o] = 1.0, 1
                count.services[keeper] += kinds.services[orders.kind[o]]


@law
def serves_case(o, v, station, residents, orders, kinds, levers, count, serving):
    """A volunteer, or somebody who is no resident, gives the services of a week to a case; some of them can fail."""
    k, hours = orders.kind[o], hours_a_week(orders.kind[o], kinds)
    q = quality_by(v, o, residents, orders, kinds, levers, serving)
    well = services_given_well(o, q, station, orders, kinds, serving)
    orders.quality[o], orders.given[o], orders.served[o] = q, well / kinds.services[k], 1
    count.services[VOLUNTEER if v >= 0 else ORGANIZED] += well
    count.services[FAILED] += kinds.services[k] - well
    if v >= 0:
        gives_hours(v, orders.client[o], hours, q, station, residents, count)
        residents.hours_kept[v] += hours


@phase
def service_is_given(station, residents, orders, kinds, levers, encounters, count, serving):
    """Accepted orders are done, and accepted cases kept from now on; client and volunteer have shared the hours."""
    for o in range(station.open_orders[0]):
        prefetch_accepted(o + FURTHER_AHEAD, station, residents, orders)
        if orders.state[o] == ACCEPTED:
            v = orders.server[o]
            if is_case(o, orders):
                is_taken_on(o, v, station, residents, orders, kinds, levers, count, serving)
            else:
                gives_service(o, v, station, residents, orders, kinds, levers, count, serving)
            if v >= 0:
                share_hours(v, orders.client[o], hours_a_week(orders.kind[o], kinds), station, encounters)


@law
def gives_service(o, v, station, residents, orders, kinds, levers, count, serving):
    """An episode is over once it was served well; else its order goes back into the line."""
    q = quality_by(v, o, residents, orders, kinds, levers, serving)
    well = services_given_well(o, q, station, orders, kinds, serving) > 0
    orders.state[o], orders.quality[o] = DONE if well else PLACED, q
    if well:
        residents.met[orders.client[o]] += 1
        count_service(o, q, station, residents, orders, kinds, count)
    else:
        count.failed[0] += 1
    if v >= 0:
        gives_hours(v, orders.client[o], hours_a_week(orders.kind[o], kinds), q, station, residents, count)
        if not well:
            residents.hours_kept[v] += hours_a_week(orders.kind[o], kinds)


@law
def is_taken_on(o, v, station, residents, orders, kinds, levers, count, serving):
    """A case is served for the first time: a volunteer or an organization keeps it, others help for one week."""
    orders.refused[o] = 0
    serves_case(o, v, station, residents, orders, kinds, levers, count, serving)
    count_service(o, orders.quality[o], station, residents, orders, kinds, count)
    if v >= 0:
        keeps_case(o, v, residents, orders, kinds)
    elif v == ORGANIZATION:
        orders.state[o], orders.keeper[o] = KEPT, ORGANIZED
    else:
        orders.state[o] = PLACED


@law
def gives_hours(v, client, hours, q, station, residents, count):
    """A volunteer has given hours to a client, in a service of quality q."""
    residents.hours[v] += hours
    residents.success[v] += q
    residents.services[v] += 1
    residents.last_served[v] = station.week[0]
    other_grid = 0 if residents.grid[v] == residents.grid[client] else 1
    other_origin = 0 if residents.origin[v] == residents.origin[client] else 1
    count.served_by[other_grid + 2 * other_origin] += hours


@law
def count_service(o, q, station, residents, orders, kinds, count):
    """An order that is done is counted: its quality, for how long it waited, and in the groups of its client."""
    waited = station.week[0] - orders.placed[o]
    count.done[0] += 1
    count.quality[0] += q
    count.waits[min(waited, count.waits.size - 1)] += 1
    count.wait_weeks[0] += waited
    count.in_time[0] += waited <= kinds.promise[orders.kind[o]]
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
    """Whether an episode that is hidden, placed or shelved has waited for as long as its client waits."""
    waits = orders.state[o] == HIDDEN or orders.state[o] == PLACED or orders.state[o] == SHELVED
    return waits and not is_case(o, orders) and station.week[0] - orders.arose[o] >= kinds.patience[orders.kind[o]]


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
        if is_case(o, orders):
            case_week_is_counted(o, station, residents, orders, kinds, count)
        if state != DONE:
            goes_unmet(o, residents, orders, kinds, count)
        if runs_out_of_patience(o, station, orders, kinds):
            count_expired(o, station, residents, orders, kinds, count)
            state = EXPIRED
        if state == DONE or state == EXPIRED or state == DECLINED:
            need_is_over(o, residents, orders, station)
            count.closed[0] += 1
        else:
            if state != KEPT:
                count.open[1 if state == HIDDEN else 0] += 1
            o += 1
    ended = count.done[0] + count.expired[0] + count.declined[0]
    if ended > 0.0:
        station.confidence[0] = remembered(station.confidence[0], count.done[0] / ended, serving.confidence_rate)
        station.answered[0] = remembered(station.answered[0], count.in_time[0] / ended, serving.answered_rate)


@law
def share_unmet(o, orders):
    """Share of an unmet person-week (0-1): of a case what was not given well of its services, of an episode
    all of it.
    """
    return 1.0 - orders.given[o] if is_case(o, orders) else 1.0


@law
def goes_unmet(o, residents, orders, kinds, count):
    """A need that was not met this week is remembered by its client, and counted, also with its severity."""
    k, unmet = orders.kind[o], share_unmet(o, orders)
    residents.unmet_weeks[orders.client[o]] += unmet
    count.unmet_kind[k] += unmet
    count_unmet(o, unmet, count.unmet, residents, orders)
    count_unmet(o, unmet * kinds.severity[k], count.severe, residents, orders)


@law
def count_unmet(o, amount, counts, residents, orders):
    """So much of an unmet person-week is counted: of everybody, of the client's groups and, last, of hidden needs."""
    counts[0] += amount
    add_in_groups(orders.client[o], amount, counts[1:], residents)
    if orders.state[o] == HIDDEN:
        counts[6] += amount


@law
def case_week_is_counted(o, station, residents, orders, kinds, count):
    """A week of a case is a need of its client, met where half of its services were given well; what nobody
    gave is counted.
    """
    i = orders.client[o]
    if orders.arose[o] < station.week[0]:
        residents.needs_year[i] += 1
    if orders.given[o] >= 0.5:
        residents.met[i] += 1
    if orders.served[o] == 0:
        count.services[NOT_GIVEN] += kinds.services[orders.kind[o]]


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
    residents = grids.people.sum()
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


@compiled
def somebody_of_the_team(o, v, hours, station, residents, orders):
    """Of the team of v, somebody else who can go out and has the hours left, of lowest draw; NO_ONE for nobody."""
    key, lowest, chosen = key_of(station.seed[0], INSTEAD, station.week[0]), 2.0, NO_ONE
    for j in who_takes_part(residents, station):
        fits = residents.team[j] == residents.team[v] and residents.hours_left[j] >= hours
        if fits and residents.limited[j] == 0 and j != v and j != orders.client[o]:
            u = uniform_pair(key, orders.key[o], residents.key[j])
            if u < lowest:
                lowest, chosen = u, j
    return chosen
