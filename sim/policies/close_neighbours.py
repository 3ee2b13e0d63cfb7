"""Close Neighbours: the bundle of the article's example, where the Party building work leads and volunteers are
central.

A vanguard, pioneers, grid integration, visits at doors, an order platform and recognition, each with doses of its own.
The bundle says when and for whom; a part can be left out. A part acts with exactly the luck it has when it stands
alone.

Sources: huang2025 (A45-A49)
"""

from functools import cached_property

from pydantic import Field, model_validator

from sim.config.schema import Config
from sim.policies.grid_integration import GridIntegration
from sim.policies.order_platform import OrderPlatform
from sim.policies.pioneers import Pioneers
from sim.policies.policy import Policy, dose
from sim.policies.recognition import Recognition
from sim.policies.vanguard import Vanguard
from sim.policies.visits import Visits
from sim.world import World

WHEN = ("start", "stop", "ramp", "every", "active")
WHOM = ("uptake", "grids", "groups", "tiers", "where", "capacity")


class CloseNeighbours(Policy):
    """The bundle."""

    name = "close_neighbours"
    title, title_zh = "Close Neighbours", "近邻模式"

    intensity: float = dose(1.0, "Share of the strength of its parts.", unit="share", low=0, high=1)
    cost_share: float = dose(
        1.0, "What its parts cost together, as a share of what they cost alone.", unit="share", low=0, high=10
    )
    vanguard: Vanguard | None = Field(
        Vanguard(), description="The vanguard, or none.", json_schema_extra={"unit": "policy"}
    )
    pioneers: Pioneers | None = Field(
        Pioneers(), description="The pioneers, or none.", json_schema_extra={"unit": "policy"}
    )
    grid_integration: GridIntegration | None = Field(
        GridIntegration(), description="Grid integration, or none.", json_schema_extra={"unit": "policy"}
    )
    visits: Visits | None = Field(None, description="Visits at doors, or none.", json_schema_extra={"unit": "policy"})
    order_platform: OrderPlatform | None = Field(
        OrderPlatform(), description="The order platform, or none.", json_schema_extra={"unit": "policy"}
    )
    recognition: Recognition | None = Field(
        Recognition(), description="Recognition, or none.", json_schema_extra={"unit": "policy"}
    )

    @model_validator(mode="after")
    def _bundle_says_when(self) -> "CloseNeighbours":
        for part in self._given():
            own = sorted(part.model_fields_set & {*WHEN, *WHOM})
            if own:
                raise ValueError(
                    f"no {' or '.join(own)} in {part.name}: the bundle says when and for whom, its parts only how much"
                )
        return self

    def _given(self) -> tuple[Policy, ...]:
        parts = (
            self.vanguard,
            self.pioneers,
            self.grid_integration,
            self.visits,
            self.order_platform,
            self.recognition,
        )
        return tuple(part for part in parts if part is not None)

    @cached_property
    def parts(self) -> tuple[Policy, ...]:
        """The parts, aimed as the bundle is, as far as each can be aimed, each with seats of the bundle."""
        aims = {"residents": WHOM, "grids": ("grids",), "community": ()}
        parts = []
        for part in self._given():
            aimed = part.model_copy(update={name: getattr(self, name) for name in aims[part.aims_at]})
            object.__setattr__(aimed, "bench", 1)  # its own, in the place of its class's
            parts.append(aimed)
        return tuple(parts)

    def fits(self, config: Config) -> None:
        """Refuse a community for which a part was not written."""
        super().fits(config)
        for part in self.parts:
            part.fits(config)

    def prepare(self, world: World, strength: float) -> None:
        """Let every part set up what it needs."""
        for part, its in self.acting(strength):
            part.prepare(world, its)

    def acting(self, strength: float) -> list[tuple[Policy, float]]:
        """The parts; at no intensity they do not even choose the scope of dispatch."""
        return [(part, strength * self.intensity) for part in self.parts] if self.intensity > 0.0 else []

    @property
    def share_of_costs(self) -> float:
        """What the bundle says."""
        return self.cost_share

    def push(self, world: World, strength: float) -> float:
        """Push through the parts."""
        return self.cost_share * sum(part.push(world, its) for part, its in self.acting(strength))

    def leave(self, world: World) -> None:
        """Let every part go home."""
        for part in self.parts:
            part.leave(world)

    def sentence(self) -> str:
        """One sentence."""
        named = ", ".join(part.title.lower() for part in self.parts) or "nothing"
        doses = "; ".join(part.sentence().replace(f", {part.period()}", "").rstrip(".") for part in self.parts)
        return (
            f"Close Neighbours joins {len(self.parts)} policies ({named}) at {self.intensity:.0%} of their "
            f"strength and {self.cost_share:.0%} of their cost, {self.period()}: {doses}."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        doses = "；".join(part.sentence_zh().rstrip("。") for part in self.parts)
        return (
            f"近邻模式包含{len(self.parts)}项措施，强度为{self.intensity:.0%}，"
            f"成本为单独实施的{self.cost_share:.0%}：{doses}。"
        )
