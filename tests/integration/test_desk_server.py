"""The desk's server: who is let in, names that cannot lead out of its folder, and that no question, however bad, ends it."""

import base64
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("starlette")

import yaml
from desk_kit import KEY, SMALL, Asker, desk_here
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.session import ASKED

SECRET = "nobody outside may read this"


@contextmanager
def below_secrets(above: Path) -> Iterator[tuple[Asker, Path]]:
    """A desk over a folder with a study and its results; links in it lead to what lies outside."""
    folder = above / "desk"
    folder.mkdir()
    for name in ("secret.yaml", "secret.csv"):
        (above / name).write_text(SECRET)
    (folder / "small.yaml").write_text(yaml.safe_dump(SMALL, sort_keys=False))
    results = folder / "results" / "small"
    results.mkdir(parents=True)
    (results / "runs.parquet").write_bytes(b"runs")
    (results / "link.csv").symlink_to(above / "secret.csv")
    (folder / "linked.yaml").symlink_to(above / "secret.yaml")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        with desk_here(folder) as asker:
            asker.ask("hello")
            yield asker, folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Asker, Path]]:
    with below_secrets(tmp_path_factory.mktemp("above")) as (asker, folder):
        (folder / "results" / "small" / "store.json").write_text("{}")
        yield asker, folder


@pytest.fixture
def desk(place: tuple[Asker, Path]) -> Asker:
    return place[0]


@pytest.fixture
def folder(place: tuple[Asker, Path]) -> Path:
    return place[1]


def test_the_page_comes_with_safe_headers_and_nothing_else_is_served(desk: Asker) -> None:
    for path in ("/", "/page/desk.js", "/page/kit.js", "/page/base.css"):
        status, body, headers = desk.send("GET", path, x_desk_key=None, origin=None)  # type: ignore[arg-type]
        assert status == 200
        assert body
        assert "script-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    for path in (
        "/page/../app.py",
        "/page/%2e%2e/app.py",
        "/../small.yaml",
        "/small.yaml",
        "/page/",
        "/docs",
        "/.desk/queue.json",
    ):
        assert desk.send("GET", path)[0] == 404
    assert desk.send("GET", "/", host="evil.example")[0] == 421


@pytest.mark.parametrize("key", ["", "wrong", KEY[:-1], f"{KEY}x", "é"])
def test_without_the_key_nothing_is_answered(place: tuple[Asker, Path], key: str) -> None:
    desk, folder = place
    asked = json.dumps({"do": "open", "name": "small"}).encode()
    before = sorted(folder.iterdir())
    for method, path, body in (
        ("POST", "/do", asked),
        ("POST", "/bring/new.csv", b"id"),
        ("GET", "/made/small/runs.parquet", b""),
    ):
        assert desk.send(method, path, body, x_desk_key=key)[0] in (403, 429)
        assert desk.send(method, path, body, x_desk_key=None)[0] in (403, 429)  # type: ignore[arg-type]
    assert sorted(folder.iterdir()) == before


def test_whoever_tries_keys_must_wait_and_the_right_key_is_never_refused(place: tuple[Asker, Path]) -> None:
    desk = place[0]
    assert 429 in {desk.send("POST", "/do", b"{}", x_desk_key=f"guess {i}")[0] for i in range(30)}
    assert desk.send("POST", "/do", b'{"do": "studies"}')[0] == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1", None])
def test_other_pages_may_not_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: str | None) -> None:
    monkeypatch.chdir(tmp_path)
    with desk_here(tmp_path) as desk:
        assert desk.send("POST", "/do", b'{"do": "studies"}', origin=origin)[0] == 403  # type: ignore[arg-type]
        assert desk.send("POST", "/bring/a.csv", b"id", origin=origin)[0] == 403  # type: ignore[arg-type]
        assert desk.send("POST", "/do", b'{"do": "studies"}')[0] == 200


WAYS = (
    *(
        "../secret",
        "..",
        ".",
        "/etc/passwd",
        "a/../../secret",
        "..\\secret",
        "small/../../secret",
        "linked",
        "~/x",
        "a\0b",
        "",
        " ",
    ),
    *(
        ".hidden",
        "con",
        "NUL",
        "x" * 300,
        "file:///etc/passwd",
        "%2e%2e/secret",
        "\u202esmall",
        "small.yaml/..",
        "C:secret",
    ),
)


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize(
    "do", ["open", "write", "delete", "lay", "start", "look", "files", "read", "take", "plan", "pause"]
)
def test_no_name_leads_out_of_the_folder(place: tuple[Asker, Path], do: str, name: str) -> None:
    desk, folder = place
    status, said = desk.refused(do, name=name, text="title: x", changes={"title": "x"}, what="report")
    assert status == 400
    assert SECRET not in said
    assert {path.name: path.read_text() for path in folder.parent.glob("*.*")} == {
        "secret.yaml": SECRET,
        "secret.csv": SECRET,
    }


