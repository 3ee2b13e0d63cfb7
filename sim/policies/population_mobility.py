"""Population mobility: how many households leave in a year, and who arrives; as a level, a trend or a shock.

Mobility and the mix of arrivals are two doses, so that turnover and heterogeneity can be told apart.

Sources: huang2025 (A34, A35), census2020
"""

from typing import Literal

from sim.mathematics.elementary import power
from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose, option

LEVEL, TREND, SHOCK = range(3)


class PopulationMobility(Policy):
    """More (or fewer) households leave, and another mix arrives."""

    name = "population_mobility"
    aims_at = "community"
    title, title_zh = "Population mobility", "人口流动"

    turnover: float = dose(
        0.1, "Added to the share of households that leave in a year.", unit="share a year", low=-1, high=1
    )
    migrants: float = dose(0.0, "Added to the share of migrants among arrivals.", unit="share", low=-1, high=1)
    course: Literal["level", "trend", "shock"] = option(
        "level", "At once; growing by the dose each year; or at once and halving every half year."
    )

    @pushes
    def move(station, levers, my):
        """Push turnover and the mix of arrivals; nobody pays for it."""
        since, course = station.week[0] - my.start, 1.0
        if my.course == TREND:
            course = (since + 1) / 52.0
        elif my.course == SHOCK:
            course = power(0.5, since / 26.0)
        levers.turnover[0] += my.turnover * my.strength * course
        levers.arriving_migrants[0] += my.migrants * my.strength * course

    def sentence(self) -> str:
        """One sentence."""
        how = {
            "level": "",
            "trend": ", and as much again with every further year",
            "shock": ", half of it gone after half a year",
        }[self.course]
        migrants = f", and that of migrants among arrivals by {100 * self.migrants:+g}" if self.migrants else ""
        return (
            f"The share of households that leave in a year changes by {100 * self.turnover:+g} percentage "
            f"points{migrants}{how}, {self.period()}."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        how = {"level": "", "trend": "，并逐年递增", "shock": "，每半年减半"}[self.course]
        migrants = f"，迁入者中外来人口比例变化{100 * self.migrants:+g}个百分点" if self.migrants else ""
        return f"每年迁出的住户比例变化{100 * self.turnover:+g}个百分点{migrants}{how}。"
