"""What a study leaves for others: tables for papers, a crate that validates, frames, snapshots, a search."""

import json
import logging
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest
import yaml
from figure_kit import few_figures
from rich.console import Console
from toy import small, toy

from experiments import results_of
from experiments.api import Comparison
from experiments.reporting.figures import draw_all
from experiments.reporting.figures.network import places
from experiments.reporting.figures.style import Look
from experiments.reporting.figures.tables import Snapshot
from experiments.reporting.latex import latex
from experiments.reporting.paper_tables import meanings_of, stata_name, write_tables
from experiments.reporting.report import write_report
from experiments.reporting.result_tables import comparison, tables_of
from experiments.runs.executor import perform
from experiments.runs.provenance import write_resolved
from experiments.runs.store import Store, StoreError
from sim.config.yaml import ConfigError
from tests.integration.test_figures import made_up, there_is_a_chinese_font


@pytest.fixture
def done(tmp_path: Path) -> Comparison:
    study, store = small(tmp_path), Store(tmp_path / "r").open()
    perform(study, store, workers=1, simulate=toy)
    found = Comparison(study, store)
    found.write_runs()
    return found


def test_tables_can_be_read_back(tmp_path: Path, done: Comparison) -> None:
    runs = done.runs()
    write_tables({"runs": runs, "effects": done.effects()}, tmp_path / "t")
    again = pd.read_stata(tmp_path / "t" / "runs.dta")
    assert np.allclose(again["cohesion"], runs["cohesion"])
    assert [int(seed) for seed in again["seed"]] == list(runs["seed"])  # 63 bits, to the last
    assert pd.read_csv(tmp_path / "t" / "runs.csv")["seed"].equals(runs["seed"])
    pytest.importorskip("openpyxl")
    book = pd.read_excel(tmp_path / "t" / "tables.xlsx", sheet_name=None, dtype={"seed": str})
    assert set(book) == {"runs", "effects"}
    assert list(book["runs"]["seed"]) == [str(seed) for seed in runs["seed"]]


def test_tables_say_what_their_columns_hold_and_are_read_in_r_and_stata(tmp_path: Path, done: Comparison) -> None:
    front = pd.DataFrame(
        {"arm": ["a", "b"], "unmet_needs": [1.0, 2.0], "on_front": [True, False], "x" * 40: ["t" * 3000, ""]}
    )
    meanings = meanings_of(tables_of(done))
    write_tables({"front": front}, tmp_path, meanings | {"x" * 40: "long"})
    with pd.read_stata(tmp_path / "front.dta", iterator=True) as stata:
        labels, again = stata.variable_labels(), stata.read()
    assert labels["unmet_needs"] == "Unmet needs (person-weeks per 100 residents a year)"
    assert labels["x" * 32].startswith("x" * 40 + ": long")
    assert again["x" * 32].tolist() == ["t" * 3000, ""]
    assert (tmp_path / "front.csv").read_text().splitlines()[1].startswith("a,1.0,TRUE,")
    assert pd.read_csv(tmp_path / "front.csv")["on_front"].tolist() == [True, False]
    told = pd.read_csv(tmp_path / "columns.csv").set_index("column")["meaning"]
    assert {"arm", "unmet_needs", "on_front"} <= set(told.index)
    assert max(map(len, meanings.values())) <= 80
    effects = done.effects()
    assert set(effects) <= meanings.keys()


def test_latex_is_harmless() -> None:
    table = pd.DataFrame({"arm name": ["a & b", "50 % _x_ \\ {y} ~ <", "[x]"], "effect": [0.5, -2.25, 10.0]})
    text = latex(table, "t")
    assert text.startswith("% t; needs \\usepackage{booktabs}\n\\begin{tabular}{@{}lr@{}}")
    assert r"a \& b & 0.5000 \\" in text
    assert r"50 \% \_x\_ \textbackslash{} \{y\} \textasciitilde{} $<$ & $-$2.250\phantom{0} \\" in text
    assert r"{[}x] & 10.00\phantom{00} \\" in text  # [x] would be an option of the row's end before it


