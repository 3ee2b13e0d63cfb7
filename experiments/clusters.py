"""Clusters: the same study on a Dask cluster, one option away.

`dask://HOST:PORT` is the address of a scheduler, `dask://local` a cluster of processes on this machine. Workers send
each finished run back (some tens of kilobytes), so only this program touches the results, and no folder need be shared.
The workers need linli in the same version, and the study's own files at the same paths.
"""

import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.design import Job, code_version
from experiments.store import Finished, Store, StoreError

if TYPE_CHECKING:
    from experiments.execution import Outcome, Simulate

SCHEME = "dask://"
AHEAD = 4
"""Runs that wait at the cluster for each of its processors, so that none is idle."""
PATIENCE = "15s"
"""How long a scheduler may take to answer."""
WATCH = 30.0
"""Seconds between looks at whether the cluster still has workers."""
MODEL_THERE = "__import__('experiments.design', fromlist=['design']).code_version()"
"""What a worker is asked, as text: a function of this package could not even be sent to one that lacks it."""
OTHER_MODEL = "The cluster's workers have other sources of the model: install the same linli there."


class Sent(NamedTuple):
    """What a worker sends back: a finished run, how long it took, and the sources that made it."""

    finished: Finished
    seconds: float
    model: str


def performed_far_away(job: Job, simulate: "Simulate") -> Sent:
    """One run at a worker of the cluster."""
    begun = time.perf_counter()
    try:
        finished = Finished(job.run, dict(simulate(job)))
    except Exception:
        finished = Finished(job.run, {}, traceback.format_exc())
    return Sent(finished, time.perf_counter() - begun, code_version())


def everywhere_on(
    address: str, jobs: Iterable[Job], folder: Path, workers: int, simulate: "Simulate"
) -> "Iterator[Outcome]":
    """Perform jobs on a cluster; a run whose worker dies is tried at another one, three times in all.

    Raises StoreError when the cluster cannot be reached, is lost, or has other sources of the model.
    """
    with _client(address, workers) as client:
        try:
            _same_model(client, address)
            with watched(client, address):
                yield from _performed(client, jobs, Store(folder), simulate)
        except (CancelledError, OSError) as error:
            lost = "the connection to the cluster is lost. Finished runs are safe; run again when it is back."
            raise StoreError(f"--on {address}: {lost}") from error


def _same_model(client: Any, address: str) -> None:
    """Ask every worker for its model before work is sent: one that cannot import it would neither work nor answer."""
    if not client.nthreads():
        print(f"{address} has no workers yet; waiting for the first.", file=sys.stderr)
        client.wait_for_workers(1)
    try:
        models = client.run(eval, MODEL_THERE)
    except Exception as error:
        raise StoreError(
            f"--on {address}: linli cannot be used there ({error}). Install the same linli there."
        ) from None
    if set(models.values()) - {code_version()}:
        raise StoreError(f"--on {address}: {OTHER_MODEL}")


@contextmanager
def watched(client: Any, address: str) -> Iterator[None]:
    """Say so when the last worker is gone: the scheduler keeps the runs and waits for new ones, without a word."""
    over = Event()

    def look() -> None:
        working = True
        while not over.wait(WATCH):
            with suppress(Exception):  # a lost connection is said by whoever waits for runs
                there = bool(client.nthreads())
                if working and not there:
                    print(f"{address} has no workers left; waiting for new ones. Nothing is lost.", file=sys.stderr)
                working = there

    watch = Thread(target=look, daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


def _performed(client: Any, jobs: Iterable[Job], store: Store, simulate: "Simulate") -> "Iterator[Outcome]":
    from distributed import KilledWorker, as_completed

    jobs = iter(jobs)

    def submitted(many: int) -> dict[Any, Job]:
        return {client.submit(performed_far_away, job, simulate, pure=False): job for job in islice(jobs, many)}

    there = max(sum(client.nthreads().values()), 2)
    running = submitted(AHEAD * there)
    queue = as_completed(list(running), loop=client.loop)
    for future in queue:
        job = running.pop(future)
        try:
            sent: Sent = future.result()
        except KilledWorker:
            error = "The cluster's workers died under this run again and again (out of memory, or a fault in it)."
            sent = Sent(Finished(job.run, {}, error), 0.0, code_version())
        future.release()
        if sent.model != code_version():
            raise StoreError(OTHER_MODEL)
        store.set_aside(sent.finished)
        more = submitted(1)
        running |= more
        queue.update(list(more))
        yield sent.finished.run, sent.seconds, sent.finished.error


@contextmanager
def _client(address: str, workers: int) -> Iterator[Any]:
    """A connection to the cluster at this address. Raises StoreError when there is none."""
    try:
        from distributed import Client, LocalCluster
    except ModuleNotFoundError as error:
        raise StoreError(f"--on {address}: {error.name} is missing: pip install 'linli[dask]'") from None
    where = address.removeprefix(SCHEME)
    if where == "local":
        here = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0")
        with here as cluster, Client(cluster, set_as_default=False) as client:
            yield client
        return
    try:
        client = Client(f"tcp://{where}", timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise StoreError(f"--on {address}: no Dask scheduler answers there ({error}).") from None
    with client:
        yield client
