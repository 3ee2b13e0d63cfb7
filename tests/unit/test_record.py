"""The record of a folder, manifest.json, sessions/ and resolved.yaml, is used in whatever state it is found."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toy import small, toy

from experiments.runs import record
from experiments.runs.executor import perform
from experiments.runs.provenance import changed_since, manifest, write_resolved
from experiments.runs.store import Store

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
BROKEN = [b"", b"{", b"null", b"[]", b"3", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}', b'{"a": "\\ud800"}']
KEYS = [*record.LISTS, *record.TABLES, *record.TEXTS, "runs", "failed"]


def session(i: int, **said: Any) -> dict[str, Any]:
    return {"began": f"2026-01-0{i}", "seconds": 1.0, "runs": i, "run_seconds": 0.5, "workers": 1, "by": "x"} | said


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store") / "r").open()


def clean(store: Store) -> None:
    for path in (
        *store.folder.glob("sessions/*"),
        *store.folder.glob("damaged/*"),
        *store.folder.glob("manifest.json"),
    ):
        path.unlink()


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_manifest_loses_no_session_and_is_said(store: Store, content: bytes) -> None:
    clean(store)
    for i in (1, 2):
        store.note_session(session(i))
    (store.folder / "manifest.json").write_bytes(content)
    with store.held() as mended:
        assert "manifest.json" in mended[0]
        assert "2 earlier sessions are known" in mended[0]
    assert [one["runs"] for one in store.sessions()] == [1, 2]
    assert (store.folder / "damaged" / "manifest.json").read_bytes() == content


@pytest.mark.parametrize("content", [*BROKEN, json.dumps(session(3, began=None)).encode(), b'{"began": "x"}'])
def test_a_broken_session_is_said_and_the_manifest_knows_it(store: Store, content: bytes) -> None:
    clean(store)
    store.write_manifest({"sessions": [session(1), session(2)]})
    store.note_session(session(2))
    (store.folder / "sessions" / "x.json").write_bytes(content)
    with store.held() as mended:
        assert "sessions/x.json" in mended[0]
    assert [one["runs"] for one in store.sessions()] == [1, 2]


@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=4) | JSON)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_manifest_that_holds_anything_is_read_and_written(store: Store, said: Any) -> None:
    clean(store)
    store.note_session(session(1))
    (store.folder / "manifest.json").write_text(json.dumps(said), "utf-8")
    found = store.manifest()
    assert all(isinstance(found[key], list) for key in record.LISTS if key in found)
    assert all(isinstance(found[key], dict) for key in record.TABLES if key in found)
    assert all(isinstance(found[key], str) for key in record.TEXTS if key in found)
    with store.held():
        store.write_manifest(store.manifest() | {"sessions": store.sessions()})
    assert session(1) in store.manifest()["sessions"]
    with store.held() as mended:
        assert mended == []


@given(st.binary(max_size=40) | JSON.map(lambda said: json.dumps(said).encode()))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_resolved_study_that_holds_anything_says_nothing_and_breaks_nothing(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("r")
    study, store = _STUDY.setdefault("it", small(folder)), Store(folder / "r").open()
    store.write_manifest({"model": "another"})
    (folder / "r" / "resolved.yaml").write_bytes(content)
    assert "no manifest says which" in changed_since(study, store)


_STUDY: dict[str, Any] = {}


@pytest.mark.parametrize(
    "text", ["study: 3", "{}", "configuration: {}", "study: {}\nconfiguration: []", "2024-13-45", "&a [*a]"]
)
def test_a_resolved_study_without_its_parts_says_nothing(tmp_path: Path, text: str) -> None:
    study, store = small(tmp_path), Store(tmp_path / "r").open()
    store.write_manifest({"model": "another"})
    (tmp_path / "r" / "resolved.yaml").write_text(text)
    assert changed_since(study, store)


def test_the_manifest_keeps_what_was_made_of_the_same_state_only(tmp_path: Path) -> None:
    study, store = small(tmp_path), Store(tmp_path / "r").open()
    perform(study, store, workers=1, simulate=toy)
    resolved = write_resolved(study, store)
    (store.folder / "report.html").write_text("x")
    store.write_manifest({"state": "a", "files": {"report.html": "1", "weekly/gone.parquet": "2", "gone.csv": "3"}})
    assert {"report.html", "resolved.yaml"} <= manifest(study, store, "a", [resolved])["files"].keys()
    assert "report.html" not in manifest(study, store, "b", [resolved])["files"]
    assert not {"gone.csv", "weekly/gone.parquet"} & manifest(study, store, "a", [resolved])["files"].keys()
