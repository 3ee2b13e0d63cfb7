"""Mistakes at the desk, in a real browser: said by the labels of the form, and the fields that they concern marked; skipped without a Chromium."""

import re
from pathlib import Path
from typing import Any

import pytest
from browser_kit import needs_chromium

pytest.importorskip("starlette")

import yaml
from desk_kit import SMALL, desk_here
from desk_page import CONTRAST, address_of, browsing, until

pytestmark = needs_chromium

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"burn_in": 12}, "#f-burn_in, #f-weeks"),
    ({"window": 30}, "#f-window, #f-weeks"),
    ({"window": 10}, "#f-window, #f-weeks, #f-burn_in"),
    ({"weeks": "many"}, "#f-weeks"),
    ({"replicates": 2, "until": {"participation": "5%"}}, "#f-replicates, #f-most"),
    ({"most": 1, "until": {"participation": "5%"}}, "#f-most"),
    ({"seed": -1}, "#f-seed"),
    ({"title": None}, "#f-title"),
    ({"community": "nowhere"}, "#f-community"),
    ({"outcomes": ["participation", "happiness"]}, "[data-star=happiness]"),
    ({"primary": ["cohesion"]}, "#add-outcome"),
    ({"until": {"participation": "wide"}}, "[data-width=until-participation]"),
    ({"matters": {"unmet_needs": -2}}, "[data-width=matters-unmet_needs]"),
    ({"arms": {"nothing": []}, "parts": ["recognition", "training"]}, "#q-arms .policy > summary"),
    ({"arms": {"a.b": [], "c": [{"training": {"seats": -5}}]}}, "[data-arm=c] [data-dose=seats]"),
    ({"arms": {"a.b": [{"vanguard": {"grids": [7]}}]}}, "[data-arm='a.b'] [data-dose=grids]"),
    ({"arms": {"a": ["training", "training"]}}, "[data-arm=a] .policy > summary"),
    ({"arms": {"a": ["traning"]}}, "[data-arm=a] .policy button"),
    ({"varies": {"moving.annual_rate": [0.1, 7]}}, "[data-values='moving.annual_rate']"),
    ({"varies": {"moving.annual_rate": {"low": 0.3, "high": 0.1}}}, "[data-shape-of='moving.annual_rate']"),
    (
        {"varies": {"moving.annual_rate": [0.1, 0.2]}, "design": {"method": "sobol", "points": 3}},
        "[data-design=points]",
    ),
]
"""Mistakes, and the fields that each concerns."""


def test_every_mistake_is_said_by_the_labels_of_the_form_and_its_fields_are_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the keyboard's focus led there, in the one language and the other; no name of a key and no place of a file is shown in the form."""
    monkeypatch.chdir(folder := tmp_path)
    (folder / "small.yaml").write_text(yaml.safe_dump({**SMALL, "until": {"participation": "5%"}}, sort_keys=False))
    with desk_here(folder) as desk, browsing(address_of(desk)) as page:
        page.click("[data-study=small]")
        page.wait_for_selector("#f-weeks")
        for i, (said, where) in enumerate(WRONG):
            page.click("#language")
            zh = page.evaluate("Words.at") == 1
            text = yaml.safe_dump({**SMALL, **said}, sort_keys=False)
            page.evaluate("text => { byId('yaml').focus(); byId('yaml').value = text; Desk.write(text); }", text)
            until(page, "Saving.now === 0")
            invalid = (
                "where => where.split(', ').map((one) => document.querySelector(one)?.getAttribute('aria-invalid'))"
            )
            assert set(page.evaluate(invalid, where)) == {"true"}, said
            told = page.inner_text("#mistakes")
            assert not re.search(r"\.yaml|\d:\d|`|burn_in|_needs", told), told
            if zh:
                assert not re.search(r"found|expected|[a-z]{2,} [a-z]{2,}", told), told
            page.click("#go-mend")
            assert page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true", said
            assert i > 1 or page.evaluate(CONTRAST) == []


def test_what_the_form_refuses_is_never_run_as_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dose out of its range stops the run, and no sentence tells other doses meanwhile; a name that an arm cannot have is said."""
    monkeypatch.chdir(folder := tmp_path)
    study = {**SMALL, "arms": {"nothing": [], "thanks": ["recognition"]}}
    (folder / "small.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    with desk_here(folder) as desk, browsing(address_of(desk)) as page:
        page.click("[data-study=small]")
        page.wait_for_selector("#f-weeks")
        arm = "[data-arm=thanks]"
        page.evaluate("arm => document.querySelectorAll(`${arm} details`).forEach((one) => { one.open = true; })", arm)
        for dose, stops in (("50", True), ("0.5", False)):
            page.fill(f"{arm} [data-dose=warmth]", dose)
            page.press(f"{arm} [data-dose=warmth]", "Tab")
            page.wait_for_function("stops => byId('go-run')?.disabled === stops && Saving.now === 0", arg=stops)
            assert bool(page.query_selector(f"{arm} [data-dose=warmth][aria-invalid=true]")) == stops
            assert ("divides" in page.inner_text(f"{arm} .sentence")) != stops
        for name in ("", "nothing"):
            page.fill(f"{arm} .arm-name", name)
            page.press(f"{arm} .arm-name", "Tab")
            assert "still called “thanks”" in page.inner_text(f"{arm} p.wrong >> nth=0")
            assert page.input_value(f"{arm} .arm-name") == "thanks"
        page.fill(f"{arm} .arm-name", "gifts")
        page.press(f"{arm} .arm-name", "Tab")
        until(page, "Boolean(Desk.asked?.study?.arms?.gifts)")
        until(page, "Saving.now === 0")
        said = yaml.safe_load((folder / "small.yaml").read_text())
        assert said["label"]["arms"]["gifts"] == {"en": "gifts"}, "a name that somebody typed stays in figures"
