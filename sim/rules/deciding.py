"""Deciding: once a week a resident may climb one rung, lapse one rung, or stay.

Two laws: `logistic`, a discrete-time hazard whose coefficients are log odds ratios; and `threshold`, a step in the
number or share of active ties, the limit studied by Granovetter, Watts and Centola. Satisfaction is absent from lapsing
on purpose: it predicts hours, not persistence.

Sources: granovetter1978, watts2002, centola2007, musick2008, davis2003, huang2025 (A17-A22)
"""

import numpy as np

from sim.chance import limit_of, share
from sim.law import law
from sim.odds import happens, log_odds, sigma
from sim.order import highest
from sim.phase import phase
from sim.residents import SELF

STRETCH = 256
"""Residents who are looked at together: the fewer, the closer the bound on their odds; the more, the fewer bounds."""


@law
def share_above(above, strength):
    """Share of tie strength held by people above one's tier; at most 1, although `strength` is taken in only now and then."""
    return 0.0 if above <= 0.0 else 1.0 if above >= strength else above / strength


@law
def pull_upward(share_above, identity, efficacy, p):
    """What one's surroundings and oneself add to the log odds of climbing; 0 at the reference of each."""
    return p.norm * (share_above - p.share_above_at_rest) + p.identity * (identity - p.identity_at_rest) + p.efficacy * (efficacy - p.efficacy_at_rest)


@law
def most_pull(p):
    """The most that anything but a request, the disposition and persuasion can add to a bystander's log odds."""
    return (max(p.norm * (1.0 - p.share_above_at_rest), -p.norm * p.share_above_at_rest)
            + max(p.identity * (1.0 - p.identity_at_rest), -p.identity * p.identity_at_rest)
            + max(p.efficacy * (1.0 - p.efficacy_at_rest), -p.efficacy * p.efficacy_at_rest)
            + max(p.habit, 0.0) + max(-p.fatigue, 0.0) + max(p.interest_0, 0.0))


@law
def weariness_and_bonds(fatigue, identity, active_ties, regular, p):
    """What wears volunteers out or holds them, in log odds of lapsing."""
    bonds = active_ties if active_ties < p.most_ties_that_hold else p.most_ties_that_hold
    return p.lapse_fatigue * fatigue - p.lapse_identity * (identity - p.identity_at_rest) - p.lapse_ties * bonds - p.lapse_regular * regular


@law
def autonomy_left(autonomy, pushed, supervision_cost, supervision, crowding, assigned):
    """Autonomy of a volunteer (0-1): what policies give, less what supervision and assigned work take."""
    left = autonomy + pushed - supervision_cost * supervision - crowding * assigned
    return 0.0 if left < 0.0 else 1.0 if left > 1.0 else left


@law
def threshold_reached(active_ties, active_strength, strength, threshold, threshold_of):
    """Whether enough others act: their number (threshold_of 1) or their share of one's tie strength (0) reaches one's threshold."""
    if threshold_of == 1.0:
        return active_ties >= threshold
    # columns hold seven digits: a share of 1/5 reaches a threshold of .2
    return strength > 0.0 and active_strength / strength >= threshold - 1e-6


