"""Patterns: the file is checked, verdicts follow from intervals, and what is observed is what is there."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from matplotlib.text import Text

from experiments.cli import main
from experiments.runs.present import claim_folder
from experiments.tasks.validate import as_markdown
from experiments.validation.examine import Part, label_of, validate, with_ends
from experiments.validation.observations import (
    Contact,
    Elders,
    Life,
    Purses,
    favours_in_time,
    logistic_slopes,
    observed_life,
    participation_under_replacement,
    strength_by_origin,
)
from experiments.validation.patterns import Bounds, patterns_of, read_patterns
from sim import Simulation, load_config
from sim.config.load import config_folder
from sim.config.yaml import ConfigError
from sim.state.residents import SENIOR_ELDER, YOUNGER_ELDER
from tests.integration.test_figures import there_is_a_chinese_font

SHIPPED = config_folder() / "patterns" / "community.yaml"


def test_a_third_of_the_sixteen_patterns_is_held_out() -> None:
    patterns = read_patterns()
    assert len(patterns.file.patterns) == 16
    assert len(patterns.chosen("held_out")) >= 6


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"patterns.lapse.parts": {"annual_laps": {"low": 0}}}, "annual_lapse"),
        ({"patterns.lapse.source": "cns2009"}, "cns2008"),
        ({"settled": ["cohesionn"]}, "Did you mean .cohesion"),
        ({"patterns.lapse.arm": "as_it_was"}, "as_it_is"),
        ({"arms.more_mobile": {"policies": ["population_mobilty"]}}, "population_mobility"),
        ({"patterns.lapse.parts": {"annual_lapse": {"low": 1, "high": 0}}}, "above high"),
    ],
)
def test_a_wrong_file_of_patterns_is_told_of(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_patterns(SHIPPED, changes)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([1.0, 1.1, 0.9, 1.0, 1.0], "holds"),
        ([3.0, 3.1, 2.9, 3.0, 3.0], "misses"),
        ([0.0, 1.0, 0.5, 0.2, 0.4], "undecided"),
        ([1.0, 1.1, 0.9, 1.0], "undecided"),  # no interval of four holds
        ([math.nan, 1.0], "undecided"),
    ],
)
def test_a_verdict_follows_from_the_interval(values: list[float], verdict: str) -> None:
    assert Part("x", Bounds(low=0.5, high=1.5), np.array(values)).verdict == verdict


def test_logistic_slopes_are_found_again() -> None:
    chance = np.random.default_rng(3)
    x = np.column_stack([np.ones(40_000), chance.normal(size=(40_000, 2)), np.zeros(40_000)])
    happened = (chance.random(40_000) < 1 / (1 + np.exp(-(x @ [-2.0, 0.5, -0.3, 0.0])))).astype(float)
    assert logistic_slopes(x, happened) == pytest.approx([-2.0, 0.5, -0.3, 0.0], abs=0.06)


def test_plain_replacement_is_oracle_e5() -> None:
    chain = np.array([[0.98, 0.02, 0, 0], [0.04, 0.91, 0.05, 0], [0, 0.06, 0.91, 0.03], [0, 0, 0.05, 0.95]])
    for replaced, share in ((0.002, 0.502575), (0.005, 0.457502), (0.01, 0.398997)):
        assert participation_under_replacement(chain, replaced) == pytest.approx(share, abs=1e-6)


def test_observers_see_what_is_there() -> None:
    simulation = Simulation(load_config("classroom", set={"banking.earning": 1}), seed=2)
    world = simulation.world
    across, within = strength_by_origin(world)
    i = int(np.argmax(across))
    slots = range(world.tie_first[i], world.tie_first[i] + world.degree[i])
    outside = [s for s in slots if world.household[world.tie_other[s]] != world.household[i]]
    assert across[i] == pytest.approx(
        sum(world.tie_strength[s] for s in outside if world.origin[world.tie_other[s]] != world.origin[i])
    )
    assert within[i] == pytest.approx(
        sum(world.tie_strength[s] for s in outside if world.origin[world.tie_other[s]] == world.origin[i])
    )
    elders, purses, contact = Elders(), Purses(), Contact()
    for week in range(60):
        simulation.live_one_week()
        for observer in (elders, purses, contact):
            observer.look(world, week)
    elder = (world.age == YOUNGER_ELDER) | (world.age == SENIOR_ELDER)
    assert elders.found()["elders_alone_share"] == pytest.approx(world.alone[elder].mean(), abs=0.1)
    assert len(purses.earners) >= np.count_nonzero(world.balance > 0)
    assert math.isfinite(contact.found()["contact_across"])


def test_favours_in_time_are_those_of_all_that_ended() -> None:
    tallies = {"count_in_time": [[3], [1]], "count_done": [[4, 9], [2, 9]], "count_expired": [[1, 9], [0, 9]]}
    made = {name: np.array(rows, float) for name, rows in (tallies | {"count_declined": [[0], [1]]}).items()}
    assert favours_in_time(Life({}, made, {})) == pytest.approx(4 / 8)
    assert math.isnan(favours_in_time(Life({}, {name: 0 * rows for name, rows in made.items()}, {})))


def test_favours_and_cases_tell_acceptance_of_the_one_from_that_of_the_other() -> None:
    """Favours in time see what the one acceptance does; elders' cases see what both do."""

    def shown(**changed: float) -> np.ndarray:
        config, names = (
            load_config("classroom", set={f"dispatching.{k}": v for k, v in changed.items()}),
            ("elders_served",),
        )
        lives = [observed_life(config, (), seed, 52, 104, names) for seed in (1, 2, 3, 4)]
        return np.mean([[favours_in_time(life), life.seen["elders_served"]] for life in lives], axis=0)

    as_it_is = {"accept": -2.5, "accept_case": -2.75}
    favour, case = (shown(**as_it_is | {one: as_it_is[one] + 1.5}) - shown(**as_it_is) for one in as_it_is)
    assert favour[0] > 3 * abs(case[0])
    assert favour[0] > 0.1
    assert min(favour[1], case[1]) > 0.1


