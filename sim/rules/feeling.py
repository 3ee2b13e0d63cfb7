"""Feeling: identity, fatigue, satisfaction, habit and well-being move, each towards what the week was like.

Identity grows with hours of service, more at higher tiers; fatigue comes from hours above one's comfort and from calls;
well-being is a process that adjusts toward a target, not a score.

Sources: callero1985, grube2000, demerouti2001, davis2003, huang2025 (A21, A25, A77-A80)
"""

from sim.law import law
from sim.odds import within
from sim.phase import phase


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
    unmet = unmet_weeks if unmet_weeks < p.most_unmet_weeks else p.most_unmet_weeks
    return within(p.wellbeing_rest + p.wellbeing_met * met - p.wellbeing_unmet * unmet + p.wellbeing_serving * served
                  + p.wellbeing_cohesion * (around_identity - p.identity_reference) + p.wellbeing_place * (condition - p.condition_reference))


@phase(writes=("identity", "fatigue", "satisfaction", "habit", "wellbeing", "assigned"))
def feelings_change(tier, grid, identity, identity_home, fatigue, satisfaction, habit, wellbeing, assigned, hours, hours_assigned, hours_limit, services, success, notified,
                    met, unmet_weeks, around_identity, around_strength, condition, recognition, feeling):
    """Identity, fatigue, satisfaction, habit and well-being change with what the week brought."""
    feeling = feeling[0]
    gains = (0.0, feeling.identity_gain_1, feeling.identity_gain_2, feeling.identity_gain_3)
    for i in range(tier.size):
        k, h = tier[i], hours[i]
        served = 1.0 if h > 0.0 else 0.0
        # children's identity stays: for them, rates of 0 stand in the place of a question, which costs more time
        grown = 1.0 if k >= 0 else 0.0
        identity[i] = identity_after(identity[i], gains[k] if h > 0.0 else 0.0, h, grown * feeling.influence if around_strength[i] > 0.0 else 0.0, around_identity[i],
                                     grown * feeling.identity_fading, identity_home[i])
        if (k >= 1) | (fatigue[i] > 0.0) | (habit[i] > 0.0):
            if k >= 0:
                fatigue[i] = fatigue_after(fatigue[i], feeling.recovery, h, feeling.comfort * hours_limit[i], feeling.hour_cost, notified[i], feeling.call_cost)
                habit[i] = towards(habit[i], served, feeling.habit_rate)
                if fatigue[i] < 1e-6:
                    fatigue[i] = 0.0
                if habit[i] < 1e-6:
                    habit[i] = 0.0
        if services[i] > 0:
            share_assigned = hours_assigned[i] / h if h > 0.0 else 0.0
            experience = within(success[i] / services[i] - feeling.assigned_cost * share_assigned + feeling.thanks * recognition[i])
            satisfaction[i] = towards(satisfaction[i], experience, feeling.satisfaction_rate)
            assigned[i] = towards(assigned[i], share_assigned, feeling.assigned_memory)
        wellbeing[i] = towards(wellbeing[i], wellbeing_target(feeling, met[i], unmet_weeks[i], served, around_identity[i], condition[grid[i]]), feeling.wellbeing_rate)
