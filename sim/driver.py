"""The driver: a whole week, or many, as one compiled call.

To hand a column to compiled code costs a quarter of a microsecond, and the phases of a week ask for some 670: in a small
community that is as much as a third of the rules themselves. So the week is handed one table with the address of every
column; the driver, written here from what the phases declare, makes columns of addresses again and calls phase after phase.
And as long as nothing has to be asked in Python, week follows week without coming back to it: several lives in the threads of
one program do not wait for each other then.
"""

import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from sim.law import CACHE, Column
from sim.metrics.network import READS
from sim.phase import Phase
from sim.week import WEEK

OLD = [phase for phase in WEEK if isinstance(phase, Phase)]
NEW = [phase for phase in WEEK if not isinstance(phase, Phase)]
COLUMNS = tuple(sorted({name for phase in OLD for name in phase.reads} | set(READS)))
"""Every column and section of parameters that some phase or slow metric reads, in the order of the table of addresses."""


OUT: list[Any] = []


class Driver(NamedTuple):
    """The week compiled, and the table to call it with."""

    week: Callable[[Column], None]
    """Called with the table."""
    weeks: Callable[..., int]
    """Called with the table, a start, a plan (see `begun`), a row of tallies and one of costs for each week, and a row of slow
    metrics for each week in which they are due; returns how many weeks it could live."""
    table: Column
    """Address, rows and width of each column."""


type Shape = tuple[tuple[np.dtype[Any], int], ...]
"""The type of each column of `COLUMNS` and how many dimensions it has."""


def handed_over(known: Mapping[str, Column], phases: tuple[Any, ...] = WEEK, world_table: Any = None) -> Driver:
    """The week (or some phases of it) compiled, and the table to call it with.

    The table is good for as long as these very columns live; whoever keeps it keeps them. Errors: ValueError for a column
    that does not lie in one piece.
    """
    columns = [known[name] for name in COLUMNS]
    for name, column in zip(COLUMNS, columns, strict=True):
        if not column.flags.c_contiguous:
            raise ValueError(f"column {name} does not lie in one piece")
    table = [(c.ctypes.data, c.shape[0], c.shape[1] if c.ndim == 2 else 0) for c in columns]
    week, weeks = _compiled(tuple((c.dtype, c.ndim) for c in columns), phases)
    out = np.zeros(1)
    OUT.append(out)
    table.append((world_table.ctypes.data, out.ctypes.data, 0))
    table += [(phase.address, 0, 0) for phase in NEW]
    return Driver(week, weeks, np.array(table, np.int64))


def _word(dtype: np.dtype[Any]) -> str:
    """A type in words that NumPy understands."""
    return repr(dtype.descr) if dtype.names else repr(dtype.str)


@cache
def _compiled(shape: Shape, phases: tuple[Phase, ...]) -> tuple[Callable[[Column], None], Callable[..., int]]:
    """The driver for columns of these types; its text lies beside the compiled code, which is cached by file."""
    text = _text(shape, phases)
    name = f"linli_week_{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    path = CACHE / f"{name}.py"
    if not path.exists():
        # other processes may do the same at this moment: the file appears whole or not at all
        with tempfile.NamedTemporaryFile("w", dir=CACHE, delete=False, encoding="utf-8") as file:
            file.write(text)
        os.utime(file.name, (0, 0))  # the compiler knows a text by its time: the same text is of the same time
        os.replace(file.name, path)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where compiled code that was cached looks for what it was made of
    spec.loader.exec_module(module)
    return module.the_week, module.the_weeks


def _text(shape: Shape, phases: tuple[Phase, ...]) -> str:
    """The driver as a Python module."""
    lines = [
        '"""The week over addresses, written by sim/driver.py."""',
        "import numpy as np",
        "from numba import carray",
        "from sim.compiling import memory_at",
        "from sim.law import compiled",
        "from sim.metrics.network import measured",
        "from sim.stretch import begun, slow_are_due",
        "from sim.engine.units import called",
        *(f"from {phase.plain.__module__} import {phase.name} as _{phase.name}" for phase in phases if phase in OLD),
        *(f"{phase.name} = _{phase.name}.run" for phase in phases if phase in OLD),
        *(f"type_{name} = np.dtype({_word(dtype)})" for name, (dtype, _) in zip(COLUMNS, shape, strict=True)),
        "@compiled",
        "def the_week(at):",
    ]
    lines += _found({name for phase in phases if phase in OLD for name in phase.reads}, shape)
    n = len(COLUMNS)
    lines += [
        f"    {phase.name}({', '.join(phase.reads)})"
        if phase in OLD
        else f"    called(at[{n + 1 + NEW.index(phase)}, 0], at[{n}, 0], at[{n}, 0], at[{n}, 1])"
        for phase in phases
    ]
    lines += [
        "@compiled",
        "def the_weeks(at, start, plan, rows, costs, slow):",
        *_found(set(READS), shape),
        "    slows = 0",
        "    for k in range(rows.shape[0]):",
        "        if not begun(start, plan, k, costs[k]):",
        "            return k",
        "        the_week(at)",
        "        rows[k] = start.row",
        "        if slow_are_due(start.first + k):",
        f"            measured(slow[slows], {', '.join(READS)})",
        "            slows += 1",
        "    return rows.shape[0]",
    ]
    return "\n".join(lines) + "\n"


def _found(names: Collection[str], shape: Shape) -> list[str]:
    """Lines that make columns of addresses."""
    lines = []
    for row, (name, (_, dimensions)) in enumerate(zip(COLUMNS, shape, strict=True)):
        if name in names:
            rows = f"(at[{row}, 1],)" if dimensions == 1 else f"(at[{row}, 1], at[{row}, 2])"
            lines.append(f"    {name} = carray(memory_at(at[{row}, 0]), {rows}, type_{name})")
    return lines
