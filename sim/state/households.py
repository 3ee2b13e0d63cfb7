"""Households: who lives in a dwelling, at the start and after every move.

One compiled function draws a household, for founders (generation 0) and for newcomers alike. It is a pure function of
the seed, the dwelling, the generation and each member's key. Dwellings have a size; origin is drawn first, then a type
of household of that size, then each member. A household of one size follows another, so the number of residents is
fixed.
"""

from math import cos, exp, log, pi, sin, sqrt
from typing import NamedTuple, get_args

import numpy as np

from sim.config.people import Population
from sim.engine.jit import Column, compiled
from sim.mathematics.chance import block, key_of, share, stream, uniform
from sim.state.columns import Fact, Table
from sim.state.residents import ADULT, CHILD, LOCAL, MIGRANT, SENIOR_ELDER, TEEN, YOUNGER_ELDER

HOUSEHOLD = stream("households.household")
_MEMBER = stream("households.member")
_PERSON = stream("households.person")

CONSTANT, SEQUENCE, NORMAL, UNIFORM, GIVEN = range(5)
SOCIABILITIES = 4096
"""Different sociabilities: the most sociable of so many stands for the tail."""
BY_CHANCE, NO_ELDER_ALONE, ELDER_ALONE = -1, 0, 1
"""Whether an elder living alone takes a dwelling is left to chance, excluded, or fixed."""

_SIZED, _ADULTS, _ELDERS, _MINORS, _RENTERS, WEIGHT = range(6)
"""Columns of the table of household types; the weight of migrants follows the weight of locals."""


class HouseholdNumbers(NamedTuple):
    """What compiled code needs of `Population`: numbers and small tables."""

    types: Column
    owners: Column
    low_income: float
    low_income_elders: float
    seniors: float
    teens: float
    pupils: float
    limited: Column
    interest: Column
    interest_spread: float
    disposition_spread: float
    hours_median: Column
    hours_sigma: float
    hours_most: float
    threshold_kind: int
    threshold_middle: float
    threshold_spread: float
    threshold_given: Column
    identity: Column
    identity_spread: float
    sociability: Column


PEOPLE: Table = {
    "people_types": Fact(
        "f8", "household types: size, adults, elders, minors, renting, weights of locals and migrants", width=7
    ),
    "people_owners": Fact("f8", "share of owners among locals, migrants", "share", 0, 1),
    "people_limited": Fact("f8", "share limited in mobility, by age band", "share", 0, 1),
    "people_interest": Fact(
        "f8", "mean interests of those whom a matter does not touch, and of those whom it does", "share", 0, 1, 5
    ),
    "people_hours_median": Fact("f8", "median hours that they could give, by age band", "hours a week", 0),
    "people_threshold_given": Fact("f8", "thresholds as a list"),
    "people_identity": Fact("f8", "mean home identity of locals, migrants", "share", 0, 1),
    "people_sociability": Fact("f8", "sociabilities, each as likely as any other", "ratio", 0),
} | {
    f"people_{name}": Fact("f8", sentence, rows=False)
    for name, sentence in {
        "low_income": "share of households of low income",
        "low_income_elders": "the same, of elders' households",
        "seniors": "share of senior elders among elders",
        "teens": "share of teens among minors",
        "pupils": "share of pupils among children",
        "interest_spread": "spread of interests",
        "disposition_spread": "spread of dispositions",
        "hours_sigma": "spread of the logarithm of hours",
        "hours_most": "most hours that anybody could give",
        "threshold_kind": "how thresholds are made",
        "threshold_middle": "middle of thresholds",
        "threshold_spread": "spread of thresholds",
        "identity_spread": "spread of home identities",
    }.items()
}
"""What compiled code needs of `Population`: small tables and numbers."""


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


def person_columns(n: int) -> PersonColumns:
    """Empty columns for n residents; meanings and units stand in `sim.state.residents`."""
    kinds = ("u8", "i1", "i1", "u1", "u1", "u1", "u1", "u1", "f4", "f4", "f4", "f4", "f4", "f4")
    made = {
        name: np.zeros((n, 5) if name == "interest" else n, kind)
        for name, kind in zip(PersonColumns._fields, kinds, strict=True)
    }
    return PersonColumns(**made)


def household_numbers(p: Population) -> HouseholdNumbers:
    """The population's parameters as numbers and tables for compiled code."""
    types = [
        (t.adults + t.elders + t.minors, t.adults, t.elders, t.minors, float(t.renters), t.local, t.migrant)
        for t in p.household_types.values()
    ]
    return HouseholdNumbers(
        types=np.array(types, np.float64).reshape(-1, 7),
        owners=np.array([p.owners_local, p.owners_migrant]),
        low_income=p.low_income,
        low_income_elders=p.low_income_elders,
        seniors=p.seniors,
        teens=p.teens,
        pupils=p.pupils,
        limited=np.array(p.limited, np.float64),
        interest=np.array([p.interest_others, p.interest_concerned], np.float64),
        interest_spread=p.interest_spread,
        disposition_spread=p.disposition_spread,
        hours_median=np.array((0.0, *p.hours_median), np.float64),
        hours_sigma=p.hours_sigma,
        hours_most=p.hours_most,
        threshold_kind=get_args(type(p).model_fields["threshold_kind"].annotation).index(p.threshold_kind),
        threshold_middle=p.threshold_middle,
        threshold_spread=p.threshold_spread,
        threshold_given=np.array(p.threshold_given or (0.0,), np.float64),
        identity=np.array([p.identity_local, p.identity_migrant]),
        identity_spread=p.identity_spread,
        sociability=sociabilities(p.sociability_shape),
    )


def sociabilities(shape: float) -> Column:
    """Numbers each as likely as any other: of a gamma distribution of this shape and of mean 1; shape 0: all are 1.

    The density is summed over y = x^power, in which it has no peak at 0.
    """
    if shape == 0.0:
        return np.ones(1)
    power = min(shape, 1.0)
    y = np.linspace(0.0, (1.0 + 40.0 / power) ** power, 400_001)
    x = y ** (1.0 / power)
    density = x ** (shape - power) * np.exp(-shape * (x - 1.0))
    below = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
    drawn = np.interp((np.arange(SOCIABILITIES) + 0.5) / SOCIABILITIES, below / below[-1], x)
    return drawn / drawn.mean()


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


@compiled
def draw_situation(first, last, seed, c, p):
    """What follows from who lives together: living alone, mobility, a child at school."""
    key = key_of(seed, _PERSON, 0)
    pupils = 0
    for k in range(first, last):
        m, s, _, _ = block(key, c.key[k], np.uint64(2))
        c.limited[k] = 1 if share(m) < p.limited[c.age[k]] else 0
        if c.age[k] == TEEN or (c.age[k] == CHILD and share(s) < p.pupils):
            pupils += 1
    for k in range(first, last):
        c.alone[k] = 1 if last - first == 1 else 0
        c.school_child[k] = 1 if pupils > 0 else 0


@compiled
def _two_normals(a, b):
    """Two independent standard normal numbers from two words (Box and Muller)."""
    r, angle = sqrt(-2.0 * log(share(a))), 2.0 * pi * share(b)
    return r * cos(angle), r * sin(angle)


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
    draw_situation(first, last, seed, c, p)
    draw_persons(first, last, seed, c, p)
