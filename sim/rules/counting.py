"""Counting: on Sunday night everyone is counted once, in one pass, so that no metric reads a half-changed week."""

import numpy as np

from sim.phase import phase
from sim.residents import VACANT

YEAR = 52
HALF_YEAR = 26
GROUPS, TIERS = 5, 5
"""Groups, and tiers with that of children: how many there are."""
STRETCH = 1024
"""Residents who are asked one question after the other."""


@phase(writes=("stand_tiers", "stand_children", "stand_registered", "stand_active", "stand_active_tiers", "stand_groups", "stand_wellbeing", "stand_feelings",
               "stand_stayers", "stand_newcomers", "stand_longer", "stand_places", "stand_tenure", "stand_bank", "stand_memory", "stand_founders", "stand_ties"))
def the_community_is_counted(week, age, tier, grid, groups, registered, last_served, wellbeing, identity, skill, efficacy, habit, fatigue, satisfaction, assigned,
                             tenure, balance, active_ties, degree, grid_first, atmosphere, condition, trust, confidence, stand_tiers, stand_children, stand_registered, stand_active,
                             stand_active_tiers, stand_groups, stand_wellbeing, stand_feelings, stand_stayers, stand_newcomers, stand_longer, stand_places, stand_tenure,
                             stand_bank, stand_memory, stand_founders, stand_ties):
    """Everyone and everything is counted."""
    now, since = week[0], week[0] - YEAR
    people, well, low, tenures, credits, with_credits, ties, active_side, founders = 0, 0.0, 0, 0, 0, 0, 0, 0, 0
    n_registered, active, active_registered, newcomers, newcomers_in, longer, longer_in = 0, 0, 0, 0, 0, 0, 0
    stayers, stayers_in, stayers_registered, stayers_identity, stayers_well = 0, 0, 0, 0.0, 0.0
    of_identity, of_skill, of_efficacy, of_habit, of_fatigue, of_satisfaction = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    n_assigned, s_assigned, s_free = 0, 0.0, 0.0
    heads, wellbeings, tiers = np.zeros(1 << GROUPS, np.int64), np.zeros(1 << GROUPS), np.zeros(TIERS, np.int64)
    active_tiers = np.zeros(TIERS - 1, np.int64)
    # Of everybody the same is asked, and the answers, 0 or 1, are added up: to go one way or another would cost more time. What
    # can be added up in any order stands apart, so that the processor takes several residents at once.
    for begin in range(0, age.size, STRETCH):
        first, end = np.uint64(begin), np.uint64(min(begin + STRETCH, age.size))
        for i in range(first, end):
            here = int(age[i] != VACANT)
            people += here
            tenures += here * tenure[i]
            founders += here & int(tenure[i] > now)
            ties += degree[i]
            credits += balance[i]
            with_credits += int(balance[i] > 0)
        for i in range(first, end):
            able = int(tier[i] >= 0)
            known, recently = able & registered[i], able & int(last_served[i] > since)
            n_registered += known
            active += recently
            active_registered += recently & known
            new, year = able & int(tenure[i] < HALF_YEAR), able & int(tenure[i] >= YEAR)
            newcomers += new
            stayers += year
            stayers_registered += year & registered[i]
        for i in range(first, end):
            here, able, w, k = int(age[i] != VACANT), int(tier[i] >= 0), wellbeing[i], tier[i]
            year = able & int(tenure[i] >= YEAR)
            heads[groups[i]] += here
            wellbeings[groups[i]] += here * w
            tiers[k + 1] += here
            low += here & int(w < 0.5)
            well += here * w
            of_identity += able * identity[i]
            of_skill += able * skill[i]
            of_efficacy += able * efficacy[i]
            of_habit += able * habit[i]
            stayers_identity += year * identity[i]
            stayers_well += year * w
        for i in range(first, end):
            k = tier[i]
            if k >= 1:
                new, year = int(tenure[i] < HALF_YEAR), int(tenure[i] >= YEAR)
                newcomers_in += new
                longer_in += 1 - new
                stayers_in += year
                active_tiers[k] += int(last_served[i] > since)
                of_fatigue += fatigue[i]
                of_satisfaction += satisfaction[i]
                active_side += degree[i]
                if assigned[i] > 0.5:
                    n_assigned += 1
                    s_assigned += satisfaction[i]
                else:
                    s_free += satisfaction[i]
    children = tiers[0]
    longer = people - children - newcomers
    active_tiers[0] = active - active_tiers[1:].sum()
    for k in range(TIERS - 1):
        stand_tiers[k] += tiers[k + 1]
        stand_active_tiers[k] += active_tiers[k]
    for bits in range(1 << GROUPS):
        for g in range(GROUPS):
            if (bits >> g) & 1:
                stand_groups[1 + g] += heads[bits]
                stand_wellbeing[1 + g] += wellbeings[bits]
    for g in range(atmosphere.size):
        heads = grid_first[g + 1] - grid_first[g]
        stand_places[0] += heads * atmosphere[g]
        stand_places[1] += heads * condition[g]
    stand_children[0], stand_registered[0], stand_active[0], stand_active[1] = children, n_registered, active, active_registered
    stand_groups[0], stand_wellbeing[0], stand_wellbeing[6] = people, well, low
    stand_feelings[0], stand_feelings[1], stand_feelings[2], stand_feelings[3] = of_identity, of_skill, of_efficacy, of_habit
    stand_feelings[4], stand_feelings[5] = of_fatigue, of_satisfaction
    stand_stayers[0], stand_stayers[1], stand_stayers[2], stand_stayers[3], stand_stayers[4] = stayers, stayers_in, stayers_identity, stayers_well, stayers_registered
    stand_newcomers[0], stand_newcomers[1], stand_longer[0], stand_longer[1] = newcomers, newcomers_in, longer, longer_in
    stand_tenure[0], stand_founders[0] = tenures, founders
    stand_bank[0], stand_bank[1], stand_bank[2], stand_bank[3] = credits, with_credits, trust[0], confidence[0]
    stand_memory[0], stand_memory[1], stand_memory[2] = n_assigned, s_assigned, s_free
    stand_ties[0], stand_ties[1] = ties // 2, active_side
