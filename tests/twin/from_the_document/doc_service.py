"""Service, made again from the ODD document: Serving, Assigning, Banking and Pairing."""

import math

from doc_chance import seven, sigma, within
from doc_world import ACCEPTED, DECLINED, DONE, HIDDEN, KEPT, ORGANIZATION, PLACED, SHELVED, VOLUNTEER, Place

BY_ORGANIZATION = -4
COOK, YOUNGER_ELDER, TEEN = range(3)


def quality(w: Place, o: int, v: int) -> float:
    """The quality of a service by v, or by whoever is no resident (below 0)."""
    p, k = w.config.serving, w.order_kind[o]
    skill = w.skill[v] if v >= 0 else 0.8
    supervised = p.supervision * w.supervision[w.grid[w.order_client[o]]]
    q = sigma(p.ease + p.steepness * (skill - w.kind_difficulty[k]) + supervised)
    return q + within(w.standards[0]) * (p.standard - q)


def given_well(w: Place, o: int, q: float) -> int:
    services = int(w.kind_services[w.order_kind[o]])
    if w.config.serving.failure == "no":
        return services
    return sum(w.chance.one("serving.succeed", w.order_key[o], s) < q for s in range(services))


def gives_hours(w: Place, v: int, o: int, q: float) -> None:
    w.hours[v] += w.hours_a_week(w.order_kind[o])
    w.success[v] += q
    w.services[v] += 1
    w.last_served[v] = w.now


def serves_case(w: Place, o: int, v: int) -> None:
    q, hours = quality(w, o, v), w.hours_a_week(w.order_kind[o])
    well = given_well(w, o, q)
    w.order_quality[o], w.order_given[o], w.order_served[o] = q, well / w.kind_services[w.order_kind[o]], 1
    if v >= 0:
        gives_hours(w, v, o, q)
        w.hours_kept[v] += hours


def cases_are_served(w: Place) -> None:
    for o in w.book():
        if w.order_state[o] != KEPT:
            continue
        if w.order_keeper[o] == VOLUNTEER:
            v = who_comes(w, o)
            if v is not None:
                hours = w.hours_a_week(w.order_kind[o])
                serves_case(w, o, v)
                w.hours_left[v] = max(w.hours_left[v] - hours, 0.0)
                w.share_hours(v, w.order_client[o], hours)
        elif w.order_keeper[o] == ORGANIZATION:
            serves_case(w, o, BY_ORGANIZATION)
        else:
            w.order_given[o], w.order_served[o] = 1.0, 1


def who_comes(w: Place, o: int) -> int | None:
    v, p, hours = w.order_server[o], w.config.serving, w.hours_a_week(w.order_kind[o])
    if w.chance.one("serving.come", w.order_key[o], w.order_person[o]) < p.comes:
        return int(v)
    if p.team_comes == "no" or w.team[v] < 0:
        return None
    mates = [j for j in w.participants_now() if w.team[j] == w.team[v] and w.hours_left[j] >= hours]
    mates = [j for j in mates if j not in (v, w.order_client[o]) and not w.limited[j]]
    return min(mates, key=lambda j: w.chance.one("serving.instead", w.order_key[o], w.key[j]), default=None)


def service_is_given(w: Place) -> None:
    for o in w.book():
        if w.order_state[o] != ACCEPTED:
            continue
        v, hours = w.order_server[o], w.hours_a_week(w.order_kind[o])
        if w.is_case(o):
            w.order_refused[o] = 0
            serves_case(w, o, v)
            if v >= 0:
                w.keeps(o, v)
            elif v == BY_ORGANIZATION:
                w.order_state[o], w.order_keeper[o] = KEPT, ORGANIZATION
            else:
                w.order_state[o] = PLACED
        else:
            q = quality(w, o, v)
            well = given_well(w, o, q) > 0
            w.order_state[o], w.order_quality[o] = DONE if well else PLACED, q
            w.met[w.order_client[o]] += int(well)
            if v >= 0:
                gives_hours(w, v, o, q)
                w.hours_kept[v] += 0.0 if well else hours
        if v >= 0:
            w.share_hours(v, w.order_client[o], hours)


def orders_are_rated(w: Place) -> None:
    p = w.config.serving
    for o in w.book():
        if w.order_state[o] == DONE:
            q, v = w.order_quality[o], w.order_server[o]
            w.order_rating[o] = q + p.upward_bias * (1.0 - q)
            if v >= 0 and w.feedback[0] > 0.0:
                moved = min(w.feedback[0], 1.0) * p.feedback_rate
                w.satisfaction[v] += moved * seven(w.order_rating[o] - w.satisfaction[v])


