"""A design that cannot answer is refused, or it is said in plan, run and report what it cannot tell."""

import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from figure_kit import few_figures
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import small, toy, write_study

from experiments.cli import main
from experiments.reporting.report import write_report
from experiments.runs.executor import perform
from experiments.runs.found import results_of
from experiments.runs.store import Store
from experiments.study.caveats import MOST_POINTS, caveats, restless, unmoved
from experiments.study.loader import MANY, read_study
from experiments.study.sampling import LARGEST, Design, Factor, Range, count_of, points_of
from sim.config.yaml import ConfigError

VANGUARD = {"nothing": [], "vanguard": ["vanguard"]}


def refusal(folder: Path, **said: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        small(folder, **said)
    return str(caught.value)


def told(folder: Path, **said: Any) -> list[str]:
    return [english for english, _ in caveats(small(folder, **said))]


def test_a_window_that_reaches_back_into_the_burn_in_is_refused(tmp_path: Path) -> None:
    words = refusal(tmp_path, weeks=20, burn_in=5, window=16)
    assert "small.yaml:5:9: window: found 16 weeks, 1 of them before the policies, which start in week 5" in words
    assert "at most 15" in words
    refusal(tmp_path, weeks=20, burn_in=5, window=16, arms=None, parts=["vanguard", "training"])
    refusal(tmp_path, weeks=20, burn_in=5, window=16, arms={"a": [], "b": {"policies": [{"vanguard": {"size": 3}}]}})


def test_a_window_without_a_policy_of_the_burn_in_may_be_as_long_as_the_study(tmp_path: Path) -> None:
    assert not told(tmp_path, weeks=20, burn_in=5, window=20, arms={"a": {"set": {"moving.annual_rate": 0.1}}, "b": []})
    own = {"nothing": [], "from the first": [{"vanguard": {"start": 0}}]}
    assert not told(tmp_path, weeks=20, burn_in=5, window=20, arms=own)


@pytest.mark.parametrize(
    ("doses", "words"),
    [
        ({"start": 10}, ""),
        ({"start": 12}, "in force in 8 of the 10 weeks of the window"),
        ({"stop": 15}, "in force in 5 of the 10 weeks of the window"),
        ({"stop": 10}, "not in force in the 10 weeks of the window"),
        ({"start": 10, "ramp": 4}, "still growing to its full strength in 4 of the 10 weeks"),
        ({"start": 6, "ramp": 4}, ""),
    ],
)
def test_a_policy_in_force_in_a_part_of_the_window_is_told(tmp_path: Path, doses: dict[str, int], words: str) -> None:
    said = told(tmp_path, arms={"nothing": [], "vanguard": [{"vanguard": doses}]})
    assert [words in one for one in said] == ([True] if words else [])


def test_periods_of_a_policy_count_together_and_varied_starts_each(tmp_path: Path) -> None:
    periods = [{"vanguard": {"stop": 15}}, {"vanguard": {"start": 15, "size": 9}}]
    assert not told(tmp_path, arms={"nothing": [], "more": periods})
    said = told(tmp_path, arms=VANGUARD, varies={"policies.vanguard.start": [5, 12, 14]})
    assert ["12" in one for one in said] == [True, False]
    assert "in force in 6 of the 10 weeks" in said[1]


def test_arms_that_are_the_same_and_what_does_not_vary_are_told(tmp_path: Path) -> None:
    arms = {
        "a": ["vanguard"],
        "b": [{"vanguard": {}}],
        "c": {"policies": ["vanguard"], "set": {"moving.annual_rate": 0.3}},
    }
    assert told(tmp_path, arms=arms) == ["'a' and 'b' are the same arm twice: nothing can differ between them."]
    assert "one value" in told(tmp_path, varies={"moving.annual_rate": [0.1]})[0]
    assert "no effect has an interval" in told(tmp_path, replicates=1)[0]
    assert not told(tmp_path, varies={"moving.annual_rate": [0.1, 0.2]})


@pytest.mark.parametrize("values", [[0.1, 0.1, 0.1], [0.2, 0.1, 0.2], [1, 0.5, 1.0]])
def test_a_value_twice_is_refused_with_its_place(tmp_path: Path, values: list[float]) -> None:
    words = refusal(tmp_path, varies={"moving.annual_rate": values})
    assert f"{values[-1]} a second time; expected each value once" in words
    assert "small.yaml:" in words


def test_rows_of_a_list_may_repeat_values_and_not_each_other(tmp_path: Path) -> None:
    by_row = {"method": "list"}
    small(tmp_path, varies={"moving.annual_rate": [0.1, 0.1], "asking.along_tie": [0.2, 0.3]}, design=by_row)
    words = refusal(tmp_path, varies={"moving.annual_rate": [0.1, 0.1], "asking.along_tie": [0.2, 0.2]}, design=by_row)
    assert "the values of row 1 again in row 2" in words


def test_an_outcome_twice_is_refused(tmp_path: Path) -> None:
    assert "cohesion a second time" in refusal(tmp_path, outcomes=["cohesion", "unmet_needs", "cohesion"])


def test_a_range_that_rounds_to_one_number_is_refused(tmp_path: Path) -> None:
    words = refusal(
        tmp_path, arms=VANGUARD, varies={"policies.vanguard.size": {"low": 3.2, "high": 4.4, "whole": True}}
    )
    assert "two whole numbers or more between low and high" in words


factors = st.dictionaries(
    st.sampled_from("abcd"),
    st.lists(st.integers(0, 99), min_size=1, max_size=4, unique=True).map(tuple) | st.just(Range(low=0, high=1)),
    min_size=1,
    max_size=4,
)
designs = st.sampled_from(
    [
        Design(method="factorial", levels=3),
        Design(method="one_at_a_time", levels=2),
        *(
            Design.model_validate({"method": m, "points": 8})
            for m in ("latin_hypercube", "sobol", "saltelli", "morris")
        ),
    ]
)


@settings(deadline=None)
@given(factors, designs)
def test_points_are_counted_without_being_made(factors: dict[str, Factor], design: Design) -> None:
    assert count_of(factors, design) == len(points_of(factors, design))


@pytest.mark.parametrize("sizes", [(MOST_POINTS + 1,), (1000, 1000, 1000), (1000,) * 40])
def test_the_size_of_a_study_is_told_at_once_whatever_it_is(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    paths = ["moving.annual_rate", *(f"needing.number_{i}" for i in range(len(sizes) - 1))]
    varies = {path: [i / size for i in range(size)] for path, size in zip(paths, sizes, strict=True)}
    document = write_study(tmp_path, varies=varies)
    read_study(write_study(tmp_path / "..", varies={"moving.annual_rate": [0.1, 0.2]}))  # whatever is read once is read
    began = time.process_time()
    with pytest.raises(ConfigError, match="points") as caught:
        read_study(document)
    # the file itself has to be read: a thousandth of a second for every hundred values
    assert time.process_time() - began < 1 + sum(sizes) / 20_000
    count = 1
    for size in sizes:
        count *= size
    assert f"found {count:,} points" in str(caught.value)
    said = f"--points {count} allows them" if count <= LARGEST else "never more than 1,000,000"
    assert said in str(caught.value)


@pytest.mark.parametrize("said", [{"replicates": 1_000_000}, {"until": {"cohesion": "5%"}, "most": 900_000}])
def test_an_absurd_number_of_runs_is_refused_at_once_unless_it_was_asked_for(
    tmp_path: Path, said: dict[str, Any]
) -> None:
    path, many = write_study(tmp_path, **said), max(said.get("replicates", 0), said.get("most", 0))
    began = time.process_time()
    with pytest.raises(ConfigError) as caught:
        read_study(path)
    assert time.process_time() - began < 1
    assert f"found {many:,}, which makes {3 * many:,} runs; expected at most 2,000,000 runs" in str(caught.value)
    assert f"--replicates {many} allows them" in str(caught.value)
    assert read_study(path, replicates=many).file.replicates == many
    with pytest.raises(ConfigError, match="never more than 20,000,000"):
        read_study(
            write_study(tmp_path, **said, varies={"moving.annual_rate": [0.1 + i / 100 for i in range(9)]}),
            replicates=many,
        )


def test_more_points_can_be_allowed_and_are_in_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.study.loader.MOST_POINTS", 3)
    path = write_study(tmp_path, varies={"moving.annual_rate": [0.1, 0.2, 0.3, 0.4]})
    with pytest.raises(ConfigError, match="at most 3 points"):
        read_study(path)
    study = read_study(path, points=4)
    assert len(study.points) == 4
    assert "--points=4" in study.repeated("x")
    assert len(read_study(path, points=0).points) == 1  # who chooses points otherwise needs none of the file's


def test_of_very_many_values_the_ends_and_every_word_are_tried(tmp_path: Path) -> None:
    good = [i / (2 * MANY) for i in range(2 * MANY)]
    began = time.process_time()
    small(tmp_path, varies={"moving.annual_rate": good})
    assert time.process_time() - began < 5
    for wrong in (7.5, "many", True):
        assert "moving.annual_rate" in refusal(tmp_path, varies={"moving.annual_rate": [*good, wrong]})


def test_a_plan_says_the_size_first_and_then_what_the_design_cannot_tell(tmp_path: Path) -> None:
    arms = {"nothing": [], "vanguard": [{"vanguard": {"start": 12}}]}
    path = write_study(tmp_path, arms=arms, varies={"moving.annual_rate": [0.1, 0.2], "asking.along_tie": [0.2, 0.3]})
    said = CliRunner().invoke(main, ["plan", str(path), "--out", str(tmp_path / "out")])
    assert said.exit_code == 0, said.output
    assert said.output.startswith("4 points (factorial of 2 x 2), 24 runs")
    assert "in force in 8 of the 10 weeks" in said.output


def test_outcomes_that_nothing_moves_are_told() -> None:
    runs = pd.DataFrame({"a": [1.0, 1.0], "b": [1.0, 2.0], "c": [float("nan")] * 2})
    labels = {name: (name.upper(), name) for name in "abc"}
    said = [english for english, _ in unmoved(runs, labels)]
    assert said == ["A is 1 in every run: nothing in this study moves it.", "C was measured in none of the runs."]


def test_a_report_tells_what_was_the_same_in_every_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few_figures(monkeypatch)
    arms = {
        "one": ["training"],
        "same luck": [{"training": {"seats": 9}}],
        "late": [{"vanguard": {"start": 12}}, "training"],
    }
    study = small(tmp_path, arms=arms)  # in the toy only the number of policies counts
    store = Store(tmp_path / "out").open()
    perform(study, store, workers=1, simulate=toy)
    page = write_report(results_of(study, tmp_path / "out")).read_text("utf-8")
    assert "same luck’ left cohesion the same in every pair of runs" in page
    assert "0 (0 to 0)" not in page
    assert "What this design cannot tell" in page
    assert "vanguard in &#x27;late&#x27;: in force in 8 of the 10 weeks of the window" in page
    assert "稀释其效应" in caveats(study)[0][1]


def test_a_study_whose_top_is_no_section_is_told(tmp_path: Path) -> None:
    path = tmp_path / "top.yaml"
    for text, found in (("- title: a list\n", "a list"), ("hello\n", '"hello"'), ("3\n", "3"), ("null\n", "nothing")):
        path.write_text(text, "utf-8")
        with pytest.raises(ConfigError, match="expected keys and values") as caught:
            read_study(path)
        assert f"{path}:1:1: found {found}" in str(caught.value)


@pytest.mark.parametrize(
    ("trend", "luck", "moves"), [(0.1, 0.01, True), (-0.1, 0.01, True), (0.02, 0.01, False), (0.1, 1.0, False)]
)
def test_what_is_not_at_rest_is_said_where_luck_cannot_explain_it(
    tmp_path: Path, trend: float, luck: float, moves: bool
) -> None:
    """`trend`: how much more the second half has, as a share; `luck`: standard deviation of ten runs, as a share."""
    study = small(tmp_path, weeks=40, burn_in=20, window=20, arms=VANGUARD)
    weeks = range(40)
    means = [5.0 if week < 30 else 5.0 * (1 + trend) for week in weeks]
    courses = pd.DataFrame({"arm": "nothing", "point": 0, "week": weeks, "metric": "cohesion", "mean": means})
    spread = pd.Series(range(10)) - 4.5
    runs = pd.DataFrame({"arm": "nothing", "cohesion": 5.0 + 5.0 * luck * spread / spread.std()})
    said = restless(courses, runs, study, {"cohesion": ("Cohesion", "凝聚力")})
    assert bool(said) is moves
    assert not said or f"{trend:+.0%} from weeks 20-29 to 30-39" in said[0][0]
    assert not restless(courses.iloc[:0], runs, study, {"cohesion": ("Cohesion", "凝聚力")})
