"""Pioneers: "good governance pioneers" seated in the grids, with four attributes that each act on something else.

Political awareness finds needs, strategic vision ties people of different grids, dedication sets an example,
administrative prowess speeds up dispatch. Each pioneer has their own attributes around the mean that is asked for, and
stands the higher the higher their tier. A pioneer who lapses or moves away is replaced; a grid without volunteers has none.

Sources: huang2025 (A6, A48)
"""

import numpy as np

from sim.chance import uniform_pair
from sim.law import compiled
from sim.old_monday import Push, column, weekly
from sim.policies.policy import Policy, counted, dose
from sim.policies.pushing import halves, joined
from sim.world import World


class Pioneers(Policy):
    """Pioneers seated in the grids."""

    name = "pioneers"
    title, title_zh = "Good governance pioneers", "善治先锋"

    seats: int = dose(1, "Pioneers in a grid.", unit="residents a grid", low=0, high=1000)
    political_awareness: float = dose(0.6, "Mean political awareness: needs are found.", unit="share", low=0, high=1)
    strategic_vision: float = dose(
        0.6, "Mean strategic vision: people of different grids meet.", unit="share", low=0, high=1
    )
    dedication: float = dose(0.6, "Mean dedication: an example is set.", unit="share", low=0, high=1)
    administrative_prowess: float = dose(
        0.6, "Mean administrative prowess: orders are dispatched.", unit="share", low=0, high=1
    )
    spread: float = dose(0.2, "Half-width of the attributes around their means.", unit="share", low=0, high=1)
    finds: float = dose(
        0.2,
        "Chance a week that a fully aware pioneer learns of a hidden need of the grid.",
        unit="chance a week",
        low=0,
        high=1,
    )
    meetings: float = dose(
        0.01,
        "Chance a week that a pioneer of full vision brings a resident together with somebody of another grid.",
        unit="chance a week",
        low=0,
        high=1,
    )
    example: float = dose(4.0, "Visible service of a fully dedicated pioneer.", unit="hours a week", low=0, high=100)
    orders: float = dose(
        5.0, "Orders that a pioneer of full prowess dispatches in the grid.", unit="orders a week", low=0, high=1000
    )
    cost_per_pioneer: float = dose(60.0, "Cost of a pioneer.", unit="yuan a week", low=0, high=100_000)

    def prepare(self, world: World, strength: float) -> None:
        """Fill empty seats with the volunteers of highest tier."""
        _seat(
            self.key(world, "seat", week=0),
            self.seats,
            self.in_grids(world),
            self.aimed(world),
            world.key,
            world.tier,
            world.grid_first,
            world.pioneer,
            1 + self.bench,
        )

    def lacking(self, world: World) -> list[Push]:
        """Seats of those who lapsed, and empty ones."""
        return [Push(_missing, (self.seats, 1 + self.bench), price=1.0)]

    def pushes(self, world: World, strength: float) -> list[Push]:
        """Let each pioneer act in the own grid."""
        means = (self.political_awareness, self.strategic_vision, self.dedication, self.administrative_prowess)
        reach = (self.finds * strength, self.meetings * strength, self.example * strength, self.orders * strength)
        key = halves(self.key(world, "attributes", week=0))
        doses = (*means, *reach, self.spread, 1 + self.bench, *key)
        return [Push(_lead, doses, price=self.cost_per_pioneer * strength)]

    def leave(self, world: World) -> None:
        """Pioneers give up their seats."""
        world.pioneer[world.pioneer == 1 + self.bench] = 0

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"{counted(self.seats, 'pioneer')} in each grid (political awareness {self.political_awareness:g}, strategic vision {self.strategic_vision:g}, dedication {self.dedication:g}, "
            f"administrative prowess {self.administrative_prowess:g} of 1, each give or take {self.spread:g}): one of full attributes finds {self.finds:.0%} of the grid's hidden needs a week, "
            f"brings {self.meetings:.1%} of its residents a week together with another grid, sets an example of {self.example:g} hours and dispatches {self.orders:g} orders a week, {self.period()}, "
            f"at {self.cost_per_pioneer:g} yuan each a week."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"每个网格设{self.seats}名善治先锋（政治意识{self.political_awareness:g}、战略眼光{self.strategic_vision:g}、奉献精神{self.dedication:g}、"
            f"行政能力{self.administrative_prowess:g}，上下浮动{self.spread:g}）：满分者每周发现本网格{self.finds:.0%}的隐性需求、让{self.meetings:.1%}的居民结识其他网格的人、"
            f"示范服务{self.example:g}小时、派单{self.orders:g}件；每人每周{self.cost_per_pioneer:g}元。"
        )


