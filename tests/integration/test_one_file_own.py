"""A page in one file of a community of one's own: the same checks, the same life to the last bit; skipped without a Chromium where one is needed."""

import json
from pathlib import Path

import pytest
import yaml
from browser_kit import needs_chromium
from click.testing import CliRunner
from one_file_kit import BYTES, columns_of, opened_page, saved

from classroom.one_file import state_for
from classroom.pair import Pair
from classroom.state import StateError, loaded
from experiments.cli import main

PEOPLE = "id,grid,age,job\n" + "".join(
    f"p{i},{'East' if i % 2 else 'West'},{12 + i % 70},{'nurse' if i % 7 == 0 else 'none'}\n" for i in range(160)
)
TIES = "source,target,strength\n" + "".join(f"p{i},p{i + 1},0.4\n" for i in range(159))
STREET = {
    "title": "Our street",
    "extends": "baseline",
    "population": {"residents_file": "residents.csv"},
    "network": {"kind": "file", "ties_file": "ties.csv"},
}
STUDY = {
    "title": "Mine",
    "community": "street.yaml",
    "weeks": 60,
    "burn_in": 20,
    "window": 20,
    "arms": {"nothing": [], "thanks": ["recognition"]},
    "outcomes": ["participation"],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, said in (("street.yaml", STREET), ("study.yaml", STUDY)):
        (tmp_path / name).write_text(yaml.safe_dump(said, sort_keys=False))
    (tmp_path / "residents.csv").write_text(PEOPLE)
    (tmp_path / "ties.csv").write_text(TIES)
    return tmp_path


def page(*words: str) -> tuple[int, str]:
    said = CliRunner().invoke(main, ["page", *words, "--lucks", "1", "--to", "page.html"])
    return said.exit_code, said.output


@needs_chromium
@pytest.mark.parametrize("what", ["street.yaml", "study.yaml"])
def test_a_community_of_ones_own_lives_on_a_page_as_it_does_here(folder: Path, what: str) -> None:
    with opened_page(folder / "page.html", what) as opened:
        own = opened.page()
        assert own.evaluate("Page.told.shown.gridNames") == ["East", "West"]
        state = state_for(what)[0].model_copy(update={"week": 12})
        own.evaluate("async () => { Page.state.week = 12; await Page.found(); }")
        own.wait_for_selector("body[data-week='12']")
        for world in (0, 1):
            there = json.loads(own.evaluate(f"JSON.stringify({BYTES}(Page.worlds[{world}]))"))
            here = columns_of(Pair(state).lives[world].simulation)
            assert [name for name in here if there[name] != here[name]] == []
        study = saved(own, "#save-study", folder)
        assert yaml.safe_load(study.read_text("utf-8"))["community"] == "street.yaml"
        assert opened.wrong == []


def test_what_is_wrong_with_it_is_said_as_a_run_says_it(folder: Path) -> None:
    code, said = page("street.yaml")
    assert code == 0
    assert "The page holds what residents.csv says of each resident" in said
    whole = (folder / "page.html").stat().st_size
    (folder / "street.yaml").write_text(yaml.safe_dump({**STREET, "moving": {"anual_rate": 0.1}}, sort_keys=False))
    assert page("street.yaml") == (2, CliRunner().invoke(main, ["run", "study.yaml"]).output)
    (folder / "street.yaml").write_text(yaml.safe_dump(STREET, sort_keys=False))
    (folder / "residents.csv").write_text(PEOPLE + "p1,East,30,none\n")
    code, said = page("study.yaml")
    assert code == 2
    assert "residents.csv:162" in said
    (folder / "residents.csv").write_text("id,grid,age\n" + "".join(f"p{i},{i % 9},30\n" for i in range(2600)))
    code, said = page("street.yaml")
    assert code == 2
    assert "at most 2000 residents, not 2600" in said
    assert (folder / "page.html").stat().st_size == whole


def test_a_file_is_a_community_only_where_a_command_brought_it(folder: Path) -> None:
    """What a page or another machine says of a file opens none."""
    other = folder / "other.yaml"
    other.write_text(yaml.safe_dump(STREET, sort_keys=False))
    with pytest.raises(StateError, match="no community is called"):
        loaded("other.yaml", {})
    with pytest.raises(StateError, match="no community is called"):
        loaded(str(other), {})
    (folder / "state.json").write_text(json.dumps({"community": "other.yaml"}))
    code, said = page("state.json")
    assert code == 2
    assert "no community is called" in said


def test_a_place_that_is_too_large_is_made_smaller(folder: Path) -> None:
    (folder / "large.yaml").write_text("title: Large\nextends: baseline\npopulation: {residents: 5000}\n")
    state, _ = state_for("large.yaml")
    assert state.set["population.residents"] == 800
    assert page("large.yaml")[0] == 0
