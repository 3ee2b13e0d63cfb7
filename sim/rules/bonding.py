"""Bonding: shared hours make and strengthen ties, idle ties fade, neighbours get to know each other, ties end.

Per shared hour a tie closes the share `per_hour` of its gap to 1 (0.32, 0.50, 0.79 after 50, 90, 200 hours); slower
across origins, faster in a good atmosphere. An idle tie fades towards what everyday life sustains, an old one slower.

Where partners are `sociable`, who meets whom goes by how sociable both are, and the network is at rest: with m meetings
a person and week, each made tie ending with chance e (2 `ending`: either end lets it go) or when an end moves away
(chance d of its kind of tenure), a resident has 2 m sum over kinds a, b of p_a p_b / (e + d_a + d_b) such ties in a
large community, from the first week on if founders' ties are drawn as meetings of the past that lasted (network
`at_rest`). Newcomers begin with none.

Sources: hall2019, burt2000, mcpherson2001, hipp2009, suns2018, mollenhorst2009, huang2025 (A24, A31, A35)
"""

import numpy as np

from sim.engine.jit import AHEAD, compiled, law, prefetch
from sim.mathematics.chance import key_of, limit_of, share, stream, uniform, uniform_pair
from sim.mathematics.elementary import power
from sim.mathematics.sorting import highest
from sim.state.phase import phase
from sim.state.residents import NO_TIER
from sim.state.ties import NO_SLOT, end_tie, make_tie, prefetch_rests, prefetch_room, slot_of

PARTNER = stream("bonding.partner")
ENDING = stream("bonding.ending")
NOT_MET = -1
BARELY = 1e-4
"""A tie this little above its rest is at rest."""
IN_GRID, ANYWHERE = range(2)
ANYBODY, SOCIABLE = range(2)
HOUSEHOLD = 1.0
"""Strength at which the ties of a household rest: they do not end."""
BLOCK = 4096
"""Residents among whom those who meet are found, before the first of them meets: so that ties can be prefetched."""


@law
def strength_after(strength, per_hour, hours):
    """Strength of a tie after so many shared hours."""
    return 1.0 - (1.0 - strength) * power(1.0 - per_hour, hours)


@law
def gain_per_hour(alpha, same_origin, homophily, atmosphere, warmth, atmosphere_at_rest):
    """Share of the gap closed by an hour: slower across origins, faster in a good atmosphere."""
    gain = alpha * (1.0 if same_origin else homophily) * (1.0 + warmth * (atmosphere - atmosphere_at_rest))
    return 0.0 if gain < 0.0 else 1.0 if gain > 1.0 else gain


@law
def strength_idle(strength, rest, fading, age, half_age, weeks):
    """Strength after idle weeks: it fades to its rest, slower the older the tie (half as fast at `half_age`)."""
    return rest + power(1.0 - fading * half_age / (half_age + age), weeks) * (strength - rest)


@law
def fade(i, station, residents, ties, count, bonding):
    """The ties of i that are stronger than everyday life sustains fade; one that has faded away ends."""
    residents.lifted[i] = 0
    review = int(bonding.review)
    s = ties.first[i]
    while s < ties.first[i] + ties.degree[i]:
        if ties.strength[s] - ties.rest[s] > 0.0:
            age = station.week[0] - ties.born[s]
            ties.strength[s] = strength_idle(
                ties.strength[s], ties.rest[s], bonding.fading, age, bonding.half_age, review
            )
            if ties.strength[s] < bonding.weakest and ties.rest[s] == 0.0:
                count.ties[1] += 1
                end_tie(i, s, ties)
                continue
            if ties.strength[s] - ties.rest[s] < BARELY:
                ties.strength[s] = ties.rest[s]
            else:
                residents.lifted[i] = 1
        s += 1


