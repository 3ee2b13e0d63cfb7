"""Learning: training and practice raise skill, time lowers it; success and example raise efficacy.

What a mover knew leaves with them: nothing here remembers the person who lived in the row before.

Sources: bandura1977, wright1936, huang2025 (A29, A51)
"""

import numpy as np

from sim.engine.jit import law
from sim.state.phase import phase
from sim.state.residents import BYSTANDER, hours_that_count


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


@law
def training_of(i, residents, levers):
    """Share of the week's training that a resident attends."""
    return share_attended(residents.tier[i], levers.training[i])


@law
def skill_of_next_week(i, residents, levers, learning, assigning):
    """Skill of a resident after what they were taught, practised and forgot; children forget nothing."""
    taught = (learning.training_gain + levers.training_gain[0]) * training_of(i, residents, levers)
    practised = (learning.practice_gain + levers.practice_gain[0]) * hours_that_count(i, residents, assigning)
    ceiling = min(max(learning.practice_ceiling + levers.practice_ceiling[0], 0.0), 1.0)
    practised = practice_that_counts(practised, residents.skill[i], ceiling)
    grown = 1.0 if residents.tier[i] >= BYSTANDER else 0.0
    return skill_after(residents.skill[i], taught, practised, grown * learning.forgetting, learning.everyday_skill)


@law
def efficacy_of_next_week(i, residents, levers, learning):
    """Efficacy of a resident after own success, the example of people tied to them, and encouragement in training."""
    services = residents.services[i]
    # as it would be stored: seven digits
    success = np.float32(residents.success[i] / (services if services > 0 else 1))
    e = efficacy_after(residents.efficacy[i], success, learning.efficacy_rate)
    e = e if services > 0 else residents.efficacy[i]
    grown = 1.0 if residents.tier[i] >= BYSTANDER else 0.0
    example = grown * learning.vicarious_rate
    e = efficacy_after(e, residents.around_efficacy[i], example if residents.active_ties[i] > 0 else 0.0)
    return efficacy_after(e, 1.0, learning.persuasion_rate * training_of(i, residents, levers))


@phase
def skills_change(residents, levers, count, learning, assigning):
    """Skill grows by training and practice and is forgotten; efficacy follows own and tied people's success."""
    # one after the other: so the processor takes several residents at once
    for i in range(residents.tier.size):
        residents.skill[i] = skill_of_next_week(i, residents, levers, learning, assigning)
    for i in range(residents.tier.size):
        residents.efficacy[i] = efficacy_of_next_week(i, residents, levers, learning)
    for i in range(whoever_is_trained(levers)):
        count.trained[0] += training_of(i, residents, levers)


# ---- the engineer's half: in most weeks nobody is trained


@law
def whoever_is_trained(levers):
    """How many residents may be trained this week: everybody or, where there is no training, nobody."""
    anybody = False
    for i in range(levers.training.size):
        anybody |= levers.training[i] != 0.0
    return levers.training.size if anybody else 0
