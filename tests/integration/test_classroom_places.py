"""Places of the classroom: nobody takes the teacher's, a seat is one student's, lost ones are given back, and all is kept."""

import asyncio
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("websockets")

from classroom_kit import Page, Server
from websockets.exceptions import ConnectionClosed

from classroom import entrance, hall
from classroom.play import Choice
from classroom.room import Room
from pages.server import Prompt
from tests.integration.test_classroom_server import (
    CHOICE,
    got,
    opened_room,
    server,
    still_teaching,
    teacher,
    teacher_asks,
)

__all__ = ["server", "teacher"]


def test_predictions_are_counted_by_seat(server: Server, teacher: Page) -> None:
    code = opened_room(teacher)
    students = [server.student(code, f"S{k}") for k in range(3)]
    students[0].say(do="predict", at=0)
    assert "no prediction" in students[0].until(lambda m: "error" in m)["error"]
    assert "no such lesson" in teacher_asks(teacher, "error", do="class_ask", lesson="nothing")["error"]
    teacher.say(do="class_ask", lesson="3_grids_or_station")
    for student, said in zip(students, ([1, 0], [1], [1]), strict=True):
        for at in said:
            student.say(do="predict", at=at)
    room = teacher.until(lambda m: (q := m.get("room", {}).get("question")) and sum(q["counts"]) == 3)["room"]
    counts = teacher.until(lambda m: m["room"]["question"]["counts"][0] == 1)["room"]["question"]["counts"] if room["question"]["counts"][0] == 0 else room["question"]["counts"]  # fmt: skip
    assert counts == [1, 2, 0]
    students[0].say(do="predict", at=7)
    assert "by its number" in students[0].until(lambda m: "error" in m and "number" in m["error"])["error"]
    teacher.say(do="class_came", at=1, told=["0.24 against 0.18", "…"])
    seen = students[2].until(lambda m: (m.get("room", {}).get("question") or {}).get("came") == 1)["room"]
    assert seen["predicted"] == 1
    assert "counts" not in seen["question"]
    students[1].say(do="predict", at=0)
    assert "no prediction" in students[1].until(lambda m: "error" in m)["error"], "changed after the outcome"
    for student in students:
        student.close()


def test_many_wrong_codes_are_answered_late_and_the_right_ones_at_once(
    server: Server, teacher: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hall, "LATE", 30.0)
    code = opened_room(teacher)
    guesses = [server.page("/class", {"do": "sit", "code": f"AAAA{k:02d}", "name": "x"}) for k in range(24)]
    for guess in guesses[:3]:
        assert guess.hear()["error"] == "no room has this code"
    with pytest.raises(TimeoutError):
        guesses[-1].hear(0.2)
    student = server.student(code, "x")
    server.page("/class", {"do": "sit", "token": student.token}).until(lambda m: "seat" in m)
    server.teacher().close()
    with pytest.raises(TimeoutError):
        guesses[-1].hear(0.01)
    for guess in guesses:
        guess.opened.socket.close()


def test_who_says_nothing_gives_way(server: Server, teacher: Page) -> None:
    silent = [server.page("/live") for _ in range(entrance.MOST_SILENT + 5)]
    server.teacher().close()
    closed = 0
    for page in silent[:5]:
        with pytest.raises(ConnectionClosed):
            page.hear(5)
        closed += 1
    assert closed == 5
    still_teaching(teacher)
    for page in silent[5:]:
        page.opened.socket.close()


def test_connections_that_ask_nothing_give_way(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Prompt, "most", 5)
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(8)]
    half = socket.create_connection(("127.0.0.1", server.port))
    half.sendall(b"GET / HT")
    assert got(server, "/").status == 200
    for one in silent[:3]:
        one.settimeout(5)
        assert one.recv(1) == b""
    for one in (*silent, half):
        one.close()


def test_guests_without_a_seat_shut_out_nobody_else(
    server: Server, teacher: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hall, "MOST_GUESTS", 3)
    code = opened_room(teacher)
    student = server.student(code, "A")
    guests = [server.page("/live", {"do": "enter", "code": code}) for _ in range(3)]
    for guest in guests:
        guest.until(lambda m: "hello" in m)
    refused = server.page("/live", {"do": "enter", "code": code})
    assert "join the class first" in refused.hear()["error"]
    seated = [server.page("/live", {"do": "enter", "code": code, "seat": student.token}) for _ in range(3)]
    for page in seated:
        page.until(lambda m: "hello" in m)
    assert "too often" in seated[0].until(lambda m: "error" in m)["error"], "the oldest page of a seat gives way"
    server.teacher().close()
    for page in (*guests, *seated, student):
        page.close()


