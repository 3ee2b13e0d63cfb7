"""The desk in a real browser: from an empty folder to a methods paragraph in both languages; skipped without a Chromium."""

import json
import re
import signal
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from browser_kit import needs_chromium

pytest.importorskip("starlette")

import yaml
from desk_kit import SMALL, Command, desk_here
from desk_page import CONTRAST, address_of, browsing, until

pytestmark = needs_chromium

WILD = (
    "<img src=x onerror=alert(1)>", "\"'`${x}{{x}}&amp;", "\U0001f469\u200d\U0001f692 \U0001f600", "\u0645\u0631\u062d\u0628\u0627 7", "\u5b57" * 60,
    "w" * 70, "=1+1", "%s $x$", "10", "__proto__", "constructor",
)  # fmt: skip
MOST_STEPS = {"ask": 12, "run": 1, "read": 1, "take": 2}
"""Clicks, choices and fields filled in, from an empty folder to a methods paragraph."""


class Hand:
    """A page, and a count of what a hand did on it."""

    def __init__(self, page: Any) -> None:
        self.page, self.steps = page, 0

    def click(self, where: str) -> None:
        self.steps += 1
        self.page.click(where)

    def fill(self, where: str, text: str) -> None:
        self.steps += 1
        self.page.fill(where, text)
        self.page.press(where, "Tab")
        self.settled()

    def choose(self, where: str, value: str) -> None:
        self.steps += 1
        self.page.select_option(where, value)
        self.settled()

    def settled(self) -> None:
        until(self.page, "Saving.now === 0")

    def taken(self) -> int:
        steps, self.steps = self.steps, 0
        return steps


class Keys(Hand):
    """The same without a mouse: Tab to where it is, then Enter, letters or arrows."""

    def reach(self, where: str) -> None:
        for _ in range(300):
            if self.page.locator(where).first.evaluate("node => node === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {where}")

    def click(self, where: str) -> None:
        self.steps += 1
        self.reach("[role=tab][aria-selected=true]" if where.startswith("#to-") else where)
        if not where.startswith("#to-"):
            self.page.keyboard.press("Enter")
        while where.startswith("#to-") and self.page.get_attribute(where, "aria-selected") != "true":
            self.page.keyboard.press("ArrowRight")

    def fill(self, where: str, text: str) -> None:
        self.steps += 1
        self.reach(where)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Tab")
        self.settled()

    def choose(self, where: str, value: str) -> None:
        self.steps += 1
        self.reach(where)
        label = self.page.locator(f"{where} option[value='{value}']").first.text_content()
        self.page.keyboard.type(label[:3])
        self.settled()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("locale", ["en-GB", pytest.param("zh-CN", marks=pytest.mark.slow)])
def test_from_an_empty_folder_to_a_methods_paragraph(folder: Path, locale: str) -> None:
    """As somebody would who has never seen a study's file, in English without a mouse. Time and steps are counted."""
    began, zh = time.monotonic(), locale == "zh-CN"
    title = "先锋队有用吗？" if zh else "Does a vanguard help?"
    with desk_here(folder) as desk, browsing(address_of(desk), locale=locale) as page:
        hand, steps = Hand(page) if zh else Keys(page), dict[str, int]()
        hand.click("#first-new")
        page.wait_for_selector("#f-title")
        hand.fill("#f-title", title)
        hand.choose("#f-community", "classroom")
        hand.choose("#add-arm1", "vanguard")
        for key, value in (("weeks", 20), ("burn_in", 6), ("window", 6), ("replicates", 6)):
            hand.fill(f"#f-{key}", str(value))
        assert page.inner_text("#yaml-problems").strip() == ("没有错误。" if zh else "Nothing is wrong with it.")
        assert page.evaluate(CONTRAST) == []
        steps["ask"] = hand.taken()
        hand.click("#go-run")
        page.wait_for_selector("#live-forest .outcome", timeout=240_000)
        assert page.locator("#live-forest .outcome").count() == 3
        page.wait_for_selector("#do-again", timeout=240_000)
        assert page.evaluate(CONTRAST) == []
        steps["run"] = hand.taken()
        hand.click("#to-read")
        page.wait_for_selector(".brief li", timeout=120_000)
        assert ("凝聚力" if zh else "cohesion") in page.inner_text(".brief")
        page.wait_for_selector(".weeks", timeout=240_000)
        page.focus(".weeks >> nth=0")
        page.keyboard.press("ArrowRight")
        assert ("周 1" if zh else "Week 1") in page.inner_text(".readout >> nth=0")
        assert page.evaluate(CONTRAST) == []
        steps["read"] = hand.taken()
        hand.click("#to-take")
        page.wait_for_selector("#take-methods .quote", timeout=240_000)
        assert ("我们对" if zh else "We simulated") in page.inner_text("#take-methods .quote")
        assert page.locator("#not-drawn").count() == zh  # a run draws them in English
        page.select_option("#fig-size", "8")
        hand.settled()
        hand.click("#take-figures")
        page.wait_for_selector("[data-file$='forest.svg']", timeout=240_000)
        assert yaml.safe_load(page.input_value("#yaml"))["figures"] == {"size": 8}
        page.click(".names summary")
        Hand(page).fill("#name-1-zh", "骨干队伍")
        assert yaml.safe_load(page.input_value("#yaml"))["label"]["arms"] == {
            "实施政策" if zh else "with the policy": {"zh": "骨干队伍"}
        }
        with page.expect_download() as heard:
            page.click("[data-file$='forest.svg']")
        assert heard.value.path().read_bytes().startswith(b"<?xml")
        assert page.evaluate(CONTRAST) == []
        steps["take"] = hand.taken()
    assert all(steps[part] <= most for part, most in MOST_STEPS.items()), steps
    (study,) = folder.glob("*.yaml")
    assert yaml.safe_load(study.read_text("utf-8"))["title"] == title
    print(f"{locale}: {steps}, {time.monotonic() - began:.0f} s")


