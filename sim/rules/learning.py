"""Learning: training and practice raise skill, time lowers it; success and example raise efficacy.

What a mover knew leaves with them: nothing here remembers the person who lived in the row before.

Sources: bandura1977, wright1936, huang2025 (A29, A51)
"""

import numpy as np

from sim.law import law
from sim.phase import phase


@law
def share_attended(tier, sessions):
    """Share of the week's training that a resident attends: at most the whole, and children nothing."""
    return (1.0 if tier >= 0 else 0.0) * (sessions if sessions < 1.0 else 1.0)


@law
def skill_after(skill, taught, practised, forgetting, everyday):
    """Skill after a week in which teaching and practice close shares of the gap to mastery and the rest fades."""
    above = skill - everyday if skill > everyday else 0.0
    after = skill + (taught + practised) * (1.0 - skill) - forgetting * above
    return 0.0 if after < 0.0 else 1.0 if after > 1.0 else after


@law
def practice_that_counts(practised, skill, ceiling):
    """Share of the gap to mastery that practice closes: alone, it leads to a ceiling below mastery."""
    room = ceiling - skill if skill < ceiling else 0.0
    return practised * room / (1.0 - skill if skill < 1.0 else 1.0)


@law
def efficacy_after(efficacy, outcome, rate):
    """Efficacy moves towards the outcome that is experienced (or seen in others) by the share `rate` of the gap."""
    return efficacy + rate * (outcome - efficacy)


@phase(writes=("skill", "efficacy", "count_trained"))
def skills_change(tier, skill, efficacy, training, services, success, hours, around_efficacy, active_ties, training_gain, practice_gain, practice_ceiling, count_trained, learning):
    """Skill grows by training and practice and is forgotten; efficacy follows own and tied people's success."""
    learning = learning[0]
    teaching = learning.training_gain + training_gain[0]
    practice = learning.practice_gain + practice_gain[0]
    ceiling = min(max(learning.practice_ceiling + practice_ceiling[0], 0.0), 1.0)
    forgetting, vicarious_rate = learning.forgetting, learning.vicarious_rate
    # nobody is asked which way to go: rates of 0 stand in the place of questions, so that the processor takes several residents
    # at once; children learn nothing here
    attended = 0
    for i in range(tier.size):
        grown = 1.0 if tier[i] >= 0 else 0.0
        trained = share_attended(tier[i], training[i])
        attended |= int(trained > 0.0)
        practised = practice_that_counts(practice * hours[i], skill[i], ceiling)
        skill[i] = skill_after(skill[i], teaching * trained, practised, grown * forgetting, learning.everyday_skill)
    for i in range(tier.size):
        grown = 1.0 if tier[i] >= 0 else 0.0
        trained = share_attended(tier[i], training[i])
        own = np.float32(success[i] / (services[i] if services[i] > 0 else 1))
        e = efficacy_after(efficacy[i], own, learning.efficacy_rate)
        e = e if services[i] > 0 else efficacy[i]
        e = efficacy_after(e, around_efficacy[i], grown * vicarious_rate if active_ties[i] > 0 else 0.0)
        efficacy[i] = efficacy_after(e, 1.0, learning.persuasion_rate * trained)
    for i in range(tier.size if attended else 0):
        count_trained[0] += share_attended(tier[i], training[i])
