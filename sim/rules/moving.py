"""Moving: households leave, newcomers take the dwelling, at tier 0 and without ties outside the household.

Mobility (how many move) and heterogeneity (who arrives) are two inputs. Households move last in the week, so that plain
replacement has its closed form (oracle E5) against which any further effect of mobility is measured. Leaving can go by the age
of the oldest (`by: age`): the young and those who live alone move most, elders least. Newcomers who served where they lived
before can bring some habit of serving with them, so that newcomers need not take part less.

Sources: kasarda1974, sampson1988, beike2019, guangzhou2021, huang2025 (A34, A35)
"""

from math import log

import numpy as np

from sim.engine.jit import compiled, law, prefetch
from sim.mathematics.chance import block, key_of, limit_of, share, stream, uniform
from sim.mathematics.odds import weekly_from_annual
from sim.state.groups import join_groups
from sim.state.households import BY_CHANCE, draw_household
from sim.state.orders import close_order, loses_keeper
from sim.state.phase import phase, unit
from sim.state.residents import CHILD, MIGRANT, NEVER_SERVED, NO_TEAM, NO_TIER, SIXTY, VACANT
from sim.state.ties import end_tie, mood_around

LEAVING = stream("moving.leaving")
STAYED = stream("moving.stayed")
HABIT = stream("moving.habit")
ON_AVERAGE, BY_AGE = range(2)
MIDDLE_AGE = 35
LONGEST = 5_200
"""Nobody is said to have lived here for more weeks."""
LEAVER = 0
"""Tenure of who has just left: whoever lives here has done so for a week at least."""
BLOCK = 4096
"""Households among whom those who may leave are found, before the first of them is asked."""


@law
def annual_share_leaving(annual, added, of_origin, of_tenure, rooted, identity):
    """Share of such households that leave in a year; fewer where identity is high (`rooted` 0: no such effect)."""
    share = (annual + added) * of_origin * of_tenure * (1.0 - rooted * identity)
    return 0.0 if share < 0.0 else 1.0 if share > 1.0 else share


@law
def annual_rate(oldest, people, moving):
    """Share of households that leave in a year, on average or by the age of the oldest and whether they live alone."""
    if moving.by == ON_AVERAGE:
        return moving.annual_rate
    by_age = moving.young if oldest < MIDDLE_AGE else moving.middle if oldest < SIXTY else moving.old
    return max(by_age, moving.alone) if people == 1 and oldest < SIXTY else by_age


@law
def weekly_chance_of_leaving(annual, migrant, owner, rooted, identity, levers, moving):
    """Chance that a household of such an origin and tenure leaves this week."""
    of_origin = moving.migrants if migrant else moving.locals
    of_tenure = moving.owners if owner else moving.renters
    return weekly_from_annual(annual_share_leaving(annual, levers.turnover[0], of_origin, of_tenure, rooted, identity))


@law
def chance_of_leaving(h, residents, households, levers, moving):
    """Chance that household h leaves this week; an empty dwelling has nobody to leave."""
    low, high = households.first[h], households.first[h + 1]
    first, people, oldest = high, 0, 0
    for i in range(high - 1, low - 1, -1):
        if residents.age[i] != VACANT:
            first, people, oldest = i, people + 1, max(oldest, residents.years[i])
    if people == 0:
        return 0.0
    identity = mean_identity(low, high, residents) if moving.rooted > 0.0 else 0.0
    migrant, owner = residents.origin[first] == MIGRANT, residents.owner[first] == 1
    annual = annual_rate(oldest, people, moving)
    return weekly_chance_of_leaving(annual, migrant, owner, moving.rooted, identity, levers, moving)


@law
def weeks_stayed(u, chance):
    """How long a household has lived here where each week it leaves with a chance: geometric, by inversion of u."""
    return min(int(log(u) / log(1.0 - min(chance, 1.0 - 1e-9))), LONGEST) if chance > 0.0 else LONGEST


@law
def mean_identity(low, high, residents):
    """Mean identification of those in some rows with the community."""
    mean = 0.0
    for i in range(low, high):
        mean += residents.identity[i] / (high - low)
    return mean


@law
def takes_leave(i, h, residents, households, ties, count):
    """Who leaves with household h gives up all ties but those to the household, and their credits."""
    residents.tenure[i] = LEAVER
    low, high = households.first[h], households.first[h + 1]
    s = ties.first[i] + ties.degree[i] - 1
    while s >= ties.first[i]:
        if ties.other[s] < low or ties.other[s] >= high:
            end_tie(i, s, ties)
        s -= 1
    count.bank[3] += residents.balance[i]
    count.movers[1] += 1
    if residents.tier[i] >= 1:
        count.movers[2] += 1


@law
def habit_brought(tier, u, moving):
    """Habit with which a newcomer arrives, by a draw u: who served where they lived before has one."""
    return moving.habit_strength if tier != NO_TIER and u < moving.habit_share else 0.0


