"""Supervision: services are accompanied and checked, which makes them better and leaves volunteers less of their own.

Kept apart from training, because the evidence differs: supervision goes with lower retention.

Sources: huang2025 (A51), hager2004
"""

from sim.old_monday import Push, column, weekly
from sim.policies.policy import Policy, dose
from sim.world import World


class Supervision(Policy):
    """Supervised services."""

    name = "supervision"
    title, title_zh = "Supervision", "服务督导"
    sources = ("huang2025", "hager2004")
    better = {"quality": +1}
    aims_at = "grids"

    level: float = dose(0.5, "How much services are supervised.", unit="share", low=0, high=1)
    cost_per_volunteer: float = dose(
        3.0, "Cost of full supervision of one volunteer.", unit="yuan a week", low=0, high=10_000
    )

    def pushes(self, world: World, strength: float) -> list[Push]:
        """Supervise the services of its grids."""
        return [Push(_supervise, (self.level * strength,), price=self.cost_per_volunteer * self.level * strength)]

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"{self.level:.0%} of full supervision makes services better and leaves volunteers less to decide, {self.period()}, "
            f"at {self.cost_per_volunteer:g} yuan a volunteer and week for full supervision."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return f"服务督导强度为{self.level:.0%}：服务质量提高，志愿者自主性下降；完全督导每名志愿者每周{self.cost_per_volunteer:g}元。"


@weekly
def _supervise(world, d):  # type: ignore[no-untyped-def]
    """Push the level of these grids; returns how many volunteers live there."""
    here, supervision = column(world, "here"), column(world, "supervision")
    grid_first, tier = column(world, "grid_first"), column(world, "tier")
    volunteers = 0
    for g in range(here.size):
        if here[g]:
            supervision[g] += d[0]
            for t in tier[grid_first[g] : grid_first[g + 1]]:
                volunteers += t >= 1
    return volunteers
