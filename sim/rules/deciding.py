"""Deciding: once a week a resident may climb one rung, lapse one rung, or stay.

Two laws: `logistic`, a discrete-time hazard whose coefficients are log odds ratios; and `threshold`, a step in the
number or share of active ties, the limit studied by Granovetter, Watts and Centola. Satisfaction is absent from lapsing
on purpose: it predicts hours, not persistence. Ties to people of another origin can raise the odds of climbing; ties
within one's own have no such term. A registered bystander without an hour for three years can be struck off the
register.

Being asked by somebody one knows and by a message are weighed apart: large trials of messages find nothing.

Sources: granovetter1978, watts2002, centola2007, musick2008, john2019, davis2003, guangzhou2015, huang2025 (A17-A22)
"""

import numpy as np

from sim.engine.jit import compiled, law
from sim.mathematics.chance import limit_of, share
from sim.mathematics.odds import happens, log_odds, sigma
from sim.mathematics.sorting import highest
from sim.state.phase import phase
from sim.state.residents import (
    BY_CAMPAIGN,
    BY_MESSAGE,
    BYSTANDER,
    INTEREST,
    NO_TEAM,
    NOT_ASKED,
    PUBLIC_AFFAIRS,
    SELF,
    SUBSTANTIVE,
    TASK,
)

LOGISTIC, THRESHOLD = range(2)
IDLE = 156
"""Weeks without service after which somebody may be struck off the register."""
BLOCK = 256
"""Residents who are looked at together: the fewer, the closer the bound on their odds; the more, the fewer bounds."""


@law
def share_above(above, strength):
    """Share of tie strength held by people above one's tier; at most 1, for `strength` is taken in now and then."""
    return 0.0 if above <= 0.0 else 1.0 if above >= strength else above / strength


@law
def pull_upward(share_above, identity, efficacy, p):
    """What one's surroundings and oneself add to the log odds of climbing; 0 at the reference of each."""
    return (
        p.norm * (share_above - p.share_above_at_rest)
        + p.identity * (identity - p.identity_at_rest)
        + p.efficacy * (efficacy - p.efficacy_at_rest)
    )


@law
def contact_across(share, p):
    """What ties to another origin add to the log odds of climbing, by their share of tie strength; 0 at its
    reference.
    """
    return p.across * (share - p.across_at_rest)


@law
def weariness_and_bonds(fatigue, identity, active_ties, regular, p):
    """What wears volunteers out or holds them, in log odds of lapsing."""
    bonds = active_ties if active_ties < p.most_ties_that_hold else p.most_ties_that_hold
    return (
        p.lapse_fatigue * fatigue
        - p.lapse_identity * (identity - p.identity_at_rest)
        - p.lapse_ties * bonds
        - p.lapse_regular * regular
    )


@law
def autonomy_left(autonomy, pushed, supervision_cost, supervision, crowding, assigned):
    """Autonomy of a volunteer (0-1): what policies give, less what supervision and assigned work take."""
    left = autonomy + pushed - supervision_cost * supervision - crowding * assigned
    return 0.0 if left < 0.0 else 1.0 if left > 1.0 else left


@law
def threshold_reached(active_ties, active_strength, strength, threshold, threshold_of):
    """Whether enough others act: their number (threshold_of 1) or share of tie strength (0) reaches one's threshold."""
    if threshold_of == 1.0:
        return active_ties >= threshold
    # columns hold seven digits: a share of 1/5 reaches a threshold of .2
    return strength > 0.0 and active_strength / strength >= threshold - 1e-6


@law
def climbs(i, u, at_rest, residents, levers, deciding):
    """Whether a resident climbs one rung this week, by their draw u."""
    k = residents.tier[i]
    if deciding.law == THRESHOLD:
        return k == BYSTANDER and threshold_reached(
            residents.active_ties[i],
            residents.around_active[i],
            residents.around_strength[i],
            residents.threshold[i],
            deciding.threshold_of,
        )
    return residents.ties_above[i] >= ties_that_let_climb(k, deciding) and happens(
        u, odds_of_climbing(i, at_rest, residents, levers, deciding)
    )


