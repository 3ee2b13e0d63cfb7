"""Building: whatever is not compiled yet is, at once in several processes, before the first week is lived."""

import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from multiprocessing import get_context

from sim.engine.units import Unit, no_garbage_collection

type Say = Callable[[int, int, str], None]
"""A callback for each function that is compiled: which of how many, and its name."""
FEW = 2
"""So many functions are compiled sooner than processes are started."""

_todo: list[Callable[[], object]] = []


def build(units: Sequence[Unit], founding: Callable[[], object] | None = None, say: Say | None = None) -> None:
    """Compile those of these units that are not on disk yet; `founding` compiles by its first use, beside them.

    Where it goes wrong, whoever needs the function compiles it, and says what is wrong.
    """
    missing = [unit for unit in units if not unit.ready]
    named: list[tuple[str, Callable[[], object]]] = [(unit.name.replace("_", " "), unit.build) for unit in missing]
    if not named:
        return
    if founding and len(missing) > FEW:
        named.insert(0, ("the founding of a community", founding))
    say = say or say_on_terminal
    processes = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    alone = threading.active_count() == 1  # a program of several threads may not be forked
    with no_garbage_collection():
        if sys.platform == "linux" and processes > 1 and len(named) > FEW and alone:
            _in_processes(named, processes, say)
        else:
            for at, (name, work) in enumerate(named):
                say(at + 1, len(named), name)
                with suppress(Exception):
                    work()
    say(0, len(named), "")


def _in_processes(named: Sequence[tuple[str, Callable[[], object]]], processes: int, say: Say) -> None:
    """Forked processes compile and leave what they made on disk: nothing else comes back."""
    _todo[:] = [work for _, work in named]
    with suppress(Exception), ProcessPoolExecutor(processes, get_context("fork")) as pool:
        waiting = {pool.submit(_work, at): name for at, (name, _) in enumerate(named)}
        for at, done in enumerate(as_completed(waiting)):
            say(at + 1, len(named), waiting[done])


def _work(at: int) -> None:
    with suppress(Exception):
        _todo[at]()


def say_on_terminal(at: int, of: int, name: str) -> None:
    """A line that names the rule, where somebody sees it."""
    if sys.stderr.isatty():
        words = f"Compiling for this machine (this once): {at} of {of}: {name}" if at else ""
        sys.stderr.write(f"\r\x1b[K{words}")
        sys.stderr.flush()
