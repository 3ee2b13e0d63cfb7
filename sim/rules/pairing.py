"""Pairing: standing pairs of a helper and a neighbour, who need no order to find each other.

A cook and an elder living alone, a younger elder or a teen and a senior elder. A pair is matched nearby, tied neighbours
first, and ends when either moves away or the helper stops serving; then the neighbour is matched anew. A helper who comes
serves an open need, whether the station knows of it or not; where nothing needs to be done, the two spend some time.

Sources: huang2025 (A13, A67, A72)
"""

import numpy as np

from sim.chance import key_of, stream, uniform, uniform_pair
from sim.law import compiled, law
from sim.odds import skill_asked_for
from sim.orders import ACCEPTED, HIDDEN, PLACED
from sim.phase import phase
from sim.places import COOK, ELDER_PARTNER
from sim.residents import ADULT, TASK, TEEN, YOUNGER_ELDER
from sim.old_ties import slot_of

TURN = stream("pairing.turn")
MATCH = stream("pairing.match")
VISIT = stream("pairing.visit")


@law
def may_be(service, age, tier):
    """Whether a volunteer may be the standing helper of a service: cooks are grown up, partners are of their age band."""
    if tier < TASK:
        return False
    return age >= ADULT if service == COOK else age == YOUNGER_ELDER if service == ELDER_PARTNER else age == TEEN


@law
def nearness(tie, weight, u):
    """How gladly two neighbours are matched: the tie between them, and a keyed draw."""
    return weight * tie + u


@compiled
def _meant_for(service, i, kitchen_for, aid_for):
    return kitchen_for[i] > 0.0 if service == COOK else aid_for[i] > 0.0


@phase(writes=("pairs", "pair_client", "pair_helper", "pair_service", "pair_since", "pair_draw", "count_pairs"))
def standing_pairs_are_matched(seed, week, key, household, grid, grid_first, age, tier, tenure, hours_limit, tie_first, degree, tie_other, tie_strength,
                               kitchen_pairs, kitchen_for, elder_pairs, teen_pairs, aid_for, pairs, pair_client, pair_helper, pair_service, pair_since, pair_draw,
                               count_pairs, pairing):
    """Pairs in which somebody moved, lapsed or is no longer meant end; neighbours without a helper are matched."""
    pairing = pairing[0]
    places = (int(kitchen_pairs[0]), int(elder_pairs[0]), int(teen_pairs[0]))
    if pairs[0] == 0 and places[0] + places[1] + places[2] <= 0:
        return
    now = week[0]
    key_turn, key_match = key_of(seed[0], TURN, now), key_of(seed[0], MATCH, now)
    residents, grids = tier.size, grid_first.size - 1
    standing = np.zeros((3, residents), np.uint8)
    clients_of = np.zeros(residents, np.uint8)
    free, line, turn = np.empty(residents, np.int32), np.empty(residents, np.int32), np.empty(residents, np.float64)
    used = np.zeros(3, np.int64)
    n = 0
    # the oldest pairs stand first in the table, so that fewer places end the youngest
    for p in range(pairs[0]):
        c, h, service = pair_client[p], pair_helper[p], pair_service[p]
        since = now - pair_since[p]
        stays = (
            tenure[c] > since
            and tenure[h] > since
            and may_be(service, age[h], tier[h])
            and _meant_for(service, c, kitchen_for, aid_for)
            and used[service] < places[service]
        )
        if not stays:
            count_pairs[1] += 1
            continue
        pair_client[n], pair_helper[n], pair_service[n], pair_since[n] = c, h, service, pair_since[p]
        standing[service, c] = 1
        clients_of[h] += 1
        used[service] += 1
        n += 1
    most = int(pairing.most_clients)
    # volunteers and those meant are few: they are looked through once, in the order of their grids, because residents lie so
    volunteers, those_meant, n_volunteers, n_meant = np.empty(residents, np.int32), np.empty(residents, np.int32), 0, 0
    for i in range(residents):
        if tier[i] >= TASK:
            volunteers[n_volunteers] = i
            n_volunteers += 1
        if kitchen_for[i] > 0.0 or aid_for[i] > 0.0:
            those_meant[n_meant] = i
            n_meant += 1
    for service in range(3):
        left = places[service] - used[service]
        if left <= 0:
            continue
        able, first = 0, np.zeros(grids + 1, np.int64)
        for h in volunteers[:n_volunteers]:
            if may_be(service, age[h], tier[h]) and clients_of[h] < most and hours_limit[h] > 0.0:
                free[able] = h
                first[grid[h] + 1] += 1
                able += 1
        if able == 0:
            continue
        for g in range(grids):
            first[g + 1] += first[g]
        waiting = 0
        for c in those_meant[:n_meant]:
            if (
                _meant_for(service, c, kitchen_for, aid_for)
                and standing[service, c] == 0
                and (pairing.nearby == 1.0 or first[grid[c] + 1] > first[grid[c]])
            ):
                line[waiting], turn[waiting] = c, uniform(key_turn, key[c])
                waiting += 1
        for c in line[:waiting][np.argsort(turn[:waiting])]:
            if left <= 0 or n >= pair_client.size:
                break
            low, high = (first[grid[c]], first[grid[c] + 1]) if pairing.nearby == 0.0 else (0, able)
            best, nearest = -1, -1.0
            for x in range(low, high):
                h = free[x]
                if clients_of[h] < most and household[h] != household[c]:
                    s = slot_of(c, h, tie_first, degree, tie_other)
                    near = nearness(
                        tie_strength[s] if s >= 0 else 0.0, pairing.tie, uniform_pair(key_match, key[c], key[h])
                    )
                    if near > nearest:
                        nearest, best = near, h
            if best >= 0:
                pair_client[n], pair_helper[n], pair_service[n], pair_since[n] = c, best, service, now
                clients_of[best] += 1
                count_pairs[0] += 1
                n += 1
                left -= 1
    pairs[0] = n
    key_visit = key_of(seed[0], VISIT, now)
    for p in range(n):
        pair_draw[p] = uniform_pair(key_visit, key[pair_client[p]], key[pair_helper[p]])
        count_pairs[2 + pair_service[p]] += 1


