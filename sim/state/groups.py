"""Belonging: the groups a resident belongs to, and what they can come to need."""

from sim.engine.jit import law
from sim.state.circle import is_pupil, is_unattended
from sim.state.phase import unit
from sim.state.residents import CHILD, MIGRANT, SENIOR_ELDER, YOUNGER_ELDER


@law
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


@law
def wants_of(i, residents, households, kinds):
    """The service kinds that a resident can come to need, as bits; who is eligible stands in the table of kinds."""
    age, groups = residents.age[i], residents.groups[i]
    elder = age >= YOUNGER_ELDER and age <= SENIOR_ELDER
    grown = age == 2 or elder
    unattended = age == CHILD and is_unattended(i, residents, households)
    pupil = unattended and is_pupil(i, residents)
    member = (
        age <= SENIOR_ELDER,
        (groups & 1) != 0,
        elder,
        age == SENIOR_ELDER,
        residents.limited[i] == 1 and age <= SENIOR_ELDER,
        age == CHILD,
        age <= 1,
        residents.school_child[i] == 1 and age == 2,
        residents.owner[i] == 1 and grown,
        (groups & 8) != 0,
        grown,
        unattended and not pupil,
        pupil,
    )
    bits = 0
    for k in range(kinds.eligible.size):
        if member[kinds.eligible[k]]:
            bits |= 1 << k
    return bits


@law
def join_groups(i, residents, households, kinds):
    """Write the groups and the possible needs of a resident."""
    migrant = residents.origin[i] == MIGRANT
    residents.groups[i] = groups_of(residents.age[i], residents.alone[i], residents.low_income[i], migrant)
    residents.wants[i] = wants_of(i, residents, households, kinds)


@unit
def everybody_joins_groups(residents, households, kinds):
    """Write the groups and the possible needs of every resident."""
    for i in range(residents.age.size):
        join_groups(i, residents, households, kinds)
