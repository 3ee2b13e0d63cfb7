"""Workers as processes of their own, that start at once.

A fresh process takes over a second to load the compiled rules. Where the system allows it, one process does that while the
program reads the study, and workers are forked from it; it has no threads, so nothing can be torn apart by a fork.
"""

import os
import sys
from multiprocessing import get_context
from multiprocessing.context import BaseContext

FORKED = sys.platform == "linux"
"""Elsewhere there is no fork, or libraries of the system do not survive one: every worker loads what it needs itself."""


def crew() -> BaseContext:
    """Where worker processes come from."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # workers are the parallelism; libraries must not add their own
    if not FORKED:
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["experiments.loaded"])
    return context


def processors() -> int:
    """Processors that this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def gather(workers: int = 0) -> None:
    """Let what so many workers (0: one a processor) need be loaded from now on, beside whatever the program does meanwhile."""
    if FORKED and (workers or processors()) > 1:
        from multiprocessing.forkserver import ensure_running

        crew()
        ensure_running()