def test_a_link_that_leads_out_is_not_listed(place: tuple[Asker, Path]) -> None:
    desk, folder = place
    (folder / "own.yaml").write_text("title: mine\nextends: classroom\n")
    assert "linked" not in {one["name"] for one in desk.ask("studies")["studies"]}
    assert {one[0] for one in desk.ask("hello")["own"]} >= {"own.yaml"}
    assert SECRET not in json.dumps(desk.ask("hello")) + json.dumps(desk.ask("studies"))


def test_a_study_that_cannot_be_read_hides_no_other(place: tuple[Asker, Path]) -> None:
    desk, folder = place
    (path := folder / "from_elsewhere.yaml").write_bytes("title: 邻里\nweeks: 3\n".encode("gbk"))
    listed = {one["name"]: one["title"] for one in desk.ask("studies")["studies"]}
    assert listed.items() >= {"small": [SMALL["title"]] * 2, "from_elsewhere": ["", ""]}.items()
    assert desk.refused("open", name="from_elsewhere") == (400, "from_elsewhere.yaml cannot be read as text in UTF-8")
    path.unlink()
    assert desk.refused("open", name="from_elsewhere") == (400, "there is no file from_elsewhere.yaml")
    _, body, _ = desk.send("POST", "/do", json.dumps({"do": "open", "name": "from_elsewhere"}).encode())
    assert json.loads(body)["says"] == ["there is no file from_elsewhere.yaml", "没有文件 from_elsewhere.yaml"]


def test_two_arms_are_shown_in_the_classroom_which_ends_with_the_desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(SMALL, sort_keys=False))
    monkeypatch.chdir(tmp_path)
    with desk_here(tmp_path) as desk:
        assert desk.refused("worlds", name="small", arm="gone")[0] == 400
        address = desk.until(lambda said: said["address"], "worlds", name="small", arm="thanks")["address"]
        host, _, given = address.removeprefix("http://").partition("/#")
        said = dict(part.split("=", 1) for part in given.split("&"))
        state = json.loads(base64.urlsafe_b64decode(said["s"] + "=" * (-len(said["s"]) % 4)))
        assert [world["name"] for world in state["worlds"]] == ["nothing", "thanks"]
        assert host.startswith("127.0.0.1:")
        assert said["key"]
        socket.create_connection(("127.0.0.1", int(host.partition(":")[2])), timeout=20).close()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", int(host.partition(":")[2])), timeout=1).close()
        except OSError:
            return
        time.sleep(0.2)
    raise AssertionError("the classroom outlives its desk")


@pytest.mark.parametrize("way", [*WAYS, "../small.yaml", "link.csv", "runs.parquet/..", "../../secret.csv", ".lock"])
def test_no_file_outside_of_the_results_is_given_out(place: tuple[Asker, Path], way: str) -> None:
    desk, _ = place
    for path in (
        f"/made/small/{quote(way, safe='')}",
        f"/made/{quote(way, safe='')}/runs.parquet",
        f"/made/small/{quote(way)}",
    ):
        status, body, _headers = desk.send("GET", path)
        assert status in (404, 400)
        assert SECRET.encode() not in body
    assert desk.send("GET", "/made/small/runs.parquet")[:2] == (200, b"runs")


@pytest.mark.parametrize("way", [*WAYS, "residents.exe", "x.html", "x.py", "../x.csv", "sub/x.csv"])
def test_no_file_is_brought_elsewhere(place: tuple[Asker, Path], way: str) -> None:
    desk, folder = place
    before = sorted(path for path in folder.parent.rglob("*") if path.is_file())
    assert desk.send("POST", f"/bring/{quote(way, safe='')}", b"id,grid")[0] in (400, 404, 405)
    assert sorted(path for path in folder.parent.rglob("*") if path.is_file()) == before


def test_a_file_of_ones_own_is_kept_and_never_written_over_unasked(place: tuple[Asker, Path]) -> None:
    desk, folder = place
    assert desk.send("POST", "/bring/people.csv", b"id,grid\na,1\n")[0] == 200
    assert desk.send("POST", "/bring/people.csv", b"other")[0] == 409
    assert (folder / "people.csv").read_bytes() == b"id,grid\na,1\n"
    assert desk.send("POST", "/bring/people.csv", b"id,grid\nb,1\n", x_over="yes")[0] == 200
    made = desk.ask("make_community", residents="people.csv", title="One person")["community"]
    found = desk.until(lambda said: said["brought"]["done"], "bring", community=made)["brought"]
    assert found["answer"]["residents"] == 1


def test_a_text_that_somebody_else_changed_is_not_written_over(place: tuple[Asker, Path]) -> None:
    desk, folder = place
    asked = desk.ask("new", title="Mine")
    path = folder / f"{asked['name']}.yaml"
    path.write_text(asked["text"] + "seed: 4\n")
    assert desk.refused("write", name=asked["name"], text="title: x\n", was=asked["stamp"])[0] == 409
    assert desk.refused("lay", name=asked["name"], changes={"weeks": 9}, was=asked["stamp"])[0] == 409
    assert path.read_text().endswith("seed: 4\n")


