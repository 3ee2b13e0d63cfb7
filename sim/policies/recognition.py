"""Recognition: those who served are thanked, or a few are honoured before the others.

Thanks for all holds volunteers (awards predict who stays). Rival awards lift the winners and put off those who served
and did not win.

Sources: huang2025 (A49), walk2018, kitts2006 (C6)
"""

from typing import Literal

import numpy as np

from sim.engine.jit import compiled, law
from sim.mathematics.elementary import exp
from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose, option
from sim.state.residents import BYSTANDER

THANKS, AWARDS = range(2)
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

    @pushes
    def thank(residents, levers, my):
        """Thank all who served last week; or honour those with most hours before the others."""
        if my.kind == AWARDS:
            return give_awards(residents, levers, my)
        thanked = 0
        for i in range(residents.hours.size):
            served = my.aimed[i] & (residents.tier[i] >= BYSTANDER) & (residents.hours[i] > 0.0)
            levers.recognition[i] += my.warmth * my.strength * np.int64(served)
            thanked += served
        return my.cost_per_person * my.strength * thanked

    def sentence(self) -> str:
        """One sentence."""
        if self.kind == "thanks":
            return (
                "All who served last week are thanked, which divides their odds of lapsing by "
                f"{exp(self.warmth):.2f}, {self.period()}, "
                f"at {self.cost_per_person:g} yuan a person and week."
            )
        return (
            f"The {self.winners:.0%} who served most last week receive an award, which divides their odds of "
            f"lapsing by {exp(self.warmth):.2f} and "
            f"multiplies those of the others who served by {exp(self.envy * self.warmth):.2f}, "
            f"{self.period()}, at {AWARD * self.cost_per_person:g} yuan an award."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        if self.kind == "thanks":
            return (
                f"上周参与服务的居民都得到感谢，其退出几率除以{exp(self.warmth):.2f}；"
                f"每人每周{self.cost_per_person:g}元。"
            )
        return (
            f"上周服务最多的{self.winners:.0%}获得表彰，其退出几率除以{exp(self.warmth):.2f}，"
            f"其余服务者的退出几率乘以{exp(self.envy * self.warmth):.2f}；"
            f"每项表彰{AWARD * self.cost_per_person:g}元。"
        )


@law
def give_awards(residents, levers, my):
    """Of those who served, the share of winners with most hours (of equals, of lowest key) wins; the others
    are put off.
    """
    served = who_served(residents, my)
    winners = round(my.winners * served.size)
    for at in range(served.size):
        won = at < winners
        levers.recognition[served[at]] += my.warmth * my.strength if won else -(my.envy * my.warmth * my.strength)
    return AWARD * my.cost_per_person * my.strength * winners


@compiled
def who_served(residents, my):
    """Rows of those meant who served last week, those with most hours first."""
    rows, n = np.empty(residents.hours.size, np.int64), 0
    for i in range(residents.hours.size):
        if my.aimed[i] and residents.tier[i] >= BYSTANDER and residents.hours[i] > 0.0:
            rows[n] = i
            n += 1
    rows = rows[:n]
    rows = rows[np.argsort(residents.key[rows], kind="mergesort")]
    return rows[np.argsort(-residents.hours[rows], kind="mergesort")]
