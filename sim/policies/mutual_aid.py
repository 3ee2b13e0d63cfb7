"""Mutual aid between generations: younger elders and teens stand by senior elders.

Standing pairs (sim/rules/pairing.py) for company and errands; neighbours of the right age are asked to take part.

Sources: huang2025 (A13, A71, A72)
"""

from pydantic import Field

from sim.policies.acts import pushes
from sim.policies.policy import Policy, dose
from sim.policies.pushing import offer_helpers, raise_kinds
from sim.state.places import ELDER_PARTNER, TEEN_PARTNER
from sim.state.residents import SENIOR_ELDERS, TEEN, YOUNGER_ELDER


class MutualAid(Policy):
    """Standing pairs across generations."""

    name = "mutual_aid"
    title, title_zh = "Intergenerational mutual aid", "代际互助"

    elders: float = dose(
        10.0,
        "Pairs of a younger and a senior elder for which there is room.",
        unit="pairs per 1,000 residents",
        low=0,
        high=1000,
    )
    teens: float = dose(
        10.0,
        "Pairs of a teen and a senior elder for which there is room.",
        unit="pairs per 1,000 residents",
        low=0,
        high=1000,
    )
    kinds: tuple[str, ...] = Field(
        ("companionship", "errands"),
        description="Kinds of service that a partner gives.",
        json_schema_extra={"unit": "kinds"},
    )
    asks: float = dose(
        0.2, "Younger elders and teens asked for each senior elder who waits.", unit="requests a week", low=0, high=1000
    )
    tells: float = dose(
        0.2, "Chance a week that a standing partner learns of a hidden need.", unit="chance a week", low=0, high=1
    )
    cost_per_pair: float = dose(6.0, "Cost of a standing pair.", unit="yuan a week", low=0, high=10_000)

    @pushes
    def offer_partners(station, residents, grids, pairs, levers, my):
        """Mean a partner for every senior elder aimed at, and ask those of the right age."""
        if my.elders + my.teens == 0.0:
            return 0.0
        services = (1 << ELDER_PARTNER if my.elders > 0.0 else 0) | (1 << TEEN_PARTNER if my.teens > 0.0 else 0)
        ages = (1 << YOUNGER_ELDER if my.elders > 0.0 else 0) | (1 << TEEN if my.teens > 0.0 else 0)
        bits = (1 << SENIOR_ELDERS, services, ages)
        standing = offer_helpers(levers.aid_for, bits, station, residents, grids, pairs, levers, my)
        thousands = residents.headcount[0] / 1000.0
        levers.elder_pairs[0] += my.elders * my.strength * thousands
        levers.teen_pairs[0] += my.teens * my.strength * thousands
        raise_kinds(levers.aid_kinds, my)
        return my.cost_per_pair * standing

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"Up to {self.elders:g} younger elders and {self.teens:g} teens per 1,000 residents each stand "
            f"by one senior elder nearby ({', '.join(self.kinds)}); "
            f"{self.asks:g} of them a week are asked for each senior elder who waits, a standing partner "
            f"learns of {self.tells:.0%} of the elder's hidden needs a week, {self.period()}, at "
            f"{self.cost_per_pair:g} yuan a pair and week."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"每千名居民最多{self.elders:g}名低龄老人和{self.teens:g}名青少年与高龄老人固定结对（{'、'.join(self.kinds)}）；"
            ""
            ""
            ""
            ""
            ""
            f"每位等待的高龄老人每周动员{self.asks:g}人；"
            f"结对者每周发现老人{self.tells:.0%}的隐性需求；每对每周{self.cost_per_pair:g}元。"
        )
