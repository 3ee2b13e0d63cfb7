"""A phase is one moment of the week: a function of columns that declares which of them it writes.

Its arguments name what it reads, in the words of `sim/residents.py` and its neighbours (a column), of
`sim/levers.py` (a lever) or of `sim/parameters.py` (a section of parameters). What it writes stands in the
decorator, and a test holds it to that: all other columns are made read-only.
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any

import numpy as np

from sim.engine.effects import effects_of
from sim.engine.units import Unit
from sim.law import compiled_apart
from sim.views import LAYOUTS


@dataclass(frozen=True)
class Phase:
    """One moment of the week, compiled; `plain` is its plain Python."""

    name: str
    sentence: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    run: Callable[..., None]
    plain: Callable[..., None]


def _in_plain_python(function: Callable[..., None]) -> Callable[..., None]:
    """The function as plain Python runs it: there a row of parameters has its fields as attributes only when asked to."""

    @wraps(function)
    def run(*arguments: Any) -> None:
        function(*(a.view(np.recarray) if isinstance(a, np.ndarray) and a.dtype.names else a for a in arguments))

    return run


class ViewPhase(Unit):
    """One moment of the week: a function of views."""

    def __init__(self, function: Callable[..., None]) -> None:
        super().__init__(function, LAYOUTS)
        if not function.__doc__:
            raise TypeError(f"phase {function.__name__} has no docstring")
        self.sentence = function.__doc__.strip().split("\n")[0]

    def _columns(self, touched: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        members = [LAYOUTS[view].members.get(attribute) for view, attribute in sorted(touched)]
        return tuple(member.name for member in members if member and not member.single)

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """Columns that it looks at, as its code says."""
        return self._columns(effects_of(self.plain).reads)

    @cached_property
    def writes(self) -> tuple[str, ...]:
        """Columns that it writes, as its code says."""
        return self._columns(effects_of(self.plain).writes)


def unit(function: Callable[..., Any]) -> Unit:
    """A function of views that is compiled by itself."""
    return Unit(function, LAYOUTS)


def phase(function: Any = None, *, writes: tuple[str, ...] = ()) -> Any:
    """Declare a phase and the columns it writes.

    Errors: TypeError when it writes a column that is not among its arguments, or has no sentence.
    """

    if function is not None:
        return ViewPhase(function)

    def declared(function: Callable[..., None]) -> Phase:
        reads = tuple(inspect.signature(function).parameters)
        unknown = [name for name in writes if name not in reads]
        if unknown or not function.__doc__:
            raise TypeError(f"phase {function.__name__}: writes {unknown}, or has no docstring")
        sentence = function.__doc__.strip().split("\n")[0]
        return Phase(function.__name__, sentence, reads, writes, compiled_apart(function), _in_plain_python(function))

    return declared
