"""Recognition: those who served are thanked, or a few are honoured before the others.

Thanks for all holds volunteers (awards predict who stays). Rival awards lift the winners and put off those who served
and did not win.

Sources: huang2025 (A49), walk2018, kitts2006 (C6)
"""

from typing import Literal

import numpy as np

from sim.law import compiled
from sim.monday import Push, column, weekly
from sim.policies.policy import Policy, dose, option
from sim.world import World

AWARD = 10.0
"""What an award costs, in thanks."""


class Recognition(Policy):
    """Thanks for all who served last week, or awards for a few."""

    name = "recognition"
    title, title_zh = "Recognition", "志愿者激励"
    sources = ("huang2025", "walk2018", "kitts2006")

    warmth: float = dose(
        0.35,
        "Thanks: taken off the log odds of lapsing of those who served last week.",
        unit="log odds",
        low=0,
        high=10,
    )
    kind: Literal["thanks", "awards"] = option("thanks", "Thanks for all, or rival awards for a few.")
    winners: float = dose(0.1, "Share of those who served who receive an award (awards).", unit="share", low=0, high=1)
    envy: float = dose(
        0.5,
        "How much those who served and do not win are put off, as a share of what winners gain (awards).",
        unit="share",
        low=0,
        high=1,
    )
    cost_per_person: float = dose(
        2.0, "Cost of thanking one person, or ten times that for an award.", unit="yuan", low=0, high=10_000
    )

    def pushes(self, world: World, strength: float) -> list[Push] | None:
        """Thank those who served last week."""
        if self.kind == "awards":
            return None
        return [Push(_thanks, (self.warmth * strength,), price=self.cost_per_person * strength)]

    def push(self, world: World, strength: float) -> float:
        """Thank those who served last week; of awards, the most hours win."""
        if self.kind == "thanks":
            return super().push(world, strength)
        served = np.flatnonzero(self.targets(world) & (world.hours > 0.0))
        seats = round(self.winners * served.size)
        by_hours = served[np.lexsort((world.key[served], -world.hours[served]))]
        world.recognition[by_hours[:seats]] += self.warmth * strength
        world.recognition[by_hours[seats:]] -= self.envy * self.warmth * strength
        return float(AWARD * self.cost_per_person * strength * seats)

    def sentence(self) -> str:
        """One sentence."""
        if self.kind == "thanks":
            return (
                f"All who served last week are thanked, which divides their odds of lapsing by {np.exp(self.warmth):.2f}, {self.period()}, "
                f"at {self.cost_per_person:g} yuan a person and week."
            )
        return (
            f"The {self.winners:.0%} who served most last week receive an award, which divides their odds of lapsing by {np.exp(self.warmth):.2f} and "
            f"multiplies those of the others who served by {np.exp(self.envy * self.warmth):.2f}, {self.period()}, at {AWARD * self.cost_per_person:g} yuan an award."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        if self.kind == "thanks":
            return f"上周参与服务的居民都得到感谢，其退出几率除以{np.exp(self.warmth):.2f}；每人每周{self.cost_per_person:g}元。"
        return (
            f"上周服务最多的{self.winners:.0%}获得表彰，其退出几率除以{np.exp(self.warmth):.2f}，"
            f"其余服务者的退出几率乘以{np.exp(self.envy * self.warmth):.2f}；每项表彰{AWARD * self.cost_per_person:g}元。"
        )


@compiled
def _thank(recognition, aimed, tier, hours, warmth):  # type: ignore[no-untyped-def]
    thanked = 0
    for i in range(hours.size):
        served = aimed[i] & (tier[i] >= 0) & (hours[i] > 0.0)
        recognition[i] += warmth * np.int64(served)
        thanked += served
    return thanked


@weekly
def _thanks(world, d):  # type: ignore[no-untyped-def]
    """Thank; returns how many are thanked."""
    return _thank(
        column(world, "recognition"), column(world, "aimed"), column(world, "tier"), column(world, "hours"), d[0]
    )
