"""Participatory design: substantive participants and clients decide together what is served first.

Volunteers gain autonomy, hidden needs are told at meetings, and kinds of service of which many needs stand open move forward
in the line. It takes people: below the quorum of substantive participants it works in proportion.

Sources: huang2025 (A50, A69)
"""

import numpy as np

from sim.law import compiled
from sim.old_monday import Push, column, weekly
from sim.policies.policy import Policy, dose
from sim.policies.pushing import how_many, raise_in_grids
from sim.world import World


class ParticipatoryDesign(Policy):
    """Residents set priorities."""

    name = "participatory_design"
    title, title_zh = "Participatory design", "参与式设计"
    sources = ("huang2025",)
    aims_at = "grids"

    autonomy: float = dose(0.2, "Added to the autonomy of volunteers.", unit="share", low=0, high=1)
    priorities: float = dose(
        1.0, "Weight in the line of a kind of which all open needs would be.", unit="weight", low=0, high=100
    )
    voice: float = dose(
        0.05, "Chance a week that a hidden need is told at a meeting.", unit="chance a week", low=0, high=1
    )
    quorum: float = dose(
        3.0,
        "Substantive participants from which on it works in full.",
        unit="residents per 1,000 residents",
        low=0,
        high=1000,
    )
    cost: float = dose(80.0, "Cost of the meetings.", unit="yuan a week per 1,000 residents", low=0, high=1e6)

    def pushes(self, world: World, strength: float) -> list[Push]:
        """Push autonomy, priorities and what is told."""
        thousands = world.tier.size / 1000.0
        doses = (strength, self.quorum * thousands, self.autonomy, self.voice, self.priorities)
        return [Push(_meet, doses, price=self.cost * strength * thousands)]

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"Residents set priorities by open needs (weight {self.priorities:g}), tell {self.voice:.0%} of hidden needs a week at meetings and give volunteers "
            f"{self.autonomy:.0%} more autonomy, in full from {self.quorum:g} substantive participants per 1,000 residents on, {self.period()}, "
            f"at {self.cost:g} yuan a week per 1,000 residents."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"居民按未满足需求议定优先级（权重{self.priorities:g}），每周在议事会上说出{self.voice:.0%}的隐性需求，志愿者自主性提高{self.autonomy:.0%}；"
            f"每千名居民有{self.quorum:g}名实质性参与者时完全生效；每周每千人{self.cost:g}元。"
        )


@compiled
def _move_forward(added_priority, order_kind, open_orders, weight):  # type: ignore[no-untyped-def]
    known = np.zeros(added_priority.size)
    orders = open_orders[0]
    for o in range(orders):
        known[order_kind[o]] += 1.0
    if orders > 0:
        for k in range(known.size):
            added_priority[k] += weight * known[k] / orders


@weekly
def _meet(world, d):  # type: ignore[no-untyped-def]
    """Meet, with so much effect as there are people for it."""
    strength, quorum, autonomy, voice, priorities = d[0], d[1], d[2], d[3], d[4]
    works = strength * (min(1.0, how_many(column(world, "tier"), 3, 3) / quorum) if quorum > 0.0 else 1.0)
    raise_in_grids(column(world, "autonomy"), autonomy * works, column(world, "here"))
    raise_in_grids(column(world, "outreach"), voice * works, column(world, "here"))
    _move_forward(
        column(world, "added_priority"), column(world, "order_kind"), column(world, "open_orders"), priorities * works
    )
    return 1.0
