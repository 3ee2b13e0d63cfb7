"""Moving: households leave, newcomers take the dwelling, at tier 0 and without ties outside the household.

Mobility (how many move) and heterogeneity (who arrives) are two inputs. Households move last in the week, so that plain
replacement has its closed form (oracle E5) against which any further effect of mobility is measured. Leaving can go by
the age of the oldest (`by: age`): the young and those who live alone move most, elders least. Newcomers who served
where they lived before can bring some habit of serving with them, so that newcomers need not take part less.

Sources: kasarda1974, sampson1988, beike2019, guangzhou2021, huang2025 (A34, A35)
"""

import numpy as np

from sim.engine.jit import compiled, law, prefetch
from sim.mathematics.chance import block, key_of, limit_of, share, stream, uniform, uniform_pair, uniform_twice
from sim.mathematics.elementary import log, power
from sim.mathematics.odds import weekly_from_annual
from sim.state.groups import join_groups
from sim.state.households import BY_CHANCE, OLDEST, draw_household
from sim.state.life_course import (
    CHILD_HAS_LEFT,
    DEATHS,
    ENDED,
    HAS_LEFT,
    LEAVER,
    RECOVERED,
    STAYS,
    WILL_LEAVE,
    YEAR,
    begins_here,
    chances_of,
    falls_vacant,
    household_lives,
    is_here,
    live_together,
)
from sim.state.orders import DIED, MOVED, close_order, is_case, loses_keeper
from sim.state.phase import phase, unit
from sim.state.residents import MIGRANT, NO_TIER, SENIOR_ELDER, SIXTY, VACANT, YOUNGER_ELDER, band_of
from sim.state.ties import GIVEN, end_tie, end_ties, make_tie, mood_around

LEAVING = stream("moving.leaving")
STAYED = stream("moving.stayed")
PAST = stream("moving.past")
PAST_HOME = stream("moving.past_home")
PAST_MOVES = stream("moving.past_moves")
SIZE = stream("moving.size")
ALONE = stream("moving.alone")
AT_A_TIME = 26
"""Weeks of the past that are lived at once."""
HABIT = stream("moving.habit")
ON_AVERAGE, BY_AGE = range(2)
MIDDLE_AGE = 35
LONGEST = 5_200
"""Nobody is said to have lived here for more weeks."""
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
    as_often = moving.young if oldest < MIDDLE_AGE else moving.middle if oldest < SIXTY else moving.old
    if people == 1 and oldest < SIXTY:
        as_often = max(as_often, moving.alone)
    return moving.annual_rate * as_often


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
    """Mean identification of those who live in some rows with the community."""
    mean, people = 0.0, 0
    for i in range(low, high):
        people += residents.age[i] != VACANT
    for i in range(low, high):
        mean += residents.identity[i] / people if residents.age[i] != VACANT else 0.0
    return mean


@law
def household_leaves(h, residents, households, ties, count):
    """All who live in household h leave; where nobody does any more, its dwelling is free."""
    households.vacated[h] = HAS_LEFT
    leaving = 0
    for i in range(households.first[h], households.first[h + 1]):
        if is_here(i, residents):
            leaving += 1
            takes_leave(i, h, residents, households, ties, count)
    if leaving > 0:
        count.movers[0] += 1
    else:
        count.lives[ENDED] += 1


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
    begins_here(i, residents, starting)


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
                households.vacated[h] = WILL_LEAVE
    for h in range(households.vacated.size):
        if households.vacated[h] == WILL_LEAVE:
            moved += 1
            household_leaves(h, residents, households, ties, count)
        elif households.vacated[h] == CHILD_HAS_LEFT:
            moved += 1
    if moved + count.lives[DEATHS] > 0:
        cancel_orders(residents, orders, kinds, station, count)


@phase
def newcomers_arrive(station, residents, households, ties, levers, people, kinds, moving, starting):
    """Newcomers take the dwellings of those who left: strangers to all but each other."""
    migrants = min(max(moving.migrants_arriving + levers.arriving_migrants[0], 0.0), 1.0)
    key_habit = key_of(station.seed[0], HABIT, 0)
    for h in range(households.vacated.size):
        happened, households.vacated[h] = households.vacated[h], STAYS
        if happened == CHILD_HAS_LEFT:
            go_on_without(h, station.seed[0], residents, households, people, kinds, starting)
        elif happened == HAS_LEFT:
            if people.ages:
                clear_out(h, residents, households, ties, starting)
            households.generation[h] += 1
            low, high = households.first[h], households.first[h + 1]
            if people.ages:
                high = low + size_of_arrivals(h, station.seed[0], households, people)
                households.persons[h] = high - low
            empty = (residents.age[low:high] == VACANT) & (people.ages == 0)
            dwelling, generation = households.dwelling[h], households.generation[h]
            draw_household(low, high, dwelling, generation, migrants, BY_CHANCE, station.seed[0], residents, people)
            for i in range(low, high):
                if empty[i - low]:
                    residents.age[i] = VACANT
            for i in range(low, high):
                if residents.age[i] != VACANT:
                    arrives(i, residents, households, kinds, starting)
                    residents.habit[i] = habit_brought(residents.tier[i], uniform(key_habit, residents.key[i]), moving)
            if people.ages and station.homes_tied[0]:
                tie_household(low, high, station.room_for_made[0], ties)
            # until they next take in the mood around them, newcomers know each other only
            for i in range(low, high):
                residents.around_across[i] = 0.0
                residents.around_strength[i], residents.around_identity[i] = mood_around(i, residents, ties)


