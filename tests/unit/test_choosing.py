"""Choosing the best: how often it is right where the truth is known, how few runs it takes, and what judges it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from toy import all_failing_toy, failing_toy, small, toy, write_study

from experiments.analysis.choosing import FIRST, standing
from experiments.analysis.front import front
from experiments.cli import main
from experiments.reporting.findings_words import FINDINGS
from experiments.runs.blocks import Series
from experiments.runs.store import StoreError
from experiments.study.design import Job
from experiments.tasks.choose import Question, choices_of, choose, in_sentences
from experiments.tasks.search import StudyError

LEAST = 0.5


def lives(chance: np.random.Generator, means: np.ndarray, law: str, replicates: int = 400) -> np.ndarray:
    """Choices with these means on luck that all share, and a rest of standard deviation 1."""
    rest = chance.standard_normal((means.size, replicates))
    if law != "normal":
        rest = (np.exp(0.8 * rest) - np.exp(0.32)) / 1.3017 * (1 if law == "long above" else -1)
    return means[:, None] + rest + 3 * chance.standard_normal(replicates)


@pytest.mark.parametrize("law", ["normal", "long above", "long below"])
def test_it_is_right_as_often_as_asked_for_in_the_hardest_case(law: str) -> None:
    """The best is ahead of all others by just what matters. The first look alone, and a rule for .5, are right less often."""
    chance, times = np.random.default_rng(1), 150
    means = np.r_[LEAST, np.zeros(7)]
    right, looked, lax = 0, 0, 0
    for _ in range(times):
        values = lives(chance, means, law)
        found = standing(values, FIRST, LEAST)
        right += found.decided and found.left[0] == 0
        looked += values[:, :FIRST].mean(axis=1).argmax() == 0
        lax += standing(values, FIRST, LEAST, 0.5).left[0] == 0
    assert right / times >= 0.95 - 3.1 * np.sqrt(0.95 * 0.05 / times)
    assert looked / times < 0.85
    assert lax < right


def test_few_runs_go_to_choices_without_a_chance() -> None:
    chance, means = np.random.default_rng(2), -np.arange(10) * 1.0
    found = [standing(lives(chance, means, "normal"), FIRST, LEAST) for _ in range(40)]
    lived = np.mean([one.lived for one in found], axis=0)
    assert all(one.left == (0,) for one in found)
    assert (lived[4:] <= FIRST + 1).all()
    assert lived.sum() < 0.6 * 10 * np.mean([max(one.lived) for one in found])


def test_luck_that_all_share_costs_nothing() -> None:
    chance, means = np.random.default_rng(3), np.array([LEAST, 0.0, 0.0])
    values = lives(chance, means, "normal")
    alone = standing(values - values.mean(axis=0), FIRST, LEAST)
    assert standing(values, FIRST, LEAST) == alone
    apart = values + 3 * chance.standard_normal(values.shape)
    assert sum(standing(apart, FIRST, LEAST).lived) > 2 * sum(alone.lived)


def test_where_runs_do_not_suffice_the_best_is_among_those_left() -> None:
    chance, means, times = np.random.default_rng(4), np.array([0.3, 0.1, 0.0, -4.0]), 100
    found = [standing(lives(chance, means, "normal", 15), FIRST, 0.05) for _ in range(times)]
    assert sum(0 in one.left for one in found) / times >= 0.95
    assert sum(3 in one.left for one in found) < times / 3
    assert not any(one.decided for one in found)
    assert all(one.ahead > 0 for one in found)


def test_choices_that_are_the_same_and_runs_that_lack() -> None:
    values = lives(np.random.default_rng(5), np.array([1.0, 0.0]), "normal", 60)
    same = standing(np.vstack([values[0], values]), FIRST, LEAST)
    assert same.left == (0, 1)
    assert same.decided
    values[0, 3] = values[1, 20] = np.nan
    assert standing(values, FIRST, LEAST).left == (0,)
    assert standing(values[:1], FIRST, LEAST).left == (0,)


def dosed(job: Job) -> dict[str, np.ndarray]:
    """The toy, with more needs met the larger a vanguard is."""
    size = next((doses["size"] for name, doses in job.policies if name == "vanguard"), 0)
    weekly = toy(job._replace(policies=()))
    own = np.random.default_rng([job.seed % 2**31, int(size)]).normal(0, 0.5)
    return {
        "unmet_needs": weekly["unmet_needs"] - np.float32((size > 8) * 4 + own),
        "cost": np.full(job.weeks, 10.0 * size, np.float32),
    }


ARMS = {"nothing": [], "vanguard": [{"vanguard": {"size": 8}}]}
SIZES = {"policies.vanguard.size": [2, 8, 16], "moving.annual_rate": [0.05, 0.2]}


def test_a_study_is_chosen_from_and_judged_by_other_runs(tmp_path: Path) -> None:
    study = small(tmp_path, arms=ARMS, varies=SIZES, outcomes=["unmet_needs"], matters={"unmet_needs": 1.0})
    assert [c.name for c in choices_of(study)] == ["nothing", *(f"vanguard, vanguard.size = {n}" for n in (2, 8, 16))]
    asked = Question.of(study, None, None, 0.95, 2000, float("inf"), 12)
    found = choose(study, tmp_path / "r", asked, workers=1, simulate=dosed)
    assert found.choices[found.found.left[0]].name == "vanguard, vanguard.size = 16"
    assert found.found.decided
    assert found.judged is not None
    assert found.judged.n == 12
    assert found.judged.low <= -4 <= found.judged.high
    assert "95% probability" in in_sentences(found, asked, "Unmet needs")[0]
    again = choose(study, tmp_path / "r", asked, workers=1, simulate=lambda job: pytest.fail("nothing is done twice"))
    assert again.means == found.means
    cheap = Question.of(study, None, "1", 0.95, 2000, 100.0, 12)
    there = choose(study, tmp_path / "r", cheap, workers=1, simulate=dosed)
    assert there.choices[there.found.left[0]].name == "vanguard, vanguard.size = 8"
    few = Question.of(study, None, "0.01", 0.95, 90, 50.0, 12)
    undecided = choose(study, tmp_path / "r", few, workers=1, simulate=dosed)
    assert undecided.runs <= 90
    assert "Not decided with" in in_sentences(undecided, few, "Unmet needs")[0]


def test_what_cannot_be_chosen_from_is_said(tmp_path: Path) -> None:
    study = small(tmp_path, arms=ARMS, outcomes=["unmet_needs"])
    with pytest.raises(StudyError, match="matters"):
        Question.of(study, None, None, 0.95, 100, 1, 5)
    with pytest.raises(StudyError, match="above 0"):
        Question.of(study, None, "much", 0.95, 100, 1, 5)
    with pytest.raises(StudyError, match="'cohesion'"):
        Question.of(study, "cohesin", "5%", 0.95, 100, 1, 5)
    asked = Question.of(study, None, "5%", 0.95, 5, float("inf"), 5)
    with pytest.raises(StudyError, match="need 20 runs"):
        choose(study, tmp_path / "r", asked, workers=1, simulate=dosed)
    both = {"policies.vanguard.size": {"low": 2, "high": 9}, "moving.annual_rate": {"low": 0.1, "high": 0.2}}
    sampled = small(tmp_path, arms=ARMS, varies=both, design={"method": "sobol", "points": 4})
    with pytest.raises(StudyError, match="other conditions"):
        choices_of(sampled)
    done = CliRunner().invoke(main, ["choose", str(study.path), "--least", "much"])
    assert done.exit_code == 2
    assert "above 0" in done.output


@pytest.mark.parametrize("least", ["5%", "0.01"])
@pytest.mark.parametrize(("runs", "lack"), [(failing_toy, "vanguard"), (all_failing_toy, "nothing, vanguard")])
def test_nothing_is_best_of_choices_whose_runs_failed(
    tmp_path: Path, runs: Callable[[Job], Series], lack: str, least: str
) -> None:
    study = small(tmp_path, arms=ARMS)
    asked = Question.of(study, "cohesion", least, 0.95, 200, float("inf"), 5)
    with pytest.raises(StoreError, match=f"cohesion lacks in runs of {lack};"):
        choose(study, tmp_path / "r", asked, workers=1, simulate=runs)
    assert len(pd.read_csv(tmp_path / "r" / "failures.csv")) == 10 * (lack.count(",") + 1)


@pytest.mark.parametrize("command", ["run", "choose", "robust"])
def test_a_wrong_file_of_residents_is_told_before_the_first_run(tmp_path: Path, command: str) -> None:
    (tmp_path / "people.csv").write_text("id,grid,age\na,1,50\nb,1,abc\n", "utf-8")
    (tmp_path / "place.yaml").write_text(
        "title: P\nextends: baseline\npopulation: {residents_file: people.csv}\n", "utf-8"
    )
    study = write_study(tmp_path, arms=ARMS, community="place.yaml", matters={"cohesion": "5%"})
    done = CliRunner().invoke(main, [command, str(study), "--out", str(tmp_path / "r")])
    assert done.exit_code == 2
    assert "people.csv:3:5: age: found 'abc'" in done.output
    assert not list(tmp_path.glob("r/weekly/*"))


def test_a_front_is_judged_by_runs_that_did_not_choose() -> None:
    """Forty choices that are all alike: by the runs that chose the best is good, by the others it is what all are."""
    chance, own, kind = np.random.default_rng(6), [], []
    for _ in range(40):
        rows = [(f"c{i}", 0, r, chance.normal(), 1.0) for i in range(40) for r in range(8)]
        runs = pd.DataFrame(rows, columns=["arm", "point", "replicate", "m", "cost"])
        judged, both = front(runs, {"m": 1}), front(runs, {"m": 1}, halved=False)
        own.append(judged.loc[judged["on_front"], "m"].mean())
        kind.append(both.loc[both["on_front"], "m"].mean())
        assert judged["judged_by"].unique().tolist() == [4]
    assert abs(np.mean(own)) < 3.1 * 0.5 / np.sqrt(40)
    assert np.mean(kind) > 0.6


def test_the_table_says_in_plain_words_why_its_means_are_not_those_of_the_others() -> None:
    _, (english, chinese) = FINDINGS["front"]
    assert english.startswith(
        "These means differ from those of the other tables, and are meant to: half of the replicates choose"
    )
    assert "looks better by these than it is" in english
    assert "留出的另一半" in chinese
    assert "总会偏好" in chinese
