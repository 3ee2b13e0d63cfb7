"""The classroom's server: who is let in, what a class can do, and that no message, however bad, ends the lesson."""

import http.client
import json
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("websockets")

from classroom_kit import KEY, Page, Server, serving
from websockets.exceptions import ConnectionClosed, InvalidStatus

from classroom.hall import Hall
from classroom.session import ASKED, Answer, Session

CHOICE = {
    "offers": 1,
    "staff": 2,
    "seats": 1,
    "whom": "new",
    "first": "vulnerable",
    "visits": 2,
    "asks": 3,
    "thanks": True,
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as there:
        there.teacher().close()
        yield there


@pytest.fixture
def teacher(server: Server) -> Iterator[Page]:
    page = server.teacher()
    yield page
    page.say(do="class_close")
    page.until(lambda m: m.get("room", {}).get("phase") == "closed")
    page.close()


def test_a_page_that_comes_while_the_rules_are_compiled_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hall takes far longer to build than a page may take to answer a keepalive ping."""
    monkeypatch.setattr(Hall, "warm_up", lambda _hall: time.sleep(2))
    monkeypatch.setattr(Hall, "look_ahead", lambda _hall: None)
    with serving(ws_ping_interval=0.1, ws_ping_timeout=0.4) as there:
        page = there.page("/live", {"do": "enter", "key": KEY})
        assert page.hear() == {"wait": True}
        page.until(lambda m: "hello" in m)
        page.close()


def got(server: Server, path: str, host: str | None = None) -> http.client.HTTPResponse:
    asked = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    asked.putrequest("GET", path, skip_host=True)
    asked.putheader("Host", host or server.host)
    asked.endheaders()
    answer = asked.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    return answer


def opened_room(teacher: Page, **more: Any) -> str:
    teacher.say(do="class_open", weeks=52, purse=7_000, rival="vanguard", seed=3, **more)
    return str(teacher.until(lambda m: m.get("room", {}).get("phase") == "lobby")["room"]["code"])


def still_teaching(teacher: Page) -> None:
    assert "opened" in teacher_asks(teacher, "opened", do="open", state={"set": {"population.residents": 300}})


def teacher_asks(teacher: Page, wanted: str, **message: Any) -> dict[str, Any]:
    teacher.say(**message)
    return teacher.until(lambda m: wanted in m)


def test_pages_come_with_safe_headers_and_nothing_else_is_served(server: Server) -> None:
    for path in ("/", "/play", "/page/live.js", "/page/style.css"):
        answer = got(server, path)
        assert answer.status == 200
        assert "script-src 'self'" in (answer.getheader("content-security-policy") or "")
        assert answer.getheader("x-content-type-options") == "nosniff"
    for path in (
        "/page/../app.py",
        "/page/%2e%2e/app.py",
        "/../../etc/passwd",
        "/page/",
        "/configs",
        "/live",
        "/class",
    ):
        assert got(server, path).status == 404
    assert got(server, "/", host="evil.example").status == 421


@pytest.mark.parametrize("path", ["/live", "/class"])
def test_foreign_pages_are_not_let_in(server: Server, path: str) -> None:
    for origin in ("http://evil.example", "null", f"https://{server.host}", "http://127.0.0.1:1"):
        with pytest.raises(InvalidStatus):
            server.page(path, {"do": "enter", "key": KEY}, origin=origin)


@pytest.mark.parametrize("first", [{}, {"key": "wrong"}, {"key": ""}, {"key": None}, {"key": 7}, {"code": "AAAAAA"}])
def test_without_the_key_nobody_is_the_teacher(server: Server, first: dict[str, Any]) -> None:
    page = server.page("/live", {"do": "enter", **first})
    assert page.hear()["closed"]
    with pytest.raises(ConnectionClosed):
        page.hear()


def test_a_guest_with_the_room_code_explores_but_does_not_lead(server: Server, teacher: Page) -> None:
    code = opened_room(teacher)
    guest = server.page("/live", {"do": "enter", "code": code})
    assert guest.until(lambda m: "hello" in m)["hello"]["teacher"] is False
    assert "opened" in teacher_asks(guest, "opened", do="open", state={})
    assert "lesson" in (lesson := teacher_asks(guest, "lesson", do="lesson", name="1_one_resident"))
    assert "persuaded one by one" in json.dumps(lesson)
    assert "dominoes" not in json.dumps(lesson)
    assert "manager: all but one" not in json.dumps(lesson)
    for what in ("class_start", "class_close", "class_open", "class_remove", "class_weeks"):
        assert "only the teacher" in teacher_asks(guest, "error", do=what)["error"]
    guest.close()


def test_a_class_plays_pauses_ends_and_is_debriefed(server: Server, teacher: Page) -> None:
    code = opened_room(teacher)
    students = [server.student(code.lower(), f"S{k}") for k in range(3)]
    teacher.say(do="class_start")
    teacher.until(lambda m: m.get("room", {}).get("phase") == "paused")
    students[1].say(do="choose", choice=CHOICE)
    teacher.until(lambda m: any(s["choice"]["staff"] == 2 for s in m.get("room", {}).get("seats", [])))
    teacher.say(do="class_weeks", weeks=13)
    room = teacher.until(lambda m: m.get("room", {}).get("week") == 13)["room"]
    assert room["spent"] > 0
    assert len(room["grids"]) == 3
    teacher.say(do="class_pause")
    seen = students[0].until(lambda m: m.get("room", {}).get("phase") == "paused" and m["room"]["week"] == 13)["room"]
    assert {"station", "choice", "spent"} <= seen.keys()
    assert "token" not in json.dumps(room)
    assert "S1" not in json.dumps(seen)
    teacher.say(do="class_weeks", weeks=52)
    over = teacher.until(lambda m: m.get("room", {}).get("phase") == "over")["room"]
    assert over["week"] == 52
    assert [len(row["values"]) for row in over["debrief"]["rows"]] == [3] * len(over["debrief"]["rows"])
    result = students[1].until(lambda m: "debrief" in m.get("room", {}))["room"]["debrief"]
    assert len(result["unmet"]) == 3
    teacher.say(do="class_restart")
    assert teacher.until(lambda m: m.get("room", {}).get("phase") == "paused")["room"]["week"] == 0
    for student in students:
        student.close()


@pytest.mark.parametrize(
    "choice",
    [
        None,
        [],
        "x",
        {"offers": 1e9},
        {"staff": -1},
        {"seats": 1.5},
        {"first": "me"},
        {"visits": 10**30},
        {"thanks": "maybe"},
    ],
)
def test_impossible_choices_are_refused(server: Server, teacher: Page, choice: object) -> None:
    code = opened_room(teacher)
    student = server.student(code, "A")
    student.until(lambda m: "room" in m)
    student.say(do="choose", choice=choice)
    assert student.until(lambda m: "error" in m)["error"]
    assert teacher_asks(teacher, "room", do="class_pause")["room"]["seats"][0]["choice"]["staff"] == 0
    student.close()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=a"),
        ("  a\n\tb\u202e\u0000c  ", "abc"),
        ("王小明" * 30, ("王小明" * 7)[:20]),
        ("Anna   B", "Anna B"),
    ],
)
def test_names_are_one_short_line_of_plain_text(server: Server, teacher: Page, name: str, shown: str) -> None:
    code = opened_room(teacher)
    student = server.student(code, name)
    assert student.until(lambda m: "room" in m)["room"]["name"] == shown
    student.close()


@pytest.mark.parametrize("name", ["", "   ", "\u202e", None, 5, "x" * 10_000])
def test_empty_and_endless_names_are_refused(server: Server, teacher: Page, name: object) -> None:
    code = opened_room(teacher)
    page = server.page("/class", {"do": "sit", "code": code, "name": name})
    assert "name" in page.hear()["error"]


BAD = [
    "",
    "no json",
    "[]",
    "5",
    "null",
    '"do"',
    '{"do": 5}',
    '{"do": "nothing"}',
    '{"do": "weeks", "weeks": 1e308}',
    '{"do": "weeks", "weeks": NaN}',
    '{"do": "weeks", "weeks": 99999999999999999999999}',
    '{"do": "weeks", "weeks": "1"}',
    '{"do": "weeks", "weeks": true}',
    '{"do": "weeks", "weeks": -1}',
    '{"do": "open", "state": 5}',
    '{"do": "open", "state": {"seed": 1e400}}',
    '{"do": "policy", "name": 5}',
    '{"do": "policy", "name": "training", "on": true, "doses": {"seats": "x"}}',
    '{"do": "policy", "name": "training", "on": true, "doses": {"__class__": 1}}',
    '{"do": "set", "set": {"moving.annual_rate": 7}}',
    '{"do": "set", "set": 5}',
    '{"do": "set", "from": "now", "set": {"kinds.meals": null}}',
    '{"do": "look", "row": 99999999}',
    '{"do": "lesson", "name": ["x"]}',
    '{"do": "lesson", "name": {}}',
    '{"do": "open_lesson", "name": "../x"}',
    '{"do": "open_study", "text": 5}',
    '{"do": "open_study", "text": "a: [1"}',
    '{"do": "class_nothing"}',
    '{"do": "class_weeks", "weeks": 5}',
    '{"do": "class_remove", "seat": 77}',
    '{"do": "class_start"}',
    "[" * 20_000,
    '{"do":' + '{"a":' * 50 + "1" + "}" * 51,
]


@pytest.mark.parametrize("raw", BAD, ids=lambda raw: raw[:40])
def test_bad_messages_are_answered_with_a_sentence_and_the_lesson_goes_on(
    server: Server, teacher: Page, raw: str
) -> None:
    teacher_asks(teacher, "opened", do="open", state={"set": {"population.residents": 300}})
    teacher.opened.send(raw)
    if raw != '{"do": "look", "row": 99999999}':
        told = teacher.until(lambda m: "error" in m)["error"]
        assert told
        assert "Traceback" not in told
    still_teaching(teacher)


def test_too_large_messages_end_only_their_own_connection(server: Server, teacher: Page) -> None:
    other = server.teacher()
    other.opened.send("x" * 300_000)
    with pytest.raises(ConnectionClosed):
        other.until(lambda m: "never" in m, 10)
    still_teaching(teacher)


def flood(page: Page) -> None:
    for _ in range(5000):
        page.say(do="choose", choice=CHOICE)
    page.until(lambda m: "never" in m, 10)


def test_a_flood_is_dropped_and_then_cut_off_while_the_class_goes_on(server: Server, teacher: Page) -> None:
    code = opened_room(teacher)
    flooder, calm = server.student(code, "Flood"), server.student(code, "Calm")
    with pytest.raises(ConnectionClosed):
        flood(flooder)
    calm.say(do="choose", choice=CHOICE)
    calm.until(lambda m: m.get("room", {}).get("choice", {}).get("staff") == 2)
    still_teaching(teacher)
    calm.close()


def test_thirty_students_play_leave_and_come_back(server: Server, teacher: Page, record_property: Any) -> None:
    code = opened_room(teacher)
    with ThreadPoolExecutor(30) as together:
        students = list(together.map(lambda k: server.student(code, f"S{k:02d}"), range(30)))
        teacher.say(do="class_start")
        teacher.until(lambda m: m.get("room", {}).get("phase") == "paused")
        for student in students[::2]:
            student.close()
        students[::2] = together.map(lambda s: server.page("/class", {"do": "sit", "token": s.token}), students[::2])
        for student in students:
            student.say(do="choose", choice=CHOICE)
        waits = []
        for week in range(1, 21):
            began = time.perf_counter()
            teacher.say(do="class_weeks", weeks=1)
            list(together.map(lambda s, w=week: s.until(lambda m: m.get("room", {}).get("week") == w), students))
            waits.append(time.perf_counter() - began)
        room = teacher.until(lambda m: m.get("room", {}).get("week") == 20)["room"]
    assert len(room["seats"]) == 30
    assert all(seat["here"] and seat["choice"]["staff"] == 2 for seat in room["seats"])
    record_property("median_seconds_a_week_for_thirty", statistics.median(waits))
    print(f"thirty students: median {statistics.median(waits) * 1000:.0f} ms, worst {max(waits) * 1000:.0f} ms a week")
    assert statistics.median(waits) < 2.0
    for student in students:
        student.close()


def test_guests_who_ask_for_much_do_not_hold_up_the_teacher(
    server: Server, teacher: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()

    def wait(_session: Session, _message: dict[str, Any]) -> list[Answer]:
        held.wait(20)
        return []

    monkeypatch.setitem(ASKED, "wait", wait)
    teacher.say(do="class_open")
    code = teacher.until(lambda m: m.get("room", {}).get("phase") == "lobby")["room"]["code"]
    guests = [server.page("/live", {"do": "enter", "code": code}) for _ in range(12)]
    for guest in guests:
        guest.until(lambda m: "hello" in m)
    for guest in guests:
        guest.say(do="wait")
    teacher.say(do="lesson", name="4_vanguard")
    try:
        assert teacher.until(lambda m: "lesson" in m, seconds=10)
    finally:
        held.set()
        for guest in guests:
            guest.close()
        teacher.say(do="class_close")
