"""Project teams: more work in projects, meetings that are kept, leaders who are succeeded.

Sources: huang2025 (A52-A54), barbrook2018
"""

from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose


class ProjectTeams(Policy):
    """Support for teams and their projects."""

    name = "project_teams"
    title, title_zh = "Project teams", "项目化团队"
    sources = ("huang2025", "barbrook2018")
    aims_at = "community"

    forming: float = dose(
        0.2, "Added to the chance a week that founders with a leader form a team.", unit="chance a week", low=0, high=1
    )
    project_time: float = dose(0.5, "Added to the hours of project work at a meeting.", unit="hours", low=0, high=40)
    regularity: float = dose(0.15, "Added to the share of members who come each week.", unit="share", low=0, high=1)
    succession: float = dose(
        0.3, "Added to the chance a week that a leaderless team finds a leader.", unit="chance a week", low=0, high=1
    )
    cost_per_team: float = dose(60.0, "Cost of a team.", unit="yuan a week", low=0, high=100_000)

    @pushes
    def organise(teams, levers, my):
        """Push forming, work, regularity and succession."""
        levers.team_forming[0] += my.forming * my.strength
        levers.meeting_time[0] += my.project_time * my.strength
        levers.regularity[0] += my.regularity * my.strength
        levers.succession[0] += my.succession * my.strength
        standing = 0
        for t in range(teams.size.size):
            standing += teams.size[t] != 0
        return my.cost_per_team * my.strength * standing

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"Teams form more readily (by {self.forming:.0%} a week), meet for {self.project_time:g} hours "
            f"more with {self.regularity:.0%} more of their members, and find a new "
            f"leader sooner (by {self.succession:.0%} a week), {self.period()}, at {self.cost_per_team:g} "
            "yuan a team and week."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"团队每周成立几率提高{self.forming:.0%}，每次项目活动多{self.project_time:g}小时，"
            f"到会率提高{self.regularity:.0%}，"
            f"负责人接替几率提高{self.succession:.0%}；每个团队每周{self.cost_per_team:g}元。"
        )
