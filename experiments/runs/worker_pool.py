"""Workers as processes of their own, that start at once.

A fresh process takes over a second to load the compiled rules. Where the system allows it, one process does that while the
program reads the study, and workers are forked from it; it has no threads, so nothing can be torn apart by a fork.
"""

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import current_process, get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any

FORKED = sys.platform == "linux"
"""Elsewhere there is no fork, or libraries of the system do not survive one: every worker loads what it needs itself."""


def process_context() -> Any:
    """Where worker processes come from."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # workers are the parallelism; libraries must not add their own
    if not FORKED:
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["experiments.runs.preloaded"])
    return context


def processors() -> int:
    """Processors that this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def preload_workers() -> None:
    """Let what workers need be loaded from now on, beside whatever the program does meanwhile."""
    if FORKED:
        from multiprocessing.forkserver import ensure_running

        process_context()
        ensure_running()


@contextmanager
def may_have_children() -> Iterator[None]:
    """Start processes also where this one was started as one that may not (as a cluster's workers are)."""
    said = current_process()._config  # type: ignore[attr-defined]
    before = said.get("daemon", False)
    said["daemon"] = False
    try:
        yield
    finally:
        said["daemon"] = before


def at_the_parents_side() -> None:
    """Of a worker: an interrupt is the parent's to answer, no worker outlives it, and where memory is short it goes first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_parent, daemon=True).start()
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


def _end_with_the_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


def room() -> int:
    """Bytes that may still be taken here, short of where a machine grinds to a halt; 0 where the system cannot say."""
    if sys.platform != "linux":
        return 0
    free = re.search(r"MemAvailable:\s+(\d+) kB", _text("/proc/meminfo"))
    limits = [int(free[1]) * 1024] if free else []
    for line in _text("/proc/self/cgroup").splitlines():  # the limit of a container or of a job
        _, kinds, path = line.split(":", 2)
        root = {"": "/sys/fs/cgroup", "memory": "/sys/fs/cgroup/memory"}.get(kinds)
        for folder in (Path(path), *Path(path).parents) if root else ():
            for name in ("memory.max", "memory.limit_in_bytes"):
                said = _text(f"{root}{folder}/{name}").strip()
                limits += [int(said)] if said.isdigit() else []
    return min(limits, default=0) * 4 // 5


def bounded(memory: int) -> None:
    """Let this process take so many bytes beyond what it has, so that it fails before the machine does; 0: what is there."""
    if not (memory := memory or room()):
        return
    import resource

    taken = re.search(r"VmData:\s+(\d+) kB", _text("/proc/self/status"))
    with suppress(OSError, ValueError):
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (memory + (int(taken[1]) * 1024 if taken else 0), most))


def _text(path: str) -> str:
    with suppress(OSError):
        return Path(path).read_text("utf-8", "replace")
    return ""
