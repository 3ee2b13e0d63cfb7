"""Monday: policies in force, in the order in which they act. First those who set something up, then everybody pushes.

What a policy does is a compiled function of views and of its doses. One that is written in plain Python, or whose
targets have to be looked up anew, is a callback in its turn; then the week is not like the others, and each is lived by
itself.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from sim.engine.jit import Column
from sim.engine.layout import Layout
from sim.engine.units import Unit
from sim.weeks import Turns


class Acting(Protocol):
    """What Monday needs to know of a policy."""

    def preparing(self) -> Unit | None:
        """What sets up what it needs; None where it is a callback in Python, or needs nothing."""

    def pushing(self) -> Unit | None:
        """What pushes levers; None where it is a callback in Python."""

    def dose_layout(self) -> Layout:
        """Where its doses stand."""

    def doses(self, world: Any, strength: float) -> dict[str, Any]:
        """Its doses, whom it is meant for and in which grids."""

    def prepare(self, world: Any, strength: float) -> None:
        """Set up what it needs."""

    def push(self, world: Any, strength: float) -> float:
        """Push levers; returns the cost."""

    def needs_preparing(self) -> bool:
        """Whether it sets anything up."""

    def aimed(self, world: Any) -> Column:
        """Whom it is meant for."""

    def for_everybody(self) -> bool:
        """Whether that is everybody, always."""


class _Turn:
    """One policy that acts, with its doses as compiled code takes them."""

    def __init__(self, row: int, policy: Acting, strength: float, world: Any) -> None:
        self.row, self.policy, self.strength = row, policy, strength
        self.narrow = not policy.for_everybody()
        self.values = policy.doses(world, strength)
        if self.narrow:
            self.values["aimed"] = self.values["aimed"].copy()
        layout = policy.dose_layout()
        self.table = np.zeros((len(layout.members), 3), np.int64)
        layout.write(self.values, self.table)
        self.push, self.prepare = policy.pushing(), policy.preparing()

    def aim(self, world: Any) -> None:
        """Look up anew whom it is meant for."""
        if self.narrow:
            self.values["aimed"][:] = self.policy.aimed(world)


def turns_of(acting: Sequence[tuple[Unit, Column | None, int]]) -> Turns:
    """Units with their doses, and where what they return is booked."""
    return Turns(
        np.array([unit.address for unit, _, _ in acting], np.int64),
        np.array([0 if doses is None else doses.ctypes.data for _, doses, _ in acting], np.int64),
        np.array([row for _, _, row in acting], np.int64),
    )


class Monday:
    """Policies that act with these strengths, each for an owner; of the costs of those, an owner pays a share."""

    def __init__(self, world: Any, acting: Sequence[tuple[int, Acting, float]], shares: Sequence[float]) -> None:
        self._world, self._owners = world, len(shares)
        owners = [owner for owner, _, _ in acting]
        self._bundles: list[tuple[int, slice, float]] = []
        rows, end = list(owners), len(shares)
        for owner, share in enumerate(shares):
            if (parts := owners.count(owner)) and (parts > 1 or share != 1.0):
                # the parts of a bundle have rows of their own behind those of the owners
                first, end = end, end + parts
                self._bundles.append((owner, slice(first, end), share))
                at = owners.index(owner)
                rows[at : at + parts] = range(first, end)
        self.size = end + 1
        """Rows of costs: the last is of preparations, which cost nothing."""
        self._turns = [
            _Turn(row, policy, strength, world) for row, (_, policy, strength) in zip(rows, acting, strict=True)
        ]

    def alike(self) -> Turns | None:
        """What all of them do week after week; None where one is a callback in Python."""
        turns = self._turns
        if any(t.narrow or t.push is None or (t.prepare is None and t.policy.needs_preparing()) for t in turns):
            return None
        prepare = [(t.prepare, t.table, self.size - 1) for t in turns if t.prepare]
        return turns_of([*prepare, *((t.push, t.table, t.row) for t in turns if t.push)])

    def act(self, table: Column) -> list[float]:
        """Let everybody prepare, then push; `table` is the world's. Returns each owner's cost."""
        costs = [0.0] * self.size
        for t in self._turns:
            t.aim(self._world)
            if t.prepare:
                t.prepare.run(table, t.table.ctypes.data)
            elif t.policy.needs_preparing():
                t.policy.prepare(self._world, t.strength)
        for t in self._turns:
            t.aim(self._world)  # a seat may have been given since
            costs[t.row] = t.push.run(table, t.table.ctypes.data) if t.push else t.policy.push(self._world, t.strength)
        return self.shared(costs)

    def shared(self, costs: Sequence[float]) -> list[float]:
        """Each owner's cost, of the costs of all that act."""
        each = [float(cost) for cost in costs]
        for owner, rows, share in self._bundles:
            each[owner] = share * sum(each[rows])
        return each[: self._owners]
