"""Asking: residents seldom serve unasked, and those who serve do most of the asking.

Requests reach a resident along ties to participants, and from campaigns, the vanguard and pioneers. Substantive
participants recruit: they can ask more often than others do. A request by somebody one knows and one by nobody in
particular (a poster, a message) are told apart, for deciding weighs them apart.

Sources: musick2008, bryant2003, huang2025 (A20, A58), john2019
"""

import numpy as np

from sim.engine.jit import compiled, law
from sim.mathematics.chance import share
from sim.mathematics.elementary import exp
from sim.state.phase import phase
from sim.state.residents import BY_CAMPAIGN, BY_MESSAGE, BY_RESIDENT, BYSTANDER, NOT_ASKED

BLOCK = 256
"""Residents who are looked at together."""


@law
def rate_of_requests(along_tie, active_strength, extra_asks):
    """Requests a week: so many along a tie of strength 1 to a participant, and those of policies."""
    return along_tie * active_strength + extra_asks


@law
def strength_of_those_who_ask(active, substantive, often):
    """Strength of ties to participants, where substantive ones, who ask so many times as often, count as many."""
    return active + (often - 1.0) * substantive


@law
def chance_of_being_asked(rate):
    """At least one request this week, when requests reach a resident as a Poisson stream of `rate` a week."""
    return 1.0 - exp(-rate)


@law
def requests(i, residents, levers, asking):
    """Requests a week that a resident can expect."""
    active, substantive = residents.around_active[i], residents.around_substantive[i]
    who_ask = strength_of_those_who_ask(active, substantive, asking.substantive)
    return rate_of_requests(asking.along_tie, who_ask, levers.extra_asks[i])


@law
def is_asked(i, residents, levers, asking):
    """Whether a resident of 12 or more is asked this week, by their draw."""
    rate, u = requests(i, residents, levers, asking), share(residents.luck_asked[i])
    # the chance is below the rate: most residents need no exponential
    return u < rate and u < chance_of_being_asked(rate) and residents.tier[i] >= BYSTANDER


@law
def who_asks(i, residents, levers, asking):
    """Whose request it was: a message, of somebody sent by a policy, or of a tied resident, each by their requests."""
    # among those who are asked, where their draw lies below their chance is a draw of its own
    rate = requests(i, residents, levers, asking)
    which = rate * share(residents.luck_asked[i]) / chance_of_being_asked(rate)
    if which < levers.impersonal_asks[i]:
        return BY_MESSAGE
    return BY_CAMPAIGN if which < levers.extra_asks[i] else BY_RESIDENT


@phase
def residents_are_asked(residents, levers, count, asking):
    """Each resident is asked to take part by a tied participant or by a campaign, or is not asked."""
    residents.asked[:] = NOT_ASKED
    for i in who_may_be_asked(residents, levers, asking):
        if is_asked(i, residents, levers, asking):
            residents.asked[i] = who_asks(i, residents, levers, asking)
            if residents.tier[i] == BYSTANDER:
                count.asked[0] += 1


# ---- the engineer's half: the draws of most say at a glance that nobody asks them


@compiled
def who_may_be_asked(residents, levers, asking):
    """Rows of those whose draw is below their requests a week, which no chance exceeds."""
    rows, found, may = np.empty(residents.tier.size + 1, np.int32), 0, np.empty(BLOCK, np.uint8)
    for start in range(0, residents.tier.size, BLOCK):
        stop = min(start + BLOCK, residents.tier.size)
        for i in range(start, stop):  # vectorised
            may[i - start] = share(residents.luck_asked[i]) < requests(i, residents, levers, asking)
        for i in range(start, stop):
            rows[found] = i
            found += may[i - start]
    return rows[:found]
