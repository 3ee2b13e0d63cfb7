"""Execution: perform what is missing, on all processors, and lose nothing.

Workers set each finished run aside themselves and report a few bytes, so the parent stays small. A failing run
becomes a row and the rest go on. A worker that dies takes only its runs with it: they are tried again, each alone.
"""

import json
import os
import signal
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from multiprocessing import parent_process
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Literal

import numpy as np

from experiments.crew import crew, processors
from experiments.design import Job, Run, Study
from experiments.store import BLOCK, Finished, Series, Store

if TYPE_CHECKING:
    from sim.model_parameters import Config

AHEAD = 32
"""Runs that wait for each worker, so that none is idle while the parent packs a block of results."""

type Workers = Literal["processes", "threads"]
type Simulate = Callable[[Job], Series]


@dataclass
class Tally:
    """What an execution did."""

    done: int = 0
    failed: int = 0
    found: int = 0
    """Runs that were there already."""
    seconds: float = 0.0
    """Time that the runs took, added up over workers."""

    def add(self, other: "Tally") -> None:
        """Count another execution in."""
        self.done, self.failed, self.found = (
            self.done + other.done,
            self.failed + other.failed,
            self.found + other.found,
        )
        self.seconds += other.seconds


def simulated(job: Job) -> Series:
    """Perform a run: one community, its policies, its weeks."""
    from sim import POLICIES, Simulation

    policies = [POLICIES[name](**doses) for name, doses in job.policies]
    simulation = Simulation(_config(job.community, json.dumps(dict(job.changes))), policies=policies, seed=job.seed)
    simulation.run_for(job.weeks)
    return {name: np.asarray(values, np.float32) for name, values in simulation.weekly().items() if name != "week"}


@lru_cache(maxsize=256)
def _config(community: str, changes: str) -> "Config":
    """A configuration, read once for many runs; `changes` as JSON, so that they can be remembered by."""
    from sim import load_config

    return load_config(community, set=json.loads(changes))


def planned(study: Study, shard: tuple[int, int] = (1, 1)) -> Iterator[Run]:
    """The different runs of this shard, in the plan's order.

    Labels of the same run are dealt out together, so that no two shards do it.
    """
    number, of = shard
    seen: set[str] = set()
    for run in study.runs():
        if run.run not in seen:
            if len(seen) % of == number - 1:
                yield run
            seen.add(run.run)


def missing(study: Study, store: Store, *, shard: tuple[int, int] = (1, 1), again: bool = False) -> Iterator[Run]:
    """The runs of this shard that no finished block holds, in the plan's order; `again`: nor those that failed."""
    there = store.finished()
    for run in planned(study, shard):
        if run.run not in there or (again and not there[run.run]):
            yield run


def perform(
    study: Study,
    store: Store,
    *,
    workers: int = 0,
    by: Workers = "processes",
    shard: tuple[int, int] = (1, 1),
    again: bool = False,
    on: str = "",
    told: Callable[[int, int], None] = lambda done, failed: None,
    simulate: Simulate = simulated,
) -> Tally:
    """Perform every run that is missing from the store; `told` hears how many more are done and failed.

    `workers`: how many at a time, 0 for all processors; `on`: a cluster instead of this machine (see clusters). Raises
    StoreError when results cannot be kept or the cluster cannot be used.
    """
    tally = Tally()
    waiting = store.waiting()
    if again:
        waiting -= {run for run in waiting if (one := store.taken(run)) is None or one.error}
    todo = list(missing(study, store, shard=shard, again=again))
    blocks = [[run.run for run in todo[i : i + BLOCK]] for i in range(0, len(todo), BLOCK)]
    block_of = {run: i for i, block in enumerate(blocks) for run in block}
    left = [len(block) for block in blocks]

    def ended(run: str) -> None:
        i = block_of[run]
        left[i] -= 1
        if left[i] == 0:
            for damaged in store.pack(blocks[i]):
                one = next(r for r in todo if r.run == damaged)
                left[i] += 1
                _perform(study.job(one), store.folder, simulate)
                ended(damaged)
            blocks[i] = []

    for run in todo:
        if run.run in waiting:
            tally.found += 1
            told(1, 0)
            ended(run.run)
    jobs = (study.job(run) for run in todo if run.run not in waiting)
    many = workers or processors()
    if on:
        from experiments.clusters import everywhere_on

        outcomes = everywhere_on(on, jobs, store.folder, many, simulate)
    else:
        outcomes = _everywhere(jobs, store.folder, many, by, simulate)
    for run_id, seconds, error in outcomes:
        tally.done += 1
        tally.failed += error is not None
        tally.seconds += seconds
        told(1, int(error is not None))
        ended(run_id)
    return tally


