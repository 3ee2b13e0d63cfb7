"""A class that plays: a room with a code, a seat a student, one community on one luck, and one purse.

Three lives run side by side: nobody does anything, the class decides, a shipped policy decides.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from classroom import debrief
from classroom.life import Life
from classroom.pair import Pair
from classroom.play import Choice, GridStations
from classroom.session import Answer
from classroom.state import State, WorldState
from experiments.study.design import seed_of
from pages.guard import RefusedError, new_code, new_token, same
from pages.panel import both
from sim import POLICIES

MOST_SEATS = 60
type Send = Callable[[Answer], Awaitable[None]]
type Run = Callable[..., Awaitable[Any]]


@dataclass(eq=False)
class Seat:
    """A student's seat: who sits there, which grid it runs, what it decided."""

    number: int
    name: str
    token: str
    choice: Choice = field(default_factory=Choice)
    send: Send | None = None
    removed: bool = False


class Room:
    """The class: seats, the community it runs, and what the teacher allows."""

    def __init__(self, address: str) -> None:
        self.address, self.code = address, new_code()
        self.seats: list[Seat] = []
        self.teachers: list[Send] = []
        self.phase = "closed"
        """closed, lobby (students join), running, paused, over."""
        self.pair: Pair | None = None
        self.rival: Life | None = None
        self.rival_name = ""
        self.last_week, self.budget, self.seed = 104, 0.0, 1
        self.empty_since: int | None = None
        self._lock = asyncio.Lock()

    # seats

    def seat_for(self, code: object, token: object, name: object, clean: Callable[[object], str]) -> Seat:
        """The seat of a token, or a new one for somebody who knows the room code. Errors: RefusedError."""
        if isinstance(token, str):
            for seat in self.seats:
                if same(token, seat.token) and not seat.removed:
                    return seat
        if not same(code.strip().upper() if isinstance(code, str) else code, self.code) or self.phase == "closed":
            raise RefusedError("no room has this code")
        if self.phase != "lobby":
            raise RefusedError("the play has begun: ask the teacher to start anew")
        if len(self._sitting()) >= MOST_SEATS:
            raise RefusedError(f"all {MOST_SEATS} seats are taken")
        called, taken = clean(name), {seat.name for seat in self._sitting()}
        named = next(n for n in (called, *(f"{called} {k}" for k in range(2, MOST_SEATS + 2))) if n not in taken)
        seat = Seat(len(self.seats), named, new_token())
        self.seats.append(seat)
        return seat

    def _sitting(self) -> list[Seat]:
        return [seat for seat in self.seats if not seat.removed]

    async def take(self, seat: Seat, send: Send) -> None:
        """A student sits down, for the first time or again; an older page of the same seat falls silent."""
        seat.send = send
        await send({"seat": {"token": seat.token, "name": seat.name, "number": seat.number}})
        await self._tell_student(seat)
        await self._tell_teachers()

    async def leave(self, seat: Seat, send: Send) -> None:
        """A page of a seat is gone; the seat stays."""
        if seat.send is send:
            seat.send = None
        await self._tell_teachers()

    async def student_says(self, seat: Seat, message: dict[str, Any]) -> None:
        """A student decides for the own grid. Errors: RefusedError."""
        if message["do"] != "choose":
            raise RefusedError("a seat can only choose")
        if self.phase not in ("lobby", "running", "paused"):
            raise RefusedError("the play is over")
        try:
            seat.choice = Choice.model_validate(message.get("choice"))
        except ValidationError as error:
            first = error.errors()[0]
            raise RefusedError(f"{'.'.join(map(str, first['loc']))[:60]}: {first['msg']}") from None
        await self._tell_student(seat)
        await self._tell_teachers()

    # the teacher leads

    async def lead(self, message: dict[str, Any], run: Run) -> None:
        """What the teacher asks of the class. Errors: RefusedError."""
        led = {
            "class_open": self._open,
            "class_start": self._start,
            "class_weeks": self._weeks,
            "class_pause": self._pause,
            "class_restart": self._restart,
            "class_remove": self._remove,
            "class_over": self._over,
            "class_close": self._close,
        }.get(message["do"])
        if led is None:
            raise RefusedError("nobody knows how to lead the class so")
        async with self._lock:
            await led(message, run)
            await self._tell_everybody()

    async def _open(self, message: dict[str, Any], _run: Run) -> None:
        self.code, self.seats, self.phase, self.pair, self.rival = new_code(), [], "lobby", None, None
        weeks, budget, rival, seed = (message.get(k) for k in ("weeks", "budget", "rival", "seed"))
        self.last_week = weeks if isinstance(weeks, int) and 4 <= weeks <= 520 else 104
        self.budget = float(budget) if isinstance(budget, int | float) and 0 <= budget <= 1e9 else 0.0
        self.rival_name = rival if isinstance(rival, str) and rival in POLICIES else "vanguard"
        self.seed = seed if type(seed) is int and 0 <= seed <= 2**53 else 1

    async def _start(self, _message: dict[str, Any], run: Run) -> None:
        if self.phase != "lobby":
            raise RefusedError("open the room first")
        if not self._sitting():
            raise RefusedError("nobody has joined yet")
        for number, seat in enumerate(self._sitting()):
            seat.number = number
        self.seats = self._sitting()
        await run(self._born)
        self.phase = "paused"

    def _born(self) -> None:
        grids = max(2, len(self.seats))
        residents = min(1500, max(300, 40 * grids))
        laid = {
            "population.residents": residents,
            "population.grids": grids,
            "population.grid_shares": [],
            "dispatching.scope": "local_then_pooled",
        }
        state = State(
            community="classroom",
            seed=self.seed,
            set=laid,
            worlds=(WorldState(name="nobody"), WorldState(name="class")),
        )
        self.pair = Pair(state)
        self.rival = Life(state.config(0, 0), [POLICIES[self.rival_name]()], seed_of(self.seed, 0))
        self.empty_since = None

    async def _weeks(self, message: dict[str, Any], run: Run) -> None:
        if self.phase not in ("running", "paused") or self.pair is None:
            raise RefusedError("start the play first")
        weeks = message.get("weeks", 1)
        if not isinstance(weeks, int) or not 1 <= weeks <= 52:
            raise RefusedError("from 1 to 52 weeks at a time")
        self.phase = "running"
        await run(self._live, weeks)
        if self.pair.week >= self.last_week:
            self.phase = "over"

    def _live(self, weeks: int) -> None:
        pair, rival = self.pair, self.rival
        if pair is None or rival is None:
            return
        for _ in range(min(weeks, self.last_week - pair.week)):
            choices = tuple(seat.choice if not seat.removed else Choice() for seat in self.seats)
            if self.left() <= 0 and self.empty_since is None:
                self.empty_since = pair.week
            if self.left() <= 0:
                choices = tuple(free_of_charge(choice) for choice in choices)
            pair.lives[1].simulation.change_policies([GridStations(choices=choices)])
            pair.live(1)
            rival.live_one_week()

    def spent(self) -> float:
        """Yuan that the class has spent."""
        return sum(self.pair.lives[1].cost_total.values()) if self.pair else 0.0

    def left(self) -> float:
        """Yuan left in the purse."""
        return self.budget - self.spent()

    async def _pause(self, _message: dict[str, Any], _run: Run) -> None:
        if self.phase in ("running", "paused"):
            self.phase = "paused"

    async def _restart(self, _message: dict[str, Any], run: Run) -> None:
        if self.pair is None:
            raise RefusedError("start the play first")
        await run(self._born)
        self.phase = "paused"

    async def _remove(self, message: dict[str, Any], _run: Run) -> None:
        for seat in self.seats:
            if seat.number == message.get("seat") and not seat.removed:
                seat.removed = True
                if seat.send:
                    await _quietly(seat.send, _farewell("the teacher removed this seat"))
                return
        raise RefusedError("there is no such seat")

    async def _over(self, _message: dict[str, Any], _run: Run) -> None:
        if self.pair is None or self.pair.week == 0:
            raise RefusedError("nothing was played yet")
        self.phase = "over"

    async def _close(self, _message: dict[str, Any], _run: Run) -> None:
        for seat in self._sitting():
            if seat.send:
                await _quietly(seat.send, _farewell("the teacher closed the room"))
        self.phase, self.seats, self.pair, self.rival, self.code = "closed", [], None, None, new_code()

    # what everybody sees

    def for_teacher(self) -> dict[str, Any]:
        """The room as the teacher sees it."""
        told: dict[str, Any] = {
            "code": self.code,
            "address": self.address,
            "phase": self.phase,
            "weeks": self.last_week,
            "budget": self.budget,
            "spent": round(self.spent(), 1),
            "rival": self.rival_name,
            "week": self.pair.week if self.pair else 0,
            "empty": self.empty_since,
            "seats": [
                {"number": s.number, "name": s.name, "here": s.send is not None, "choice": s.choice.model_dump()}
                for s in self._sitting()
            ],
        }
        if self.pair and self.rival:
            told["grids"] = debrief.by_grid(self.pair, self.rival)
            if self.phase == "over":
                told["debrief"] = debrief.whole(self.pair, self.rival, self.rival_name)
        return told

    def for_student(self, seat: Seat) -> dict[str, Any]:
        """The room as one seat sees it: the own grid, the purse, nothing of others' secrets."""
        told: dict[str, Any] = {
            "phase": self.phase,
            "weeks": self.last_week,
            "week": self.pair.week if self.pair else 0,
            "budget": self.budget,
            "spent": round(self.spent(), 1),
            "name": seat.name,
            "grid": seat.number,
            "choice": seat.choice.model_dump(),
            "empty": self.empty_since,
            "players": len(self._sitting()),
        }
        if self.pair and self.rival:
            told["station"] = debrief.station(self.pair, seat.number)
            if self.phase == "over":
                told["debrief"] = debrief.of_grid(self.pair, self.rival, seat.number)
        return told

    async def _tell_student(self, seat: Seat) -> None:
        if seat.send:
            await _quietly(seat.send, {"room": self.for_student(seat)})

    async def _tell_teachers(self) -> None:
        told = {"room": self.for_teacher()}
        for send in list(self.teachers):
            await _quietly(send, told)

    async def _tell_everybody(self) -> None:
        picture = b"LNC1" + self.pair.frame(everything=True)[4:] if self.pair else None
        standing = {"class_opened": self.pair.standing()} if self.pair and self.pair.week == 0 else None
        for send in list(self.teachers):
            for told in (standing, picture):
                if told is not None:
                    await _quietly(send, told)
        await self._tell_teachers()
        await asyncio.gather(*(self._tell_student(seat) for seat in self._sitting()))


def free_of_charge(choice: Choice) -> Choice:
    """What is left of a choice when the purse is empty."""
    return Choice(offers=choice.offers, whom=choice.whom, first=choice.first)


def _farewell(why: str) -> Answer:
    """The last words that a seat hears, in both languages."""
    return {"error": why, "zh": both(why)[1], "closed": True}


async def _quietly(send: Send, told: Answer) -> None:
    """Send to a page that may be gone by now; its own connection notices and cleans up."""
    try:
        await asyncio.wait_for(send(told), 5.0)
    except (TimeoutError, RuntimeError, OSError):
        pass
    except Exception as error:
        if type(error).__name__ not in ("WebSocketDisconnect", "ConnectionClosed", "ClientDisconnected"):
            raise
