"""Organizations: service organizations give hours in the kinds they are skilled in, and governance raises what they can
do.

What no volunteer takes on reaches them when it is passed up (the service framework) or declined by a reviewer. An
organization that takes a case keeps it until its hours end.

Sources: huang2025 (A8, A15, A56), xiamen2023
"""

from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose


class Organizations(Policy):
    """Service organizations and their operational capability."""

    name = "organizations"
    title, title_zh = "Service organizations", "专业服务组织"
    sources = ("huang2025", "xiamen2023")
    better = {"given_by_organizations": +1}
    aims_at = "community"

    hours: float = dose(
        5.3,
        "Hours that organizations give on top.",
        unit="hours a week per 1,000 residents",
        low=0,
        high=10_000,
    )
    capability: float = dose(
        0.0, "How much more they do with their hours, by governance.", unit="share more", low=0, high=10
    )
    cost_per_hour: float = dose(40.0, "Cost of an hour.", unit="yuan", low=0, high=10_000)

    @pushes
    def give_hours(residents, levers, my):
        """Organizations give so many hours more, and do more with the hours they have."""
        hours = my.hours * residents.headcount[0] / 1000.0 * my.strength
        levers.organization_hours[0] += hours
        levers.capability[0] += my.capability * my.strength
        return my.cost_per_hour * hours

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"Service organizations give {self.hours:g} hours a week more per 1,000 residents and do "
            f"{self.capability:.0%} "
            f"more with their hours, {self.period()}, at {self.cost_per_hour:g} yuan an hour."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"专业服务组织每周每千人增加{self.hours:g}小时服务，同样工时的服务能力提高{self.capability:.0%}；"
            f"每小时{self.cost_per_hour:g}元。"
        )
