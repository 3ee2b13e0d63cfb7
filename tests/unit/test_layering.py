"""Files laid over files, and changes over both: long chains, circles, and what replaces what."""

from pathlib import Path

import pytest

from sim.config.evidence import Evidenced
from sim.config.load import load
from sim.config.yaml import ConfigError
from tests.unit.test_config import BASELINE, SOURCES, Kind, Part, Root


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "baseline.yaml").write_text(BASELINE)
    (tmp_path / "sources.yaml").write_text(SOURCES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_any_number_of_files_may_extend_each_other(folder: Path) -> None:
    """Neither a long chain nor a large circle ends in a recursion that is too deep."""
    for i in range(1200):
        (folder / f"n{i}.yaml").write_text(
            f"extends: {f'n{i - 1}' if i else 'baseline'}\nasking: {{weeks: {1 + i % 50}}}\n"
        )
    assert load("n1199", Root, folder=folder).asking.weeks == 50
    (folder / "n0.yaml").write_text("extends: n1199\n")
    with pytest.raises(ConfigError) as caught:
        load("n1199", Root, folder=folder)
    (problem,) = caught.value.problems
    assert "a circle: n1199 -> n1198 -> n1197 -> ... -> n0 -> n1199" in problem.found
    assert problem.file == "n0.yaml"


def test_a_mapping_replaces_a_value_and_changes_a_section(folder: Path) -> None:
    """Which of the two is meant stands in the schema."""

    class Town(Part):
        shares: dict[str, float]
        size: int

    class Place(Evidenced):
        title: str
        town: Town
        kinds: dict[str, Kind]

    text = "title: T\ntown: {shares: {value: {a: 0.5, b: 0.5}, grade: assumed}, size: {value: 3, grade: assumed}}\n"
    (folder / "baseline.yaml").write_text(text + "kinds: {meals: {hours: {value: 2, grade: assumed}}}\n")
    for said in ({"town.shares": {"c": 1}}, {"town": {"shares": {"c": 1}}}, {"town.shares": "{c: 1}"}):
        place = load("baseline", Place, said, folder=folder)
        assert (place.town.shares, place.town.size) == ({"c": 1}, 3)
    (folder / "mine.yaml").write_text("extends: baseline\ntown: {shares: {c: 1}}\n")
    assert load("mine", Place, folder=folder) == place
    more = load("baseline", Place, {"kinds": {"errands": {"hours": 1}}}, folder=folder)
    assert set(more.kinds) == {"meals", "errands"}
    assert load("baseline", Place, {"town.shares.a": 1}, folder=folder).town.shares == {"a": 1, "b": 0.5}