HELD = """(() => { const f = window.fetch, what = (a) => JSON.parse(a[1]?.body || "{}").do;
  window.fetch = async (...a) => window.holding && what(a) === "read" ? new Response(JSON.stringify({ read: { done: false, answer: null }, results: "" })) : f(...a); })()"""
"""A machine that is still reading."""


def test_an_answer_that_is_not_of_the_runs_that_are_there_is_not_shown(folder: Path) -> None:
    """Run again with more pairs: until the new results are read the answer says that it is made anew, and no older price or week stands by it."""
    (folder / "small.yaml").write_text(yaml.safe_dump(SMALL, sort_keys=False))
    with desk_here(folder) as desk, browsing(address_of(desk)) as page:
        page.click("[data-study=small]")
        page.click("#go-run")
        page.wait_for_selector("#do-again", timeout=240_000)
        page.click("#to-take")
        page.wait_for_selector("#take-methods .quote", timeout=120_000)
        assert "with 6 replicates" in page.inner_text("#take-methods .quote")
        page.click("#to-read")
        page.wait_for_selector(".answer .also", timeout=120_000)
        assert page.locator("#made-anew").count() == 0
        page.evaluate(HELD)
        page.evaluate("window.holding = true")
        page.click("#to-ask")
        Hand(page).fill("#f-replicates", "8")
        page.click("#go-run")
        page.click("#to-read")
        page.wait_for_selector("#made-anew", timeout=240_000)
        assert page.locator(".brief li").count() == 2
        assert "8 pairs" in page.inner_text("#part-read .chip >> nth=0")
        assert page.locator(".answer .also, .weeks, [data-fold=arms]").count() == 0
        assert page.evaluate(CONTRAST) == []
        page.evaluate("window.holding = false")
        page.wait_for_selector(".answer .also", timeout=120_000)
        page.wait_for_selector(".weeks")
        assert page.locator("#made-anew").count() == 0
        page.click("#to-take")
        until(page, "document.querySelector('#take-methods .quote')?.textContent.includes('with 8 replicates')")


