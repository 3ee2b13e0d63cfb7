"""Bonding: shared hours make and strengthen ties, idle ties fade, neighbours get to know each other, ties end.

Per shared hour a tie closes the share `per_hour` of its gap to 1 (0.32, 0.50, 0.79 after 50, 90, 200 hours); slower
across origins, faster in a good atmosphere. An idle tie fades towards what everyday life sustains, an old one slower.

Sources: hall2019, burt2000, mcpherson2001, huang2025 (A24, A31, A35)
"""

import numpy as np

from sim.chance import key_of, limit_of, share, stream, uniform, uniform_pair
from sim.compiling import AHEAD, soon
from sim.law import law
from sim.order import highest
from sim.phase import phase
from sim.old_ties import end_tie, make_tie, room_soon, slot_of, ties_soon

PARTNER = stream("bonding.partner")
ENDING = stream("bonding.ending")
BARELY = 1e-4
"""A tie this little above its rest is at rest."""
STRETCH = 4096
"""Residents among whom those who meet are found, before the first of them meets: so that ties can be sent for ahead."""


@law
def strength_after(strength, per_hour, hours):
    """Strength of a tie after so many shared hours."""
    return 1.0 - (1.0 - strength) * (1.0 - per_hour) ** hours


@law
def gain_per_hour(alpha, same_origin, homophily, atmosphere, warmth, atmosphere_at_rest):
    """Share of the gap closed by an hour: slower across origins, faster in a good atmosphere."""
    gain = alpha * (1.0 if same_origin else homophily) * (1.0 + warmth * (atmosphere - atmosphere_at_rest))
    return 0.0 if gain < 0.0 else 1.0 if gain > 1.0 else gain


@law
def strength_idle(strength, rest, fading, age, half_age, weeks):
    """Strength after so many idle weeks: it fades towards its rest, slower the older the tie (half as fast at `half_age`)."""
    return rest + (1.0 - fading * half_age / (half_age + age)) ** weeks * (strength - rest)


