"""Workers: processes that perform runs one after another, and are watched.

A run can do anything to the process that performs it: end it, crash it, never come back, take all memory. Each worker
has its own line to this program, so what it has in hand is known: when it dies, the first run not reported killed it.
That run is tried once more, in a worker of its own; one that lacked memory when nobody else is at work any more. Where it
dies again, that is its result. The runs that merely waited in a dead worker's hand go to the others.
"""

import errno
import faulthandler
import os
import pickle
import re
import signal
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import NamedTuple

from experiments.runs.store import Finished, Series, Store, StoreError
from experiments.runs.streams import patient
from experiments.runs.worker_pool import FORKED, at_the_parents_side, bounded, may_have_children, process_context, room
from experiments.spoken import spoken
from experiments.study.design import Job

type Simulate = Callable[[Job], Series]

AHEAD = 32
"""Runs at most that wait for each worker, so that none is idle while this program packs a block of results."""
BUSY = 0.3
"""Seconds of work that wait for each worker: enough for that, and little to be done by one while the others rest."""
UNREAD = 1 << 16 if FORKED else 1 << 12
"""Bytes of waiting runs: what a pipe takes without anybody reading it."""
STILLBORN = 3
"""Workers in a row that end before they begin: then it is not a run that ends them."""
LONGEST = 50_000
"""Characters of a failure that are kept."""
KILLED = "SIGKILL"
TWICE = " It was tried twice, the second time in a process of its own."


class Said(NamedTuple):
    """What a worker says of a run: how it ended, and the run itself where the worker has not set it aside."""

    run: str
    seconds: float
    failed: bool
    finished: Finished | None = None
    short: bool = False
    """It ran out of the memory that its worker may have."""


def performed(job: Job, simulate: Simulate, *, stopped: Callable[[], bool] = lambda: False) -> Said:
    """Perform a run; whatever it raises is its result, an end of the program or an interrupt included.

    `stopped`: whether the user asked for an end; then a KeyboardInterrupt is the user's, and goes on.
    """
    begun, short = time.perf_counter(), False
    try:
        weekly = dict(simulate(job))
        finished = Finished(job.run, weekly)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and stopped():
            raise
        finished = Finished(job.run, {}, _told(error))
        short = isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
    return Said(job.run, time.perf_counter() - begun, finished.error is not None, finished, short)


def _told(error: BaseException) -> str:
    """A traceback as text that every file can hold."""
    text = "".join(traceback.format_exception(error)).rstrip()
    if not isinstance(error, Exception):
        text += f"\nThe run raised {type(error).__name__}, which would end the program; only the run is given up."
    return clean(text)


