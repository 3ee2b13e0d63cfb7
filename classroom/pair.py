"""Two worlds, one luck: the same residents and the same chance, lived with and without policies, week by week."""

import json
import struct
from typing import Any, Literal

import numpy as np

from classroom.life import Life, tiers_shown
from classroom.state import MOST_WEEKS, Change, Listed, State, StateError, Value, WorldState, state_of
from classroom.touches import TouchError
from experiments.study.design import seed_of
from pages.panel import both
from sim import METRICS
from sim.engine.jit import Column

type Which = Literal[0, 1]

BOARD: dict[str, tuple[str, int]] = {
    # series of the order board: tally and entry
    "board_needs": ("count_needs", 0),
    "board_covered": ("count_covered", 0),
    "board_placed": ("count_placed", 0),
    "board_dispatched": ("count_dispatched", 0),
    "board_accepted": ("count_accepted", 0),
    "board_done": ("count_done", 0),
    "board_declined": ("count_declined", 0),
    "board_expired": ("count_expired", 0),
    "board_lost": ("count_expired", 1),
    "board_cancelled": ("count_cancelled", 0),
    "board_open": ("count_open", 0),
    "board_hidden": ("count_open", 1),
    "spent": ("stand_cost", 0),
}
"""`spent` is yuan of the week; `board_lost` are needs that expired without ever becoming known."""

SERIES: tuple[str, ...] = (*METRICS, *BOARD, "differing")
MAGIC = b"LNL1"
VANGUARD, PIONEER, SERVED, ASKED, NEED, TRAINED, NEW, AWAY = (1 << bit for bit in range(8))
"""Flags of a resident in a frame."""


