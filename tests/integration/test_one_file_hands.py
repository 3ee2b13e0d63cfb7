"""The page in one file, by hand: gifts to single residents, whom a policy is meant for, what a class saved and takes home."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from browser_kit import needs_chromium
from click.testing import CliRunner
from one_file_kit import BYTES, Opened, columns_of, opened_page

from classroom.pair import Pair
from classroom.state import Change, Listed, State, WorldState
from classroom.touches import Touch, TouchError, touched
from experiments.cli import main
from experiments.study.design import seed_of
from sim import Simulation, load_config
from sim.world import World


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with opened_page(tmp_path_factory.mktemp("page") / "not there yet" / "page.html") as there:
        yield there


HANDS = f"""(given) => {{
  for (const [w, row, what, other] of given) {{ Page.give(w, row, what, other); if (!byId("status").hidden) throw new Error(byId("status").textContent); }}
  Page.live(30);
  return JSON.stringify({BYTES}(Page.worlds[1]));
}}"""


@needs_chromium
def test_a_hand_in_one_life_writes_what_it_writes_here(opened: Opened) -> None:
    """Every gift, and thirty weeks after them: the same bytes; a household that moved is found again."""
    world = (simulation := Simulation(load_config("classroom"), (), seed_of(1, 0)).run_for(8)).world
    room = np.diff(world.household_first)[world.household]
    adults = np.flatnonzero((world.age == 2) & (world.tier == 0)).tolist()
    pairs = [(i, j) for i in adults[:5] for j in adults if world.grid[i] != world.grid[j] and room[i] == room[j]]
    page = opened.page()
    page.evaluate("Page.live(8)")
    for one, other in pairs:
        given = [(1, one, "hour", -1), (1, one, "friend", other), (1, one, "move", other), (1, one, "step", -1)]
        try:
            for _, row, what, whom in given:
                touched(simulation, Touch(week=8, world=1, row=row, what=what, other=whom))  # type: ignore[arg-type]
            break
        except TouchError:
            simulation = Simulation(load_config("classroom"), (), seed_of(1, 0)).run_for(8)
    there = json.loads(page.evaluate(HANDS, given))
    here = columns_of(simulation.run_for(30))
    assert [name for name in here if there[name] != here[name]] == []
    page.evaluate(f"Page.choose({one}, 0)")
    assert page.evaluate("Page.rows")[1] != one
    assert " / " in page.text_content("#resident h2")
    assert page.locator("[data-give=move]").count() == 2
    assert opened.wrong == []


@needs_chromium
def test_a_homework_goes_on_from_where_the_class_stopped(opened: Opened, tmp_path: Path) -> None:
    """What the class saved, with rules changed on the way and gifts by hand, is lived again to the last bit."""
    first = World(load_config("classroom"), seed_of(1, 0))
    later = Simulation(load_config("classroom"), (), seed_of(1, 0)).run_for(9).world
    adult = int(np.flatnonzero((first.age == 2) & (later.key == first.key))[0])  # who moves away is no longer touched
    state = State(
        week=9,
        changes=(
            Change(week=4, world=1, set={"asking.along_tie": 0.9, "needing.low_income_extra": 0.4}),
            Change(week=6, world=1, set={"kinds.meals.hours": 2.5, "kinds.meals.urgency": "urgent"}),
        ),
        touches=(Touch(week=3, world=1, row=adult, what="hour"), Touch(week=6, world=0, row=adult, what="hour")),
        worlds=(WorldState(name="a"), WorldState(name="b", policies=(Listed(name="training", doses={"start": 5}),))),
    )
    (tmp_path / "state.json").write_text(state.model_dump_json(), encoding="utf-8")
    said = CliRunner().invoke(main, ["homework", str(tmp_path / "state.json"), "--to", str(tmp_path / "home.html")])
    assert said.exit_code == 0, said.output
    page = Opened(opened.browser, tmp_path / "home.html").page(from_the_start=False)
    here = columns_of(Pair(state).lives[1].simulation)
    there = json.loads(page.evaluate(f"JSON.stringify({BYTES}(Page.worlds[1]))"))
    assert [name for name in here if there[name] != here[name]] == []
    assert "kinds.meals.hours" in page.evaluate("Page.studyText()")
    page.click("#week1")
    page.click("#reset")
    page.wait_for_selector("body[data-week='9']")
    assert page.evaluate("Page.run.touched.map((rows) => rows.length)") == [1, 1]


@needs_chromium
def test_whom_a_policy_is_meant_for_is_read_or_refused(opened: Opened) -> None:
    page = opened.page()
    page.evaluate(
        "Page.put(1, 'training', true, { where: 'alone and age >= younger_elder', uptake: 0.5, capacity: 20 }); Page.live(3)"
    )
    page.locator("#on-recognition + details > summary").click()
    page.locator("#on-recognition + details details.inner > summary").click()
    words = page.locator("#on-recognition + details [data-dose=where]")
    words.fill("alon and skil > 0.1")
    words.press("Tab")
    assert "alone" in page.text_content("#status")
    words.fill("alone and skill > 0.1")
    words.press("Tab")
    assert not page.is_visible("#status")
    page.check("#on-recognition")
    assert page.evaluate("Page.listed[1].at(-1).doses.where") == "alone and skill > 0.1"
    page.click("#to-parameters")
    page.fill("#find", "kinds.meals.priority")
    page.locator("[data-dose=priority]:visible").fill("9")
    page.keyboard.press("Tab")
    page.evaluate("Page.live(2)")
    assert (
        page.evaluate("Page.worlds.map((world) => world.column('kind_priority')[world.place.kinds.indexOf('meals')])")[
            1
        ]
        == 9
    )
    assert opened.wrong == []
