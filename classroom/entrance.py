"""The entrance: pages are served at once, while the engine is still being imported behind it."""

import asyncio
import threading
from typing import TYPE_CHECKING

from starlette.websockets import WebSocket, WebSocketDisconnect

from pages.guard import origin_allowed

if TYPE_CHECKING:
    from classroom.hall import Hall

PATIENCE = 10.0
"""Seconds within which a page says who it is."""
MOST_SILENT = 100
"""Connections that have not said yet who they are. One more sends the one away that has been silent for longest."""


class Entrance:
    """Lets pages in as soon as the hall behind it stands; strangers are turned away at once."""

    def __init__(self, key: str, hosts: frozenset[str], address: str, port: int = 0) -> None:
        self._arguments = key, hosts, address, port
        self.hosts = hosts
        self.hall: Hall | None = None
        self._silent: list[asyncio.Future[str]] = []

    def open(self) -> None:
        """Begin to build the hall, in a thread of its own."""
        self._built = asyncio.Event()
        loop = asyncio.get_running_loop()

        def build() -> None:
            from classroom.hall import Hall

            hall = Hall(*self._arguments)
            try:
                hall.warm_up()
            finally:
                self.hall = hall
                loop.call_soon_threadsafe(self._built.set)
            hall.look_ahead()

        threading.Thread(target=build, daemon=True).start()

    async def live(self, socket: WebSocket) -> None:
        """The live page."""
        if inside := await self._inside(socket):
            hall, first = inside
            await hall.live(socket, first)

    async def student(self, socket: WebSocket) -> None:
        """A student's page."""
        if inside := await self._inside(socket):
            hall, first = inside
            await hall.student(socket, first)

    async def _inside(self, socket: WebSocket) -> "tuple[Hall, str] | None":
        """The hall, and what the page said first, once both are there.

        The page is heard before the hall is waited for: as long as words of it wait to be heard, the server reads
        nothing from it, its answers to keepalive pings neither, and takes it for gone.
        """
        if not origin_allowed(socket.headers.get("origin"), socket.headers.get("host"), self.hosts):
            await socket.close(1013)
            return None
        await socket.accept()
        try:
            if self.hall is None:
                await socket.send_json({"wait": True})
            first = await self._first_words(socket)
            await self._built.wait()
        except (WebSocketDisconnect, RuntimeError, KeyError):
            return None
        assert self.hall is not None  # it is there before the event is set
        return (self.hall, first) if first is not None else None

    async def _first_words(self, socket: WebSocket) -> str | None:
        """What a page says first; None when it says nothing, or when too many others are as silent as it is.

        A page speaks as soon as it is open, so whoever only holds a place gives way to whoever comes after.
        """
        words = asyncio.ensure_future(socket.receive_text())
        self._silent.append(words)
        if len(self._silent) > MOST_SILENT:
            self._silent.pop(0).cancel()
        try:
            await asyncio.wait({words}, timeout=PATIENCE)
        finally:
            if words in self._silent:
                self._silent.remove(words)
        if words.done() and not words.cancelled():
            return words.result()
        words.cancel()
        await socket.close(1013)
        return None