@law
def ties_that_let_climb(k, deciding):
    """Ties to people above that somebody in a tier needs before they can climb."""
    return 0.0 if k == BYSTANDER else deciding.gate_2 if k == TASK else deciding.gate_3


@law
def odds_at_rest(deciding):
    """Log odds of climbing from tiers 0 to 2, and of lapsing from tiers 1 to 3, where nothing speaks for or against."""
    climbing = (log_odds(deciding.climb_from_0), log_odds(deciding.climb_from_1), log_odds(deciding.climb_from_2))
    lapsing = (log_odds(deciding.lapse_from_1), log_odds(deciding.lapse_from_2), log_odds(deciding.lapse_from_3))
    return climbing, lapsing


@law
def odds_of_climbing(i, at_rest, residents, levers, deciding):
    """Log odds of climbing one rung in a week."""
    k = residents.tier[i]
    above = share_above(residents.around_above[i], residents.around_strength[i])
    x = (
        at_rest[0][k]
        + pull_upward(above, residents.identity[i], residents.efficacy[i], deciding)
        + residents.disposition[i]
        + levers.persuasion[i]
    )
    if deciding.across != 0.0:
        x += contact_across(residents.around_across[i], deciding)
    x += (
        weight_of_request(residents.asked[i], deciding)
        + deciding.habit * residents.habit[i]
        - deciding.fatigue * residents.fatigue[i]
    )
    touched = levers.openings[i] if levers.openings[i] < 1.0 else 1.0
    if k == BYSTANDER:
        return x + deciding.interest_0 * touched
    own = own_autonomy(i, residents, levers, deciding)
    if k == TASK:
        x += (
            deciding.interest_1 * (strongest_own_interest(i, residents) - deciding.interest_at_rest)
            + deciding.interest_0 * touched
        )
        return x + deciding.autonomy_1 * (own - deciding.autonomy_at_rest)
    return x + (
        deciding.interest_2 * (residents.interest[i, PUBLIC_AFFAIRS] - deciding.interest_at_rest)
        + deciding.autonomy_2 * (own - deciding.autonomy_at_rest)
    )


@law
def weight_of_request(asked, deciding):
    """What having been asked this week adds to the log odds of climbing: in person, by a message, or not at all."""
    return 0.0 if asked == NOT_ASKED else deciding.asked_by_campaign if asked == BY_MESSAGE else deciding.asked


@law
def strongest_own_interest(i, residents):
    """The strongest interest in anything but public affairs."""
    return max(residents.interest[i, 0], residents.interest[i, 1], residents.interest[i, 2], residents.interest[i, 3])


@law
def own_autonomy(i, residents, levers, deciding):
    """Autonomy of a volunteer, by what policies and supervision do in their grid and by their assigned work."""
    g = residents.grid[i]
    return autonomy_left(
        deciding.autonomy_at_rest,
        levers.autonomy[g],
        deciding.supervision_cost,
        levers.supervision[g],
        deciding.crowding,
        residents.assigned[i],
    )


@law
def lapses(i, u, at_rest, residents, levers, deciding):
    """Whether a participant lapses one rung this week, by their draw u."""
    return happens(u, odds_of_lapsing(i, at_rest, residents, levers, deciding))


@law
def odds_of_lapsing(i, at_rest, residents, levers, deciding):
    """Log odds of lapsing one rung in a week; a life event raises them."""
    k = residents.tier[i]
    event = deciding.life_event if share(residents.luck_life[i]) < deciding.life_event_chance else 0.0
    x = at_rest[1][k - 1] + weariness_and_bonds(
        residents.fatigue[i],
        residents.identity[i],
        residents.active_ties[i],
        1.0 if residents.team[i] >= 0 else 0.0,
        deciding,
    )
    return x + (event - levers.recognition[i])


