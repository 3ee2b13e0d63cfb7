"""Outcomes by the user's own columns, from the run to the last table: kept, read, compared, written, and always as text."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from figure_kit import few_figures
from hypothesis import given
from hypothesis import strategies as st
from toy import small, toy, write_study

from experiments.analysis.by_group import effects_by_group
from experiments.analysis.effects import effects
from experiments.cli import main
from experiments.reporting.escape import in_html
from experiments.reporting.figures.tables import OF_GROUPS, UNITS_ZH
from experiments.reporting.report import write_report
from experiments.runs.executor import perform
from experiments.runs.groups import Kept, kept_in, name_of
from experiments.runs.results import Results, results_for
from experiments.runs.store import Series, Store
from experiments.runs.workers import Simulate
from experiments.study.design import Job
from sim.by_group import COUNTS, outcomes_of
from sim.config.yaml import ConfigError

pytestmark = pytest.mark.filterwarnings("ignore::sim.founding.import_data.notes.FileNote")
WILD = (
    "[bold]x[/bold]", "$a_b$ \\ {%}", "=1+1", "东街", "a/b", "a%2fb", 'q"\'q', "Run", "run", "שלום 12", "<b>", "y" * 90,
)  # fmt: skip
COLUMNS = ("street", "Street", "column", "value", "arm", "[red]家[/red] $x$")
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


def grouped(job: Job) -> Series:
    """The toy, and outcomes of groups of wild names that depend on the policies; one group has nobody in the second half."""
    return with_groups(job, COLUMNS, WILD)


def few_groups(job: Job) -> Series:
    """The same with fewer groups, all of which a report shows."""
    return with_groups(job, COLUMNS[-2:], WILD[:4])


def with_groups(job: Job, columns: Sequence[str], texts: Sequence[str]) -> Series:
    weekly = dict(toy(job))
    chance = np.random.default_rng(job.seed)
    for c, column in enumerate(columns):
        for v, value in enumerate((*texts, "")):
            for outcome in OF_GROUPS:
                level = 10.0 * c + v + 0.5 * len(job.policies) + chance.normal(0, 0.1)
                weekly[name_of(Kept(column, value, outcome))] = np.full(job.weeks, level, np.float32)
    weekly[name_of(Kept("street", "gone", "unmet_needs"))] = np.full(job.weeks, np.nan, np.float32)
    return weekly


def made(folder: Path, simulate: Simulate = grouped) -> Results:
    study, store = small(folder, replicates=6), Store(folder / "r").open()
    perform(study, store, workers=1, simulate=simulate)
    return results_for(study, store)


@given(TEXT, TEXT, st.sampled_from(list(OF_GROUPS)))
def test_the_name_of_a_column_says_all_and_in_few_letters(column: str, value: str, outcome: str) -> None:
    kept = Kept(column, value, outcome)
    assert kept_in(name_of(kept)) == kept
    assert re.fullmatch("group/[a-z0-9_%/]+", name_of(kept))


@given(st.lists(st.tuples(TEXT, TEXT), unique=True))
def test_no_two_groups_share_a_column_in_any_store(pairs: list[tuple[str, str]]) -> None:
    names = {name_of(Kept(*pair, "hours")).casefold() for pair in [*pairs, *((b, a) for a, b in pairs)]}
    assert len(names) == len({*pairs, *((b, a) for a, b in pairs)})


def test_metrics_are_no_groups() -> None:
    from sim import METRICS

    assert not any(kept_in(name) for name in (*METRICS, "group", "group/x", "group/a/b/c/d"))


def test_every_outcome_of_a_group_has_a_meaning_in_both_languages() -> None:
    nothing = dict.fromkeys(COUNTS, np.zeros(1))
    assert set(outcomes_of(nothing)) == set(OF_GROUPS)
    assert all(meaning.unit in UNITS_ZH and meaning.label_zh for meaning in OF_GROUPS.values())
    assert np.isnan(outcomes_of(nothing)["unmet_needs"][0])


def test_one_tidy_table_says_every_number_with_the_users_own_words(tmp_path: Path) -> None:
    results = made(tmp_path)
    table = results.groups()
    assert list(table) == ["run", "arm", "point", "replicate", "seed", "column", "value", "outcome", "number"]
    assert len(table) == 18 * len(COLUMNS) * (len(WILD) + 1) * len(OF_GROUPS)
    assert set(table["column"]) == set(COLUMNS)
    assert set(table["value"]) == {*WILD, ""}
    runs = results.runs()
    assert list(dict.fromkeys(table["run"])) == list(runs["run"]), "in the order of the plan"
    assert [name for name in runs if kept_in(name)] == []
    assert [name for name in results.weekly() if kept_in(name)] == []
    job = results.study.job(next(iter(results.study.runs())))
    own = grouped(job)
    first = table[table["run"] == job.run].set_index(["column", "value", "outcome"])["number"]
    for name, values in own.items():
        if (kept := kept_in(name)) and not np.isnan(values).all():
            assert first[kept] == pytest.approx(float(values[-10:].mean()), rel=1e-6)
    kept = results.series([job.run])[job.run]
    assert set(kept) == {name for name, values in own.items() if not np.isnan(values).all()}


def test_the_same_files_for_the_same_runs_and_none_without_groups(tmp_path: Path) -> None:
    results = made(tmp_path)
    written = results.write_groups()
    assert written is not None
    before = written.read_bytes()
    assert results.write_groups() == written
    assert written.read_bytes() == before
    there = duckdb.read_parquet(str(written), hive_partitioning=False).df()
    pd.testing.assert_frame_equal(there, results.groups())
    as_csv = results.write_groups("groups.csv")
    assert as_csv is not None
    again = pd.read_csv(as_csv, keep_default_na=False)
    assert again["value"].tolist() == there["value"].tolist()
    (tmp_path / "plain").mkdir()
    study, store = small(tmp_path / "plain"), Store(tmp_path / "plain" / "r").open()
    perform(study, store, workers=1, simulate=toy)
    plain = results_for(study, store)
    assert plain.groups().empty
    assert list(plain.groups()) == list(there)
    assert plain.write_groups() is None
    assert effects_by_group(plain.groups(), "baseline").empty


def test_effects_by_group_are_the_paired_effects_of_each_group(tmp_path: Path) -> None:
    table = made(tmp_path).groups()
    table = table[table["column"] == "street"]
    lacking = (table["value"] == "run") & (table["replicate"] == 2) & (table["arm"] == "both")
    found = effects_by_group(table[~lacking], "baseline")
    assert set(found["arm"]) == {"thanks", "both"}
    for (value, outcome), own in table[~lacking].groupby(["value", "outcome"]):
        wide = own.rename(columns={"number": "x"})[["arm", "point", "replicate", "x"]]
        expected = effects(wide, "baseline", ["x"]).sort_values("arm", ignore_index=True)
        here = found[(found["value"] == value) & (found["outcome"] == outcome)].sort_values("arm", ignore_index=True)
        pd.testing.assert_frame_equal(
            here[["n", "effect", "low", "high", "joint_low"]], expected[["n", "effect", "low", "high", "joint_low"]]
        )
    assert set(found.loc[found["value"] == "run", "n"]) == {5, 6}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_report_shows_every_group_as_text(tmp_path: Path, language: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    few_figures(monkeypatch, "groups")
    results = made(tmp_path, few_groups)
    results.write_runs()
    texts, columns = WILD[:4], COLUMNS[-2:]
    page = write_report(results, language).read_text(encoding="utf-8")
    heading = {"en": "Outcomes by group", "zh": "分组结果"}[language]
    shown = page[page.index(f">{heading}</h2>") :]
    for text in (*texts, *columns):
        assert in_html(text) in shown
    assert {"en": "(nothing known)", "zh": "（未知）"}[language] in shown
    folder = tmp_path / "r" / "tables"
    table = pd.read_csv(folder / "effects_by_group.csv", keep_default_na=False)
    assert set(table["value"]) == {*texts, ""}
    assert set(pd.read_stata(folder / "effects_by_group.dta")["column"]) == set(columns)
    cells = [
        cell for row in openpyxl.load_workbook(folder / "tables.xlsx")["effects_by_group"].iter_rows() for cell in row
    ]
    assert all(cell.data_type != "f" for cell in cells)
    assert {*texts} <= {cell.value for cell in cells}
    pages = {
        path.name for path in (tmp_path / "r" / ("tables" if language == "en" else "tables-zh")).glob("groups*.tex")
    }
    assert pages == {f"groups_{k}.tex" for k in range(1, len(columns) + 1)}
    drawn = {path.stem for path in (tmp_path / "r").glob("figures*/*.svg")}
    assert {f"groups-{k}" for k in range(1, len(columns) + 1)} <= drawn


def own_people(folder: Path, residents: int = 60) -> Path:
    """A community of residents with columns of their own, two of which make groups, and a study of it."""
    rows = "".join(f"r{k},{k % 2},{20 + k},{WILD[k % 3]},{k},{k % 2}\n" for k in range(residents))
    (folder / "residents.csv").write_text("id,grid,age,clinic,income,T\n" + rows, encoding="utf-8")
    (folder / "own.yaml").write_text("title: own\nextends: classroom\npopulation: {residents_file: residents.csv}\n")
    return write_study(folder, community="own.yaml", weeks=8, burn_in=2, window=4, replicates=3)


def test_the_whole_way_with_real_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.tasks.run._drawn", lambda *_: [])
    study, out = str(own_people(tmp_path)), tmp_path / "out"
    done = CliRunner().invoke(main, ["run", study, "--out", str(out), "--workers", "1", "--csv"])
    assert done.exit_code == 0, done.output
    assert "Outcomes are given by clinic, T." in done.output
    assert "Not by income (60) different values: `groups` of the study" in done.output
    assert "By clinic: difference from baseline, 95 % interval" in done.output
    assert all(text in done.output for text in WILD[:3])
    table = pd.read_csv(out / "groups.csv", keep_default_na=False, dtype={"value": str})
    residents = table[(table["outcome"] == "residents") & (table["column"] == "T")].groupby("run")["number"].sum()
    assert residents.tolist() == pytest.approx([60.0] * 9)
    done = CliRunner().invoke(main, ["verify", study, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert set(table["column"]) == {"clinic", "T"}
    table.assign(number=table["number"] + 1).to_csv(out / "groups.csv", index=False)
    done = CliRunner().invoke(main, ["verify", study, "--out", str(out)])
    assert done.exit_code == 1
    assert "groups.csv: changed since it was written" in done.output


@pytest.mark.slow
def test_other_groups_are_other_runs_and_older_tables_are_put_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.tasks.run.figures_and_table", lambda _results, _console: [])
    study, out = str(own_people(tmp_path)), tmp_path / "out"
    run = ["run", study, "--out", str(out), "--workers", "1", "--quiet"]
    assert CliRunner().invoke(main, run).exit_code == 0
    first = {path.stem for path in (out / "weekly").iterdir()}
    assert CliRunner().invoke(main, [*run, "--set", "groups=[T]"]).exit_code == 0
    assert first < {path.stem for path in (out / "weekly").iterdir()}
    assert {row[0] for row in duckdb.sql(f"select distinct \"column\" from '{out}/groups.parquet'").fetchall()} == {"T"}
    assert CliRunner().invoke(main, [*run, "--set", "groups=[]"]).exit_code == 0
    assert not (out / "groups.parquet").exists()
    assert (out / "older" / "groups.parquet").is_file()
    again = CliRunner().invoke(main, run)
    assert again.exit_code == 0
    assert (out / "groups.parquet").is_file()


@pytest.mark.parametrize(
    ("said", "told"),
    [("clinik", "did you mean 'clinic'?"), ("income", "a column of 60 different values; expected one of 2 to 100")],
)
@pytest.mark.parametrize("command", ["run", "plan"])
def test_a_column_that_makes_no_groups_is_told_before_anything_runs(
    tmp_path: Path, said: str, told: str, command: str
) -> None:
    study, out = str(own_people(tmp_path)), tmp_path / "out"
    if said == "income":
        rows = "".join(f"r{k},{k % 2},{k}\n" for k in range(60))
        (tmp_path / "residents.csv").write_text(
            "id,grid,income\n" + rows + "".join(f"s{k},0,{100 + k}\n" for k in range(60))
        )
        told = "a column of 120 different values; expected one of 2 to 100"
    done = CliRunner().invoke(main, [command, study, "--out", str(out), "--set", f"groups=[{said}]"])
    assert done.exit_code == 2, done.output
    assert told in done.output
    assert "groups" in done.output
    assert not out.exists()


def test_groups_without_a_file_of_residents_are_refused(tmp_path: Path) -> None:
    from experiments.study.own_files import read_own_files

    with pytest.raises(ConfigError, match="expected a file of residents"):
        read_own_files(small(tmp_path, groups=["street"]))


def test_a_study_without_own_columns_is_the_study_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.tasks.run._drawn", lambda *_: [])
    assert [run.run for run in small(tmp_path, groups=[]).runs()] != [run.run for run in small(tmp_path).runs()]
    out = tmp_path / "out"
    done = CliRunner().invoke(main, ["run", str(tmp_path / "small.yaml"), "--out", str(out), "--workers", "1", "--csv"])
    assert done.exit_code == 0
    assert not list(out.rglob("groups*.parquet"))
    assert not list(out.rglob("groups*.csv"))
    assert "Outcomes are given by" not in done.output
    assert yaml.safe_load((out / "resolved.yaml").read_text("utf-8"))["study"].get("groups", "unsaid") == "unsaid"
