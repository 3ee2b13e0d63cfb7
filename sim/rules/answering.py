"""Answering: dispatched orders are offered to volunteers, who accept or do not.

Volunteers who are not limited in mobility stand in a ring in keyed order, and cases are for those of them who are grown
up; an order is offered to the next so many on from its own keyed point, so that one volunteer more or less touches only
the orders next to them. Being called costs attention: some turn calls off for a
while. What no volunteer accepts may be served by an institution or, passed up, by the sub-district.

Sources: manshadi2022 (C22, C23), huang2025 (A10, A60-A64)
"""

from math import ceil

import numpy as np

from sim.engine.jit import AHEAD, borrowed, compiled, inlined, keep, law, prefetch
from sim.mathematics.chance import NOBODY, key_of, stream, uniform, uniform_twice, uniforms
from sim.mathematics.elementary import log
from sim.mathematics.odds import happens
from sim.mathematics.sorting import first_from, in_order
from sim.state.circle import is_able
from sim.state.orders import (
    ACCEPTED,
    COMMUNITY_LEVEL,
    DECLINED,
    END_OF_LINE,
    INSTITUTION,
    LOCAL_SCOPE,
    LOCAL_THEN_POOLED,
    NOBODY_SERVES,
    ORGANIZATION,
    PLACED,
    POOLED_SCOPE,
    SHELVED,
    SUB_DISTRICT,
    SUB_DISTRICT_LEVEL,
    hours_a_week,
    is_case,
    is_reviewed,
    kinds_served,
    lowest_skills,
    scope_of_dispatch,
)
from sim.state.phase import phase
from sim.state.residents import who_takes_part
from sim.state.ring import VOLUNTEER, Line, Offer, Ring, next_who_serves, place_in_ring
from sim.state.ties import prefetch_strengths, strength_between

RING = stream("dispatching.ring")
ANSWER = stream("dispatching.answer")
NOTICE = stream("dispatching.notice")
NO_ONE = -1


@law
def leaning(tie, match, identity, fatigue, p):
    """Log odds of accepting by ties, interest and feelings of a volunteer; `accept` at the reference of each."""
    return (
        p.accept
        + p.accept_tie * tie
        + p.accept_match * (match - p.match_at_rest)
        + p.accept_identity * (identity - p.identity_at_rest)
        - p.accept_fatigue * fatigue
    )


@law
def willingness(leaning, other_grid, credit, atmosphere, time_to_spare, pushed, p):
    """Log odds of accepting an order; `time_to_spare` is free hours over the hours of the service (above 0)."""
    return (
        leaning
        - p.accept_distance * other_grid
        + p.accept_credit * credit
        + p.accept_atmosphere * (atmosphere - p.atmosphere_at_rest)
        + p.accept_time * log(time_to_spare)
        + pushed
    )


@law
def odds_of_accepting(o, volunteer, residents, grids, ties, orders, kinds, dispatching):
    """Log odds that a volunteer who is called accepts an order."""
    client, k = orders.client[o], orders.kind[o]
    g = residents.grid[client]
    tie = strength_between(client, volunteer.row, ties)
    match = volunteer.interest[kinds.interest[k]] if kinds.interest[k] >= 0 else dispatching.match_at_rest
    other_grid = 1.0 if volunteer.grid != g else 0.0
    credit = 1.0 if orders.credit[o] > 0 else 0.0
    leans = leaning(tie, match, volunteer.identity, volunteer.fatigue, dispatching)
    free, pushed = volunteer.time, volunteer.pushed
    if is_case(o, orders):
        free, pushed = volunteer.for_cases, pushed + dispatching.accept_case
    time_to_spare = free / hours_a_week(k, kinds)
    return willingness(leans, other_grid, credit, grids.atmosphere[g], time_to_spare, pushed, dispatching)


@law
def could_return(i, v, k, residents, kinds):
    """Whether a client could serve one of a volunteer's open needs in return for a service: barter, without credits."""
    if kinds.interest[k] < 0:
        return False
    for need in range(kinds.interest.size):
        asks_for = kinds.interest[need]
        if (residents.open_needs[v] >> need) & 1 and asks_for >= 0 and residents.interest[i, asks_for] > 0.5:
            return True
    return False


