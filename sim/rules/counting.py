"""Counting: on Sunday night everyone is counted once, in one pass, so that no metric reads a half-changed week."""

from sim.phase import phase
from sim.residents import VACANT

YEAR = 52
HALF_YEAR = 26


@phase(writes=("stand_tiers", "stand_children", "stand_registered", "stand_active", "stand_active_tiers", "stand_groups", "stand_wellbeing", "stand_feelings",
               "stand_stayers", "stand_newcomers", "stand_longer", "stand_places", "stand_tenure", "stand_bank", "stand_memory", "stand_founders", "stand_ties"))
def the_community_is_counted(week, age, tier, grid, groups, registered, last_served, wellbeing, identity, skill, efficacy, habit, fatigue, satisfaction, assigned,
                             tenure, balance, active_ties, degree, grid_first, atmosphere, condition, trust, confidence, stand_tiers, stand_children, stand_registered, stand_active,
                             stand_active_tiers, stand_groups, stand_wellbeing, stand_feelings, stand_stayers, stand_newcomers, stand_longer, stand_places, stand_tenure,
                             stand_bank, stand_memory, stand_founders, stand_ties):
    """Everyone and everything is counted."""
    since = week[0] - YEAR
    people, children, well, low, tenures, credits, with_credits, ties, active_side = 0, 0, 0.0, 0, 0, 0, 0, 0, 0
    n_registered, active, active_registered, newcomers, newcomers_in, longer, longer_in = 0, 0, 0, 0, 0, 0, 0
    stayers, stayers_in, stayers_registered, stayers_identity, stayers_well = 0, 0, 0, 0.0, 0.0
    of_identity, of_skill, of_efficacy, of_habit, of_fatigue, of_satisfaction = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    n_assigned, s_assigned, s_free = 0, 0.0, 0.0
    for i in range(age.size):
        if age[i] == VACANT:
            continue
        people += 1
        w = wellbeing[i]
        well += w
        tenures += tenure[i]
        ties += degree[i]
        if w < 0.5:
            low += 1
        bits = groups[i]
        if bits:
            for g in range(5):
                if (bits >> g) & 1:
                    stand_groups[1 + g] += 1
                    stand_wellbeing[1 + g] += w
        if balance[i] > 0:
            credits += balance[i]
            with_credits += 1
        k = tier[i]
        if k < 0:
            children += 1
            continue
        stand_tiers[k] += 1
        of_identity += identity[i]
        of_skill += skill[i]
        of_efficacy += efficacy[i]
        of_habit += habit[i]
        n_registered += registered[i]
        if last_served[i] > since:
            active += 1
            active_registered += registered[i]
            stand_active_tiers[k] += 1
        if k >= 1:
            of_fatigue += fatigue[i]
            of_satisfaction += satisfaction[i]
            active_side += degree[i]
            if assigned[i] > 0.5:
                n_assigned += 1
                s_assigned += satisfaction[i]
            else:
                s_free += satisfaction[i]
        if tenure[i] < HALF_YEAR:
            newcomers += 1
            newcomers_in += k >= 1
        else:
            longer += 1
            longer_in += k >= 1
            if tenure[i] >= YEAR:
                stayers += 1
                stayers_in += k >= 1
                stayers_identity += identity[i]
                stayers_well += w
                stayers_registered += registered[i]
    founders = 0
    for i in range(age.size):
        founders += 1 if tenure[i] > week[0] and age[i] != VACANT else 0
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
