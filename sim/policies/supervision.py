"""Supervision: services are accompanied and checked, which makes them better and leaves volunteers less of their own.

Kept apart from training, because the evidence differs: supervision goes with lower retention.

Sources: huang2025 (A51), hager2004
"""

from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose
from sim.state.residents import TASK


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

    @pushes
    def supervise(residents, grids, levers, my):
        """Supervise the services of the grids that are meant; every volunteer there costs."""
        volunteers = 0
        for g in range(my.here.size):
            if my.here[g]:
                levers.supervision[g] += my.level * my.strength
                for i in range(grids.first[g], grids.first[g + 1]):
                    volunteers += residents.tier[i] >= TASK
        return my.cost_per_volunteer * my.level * my.strength * volunteers

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"{self.level:.0%} of full supervision makes services better and leaves volunteers less to "
            f"decide, {self.period()}, "
            f"at {self.cost_per_volunteer:g} yuan a volunteer and week for full supervision."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"服务督导强度为{self.level:.0%}：服务质量提高，志愿者自主性下降；"
            f"完全督导每名志愿者每周{self.cost_per_volunteer:g}元。"
        )
