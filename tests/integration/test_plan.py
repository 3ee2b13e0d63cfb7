"""`linli plan`: what would be done, and what should be known before it is."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from toy import write_study

from desk import reading
from experiments.cli import main


def linli(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_a_plan_says_what_would_be_done_and_does_nothing(tmp_path: Path) -> None:
    said = linli("plan", write_study(tmp_path), "--out", tmp_path / "results")
    assert said.exit_code == 0, said.output
    assert "9 different, 9 to do" in said.output
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(("size", "told"), [(2.28, True), (2.85, False), (3.6, True)])
def test_a_plan_says_where_other_numbers_of_residents_live_than_are_asked_for(
    tmp_path: Path, size: float, told: bool
) -> None:
    study = write_study(tmp_path, community="baseline", set={"life.household_size": size})
    said = " ".join(linli("plan", study, "--out", tmp_path / "results").output.split())
    assert ("residents live here at the start, and `population.residents` asks for 2,000" in said) is told


def test_residents_are_those_of_the_first_arm_and_the_desk_is_told_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first arm's own changes count, not only the study's."""
    monkeypatch.chdir(tmp_path)
    arms = {"crowded": {"set": {"life.household_size": 2.28}}, "thanks": ["recognition"]}
    study = write_study(tmp_path, community="baseline", set=None, arms=arms, replicates=1, weeks=20)
    others = reading.plan(str(study))["others"]
    assert "and `life.household_size` says 2.28." in others[0]
    assert "而 `life.household_size` 为2.28。" in others[1]


def test_a_plan_with_a_rule_of_stopping_says_the_least_and_the_most(tmp_path: Path) -> None:
    study = write_study(tmp_path, until={"cohesion": "5%", "unmet_needs": 3.0}, most=60)
    said = " ".join(linli("plan", study, "--out", tmp_path / "results").output.split())
    assert "40 at first, then until half-widths are cohesion 5%, unmet_needs 3.0; 60 at most" in said
    assert "with 60 replicates" in said


def test_ties_that_a_run_would_refuse_are_refused_by_a_plan(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("id,grid\nwang,North\nli,South\n", "utf-8")
    (tmp_path / "t.csv").write_text("source,target\nwang,l1\n", "utf-8")
    (tmp_path / "own.yaml").write_text(
        "extends: classroom\npopulation: {residents_file: r.csv, initial_tiers: [0, 0, 0]}\n"
        "network: {kind: file, ties_file: t.csv}\n",
        "utf-8",
    )
    for command in ("plan", "run"):
        said = linli(command, write_study(tmp_path, community="own.yaml", set=None), "--out", tmp_path / "out")
        assert said.exit_code == 2, said.output
        assert "t.csv:2:6: target: found 'l1'; expected the id of a resident" in said.output


def test_the_plan_says_what_start_runs_and_figures_take(tmp_path: Path) -> None:
    said = " ".join(linli("plan", write_study(tmp_path), "--out", tmp_path / "nowhere").output.split())
    found = re.search(
        r"time about .*: ([\d.]+) (?:s|min) to start and load, ([\d.]+) s for the runs, ([\d.]+) s for tables", said
    )
    assert found, said
    assert all(float(part) > 0.0 for part in found.groups())
    assert float(found[3]) > float(found[2])  # nine runs of twenty weeks are nothing beside a page of figures
    assert not (tmp_path / "nowhere").exists()
