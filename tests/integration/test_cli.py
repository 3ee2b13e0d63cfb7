"""The command line: quick help, clear errors, exit codes, and the road from a study file to tables and figures."""

import errno
import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from toy import SMALL, all_failing_toy, failing_toy, small, toy, write_study

from experiments import Study, compare
from experiments.cli import main
from experiments.reporting.console import last_words
from experiments.runs.executor import perform
from experiments.runs.store import Store
from experiments.study.loader import read_study
from experiments.study.sampling import Design, Range
from sim.config.yaml import ConfigError
from sim.policies.recognition import Recognition
from sim.policies.training import Training


@pytest.fixture(autouse=True)
def undrawn(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures take most of the time of these tests; those that do not name them leave them out."""
    if not re.search("figure|disk", request.node.name):
        monkeypatch.setattr("experiments.tasks.run._drawn", lambda *_: [])


def linli(*words: object) -> Result:
    return CliRunner().invoke(main, [str(w) for w in words])


def test_help_imports_nothing_heavy() -> None:
    heavy = ["numba", "pandas", "matplotlib", "mesa", "scipy", "numpy", "pydantic", "duckdb", "networkx", "rich", "sim"]
    code = (
        "import sys; from experiments.cli import main\n"
        "try: main(['run', '--help'])\n"
        "except SystemExit: pass\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True
    )
    assert said.stdout.strip().endswith("[]")


@pytest.mark.slow
def test_help_answers_within_three_tenths_of_a_second() -> None:
    times = []
    for _ in range(5):
        clock = time.perf_counter()
        subprocess.run([sys.executable, "-m", "experiments", "run", "--help"], check=True, capture_output=True)
        times.append(time.perf_counter() - clock)
    assert sorted(times)[2] < 0.3


def test_the_road_from_a_study_to_tables_and_figures(tmp_path: Path) -> None:
    out = tmp_path / "results"
    study = write_study(tmp_path)
    said = linli("run", study, "--out", out, "--workers", 1, "--csv")
    assert said.exit_code == 0, said.output
    assert "baseline" in said.output
    assert "assumed" in said.output
    for name in ("runs.parquet", "runs.csv", "weekly.csv", "resolved.yaml", "manifest.json"):
        assert (out / name).stat().st_size > 0
    for metric in ("cohesion", "unmet_needs"):
        assert {p.suffix for p in (out / "figures").glob(f"outcome-{metric}.*")} == {".pdf", ".png"}
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["runs"], manifest["failed"], manifest["replicates"]) == (9, 0, 3)
    assert len(manifest["seeds"]) == 3
    assert {"numpy", "numba", "duckdb"} <= manifest["packages"].keys()
    assert any(name.startswith("weekly/") for name in manifest["files"])
    again = linli("run", study, "--out", out, "--workers", 1)
    assert "0 to do" in again.output


def test_the_manifest_of_a_study_in_parts_tells_of_all_parts(tmp_path: Path) -> None:
    out, study = tmp_path / "results", write_study(tmp_path)
    first = linli("run", study, "--out", out, "--workers", 1, "--shard", "1/2")
    assert "part 1/2: 0 of 5 runs are there, 5 to do." in " ".join(first.output.split())
    assert "Part 1/2 is done" in first.output
    assert not (out / "manifest.json").exists()
    assert linli("run", study, "--out", out, "--workers", 1, "--shard", "2/2", "--quiet").exit_code == 0
    assert linli("run", study, "--out", out, "--workers", 1, "--quiet").exit_code == 0
    sessions = json.loads((out / "manifest.json").read_text())["sessions"]
    assert [session["runs"] for session in sessions] == [5, 4, 0]
    assert [session.get("part") for session in sessions] == ["1/2", "2/2", None]


def test_figures_can_be_drawn_again_in_another_shape(tmp_path: Path) -> None:
    out, study = tmp_path / "results", write_study(tmp_path)
    assert linli("run", study, "--out", out, "--workers", 1, "--quiet").output == ""
    said = linli("figures", study, "--out", out, "--format", "svg", "--width", 120, "--only", "outcome")
    assert said.exit_code == 0, said.output
    assert (out / "figures" / "outcome-cohesion.svg").exists()


def test_figures_of_a_study_that_was_not_run_say_so(tmp_path: Path) -> None:
    said = linli("figures", write_study(tmp_path), "--out", tmp_path / "nothing")
    assert said.exit_code == 2
    assert "linli run" in said.output
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run", "no_such_study"], "no_such_study"),
        (["run", "STUDY", "--set", "weeks"], "path=value"),
        (["run", "STUDY", "--set", "weeks=-1"], "weeks"),
        (["run", "STUDY", "--set", "moving.anual_rate=1"], "annual_rate"),
        (["run", "STUDY", "--shard", "4/3"], "4/3"),
        (["run", "STUDY", "--replicates", "0"], "replicates"),
        (["run", "STUDY", "--only", "nonsense"], "nonsense"),
        (["run", "STUDY", "--worker", "2"], "--workers"),
        (["figures", "STUDY", "--width", "wide-ish"], "wide-ish"),
        (["figures", "STUDY", "--only", "outcom"], "outcome"),
    ],
)
def test_bad_input_ends_with_two_a_sentence_and_nothing_written(
    tmp_path: Path, words: list[str], expected: str
) -> None:
    study = write_study(tmp_path)
    said = linli(*(str(study) if w == "STUDY" else w for w in words), "--out", tmp_path / "results")
    assert said.exit_code == 2
    assert expected in said.output
    assert "Traceback" not in said.output
    assert not (tmp_path / "results").exists()


def test_a_study_file_with_a_mistake_names_its_line(tmp_path: Path) -> None:
    path = write_study(tmp_path, arms={"baseline": [], "a": ["recogniton"]})
    said = linli("run", path, "--out", tmp_path / "results")
    assert said.exit_code == 2
    assert "small.yaml:" in said.output
    assert "Did you mean 'recognition'" in said.output


def test_wrong_residents_of_ones_own_end_a_study_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,grid,age\na,1,adlt\n", encoding="utf-8")
    place = "extends: baseline\ntitle: Mine\npopulation: {residents_file: people.csv}\n"
    (tmp_path / "mine.yaml").write_text(place, encoding="utf-8")
    said = linli("run", write_study(tmp_path, community="mine.yaml"), "--out", tmp_path / "results")
    assert said.exit_code == 2
    assert "people.csv:2:5: age: found 'adlt'" in said.output
    assert "Did you mean 'adult'" in said.output
    assert not (tmp_path / "results").exists()


def test_a_store_in_use_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "results").open()
    with store.held():
        said = linli("run", write_study(tmp_path), "--out", store.folder)
    assert said.exit_code == 2
    assert "another linli" in said.output


def test_one_run_can_be_performed_alone(tmp_path: Path) -> None:
    run = next(small(tmp_path).runs())
    said = linli("run", write_study(tmp_path), "--only", run.run)
    assert said.exit_code == 0, said.output
    assert str(run.seed) in said.output


def test_lists_and_schemas(tmp_path: Path) -> None:
    said = linli("list")
    assert said.exit_code == 0
    assert all(word in said.output for word in ("close_neighbours", "classroom", "vanguard", "cohesion"))
    for what, key in (("study", "arms"), ("config", "moving")):
        shown = linli("schema", what)
        assert shown.exit_code == 0, shown.output
        assert key in json.loads(shown.output)["properties"]


def test_the_page_on_results_names_every_metric() -> None:
    page = (Path(__file__).parents[2] / "results" / "README.md").read_text("utf-8")
    assert linli("list", "--markdown").output.strip() in page, "write it again: linli list --markdown"


def test_the_last_words_of_a_failure_are_what_it_says_and_no_mark_below_it() -> None:
    traceback = "Traceback ...\n  File x\nConfigError: t.csv:2:6: found 'l1'\n    wang,l1\n         ^"
    assert last_words(traceback) == "ConfigError: t.csv:2:6: found 'l1'"
    assert last_words("") == ""


def test_what_was_run_can_be_explored_and_verified(tmp_path: Path) -> None:
    said = {"arms": None, "parts": ["recognition", {"training": {"seats": 9}}]}
    study, out = write_study(tmp_path, **said), tmp_path / "results"
    assert linli("run", study, "--out", out, "--workers", 1, "--quiet").exit_code == 0
    found = linli("explore", study, "--out", out)
    assert found.exit_code == 0, found.output
    assert "Whose is the effect of the bundle" in found.output
    assert (out / "tables" / "attribution.csv").stat().st_size > 0
    page = linli("report", study, "--out", out, "--play")
    assert page.exit_code == 0, page.output
    text = (out / "report.html").read_text("utf-8")
    assert all(word in text for word in ("A small question", "pair by pair", "data:image/svg"))
    assert not re.findall(r"(?:src|href)=.https?:", text)
    assert 'href="play.html"' in text
    assert "WebAssembly" in (out / "play.html").read_text("utf-8")
    again = linli("verify", study, "--out", out, "--runs", 2)
    assert again.exit_code == 0, again.output
    assert "2 of 2 runs are the same" in again.output


def test_a_changed_result_is_noticed(tmp_path: Path) -> None:
    store = Store(tmp_path / "results").open()
    perform(small(tmp_path), store, workers=1, simulate=toy)
    said = linli("verify", write_study(tmp_path), "--out", store.folder, "--runs", 1)
    assert said.exit_code == 1
    assert "DIFFERS" in said.output


def test_a_run_that_only_a_longer_look_asks_for_can_be_performed_alone(tmp_path: Path) -> None:
    study = write_study(tmp_path, until={"cohesion": "1%"})
    late = next(r for r in read_study(study).with_replicates(30).runs() if r.replicate == 29)
    said = linli("run", study, "--only", late.run)
    assert said.exit_code == 0, said.output
    assert "replicate 29" in said.output


def test_a_failed_run_is_a_row_with_its_seed_traceback_and_a_command_that_repeats_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, study = tmp_path / "results", write_study(tmp_path, replicates=2)
    perform(read_study(study), Store(out).open(), workers=1, simulate=failing_toy)
    said = linli("run", study, "--out", out, "--workers", 1)
    assert said.exit_code == 1
    rows = pd.read_csv(out / "failures.csv")
    assert len(rows) == 4
    assert rows["error"].str.contains("ArithmeticError: the toy broke").all()
    assert set(rows["seed"]) == {r.seed for r in read_study(study).runs()}
    assert rows["command"][0] in said.output
    monkeypatch.setattr("experiments.runs.executor.simulated", failing_toy)
    words = shlex.split(rows["command"][0])[1:]
    said = linli(*words)
    assert (said.exit_code, "ArithmeticError: the toy broke" in said.output) == (1, True)
    with pytest.raises(ArithmeticError, match="the toy broke"):  # within this process a debugger can look at it
        CliRunner().invoke(main, [*words, "--by", "threads"], catch_exceptions=False)
    monkeypatch.undo()
    again = linli("run", study, "--out", out, "--workers", 1, "--retry", "--quiet")
    assert again.exit_code == 0, again.output
    assert not (out / "failures.csv").exists()


def test_a_damaged_block_is_said_and_done_again(tmp_path: Path) -> None:
    out, study = tmp_path / "results", write_study(tmp_path, replicates=2)
    perform(read_study(study), Store(out).open(), workers=1, simulate=toy)
    (block,) = (out / "weekly").iterdir()
    block.write_bytes(block.read_bytes()[:-9])
    said = linli("run", study, "--out", out, "--workers", 1)
    assert said.exit_code == 0, said.output
    assert "6 to do" in said.output
    assert "1 damaged file is put away" in said.output


def test_a_disk_that_fills_up_at_the_end_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "forest.pdf")

    monkeypatch.setattr("experiments.reporting.figures.draw_all", full)
    said = linli("run", write_study(tmp_path, replicates=2), "--out", tmp_path / "results", "--workers", 1)
    assert said.exit_code == 2
    assert "forest.pdf: No space left on device" in said.output
    assert "Traceback" not in said.output


def test_the_same_road_in_python(tmp_path: Path) -> None:
    results = compare(small(tmp_path), tmp_path / "results")
    assert set(results.effects()["arm"]) == {"thanks", "both"}
    assert len(results.runs()) == 9
    bands = results.profiles()
    assert set(bands["metric"]) == {"cohesion", "unmet_needs"}
    assert bands["low"].isna().all()  # three pairs: no band holds
    assert len(bands) == 80
    first = results.runs()["run"][0]
    assert len(results.again(first)) == 20
    with pytest.raises(KeyError, match="nonsense"):
        results.again("nonsense")


def test_a_study_said_in_python_is_that_of_the_same_file(tmp_path: Path) -> None:
    arms = {"baseline": [], "thanks": [Recognition()], "both": ["recognition", Training(seats=9)]}
    said = {"varies": {"moving.annual_rate": Range(low=0.1, high=0.3)}, "design": Design(method="sobol", points=4)}
    study = Study.of("mine", **(SMALL | {"arms": arms} | said))
    written = small(tmp_path, varies={"moving.annual_rate": {"low": 0.1, "high": 0.3}},
                    design={"method": "sobol", "points": 4})  # fmt: skip
    assert [r.run for r in study.runs()] == [r.run for r in written.runs()]
    assert Study.read(tmp_path / "small.yaml").file == written.file
    assert "again(" in study.repeated("abc")


def test_a_broken_study_said_in_python_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"Study.of\('x'\): arms.a.0.*Did you mean 'recognition'"):
        Study.of("x", community="classroom", weeks=60, arms={"a": ["recogniton"]})
    with pytest.raises(ConfigError, match="weeks"):
        Study.of("x", community="classroom", arms={"a": []})


def test_with_nothing_to_show_it_is_told_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "results"

    def asked(**said: object) -> str:
        shown = linli("figures", write_study(tmp_path, **said), "--out", out)
        assert shown.exit_code == 2
        return shown.output.replace("\n", " ")

    assert "no finished run of this study. First: linli run" in asked()
    assert linli("run", write_study(tmp_path), "--out", out, "--workers", 1, "--quiet").exit_code == 0
    told = asked(seed=8, weeks=21)
    assert "the 9 runs there are made before a change of the study (weeks, seed)." in told
    told = asked(set={"moving.annual_rate": 0.3})
    assert "inputs of the model (moving.annual_rate); the study is the same" in told
    monkeypatch.setattr("experiments.study.design.code_version", lambda: "another")
    monkeypatch.setattr("experiments.runs.provenance.code_version", lambda: "another")
    told = asked()
    assert "a change of the program (made by linli" in told
    assert "the study is the same" in told
    assert "inputs" not in told
    again = linli("run", write_study(tmp_path), "--out", out, "--workers", 1)
    assert "The 9 runs there are made before a change of the program" in again.output.replace("\n", " ")
    assert "runs.parquet, weekly/" in again.output


def test_when_every_run_failed_nothing_is_said_of_a_change(tmp_path: Path) -> None:
    study = small(tmp_path)
    perform(study, Store(tmp_path / "r").open(), workers=1, simulate=all_failing_toy)
    told = linli("figures", write_study(tmp_path), "--out", tmp_path / "r").output.replace("\n", " ")
    assert "9 ended, and failed" in told
    assert "change" not in told


@pytest.mark.parametrize("words", [["list"], ["schema", "study"]])
def test_a_reader_who_leaves_is_no_fault(words: list[str]) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "experiments", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    assert running.stderr.read() == b""
    assert running.wait() == 0


def test_python_without_docstrings_is_refused_in_words() -> None:
    for code in (["-m", "experiments", "list"], ["-c", "import sim"]):
        done = subprocess.run(
            [sys.executable, "-OO", *code], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
        )
        assert done.returncode == (2 if "-m" in code else 1)
        assert "-OO takes away the sentences" in done.stderr
