"""Grid integration: dispatch is tied to the grids, and leaders who live there take part in governing them.

Leaders are substantive participants, pioneers and members of the vanguard: each hears of needs on rounds through the
own grid and helps to dispatch. Without leaders only the scope of dispatch is left.

Sources: huang2025 (A10, A48)
"""

from typing import Literal

from sim.engine.jit import law
from sim.policies.acts import pushes
from sim.policies.policy import Policy, counted, dose, option
from sim.state.residents import SUBSTANTIVE


class GridIntegration(Policy):
    """Dispatch by grids, with a role for leaders."""

    name = "grid_integration"
    title, title_zh = "Grid integration", "网格融合"
    aims_at = "grids"
    derives = {"another_scope": lambda policy, world: policy.scope != world.config.dispatching.scope}

    scope: Literal["local", "pooled", "local_then_pooled"] = option(
        "local_then_pooled", "Orders stay in the grid, go to the whole community, or first the one, then the other."
    )
    rounds: float = dose(
        0.02, "Chance a week that one leader hears of a hidden need of the grid.", unit="chance a week", low=0, high=1
    )
    orders: float = dose(
        1.0, "Orders that one leader helps to dispatch in the grid.", unit="orders a week", low=0, high=1000
    )
    most_leaders: int = dose(
        10, "Leaders in a grid beyond this many add nothing.", unit="residents", low=0, high=10_000
    )
    cost_per_grid: float = dose(50.0, "Cost of a grid's coordination.", unit="yuan a week", low=0, high=100_000)

    @pushes
    def let_leaders_act(residents, grids, levers, my):
        """Choose the scope of dispatch; leaders of each grid hear of needs there and help to dispatch."""
        if my.another_scope:
            levers.scope[0] = my.scope
        coordinated = 0
        for g in range(my.here.size):
            if my.here[g]:
                leaders = min(leaders_in(g, residents, grids), my.most_leaders)
                levers.outreach[g] += my.rounds * my.strength * leaders
                levers.grid_capacity[g] += my.orders * my.strength * leaders
                coordinated += 1
        return my.cost_per_grid * my.strength * coordinated

    def sentence(self) -> str:
        """One sentence."""
        how = {
            "local": "stay in their grid",
            "pooled": "go to the whole community",
            "local_then_pooled": "go to their grid first, then to the whole community",
        }[self.scope]
        return (
            f"Orders {how}, and each leader in a grid hears of {self.rounds:.0%} of its hidden needs a week "
            f"and helps to dispatch {counted(self.orders, 'order')} "
            f"(up to {counted(self.most_leaders, 'leader')} a grid), {self.period()}, at "
            f"{self.cost_per_grid:g} yuan a grid and week."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        how = {"local": "只在本网格派发", "pooled": "面向全社区派发", "local_then_pooled": "先本网格、后全社区派发"}[
            self.scope
        ]
        return (
            f"工单{how}；"
            f"每名骨干每周发现本网格{self.rounds:.0%}的隐性需求并协助派单{self.orders:g}件（每个网格最多计{self.most_leaders}名骨干）；"
            ""
            ""
            ""
            ""
            ""
            f"每个网格每周{self.cost_per_grid:g}元。"
        )


@law
def leaders_in(g, residents, grids):
    """Substantive participants, pioneers and members of the vanguard who live in a grid."""
    leaders = 0
    for i in range(grids.first[g], grids.first[g + 1]):
        leaders += (residents.tier[i] == SUBSTANTIVE) | (residents.pioneer[i] > 0) | (residents.vanguard[i] > 0)
    return leaders