@law
def is_called(o, v, residents, orders, kinds, dispatching):
    """Whether a volunteer who may serve is called: not for an own order and, under barter, for who could return it."""
    i = orders.client[o]
    return v != i and (dispatching.reciprocal == 0.0 or could_return(i, v, orders.kind[o], residents, kinds))


@law
def accepts(o, volunteer, key, residents, grids, ties, orders, kinds, dispatching):
    """Whether a volunteer who is called accepts an order; being called, accepting or not, makes some turn calls off."""
    u, weary = uniform_twice(key, orders.key[o], volunteer.key)
    accepted = happens(u, odds_of_accepting(o, volunteer, residents, grids, ties, orders, kinds, dispatching))
    volunteer.calls += 1
    if not accepted:
        volunteer.refusals += 1
    if weary < dispatching.away_chance:
        volunteer.away = 1
    return accepted


@inlined
def first_to_accept(offer, ring, residents, grids, ties, orders, kinds, dispatching):
    """Place in the ring of the first who accepts an offer, of so many who are called at once; NO_ONE if nobody does."""
    o, first, turn, called = offer.order, NO_ONE, 0, 0
    while called < offer.calls:
        turn = next_who_serves(turn, orders.kind[o], offer, ring)
        if turn == offer.names:
            break
        x = place_in_ring(turn, offer, ring)
        volunteer = ring.volunteers[x]
        if is_called(o, volunteer.row, residents, orders, kinds, dispatching):
            called += 1
            if accepts(o, volunteer, offer.key, residents, grids, ties, orders, kinds, dispatching) and first == NO_ONE:
                first = x
            if volunteer.away == 1:
                ring.serves[x] = 0
        turn += 1
    return first


@law
def is_offered_everywhere(o, orders, levers, dispatching):
    """Whether an order that nobody near accepts is offered in all grids: by the scope, or because it was passed up."""
    scope = scope_of_dispatch(levers, dispatching)
    return scope == LOCAL_THEN_POOLED or (scope == LOCAL_SCOPE and orders.escalated[o] >= COMMUNITY_LEVEL)


@law
def other_server(o, key, help_left, station, residents, orders, kinds, count, dispatching):
    """Who serves an order that no volunteer accepts: an institution, an organization, the sub-district, or nobody."""
    k, g = orders.kind[o], residents.grid[orders.client[o]]
    hours, passed_up = hours_a_week(k, kinds), orders.escalated[o] == SUB_DISTRICT_LEVEL
    if help_left[g] >= hours:
        help_left[g] -= hours
        return INSTITUTION
    if passed_up and kinds.organization[k] == 1 and station.organized[0] >= hours:
        station.organized[0] -= hours
        count.organized[1] += hours
        return ORGANIZATION
    if passed_up and uniform(key, orders.key[o]) < dispatching.sub_district_serves:
        return SUB_DISTRICT
    return NOBODY_SERVES


@phase
def volunteers_answer(station, residents, grids, ties, orders, kinds, levers, count, dispatching):
    """Each dispatched order is offered to volunteers in turn; the first of those called who accepts, serves."""
    lowest, offered = lowest_skills(kinds, levers), orders_on_offer(station, orders)
    volunteers = ring_of_volunteers(lowest, station, residents, grids, kinds, levers, count, dispatching)
    ring, line = borrowed(volunteers), borrowed(offered)
    key, help_left = key_of(station.seed[0], ANSWER, station.week[0]), levers.institution_hours.copy()
    for at in range(line.orders.size):
        prefetch_offer(at, line, ring, residents, ties, orders)
        o, x = line.orders[at], NO_ONE
        for near in (True, False):
            if x == NO_ONE and (near or is_offered_everywhere(o, orders, levers, dispatching)):
                offer = offer_of(at, near, key, line, ring, residents, orders, levers, dispatching)
                x = first_to_accept(offer, ring, residents, grids, ties, orders, kinds, dispatching)
        if x == NO_ONE:
            server = other_server(o, key, help_left, station, residents, orders, kinds, count, dispatching)
        else:
            server = takes_on(x, orders.kind[o], ring, lowest, kinds, dispatching)
        settle(o, server, station, orders, count, dispatching)
    station.free_hours[:] = 0.0
    for x in range(ring.volunteers.size):
        ends_the_week(ring.volunteers[x], station, residents, count)
    keep(volunteers, offered)


