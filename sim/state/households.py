"""Households: who lives in a dwelling, at the start and after every move.

One compiled function draws a household, for founders (generation 0) and for newcomers alike. It is a pure function of
the seed, the dwelling, the generation and each member's key. Dwellings have a size; origin is drawn first, then a type
of household of that size, then each member. A household of one size follows another, so the number of residents is
fixed.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np

from sim.engine.jit import Column, compiled
from sim.mathematics.chance import block, key_of, share, stream, uniform
from sim.mathematics.elementary import cosine_and_sine, exp, log
from sim.state.residents import (
    ADULT,
    AT_SCHOOL,
    CHILD,
    CHILD_OF_HOME,
    FLATMATE,
    GROWN_UP,
    HEAD,
    LOCAL,
    MIGRANT,
    SENIOR_ELDER,
    SIXTY,
    TEEN,
    VACANT,
    YOUNGER_ELDER,
    band_of,
)

HOUSEHOLD = stream("households.household")
_MEMBER = stream("households.member")
_PERSON = stream("households.person")
_YEARS = stream("households.years")

CONSTANT, SEQUENCE, NORMAL, UNIFORM, GIVEN = range(5)
SPOUSES, ELDER_SPOUSES = 2.0, 3.0
"""Standard deviations, in years, of the ages of two who live together."""
OLDEST = 98
BY_CHANCE, NO_ELDER_ALONE, ELDER_ALONE = -1, 0, 1
"""Whether an elder living alone takes a dwelling is left to chance, excluded, or fixed."""

_SIZED, _ADULTS, _ELDERS, _MINORS, _RENTERS, WEIGHT = range(6)
"""Columns of the table of household types; the weight of migrants follows the weight of locals."""


class PersonColumns(NamedTuple):
    """The columns that say who a resident is, as compiled code takes them together."""

    key: Column
    age: Column
    origin: Column
    owner: Column
    alone: Column
    low_income: Column
    limited: Column
    school_child: Column
    interest: Column
    disposition: Column
    hours_limit: Column
    threshold: Column
    identity_home: Column
    sociability: Column
    years: Column
    birthday: Column
    kinship: Column
    works: Column


def person_columns(n: int) -> PersonColumns:
    """Empty columns for n residents; meanings and units stand in `sim.state.residents`."""
    kinds = ["u8", "i1", "i1", "u1", "u1", "u1", "u1", "u1", "f4", "f4", "f4", "f4", "f4", "f4", "i2", "i1", "i1", "u1"]
    made = {
        name: np.zeros((n, 5) if name == "interest" else n, kind)
        for name, kind in zip(PersonColumns._fields, kinds, strict=True)
    }
    return PersonColumns(**made)


@compiled
def newcomer_key(dwelling, generation, member):
    """The key of a newcomer: dwelling (below 2**31), households before (below 2**24), place in the household."""
    return (
        np.uint64(1 << 63)
        | (np.uint64(dwelling) << np.uint64(32))
        | (np.uint64(generation) << np.uint64(8))
        | np.uint64(min(member, 255))
    )


@compiled
def is_allowed(types, t, size, elder_alone):
    """Whether type t can live in a dwelling of this size."""
    if types[t, _SIZED] != size:
        return False
    is_elder_alone = size == 1 and types[t, _ELDERS] == 1
    return elder_alone == BY_CHANCE or is_elder_alone == (elder_alone == ELDER_ALONE)


@compiled
def _type_of(u, size, origin, elder_alone, types):
    """The row of a type of household of this size by inversion of u; -1 where no type fits."""
    total = 0.0
    for t in range(types.shape[0]):
        if is_allowed(types, t, size, elder_alone):
            total += types[t, WEIGHT + origin]
    left, found = u * total, -1
    for t in range(types.shape[0]):
        if is_allowed(types, t, size, elder_alone) and types[t, WEIGHT + origin] > 0:
            found = t
            left -= types[t, WEIGHT + origin]
            if left < 0:
                break
    return found


@compiled
def _two_normals(a, b):
    """Two independent standard normal numbers from two words (Box and Muller)."""
    r, (cosine, sine) = sqrt(-2.0 * log(share(a))), cosine_and_sine(share(b))
    return r * cosine, r * sine


@compiled
def draw_members(first, last, dwelling, generation, migrants, elder_alone, seed, c, p):
    """Ages, origin, ownership and income of the members in rows first to last - 1, in a type of their size."""
    o, t, w, i = block(key_of(seed, HOUSEHOLD, 0), np.uint64(dwelling), np.uint64(generation))
    size = last - first
    origin = MIGRANT if share(o) < migrants else LOCAL
    row = _type_of(share(t), size, origin, elder_alone, p.types)
    adults, elders, renters = size, 0, False  # where no type has this size, adults live together
    if row >= 0:
        adults, elders = int(p.types[row, _ADULTS]), int(p.types[row, _ELDERS])
        renters = p.types[row, _RENTERS] > 0
    elif elder_alone == ELDER_ALONE:
        adults, elders = 0, 1
    owner = 1 if not renters and share(w) < p.owners[origin] else 0
    poor = 1 if share(i) < (p.low_income_elders if elders == size else p.low_income) else 0
    key = key_of(seed, _MEMBER, 0)
    for k in range(first, last):
        u = uniform(key, c.key[k])
        if k - first < adults:
            c.age[k] = ADULT
        elif k - first < adults + elders:
            c.age[k] = SENIOR_ELDER if u < p.seniors else YOUNGER_ELDER
        else:
            c.age[k] = TEEN if u < p.teens else CHILD
        c.origin[k], c.owner[k], c.low_income[k] = origin, owner, poor
        c.kinship[k] = CHILD_OF_HOME if k - first >= adults + elders else FLATMATE if renters else HEAD


@compiled
def draw_years(first, last, seed, c, p):
    """Age in years, birthday and work: parents by their minors, spouses of an age; bands follow, or are kept to."""
    key, person = key_of(seed, _YEARS, 0), key_of(seed, _PERSON, 0)
    grown, elders, minors = 0, 0, 0
    for k in range(first, last):
        grown += c.age[k] == ADULT
        elders += c.age[k] >= YOUNGER_ELDER
        minors += c.age[k] < ADULT
    a, b, _, _ = block(key, c.key[first], np.uint64(1))
    parents, elder = _between(share(a), p.parents), _elder(share(b), p)
    oldest_minor = 0.0
    for k in range(last - 1, first - 1, -1):  # minors, who come last, first
        a, b, d, e = block(key, c.key[k], np.uint64(0))
        u, near = share(a), _two_normals(a, b)[0]
        c.birthday[k] = int(share(d) * 52)
        if c.age[k] < ADULT:
            if p.ages:
                years = u * min(GROWN_UP - 0.1, max(1.0, parents - p.parents[0]))
            elif c.age[k] == TEEN:
                years = 12.0 + 6.0 * u
            else:
                _, s, _, _ = block(person, c.key[k], np.uint64(2))
                years = AT_SCHOOL * (u + (1.0 if share(s) < p.pupils else 0.0))
            oldest_minor = max(oldest_minor, years)
        elif c.age[k] >= YOUNGER_ELDER:
            years = min(max(elder + (ELDER_SPOUSES * near if elders > 1 else 0.0), SIXTY), OLDEST)
        elif minors > 0:
            years = max(parents, oldest_minor + p.parents[0] - 2.0) + SPOUSES * near
        elif grown > 2:
            years = _between(u, p.sharing)
        elif grown == 2 or elders == 0:
            together = uniform(key, c.key[first])
            years = p.adults_years[int(together * p.adults_years.size)] + (SPOUSES * near if grown == 2 else 0.0)
        else:
            years = _between(u, p.with_elders)
        if c.age[k] == ADULT:
            years = min(max(years, GROWN_UP), SIXTY - 0.1)
        if p.ages:
            c.age[k] = band_of(int(years))
        elif c.age[k] == YOUNGER_ELDER:
            years = SIXTY + (years - SIXTY) % 10.0
        elif c.age[k] == SENIOR_ELDER and years < 70.0:
            years += 10.0
        c.years[k] = int(years)
        c.works[k] = 1 if c.age[k] == ADULT and share(e) < p.works else 0


@compiled
def _between(u, ends):
    return ends[0] + u * (ends[1] - ends[0])


@compiled
def _elder(u, p):
    return SIXTY - p.elders_age * log(u)


@compiled
def draw_situation(first, last, seed, c, p):
    """What follows from who lives together: living alone, mobility, a child at school."""
    key = key_of(seed, _PERSON, 0)
    pupils = 0
    for k in range(first, last):
        m, s, _, _ = block(key, c.key[k], np.uint64(2))
        c.limited[k] = 1 if share(m) < p.limited[c.age[k]] else 0
        if c.age[k] == TEEN or (c.age[k] == CHILD and (c.years[k] >= AT_SCHOOL if p.ages else share(s) < p.pupils)):
            pupils += 1
    for k in range(first, last):
        c.alone[k] = 1 if last - first == 1 else 0
        c.school_child[k] = 1 if pupils > 0 else 0


@compiled
def _within_share(x):
    return min(1.0, max(0.0, x))


@compiled
def draw_persons(first, last, seed, c, p):
    """Interests, leaning, hours, threshold and home identity, given who they are and with whom they live."""
    key = key_of(seed, _PERSON, 0)
    with_child, with_elder = False, False
    for k in range(first, last):
        with_child |= c.age[k] == CHILD
        with_elder |= c.age[k] == YOUNGER_ELDER or c.age[k] == SENIOR_ELDER
    for k in range(first, last):
        if c.age[k] == VACANT:
            continue
        a, b, d, e = block(key, c.key[k], np.uint64(0))
        z0, z1 = _two_normals(a, b)
        z2, z3 = _two_normals(d, e)
        a, b, d, e = block(key, c.key[k], np.uint64(1))
        z4, leaning = _two_normals(a, b)
        hours, identity = _two_normals(d, e)
        origin = min(c.origin[k], MIGRANT)
        spread = p.interest_spread
        c.interest[k, 0] = _within_share(p.interest[1 if with_child else 0, 0] + spread * z0)
        c.interest[k, 1] = _within_share(p.interest[c.school_child[k], 1] + spread * z1)
        c.interest[k, 2] = _within_share(p.interest[c.owner[k], 2] + spread * z2)
        c.interest[k, 3] = _within_share(p.interest[1 if with_elder else 0, 3] + spread * z3)
        c.interest[k, 4] = _within_share(p.interest[1 if c.owner[k] == 1 and origin == LOCAL else 0, 4] + spread * z4)
        c.disposition[k] = p.disposition_spread * leaning
        c.hours_limit[k] = min(p.hours_most, p.hours_median[c.age[k]] * exp(p.hours_sigma * hours))
        c.identity_home[k] = _within_share(p.identity[origin] + p.identity_spread * identity)
        a, _, _, _ = block(key, c.key[k], np.uint64(3))
        c.sociability[k] = p.sociability[int(share(a) * p.sociability.size)]
        _, _, a, b = block(key, c.key[k], np.uint64(2))
        if p.threshold_kind == GIVEN:
            c.threshold[k] = p.threshold_given[k % p.threshold_given.size]
        elif p.threshold_kind == SEQUENCE:
            c.threshold[k] = p.threshold_middle + p.threshold_spread * k
        elif p.threshold_kind == NORMAL:
            c.threshold[k] = p.threshold_middle + p.threshold_spread * _two_normals(a, b)[0]
        elif p.threshold_kind == UNIFORM:
            c.threshold[k] = p.threshold_middle + p.threshold_spread * (2.0 * share(a) - 1.0)
        else:
            c.threshold[k] = p.threshold_middle


@compiled
def draw_household(first, last, dwelling, generation, migrants, elder_alone, seed, c, p):
    """Fill rows first to last - 1 with a household: founders for generation 0, newcomers after that.

    Founders' keys stand in `c.key` beforehand; newcomers' keys are written here. `dwelling` is the dwelling's own
    number (`Founders.dwelling`), `migrants` the chance that the household is migrant, `elder_alone` BY_CHANCE for
    newcomers, `c` a PersonColumns and `p` a HouseholdNumbers.
    """
    if generation > 0:
        for k in range(first, last):
            c.key[k] = newcomer_key(dwelling, generation, k - first)
    draw_members(first, last, dwelling, generation, migrants, elder_alone, seed, c, p)
    draw_years(first, last, seed, c, p)
    draw_situation(first, last, seed, c, p)
    draw_persons(first, last, seed, c, p)
