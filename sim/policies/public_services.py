"""Public services: a larger (or smaller) share of needs is met by professionals, by kind of service and by group.

What they meet never becomes an order. Without named groups the share holds for everybody, without named kinds for all
kinds.

Sources: huang2025 (A37)
"""

import numpy as np
from pydantic import Field

from sim.config.schema import Config
from sim.policies.acts import pushes
from sim.policies.policy import GROUPS_ZH, Policy, dose, rows_of_kinds
from sim.state.residents import NO_TIER
from sim.world import World


class PublicServices(Policy):
    """Coverage by public services."""

    name = "public_services"
    title, title_zh = "Public services", "基本公共服务"
    better = {"met_by_public_services": +1}
    for_children = True
    derives = {
        "for_all": lambda policy, _: policy.for_everybody(),
        "needs_expected": lambda policy, world: policy._needs_expected(world),
    }

    coverage: float = dose(
        0.1, "Added to the share of needs met by public services; below 0: retreat.", unit="share", low=-1, high=1
    )
    kinds: tuple[str, ...] = Field(
        (), description="Kinds of service for which it holds; none named: all.", json_schema_extra={"unit": "kinds"}
    )
    cost_per_need: float = dose(
        40.0, "Cost of meeting a need; less is spent where the share falls.", unit="yuan", low=0, high=100_000
    )

    @pushes
    def cover(residents, levers, my):
        """Cover service kinds for everybody, or for those aimed at; less is spent where the share falls."""
        share, reached = my.coverage * my.strength, 1.0
        if my.for_all:
            for k in my.kinds:
                levers.coverage[k] += share
        else:
            meant = 0
            for i in range(residents.tier.size):
                meant += my.aimed[i]
                levers.group_coverage[i] += share * np.int64(my.aimed[i] & (residents.tier[i] >= NO_TIER))
            for k in my.kinds:
                levers.group_kinds[k] = 1.0
            reached = meant / residents.headcount[0]
        return max(0.0, my.cost_per_need * share * reached * my.needs_expected)

    def kinds_acted_on(self, config: Config) -> tuple[str, ...]:
        """The kinds named, or all."""
        return self.kinds or tuple(config.kinds)

    def _needs_expected(self, world: World) -> float:
        """Needs of these kinds that a week can be expected to bring."""
        return float(world.kind_expected[list(rows_of_kinds(world, self.kinds_acted_on(world.config)))].sum())

    def _whom(self) -> str:
        return ", ".join(g.replace("_", " ") for g in self.groups) if self.groups else self.where or "everybody"

    def sentence(self) -> str:
        """One sentence."""
        what = ", ".join(self.kinds) if self.kinds else "all kinds of service"
        return (
            f"Public services meet {self.coverage:+.0%} of the needs of {self._whom()} ({what}), "
            f"{self.period()}, at {self.cost_per_need:g} yuan a need "
            f"(needs as expected at the start, shared evenly over residents)."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        whom = "、".join(GROUPS_ZH[g] for g in self.groups) if self.groups else "全体居民"
        what = "、".join(self.kinds) if self.kinds else "全部服务"
        return f"公共服务对{whom}的覆盖比例变化{self.coverage:+.0%}（{what}）；每项需求{self.cost_per_need:g}元。"
