"""Messages that pages of the classroom send: a page's own worlds, a class that plays, and whoever wants a seat."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from fuzz.files import STUDY
from fuzz.mutate import as_yaml, changed_text, changed_tree

from classroom.room import Room
from classroom.seats import Answer, Line
from classroom.session import Session
from pages.guard import read_message

STATE = {
    "community": "classroom", "seed": 3, "set": {"population.residents": 60, "population.grids": 2}, "week": 2,
    "worlds": [
        {"name": "one", "set": {}, "policies": []},
        {"name": "two", "set": {"moving.annual_rate": 0.2}, "policies": [{"name": "vanguard", "doses": {"size": 3, "start": 1}}]},
    ],
    "changes": [{"week": 1, "world": 1, "set": {"asking.along_tie": 0.3}}], "title": "T", "question": "Q",
    "touches": [{"week": 1, "world": 1, "row": 12, "what": "hour", "other": -1}],
}  # fmt: skip
ASKED = (
    {"do": "open", "state": STATE}, {"do": "weeks", "weeks": 2}, {"do": "look", "row": 3}, {"do": "ties"}, {"do": "study"},
    {"do": "policy", "world": 1, "name": "training", "doses": {"seats": 3, "stop": None}, "on": True},
    {"do": "policy", "world": 1, "name": "vanguard", "on": False},
    {"do": "set", "set": {"asking.along_tie": 0.2}, "from": "now", "world": 0}, {"do": "set", "set": {"moving.annual_rate": 0.3}},
    {"do": "open_study", "text": as_yaml(STUDY | {"varies": {}, "design": {"method": "factorial"}})},
    {"do": "lesson", "name": "4_vanguard"}, {"do": "open_lesson", "name": "4_vanguard", "arms": ["nobody", "a large vanguard"]},
    {"do": "hello"}, {"do": "homework"}, {"do": "touch", "world": 1, "row": 0, "what": "friend", "other": 84},
)  # fmt: skip
LED = (
    {"do": "class_open", "weeks": 8, "purse": 500, "rival": "vanguard", "seed": 4}, {"do": "class_start"},
    {"do": "class_weeks", "weeks": 2}, {"do": "class_pause"}, {"do": "class_remove", "seat": 0}, {"do": "class_over"},
    {"do": "class_restart"}, {"do": "class_close"}, {"do": "class_give_back", "seat": 0},
    {"do": "class_ask", "lesson": "4_vanguard"}, {"do": "class_came", "at": 1, "told": ["a", "b"]}, {"do": "predict", "at": 0}, {"do": "stand_up"},
    {"do": "choose", "choice": {"offers": 2, "whom": "new", "first": "vulnerable", "seats": 1, "thanks": True}},
)  # fmt: skip


def mutated_messages(messages: tuple[Any, ...]) -> Callable[[Random], bytes]:
    """A maker of a few messages, a line each."""

    def make(chance: Random) -> bytes:
        lines = []
        for _ in range(chance.choice([1, 2, 3])):
            message = chance.choice(messages)
            if chance.random() < 0.8:
                message = changed_tree(message, chance)
            text = json.dumps(message, ensure_ascii=chance.random() < 0.5)
            if chance.random() < 0.15:
                text = changed_text(text, chance)
            lines.append(text.replace("\\u0001", "\\ud800").replace("\n", " "))
        return "\n".join(lines).encode("utf-8", "replace")

    return make


def _sent(answers: list[Answer]) -> None:
    """What the page receives can be sent and read there."""
    for answer in answers:
        if not isinstance(answer, bytes):
            json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()


def take_page(content: bytes, _: Path, __: Random) -> None:
    session = Session(teacher=True)
    session.answer({"do": "open", "state": STATE})
    for line in content.decode().split("\n"):
        _sent(session.answer(read_message(line)))


def take_class(content: bytes, _: Path, chance: Random) -> None:
    asyncio.run(_class(content.decode().split("\n"), started=chance.random() < 0.7))


class _Hears:
    """A page that listens; what it hears must be such as can be sent."""

    async def send_json(self, answer: Answer) -> None:
        _sent([answer])

    async def send_bytes(self, answer: Answer) -> None:
        _sent([answer])

    async def close(self, _code: int) -> None:
        pass


async def _class(lines: list[str], *, started: bool) -> None:
    room = Room("http://127.0.0.1")

    async def run(work: Callable[..., Any], *arguments: Any) -> Any:
        return work(*arguments)

    send = Line(_Hears())  # type: ignore[arg-type]
    room.teachers.append(send)
    await room.lead({"do": "class_open"}, run)
    seat = room.seat_for(room.code, None, "a")
    await room.take(seat, send)
    if started:
        await room.lead({"do": "class_start"}, run)
    for line in lines:
        message = read_message(line)
        if message["do"].startswith("class_"):
            await room.lead(message, run)
        else:
            await room.student_says(seat, message)
    _sent([room.for_teacher(), room.for_student(seat)])


def take_seat(content: bytes, _: Path, __: Random) -> None:
    room = Room("http://127.0.0.1")
    room.phase = "lobby"
    for line in content.decode().split("\n"):
        first = read_message(line.replace("THE CODE", room.code))
        seat = room.seat_for(first.get("code"), first.get("token"), first.get("name"))
        _sent([room.for_student(seat)])


SEATS = tuple({"do": "sit", "code": "THE CODE", "token": None, "name": name} for name in ("Ann", "安", "a b"))
