"""The hall: who is connected, as teacher, guest or student, and what each connection may do."""

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from classroom.kept import place_of
from classroom.lessons import lessons, state_of_lesson
from classroom.refusals import in_chinese
from classroom.room import Room
from classroom.seats import Line, Seat
from classroom.session import Session
from classroom.state import State, StateError
from pages.guard import Bucket, RefusedError, Tries, read_message, same

MOST_GUESTS, MOST_OF_A_SEAT = 40, 2
"""Guests' pages at once: of those who have no seat all together, and of each seat. The teacher is always let in."""
LATE = 1.0
"""Seconds that the answer to a wrong code waits, after many from one address."""
TOO_FAST, TOO_MANY, WRONG, ELSEWHERE = 1008, 1013, 4401, 4409
"""Close codes: too fast, too many pages, a wrong key or code, a page that another one took the place of."""


class Hall:
    """All connections of one classroom."""

    def __init__(self, key: str, hosts: frozenset[str], address: str, port: int = 0) -> None:
        self.key, self.hosts = key, hosts
        self.room = Room(address, place_of(port) if port else None)
        self.tries = Tries()
        self.guests: list[tuple[Seat | None, Line]] = []
        self._workers = ThreadPoolExecutor(max(2, (os.cpu_count() or 2)), thread_name_prefix="world")
        self._guests = ThreadPoolExecutor(1, thread_name_prefix="guest")

    def warm_up(self) -> None:
        """Compile or load the rules, and live the first week of the community that the page opens with."""
        Session(teacher=True).answer({"do": "open", "state": State(week=1).model_dump()})
        self.room.bring_back()

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

    async def live(self, socket: WebSocket, said: str) -> None:
        """The live page: the teacher's, or that of a guest who knows the room code. `said` is its first message."""
        line = Line(socket)
        try:
            first = read_message(said)
            if same(first.get("key"), self.key):
                await self._serve(socket, Session(teacher=True), line)
            else:
                await self._guest(socket, first, line)
        except (WebSocketDisconnect, RuntimeError, TimeoutError):
            pass
        except RefusedError as error:
            await self._wrong(socket, line, error)

    async def _guest(self, socket: WebSocket, first: dict[str, Any], line: Line) -> None:
        """A guest: whoever has a seat is not kept out by those who have none. Errors: RefusedError."""
        seat = self.room.seats.known(first.get("seat"), None)
        if not seat and not same(first.get("code"), self.room.code):
            raise RefusedError("this address needs the teacher's key, or a room code")
        theirs = [one for of, one in self.guests if of is seat]
        if seat and len(theirs) >= MOST_OF_A_SEAT:
            await theirs[0].end("this page is open too often", ELSEWHERE)
        elif len(theirs) >= MOST_GUESTS:
            await line.end("too many pages without a seat: join the class first", TOO_MANY)
            return
        self.guests.append((seat, line))
        try:
            await self._serve(socket, Session(teacher=False), line)
        finally:
            self.guests.remove((seat, line))

    async def _wrong(self, socket: WebSocket, line: Line, error: RefusedError) -> None:
        """Refuse somebody; whoever guesses gets the answer late. A right key, seat or code never waits."""
        if self.tries.too_many(socket.client.host if socket.client else ""):
            await asyncio.sleep(LATE)
        await line.end(str(error), WRONG)

    async def _serve(self, socket: WebSocket, session: Session, send: Line) -> None:
        teacher = session.teacher
        bucket = Bucket(400, 800) if teacher else Bucket(60, 120)
        if teacher:
            self.room.teachers.append(send)
        try:
            await self._answer('{"do": "hello"}', session, send)
            if teacher:
                await self.room.welcome(send)
            while True:
                raw = await socket.receive_text()
                if not bucket.take():
                    await self._too_fast(socket, bucket)
                    continue
                await self._answer(raw, session, send)
        finally:
            if teacher:
                self.room.teachers.remove(send)

    async def _answer(self, raw: str, session: Session, send: Line) -> None:
        asked, teacher = "", session.teacher
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
        seat, line = None, Line(socket)
        try:
            first = read_message(said)
            seat = self.room.seat_for(first.get("code"), first.get("token"), first.get("name"))
            await self.room.take(seat, line)
            bucket = Bucket(8, 30)
            while True:
                raw = await socket.receive_text()
                if not bucket.take():
                    await self._too_fast(socket, bucket)
                    continue
                try:
                    await self.room.student_says(seat, read_message(raw))
                except RefusedError as error:
                    await line({"error": str(error), "zh": in_chinese(error)})
        except (WebSocketDisconnect, RuntimeError, TimeoutError):
            pass
        except RefusedError as error:
            await self._wrong(socket, line, error)
        finally:
            if seat is not None:
                await self.room.leave(seat, line)

    async def _too_fast(self, socket: WebSocket, bucket: Bucket) -> None:
        """A few messages too fast are dropped; a flood ends the connection."""
        if bucket.refused > 200:
            await socket.close(TOO_FAST)
            raise WebSocketDisconnect(TOO_FAST)