class Pair:
    """The two worlds of a state. A life is watched from week 0: `Pair(state)` lives all weeks of the state at once."""

    def __init__(self, state: State) -> None:
        """Errors: StateError for what cannot be built."""
        self.state = state.model_copy(update={"week": 0})
        self.seed = seed_of(state.seed, 0)
        self.lives = self._born(0), self._born(1)
        if self.lives[0].simulation.world.tier.size != self.lives[1].simulation.world.tier.size:
            raise StateError("the two worlds have different numbers of residents and cannot stand side by side")
        self.ever = np.zeros(self.residents, bool)
        self.differing: list[int] = []
        self._told = self._touched = 0
        self.live(state.week)

    def _born(self, world: Which) -> Life:
        config, policies = self.state.config(world, 0), self.state.policies(world)
        try:
            return Life(config, policies, self.seed)
        except ValueError as error:
            raise StateError(str(error)) from None

    @property
    def residents(self) -> int:
        """Rows of residents."""
        return int(self.lives[0].simulation.world.tier.size)

    @property
    def week(self) -> int:
        """Weeks lived so far."""
        return self.lives[0].week

    def live(self, weeks: int) -> None:
        """Live so many weeks more in both worlds. Errors: StateError for a touch that cannot be."""
        self._touch()
        for _ in range(min(weeks, MOST_WEEKS - self.week)):
            for world, life in enumerate(self.lives):
                if any(c.week == life.week > 0 and c.world == world for c in self.state.changes):
                    life.simulation.change_config(self.state.config(world, life.week))
                life.live_one_week()
            self.ever |= self.differs() != 0
            self.differing.append(int(np.count_nonzero(self.differs() & 1)))
            self._touch()
        self.state = self.state.model_copy(update={"week": self.week})

    def _touch(self) -> None:
        """What the hand gives before the present week and has not given yet."""
        for touch in self.state.touches[self._touched :]:
            if touch.week > self.week:
                break
            try:
                self.lives[touch.world].touched(touch)
            except TouchError as error:
                raise StateError(str(error)) from None
            self._touched += 1

    def touch(self, world: Which, row: int, what: str, other: int = -1) -> None:
        """Give a resident something in one world, before the present week. Errors: StateError."""
        before = self.state
        said = {"week": self.week, "world": world, "row": row, "what": what, "other": other}
        self.state = state_of(before.model_dump() | {"touches": [*before.touches, said]})
        try:
            self._touch()
        except StateError:
            self.state = before
            raise

    def rows_of(self, row: int, world: Which) -> tuple[int, int]:
        """Where whoever lives in a row of one world lives in each of the two; the row itself where nowhere."""
        key = self.lives[world].simulation.world.key[row]
        found = [np.flatnonzero(life.simulation.world.key == key) for life in self.lives]
        rows = [row if one.size == 0 or w == world else int(one[0]) for w, one in enumerate(found)]
        return rows[0], rows[1]

    def differs(self) -> Column:
        """For each resident, bits: 1 another tier, 2 another person, 4 other hours this week, 8 ever differed."""
        a, b = (life.simulation.world for life in self.lives)
        bits: Column = (tiers_shown(a) != tiers_shown(b)).astype(np.uint8)
        for bit, differs in ((2, a.key != b.key), (4, a.hours != b.hours), (8, self.ever)):
            bits[differs] |= bit
        return bits

    # what a teacher changes in the middle of a life

    def put_on(self, world: Which, name: str, doses: dict[str, Value]) -> None:
        """Put a policy on from the present week, or change its doses from now on.

        Doses that name a `start` or `stop` of their own keep them, if they lie ahead.
        """
        running = self._without(world, name)
        start = doses.get("start")
        start = start if isinstance(start, int) and start > self.week else self.week
        stop = doses.get("stop")
        stop = stop if isinstance(stop, int) and stop > start else None
        self._take(world, [*running, Listed(name=name, doses={**doses, "start": start, "stop": stop})])

    def take_off(self, world: Which, name: str) -> None:
        """End a policy with the present week."""
        self._take(world, self._without(world, name))

    def _without(self, world: Which, name: str) -> list[Listed]:
        """The list in which a policy ends now; what would only have begun later is struck off."""
        kept = []
        for listed in self.state.worlds[world].policies:
            made = listed.made()
            if listed.name != name or (made.stop is not None and made.stop <= self.week):
                kept.append(listed)
            elif made.start < self.week:
                kept.append(Listed(name=name, doses={**listed.doses, "stop": self.week}))
        return kept

    def _take(self, world: Which, listed: list[Listed]) -> None:
        policies = [one.made() for one in listed]
        try:
            self.lives[world].simulation.change_policies(policies)
        except ValueError as error:
            raise StateError(str(error)) from None
        self._with_world(world, self.state.worlds[world].model_copy(update={"policies": tuple(listed)}))

    def _with_world(self, world: Which, changed: WorldState) -> None:
        first, second = self.state.worlds
        worlds = (changed, second) if world == 0 else (first, changed)
        self.state = State.model_validate(self.state.model_copy(update={"worlds": worlds}).model_dump())

    def change_rules(self, world: Which, changes: dict[str, Value]) -> None:
        """Change parameters of the rules from the present week on, in one world. Errors: StateError."""
        change = Change(week=self.week, world=world, set=changes)
        state = State.model_validate(
            self.state.model_copy(update={"changes": (*self.state.changes, change)}).model_dump()
        )
        try:
            self.lives[world].simulation.change_config(state.config(world, self.week))
        except ValueError as error:
            raise StateError(str(error)) from None
        self.state = state

    # what the page receives

    def standing(self) -> dict[str, Any]:
        """What does not change from week to week: who lives where, and the names of everything in a frame."""
        world, config = self.lives[0].simulation.world, self.lives[0].simulation.config
        return {
            "title": both(config.title),
            "residents": self.residents,
            "grids": int(world.atmosphere.size),
            "grid": world.grid.tolist(),
            "gridNames": list(world.people.grid_names),
            "household": world.household.tolist(),
            "series": SERIES,
            "kinds": [[kind.title, kind.title_zh] for kind in config.kinds.values()],
            "drawTies": bool(world.tie_other.size) and not world.well_mixed[0],
        }

    def frame(self, everything: bool = False) -> bytes:
        """The present week for the page, and the series of all weeks not told before, as one binary message.

        Last come the acts of the week in both worlds, as text after its length.
        """
        since = 0 if everything else self._told
        self._told = self.week
        parts = [struct.pack("<4sIHHHH", MAGIC, self.week, self.residents, len(SERIES), self.week - since, 0)]
        for life in self.lives:
            world = life.simulation.world
            parts += [tiers_shown(world).tobytes(), _flags(life).tobytes()]
        parts.append(self.differs().tobytes())
        pad = -sum(map(len, parts)) % 4
        series = np.stack([self._series(life)[since:] for life in self.lives], axis=1)
        acts = json.dumps([life.acts for life in self.lives], separators=(",", ":")).encode()
        last = struct.pack("<I", len(acts)) + acts
        return b"".join([*parts, b"\0" * pad, series.astype("<f4").tobytes(), last])

    def _series(self, life: Life) -> Column:
        """Weeks x series."""
        weekly, tallies = life.simulation.weekly(), life.simulation.tallies() if self.week else {}
        columns = [weekly[name] for name in METRICS]
        columns += [tallies[tally][:, entry] if self.week else np.zeros(0) for tally, entry in BOARD.values()]
        columns.append(np.array(self.differing, float))
        table: Column = np.nan_to_num(np.stack(columns, axis=1))
        return table

    def ties(self, world: Which, weakest: float = 0.3) -> bytes:
        """Ties outside households at least this strong: pairs of rows (u16) and strength (u8), after their number."""
        w = self.lives[world].simulation.world
        one = np.repeat(np.arange(w.degree.size), w.degree)
        slots = np.concatenate(
            [np.arange(f, f + d) for f, d in zip(w.tie_first[:-1].tolist(), w.degree.tolist(), strict=True)]
        )
        other, strength = w.tie_other[slots], w.tie_strength[slots]
        shown = (one < other) & (strength >= weakest) & (w.household[one] != w.household[other])
        if np.count_nonzero(shown) > 6000:
            shown &= strength >= np.partition(strength[shown], -6000)[-6000]
        pairs = np.stack([one[shown], other[shown]], axis=1).astype("<u2")
        parts = (
            b"LNT1",
            struct.pack("<II", world, len(pairs)),
            pairs.tobytes(),
            (255 * strength[shown]).astype("u1").tobytes(),
        )
        return b"".join(parts)

    def costs(self) -> list[dict[str, list[float]]]:
        """For each world and policy: yuan of the last week and in all."""
        return [
            {name: [life.cost_now.get(name, 0.0), total] for name, total in life.cost_total.items()}
            for life in self.lives
        ]


def _flags(life: Life) -> Column:
    """What else is to be seen of each resident, one bit each."""
    world = life.simulation.world
    flags = np.zeros(world.tier.size, np.uint8)
    for bit, seen in (
        (VANGUARD, world.vanguard > 0),
        (PIONEER, world.pioneer > 0),
        (SERVED, world.hours > 0),
        (ASKED, world.asked > 0),
        (NEED, life.unmet_now > 0),
        (TRAINED, world.training > 0),
        (NEW, world.tenure < 26),
        (AWAY, world.away > 0),
    ):
        flags[seen] |= bit
    return flags
