"""Public services: a larger (or smaller) share of needs is met by professionals, by kind of service and by group.

What they meet never becomes an order. Without named groups the share holds for everybody, without named kinds for all kinds.

Sources: huang2025 (A37)
"""

from pydantic import Field

from sim.old_monday import Push, column, paid, weekly
from sim.policies.policy import GROUPS_ZH, Policy, dose, rows_of_kinds
from sim.policies.pushing import raise_in_tiers
from sim.residents import NO_TIER, SUBSTANTIVE
from sim.world import World


class PublicServices(Policy):
    """Coverage by public services."""

    name = "public_services"
    title, title_zh = "Public services", "基本公共服务"
    better = {"met_by_public_services": +1}
    for_children = True

    coverage: float = dose(
        0.1, "Added to the share of needs met by public services; below 0: retreat.", unit="share", low=-1, high=1
    )
    kinds: tuple[str, ...] = Field(
        (), description="Kinds of service for which it holds; none named: all.", json_schema_extra={"unit": "kinds"}
    )
    cost_per_need: float = dose(
        40.0, "Cost of meeting a need; less is spent where the share falls.", unit="yuan", low=0, high=100_000
    )

    def pushes(self, world: World, strength: float) -> list[Push] | None:
        """Cover kinds for everybody."""
        if not self.for_everybody():
            return None
        share = self.coverage * strength
        kinds = rows_of_kinds(world, self.kinds or tuple(world.config.kinds))
        return [*(Push(_cover, (k, share)) for k in kinds), paid(self._cost(world, share, 1.0))]

    def push(self, world: World, strength: float) -> float:
        """Cover kinds for everybody, or for those aimed at."""
        if self.for_everybody():
            return super().push(world, strength)
        aimed, share = self.aimed(world), self.coverage * strength
        raise_in_tiers(world.group_coverage, share, aimed, world.tier, NO_TIER, SUBSTANTIVE)
        world.group_kinds[rows_of_kinds(world, self.kinds or tuple(world.config.kinds))] = 1.0
        return self._cost(world, share, float(aimed.mean()))

    def _cost(self, world: World, share: float, reached: float) -> float:
        needs = world.kind_expected[rows_of_kinds(world, self.kinds) if self.kinds else slice(None)]
        return max(0.0, self.cost_per_need * share * reached * float(needs.sum()))

    def _whom(self) -> str:
        return ", ".join(g.replace("_", " ") for g in self.groups) if self.groups else self.where or "everybody"

    def sentence(self) -> str:
        """One sentence."""
        what = ", ".join(self.kinds) if self.kinds else "all kinds of service"
        return (
            f"Public services meet {self.coverage:+.0%} of the needs of {self._whom()} ({what}), {self.period()}, at {self.cost_per_need:g} yuan a need "
            f"(needs as expected at the start, shared evenly over residents)."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        whom = "、".join(GROUPS_ZH[g] for g in self.groups) if self.groups else "全体居民"
        what = "、".join(self.kinds) if self.kinds else "全部服务"
        return f"公共服务对{whom}的覆盖比例变化{self.coverage:+.0%}（{what}）；每项需求{self.cost_per_need:g}元。"


@weekly
def _cover(world, d):  # type: ignore[no-untyped-def]
    """Cover a kind of service."""
    column(world, "coverage")[int(d[0])] += d[1]
    return 0.0
