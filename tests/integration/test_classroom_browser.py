"""The classroom's page in a real headless Chromium, as a teacher and as a student use it; skipped without one."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_kit import KEY, SMALL, Browser, chromium, needs_chromium

from classroom.homework import played_back
from classroom.lessons import lessons
from classroom.pair import Pair
from classroom.state import State
from experiments.study.loader import read_study

pytestmark = needs_chromium
CONTRAST = """() => {
  const light = (c) => {
    const parts = c.match(/[\\d.]+/g).slice(0, 3).map((x) => x / 255);
    const [r, g, b] = parts.map((x) => (x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (n) => {
    for (; n; n = n.parentElement) {
      const c = getComputedStyle(n).backgroundColor;
      if (!/, 0\\)|transparent/.test(c)) return c;
    }
    return "rgb(255, 255, 255)";
  };
  let low = [99, ""];
  for (const n of document.querySelectorAll("body *")) {
    if (!n.offsetParent || ![...n.childNodes].some((t) => t.nodeType === 3 && t.data.trim())) continue;
    const a = light(getComputedStyle(n).color), b = light(ground(n));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < low[0]) low = [ratio, n.outerHTML.slice(0, 80)];
  }
  return low;
}"""
"""The lowest contrast of any visible text with its ground."""
NAMELESS = """() => {
  const named = (n) => n.getAttribute("aria-label") || n.innerText?.trim() || n.title || n.placeholder || [...(n.labels || [])].some((l) => l.innerText.trim());
  const shown = [...document.querySelectorAll("button, select, input, summary, canvas[role=img]")].filter((n) => n.checkVisibility() && !n.closest("[aria-hidden=true]") && n.getAttribute("aria-hidden") !== "true");
  const nested = [...document.querySelectorAll("summary, button, a")].filter((n) => n.querySelector("button, input, select, a"));
  return [...shown.filter((n) => !named(n)), ...nested].map((n) => n.outerHTML.slice(0, 90));
}"""  # fmt: skip
"""Controls and pictures without a name, and controls inside of controls: nobody who does not see the page can use them."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as there:
        yield there


def week(page: Any) -> int:
    return int(page.inner_text("#week"))


def wait_for_week(page: Any, least: int) -> None:
    for _ in range(300):
        if week(page) >= least:
            return
        page.wait_for_timeout(50)
    raise AssertionError(
        f"week {week(page)} instead of {least}: {page.inner_text('#status') if page.is_visible('#status') else ''}"
    )


def words(page: Any) -> str:
    return str(page.evaluate("document.body.innerText"))


def test_play_put_a_policy_on_in_mid_run_and_compare(browser: Browser) -> None:
    page = browser.teacher()
    assert page.evaluate("location.hash") == ""
    page.select_option("#speed", "50")
    page.click("#play")
    wait_for_week(page, 20)
    page.check("[data-policy=vanguard]")
    page.locator(".policy:has([data-policy=vanguard]) summary").first.click()
    page.fill("details[open] [data-dose=size]", "80")
    page.keyboard.press("Tab")
    wait_for_week(page, 90)
    page.click("#play")
    page.wait_for_timeout(700)
    assert "on another tier" in page.inner_text("#differing")
    assert re.search(r"80 per 1,000", page.inner_text(".policy:has([data-policy=vanguard]) .sentence"))
    assert "yuan spent" in page.inner_text(".purse")
    stopped = week(page)
    page.wait_for_timeout(300)
    assert week(page) == stopped
    page.click("#week1")
    wait_for_week(page, stopped + 1)
    page.click("#see-only")
    for later in range(stopped + 2, stopped + 54):  # until somebody climbs or lapses in one world only
        page.wait_for_timeout(200)
        if page.locator(".headlines li").count():
            break
        page.click("#week1")
        wait_for_week(page, later)
    page.wait_for_selector(".headlines li")
    page.locator(".headlines button.link").first.click()
    page.wait_for_selector(".luck")
    assert "same" in page.inner_text(".luck") or "One luck" in page.inner_text(".luck")
    page.click("#reset")
    wait_for_week(page, 0)
    page.close()


def test_save_the_study_the_link_and_the_state_and_open_them_again(browser: Browser, tmp_path: Path) -> None:
    page = browser.teacher({**SMALL, "week": 10, "seed": 5})
    page.check("[data-policy=training]")
    page.wait_for_selector(".since:not(:empty)")
    page.click("#week1")
    wait_for_week(page, 11)
    saved: dict[str, Path] = {}
    for button in ("save-study", "save-state"):
        page.click("#menu summary") if not page.is_visible(f"#{button}") else None
        with page.expect_download() as download:
            page.click(f"#{button}")
        saved[button] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[button])
    study = read_study(saved["save-study"])
    assert [name for name, _ in next(reversed(study.arms.values()))] == ["training"]
    page.click("#menu summary") if not page.is_visible("#copy-link") else None
    page.click("#copy-link")
    link = page.evaluate("navigator.clipboard.readText()")
    for path in saved.values():
        page.click("#reset")
        page.set_input_files("#file", str(path))
        page.wait_for_timeout(800)
        assert page.is_checked("[data-policy=training]"), path.name
        assert page.input_value("#seed") == "5"
    again = browser.page(link.split("/", 3)[3] + f"&key={KEY}")
    again.wait_for_selector(".policy", timeout=60_000)
    wait_for_week(again, 11)
    again.close()
    bad = tmp_path / "bad.yaml"
    bad.write_text("title: <img src=x>\ncommunity: nowhere\n", encoding="utf-8")
    page.set_input_files("#file", str(bad))
    page.wait_for_selector("#status.bad")
    assert week(page) >= 0
    page.close()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("name", ["1_one_resident", "2_ladder_and_mobility", "5_time_bank"])
