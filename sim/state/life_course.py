"""Life course: one household through some weeks of births, partners, illness, death and leaving home.

Every chance hangs on age, household and tenure only, never on service or identity, so that all arms of a study share
one population. The same sentences are said of households of the past (some weeks at once, `founders_have_lived`) and of
those of today (one week, `lives_go_on`). A dwelling has so many places; where none is free, a child or a partner does
not come.

Sources: census2000, xiamenbulletin2023, clhls2021
"""

import numpy as np

from sim.engine.jit import compiled, law
from sim.mathematics.chance import block, key_of, share, stream, uniform
from sim.mathematics.elementary import power
from sim.state.households import draw_persons, newcomer_key
from sim.state.residents import (
    ADULT,
    AT_SCHOOL,
    BYSTANDER,
    CHILD,
    CHILD_OF_HOME,
    FLATMATE,
    GROWN_UP,
    HEAD,
    NEVER_SERVED,
    NO_TEAM,
    NO_TIER,
    SIXTY,
    TEEN,
    VACANT,
    band_of,
)

WORKS = stream("living.works")
JOINS = stream("living.joins")
YEAR = 52
LEAVER = 0
"""Tenure of who has gone this week, moved, left home or died: whoever lives here has done so for a week at least."""
STAYS, HAS_LEFT, CHILD_HAS_LEFT, WILL_LEAVE = range(4)
"""What a household does this week (column `vacated`)."""
NOTHING, BORN, JOINED, DIED, LEFT_HOME = range(5)
"""What has happened to who lives in a row."""
BIRTHS, PARTNERS, DEATHS, LEFT, LOST, ENDED, BEGAN, RECOVERED = range(8)
"""Places in the tally of lives."""
NOBODY_LIVES = -1
PARENTS, SINGLES, AGE_GAP, MOST_CHILDREN = (22, 43), (22, 40), 9, 2
"""Ages between which couples have children and singles find partners; years between the two; children of a couple."""
LEAVE_HOME_UNTIL, TO_FAMILY_FROM = 40, 75
MOST_YEARS = 130
DEATH_BANDS = 9


@law
def chance_within(annual, weeks):
    """Chance that something happens within some weeks that happens to so large a share in a year."""
    return 1.0 - power(1.0 - annual, weeks / 52.0)


@law
def annual_deaths(years, life):
    """Share of people of an age that dies in a year: the life table."""
    if years < SIXTY:
        return life.die_0 if years < 40 else life.die_40
    if years < 75:
        return life.die_60 if years < 65 else life.die_65 if years < 70 else life.die_70
    if years < 85:
        return life.die_75 if years < 80 else life.die_80
    return life.die_85 if years < 90 else life.die_90


@law
def weekly_onset(years, life):
    """Chance that illness begins to limit somebody of an age this week; children's limits are those of their birth."""
    if years < GROWN_UP:
        return 0.0
    return life.limited_18 if years < SIXTY else life.limited_60 if years < 70 else life.limited_70


@law
def annual_births(minors, life):
    """Share of couples that have a child in a year, by the minors who live with them."""
    return life.first_birth if minors == 0 else life.second_birth if minors < MOST_CHILDREN else 0.0


@law
def is_here(i, residents):
    """Whether somebody lives in row i and has not gone this week."""
    return residents.age[i] != VACANT and residents.tenure[i] != LEAVER


@law
def minors_at_home(h, residents, households):
    """Residents below 18 of household h."""
    minors = 0
    for i in range(households.first[h], households.first[h + 1]):
        minors += is_here(i, residents) and residents.years[i] < GROWN_UP
    return minors


@law
def adults_at_home(h, residents, households):
    """Residents of 18 and over of household h, and the row of the last of them."""
    adults, last = 0, NOBODY_LIVES
    for i in range(households.first[h], households.first[h + 1]):
        if is_here(i, residents) and residents.years[i] >= GROWN_UP:
            adults, last = adults + 1, i
    return adults, last


@law
def is_a_couple(h, residents, households):
    """Whether exactly two heads of household h are of an age to have children, and near in age."""
    found, sum_years, one = 0, 0, 0
    for i in range(households.first[h], households.first[h + 1]):
        years = residents.years[i]
        if is_here(i, residents) and residents.kinship[i] == HEAD and years >= PARENTS[0] and years < PARENTS[1]:
            found, sum_years, one = found + 1, sum_years + years, years
    return found == 2 and abs(sum_years - 2 * one) < AGE_GAP


@law
def single_at_home(h, residents, households):
    """The row of the only resident of household h of an age to find a partner who may move in; NOBODY_LIVES if
    there is none.
    """
    found, at = 0, NOBODY_LIVES
    for i in range(households.first[h], households.first[h + 1]):
        years = residents.years[i]
        if is_here(i, residents) and years >= SINGLES[0] and years < SINGLES[1]:
            found, at = found + 1, i
    if found != 1 or residents.kinship[at] == FLATMATE or minors_at_home(h, residents, households) > 0:
        return NOBODY_LIVES
    return at