def test_a_small_validation_has_every_pattern(tmp_path: Path) -> None:
    patterns = read_patterns(SHIPPED, {"replicates": 2, "burn_in": 10, "window": 60})
    found = validate("classroom", patterns, workers=1)
    again = validate("classroom", patterns, workers=2)
    assert found.csv() == again.csv()
    assert [f.name for f in found.findings] == list(patterns.file.patterns)
    text = as_markdown(found)
    assert all(p.title in text for p in patterns.file.patterns.values())
    from experiments.reporting.figures.style import Look, save, styled
    from experiments.validation.figure import draw_patterns

    for language in ("en", *(("zh",) if there_is_a_chinese_font() else ())):
        look = Look(language=language)
        with styled(look):
            drawn = draw_patterns(found, look)
            assert save(drawn, tmp_path / "patterns", ("png",))[0].stat().st_size > 10_000
        said = [text.get_text() for text in drawn.findobj(match=Text)]
        english = [text for text in said if re.search("[A-Za-z]{3,}", text)]
        assert bool(english) == (language == "en"), english


def test_every_number_of_a_pattern_has_a_name_in_both_languages() -> None:
    for pattern in read_patterns().file.patterns.values():
        for part in pattern.parts:
            assert label_of(part).isascii()
            assert re.search(r"[\u4e00-\u9fff]", label_of(part, "zh")), part


@pytest.mark.parametrize("command", ["validate", "calibrate"])
def test_two_files_of_one_name_never_share_what_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shipped = config_folder() / (
        "calibrations/baseline.yaml" if command == "calibrate" else "communities/classroom.yaml"
    )
    files = []
    for place in ("one", "other"):
        (tmp_path / place).mkdir()
        files.append(tmp_path / place / "mine.yaml")
        files[-1].write_text(shipped.read_text("utf-8"), "utf-8")
    folder = Path("results") / f"{'validation' if command == 'validate' else 'calibration'}_mine"
    claim_folder(folder, files[0], by_name=True)
    claim_folder(folder, files[0], by_name=True)  # the same again
    refused = CliRunner().invoke(main, [command, str(files[1])])
    assert refused.exit_code == 2, refused.output
    assert f"what was found with another file of this name, {files[0].resolve()}" in refused.output
    assert [path.name for path in folder.iterdir()] == ["of.json"]
    files[0].unlink()  # moved, or gone: nobody is asked any more
    claim_folder(folder, files[1], by_name=True)


def test_who_chooses_a_folder_is_told_whose_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one.yaml", "other.yaml"):
        (tmp_path / name).write_text("title: x\n")
        claim_folder(tmp_path / "out", tmp_path / name, by_name=False)
    assert "another file" in capsys.readouterr().err
    (tmp_path / "out" / "of.json").write_text('["damaged"')
    claim_folder(tmp_path / "out", tmp_path / "one.yaml", by_name=False)


def test_only_a_shipped_community_has_patterns_of_its_own(tmp_path: Path) -> None:
    """A file of somebody's own that happens to be called like a shipped one is compared with the common patterns."""
    shipped = config_folder()
    own = tmp_path / "first_version.yaml"
    own.write_text("title: Mine\nextends: baseline\n", "utf-8")
    assert patterns_of("first_version") == shipped / "patterns" / "first_version.yaml"
    assert (
        patterns_of(str(shipped / "communities" / "first_version.yaml")) == shipped / "patterns" / "first_version.yaml"
    )
    for other in ("baseline", "ruijing", str(own)):
        assert patterns_of(other) == shipped / "patterns" / "community.yaml"


@pytest.mark.parametrize(
    ("mean", "ends", "said"),
    [
        (0.25, (0.2, 0.3), "0.25 [0.2, 0.3]"),
        (0.25, (math.nan, math.nan), "0.25"),
        (math.nan, (math.nan, math.nan), "-"),
    ],
)
def test_a_mean_without_an_interval_stands_alone(mean: float, ends: tuple[float, float], said: str) -> None:
    assert with_ends(mean, ends, ".3g") == said
    assert with_ends(mean, ends, ".3g", "({} to {})") == said.replace("[", "(").replace(",", " to").replace("]", ")")
