"""Moving: households leave, newcomers take the dwelling, at tier 0 and without ties outside the household.

Mobility (how many move) and heterogeneity (who arrives) are two inputs. Households move last in the week, so that plain
replacement has its closed form (oracle E5) against which any further effect of mobility is measured.

Sources: kasarda1974, sampson1988, huang2025 (A34, A35)
"""

import numpy as np

from sim.chance import block, key_of, limit_of, share, stream
from sim.compiling import soon
from sim.households import BY_CHANCE, HouseholdNumbers, PersonColumns, draw_household
from sim.law import compiled, law
from sim.odds import weekly_from_annual
from sim.orders import last_row_into
from sim.phase import phase
from sim.residents import CHILD, MIGRANT, SENIOR_ELDER, VACANT, YOUNGER_ELDER
from sim.old_ties import end_tie, mood_around

LEAVING = stream("moving.leaving")
NEVER_SERVED = -1_000_000
STRETCH = 4096
"""Households among whom those who may leave are found, before the first of them is asked."""


@law
def annual_share_leaving(annual, added, of_origin, of_tenure, rooted, identity):
    """Share of such households that leave in a year; fewer where identity is high (`rooted` 0: no such effect)."""
    share = (annual + added) * of_origin * of_tenure * (1.0 - rooted * identity)
    return 0.0 if share < 0.0 else 1.0 if share > 1.0 else share


@compiled
def groups_of(age, alone, low_income, migrant):
    """The groups a resident belongs to, as bits in the order of `residents.GROUPS`."""
    bits = 0
    if age >= YOUNGER_ELDER and age <= SENIOR_ELDER:
        bits |= (1 if alone else 0) | (2 if age == SENIOR_ELDER else 0)
    if age == CHILD:
        bits |= 4
    if age <= SENIOR_ELDER:
        bits |= (8 if low_income else 0) | (16 if migrant else 0)
    return bits


@compiled
def wants_of(age, groups, limited, owner, school_child, kind_eligible):
    """The service kinds a resident can come to need, as bits; who is eligible stands in the table of kinds."""
    elder = age >= YOUNGER_ELDER and age <= SENIOR_ELDER
    member = (age <= SENIOR_ELDER, (groups & 1) != 0, elder, age == SENIOR_ELDER, limited == 1 and age <= SENIOR_ELDER, age == CHILD,
              age <= 1, school_child == 1 and age == 2, owner == 1 and (age == 2 or elder), (groups & 8) != 0, age == 2 or elder)
    bits = 0
    for k in range(kind_eligible.size):
        if member[kind_eligible[k]]:
            bits |= 1 << k
    return bits


@compiled
def fill_groups(age, alone, low_income, origin, limited, owner, school_child, kind_eligible, groups, wants):
    """Write the groups and the possible needs of every resident."""
    for i in range(age.size):
        groups[i] = groups_of(age[i], alone[i], low_income[i], origin[i] == MIGRANT)
        wants[i] = wants_of(age[i], groups[i], limited[i], owner[i], school_child[i], kind_eligible)


@compiled
def _draw(key, dwelling, generation, drawn):
    """One word for each of a stretch of households: by dwelling, and how many lived there before (vectorised)."""
    for h in range(dwelling.size):
        drawn[h], _, _, _ = block(key, np.uint64(dwelling[h]), np.uint64(generation[h]))


@phase(writes=("key", "age", "origin", "owner", "alone", "low_income", "limited", "school_child", "interest", "disposition", "hours_limit", "threshold",
               "identity_home", "generation", "groups", "wants", "tenure", "tier", "registered", "skill", "efficacy", "identity", "fatigue", "satisfaction", "habit",
               "wellbeing", "assigned", "balance", "vanguard", "pioneer", "team", "route", "recruited_week", "hours", "hours_left", "hours_assigned",
               "hours_public", "hours_year", "hours_past_year", "last_served", "success", "services", "notified", "away", "open_needs", "met",
               "needs_year", "met_year", "needs_past_year", "met_past_year",               "unmet_weeks", "degree", "tie_other", "tie_strength", "tie_rest", "tie_born", "open_orders", "order_key", "order_state", "order_kind",
               "order_client", "order_arose", "order_placed", "order_rounds", "order_server", "order_escalated", "order_credit", "order_rank", "order_quality",
               "order_rating", "count_movers", "count_bank", "count_cancelled", "asked", "around_strength", "around_identity"))