@phase(writes=("hours", "hours_left", "services", "success", "last_served", "order_state", "order_server", "order_placed", "encounters", "met_one", "met_other",
               "met_hours", "count_visits_paid", "count_placed"))
def standing_helpers_come(week, tier, skill, hours, hours_left, services, success, last_served, pairs, pair_client, pair_helper, pair_service, pair_draw,
                          kitchen_kinds, aid_kinds, open_orders, order_key, order_state, order_kind, order_client, order_arose, order_placed, order_server,
                          kind_hours, kind_tier, kind_skill, kind_difficulty, skill_floor, encounters, met_one, met_other, met_hours, count_visits_paid,
                          count_placed, pairing):
    """Each standing helper who has the time comes, and serves an open need of the neighbour or spends some time there."""
    pairing = pairing[0]
    n = pairs[0]
    if n == 0:
        return
    now = week[0]
    # the open orders of each client, as chains
    head, following = np.full(tier.size, -1, np.int32), np.empty(open_orders[0], np.int32)
    for o in range(open_orders[0]):
        c = order_client[o]
        following[o], head[c] = head[c], o
    m = encounters[0]
    # helpers come in the order of their draws: one client may have two helpers, one helper two clients
    for p in np.argsort(pair_draw[:n]):
        if pair_draw[p] >= pairing.comes:
            break
        c, h, service = pair_client[p], pair_helper[p], pair_service[p]
        chosen = -1
        o = head[c]
        while o >= 0:
            k = order_kind[o]
            wanted = kitchen_kinds[k] > 0.0 if service == COOK else aid_kinds[k] > 0.0
            lowest = skill_asked_for(kind_skill[k], kind_difficulty[k], skill_floor[0])
            fits = tier[h] >= kind_tier[k] and skill[h] >= lowest and hours_left[h] >= kind_hours[k]
            if wanted and fits and (order_state[o] == HIDDEN or order_state[o] == PLACED):
                if (
                    chosen < 0
                    or order_arose[o] < order_arose[chosen]
                    or (order_arose[o] == order_arose[chosen] and order_key[o] < order_key[chosen])
                ):
                    chosen = o
            o = following[o]
        if chosen >= 0:
            if order_state[chosen] == HIDDEN:
                order_placed[chosen] = now
                count_placed[0] += 1
            order_state[chosen], order_server[chosen] = ACCEPTED, h
            hours_left[h] = max(hours_left[h] - kind_hours[order_kind[chosen]], 0.0)
            count_visits_paid[service] += 1
        elif service != COOK and hours_left[h] >= pairing.visit_hours and pairing.visit_hours > 0.0:
            # only time together: nothing is served, and yet they meet
            hours_left[h] -= pairing.visit_hours
            hours[h] += pairing.visit_hours
            services[h] += 1
            success[h] += skill[h]
            last_served[h] = now
            count_visits_paid[3] += 1
            if m < met_one.size:
                met_one[m], met_other[m], met_hours[m] = h, c, pairing.visit_hours
                m += 1
    encounters[0] = m
