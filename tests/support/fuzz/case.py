"""A case: one mutated file or message, handed in as a user would, within bounds of time and memory."""

import resource
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import FrameType

import click

from classroom.state import StateError
from experiments.runs.store import StoreError
from experiments.tasks.search import StudyError
from pages.guard import RefusedError
from sim.config.yaml import ConfigError

IN_WORDS = (ConfigError, StoreError, StudyError, StateError, RefusedError, click.UsageError)
"""What the program says of bad input; every other exception is a fault of the program."""
SECONDS = 20
"""Processor time after which a case hangs."""
MORE_MEMORY = 3 * 2**30
"""Address space that a kind may take beyond what is there when it begins."""


@dataclass(frozen=True)
class Kind:
    """Something that a user can hand in: how a mutated one is made, and what the program does with it."""

    make: Callable[[Random], bytes]
    take: Callable[[bytes, Path, Random], None]
    """Raises one of IN_WORDS for a refusal; whatever it accepts, it looks at (AssertionError for nonsense)."""
    share: float = 1.0
    """How many cases of it, beside others: fewer where each takes long."""
    heals: bool = False
    """Whether damage is put right, and not refused."""


class HangError(BaseException):
    """A case took too long; no `except Exception` stops it."""


class Fault(AssertionError):  # noqa: N818
    """A case that ended otherwise than it may."""


def try_cases(name: str, kind: Kind, numbers: range) -> Counter[str]:
    """Try these cases of a kind; returns how many were refused and accepted. Raises Fault with all that went wrong."""
    ended: Counter[str] = Counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="linli-fuzz-") as folder, _bounded_memory():
        for number in numbers:
            chance = Random(f"{name}/{number}")
            content = kind.make(chance)
            try:
                with _bounded_time():
                    kind.take(content, Path(folder), chance)
                ended["accepted"] += 1
            except IN_WORDS as error:
                if not str(error).strip() or "Traceback" in str(error):
                    faults.append(f"{name}/{number}: refused without words: {error!r}")
                ended["refused"] += 1
            except (Exception, HangError) as error:
                faults.append(f"{name}/{number}: {type(error).__name__}: {str(error)[:300]}\n    {content[:300]!r}")
                if len(faults) > 20:
                    break
    if faults:
        raise Fault("\n".join(faults))
    return ended


def peak_memory() -> int:
    """Bytes that this process held at most since they were last counted."""
    status = Path("/proc/self/status").read_text("utf-8")
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


@contextmanager
def _bounded_time() -> Iterator[None]:
    def hang(_signal: int, _frame: FrameType | None) -> None:
        raise HangError(f"more than {SECONDS} seconds of processor time")

    before = signal.signal(signal.SIGVTALRM, hang)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@contextmanager
def _bounded_memory() -> Iterator[None]:
    there = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (there + MORE_MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
