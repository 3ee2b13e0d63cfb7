"""Clusters: the same study on a Dask cluster, one option away.

`dask://HOST:PORT` is the address of a scheduler, `dask://local` a cluster of processes on this machine. Workers send
each finished run back (some tens of kilobytes), so only this program touches the results, and no folder need be shared.
The workers need linli in the same version, and the study's own files at the same paths.
"""

import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from importlib import metadata
from itertools import islice
from threading import Event, Thread
from typing import Any, NamedTuple

from experiments.runs.store import Finished, StoreError
from experiments.runs.workers import Guard, Said, Simulate
from experiments.spoken import spoken
from experiments.study.design import Job, code_version

SCHEME = "dask://"
AHEAD = 4
"""Runs that wait at the cluster for each of its processors, so that none is idle."""
PATIENCE = "15s"
"""How long a scheduler may take to answer."""
WATCH = 30.0
"""Seconds between looks at whether the cluster still has workers."""
MODEL_THERE = "__import__('experiments.study.design', fromlist=['design']).code_version()"
"""What a worker is asked, as text: a function of this package could not even be sent to one that lacks it."""
KILLED_WORKERS = "The cluster's workers were killed under this run again and again, from outside or for lack of memory."


class Sent(NamedTuple):
    """What a worker sends back: what it says of a run, and the sources that made it."""

    said: Said
    model: str


_mine = threading.local()


def performed_far_away(job: Job, simulate: Simulate, limit: float) -> Sent:
    """One run at a worker of the cluster, in a process beside it, so that no run can end the worker."""
    guard: Guard | None = getattr(_mine, "guard", None)
    if guard is None or (guard.simulate, guard.limit) != (simulate, limit):
        if guard:
            guard.watch.close()
        guard = _mine.guard = Guard(simulate, limit, _share())
    return Sent(guard.perform(job), code_version())


def _share() -> int:
    """Bytes that a thread of this worker may take, as its cluster says; 0 where it does not."""
    from distributed import get_worker

    worker = get_worker()
    return int((worker.memory_manager.memory_limit or 0) / worker.state.nthreads)


def everywhere_on(
    address: str, jobs: Iterable[Job], workers: int, simulate: Simulate, limit: float = 0.0
) -> Iterator[Said]:
    """Perform jobs on a cluster; a run whose worker dies is tried at another one.

    Raises StoreError when the cluster cannot be reached, is lost, or has other versions of the model or of what its
    numbers depend on.
    """
    with _client(address, workers) as client:
        try:
            _same_model(client, address)
            with watched(client, address):
                yield from _performed(client, jobs, simulate, limit)
        except (CancelledError, OSError) as error:
            lost = spoken("the connection to the cluster is lost. Finished runs are safe; run again when it is back.")
            raise StoreError(f"--on {address}: {lost}") from error


def _same_model(client: Any, address: str) -> None:
    """Ask every worker for its model before work is sent: one that cannot import it would neither work nor answer."""
    if not client.nthreads():
        print(spoken("{address} has no workers yet; waiting for the first.", address=address), file=sys.stderr)
        client.wait_for_workers(1)
    try:
        models = client.run(eval, MODEL_THERE)
    except Exception as error:
        raise StoreError(
            spoken(
                "--on {address}: linli cannot be used there ({error}). Install the same linli there.",
                address=address,
                error=error,
            )
        ) from None
    if set(models.values()) - {code_version()}:
        raise StoreError(f"--on {address}: {_other_model()}")
    here = versions()
    for there in client.run(versions).values():
        for name, version in here.items():
            if there[name] != version:
                raise StoreError(
                    spoken(
                        "--on {address}: the cluster's workers have {name} {there}, this program {version}, and the last digits of results depend on it. Install {name} {version} there.",
                        address=address,
                        name=name,
                        there=there[name],
                        version=version,
                    )
                )


def _other_model() -> str:
    return spoken("The cluster's workers have other sources of the model: install the same linli there.")


def versions() -> dict[str, str]:
    """What else than the model's sources the last digits of a run depend on."""
    return {name: metadata.version(name) for name in ("numpy", "numba")}


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
                    print(
                        spoken(
                            "{address} has no workers left; waiting for new ones. Nothing is lost.", address=address
                        ),
                        file=sys.stderr,
                    )
                working = there

    watch = Thread(target=look, daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


def _performed(client: Any, jobs: Iterable[Job], simulate: Simulate, limit: float) -> Iterator[Said]:
    from distributed import KilledWorker, as_completed

    jobs, died = iter(jobs), list[Job]()

    def submitted(some: Iterable[Job]) -> dict[Any, Job]:
        return {client.submit(performed_far_away, job, simulate, limit, pure=False): job for job in some}

    def heard(some: Iterator[Job], ahead: int, final: bool) -> Iterator[Said]:
        running = submitted(islice(some, ahead))
        queue = as_completed(list(running), loop=client.loop)
        for future in queue:
            job = running.pop(future)
            try:
                sent: Sent = future.result()
            except KilledWorker:  # as do the runs that merely waited there
                if final:
                    yield Said(job.run, 0.0, failed=True, finished=Finished(job.run, {}, KILLED_WORKERS))
                else:
                    died.append(job)
            except ImportError as error:
                raise StoreError(
                    spoken(
                        "linli cannot be used at a worker that came later ({error}). {other_model}",
                        error=error,
                        other_model=_other_model(),
                    )
                ) from None
            else:
                if sent.model != code_version():
                    raise StoreError(_other_model())
                yield sent.said
            future.release()
            more = submitted(islice(some, 1))
            running |= more
            queue.update(list(more))

    there = max(sum(client.nthreads().values()), 2)
    yield from heard(jobs, AHEAD * there, final=False)
    yield from heard(iter(died), 1, final=True)


@contextmanager
def _client(address: str, workers: int) -> Iterator[Any]:
    """A connection to the cluster at this address. Raises StoreError when there is none."""
    try:
        from distributed import Client, LocalCluster
    except ModuleNotFoundError as error:
        raise StoreError(
            spoken("--on {address}: {name} is missing: pip install 'linli[dask]'", address=address, name=error.name)
        ) from None
    where = address.removeprefix(SCHEME)
    if where == "local":
        here = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0")
        with here as cluster, Client(cluster, set_as_default=False) as client:
            yield client
        return
    try:
        client = Client(f"tcp://{where}", timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise StoreError(
            spoken("--on {address}: no Dask scheduler answers there ({error}).", address=address, error=error)
        ) from None
    with client:
        yield client