@law
def may_turn_calls_off(i, mood, key, residents, dispatching):
    """Who had turned calls off may return; a general call reaches some of the others, and makes some turn calls off."""
    if residents.away[i] == 1:
        if mood < dispatching.back_chance:
            residents.away[i] = 0
    elif mood < dispatching.broadcast:
        residents.notified[i] += 1
        if uniform(key, residents.key[i]) < dispatching.away_chance:
            residents.away[i] = 1


@inlined
def takes_on(x, k, ring, lowest, kinds, dispatching):
    """The volunteer at a place of the ring takes on a service of a kind, or a case; returns their row."""
    volunteer, hours = ring.volunteers[x], hours_a_week(k, kinds)
    volunteer.time = volunteer.time - hours if kinds.lasts[k] == 0.0 else max(volunteer.time - hours, 0.0)
    if kinds.lasts[k] > 0.0:
        volunteer.cases += 1
        volunteer.for_cases = hours_for_cases(volunteer.for_cases - hours, volunteer.cases, dispatching)
    if volunteer.away == 0:
        ring.serves[x] = kinds_served(
            volunteer.tier, volunteer.skill, volunteer.time, volunteer.for_cases, lowest, kinds
        )
    return volunteer.row


@law
def settle(o, server, station, orders, count, dispatching):
    """What becomes of an order that was offered: accepted, declined, given up for a long while, or back in the line."""
    if server != NOBODY_SERVES:
        orders.state[o], orders.server[o] = ACCEPTED, server
        count.accepted[0] += 1
    elif not is_case(o, orders) and 0.0 < dispatching.most_rounds <= orders.rounds[o]:
        orders.state[o] = DECLINED
        count.declined[0] += 1
    else:
        orders.state[o] = PLACED
        orders.refused[o] += 1
        if is_case(o, orders) and 0.0 < dispatching.give_up <= orders.refused[o]:
            orders.state[o], orders.back[o] = SHELVED, station.week[0] + int(dispatching.rest_after)
            count.shelved[0] += 1


@law
def hours_for_cases(free, cases, dispatching):
    """Hours a week that a volunteer has for one more case: those not promised yet, none to whom keeps enough cases."""
    return max(free, 0.0) if cases < dispatching.cases_each else 0.0


@law
def ends_the_week(volunteer, station, residents, count):
    """What the week's offers left of a volunteer's hours and attention; the most hours left in each tier."""
    v, tier = volunteer.row, volunteer.tier
    residents.hours_left[v], residents.away[v] = volunteer.time, volunteer.away
    residents.notified[v] += volunteer.calls
    count.offers[0] += volunteer.calls
    count.refused[0] += volunteer.refusals
    if volunteer.away == 0 and volunteer.time > station.free_hours[0, tier]:
        station.free_hours[0, tier] = volunteer.time


# ---- the engineer's half: ring and line as columns, inlined because to hand them all over costs more than one look


@compiled
def orders_on_offer(station, orders):
    """Orders dispatched this week, in the order of the line, with their points: those are drawn for all at once."""
    key, n = key_of(station.seed[0], RING, station.week[0]), 0
    while n < orders.line.size and orders.line[n] != END_OF_LINE:
        n += 1
    dispatched = orders.line[:n]
    keys = orders.key[dispatched]
    return Line(dispatched, uniforms(key, keys, 1), uniforms(key, keys, 2))


@compiled
def those_who_can_be_called(station, residents, count, dispatching):
    """Rows of participants who can go out, have hours left and have not turned calls off, and their draws."""
    key_ring = key_of(station.seed[0], RING, station.week[0])
    key_notice = key_of(station.seed[0], NOTICE, station.week[0])
    everyone, n = who_takes_part(residents, station), 0
    rows, ranks = np.empty(everyone.size, np.int32), np.empty(everyone.size, np.float64)
    for x in range(everyone.size):
        if x + 2 * AHEAD < everyone.size:
            prefetch(everyone[x + 2 * AHEAD], residents.key, residents.hours_left, residents.away, residents.limited)
        i = everyone[x]
        rank, mood = uniform_twice(key_ring, residents.key[i], NOBODY)
        may_turn_calls_off(i, mood, key_notice, residents, dispatching)
        count.away[0] += residents.away[i]
        if residents.limited[i] == 0 and residents.away[i] == 0 and residents.hours_left[i] > 0.0:
            rows[n], ranks[n] = i, rank
            n += 1
    return rows[:n], ranks[:n]


