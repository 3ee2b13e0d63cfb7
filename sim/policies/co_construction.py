"""Co-construction: local institutions (schools, firms, the property company) give hours and resources, in lumps.

Each institution sits in one grid and helps there; what it gives to facilities is wear that is mended.

Sources: huang2025 (A5, A38, A39)
"""

import numpy as np

from sim.chance import uniform
from sim.old_monday import Push, column, weekly
from sim.policies.policy import Policy, dose
from sim.policies.pushing import halves, joined
from sim.world import World


class CoConstruction(Policy):
    """Institutions that help."""

    name = "co_construction"
    title, title_zh = "Co-construction", "共建单位"
    aims_at = "grids"

    institutions: float = dose(
        2.0, "Institutions per 1,000 residents.", unit="institutions per 1,000 residents", low=0, high=1000
    )
    hours: float = dose(
        6.0, "Hours that an institution gives to orders and projects.", unit="hours a week", low=0, high=10_000
    )
    upkeep: float = dose(
        2.0, "Hours of upkeep of facilities that its resources pay for.", unit="hours a week", low=0, high=10_000
    )
    cost_per_hour: float = dose(15.0, "Cost of an hour to whoever pays for it.", unit="yuan", low=0, high=10_000)

    def pushes(self, world: World, strength: float) -> list[Push]:
        """Let each institution give in its grid."""
        number = round(self.institutions * world.tier.size / 1000.0)
        key = halves(self.key(world, "seat", week=0))
        doses = (number, self.hours * strength, self.upkeep * strength, *key)
        return [Push(_give, doses, price=self.cost_per_hour * (self.hours + self.upkeep) * strength)]

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"{self.institutions:g} institutions per 1,000 residents each give {self.hours:g} hours a week to orders and projects and {self.upkeep:g} to facilities "
            f"of the grid they sit in, {self.period()}, at {self.cost_per_hour:g} yuan an hour."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"每千名居民有{self.institutions:g}家共建单位，每家每周为所在网格的工单和项目提供{self.hours:g}小时、为设施维护提供{self.upkeep:g}小时；"
            f"每小时{self.cost_per_hour:g}元。"
        )


@weekly
def _give(world, d):  # type: ignore[no-untyped-def]
    """Each institution gives in the grid where its lot puts it; returns how many there are."""
    number, hours, upkeep, key_seat = int(d[0]), d[1], d[2], joined(d[3], d[4])
    institution_hours, facility_work = column(world, "institution_hours"), column(world, "facility_work")
    grids = np.flatnonzero(column(world, "here"))
    if grids.size == 0:
        return 0
    for institution in range(number):
        g = grids[int(uniform(key_seat, institution + 1) * grids.size)]
        institution_hours[g] += hours
        facility_work[g] += upkeep
    return number