def orders_lapse(w: Place) -> None:
    p = w.config.serving
    for i in w.everybody:
        left = seven(w.unmet_weeks[i] * p.unmet_memory)
        w.unmet_weeks[i] = left if left >= 0.001 else 0.0
    o, expired = 0, w.counted["count_expired"][0]
    while o < w.open_orders[0]:
        i, state, case = w.order_client[o], w.order_state[o], w.is_case(o)
        if case:
            w.needs_year[i] += int(w.order_arose[o] < w.now)
            w.met[i] += int(w.order_given[o] >= 0.5)
        if state != DONE:
            w.unmet_weeks[i] += 1.0 - w.order_given[o] if case else 1.0
        old = not case and w.now - w.order_arose[o] >= w.kind_patience[w.order_kind[o]]
        lapses = old and state in (HIDDEN, PLACED, SHELVED)
        expired += int(lapses and state == PLACED)
        if lapses or state in (DONE, DECLINED):
            w.leaves(o)
        else:
            o += 1
    done, in_time = w.counted["count_done"][0], w.counted["count_in_time"][0]
    ended = done + expired + w.counted["count_declined"][0]
    if ended > 0:
        w.confidence[0] += p.confidence_rate * (done / ended - w.confidence[0])
        w.answered[0] += p.answered_rate * (in_time / ended - w.answered[0])


def tasks_are_assigned(w: Place) -> None:
    p = w.config.assigning
    wanted = max((p.hours_per_1000 + w.admin_load[0]) * w.headcount[0] / 1000.0, 0.0)
    for tiers in ((1,), (2, 3)):
        called = [i for i in w.participants_now() if w.tier[i] in tiers]
        free = 0.0
        for i in called:
            free += w.hours_left[i] * p.most_share
        share = min(1.0, wanted / free) * p.most_share if free > 0.0 else 0.0
        for i in called:
            if share > 0.0 and w.hours_left[i] > 0.0:
                hours = w.hours_left[i] * share
                w.hours_left[i] -= hours
                w.hours_assigned[i] += hours
                serves(w, i, hours)
        wanted = max(wanted - free, 0.0)


def serves(w: Place, i: int, hours: float) -> None:
    """Hours that count as one service of one's own skill."""
    w.hours[i] += hours
    w.success[i] = seven(w.success[i] + w.skill[i])
    w.services[i] += 1
    w.last_served[i] = w.now


# ---- the time bank


def minutes_of(hours: float, rate: float) -> int:
    return math.floor(60.0 * hours * rate + 0.5)


def can_spend(w: Place, i: int) -> int:
    first = 60.0 * max(w.config.banking.own_hours_first, w.bank_own_hours[0])
    return int(w.balance[i]) if w.earned[i] == 0 or w.earned[i] >= first else 0


def credits_are_offered(w: Place) -> None:
    p = w.config.banking
    w.earning[0] = max(p.earning + w.bank_earning[0], 0.0)
    if p.redemption == "no" or max(w.balance) <= 0:
        return
    for o in w.book():
        i = w.order_client[o]
        new = w.order_state[o] == PLACED and w.order_placed[o] == w.now
        if new and w.years[i] >= max(p.redeem_age, w.bank_redeem_age[0]):
            price = minutes_of(w.kind_hours[w.order_kind[o]], max(p.price + w.bank_price[0], 0.0))
            owned = sum(can_spend(w, j) for j in w.members(w.household[i]))
            t = within(p.apply_by_trust + w.bank_by_trust[0])
            if 0 < price <= owned and w.chance.one("banking.apply", w.order_key[o]) < 1.0 - t * (1.0 - w.trust[0]):
                w.order_credit[o] = price


def pays(w: Place, o: int) -> None:
    left, i = w.order_credit[o], w.order_client[o]
    for j in (i, *w.members(w.household[i])):
        part = min(left, can_spend(w, j))
        w.balance[j] -= part
        left -= part


def hours_are_banked(w: Place) -> None:
    p, with_credit, paid = w.config.banking, 0, 0
    for o in w.book():
        kept, done = w.order_state[o] == KEPT and w.order_served[o] == 1, w.order_state[o] == DONE
        if w.order_credit[o] > 0:
            with_credit += 1
            if kept or done:
                paid += 1
                pays(w, o)
                w.order_credit[o] = 0 if kept else w.order_credit[o]
        if done and w.order_server[o] >= 0:
            earns(w, w.order_server[o], w.kind_hours[w.order_kind[o]])
    for v in w.participants_now():
        earns(w, v, w.hours_kept[v])
    if with_credit:
        w.trust[0] += p.trust_rate * (paid / with_credit - w.trust[0])
    give, expire = p.giving + w.bank_giving[0], within(p.expiry + w.bank_expiry[0])
    poor = [i for i in w.everybody if w.age[i] in (3, 4) and w.balance[i] == 0]
    elder = min(poor, key=lambda i: w.chance.one("banking.give", w.key[i]), default=None) if give > 0.0 else None
    gifts = 0
    for i in w.everybody:
        if w.balance[i] > 0:
            w.balance[i] -= math.floor(w.balance[i] * expire)
            if elder is not None and w.age[i] < 3:
                gift = math.floor(w.balance[i] * min(give, 1.0))
                w.balance[i] -= gift
                gifts += gift
    if gifts:
        w.balance[elder] += gifts


