"""Interest activities: openings for parents, pupils and owners, which touch what residents care about anyway.

An activity touches somebody by their own interest in its field; it makes joining, and the step to serving own interests, likelier.

Sources: huang2025 (A19, A32)
"""

from sim.law import compiled
from sim.old_monday import Push, column, weekly
from sim.policies.policy import Policy, dose
from sim.world import World


class InterestActivities(Policy):
    """Openings that touch own interests."""

    name = "interest_activities"
    title, title_zh = "Interest activities", "兴趣类活动"

    parent_child: float = dose(0.25, "Parent-child activities.", unit="activities a week", low=0, high=100)
    school: float = dose(
        0.25, "Activities about primary and secondary pupils.", unit="activities a week", low=0, high=100
    )
    property_matters: float = dose(
        0.25, "Activities about property management.", unit="activities a week", low=0, high=100
    )
    cost_per_activity: float = dose(
        150.0, "Cost of an activity for 1,000 residents.", unit="yuan per 1,000 residents", low=0, high=1e6
    )

    def pushes(self, world: World, strength: float) -> list[Push]:
        """Touch everybody aimed at by their interests."""
        cost = (
            self.cost_per_activity
            * (self.parent_child + self.school + self.property_matters)
            * strength
            * world.tier.size
            / 1000.0
        )
        doses = (self.parent_child * strength, self.school * strength, self.property_matters * strength)
        return [Push(_activities, doses, price=cost)]

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"{self.parent_child:g} parent-child, {self.school:g} school and {self.property_matters:g} property activities a week are open to residents by interest, "
            f"{self.period()}, at {self.cost_per_activity:g} yuan each per 1,000 residents."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"每周举办亲子活动{self.parent_child:g}次、中小学生活动{self.school:g}次、物业相关活动{self.property_matters:g}次；"
            f"每次每千人{self.cost_per_activity:g}元。"
        )


@compiled
def _touch(openings, aimed, tier, interest, parent_child, school, property_matters):  # type: ignore[no-untyped-def]
    for i in range(openings.size):
        if aimed[i] & (tier[i] >= 0):
            openings[i] += parent_child * interest[i, 0] + school * interest[i, 1] + property_matters * interest[i, 2]


@weekly
def _activities(world, d):  # type: ignore[no-untyped-def]
    """Touch those aimed at of 12 and over."""
    _touch(
        column(world, "openings"),
        column(world, "aimed"),
        column(world, "tier"),
        column(world, "interest"),
        d[0],
        d[1],
        d[2],
    )
    return 1.0
