"""Execution: perform what is missing, on all processors, and lose nothing.

Workers set each finished run aside themselves and report a few bytes, so the parent stays small. A failing run
becomes a row and the rest go on; so does one that kills its worker (see workers).
"""

import json
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from experiments.runs import groups
from experiments.runs.store import BLOCK, Finished, Series, Store
from experiments.runs.worker_pool import processors
from experiments.runs.workers import AHEAD, Said, Simulate, Watch, performed, set_aside
from experiments.study.design import Job, Run, Study
from sim.config.validate import as_they_are

if TYPE_CHECKING:
    from sim.config.schema import Config

type Workers = Literal["processes", "threads"]


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
    """Perform a run: one community, its policies, its weeks, and what becomes of the groups of its own columns."""
    from sim import POLICIES, Simulation
    from sim.by_group import live_by_group

    policies = [POLICIES[name](**doses) for name, doses in job.policies]
    simulation = Simulation(config_of(job.community, dict(job.changes)), policies=policies, seed=job.seed)
    found = live_by_group(simulation, job.weeks, job.groups)
    weekly = {name: values for name, values in simulation.weekly().items() if name != "week"}
    weekly |= {groups.name_of(groups.Kept(*group, outcome)): values for (group, outcome), values in found.items()}
    return {name: np.asarray(values, np.float32) for name, values in weekly.items()}


def config_of(community: str, changes: Mapping[str, Any]) -> "Config":
    """A configuration with changes that are values already, read once for many runs."""
    return _config(community, json.dumps(changes))


@lru_cache(maxsize=256)
def _config(community: str, changes: str) -> "Config":
    """`changes` as JSON, so that they can be remembered by."""
    from sim import load_config

    return load_config(community, set=as_they_are(json.loads(changes)))


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
    limit: float = 0.0,
    apart: bool = False,
    told: Callable[[int, int], None] = lambda done, failed: None,
    simulate: Simulate = simulated,
) -> Tally:
    """Perform every run that is missing from the store; `told` hears how many more are done and failed.

    `workers`: how many at a time, 0 for all processors; `on`: a cluster instead of this machine (see clusters); `limit`:
    seconds that a run may take. One worker is this very process, so that a run could end it, unless there is a limit or
    runs are to be kept `apart`. Raises StoreError when results cannot be kept or the cluster cannot be used.
    """
    tally, many = Tally(), workers or processors()
    here = not on and (by == "threads" or (many == 1 and not limit and not apart))
    waiting = store.waiting(again=again)
    todo = list(missing(study, store, shard=shard, again=again))
    blocks = [[run.run for run in todo[i : i + BLOCK]] for i in range(0, len(todo), BLOCK)]
    block_of = {run: i for i, block in enumerate(blocks) for run in block}
    left = [len(block) for block in blocks]

    def ended(run: str) -> None:
        i = block_of[run]
        left[i] -= 1
        if left[i] == 0:
            while damaged := store.pack(blocks[i]):
                lost = [study.job(one) for one in todo if one.run in damaged]
                for said in _here(lost, simulate) if here else in_processes(lost, None, 1, simulate, limit):
                    set_aside(store, said)
            blocks[i] = []

    for run in todo:
        if run.run in waiting:
            tally.found += 1
            told(1, 0)
            ended(run.run)
    jobs = (study.job(run) for run in todo if run.run not in waiting)
    outcomes: Iterator[Said]
    if on:
        from experiments.runs.dask import everywhere_on

        outcomes = everywhere_on(on, jobs, many, simulate, limit)
    elif here:
        outcomes = _in_threads(jobs, store, many, simulate) if many > 1 else _here(jobs, simulate)
    else:
        outcomes = in_processes(jobs, store.folder.absolute(), many, simulate, limit)
    with closing(outcomes):  # type: ignore[type-var]
        for said in outcomes:
            if said.finished:
                said = set_aside(store, said)
            tally.done += 1
            tally.failed += said.failed
            tally.seconds += said.seconds
            told(1, int(said.failed))
            ended(said.run)
    return tally


def _here(jobs: Iterable[Job], simulate: Simulate) -> Iterator[Said]:
    """Perform jobs in this very process."""
    with interrupts() as stopped:
        for job in jobs:
            yield performed(job, simulate, stopped=stopped)


@contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """Whether the user asked for an end: an interrupt that a run raises itself is that run's failure."""
    asked, before = False, signal.getsignal(signal.SIGINT)

    def answer(_number: int, _frame: object) -> None:
        nonlocal asked
        asked = True
        raise KeyboardInterrupt

    try:
        if before is signal.default_int_handler:
            signal.signal(signal.SIGINT, answer)
    except ValueError:  # not the main thread: no interrupt of the user's comes here
        before = signal.SIG_IGN
    try:
        yield lambda: asked or before not in (signal.default_int_handler, signal.SIG_IGN)
    finally:
        if before is signal.default_int_handler:
            signal.signal(signal.SIGINT, before)


def _in_threads(jobs: Iterable[Job], store: Store, workers: int, simulate: Simulate) -> Iterator[Said]:
    """Perform jobs side by side in this very process, as compiled weeks do not wait for each other."""
    jobs, running = iter(jobs), set[Future[Said]]()
    with ThreadPoolExecutor(workers) as pool:
        try:
            while True:
                running |= {
                    pool.submit(_kept, job, store, simulate) for job in islice(jobs, AHEAD * workers - len(running))
                }
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _kept(job: Job, store: Store, simulate: Simulate) -> Said:
    return set_aside(store, performed(job, simulate))


def in_processes(
    jobs: Iterable[Job], folder: Path | None, workers: int, simulate: Simulate, limit: float = 0.0
) -> Iterator[Said]:
    """Perform jobs in workers; what lacked memory beside others is performed again alone.

    `folder`: the store in which workers set runs aside; without one runs come back.
    """
    with closing(Watch(simulate, folder, workers, limit)) as watch:
        yield from watch.perform(jobs)
    if watch.hungry:
        with closing(Watch(simulate, folder, 1, limit, last=True)) as alone:
            yield from alone.perform(watch.hungry)


def tried(job: Job, simulate: Simulate, limit: float = 0.0) -> Finished:
    """Perform one run in a process of its own and keep nothing."""
    (said,) = in_processes([job], None, 1, simulate, limit)
    assert said.finished is not None
    return said.finished