def test_form_and_text_follow_each_other(folder: Path) -> None:
    (folder / "small.yaml").write_text("# mine\n" + yaml.safe_dump(SMALL, sort_keys=False))
    with desk_here(folder) as desk, browsing(address_of(desk)) as page:
        hand = Hand(page)
        page.click("[data-study=small]")
        page.wait_for_selector("#f-weeks")
        hand.fill("#f-replicates", "9")
        assert page.input_value("#yaml").startswith("# mine\n")
        assert "replicates: 9" in page.input_value("#yaml")
        page.fill("#yaml", page.input_value("#yaml").replace("weeks: 12", "weeks: 15"))
        until(page, "document.querySelector('#f-weeks').value === '15'")
        page.fill("#yaml", page.input_value("#yaml").replace("recognition", "recogniton"))
        page.wait_for_selector(".problems li")
        assert "Did you mean 'recognition'?" in page.inner_text("#yaml-problems")
        line = page.input_value("#yaml").split("\n").index("  - recogniton") + 1
        assert page.inner_text(".gutter .wrong").strip() == str(line)
        page.fill("#yaml", "title: [")
        page.wait_for_selector(".form.waits")
        page.fill("#yaml", yaml.safe_dump(SMALL, sort_keys=False))
        page.wait_for_selector("#f-weeks")
        page.fill("#add-varies", "policies.recognition.warmth")
        page.press("#add-varies", "Enter")
        page.select_option("[data-shape-of='policies.recognition.warmth']", "normal")
        page.wait_for_selector(".curve path", timeout=60_000)
        assert "mean" in yaml.safe_load(page.input_value("#yaml"))["varies"]["policies.recognition.warmth"]
        hand.choose("#design", "sobol")
        assert yaml.safe_load((folder / "small.yaml").read_text())["design"] == {"method": "sobol", "points": 16}


def test_what_is_typed_while_a_slow_desk_answers_stays(folder: Path) -> None:
    slow = "(() => { const f = window.fetch; window.fetch = (...a) => new Promise((go) => setTimeout(() => go(f(...a)), 700)); })()"
    with desk_here(folder) as desk, browsing(address_of(desk)) as page:
        page.click("#new-study")
        page.wait_for_selector("#arm-1")
        until(page, "Saving.now === 0")
        page.evaluate(slow)
        page.select_option("#f-community", "classroom")
        page.select_option("#add-arm1", "training")
        page.click("#arm-1", click_count=3)
        for letter in "subsidy":
            page.keyboard.type(letter)
            page.wait_for_timeout(150)  # answers come in between, and the form is made anew
        until(page, "Saving.now === 0")
        page.click("#f-title")
        until(page, "Saving.now === 0")
        study = yaml.safe_load(page.input_value("#yaml"))
        assert study["community"] == "classroom"
        assert [str(one) for one in study["arms"]["subsidy"]] == ["training"]