@phase
def residents_decide(station, residents, teams, levers, count, deciding):
    """Each resident climbs one rung, lapses one rung or stays: one uniform decides."""
    at_rest = odds_at_rest(deciding)
    for i in may_change_tier(residents, levers, deciding):
        k, u = residents.tier[i], share(residents.luck_rung[i])
        if k < SUBSTANTIVE and climbs(i, u, at_rest, residents, levers, deciding):
            residents.tier[i] = k + 1
            count.climbs[k] += 1
            if k == BYSTANDER:
                joins(i, station, residents, count)
        elif k > BYSTANDER:
            if lapses(i, 1.0 - u, at_rest, residents, levers, deciding):
                residents.tier[i] = k - 1
                count.lapses[k - 1] += 1
                if k == INTEREST:
                    leaves_the_team(i, residents, teams)
        elif residents.registered[i] == 0:
            if u > 1.0 - deciding.registers_only:
                residents.registered[i], residents.registered_week[i] = 1, station.week[0]
                count.registrations[0] += 1
        elif u > 1.0 - deciding.unregisters and has_long_been_idle(i, station.week[0], residents):
            residents.registered[i] = 0
            count.struck_off[0] += 1


@law
def has_long_been_idle(i, week, residents):
    """Whether somebody has been here and registered for three years without serving."""
    since = max(residents.last_served[i], residents.registered_week[i])
    return residents.tenure[i] >= IDLE and since <= week - IDLE


@law
def joins(i, station, residents, count):
    """A bystander who has climbed is registered, and was recruited by somebody or by themselves."""
    asked = min(residents.asked[i], BY_CAMPAIGN)
    if residents.registered[i] == 0:
        residents.registered_week[i] = station.week[0]
    residents.registered[i], residents.recruited_week[i], residents.route[i] = 1, station.week[0], SELF + asked
    count.asked_joins[1 if asked else 0] += 1
    count.routes[SELF + asked] += 1


@law
def leaves_the_team(i, residents, teams):
    """Who no longer serves own interests leaves the team, if they are in one."""
    if residents.team[i] >= 0:
        teams.size[residents.team[i]] -= 1
        residents.team[i] = NO_TEAM


# ---- the engineer's half: whose draw can change anything


@law
def most_pull(p):
    """The most that anything but a request, the disposition and persuasion can add to a bystander's log odds."""
    return (
        max(p.norm * (1.0 - p.share_above_at_rest), -p.norm * p.share_above_at_rest)
        + max(p.identity * (1.0 - p.identity_at_rest), -p.identity * p.identity_at_rest)
        + max(p.efficacy * (1.0 - p.efficacy_at_rest), -p.efficacy * p.efficacy_at_rest)
        + max(p.habit, 0.0)
        + max(-p.fatigue, 0.0)
        + max(p.interest_0, 0.0)
        + max(p.across * (1.0 - p.across_at_rest), -p.across * p.across_at_rest)
    )


@compiled
def may_change_tier(residents, levers, deciding):
    """Rows of those whose draw of this week can change anything: a bound on the odds settles most bystanders'."""
    n, found = residents.tier.size, 0
    rows = np.empty(n + 1, np.int32)
    registering = limit_of(1.0 - max(deciding.registers_only, deciding.unregisters))
    pull = log_odds(deciding.climb_from_0) + most_pull(deciding)
    asked = max(deciding.asked, deciding.asked_by_campaign, 0.0)
    for start in range(0, n, BLOCK):
        stop = min(start + BLOCK, n)
        # no bystander here can have higher odds of starting than these, asked or not
        likeliest, likeliest_asked = limit_of(1.0), limit_of(1.0)
        if deciding.law == LOGISTIC:
            most = pull + highest(residents.disposition[start:stop]) + highest(levers.persuasion[start:stop])
            likeliest, likeliest_asked = limit_of(sigma(most)), limit_of(sigma(most + asked))
        found += look_at_draws(start, stop, (likeliest, likeliest_asked, registering), residents, rows[found:])
    return rows[:found]


@compiled
def look_at_draws(start, stop, limits, residents, rows):
    """Write rows of a block: participants, and bystanders whose draw is below what starts or above what registers."""
    likeliest, likeliest_asked, registering = limits
    found, may = 0, np.empty(BLOCK, np.uint8)
    for i in range(start, stop):  # vectorised
        limit = likeliest_asked if residents.asked[i] else likeliest
        starts = np.uint8(residents.luck_rung[i] < limit) | np.uint8(residents.luck_rung[i] >= registering)
        may[i - start] = np.uint8(residents.tier[i] >= TASK) | (np.uint8(residents.tier[i] == BYSTANDER) & starts)
    for i in range(start, stop):
        rows[found] = i
        found += may[i - start]
    return found