def test_what_is_wrong_is_said_as_the_command_line_says_it(place: tuple[Asker, Path], capfd: Any) -> None:
    from click.testing import CliRunner

    from experiments.cli import main

    desk, folder = place
    wrong = {**SMALL, "weeks": "many", "arms": {"nothing": [], "it": ["vangard"]}, "outcomes": ["cohesoin"]}
    (folder / "wrong.yaml").write_text(yaml.safe_dump(wrong, sort_keys=False))
    os.chdir(folder)
    said = CliRunner().invoke(main, ["run", "wrong.yaml"])
    assert said.exit_code == 2
    problems = desk.ask("open", name="wrong")["problems"]
    assert "\n".join(one["says"][0] for one in problems) == said.output.strip("\n")
    assert {one["path"] for one in problems} >= {"weeks"}
    assert all(one["line"] for one in problems)


def test_what_is_taken_is_asked_of_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures as the study says they look, and what the result hangs on."""
    from desk.folder import Folder
    from desk.line import Line
    from desk.session import Session
    from pages.guard import RefusedError

    (tmp_path / "small.yaml").write_text(yaml.safe_dump(SMALL, sort_keys=False))
    session, said = Session(Folder(tmp_path), Line(Folder(tmp_path), 2)), list[list[str]]()
    monkeypatch.setattr(session.errands, "ask", lambda name, state, words, **_: said.append(words) or {})
    session.take({"name": "small", "what": "robust"})
    session.take({"name": "small", "what": "figures", "lang": "zh"})
    assert said[0] == ["robust", "small.yaml", "--points", "32", "--replicates", "5", "--workers", "2"]
    assert said[1][:4] == ["figures", "small.yaml", "--lang", "zh"]
    assert not {"--width", "--size"} & set(said[1])  # the report draws them as the study says, and so must this
    with pytest.raises(RefusedError):
        session.take({"name": "small", "what": "nothing"})


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False), st.text(max_size=30)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
told = st.dictionaries(
    st.sampled_from(
        [
            "name",
            "text",
            "was",
            "changes",
            "what",
            "lang",
            "width",
            "doses",
            "policy",
            "community",
            "of",
            "title",
            "arm",
        ]
    ),
    st.one_of(
        anything,
        st.sampled_from(["small", "gone"]),
        st.dictionaries(st.sampled_from(["arms", "weeks", "title", "varies"]), anything),
    ),
)
QUIET = sorted(set(ASKED) - {"start", "take", "plan", "read", "bring", "worlds", "delete"})
"""What begins no process."""


@given(st.sampled_from(QUIET), told)
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_question_ends_the_desk(place: tuple[Asker, Path], do: str, more: dict[str, Any]) -> None:
    desk, folder = place
    status, body, _ = desk.send("POST", "/do", json.dumps({"do": do, **more}).encode("utf-8", "surrogatepass"))
    assert status in (200, 400, 409), body
    json.loads(body)
    assert {path.name for path in folder.parent.iterdir()} == {"desk", "secret.yaml", "secret.csv"}
    (folder / "small.yaml").write_text(yaml.safe_dump(SMALL, sort_keys=False))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"do": 3}', b'{"do": "no such"}', b"\xff\xfe", b'{"do": NaN}', b"[" * 100_000]
)
def test_what_is_no_question_is_refused(place: tuple[Asker, Path], body: bytes) -> None:
    assert place[0].send("POST", "/do", body)[0] == 400


def test_too_much_is_not_read(place: tuple[Asker, Path]) -> None:
    assert place[0].send("POST", "/do", b"", content_length=str(10**10))[0] == 400
    assert place[0].send("POST", "/bring/x.csv", b"", content_length=str(10**10))[0] == 400


def test_every_word_of_the_page_is_there_in_both_languages() -> None:
    import re

    page = Path(__file__).parents[2] / "desk" / "page"
    known = dict(
        re.findall(r'(\w+): \["((?:[^"\\]|\\.)+)", "(?:[^"\\]|\\.)+"\]', (page / "words.js").read_text("utf-8"))
    )
    texts = {
        path.name: path.read_text("utf-8")
        for path in [*page.glob("*.[jh]*"), page.parents[1] / "pages" / "page" / "dial.js"]
    }
    used = {word for text in texts.values() for word in re.findall(r'\bT\("(\w+)"', text)}
    used |= {word for text in texts.values() for word in re.findall(r'data-(?:t|label)="(\w+)"', text)}
    used |= {f"s_{state}" for state in ("waiting", "running", "paused", "done", "failed", "elsewhere")}
    assert used - known.keys() == set()
    for name, text in texts.items():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), (
            name
        )
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), name
        assert len(text.splitlines()) < 400
