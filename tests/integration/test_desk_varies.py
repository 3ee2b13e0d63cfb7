"""Letting something vary at the desk: inputs found by part, by words and by path, with the mouse or with the keyboard; skipped without a Chromium."""

from pathlib import Path

import pytest
from browser_kit import needs_chromium

pytest.importorskip("starlette")

import yaml
from desk_kit import SMALL, desk_here
from desk_page import CONTRAST, address_of, browsing, until

pytestmark = needs_chromium


def test_inputs_are_found_by_part_by_words_and_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The policies in use first, then the parts of the community in words; in Chinese nothing is called by a name of a machine alone."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(SMALL, sort_keys=False))
    with desk_here(tmp_path) as desk, browsing(address_of(desk), locale="zh-CN") as page:

        def varies() -> list[str]:
            until(page, "Saving.now === 0")
            return list(yaml.safe_load((tmp_path / "small.yaml").read_text()).get("varies", {}))

        def shown(what: str = "[data-pick]") -> list[str]:
            return page.locator(f"#pick-list {what}").all_inner_texts()

        page.click("[data-study=small]")
        until(page, "Varies.sections.length > 20")
        page.click("#add-varies")
        assert shown(".pick-title")[0] == "志愿者激励"  # the one policy of its arms
        assert all(one.startswith("policies.recognition.") for one in shown("[data-pick] code"))
        parts = shown(".pick-part")
        assert len(parts) > 20
        assert all(not one.isascii() for one in parts)
        assert page.evaluate(CONTRAST) == []
        page.click("[data-pick-part=moving]")
        assert "annual_rate" not in page.inner_text("[data-pick='moving.annual_rate'] .pick-name")
        names = shown(".pick-name")
        assert names
        assert all(not one.isascii() for one in names)
        page.click("[data-pick='moving.annual_rate']")
        assert varies() == ["moving.annual_rate"]
        page.fill("#add-varies", "设施 损耗")
        assert page.locator("[data-pick]").count() == 1
        page.press("#add-varies", "Enter")
        assert varies() == ["moving.annual_rate", "placing.decay"]
        page.fill("#add-varies", "moving.annual_rate")  # it varies already
        assert page.locator("[data-pick]").count() == 0
        assert "没有" in page.inner_text("#pick-list")
        page.keyboard.press("Escape")
        assert page.input_value("#add-varies") == ""
        page.keyboard.press("Escape")
        assert not page.is_visible("#pick-list")
        page.click("#language")
        page.focus("#add-varies")
        for _ in range(40):  # nothing is chosen by walking
            page.keyboard.press("ArrowDown")
            if page.get_attribute("#pick-list [aria-selected=true]", "data-pick-part") == "serving":
                break
        page.keyboard.press("Enter")
        assert shown(".pick-title") == ["Quality, ratings, waiting and outside workers"]
        on = page.get_attribute("#add-varies", "aria-activedescendant")
        assert page.get_attribute(f"#{on}", "data-pick") == "serving.ease"
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")  # back to all parts, where it came from
        assert page.get_attribute("#pick-list [aria-selected=true]", "data-pick-part") == "serving"
        assert varies() == ["moving.annual_rate", "placing.decay"]
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        assert varies() == ["moving.annual_rate", "placing.decay", "serving.ease"]