def test_a_lesson_from_start_to_end(browser: Browser, name: str, locale: str) -> None:
    page = browser.teacher(locale=locale)
    page.select_option("#speed", "max")
    page.click("#to-lessons")
    page.click(f"[data-lesson='{name}']")
    page.wait_for_selector("#handout")
    title = lessons()[name]["zh" if locale == "zh-CN" else "en"].title
    assert title in page.inner_text("#handout")
    page.locator(".predict button").click()
    assert page.inner_text(".predicted")
    page.locator(".predict input").last.check()
    page.locator(".predict button").click()
    for step in range(page.locator("ol .act").count()):
        act = page.locator("ol .act").nth(step)
        before, what = week(page), act.get_attribute("data-do")
        act.click()
        if what.startswith("play"):
            wait_for_week(page, before + int(re.findall(r"weeks=(\d+)", what)[0]))
        page.wait_for_timeout(350)
        assert not page.is_visible("#status.bad"), page.inner_text("#status")
    page.emulate_media(media="print")
    assert page.is_visible("#handout")
    assert not page.is_visible("#play")
    page.close()


def test_every_word_changes_with_the_language(browser: Browser) -> None:
    page = browser.teacher()
    page.click("#language")
    page.wait_for_timeout(400)
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert "先锋队" in words(page)
    for tab in ("to-policies", "to-lessons", "to-class"):
        page.click(f"#{tab}")
        visible = page.inner_text("aside")
        english = [
            w for w in re.findall(r"[A-Za-z]{4,}", visible) if w.lower() not in ("http", "play", "linli", "crowd")
        ]
        assert english == [], tab
    page.click("#language")
    page.wait_for_timeout(300)
    assert "Vanguard team" in words(page)
    page.close()