@law
def arrives(i, residents, households, kinds, starting):
    """A newcomer begins as a bystander (a child without a tier) and knows nothing of this place."""
    join_groups(i, residents, households, kinds)
    residents.known[i], residents.contacted[i], residents.promised[i], residents.cases[i] = 0, 0, 0.0, 0
    residents.tenure[i], residents.registered[i], residents.route[i], residents.balance[i] = 0, 0, 0, 0
    residents.recruited_week[i], residents.registered_week[i], residents.team[i] = -1, NEVER_SERVED, NO_TEAM
    residents.tier[i] = NO_TIER if residents.age[i] == CHILD else 0
    residents.skill[i], residents.efficacy[i], residents.identity[i] = (
        starting.skill,
        starting.efficacy,
        residents.identity_home[i],
    )
    residents.satisfaction[i], residents.wellbeing[i] = starting.satisfaction, starting.wellbeing
    residents.fatigue[i], residents.habit[i], residents.assigned[i], residents.unmet_weeks[i] = 0.0, 0.0, 0.0, 0.0
    residents.hours[i], residents.hours_left[i], residents.hours_kept[i] = 0.0, 0.0, 0.0
    residents.hours_assigned[i], residents.hours_public[i] = 0.0, 0.0
    residents.hours_year[i], residents.hours_past_year[i] = 0.0, 0.0
    residents.success[i], residents.services[i], residents.notified[i], residents.away[i], residents.asked[i] = (
        0.0,
        0,
        0,
        0,
        0,
    )
    residents.vanguard[i], residents.pioneer[i], residents.met[i], residents.last_served[i] = 0, 0, 0, NEVER_SERVED
    residents.needs_year[i], residents.met_year[i], residents.needs_past_year[i], residents.met_past_year[i] = (
        0,
        0,
        0,
        0,
    )


@phase
def households_leave(station, residents, households, ties, orders, kinds, count, levers, moving):
    """Households leave, and with them what they knew: their ties, their credits and their open orders."""
    key_leaving = key_of(station.seed[0], LEAVING, station.week[0])
    bound = limit_of(likeliest_to_leave(levers, moving))
    rows, words = np.empty(BLOCK + 1, np.int64), np.empty(BLOCK, np.uint32)
    moved = 0
    for start in range(0, households.generation.size, BLOCK):
        for h in who_may_leave(start, key_leaving, bound, residents, households, rows, words):
            if share(words[h - start]) < chance_of_leaving(h, residents, households, levers, moving):
                moved += 1
                households.vacated[h] = 1
                for i in range(households.first[h], households.first[h + 1]):
                    if residents.age[i] != VACANT:
                        takes_leave(i, h, residents, households, ties, count)
    count.movers[0] += moved
    if moved > 0:
        cancel_orders(residents, orders, kinds, station, count)


@phase
def newcomers_arrive(station, residents, households, ties, levers, people, kinds, moving, starting):
    """Newcomers take the dwellings of those who left: strangers to all but each other."""
    key_habit = key_of(station.seed[0], HABIT, 0)
    migrants = min(max(moving.migrants_arriving + levers.arriving_migrants[0], 0.0), 1.0)
    for h in range(households.vacated.size):
        if households.vacated[h]:
            households.vacated[h] = 0
            households.generation[h] += 1
            low, high = households.first[h], households.first[h + 1]
            empty = residents.age[low:high] == VACANT
            dwelling, generation = households.dwelling[h], households.generation[h]
            draw_household(low, high, dwelling, generation, migrants, BY_CHANCE, station.seed[0], residents, people)
            for i in range(low, high):
                if empty[i - low]:
                    residents.age[i] = VACANT
            for i in range(low, high):
                if residents.age[i] != VACANT:
                    arrives(i, residents, households, kinds, starting)
                    residents.habit[i] = habit_brought(residents.tier[i], uniform(key_habit, residents.key[i]), moving)
            # until they next take in the mood around them, newcomers know each other only
            for i in range(low, high):
                residents.around_across[i] = 0.0
                residents.around_strength[i], residents.around_identity[i] = mood_around(i, residents, ties)


@law
def cancel_orders(residents, orders, kinds, station, count):
    """The orders of those who left are cancelled: their needs have gone with them."""
    o = 0
    while o < station.open_orders[0]:
        i = orders.client[o]
        if residents.tenure[i] == LEAVER:
            if orders.until[o] > 0:
                loses_keeper(o, residents, orders, kinds)
                count.cases[2] += 1
            else:
                count.cancelled[0] += 1
            residents.open_needs[i] = 0
            close_order(o, orders, station)
        else:
            o += 1


@unit
def founders_have_stayed(station, residents, households, levers, moving):
    """How long each founding household has lived here by the start, at its chance of leaving."""
    key_stayed = key_of(station.seed[0], STAYED, 0)
    for h in range(households.generation.size):
        chance = chance_of_leaving(h, residents, households, levers, moving)
        weeks = weeks_stayed(uniform(key_stayed, np.uint64(households.dwelling[h])), chance)
        for i in range(households.first[h], households.first[h + 1]):
            residents.tenure[i] = weeks


# ---- the engineer's half: most households stay, and one look at the draw tells


@law
def likeliest_to_leave(levers, moving):
    """The highest chance that any household leaves this week."""
    annual = max(annual_rate(0, 1, moving), annual_rate(MIDDLE_AGE, 2, moving), annual_rate(SIXTY, 2, moving))
    annual = max(annual, annual_rate(0, 2, moving))
    likeliest = 0.0
    for migrant in (False, True):
        for owner in (False, True):
            chance = weekly_chance_of_leaving(annual, migrant, owner, 0.0, 0.0, levers, moving)
            likeliest = max(likeliest, chance)
    return likeliest


@compiled
def who_may_leave(start, key, bound, residents, households, rows, words):
    """Rows of a block of households whose word of luck (by dwelling and generation) is below a bound; all words."""
    end, found = min(start + BLOCK, households.generation.size), 0
    draw_words(key, households.dwelling[start:end], households.generation[start:end], words)
    for h in range(start, end):
        rows[found] = h
        found += int(words[h - start] < bound)
    for h in rows[:found]:
        prefetch(h, households.first)
    for h in rows[:found]:
        prefetch(households.first[h], residents.age, residents.owner, residents.origin)
    return rows[:found]


@compiled
def draw_words(key, dwelling, generation, words):
    """One word for each of a block of households (vectorised)."""
    for h in range(dwelling.size):
        words[h], _, _, _ = block(key, np.uint64(dwelling[h]), np.uint64(generation[h]))
