"""The entrance: pages are served at once, while the engine is still being imported behind it."""

import asyncio
import threading
from typing import TYPE_CHECKING

from starlette.websockets import WebSocket, WebSocketDisconnect

from classroom.guard import origin_allowed

if TYPE_CHECKING:
    from classroom.hall import Hall


class Entrance:
    """Lets pages in as soon as the hall behind it stands; strangers are turned away at once."""

    def __init__(self, key: str, hosts: frozenset[str], address: str) -> None:
        self._arguments = key, hosts, address
        self.hosts = hosts
        self.hall: Hall | None = None
        self._waiting = 0

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
        if hall := await self._inside(socket):
            await hall.live(socket)

    async def student(self, socket: WebSocket) -> None:
        """A student's page."""
        if hall := await self._inside(socket):
            await hall.student(socket)

    async def _inside(self, socket: WebSocket) -> "Hall | None":
        if (
            not origin_allowed(socket.headers.get("origin"), socket.headers.get("host"), self.hosts)
            or self._waiting > 100
        ):
            await socket.close(1013)
            return None
        await socket.accept()
        if self.hall is None:
            self._waiting += 1
            try:
                await socket.send_json({"wait": True})
                await self._built.wait()
            except (WebSocketDisconnect, RuntimeError):
                return None
            finally:
                self._waiting -= 1
        return self.hall