@law
def may_leave_home(i, h, residents, households):
    """Whether i is a grown child of household h whose parents live there."""
    if residents.kinship[i] != CHILD_OF_HOME or residents.years[i] < GROWN_UP or residents.years[i] >= LEAVE_HOME_UNTIL:
        return False
    for j in range(households.first[h], households.first[h + 1]):
        if is_here(j, residents) and residents.kinship[j] == HEAD:
            return True
    return False


@law
def free_place(h, residents, households):
    """The first row of household h in which nobody lives; NOBODY_LIVES where all places are taken."""
    for i in range(households.first[h], households.first[h + 1]):
        if residents.age[i] == VACANT:
            return i
    return NOBODY_LIVES


@law
def has_birthday(i, week, weeks, residents):
    """Whether somebody becomes a year older in the weeks that end with this one."""
    return (week - residents.birthday[i]) % YEAR < weeks


@law
def grows_older(i, seed, residents, people):
    """Somebody becomes a year older: at 12 they can take part, at 18 they may work, at 60 they retire.

    Returns whether anything follows from it.
    """
    residents.years[i] += 1
    band = band_of(residents.years[i])
    if band == residents.age[i]:
        return residents.years[i] == AT_SCHOOL
    residents.age[i] = band
    if band == TEEN:
        residents.tier[i] = BYSTANDER
    at_work = band == ADULT and uniform(key_of(seed, WORKS, 0), residents.key[i]) < people.works
    residents.works[i] = 1 if at_work else 0
    return True


@law
def joins(i, h, years, kinship, week, seed, residents, households, people):
    """Somebody of an age moves into or is born in the empty row i of household h."""
    like = NOBODY_LIVES
    for j in range(households.first[h], households.first[h + 1]):
        if is_here(j, residents):
            like = j
    key = newcomer_key(households.dwelling[h], households.generation[h], households.persons[h])
    households.persons[h] += 1
    residents.key[i], residents.years[i], residents.age[i], residents.kinship[i] = key, years, band_of(years), kinship
    birthday, works, _, _ = block(key_of(seed, JOINS, 0), key, np.uint64(0))
    residents.birthday[i] = week % YEAR if years == 0 else int(share(birthday) * YEAR)
    residents.works[i] = 1 if years >= GROWN_UP and share(works) < people.works else 0
    residents.origin[i], residents.owner[i] = residents.origin[like], residents.owner[like]
    residents.low_income[i], residents.limited[i] = residents.low_income[like], 0
    residents.tier[i], residents.tenure[i] = NO_TIER if years < 12 else BYSTANDER, 1


@law
def years_of_partner(i, seed, residents, households, h):
    """A partner is nearly as old: within some years, by a draw of the household and the person to come."""
    key = newcomer_key(households.dwelling[h], households.generation[h], households.persons[h])
    _, _, u, v = block(key_of(seed, JOINS, 0), key, np.uint64(0))
    return max(residents.years[i] + int(4.0 * (share(u) + share(v)) - 3.5), 20)


@law
def live_together(h, seed, residents, households, people):
    """What follows from who lives together in household h: living alone, a child at school, interests and
    hours by age.
    """
    low, high = households.first[h], households.first[h + 1]
    here, at_school = 0, 0
    for i in range(low, high):
        if residents.age[i] != VACANT:
            here += 1
            at_school += residents.age[i] == TEEN or (residents.age[i] == CHILD and residents.years[i] >= AT_SCHOOL)
    for i in range(low, high):
        if residents.age[i] != VACANT:
            residents.alone[i], residents.school_child[i] = int(here == 1), int(at_school > 0)
    draw_persons(low, high, seed, residents, people)


@law
def begins_here(i, residents, starting):
    """Whoever begins to live here is a bystander, or a child without a tier, and has done nothing here yet."""
    residents.known[i], residents.contacted[i], residents.promised[i], residents.cases[i] = 0, 0, 0.0, 0
    residents.tenure[i], residents.registered[i], residents.route[i], residents.balance[i] = 0, 0, 0, 0
    residents.recruited_week[i], residents.registered_week[i], residents.team[i] = -1, NEVER_SERVED, NO_TEAM
    residents.earned[i] = 0
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


@law
def falls_vacant(i, residents, starting):
    """Nobody lives in row i any more; an open need waits for its order to be cancelled."""
    begins_here(i, residents, starting)
    residents.age[i], residents.tier[i], residents.team[i], residents.tenure[i] = VACANT, NO_TIER, NO_TEAM, LEAVER
    residents.groups[i], residents.wants[i], residents.alone[i], residents.limited[i] = 0, 0, 0, 0
    residents.years[i], residents.works[i], residents.school_child[i] = 0, 0, 0


