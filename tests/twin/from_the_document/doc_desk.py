"""The desk, made again from the ODD document: Dispatching and Answering."""

import math
from dataclasses import dataclass

from doc_chance import seven, sigma, spread_out, within
from doc_world import ACCEPTED, DECLINED, DISPATCHED, PLACED, SHELVED, Place

SUB_DISTRICT, INSTITUTION, ORGANIZED = -2, -3, -4
VULNERABLE = 0b1111
"""Elders living alone, senior elders, children, low income."""


def orders_are_dispatched(w: Place) -> None:
    line = line_of(w)
    dispatched = dispatch(w, line)
    w.line[: len(dispatched)] = dispatched
    if len(dispatched) < len(w.line):
        w.line[len(dispatched)] = -1
    d, minutes = w.config.dispatching, minutes_of_an_order(w)
    staff = d.staff_per_1000 * w.residents() / 1000.0
    there = math.floor(staff * d.staff_hours * d.staff_share * 3600.0 + 0.5)
    passing = math.floor(60.0 * max(d.escalation_minutes + w.escalation_minutes[0], 0.0) + 0.5)
    taken = len(dispatched) * math.floor(60.0 * minutes + 0.5)
    w.staff_left[0] = max(there - taken - w.passed_up * passing, 0)


def line_of(w: Place) -> list[int]:
    """Placed orders in the order of the line, less those that a reviewer declines."""
    stand = []
    w.passed_up = 0
    for o in w.book():
        if w.order_state[o] != PLACED:
            continue
        k = w.order_kind[o]
        w.order_rank[o] = place_in_line(w, o)
        level = level_of(w, o)
        w.passed_up += max(level - w.order_escalated[o], 0)
        w.order_escalated[o] = level
        if w.is_reviewed() and not anybody_could(w, o):
            if not (w.kind_organization[k] and w.organized[0] > 0.0):
                w.order_state[o], w.order_back[o] = SHELVED, w.now + int(w.config.dispatching.look_again)
                continue
            w.order_escalated[o] = 2
        stand.append(o)
    return sorted(stand, key=lambda o: w.order_rank[o])


def place_in_line(w: Place, o: int) -> float:
    i, k, d = w.order_client[o], w.order_kind[o], w.config.dispatching
    waited = w.now - w.order_placed[o]
    late = w.overdue_first[0] if waited >= w.response_target[0] else 0.0
    p = w.kind_priority[k] + w.added_priority[k] + late + w.precedence[i]
    vulnerable = 1.0 if w.groups[i] & VULNERABLE or w.limited[i] else 0.0
    credit = 1.0 if w.order_credit[o] > 0 else 0.0
    return float(
        1e6 * w.kind_urgency[k]
        + (
            d.spread * w.chance.one("dispatching.queue", w.order_key[o])
            - p
            - d.urgency * (waited / max(w.kind_promise[k], 1.0))
            - (d.vulnerability + w.vulnerable_first[0]) * vulnerable
            - w.bank_priority[0] * credit
        )
    )


