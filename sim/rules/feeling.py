"""Feeling: identity, fatigue, satisfaction, habit and well-being move, each towards what the week was like.

Identity grows with hours of service, more at higher tiers; fatigue comes from hours above one's comfort and from calls;
well-being is a process that adjusts toward a target, not a score.

Sources: callero1985, grube2000, demerouti2001, davis2003, huang2025 (A21, A25, A77-A80)
"""

import numpy as np

from sim.law import law
from sim.odds import within
from sim.phase import phase

BARELY = 1e-6
"""Less fatigue or habit than this is none."""


@law
def identity_after(identity, gain, hours, influence, around, fading, home):
    """Identity after a week: service raises it, tied people pull it towards theirs, and it returns to its home."""
    return within(identity + gain * hours * (1.0 - identity) + influence * (around - identity) - fading * (identity - home))


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
    return within(p.wellbeing_rest + p.wellbeing_met * met - p.wellbeing_unmet * unmet + p.wellbeing_serving * served
                  + p.wellbeing_cohesion * (around_identity - p.identity_reference) + p.wellbeing_place * (condition - p.condition_reference))


@phase(writes=("identity", "fatigue", "satisfaction", "habit", "wellbeing", "assigned"))
def feelings_change(tier, grid_first, identity, identity_home, fatigue, satisfaction, habit, wellbeing, assigned, hours, hours_assigned, hours_limit, services, success, notified,
                    met, unmet_weeks, around_identity, around_strength, condition, recognition, participants, taking_part, feeling):
    """Identity, fatigue, satisfaction, habit and well-being change with what the week brought."""
    feeling = feeling[0]
    gain_1, gain_2, gain_3, influence, fading = feeling.identity_gain_1, feeling.identity_gain_2, feeling.identity_gain_3, feeling.influence, feeling.identity_fading
    # One feeling after the other, and nobody is asked which way to go: rates of 0 stand in the place of questions, so that the
    # processor takes several residents at once. The feelings of children stay as they are.
    for i in range(tier.size):
        k, h = tier[i], hours[i]
        gain = gain_1 if k == 1 else gain_2 if k == 2 else gain_3
        grown = 1.0 if k >= 0 else 0.0
        identity[i] = identity_after(identity[i], gain if h > 0.0 else 0.0, h, grown * influence if around_strength[i] > 0.0 else 0.0, around_identity[i], grown * fading,
                                     identity_home[i])
    for i in range(tier.size):
        tired = np.float32(fatigue_after(fatigue[i], feeling.recovery, hours[i], feeling.comfort * hours_limit[i], feeling.hour_cost, notified[i], feeling.call_cost))
        tired = tired if tired >= BARELY else np.float32(0.0)
        fatigue[i] = tired if tier[i] >= 0 else fatigue[i]
    for i in range(tier.size):
        usual = np.float32(towards(habit[i], 1.0 if hours[i] > 0.0 else 0.0, feeling.habit_rate))
        usual = usual if usual >= BARELY else np.float32(0.0)
        habit[i] = usual if tier[i] >= 0 else habit[i]
    for g in range(condition.size):
        for i in range(np.uint64(grid_first[g]), np.uint64(grid_first[g + 1])):
            served = 1.0 if hours[i] > 0.0 else 0.0
            wellbeing[i] = towards(wellbeing[i], wellbeing_target(feeling, met[i], unmet_weeks[i], served, around_identity[i], condition[g]), feeling.wellbeing_rate)
    for i in participants[: taking_part[0]]:
        if services[i] > 0:
            share_assigned = hours_assigned[i] / hours[i] if hours[i] > 0.0 else 0.0
            experience = within(success[i] / services[i] - feeling.assigned_cost * share_assigned + feeling.thanks * recognition[i])
            satisfaction[i] = towards(satisfaction[i], experience, feeling.satisfaction_rate)
            assigned[i] = towards(assigned[i], share_assigned, feeling.assigned_memory)