@law
def go_on_without(h, seed, residents, households, people, kinds, starting):
    """A household goes on without a grown child who has left home."""
    for i in range(households.first[h], households.first[h + 1]):
        if residents.age[i] != VACANT and residents.tenure[i] == LEAVER:
            falls_vacant(i, residents, starting)
    live_together(h, seed, residents, households, people)
    for i in range(households.first[h], households.first[h + 1]):
        if residents.age[i] != VACANT:
            join_groups(i, residents, households, kinds)


@law
def clear_out(h, residents, households, ties, starting):
    """Nobody lives in a dwelling any more, and the ties of its household end."""
    for i in range(households.first[h], households.first[h + 1]):
        end_ties(i, ties)
        falls_vacant(i, residents, starting)


@law
def size_of_arrivals(h, seed, households, people):
    """How many persons arrive in a dwelling with places for more: by how common households of a size are."""
    u = uniform_pair(key_of(seed, SIZE, 0), np.uint64(households.dwelling[h]), np.uint64(households.generation[h]))
    size = 1
    while size < people.sizes.size and u >= people.sizes[size - 1]:
        size += 1
    return size


@law
def tie_household(low, high, most, ties):
    """Tie those in some rows to each other."""
    for i in range(low, high):
        for j in range(i + 1, high):
            make_tie(i, j, 1.0, 1.0, GIVEN, most, ties)


@law
def cancel_orders(residents, orders, kinds, station, count):
    """The orders of those who left are cancelled: their needs have gone with them."""
    o = 0
    while o < station.open_orders[0]:
        i = orders.client[o]
        if residents.tenure[i] == LEAVER:
            if is_case(o, orders):
                loses_keeper(o, residents, orders, kinds)
                count.cases[DIED if residents.age[i] == VACANT else MOVED] += 1
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


@unit
def founders_have_lived(station, residents, households, levers, people, moving, life):
    """Founding households live before the start: what happens in a week, for so many weeks at once.

    They do so until ages are at rest.
    """
    seed, steps, migrants = station.seed[0], int(life.burn_in * YEAR / AT_A_TIME), moving.migrants_arriving
    chances, notes = chances_of(AT_A_TIME, life), (np.zeros(int(life.places), np.int8), np.zeros(RECOVERED + 1))
    for i in range(residents.tenure.size):
        residents.tenure[i] = 1
    surely_stays = power(1.0 - likeliest_to_leave(levers, moving), AT_A_TIME)
    for step in range(steps):
        week = (step + 1 - steps) * AT_A_TIME - 1
        when = (week, AT_A_TIME, seed, key_of(seed, PAST, step), key_of(seed, PAST_HOME, step))
        people_here, old = 0, 0
        for h in range(households.generation.size):
            household_lives(h, when, chances, residents, households, people, life, notes)
            word, weeks, _, _ = block(
                key_of(seed, PAST_MOVES, step), np.uint64(households.dwelling[h]), np.uint64(households.generation[h])
            )
            gone = households.vacated[h] == WILL_LEAVE
            if not gone and share(word) >= surely_stays:
                chance = chance_of_leaving(h, residents, households, levers, moving)
                gone = share(word) >= power(1.0 - chance, AT_A_TIME)
            low, high = households.first[h], households.first[h + 1]
            for i in range(low, high):
                if gone or residents.tenure[i] == LEAVER:
                    residents.age[i] = VACANT
                residents.tenure[i] += AT_A_TIME
            households.vacated[h] = STAYS
            if gone:
                households.generation[h] += 1
                size = size_of_arrivals(h, seed, households, people)
                households.persons[h] = size
                dwelling, generation = households.dwelling[h], households.generation[h]
                draw_household(low, low + size, dwelling, generation, migrants, BY_CHANCE, seed, residents, people)
                for i in range(low, low + size):
                    residents.tenure[i] = 1 + int(share(weeks) * AT_A_TIME)
            for i in range(low, high):
                people_here += residents.age[i] != VACANT
                old += residents.age[i] == YOUNGER_ELDER or residents.age[i] == SENIOR_ELDER
        if life.old_share > 0.0 and old >= life.old_share * people_here:
            break
    if people.elders_alone > 0:
        fix_elders_alone(key_of(seed, ALONE, 0), residents, households, people)
    for h in range(households.generation.size):
        live_together(h, seed, residents, households, people)


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
def fix_elders_alone(key, residents, households, people):
    """Make so many of those who live alone as old, or as young, as it takes to have the number asked for, by lot."""
    rows, draws, n, have = np.empty(households.generation.size, np.int64), np.empty(households.generation.size), 0, 0
    for h in range(households.generation.size):
        here = 0
        for i in range(households.first[h], households.first[h + 1]):
            if residents.age[i] != VACANT:
                here, rows[n] = here + 1, i
        if here == 1:
            draws[n] = uniform(key, residents.key[rows[n]])
            have += residents.years[rows[n]] >= SIXTY
            n += 1
    for at in np.argsort(draws[:n]):
        i = rows[at]
        u, v = uniform_twice(key, residents.key[i], np.uint64(1))
        is_old = residents.years[i] >= SIXTY
        if is_old and have > people.elders_alone:
            residents.years[i], have = int(people.adults_years[int(u * people.adults_years.size)]), have - 1
        elif not is_old and have < people.elders_alone:
            residents.years[i], have = int(min(SIXTY - people.elders_age * log(u), OLDEST)), have + 1
        else:
            continue
        residents.age[i], residents.works[i] = band_of(residents.years[i]), 0
        if residents.years[i] < SIXTY and v < people.works:
            residents.works[i] = 1


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