@law
def meets(i, reach, residents, grids, levers, bonding, key_partner):
    """Whom i meets this week by their draw: one of the own grid, or of any, or nobody; to meet oneself is that too."""
    u, g = share(residents.luck_meeting[i]), residents.grid[i]
    meeting = bonding.meeting * residents.sociability[i]
    # where grids are brought together, a bit more of the same draw means meeting somebody of any grid
    if u >= meeting and u >= meeting + levers.cross_grid[g]:
        return NOT_MET
    low, high = grids.first[g], grids.first[g + 1]
    if bonding.meets_in == ANYWHERE or u >= meeting * (1.0 - bonding.abroad):
        low, high = 0, residents.tier.size
    if bonding.partner == SOCIABLE:
        return by_sociability(uniform(key_partner, residents.key[i]), low, high, reach)
    j = low + int(uniform(key_partner, residents.key[i]) * (high - low - 1))
    j += 1 if j >= i else 0
    return j if j < high else i


@law
def by_sociability(u, low, high, reach):
    """One of rows low to high - 1, the more sociable the likelier; `reach` adds up sociabilities from row to row."""
    aim = reach[low] + u * (reach[high] - reach[low])
    while high - low > 1:
        middle = (low + high) // 2
        if reach[middle] <= aim:
            low = middle
        else:
            high = middle
    return low


@law
def befriend(i, j, residents, ties, count, bonding, week_and_room, key_partner):
    """Two who meet and are not tied are acquainted from now on, or friends."""
    if slot_of(i, j, ties) == NO_SLOT:
        befriended = uniform_pair(key_partner, residents.key[i], residents.key[j]) < bonding.befriending
        usual = bonding.friendship if befriended else bonding.acquaintance
        now, most = week_and_room
        if make_tie(i, j, usual, usual, now, most, ties):
            count.ties[0] += 1


@law
def loses_a_tie(i, residents, ties, bonding):
    """Whether one of the ties of i ends this week: the likelier, the more there are."""
    may_end = ties.degree[i]
    if bonding.partner == SOCIABLE:
        may_end = 0
        for s in range(ties.first[i], ties.first[i] + ties.degree[i]):
            may_end += ties.rest[s] < HOUSEHOLD
    return share(residents.luck_meeting[i]) > 1.0 - bonding.ending * may_end


@law
def let_a_tie_go(i, residents, ties, count, key_ending):
    """Of the ties of i outside the household, the one of lowest draw ends."""
    lowest, at = 2.0, NO_SLOT
    for s in range(ties.first[i], ties.first[i] + ties.degree[i]):
        if ties.rest[s] < HOUSEHOLD:
            draw = uniform_pair(key_ending, residents.key[i], residents.key[ties.other[s]])
            if draw < lowest:
                lowest, at = draw, s
    if at != NO_SLOT:
        end_tie(i, at, ties)
        count.ties[1] += 1


@law
def grow_closer(i, j, hours, residents, grids, ties, count, bonding, week_and_room):
    """Two who shared hours grow closer; where there was no tie and they shared enough, one is made."""
    mood = 0.5 * (grids.atmosphere[residents.grid[i]] + grids.atmosphere[residents.grid[j]])
    alike = residents.origin[i] == residents.origin[j]
    gain = gain_per_hour(bonding.per_hour, alike, bonding.homophily, mood, bonding.warmth, bonding.atmosphere_at_rest)
    s = slot_of(i, j, ties)
    if s != NO_SLOT:
        ties.strength[s] = strength_after(ties.strength[s], gain, hours)
        ties.strength[slot_of(j, i, ties)] = ties.strength[s]
        residents.lifted[i], residents.lifted[j] = 1, 1
        return
    new = strength_after(0.0, gain, hours)
    now, most = week_and_room
    if new >= bonding.weakest and make_tie(i, j, new, 0.0, now, most, ties):
        residents.lifted[i], residents.lifted[j] = 1, 1
        count.ties[0] += 1


