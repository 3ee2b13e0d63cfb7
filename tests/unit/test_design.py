"""From a study file to its runs: names of runs, shared seeds, designs, and errors with their line."""

import json
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fuzz.files import STUDY
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toy import SMALL, small, write_study

from experiments.cli.studies import run as run_command
from experiments.study.design import Study
from experiments.study.loader import read_study
from experiments.study.sampling import Design, Range, points_of
from sim import load_config
from sim.config.validate import as_they_are
from sim.config.yaml import ConfigError


def ids(folder: Path, **said: object) -> dict[tuple[str, int, int], str]:
    return {(r.arm, r.point, r.replicate): r.run for r in small(folder, **said).runs()}


def test_every_arm_point_and_replicate_is_a_run(tmp_path: Path) -> None:
    runs = list(small(tmp_path, varies={"moving.annual_rate": [0.05, 0.2]}).runs())
    assert len(runs) == len({r.run for r in runs}) == 3 * 2 * 3


def test_a_replicate_has_one_seed_in_every_arm_and_point(tmp_path: Path) -> None:
    runs = list(small(tmp_path, varies={"moving.annual_rate": [0.05, 0.2]}).runs())
    seeds = {r.replicate: {s.seed for s in runs if s.replicate == r.replicate} for r in runs}
    assert all(len(s) == 1 for s in seeds.values())
    assert len({next(iter(s)) for s in seeds.values()}) == 3
    assert all(0 <= r.seed < 2**63 for r in runs)


@pytest.mark.parametrize(
    "said",
    [
        {"weeks": 21},
        {"seed": 8},
        {"set": {"moving.annual_rate": 0.123}},
        {"arms": {"baseline": [{"training": {"seats": 1}}], "thanks": [{"recognition": {"warmth": 0.9}}]}},
    ],
)
def test_what_changes_a_result_changes_its_name(tmp_path: Path, said: dict[str, object]) -> None:
    assert not set(ids(tmp_path).values()) & set(ids(tmp_path, **said).values())


def test_what_does_not_change_a_result_keeps_its_name(tmp_path: Path) -> None:
    before = ids(tmp_path)
    assert ids(tmp_path, title="Another title", question="?", outcomes=["cohesion"], window=3) == before
    assert ids(tmp_path, community="classroom") == before


def test_more_replicates_arms_and_points_keep_the_names_of_what_is_there(tmp_path: Path) -> None:
    before = ids(tmp_path, varies={"moving.annual_rate": [0.1]})
    arms = {**SMALL["arms"], "more": ["vanguard"]}
    after = ids(tmp_path, replicates=5, arms=arms, varies={"moving.annual_rate": [0.1, 0.3]})
    assert set(before.values()) < set(after.values())


def test_a_dose_of_zero_points_shares_the_run_of_an_arm_without_the_policy(tmp_path: Path) -> None:
    found = ids(tmp_path, varies={"policies.training.seats": [1, 2]})
    assert found["baseline", 0, 0] == found["baseline", 1, 0]
    assert found["both", 0, 0] != found["both", 1, 0]


def test_policies_without_a_start_begin_after_the_burn_in(tmp_path: Path) -> None:
    study = small(tmp_path, arms={"baseline": [], "a": [{"training": {"start": 2}}, "recognition"]})
    assert [doses["start"] for _, doses in study.arms["a"]] == [2, 5]


def test_changes_reach_the_study_and_the_parameters(tmp_path: Path) -> None:
    study = read_study(write_study(tmp_path), {"weeks": "30", "moving.annual_rate": "0.25"}, replicates=2)
    assert (study.file.weeks, study.file.replicates) == (30, 2)
    assert dict(study.job(next(iter(study.runs()))).changes) == {"moving.annual_rate": 0.25}


