"""Columns that note who reads and who writes them, in plain Python."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

from sim.engine.jit import Compiled
from sim.engine.layout import View
from sim.simulation import Simulation
from sim.state.views import LAYOUTS

type Touched = tuple[str, str]


def everything_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every compiled function of the model is replaced by the plain Python it was compiled from; units stay compiled."""
    for name, module in list(sys.modules.items()):
        # the list of a week calls compiled units by address, which plain Python cannot
        if name.partition(".")[0] == "sim" and name not in ("sim.weeks", "sim.monday"):
            for key, value in list(vars(module).items()):
                if isinstance(value, Dispatcher | Compiled):
                    monkeypatch.setattr(module, key, value.py_func)


class Notes:
    """What was read and what was written: a view and an attribute of it."""

    def __init__(self) -> None:
        self.reads: set[Touched] = set()
        self.writes: set[Touched] = set()
        self.looked_at: set[Touched] = set()


class Watched(np.ndarray[Any, Any]):
    """A column, or a part of one: taking a part is no reading of it, taking a number is."""

    notes: Notes
    of: Touched

    def __array_finalize__(self, origin: Any) -> None:
        self.notes, self.of = getattr(origin, "notes", Notes()), getattr(origin, "of", ("", ""))

    def read(self) -> Any:
        """The numbers themselves."""
        self.notes.reads.add(self.of)
        return self.view(np.ndarray)

    def written(self) -> Any:
        """The numbers themselves, to be changed."""
        self.notes.writes.add(self.of)
        return self.view(np.ndarray)

    def __getitem__(self, key: Any) -> Any:
        part = super().__getitem__(key)
        if isinstance(part, Watched) and np.may_share_memory(part, self):
            return part
        self.notes.reads.add(self.of)
        return part.view(np.ndarray) if isinstance(part, Watched) else part

    def __setitem__(self, key: Any, value: Any) -> None:
        self.written()[key] = value.read() if isinstance(value, Watched) else value

    def __iter__(self) -> Any:
        return iter(self.read())

    def __contains__(self, value: Any) -> bool:
        return value in self.read()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = (), **more: Any) -> Any:
        taken = [one.read() if isinstance(one, Watched) else one for one in inputs]
        if method == "at" and isinstance(inputs[0], Watched):
            inputs[0].written()
        if out:
            more["out"] = tuple(one.written() if isinstance(one, Watched) else one for one in out)
        made = getattr(ufunc, method)(*taken, **more)
        return out[0] if out else made

    def __array_function__(self, function: Any, _: Any, arguments: Any, more: Any) -> Any:
        return function(*map(_read, arguments), **{name: _read(value) for name, value in more.items()})

    def fill(self, value: Any) -> None:
        self.written().fill(value)

    def sort(self, *arguments: Any, **more: Any) -> None:
        self.written().sort(*arguments, **more)

    def copy(self, *arguments: Any, **more: Any) -> Any:  # type: ignore[override]
        return self.read().copy(*arguments, **more)

    def astype(self, *arguments: Any, **more: Any) -> Any:
        return self.read().astype(*arguments, **more)


def _read(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return type(value)(map(_read, value))
    return value.read() if isinstance(value, Watched) else value


class _Noted(Mapping[str, Any]):
    """The values of a view; whoever takes a column gets one that notes."""

    def __init__(self, view: str, values: Mapping[str, Any], notes: Notes, writable: frozenset[Touched]) -> None:
        self._values, self._notes = values, notes
        self._of = {member.name: (view, attribute) for attribute, member in LAYOUTS[view].members.items()}
        self._writable = writable

    def __getitem__(self, name: str) -> Any:
        of, value = self._of[name], self._values[name]
        self._notes.looked_at.add(of)
        if not isinstance(value, np.ndarray):
            self._notes.reads.add(of)
            return value
        column = value.view(Watched)
        column.notes, column.of = self._notes, of
        column.flags.writeable = of in self._writable
        return column

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)


def watched_views(simulation: Simulation, notes: Notes, writable: frozenset[Touched]) -> dict[str, View]:
    """The views of a world; columns other than the writable ones are read-only."""
    return {
        name: View(layout, _Noted(name, simulation.world._values(name), notes, writable))
        for name, layout in LAYOUTS.items()
    }
