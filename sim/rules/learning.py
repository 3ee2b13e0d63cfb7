"""Learning: training and practice raise skill, time lowers it; success and example raise efficacy.

What a mover knew leaves with them: nothing here remembers the person who lived in the row before.

Sources: bandura1977, wright1936, huang2025 (A29, A51)
"""

from sim.law import law
from sim.phase import phase


@law
def skill_after(skill, taught, practised, forgetting, everyday):
    """Skill after a week in which teaching and practice close shares of the gap to mastery and the rest fades."""
    above = skill - everyday if skill > everyday else 0.0
    after = skill + (taught + practised) * (1.0 - skill) - forgetting * above
    return 0.0 if after < 0.0 else 1.0 if after > 1.0 else after


@law
def practice_that_counts(practised, skill, ceiling):
    """Share of the gap to mastery that practice closes: alone, it leads to a ceiling below mastery."""
    if skill >= ceiling:
        return 0.0
    return practised * (ceiling - skill) / (1.0 - skill)


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
    sessions = 0.0
    for i in range(tier.size):
        # children learn nothing here: for them, rates of 0 stand in the place of a question, which costs more time
        grown = 1.0 if tier[i] >= 0 else 0.0
        trained = grown * min(training[i], 1.0)
        sessions += trained
        practised = practice_that_counts(practice * hours[i], skill[i], ceiling) if hours[i] > 0.0 else 0.0
        skill[i] = skill_after(skill[i], teaching * trained, practised, grown * learning.forgetting, learning.everyday_skill)
        e = efficacy[i]
        if services[i] > 0:
            e = efficacy_after(e, success[i] / services[i], learning.efficacy_rate)
        e = efficacy_after(e, around_efficacy[i], grown * learning.vicarious_rate if active_ties[i] > 0 else 0.0)
        efficacy[i] = efficacy_after(e, 1.0, learning.persuasion_rate * trained)
    count_trained[0] += sessions