def test_a_printed_table_sets_points_and_intervals_under_each_other_below_their_heading() -> None:
    said = {
        "": ["Needs", "Needs", "Cohesion"],
        "Arm": ["a", "b", "a"],
        "95 % interval": ["\N{MINUS SIGN}7.25 to +1.5", "-", "0.001 to 0.002"],
        "Both": ["12\n[10, 14]", "no need averted", "5 [4, 6]"],
    }
    lines = latex(pd.DataFrame(said), "t", headed=True).splitlines()
    assert lines[1] == r"\begin{tabular}{@{}lr@{ }c@{ }rr@{}}"
    assert lines[3] == r"Arm & \multicolumn{3}{c}{95 \% interval} & \multicolumn{1}{c}{Both} \\"
    assert lines[5:9] == [
        r"\multicolumn{5}{@{}l}{\textit{Needs}} \\",
        r"a & $-$7.25 & to & +1.5 & 12\phantom{]} \\",
        r" & \multicolumn{3}{c}{} & {[}10, 14] \\",
        r"b & \multicolumn{3}{c}{--} & no need averted\phantom{]} \\",
    ]
    assert lines[-3:-1] == [r"a & 0.001 & to & 0.002 & 5 [4, 6] \\", r"\bottomrule"]


def test_a_wide_table_is_set_smaller_and_chinese_breaks_between_signs() -> None:
    wide = latex(
        pd.DataFrame({f"Outcome {i} (per 100 residents)": ["1,234.5 [1,000.0, 2,000.0]"] for i in range(4)}), "t"
    )
    assert wide.splitlines()[1] in (r"{\small", r"{\footnotesize", r"{\scriptsize")
    assert wide.rstrip().endswith("}")
    chinese = latex(pd.DataFrame({"参与率 (占12岁及以上居民比例)": [0.5]}), "t")
    assert r"\usepackage{ctex} and XeLaTeX" in chinese
    assert r"\multicolumn{1}{c}{参与率 (占12岁} \\" in chinese


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs LaTeX")
def test_the_tables_of_a_report_fit_on_a_page(
    tmp_path: Path, done: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_figures(monkeypatch)
    write_report(done)
    pages = sorted((done.store.folder / "tables").glob("*.tex"))
    assert {"effects", "evaluation"} <= {page.stem for page in pages}
    body = "".join(rf"\noindent\input{{{page}}}\clearpage" for page in pages)
    head = r"\documentclass[a4paper]{article}\usepackage[margin=2.5cm]{geometry}\usepackage{booktabs}\begin{document}"
    (tmp_path / "all.tex").write_text(rf"{head}{body}\end{{document}}", "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout
    assert "Overfull" not in said.stdout


def test_stata_names_are_short_and_different() -> None:
    taken: set[str] = set()
    names = [stata_name(n, taken) for n in ("moving.annual_rate", "x" * 40, "x" * 41, "9lives", "凝聚")]
    assert names[0] == "moving_annual_rate"
    assert len(set(names)) == 5
    assert all(len(n) <= 32 and n.isascii() and n.isidentifier() for n in names)


def test_a_report_comes_with_a_crate_that_validates(done: Comparison) -> None:
    rocrate = pytest.importorskip("rocrate.rocrate")
    path = write_report(done)
    assert path.stat().st_size > 10_000
    crate = rocrate.ROCrate(path.parent)
    said = json.loads((path.parent / "ro-crate-metadata.json").read_text())
    assert crate.name == "A small question"
    entities = {one["@id"]: one for one in said["@graph"]}
    assert {"./", "ro-crate-metadata.json", "report.html", "runs.parquet", "#run", "#linli"} <= entities.keys()
    for entity in said["@graph"]:  # every file is there, every reference resolves, nothing names this machine
        if entity["@type"] == "File":
            assert (path.parent / entity["@id"]).is_file()
        for value in entity.values():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict) and not str(one["@id"]).startswith("http"):
                    assert one["@id"] in entities
    assert {"name", "description", "datePublished", "license"} <= entities["./"].keys()
    # What a validator of RO-Crate 1.2 asks for: every file described, the program with version and address, named terms.
    assert said["@context"] == "https://w3id.org/ro/crate/1.2/context"
    assert all(entity["description"] for entity in said["@graph"] if entity["@type"] == "File")
    assert {"name", "version", "url"} <= entities["#linli"].keys()
    assert {"name", "description"} <= entities[entities["./"]["license"]["@id"]].keys()
    assert str(path.parent) not in json.dumps(said)


def test_a_report_says_what_each_arm_does_and_how_surely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arms = {"now": [], "local": {"set": {"dispatching.scope": "local"}}, "recognition": ["recognition"]}
    label = {"title": {"zh": "小问题"}, "arms": {"now": {"zh": "现状"}, "local": {"en": "Own grid", "zh": "本网格"}}}
    study, store = (
        small(tmp_path, arms=arms, label=label, until={"unmet_needs": 5}, replicates=6),
        Store(tmp_path / "r").open(),
    )
    perform(study, store, workers=1, simulate=toy)
    done = Comparison(study, store)
    write_resolved(study, store)
    kept = yaml.safe_load((tmp_path / "r" / "resolved.yaml").read_text("utf-8"))["study"]["arms"]
    assert kept["local"] == {"policies": [], "set": {"dispatching.scope": "local"}}
    page = write_report(done).read_text("utf-8")
    assert "<td>Own grid</td><td>dispatching.scope</td><td>is local</td>" in page
    assert "Unmet needs: 5 wanted," in page
    assert "‘Recognition’ lowered unmet needs by 4.9 %" in page  # the toy's effect is -2 of 40.5 exactly
    assert 'src="data:image/svg+xml' in page
    assert "http" not in page.replace("http://www.w3.org", "").split("<h2", 1)[1].split("<details")[0]
    tex = (tmp_path / "r" / "tables" / "effects.tex").read_text("utf-8")
    assert "$-$2" in tex
    assert (tmp_path / "r" / "tables" / "figure_residents.csv").is_file()
    if there_is_a_chinese_font():
        few_figures(monkeypatch)
        chinese_page = write_report(done, "zh")
        text = chinese_page.read_text("utf-8")
        assert "小问题" in text
        assert "现状" in text
        assert "“志愿者激励”使未满足需求降低4.9%" in text
        said = json.loads((tmp_path / "r" / "ro-crate-metadata.json").read_text())
        assert {"report.html", "report-zh.html"} <= {one["@id"] for one in said["@graph"]}


def test_an_arm_that_is_not_there_has_no_label(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="thank") as found:
        small(tmp_path, label={"arms": {"thank": {"zh": "感谢"}}})
    assert "thanks" in str(found.value)


def test_weeks_as_xarray(done: Comparison) -> None:
    pytest.importorskip("xarray")
    cube = done.to_xarray()
    assert dict(cube.sizes) == {"arm": 3, "point": 1, "replicate": 3, "week": 20}
    assert cube["unmet_needs"].attrs["units"].startswith("person-weeks")
    means = cube["unmet_needs"].isel(week=slice(10, None)).mean("week").sel(arm="both", replicate=2, point=0)
    runs = done.runs()
    row = runs[(runs["arm"] == "both") & (runs["replicate"] == 2)].iloc[0]
    assert float(means) == pytest.approx(row["unmet_needs"], rel=1e-5)


@pytest.mark.parametrize("table", ["runs", "effects", "weekly", "profiles"])
def test_tables_as_frames_with_factors_labels_and_units(done: Comparison, table: Literal["runs"]) -> None:
    pl = pytest.importorskip("polars")
    frame, other = done.frame(table), done.frame(table, "polars")
    assert list(frame["arm"].cat.categories)[-2:] == ["thanks", "both"]
    assert isinstance(other["arm"].dtype, pl.Enum)
    assert other.columns == list(frame)
    assert other["arm"].to_list() == list(frame["arm"])
    if "metric" in frame:
        row = frame[frame["metric"] == "unmet_needs"].iloc[0]
        assert (row["label"], row["unit"]) == ("Unmet needs", "person-weeks per 100 residents a year")
        assert set(done.frame(table, language="zh")["label"]) == {"凝聚力", "未满足需求"}
    else:
        assert frame.attrs["units"]["unmet_needs"] == "person-weeks per 100 residents a year"
        assert done.frame(table, language="zh").attrs["labels"]["unmet_needs"] == "未满足需求"
    assert set(map(str, frame)) - {"label", "unit", "week"} <= set(done.codebook()["column"])


def test_results_of_a_study_that_was_run(done: Comparison, tmp_path: Path) -> None:
    assert results_of(done.study, tmp_path / "r").frame("runs").equals(done.frame("runs"))
    with pytest.raises(StoreError, match="no finished run"):
        results_of(done.study, tmp_path / "elsewhere")


def test_stata_and_r_know_factors(done: Comparison, tmp_path: Path) -> None:
    write_tables({"effects": done.effects(), "runs": done.runs()}, tmp_path, meanings_of(tables_of(done)))
    with pd.read_stata(tmp_path / "runs.dta", iterator=True) as stata:
        assert stata.time_stamp == "01 Jan 1960 00:00"  # the same results are the same bytes, whenever they are written
        told = stata.value_labels()
        assert [told["arm"][code] for code in sorted(told["arm"])] == ["baseline", "thanks", "both"]
    script = (tmp_path / "read.R").read_text(encoding="utf-8")
    assert '"arm" = c("baseline", "thanks", "both")' in script
    assert '"unmet_needs" = "Unmet needs (person-weeks per 100 residents a year)"' in script
    assert all(script.count(a) == script.count(b) for a, b in ("()", "[]", "{}"))
    if r := shutil.which("Rscript"):
        asked = (
            'source("read.R", chdir = TRUE); cat(levels(linli$runs$arm)[1], attr(linli$runs$arm, "label"), sep = "|")'
        )
        said = subprocess.run([r, "-e", asked], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert said.stdout == "baseline|what is done"


def test_places_hang_on_dwellings_alone() -> None:
    grid = np.repeat([0, 1, 2], 50)
    where = places(grid)
    assert np.array_equal(where, places(grid))
    assert len({tuple(np.round(p, 9)) for p in where}) == 150


def test_a_map_is_drawn_twice_with_the_same_bytes(tmp_path: Path) -> None:
    snapshot = Snapshot(np.arange(40) % 5 - 1, np.repeat([0, 1], 20), np.array([[3, 4], [2, 33]]))
    tables = replace(made_up(), snapshots={"baseline": snapshot, "thanks": snapshot})
    for kind in ("png", "pdf", "svg"):
        (one,) = draw_all(tables, tmp_path / "1", formats=(kind,), only=("network",))
        (two,) = draw_all(tables, tmp_path / "2", formats=(kind,), only=("network",))
        assert one.read_bytes() == two.read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(not there_is_a_chinese_font(), reason="no Chinese font here")
def test_no_chinese_character_is_missing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert draw_all(made_up(points=2), tmp_path, Look(language="zh"), ("png",))
    assert "glyph" not in caplog.text


@pytest.mark.parametrize("width", range(80, 110, 3))
def test_intervals_stand_on_one_line_and_no_table_is_cut_off(width: int) -> None:
    tables = made_up(arms=6)
    one, effects = tables.outcomes[0], tables.effects[tables.effects["metric"] == tables.outcomes[0]]
    more = [f"{one} {i}" for i in range(4)]
    effects = effects.assign(**{name: 1e4 * effects[name] for name in ("effect", "low", "high")})
    long = replace(tables.metrics[one], unit="person-weeks per 100 residents a year")
    tables = replace(
        tables,
        outcomes=(one, *more),
        runs=tables.runs.assign(**dict.fromkeys(more, tables.runs[one])),
        effects=pd.concat([effects, *(effects.assign(metric=name) for name in more)]),
        metrics={**tables.metrics, **dict.fromkeys(more, long)},
    )
    console = Console(width=width, file=None, record=True)
    with console.capture() as said:
        for shown in comparison(tables, 0, width):
            console.print(shown)
    lines = said.get().splitlines()
    assert all(len(line) <= width for line in lines)
    assert sum(line.count("[") for line in lines) == sum(line.count("]") for line in lines) == 25
    assert all(line.count("[") == line.count("]") for line in lines)
    assert {(line[0], line[-1]) for line in lines} == {*zip("┏┃┡│├└", "┓┃┩│┤┘", strict=True)}


def test_a_search_finds_the_front_and_goes_on_where_it_was(tmp_path: Path) -> None:
    pytest.importorskip("pymoo")
    from experiments.tasks.search import search

    varies = {"policies.recognition.warmth": {"low": 0.0, "high": 1.0}}
    arms = {"baseline": [], "thanks": ["recognition"]}
    study = small(tmp_path, varies=varies, replicates=1, weeks=12, window=6, arms=arms)
    better = {"unmet_needs": -1, "cost": -1}
    whole, found = search(study, tmp_path / "s", better, size=4, generations=2, workers=1)
    assert len(found) == len(whole.points) <= 8
    assert found["on_front"].any()
    files = sorted((tmp_path / "s" / "weekly").iterdir())
    again, _ = search(study, tmp_path / "s", better, size=4, generations=2, workers=1)
    assert again.points == whole.points
    assert sorted((tmp_path / "s" / "weekly").iterdir()) == files


def test_a_search_judges_each_choice_by_the_worst_of_the_listed_conditions(tmp_path: Path) -> None:
    pytest.importorskip("pymoo")
    from experiments.runs.results import Results
    from experiments.tasks.search import StudyError, search

    varies = {"policies.recognition.warmth": {"low": 0.0, "high": 1.0}, "moving.annual_rate": [0.05, 0.5]}
    arms = {"baseline": [], "thanks": ["recognition"]}
    study = small(tmp_path, varies=varies, replicates=1, weeks=12, window=6, arms=arms)
    better = {"participation": 1, "cost": -1}
    whole, found = search(study, tmp_path / "s", better, size=4, generations=2, workers=1)
    assert len(whole.points) == 2 * len(found)
    runs = Results(whole, Store(tmp_path / "s")).runs()
    own = runs[runs["arm"] == "thanks"].groupby("policies.recognition.warmth")["participation"].min()
    assert sorted(found["participation_chose"]) == pytest.approx(sorted(own))
    judged = found[found["on_front"]]
    assert (judged["judged_by"] == 1).all()
    assert (judged["participation"] != judged["participation_chose"]).any()  # other replicates, other luck
    nothing = search(study, tmp_path / "s", better, budget=-1e9, size=4, generations=2, workers=1)[1]
    assert not nothing["on_front"].any()
    listed = small(tmp_path, varies={"moving.annual_rate": [0.05, 0.5]}, arms=arms)
    with pytest.raises(StudyError, match="expected a range"):
        search(listed, tmp_path / "t", better, workers=1)


def test_tables_too_long_for_a_sheet_stand_beside_the_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.reporting.paper_tables.SHEET", 2)
    named = {"short": pd.DataFrame({"n": [1, 2]}), "long": pd.DataFrame({"n": [1, 2, 3]})}
    write_tables(named, tmp_path, {})
    assert list(pd.read_excel(tmp_path / "tables.xlsx", sheet_name=None)) == ["short"]
    assert len(pd.read_csv(tmp_path / "long.csv")) == 3
