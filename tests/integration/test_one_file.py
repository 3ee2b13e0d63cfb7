"""The page in one file, in a real browser: it lives offline, is what it is here, and what it saves can be run."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from browser_kit import needs_chromium
from click.testing import CliRunner
from in_firefox import FIREFOX, page_in_firefox
from in_node import others
from one_file_kit import BYTES, Opened, columns_of, opened_page, saved

from classroom.lessons import lessons, study_of
from classroom.one_file import SETTLED, _lesson, one_file, state_for
from classroom.state import State, StateError, WorldState
from experiments.cli import main
from experiments.study.design import seed_of
from experiments.study.loader import read_study
from sim import POLICIES, Simulation, load_config
from sim.browser.shipped import ModuleError
from sim.world import World

MOST, MOST_OF_A_CLASSROOM = 3_000_000, 1_500_000


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with opened_page(tmp_path_factory.mktemp("page") / "not there yet" / "page.html") as there:
        yield there


@needs_chromium
def test_it_lives_offline_and_what_it_saves_is_the_same_life_here(opened: Opened, tmp_path: Path) -> None:
    page = opened.page()
    page.click("#year")
    assert page.text_content("#differing") == "all on the same tiers"
    for policy in ("vanguard", "close_neighbours", "recruitment_drive"):
        page.check(f"#on-{policy}")
    page.click("#year")
    page.uncheck("#on-recruitment_drive")
    page.select_option("#where", "0")
    page.check("#on-recognition")
    for _ in range(3):
        page.click("#week1")
    assert page.text_content("#week") == "107"
    assert re.fullmatch(r"\d+ on another tier", page.text_content("#differing"))
    study, numbers = saved(page, "#save-study", tmp_path), saved(page, "#save-csv", tmp_path)
    assert opened.wrong == []
    rows = list(csv.reader(numbers.open(encoding="utf-8")))
    read = read_study(study)
    assert (read.file.weeks, list(read.arms)) == (107, ["baseline", "policies"])
    for arm in read.arms:
        policies = [POLICIES[name](**doses) for name, doses in read.arms[arm]]
        weekly = Simulation(load_config("classroom"), policies, seed_of(1, 0)).run_for(107).weekly()
        for name, values in weekly.items():
            if name != "week":
                told = np.array([float(row[rows[0].index(f"{name} ({arm})")] or "nan") for row in rows[1:]])
                assert np.array_equal(told, values, equal_nan=True), name


READY = "new Promise((done) => { const look = () => (document.body.dataset.week ? done(1) : setTimeout(look, 50)); look(); })"
ANEW = "(async () => { Page.state.week = 0; await Page.found(); })()"
DO = f"""(() => {{
  for (const name of ["vanguard", "close_neighbours"]) Page.put(1, name, true, {{}});
  Page.live(60);
  return JSON.stringify({BYTES}(Page.worlds[1]));
}})()"""


def columns_here() -> dict[str, str]:
    """Those of the same life as in the page."""
    policies = [POLICIES["vanguard"](start=0), POLICIES["close_neighbours"](start=0)]
    return columns_of(Simulation(load_config("classroom"), policies, seed_of(1, 0)).run_for(60))


@needs_chromium
def test_every_byte_is_the_same_in_chromium(opened: Opened) -> None:
    assert json.loads(opened.page().evaluate(DO)) == columns_here()


@pytest.mark.skipif(FIREFOX is None, reason="Firefox is not installed: lives there are not compared")
def test_every_byte_is_the_same_in_firefox(opened: Opened, tmp_path: Path) -> None:
    with page_in_firefox(opened.path.as_uri(), tmp_path) as evaluated:
        assert evaluated(READY)
        evaluated(ANEW)
        assert json.loads(evaluated(DO)) == columns_here()


@needs_chromium
def test_linli_runs_what_it_saves(opened: Opened, tmp_path: Path) -> None:
    page = opened.page()
    page.check("#on-training")
    page.click("#to-parameters")
    page.fill("#find", "deciding.habit")
    page.locator("[data-dose=habit]").first.fill("1.5")
    page.keyboard.press("Tab")
    page.wait_for_timeout(500)
    page.click("#week1")
    study = saved(page, "#save-study", tmp_path)
    assert "deciding.habit" in study.read_text(encoding="utf-8")
    said = CliRunner().invoke(main, ["run", str(study), "--replicates", "1", "--out", str(tmp_path / "out")])
    assert said.exit_code == 0, said.output


@needs_chromium
@pytest.mark.parametrize(("width", "locale"), [(390, "zh-CN"), (1280, "en-GB")])
def test_on_a_phone_and_in_chinese_nothing_lies_outside(opened: Opened, width: int, locale: str) -> None:
    page = opened.page(width, locale)
    page.check("#on-vanguard")
    page.click("#year")
    page.evaluate("Page.choose(5)")
    assert page.is_visible("#resident h2")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    words = page.evaluate("document.body.innerText")
    assert ("政策" in words) is (locale == "zh-CN")
    assert "undefined" not in words
    assert "NaN" not in words
    page.click("#language")
    assert page.evaluate("document.documentElement.lang") == ("en" if locale == "zh-CN" else "zh-CN")
    page.select_option("#luck", "1")
    page.wait_for_selector("body[data-week='0']")
    page.keyboard.press("Escape")
    assert opened.wrong == []


@needs_chromium
def test_a_lesson_opens_its_arms(opened: Opened, tmp_path: Path) -> None:
    state, lesson = state_for("4_vanguard")
    path = tmp_path / "lesson.html"
    path.write_text(one_file(state, 1, lesson), encoding="utf-8")
    page = Opened(opened.browser, path).page()
    assert page.is_visible("#tab-lesson .lesson")
    assert "Answers for the teacher" not in page.text_content("#tab-lesson")
    page.click("[data-do^='open?arms=a small vanguard']")
    page.wait_for_function("() => document.getElementById('name1').textContent === 'a large vanguard'")
    page.evaluate("Page.live(30)")
    assert page.text_content("#week") == "30"
    assert page.evaluate("Page.worlds.map((world) => world.column('vanguard').filter(Boolean).length)") == [2, 16]
    steps = (
        "weeks?n=2",
        'policy?name=training&seats=10&world=1&groups=["migrants"]',
        "set?asking.along_tie=0.5&from=now",
        "board",
        "ties",
    )
    for step in steps:
        page.evaluate(f"Steps.take(Page, {json.dumps(step)})")
    assert page.text_content("#week") == "32"
    assert page.evaluate("Page.listed[0].at(-1)") == {
        "name": "training",
        "doses": {"seats": 10, "groups": ["migrants"], "start": 32},
    }
    assert page.evaluate("Page.worlds.map((world) => world.parameter('asking', 'along_tie'))")[1] == 0.5
    assert page.is_visible("#flow")
    page.evaluate("Steps.take(Page, 'set?asking.along_tie=0.25&from=start')")
    page.wait_for_function("() => document.getElementById('week').textContent === '0'")
    assert page.evaluate("Page.worlds.map((world) => world.parameter('asking', 'along_tie'))") == [0.25, 0.25]
    assert not page.is_visible("#status")


@needs_chromium
def test_it_begins_settled_and_shows_what_is_lived_from_there(opened: Opened) -> None:
    page = opened.page(from_the_start=False)
    assert page.text_content("#week") == str(SETTLED)
    page.evaluate("Page.live(40)")
    svg = page.evaluate(
        "(() => { const pen = new SvgPen(720, 370); Page.charts[0].strokes(pen, 720, 370, 13); return pen.done(); })()"
    )
    weeks = [int(one) for one in re.findall(r">(\d{1,3})</text>", svg)]
    assert {SETTLED, SETTLED + 10} <= set(weeks)
    page.click("#reset")
    page.wait_for_function("() => document.getElementById('week').textContent === '104'")


def test_the_community_of_the_first_page_has_settled() -> None:
    """Over many lucks unmet needs no longer rise by themselves from the week at which pages begin; from the start they do."""
    lucks = [Simulation(load_config("classroom"), (), seed_of(luck, 0)).run_for(260) for luck in range(1, 33)]
    unmet = np.mean([one.weekly()["unmet_needs"] for one in lucks], axis=0)
    assert unmet[52:SETTLED].mean() > 1.2 * unmet[:26].mean()
    assert unmet[208:260].mean() == pytest.approx(unmet[SETTLED:156].mean(), rel=0.2)


@needs_chromium
def test_it_plays_until_it_is_paused(opened: Opened) -> None:
    page = opened.page()
    page.select_option("#speed", "50")
    page.click("#play")
    page.wait_for_function("() => Number(document.getElementById('week').textContent) > 20")
    page.click("#play")
    week = page.text_content("#week")
    page.wait_for_timeout(200)
    assert page.text_content("#week") == week


@needs_chromium
def test_it_is_fast(opened: Opened) -> None:
    page = opened.page()
    page.evaluate("Page.live(104)")
    weeks = page.evaluate(
        "() => { const t = performance.now(); for (let k = 0; k < 208; k += 1) Page.run.live(); return 208 / (performance.now() - t) * 1000; }"
    )
    assert weeks > 200


def test_sizes(opened: Opened, tmp_path: Path) -> None:
    assert len(one_file(state_for("classroom")[0]).encode()) < MOST_OF_A_CLASSROOM
    for what in ("4_vanguard", "baseline"):
        state, lesson = state_for(what)
        assert len(one_file(state, 6, lesson).encode()) < MOST, what


@pytest.mark.parametrize("community", ["classroom", "baseline"])
def test_parameters_of_the_page_change_nobody_at_the_start(community: str) -> None:
    small = {"population.residents": 150, "population.grids": 2, "population.elders_alone": 0}
    config = load_config(community, set=small)
    before = World(config, 3).columns
    changes = others(config)
    after = World(load_config(community, set=small | changes), 3).columns
    assert len(changes) > 100
    differ = [name for name in before if before[name].tobytes() != after[name].tobytes()]
    assert differ == [name for name in differ if name.startswith("kind_")] != []


def test_what_a_page_cannot_do_is_said(tmp_path: Path) -> None:
    def refused(*arguments: str) -> str:
        said = CliRunner().invoke(main, ["page", *arguments])
        assert said.exit_code == 2
        assert "Traceback" not in said.output
        return " ".join(said.output.split())

    assert "did you mean 'classroom'?" in refused("clasroom", "--to", str(tmp_path / "a.html"))
    assert "ends in .html" in refused("classroom", "--to", str(tmp_path / "a.txt"))
    assert "a.yaml: found no such file" in refused(str(tmp_path / "a.yaml"), "--to", str(tmp_path / "a.html"))
    torn = tmp_path / "torn.json"
    assert "torn.json: No such file" in refused(str(torn), "--to", str(tmp_path / "a.html"))
    for text, why in (('{"week": 3,', "torn.json:1:"), ('{"weak": 3}', "weak: Extra inputs"), ("[]", "torn.json: ")):
        torn.write_text(text, encoding="utf-8")
        assert why in refused(str(torn), "--to", str(tmp_path / "a.html")), text
    assert "too long" in refused(f"{'x' * 300}.yaml", "--to", str(tmp_path / "a.html"))
    aimed = WorldState(name="x", policies=({"name": "training", "doses": {"where": "own.age > 3"}},))  # type: ignore[arg-type]
    with pytest.raises(StateError, match=r"no columns of an own file of residents \(own.age > 3\)"):
        one_file(State(worlds=(WorldState(name="a"), aimed)), 1)


def test_a_lesson_has_no_arm_that_a_page_cannot_give(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    state, lesson = state_for("4_vanguard")
    assert lesson
    text = study_of(next(iter(lessons()[lesson].values()))).read_text(encoding="utf-8")
    study = tmp_path / "study.yaml"
    study.write_text(
        text.replace("arms:\n", "arms:\n  for few:\n    - training: {where: own.few > 1}\n"), encoding="utf-8"
    )
    monkeypatch.setattr("classroom.one_file.study_of", lambda _: study)
    assert "for few" in read_study(study).arms
    assert list(_lesson(lesson, state)["arms"]) == ["nobody", "a small vanguard", "a large vanguard"]


@pytest.mark.parametrize("command", [("page", "classroom", "--lucks", "1"), ("describe", "classroom")])
def test_a_file_to_write_gets_its_folder_or_a_clear_error(command: tuple[str, ...], tmp_path: Path) -> None:
    made = tmp_path / "not" / "there" / "a.html"
    assert CliRunner().invoke(main, [*command, "--to", str(made)]).exit_code == 0
    assert made.read_text(encoding="utf-8").startswith("<!")
    for cannot in (made / "a.html", tmp_path / f"{'x' * 300}.html"):
        said = CliRunner().invoke(main, [*command, "--to", str(cannot)])
        assert (said.exit_code, type(said.exception)) == (2, SystemExit)
        assert "Invalid value for --to" in said.output


def test_a_stale_module_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stale() -> bytes:
        raise ModuleError("the module for browsers was made of other rules")

    monkeypatch.setattr("classroom.one_file.module", stale)
    said = CliRunner().invoke(main, ["page", "classroom", "--to", str(tmp_path / "a.html")])
    assert said.exit_code == 2
    assert "made of other rules" in said.output
