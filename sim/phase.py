"""A phase is one moment of the week: a function of columns that declares which of them it writes.

Its arguments name what it reads, in the words of `sim/residents.py` and its neighbours (a column), of
`sim/levers.py` (a lever) or of `sim/parameters.py` (a section of parameters). What it writes stands in the
decorator, and a test holds it to that: all other columns are made read-only.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np

from sim.law import compiled_apart


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


def phase(*, writes: tuple[str, ...]) -> Callable[[Callable[..., None]], Phase]:
    """Declare a phase and the columns it writes.

    Errors: TypeError when it writes a column that is not among its arguments, or has no sentence.
    """

    def declared(function: Callable[..., None]) -> Phase:
        reads = tuple(inspect.signature(function).parameters)
        unknown = [name for name in writes if name not in reads]
        if unknown or not function.__doc__:
            raise TypeError(f"phase {function.__name__}: writes {unknown}, or has no docstring")
        sentence = function.__doc__.strip().split("\n")[0]
        return Phase(function.__name__, sentence, reads, writes, compiled_apart(function), _in_plain_python(function))

    return declared
