"""Mobile kitchen: a neighbour who cooks anyway cooks one portion more for an elder living alone nearby.

Cook and elder form a standing pair (sim/rules/pairing.py); neighbours of elders who wait are asked to take part; a
standing cook hears of other needs. Nothing is dispatched, so neither the station's line nor its reach is in the way.

Sources: huang2025 (A12, A67)
"""

from pydantic import Field

from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose
from sim.policies.pushing import offer_helpers, raise_kinds
from sim.state.places import COOK
from sim.state.residents import ADULT, ELDERS_ALONE, SENIOR_ELDER, YOUNGER_ELDER

WHO_COOKS_FOR_WHOM = (1 << ELDERS_ALONE, 1 << COOK, 1 << ADULT | 1 << YOUNGER_ELDER | 1 << SENIOR_ELDER)
"""The group of clients, the service, and the age bands of helpers, as bits."""


class MobileKitchen(Policy):
    """Standing pairs of cooks and elders living alone."""

    name = "mobile_kitchen"
    title, title_zh = "Mobile kitchen", "移动厨房"

    places: float = dose(
        20.0, "Standing pairs for which there is room.", unit="pairs per 1,000 residents", low=0, high=1000
    )
    kinds: tuple[str, ...] = Field(
        ("meals",), description="Kinds of service that a cook gives.", json_schema_extra={"unit": "kinds"}
    )
    asks: float = dose(0.5, "Neighbours asked for each elder who waits.", unit="requests a week", low=0, high=1000)
    tells: float = dose(
        0.3, "Chance a week that a standing cook learns of a hidden need.", unit="chance a week", low=0, high=1
    )
    cost_per_pair: float = dose(10.0, "Cost of a standing pair.", unit="yuan a week", low=0, high=10_000)

    @pushes
    def offer_cooks(station, residents, grids, pairs, levers, my):
        """Mean a cook for every elder living alone who is aimed at, and ask neighbours."""
        if my.places == 0.0:
            return 0.0
        standing = offer_helpers(levers.kitchen_for, WHO_COOKS_FOR_WHOM, station, residents, grids, pairs, levers, my)
        levers.kitchen_pairs[0] += my.places * my.strength * residents.headcount[0] / 1000.0
        raise_kinds(levers.kitchen_kinds, my)
        return my.cost_per_pair * standing

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"Up to {self.places:g} cooks per 1,000 residents each stand by one elder living alone nearby "
            f"({', '.join(self.kinds)}); {self.asks:g} neighbours a week are asked "
            f"for each elder who waits, a standing cook learns of {self.tells:.0%} of the elder's hidden "
            f"needs a week, {self.period()}, at {self.cost_per_pair:g} yuan a pair and week."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"每千名居民最多{self.places:g}对固定结对："
            f"邻居为附近独居老人提供服务（{'、'.join(self.kinds)}）；"
            f"每位等待的老人每周动员{self.asks:g}名邻居；"
            f"结对邻居每周发现老人{self.tells:.0%}的隐性需求；每对每周{self.cost_per_pair:g}元。"
        )