def test_every_name_is_text_and_arms_stay_in_their_order(folder: Path) -> None:
    arms = {name: ["recognition"] if i % 2 else [] for i, name in enumerate(WILD)}
    said = {**SMALL, "title": WILD[0], "question": WILD[1], "arms": arms, "replicates": 1}
    (folder / "wild.yaml").write_text(yaml.safe_dump(said, sort_keys=False, allow_unicode=True), "utf-8")
    with desk_here(folder) as desk, browsing(address_of(desk)) as page:
        page.click("[data-study=wild]")
        page.wait_for_selector("#arm-10")
        assert [page.input_value(f"#arm-{i}") for i in range(len(WILD))] == list(WILD)
        assert page.inner_text("#title") == WILD[0]
        Hand(page).fill("#f-replicates", "2")
        assert list(yaml.safe_load((folder / "wild.yaml").read_text("utf-8"))["arms"]) == list(WILD)
        page.click("#arm-9 >> xpath=../button[1]")
        until(page, "document.querySelector('#arm-8').value === '__proto__'")
        assert list(yaml.safe_load((folder / "wild.yaml").read_text("utf-8"))["arms"])[7:10] == [
            "%s $x$",
            "__proto__",
            "10",
        ]
        assert page.locator("img").count() == 0
        for width in (1280, 1024, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_files_of_ones_own_are_brought_and_checked(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    people = "id,grid,age\n" + "".join(f"p{i},{'East' if i % 2 else 'West'},{20 + i % 60}\n" for i in range(40))
    (elsewhere / "residents.csv").write_text(people)
    (elsewhere / "ties.csv").write_text("source,target,strength\n" + "".join(f"p{i},p{i + 1},0.4\n" for i in range(39)))
    with desk_here(folder) as desk, browsing(address_of(desk)) as page:
        page.click("#first-new")
        page.wait_for_selector("#bring", state="attached")
        page.set_input_files("#bring", [str(elsewhere / "residents.csv"), str(elsewhere / "ties.csv")])
        page.wait_for_selector("#make-community")
        assert page.input_value("#which-ties") == "ties.csv"
        page.fill("#own-title", "Our street")
        page.click("#make-community")
        page.wait_for_selector(".brought .fine", timeout=120_000)
        assert re.search(r"Our street: 40 residents, 39 ties", page.inner_text(".brought"))
        (folder / "residents.csv").write_text(people + "p1,East,30\n")
        page.reload()
        page.wait_for_selector(".brought .problem", timeout=120_000)
        assert "residents.csv:42" in page.inner_text(".brought")
        page.click("#language")
        until(page, "document.querySelector('.brought').textContent.includes('residents.csv第42行')")


def test_a_study_is_deleted_after_a_question_and_can_be_taken_back(folder: Path) -> None:
    (folder / "small.yaml").write_text(text := yaml.safe_dump(SMALL, sort_keys=False))
    (results := folder / "results" / "small").mkdir(parents=True)
    (results / "runs.parquet").write_bytes(b"runs")
    late = """(() => { const f = window.fetch, what = (a) => JSON.parse(a[1]?.body || "{}").do; window.late = 0;
      window.fetch = async (...a) => { if (what(a) !== "plan") return f(...a);
        window.late += 1; await new Promise((go) => setTimeout(go, 3000)); const heard = await f(...a); window.late -= 1; if (!heard.ok) window.refused = 1; return heard; }; })()"""
    with desk_here(folder) as desk, browsing(f"{address_of(desk)}&lang=zh") as page:
        page.click("[data-study=small]")
        page.click("#delete")
        page.evaluate("Desk.draw()")  # as an answer that comes now does
        assert page.inner_text("#delete-no") == "保留"  # the language that was asked for when the desk was begun
        page.reload()
        page.wait_for_selector("#delete")
        assert page.inner_text("#language") == "English"
        page.click("#language")
        page.reload()
        page.evaluate(late)  # a loaded machine: what the page asks of itself arrives after what its user does
        page.wait_for_selector("#delete")
        assert page.inner_text("#language") == "中文"
        page.click("#delete")
        page.click("#delete-no")
        assert (folder / "small.yaml").exists()
        page.click("#delete")
        assert page.evaluate("document.activeElement.id") == "delete-no"
        assert page.evaluate(CONTRAST) == []
        until(page, "window.late > 0")
        page.click("#delete-yes")
        page.wait_for_selector("#first-new")
        until(page, "window.late === 0")
        assert not page.evaluate("window.refused")
        until(page, "document.querySelectorAll('[data-study]').length === 0")
        kept = folder / re.search(r"\.desk/deleted/[^;]+", page.inner_text("#status"))[0]
    assert not results.exists()
    assert (kept / "small.yaml").read_text() == text
    assert (kept / "results" / "small" / "runs.parquet").read_bytes() == b"runs"


def test_what_was_written_while_the_desk_was_away_arrives(folder: Path) -> None:
    (folder / "small.yaml").write_text(yaml.safe_dump(SMALL, sort_keys=False))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    desk = Command(folder, port)
    try:
        with browsing(desk.address) as page:
            page.click("[data-study=small]")
            page.wait_for_selector("#f-title")
            desk.end(signal.SIGKILL)
            page.fill("#f-title", "Written while it was away")
            page.press("#f-title", "Tab")
            page.wait_for_selector("#status.bad")
            page.fill("#yaml", page.input_value("#yaml").replace("weeks: 12", "weeks: 14"))
            page.wait_for_timeout(800)
            desk = Command(folder, port)
            page.goto("about:blank")
            page.goto(desk.address)
            until(page, "document.querySelector('#f-weeks')?.value === '14'", timeout=120_000)
            until(page, "document.querySelector('#f-title')?.value === 'Written while it was away'")
    finally:
        desk.end()
    said = yaml.safe_load((folder / "small.yaml").read_text())
    assert (said["title"], said["weeks"]) == ("Written while it was away", 14)


def test_a_list_of_a_hundred_studies_and_one_of_many_runs_stay_quick(folder: Path) -> None:
    for i in range(100):
        (folder / f"s{i:03}.yaml").write_text(yaml.safe_dump({**SMALL, "title": f"Study {i}"}, sort_keys=False))
    with desk_here(folder) as desk, browsing(address_of(desk)) as page:
        assert page.locator("[data-study]").count() == 100
        began = time.monotonic()
        for _ in range(5):
            desk.ask("studies")
        assert (time.monotonic() - began) / 5 < 1.0
        page.fill("#find-study", "Study 77")
        until(page, "document.querySelectorAll('[data-study]').length === 1")
        page.click("[data-study=s077]")
        page.wait_for_selector("#f-title")
    assert (
        json.loads((folder / ".desk" / "queue.json").read_text() if (folder / ".desk").exists() else "{}").get(
            "places", []
        )
        == []
    )
