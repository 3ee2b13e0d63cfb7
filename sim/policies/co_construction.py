"""Co-construction: local institutions (schools, firms, the property company) give hours and resources, in lumps.

Each institution sits in one grid and helps there; what it gives to facilities is wear that is mended.

Sources: huang2025 (A5, A38, A39)
"""

import numpy as np

from sim.mathematics.chance import key_of, uniform
from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose


class CoConstruction(Policy):
    """Institutions that help."""

    name = "co_construction"
    title, title_zh = "Co-construction", "共建单位"
    streams = ("seat",)
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

    @pushes
    def give(station, residents, levers, my):
        """Each institution gives in the grid where its lot puts it."""
        number = round(my.institutions * residents.headcount[0] / 1000.0)
        here = np.flatnonzero(my.here)
        if here.size == 0:
            return 0.0
        key_seat = key_of(station.seed[0], my.stream_seat, 0)
        for institution in range(number):
            g = here[int(uniform(key_seat, institution + 1) * here.size)]
            levers.institution_hours[g] += my.hours * my.strength
            levers.facility_work[g] += my.upkeep * my.strength
        return my.cost_per_hour * (my.hours + my.upkeep) * my.strength * number

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"{self.institutions:g} institutions per 1,000 residents each give {self.hours:g} hours a week "
            f"to orders and projects and {self.upkeep:g} to facilities "
            f"of the grid they sit in, {self.period()}, at {self.cost_per_hour:g} yuan an hour."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"每千名居民有{self.institutions:g}家共建单位，"
            f"每家每周为所在网格的工单和项目提供{self.hours:g}小时、为设施维护提供{self.upkeep:g}小时；"
            f"每小时{self.cost_per_hour:g}元。"
        )
