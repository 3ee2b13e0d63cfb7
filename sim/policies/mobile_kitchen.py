"""Mobile kitchen: a neighbour who cooks anyway cooks one portion more for an elder living alone nearby.

Cook and elder form a standing pair (sim/rules/pairing.py); neighbours of elders who wait are asked to take part; a standing cook
hears of other needs. Nothing is dispatched, so neither the station's line nor its reach is in the way.

Sources: huang2025 (A12, A67)
"""

from pydantic import Field

from sim.old_monday import Push, column, raised, weekly
from sim.places import COOK
from sim.policies.policy import Policy, dose, rows_of_kinds
from sim.policies.pushing import helpers_offered
from sim.residents import ADULT, ELDERS_ALONE, SENIOR_ELDER, YOUNGER_ELDER
from sim.world import World


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

    def pushes(self, world: World, strength: float) -> list[Push]:
        """Mean a cook for every elder aimed at, and ask neighbours."""
        if self.places == 0.0:
            return []
        ages = 1 << ADULT | 1 << YOUNGER_ELDER | 1 << SENIOR_ELDER
        doses = (1 << ELDERS_ALONE, 1 << COOK, ages, strength, self.asks, self.tells)
        return [
            Push(_cooks, doses, price=self.cost_per_pair),
            *raised(kitchen_pairs=self.places * strength * world.tier.size / 1000.0),
            *(Push(_kind, (k, strength)) for k in rows_of_kinds(world, self.kinds)),
        ]

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"Up to {self.places:g} cooks per 1,000 residents each stand by one elder living alone nearby ({', '.join(self.kinds)}); {self.asks:g} neighbours a week are asked "
            f"for each elder who waits, a standing cook learns of {self.tells:.0%} of the elder's hidden needs a week, {self.period()}, at {self.cost_per_pair:g} yuan a pair and week."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"每千名居民最多{self.places:g}对固定结对：邻居为附近独居老人提供服务（{'、'.join(self.kinds)}）；每位等待的老人每周动员{self.asks:g}名邻居；"
            f"结对邻居每周发现老人{self.tells:.0%}的隐性需求；每对每周{self.cost_per_pair:g}元。"
        )


@weekly
def _cooks(world, d):  # type: ignore[no-untyped-def]
    """Offer cooks; returns the pairs that stand."""
    return helpers_offered(world, column(world, "kitchen_for"), d)


@weekly
def _kind(world, d):  # type: ignore[no-untyped-def]
    """Let cooks serve a kind of service."""
    column(world, "kitchen_kinds")[int(d[0])] += d[1]
    return 0.0
