"""What a class does: each seat runs one grid's station, and all pay from one purse.

The choices of a grid push the same levers as any policy, so the play can be compared with the shipped policies on the
same luck. Prices are assumed; they are the same for the class and in the debrief.
"""

import math
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim.engine.jit import Column
from sim.policies.policy import Policy
from sim.state.orders import PLACED
from sim.state.residents import CHILD
from sim.world import World

SEAT_PRICE, STAFF_PRICE, VISIT_PRICE, ASK_PRICE, THANKS_PRICE = 60.0, 25.0, 30.0, 3.0, 2.0
"""Yuan: a training seat, one more order dispatched, an hour of visits, an invitation, a word of thanks."""
FOUND_AN_HOUR = 0.05
"""How much an hour of visits adds to the hazard that a hidden need of the grid becomes known."""
type First = Literal["station", "vulnerable", "longest", "elders_alone", "children"]
type Whom = Literal["all", "new", "key"]


class Choice(BaseModel):
    """What one grid's station decides; the shipped values leave everything as it is and cost nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    offers: int = Field(0, ge=-3, le=8, description="More volunteers called for each order; calls tire.")
    staff: int = Field(0, ge=0, le=10, description="More orders that can be dispatched a week.")
    seats: int = Field(0, ge=0, le=5, description="Training seats a week.")
    whom: Whom = Field("all", description="Who is trained.")
    first: First = Field("station", description="Whose orders go first.")
    visits: int = Field(0, ge=0, le=10, description="Hours of visits a week that find hidden needs.")
    asks: int = Field(0, ge=0, le=20, description="Residents invited to take part a week.")
    thanks: bool = Field(False, description="Everybody who served last week is thanked.")


def free_of_charge(choice: Choice) -> Choice:
    """What is left of a choice when the purse is empty."""
    return Choice(offers=choice.offers, whom=choice.whom, first=choice.first)


class GridStations(Policy):
    """The grids' stations as the class runs them."""

    name = "grid_stations"
    title, title_zh = "The class runs the stations", "全班经营网格站"

    choices: tuple[Choice, ...] = Field((), description="One choice a grid.")
    purse: float = Field(math.inf, ge=0, description="Yuan that are left for all.")
    first: int = Field(0, ge=0, description="The grid that is paid first this week, counted around.")

    def push(self, world: World, strength: float) -> float:
        """Push each grid's levers; returns what all of it costs."""
        cost = 0.0
        for g, choice in self._paid(world):
            rows = slice(int(world.grid_first[g]), int(world.grid_first[g + 1]))
            world.grid_offers[g] += choice.offers
            world.grid_capacity[g] += choice.staff
            world.outreach[g] += 1.0 - math.exp(-FOUND_AN_HOUR * choice.visits)
            cost += STAFF_PRICE * choice.staff + VISIT_PRICE * choice.visits
            cost += self._trained(world, g, choice) + self._asked(world, rows, choice)
            if choice.thanks:
                served = world.hours[rows] > 0
                world.recognition[rows][served] += 0.35
                cost += THANKS_PRICE * float(np.count_nonzero(served))
            self._lined_up(world, rows, choice)
        return cost * strength

    def _paid(self, world: World) -> list[tuple[int, Choice]]:
        """What each grid gets: all of it as far as the purse goes, from another grid on each week, else what is free."""
        most = self._most(world)
        got, left = [], self.purse
        for k in range(len(most)):
            g = (self.first + k) % len(most)
            paid = most[g] <= left
            left -= most[g] if paid else 0.0
            got.append((g, self.choices[g] if paid else free_of_charge(self.choices[g])))
        return sorted(got, key=lambda one: one[0])

    def _most(self, world: World) -> list[float]:
        """The most that each grid's choice can cost this week."""
        most = []
        for g, choice in enumerate(self.choices[: world.atmosphere.size]):
            rows = slice(int(world.grid_first[g]), int(world.grid_first[g + 1]))
            thanked = THANKS_PRICE * float(np.count_nonzero(world.hours[rows] > 0)) if choice.thanks else 0.0
            fixed = STAFF_PRICE * choice.staff + VISIT_PRICE * choice.visits
            most.append(fixed + SEAT_PRICE * choice.seats + ASK_PRICE * choice.asks + thanked)
        return most

    def pays_for_all(self, world: World) -> bool:
        """Whether the purse pays for all that was chosen."""
        return sum(self._most(world)) <= self.purse

    def _trained(self, world: World, g: int, choice: Choice) -> float:
        meant = (world.grid == g) & (world.tier >= (2 if choice.whom == "key" else 1))
        if choice.whom == "new":
            meant &= world.recruited_week > world.week[0] - 26
        seated = self.chosen(world, meant, choice.seats, "seat")
        world.training[seated] += 1.0
        return SEAT_PRICE * float(seated.size)

    def _asked(self, world: World, rows: slice, choice: Choice) -> float:
        bystanders = world.tier[rows] == 0
        heads = int(np.count_nonzero(bystanders))
        if not choice.asks or not heads:
            return 0.0
        world.extra_asks[rows][bystanders] += choice.asks / heads
        return ASK_PRICE * choice.asks

    def _lined_up(self, world: World, rows: slice, choice: Choice) -> None:
        if choice.first == "station":
            return
        if choice.first == "longest":
            n = int(world.open_orders[0])
            placed = np.flatnonzero(world.order_state[:n] == PLACED)
            here = placed[(world.order_client[placed] >= rows.start) & (world.order_client[placed] < rows.stop)]
            waited = (world.week[0] - world.order_arose[here] + 1).astype(np.float32)
            np.maximum.at(world.precedence, world.order_client[here], 0.5 * waited)
            return
        world.precedence[rows][_put_first(world, rows, choice.first)] += 2.0

    def sentence(self) -> str:
        """One sentence."""
        what = "offers, training, priorities, visits, invitations and thanks"
        return f"{len(self.choices)} grids' stations decide {what}, {self.period()}."

    def sentence_zh(self) -> str:
        """One sentence."""
        return f"{len(self.choices)}个网格站各自决定派单、培训、优先次序、走访、邀请与感谢。"


def _put_first(world: World, rows: slice, first: str) -> Column:
    """Whose orders a grid puts first."""
    groups, limited = world.groups[rows], world.limited[rows]
    whose: dict[str, Column] = {
        "elders_alone": (groups & 1) != 0,
        "children": (world.age[rows] == CHILD) | (world.school_child[rows] == 1),
        "vulnerable": ((groups & 15) != 0) | (limited == 1),
    }
    return whose[first]