def test_an_arm_may_set_parameters(tmp_path: Path) -> None:
    arms = {"baseline": [], "still": {"policies": ["recognition"], "set": {"moving.annual_rate": 0}}}
    study = small(tmp_path, arms=arms)
    last = [r for r in study.runs() if r.arm == "still"][-1]
    assert dict(study.job(last).changes) == {"moving.annual_rate": 0}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"arms": {"baseline": [], "a": ["recogniton"]}}, ["recogniton", "Did you mean 'recognition'"]),
        ({"arms": {"baseline": [], "a": [{"training": {"seat": 5}}]}}, ["seat", "Did you mean 'seats'"]),
        ({"arms": {"baseline": [], "a": [{"training": {"seats": -5}}]}}, ["-5"]),
        ({"arms": {"baseline": [], "a": [{"training": {"seats": "many"}}]}}, ["many"]),
        ({"arms": {"baseline": [], "a": ["training", "training"]}}, ["twice"]),
        ({"arms": {"baseline": [], "a": [{"public_services": {"kinds": ["meal"]}}]}}, ["meal", "Did you mean 'meals'"]),
        ({"arms": {"baseline": [], "a": [{"vanguard": {"grids": [0, 99]}}]}}, ["99", "one of 0, 1,"]),
        ({"arms": {"a": {"policies": [{"vanguard": {"grids": [3]}}], "set": {"population.grids": 2}}}}, ["found 3", "one of 0, 1"]),
        ({"arms": {"a": [{"vanguard": {"grids": [3]}}]}, "varies": {"population.grids": [4, 2]}}, ["found 2", "no grid 3"]),
        ({"arms": {}}, ["arms"]),
        ({"outcomes": ["cohesian"]}, ["cohesian", "Did you mean 'cohesion'"]),
        ({"weeks": 0}, ["weeks"]),
        ({"weeks": None}, ["weeks"]),
        ({"burn_in": 20}, ["burn_in: found 20", "below `weeks`, which is 20"]),
        ({"window": 21}, ["window"]),
        ({"replicats": 3}, ["replicats", "Did you mean 'replicates'"]),
        ({"community": "class_room"}, ["class_room", "Did you mean 'classroom'"]),
        ({"set": {"moving.anual_rate": 0.1}}, ["moving.anual_rate: found", "Did you mean 'moving.annual_rate'"]),
        ({"varies": {"moving.anual_rate": [0.1]}}, ["moving.anual_rate: found", "Did you mean 'moving.annual_rate'"]),
        ({"varies": {"mving.annual_rate": [0.1]}}, ["mving.annual_rate: found", "Did you mean 'moving.annual_rate'"]),
        ({"varies": {"annual_rate": [0.1]}}, ["Did you mean 'moving.annual_rate'"]),
        ({"varies": {"moving.annual_rate": [0.1, 7]}}, ["7"]),
        ({"varies": {"moving.annual_rate": []}}, ["varies"]),
        ({"varies": {"moving.annual_rate": [0.1, 0.2]}, "arms": {"a": {"set": {"moving.annual_rate": 0.3}}}},
         ["the arm 'a' sets for itself", "the same in every arm"]),
        ({"varies": {"moving.annual_rate": {"low": 0.3, "high": 0.1}}}, ["low below high"]),
        ({"arms": {"baseline": [], "a": {"policis": []}}}, ["policis", "Did you mean 'policies'"]),
        ({"varies": {"policies.training.seets": [1]}}, ["seets", "Did you mean 'policies.training.seats'"]),
        ({"varies": {"policies.vanguard.size": [1]}}, ["no dose of a policy in the arms"]),
        ({"design": {"method": "sobol", "points": 8}}, ["something that varies"]),
        ({"design": {"method": "sobol", "points": 9}, "varies": {"moving.annual_rate": [0.1]}}, ["power of two"]),
        ({"arms": {"baseline": [], "a": [{"training": {"start": 20}}]}},
         ["arms.a.0.training.start: found 20; expected a week before 20, where the study ends: it would never act"]),
        ({"varies": {"policies.training.start": [19, 52]}, "arms": {"baseline": [], "a": ["training"]}},
         ["varies.policies.training.start: found 52; expected a week before 20"]),
        ({"until": {"cohesion": "five"}}, ["five"]),
        ({"until": {"cohesionn": "5%"}}, ["cohesionn"]),
    ],
)  # fmt: skip
def test_a_broken_study_says_where_and_what(tmp_path: Path, said: dict[str, object], words: list[str]) -> None:
    with pytest.raises(ConfigError) as raised:
        small(tmp_path, **said)
    text = str(raised.value)
    assert all(word in text for word in words), text
    assert "small.yaml:" in text or "small.yaml" in text
    assert any(p.line for p in raised.value.problems) or "weeks" in said, text


def test_every_mistake_of_a_study_is_told_at_once(tmp_path: Path) -> None:
    wrong = {"weeks": "ten", "outcomes": ["cohesoin"], "arms": {"none": [], "v": ["vangard"]}, "replicate": 3}
    with pytest.raises(ConfigError) as caught:
        small(tmp_path, varies={"moving.anual_rate": [0.1, 7]}, **wrong)
    told = str(caught.value)
    for word in ("weeks", "'replicates'", "'vanguard'", "'cohesion'", "annual_rate"):
        assert word in told