@phase(writes=("degree", "tie_other", "tie_strength", "tie_rest", "tie_born", "lifted", "encounters", "count_ties"))
def ties_change(seed, week, key, tier, grid, origin, age, luck_meeting, grid_first, atmosphere, cross_grid, tie_first, degree, tie_other, tie_strength, tie_rest, tie_born,
                lifted, encounters, met_one, met_other, met_hours, room_for_made, count_ties, bonding):
    """Ties fade, neighbours meet, ties end, and those who shared hours grow closer."""
    bonding = bonding[0]
    now = week[0]
    most = room_for_made[0]
    review = int(bonding.review)
    key_partner, key_ending = key_of(seed[0], PARTNER, now), key_of(seed[0], ENDING, now)
    residents = tier.size
    reviewed = residents if bonding.fading != 0.0 and now % review == 0 else 0
    for i in range(reviewed):
        later = i + 4 * AHEAD
        if later < reviewed and lifted[later] != 0:
            ties_soon(later, tie_first, tie_strength, tie_rest)
        if lifted[i] == 0:
            continue
        lifted[i] = 0
        s = tie_first[i]
        while s < tie_first[i] + degree[i]:
            above = tie_strength[s] - tie_rest[s]
            if above > 0.0:
                tie_strength[s] = strength_idle(tie_strength[s], tie_rest[s], bonding.fading, now - tie_born[s], bonding.half_age, review)
                if tie_strength[s] < bonding.weakest and tie_rest[s] == 0.0:
                    count_ties[1] += 1
                    end_tie(i, s, tie_first, degree, tie_other, tie_strength, tie_rest, tie_born)
                    continue
                if tie_strength[s] - tie_rest[s] < BARELY:
                    tie_strength[s] = tie_rest[s]
                else:
                    lifted[i] = 1
            s += 1
    # few meet anybody or let a tie go: one look at the draw tells, however many ties are made meanwhile
    meets = limit_of(bonding.meeting + highest(cross_grid))
    ends = limit_of(1.0 - bonding.ending * (highest(degree) + most))
    one, other = np.empty(STRETCH, np.int32), np.empty(STRETCH, np.int32)
    for start in range(0, residents, STRETCH):
        found = 0
        for i in range(start, min(start + STRETCH, residents)):
            one[found] = i
            found += int(luck_meeting[i] < meets) | int(luck_meeting[i] >= ends)
        n = 0
        for m in range(found):
            i = one[m]
            if m + AHEAD < found:
                soon(one[m + AHEAD], tier, key, grid, degree)
            if tier[i] < 0:
                continue
            u = share(luck_meeting[i])
            j = i
            # where grids are brought together, a bit more of the same draw means meeting somebody of any grid
            abroad = u >= bonding.meeting and u < bonding.meeting + cross_grid[grid[i]]
            if u < bonding.meeting or abroad:
                low, high = grid_first[grid[i]], grid_first[grid[i] + 1]
                if bonding.meets_in == 1.0 or abroad:
                    low, high = 0, residents
                j = low + int(uniform(key_partner, key[i]) * (high - low - 1))
                j += 1 if j >= i else 0
                if j >= high:
                    continue
            elif u <= 1.0 - bonding.ending * (degree[i] + most):
                continue  # not even with all the ties they may still make
            one[n], other[n] = i, j
            n += 1
        for m in range(n):
            i, j = one[m], other[m]
            if m + 2 * AHEAD < n:
                soon(other[m + 2 * AHEAD], tier, tie_first, degree, key)
                soon(one[m + 2 * AHEAD], tie_first)
                room_soon(one[m + AHEAD], tie_first, degree, tie_other, tie_strength, tie_rest, tie_born)
                room_soon(other[m + AHEAD], tie_first, degree, tie_other, tie_strength, tie_rest, tie_born)
            if tier[j] < 0:
                continue
            if i != j:
                if slot_of(i, j, tie_first, degree, tie_other) < 0:
                    usual = bonding.friendship if uniform_pair(key_partner, key[i], key[j]) < bonding.befriending else bonding.acquaintance
                    if make_tie(i, j, usual, usual, now, most, tie_first, degree, tie_other, tie_strength, tie_rest, tie_born):
                        count_ties[0] += 1
            elif share(luck_meeting[i]) > 1.0 - bonding.ending * degree[i]:
                # met nobody, and one of the own ties ends: the one of lowest keyed draw
                lowest, at = 2.0, -1
                for s in range(tie_first[i], tie_first[i] + degree[i]):
                    if tie_rest[s] < 1.0:
                        draw = uniform_pair(key_ending, key[i], key[tie_other[s]])
                        if draw < lowest:
                            lowest, at = draw, s
                if at >= 0:
                    end_tie(i, at, tie_first, degree, tie_other, tie_strength, tie_rest, tie_born)
                    count_ties[1] += 1
    for m in range(encounters[0]):
        i, j, hours = met_one[m], met_other[m], met_hours[m]
        # in a large community each of these is far away in memory, and they would be waited for one after the other
        if m + 2 * AHEAD < encounters[0]:
            for k in (met_one[m + 2 * AHEAD], met_other[m + 2 * AHEAD]):
                soon(k, tie_first, degree, origin, grid, lifted)
            for k in (met_one[m + AHEAD], met_other[m + AHEAD]):
                room_soon(k, tie_first, degree, tie_other, tie_strength, tie_rest, tie_born)
            # who serves meets many, and forgets the weakest tie for a new one
            soon(tie_first[met_one[m + AHEAD]], tie_strength)
        if i == j:
            continue
        gain = gain_per_hour(bonding.per_hour, origin[i] == origin[j], bonding.homophily, 0.5 * (atmosphere[grid[i]] + atmosphere[grid[j]]), bonding.warmth,
                             bonding.atmosphere_at_rest)
        s = slot_of(i, j, tie_first, degree, tie_other)
        if s >= 0:
            tie_strength[s] = strength_after(tie_strength[s], gain, hours)
            tie_strength[slot_of(j, i, tie_first, degree, tie_other)] = tie_strength[s]
            lifted[i], lifted[j] = 1, 1
        else:
            new = strength_after(0.0, gain, hours)
            if new >= bonding.weakest and make_tie(i, j, new, 0.0, now, most, tie_first, degree, tie_other, tie_strength, tie_rest, tie_born):
                lifted[i], lifted[j] = 1, 1
                count_ties[0] += 1
    encounters[0] = 0
