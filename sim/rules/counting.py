"""Counting: on Sunday night everyone is counted once, so that no metric reads a half-changed week."""

import numpy as np

from sim.engine.jit import compiled, law
from sim.state.orders import is_case
from sim.state.phase import phase
from sim.state.residents import (
    BYSTANDER,
    ELDERS_ALONE,
    GROUPS,
    NO_TIER,
    SUBSTANTIVE,
    TASK,
    YOUNGER_ELDER,
    lives_here,
    who_lives_here,
)

OFF, ON = range(2)
YEAR = 52
HALF_YEAR = 26
LOW = 0.5
"""Well-being below this is low."""
MUCH = 0.5
"""Who remembers more assigned work than this share of their service did assigned work."""


@law
def is_of_age(i, residents):
    """1 for a resident of 12 or more, else 0."""
    return int(residents.tier[i] >= BYSTANDER)


@law
def is_new(i, residents):
    """1 for a resident who has been here for less than half a year, else 0."""
    return int(residents.tenure[i] < HALF_YEAR)


@law
def has_stayed(i, residents):
    """1 for a resident who has been here for a year or more, else 0."""
    return int(residents.tenure[i] >= YEAR)


@law
def is_active(i, station, residents):
    """1 for a resident who served within the last year, else 0."""
    return int(residents.last_served[i] > station.week[0] - YEAR)


@phase
def the_community_is_counted(station, residents, households, ties, grids, orders, stand, life):
    """Everyone and everything is counted."""
    if life.course == ON:
        count_heads(residents, grids)
    count_residents(station, residents, ties, stand)
    count_volunteers(station, residents, stand)
    count_how_people_feel(residents, stand)
    count_participants(station, residents, ties, stand)
    count_places(grids, stand)
    count_cases(station, residents, orders, stand)
    stand.bank[2], stand.bank[3] = station.trust[0], station.confidence[0]
    count_ages(residents, households, stand)
    stand.longer[0] = stand.groups[0] - stand.children[0] - stand.newcomers[0]
    stand.active_tiers[BYSTANDER] = stand.active[0] - stand.active_tiers[TASK:].sum()


# ---- the engineer's half: one pass for what is counted together. Of everybody the same is asked, and the answers,
# 0 or 1, are added up: branches would cost more time, and whole numbers are added several residents at once.


@compiled
def count_heads(residents, grids):
    """How many live here, in all and in each grid: what is meant a head or for 1,000 residents is so next week."""
    residents.headcount[0] = 0
    for g in range(grids.people.size):
        people = 0
        for i in range(grids.first[g], grids.first[g + 1]):
            people += lives_here(i, residents)
        grids.people[g] = people
        residents.headcount[0] += people


@compiled
def count_ages(residents, households, stand):
    """Arrivals, residents of 60 and over, those of them who live alone, and dwellings."""
    arrived, old, alone = 0, 0, 0
    for i in range(residents.age.size):
        here = lives_here(i, residents)
        elder = here & int(residents.age[i] >= YOUNGER_ELDER)
        arrived += here & int(residents.tenure[i] == 0)
        old += elder
        alone += elder & residents.alone[i]
    stand.arrived[0], stand.ages[0], stand.ages[1] = arrived, old, alone
    stand.ages[2] = households.generation.size


@compiled
def count_residents(station, residents, ties, stand):
    """Residents, how long they have lived here, founders among them, their ties and their credits."""
    people, tenures, founders, degrees, credits, with_credits = 0, 0, 0, 0, 0, 0
    for i in range(residents.age.size):
        here = lives_here(i, residents)
        people += here
        tenures += here * residents.tenure[i]
        founders += here & int(residents.tenure[i] > station.week[0])
        degrees += ties.degree[i]
        credits += residents.balance[i]
        with_credits += int(residents.balance[i] > 0)
    stand.groups[0], stand.tenure[0], stand.founders[0] = people, tenures, founders
    stand.ties[0], stand.bank[0], stand.bank[1] = degrees // 2, credits, with_credits


