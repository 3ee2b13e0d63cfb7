"""A study's folder tells of the study as it is now: whatever the folder is called, whoever used it before."""

import json
import os
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from toy import failing_toy, small, toy, write_study

from experiments import Study, compare
from experiments.cli import main
from experiments.runs.executor import perform
from experiments.runs.parquet import plainly, rows_of, write_rows
from experiments.runs.results import Results
from experiments.runs.store import Finished, Series, Store, StoreError
from experiments.study.design import Job

HERE = ("--workers", 1, "--by", "threads")


def linli(*words: object) -> Result:
    return CliRunner().invoke(main, [str(w) for w in words])


def toy_of_households(job: Job) -> Series:
    """The toy, with the size of households, at which a plan looks too."""
    return {**toy(job), "household_size": np.full(job.weeks, 2.5, np.float32)}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are toys, and a figure is a file with its name."""

    def drawn(results: Results, *_: object) -> list[str]:
        names = [f"figures/outcome-{name}.png" for name in results.study.file.outcomes]
        (results.store.folder / "figures").mkdir(exist_ok=True)
        for name in names:
            (results.store.folder / name).write_text("a figure")
        return names

    monkeypatch.setattr("experiments.tasks.run.figures_and_table", drawn)
    monkeypatch.setattr("experiments.tasks.run.warm", lambda *_: None)
    monkeypatch.setattr("experiments.tasks.plan.warm", lambda *_: None)
    monkeypatch.setattr("experiments.runs.reading.give_back", lambda: None)  # takes time, and changes nothing
    monkeypatch.setattr("experiments.tasks.run.simulated", toy)
    monkeypatch.setattr("experiments.tasks.plan.simulated", toy_of_households)
    for where in ("tasks.run", "api"):
        monkeypatch.setattr(f"experiments.{where}.perform", partial(perform, simulate=toy))


def ran(study: Path, out: Path, *words: object) -> Result:
    return linli("run", study, "--out", out, *HERE, *words)


NAMES = ["cohesion=1", "week=3", "seed=7", "rate=0.2", "moving.annual_rate=0.2", "back\\slash", "a\nb", "[x]", "a\\[b]*",
         "**", "邻里", "x" * 200, "it's", 'd"q', "$HOME", "%41", "#1", "file:", "~", "[/red]", "run=abc", "\\"]  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=60)


@given(TEXTS.filter(lambda name: name.strip(".") and len(name.encode()) < 200))
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_folder_of_any_name_gives_the_same_tables(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    plain, odd = tmp_path_factory.mktemp("plain"), tmp_path_factory.mktemp("odd") / name
    odd.mkdir()
    (odd.parent / "\\").mkdir(exist_ok=True)  # a neighbour that DuckDB cannot stand
    tables = []
    for folder in (plain, odd):
        store = Store(folder / "r").open()
        study = small(plain, replicates=2)
        perform(study, store, workers=1, simulate=toy)
        results = Results(study, store)
        files = [results.write_runs(), *results.write_csv(), *store.blocks()]
        tables.append({path.relative_to(store.folder): path.read_bytes() for path in files})
    assert tables[0] == tables[1]
    with duckdb.connect() as con:
        assert rows_of(con, [odd / "r" / "runs.parquet"]).fetchall()


@pytest.mark.parametrize("name", NAMES)
def test_a_study_in_a_folder_of_an_odd_name_is_run_and_verified(tmp_path: Path, name: str) -> None:
    (tmp_path / "plain").mkdir()
    study, out = write_study(tmp_path / "plain", replicates=2), tmp_path / name / "r"
    assert ran(study, out, "--csv", "--quiet").exit_code == 0
    frame = pd.read_csv(out / "runs.csv")
    assert "week" not in frame
    assert frame["cohesion"].nunique() > 1
    assert name.partition("\n")[0][:20] in linli("run", study, "--out", out, *HERE).output.replace("\n", "")
    said = linli("verify", study, "--out", out, "--runs", 1)
    assert said.exit_code == 0, said.output
    assert "1 of 1 runs are the same" in said.output


def test_what_waits_on_disk_may_lie_in_a_folder_of_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cohesion=1").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "cohesion=1"))
    study, store = small(tmp_path), Store(tmp_path / "r").open()
    perform(study, store, workers=1, simulate=toy)
    assert Results(study, store).runs()["cohesion"].nunique() > 1


@example('a"b')
@given(TEXTS)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_metric_of_any_name_is_a_column(tmp_path: Path, name: str) -> None:
    if name.lower() in ("run", "week", "error"):
        return
    import shutil

    import numpy as np

    shutil.rmtree(tmp_path / "m", ignore_errors=True)
    store = Store(tmp_path / "m").open()
    store.set_aside(Finished("a", {name: np.ones(2, np.float32)}))
    store.pack(["a"])
    assert store.finished() == {"a": True}
    with duckdb.connect() as con:
        assert name in rows_of(con, store.blocks()).columns


def test_only_the_named_file_is_read_and_written(tmp_path: Path) -> None:
    for folder in ("a*", "ab", "a[b]", "a\\*"):
        (tmp_path / folder).mkdir()
    with duckdb.connect() as con:
        for i, folder in enumerate(("a*", "ab", "a[b]", "a\\*")):
            write_rows(con, f"select {i} as i", tmp_path / folder / "t.parquet")
        for i, folder in enumerate(("a*", "ab", "a[b]", "a\\*")):
            assert rows_of(con, [tmp_path / folder / "t.parquet"]).fetchall() == [(i,)]
    assert plainly(tmp_path / "ab") == str(tmp_path / "ab")


def test_blocks_of_other_studies_leave_no_column_in_the_tables(tmp_path: Path) -> None:
    import numpy as np

    study, store = small(tmp_path), Store(tmp_path / "r").open()
    store.set_aside(Finished("f" * 20, {"another_metric": np.ones(3, np.float32)}))
    store.pack(["f" * 20])
    perform(study, store, workers=1, simulate=toy)
    results = Results(study, store)
    assert "another_metric" not in results.runs()
    assert "another_metric" not in results.write_csv()[1].read_text().splitlines()[0]


def test_files_of_an_older_state_are_put_away_and_the_manifest_lists_what_is_of_the_present(tmp_path: Path) -> None:
    out = tmp_path / "r"
    assert ran(write_study(tmp_path), out, "--csv").exit_code == 0
    (out / "report.html").write_text("a report")
    (out / "tables").mkdir()
    (out / "tables" / "effects.csv").write_text("effects")
    same = ran(write_study(tmp_path), out)
    assert "put away" not in " ".join(same.output.split())
    assert (out / "report.html").exists()
    assert {"runs.csv", "weekly.csv"} <= files_of(out).keys()
    changed = ran(write_study(tmp_path, replicates=4, outcomes=["cohesion"]), out)
    assert "put away in" in " ".join(changed.output.split())
    for name in ("runs.csv", "weekly.csv", "report.html", "tables/effects.csv", "figures/outcome-unmet_needs.png"):
        assert not (out / name).exists(), name
        assert (out / "older" / name).exists(), name
    assert (out / "figures" / "outcome-cohesion.png").exists()
    there = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    listed = files_of(out).keys()
    assert listed <= there
    assert {name for name in there if name.partition("/")[0] in ("figures", "runs.parquet", "weekly")} <= listed
    assert linli("verify", write_study(tmp_path, replicates=4, outcomes=["cohesion"]), "--out", out).exit_code == 0


def files_of(out: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((out / "manifest.json").read_text("utf-8"))["files"]
    return found


def test_a_study_that_is_no_city_any_more_leaves_no_table_of_one(tmp_path: Path) -> None:
    out = tmp_path / "r"
    Store(out).open()
    (out / "city.parquet").write_bytes(b"of a city")
    assert ran(write_study(tmp_path), out).exit_code == 0
    assert not (out / "city.parquet").exists()


def two_of_one_name(tmp_path: Path) -> tuple[Path, Path]:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    return write_study(tmp_path / "a"), write_study(tmp_path / "b", seed=8)


def test_two_studies_of_one_name_do_not_share_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = two_of_one_name(tmp_path)
    assert ran(first, Path("results/small")).exit_code == 0
    before = {p: p.read_bytes() for p in Path("results/small").rglob("*") if p.is_file() and p.suffix != ".json"}
    for words in (
        ["run", second, "--quiet"],
        ["report", second],
        ["figures", second],
        ["explore", second],
    ):
        refused = linli(*words)
        assert refused.exit_code == 2, refused.output
        assert str(first) in refused.output
        assert "--out" in refused.output
    assert before == {p: p.read_bytes() for p in before}
    with pytest.raises(StoreError, match="another study"):
        compare(second)
    chosen = ran(second, Path("results/small"), "--quiet")  # the folder that its name gives, chosen or not
    assert chosen.exit_code == 2


def test_two_studies_share_a_folder_that_somebody_chose_and_are_told(tmp_path: Path) -> None:
    first, second = two_of_one_name(tmp_path)
    assert ran(first, tmp_path / "both", "--quiet").output == ""
    told = ran(second, tmp_path / "both", "--quiet")
    assert told.exit_code == 0
    assert str(first) in told.output
    assert ran(second, tmp_path / "both", "--quiet").output == ""


def test_a_study_that_was_moved_or_changed_keeps_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = two_of_one_name(tmp_path)
    assert ran(first, Path("results/small"), "--quiet").output == ""
    write_study(tmp_path / "a", weeks=21)
    assert ran(first, Path("results/small"), "--quiet").output == ""
    os.replace(first, second)
    assert ran(second, Path("results/small"), "--quiet").output == ""


def test_the_same_study_in_two_places_shares_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = two_of_one_name(tmp_path)
    second.write_bytes(first.read_bytes())
    assert ran(first, Path("results/small"), "--quiet").output == ""
    assert ran(second, Path("results/small"), "--quiet").output == ""


def test_a_study_said_in_python_is_not_that_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = write_study(tmp_path)
    assert ran(first, Path("results/small"), "--quiet").exit_code == 0
    said = Study.of("small", community="classroom", weeks=20, window=10, arms={"a": []}, outcomes=["cohesion"])
    with pytest.raises(StoreError, match="said in Python"):
        compare(said)


@pytest.mark.parametrize("name", ["runs.parquet", "manifest.json", "runs.csv", "weekly/mine.parquet"])
def test_a_folder_of_somebodys_own_is_not_written_over(tmp_path: Path, name: str) -> None:
    own = tmp_path / "own" / name
    own.parent.mkdir(parents=True)
    own.write_bytes(b"{}")
    refused = linli("run", write_study(tmp_path), "--out", tmp_path / "own")
    assert refused.exit_code == 2
    assert "did not write" in refused.output
    assert own.read_bytes() == b"{}"
    assert sum(p.is_file() for p in (tmp_path / "own").rglob("*")) == 1


@pytest.mark.parametrize("layout", [0, 2, "x", None, [1]])
def test_a_store_of_another_layout_is_refused_in_words(tmp_path: Path, layout: object) -> None:
    study, out = write_study(tmp_path), tmp_path / "r"
    assert ran(study, out).exit_code == 0
    (out / "store.json").write_text(json.dumps({"layout": layout, "study": {}}))
    for command in ("run", "plan", "figures", "explore", "report", "verify", "package"):
        refused = linli(command, study, "--out", out)
        assert (refused.exit_code, "store.json" in refused.output) == (2, True), (command, refused.output)
        assert "Traceback" not in refused.output


@pytest.mark.parametrize("mark", [b"", b"{", b"null", b"\xff\xfe", b'"\\ud800"'])
def test_a_damaged_mark_is_written_anew(tmp_path: Path, mark: bytes) -> None:
    study, out = write_study(tmp_path), tmp_path / "r"
    assert ran(study, out).exit_code == 0
    (out / "store.json").write_bytes(mark)
    assert ran(study, out).exit_code == 0
    assert json.loads((out / "store.json").read_text("utf-8"))["layout"] == 1
    assert (out / "damaged" / "store.json").read_bytes() == mark


def test_a_foreign_file_with_the_name_of_a_block_is_no_block(tmp_path: Path) -> None:
    study, store = small(tmp_path), Store(tmp_path / "r").open()
    perform(study, store, workers=1, simulate=toy)
    from experiments.runs.blocks import hash_of

    for i, query in enumerate(("select 1 as a", "select 'x' as run, 0::smallint as week, 'y' as error, 'z' as label")):
        with duckdb.connect() as con:
            path = store.weekly / f"{i}.parquet"
            write_rows(con, query, path)
        path.rename(store.weekly / f"{hash_of(path)}.parquet")
    assert len(store.damaged()) == 2
    assert len(Results(study, store).runs()) == 9
    with store.held() as mended:
        assert "2 damaged files are put away" in mended[0]
    assert not store.damaged()


def test_runs_that_were_set_aside_before_a_kill_are_counted(tmp_path: Path) -> None:
    study, out = write_study(tmp_path), tmp_path / "r"
    asked, store = small(tmp_path), Store(out).open()
    jobs = [asked.job(run) for run in asked.runs()]
    for job in jobs[:7]:
        store.set_aside(Finished(job.run, toy(job)))
    plan = " ".join(linli("plan", study, "--out", out).output.split())
    assert "2 to do" in plan
    said = " ".join(linli("run", study, "--out", out, *HERE).output.split())
    assert "7 of 9 runs are there, 2 to do" in said


@pytest.mark.parametrize("damage", [1, 2, 5])
def test_many_damaged_files_in_aside_heal(tmp_path: Path, damage: int) -> None:
    study, out = write_study(tmp_path), tmp_path / "r"
    asked, store = small(tmp_path), Store(out).open()
    for i, run in enumerate(asked.runs()):
        store.set_aside(Finished(run.run, toy(asked.job(run))))
        if i < damage:
            (store.aside / run.run).write_bytes(b"")
    assert perform(asked, store, workers=1, simulate=toy).found == 9  # damage that nobody looked for beforehand
    assert len(Results(asked, store).runs()) == 9
    for block in store.blocks():
        block.unlink()
    for run in asked.runs():
        (store.aside / run.run).write_bytes(b"")
    said = linli("run", study, "--out", out, *HERE)
    assert said.exit_code == 0, said.output
    assert "9 damaged runs in aside/" in said.output
    assert "0 of 9 runs are there" in said.output


@pytest.mark.parametrize("name", [".lock", "aside/RUN", "runs.parquet", "resolved.yaml"])
def test_a_folder_where_a_file_is_expected_is_named(tmp_path: Path, name: str) -> None:
    study, out = write_study(tmp_path), tmp_path / "r"
    first = next(small(tmp_path).runs())
    assert ran(study, out).exit_code == 0
    path = out / name.replace("RUN", first.run)
    if "RUN" in name:
        for block in (out / "weekly").iterdir():
            block.unlink()
    path.unlink(missing_ok=True)
    path.mkdir()
    said = linli("run", study, "--out", out, *HERE)
    assert said.exit_code == 2, said.output
    assert str(path) in said.output
    assert "Traceback" not in said.output


@pytest.mark.parametrize("name", ["manifest.json", "store.json"])
def test_a_folder_in_the_place_of_the_record_is_put_away_and_named(tmp_path: Path, name: str) -> None:
    study, out = write_study(tmp_path), tmp_path / "r"
    assert ran(study, out).exit_code == 0
    (out / name).unlink()
    (out / name).mkdir()
    said = linli("run", study, "--out", out, *HERE, "--quiet")
    assert said.exit_code == 0, said.output
    assert name in said.output
    assert (out / name).is_file()
    assert (out / "damaged" / name).is_dir()


@pytest.mark.parametrize("gone", ["", "weekly", "aside"])
def test_a_folder_removed_meanwhile_is_not_called_safe(tmp_path: Path, gone: str) -> None:
    import shutil

    store = Store(tmp_path / "r").open()

    def worked() -> None:
        with store.held():
            shutil.rmtree(store.folder / gone)
            (store.aside / "a" / "b").write_bytes(b"")

    with pytest.raises(StoreError) as said:
        worked()
    assert "safe" not in str(said.value)
    assert "removed meanwhile" in str(said.value)


def test_failures_and_successes_are_of_the_present(tmp_path: Path) -> None:
    out, study = tmp_path / "r", write_study(tmp_path)
    perform(small(tmp_path), Store(out).open(), workers=1, simulate=failing_toy)
    assert ran(study, out).exit_code == 1
    assert "failures.csv" in files_of(out)
