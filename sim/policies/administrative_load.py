"""Administrative load: more (or fewer) tasks from above, which take the hours of task-only volunteers first.

Sources: huang2025 (A42, A43), xinhua2016
"""

from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose


class AdministrativeLoad(Policy):
    """Tasks from above."""

    name = "administrative_load"
    title, title_zh = "Administrative load", "行政任务负担"
    sources = ("huang2025", "xinhua2016")
    aims_at = "community"

    hours: float = dose(
        30.0,
        "Added to the hours of assigned tasks; below 0: relief.",
        unit="hours a week per 1,000 residents",
        low=-10_000,
        high=10_000,
    )
    cost: float = dose(
        20.0, "Cost of coordinating them, or of relieving.", unit="yuan a week per 1,000 residents", low=0, high=1e6
    )

    @pushes
    def assign(residents, levers, my):
        """More hours of tasks from above."""
        levers.admin_load[0] += my.hours * my.strength
        return my.cost * my.strength * residents.headcount[0] / 1000.0

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"Assigned tasks change by {self.hours:+g} hours a week per 1,000 residents, {self.period()}, at "
            f"{self.cost:g} yuan a week per 1,000 residents."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return f"上级交办任务每周每千名居民变化{self.hours:+g}小时；每周每千人{self.cost:g}元。"
