"""Feeling: identity, fatigue, satisfaction, habit and well-being move, each towards what the week was like.

Identity grows with hours of service, more at higher tiers; fatigue comes from hours above one's comfort and from calls;
well-being is a process that adjusts toward a target, not a score.

Sources: callero1985, grube2000, demerouti2001, davis2003, huang2025 (A21, A25, A77-A80)
"""

import numpy as np

from sim.engine.jit import law
from sim.mathematics.odds import by_tier, within
from sim.state.phase import phase
from sim.state.residents import BYSTANDER, hours_that_count, who_takes_part

BARELY = 1e-6
"""Less fatigue or habit than this is none."""


@law
def identity_after(identity, gain, hours, influence, around, fading, home):
    """Identity after a week: service raises it, tied people pull it towards theirs, and it returns to its home."""
    service = gain * hours * (1.0 - identity)
    return within(identity + service + influence * (around - identity) - fading * (identity - home))


@law
def fatigue_after(fatigue, recovery, hours, comfort, hour_cost, calls, call_cost):
    """Fatigue after a week: rest recovers, hours above comfort and calls add."""
    over = hours - comfort if hours > comfort else 0.0
    return within((1.0 - recovery) * fatigue + hour_cost * over + call_cost * calls)


@law
def towards(x, target, rate):
    """A process that closes the share `rate` of its gap to a target each week."""
    return within(x + rate * (target - x))


@law
def wellbeing_target(p, met, unmet_weeks, served, around_identity, condition):
    """What well-being adjusts to: met and unmet needs, own service, cohesion around one, the state of the place."""
    most = p.most_unmet_weeks
    unmet = unmet_weeks if unmet_weeks < most else most
    needs = p.wellbeing_rest + p.wellbeing_met * met - p.wellbeing_unmet * unmet
    cohesion = p.wellbeing_cohesion * (around_identity - p.identity_reference)
    place = p.wellbeing_place * (condition - p.condition_reference)
    return within(needs + p.wellbeing_serving * served + cohesion + place)


@law
def has_served(i, residents):
    """1 for a resident who gave hours this week, else 0."""
    return 1.0 if residents.hours[i] > 0.0 else 0.0


@law
def or_none(x):
    """A feeling as it is stored (seven digits); so little that nobody would notice is none."""
    stored = np.float32(x)
    return stored if stored >= BARELY else np.float32(0.0)


@law
def grown(i, residents):
    """1 for a resident of 12 or more, 0 for a child, whose feelings stay as they are."""
    return 1.0 if residents.tier[i] >= BYSTANDER else 0.0


@law
def identity_of_next_week(i, residents, feeling, assigning):
    """Identity of a resident after the week; nobody is pulled who has no ties."""
    of_tier = by_tier(residents.tier[i], feeling.identity_gain_1, feeling.identity_gain_2, feeling.identity_gain_3)
    gain = of_tier if residents.hours[i] > 0.0 else 0.0
    fading, influence = grown(i, residents) * feeling.identity_fading, grown(i, residents) * feeling.influence
    influence = influence if residents.around_strength[i] > 0.0 else 0.0
    hours, around, home = (
        hours_that_count(i, residents, assigning),
        residents.around_identity[i],
        residents.identity_home[i],
    )
    return identity_after(residents.identity[i], gain, hours, influence, around, fading, home)


@law
def fatigue_of_next_week(i, residents, feeling):
    """Fatigue of a resident after a week of calls and of hours beyond what is comfortable."""
    recovery, comfort = grown(i, residents) * feeling.recovery, feeling.comfort * residents.hours_limit[i]
    fatigue, hours, calls = residents.fatigue[i], residents.hours[i], residents.notified[i]
    return or_none(fatigue_after(fatigue, recovery, hours, comfort, feeling.hour_cost, calls, feeling.call_cost))


@law
def habit_of_next_week(i, residents, feeling):
    """Habit of a resident after a week with or without service."""
    rate = grown(i, residents) * feeling.habit_rate
    return or_none(towards(residents.habit[i], has_served(i, residents), rate))


@law
def wellbeing_of_next_week(i, condition, residents, feeling):
    """Well-being of a resident after the week, in a grid whose facilities are in this condition."""
    met, unmet, around = residents.met[i], residents.unmet_weeks[i], residents.around_identity[i]
    target = wellbeing_target(feeling, met, unmet, has_served(i, residents), around, condition)
    return towards(residents.wellbeing[i], target, feeling.wellbeing_rate)


@law
def share_assigned(i, residents):
    """Share of a volunteer's hours this week that tasks from above took."""
    return residents.hours_assigned[i] / residents.hours[i] if residents.hours[i] > 0.0 else 0.0


@law
def experience(i, residents, levers, feeling):
    """How the week's services were for a volunteer (0-1): success, less what assigned work costs, and thanks."""
    success = residents.success[i] / residents.services[i]
    cost = feeling.assigned_cost * share_assigned(i, residents)
    return within(success - cost + feeling.thanks * levers.recognition[i])


@phase
def feelings_change(station, residents, grids, levers, feeling, assigning):
    """Identity, fatigue, satisfaction, habit and well-being change with what the week brought."""
    # one feeling after the other, and rates of 0 instead of branches: so the processor takes several residents at once
    for i in range(residents.tier.size):
        residents.identity[i] = identity_of_next_week(i, residents, feeling, assigning)
    for i in range(residents.tier.size):
        residents.fatigue[i] = fatigue_of_next_week(i, residents, feeling)
    for i in range(residents.tier.size):
        residents.habit[i] = habit_of_next_week(i, residents, feeling)
    for g in range(grids.condition.size):
        for i in range(grids.first[g], grids.first[g + 1]):
            residents.wellbeing[i] = wellbeing_of_next_week(i, grids.condition[g], residents, feeling)
    for i in who_takes_part(residents, station):
        if residents.services[i] > 0:
            felt = experience(i, residents, levers, feeling)
            residents.satisfaction[i] = towards(residents.satisfaction[i], felt, feeling.satisfaction_rate)
            assigned = share_assigned(i, residents)
            residents.assigned[i] = towards(residents.assigned[i], assigned, feeling.assigned_memory)
