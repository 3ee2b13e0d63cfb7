"""Remembering: on Monday last week becomes memory, everyone receives the luck of the week and looks around.

Atmosphere is the descriptive norm of a grid: an exponential memory of visible activity, weighted by tier, so that
one hour of a substantive participant is seen more than one hour of an assigned task.

Satisfaction acts on hours, not on staying: that is what the first year of volunteers shows.

Sources: davis2003, huang2025 (A23, A24), salmon2011
"""

import numpy as np

from sim.engine.jit import AHEAD, compiled, law, prefetch
from sim.mathematics.chance import NOBODY, key_of, stream, words
from sim.mathematics.elementary import exp
from sim.mathematics.odds import by_tier, remembered
from sim.state.phase import phase
from sim.state.residents import BYSTANDER, SUBSTANTIVE, TASK, hours_that_count, who_takes_part
from sim.state.ties import mood_around, prefetch_in_turn, prefetch_strengths

LUCK = stream("resident.week")
YEAR = 52


@law
def atmosphere_shown(activity_per_head, scale):
    """Atmosphere that a steady activity (tier-weighted hours a head and week) would show: 0 for none, towards 1."""
    return 1.0 - exp(-activity_per_head / scale)


@law
def share_given(of_tier, satisfaction, at_rest, more):
    """Share of the hours one could give that one gives: by tier, and more when satisfied."""
    given = of_tier * (1.0 + more * (satisfaction - at_rest))
    return 0.0 if given < 0.0 else 1.0 if given > 1.0 else given


@law
def free_hours(i, residents, remembering):
    """Hours that a participant is ready to give this week."""
    of_tier = by_tier(residents.tier[i], remembering.hours_task, remembering.hours_interest, 1.0)
    given = share_given(of_tier, residents.satisfaction[i], remembering.satisfaction_at_rest, remembering.satisfaction)
    return residents.hours_limit[i] * given


@law
def hours_to_spend(i, longest, residents, remembering):
    """Free hours with those left of the weeks before: they can be saved up, at least for the longest service."""
    free = free_hours(i, residents, remembering)
    return min(residents.hours_left[i] + free, max(remembering.weeks_saved * free, longest))


@law
def remember_needs_met(i, residents):
    """The needs of last week that were met become part of the year."""
    residents.met_year[i] += residents.met[i]
    residents.met[i] = 0


@law
def begin_a_year(i, residents):
    """The year that has ended becomes the past year."""
    residents.hours_past_year[i], residents.hours_year[i] = residents.hours_year[i], 0.0
    residents.needs_past_year[i], residents.needs_year[i] = residents.needs_year[i], 0
    residents.met_past_year[i], residents.met_year[i] = residents.met_year[i], 0


@law
def begin_a_week_of_service(i, residents):
    """What a resident did last week is done with."""
    residents.hours[i], residents.hours_assigned[i], residents.hours_public[i] = 0.0, 0.0, 0.0
    residents.success[i], residents.services[i], residents.notified[i] = 0.0, 0, 0
    residents.hours_kept[i] = 0.0


@law
def has_served_lately(i, residents):
    """Whether something is left of a week of service, though somebody may not take part any more."""
    return residents.hours_left[i] > 0.0 or residents.hours[i] > 0.0 or residents.notified[i] > 0


@law
def remember_activity(g, grids, levers, remembering):
    """The atmosphere of a grid moves towards what last week's activity and the example of policies showed."""
    heads = grids.people[g]
    if heads > 0:
        shown = atmosphere_shown((grids.activity[g] + levers.example[g]) / heads, remembering.activity_scale)
        grids.atmosphere[g] = remembered(grids.atmosphere[g], shown, remembering.atmosphere_rate)
    grids.activity[g], grids.project_hours[g], grids.public_hours[g], grids.public_workers[g] = 0.0, 0.0, 0.0, 0


@phase
def the_week_is_remembered(station, residents, grids, kinds, levers, count, remembering):
    """Time passes, last week becomes memory, and each resident receives four draws of luck."""
    draw_luck(key_of(station.seed[0], LUCK, station.week[0]), residents)
    new_year, longest, taking_part = station.week[0] % YEAR == 0, longest_service(kinds), 0
    for i in range(residents.tier.size):
        residents.tenure[i] += 1
        remember_needs_met(i, residents)
    for i in range(residents.tier.size if new_year else 0):
        begin_a_year(i, residents)
    for i in range(residents.tier.size):
        if residents.tier[i] >= TASK:
            residents.participants[taking_part] = i
            taking_part += 1
            count.hours_offered[0] += free_hours(i, residents, remembering)
            residents.hours_left[i] = hours_to_spend(i, longest, residents, remembering)
            begin_a_week_of_service(i, residents)
        elif has_served_lately(i, residents):
            residents.hours_left[i] = 0.0
            begin_a_week_of_service(i, residents)
    station.taking_part[0] = taking_part
    for g in range(grids.atmosphere.size):
        remember_activity(g, grids, levers, remembering)


@law
def be_seen(j, residents, ties):
    """A participant is seen by everybody tied to them, and as somebody above by participants of a lower tier."""
    for s in range(ties.first[j], ties.first[j] + ties.degree[j]):
        i, strength = ties.other[s], ties.strength[s]
        residents.around_active[i] += strength
        residents.around_efficacy[i] += strength * residents.efficacy[j]
        residents.active_ties[i] += 1
        if residents.tier[j] == SUBSTANTIVE:
            residents.around_substantive[i] += strength
        if residents.tier[i] >= TASK and residents.tier[j] > residents.tier[i]:
            residents.around_above[i] += strength
            residents.ties_above[i] += 1


