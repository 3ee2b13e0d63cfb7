"""Needs, cases and the register, made again from the ODD document: Needing, Keeping, Registering."""

import math

from doc_chance import as_share, philox
from doc_world import HIDDEN, HOUSEHOLD, KEPT, NEIGHBOUR, NOBODY, ORGANIZATION, PLACED, SHELVED, VOLUNTEER, Place

BLOCK = 512


def needs_arise(w: Place) -> None:
    for i, k in who_needs_what(w):
        w.needs_year[i] += 1
        if w.open_orders[0] == len(w.order_state):
            continue
        o = w.enters(i, k)
        keeper = w.first_to_help(o)
        if w.kind_lasts[k] > 0.0:
            u = w.chance.one("needing.length", w.order_key[o], once=True)
            w.order_until[o] = w.now + length_of_case(w.kind_lasts[k], u)
            w.order_keeper[o], w.order_state[o] = keeper, HIDDEN if keeper == NOBODY else KEPT
        elif keeper != NOBODY:
            w.met[i] += 1
            w.leaves(o)


def who_needs_what(w: Place) -> list[tuple[int, int]]:
    kinds, found, key = len(w.kind_weekly), [], w.chance.key("needing.arise")
    for start in range(0, len(w.everybody), BLOCK):
        for draw in range((kinds + 3) // 4):
            for i in w.everybody[start : start + BLOCK]:
                possible = w.wants[i] & ~w.open_needs[i]
                if not possible >> 4 * draw & 15:
                    continue
                words = philox(key, w.key[i], draw)
                for at, k in enumerate(range(4 * draw, min(4 * draw + 4, kinds))):
                    if possible >> k & 1 and as_share(words[at]) < chance_of_need(w, i, k):
                        found.append((i, k))
    return found


def chance_of_need(w: Place, i: int, k: int) -> float:
    weekly = w.kind_weekly[k]
    for holds, rate in (
        (w.alone[i] == 1, w.kind_alone),
        (w.age[i] == 4, w.kind_senior),
        (w.limited[i] == 1, w.kind_frail),
    ):
        if holds:
            weekly = max(weekly, rate[k])
    return min(1.0, weekly * (1.0 + (w.config.needing.low_income_extra if w.low_income[i] else 0.0)))


def length_of_case(mean: float, u: float) -> int:
    return 1 if mean <= 1.0 else min(1 + math.floor(math.log(u) / math.log(1.0 - 1.0 / mean)), 30_000)


def organizations_have_hours(w: Place) -> None:
    own = w.config.dispatching.organization_hours_per_1000 * w.residents() / 1000.0
    w.organized[0] = max(own + w.organization_hours[0], 0.0) * (1.0 + max(w.capability[0], 0.0))
    for o in w.book():
        if w.order_keeper[o] == ORGANIZATION and not has_ended(w, o):
            hours = w.hours_a_week(w.order_kind[o])
            if hours <= w.organized[0]:
                w.organized[0] -= hours
            else:
                w.order_keeper[o] = NOBODY


def has_ended(w: Place, o: int) -> bool:
    return w.is_case(o) and bool(w.order_until[o] <= w.now)


def cases_go_on(w: Place) -> None:
    o = 0
    while o < w.open_orders[0]:
        if w.order_state[o] == SHELVED and w.order_back[o] <= w.now:
            w.order_state[o], w.order_refused[o] = PLACED, 0
        if has_ended(w, o):
            w.loses_keeper(o)
            w.leaves(o)
            continue
        if w.is_case(o):
            w.order_given[o], w.order_served[o] = 0.0, 0
            if w.order_state[o] == KEPT and not goes_on(w, o):
                w.loses_keeper(o)
                keeper = w.first_to_help(o)
                w.order_refused[o], w.order_keeper[o] = 0, keeper
                w.order_state[o] = HIDDEN if keeper == NOBODY else KEPT
                if keeper == NOBODY and w.order_placed[o] >= 0:
                    w.order_state[o], w.order_placed[o] = PLACED, w.now
        o += 1


def goes_on(w: Place, o: int) -> bool:
    keeper, v, k, p = w.order_keeper[o], w.order_server[o], w.order_kind[o], w.config.needing
    if keeper == HOUSEHOLD:
        return w.somebody_able(w.order_client[o], by_day=w.is_for_children(k))
    if keeper in (NEIGHBOUR, VOLUNTEER):
        stops = w.chance.one("keeping.stop", w.order_key[o])
        if keeper == NEIGHBOUR:
            return w.is_still_there(o) and w.is_able(v) and stops >= p.neighbour_stops
        serves = w.is_able(v) and bool(w.tier[v] >= max(w.kind_tier[k], 1))
        return w.is_still_there(o) and serves and stops >= p.server_stops
    return bool(keeper != NOBODY)


def has_contact(w: Place, i: int) -> None:
    w.known[i], w.contacted[i] = 1, w.now


def needs_become_known(w: Place) -> None:
    for i in w.everybody:
        if w.known[i]:
            if w.now - w.contacted[i] > w.config.registering.forgets_after:
                w.known[i] = 0
            elif w.chance.one("registering.call", w.key[i]) < w.config.registering.calls:
                has_contact(w, i)
    for o in w.book():
        if w.order_state[o] == HIDDEN and becomes_known(w, o):
            w.order_state[o], w.order_placed[o] = PLACED, w.now
            has_contact(w, w.order_client[o])


def becomes_known(w: Place, o: int) -> bool:
    i, k, p = w.order_client[o], w.order_kind[o], w.config.needing
    if w.is_case(o) and w.known[i] and w.contacted[i] >= max(w.now - 1, w.order_arose[o]):
        return True
    f = 1.0
    if p.response != 0.0:
        f = min(max((w.answered[0] / p.answered_at_rest) ** p.response, p.response_floor), p.response_most)
    own = min(1.0, f * (p.own_request_case if w.is_case(o) else p.own_request))
    n = p.neighbour_tells if w.active_ties[i] > 0 else 0.0
    not_told = (1.0 - own) * (1.0 - min(w.reach[0], 1.0)) * (1.0 - min(w.outreach[w.grid[i]], 1.0))
    chance = 1.0 - not_told * (1.0 - min(w.client_outreach[i], 1.0)) * (1.0 - n)
    return w.chance.one("needing.discover", w.key[i], k) < chance


def staff_knock_at_doors(w: Place) -> None:
    p = w.config.registering
    d = max(p.doors_per_1000 * w.residents() / 1000.0 + w.doors[0], 0.0)
    doors = int(d) + (w.chance.one("registering.door", 0) < d - int(d))
    doors = min(doors, w.staff_left[0] // math.floor(60.0 * w.config.dispatching.door_minutes + 0.5))
    cases = sum(1 << k for k, lasts in enumerate(w.kind_lasts) if lasts > 0.0)
    turns = [
        (not w.bit(w.groups[i], 0), w.chance.one("registering.door", w.key[i]), i)
        for i in w.everybody
        if w.lives_here(i) and w.wants[i] & cases
    ]
    for _, _, i in sorted(turns)[:doors]:
        has_contact(w, i)
