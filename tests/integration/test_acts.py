"""Acts on the map are what the model did: counted against its own tallies, and read alike here and in a page."""

import json

import numpy as np
import pytest
from browser_kit import CHROMIUM, QUIET, needs_chromium
from playwright.sync_api import sync_playwright

from classroom.acts import GIVEN, OFFERED, PLACED_NOW, TAKEN
from classroom.debrief import by_grid, station
from classroom.one_file import one_file
from classroom.pair import NEED, Pair, _flags
from classroom.state import Listed, State, WorldState

ACTIVE = (Listed(name="vanguard", doses={"size": 40}), Listed(name="close_neighbours"), Listed(name="project_teams"))
SMALL = State(
    community="classroom",
    seed=2,
    worlds=(WorldState(name="a", policies=ACTIVE[:1]), WorldState(name="b", policies=ACTIVE)),
)


@pytest.fixture(scope="module")
def lived() -> tuple[Pair, list[list[dict[str, list[list[int]]]]]]:
    """Sixty weeks, and then, for some weeks at most, until somebody has a need that the station does not know of."""
    pair, acts = Pair(SMALL), []
    while len(acts) < 60 or (len(acts) < 90 and all(known for _, _, known in acts[-1][1]["waits"])):
        pair.live(1)
        acts.append([life.acts for life in pair.lives])
        for life in pair.lives:
            waiting = {client for client, _, _ in life.acts["waits"]}
            assert set(np.flatnonzero(_flags(life) & NEED).tolist()) == waiting == set(np.flatnonzero(life.unmet_now))
    return pair, acts


def test_acts_of_every_week_are_as_many_as_the_model_counts(lived: tuple) -> None:  # type: ignore[type-arg]
    pair, acts = lived
    for w, life in enumerate(pair.lives):
        counted, seen = life.simulation.tallies(), [week[w] for week in acts]

        def steps(bit: int, seen: list = seen) -> list[int]:  # type: ignore[type-arg]
            return [sum(bool(step & bit) for _, _, step in week["orders"]) for week in seen]

        assert steps(OFFERED) == counted["count_dispatched"][:, 0].tolist()
        assert steps(TAKEN) == counted["count_accepted"][:, 0].tolist()
        assert all(a <= b for a, b in zip(steps(GIVEN), steps(TAKEN), strict=True))
        assert sum(steps(PLACED_NOW)) > 10
        climbs = [sum(e.week == k and e.what == "climbed" for e in life.events) for k in range(pair.week)]
        assert [len(week["climbs"]) for week in seen] == climbs
        assert sum(len(week["asks"]) for week in seen) > 60
    assert sum(len(week[1]["meets"]) for week in acts) > 0
    assert sum(len(week[1]["helps"]) for week in acts) > 0


def test_a_student_sees_the_acts_of_the_own_grid_and_no_hidden_need(lived: tuple) -> None:  # type: ignore[type-arg]
    life = lived[0].lives[1]
    world = life.simulation.world
    seen = [station(lived[0], g)["acts"] for g in range(world.atmosphere.size)]
    hidden = [one for one in life.acts["waits"] if not one[2]]
    assert hidden
    assert sum(len(acts["waits"]) for acts in seen) == len(life.acts["waits"]) - len(hidden)
    for what in ("orders", "cares", "asks", "climbs", "lapses"):
        assert sum(len(acts[what]) for acts in seen) == len(life.acts[what]), what
    for g, acts in enumerate(seen):
        rows = np.flatnonzero(world.grid == g)
        inside = {(int(rows[v]) if v >= 0 else None, int(rows[c]) if c >= 0 else None) for v, c in acts["helps"]}
        mine = {int(row) for row in rows}
        assert inside == {
            (v if v in mine else None, c if c in mine else None) for v, c in life.acts["helps"] if {v, c} & mine
        }
    weeks = [sum(one["weeks"][w] for one in by_grid(lived[0], life)) for w in range(3)]
    assert weeks == [int(one.unmet_total.sum()) for one in (*lived[0].lives, life)]


@needs_chromium
def test_a_page_reads_the_same_acts_and_draws_them(lived: tuple, tmp_path) -> None:  # type: ignore[no-untyped-def, type-arg]
    _, acts = lived
    path = tmp_path / "page.html"
    path.write_text(one_file(SMALL, 1), encoding="utf-8")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page()
        page.goto(path.as_uri())
        page.wait_for_selector("body[data-week]")
        told = page.evaluate(
            "(weeks) => JSON.stringify(Array.from({ length: weeks },"
            " () => { Page.run.live(); return structuredClone(Page.run.acts); }))",
            len(acts),
        )
        assert json.loads(told) == acts
        # a hand in one life writes here and there the same
        pair = lived[0]
        world = pair.lives[1].simulation.world
        there = [int(i) for i in np.flatnonzero((world.tier == 0) & (world.age == 2))]
        tied = world.tie_other[world.tie_first[there[0]] : world.tie_first[there[0]] + world.degree[there[0]]]
        friend = next(i for i in reversed(there) if i not in tied)
        for what, other in (("hour", -1), ("step", -1), ("friend", friend)):
            assert page.evaluate(f"Touches.give(Page.run, 1, {there[0]}, '{what}', {other})") == ""
            pair.touch(1, there[0], what, other)
        pair.live(3)
        page.evaluate("Page.live(3)")
        for name in (
            "tier",
            "hours_limit",
            "identity",
            "route",
            "recruited_week",
            "degree",
            "tie_other",
            "tie_strength",
        ):
            column = page.evaluate(f"Array.from(Page.worlds[1].column('{name}'))")
            assert np.array_equal(getattr(world, name), np.array(column, getattr(world, name).dtype)), name
        page.evaluate(f"Page.choose({there[0]})")
        assert page.locator(".world1 [data-give]").count() == 4
        # what moves: once under way, never where less motion is asked for; what rests stays until the next week
        moving = "(() => { Page.show(); return Page.maps[1].acts.looping; })()"
        assert page.evaluate(moving) is True
        page.emulate_media(reduced_motion="reduce")
        page.evaluate("Page.maps.forEach((map) => map.acts.forget())")
        page.wait_for_timeout(100)
        assert page.evaluate(moving) is False
        assert page.evaluate("Page.maps[1].acts.moves.length") > 0
        browser.close()