def level_of(w: Place, o: int) -> int:
    k, d, waited = w.order_kind[o], w.config.dispatching, w.now - w.order_placed[o]
    if d.escalation == "promise":
        level = 2 if w.kind_urgency[k] == 0 else int(waited // (d.escalate_share * max(w.kind_promise[k], 1.0)))
    else:
        level = int(waited // d.escalate_after)
    return min(level, int(w.hierarchy[0]))


def anybody_could(w: Place, o: int) -> bool:
    local = w.scope_is() == "local" and w.order_escalated[o] < 1
    g = w.grid[w.order_client[o]]
    reach = [v for v in w.participants_now() if not local or w.grid[v] == g]
    reach = [v for v in reach if (w.is_able(v) if w.is_case(o) else not w.limited[v])]
    return any(w.may_serve(v, w.order_kind[o], w.hours_limit[v]) for v in reach)


def minutes_of_an_order(w: Place) -> float:
    return float(w.config.dispatching.order_minutes * (1.0 - within(w.minutes_saved[0], 0.0, 0.99)))


def dispatch(w: Place, line: list[int]) -> list[int]:
    left, pool, dispatched = *capacities(w), []
    for turn in range(2 if w.scope_is() == "local_then_pooled" else 1):
        if turn == 1:
            pool, left = pool + sum(left), [0.0] * len(left)
        for o in line:
            if w.order_state[o] != PLACED:
                continue
            g = w.grid[w.order_client[o]]
            if left[g] >= 1.0:
                left[g] -= 1.0
            elif pool >= 1.0:
                pool -= 1.0
            else:
                continue
            w.order_state[o] = DISPATCHED
            w.order_rounds[o] += 1
            dispatched.append(o)
    return dispatched


def capacities(w: Place) -> tuple[list[float], float]:
    """Whole orders that each grid, and the pool, can dispatch."""
    d, residents = w.config.dispatching, w.residents()
    a_thousand = d.staff_per_1000 * d.staff_hours * d.staff_share * 60.0 / minutes_of_an_order(w)
    c = (a_thousand * residents / 1000.0 + w.capacity[0]) * (1.0 - within(w.overhead[0]))
    parts = [c * people / residents + w.grid_capacity[g] for g, people in enumerate(w.grid_people)]
    if w.scope_is() == "pooled":
        return [0.0] * len(parts), whole(sum(parts), w.chance.one("dispatching.staff", 0))
    return [whole(x, w.chance.one("dispatching.staff", spread_out(g + 1))) for g, x in enumerate(parts)], 0.0


def whole(x: float, u: float) -> float:
    return 0.0 if x <= 0.0 else math.floor(x) + (1.0 if u < x - math.floor(x) else 0.0)


# ---- offers


@dataclass
class Volunteer:
    """Somebody in the ring."""

    row: int
    rank: float
    hours: float
    for_cases: float
    cases: int
    away: bool = False
    calls: int = 0

    def for_kind(self, w: Place, k: int) -> float:
        return self.for_cases if w.kind_lasts[k] > 0.0 else self.hours

    def may_serve(self, w: Place, k: int) -> bool:
        return not self.away and w.may_serve(self.row, k, self.for_kind(w, k))

    def takes_on(self, w: Place, k: int) -> None:
        hours = w.hours_a_week(k)
        if w.kind_lasts[k] > 0.0:
            self.hours, self.cases = seven(max(self.hours - hours, 0.0)), self.cases + 1
            self.for_cases = hours_for_cases(w, self.for_cases - hours, self.cases)
        else:
            self.hours = seven(self.hours - hours)


def hours_for_cases(w: Place, free: float, cases: int) -> float:
    return seven(max(free, 0.0)) if cases < w.config.dispatching.cases_each else 0.0


def volunteers_answer(w: Place) -> None:
    everybody = ring(w)
    help_left = list(w.institution_hours)
    for o in list(w.line):
        if o == -1:
            break
        g = w.grid[w.order_client[o]]
        near = everybody if w.scope_is() == "pooled" else [v for v in everybody if w.grid[v.row] == g]
        taker = offered(w, o, near, w.chance.one("dispatching.ring", w.order_key[o], 1))
        if taker is None and (
            w.scope_is() == "local_then_pooled" or (w.scope_is() == "local" and w.order_escalated[o] >= 1)
        ):
            taker = offered(w, o, everybody, w.chance.one("dispatching.ring", w.order_key[o], 2))
        if taker is not None:
            taker.takes_on(w, w.order_kind[o])
            settle(w, o, taker.row)
        else:
            settle(w, o, other_server(w, o, help_left))
    w.free_hours[0] = [0.0] * 4
    for v in everybody:
        w.hours_left[v.row], w.away[v.row] = v.hours, int(v.away)
        w.notified[v.row] += v.calls
        if not v.away:
            tier = w.tier[v.row]
            w.free_hours[0][tier] = max(w.free_hours[0][tier], v.hours)


def ring(w: Place) -> list[Volunteer]:
    """All who can be called, by rising rank."""
    d, found = w.config.dispatching, []
    for i in w.participants_now():
        rank, mood = w.chance.two("dispatching.ring", w.key[i])
        if w.away[i]:
            if mood < d.back_chance:
                w.away[i] = 0
        elif mood < d.broadcast:
            w.notified[i] += 1
            if w.chance.one("dispatching.notice", w.key[i]) < d.away_chance:
                w.away[i] = 1
        if not w.limited[i] and not w.away[i] and w.hours_left[i] > 0.0:
            free = hours_for_cases(w, w.hours_limit[i] - w.promised[i] if w.is_able(i) else 0.0, w.cases[i])
            found.append(Volunteer(i, rank, w.hours_left[i], free, w.cases[i]))
    return sorted(found, key=lambda v: v.rank)


def offered(w: Place, o: int, names: list[Volunteer], point: float) -> Volunteer | None:
    """An order is offered along a ring from a point on; who accepts first."""
    d, k, client = w.config.dispatching, w.order_kind[o], w.order_client[o]
    calls = int(d.offers + w.offers[0] + w.grid_offers[w.grid[client]])
    start = next((at for at, v in enumerate(names) if v.rank >= point), len(names))
    looked_through = (names[start:] + names[:start])[: math.ceil(d.names_looked_through)]
    called, first = 0, None
    for v in looked_through:
        if called >= calls:
            break
        if (
            v.row == client
            or not v.may_serve(w, k)
            or (d.reciprocal == "yes" and not could_return(w, v.row, client, k))
        ):
            continue
        called += 1
        v.calls += 1
        u, weary = w.chance.two("dispatching.answer", w.order_key[o], w.key[v.row])
        if u < sigma(log_odds(w, o, v)) and first is None:
            first = v
        if weary < d.away_chance:
            v.away = True
    return first


def could_return(w: Place, v: int, client: int, k: int) -> bool:
    if w.kind_interest[k] < 0:
        return False
    return any(
        w.bit(w.open_needs[v], need) and about >= 0 and w.interest[client][about] > 0.5
        for need, about in enumerate(w.kind_interest)
    )


def log_odds(w: Place, o: int, v: Volunteer) -> float:
    d, k, client = w.config.dispatching, w.order_kind[o], w.order_client[o]
    about, g = w.kind_interest[k], w.grid[w.order_client[o]]
    x = d.accept + d.accept_tie * w.strength_between(client, v.row)
    x += d.accept_match * (w.interest[v.row][about] - d.match_at_rest) if about >= 0 else 0.0
    x += d.accept_identity * (w.identity[v.row] - d.identity_at_rest) - d.accept_fatigue * w.fatigue[v.row]
    x -= d.accept_distance if w.grid[v.row] != g else 0.0
    x += d.accept_credit if w.order_credit[o] > 0 else 0.0
    x += d.accept_atmosphere * (w.atmosphere[g] - d.atmosphere_at_rest)
    x += d.accept_time * math.log(v.for_kind(w, k) / w.hours_a_week(k))
    x += w.acceptance[v.row] + d.accept_earning * w.trust[0] * w.earning[0]
    return float(x + (d.accept_case if w.is_case(o) else 0.0))


def other_server(w: Place, o: int, help_left: list[float]) -> int | None:
    k, g, passed_up = w.order_kind[o], w.grid[w.order_client[o]], w.order_escalated[o] == 2
    hours = w.hours_a_week(k)
    if help_left[g] >= hours:
        help_left[g] -= hours
        return INSTITUTION
    if passed_up and w.kind_organization[k] and w.organized[0] >= hours:
        w.organized[0] -= hours
        return ORGANIZED
    draw = w.chance.one("dispatching.answer", w.order_key[o])
    return SUB_DISTRICT if passed_up and draw < w.config.dispatching.sub_district_serves else None


def settle(w: Place, o: int, server: int | None) -> None:
    d = w.config.dispatching
    if server is not None:
        w.order_state[o], w.order_server[o] = ACCEPTED, server
    elif not w.is_case(o) and 0.0 < d.most_rounds <= w.order_rounds[o]:
        w.order_state[o] = DECLINED
    else:
        w.order_state[o] = PLACED
        w.order_refused[o] += 1
        if w.is_case(o) and 0.0 < d.give_up <= w.order_refused[o]:
            w.order_state[o], w.order_back[o] = SHELVED, w.now + int(d.rest_after)