type Outcome = tuple[str, float, str | None]
"""Run, seconds, traceback."""


def _perform(job: Job, folder: Path, simulate: Simulate) -> Outcome:
    """One run in a worker: simulate, set aside, report."""
    begun = time.perf_counter()
    error = None
    try:
        weekly = simulate(job)
    except Exception:
        weekly, error = {}, traceback.format_exc()
    Store(folder).set_aside(Finished(job.run, weekly, error))
    return job.run, time.perf_counter() - begun, error


def _everywhere(jobs: Iterable[Job], folder: Path, workers: int, by: Workers, simulate: Simulate) -> Iterator[Outcome]:
    """Perform jobs on some workers; those that a dead worker may have had are tried again, a few at a time, then alone."""
    jobs = iter(jobs)
    if workers == 1:
        for job in jobs:
            yield _perform(job, folder, simulate)
        return
    while suspects := (yield from _in_a_pool(jobs, AHEAD, folder, workers, by, simulate)):
        again = iter(suspects)
        while few := (yield from _in_a_pool(again, 1, folder, workers, by, simulate)):
            for job in few:
                yield _alone(job, folder, by, simulate)


def _in_a_pool(
    jobs: Iterator[Job], ahead: int, folder: Path, workers: int, by: Workers, simulate: Simulate
) -> Generator[Outcome, None, list[Job]]:
    """Perform jobs, some ahead for each worker. A worker's death ends it: the jobs that were under way are returned."""
    running: dict[Future[Outcome], Job] = {}
    under_way: list[Job] = []  # taken from `jobs` and not reported, whether a worker has it or not
    with _pool(workers, by) as pool:
        try:
            while True:
                for job in islice(jobs, ahead * workers - len(under_way)):
                    under_way.append(job)
                    running[pool.submit(_perform, job, folder, simulate)] = job
                if not running:
                    return []
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    outcome = future.result()
                    under_way.remove(running.pop(future))
                    yield outcome
        except BrokenExecutor:
            return under_way
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _alone(job: Job, folder: Path, by: Workers, simulate: Simulate) -> Outcome:
    """A run that may have killed its worker, in a worker of its own."""
    if job.run in (store := Store(folder)).waiting() and (done := store.taken(job.run)) is not None:
        return job.run, 0.0, done.error  # its worker had finished it, and died before it could say so
    with _pool(1, by) as pool:
        try:
            return pool.submit(_perform, job, folder, simulate).result()
        except BrokenExecutor:
            error = "The worker process died (killed by the system, out of memory, or a fault in compiled code)."
            store.set_aside(Finished(job.run, {}, error))
            return job.run, 0.0, error


def _pool(workers: int, by: Workers) -> Executor:
    """Threads, as compiled weeks run side by side; or processes."""
    if by == "threads":
        return ThreadPoolExecutor(workers)
    return ProcessPoolExecutor(workers, mp_context=crew(), initializer=_left_to_the_parent)


def _left_to_the_parent() -> None:
    """An interrupt is the parent's to answer, and no worker outlives it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)
