"""Asking: residents seldom serve unasked, and those who serve do most of the asking.

Requests reach a resident along ties to participants, and from campaigns, the vanguard and pioneers.

Sources: musick2008, bryant2003, huang2025 (A58)
"""

from math import exp

from sim.chance import share
from sim.law import law
from sim.phase import phase
from sim.residents import BY_CAMPAIGN, BY_RESIDENT, NOT_ASKED


@law
def rate_of_requests(along_tie, active_strength, extra_asks):
    """Requests a week: so many along a tie of strength 1 to a participant, and those of policies."""
    return along_tie * active_strength + extra_asks


@law
def chance_of_being_asked(rate):
    """At least one request this week, when requests reach a resident as a Poisson stream of `rate` a week."""
    return 1.0 - exp(-rate)


@phase(writes=("asked", "count_asked"))
def residents_are_asked(tier, luck_asked, luck_life, around_active, extra_asks, asked, count_asked, asking):
    """Each resident is asked to take part by a tied participant or by a campaign, or is not asked."""
    asking = asking[0]
    asked[:] = NOT_ASKED
    for i in range(tier.size):
        rate = rate_of_requests(asking.along_tie, around_active[i], extra_asks[i])
        u = share(luck_asked[i])
        # the chance is below the rate: most residents need no exponential
        if u < rate and u < chance_of_being_asked(rate) and tier[i] >= 0:
            # a bystander's life draw is free: it tells whose request it was
            asked[i] = BY_CAMPAIGN if share(luck_life[i]) * rate < extra_asks[i] else BY_RESIDENT
            if tier[i] == 0:
                count_asked[0] += 1
