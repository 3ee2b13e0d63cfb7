"""The desk's page in a real browser, for tests: opened, waited for, and looked at for contrast and names."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from browser_kit import CHROMIUM, QUIET
from desk_kit import KEY, Asker
from playwright.sync_api import sync_playwright

CONTRAST = """() => {
  const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const numbers = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const ground = (node) => { for (let n = node; n; n = n.parentElement) { const c = numbers(getComputedStyle(n).backgroundColor); if (c.length === 3 || c[3] === 1) return c.slice(0, 3); } return [255, 255, 255]; };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
    if (!own || !node.getClientRects().length || node.closest("option, optgroup")) continue;
    const style = getComputedStyle(node), size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const [a, b] = [light(numbers(node.namespaceURI.endsWith("svg") ? style.fill : style.color).slice(0, 3)), light(ground(node))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) poor.push(`${node.tagName}.${node.className?.baseVal ?? node.className}: ${node.textContent.trim().slice(0, 30)}`);
  }
  for (const node of document.querySelectorAll("input:not([type=hidden]), select, textarea, button")) {
    if (!node.getClientRects().length || node.getAttribute("aria-hidden") === "true") continue;
    if (!(node.labels?.length || node.getAttribute("aria-label") || node.getAttribute("aria-labelledby") || node.textContent.trim() && node.tagName === "BUTTON")) poor.push(`no name: ${node.outerHTML.slice(0, 90)}`);
  }
  return poor;
}"""
"""Texts whose contrast is below WCAG's AA, and controls without a name."""


def until(page: Any, said: str, timeout: int = 60_000) -> None:
    """Wait for what a script says; the page's own policy lets no text be made a script, so that it is asked again and again."""
    end = time.monotonic() + timeout / 1000
    while not page.evaluate(said):
        assert time.monotonic() < end, said
        page.wait_for_timeout(50)


@contextmanager
def browsing(address: str, **more: Any) -> Iterator[Any]:
    """A page on a desk; in the end nothing was asked of another machine and no script failed."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = opened.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True, **more)
        page, outside, errors = context.new_page(), list[str](), list[str]()
        local = (address.partition("#")[0], "blob:", "data:")
        page.on("request", lambda r: outside.append(r.url) if not r.url.startswith(local) else None)
        page.on("pageerror", lambda e: errors.append(str(e)))
        page.on(
            "console", lambda m: errors.append(m.text) if m.type == "error" and "ERR_CONNECTION" not in m.text else None
        )
        page.goto(address)
        page.wait_for_selector("#shelf h2", timeout=120_000)
        yield page
        opened.close()
        assert outside == []
        assert errors == []


def address_of(desk: Asker) -> str:
    return f"http://{desk.host}/#key={KEY}"
