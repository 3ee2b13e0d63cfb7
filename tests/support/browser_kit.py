"""For tests in a real headless Chromium: pages of a classroom that serves on this machine."""

import base64
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("playwright.sync_api", reason="the browser tests need playwright (pip install playwright)")

from classroom_kit import KEY, Server, serving
from playwright.sync_api import sync_playwright

CHROMIUM = (
    os.environ.get("LINLI_CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="the browser tests need a Chromium (apt-get install chromium)")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SMALL = {"set": {"population.residents": 300, "population.grids": 3}}


class Browser:
    """A browser that writes down every request that leaves this machine and every error of a page."""

    def __init__(self, server: Server, opened: Any) -> None:
        self.server, self.opened = server, opened
        self.outside: list[str] = []
        self.errors: list[str] = []

    def page(self, path: str = "", *, width: int = 1024, height: int = 768, locale: str = "en-GB") -> Any:
        context = self.opened.new_context(
            viewport={"width": width, "height": height}, locale=locale, accept_downloads=True
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.on("request", lambda r: self.outside.append(r.url) if not r.url.startswith(self.local()) else None)
        page.on("pageerror", lambda e: self.errors.append(f"{e} {e.stack}"))
        page.on(
            "console", lambda m: self.errors.append(m.text) if m.type == "error" and "WebSocket" not in m.text else None
        )
        page.goto(path if path.startswith("file:") else f"http://{self.server.host}/{path}")
        return page

    def local(self) -> tuple[str, ...]:
        return (f"http://{self.server.host}/", f"ws://{self.server.host}/", "blob:", "data:", "file:")

    def teacher(self, state: dict[str, Any] | None = None, **more: Any) -> Any:
        said = base64.urlsafe_b64encode(json.dumps(state or SMALL).encode()).decode().rstrip("=")
        page = self.page(f"#key={KEY}&s={said}", **more)
        page.wait_for_selector(".policy", timeout=120_000)
        return page


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser and a classroom; in the end no request has left this machine and no page has had an error."""
    with serving() as server, sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        there = Browser(server, opened)
        server.teacher().close()
        yield there
        opened.close()
        assert there.outside == []
        assert there.errors == [], there.errors