def test_the_page_is_worked_by_keyboard_and_its_words_have_contrast(browser: Browser) -> None:
    page = browser.teacher()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(".")
    wait_for_week(page, 1)
    page.focus("#map0")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".life h3")
    page.focus("#to-policies")
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("#to-parameters", "aria-selected") == "true"
    assert page.locator("#tab-parameters .grade").count() > 100
    for tab in ("to-parameters", "to-lessons", "to-class", "to-policies"):
        page.click(f"#{tab}")
        assert page.evaluate(NAMELESS) == []
        worst = page.evaluate(CONTRAST)
        assert worst[0] >= 4.5, worst
    page.click("#menu summary")
    page.keyboard.press("Escape")
    assert not page.is_visible("#copy-link")
    page.locator(".policy:has([data-policy=training]) summary").first.click()
    page.fill("[open] [data-dose=seats]", "-3")
    page.keyboard.press("Tab")
    assert page.locator(".wrong", has_text=re.compile("^(Only from|At least) 0")).count() == 1
    page.fill("#seed", "99999999999999999999")
    page.keyboard.press("Tab")
    page.wait_for_selector("#status.bad")
    assert page.input_value("#seed") == "1"
    page.close()


def test_nothing_is_cut_off_on_a_small_projector_or_a_phone(browser: Browser) -> None:
    for width, height in ((1024, 768), (390, 780)):
        page = browser.teacher(width=width, height=height)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("#map1").bounding_box()["width"] > 150
        assert page.locator("#to-policies").bounding_box()["y"] < 1.6 * height
        page.close()


def test_homework_lives_on_or_plays_back_from_a_file(browser: Browser, tmp_path: Path) -> None:
    page = browser.teacher({**SMALL, "week": 30, "title": "</script><img src=x onerror=alert(1)>"})
    path = tmp_path / "homework.html"

    def played_homework() -> Any:
        page.click("#menu summary") if not page.is_visible("#save-homework") else None
        with page.expect_download() as download:
            page.click("#save-homework")
        download.value.save_as(path)
        return browser.page(path.as_uri())

    lives = played_homework()
    lives.wait_for_selector("body[data-week='30']")
    lives.click("#week1")
    assert week(lives) == 31
    assert "</script><img" in lives.inner_text("#place")
    page.evaluate("Live.ask({ do: 'touch', world: 1, row: Live.run.tiers[1].indexOf(0), what: 'step' })")
    page.wait_for_function("() => Live.state.touches.length")
    touched = played_homework()
    touched.wait_for_selector("body[data-week='30']")
    assert touched.evaluate("Page.run.touched[1].length") == 1
    path.write_text(played_back(Pair(State(**SMALL, week=30, title="</script><img src=x onerror=alert(1)>"))), "utf-8")
    played = browser.page(path.as_uri())
    played.wait_for_timeout(600)
    assert week(played) == 0
    assert "</script><img" in played.inner_text("#place")
    played.click("#play")
    played.wait_for_timeout(900)
    assert 0 < week(played) < 30
    assert played.evaluate("Playback.maps[1].acts.told") is None  # the acts that the file holds are of its last week
    played.click("#map0", position={"x": 20, "y": 40})
    assert played.is_visible("#picked")
    page.close()


def test_a_student_on_a_phone_plays_and_hostile_names_are_shown_as_text(browser: Browser) -> None:
    page = browser.teacher()
    page.click("#to-class")
    page.click("[data-lead=room_open]")
    page.wait_for_selector("#room-code")
    code = page.inner_text("#room-code")
    phone = browser.page(f"play#code={code}", width=390, height=780, locale="zh-CN")
    phone.fill("#name", "<b id=x>K</b>")
    phone.click("#join button.main")
    phone.wait_for_selector("#table", state="visible")
    page.click("[data-lead=start_play]")
    page.wait_for_selector("[data-lead=live_13]", timeout=60_000)
    phone.select_option("#c-first", "vulnerable")
    phone.locator("#c-staff").fill("4")
    phone.wait_for_timeout(500)
    page.click("[data-lead=live_13]")
    phone.locator("#phase", has_text="13 / 104").wait_for(timeout=60_000)
    assert page.locator("#x").count() + phone.locator("#x").count() == 0
    assert "<b id=x>K</b>" in page.inner_text(".seats")
    phone.reload()
    phone.wait_for_selector("#station .fact")
    assert phone.input_value("#c-staff") == "4"
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("[data-lead=finish]")
    page.wait_for_selector("#debrief")
    phone.wait_for_selector("#result .debrief")
    assert "community" in page.inner_text("#ending .ending-line")
    assert page.evaluate("Live.run.standing.gridNames[0]") == "1 <b id=x>K</b>"
    assert phone.evaluate("Play.own.map.spots.length") > 10
    page.click("[data-lead=room_close]")
    phone.wait_for_selector("#join", state="visible")
    phone.close()
    page.close()