def test_a_short_study_need_not_say_its_window(tmp_path: Path) -> None:
    assert small(tmp_path, window=None).file.window == 15
    assert small(tmp_path, window=None, weeks=200).file.window == 52


@pytest.mark.parametrize("wrong", [{"nowhere": 7.5}, -1.5])
@pytest.mark.parametrize("key", sorted(STUDY))
def test_one_mistake_is_told_once_and_not_what_would_follow_from_it(tmp_path: Path, key: str, wrong: object) -> None:
    whole = write_study(tmp_path, **STUDY)
    read_study(whole)
    with pytest.raises(ConfigError) as error:
        read_study(write_study(tmp_path, **{**STUDY, key: wrong}))
    assert {one.path.split(".")[0] for one in error.value.problems} <= {key, "nowhere"}


def test_a_broken_change_names_the_change(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--set moving\.annual_rate=lots"):
        read_study(write_study(tmp_path), {"moving.annual_rate": "lots"})


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        ({"low": 0.3, "high": 0.1}, "expected low below high, not 0.3 to 0.1"),
        ({"low": 0.1, "hihg": 0.3}, "varies.moving.annual_rate.hihg: found an unknown key. Did you mean 'high'?"),
        ({"low": 0.1}, "varies.moving.annual_rate.high: found no such key; expected a number"),
        ({"mean": 0.2, "sd": 0.1}, "expected low and high as well, where the normal distribution is cut"),
        ({"low": 0.1, "high": "lots"}, 'varies.moving.annual_rate.high: found "lots"; expected a number'),
        (
            5,
            "a list of at least 1 entries, each true or false or a whole number or a number or text or a section with "
            "low and high, and perhaps scale",
        ),
    ],
)
def test_a_wrong_range_gets_one_message_that_is_true(tmp_path: Path, factor: object, said: str) -> None:
    """A value may be of several kinds: what it was not meant to be is not complained of."""
    with pytest.raises(ConfigError) as caught:
        small(tmp_path, varies={"moving.annual_rate": factor})
    (problem,) = caught.value.problems
    assert said in str(problem)


@pytest.mark.parametrize(
    "change", ["title=a: b", "weeks=[", "x=.nan", "title=@home", "varies={moving.annual_rate: {low: .inf, high: 1}}"]
)
def test_a_change_that_is_no_yaml_is_told_as_it_was_written(tmp_path: Path, change: str) -> None:
    path, _, value = change.partition("=")
    with pytest.raises(ConfigError) as caught:
        read_study(write_study(tmp_path), {path: value})
    assert str(caught.value).startswith(f"--set {change}: ")
    assert ("a finite number" in str(caught.value)) == ("nan" in change or "inf" in change)


@pytest.mark.parametrize("text", ["a: b", "@home", "5", "[x]", "# not a comment", "no", "{a: 1}", "'", " padded "])
def test_a_text_in_quotes_is_that_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """It is read as YAML once, never twice."""
    assert read_study(write_study(tmp_path), {"title": json.dumps(text)}).file.title == text
    monkeypatch.chdir(tmp_path)
    name = f"{text}.csv"
    Path(name).write_text("id,grid\n1,1\n", "utf-8")
    study = small(tmp_path, arms={"a": {"set": {"population.residents_file": name}}, "b": []})
    assert dict(study.job(next(iter(study.runs()))).changes)["population.residents_file"] == name
    config = load_config("classroom", set=as_they_are({"population.residents_file": name}))
    assert str(config.population.residents_file) == name


def test_a_change_with_a_mapping_replaces_a_value_and_changes_a_section(tmp_path: Path) -> None:
    path = write_study(tmp_path, varies={"moving.annual_rate": [0.1, 0.2]}, design={"method": "factorial", "levels": 3})
    study = read_study(path, {"varies": "{asking.along_tie: [0.2, 0.3]}", "design": "{levels: 5}"})
    assert list(study.file.varies) == ["asking.along_tie"]
    assert (study.file.design.method, study.file.design.levels) == ("factorial", 5)


def test_an_unknown_study_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match="close_neighbours"):
        read_study("close_neighbors")


FACTORS = {"a": (1, 2, 3), "b": (10, 20)}
RANGES = {"a": Range(low=0, high=1), "b": Range(low=1, high=100, scale="log"), "c": Range(low=0, high=9, whole=True)}


def test_a_factorial_design_is_every_combination() -> None:
    assert len(set(points_of(FACTORS, Design(method="factorial")))) == 6