def clean(text: str) -> str:
    """Text of any length and origin as every file can hold it."""
    text = text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}\n...\n{text[-LONGEST // 2 :]}"


class Guard:
    """One worker that performs run after run for whoever asks, and is replaced when it dies; for a thread of a cluster."""

    def __init__(self, simulate: Simulate, limit: float, memory: int) -> None:
        self.simulate, self.limit = simulate, limit
        self.watch = Watch(simulate, None, 1, limit, memory=memory)

    def perform(self, job: Job) -> Said:
        """Perform a run."""
        for said in self.watch.perform([job]):
            return said
        self.watch.hungry.clear()
        with closing(Watch(self.simulate, None, 1, self.limit, memory=self.watch.memory, last=True)) as alone:
            (said,) = alone.perform([job])
        return said


def set_aside(store: Store, said: Said) -> Said:
    """Keep a run; what is said of it is small then. A run whose weeks cannot be kept has failed."""
    assert said.finished is not None
    try:
        store.set_aside(said.finished, said.seconds)
    except StoreError:
        raise
    except Exception as error:
        store.set_aside(Finished(said.run, {}, _told(error)))
        return Said(said.run, said.seconds, failed=True)
    return Said(said.run, said.seconds, said.failed)


def duration(seconds: float) -> str:
    """Seconds as the shortest of 90s, 10m and 1h."""
    size, unit = next((one for one in ((3600, "h"), (60, "m")) if seconds and seconds % one[0] == 0), (1, "s"))
    return f"{seconds / size:g}{unit}"


def limit_of(error: str) -> str:
    """The limit that ended a run, as it was said; empty where something else did."""
    found = re.search(r"\(--limit (\w[\w.]*)\)\.$", error)
    return found[1] if found else ""


class Worker:
    """A process that performs runs, as this program sees it.

    `folder`: the store where it sets runs aside; without one it sends them. `memory`: bytes that it may take beyond what
    it begins with, 0 for all. `alone`: it is hired for one run. `last`: what a run does to it is the run's result.
    """

    def __init__(self, simulate: Simulate, folder: Path | None, memory: int, *, alone: bool, last: bool) -> None:
        context = process_context()
        self.alone = alone
        self.hand: deque[tuple[Job, int]] = deque()
        """Runs that it has not reported, and the size of each as sent."""
        self.ready, self.gone, self.since = False, False, time.monotonic()
        self.pipe, theirs = context.Pipe()
        self.last_words, dying = context.Pipe(duplex=False)
        self.process = context.Process(target=_work, args=(theirs, dying, simulate, folder, memory, last), daemon=True)
        for turn in range(9, -1, -1):
            try:
                with may_have_children():
                    self.process.start()
                break
            except ConnectionError:  # whoever starts processes has just been killed, and somebody else will
                if turn == 0:
                    raise
                time.sleep(0.1)
        theirs.close()
        dying.close()

    def takes_more(self, ahead: int) -> bool:
        """Whether another run may be given to it: sending must never wait for a run to end."""
        if not self.hand:
            return True
        return not self.alone and len(self.hand) <= ahead and sum(size for _, size in self.hand) < UNREAD

    def give(self, job: Job) -> None:
        """Send it a run."""
        if not self.hand:
            self.since = time.monotonic()
        content = pickle.dumps(job)
        self.hand.append((job, len(content)))
        try:
            self.pipe.send_bytes(content)
        except OSError:
            self.gone = True

    def heard(self) -> Iterator[Said]:
        """What it has said since. Raises StoreError where it could not keep a run."""
        try:
            while self.pipe.poll():
                said = self.pipe.recv()
                self.since = time.monotonic()
                if isinstance(said, StoreError):
                    raise said
                if said is None:
                    self.ready = True
                else:
                    yield said
        except (EOFError, OSError):
            self.gone = True

    def left(self, limit: float) -> float:
        """Seconds until its run has taken longer than it may."""
        return self.since + limit - time.monotonic() if limit and self.ready and self.hand else float("inf")

    def where(self) -> str:
        """In which line it is, or was when it crashed; empty where that cannot be said."""
        if os.name != "posix":
            return ""
        if self.process.is_alive() and self.process.pid:
            with suppress(OSError):
                os.kill(self.process.pid, signal.SIGUSR1)
            self.last_words.poll(1.0)
            time.sleep(0.05)  # it is written line by line
        os.set_blocking(self.last_words.fileno(), False)
        said = b""
        with suppress(OSError):
            while more := os.read(self.last_words.fileno(), 1 << 16):
                said += more
        lines = [line for line in said.decode("utf-8", "replace").splitlines() if not line.startswith("Extension mod")]
        return re.sub(r"Current thread \w+ .*?\(", "Current thread (", "\n".join(lines)).strip()

    def how(self) -> str:
        """How it ended, in a sentence."""
        self.process.join(1)
        code = self.process.exitcode
        if code is None:
            return "The run cut the line between its process and the program."
        if code >= 0:
            return f"The run ended its process (exit code {code})."
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        if name == KILLED:
            return f"The run's process was killed ({name}): by the system for lack of memory, or by somebody."
        return f"The run crashed its process ({name}, signal {-code}): a fault in compiled code, or too little memory."

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.join()
        self.pipe.close()
        self.last_words.close()


class Watch:
    """Workers that perform runs, and what becomes of the runs of those that die.

    `workers`: how many; `limit`: seconds that a run may take, 0 for any; `last`: each run has a worker and all memory
    for itself, and what it does to them is its result.
    """

    def __init__(
        self,
        simulate: Simulate,
        folder: Path | None,
        workers: int,
        limit: float,
        *,
        memory: int = 0,
        last: bool = False,
    ) -> None:
        self.simulate, self.folder, self.workers, self.limit, self.last = simulate, folder, workers, limit, last
        self.memory = memory or room() // workers
        self.pool: list[Worker] = []
        self.again: deque[Job] = deque()
        """Runs that waited in the hand of a worker that died."""
        self.suspects: deque[Job] = deque()
        """Runs that a worker died of."""
        self.hungry: deque[Job] = deque()
        """Runs that had too little memory beside others."""
        self.stillborn, self.pace = 0, float("inf")

    def perform(self, jobs: Iterable[Job]) -> Iterator[Said]:
        """Perform these runs. Raises StoreError where results cannot be kept or no worker can begin."""
        jobs = iter(jobs)
        while self._given_out(jobs):
            lines = [line for worker in self.pool for line in (worker.pipe, worker.process.sentinel)]
            longest = min(worker.left(self.limit) for worker in self.pool)
            wait(lines, max(longest, 0.0) if longest < float("inf") else None)
            for worker in list(self.pool):
                yield from self._heard_from(worker)

    def _given_out(self, jobs: Iterator[Job]) -> bool:
        """Hire whom it takes and give runs to all; whether anybody has one."""
        while self.suspects and len(self.pool) < self.workers:
            self._hired(alone=True).give(self.suspects.popleft())
        while (len(self.pool) < self.workers or self._takers()) and (job := self._next(jobs)):
            if len(self.pool) < self.workers:
                self._hired(alone=self.last).give(job)
            else:
                min(self._takers(), key=lambda worker: len(worker.hand)).give(job)
        return any(worker.hand for worker in self.pool)

    def _hired(self, alone: bool) -> Worker:
        memory = 0 if self.last else self.memory
        self.pool.append(Worker(self.simulate, self.folder, memory, alone=alone, last=self.last))
        return self.pool[-1]

    def _takers(self) -> list[Worker]:
        ahead = min(AHEAD, int(BUSY / max(self.pace, 1e-6)))
        return [worker for worker in self.pool if worker.takes_more(ahead)]

    def _next(self, jobs: Iterator[Job]) -> Job | None:
        return self.again.popleft() if self.again else next(jobs, None)

    def _heard_from(self, worker: Worker) -> Iterator[Said]:
        """What a worker reports, and what is to be done about it."""
        alive = worker.process.is_alive()  # asked first: what it says before it dies must be heard
        for said in worker.heard():
            job, _ = worker.hand.popleft()
            if said.short and not self.last:
                self.hungry.append(job)
                self._dismissed(worker)  # what filled its memory may stay there
                return
            self.pace = said.seconds if self.pace == float("inf") else 0.9 * self.pace + 0.1 * said.seconds
            yield said
        self.stillborn *= not worker.ready
        if worker.left(self.limit) <= 0:
            longest = duration(self.limit)
            why = f"The run was stopped after {longest}, the longest that one may take (--limit {longest})."
            yield self._given_up(worker, why)
        elif not alive or worker.gone:
            yield from self._died(worker)
        elif worker.alone and not worker.hand:
            self._dismissed(worker)

    def _died(self, worker: Worker) -> Iterator[Said]:
        how = worker.how()
        if not worker.ready:
            self.stillborn += 1
            if self.stillborn == STILLBORN:
                raise StoreError(
                    spoken("workers cannot begin: {how} What they said stands above. --by threads needs none.", how=how)
                )
        elif worker.hand:
            if (kept := self._kept(worker.hand[0][0])) is not None:
                worker.hand.popleft()
                yield kept
            elif self.last or (worker.alone and KILLED not in how):
                yield self._given_up(worker, how + TWICE)
                return
            else:
                (self.hungry if KILLED in how else self.suspects).append(worker.hand.popleft()[0])
        self._dismissed(worker)

    def _kept(self, job: Job) -> Said | None:
        """A run that was set aside before its worker could say so."""
        if self.folder is None or job.run not in (store := Store(self.folder)).waiting():
            return None
        done = store.taken(job.run)
        return Said(job.run, 0.0, done.error is not None) if done else None

    def _given_up(self, worker: Worker, why: str) -> Said:
        """The run that a worker has in hand has failed, and the worker is ended."""
        job, _ = worker.hand.popleft()
        where = worker.where()
        seconds = time.monotonic() - worker.since
        self._dismissed(worker)
        error = clean(f"{where}\n{why}".lstrip())
        return Said(job.run, seconds, failed=True, finished=Finished(job.run, {}, error))

    def _dismissed(self, worker: Worker) -> None:
        """End a worker; what it has in hand is given to others."""
        self.again.extendleft(job for job, _ in reversed(worker.hand))
        self.pool.remove(worker)
        worker.end()

    def close(self) -> None:
        """End all workers."""
        while self.pool:
            self.pool.pop().end()


def _work(
    pipe: Connection, dying: Connection, simulate: Simulate, folder: Path | None, memory: int, last: bool
) -> None:  # fmt: skip
    """What a worker does: runs, one after another, until nobody is there to give any."""
    at_the_parents_side()
    bounded(memory)
    patient()
    if os.name == "posix":  # a crash says where it was
        faulthandler.enable(dying.fileno(), all_threads=False)
        faulthandler.register(signal.SIGUSR1, dying.fileno(), all_threads=False)
    store, me = Store(folder) if folder else None, os.getpid()
    pipe.send(None)
    with suppress(EOFError):
        while True:
            said = performed(pickle.loads(pipe.recv_bytes()), simulate)
            if os.getpid() != me:
                os._exit(0)  # a copy that the run made of its process
            if store and (last or not said.short):
                try:
                    said = set_aside(store, said)
                except StoreError as error:
                    pipe.send(error)
                    return
            pipe.send(said)
