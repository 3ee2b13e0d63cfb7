"""A life that is watched: one simulation, and what is written down about its residents while it lives.

Nothing here draws chance or changes a column: a watched life is the same life.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from classroom.acts import Acts, Rows
from classroom.touches import GIFTS, Touch, touched
from sim import Simulation
from sim.config.schema import Config
from sim.engine.jit import Column
from sim.policies.policy import Policy
from sim.rules.deciding import residents_decide
from sim.rules.serving import orders_lapse
from sim.state.orders import DECLINED, DONE, HIDDEN, KEPT, PLACED, SHELVED
from sim.state.residents import VACANT
from sim.week import WEEK

CLIMBED, LAPSED, MOVED_IN, SERVED, WAS_SERVED, EXPIRED_UNMET, GIVEN_BY_HAND = (
    "climbed",
    "lapsed",
    "moved_in",
    "served",
    "was_served",
    "expired",
    "given by hand",
)
MOST_REMEMBERED = 400_000
"""Events kept in all; the oldest are forgotten first."""


class Event(NamedTuple):
    """Something that happened to a resident in a week; `what` is one of the words above, `a` and `b` tell more."""

    week: int
    row: int
    what: str
    a: int = 0
    b: int = 0


@dataclass
class Before:
    """What a decision of the week looked at and later phases change."""

    tier: Column
    team: Column


class Life:
    """One simulation with its memory: tiers of every week, events, costs and unmet needs."""

    def __init__(self, config: Config, policies: Sequence[Policy], seed: int) -> None:
        """Errors: ConfigError for a place that cannot be built."""
        self.simulation = Simulation(config, policies, seed)
        self.tiers: list[Column] = []
        self.events: list[Event] = []
        self.cost_now: dict[str, float] = {}
        self.cost_total: dict[str, float] = {}
        """Yuan by policy: of the last week, and in all."""
        world = self.simulation.world
        self._acts = Acts(world)
        self.acts: dict[str, Rows] = {}
        """What people did for each other in the last week, for the map."""
        self.before = Before(world.tier.copy(), world.team.copy())
        self.unmet_now = np.zeros(world.tier.size, np.int32)
        """Needs unmet this week, by resident."""
        self.unmet_total = np.zeros(world.tier.size, np.int64)
        self.worst_wait = np.zeros(world.tier.size, np.int32)
        """Weeks that the longest unmet need of whoever lives there has lasted, by resident."""

    @property
    def week(self) -> int:
        """Weeks lived so far."""
        return self.simulation.week

    def touched(self, touch: Touch) -> None:
        """A resident is given something, between two weeks. Errors: TouchError."""
        rows = touched(self.simulation, touch)
        self.events.append(Event(self.week, touch.row, GIVEN_BY_HAND, GIFTS.index(touch.what)))
        if rows is None:
            return
        for kept in (self.unmet_now, self.unmet_total, self.worst_wait, self.before.tier, self.before.team):
            kept[:] = kept[rows]
        self.events = [_carried(event, rows) for event in self.events]

    def live_one_week(self) -> None:
        """Live a week phase by phase and write down what happened."""
        simulation = self.simulation
        simulation.begin_week()
        for phase in WEEK:
            self._acts.before(phase)
            if phase is orders_lapse:
                self._look_at_the_book()
            elif phase is residents_decide:
                self.before = Before(simulation.world.tier.copy(), simulation.world.team.copy())
            simulation.do(phase)
        self.acts = self._acts.end()
        simulation.end_week()
        self.cost_now = {}
        for policy, cost in zip(simulation.policies, simulation.costs[-1] if simulation.policies else (), strict=True):
            self.cost_now[policy.name] = self.cost_now.get(policy.name, 0.0) + cost
            self.cost_total[policy.name] = self.cost_total.get(policy.name, 0.0) + cost
        self._look_at_people()
        if len(self.events) > MOST_REMEMBERED:
            del self.events[: MOST_REMEMBERED // 4]

    def _look_at_the_book(self) -> None:
        """Orders done and needs given up, before they leave the book."""
        world, now = self.simulation.world, self.simulation.week
        n = int(world.open_orders[0])
        state, client, kind = world.order_state[:n], world.order_client[:n], world.order_kind[:n]
        # whoever keeps a case gives its services: that need is met, in weeks in which most were given well
        is_case = world.order_until[:n] > 0
        open_now = (state != DONE) & ~(is_case & (world.order_given[:n] >= 0.5))
        self.unmet_now = np.bincount(client[open_now], minlength=world.tier.size).astype(np.int32)
        self.unmet_total += self.unmet_now
        waited = np.where(state == KEPT, 1, now - world.order_arose[:n] + 1)
        np.maximum.at(self.worst_wait, client[open_now], waited[open_now])
        for o in np.flatnonzero(state == DONE).tolist():
            server, c, k = int(world.order_server[o]), int(client[o]), int(kind[o])
            self.events.append(Event(now, c, WAS_SERVED, k, server))
            if server >= 0:
                self.events.append(Event(now, server, SERVED, k, c))
        patience = world.kind_patience[kind]
        waits = np.isin(state, (HIDDEN, PLACED, SHELVED)) & ~is_case
        gone = waits & (now - world.order_arose[:n] >= patience) | (state == DECLINED)
        for o in np.flatnonzero(gone).tolist():
            self.events.append(Event(now, int(client[o]), EXPIRED_UNMET, int(kind[o]), int(state[o] == HIDDEN)))

    def _look_at_people(self) -> None:
        """Climbs, lapses and newcomers of the week."""
        world, now = self.simulation.world, self.simulation.week - 1
        new = (world.tenure == 0) & (world.age != VACANT)
        climbed = (world.tier > self.before.tier) & ~new
        lapsed = (world.tier < self.before.tier) & ~new
        for row in np.flatnonzero(climbed).tolist():
            self.events.append(Event(now, row, CLIMBED, int(world.tier[row]), int(world.asked[row])))
        for row in np.flatnonzero(lapsed).tolist():
            self.events.append(Event(now, row, LAPSED, int(world.tier[row])))
        for row in np.flatnonzero(new).tolist():
            self.events.append(Event(now, row, MOVED_IN))
        self.worst_wait[new] = 0
        self.tiers.append(tiers_shown(world))

    def events_of(self, row: int, most: int = 40) -> list[Event]:
        """The last events of whoever lives in this row, the newest first; those of former tenants are left out."""
        found: list[Event] = []
        for event in reversed(self.events):
            if event.row == row:
                found.append(event)
                if event.what == MOVED_IN or len(found) == most:
                    break
        return found

    def unmet_by_grid(self) -> Column:
        """Person-weeks of unmet need so far, by grid."""
        world = self.simulation.world
        return np.bincount(world.grid, weights=self.unmet_total, minlength=world.atmosphere.size)


def _carried(event: Event, rows: Column) -> Event:
    """An event of people who live in other rows now."""
    other = int(rows[event.b]) if event.what in (SERVED, WAS_SERVED) and event.b >= 0 else event.b
    return event._replace(row=int(rows[event.row]), b=other)


def tiers_shown(world: Any) -> Column:
    """Tiers as one byte each: 0-3, 4 for a child, 255 where nobody lives."""
    shown = np.where(world.tier < 0, 4, world.tier).astype(np.uint8)
    shown[world.age == VACANT] = 255
    return shown