def earns(w: Place, v: int, hours: float) -> None:
    minutes = minutes_of(hours, w.earning[0])
    w.balance[v] += minutes
    w.earned[v] += minutes


# ---- standing pairs


def may_help(w: Place, h: int, service: int) -> bool:
    bands = {COOK: (2, 3, 4), YOUNGER_ELDER: (3,), TEEN: (1,)}[service]
    return bool(w.tier[h] >= 1 and w.age[h] in bands and not w.limited[h])


def is_meant(w: Place, c: int, service: int) -> bool:
    return bool(w.kitchen_for[c] if service == COOK else w.aid_for[c])


def standing_pairs_are_matched(w: Place) -> None:
    places = [int(w.kitchen_pairs[0]), int(w.elder_pairs[0]), int(w.teen_pairs[0])]
    if w.pairs[0] == 0 and sum(places) == 0:
        return
    columns, n = (w.pair_client, w.pair_helper, w.pair_service, w.pair_since), 0
    for p in range(w.pairs[0]):
        c, h, service, since = (column[p] for column in columns)
        stayed = min(w.tenure[c], w.tenure[h]) > w.now - since
        if places[service] > 0 and stayed and may_help(w, h, service) and is_meant(w, c, service):
            for column in columns:
                column[n] = column[p]
            places[service] -= 1
            n += 1
    w.pairs[0] = n
    for service in range(3):
        match_neighbours(w, service, places[service])
    for p in range(w.pairs[0]):
        w.pair_draw[p] = w.chance.one("pairing.visit", w.key[w.pair_client[p]], w.key[w.pair_helper[p]])


def match_neighbours(w: Place, service: int, places: int) -> None:
    p, pairs = w.config.pairing, range(w.pairs[0])
    helped = {w.pair_client[q] for q in pairs if w.pair_service[q] == service}
    clients = [0] * len(w.everybody)
    for q in pairs:
        clients[w.pair_helper[q]] += 1
    helpers = [h for h in w.everybody if may_help(w, h, service) and w.hours_limit[h] > 0.0]
    helpers = [h for h in helpers if clients[h] < p.most_clients]
    meant = [c for c in w.everybody if is_meant(w, c, service) and c not in helped]
    for c in sorted(meant, key=lambda c: w.chance.one("pairing.turn", w.key[c])):
        if places <= 0 or w.pairs[0] == len(w.pair_client):
            return
        near = [h for h in helpers if p.nearby != "grid" or w.grid[h] == w.grid[c]]
        near = [h for h in near if clients[h] < p.most_clients and w.household[h] != w.household[c]]
        if near:
            h = max(
                near, key=lambda h: p.tie * w.strength_between(c, h) + w.chance.one("pairing.match", w.key[c], w.key[h])
            )
            at = w.pairs[0]
            w.pair_client[at], w.pair_helper[at], w.pair_service[at], w.pair_since[at] = c, h, service, w.now
            w.pairs[0] += 1
            clients[h] += 1
            places -= 1


def standing_helpers_come(w: Place) -> None:
    p = w.config.pairing
    for q in sorted(range(w.pairs[0]), key=lambda q: w.pair_draw[q]):
        c, h, service = w.pair_client[q], w.pair_helper[q], w.pair_service[q]
        if w.pair_draw[q] >= p.comes:
            return
        kinds = w.kitchen_kinds if service == COOK else w.aid_kinds
        open_ = [o for o in w.book() if w.order_client[o] == c and w.order_state[o] in (HIDDEN, PLACED)]
        fit = [o for o in open_ if kinds[w.order_kind[o]] > 0.0 and w.may_serve(h, w.order_kind[o], w.hours_left[h])]
        if fit:
            o = min(fit, key=lambda o: (w.order_arose[o], w.order_key[o]))
            if w.order_state[o] == HIDDEN:
                w.order_placed[o] = w.now
            w.order_state[o], w.order_server[o] = ACCEPTED, h
            w.hours_left[h] = max(w.hours_left[h] - w.hours_a_week(w.order_kind[o]), 0.0)
        elif service != COOK and w.hours_left[h] >= p.visit_hours > 0.0:
            w.hours_left[h] -= p.visit_hours
            serves(w, h, p.visit_hours)
            w.share_hours(h, c, p.visit_hours)
