"""Everything that a browser calls: the week, the measurement, what policies do and whom they mean, and how many needs a
week may bring.
"""

from sim.browser.snapshot import AIM, WHEN, unit_name
from sim.engine.units import Unit
from sim.mathematics.chance import key_of
from sim.metrics import measure
from sim.policies import POLICIES
from sim.policies.acts import unit_said
from sim.policies.aim import narrow, reach
from sim.state.orders import most_needs
from sim.state.phase import unit
from sim.state.residents import NO_TIER, VACANT
from sim.state.views import LAYOUTS
from sim.week import WEEK


@unit
def needs_at_most(residents, kinds, needing):  # type: ignore[no-untyped-def]
    """How many needs can arise in one week."""
    return most_needs(residents.wants, kinds.most, needing.low_income_extra)


def who_is_meant(residents, station, my):  # type: ignore[no-untyped-def]
    """Flag whom a policy is meant for (`Policy.targets`); `my.among` are those whom its words mean."""
    for i in range(my.aimed.size):
        there = residents.age[i] != VACANT if my.children else residents.tier[i] > NO_TIER
        my.aimed[i] = there & my.among[i]
    narrow(my.aimed, my.here, residents.grid, my.groups, residents.groups, my.tiers, residents.tier)
    takes_up, comes_first = key_of(station.seed[0], my.takes_up, 0), key_of(station.seed[0], my.comes_first, 0)
    reach(my.aimed, residents.key, takes_up, my.uptake, comes_first, my.most)


def units() -> dict[str, Unit]:
    """Each unit by the name that it has in the module."""
    named = {one.name: one for one in (*WEEK, measure, needs_at_most, Unit(who_is_meant, LAYOUTS, AIM))}
    for policy in POLICIES.values():
        for when in WHEN:
            if one := unit_said(policy, when):
                named[unit_name(policy, when)] = one
    return named