@compiled
def count_volunteers(station, residents, stand):
    """Residents of 12 or more: registered, active in the last year, newcomers, and those who have stayed for a year."""
    registered, active, active_registered, newcomers, stayers, stayers_registered = 0, 0, 0, 0, 0, 0
    for i in range(residents.age.size):
        of_age = is_of_age(i, residents)
        known, recently = of_age & residents.registered[i], of_age & is_active(i, station, residents)
        registered += known
        active += recently
        active_registered += recently & known
        newcomers += of_age & is_new(i, residents)
        stayed = of_age & has_stayed(i, residents)
        stayers += stayed
        stayers_registered += stayed & residents.registered[i]
    stand.registered[0], stand.active[0], stand.active[1] = registered, active, active_registered
    stand.newcomers[0], stand.stayers[0], stand.stayers[4] = newcomers, stayers, stayers_registered


@compiled
def count_how_people_feel(residents, stand):
    """Residents and their well-being by group, residents by tier, and what those of 12 or more feel and can do."""
    heads, wellbeing = np.zeros(1 << len(GROUPS), np.int64), np.zeros(1 << len(GROUPS))
    tiers, low, well = np.zeros(SUBSTANTIVE + 1 - NO_TIER, np.int64), 0, 0.0
    identity, skill, efficacy, habit, stayers_identity, stayers_well = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in who_lives_here(residents):
        of_age, w = is_of_age(i, residents), residents.wellbeing[i]
        stayed = of_age & has_stayed(i, residents)
        heads[residents.groups[i]] += 1
        wellbeing[residents.groups[i]] += w
        tiers[residents.tier[i] - NO_TIER] += 1
        low += int(w < LOW)
        well += w
        identity += of_age * residents.identity[i]
        skill += of_age * residents.skill[i]
        efficacy += of_age * residents.efficacy[i]
        habit += of_age * residents.habit[i]
        stayers_identity += stayed * residents.identity[i]
        stayers_well += stayed * w
    stand.wellbeing[0], stand.wellbeing[6] = well, low
    for bits in range(heads.size):
        for group in range(len(GROUPS)):
            if (bits >> group) & 1:
                stand.groups[1 + group] += heads[bits]
                stand.wellbeing[1 + group] += wellbeing[bits]
    stand.children[0] = tiers[0]
    for tier in range(SUBSTANTIVE + 1):
        stand.tiers[tier] = tiers[1 + tier]
    stand.feelings[0], stand.feelings[1], stand.feelings[2], stand.feelings[3] = identity, skill, efficacy, habit
    stand.stayers[2], stand.stayers[3] = stayers_identity, stayers_well


@compiled
def count_participants(station, residents, ties, stand):
    """Those who take part: active ones by tier, newcomers and stayers, how they feel, assigned work, and their ties."""
    newcomers, longer, stayers, degrees, with_tasks = 0, 0, 0, 0, 0
    fatigue, satisfaction, satisfaction_with_tasks, satisfaction_without = 0.0, 0.0, 0.0, 0.0
    for i in range(residents.age.size):
        k = residents.tier[i]
        if k >= TASK:
            newcomers += is_new(i, residents)
            longer += 1 - is_new(i, residents)
            stayers += has_stayed(i, residents)
            stand.active_tiers[k] += is_active(i, station, residents)
            fatigue += residents.fatigue[i]
            satisfaction += residents.satisfaction[i]
            degrees += ties.degree[i]
            if residents.assigned[i] > MUCH:
                with_tasks += 1
                satisfaction_with_tasks += residents.satisfaction[i]
            else:
                satisfaction_without += residents.satisfaction[i]
    stand.newcomers[1], stand.longer[1], stand.stayers[1] = newcomers, longer, stayers
    stand.feelings[4], stand.feelings[5], stand.ties[1] = fatigue, satisfaction, degrees
    stand.memory[0], stand.memory[1], stand.memory[2] = with_tasks, satisfaction_with_tasks, satisfaction_without


@compiled
def count_places(grids, stand):
    """Atmosphere and condition of each grid, for each of its residents."""
    for g in range(grids.atmosphere.size):
        heads = grids.people[g]
        stand.places[0] += heads * grids.atmosphere[g]
        stand.places[1] += heads * grids.condition[g]


@compiled
def count_cases(station, residents, orders, stand):
    """Cases by who keeps them, and who is in the register."""
    for o in range(station.open_orders[0]):
        if is_case(o, orders):
            stand.cases[orders.keeper[o]] += 1
    known, alone = 0, 0
    for i in range(residents.known.size):
        known += residents.known[i]
        alone += residents.known[i] & ((residents.groups[i] >> ELDERS_ALONE) & 1)
    stand.register[0], stand.register[1] = known, alone
