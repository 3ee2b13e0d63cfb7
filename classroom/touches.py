"""A hand in one life: a resident is given a friend, an hour or a step up the ladder, or moves, in one world only.

A touch acts between two weeks, draws no chance and is part of the state, so that a link, a file or a lost connection
lives the same again. Whatever differs from then on comes from it.
"""

from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sim import Simulation
from sim.engine.jit import Column
from sim.state.places import NO_LEADER
from sim.state.residents import INTERESTS, NO_TEAM, RESIDENTS, SELF, SUBSTANTIVE, VACANT
from sim.state.ties import NO_SLOT, make_tie, slot_of

type What = Literal["friend", "hour", "step", "move"]
GIFTS: tuple[What, ...] = ("friend", "hour", "step", "move")
OF_THE_DWELLING = ("household", "grid")
"""What stays where it is when somebody moves."""


class TouchError(ValueError):
    """What cannot be given; the message is for the reader of the page."""


class Touch(BaseModel):
    """Who (their row) is given what, in which world, before which week; `other`: the friend, or who lives there."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    week: int = Field(ge=0)
    world: Literal[0, 1]
    row: int = Field(ge=0)
    what: What
    other: int = Field(-1, ge=-1)


def touched(simulation: Simulation, touch: Touch) -> Column | None:
    """Let it happen; where somebody moved, returns who now lives in each row (as old rows). Errors: TouchError."""
    world = simulation.world
    if max(touch.row, touch.other) >= world.tier.size:
        raise TouchError(f"there are {world.tier.size} rows of residents, not {max(touch.row, touch.other) + 1}")
    if world.age[touch.row] == VACANT or (world.tier[touch.row] < 0 and touch.what != "move"):
        raise TouchError("a child or an empty place can be given nothing")
    if touch.what in ("friend", "move") and (touch.other < 0 or world.age[touch.other] == VACANT):
        raise TouchError("choose somebody who lives there")
    if touch.what == "move":
        return _moves(simulation, touch.row, touch.other)
    {"friend": _friend, "hour": _hour, "step": _step}[touch.what](simulation, touch.row, touch.other)
    return None


def _hour(simulation: Simulation, row: int, _other: int) -> None:
    world = simulation.world
    if world.hours_limit[row] + 1.0 > RESIDENTS["hours_limit"].high:
        raise TouchError("nobody has more hours than a week")
    world.hours_limit[row] += 1.0


def _step(simulation: Simulation, row: int, _other: int) -> None:
    world = simulation.world
    if world.tier[row] >= SUBSTANTIVE:
        raise TouchError("nobody stands higher on the ladder")
    if world.tier[row] == 0:
        world.registered[row], world.recruited_week[row], world.route[row] = 1, simulation.week, SELF
    world.tier[row] += 1


def _friend(simulation: Simulation, row: int, other: int) -> None:
    world, ties = simulation.world, simulation.views["ties"]
    if row == other or slot_of(row, other, ties) != NO_SLOT:  # type: ignore[no-untyped-call]
        raise TouchError("these two are tied already")
    if world.well_mixed[0] or any(world.degree[i] >= world.tie_first[i + 1] - world.tie_first[i] for i in (row, other)):
        raise TouchError("one of the two has no room for another tie")
    usual = simulation.config.bonding.friendship
    room = int(world.degree[[row, other]].max()) + 1
    make_tie(row, other, usual, usual, simulation.week, room, ties)  # type: ignore[no-untyped-call]


def _moves(simulation: Simulation, row: int, other: int) -> Column:
    """Two households exchange their dwellings: people, ties, needs and whoever helps them go along, teams of a grid
    do not.
    """
    world = simulation.world
    (a, b), (c, d) = (world.household_first[[h, h + 1]].tolist() for h in world.household[[row, other]].tolist())
    if a == c or world.grid[row] == world.grid[other]:
        raise TouchError("choose somebody of another grid")
    if b - a != d - c:
        raise TouchError(f"a home with room for {b - a} cannot be exchanged for one with room for {d - c}")
    rows = np.arange(world.tier.size)
    rows[a:b], rows[c:d] = np.arange(c, d), np.arange(a, b)  # its own inverse: two blocks change places
    moved = np.r_[a:b, c:d]
    _carry_ties(world, rows, moved)
    for name in RESIDENTS:
        if name not in OF_THE_DWELLING:
            world.columns[name][moved] = world.columns[name][rows[moved]]
    for name in ("order_client", "order_server", "pair_client", "pair_helper", "team_leader"):
        column = getattr(world, name)
        column[column >= 0] = rows[np.minimum(column[column >= 0], rows.size - 1)]
    for i in moved.tolist():
        if NO_TEAM < world.team[i] < (world.grid_first.size - 1) * len(INTERESTS):
            t = world.team[i]
            world.team_size[t] -= 1
            if world.team_leader[t] == i:
                world.team_leader[t] = NO_LEADER
            world.team[i] = NO_TEAM
    # numbers of those yet to be born stay apart from those of both households
    homes = world.household[[row, other]]
    world.household_persons[homes] = world.household_persons[homes].max()
    return rows


def _carry_ties(world: Any, rows: Column, moved: Column) -> None:
    """The ties of those who moved lie in the slots of their new rows; everybody's point to the new rows."""
    first, degree = world.tie_first, world.degree
    if np.any(degree[rows[moved]] > np.diff(first)[moved]):
        raise TouchError("the ties of one household have no room at the other")
    kept = ("tie_other", "tie_strength", "tie_rest", "tie_born")
    held = {i: [getattr(world, name)[first[i] : first[i] + degree[i]].copy() for name in kept] for i in moved.tolist()}
    for i in moved.tolist():
        for name, values in zip(kept, held[int(rows[i])], strict=True):
            getattr(world, name)[first[i] : first[i] + values.size] = values
    degree[moved] = degree[rows[moved]]
    for i in np.flatnonzero(degree).tolist():
        used = slice(int(first[i]), int(first[i] + degree[i]))
        world.tie_other[used] = rows[world.tie_other[used]]
