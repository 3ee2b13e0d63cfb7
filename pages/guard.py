"""Who may speak, how much and how fast: tokens, room codes, origins, sizes and rates."""

import hmac
import json
import secrets
import time
import unicodedata
from collections.abc import Mapping
from typing import Any

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters of a room code: none that are mistaken for another."""
MOST_BYTES = 65_536
"""Size of a message from a page."""
MOST_DEEP = 12

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Sent with every answer: the page loads nothing from elsewhere and nobody can frame it."""


class RefusedError(Exception):
    """A message that is not answered; the text tells its sender why."""


def new_token() -> str:
    """A secret that nobody guesses (192 bits)."""
    return secrets.token_urlsafe(24)


def new_code() -> str:
    """A room code to be read aloud: six letters and digits."""
    return "".join(secrets.choice(LETTERS) for _ in range(6))


def same(given: object, secret: str) -> bool:
    """Whether a secret is the right one, told in constant time."""
    return isinstance(given, str) and hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())


def clean_name(said: object, most: int = 20) -> str:
    """A name as it may be shown: one line, no control or direction marks. Errors: RefusedError for an empty one."""
    text = unicodedata.normalize("NFC", said) if isinstance(said, str) and len(said) <= 400 else ""
    kept = "".join(c for c in text if unicodedata.category(c)[0] not in "CZ" or c == " ")
    kept = " ".join(kept.split())[:most].strip()
    if not kept:
        raise RefusedError("a name is needed")
    return kept


def read_message(raw: str | bytes, most: int = MOST_BYTES) -> dict[str, Any]:
    """A message from a page of at most so many characters. Errors: RefusedError for what is not a small JSON object of finite numbers."""
    if isinstance(raw, bytes) or len(raw) > most:
        raise RefusedError(f"a message is text of at most {most // 1000} kB")
    try:
        said = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RefusedError("a message is a JSON object") from None
    if not isinstance(said, dict) or not isinstance(said.get("do"), str):
        raise RefusedError("a message is a JSON object that says what to do")
    _shallow(said, MOST_DEEP)
    return said


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is not a number")


def _shallow(value: object, deep: int) -> None:
    if deep == 0:
        raise RefusedError("a message is nested too deeply")
    if isinstance(value, float) and not -1e300 < value < 1e300:
        raise RefusedError("a number in the message is too large")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**63:
        raise RefusedError("a number in the message is too large")
    for inner in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        _shallow(inner, deep - 1)


class Bucket:
    """So many messages a second in the long run, and a few more at once."""

    def __init__(self, a_second: float, at_once: float) -> None:
        self.a_second, self.at_once = a_second, at_once
        self.left, self.seen = at_once, time.monotonic()
        self.refused = 0

    def take(self) -> bool:
        """Whether one more message may pass now."""
        now = time.monotonic()
        self.left = min(self.at_once, self.left + (now - self.seen) * self.a_second)
        self.seen = now
        if self.left < 1.0:
            self.refused += 1
            return False
        self.left -= 1.0
        return True


class Tries:
    """Wrong codes and keys, counted by address. Many share one address, so a right one is never refused for them."""

    def __init__(self, most: int = 20) -> None:
        self.most = most
        self._buckets: dict[str, Bucket] = {}

    def too_many(self, address: str) -> bool:
        """Count a wrong try; whether this address made more of them than anybody does who mistypes."""
        if len(self._buckets) > 2000:
            self._buckets.clear()
        return not self._buckets.setdefault(address, Bucket(self.most / 60.0, self.most)).take()


def origin_allowed(origin: str | None, host: str | None, hosts: frozenset[str]) -> bool:
    """Whether a page of this origin may open a connection: it must be a page that this very server gave out."""
    if not host or host_name(host) not in hosts:
        return False
    return origin == f"http://{host}"


def host_name(host: str) -> str:
    """The host of a `Host` header, without its port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()
