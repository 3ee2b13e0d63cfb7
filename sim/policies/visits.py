"""Visits: grid workers knock at doors, at those of elders living alone first, so that who needs help enters the
register.

Each visit takes time of the station's staff: as many are made as orders leave time for. Finding people is no help yet:
without hands for what is found, the line grows.

Sources: huang2025 (A10, A62), siming2022, xiamen2021
"""

from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose


class Visits(Policy):
    """Grid workers knock at doors."""

    name = "visits"
    title, title_zh = "Visits at doors", "上门走访"
    sources = ("huang2025", "siming2022", "xiamen2021")
    better = {"elders_alone_known": +1}
    aims_at = "community"

    doors: float = dose(8.5, "Doors at which staff knock.", unit="doors a week per 1,000 residents", low=0, high=10_000)
    cost_per_door: float = dose(20.0, "Cost of a visit.", unit="yuan", low=0, high=10_000)

    @pushes
    def knock(residents, levers, my):
        """Staff are meant to knock at so many doors more."""
        doors = my.doors * residents.headcount[0] / 1000.0 * my.strength
        levers.doors[0] += doors
        return my.cost_per_door * doors

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"Grid workers knock at {self.doors:g} doors a week per 1,000 residents, at those of elders "
            "living alone first, "
            f"as far as orders leave them time, {self.period()}, at {self.cost_per_door:g} yuan a visit."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"网格员每周每千人上门走访{self.doors:g}户，独居老人优先，以派单之余的时间为限；"
            f"每次走访{self.cost_per_door:g}元。"
        )