def households_move(seed, week, household_first, dwelling, generation, key, age, origin, owner, alone, low_income, limited, school_child, interest,
                    disposition, hours_limit, threshold, identity_home, people, people_types, people_owners, people_limited, people_interest, people_hours_median,
                    people_threshold_given, people_identity, groups, wants, kind_eligible, tenure, tier, registered, skill, efficacy,
                    identity, fatigue, satisfaction, habit, wellbeing, assigned, balance, vanguard, pioneer, team, route, recruited_week, hours, hours_left,
                    hours_assigned, hours_public, hours_year, hours_past_year, last_served, success, services, notified, away, open_needs, met, needs_year, met_year, needs_past_year, met_past_year,
                    unmet_weeks,                    asked, tie_first, degree, tie_other, tie_strength, tie_rest, tie_born, open_orders, order_key, order_state, order_kind, order_client, order_arose,
                    order_placed, order_rounds, order_server, order_escalated, order_credit, order_rank, order_quality, order_rating, turnover,
                    arriving_migrants, around_strength, around_identity, count_movers, count_bank, count_cancelled, moving, starting):
    """Households leave with what they knew, and newcomers take their dwellings."""
    moving = moving[0]
    starting = starting[0]
    key_leaving = key_of(seed[0], LEAVING, week[0])
    by_kind = (
        weekly_from_annual(annual_share_leaving(moving.annual_rate, turnover[0], moving.locals, moving.renters, 0.0, 0.0)),
        weekly_from_annual(annual_share_leaving(moving.annual_rate, turnover[0], moving.migrants, moving.renters, 0.0, 0.0)),
        weekly_from_annual(annual_share_leaving(moving.annual_rate, turnover[0], moving.locals, moving.owners, 0.0, 0.0)),
        weekly_from_annual(annual_share_leaving(moving.annual_rate, turnover[0], moving.migrants, moving.owners, 0.0, 0.0)),
    )
    p = people[0]
    persons = PersonColumns(key, age, origin, owner, alone, low_income, limited, school_child, interest, disposition, hours_limit, threshold, identity_home)
    numbers = HouseholdNumbers(people_types, people_owners, p.low_income, p.low_income_elders, p.seniors, p.teens, p.pupils, people_limited, people_interest,
                               p.interest_spread, p.disposition_spread, people_hours_median, p.hours_sigma, p.hours_most, int(p.threshold_kind),
                               p.threshold_middle, p.threshold_spread, people_threshold_given, people_identity, p.identity_spread)
    arriving = min(max(moving.migrants_arriving + arriving_migrants[0], 0.0), 1.0)
    moved = 0
    drawn = np.empty(STRETCH, np.uint32)
    highest = limit_of(max(max(by_kind[0], by_kind[1]), max(by_kind[2], by_kind[3])))
    may_leave = np.empty(STRETCH + 1, np.int64)
    for start in range(0, generation.size, STRETCH):
        end = min(start + STRETCH, generation.size)
        _draw(key_leaving, dwelling[start:end], generation[start:end], drawn)
        # most households stay: one look tells
        found = 0
        for h in range(start, end):
            may_leave[found] = h
            found += int(drawn[h - start] < highest)
        for h in may_leave[:found]:
            soon(h, household_first)
        for h in may_leave[:found]:
            soon(household_first[h], age, owner, origin)
        for h in may_leave[:found]:
            u = share(drawn[h - start])
            low, high = household_first[h], household_first[h + 1]
            first = low
            while first < high and persons.age[first] == VACANT:
                first += 1
            if first == high:
                continue
            chance = by_kind[2 * persons.owner[first] + (1 if persons.origin[first] == MIGRANT else 0)]
            if moving.rooted > 0.0:
                mean = 0.0
                for i in range(low, high):
                    mean += identity[i] / (high - low)
                chance = weekly_from_annual(annual_share_leaving(moving.annual_rate, turnover[0], moving.migrants if persons.origin[first] == MIGRANT else moving.locals,
                                                                 moving.owners if persons.owner[first] == 1 else moving.renters, moving.rooted, mean))
            if u >= chance:
                continue
            moved += 1
            generation[h] += 1
            empty = persons.age[low:high] == VACANT
            for i in range(low, high):
                if empty[i - low]:
                    continue
                s = tie_first[i] + degree[i] - 1
                while s >= tie_first[i]:
                    if tie_other[s] < low or tie_other[s] >= high:
                        end_tie(i, s, tie_first, degree, tie_other, tie_strength, tie_rest, tie_born)
                    s -= 1
                count_bank[3] += balance[i]
                count_movers[1] += 1
                if tier[i] >= 1:
                    count_movers[2] += 1
            draw_household(low, high, dwelling[h], generation[h], arriving, BY_CHANCE, seed[0], persons, numbers)
            for i in range(low, high):
                if empty[i - low]:
                    persons.age[i] = VACANT
                    continue
                groups[i] = groups_of(persons.age[i], persons.alone[i], persons.low_income[i], persons.origin[i] == MIGRANT)
                wants[i] = wants_of(persons.age[i], groups[i], persons.limited[i], persons.owner[i], persons.school_child[i], kind_eligible)
                tenure[i], registered[i], route[i], recruited_week[i], team[i], balance[i] = 0, 0, 0, -1, -1, 0
                tier[i] = -1 if persons.age[i] == CHILD else 0
                skill[i], efficacy[i], identity[i] = starting.skill, starting.efficacy, persons.identity_home[i]
                satisfaction[i], wellbeing[i] = starting.satisfaction, starting.wellbeing
                fatigue[i], habit[i], assigned[i], unmet_weeks[i] = 0.0, 0.0, 0.0, 0.0
                hours[i], hours_left[i], hours_assigned[i], hours_public[i], hours_year[i], hours_past_year[i] = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
                success[i], services[i], notified[i], away[i], asked[i] = 0.0, 0, 0, 0, 0
                vanguard[i], pioneer[i], met[i], last_served[i] = 0, 0, 0, NEVER_SERVED
                needs_year[i], met_year[i], needs_past_year[i], met_past_year[i] = 0, 0, 0, 0
            # until they next take in the mood around them, newcomers know each other only
            for i in range(low, high):
                around_strength[i], around_identity[i] = mood_around(i, identity, tie_first, degree, tie_other, tie_strength)
    count_movers[0] += moved
    if moved == 0:
        return
    # the orders of those who left are cancelled: their needs have gone with them
    o, n = 0, open_orders[0]
    while o < n:
        i = order_client[o]
        if tenure[i] == 0:
            count_cancelled[0] += 1
            n -= 1
            last_row_into(o, n, order_key, order_state, order_kind, order_client, order_arose, order_placed, order_rounds, order_server, order_escalated,
                          order_credit, order_rank, order_quality, order_rating)
            open_needs[i] = 0
        else:
            o += 1
    open_orders[0] = n
