"""A study on a Dask cluster: the same results as here, also when workers are killed in mid-run."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest
from toy import failing_toy, once_deadly_toy, slow_toy, small, toy, wild_toy

from experiments.runs.dask import watched
from experiments.runs.executor import perform
from experiments.runs.results import Results
from experiments.runs.store import Store, StoreError
from tests.integration.test_execution import contents, done
from tests.integration.test_workers import check

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def address() -> "object":
    """A cluster of two processes."""
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        yield cluster.scheduler_address.replace("tcp://", "dask://")


def test_a_cluster_gives_the_same_results(tmp_path: Path, address: str) -> None:
    study, store = small(tmp_path, replicates=40), Store(tmp_path / "far").open()
    assert perform(study, store, on=address, simulate=toy).done == 120
    Results(study, store).write_runs()
    assert contents(store) == contents(done(study, tmp_path / "here"))
    assert perform(study, store, on=address, simulate=toy).done == 0


def test_a_failing_run_is_a_row_there_too(tmp_path: Path, address: str) -> None:
    study, store = small(tmp_path), Store(tmp_path / "far").open()
    tally = perform(study, store, on=address, simulate=failing_toy)
    assert (tally.done, tally.failed) == (9, 6)
    assert Results(study, store).failures()["error"].str.contains("the toy broke").all()


def test_a_worker_killed_in_mid_run_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    death = tmp_path / "death"
    death.touch()
    monkeypatch.setenv("LINLI_TOY_DEATH", str(death))  # workers started from here on see it
    study, store = small(tmp_path, replicates=20), Store(tmp_path / "far").open()
    tally = perform(study, store, on="dask://local", workers=2, simulate=once_deadly_toy)
    assert not death.exists()
    assert (tally.done, tally.failed) == (60, 0)
    Results(study, store).write_runs()
    assert contents(store) == contents(done(study, tmp_path / "here"))


def test_a_cluster_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.runs.dask.PATIENCE", "1s")
    study, store = small(tmp_path), Store(tmp_path / "far").open()
    with pytest.raises(StoreError, match="no Dask scheduler"):
        perform(study, store, on="dask://127.0.0.1:1", simulate=toy)


def test_workers_without_the_program_are_said_before_work_is_sent(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, store = small(tmp_path), Store(tmp_path / "far").open()
    with monkeypatch.context() as patched:
        patched.setattr("experiments.runs.dask.MODEL_THERE", "__import__('no_such_program')")
        with pytest.raises(StoreError, match=r"no_such_program.*Install the same linli"):
            perform(study, store, on=address, simulate=toy)
    monkeypatch.setattr("experiments.runs.dask.MODEL_THERE", "'another model'")
    with pytest.raises(StoreError, match="other sources of the model"):
        perform(study, store, on=address, simulate=toy)
    assert not store.waiting()


def test_workers_with_other_versions_are_said_before_work_is_sent(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, store = small(tmp_path), Store(tmp_path / "far").open()
    monkeypatch.setattr("experiments.runs.dask.versions", lambda: {"numba": str(os.getpid())})
    with pytest.raises(StoreError, match=rf"workers have numba \d+, this program {os.getpid()}"):
        perform(study, store, on=address, simulate=toy)


@pytest.mark.parametrize(
    "deed", ["ends its process", "crashes in compiled code", "raises SystemExit", "is killed", "never ends"]
)
def test_only_the_row_of_a_wild_run_suffers_there_too(tmp_path: Path, address: str, deed: str) -> None:
    study, store = small(tmp_path, replicates=14), Store(tmp_path / "far").open()
    wild = partial(wild_toy, deed)
    check(Results(study, store), perform(study, store, on=address, limit=2.0, simulate=wild).done, deed)


@pytest.mark.slow
def test_workers_killed_from_outside_again_and_again_cost_no_run(tmp_path: Path) -> None:
    study, store = small(tmp_path, replicates=200), Store(tmp_path / "far").open()
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        heard = 0

        def told(done: int, failed: int) -> None:
            nonlocal heard
            heard += done
            if heard in (50, 150, 300, 450):
                victim = next(iter(cluster.workers.values())).process.pid
                os.kill(victim, 9)

        address = cluster.scheduler_address.replace("tcp://", "dask://")
        tally = perform(study, store, on=address, told=told, simulate=slow_toy)
    assert (tally.done, tally.failed) == (600, 0)
    Results(study, store).write_runs()
    assert contents(store) == contents(done(study, tmp_path / "here"))


@pytest.mark.slow
def test_a_cluster_whose_workers_have_other_sources_is_refused(tmp_path: Path) -> None:
    """Real processes, one of which has a model that was changed by a comment."""
    study, store, other = small(tmp_path), Store(tmp_path / "far").open(), tmp_path / "other"
    for room in ("sim", "experiments", "configs"):
        shutil.copytree(Path(__file__).parents[2] / room, other / room, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "sim" / "world.py").open("a") as file:
        file.write("# another model\n")
    with cluster_of(tmp_path, other) as (address, _), pytest.raises(StoreError, match="other sources of the model"):
        perform(study, store, on=address, simulate=toy)
    assert not store.waiting()


def test_a_cluster_whose_last_worker_is_gone_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Client:
        looks: ClassVar = [{"a": 1}, {}, {}, {"b": 1}, {}]

        def nthreads(self) -> dict[str, int]:
            return self.looks.pop(0) if self.looks else {}

    monkeypatch.setattr("experiments.runs.dask.WATCH", 0.001)
    with watched(Client(), "dask://there"):
        while Client.looks:
            time.sleep(0.001)
    assert capsys.readouterr().err.count("dask://there has no workers left") == 2


@contextmanager
def cluster_of(folder: Path, sources: Path) -> "Iterator[tuple[str, subprocess.Popen[bytes]]]":
    """A scheduler and a worker with these sources, in processes of their own."""
    where, quiet = folder / "where.json", {"stderr": subprocess.DEVNULL, "cwd": folder}
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(sources), str(Path(__file__).parents[1] / "support"))),
    }
    started = []
    for what in ("scheduler", "worker"):
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--scheduler-file", where, "--no-dashboard"]
        started.append(subprocess.Popen(command, env=environment, **quiet))
        while not where.exists():
            time.sleep(0.1)
    try:
        yield json.loads(where.read_text())["address"].replace("tcp://", "dask://"), started[0]
    finally:
        for process in started:
            process.terminate()
            process.wait()


def test_a_cluster_that_is_lost_in_mid_run_is_said_and_what_is_done_is_kept(tmp_path: Path) -> None:
    study, store = small(tmp_path, replicates=40), Store(tmp_path / "far").open()
    with (
        cluster_of(tmp_path, Path(__file__).parents[2]) as (address, scheduler),
        pytest.raises(StoreError, match="connection to the cluster is lost"),
    ):
        perform(study, store, on=address, simulate=slow_toy, told=lambda *_: scheduler.kill())
    assert store.waiting()
    assert perform(study, store, workers=1, simulate=toy).found > 0
