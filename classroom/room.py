"""A class that plays: a room with a code, a seat a student, one community on one luck, and one purse.

Three lives run side by side: nobody does anything, the class decides, a shipped policy decides.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from classroom import debrief
from classroom.kept import KeptRoom, KeptSeat, forget, keep, kept_at
from classroom.life import Life
from classroom.pair import Pair
from classroom.play import Choice, GridStations
from classroom.predictions import Question
from classroom.seats import ELSEWHERE, Line, Seat, Seats
from classroom.state import State, WorldState
from experiments.study.design import seed_of
from pages.guard import RefusedError, new_code, same
from sim import POLICIES

PURSE = 5000.0
"""Yuan a seat unless the teacher says otherwise."""
TOLD_EVERY = 0.2
"""Seconds between two pictures while weeks are lived."""
type Run = Callable[..., Awaitable[Any]]


class Room:
    """The class: seats, the community it runs, and what the teacher allows. With a `place` it is kept there."""

    def __init__(self, address: str, place: Path | None = None) -> None:
        self.address, self.code, self.place = address, new_code(), place
        self.seats = Seats()
        self.teachers: list[Line] = []
        self.phase = "closed"
        """closed, lobby (students join), running (weeks are being lived), paused, over."""
        self.question: Question | None = None
        self.pair: Pair | None = None
        self.rival: Life | None = None
        self.rival_name = ""
        self.last_week, self.purse, self.seed = 104, PURSE, 1
        self.lived: list[tuple[int, tuple[Choice, ...]]] = []
        self.empty_since: int | None = None
        self._lock = asyncio.Lock()
        self._stop = False

    # seats

    def seat_for(self, code: object, token: object, name: object) -> Seat:
        """The seat of a token, or a new one for somebody who knows the room code. Errors: RefusedError."""
        if seat := self.seats.known(token, code):
            return seat
        if not same(code.strip().upper() if isinstance(code, str) else code, self.code) or self.phase == "closed":
            raise RefusedError("no room has this code")
        if self.phase != "lobby":
            raise RefusedError("the play has begun: the teacher can give a lost seat back")
        return self.seats.new(name)

    async def take(self, seat: Seat, send: Line) -> None:
        """A student sits down, for the first time or again; an older page of the same seat is hung up on."""
        older, seat.send = seat.send, send
        if older:
            await older.end(ELSEWHERE, 4409)
        await send({"seat": {"token": seat.token, "name": seat.name, "number": seat.number}})
        await self._tell_student(seat)
        await self._tell_teachers()
        self._keep()

    async def leave(self, seat: Seat, send: Line) -> None:
        """A page of a seat is gone; the seat stays."""
        if seat.send is send:
            seat.send = None
        await self._tell_teachers()

    async def student_says(self, seat: Seat, message: dict[str, Any]) -> None:
        """A student decides for the own grid, predicts or stands up. Errors: RefusedError."""
        said = {"choose": self._chosen, "predict": self._predicted, "stand_up": self._stood_up}.get(message["do"])
        if said is None:
            raise RefusedError("a seat can choose, predict and stand up")
        await said(seat, message)
        await self._tell_student(seat)
        await self._tell_teachers()
        self._keep()

    async def _chosen(self, seat: Seat, message: dict[str, Any]) -> None:
        if self.phase not in ("lobby", "running", "paused"):
            raise RefusedError("the play is over")
        try:
            seat.choice = Choice.model_validate(message.get("choice"))
        except ValidationError as error:
            first = error.errors()[0]
            raise RefusedError(f"{'.'.join(map(str, first['loc']))[:60]}: {first['msg']}") from None

    async def _predicted(self, seat: Seat, message: dict[str, Any]) -> None:
        if self.question is None or self.question.came is not None:
            raise RefusedError("no prediction is asked for now")
        seat.predicted[self.question.lesson] = self.question.answer(message.get("at"))

    async def _stood_up(self, seat: Seat, _message: dict[str, Any]) -> None:
        """A seat is left on purpose; before the play begins somebody else can have its place."""
        if self.phase == "lobby":
            seat.removed = True
        if seat.send:
            await seat.send.end("you left your seat", 4401)

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
            "class_give_back": self._give_back,
            "class_ask": self._ask,
            "class_came": self._came,
            "class_over": self._over,
            "class_close": self._close,
        }.get(message["do"])
        if led is None:
            raise RefusedError("nobody knows how to lead the class so")
        self._stop = message["do"] == "class_pause"  # heard at once, not after the weeks that are being lived
        async with self._lock:
            await led(message, run)
            self._keep()
            await self._tell_everybody()

    async def _open(self, message: dict[str, Any], _run: Run) -> None:
        await self._hang_up("the teacher opened another room")
        self.code, self.seats, self.phase, self.pair, self.rival = new_code(), Seats(), "lobby", None, None
        self.lived, self.question = [], None
        weeks, purse, rival, seed = (message.get(k) for k in ("weeks", "purse", "rival", "seed"))
        self.last_week = weeks if isinstance(weeks, int) and 4 <= weeks <= 520 else 104
        self.purse = float(purse) if isinstance(purse, int | float) and 0 <= purse <= 1e7 else PURSE
        self.rival_name = rival if isinstance(rival, str) and rival in POLICIES else "vanguard"
        self.seed = seed if type(seed) is int and 0 <= seed <= 2**53 else 1

    async def _start(self, _message: dict[str, Any], run: Run) -> None:
        if self.phase != "lobby":
            raise RefusedError("open the room first")
        if not self.seats.sitting():
            raise RefusedError("nobody has joined yet")
        self.seats.numbered()
        await run(self._born)
        self.phase = "paused"

    def _born(self) -> None:
        grids = max(2, len(self.seats.all))
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
        self.empty_since, self.lived = None, []

    async def _weeks(self, message: dict[str, Any], run: Run) -> None:
        if self.phase not in ("running", "paused") or self.pair is None:
            raise RefusedError("start the play first")
        weeks = message.get("weeks", 1)
        if not isinstance(weeks, int) or not 1 <= weeks <= 52:
            raise RefusedError("from 1 to 52 weeks at a time")
        self.phase = "running"
        await self._tell_everybody(picture=False)
        told = time.monotonic()
        for _ in range(min(weeks, self.last_week - self.pair.week)):
            await run(self._live, 1, self._choices())
            if self._stop:
                break
            if time.monotonic() - told > TOLD_EVERY:
                self._keep()
                await self._tell_everybody()
                told = time.monotonic()
        self.phase = "over" if self.pair.week >= self.last_week else "paused"

    def _choices(self) -> tuple[Choice, ...]:
        return tuple(Choice() if seat.removed else seat.choice for seat in self.seats.all)

    def _live(self, weeks: int, choices: tuple[Choice, ...]) -> None:
        """Live some weeks with these choices, as far as the purse goes."""
        pair, rival = self.pair, self.rival
        if pair is None or rival is None:
            return
        for _ in range(weeks):
            stations = GridStations(choices=choices, purse=max(0.0, self.left()), first=pair.week)
            if self.empty_since is None and not stations.pays_for_all(pair.lives[1].simulation.world):
                self.empty_since = pair.week
            pair.lives[1].simulation.change_policies([stations])
            pair.live(1)
            rival.live_one_week()
        before, same_choices = self.lived[-1] if self.lived else (0, None)
        if same_choices == choices:
            self.lived[-1] = (before + weeks, choices)
        else:
            self.lived.append((weeks, choices))

    @property
    def budget(self) -> float:
        """Yuan in the purse at the beginning: so much a seat."""
        return self.purse * len(self.seats.all if self.pair else self.seats.sitting())

    def spent(self) -> float:
        """Yuan that the class has spent."""
        return sum(self.pair.lives[1].cost_total.values()) if self.pair else 0.0

    def left(self) -> float:
        """Yuan left in the purse."""
        return self.budget - self.spent()

    async def _pause(self, _message: dict[str, Any], _run: Run) -> None:
        if self.phase == "running":
            self.phase = "paused"

    async def _restart(self, _message: dict[str, Any], run: Run) -> None:
        if self.pair is None:
            raise RefusedError("start the play first")
        await run(self._born)
        self.phase = "paused"

    async def _remove(self, message: dict[str, Any], _run: Run) -> None:
        seat = self.seats.numbered_so(message.get("seat"))
        seat.removed = True
        if seat.send:
            await seat.send.end("the teacher removed this seat", 4401)

    async def _give_back(self, message: dict[str, Any], _run: Run) -> None:
        self.seats.give_back(message.get("seat"))

    async def _ask(self, message: dict[str, Any], _run: Run) -> None:
        if self.phase == "closed":
            raise RefusedError("open the room first")
        self.question = Question.of(message.get("lesson"))

    async def _came(self, message: dict[str, Any], _run: Run) -> None:
        if self.question is None:
            raise RefusedError("no prediction is asked for now")
        self.question = self.question.answered(message.get("at"), message.get("told"))

    async def _over(self, _message: dict[str, Any], _run: Run) -> None:
        if self.pair is None or self.pair.week == 0:
            raise RefusedError("nothing was played yet")
        self.phase = "over"

    async def _close(self, _message: dict[str, Any], _run: Run) -> None:
        await self._hang_up("the teacher closed the room")
        self.phase, self.seats, self.pair, self.rival, self.code = "closed", Seats(), None, None, new_code()
        self.question = None

    async def _hang_up(self, why: str) -> None:
        lines = [seat.send for seat in self.seats.sitting() if seat.send]
        await asyncio.gather(*(line.end(why, 4401) for line in lines))

    # what is kept

    def _keep(self) -> None:
        if self.place is None:
            return
        if self.phase == "closed":
            forget(self.place)
            return
        seats = [KeptSeat(**{name: getattr(seat, name) for name in KeptSeat.model_fields}) for seat in self.seats.all]
        keep(
            self.place,
            KeptRoom(
                at=time.time(),
                code=self.code,
                phase=self.phase,
                weeks=self.last_week,
                purse=self.purse,
                rival=self.rival_name,
                seed=self.seed,
                question=self.question,
                seats=seats,
                lived=self.lived,
            ),
        )

    def bring_back(self) -> None:
        """The room as it was when the program ended, if it was kept today."""
        kept = kept_at(self.place) if self.place else None
        if kept is None or kept.rival not in POLICIES:
            return
        self.code, self.last_week, self.purse = kept.code, kept.weeks, kept.purse
        self.rival_name, self.seed, self.question = kept.rival, kept.seed, kept.question
        self.seats.all = [Seat(**{name: getattr(one, name) for name in KeptSeat.model_fields}) for one in kept.seats]
        if kept.phase != "lobby":
            self._born()
            for weeks, choices in kept.lived:
                self._live(weeks, choices)
        self.phase = "paused" if kept.phase == "running" else kept.phase

    # what everybody sees

    def for_teacher(self) -> dict[str, Any]:
        """The room as the teacher sees it."""
        sitting = self.seats.sitting()
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
            "question": self.question.counted(seat.predicted for seat in sitting) if self.question else None,
            "seats": [
                {
                    "number": s.number,
                    "name": s.name,
                    "here": s.send is not None,
                    "again": s.again,
                    "choice": s.choice.model_dump(),
                }
                for s in sitting
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
            "players": len(self.seats.sitting()),
            "question": self.question.model_dump() if self.question else None,
            "predicted": seat.predicted.get(self.question.lesson) if self.question else None,
        }
        if self.pair and self.rival:
            told["station"] = debrief.station(self.pair, seat.number)
            if self.phase == "over":
                told["debrief"] = debrief.of_grid(self.pair, self.rival, seat.number)
        return told

    async def _tell_student(self, seat: Seat) -> None:
        if seat.send:
            await seat.send.quietly({"room": self.for_student(seat)})

    async def _tell_teachers(self) -> None:
        told = {"room": self.for_teacher()}
        for send in list(self.teachers):
            await send.quietly(told)

    async def _tell_everybody(self, *, picture: bool = True) -> None:
        frame = b"LNC1" + self.pair.frame(everything=True)[4:] if self.pair and picture else None
        standing = {"class_opened": self._standing(self.pair)} if self.pair and self.pair.week == 0 else None
        for send in list(self.teachers):
            for told in (standing, frame):
                if told is not None:
                    await send.quietly(told)
        await self._tell_teachers()
        await asyncio.gather(*(self._tell_student(seat) for seat in self.seats.sitting()))

    def _standing(self, pair: Pair) -> dict[str, Any]:
        """Who lives where; grids bear the names of those who run them."""
        standing = pair.standing()
        run_by = {seat.number: seat.name for seat in self.seats.sitting()}
        names = [f"{g + 1} {run_by.get(g, '')}".strip() for g in range(standing["grids"])]
        return standing | {"gridNames": names}

    async def welcome(self, teacher: Line) -> None:
        """What a teacher's page sees that comes in the middle of a play."""
        await teacher({"room": self.for_teacher()})
        if self.pair:
            await teacher({"class_opened": self._standing(self.pair)})
            await teacher(b"LNC1" + self.pair.frame(everything=True)[4:])
