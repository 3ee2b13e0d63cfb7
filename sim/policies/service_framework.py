"""Service framework: an order that waits is passed up, from the grid to the community to the sub-district, at a price.

Flat: nobody passes anything up. Partial: the community looks for volunteers of other grids. Full: the sub-district
serves a part itself. Each level takes a share of the dispatchers' time, and minutes of staff for each order that is
passed up to it: these are missing where staff knock at doors.

Sources: huang2025 (A8, A89)
"""

import numpy as np

from sim.policies.acts import pushes
from sim.policies.policy import Policy, counted, dose


class ServiceFramework(Policy):
    """A hierarchy above the grids."""

    name = "service_framework"
    title, title_zh = "Service framework", "层级服务体系"
    aims_at = "community"

    overhead: float = dose(
        0.05, "Share of dispatch capacity that each level takes for coordination.", unit="share", low=0, high=1
    )
    minutes: float = dose(
        0.0, "Minutes of staff that passing an order up a level takes.", unit="minutes", low=0, high=10_000
    )
    levels: int = dose(
        2,
        "Levels to which open orders are passed up: 0 flat, 1 the community (partial), 2 the sub-district too (full).",
        unit="levels",
        low=0,
        high=2,
    )
    cost_per_level: float = dose(120.0, "Cost of a level.", unit="yuan a week per 1,000 residents", low=0, high=1e6)

    @pushes
    def pass_up(residents, levers, my):
        """Orders are passed up so many levels (the highest number holds), at their price."""
        levers.hierarchy[0] = max(levers.hierarchy[0], np.float64(my.levels))
        levers.overhead[0] += my.overhead * my.levels * my.strength
        levers.escalation_minutes[0] += my.minutes * my.strength
        return my.cost_per_level * my.levels * my.strength * residents.headcount[0] / 1000.0

    def sentence(self) -> str:
        """One sentence."""
        how = (
            "are not passed up",
            "are passed up to the community",
            "are passed up to the community and then to the sub-district",
        )[self.levels]
        minutes = f" and {self.minutes:g} minutes of staff for each order passed up to it" if self.minutes else ""
        return (
            f"Orders that wait {how}; each of the {counted(self.levels, 'level')} takes {self.overhead:.0%} "
            f"of dispatch capacity{minutes}, {self.period()}, "
            f"at {self.cost_per_level:g} yuan a level and week per 1,000 residents."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        how = ("不逐级上报", "上报至社区", "先上报社区、再上报街道")[self.levels]
        minutes = f"每单每上报一级占用工作人员{self.minutes:g}分钟，" if self.minutes else ""
        return (
            f"逾期工单{how}；共{self.levels}级，每级占用{self.overhead:.0%}的派单能力，{minutes}"
            f"每级每周每千人{self.cost_per_level:g}元。"
        )
