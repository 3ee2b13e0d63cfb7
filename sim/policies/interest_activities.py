"""Interest activities: openings for parents, pupils and owners, which touch what residents care about anyway.

An activity touches somebody by their own interest in its field; it makes joining, and the step to serving own
interests, likelier.

Sources: huang2025 (A19, A32)
"""

from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose
from sim.state.residents import NO_TIER


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

    @pushes
    def touch(residents, levers, my):
        """Touch everybody aimed at of 12 and over by their interests."""
        parent_child, school, property_matters = (
            my.parent_child * my.strength,
            my.school * my.strength,
            my.property_matters * my.strength,
        )
        for i in range(residents.tier.size):
            if my.aimed[i] & (residents.tier[i] > NO_TIER):
                levers.openings[i] += (
                    parent_child * residents.interest[i, 0]
                    + school * residents.interest[i, 1]
                    + property_matters * residents.interest[i, 2]
                )
        activities = my.parent_child + my.school + my.property_matters
        return my.cost_per_activity * activities * my.strength * residents.headcount[0] / 1000.0

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"{self.parent_child:g} parent-child, {self.school:g} school and {self.property_matters:g} "
            "property activities a week are open to residents by interest, "
            f"{self.period()}, at {self.cost_per_activity:g} yuan each per 1,000 residents."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"每周举办亲子活动{self.parent_child:g}次、中小学生活动{self.school:g}次、"
            f"物业相关活动{self.property_matters:g}次；"
            f"每次每千人{self.cost_per_activity:g}元。"
        )
