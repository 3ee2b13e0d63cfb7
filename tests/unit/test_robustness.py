"""Robustness: what is moved, and what is said of effects that depend on a number."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from toy import small, toy, write_study

from experiments.cli.studies import run as run_command
from experiments.runs.executor import Tally, perform
from experiments.runs.store import Series, Store
from experiments.study.design import Job, Study
from experiments.study.loader import read_study
from experiments.tasks.robust import run_robustness
from experiments.tasks.search import say_search
from experiments.validation.claims import Claim, answers
from experiments.validation.robustness import chance_level, drawn_points, messages, movable, spread_points
from sim import load_config
from sim.config.load import load_sources


def test_only_assumed_and_calibrated_numbers_move_and_stay_in_range() -> None:
    config = load_config("baseline")
    moved = movable(config, 1.5)
    paths = {m.path for m in moved}
    assert {"deciding.norm", "asking.along_tie", "kinds.meals.household_keeps", "population.works"} <= paths
    assert {"starting.skill", "network.strength"} <= paths
    assert not paths & {
        "deciding.asked",
        "bonding.per_hour",
        "deciding.law",
        "deciding.gate_2",
        "population.residents",
        "kinds.meals.services",
        "deciding.identity_at_rest",
    }
    surveyed = {m.path for m in movable(config, 1.5, ("survey", "theory"))}
    assert {"deciding.asked", "bonding.per_hour"} <= surveyed
    assert not surveyed & paths
    for m in moved:
        value = config.evidence[m.path].value
        assert min(value / 1.5, value * 1.5) <= m.low <= value <= m.high <= max(value * 1.5, value / 1.5)
    for point in spread_points(moved, 3, seed=1):
        load_config("baseline", set=dict(point))


def test_an_effect_that_turns_with_a_number_is_said_to_hang_on_it(tmp_path: Path) -> None:
    study = small(tmp_path, outcomes=["cohesion"], arms={"baseline": [], "thanks": ["recognition"]})
    moved = movable(study.config, 1.5)[:5]
    points = spread_points(moved, 64, seed=2)
    chance = np.random.default_rng(4)
    rows = []
    for p, point in enumerate(points):
        x = (dict(point)[moved[2].path] - moved[2].low) / (moved[2].high - moved[2].low)
        for r in range(3):
            noise = chance.normal(0, 0.01)
            rows.append(
                {"arm": "baseline", "point": p, "replicate": r, "cohesion": 0.5, "participation": 0.05 if p else 0.9}
            )
            rows.append(
                {
                    "arm": "thanks",
                    "point": p,
                    "replicate": r,
                    "cohesion": 0.5 + (x - 0.25) + noise,
                    "participation": 0.05,
                }
            )
    found, plausible = messages(study.at(points, 3), pd.DataFrame(rows), moved)
    assert plausible == 63
    (message,) = found
    assert message.same_sign == pytest.approx(0.75, abs=0.05)
    assert message.hangs_on[0].path == moved[2].path
    assert message.hangs_on[0].rank_correlation > 0.9
    assert len(message.hangs_on) == 1


def test_draws_become_points() -> None:
    assert drawn_points([{"deciding.norm": 0.4}]) == [(("deciding.norm", 0.4),)]
    assert 0.2 < chance_level(128, 100) < 0.35


def _fails_once(study: Study) -> Callable[[Job], Series]:
    """A simulation that fails in one run with policies."""
    found = next(run for run in study.runs() if study.arms[run.arm])

    def fails(job: Job) -> Series:
        if job.policies and job.seed == found.seed:
            raise ArithmeticError("the toy broke")
        level = np.full(job.weeks, 0.1, np.float32)
        return {"participation": level, "cost": level, **toy(job)}

    return fails


@pytest.mark.parametrize(("failed", "points"), [(0, 16), (3, 13), (16, 0)])
def test_runs_that_failed_leave_the_effect_to_the_others(tmp_path: Path, failed: int, points: int) -> None:
    """An arm that failed at some points is judged by the others; of one that failed at all nothing is said."""
    study = small(tmp_path, outcomes=["cohesion"], arms={"baseline": [], "thanks": ["recognition"]})
    moved = movable(study.config, 1.5)[:2]
    study = study.at(spread_points(moved, 16, seed=2), 5)
    rows = [
        {"arm": arm, "point": p, "replicate": r, "cohesion": 0.5 + gap + 0.001 * r * gap, "participation": 0.05}
        for arm, gap in (("baseline", 0.0), ("thanks", 0.1))
        for p in range(16)
        for r in range(5)
        if arm == "baseline" or p >= failed
    ]
    found, plausible = messages(study, pd.DataFrame(rows), moved)
    assert plausible == 16
    assert [(m.points, m.same_sign, m.sure) for m in found] == ([(points, 1.0, 1.0)] if points else [])
    few = [row for row in rows if row["replicate"] < 4]
    assert all(np.isnan(m.sure) for m in messages(study.with_replicates(4), pd.DataFrame(few), moved)[0])
    nowhere = pd.DataFrame(rows).assign(participation=0.9)
    assert messages(study, nowhere, moved) == ([], 0)


@pytest.mark.filterwarnings("ignore:Mean of empty slice")  # four pairs drawn anew are sometimes all the failed one
@pytest.mark.parametrize("which", ["robust", "search", "claims"])
def test_a_failed_run_is_told_with_the_command_that_repeats_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], which: str
) -> None:
    said = {
        "outcomes": ["cohesion", "unmet_needs"],
        "arms": {"baseline": [], "thanks": ["recognition"]},
        "replicates": 4,
    }
    searched = {"varies": {"policies.recognition.warmth": {"low": 0.1, "high": 0.9}}} if which == "search" else {}
    path = write_study(tmp_path, **said, **searched)
    study, out = read_study(path, points=0), tmp_path / "out"
    monkeypatch.setattr("experiments.runs.executor.simulated", _fails_once(study))

    def here(study: Study, store: Store, **_: object) -> Tally:
        return perform(study, store, workers=1, simulate=_fails_once(study))

    for module in ("tasks.robust", "tasks.search", "api"):
        monkeypatch.setattr(f"experiments.{module}.perform", here)
    if which == "robust":
        run_robustness(study, out, 12, 4, 1.5, None, 1)
    elif which == "search":
        pytest.importorskip("pymoo")
        say_search(study, out, float("inf"), "worst", 4, 2, 1)
    else:
        told = {
            "study": str(path),
            "examined": [{"outcome": "cohesion", "arms": {"thanks": 1, "baseline": -1}, "sign": 1}],
        }
        claim = Claim.model_validate({"number": 1, "claim": "x", **told})
        answers([claim], out, 1, 12, 4, print)
    printed = capsys.readouterr().out
    assert "the toy broke" in " ".join(printed.split())
    command = printed.partition("again: ")[2].splitlines()[0]
    words = run_command.make_context("run", shlex.split(command)[2:]).params
    again = read_study(words["study"], words["changes"], words["replicates"], words["points"])
    found = again.run(words["only"])
    assert found is not None
    assert found.arm == "thanks"
    with pytest.raises(ArithmeticError, match="the toy broke"):
        _fails_once(study)(again.job(found))


@pytest.mark.parametrize(
    ("page", "read", "total"), [("", "read", "Thirteen of the twenty"), (".zh", "已读", "二十项中有十三项")]
)
def test_what_the_inputs_that_matter_rest_on_is_what_the_configuration_says(page: str, read: str, total: str) -> None:
    text = (Path(__file__).parents[2] / f"docs/robustness{page}.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in text.splitlines() if row.startswith("| `")]
    rows = [row for row in rows if len(row) == 7]
    evidence, sources = load_config("baseline").evidence, load_sources()
    rests = set()
    for path, value, *_, said in rows:
        known, keys = evidence[path.strip("`")], re.findall("`(\\w+)`", said)
        assert float(value) == known.value, path
        assert set(keys) <= set(known.source.split(", ")), path
        assert all((sources[key].note or "").startswith("read") for key in keys), path
        assert said.startswith(read) == (known.grade in ("survey", "calibrated")), path
        assert keys or not said.startswith(read), path
        rests |= {path} if said.startswith(read) else set()
    assert (len(rows), len(rests)) == (20, 13)
    assert total in text