@compiled
def ring_of_volunteers(lowest, station, residents, grids, kinds, levers, count, dispatching):
    """Volunteers who can be called this week, as a ring."""
    rows, ranks = those_who_can_be_called(station, residents, count, dispatching)
    scope, n = scope_of_dispatch(levers, dispatching), rows.size
    places, first, end = ranks.copy(), np.zeros(grids.first.size - 1, np.int64), np.full(grids.first.size - 1, n)
    if scope != POOLED_SCOPE:
        end[:] = 0
        for x in range(n):
            places[x] += residents.grid[rows[x]]
            end[residents.grid[rows[x]]] += 1
        for g in range(1, end.size):
            first[g] = end[g - 1]
            end[g] += end[g - 1]
    ring = in_order(places)
    rows, ranks = rows[ring], ranks[ring]
    volunteers = packed(rows, station, residents, levers, dispatching)
    serves = np.empty(n, np.uint32)
    for x in range(n):
        one = volunteers[x]
        serves[x] = kinds_served(one.tier, one.skill, one.time, one.for_cases, lowest, kinds)
    of_all, ranks_of_all = np.empty(0, np.int32), ranks
    if scope == LOCAL_THEN_POOLED or levers.hierarchy[0] > 0.0 or is_reviewed(levers, dispatching):
        of_all = in_order(ranks)
        ranks_of_all = ranks[of_all]
    return Ring(volunteers, serves, ranks, first, end, of_all, ranks_of_all)


@compiled
def packed(rows, station, residents, levers, dispatching):
    """What an offer asks of each volunteer, in the order of the ring: those called are far apart in the columns."""
    to_earn = dispatching.accept_earning * station.trust[0] * station.earning[0]
    volunteers = np.empty(rows.size, VOLUNTEER)
    for x in range(rows.size):
        v, one = rows[x], volunteers[x]
        one.row, one.key, one.grid, one.tier = v, residents.key[v], residents.grid[v], residents.tier[v]
        one.time, one.calls, one.refusals, one.away = residents.hours_left[v], 0, 0, 0
        one.skill, one.identity, one.fatigue = residents.skill[v], residents.identity[v], residents.fatigue[v]
        one.pushed, one.cases = levers.acceptance[v] + to_earn, residents.cases[v]
        unpromised = residents.hours_limit[v] - residents.promised[v] if is_able(v, residents) else 0.0
        one.for_cases = hours_for_cases(unpromised, one.cases, dispatching)
        for about in range(residents.interest.shape[1]):
            one.interest[about] = residents.interest[v, about]
    return volunteers


@inlined
def offer_of(at, near, key, line, ring, residents, orders, levers, dispatching):
    """The offer of an order of the line, near or everywhere."""
    o = line.orders[at]
    g = residents.grid[orders.client[o]]
    calls = int(dispatching.offers + levers.offers[0] + levers.grid_offers[g])
    low, high = (ring.first[g], ring.end[g]) if near else (0, ring.volunteers.size)
    ranks, points = (ring.ranks, line.near) if near else (ring.ranks_of_all, line.everywhere)
    names = min(high - low, int(ceil(dispatching.names_looked_through))) if calls > 0 else 0
    start = first_from(points[at], ranks, low, high) if names > 0 else low
    return Offer(o, calls, names, near, start, low, high, key)


@inlined
def prefetch_offer(at, line, ring, residents, ties, orders):
    """Fetch the client of an order that is offered soon, and the ties of one sooner, and who is called first."""
    if at + 2 * AHEAD < line.orders.size:
        prefetch(orders.client[line.orders[at + 2 * AHEAD]], residents.grid, ties.first, ties.degree)
        o = line.orders[at + AHEAD]
        prefetch_strengths(orders.client[o], ties)
        prefetch(o, orders.state, orders.server, orders.rounds, orders.credit)
        # whoever is called first stands about where the point of the order falls
        g = residents.grid[orders.client[o]]
        about = ring.first[g] + int(line.near[at + AHEAD] * (ring.end[g] - ring.first[g]))
        prefetch(about, ring.ranks, ring.serves)
        for x in range(about, about + 3):
            prefetch(x, ring.volunteers)
        prefetch(int(line.everywhere[at + AHEAD] * ring.volunteers.size), ring.ranks_of_all, ring.of_all)
