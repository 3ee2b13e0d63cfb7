"""The circle of help: what a need meets before any station hears of it.

First the own household, if somebody able is there (by day, for what children need); then one tied neighbour, drawn by
the strength of the tie; then public services. Whether a household keeps a case is drawn once for the case: whoever
asks again is answered the same, as long as somebody able is there.

Sources: huang2025 (A36, A37), clhls2018, carers2018
"""

import numpy as np

from sim.config.kinds import ELIGIBLE
from sim.engine.jit import law
from sim.mathematics.chance import key_of, stream, uniform, uniform_pair, uniform_twice
from sim.mathematics.elementary import exp
from sim.state.orders import HOUSEHOLD, NEIGHBOUR, NOBODY_KEEPS, PUBLIC_SERVICE
from sim.state.residents import ADULT, AT_SCHOOL, SENIOR_ELDER

HOME = stream("circle.home")
NEIGHBOURS = stream("circle.neighbours")
COVER = stream("needing.cover")
TODDLERS, PUPILS = ELIGIBLE.index("toddlers"), ELIGIBLE.index("pupils")
NO_ONE = -1


@law
def is_able(j, residents):
    """Whether somebody can take care of another: grown up, and not limited in mobility."""
    return ADULT <= residents.age[j] <= SENIOR_ELDER and residents.limited[j] == 0


@law
def somebody_able_at_home(i, by_day, residents, households):
    """Whether somebody able lives with i; `by_day`: and is at home while others work."""
    h = residents.household[i]
    for j in range(households.first[h], households.first[h + 1]):
        if j != i and is_able(j, residents) and not (by_day and residents.works[j] == 1):
            return True
    return False


@law
def is_for_children(k, kinds):
    """Whether a kind of service is care of toddlers or pupils."""
    return kinds.eligible[k] == TODDLERS or kinds.eligible[k] == PUPILS


@law
def household_keeps(o, station, residents, households, orders, kinds):
    """Whether the own household meets a need: somebody able is there, and the household does (one draw a need)."""
    k = orders.kind[o]
    if kinds.household[k] <= 0.0:
        return False
    willing = uniform(key_of(station.seed[0], HOME, 0), orders.key[o]) < kinds.household[k]
    return willing and somebody_able_at_home(orders.client[o], is_for_children(k, kinds), residents, households)


@law
def helps_as_neighbour(j, strength, i, residents, needing):
    """Whether a tied person is one of the neighbours who could help: a strong tie, able, of another household."""
    return strength > needing.strong_tie and residents.household[j] != residents.household[i] and is_able(j, residents)


@law
def chance_of_informal_help(informal, readiness, strength):
    """Chance that one of the able neighbours helps, tied with this strength in all."""
    return 1.0 - exp(-informal * readiness * strength)


@law
def neighbour_who_helps(o, station, residents, ties, orders, kinds, needing):
    """The tied neighbour who meets a need, drawn by the strength of the tie; NO_ONE where none does."""
    i, k = orders.client[o], orders.kind[o]
    if needing.informal * kinds.neighbours[k] <= 0.0:
        return NO_ONE
    strength = 0.0
    for s in range(ties.first[i], ties.first[i] + ties.degree[i]):
        if helps_as_neighbour(ties.other[s], ties.strength[s], i, residents, needing):
            strength += ties.strength[s]
    u, which = uniform_twice(key_of(station.seed[0], NEIGHBOURS, station.week[0]), orders.key[o], np.uint64(0))
    if u >= chance_of_informal_help(needing.informal, kinds.neighbours[k], strength):
        return NO_ONE
    left, chosen = which * strength, NO_ONE
    for s in range(ties.first[i], ties.first[i] + ties.degree[i]):
        if left >= 0.0 and helps_as_neighbour(ties.other[s], ties.strength[s], i, residents, needing):
            chosen = ties.other[s]
            left -= ties.strength[s]
    return chosen


@law
def is_covered(o, station, residents, orders, kinds, levers):
    """Whether public services meet a need: their share of the kind, and what policies add."""
    i, k = orders.client[o], orders.kind[o]
    covered = kinds.coverage[k] + levers.coverage[k] + levers.group_coverage[i] * levers.group_kinds[k]
    return uniform_pair(key_of(station.seed[0], COVER, station.week[0]), residents.key[i], k) < covered


@law
def first_to_help(o, station, residents, households, ties, orders, kinds, levers, needing):
    """Who of the circle meets a need: the household, else a neighbour (whose row the order keeps), else public
    services.
    """
    if household_keeps(o, station, residents, households, orders, kinds):
        return HOUSEHOLD
    neighbour = neighbour_who_helps(o, station, residents, ties, orders, kinds, needing)
    if neighbour != NO_ONE:
        orders.server[o], orders.person[o] = neighbour, residents.key[neighbour]
        return NEIGHBOUR
    return PUBLIC_SERVICE if is_covered(o, station, residents, orders, kinds, levers) else NOBODY_KEEPS


# who can need care because nobody is at home


@law
def is_pupil(i, residents):
    """Whether a child goes to school."""
    return residents.years[i] >= AT_SCHOOL


@law
def is_unattended(i, residents, households):
    """Whether nobody able is at home by day for a child."""
    return not somebody_able_at_home(i, True, residents, households)
