"""The hall: who is connected, as teacher, guest or student, and what each connection may do."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from classroom.lessons import lessons, state_of_lesson
from classroom.room import Room
from classroom.session import Answer, Session
from classroom.state import State, StateError
from pages.guard import Bucket, RefusedError, Tries, clean_name, read_message, same
from pages.panel import both

MOST_PAGES = 120
"""Pages connected at once, students included."""
TOO_FAST, TOO_MANY, WRONG = 1008, 1013, 4401
"""Close codes: too fast, too many pages, a wrong key or code."""


class Hall:
    """All connections of one classroom."""

    def __init__(self, key: str, hosts: frozenset[str], address: str) -> None:
        self.key, self.hosts = key, hosts
        self.room = Room(address)
        self.tries = Tries()
        self.pages = 0
        self._workers = ThreadPoolExecutor(max(2, (os.cpu_count() or 2)), thread_name_prefix="world")
        self._guests = ThreadPoolExecutor(1, thread_name_prefix="guest")

    def warm_up(self) -> None:
        """Compile or load the rules, and live the first week of the community that the page opens with."""
        Session(teacher=True).answer({"do": "open", "state": State(week=1).model_dump()})

    def look_ahead(self) -> None:
        """Read every lesson's study, so that its first picture comes at once."""
        for name in lessons():
            time.sleep(0.3)
            state = state_of_lesson(name)
            for world in (0, 1):
                state.config(world, 0)

    async def _run[T](self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work, *arguments)

    async def _run_for(self, teacher: bool, work: Callable[..., Any], *arguments: Any) -> Any:
        """Guests share one worker, so that however much they explore, the teacher's page and the class go on."""
        return await asyncio.get_running_loop().run_in_executor(
            self._workers if teacher else self._guests, work, *arguments
        )

    async def _welcome(self, socket: WebSocket) -> bool:
        """Count a connection in, if there is room."""
        if self.pages >= MOST_PAGES:
            await socket.close(TOO_MANY)
            return False
        self.pages += 1
        return True

    def _address(self, socket: WebSocket) -> str:
        return socket.client.host if socket.client else ""

    async def live(self, socket: WebSocket, said: str) -> None:
        """The live page: the teacher's, or that of a guest who knows the room code. `said` is its first message."""
        if not await self._welcome(socket):
            return
        try:
            first = read_message(said)
            teacher = same(first.get("key"), self.key)
            guest = same(first.get("code"), self.room.code)
            if not self.tries.allow(self._address(socket)) or not (teacher or guest):
                await self._farewell(socket, "this address needs the teacher's key, or a room code", WRONG)
                return
            self.tries.give_back(self._address(socket))
            await self._serve(socket, Session(teacher=teacher), teacher)
        except (WebSocketDisconnect, RuntimeError, TimeoutError):
            pass
        except RefusedError as error:
            await self._farewell(socket, str(error), WRONG)
        finally:
            self.pages -= 1

    async def _serve(self, socket: WebSocket, session: Session, teacher: bool) -> None:
        bucket = Bucket(400, 800) if teacher else Bucket(60, 120)
        send = _sender(socket)
        if teacher:
            self.room.teachers.append(send)
        try:
            await self._answer('{"do": "hello"}', session, teacher, send)
            if teacher:
                await send({"room": self.room.for_teacher()})
            while True:
                raw = await socket.receive_text()
                if not bucket.take():
                    await self._too_fast(socket, bucket)
                    continue
                await self._answer(raw, session, teacher, send)
        finally:
            if teacher:
                self.room.teachers.remove(send)

    async def _answer(
        self, raw: str, session: Session, teacher: bool, send: Callable[[Answer], Awaitable[None]]
    ) -> None:
        asked = ""
        try:
            message = read_message(raw)
            asked = message["do"][:40]
            if asked.startswith("class_"):
                if not teacher:
                    raise RefusedError("only the teacher leads the class")
                await self.room.lead(message, self._run)
                return
            for answer in await self._run_for(teacher, session.answer, message):
                await send(answer)
        except (RefusedError, StateError) as error:
            await send({"error": str(error)[:600], "zh": in_chinese(error), "asked": asked})
        except WebSocketDisconnect:
            raise
        except Exception as error:
            # a mistake of the program must not end the lesson: the page is told, the class goes on
            await send({"error": f"{type(error).__name__}: {error}"[:600], "asked": asked})

    async def student(self, socket: WebSocket, said: str) -> None:
        """A student's page: a seat in the room. `said` is its first message."""
        if not await self._welcome(socket):
            return
        seat = None
        send = _sender(socket)
        try:
            first = read_message(said)
            if not self.tries.allow(self._address(socket)):
                raise RefusedError("too many wrong codes from this address: wait a minute")
            seat = self.room.seat_for(first.get("code"), first.get("token"), first.get("name"), clean_name)
            self.tries.give_back(self._address(socket))
            await self.room.take(seat, send)
            bucket = Bucket(8, 30)
            while True:
                raw = await socket.receive_text()
                if not bucket.take():
                    await self._too_fast(socket, bucket)
                    continue
                if seat.removed:
                    raise RefusedError("the teacher removed this seat")
                try:
                    await self.room.student_says(seat, read_message(raw))
                except RefusedError as error:
                    await send({"error": str(error), "zh": in_chinese(error)})
        except (WebSocketDisconnect, RuntimeError, TimeoutError):
            pass
        except RefusedError as error:
            await self._farewell(socket, str(error), WRONG)
        finally:
            self.pages -= 1
            if seat is not None:
                await self.room.leave(seat, send)

    async def _too_fast(self, socket: WebSocket, bucket: Bucket) -> None:
        """A few messages too fast are dropped; a flood ends the connection."""
        if bucket.refused > 200:
            await socket.close(TOO_FAST)
            raise WebSocketDisconnect(TOO_FAST)

    async def _farewell(self, socket: WebSocket, why: str, code: int) -> None:
        try:
            await socket.send_json({"error": why, "zh": in_chinese(why), "closed": True})
            await socket.close(code)
        except (WebSocketDisconnect, RuntimeError):
            pass


def in_chinese(error: object) -> str:
    """A refusal in Chinese, where its words are known."""
    return both(str(error))[1][:600]


def _sender(socket: WebSocket) -> Callable[[Answer], Awaitable[None]]:
    lock = asyncio.Lock()

    async def send(answer: Answer) -> None:
        async with lock:
            if isinstance(answer, bytes):
                await socket.send_bytes(answer)
            else:
                await socket.send_json(answer)

    return send
