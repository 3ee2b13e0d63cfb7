"""Every state of the classroom, of a student's phone and of the page in one file: without critical or serious findings of
axe-core; and a lesson from its prediction to its outcome by keyboard alone.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from browser_kit import SMALL, Browser, chromium, needs_chromium

from classroom.homework import played_back
from classroom.one_file import one_file, state_for
from classroom.pair import Pair
from classroom.state import Listed, State, WorldState

pytestmark = [needs_chromium, pytest.mark.slow]
RUN = """async (contrast) => {
  const rules = { "color-contrast": { enabled: contrast } };
  const found = await axe.run(document, { resultTypes: ["violations"], preload: false, rules });
  return found.violations.filter((one) => ["critical", "serious"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as there:
        yield there


class Looked:
    """What axe-core finds in the states of a page, one after the other."""

    def __init__(self, page: Any) -> None:
        self.page, self.found = page, {}
        page.evaluate(AXE_SCRIPT)

    def at(self, state: str, *, contrast: bool = True) -> None:
        """Note the critical and serious findings in this state; its colours too, unless they are those of another."""
        if found := self.page.evaluate(RUN, contrast):
            self.found[state] = found


def opened(page: Any, selector: str) -> None:
    """Open everything that can be folded out within an element."""
    page.evaluate(f"document.querySelectorAll('{selector} details').forEach((one) => {{ one.open = true; }})")


def test_the_teachers_and_a_students_page(browser: Browser) -> None:
    page = browser.teacher(SMALL | {"week": 12})
    teacher = Looked(page)
    teacher.at("as it opens", contrast=False)
    page.check("[data-policy=training]")
    opened(page, ".policy:has([data-policy=training])")
    page.click("#week1")
    page.click("#menu summary")
    page.focus("#map0")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".life h3")
    teacher.at("a policy and the menu open, a resident chosen")
    page.keyboard.press("Escape")
    page.click("#language")
    page.click("#to-parameters")
    page.fill("#tab-parameters input[type=search]", "asking")
    page.click("#see-board")
    page.fill("#seed", "99999999999999999999")
    page.keyboard.press("Tab")
    page.wait_for_selector("#status.bad")
    teacher.at("parameters, the board and an error, in Chinese")
    page.click("#language")
    page.click("#see-only")
    page.click("#to-lessons")
    teacher.at("lessons, what happened in one world only", contrast=False)
    page.click("[data-lesson='4_vanguard']")
    page.wait_for_selector("#handout")
    page.locator(".predict input").first.check()
    page.locator(".predict button").first.click()
    teacher.at("a lesson with a prediction")
    page.click("#see-charts")
    page.click("#to-class")
    teacher.at("no room yet", contrast=False)
    page.click("[data-lead=room_open]")
    page.wait_for_selector("#room-code")
    code = page.inner_text("#room-code")
    phone = browser.page("play", width=390, height=780)
    student = Looked(phone)
    student.at("who joins", contrast=False)
    phone.fill("#code", code)
    phone.fill("#name", "Wang Fang")
    phone.click("#join button.main")
    phone.wait_for_selector("#table", state="visible")
    teacher.at("students join", contrast=False)
    student.at("who has joined", contrast=False)
    page.click("[data-lead=start_play]")
    page.wait_for_selector("[data-lead=live_13]", timeout=60_000)
    page.click("[data-lead=live_13]")
    phone.locator("#phase", has_text="13 / 104").wait_for(timeout=60_000)
    teacher.at("the class plays", contrast=False)
    student.at("a station of one's own")
    page.evaluate("document.querySelector('.stage').scrollTop = 300")
    page.click("[data-lead=finish]")
    page.wait_for_selector("#debrief")
    assert page.evaluate("document.querySelector('.stage').scrollTop") == 0, "the end cannot be seen"
    phone.wait_for_selector("#result .debrief")
    teacher.at("the end")
    student.at("the own end")
    phone.click("#language")
    student.at("the own end in Chinese", contrast=False)
    assert teacher.found == student.found == {}
    back = browser.teacher()  # the room is there, and its map; whoever opens a lesson sees that lesson
    back.wait_for_selector("body.class-view")
    back.click("#to-lessons")
    back.click("[data-lesson='1_one_resident']")
    back.locator("[data-do=open]").first.click()
    back.locator("#place", has_text="One resident changes").wait_for()
    assert back.evaluate("Live.run === Live.ownRun && !document.body.matches('.class-view')")
    for one in (phone, back, page):
        one.context.close()


def lesson_in_one_file(browser: Browser, folder: Path) -> Any:
    """The page of a lesson, opened from its file."""
    state, lesson = state_for("4_vanguard")
    (folder / "lesson.html").write_text(one_file(state, 1, lesson), encoding="utf-8")
    page = browser.page((folder / "lesson.html").as_uri())
    page.wait_for_selector("body[data-week]")
    return page


def test_the_pages_that_are_files(browser: Browser, tmp_path: Path) -> None:
    page = lesson_in_one_file(browser, tmp_path)
    alone = Looked(page)
    alone.at("a lesson", contrast=False)
    page.evaluate("Page.live(40); Page.choose(3, 0)")
    page.click("#to-policies")
    page.check("#on-training")
    opened(page, ".policy:has([data-policy=training])")
    page.click("#menu summary")
    alone.at("a policy, the menu and a resident")
    page.keyboard.press("Escape")
    page.click("#language")
    page.click("#to-parameters")
    page.fill("#find", "asking")
    page.evaluate("byId('board-part').open = true; Page.say('x', true)")
    alone.at("parameters, the board and an error, in Chinese")
    worlds = (WorldState(name="a"), WorldState(name="b", policies=(Listed(name="training"),)))
    (tmp_path / "played.html").write_text(played_back(Pair(State(**SMALL, week=5, worlds=worlds))), encoding="utf-8")
    back = browser.page((tmp_path / "played.html").as_uri())
    played = Looked(back)
    back.click("#map0", position={"x": 20, "y": 40})
    played.at("a run played back", contrast=False)
    assert alone.found == played.found == {}
    for one in (back, page):
        one.context.close()


def reached(page: Any, selector: str, key: str = "Tab", most: int = 80) -> None:
    """Press a key until an element has the focus, and see that it can be seen to have it."""
    for _ in range(most):
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert ring != "none", f"{selector} does not show that it has the focus"
            return
        page.keyboard.press(key)
    raise AssertionError(f"{selector} cannot be reached by {key}")


def test_a_lesson_by_keyboard_alone(browser: Browser) -> None:
    page = browser.teacher()
    page.evaluate("document.activeElement.blur()")
    reached(page, "[role=tab][id^=to-]")
    for _ in range(4):
        if page.evaluate("document.activeElement.id") == "to-lessons":
            break
        page.keyboard.press("ArrowRight")
    reached(page, "[data-lesson='1_one_resident']")
    page.keyboard.press("Enter")
    page.wait_for_selector("#handout")
    reached(page, ".predict input")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.locator(".predict input").nth(1).is_checked()
    reached(page, ".predict button")
    page.keyboard.press("Enter")
    reached(page, "[data-do^=open]")
    page.keyboard.press("Enter")
    page.locator("#place", has_text="One resident changes").wait_for()
    reached(page, "[data-do^='play?weeks=']")
    page.keyboard.press("Enter")
    page.locator(".came .outcome", has_text="On the screen").wait_for(timeout=60_000)
    reached(page, "#map0", "Shift+Tab" if page.evaluate("document.activeElement.closest('.stage') !== null") else "Tab")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".life h3")
    page.context.close()


def test_the_page_in_one_file_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    page = lesson_in_one_file(browser, tmp_path)
    page.wait_for_function("() => !document.getElementById('to-lesson').hidden")
    reached(page, "#to-lesson")
    reached(page, ".predict input")
    page.keyboard.press("Space")
    reached(page, ".predict button")
    page.keyboard.press("Enter")
    reached(page, "[data-do^='play?weeks=']")
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-week='52']")
    reached(page, "#map1")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#resident h2")
    reached(page, "[data-give=hour]")
    page.keyboard.press("Enter")
    assert page.evaluate("Touches.given.length") == 1
    page.context.close()
