"""What somebody sees who opens the classroom, for the first time and again: what to do next, why a life differs, what it came to."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("playwright.sync_api", reason="the browser tests need playwright (pip install playwright)")

from browser_kit import KEY, SMALL, Browser, needs_chromium

from experiments.study.loader import read_study
from tests.integration.test_classroom_browser import browser, wait_for_week

pytestmark = needs_chromium
__all__ = ["browser"]
MANY = {"name": "vanguard", "doses": {"size": 80}}
APART = {**SMALL, "worlds": [{"name": "baseline"}, {"name": "policies", "policies": [MANY]}]}


def coached(page: Any) -> str:
    page.wait_for_timeout(300)
    return str(page.inner_text("#coach"))


def test_the_page_says_what_to_do_next(browser: Browser) -> None:
    page = browser.teacher()
    assert "then press Play" in coached(page)
    page.check("[data-policy=vanguard]")
    assert "Now press Play" in coached(page)
    assert page.inner_text("#chips1") == "Vanguard team"
    assert page.inner_text("#chips0") == ""
    page.close()


def test_a_resident_who_differs_is_read_without_scrolling(browser: Browser) -> None:
    page = browser.teacher({**APART, "week": 150})
    assert "Click one" in coached(page)
    page.evaluate("Live.choose(Live.run.differs.findIndex((bits) => bits & 1))")
    page.wait_for_selector("#resident .luck")
    box = page.locator("#resident .luck").bounding_box()
    assert 0 < box["y"] < 768 - box["height"], "the story lies outside of the screen"
    assert "One luck is a picture" in coached(page)
    page.close()


def test_charts_show_both_worlds_and_their_difference(browser: Browser) -> None:
    page = browser.teacher({**APART, "week": 60})
    gap, apart = page.evaluate("""() => {
      const chart = Live.charts[0], [both, less] = chart.lines(), run = Live.run;
      return [run.value(1, "cohesion") - run.value(0, "cohesion"), [both.length, less.length, less[0].values.at(-1)]];
    }""")
    assert gap != 0
    assert apart == [2, 1, pytest.approx(gap)]
    picture = page.evaluate("""() => {
      let saved = "";
      saveFile = (_name, content) => { saved = content; };
      Live.charts[2].save("SVG");
      return saved;
    }""")
    for told in ("week", "baseline", "policies", "Vanguard team", "luck (seed) 1", "60 weeks", "stroke-dasharray"):
        assert told in picture, f"the picture does not say {told}"
    share = page.evaluate("(Live.charts[6].shown = 'participation', Live.charts[6].sentence())")
    assert share.count("%") == 2, share
    page.close()


def test_grids_fill_the_map(browser: Browser) -> None:
    page = browser.teacher({"set": {"population.residents": 400, "population.grids": 4}}, width=1920, height=1080)
    tiles, box = page.evaluate("[Live.maps[0].tiles, [Live.maps[0].width, Live.maps[0].height]]")
    assert sum(w * h for _, _, w, h in tiles) == pytest.approx(box[0] * box[1]), "part of the map stays empty"
    page.close()


def test_a_student_without_a_key_enters_by_the_room_code(browser: Browser, tmp_path: Path) -> None:
    teacher = browser.teacher()
    teacher.click("#to-class")
    teacher.click("[data-lead=room_open]")
    teacher.wait_for_selector(".join-code")
    code = teacher.inner_text(".join-code")
    guest = browser.page("", locale="zh-CN")
    guest.fill("#enter-code", code.lower())
    guest.click("#enter button")
    guest.wait_for_selector(".policy", timeout=60_000)
    assert not guest.is_visible("#to-class")
    guest.click("#to-lessons")
    guest.click("[data-lesson='4_vanguard']")
    guest.wait_for_selector("#handout")
    assert guest.locator(".answers").count() == 0
    with guest.expect_download() as download:
        guest.click("#study-behind")
    download.value.save_as(tmp_path / "study.yaml")
    assert len(read_study(tmp_path / "study.yaml").arms) == 3
    phone = browser.page("play#code=WRONG7", width=390, height=780, locale="zh-CN")
    phone.fill("#name", "王芳")
    phone.click("#join button.main")
    phone.wait_for_selector("#status.bad")
    assert phone.inner_text("#status") == "没有这个房间号"
    teacher.click("[data-lead=room_close]")
    for page in (guest, phone, teacher):
        page.close()


def read_qr(rows: list[list[int]]) -> str:
    """The text of a QR code of one block with mask 0 (ISO/IEC 18004), read the other way round than it is made."""
    n = len(rows)
    version = (n - 17) // 4

    def taken(y: int, x: int) -> bool:
        corner = (y < 9 and (x < 9 or x > n - 9)) or (y > n - 9 and x < 9)
        return corner or 6 in (y, x) or (version > 1 and n - 10 < y < n - 4 and n - 10 < x < n - 4)

    columns = [*range(n - 1, 6, -2), 5, 3, 1]
    path = [(y if k % 2 else n - 1 - y, x - side) for k, x in enumerate(columns) for y in range(n) for side in (0, 1)]
    bits = [rows[y][x] ^ ((x + y) % 2 == 0) for y, x in path if not taken(y, x)]
    words = [int("".join(str(int(b)) for b in bits[k : k + 8]), 2) for k in range(0, len(bits) - 7, 8)]
    powers = [1]
    while len(powers) < 255:
        powers.append((powers[-1] << 1) ^ (0x11D if powers[-1] > 127 else 0))
    for root in range((7, 10, 15, 20, 26)[version - 1]):
        left = 0  # the whole is divisible by x - 2^root
        for word in words:
            left = (powers[(powers.index(left) + root) % 255] if left else 0) ^ word
        assert left == 0, f"errors could not be corrected: root {root}"
    text = "".join(f"{word:08b}" for word in words)
    assert text[:4] == "0100"
    return bytes(int(text[12 + 8 * k : 20 + 8 * k], 2) for k in range(int(text[4:12], 2))).decode()


def test_the_address_stands_in_a_qr_code(browser: Browser) -> None:
    page = browser.teacher()
    for many in (1, 17, 18, 32, 53, 78, 106):
        said = ("http://192.168.1.23:8642/play#code=ABCDEF" + "邻x" * 40).encode()[:many].decode("utf-8", "ignore")
        said += "-" * (many - len(said.encode()))
        assert read_qr(page.evaluate(f"QR.of({said!r})")) == said
    assert page.evaluate("QR.of('x'.repeat(107))") is None
    page.evaluate(
        "Live.room.show({ ...Live.room.room, phase: 'lobby', code: 'ABCDEF', address: 'http://192.0.2.7:8642/play', seats: [] })"
    )
    assert page.locator(".class-stage .qr").bounding_box()["width"] > 100
    assert page.evaluate("Live.room.base() + Live.room.code()") == "http://192.0.2.7:8642&code=ABCDEF"
    page.close()


def test_the_order_board_draws_its_flows(browser: Browser) -> None:
    page = browser.teacher({**APART, "week": 30})
    wait_for_week(page, 30)
    page.click("#see-board")
    page.wait_for_timeout(300)
    shown = page.evaluate("""() => {
      const c = document.getElementById("flow"), d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
      const colours = new Set();
      for (let k = 0; k < d.length; k += 4) if (d[k + 3] > 60) colours.add(`${d[k]},${d[k + 1]},${d[k + 2]}`);
      return [...colours];
    }""")
    assert {"91,102,112", "0,114,178", "0,122,88", "180,138,26"} <= set(shown), "a stage of the flow is missing"
    page.close()


def test_what_was_done_survives_a_reload_and_a_new_key(browser: Browser) -> None:
    page = browser.teacher({**SMALL, "week": 103})
    page.check("[data-policy=training]")
    page.click("#week1")
    wait_for_week(page, 104)
    page.click("#to-lessons")
    page.click("[data-lesson='1_one_resident']")
    page.locator(".predict input").nth(3).check()
    page.locator(".predict button").click()
    page.reload()
    page.wait_for_selector(".predicted")
    wait_for_week(page, 104)
    assert page.is_checked("[data-policy=training]")
    assert page.locator(".predict input").nth(3).is_checked()
    assert page.inner_text(".predicted") == "You predicted: 1"
    second = page.context.new_page()  # another tab of the same browser needs no key again
    second.goto(page.url)
    wait_for_week(second, 104)
    second.evaluate("Kept.write('key', 'of an earlier start'); Live.socket.close()")
    second.wait_for_selector("#enter", state="visible")
    second.evaluate(f"location.hash = 'key={KEY}'")
    second.wait_for_selector("#enter", state="hidden")
    wait_for_week(second, 104)
    page.context.close()


def test_a_prediction_stands_against_what_came_for_the_teacher_and_the_class(browser: Browser) -> None:
    page = browser.teacher()
    page.select_option("#speed", "max")
    page.click("#to-class")
    page.click("[data-lead=room_open]")
    code = page.inner_text("#room-code")
    phones = [browser.page(f"play#code={code}", width=390, height=844) for _ in range(2)]
    for phone in phones:
        phone.fill("#name", "王芳")
        phone.click("#join button.main")
        phone.wait_for_selector("#table", state="visible")
        assert phone.locator("h1, main").count() == 2
    page.click("#to-lessons")
    page.click("[data-lesson='1_one_resident']")
    page.locator(".predict input").first.check()
    page.locator(".predict button").first.click()
    page.click("#ask-class")
    for at, phone in enumerate(phones):
        phone.locator(".poll .answer").nth(3 * at).click()
        phone.wait_for_selector(".poll .chosen")
    page.locator(".class-asked", has_text="2 of 2").wait_for()
    assert page.locator(".bars").count() == 0, "what others predict is not shown before the outcome"
    page.click("[data-do=open]")
    page.locator("#place", has_text="One resident changes").wait_for()
    page.locator("[data-do='play?weeks=110']").click()
    page.locator(".came .outcome", has_text="On the screen: 1").wait_for()
    page.wait_for_timeout(200)
    assert page.inner_text("#week") == "110", "the fastest goes beyond where it was told to stop"
    assert "Not as you predicted" in page.inner_text(".came .outcome")
    assert page.locator(".bars strong").all_inner_texts() == ["1", "0", "0", "1"]
    assert "Not as you predicted" in phones[0].inner_text(".poll")
    assert "As you predicted" in phones[1].inner_text(".poll")
    phones[1].context.close()
    page.click("#to-class")
    page.locator("[aria-label^='give the seat back']").click()
    again = page.inner_text(".again strong")
    back = browser.page("play", width=390, height=844)
    back.fill("#code", again)
    back.fill("#name", "x")
    back.click("#join button.main")
    back.locator("#who", has_text="王芳 2").wait_for()
    for box in back.locator(".sample").all():
        assert box.bounding_box()["width"] < 30, "a mark of the legend fills the phone"
    page.click("[data-lead=room_close]")
    page.context.close()
