"""Pioneers: "good governance pioneers" seated in the grids, with four attributes that each act on something else.

Political awareness finds needs, strategic vision ties people of different grids, dedication sets an example,
administrative prowess speeds up dispatch. Each pioneer has their own attributes around the mean that is asked for, and
stands the higher the higher their tier. A pioneer who lapses or moves away is replaced; a grid without volunteers has
none.

Sources: huang2025 (A6, A48)
"""

from sim.engine.jit import law
from sim.mathematics.chance import key_of, uniform_pair
from sim.mathematics.odds import within
from sim.policies.acts import leaves, prepares, pushes
from sim.policies.policy import Policy, counted, dose
from sim.state.residents import TASK

AWARENESS, VISION, DEDICATION, PROWESS = range(4)
OWN = 1
"""Number of a seat of this policy itself; that of a bundle is one more."""
NOBODY_LEFT = -1


class Pioneers(Policy):
    """Pioneers seated in the grids."""

    name = "pioneers"
    title, title_zh = "Good governance pioneers", "善治先锋"
    streams = ("seat", "attributes")

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

    @prepares
    def fill_seats(station, residents, grids, my):
        """Who lapsed gives up the seat; empty seats go to the volunteers of highest tier, of equals by lot."""
        key_seat = key_of(station.seed[0], my.stream_seat, 0)
        for g in range(grids.atmosphere.size):
            taken = 0
            for i in range(grids.first[g], grids.first[g + 1]):
                if residents.pioneer[i] > 0 and residents.tier[i] < TASK:
                    residents.pioneer[i] = 0
                taken += residents.pioneer[i] == OWN + my.bench
            while my.here[g] and taken < my.seats:
                best = next_pioneer(g, key_seat, residents, grids, my)
                if best == NOBODY_LEFT:
                    break
                residents.pioneer[best] = OWN + my.bench
                taken += 1

    @pushes
    def lead(station, residents, grids, levers, my):
        """Each pioneer acts in the own grid, the more the higher their tier."""
        key = key_of(station.seed[0], my.stream_attributes, 0)
        seated = 0
        for g in range(grids.atmosphere.size):
            aware, far_sighted, dedicated, able = 0.0, 0.0, 0.0, 0.0
            for i in range(grids.first[g], grids.first[g + 1]):
                if residents.pioneer[i] == OWN + my.bench:
                    seated += 1
                    standing = residents.tier[i] / 3.0
                    aware += (
                        my.finds
                        * my.strength
                        * attribute(AWARENESS, my.political_awareness, key, i, residents, my)
                        * standing
                    )
                    far_sighted += (
                        my.meetings
                        * my.strength
                        * attribute(VISION, my.strategic_vision, key, i, residents, my)
                        * standing
                    )
                    dedicated += (
                        my.example
                        * my.strength
                        * attribute(DEDICATION, my.dedication, key, i, residents, my)
                        * standing
                    )
                    able += (
                        my.orders
                        * my.strength
                        * attribute(PROWESS, my.administrative_prowess, key, i, residents, my)
                        * standing
                    )
            levers.outreach[g] += aware
            levers.cross_grid[g] += far_sighted
            levers.example[g] += dedicated
            levers.grid_capacity[g] += able
        return my.cost_per_pioneer * my.strength * seated

    @leaves
    def go_home(residents, my):
        """Pioneers give up their seats."""
        for i in range(residents.pioneer.size):
            if residents.pioneer[i] == OWN + my.bench:
                residents.pioneer[i] = 0

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"{counted(self.seats, 'pioneer')} in each grid (political awareness "
            f"{self.political_awareness:g}, strategic vision {self.strategic_vision:g}, dedication "
            f"{self.dedication:g}, "
            f"administrative prowess {self.administrative_prowess:g} of 1, each give or take "
            f"{self.spread:g}): one of full attributes finds {self.finds:.0%} of the grid's hidden needs a "
            "week, "
            f"brings {self.meetings:.1%} of its residents a week together with another grid, sets an example "
            f"of {self.example:g} hours and dispatches {self.orders:g} orders a week, {self.period()}, "
            f"at {self.cost_per_pioneer:g} yuan each a week."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        return (
            f"每个网格设{self.seats}名善治先锋（政治意识{self.political_awareness:g}、"
            f"战略眼光{self.strategic_vision:g}、奉献精神{self.dedication:g}、"
            f"行政能力{self.administrative_prowess:g}，上下浮动{self.spread:g}）："
            f"满分者每周发现本网格{self.finds:.0%}的隐性需求、让{self.meetings:.1%}的居民结识其他网格的人、"
            f"示范服务{self.example:g}小时、派单{self.orders:g}件；每人每周{self.cost_per_pioneer:g}元。"
        )


@law
def attribute(which, mean, key, i, residents, my):
    """An attribute of a pioneer, around the mean that is asked for (0: nobody has it)."""
    if mean <= 0.0:
        return 0.0
    return within(mean + my.spread * (2.0 * uniform_pair(key, residents.key[i], which) - 1.0))


@law
def next_pioneer(g, key_seat, residents, grids, my):
    """Who of a grid is seated next: of those meant who serve and have no seat, the one of highest tier, of
    equals by lot.
    """
    best, highest = NOBODY_LEFT, -1.0
    for i in range(grids.first[g], grids.first[g + 1]):
        if (
            my.aimed[i]
            and residents.tier[i] >= TASK
            and residents.pioneer[i] == 0
            and residents.tier[i] + 1.0 > highest
        ):
            place = residents.tier[i] + uniform_pair(key_seat, residents.key[i], 0)
            if place > highest:
                highest, best = place, i
    return best
