"""Seats of a class: who sits where, what they decided and predicted, and how a lost seat is given back."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket

from classroom.play import Choice
from pages.guard import RefusedError, clean_name, new_code, new_token, same
from pages.panel import both

MOST_SEATS = 60
type Answer = dict[str, Any] | bytes
ELSEWHERE = "this seat is open in another window now"


class Line:
    """The way to one page. What is said to a page that is gone is lost; its own connection notices."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket, self._lock = socket, asyncio.Lock()

    async def __call__(self, answer: Answer) -> None:
        """Say something; one thing at a time. Errors: those of a connection that is gone."""
        async with self._lock:
            if isinstance(answer, bytes):
                await self._socket.send_bytes(answer)
            else:
                await self._socket.send_json(answer)

    async def quietly(self, answer: Answer) -> None:
        """Say something to a page that may be gone by now or may not listen."""
        try:
            await asyncio.wait_for(self(answer), 5.0)
        except (TimeoutError, RuntimeError, OSError):
            pass
        except Exception as error:
            if type(error).__name__ not in ("WebSocketDisconnect", "ConnectionClosed", "ClientDisconnected"):
                raise

    async def end(self, why: str, code: int) -> None:
        """Say why, and hang up: a page that does not listen holds no place."""
        await self.quietly({"error": why, "zh": both(why)[1], "closed": True})
        with contextlib.suppress(TimeoutError, RuntimeError, OSError):
            await asyncio.wait_for(self._socket.close(code), 5.0)


@dataclass(eq=False)
class Seat:
    """A student's seat: who sits there, which grid it runs, what it decided."""

    number: int
    name: str
    token: str
    choice: Choice = field(default_factory=Choice)
    predicted: dict[str, int] = field(default_factory=dict)
    """For each question, the number of the answer."""
    send: Line | None = None
    again: str = ""
    """A code with which this seat can be taken from another page, once; the teacher gives it out."""
    removed: bool = False


class Seats:
    """All seats of a room."""

    def __init__(self) -> None:
        self.all: list[Seat] = []

    def sitting(self) -> list[Seat]:
        """Seats that were not removed."""
        return [seat for seat in self.all if not seat.removed]

    def numbered(self) -> None:
        """One grid a seat: whoever was removed has none."""
        self.all = self.sitting()
        for number, seat in enumerate(self.all):
            seat.number = number

    def known(self, token: object, code: object) -> Seat | None:
        """The seat of a token, or of a code with which it is given back; that makes a new token."""
        said = code.strip().upper() if isinstance(code, str) else code
        for seat in self.sitting():
            if same(token, seat.token):
                return seat
            if seat.again and same(said, seat.again):
                seat.again, seat.token = "", new_token()
                return seat
        return None

    def new(self, name: object) -> Seat:
        """One seat more. Errors: RefusedError."""
        sitting = self.sitting()
        if len(sitting) >= MOST_SEATS:
            raise RefusedError(f"all {MOST_SEATS} seats are taken")
        called, taken = clean_name(name), {seat.name for seat in sitting}
        named = next(n for n in (called, *(f"{called} {k}" for k in range(2, MOST_SEATS + 2))) if n not in taken)
        seat = Seat(len(self.all), named, new_token())
        self.all.append(seat)
        return seat

    def numbered_so(self, number: object) -> Seat:
        """The seat of a number. Errors: RefusedError."""
        for seat in self.sitting():
            if seat.number == number:
                return seat
        raise RefusedError("there is no such seat")

    def give_back(self, number: object) -> None:
        """Make a code with which the seat of this number can be taken again."""
        self.numbered_so(number).again = new_code()
