"""For tests of the page in one file, in a real Chromium, offline."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browser_kit import CHROMIUM, QUIET
from click.testing import CliRunner
from playwright.sync_api import sync_playwright

from experiments.cli import main
from sim import Simulation
from sim.browser.snapshot import known
from sim.state.views import LAYOUTS

BYTES = """((world) => Object.fromEntries(Page.told.known.columns.map((name) => {
  const bytes = new Uint8Array(world.column(name).slice().buffer);
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return [name, btoa(text)];
})))"""


class Opened:
    """The page of a classroom community, and whatever it asked for or complained about."""

    def __init__(self, browser: Any, path: Path) -> None:
        self.browser, self.path = browser, path
        self.wrong: list[str] = []

    def page(self, width: int = 1280, locale: str = "en-GB", from_the_start: bool = True) -> Any:
        page = self.browser.new_context(
            viewport={"width": width, "height": 800}, locale=locale, accept_downloads=True, offline=True
        ).new_page()
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        page.on(
            "request",
            lambda of: self.wrong.append(of.url) if not of.url.startswith(("file:", "data:", "blob:")) else None,
        )
        page.goto(f"file://{self.path}")
        page.wait_for_selector("body[data-week]")
        if from_the_start:
            page.evaluate("async () => { Page.state.week = 0; await Page.found(); }")
        return page


@contextmanager
def opened_page(path: Path, what: str = "classroom", lucks: int = 2) -> Iterator[Opened]:
    """A browser, and the page that the command writes."""
    said = CliRunner().invoke(main, ["page", what, "--lucks", str(lucks), "--to", str(path)])
    assert said.exit_code == 0, said.output
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield Opened(browser, path)
        browser.close()


def saved(page: Any, button: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.click("#menu summary")
        page.click(button)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    page.keyboard.press("Escape")
    return path


def columns_of(simulation: Simulation) -> dict[str, str]:
    """Every column of a life here, byte by byte."""
    values = [simulation.world._values(view) for view in LAYOUTS]
    return {n: b64encode(next(of[n] for of in values if n in of).tobytes()).decode() for n in known()["columns"]}
