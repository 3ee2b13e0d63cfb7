"""A study on a Dask cluster: the same results as here, also when workers are killed in mid-run."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import ClassVar

import pytest
from test_execution import contents, done
from toy import failing_toy, once_deadly_toy, slow_toy, small, toy

from experiments.clusters import watched
from experiments.execution import perform
from experiments.results import Results
from experiments.store import Store, StoreError

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
    monkeypatch.setattr("experiments.clusters.PATIENCE", "1s")
    study, store = small(tmp_path), Store(tmp_path / "far").open()
    with pytest.raises(StoreError, match="no Dask scheduler"):
        perform(study, store, on="dask://127.0.0.1:1", simulate=toy)


def test_workers_without_the_program_are_said_before_work_is_sent(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, store = small(tmp_path), Store(tmp_path / "far").open()
    with monkeypatch.context() as patched:
        patched.setattr("experiments.clusters.MODEL_THERE", "__import__('no_such_program')")
        with pytest.raises(StoreError, match=r"no_such_program.*Install the same linli"):
            perform(study, store, on=address, simulate=toy)
    monkeypatch.setattr("experiments.clusters.MODEL_THERE", "'another model'")
    with pytest.raises(StoreError, match="other sources of the model"):
        perform(study, store, on=address, simulate=toy)
    assert not store.waiting()


def test_a_cluster_whose_last_worker_is_gone_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Client:
        looks: ClassVar = [{"a": 1}, {}, {}, {"b": 1}, {}]

        def nthreads(self) -> dict[str, int]:
            return self.looks.pop(0) if self.looks else {}

    monkeypatch.setattr("experiments.clusters.WATCH", 0.001)
    with watched(Client(), "dask://there"):
        while Client.looks:
            time.sleep(0.001)
    assert capsys.readouterr().err.count("dask://there has no workers left") == 2


def test_a_cluster_that_is_lost_in_mid_run_is_said_and_what_is_done_is_kept(tmp_path: Path) -> None:
    study, store = small(tmp_path, replicates=40), Store(tmp_path / "far").open()
    where, quiet = tmp_path / "where.json", {"stderr": subprocess.DEVNULL, "cwd": tmp_path}
    paths = os.pathsep.join(str(p) for p in (Path(__file__).parents[1], Path(__file__).parent))
    environment = {**os.environ, "PYTHONPATH": paths}
    started = []
    for what in ("scheduler", "worker"):
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--scheduler-file", where, "--no-dashboard"]
        started.append(subprocess.Popen(command, env=environment, **quiet))
        while not where.exists():
            time.sleep(0.1)
    scheduler = started[0]
    try:
        address = json.loads(where.read_text())["address"].replace("tcp://", "dask://")
        with pytest.raises(StoreError, match="connection to the cluster is lost"):
            perform(study, store, on=address, simulate=slow_toy, told=lambda *_: scheduler.kill())
    finally:
        for process in started:
            process.terminate()
            process.wait()
    assert store.waiting()
    assert perform(study, store, workers=1, simulate=toy).found > 0