# ---- the engineer's half: chances of everybody at once, and all that happens in one household


@compiled
def chances_of(weeks, life):
    """Chances within some weeks: of death by age in years, then to leave home, of two births, a partner, kin,
    recovery, illness.
    """
    chances = np.empty(MOST_YEARS + 11)
    for years in range(MOST_YEARS + 1):
        as_before = years > 0 and annual_deaths(years, life) == annual_deaths(years - 1, life)
        chances[years] = chances[years - 1] if as_before else chance_within(annual_deaths(years, life), weeks)
    chances[MOST_YEARS + 1] = chance_within(life.leaves_home, weeks)
    chances[MOST_YEARS + 2] = chance_within(annual_births(0, life), weeks)
    chances[MOST_YEARS + 3] = chance_within(annual_births(1, life), weeks)
    chances[MOST_YEARS + 4] = chance_within(life.partner, weeks)
    chances[MOST_YEARS + 5] = chance_within(life.to_family, weeks)
    chances[MOST_YEARS + 6] = 1.0 - power(1.0 - life.recovers, weeks)
    for band in range(4):
        chances[MOST_YEARS + 7 + band] = 1.0 - power(1.0 - weekly_onset((0, GROWN_UP, SIXTY, 70)[band], life), weeks)
    return chances


@compiled
def household_lives(h, when, chances, residents, households, people, life, notes):
    """Household h through the weeks that end with this one; notes what happened to each row.

    Returns whether anything changed.

    Birthdays and illness come first, then births and partners, then deaths, then leaving home.
    """
    week, weeks, seed, key_person, key_home = when
    happened, counted = notes
    low, high = households.first[h], households.first[h + 1]
    happened[:] = NOTHING
    changed = False
    for i in range(low, high):
        if residents.age[i] == VACANT:
            continue
        if has_birthday(i, week, weeks, residents):
            changed |= grows_older(i, seed, residents, people)
        _, u, _, _ = block(key_person, residents.key[i], np.uint64(0))
        if residents.limited[i] == 0:
            if share(u) < chances[MOST_YEARS + 7 + int(max(residents.age[i] - 1, 0))]:
                residents.limited[i], changed = 1, True
                counted[BEGAN] += 1
        elif share(u) < chances[MOST_YEARS + 6]:
            residents.limited[i], changed = 0, True
            counted[RECOVERED] += 1
    birth, partner, kin, _ = block(key_home, np.uint64(households.dwelling[h]), np.uint64(households.generation[h]))
    minors, place = minors_at_home(h, residents, households), free_place(h, residents, households)
    if minors < MOST_CHILDREN and is_a_couple(h, residents, households):
        if share(birth) < chances[MOST_YEARS + 2 + minors] and place != NOBODY_LIVES:
            joins(place, h, 0, CHILD_OF_HOME, week, seed, residents, households, people)
            happened[place - low] = BORN
    elif share(partner) < chances[MOST_YEARS + 4] and place != NOBODY_LIVES:
        single = single_at_home(h, residents, households)
        if single != NOBODY_LIVES:
            residents.kinship[single] = HEAD
            years = years_of_partner(single, seed, residents, households, h)
            joins(place, h, years, HEAD, week, seed, residents, households, people)
            happened[place - low] = JOINED
    deaths = 0
    for i in range(low, high):
        if residents.age[i] != VACANT and happened[i - low] == NOTHING:
            death, _, leaves, _ = block(key_person, residents.key[i], np.uint64(0))
            if share(death) < chances[min(residents.years[i], MOST_YEARS)]:  # the table ends; a life may not
                happened[i - low], deaths = DIED, deaths + 1
                residents.age[i], residents.tenure[i] = VACANT, LEAVER
            elif share(leaves) < chances[MOST_YEARS + 1] and may_leave_home(i, h, residents, households):
                happened[i - low], residents.tenure[i] = LEFT_HOME, LEAVER
                households.vacated[h] = CHILD_HAS_LEFT
    if will_leave(h, deaths > 0, share(kin), chances, residents, households, life):
        households.vacated[h], changed = WILL_LEAVE, True
    for k in range(high - low):
        changed |= happened[k] != NOTHING
    return changed


@law
def will_leave(h, widowed, u, chances, residents, households, life):
    """Whether household h leaves or is at an end: nobody of 18 is left, or the last elder moves to kin, by a draw u."""
    adults, last = adults_at_home(h, residents, households)
    if adults == 0:
        return True
    if adults > 1 or minors_at_home(h, residents, households) > 0 or residents.years[last] < SIXTY:
        return False
    if widowed:
        return u < life.widowed
    return residents.years[last] >= TO_FAMILY_FROM and u < chances[MOST_YEARS + 5]
