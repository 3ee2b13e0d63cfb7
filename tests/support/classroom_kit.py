"""For the tests of the classroom: a server on a free port in this process, and pages that speak to it."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from classroom.app import make_app
from pages.server import server_of

KEY = "the-teachers-key"


class Server:
    """A classroom that listens on this machine; `hall` is its hall."""

    def __init__(self, **settings: Any) -> None:
        listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = listening.getsockname()[1]
        self.app = make_app(KEY)
        self._server = server_of(self.app, log_level="error", **settings)
        self._thread = threading.Thread(
            target=asyncio.run, args=(self._server.serve(sockets=[listening]),), daemon=True
        )
        self._thread.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def hall(self) -> Any:
        return self.app.state.entrance.hall

    def page(self, path: str, first: dict[str, Any] | None = None, origin: str | None = None) -> "Page":
        opened = connect(f"ws://{self.host}{path}", origin=origin or f"http://{self.host}", max_size=2**24)  # type: ignore[arg-type]
        page = Page(opened.__enter__())
        if first is not None:
            page.say(**first)
        return page

    def teacher(self) -> "Page":
        page = self.page("/live", {"do": "enter", "key": KEY})
        page.until(lambda m: "hello" in m)
        return page

    def student(self, code: str, name: str) -> "Page":
        page = self.page("/class", {"do": "sit", "code": code, "name": name})
        page.token = page.until(lambda m: "seat" in m)["seat"]["token"]
        return page

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


class Page:
    """One connection, as a page has it."""

    def __init__(self, opened: ClientConnection) -> None:
        self.opened = opened
        self.token = ""

    def say(self, **message: Any) -> None:
        self.opened.send(json.dumps(message))

    def hear(self, seconds: float = 120.0) -> Any:
        heard = self.opened.recv(timeout=seconds)
        return json.loads(heard) if isinstance(heard, str) else heard

    def until(self, wanted: Callable[[dict[str, Any]], bool], seconds: float = 120.0) -> dict[str, Any]:
        while True:
            heard = self.hear(seconds)
            if isinstance(heard, dict) and wanted(heard):
                return heard

    def frame(self, seconds: float = 120.0) -> bytes:
        while True:
            heard = self.hear(seconds)
            if isinstance(heard, bytes):
                return heard

    def ask(self, **message: Any) -> dict[str, Any]:
        """Say something and hear the next words."""
        self.say(**message)
        return self.until(lambda _: True)

    def close(self) -> None:
        self.opened.close()


@contextmanager
def serving(**settings: Any) -> Iterator[Server]:
    """A server, with `settings` of uvicorn of its own, stopped afterwards."""
    server = Server(**settings)
    try:
        yield server
    finally:
        server.stop()
