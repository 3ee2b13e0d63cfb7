"""Recruitment drive: a campaign in which bystanders are asked to take part, and nothing more.

To mobilise is one thing and to empower another: a drive reaches the first rung only.

Sources: huang2025 (A58), musick2008
"""

import numpy as np

from sim.law import compiled
from sim.old_monday import Push, column, weekly
from sim.policies.policy import Policy, dose
from sim.world import World


class RecruitmentDrive(Policy):
    """A campaign of requests."""

    name = "recruitment_drive"
    title, title_zh = "Recruitment drive", "志愿者招募"
    sources = ("huang2025", "musick2008")
    better = {"asked": +1}

    asks: float = dose(
        10.0,
        "Requests, spread over the bystanders it is aimed at.",
        unit="requests a week per 1,000 residents",
        low=0,
        high=100_000,
    )
    cost_per_ask: float = dose(3.0, "Cost of a request.", unit="yuan", low=0, high=10_000)

    def pushes(self, world: World, strength: float) -> list[Push]:
        """Ask."""
        asks = self.asks * strength * world.tier.size / 1000.0
        return [Push(_requests, (asks,), price=self.cost_per_ask * asks)]

    def sentence(self) -> str:
        """One sentence."""
        often = f"in {self.active} of every {self.every} weeks" if self.every else "every week"
        return f"{self.asks:g} requests a week per 1,000 residents reach bystanders {often}, {self.period()}, at {self.cost_per_ask:g} yuan a request."

    def sentence_zh(self) -> str:
        """One sentence."""
        often = f"每{self.every}周中有{self.active}周" if self.every else "每周"
        return f"{often}向未参与居民发出邀请，每周每千名居民{self.asks:g}次；每次{self.cost_per_ask:g}元。"


@compiled
def _ask(extra_asks, asks, aimed, tier):  # type: ignore[no-untyped-def]
    """Spread so many requests over the bystanders aimed at; returns how many they are."""
    bystanders = 0
    for i in range(tier.size):
        bystanders += aimed[i] & (tier[i] == 0)
    if bystanders > 0:
        each = asks / bystanders
        for i in range(tier.size):
            extra_asks[i] += each * np.int64(aimed[i] & (tier[i] == 0))
    return bystanders


@weekly
def _requests(world, d):  # type: ignore[no-untyped-def]
    """Spread requests; returns 1 where somebody was there to be asked."""
    bystanders = _ask(column(world, "extra_asks"), d[0], column(world, "aimed"), column(world, "tier"))
    return 1.0 if bystanders > 0 else 0.0
