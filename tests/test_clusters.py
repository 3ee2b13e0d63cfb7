"""A study on a Dask cluster: the same results as here, also when workers are killed in mid-run."""

from pathlib import Path

import pytest
from test_execution import contents, done
from toy import failing_toy, once_deadly_toy, small, toy

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
