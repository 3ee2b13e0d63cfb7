"""Dispatching: the station lines up open orders, and volunteers to whom they are offered accept or do not.

Orders wait in line by urgency, vulnerability and a keyed draw. Volunteers stand in a ring in keyed order; an order is
offered to the next so many on from its own keyed point, so that one volunteer more or less touches only the orders
next to them. Being called costs attention: some turn calls off for a while.

Sources: manshadi2022 (C22, C23), huang2025 (A10, A60-A64)
"""

from math import ceil, floor, log

import numpy as np

from sim.chance import NOBODY, key_of, mixed, stream, uniform, uniform_twice, uniforms
from sim.compiling import AHEAD, soon
from sim.law import compiled, law
from sim.odds import happens, skill_asked_for
from sim.order import first_from, in_order
from sim.orders import ACCEPTED, DECLINED, DISPATCHED, PLACED
from sim.phase import phase
from sim.residents import INTERESTS
from sim.ties import slot_of, ties_soon

QUEUE = stream("dispatching.queue")
STAFF = stream("dispatching.staff")
RING = stream("dispatching.ring")
ANSWER = stream("dispatching.answer")
NOTICE = stream("dispatching.notice")
LOCAL_SCOPE, POOLED_SCOPE, LOCAL_THEN_POOLED = range(3)
SUB_DISTRICT = -2
INSTITUTION = -3
VOLUNTEER = np.dtype(
    [
        ("key", "u8"), ("row", "i4"), ("time", "f4"), ("skill", "f4"), ("identity", "f4"), ("fatigue", "f4"), ("acceptance", "f4"),
        ("interest", "f4", (len(INTERESTS),)), ("grid", "i2"), ("calls", "i2"), ("tier", "i1"), ("away", "u1"),
    ],
    align=True,
)  # fmt: skip
"""What an offer asks of a volunteer, in one piece of 64 bytes: that much memory hands over at a time."""


@law
def place_in_line(priority, urgency, waited_share, vulnerability, vulnerable, credit_priority, paid, spread, u):
    """Where an order stands in line (smaller is earlier): urgent and vulnerable first, the rest by keyed draw."""
    return spread * u - priority - urgency * waited_share - vulnerability * vulnerable - credit_priority * paid


@law
def whole_orders(capacity, u):
    """A capacity of so many orders a week, some weeks one more: the whole part, plus one with the chance of the rest."""
    whole = floor(capacity) if capacity > 0.0 else 0.0
    return whole + (1.0 if u < capacity - whole else 0.0)


@law
def willingness(tie, match, identity, fatigue, other_grid, credit, atmosphere, time_to_spare, pushed, p):
    """Log odds of accepting an order that is offered; `time_to_spare` is free hours over the hours of the service (above 0)."""
    return (p.accept + p.accept_tie * tie + p.accept_match * (match - p.match_at_rest) + p.accept_identity * (identity - p.identity_at_rest)
            - p.accept_fatigue * fatigue - p.accept_distance * other_grid + p.accept_credit * credit
            + p.accept_atmosphere * (atmosphere - p.atmosphere_at_rest) + p.accept_time * log(time_to_spare) + pushed)


