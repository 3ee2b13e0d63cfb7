"""Training: so many seats a week for volunteers; who attends gains skill and some belief in their own service.

Longitudinal evidence finds no direct effect of training on staying, so there is none here.

Sources: huang2025 (A51), walk2018, hager2004
"""

from typing import Literal

from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose, option
from sim.policies.pushing import EVER, give_seats
from sim.state.residents import INTEREST, TASK

ALL, NEW, KEY = range(3)


class Training(Policy):
    """Training seats for volunteers."""

    name = "training"
    title, title_zh = "Training", "志愿者培训"
    streams = ("seat", "seat.part")
    sources = ("huang2025", "walk2018", "hager2004")
    better = {"mean_skill": +1}

    seats: float = dose(
        5.0, "Seats a week per 1,000 residents.", unit="seats a week per 1,000 residents", low=0, high=1000
    )
    gain: float = dose(
        0.0,
        "Better teaching: added to the share of the gap to mastery closed by a session.",
        unit="share",
        low=0,
        high=1,
    )
    whom: Literal["all", "new", "key"] = option(
        "all", "All volunteers; those recruited in the last half year; or those of tier 2 and more."
    )
    cost_per_seat: float = dose(60.0, "Cost of a seat.", unit="yuan", low=0, high=100_000)

    @pushes
    def train(station, residents, levers, my):
        """Give seats by lot, and teach better."""
        seats = my.seats * my.strength * residents.headcount[0] / 1000.0
        lowest, weeks = INTEREST if my.whom == KEY else TASK, 26 if my.whom == NEW else EVER
        seated = give_seats(seats, lowest, weeks, station, residents, levers, my)
        levers.training_gain[0] += my.gain * my.strength
        return my.cost_per_seat * seated

    def sentence(self) -> str:
        """One sentence."""
        whom = {
            "all": "volunteers",
            "new": "volunteers recruited in the last half year",
            "key": "volunteers of tier 2 and more",
        }[self.whom]
        better = f", each closing {self.gain:.0%} more of the gap to mastery than usual" if self.gain else ""
        return (
            f"{self.seats:g} training seats a week per 1,000 residents go to {whom} by lot{better}, "
            f"{self.period()}, at {self.cost_per_seat:g} yuan a seat."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        whom = {"all": "志愿者", "new": "近半年加入的志愿者", "key": "二级及以上的骨干志愿者"}[self.whom]
        better = f"，每次比通常多缩小{self.gain:.0%}的技能差距" if self.gain else ""
        return (
            f"每周每千名居民提供{self.seats:g}个培训名额，抽签分配给{whom}{better}；每个名额{self.cost_per_seat:g}元。"
        )
