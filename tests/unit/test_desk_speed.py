"""The time of a plan stands at once, by the speed that the last plan measured."""

from pathlib import Path

import pytest
import yaml
from desk_kit import SMALL

from desk.asking import asked
from desk.folder import Folder
from desk.speed import guess, learn
from experiments.runs.worker_pool import processors

MEASURED = {"todo": 10, "weeks": 50, "residents": 400, "running": 20.0, "start": 3.0, "showing": 7.0}


def test_a_plan_has_a_time_by_the_speed_that_was_measured_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(SMALL, sort_keys=False))
    folder = Folder(tmp_path)
    assert asked(folder, "small")["study"]["guess"] is None  # nothing was measured: it is said to be measured
    learn(folder, MEASURED)
    a_week = 20.0 / (10 * 50 * 400)
    assert guess(folder, 10, 50, 400) == pytest.approx(10 + 20.0 / processors())
    assert asked(folder, "small")["study"]["guess"] == pytest.approx(10 + 12 * 12 * 120 * a_week / processors())
    learn(folder, {**MEASURED, "todo": 0, "running": 0.0})  # all runs are there: nothing is learnt of their speed
    assert guess(folder, 10, 50, 400) == pytest.approx(10 + 20.0 / processors())


@pytest.mark.parametrize(
    "said",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"start": "x", "showing": 1, "resident_week": 1}',
        '{"start": -1, "showing": 1, "resident_week": 1}',
    ],
)
def test_what_is_damaged_is_no_speed(tmp_path: Path, said: str) -> None:
    folder = Folder(tmp_path)
    folder.own.mkdir()
    (folder.own / "speed.json").write_text(said)
    assert guess(folder, 10, 50, 400) is None
