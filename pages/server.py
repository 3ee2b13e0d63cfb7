"""Servers of pages: they answer only to this machine's own names, with safe headers, and load nothing from anywhere."""

import asyncio
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from experiments.spoken import asked_for
from pages.guard import HEADERS, MOST_BYTES, host_name

KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
ANSWERS_WITHIN = 120
"""Seconds within which a page answers a keepalive ping: it is not read while a long question of its own is answered."""
LOCAL = frozenset({"127.0.0.1", "localhost", "[::1]"})


class OwnPages:
    """Answers only requests that name this very machine (so that no foreign page can reach it), with safe headers."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    *((k.lower().encode(), v.encode()) for k, v in HEADERS.items()),
                ]
            await send(message)

        host = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "")
        app = self.app if host_name(host) in self.hosts else PlainTextResponse("not this machine", 421)
        await app(scope, receive, with_headers)


class Prompt(H11Protocol):
    """HTTP from whoever asks something soon. A connection that asks nothing gives way to those that come after it."""

    most, patience = 400, 10.0
    """Connections that have asked nothing yet, and the seconds that one may take."""
    waiting: ClassVar[dict["Prompt", asyncio.Transport]] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connects."""
        super().connection_made(transport)
        self.waiting[self] = transport
        self.loop.call_later(self.patience, self._hang_up)
        if len(self.waiting) > self.most:
            next(iter(self.waiting))._hang_up()

    def data_received(self, data: bytes) -> None:
        """Something is said: a whole request, or a part of one."""
        super().data_received(data)
        asked = getattr(self, "cycle", None) is not None
        if asked or self.transport.get_protocol() is not self:
            self.waiting.pop(self, None)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self.waiting.pop(self, None)
        super().connection_lost(exc)

    def _hang_up(self) -> None:
        if transport := self.waiting.pop(self, None):
            transport.close()


def page_files(room: str) -> Mapping[str, Path]:
    """The files of a room's page and those that all pages share, by name."""
    folders = [Path(str(files(one).joinpath("page"))) for one in ("pages", room)]
    return {path.name: path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in KINDS}


def page_text(room: str, name: str) -> str:
    """A file of a room's page, or of those that all pages share, as text."""
    return page_files(room)[name].read_text(encoding="utf-8")


def page_routes(room: str, **at: str) -> list[Route]:
    """Routes to a room's files; `at`: the address of each of its HTML files, by name."""

    def answer_with(path: Path) -> Callable[[Request], Response]:
        def answer(_request: Request) -> Response:
            return Response(path.read_bytes(), media_type=KINDS[path.suffix])

        return answer

    def nothing(_request: Request) -> Response:
        return Response(status_code=204)

    there = page_files(room)
    shown = [Route(address, answer_with(there[f"{name}.html"])) for name, address in at.items()]
    parts = [Route(f"/page/{name}", answer_with(path)) for name, path in there.items() if path.suffix != ".html"]
    return [*shown, Route("/favicon.ico", nothing), *parts]


def server_of(app: Starlette, **settings: Any) -> uvicorn.Server:
    """A server of `app`, not yet started. `settings` of uvicorn take the place of its own."""
    own: dict[str, Any] = {
        "http": Prompt,
        "log_level": "warning",
        "ws": "websockets-sansio",
        "ws_max_size": MOST_BYTES + 1024,
        "ws_ping_interval": 20,
        "ws_ping_timeout": ANSWERS_WITHIN,
        "lifespan": "on",
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": 2,
    }
    return uvicorn.Server(uvicorn.Config(app, **(own | settings)))


def in_language(key: str) -> str:
    """What follows `#key=` in the address of a page: the key, and the language that was asked for when its server was begun."""
    return f"{key}&lang={asked_for()}" if asked_for() else key
