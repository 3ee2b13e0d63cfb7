"""What people ask of a study, from its file to the terminal and the report: over a distribution, factors, who gains."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from figure_kit import few_figures
from toy import small, toy

from experiments.api import Comparison
from experiments.reporting.answers import sampled_points
from experiments.reporting.report import write_report
from experiments.runs.executor import perform
from experiments.runs.results import results_for
from experiments.runs.store import Series, Store
from experiments.study.design import Job
from experiments.tasks.run import figures_and_table, say_findings

VANGUARD = {"baseline": [], "vanguard": ["vanguard"]}
SAMPLE: dict[str, Any] = {
    "arms": VANGUARD, "varies": {"moving.annual_rate": {"low": 0.05, "high": 0.4}},
    "design": {"method": "sobol", "points": 16}, "replicates": 6, "outcomes": ["cohesion", "unmet_needs"],
}  # fmt: skip
CROSSED: dict[str, Any] = {
    "arms": VANGUARD, "varies": {"moving.annual_rate": [0.05, 0.2], "policies.vanguard.size": [4, 8]},
    "replicates": 6, "outcomes": ["cohesion", "unmet_needs"],
}  # fmt: skip


def lively(job: Job) -> Series:
    """The toy, whose effect grows with moving and with the size of a vanguard, each by itself."""
    weekly, changes = toy(job), dict(job.changes)
    size = next((doses.get("size", 6) for name, doses in job.policies if name == "vanguard"), 0)
    more = 10 * float(changes.get("moving.annual_rate", 0)) * bool(size) + size
    return {**weekly, "unmet_needs": weekly["unmet_needs"] - np.float32(more)}


def done(folder: Path, **said: Any) -> Comparison:
    study, store = small(folder, **said), Store(folder / "r").open()
    perform(study, store, workers=1, simulate=lively)
    results = results_for(study, store)
    return Comparison(results.study, store, results.communities)


def test_a_study_over_a_distribution_says_its_mean_effect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few_figures(monkeypatch, "response")
    monkeypatch.setattr("experiments.tasks.run._drawn", lambda *_: [])
    from experiments.reporting.console import terminal

    results = done(tmp_path, **SAMPLE)
    row = results.findings()["overall"].set_index("metric").loc["unmet_needs"]
    rates = [dict(point)["moving.annual_rate"] for point in results.study.points]
    moved = -10 * np.mean(rates) - 6 - 2  # a vanguard of six, and what the toy gives to every policy
    assert row["effect"] == pytest.approx(moved, abs=0.05)
    assert (row["better"], row["points"], row["n"]) == (1, 16, 6)
    assert row["sd_points"] == pytest.approx(10 * np.std(rates, ddof=1), rel=0.01)
    figures_and_table(results, terminal())
    said = capsys.readouterr().out
    assert "Over all that is uncertain" in said
    assert "mean effect" in said
    page = write_report(results, "zh").read_text(encoding="utf-8")
    assert "在全部不确定取值上" in page
    assert (tmp_path / "r" / "tables" / "overall.csv").is_file()


def test_factors_that_add_up_have_no_interaction_and_their_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = done(tmp_path, **CROSSED)
    found = results.findings()
    own = found["main"][(found["main"]["arm"] == "vanguard") & (found["main"]["metric"] == "unmet_needs")]
    changes = own.set_index(["factor", "value"])["change"]
    assert changes["moving.annual_rate", "0.2"] == pytest.approx(-1.5, abs=1e-3)
    assert changes["policies.vanguard.size", "8"] == pytest.approx(-4, abs=1e-3)
    both = found["interactions"]
    both = both[(both["arm"] == "vanguard") & (both["metric"] == "unmet_needs")]
    assert both["interaction"].abs().max() < 1e-3
    reference = found["main"][found["main"]["arm"] == "baseline"]
    assert set(reference["factor"]) == {"moving.annual_rate"}  # a dose of a policy that it does not have says nothing
    say_findings(results.study, tmp_path / "r", float("inf"))
    said = capsys.readouterr().out
    for heading in ("What each factor does", "What goes together", "Every pair of values", "Who gains"):
        assert heading in said


def test_the_policies_of_a_bundle_are_factors(tmp_path: Path) -> None:
    found = done(tmp_path, arms=None, parts=["vanguard", "recognition"], replicates=5).findings()
    assert set(found["main"]["factor"]) == {"vanguard", "recognition"}
    assert set(found["main"]["quantity"]) == {"outcome"}
    assert found["interactions"]["value"].unique().tolist() == ["with"]


def test_of_a_city_its_communities_gain(tmp_path: Path) -> None:
    said = {
        "varies": {"population.residents": [60, 100, 140]},
        "design": {"method": "list"},
        "set": {"population.grids": 1},
    }
    results = done(tmp_path, city=True, arms=VANGUARD, replicates=7, **said)
    found = results.findings()["gains"].set_index("metric").loc["unmet_needs"]
    assert (found["communities"], found["gain"], found["lose"]) == (21, 1, 0)
    assert found["gain_low"] < 0.7  # three communities are no more than three, however often they live


def test_only_a_sample_is_a_distribution(tmp_path: Path) -> None:
    base = [0, 3, 4, 7]
    saltelli = small(
        tmp_path,
        varies={"moving.annual_rate": {"low": 0.1, "high": 0.2}, "asking.along_tie": {"low": 0.001, "high": 0.002}},
        design={"method": "saltelli", "points": 2},
    )
    assert sampled_points(saltelli) == base
    assert sampled_points(small(tmp_path, **CROSSED)) == []
