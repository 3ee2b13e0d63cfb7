"""Participatory design: substantive participants and clients decide together what is served first.

Volunteers gain autonomy, hidden needs are told at meetings, and kinds of service of which many needs stand open move
forward in the line. Counting heads alone moves forward what many need: a floor shares a part of the weight equally
among the kinds that anybody of a vulnerable or migrant group needs. It takes people: below the quorum of substantive
participants it works in proportion.

Sources: huang2025 (A50, A69)
"""

import numpy as np

from sim.engine.jit import law
from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose
from sim.policies.pushing import how_many, raise_in_grids
from sim.state.residents import SUBSTANTIVE


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
    floor: float = dose(
        0.0,
        "Share of that weight shared equally among kinds that elders alone, senior elders, children, migrants or "
        "people of low income need.",
        unit="share",
        low=0,
        high=1,
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

    @pushes
    def meet(station, residents, orders, levers, my):
        """Meet, with so much effect as there are people for it: autonomy, needs that are told, and whose
        orders come first.
        """
        thousands = residents.headcount[0] / 1000.0
        quorum = my.quorum * thousands
        works = my.strength * (
            min(1.0, how_many(residents, SUBSTANTIVE, SUBSTANTIVE) / quorum) if quorum > 0.0 else 1.0
        )
        raise_in_grids(levers.autonomy, my.autonomy * works, my)
        raise_in_grids(levers.outreach, my.voice * works, my)
        put_forward(my.priorities * works, my.floor, station, residents, orders, levers)
        return my.cost * my.strength * thousands

    def sentence(self) -> str:
        """One sentence."""
        floor = f", {self.floor:.0%} of it shared equally among what small groups need" if self.floor else ""
        return (
            f"Residents set priorities by open needs (weight {self.priorities:g}{floor}), tell {self.voice:.0%} of "
            "hidden needs a week at meetings and give volunteers "
            f"{self.autonomy:.0%} more autonomy, in full from {self.quorum:g} substantive participants per "
            f"1,000 residents on, {self.period()}, "
            f"at {self.cost:g} yuan a week per 1,000 residents."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        floor = f"，其中{self.floor:.0%}由弱势和外来群体所需的服务平分" if self.floor else ""
        return (
            f"居民按未满足需求议定优先级（权重{self.priorities:g}{floor}），"
            f"每周在议事会上说出{self.voice:.0%}的隐性需求，志愿者自主性提高{self.autonomy:.0%}；"
            f"每千名居民有{self.quorum:g}名实质性参与者时完全生效；每周每千人{self.cost:g}元。"
        )


@law
def put_forward(weight, floor, station, residents, orders, levers):
    """Service kinds come first by their share of open needs and, with the floor, alike where a group needs them."""
    known, of_groups = np.zeros(levers.added_priority.size), np.zeros(levers.added_priority.size)
    for o in range(station.open_orders[0]):
        known[orders.kind[o]] += 1.0
        if residents.groups[orders.client[o]] != 0:
            of_groups[orders.kind[o]] = 1.0
    needed_by_groups = max(of_groups.sum(), 1.0)
    if station.open_orders[0] > 0:
        for k in range(known.size):
            by_heads = weight * (1.0 - floor) * known[k] / station.open_orders[0]
            levers.added_priority[k] += by_heads + weight * floor * of_groups[k] / needed_by_groups