def test_one_at_a_time_varies_around_the_first_values() -> None:
    points = points_of(FACTORS, Design(method="one_at_a_time"))
    assert points[0] == (("a", 1), ("b", 10))
    assert len(points) == 4
    assert all(sum(x != y for x, y in zip(p, points[0], strict=True)) == 1 for p in points[1:])


def test_a_list_goes_row_by_row() -> None:
    assert points_of({"a": (1, 2), "b": (3, 4)}, Design(method="list"))[1] == (("a", 2), ("b", 4))
    with pytest.raises(ValueError, match="as many values"):
        points_of(FACTORS, Design(method="list"))


@pytest.mark.parametrize("method", ["sobol", "saltelli", "morris"])
def test_a_longer_sample_begins_with_the_shorter_one(method: str) -> None:
    short = points_of(RANGES, Design.model_validate({"method": method, "points": 8}))
    long = points_of(RANGES, Design.model_validate({"method": method, "points": 16}))
    assert long[: len(short)] == short


def test_samples_respect_their_ranges() -> None:
    for method in ("latin_hypercube", "sobol", "saltelli", "morris"):
        points = points_of(RANGES, Design.model_validate({"method": method, "points": 64}))
        a, b, c = (np.array([p[i][1] for p in points]) for i in range(3))
        assert 0 <= a.min() <= a.max() <= 1
        assert 1 <= b.min() <= b.max() <= 100
        assert set(c) <= set(range(10))
    assert abs(np.median(b) - 10) < 6  # the middle of a log scale


def test_a_latin_hypercube_fills_every_stratum() -> None:
    points = points_of({"a": Range(low=0, high=1)}, Design(method="latin_hypercube", points=50))
    assert sorted(int(p[0][1] * 50) for p in points) == list(range(50))


def test_a_morris_step_moves_one_factor() -> None:
    points = points_of(RANGES | {"c": Range(low=0, high=1)}, Design(method="morris", points=5))
    for t in range(0, len(points), 4):
        for k in range(3):
            assert sum(x != y for x, y in zip(points[t + k], points[t + k + 1], strict=True)) == 1


@pytest.mark.parametrize(
    ("said", "middle"),
    [({"mode": 0.2}, 1 - np.sqrt(0.8 / 2)), ({"mean": 0.3, "sd": 0.05}, 0.3), ({}, 0.5)],
)
def test_distributions_have_their_median(said: dict[str, float], middle: float) -> None:
    value = Range.model_validate({"low": 0, "high": 1, **said}).at(np.array([0.5]))[0]
    assert value == pytest.approx(middle, abs=1e-9)


def _said(command: str) -> Study:
    """The study that a printed command reads, by the very options of the program."""
    words = shlex.split(command)
    assert words[:2] == ["linli", "run"]
    told = run_command.make_context("run", words[2:]).params
    study = read_study(told["study"], told["changes"], told["replicates"], told["points"])
    assert study.run(told["only"]) is not None
    return study


@settings(deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0.01, 0.9), st.floats(0.01, 0.5), st.integers(1, 9), st.integers(0, 2))
def test_a_run_at_points_that_somebody_chose_is_repeated_by_its_command(
    tmp_path: Path, rate: float, asking: float, seats: int, replicate: int
) -> None:
    """Searches and robustness choose points that the file does not have: the command says them."""
    path = write_study(
        tmp_path,
        varies={"moving.annual_rate": {"low": 0.01, "high": 0.9}},
        design={"method": "latin_hypercube", "points": 4},
        until={"cohesion": "5%"},
    )
    points = [
        (("moving.annual_rate", 0.07),),
        (("moving.annual_rate", rate), ("asking.along_tie", asking), ("policies.training.seats", seats)),
    ]
    study = read_study(path, {"weeks": "18"}, points=9).at(points, 3)
    for asked in [run for run in study.runs() if run.replicate == replicate][-2:]:
        again = _said(study.repeated(asked.run, "10m"))
        found = again.run(asked.run)
        assert (found.arm, found.seed) == (asked.arm, asked.seed)
        assert again.job(found) == study.job(asked)


def test_a_command_about_a_study_names_its_file_and_what_is_set(tmp_path: Path) -> None:
    study = replace(small(tmp_path), command="linli run 'my study.yaml' --set=weeks=9 --replicates=3")
    assert study.asked_of("robust") == "linli robust 'my study.yaml' --set=weeks=9"
    assert replace(study, command="").asked_of("verify") == f"linli verify {study.name}"