@law
def share_across(i, residents, ties):
    """Share of the strength of the ties of i that joins them to another origin; 0 without ties."""
    of_all, across = 0.0, 0.0
    for s in range(ties.first[i], ties.first[i] + ties.degree[i]):
        of_all += ties.strength[s]
        across += ties.strength[s] if residents.origin[ties.other[s]] != residents.origin[i] else 0.0
    return across / of_all if of_all > 0.0 else 0.0


@phase
def residents_look_around(station, residents, ties, remembering, deciding):
    """Each resident sees who around them takes part, and how the people they are tied to feel."""
    if station.well_mixed[0]:
        look_at_everybody(residents)
        return
    # the widest loop of the week: the mood around one is taken in only every so many weeks
    if station.week[0] % int(remembering.mood_every) == 0:
        for i in range(residents.tier.size):
            prefetch_in_turn(i, ties)
            residents.around_strength[i], residents.around_identity[i] = mood_around(i, residents, ties)
        if deciding.across != 0.0:
            for i in range(residents.tier.size):
                residents.around_across[i] = share_across(i, residents, ties)
    seen = who_takes_part(residents, station)
    see_nobody_yet(seen, residents)
    # participants are few: each is seen by those tied to them
    for x in range(seen.size):
        prefetch_seen(x, seen, ties)
        be_seen(seen[x], residents, ties)
    look_up(residents)


@phase
def activity_is_seen(station, residents, grids, count, remembering, assigning):
    """The hours that everybody gave are added up and seen by the grid, the higher tiers more."""
    for i in who_takes_part(residents, station):
        if residents.hours[i] > 0.0:
            k = residents.tier[i]
            residents.hours_year[i] += residents.hours[i]
            weight = by_tier(k, remembering.seen_1, remembering.seen_2, remembering.seen_3)
            grids.activity[residents.grid[i]] += weight * hours_that_count(i, residents, assigning)
            count.hours[k] += residents.hours[i]
            count.active_week[0] += 1


# ---- the engineer's half: draws for all at once, the well-mixed limit in sums, and ties that lie far away in memory


@compiled
def draw_luck(key, residents):
    """Four words of luck for each resident, from one draw."""
    asked, rung, life, meeting = residents.luck_asked, residents.luck_rung, residents.luck_life, residents.luck_meeting
    words(key, residents.key, 0, residents.key.size, NOBODY, asked, rung, life, meeting)


@compiled
def longest_service(kinds):
    """Hours that the longest service takes; 0 without services."""
    return kinds.hours.max() if kinds.hours.size > 0 else 0.0


@compiled
def see_nobody_yet(participants, residents):
    """Before participants are seen one after the other, nobody has seen anybody."""
    residents.around_active[:], residents.around_efficacy[:], residents.active_ties[:] = 0.0, 0.0, 0
    residents.around_substantive[:] = 0.0
    for i in participants:
        residents.around_above[i], residents.ties_above[i] = 0.0, 0


@compiled
def look_up(residents):
    """Whoever takes part is above a bystander; the efficacy around one is a mean over those who take part."""
    tier, active_ties, ties_above = residents.tier, residents.active_ties, residents.ties_above
    active, above, efficacy = residents.around_active, residents.around_above, residents.around_efficacy
    for i in range(tier.size):
        if tier[i] < TASK:
            above[i], ties_above[i] = active[i], active_ties[i]
    for i in range(tier.size):
        efficacy[i] /= active[i] if active[i] > 0.0 else np.float32(1.0)


@compiled
def look_at_everybody(residents):
    """Where all count as tied to all: each sees all others, from sums over everybody of 12 or more."""
    in_tier, sum_identity, sum_efficacy = np.zeros(SUBSTANTIVE + 1, np.int64), 0.0, 0.0
    for i in range(residents.tier.size):
        if residents.tier[i] >= BYSTANDER:
            in_tier[residents.tier[i]] += 1
            sum_identity += residents.identity[i]
            sum_efficacy += residents.efficacy[i] if residents.tier[i] >= TASK else 0.0
    everybody = in_tier.sum()
    for i in range(residents.tier.size):
        k = residents.tier[i]
        if k >= BYSTANDER:
            others, above = everybody - 1, in_tier[k + 1 :].sum()
            active = everybody - in_tier[BYSTANDER] - (1 if k >= TASK else 0)
            residents.around_strength[i], residents.around_active[i], residents.around_above[i] = others, active, above
            residents.active_ties[i], residents.ties_above[i] = active, above
            residents.around_substantive[i] = in_tier[SUBSTANTIVE] - (1 if k == SUBSTANTIVE else 0)
            residents.around_identity[i] = (sum_identity - residents.identity[i]) / others if others > 0 else 0.0
            own = residents.efficacy[i] if k >= TASK else 0.0
            residents.around_efficacy[i] = (sum_efficacy - own) / active if active > 0 else 0.0


@compiled
def prefetch_seen(x, participants, ties):
    """Fetch the ties of participants whose turn comes later."""
    if x + 2 * AHEAD < participants.size:
        prefetch(participants[x + 2 * AHEAD], ties.first, ties.degree)
        prefetch_strengths(participants[x + AHEAD], ties)