def test_a_lost_connection_comes_back_to_the_same_week(browser: Browser) -> None:
    page = browser.teacher({**SMALL, "week": 7})
    page.evaluate("Live.socket.close()")
    page.wait_for_timeout(2500)
    wait_for_week(page, 7)
    page.click("#week1")
    wait_for_week(page, 8)
    page.close()


def test_five_hundred_residents_run_smoothly(browser: Browser, record_property: Any) -> None:
    page = browser.teacher({"set": {"population.residents": 500, "population.grids": 5}})
    rates = {}
    for speed, least in (("10", 8.0), ("max", 10.0)):
        page.select_option("#speed", speed)
        page.click("#play")
        page.wait_for_timeout(500)
        first, pictures = week(page), page.evaluate("Live.frames")
        page.wait_for_timeout(3000)
        rates[speed] = ((week(page) - first) / 3, (page.evaluate("Live.frames") - pictures) / 3)
        page.click("#play")
        assert rates[speed][0] >= least, rates
    record_property("weeks_and_pictures_a_second", rates)
    print("weeks and pictures a second at 500 residents:", rates)
    page.close()


NOTEBOOK = """async () => {
  const module = await import(URL.createObjectURL(new Blob([await kernel("module")], { type: "text/javascript" })));
  const heard = [], traits = JSON.parse(await kernel("traits"));
  const view = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const model = {
    get: (name) => traits[name],
    on: (name, hear) => heard.push(hear),
    send: async (said) => {
      for (const [answer, buffers] of JSON.parse(await kernel(JSON.stringify(said))))
        heard.forEach((hear) => hear(answer, buffers.map(view)));
    },
  };
  await module.default.render({ model, el: document.body });
}"""
"""What Jupyter does for a widget: hands it its traits, and carries messages with buffers to and fro."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_notebooks_view_draws_and_plays(browser: Browser, tmp_path: Path, language: str) -> None:
    import base64

    pytest.importorskip("anywidget", reason="the notebook view needs anywidget (pip install 'linli[notebook]')")
    from classroom.notebook import Worlds

    worlds = Worlds(policies=[{"name": "vanguard", "doses": {"size": 40}}], seed=3, language=language, **SMALL)
    sent: list[Any] = []
    worlds.send = lambda said, buffers: sent.append([said, [base64.b64encode(b).decode() for b in buffers]])

    def kernel(said: str) -> str:
        if said == "module":
            return str(worlds._esm)
        if said == "traits":
            return json.dumps({"language": language, "charts": worlds.charts, "metrics": worlds.metrics, "style": worlds.style})  # fmt: skip
        sent.clear()
        worlds._hear(None, json.loads(said), [])
        return json.dumps(sent)

    cell = tmp_path / "cell.html"
    cell.write_text("<!doctype html><meta charset=utf-8><body></body>")
    page = browser.page(cell.as_uri(), width=1000, height=900)
    page.expose_function("kernel", kernel)
    page.evaluate(NOTEBOOK)
    page.wait_for_selector(".world canvas")
    page.wait_for_function("document.querySelector('output').textContent === '0'")
    page.click("button")
    page.wait_for_function("Number(document.querySelector('output').textContent) >= 30", timeout=60_000)
    page.click("button")
    assert ("参与率" if language == "zh" else "Participation") in words(page)
    shown = page.evaluate("[...document.querySelectorAll('canvas')].map((c) => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size)")  # fmt: skip
    assert len(shown) >= 5, "two maps, three charts and the marks of the legend"
    assert min(shown) > 2, "nothing was drawn on one of them"
    page.context.close()