def test_a_seat_is_kept_for_its_secret_alone(server: Server, teacher: Page) -> None:
    code = opened_room(teacher)
    anna, ben = server.student(code, "Anna"), server.student(code, "Anna")
    assert ben.until(lambda m: "room" in m)["room"]["name"] == "Anna 2"
    teacher.say(do="class_start")
    teacher.until(lambda m: m.get("room", {}).get("phase") == "paused")
    anna.say(do="choose", choice=CHOICE)
    anna.until(lambda m: m.get("room", {}).get("choice", {}).get("staff") == 2)
    anna.close()
    back = server.page("/class", {"do": "sit", "token": anna.token})
    twice = server.page("/class", {"do": "sit", "token": anna.token})
    assert "another window" in back.until(lambda m: "error" in m)["error"]
    with pytest.raises(ConnectionClosed):
        back.hear()
    back = twice
    room = back.until(lambda m: "room" in m)["room"]
    assert (room["name"], room["choice"]["staff"]) == ("Anna", 2)
    late = server.page("/class", {"do": "sit", "code": code, "name": "Late"})
    assert "has begun" in late.hear()["error"]
    forged = server.page("/class", {"do": "sit", "token": anna.token[:-1] + "x", "code": "no", "name": "Anna"})
    assert forged.hear()["closed"]
    for message in (
        {"do": "class_over"},
        {"do": "weeks", "weeks": 5},
        {"do": "choose", "seat": 0, "choice": CHOICE, "grid": 1},
    ):
        back.say(**message)
    ben.say(do="choose", choice={**CHOICE, "grid": 0})
    assert "Extra inputs" in ben.until(lambda m: "error" in m)["error"]
    teacher.say(do="class_remove", seat=0)
    assert "removed" in back.until(lambda m: "error" in m and "removed" in m["error"])["error"]
    gone = server.page("/class", {"do": "sit", "token": anna.token})
    assert gone.hear()["closed"]
    ben.close()
    back.close()


def test_the_teacher_gives_a_lost_seat_back_once(server: Server, teacher: Page) -> None:
    code = opened_room(teacher)
    anna = server.student(code, "Anna")
    anna.say(do="choose", choice=CHOICE)
    teacher.say(do="class_start")
    teacher.until(lambda m: m.get("room", {}).get("phase") == "paused")
    again = teacher_asks(teacher, "room", do="class_give_back", seat=0)["room"]["seats"][0]["again"]
    assert again != code
    back = server.page("/class", {"do": "sit", "code": again.lower(), "name": "somebody"})
    seat = back.until(lambda m: "seat" in m)["seat"]
    assert seat["name"] == "Anna"
    assert seat["token"] != anna.token
    assert back.until(lambda m: "room" in m)["room"]["choice"]["staff"] == 2
    for first in ({"code": again, "name": "x"}, {"token": anna.token}):
        assert server.page("/class", {"do": "sit", **first}).hear()["closed"], "a code or token that is spent"
    back.close()


def test_a_room_goes_on_when_the_program_is_started_again(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def here(work: Callable[..., Any], *arguments: Any) -> Any:
        return work(*arguments)

    def lead(room: Room, **message: Any) -> None:
        asyncio.run(room.lead(message, here))

    place = tmp_path / "kept.json"
    room = Room("", place)
    lead(room, do="class_open", weeks=20, purse=900.0, seed=4)
    anna = room.seat_for(room.code, None, "Anna")
    lead(room, do="class_start")
    for staff in (2, 9):
        anna.choice = Choice(staff=staff)
        lead(room, do="class_weeks", weeks=5)
    again = Room("", place)
    again.bring_back()
    assert again.seat_for(None, anna.token, None).choice.staff == 9
    mine, theirs = room.for_teacher(), again.for_teacher()
    assert theirs == mine
    assert mine["empty"] is not None
    assert mine["spent"] <= mine["budget"], "the purse was overdrawn"
    assert room.pair
    assert again.pair
    assert (again.pair.frame(everything=True), again.phase) == (room.pair.frame(everything=True), "paused")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    lead(room, do="class_close")
    assert not place.exists()
    place.write_text("{}")
    third = Room("", place)
    third.bring_back()
    assert third.phase == "closed"
