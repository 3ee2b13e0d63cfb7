"""The server of the classroom: its own page, a connection for each page, and the class that plays.

It listens on 127.0.0.1 unless told otherwise, answers only to its own pages, and loads nothing from anywhere.
"""

import socket
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from classroom.entrance import Entrance
from classroom.guard import HEADERS, MOST_BYTES, host_name, new_token

PAGE = Path(str(files("classroom").joinpath("page")))
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


def make_app(key: str, hosts: frozenset[str] = LOCAL, address: str = "") -> Starlette:
    """The application. `key` is the teacher's secret, `hosts` the names under which it may be reached."""
    entrance = Entrance(key, hosts, address)

    def file(name: str) -> Callable[[Request], Response]:
        def answer(_request: Request) -> Response:
            return Response((PAGE / name).read_bytes(), media_type=KINDS[Path(name).suffix])

        return answer

    def nothing(_request: Request) -> Response:
        return Response(status_code=204)

    @asynccontextmanager
    async def alive(_app: Starlette) -> AsyncIterator[None]:
        entrance.open()
        yield

    served = sorted(p.name for p in PAGE.iterdir() if p.suffix in (".js", ".css", ".svg"))
    routes = [
        Route("/", file("index.html")),
        Route("/play", file("play.html")),
        Route("/favicon.ico", nothing),
        *(Route(f"/page/{name}", file(name)) for name in served),
        WebSocketRoute("/live", entrance.live),
        WebSocketRoute("/class", entrance.student),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(OwnPages, hosts=hosts)], lifespan=alive)
    app.state.entrance = entrance
    return app


def server_of(app: Starlette, **settings: Any) -> uvicorn.Server:
    """A server of `app`, not yet started. `settings` of uvicorn take the place of its own."""
    own: dict[str, Any] = {
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


def own_address() -> str:
    """The address of this machine on the local network; 127.0.0.1 where there is none. Nothing is sent."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def serve(port: int, *, lan: bool, browser: bool, say: Callable[[str], None]) -> None:
    """Serve the classroom until interrupted.

    `port` 0 takes any free port. Errors: OSError when the port is taken.
    """
    key = new_token()
    address = own_address() if lan else "127.0.0.1"
    hosts = LOCAL | {address, socket.gethostname().lower()} if lan else LOCAL
    listening = socket.create_server(("" if lan else "127.0.0.1", port), backlog=256)
    port = listening.getsockname()[1]
    here = f"http://127.0.0.1:{port}/"
    say(f"The classroom is open at {here}#key={key}")
    if lan:
        say(f"Students join at http://{address}:{port}/play with the room code that the page shows.")
    say("Keep the first address to yourself: whoever has it is the teacher. Ctrl+C closes the classroom.")
    if browser:
        threading.Timer(0.2, webbrowser.open, [f"{here}#key={key}"]).start()
    app = make_app(key, hosts, f"http://{address}:{port}/play")
    server_of(app).run(sockets=[listening])
