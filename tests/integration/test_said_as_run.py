"""Words say what was run: doses at all points, when policies began, what n is, and arms of which no run is finished."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from figure_kit import few_figures
from toy import small, toy

from experiments.reporting.doses import arm_in_words
from experiments.reporting.explore import explore
from experiments.reporting.figures import figures
from experiments.reporting.figures.style import Look, styled
from experiments.reporting.first_page import in_brief
from experiments.reporting.names import in_language
from experiments.reporting.report import write_report
from experiments.reporting.result_tables import tables_and_findings, tables_of
from experiments.reporting.verdicts import untold
from experiments.reporting.wording import methods
from experiments.runs.executor import perform
from experiments.runs.results import Results
from experiments.runs.store import Store
from experiments.study.sampling import points_of
from experiments.tasks.plan import POINTS, fewer
from experiments.tasks.run import draw_figures, say_findings

ENGLISH, CHINESE = Look(), Look(language="zh")
VANGUARD = {"nothing": [], "vanguard": ["vanguard"]}
BUNDLE: dict[str, Any] = {"arms": None, "parts": ["vanguard", "training"], "replicates": 1}


def performed(folder: Path, shard: tuple[int, int] = (1, 1), **said: Any) -> Results:
    study, store = small(folder, **said), Store(folder / "r").open()
    perform(study, store, workers=1, shard=shard, simulate=toy)
    return Results(study, store)


def captions(results: Results) -> str:
    """All that stands in the figures of a study."""
    from matplotlib.text import Text

    said, tables = list[str](), tables_of(results)
    with styled(ENGLISH):
        for draw in figures().values():
            said += [text.get_text() for _, drawn in draw(tables, ENGLISH) for text in drawn.findobj(Text)]
    return "\n".join(said)


@pytest.mark.parametrize(
    ("varies", "english", "chinese"),
    [
        ({"policies.vanguard.size": [4, 8, 16]}, "A vanguard of 4, 8 or 16 per 1,000", "4、8或16"),
        ({"policies.vanguard.size": {"low": 2, "high": 9}}, "A vanguard of 2 to 9 per 1,000", "2至9"),
        ({"policies.vanguard.size": [3]}, "A vanguard of 3 per 1,000", "3"),
        ({"policies.vanguard.start": [6, 12]}, "from week 6 or 12 to the end", ""),
        ({"policies.vanguard.contacts": [1, 2]}, "asks 1 or 2 residents", ""),
        ({"policies.vanguard.uptake": [0.5, 1.0]}, "With uptake = 0.5: ", "uptake = 0.5 时："),
        ({"policies.vanguard.seeding": ["most_tied", "random"]}, "With seeding = random: ", "seeding = random 时："),
        ({"moving.annual_rate": [0.1, 0.2]}, "A vanguard of 6 per 1,000", "6"),
    ],
)
def test_doses_are_those_that_were_run(tmp_path: Path, varies: dict[str, Any], english: str, chinese: str) -> None:
    study = small(tmp_path, arms=VANGUARD, varies=varies)
    assert english in arm_in_words(study, "vanguard", ENGLISH)
    assert chinese in arm_in_words(study, "vanguard", CHINESE)
    assert arm_in_words(study, "nothing", ENGLISH) == "Nothing is changed."


def test_two_varied_doses_are_both_told(tmp_path: Path) -> None:
    varies = {"policies.vanguard.size": [4, 8], "policies.vanguard.contacts": [1, 2, 3]}
    said = arm_in_words(small(tmp_path, arms=VANGUARD, varies=varies), "vanguard", ENGLISH)
    assert re.search(r"of 4 or 8 per 1,000 .* asks 1, 2 or 3 residents", said)


def test_methods_and_shades_know_when_policies_began_at_each_point(tmp_path: Path) -> None:
    results = performed(tmp_path, arms=VANGUARD, varies={"policies.vanguard.start": [6, 12]})
    tables = tables_of(results)
    assert [tables.acts("vanguard", point) for point in (0, 1)] == [((6, 20),), ((12, 20),)]
    assert "began in week 6 to 12" in methods(results.study, tables, ENGLISH)


def test_methods_name_the_communities_and_replicates_that_there_are(tmp_path: Path) -> None:
    whole = performed(tmp_path, arms=VANGUARD, varies={"community": ["classroom", "karate"]})
    said = methods(whole.study, tables_of(whole), ENGLISH)
    assert "the communities classroom or karate" in said
    assert "with 3 replicates each (12 different runs)" in said.replace("classroom or karate", "")
    (tmp_path / "part").mkdir()
    part = performed(tmp_path / "part", (1, 2), arms=VANGUARD)
    said = methods(part.study, tables_of(part), ENGLISH)
    assert re.search(r"with 1-2 replicates each|with 3 replicates each.*No run is finished of", said)


def test_runs_that_are_the_same_at_several_points_are_no_more_replicates(tmp_path: Path) -> None:
    results = performed(
        tmp_path, arms=VANGUARD, varies={"policies.vanguard.size": [4, 8, 16], "moving.annual_rate": [0.1, 0.2]}
    )
    said = " ".join(captions(results).split())
    assert "3 runs of each arm at each of 6 points" in said
    assert "3 runs of each arm at each value, each a mean over the 2 points of what else varies" in said
    assert set(re.findall(r"\b(\d+) (?:runs|pairs)", said)) == {"3"}
    # an arm that a dose does not touch is run once for all of its points
    every = tables_and_findings(results)[0]
    assert "with 3 replicates each (24 different runs)" in methods(results.study, every, ENGLISH)


@pytest.mark.parametrize("part", [1, pytest.param(2, marks=pytest.mark.slow)])  # the first arm is there; it is not
def test_a_bundle_of_which_arms_lack_says_so_and_compares_nothing_wrongly(
    tmp_path: Path, part: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few_figures(monkeypatch)  # `draw_figures` draws all of them
    results = performed(tmp_path, (part, 4), **BUNDLE)
    study, folder = results.study, results.store.folder
    say_findings(study, folder, float("inf"))
    assert "No run is finished of: " in " ".join(capsys.readouterr().out.split())
    assert draw_figures(study, folder, ENGLISH, ("png",), ())
    page = write_report(results).read_text(encoding="utf-8")
    assert "No run is finished of: " in page
    assert ("Difference from" in captions(results)) is False  # there is nothing to hold against anything
    assert in_brief(tables_of(results), ENGLISH) == []


@pytest.mark.parametrize("method", ["saltelli", "morris"])
def test_sensitivity_and_failing_bear_arms_that_lack(tmp_path: Path, method: str) -> None:
    varies = {"moving.annual_rate": {"low": 0.05, "high": 0.3}, "asking.along_tie": {"low": 0.1, "high": 0.5}}
    design = {"method": method, "points": 8}
    results = performed(tmp_path, arms=VANGUARD, varies=varies, design=design, replicates=4)
    runs = results.runs()
    for arm in VANGUARD:
        found = explore(results.study, runs[runs["arm"] == arm], {"cohesion": 1, "unmet_needs": -1})
        assert set(found.tables()) <= {"sensitivity", "regret"}
        assert found.lacking[0].startswith("No run is finished of: ")


@pytest.mark.parametrize("method", ["saltelli", "morris"])
def test_a_plan_looks_at_a_part_of_a_sample_that_is_one_too(tmp_path: Path, method: str) -> None:
    varies = {"moving.annual_rate": {"low": 0.05, "high": 0.3}, "asking.along_tie": {"low": 0.1, "high": 0.5}}
    study = small(tmp_path, varies=varies, design={"method": method, "points": 128}, arms=VANGUARD, replicates=2)
    few = fewer(study)
    assert len(study.points) > POINTS >= len(few.points) > POINTS / 3
    assert few.points == points_of(few.file.varies, few.file.design) == study.points[: len(few.points)]
    perform(few, store := Store(tmp_path / "r").open(), workers=1, simulate=toy)
    found = tables_of(Results(few, store)).sensitivity
    assert found is not None
    assert len(found)


def test_a_bundle_is_divided_only_where_all_of_its_parts_were_run(tmp_path: Path) -> None:
    results = performed(tmp_path, **BUNDLE | {"parts": ["vanguard", "training", "recognition"], "replicates": 3})
    runs, better = results.runs(), {"cohesion": 1}
    assert set(explore(results.study, runs, better).attribution["part"]) == {"vanguard", "training", "recognition"}
    # the arms that are left would divide the effect of a smaller bundle, under the name of the whole
    without = runs[runs["arm"] != "vanguard+training+recognition"]
    assert explore(results.study, without, better).attribution.empty


@pytest.mark.parametrize(
    ("look", "words"), [(ENGLISH, "is not at rest in '{}'"), (CHINESE, "“{}”中的未满足需求尚未平稳")]
)
def test_what_still_moves_is_said_by_the_name_of_the_first_arm_in_each_language(
    tmp_path: Path, look: Look, words: str
) -> None:
    arms = {"recognition": ["recognition"], "vanguard": ["vanguard"]}
    results = performed(tmp_path, arms=arms, replicates=6)
    plain = tables_of(results)
    moving = replace(plain, trajectories=plain.trajectories.assign(mean=plain.trajectories["week"] + 1.0))
    tables = in_language(results.study, moving, look.language)
    assert words.format(tables.arms[0]) in " ".join(look.say(*one) for one in untold(results.study, tables))