@phase(writes=("tier", "registered", "route", "recruited_week", "team", "team_size", "count_climbs", "count_lapses", "count_routes", "count_registrations", "count_asked_joins"))
def residents_decide(week, tier, luck_rung, luck_life, grid, interest, disposition, threshold, fatigue, identity, efficacy, habit, assigned, asked, team, team_size,
                     around_strength, around_active, around_above, active_ties, ties_above, persuasion, recognition, openings, autonomy, supervision,
                     registered, route, recruited_week, count_climbs, count_lapses, count_routes, count_registrations, count_asked_joins, deciding):
    """Each resident climbs one rung, lapses one rung or stays: one uniform decides."""
    deciding = deciding[0]
    base = (log_odds(deciding.climb_from_0), log_odds(deciding.climb_from_1), log_odds(deciding.climb_from_2))
    drop = (log_odds(deciding.lapse_from_1), log_odds(deciding.lapse_from_2), log_odds(deciding.lapse_from_3))
    life_event_chance = deciding.life_event_chance
    registering = limit_of(1.0 - deciding.registers_only)
    looked_at = np.empty(STRETCH + 1, np.int64)
    for start in range(0, tier.size, STRETCH):
        stop = min(start + STRETCH, tier.size)
        # no bystander here can have higher odds of starting than these, asked or not: most draws are settled by one look
        likeliest, likeliest_asked = limit_of(1.0), limit_of(1.0)
        if deciding.law == 0.0:
            most = base[0] + most_pull(deciding) + highest(disposition[start:stop]) + highest(persuasion[start:stop])
            likeliest, likeliest_asked = limit_of(sigma(most)), limit_of(sigma(most + max(deciding.asked, 0.0)))
        found = 0
        for i in range(start, stop):
            looked_at[found] = i
            starts = int(luck_rung[i] < (likeliest_asked if asked[i] else likeliest)) | int(luck_rung[i] >= registering)
            found += int(tier[i] >= 1) | (int(tier[i] == 0) & starts)
        for i in looked_at[:found]:
            k = tier[i]
            u = share(luck_rung[i])
            climbs = False
            if k < 3:
                if deciding.law == 1.0:
                    climbs = k == 0 and threshold_reached(active_ties[i], around_active[i], around_strength[i], threshold[i], deciding.threshold_of)
                elif ties_above[i] >= (0.0 if k == 0 else deciding.gate_2 if k == 1 else deciding.gate_3):
                    above = share_above(around_above[i], around_strength[i])
                    x = base[k] + pull_upward(above, identity[i], efficacy[i], deciding) + disposition[i] + persuasion[i]
                    x += deciding.asked * (1.0 if asked[i] else 0.0) + deciding.habit * habit[i] - deciding.fatigue * fatigue[i]
                    touched = openings[i] if openings[i] < 1.0 else 1.0
                    if k == 0:
                        x += deciding.interest_0 * touched
                    else:
                        g = grid[i]
                        own = autonomy_left(deciding.autonomy_at_rest, autonomy[g], deciding.supervision_cost, supervision[g], deciding.crowding, assigned[i])
                        of_interest = interest[i, 4] if k == 2 else max(interest[i, 0], interest[i, 1], interest[i, 2], interest[i, 3])
                        if k == 1:
                            x += deciding.interest_1 * (of_interest - deciding.interest_at_rest) + deciding.interest_0 * touched
                            x += deciding.autonomy_1 * (own - deciding.autonomy_at_rest)
                        else:
                            x += deciding.interest_2 * (of_interest - deciding.interest_at_rest) + deciding.autonomy_2 * (own - deciding.autonomy_at_rest)
                    climbs = happens(u, x)
            if climbs:
                count_climbs[k] += 1
                tier[i] = k + 1
                if k == 0:
                    registered[i] = 1
                    recruited_week[i] = week[0]
                    count_asked_joins[1 if asked[i] else 0] += 1
                    route[i] = SELF + asked[i]
                    count_routes[route[i]] += 1
                continue
            if k >= 1:
                event = deciding.life_event if share(luck_life[i]) < life_event_chance else 0.0
                x = drop[k - 1] + weariness_and_bonds(fatigue[i], identity[i], active_ties[i], 1.0 if team[i] >= 0 else 0.0, deciding)
                x += event - recognition[i]
                if happens(1.0 - u, x):
                    count_lapses[k - 1] += 1
                    tier[i] = k - 1
                    if k == 2 and team[i] >= 0:
                        team_size[team[i]] -= 1
                        team[i] = -1
            elif registered[i] == 0 and u > 1.0 - deciding.registers_only:
                registered[i] = 1
                count_registrations[0] += 1
