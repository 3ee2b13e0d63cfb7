"""Names of students and grids, whatever they hold, are text in the classroom's pages; skipped without a Chromium."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_kit import Browser, chromium, needs_chromium

from classroom import state
from classroom.homework import played_back
from classroom.session import Session
from pages.guard import clean_name
from sim.config.load import config_names
from sim.founding.import_data.table import in_sight

pytestmark = [needs_chromium, pytest.mark.filterwarnings("ignore::UserWarning")]

WILD = (
    "<img src=x onerror=alert(1)>", "\"'`${x}{{x}}&amp;", "\U0001f469\u200d\U0001f692 \U0001f600", "\u202eevil", "\u0645\u0631\u062d\u0628\u0627 7", "\u5b57" * 200,
    "w" * 200, "=1+1", "%s \\n $x$",
)  # fmt: skip
"""Names that people may give: markup, quotes, pictures, right to left, long ones, formulas."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as there:
        yield there


def unharmed(page: Any, width: int) -> None:
    """Nothing of a name became a part of the page, and the page has its width."""
    assert page.locator("img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_students_of_any_name_are_shown_as_text(browser: Browser) -> None:
    page = browser.teacher()
    page.click("#to-class")
    page.click("[data-lead=room_open]")
    page.wait_for_selector("#room-code")
    seats = [browser.server.student(page.inner_text("#room-code"), name) for name in WILD]
    page.locator(".seats tbody tr").nth(len(WILD) - 1).wait_for()
    assert page.locator(".seats bdi").all_inner_texts() == [clean_name(name) for name in WILD]
    assert page.locator(".joined bdi").all_inner_texts() == [clean_name(name) for name in WILD]
    unharmed(page, 1024)
    phone = browser.page(f"play#code={page.inner_text('#room-code')}", width=390, height=780)
    phone.fill("#name", WILD[0])
    phone.click("#join button.main")
    page.locator(".seats bdi").nth(len(WILD)).wait_for()
    unharmed(phone, 390)
    for seat in seats:
        seat.close()
    page.click("[data-lead=room_close]")
    phone.close()
    page.close()


def test_grids_of_any_name_are_shown_as_text(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "residents.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("id", "grid"), *((f"{g}/{k}", name) for g, name in enumerate(WILD) for k in range(9))]
        )
    own = "extends: classroom\npopulation: {residents_file: residents.csv, elders_alone: 0, initial_tiers: [0.3, 0.1, 0]}\n"
    (tmp_path / "own.yaml").write_text(own, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(state, "communities", lambda: [*config_names(), "own.yaml"])
    session = Session(teacher=True)
    session.answer({"do": "open", "state": {"community": "own.yaml", "seed": 3}})
    session.answer({"do": "weeks", "weeks": 2})
    assert session.pair
    (tmp_path / "homework.html").write_text(played_back(session.pair), "utf-8")
    page = browser.page((tmp_path / "homework.html").as_uri())
    page.wait_for_function("Playback.run?.standing?.gridNames")
    assert sorted(page.evaluate("Playback.run.standing.gridNames")) == sorted(in_sight(WILD))
    for g, name in enumerate(page.evaluate("Playback.run.standing.gridNames")):
        page.evaluate(f"Playback.choose([...Playback.run.standing.grid].indexOf({g}))")
        assert f"(\u2068{name}\u2069)" in page.evaluate("document.querySelector('#picked').textContent")
        unharmed(page, 1024)
    page.close()
