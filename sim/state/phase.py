"""A phase is one moment of the week: a function of views, compiled by itself. What it reads and writes, its
code says.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from sim.engine.effects import effects_of
from sim.engine.units import Unit
from sim.state.views import LAYOUTS


class Phase(Unit):
    """One moment of the week: a function of views."""

    def __init__(self, function: Callable[..., None]) -> None:
        super().__init__(function, LAYOUTS)
        if not function.__doc__:
            raise TypeError(f"phase {function.__name__} has no docstring")
        self.sentence = " ".join(function.__doc__.strip().split("\n\n")[0].split())

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


def phase(function: Callable[..., None]) -> Phase:
    """Declare a phase: a function of views that says in its docstring what happens. Errors: TypeError without one."""
    return Phase(function)