@compiled
def _seat(key_seat, seats, in_grid, aimed, key, tier, grid_first, pioneer, own):  # type: ignore[no-untyped-def]
    for g in range(grid_first.size - 1):
        first, last = grid_first[g], grid_first[g + 1]
        seat, tiers = pioneer[first:last], tier[first:last]
        taken = 0
        for i in range(seat.size):
            seat[i] *= tiers[i] >= 1
            taken += seat[i] == own
        if not in_grid[g]:
            continue
        while taken < seats:
            best, highest = -1, -1.0
            for i in range(first, last):
                if aimed[i] and tier[i] >= 1 and not pioneer[i] and tier[i] + 1.0 > highest:
                    place = tier[i] + uniform_pair(key_seat, key[i], 0)
                    if place > highest:
                        highest, best = place, i
            if best < 0:
                break
            pioneer[best] = own
            taken += 1


@compiled
def _act(  # type: ignore[no-untyped-def]
    key_attributes,
    means,
    spread,
    reach,
    key,
    tier,
    grid,
    pioneer,
    own_bench,
    outreach,
    cross_grid,
    example,
    grid_capacity,
):
    pushes = np.zeros((4, outreach.size))
    seated = 0
    for i in range(pioneer.size):
        if pioneer[i] == own_bench:
            seated += 1
            standing = tier[i] / 3.0
            g = grid[i]
            for a in range(4):
                own = (
                    min(max(means[a] + spread * (2.0 * uniform_pair(key_attributes, key[i], a) - 1.0), 0.0), 1.0)
                    if means[a] > 0.0
                    else 0.0
                )
                pushes[a, g] += reach[a] * own * standing
    for g in range(outreach.size):
        outreach[g] += pushes[0, g]
        cross_grid[g] += pushes[1, g]
        example[g] += pushes[2, g]
        grid_capacity[g] += pushes[3, g]
    return seated


@weekly
def _lead(world, d):  # type: ignore[no-untyped-def]
    """Let pioneers act; returns how many they are."""
    return _act(joined(d[10], d[11]), (d[0], d[1], d[2], d[3]), d[8], (d[4], d[5], d[6], d[7]), column(world, "key"),
                column(world, "tier"), column(world, "grid"), column(world, "pioneer"), int(d[9]), column(world, "outreach"),
                column(world, "cross_grid"), column(world, "example"), column(world, "grid_capacity"))  # fmt: skip


@weekly
def _missing(world, d):  # type: ignore[no-untyped-def]
    """How many pioneers have lapsed, and how many are missing in these grids."""
    here, grid_first = column(world, "here"), column(world, "grid_first")
    pioneer, tier = column(world, "pioneer"), column(world, "tier")
    missing = 0
    for g in range(grid_first.size - 1):
        first, last = grid_first[g], grid_first[g + 1]
        seat, tiers = pioneer[first:last], tier[first:last]
        lapsed, taken = 0, 0
        for i in range(seat.size):
            lapsed += (seat[i] > 0) & (tiers[i] < 1)
            taken += seat[i] == d[1]
        missing += lapsed
        if here[g]:
            missing += max(int(d[0]) - taken, 0)
    return missing