@phase(writes=("line", "order_state", "order_rank", "order_escalated", "order_rounds", "count_dispatched"))
def orders_are_dispatched(seed, week, grid, groups, limited, line, open_orders, order_key, order_state, order_kind, order_client, order_placed, order_rank,
                          order_escalated, order_rounds, order_credit, kind_priority, kind_patience, grid_first, capacity, grid_capacity, scope, vulnerable_first,
                          added_priority, precedence, hierarchy, overhead, bank_priority, overdue_first, response_target, count_dispatched, dispatching):
    """The station puts open orders in line and dispatches as many as staff and grids can handle."""
    dispatching = dispatching[0]
    now = week[0]
    key_queue, key_staff = key_of(seed[0], QUEUE, now), key_of(seed[0], STAFF, now)
    waiting = 0
    for o in range(open_orders[0]):
        if o + AHEAD < open_orders[0]:
            soon(order_client[o + AHEAD], precedence, groups, limited)
        if order_state[o] == PLACED:
            k, i = order_kind[o], order_client[o]
            waited = now - order_placed[o]
            vulnerable = 1.0 if (groups[i] & 15) != 0 or limited[i] == 1 else 0.0
            level = int(waited // dispatching.escalate_after)
            order_escalated[o] = min(level, int(hierarchy[0]))
            overdue = overdue_first[0] if waited >= response_target[0] else 0.0
            order_rank[o] = place_in_line(kind_priority[k] + added_priority[k] + overdue + precedence[i], dispatching.urgency, waited / max(kind_patience[k], 1.0),
                                          dispatching.vulnerability + vulnerable_first[0], vulnerable, bank_priority[0], 1.0 if order_credit[o] > 0 else 0.0,
                                          dispatching.spread, uniform(key_queue, order_key[o]))
            line[waiting] = o
            waiting += 1
    in_line = in_order(order_rank[line[:waiting]])
    queue = line[:waiting][in_line]
    grids = grid_first.size - 1
    how = dispatching.scope if scope[0] < 0.0 else scope[0]
    residents = grid_first[grids]
    total = (dispatching.capacity_per_1000 * residents / 1000.0 + capacity[0]) * (1.0 - min(max(overhead[0], 0.0), 1.0))
    pooled = 0.0
    of_grid = np.zeros(grids)
    for g in range(grids):
        by_size = total * (grid_first[g + 1] - grid_first[g]) / residents if residents > 0 else 0.0
        if how == POOLED_SCOPE:
            pooled += by_size + grid_capacity[g]
        else:
            of_grid[g] = whole_orders(by_size + grid_capacity[g], uniform(key_staff, mixed(g + 1)))
    if how == POOLED_SCOPE:
        pooled = whole_orders(pooled, uniform(key_staff, 0))
    n = 0
    for at in range(queue.size):
        if at + 2 * AHEAD < queue.size:
            soon(queue[at + 2 * AHEAD], order_client, order_state)
            soon(order_client[queue[at + AHEAD]], grid)
        o = queue[at]
        g = grid[order_client[o]]
        if of_grid[g] >= 1.0:
            of_grid[g] -= 1.0
        elif pooled >= 1.0:
            pooled -= 1.0
        else:
            continue
        order_state[o] = DISPATCHED
        line[n] = o
        n += 1
    if how == LOCAL_THEN_POOLED:
        # staff whose own grid is served help the others
        for g in range(grids):
            pooled += of_grid[g]
        for at in range(queue.size):
            o = queue[at]
            if pooled >= 1.0 and order_state[o] == PLACED:
                pooled -= 1.0
                order_state[o] = DISPATCHED
                line[n] = o
                n += 1
    for at in range(n):
        order_rounds[line[at]] += 1
    if n < line.size:
        line[n] = -1
    count_dispatched[0] += n


@compiled
def _ring_of(volunteers, ranks, by_grid, grid, grids):
    """Volunteers in keyed order, each grid a stretch of the ring; where each stretch starts."""
    start = np.zeros(grids + 1, np.int64)
    place = ranks.copy()
    if by_grid:
        for v in range(volunteers.size):
            place[v] += grid[volunteers[v]]
            start[grid[volunteers[v]] + 1] += 1
        for g in range(grids):
            start[g + 1] += start[g]
    ring = in_order(place)
    return volunteers[ring], ranks[ring], start


@compiled
def _kinds_served(tier, skill, time, least_tier, least_skill, hours):
    """The kinds of service for which a volunteer has the tier, the skill and the time, as bits."""
    served = np.uint32(0)
    for k in range(hours.size):
        enough = (tier >= least_tier[k]) & (skill >= least_skill[k]) & (time >= hours[k])
        served |= np.uint32(enough) << np.uint32(k)
    return served


@compiled
def _ready(ring, key, grid, tier, skill, hours_left, identity, fatigue, acceptance, interest):
    """What an offer asks of each volunteer, in the order of the ring: those called are far apart in the columns."""
    ready = np.empty(ring.size, VOLUNTEER)
    for x in range(ring.size):
        v, one = ring[x], ready[x]
        one["row"], one["key"], one["grid"], one["tier"], one["skill"] = v, key[v], grid[v], tier[v], skill[v]
        one["time"], one["calls"], one["away"] = hours_left[v], 0, 0
        one["identity"], one["fatigue"], one["acceptance"] = identity[v], fatigue[v], acceptance[v]
        for about in range(interest.shape[1]):
            one["interest"][about] = interest[v, about]
    return ready


@phase(writes=("away", "notified", "hours_left", "order_state", "order_server", "free_hours", "count_offers", "count_accepted", "count_refused",
               "count_away", "count_declined"))
def volunteers_answer(seed, week, participants, taking_part, key, grid, tier, skill, interest, identity, fatigue, away, notified, hours_left, atmosphere, tie_first, degree, tie_other,
                      tie_strength, acceptance, skill_floor, trust, bank_earning, line, open_orders, order_key, order_state, order_kind, order_client, order_server, order_escalated, order_credit, order_rounds,
                      kind_hours, kind_tier, kind_skill, kind_difficulty, kind_interest, kind_home, offers, grid_offers, scope, institution_hours, hierarchy, free_hours, grid_first, count_offers, count_accepted,
                      count_refused, count_away, count_declined, wants, open_needs, dispatching, banking):
    """Each dispatched order is offered to volunteers in turn; the first of those called who accepts, serves."""
    dispatching, banking = dispatching[0], banking[0]
    now = week[0]
    key_ring, key_answer, key_notice = key_of(seed[0], RING, now), key_of(seed[0], ANSWER, now), key_of(seed[0], NOTICE, now)
    everyone = participants[: taking_part[0]]
    volunteers, ranks = np.empty(everyone.size, np.int32), np.empty(everyone.size, np.float64)
    n = 0
    for x in range(everyone.size):
        if x + 2 * AHEAD < everyone.size:
            soon(everyone[x + 2 * AHEAD], key, hours_left, away, notified)
        i = everyone[x]
        rank, mood = uniform_twice(key_ring, key[i], NOBODY)
        if away[i] == 1:
            away[i] = 0 if mood < dispatching.back_chance else 1
        elif mood < dispatching.broadcast:
            # a general call to everybody reaches this volunteer
            notified[i] += 1
            away[i] = 1 if uniform(key_notice, key[i]) < dispatching.away_chance else 0
        count_away[0] += away[i]
        if away[i] == 0 and hours_left[i] > 0.0:
            volunteers[n], ranks[n] = i, rank
            n += 1
    volunteers, ranks = volunteers[:n], ranks[:n]
    grids = grid_first.size - 1
    how = dispatching.scope if scope[0] < 0.0 else scope[0]
    local_ring, local_rank, starts = _ring_of(volunteers, ranks, how != POOLED_SCOPE, grid, grids)
    ready = _ready(local_ring, key, grid, tier, skill, hours_left, identity, fatigue, acceptance, interest)
    # most whom an order meets cannot serve it: one look tells
    lowest_skill = np.empty(kind_hours.size)
    for k in range(kind_hours.size):
        lowest_skill[k] = skill_asked_for(kind_skill[k], kind_difficulty[k], skill_floor[0])
    can_serve = np.empty(n, np.uint32)
    for x in range(n):
        can_serve[x] = _kinds_served(ready[x]["tier"], ready[x]["skill"], ready[x]["time"], kind_tier, lowest_skill, kind_hours)
    seat, ring_rank = np.empty(0, np.int32), local_rank
    if how == LOCAL_THEN_POOLED or hierarchy[0] > 0.0:
        seat = in_order(local_rank)
        ring_rank = local_rank[seat]
    help_left = institution_hours.copy()
    calls_of_all = dispatching.offers + offers[0]
    most_names = int(ceil(dispatching.names_looked_through))
    to_earn = dispatching.accept_earning * trust[0] * max(banking.earning + bank_earning[0], 0.0)
    dispatched = 0
    while dispatched < line.size and line[dispatched] >= 0:
        dispatched += 1
    # what is asked of an order lies in the order of the line too, and its points in the two rings are drawn for all at once
    queue = line[:dispatched]
    has_client, has_kind, own_key = order_client[queue], order_kind[queue], order_key[queue]
    points = uniforms(key_ring, own_key, 1), uniforms(key_ring, own_key, 2)
    for at in range(dispatched):
        if at + 2 * AHEAD < dispatched:
            soon(has_client[at + 2 * AHEAD], grid, tie_first, degree)
            later = at + AHEAD
            ties_soon(has_client[later], tie_first, tie_other, tie_strength)
            soon(queue[later], order_state, order_server, order_rounds, order_credit)
            # whoever is called first stands about where the points of the order fall in the two rings
            there = grid[has_client[later]]
            about = starts[there] + int(points[0][later] * (starts[there + 1] - starts[there]))
            soon(about, local_rank, can_serve, ready)
            soon(about + 1, ready)
            soon(about + 2, ready)
            soon(int(points[1][later] * n), ring_rank, seat)
        o, client, k = queue[at], has_client[at], has_kind[at]
        g = grid[client]
        calls = int(calls_of_all + grid_offers[g])
        rounds = 1 if how == POOLED_SCOPE else 2 if how == LOCAL_THEN_POOLED or order_escalated[o] >= 1 else 1
        chosen = -1
        for r in range(rounds):
            local = how != POOLED_SCOPE and r == 0
            low, high = (starts[g], starts[g + 1]) if local else (0, n)
            if high == low:
                continue
            ranks_here = local_rank if local or how == POOLED_SCOPE else ring_rank
            called, looked_through = 0, min(high - low, most_names)
            next_one = first_from(points[r][at], ranks_here, low, high)
            for _ in range(looked_through):
                if called >= calls:
                    break
                if next_one == high:
                    next_one = low
                x = next_one if local or how == POOLED_SCOPE else seat[next_one]
                next_one += 1
                if (can_serve[x] >> np.uint32(k)) & np.uint32(1) == 0:
                    continue
                one = ready[x]
                v = one["row"]
                if v == client:
                    continue
                if dispatching.reciprocal == 1.0 and (open_needs[v] == 0 or kind_interest[k] < 0 or not _could_return(open_needs[v], interest[client], kind_interest)):
                    continue
                called += 1
                one["calls"] += 1
                count_offers[0] += 1
                s = slot_of(client, v, tie_first, degree, tie_other)
                wish = willingness(tie_strength[s] if s >= 0 else 0.0, one["interest"][kind_interest[k]] if kind_interest[k] >= 0 else dispatching.match_at_rest,
                                   one["identity"], one["fatigue"], 1.0 if one["grid"] != g else 0.0, 1.0 if order_credit[o] > 0 else 0.0, atmosphere[g],
                                   one["time"] / kind_hours[k], one["acceptance"] + to_earn, dispatching)
                answer, weary = uniform_twice(key_answer, own_key[at], one["key"])
                if happens(answer, wish):
                    if chosen == -1:
                        chosen = x
                else:
                    count_refused[0] += 1
                if weary < dispatching.away_chance:
                    one["away"], can_serve[x] = 1, 0
            if chosen >= 0:
                break
        server = ready[chosen]["row"] if chosen >= 0 else -1
        if server < 0 and help_left[g] >= kind_hours[k]:
            help_left[g] -= kind_hours[k]
            server = INSTITUTION
        if server == -1 and order_escalated[o] == 2 and uniform(key_answer, own_key[at]) < dispatching.sub_district_serves:
            server = SUB_DISTRICT
        if server != -1:
            order_state[o], order_server[o] = ACCEPTED, server
            count_accepted[0] += 1
            if server >= 0:
                one = ready[chosen]
                one["time"] -= kind_hours[k]
                if one["away"] == 0:
                    can_serve[chosen] = _kinds_served(one["tier"], one["skill"], one["time"], kind_tier, lowest_skill, kind_hours)
        elif dispatching.most_rounds > 0.0 and order_rounds[o] >= dispatching.most_rounds:
            order_state[o] = DECLINED
            count_declined[0] += 1
        else:
            order_state[o] = PLACED
    for t in range(4):
        free_hours[0, t] = 0.0
    for x in range(n):
        one = ready[x]
        v = one["row"]
        hours_left[v], away[v] = one["time"], one["away"]
        notified[v] += one["calls"]
        if one["away"] == 0 and one["time"] > free_hours[0, one["tier"]]:
            free_hours[0, one["tier"]] = one["time"]


@compiled
def _could_return(needs, giver_interest, kind_interest):
    """Whether somebody could serve one of these open needs in return: bilateral barter (for the time-bank limit)."""
    for k in range(kind_interest.size):
        if (needs >> k) & 1 and kind_interest[k] >= 0 and giver_interest[kind_interest[k]] > 0.5:
            return True
    return False
