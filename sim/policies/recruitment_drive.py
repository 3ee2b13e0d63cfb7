"""Recruitment drive: a campaign in which bystanders are asked to take part, and nothing more.

To mobilise is one thing and to empower another: a drive reaches the first rung only. Its requests are messages and
posters from nobody one knows; what they are worth against a request in person is a parameter of deciding.

Sources: huang2025 (A58), musick2008, john2019
"""

import numpy as np

from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose
from sim.state.residents import BYSTANDER


class RecruitmentDrive(Policy):
    """A campaign of requests."""

    name = "recruitment_drive"
    title, title_zh = "Recruitment drive", "志愿者招募"
    sources = ("huang2025", "musick2008", "john2019")
    better = {"asked": +1}

    asks: float = dose(
        10.0,
        "Requests, spread over the bystanders it is aimed at.",
        unit="requests a week per 1,000 residents",
        low=0,
        high=100_000,
    )
    cost_per_ask: float = dose(3.0, "Cost of a request.", unit="yuan", low=0, high=10_000)

    @pushes
    def ask(residents, levers, my):
        """Spread requests over the bystanders who are meant; nothing is paid where there is nobody to be asked."""
        asks, bystanders = my.asks * my.strength * residents.headcount[0] / 1000.0, 0
        for i in range(residents.tier.size):
            bystanders += my.aimed[i] & (residents.tier[i] == BYSTANDER)
        if bystanders == 0:
            return 0.0
        each = asks / bystanders
        for i in range(residents.tier.size):
            of_those = each * np.int64(my.aimed[i] & (residents.tier[i] == BYSTANDER))
            levers.extra_asks[i] += of_those
            levers.impersonal_asks[i] += of_those
        return my.cost_per_ask * asks

    def sentence(self) -> str:
        """One sentence."""
        often = f"in {self.active} of every {self.every} weeks" if self.every else "every week"
        return (
            f"{self.asks:g} impersonal requests a week per 1,000 residents reach bystanders {often}, {self.period()}, "
            f"at {self.cost_per_ask:g} yuan a request."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        often = f"每{self.every}周中有{self.active}周" if self.every else "每周"
        return (
            f"{often}以海报和群发消息向未参与居民发出邀请，每周每千名居民{self.asks:g}次；每次{self.cost_per_ask:g}元。"
        )
