"""What people do for each other in a week, as the map shows it: read from the world between its phases, never made up.

The page in one file reads the same in `page/one_file_acts.js`; a test compares the two, week by week.
"""

from typing import Any

import numpy as np

from sim.rules.answering import volunteers_answer
from sim.rules.bonding import ties_change
from sim.rules.deciding import residents_decide
from sim.rules.serving import orders_lapse, service_is_given
from sim.state.orders import ACCEPTED, DISPATCHED, DONE, KEPT, NEIGHBOUR, PLACED, VOLUNTEER
from sim.state.phase import Phase
from sim.state.residents import BY_RESIDENT, TASK, VACANT

PLACED_NOW, OFFERED, TAKEN, GIVEN = 1, 2, 4, 8
"""Steps of an order in a week: the station learned of it, called volunteers, somebody took it, it was given well."""
type Rows = list[list[int]]


class Acts:
    """The acts of the last week of one world: lists of small lists of rows, as the page draws them."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.told: dict[str, Rows] = {}
        self._offered = self._tier = np.zeros(0, np.int64)
        self._helped = 0

    def before(self, phase: Phase) -> None:
        """Look at the world just before a phase of the week."""
        if look := LOOKS.get(phase.name):
            look(self)

    def _calls(self) -> None:
        """Which orders the station offers to volunteers."""
        self.told = {}
        self._offered = self.world.order_state[: int(self.world.open_orders[0])] == DISPATCHED

    def _orders(self) -> None:
        """Orders that moved this week: whose they are, who took them, how far they came."""
        world = self.world
        n = int(world.open_orders[0])
        taken = world.order_state[:n] == ACCEPTED
        steps = PLACED_NOW * (world.order_placed[:n] == world.week[0]) + OFFERED * self._offered + TAKEN * taken
        moved = np.flatnonzero(steps)
        self._moved, self._steps = moved, steps[moved]
        self._taker = np.where(taken, world.order_server[:n], -1)[moved]

    def _book(self) -> None:
        """How the orders ended, who cares for whom, and who still waits."""
        world = self.world
        n = int(world.open_orders[0])
        state, client, server = world.order_state[:n], world.order_client[:n], world.order_server[:n]
        case, keeper, given = world.order_until[:n] > 0, world.order_keeper[:n], world.order_given[:n]
        well = (state == DONE) | case & (given >= 0.5)
        steps = self._steps + GIVEN * (well[self._moved] & (self._steps & TAKEN > 0))
        self.told["orders"] = _rows(client[self._moved], self._taker, steps)
        cared = (state == KEPT) & (world.order_served[:n] > 0) & (keeper != VOLUNTEER)
        cared[self._moved] &= self._steps & TAKEN == 0
        self.told["cares"] = _rows(client, np.where(keeper == NEIGHBOUR, server, -1), keeper)[cared]
        self._helped = int(world.encounters[0])
        pairs = _rows(world.met_one[: self._helped], world.met_other[: self._helped])
        of_orders = {(int(v), int(c)) for c, v, step in self.told["orders"] if step & TAKEN}
        self.told["helps"] = [pair for pair in pairs.tolist() if tuple(pair) not in of_orders]
        weeks = np.where(state == KEPT, 1, world.week[0] - world.order_arose[:n] + 1)
        self.told["waits"] = _rows(client, weeks, state == PLACED)[~well]

    def _circles(self) -> None:
        """Who works beside whom in a team that meets."""
        met = slice(self._helped, int(self.world.encounters[0]))
        self.told["meets"] = _rows(self.world.met_one[met], self.world.met_other[met])

    def _requests(self) -> None:
        """Who was asked to take part, by whom (`asked`), and along which ties to participants a request can come."""
        world = self.world
        self._tier, asks = world.tier.copy(), []
        for row in np.flatnonzero(world.asked).tolist():
            first, how = int(world.tie_first[row]), int(world.asked[row])
            tied = world.tie_other[first : first + int(world.degree[row])] if how == BY_RESIDENT else world.asked[:0]
            asks.append([row, how, *(other for other in tied.tolist() if world.tier[other] >= TASK)])
        self.told["asks"] = asks

    def end(self) -> dict[str, Rows]:
        """Who climbed and who lapsed, newcomers aside; and all acts of the week."""
        world = self.world
        there = (world.tenure > 0) & (world.age != VACANT)
        self.told["climbs"] = _rows(np.flatnonzero(there & (world.tier > self._tier)))
        self.told["lapses"] = _rows(np.flatnonzero(there & (world.tier < self._tier)))
        self.told = {what: np.asarray(rows).tolist() if what != "asks" else rows for what, rows in self.told.items()}
        return self.told


def _rows(*columns: Any) -> Any:
    return np.stack([np.asarray(column, np.int64) for column in columns], axis=1)


LOOKS = {
    volunteers_answer.name: Acts._calls,
    service_is_given.name: Acts._orders,
    orders_lapse.name: Acts._book,
    ties_change.name: Acts._circles,
    residents_decide.name: Acts._requests,
}
