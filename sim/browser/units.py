"""Everything that a browser calls: the week, the measurement, what policies do, and how many needs a week may bring."""

from sim.browser.snapshot import WHEN, unit_name
from sim.engine.units import Unit
from sim.metrics import measure
from sim.policies import POLICIES
from sim.policies.acts import unit_said
from sim.state.orders import most_needs
from sim.state.phase import unit
from sim.week import WEEK


@unit
def needs_at_most(residents, kinds, needing):  # type: ignore[no-untyped-def]
    """How many needs can arise in one week."""
    return most_needs(residents.wants, kinds.most, needing.low_income_extra)


def units() -> dict[str, Unit]:
    """Each unit by the name that it has in the module."""
    named = {one.name: one for one in (*WEEK, measure, needs_at_most)}
    for policy in POLICIES.values():
        for when in WHEN:
            if one := unit_said(policy, when):
                named[unit_name(policy, when)] = one
    return named