@phase
def ties_change(station, residents, grids, levers, ties, encounters, count, bonding):
    """Ties fade, neighbours meet, ties end, and those who shared hours grow closer."""
    now, most = station.week[0], station.room_for_made[0]
    key_partner, key_ending = key_of(station.seed[0], PARTNER, now), key_of(station.seed[0], ENDING, now)
    everybody = residents.tier.size
    reviewed = everybody if bonding.fading != 0.0 and now % int(bonding.review) == 0 else 0
    for i in range(reviewed):
        prefetch_lifted(i + 4 * AHEAD, reviewed, residents, ties)
        if residents.lifted[i] != 0:
            fade(i, station, residents, ties, count, bonding)
    one, other = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    bounds, reach = draws_that_matter(residents, levers, ties, bonding, most), added_up(residents, bonding)
    for start in range(0, everybody, BLOCK):
        n = whose_ties_may_change(
            start, bounds, residents, grids, levers, ties, bonding, (most, key_partner, reach), (one, other)
        )
        for m in range(n):
            prefetch_meeting(m, n, one, other, residents, ties)
            i, j = one[m], other[m]
            if residents.tier[j] == NO_TIER:
                continue
            if i != j:
                befriend(i, j, residents, ties, count, bonding, (now, most), key_partner)
            elif loses_a_tie(i, residents, ties, bonding):
                let_a_tie_go(i, residents, ties, count, key_ending)
    for m in range(station.encounters[0]):
        prefetch_encounter(m, station, encounters, residents, ties)
        i, j = encounters.one[m], encounters.other[m]
        if i != j:
            grow_closer(i, j, encounters.hours[m], residents, grids, ties, count, bonding, (now, most))
    station.encounters[0] = 0


# ---- the engineer's half: few meet anybody or let a tie go, and their ties lie far away in memory


@law
def draws_that_matter(residents, levers, ties, bonding, most):
    """Words of luck below which one may meet, and from which on a tie may end, whatever ties are made meanwhile."""
    meeting = bonding.meeting * highest(residents.sociability)
    return limit_of(meeting + highest(levers.cross_grid)), limit_of(
        1.0 - bonding.ending * (highest(ties.degree) + most)
    )


@compiled
def added_up(residents, bonding):
    """The sociability of everybody of 12 or more before a row, and of all; nothing where it does not matter."""
    reach = np.zeros(residents.tier.size + 1 if bonding.partner == SOCIABLE else 1)
    for i in range(reach.size - 1):
        reach[i + 1] = reach[i] + (residents.sociability[i] if residents.tier[i] != NO_TIER else 0.0)
    return reach


@compiled
def whose_ties_may_change(start, bounds, residents, grids, levers, ties, bonding, known, pairs):
    """Who of a block meets somebody or may lose a tie, whom they meet (themselves: nobody); and how many."""
    one, other = pairs
    most, key_partner, reach = known
    found, n = 0, 0
    for i in range(start, min(start + BLOCK, residents.tier.size)):
        one[found] = i
        found += int(residents.luck_meeting[i] < bounds[0]) | int(residents.luck_meeting[i] >= bounds[1])
    for m in range(found):
        if m + AHEAD < found:
            prefetch(one[m + AHEAD], residents.tier, residents.key, residents.grid, ties.degree)
        i = one[m]
        if residents.tier[i] == NO_TIER:
            continue
        j = meets(i, reach, residents, grids, levers, bonding, key_partner)
        if j == i:
            continue
        if j == NOT_MET:
            if share(residents.luck_meeting[i]) <= 1.0 - bonding.ending * (ties.degree[i] + most):
                continue  # not even with all the ties they may still make
            j = i
        one[n], other[n] = i, j
        n += 1
    return n


@compiled
def prefetch_lifted(i, end, residents, ties):
    """Fetch the ties of somebody whose turn to be reviewed comes later."""
    if i < end and residents.lifted[i] != 0:
        prefetch_rests(i, ties)


@compiled
def prefetch_meeting(m, n, one, other, residents, ties):
    """Fetch what later meetings look at."""
    if m + 2 * AHEAD < n:
        prefetch(other[m + 2 * AHEAD], residents.tier, ties.first, ties.degree, residents.key)
        prefetch(one[m + 2 * AHEAD], ties.first)
        prefetch_room(one[m + AHEAD], ties)
        prefetch_room(other[m + AHEAD], ties)


@compiled
def prefetch_encounter(m, station, encounters, residents, ties):
    """Fetch what later encounters look at; who serves meets many, and forgets the weakest tie for a new one."""
    if m + 2 * AHEAD < station.encounters[0]:
        for k in (encounters.one[m + 2 * AHEAD], encounters.other[m + 2 * AHEAD]):
            prefetch(k, ties.first, ties.degree, residents.origin, residents.grid, residents.lifted)
        for k in (encounters.one[m + AHEAD], encounters.other[m + AHEAD]):
            prefetch_room(k, ties)
        prefetch(ties.first[encounters.one[m + AHEAD]], ties.strength)
