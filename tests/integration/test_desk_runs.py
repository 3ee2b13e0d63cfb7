"""Runs of the desk: the ordinary command on the ordinary folder, kept whatever dies, beside a command line that does the same."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")

import numpy as np
import pandas as pd
import yaml
from desk_kit import HOUSE, SMALL, Asker, Command, desk_here
from toy import failing_toy, small, toy

from desk import moved
from desk.folder import Folder
from desk.line import Line, command_line, held
from desk.so_far import SoFar
from experiments.analysis.effects import effects
from experiments.cli import main
from experiments.reporting.verdicts import SAYS
from experiments.runs.executor import perform
from experiments.runs.results import results_for
from experiments.runs.store import Series, Store
from experiments.runs.workers import performed, set_aside
from experiments.study.design import Job
from experiments.study.loader import read_study

LONG = {**SMALL, "weeks": 40, "replicates": 150, "window": 20}
"""A study that takes a few seconds on one processor."""
SAME = ("runs.parquet", "resolved.yaml")


def write(folder: Path, name: str = "small", **said: Any) -> None:
    (folder / f"{name}.yaml").write_text(yaml.safe_dump({**SMALL, **said}, sort_keys=False))


def blocks(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "weekly").glob("*.parquet")}


def run_by_hand(folder: Path, name: str = "small") -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-m", "experiments", "run", f"{name}.yaml", "--workers", "1", "--quiet"]
    return subprocess.Popen(words, cwd=folder, env={**os.environ, "PYTHONPATH": str(HOUSE)})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (here := tmp_path / "desk").mkdir()
    monkeypatch.chdir(here)
    return here


def done(said: Any) -> bool:
    return said["line"]["state"] in ("done", "failed")


def begun(said: Any) -> bool:
    return bool(said["so_far"]) and said["so_far"]["done"] >= 20


def whole(said: Any) -> bool:
    """All runs are there, in their blocks; tables and figures may still be in the making."""
    return bool(said["so_far"]) and said["so_far"]["done"] == 300 and len(blocks(Path("results/small"))) == 3


def test_the_same_study_gives_the_same_bytes_as_the_command_line(folder: Path, tmp_path: Path) -> None:
    write(folder)
    (other := tmp_path / "other").mkdir()
    shutil.copy(folder / "small.yaml", other)
    with desk_here(folder) as desk:
        desk.ask("start", name="small")
        said = desk.until(done, "look", name="small")
        assert said["line"]["state"] == "done", said["line"]["said"]
        read_and_taken(desk)
    assert run_by_hand(other).wait() == 0
    mine, theirs = folder / "results" / "small", other / "results" / "small"
    assert blocks(mine) == blocks(theirs) != {}
    assert all((mine / name).read_bytes() == (theirs / name).read_bytes() for name in SAME)
    figures = sorted(path.relative_to(theirs) for path in theirs.glob("figures/*"))
    assert figures
    assert all((mine / path).read_bytes() == (theirs / path).read_bytes() for path in figures)


def read_and_taken(desk: Asker) -> None:
    """What was run becomes an answer, a methods paragraph in both languages, and a figure."""
    read = desk.until(lambda said: said["read"]["done"], "read", name="small")["read"]["answer"]
    assert "We simulated" in read["methods"][0]
    assert "我们对" in read["methods"][1]
    assert {one["kind"] for one in read["tables"][1]} >= {"effects", "evaluation", "evidence"}
    asked = {"name": "small", "what": "figures", "lang": "zh", "width": "120"}
    took = desk.until(lambda said: said["took"]["done"], "take", **asked)
    assert took["took"]["code"] == 0, took
    assert {"figures-zh/forest.svg", "figures-zh/forest.pdf"} <= {one["path"] for one in took["files"]}
    status, body, _ = desk.send("GET", "/made/small/figures-zh/forest.svg")
    assert status == 200
    assert body.startswith(b"<?xml")


def test_what_is_shown_so_far_is_what_the_tables_say(tmp_path: Path) -> None:
    """Runs in blocks and runs that wait for theirs; effects of the same pairs, to all digits that matter."""
    study = small(tmp_path, replicates=70, varies={"moving.annual_rate": [0.1, 0.2]})
    store = Store(tmp_path / "results").open()
    perform(study.with_replicates(40), store, workers=1, simulate=toy)
    far = SoFar(study, store.folder)
    assert far.count() == (240, 0)
    waiting = [run for run in study.runs() if run.replicate in (40, 41)]
    for run in waiting:
        set_aside(store, performed(study.job(run), toy))
    shown = far.look()
    assert (shown["done"], shown["pairs"]) == (252, 42)
    perform(study.with_replicates(42), store, workers=1, simulate=toy)
    tables = results_for(study.with_replicates(42), store).runs(study.file.outcomes)
    expected = effects(tables, study.reference, study.file.outcomes, study.file.asked())
    mine = pd.DataFrame(shown["effects"])
    for column in ("effect", "low", "high", "joint_low", "joint_high", "reference"):
        assert mine[column].to_numpy(float) == pytest.approx(expected[column].to_numpy(float), rel=1e-9, abs=1e-12)
    assert list(mine["says"]) == list(expected["says"])
    assert [tuple(words) for words in mine["verdict"]] == [SAYS[says] for says in expected["says"]]


def test_of_what_is_not_known_the_answer_says_what_its_pairs_can_tell(tmp_path: Path) -> None:
    """In the words of the terminal, in both languages; of the outcome whose effects are known nothing of the kind is said."""
    study = small(tmp_path, replicates=8, matters={"cohesion": 0.001, "unmet_needs": 0.1})

    def faint(job: Job) -> Series:
        chance = np.random.default_rng((job.seed, len(job.policies)))
        return toy(job) | {"cohesion": np.full(job.weeks, chance.normal(0.5, 0.05), np.float32)}

    store = Store(tmp_path / "results").open()
    perform(study, store, workers=1, simulate=faint)
    shown = SoFar(study, store.folder).look()
    unknown = {row["metric"] for row in shown["effects"] if row["says"] == "not known"}
    assert unknown == {"cohesion"}
    for power, known, words in zip(
        shown["power"], shown["known"], ("Cohesion: 8 pairs tell", "凝聚力：8对可辨别"), strict=True
    ):
        assert len(power) == 1
        assert power[0].startswith(words)
        assert any(line.endswith(power[0][len(words) :]) for line in known)


def test_pairs_are_told_as_they_arrive_also_on_a_machine_that_is_busy_with_the_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks after each run sees each pair, with its interval from the fifth on, and how many are still expected."""
    reckoned, seen = SoFar._reckoned, list[tuple[int, ...]]()
    monkeypatch.setattr(SoFar, "_reckoned", lambda far: time.sleep(0.12 * (len(seen) < 3)) or reckoned(far))
    study = small(tmp_path, replicates=8)
    store = Store(tmp_path / "results").open()
    far = SoFar(study, store.folder)
    far.look()
    for run in study.runs():
        set_aside(store, performed(study.job(run), toy))
        shown = far.look()
        assert shown["shown"] == shown["done"]
        intervals = {row["n"] for row in shown["effects"] if row["low"] != row["high"]}
        seen.append((shown["pairs"], shown["of"], *intervals))
    arms = len(study.arms)
    pairs = [n // arms for n in range(1, 8 * arms + 1)]
    assert [one[0] for one in seen] == pairs
    assert {one[1] for one in seen} == {8}
    assert all(len(one) == 2 for n, one in zip(pairs, seen, strict=True) if n < 4)
    assert all(len(one) > 2 for n, one in zip(pairs, seen, strict=True) if n >= 5)
    assert seen[-1] == (8, 8, 8)


def test_how_far_the_moving_of_all_assumed_numbers_is_is_told_by_the_runs_of_that_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk counts the very runs that the command performs, finished in blocks or waiting for theirs."""
    write(folder)
    performed_here = list[str]()

    def some(wide: Any, store: Store, **_: Any) -> None:
        performed_here.extend(run.run for run in wide.runs())
        perform(replace(wide, points=wide.points[:3]).with_replicates(1), store, workers=1, simulate=toy)
        raise LookupError("enough")

    monkeypatch.setattr("experiments.tasks.robust.perform", some)
    with pytest.raises(LookupError, match="enough"):
        main(moved.words("small.yaml"), standalone_mode=False)
    far = moved.Moved(Folder(folder)).far("small")
    assert far == {"done": 6, "of": len(set(performed_here))}
    assert far["of"] == 2 * moved.POINTS * moved.REPLICATES


def test_a_damaged_file_is_neither_shown_nor_taken_away(tmp_path: Path) -> None:
    study = small(tmp_path)
    store = Store(tmp_path / "results").open()
    (store.aside / next(study.runs()).run).write_bytes(b"x" * 100)
    assert SoFar(study, store.folder).look()["done"] == 0
    assert len(list(store.aside.iterdir())) == 1


def test_runs_of_another_state_of_the_study_are_told_and_not_shown(tmp_path: Path) -> None:
    store = Store(tmp_path / "results").open()
    perform(small(tmp_path), store, workers=1, simulate=toy)
    said = SoFar(small(tmp_path, weeks=21), store.folder).look()
    assert (said["done"], said["others"], said["effects"]) == (0, 9, [])


def test_failed_runs_are_told_with_their_reason(tmp_path: Path) -> None:
    study = small(tmp_path)
    store = Store(tmp_path / "results").open()
    perform(study, store, workers=1, simulate=failing_toy)
    said = SoFar(study, store.folder).look()
    assert (said["done"], said["failed"]) == (9, 6)
    assert all("the toy broke" in row["says"] and "--only" in row["command"] for row in said["failures"])


def test_a_pause_keeps_what_is_finished_and_going_on_ends_with_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write(folder, **LONG)
    with desk_here(folder) as desk:
        desk.ask("start", name="small")
        desk.until(begun, "look", name="small")
        assert desk.ask("pause", name="small")["state"] == "paused"
        kept = desk.ask("look", name="small")["so_far"]["done"]
        assert 20 <= kept < 300
        time.sleep(1)
        assert desk.ask("look", name="small")["so_far"]["done"] == kept
        desk.ask("start", name="small")
        desk.until(whole, "look", name="small")
    store = Store(tmp_path / "unbroken").open()
    perform(read_study("small.yaml"), store, workers=1)
    assert blocks(folder / "results" / "small") == blocks(store.folder)


def test_a_queue_runs_one_after_the_other_and_bad_studies_do_not_stop_it(folder: Path) -> None:
    write(folder, "first")
    write(folder, "wrong", weeks="many")
    write(folder, "last", seed=3)
    with desk_here(folder) as desk:
        for name in ("first", "wrong", "last"):
            desk.ask("start", name=name)
        assert desk.ask("look", name="last")["line"]["place"] > 0
        said = {name: desk.until(done, "look", name=name)["line"] for name in ("first", "wrong")}
        assert [said[name]["state"] for name in said] == ["done", "failed"]
        assert 'found "many"' in said["wrong"]["said"]
        desk.until(lambda said: said["line"]["state"] == "running", "look", name="last")
        assert desk.ask("stop", name="last")["state"] == ""


@pytest.mark.parametrize("also_the_run", [False, True])
def test_nothing_is_lost_when_the_desk_is_killed(folder: Path, *, also_the_run: bool) -> None:
    write(folder, **LONG)
    desk = Command(folder)
    try:
        desk.asker.ask("start", name="small")
        desk.asker.until(begun, "look", name="small")
        pid = json.loads((folder / ".desk" / "queue.json").read_text())["places"][0]["pid"]
    finally:
        desk.end(signal.SIGKILL)
    if also_the_run:
        os.killpg(pid, signal.SIGKILL)
    desk = Command(folder)
    try:
        desk.asker.until(whole, "look", name="small")
    finally:
        desk.end()


@pytest.mark.slow
def test_a_desk_that_is_closed_goes_on_when_it_is_opened_again(folder: Path) -> None:
    write(folder, **LONG)
    desk = Command(folder)
    desk.asker.ask("start", name="small")
    desk.asker.until(begun, "look", name="small")
    desk.end()
    assert not held(folder / "results" / "small")
    desk = Command(folder)
    try:
        desk.asker.until(whole, "look", name="small")
    finally:
        desk.end()


def test_a_command_line_in_the_same_folder_is_seen_and_not_disturbed(folder: Path) -> None:
    write(folder, **LONG)
    with desk_here(folder) as desk:
        by_hand = run_by_hand(folder)
        desk.until(lambda said: said["line"]["state"] == "elsewhere", "look", name="small")
        desk.ask("start", name="small")
        assert desk.ask("look", name="small")["line"]["state"] == "waiting"
        assert desk.ask("pause", name="small")["state"] in ("paused", "elsewhere")
        assert by_hand.poll() is None
        desk.ask("start", name="small")
        by_hand.send_signal(signal.SIGINT)
        assert by_hand.wait() == 130
        desk.until(lambda said: said["line"]["state"] == "running", "look", name="small")


def test_asking_whether_a_folder_is_held_never_refuses_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder, so that nobody works in it")
    assert not held(tmp_path / "file")
    store = Store(tmp_path / "x").open()
    assert not held(store.folder)
    with store.held():
        assert held(store.folder)
    for _ in range(50):
        assert not held(store.folder)
        with store.held():
            pass


def test_a_queue_that_is_damaged_or_not_ours_is_an_empty_one(folder: Path) -> None:
    (folder / ".desk").mkdir()
    for said in (b"", b"{", b'{"places": 3}', b'{"places": [{"name": "../x"}, {"state": 3}, null]}', b"[]"):
        (folder / ".desk" / "queue.json").write_bytes(said)
        assert Line(Folder(folder)).places == []


def test_files_in_the_folder_are_not_taken_for_the_program(folder: Path) -> None:
    for name in ("experiments", "sim", "click", "json"):
        (folder / f"{name}.py").write_text("raise SystemExit('not the program')")
    said = subprocess.run(command_line("--help"), cwd=folder, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert "Usage" in said.stdout
