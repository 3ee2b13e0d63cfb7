"""The store keeps what is finished, whole and in the same bytes, whatever happens."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.runs.store import Finished, Store, StoreError


def some_run(name: str, weeks: int = 4) -> Finished:
    chance = np.random.default_rng(len(name))
    return Finished(name, {"cohesion": chance.random(weeks, np.float32), "cost": np.arange(weeks, dtype=np.float32)})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "results").open()


def test_a_run_set_aside_comes_back_exactly(store: Store) -> None:
    store.set_aside(some_run("a"))
    back = store.taken("a")
    assert back is not None
    assert back.error is None
    assert all((back.weekly[k] == v).all() for k, v in some_run("a").weekly.items())


def test_a_block_has_the_same_bytes_in_whatever_order_its_runs_were_finished(tmp_path: Path) -> None:
    written = []
    for i, order in enumerate(("abc", "cab")):
        store = Store(tmp_path / str(i)).open()
        for name in order:
            store.set_aside(some_run(name))
        assert store.pack(["a", "b", "c"]) == []
        assert not store.waiting()
        written.append({p.name: p.read_bytes() for p in store.weekly.iterdir()})
    assert written[0] == written[1]
    assert len(written[0]) == 1


def test_finished_runs_and_failures_are_known(store: Store) -> None:
    store.set_aside(some_run("a"))
    store.set_aside(Finished("b", {}, "Traceback: it broke"))
    store.pack(["a", "b"])
    assert store.finished() == {"a": True, "b": False}
    store.set_aside(some_run("b"))
    store.pack(["b"])
    assert store.finished() == {"a": True, "b": True}


def test_an_empty_store_has_no_runs(store: Store) -> None:
    assert store.finished() == {}
    assert store.manifest() == {}


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_a_damaged_run_is_noticed_and_done_again(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    store = Store(tmp_path_factory.mktemp("s")).open()
    store.set_aside(some_run("a"))
    path = store.aside / "a"
    whole = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] ^= data.draw(st.integers(1, 255))
    else:
        whole = whole[: data.draw(st.integers(0, len(whole) - 1))]
    path.write_bytes(bytes(whole))
    assert store.pack(["a"]) == ["a"]
    assert not path.exists()


def test_a_damaged_block_is_put_away_and_its_runs_are_missing_again(store: Store) -> None:
    for name in "ab":
        store.set_aside(some_run(name))
        store.pack([name])
    block = sorted(store.weekly.iterdir())[0]
    block.write_bytes(block.read_bytes()[:50])
    assert len(store.finished()) == 1
    assert block.exists()  # whoever only reads moves nothing
    with store.held() as mended:
        assert "1 damaged file is put away" in mended[0]
    assert [p.name for p in (store.folder / "damaged").iterdir()] == [block.name]


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_one_flipped_bit_anywhere_in_a_block_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    store = Store(tmp_path_factory.mktemp("s")).open()
    store.set_aside(some_run("a", 50))
    store.pack(["a"])
    (block,) = store.blocks()
    whole = bytearray(block.read_bytes())
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    block.write_bytes(bytes(whole))
    assert store.finished() == {}
    assert store.blocks() == []


def test_a_block_that_is_being_written_is_nobody_elses_business(store: Store) -> None:
    store.set_aside(some_run("a"))
    store.pack(["a"])
    half = store.weekly / ".tmp-1-b.parquet"
    half.write_bytes(b"half")
    assert store.finished() == {"a": True}
    assert half.exists()
    assert not (store.folder / "damaged").exists()


def test_two_programs_cannot_work_in_one_store(store: Store) -> None:
    with store.held(), pytest.raises(StoreError, match="another linli"), Store(store.folder).held():
        pass


def test_shards_share_a_store_but_not_a_part(store: Store) -> None:
    with store.held("1/3"), store.held("2/3"):
        for other in ("1/3", "", "1/4"):  # a quarter would share runs with a third
            with pytest.raises(StoreError, match="another linli"), store.held(other):
                pass


def test_left_overs_of_a_killed_program_are_swept_away(store: Store) -> None:
    left, spilled = store.weekly / ".tmp-1-x.parquet", store.folder / ".tmp-1-duckdb"
    left.write_bytes(b"half")
    spilled.mkdir()
    (spilled / "page").write_bytes(b"half")
    with store.held():
        assert not left.exists()
        assert not spilled.exists()


def test_a_drive_without_locks_can_be_worked_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")

    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with store.held():
        assert store.waiting() == set()


def test_a_full_disk_is_a_clear_error_and_loses_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.set_aside(some_run("a"))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        with pytest.raises(StoreError, match="No space left"):
            store.set_aside(some_run("b"))
        with pytest.raises(StoreError, match="No space left"):
            store.pack(["a"])
    assert store.waiting() == {"a"}
    assert not list(store.folder.rglob(".tmp*"))
    assert store.pack(["a"]) == []


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"):
        Store(tmp_path / "file" / "results").open()


def test_awkward_metric_names_and_folders_do_no_harm(tmp_path: Path) -> None:
    store = Store(tmp_path / 'it\'s "here"').open()
    store.set_aside(Finished("a", {"select": np.ones(2, np.float32)}))
    store.pack(["a"])
    assert store.finished() == {"a": True}


def test_what_is_promised_to_survive_a_power_cut_is_waited_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files by their inode: what was waited for under a temporary name bears its own one now."""
    waited, fsync = set[int](), os.fsync

    def seen(descriptor: int) -> None:
        waited.add(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    store.set_aside(some_run("short"), seconds=0.01)
    assert (store.aside / "short").stat().st_ino not in waited  # a hundred of them are waited for together
    store.set_aside(some_run("long"), seconds=2.0)
    store.note_session({"began": "2026", "seconds": 1.0, "runs": 1, "run_seconds": 1.0})
    store.write_manifest({})
    store.write_mark({})
    kept = [store.aside / "long", store.aside, *(store.folder / "sessions").iterdir(), store.folder]
    store.pack(["short"])
    kept += [*store.blocks(), store.weekly, store.folder / "manifest.json", store.folder / "store.json"]
    assert {path.name for path in kept if path.stat().st_ino not in waited} == set()
