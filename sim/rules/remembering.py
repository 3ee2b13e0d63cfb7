"""Remembering: on Monday last week becomes memory, everyone receives the luck of the week and looks around.

Atmosphere is the descriptive norm of a grid: an exponential memory of visible activity, weighted by tier, so that
one hour of a substantive participant is seen more than one hour of an assigned task.

Satisfaction acts on hours, not on staying: that is what the first year of volunteers shows.

Sources: davis2003, huang2025 (A23, A24), salmon2011
"""

from math import exp

import numpy as np

from sim.chance import NOBODY, key_of, stream, words
from sim.compiling import AHEAD, soon
from sim.law import law
from sim.odds import remembered
from sim.phase import phase
from sim.ties import mood_around, ties_soon

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


@phase(writes=("tenure", "hours", "hours_assigned", "hours_public", "hours_left", "hours_year", "hours_past_year", "success", "services",
               "notified", "met", "needs_year", "met_year", "needs_past_year", "met_past_year", "luck_asked", "luck_rung", "luck_life", "luck_meeting", "atmosphere", "activity", "project_hours", "public_hours", "public_workers", "participants", "taking_part", "count_hours_offered"))
def the_week_is_remembered(seed, week, key, age, tier, tenure, hours_limit, satisfaction, away, hours, hours_assigned, hours_public, hours_left, hours_year,
                           hours_past_year, success, services, notified, met, needs_year, met_year, needs_past_year, met_past_year, luck_asked, luck_rung, luck_life, luck_meeting, grid_first, atmosphere, activity,
                           project_hours, public_hours, public_workers, participants, taking_part, example, kind_hours, count_hours_offered, remembering):
    """Time passes, last week becomes memory, and each resident receives four draws of luck."""
    remembering = remembering[0]
    key_now = key_of(seed[0], LUCK, week[0])
    words(key_now, key, 0, key.size, NOBODY, luck_asked, luck_rung, luck_life, luck_meeting)
    new_year = week[0] % YEAR == 0
    longest = kind_hours.max() if kind_hours.size > 0 else 0.0
    n = 0
    for i in range(key.size):
        tenure[i] += 1
        if met[i] > 0:
            met_year[i] += met[i]
            met[i] = 0
        if new_year:
            hours_past_year[i], needs_past_year[i], met_past_year[i] = hours_year[i], needs_year[i], met_year[i]
            hours_year[i], needs_year[i], met_year[i] = 0.0, 0, 0
        if tier[i] >= 1:
            participants[n] = i
            n += 1
            of_tier = remembering.hours_task if tier[i] == 1 else remembering.hours_interest if tier[i] == 2 else 1.0
            free = hours_limit[i] * share_given(of_tier, satisfaction[i], remembering.satisfaction_at_rest, remembering.satisfaction)
            count_hours_offered[0] += free
            # free hours can be saved up, at least for the longest service
            hours_left[i] = min(hours_left[i] + free, max(remembering.weeks_saved * free, longest))
            hours[i], hours_assigned[i], hours_public[i], success[i], services[i], notified[i] = 0.0, 0.0, 0.0, 0.0, 0, 0
        elif hours_left[i] > 0.0 or hours[i] > 0.0 or notified[i] > 0:
            hours_left[i], hours[i], hours_assigned[i], hours_public[i], success[i], services[i], notified[i] = 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0
    taking_part[0] = n
    for g in range(atmosphere.size):
        heads = grid_first[g + 1] - grid_first[g]
        if heads > 0:
            shown = atmosphere_shown((activity[g] + example[g]) / heads, remembering.activity_scale)
            atmosphere[g] = remembered(atmosphere[g], shown, remembering.atmosphere_rate)
        activity[g], project_hours[g], public_hours[g], public_workers[g] = 0.0, 0.0, 0.0, 0


@phase(writes=("around_strength", "around_active", "around_above", "active_ties", "ties_above", "around_identity", "around_efficacy"))
def residents_look_around(week, tier, identity, efficacy, tie_first, degree, tie_other, tie_strength, around_strength, around_active, around_above,
                          active_ties, ties_above, around_identity, around_efficacy, participants, taking_part, well_mixed, remembering):
    """Each resident sees who around them takes part, and how the people they are tied to feel."""
    remembering = remembering[0]
    if well_mixed[0]:
        counts, sum_identity, sum_efficacy = np.zeros(4, np.int64), 0.0, 0.0
        for i in range(tier.size):
            if tier[i] >= 0:
                counts[tier[i]] += 1
                sum_identity += identity[i]
                sum_efficacy += efficacy[i] if tier[i] >= 1 else 0.0
        everyone = counts[0] + counts[1] + counts[2] + counts[3]
        for i in range(tier.size):
            t = tier[i]
            if t >= 0:
                taking_part = everyone - counts[0] - (1 if t >= 1 else 0)
                above = 0
                for k in range(t + 1, 4):
                    above += counts[k]
                around_strength[i], around_active[i], around_above[i] = everyone - 1, taking_part, above
                active_ties[i], ties_above[i] = taking_part, above
                around_identity[i] = (sum_identity - identity[i]) / (everyone - 1) if everyone > 1 else 0.0
                around_efficacy[i] = (sum_efficacy - (efficacy[i] if t >= 1 else 0.0)) / taking_part if taking_part > 0 else 0.0
        return
    # the widest loop of the week: the mood around one is taken in only every so many weeks
    if week[0] % int(remembering.mood_every) == 0:
        for i in range(tier.size):
            around_strength[i], around_identity[i] = mood_around(i, identity, tie_first, degree, tie_other, tie_strength)
    around_active[:], around_efficacy[:], active_ties[:] = 0.0, 0.0, 0
    actors = participants[: taking_part[0]]
    for i in actors:
        around_above[i], ties_above[i] = 0.0, 0
    # participants are few: each is seen by those tied to them
    for x in range(actors.size):
        j = actors[x]
        if x + 2 * AHEAD < actors.size:
            soon(actors[x + 2 * AHEAD], tie_first, degree)
            ties_soon(actors[x + AHEAD], tie_first, tie_other, tie_strength)
        for s in range(tie_first[j], tie_first[j] + degree[j]):
            i, w = tie_other[s], tie_strength[s]
            around_active[i] += w
            around_efficacy[i] += w * efficacy[j]
            active_ties[i] += 1
            if tier[i] >= 1 and tier[j] > tier[i]:
                around_above[i] += w
                ties_above[i] += 1
    # whoever takes part is above a bystander
    for i in range(tier.size):
        if tier[i] < 1:
            around_above[i], ties_above[i] = around_active[i], active_ties[i]
    for i in range(tier.size):
        around_efficacy[i] /= around_active[i] if around_active[i] > 0.0 else np.float32(1.0)


@phase(writes=("activity", "hours_year", "count_hours", "count_active_week"))
def activity_is_seen(participants, taking_part, tier, grid, hours, hours_year, activity, count_hours, count_active_week, remembering):
    """The hours that everybody gave are added up and seen by the grid, the higher tiers more."""
    remembering = remembering[0]
    seen = (0.0, remembering.seen_1, remembering.seen_2, remembering.seen_3)
    for i in participants[: taking_part[0]]:
        if hours[i] > 0.0:
            hours_year[i] += hours[i]
            activity[grid[i]] += seen[tier[i]] * hours[i]
            count_hours[tier[i]] += hours[i]
            count_active_week[0] += 1
