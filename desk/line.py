"""The queue: one study runs at a time, by the ordinary command in the desk's folder; the others wait for their turn.

A pause interrupts the command as Ctrl+C would: what is finished is kept, and the same command goes on from there. The queue is
a file, so that it goes on after the desk was closed or died. A command that outlives its desk is not disturbed: the lock of its
store says that it is there.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from desk.folder import Folder
from experiments.runs.files import StoreError, locked, said_in
from pages.guard import RefusedError

STATES = ("waiting", "running", "paused", "done", "failed")
TICK = 0.3
"""Seconds between two looks at the command."""
PATIENCE = 20.0
"""Seconds that an interrupted command has to end by itself."""
TAIL = 4000
"""Letters of what a command said that are shown."""


@dataclass
class Place:
    """One study in the queue."""

    name: str
    state: str = "waiting"
    pid: int = 0
    code: int | None = None
    """How the command ended: 0 well, 1 with failed runs, 2 refused."""


def command_line(*words: str, of: str = "experiments.cli") -> list[str]:
    """The program's own command, or another `main`, whatever lies in the working folder and whether it is installed or not."""
    import experiments

    house = str(Path(str(experiments.__file__)).parents[1])
    code = f"import sys; sys.path.append({house!r}); from {of} import main; main()"
    return [sys.executable, "-P", "-c", code, *words]


class Line:
    """The queue of one desk; `workers`: runs at a time, 0 for all processors."""

    def __init__(self, folder: Folder, workers: int = 0) -> None:
        self.folder, self.workers = folder, workers
        self.places: list[Place] = []
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = threading.Event()
        self._load()

    @property
    def _file(self) -> Path:
        return self.folder.own / "queue.json"

    def _load(self) -> None:
        """The queue as it was; what ran when the desk ended goes on, first of all."""
        said = said_in(self._file) or {}
        for one in said.get("places", []) if isinstance(said.get("places"), list) else []:
            with contextlib.suppress(TypeError, AttributeError, RefusedError):
                place = Place(**one)
                if place.state in STATES and self.folder.study(place.name).is_file():
                    self.places.append(place)

    def _keep(self) -> None:
        self.folder.own.mkdir(exist_ok=True)
        text = json.dumps({"places": [asdict(place) for place in self.places]}, ensure_ascii=False, indent=1)
        self.folder.write_bytes(self._file, text.encode())

    def place(self, name: str) -> Place | None:
        """The place of a study, if it has one."""
        return next((place for place in self.places if place.name == name), None)

    def state(self, name: str) -> dict[str, Any]:
        """Where a study stands: its state, its place among those that wait, and what the command said last."""
        with self._lock:
            place = self.place(name)
            waiting = [one.name for one in self.places if one.state == "waiting"]
            state = place.state if place else ""
            if state in ("", "paused", "done", "failed") and held(self.folder.results(name)):
                state = "elsewhere"
            return {
                "state": state,
                "place": waiting.index(name) + 1 if name in waiting else 0,
                "code": place.code if place else None,
                "said": self.said(name),
                "before": next((one.name for one in self.places if one.state == "running" and one.name != name), ""),
            }

    def said(self, name: str) -> str:
        """The end of what the study's command said."""
        try:
            with self._said_file(name).open("rb") as file:
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - 2 * TAIL))
                return file.read().decode("utf-8", "replace")[-TAIL:]
        except OSError:
            return ""

    def _said_file(self, name: str) -> Path:
        return self.folder.own / "said" / f"{self.folder.study(name).stem}.txt"

    def start(self, name: str) -> None:
        """Let a study run, or go on, as soon as those before it are done."""
        if not self.folder.study(name).is_file():
            raise RefusedError("there is no such study")
        with self._lock:
            place = self.place(name)
            if place and place.state in ("waiting", "running"):
                return
            if place:
                self.places.remove(place)
            self.places.append(Place(name))
            self._keep()

    def pause(self, name: str, *, stop: bool = False) -> None:
        """Interrupt a study, or take it from those that wait; `stop`: and take it out of the queue. What is finished stays."""
        with self._lock:
            if (place := self.place(name)) is None:
                if held(self.folder.results(name)):
                    raise RefusedError("another program runs this study: interrupt it there")
                return
            was, place.state = place.state, "paused"
            if was == "running":
                self._interrupt(place)
            if stop:
                self.places.remove(place)
            self._keep()

    def _interrupt(self, place: Place) -> None:
        if self._process is not None and self._process.pid == place.pid:
            process, self._process = self._process, None
            _interrupted(process)
        elif place.pid and _is_ours(place.pid, place.name):
            with contextlib.suppress(OSError):
                os.kill(place.pid, signal.SIGINT)
        elif held(self.folder.results(place.name)):
            place.state = "running"
            raise RefusedError("another program runs this study: interrupt it there")
        place.pid = 0

    def tick(self) -> None:
        """Look at the command that runs, and start the next one."""
        with self._lock:
            for place in [one for one in self.places if one.state == "running"]:
                self._look_at(place)
            if any(one.state == "running" for one in self.places):
                return
            for place in self.places:
                if place.state == "waiting" and not held(self.folder.results(place.name)):
                    self._begin(place)
                    return

    def _look_at(self, place: Place) -> None:
        if self._process is not None and self._process.pid == place.pid:
            if (code := self._process.poll()) is not None:
                self._process, place.pid, place.code = None, 0, code
                place.state = {0: "done", 1: "done", 130: "paused", -signal.SIGINT: "paused"}.get(code, "failed")
                self._keep()
        elif not held(self.folder.results(place.name)):  # of a desk that ended: the command is asked once more
            self._goes_first(place)
            self._keep()

    def _goes_first(self, place: Place) -> None:
        """Let a study that was interrupted wait again, before all others."""
        place.state, place.pid = "waiting", 0
        self.places.remove(place)
        self.places.insert(0, place)

    def _begin(self, place: Place) -> None:
        file = self.folder.study(place.name)
        said = self._said_file(place.name)
        said.parent.mkdir(parents=True, exist_ok=True)
        asked = ["run", file.name, *(["--workers", str(self.workers)] if self.workers else [])]
        with said.open("wb") as out:
            self._process = subprocess.Popen(
                command_line(*asked),
                cwd=self.folder.root,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        place.state, place.pid, place.code = "running", self._process.pid, None
        self._keep()

    def work(self) -> None:
        """Look after the queue until the desk closes."""
        while not self._closed.wait(TICK):
            with contextlib.suppress(RefusedError, OSError):  # a full disk must not end the queue
                self.tick()

    def close(self) -> None:
        """Interrupt what runs; it goes on when the desk is opened again."""
        self._closed.set()
        with self._lock:
            process, self._process = self._process, None
            for place in [one for one in self.places if one.state == "running"]:
                self._goes_first(place)
            with contextlib.suppress(RefusedError, OSError):
                if self.places:
                    self._keep()
        if process is not None:
            _interrupted(process)


def _interrupted(process: "subprocess.Popen[bytes]") -> None:
    """Interrupt a command and wait for its end; one that does not end is ended with all its workers."""
    with contextlib.suppress(OSError):
        process.send_signal(signal.SIGINT)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


def _is_ours(pid: int, name: str) -> bool:
    """Whether a process of that number is a command of this program over that study."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"run" in words and f"{name}.yaml".encode() in words


def held(results: Path) -> bool:
    """Whether a program works in a folder of results. Asking never refuses the folder to anybody."""
    lock = results / ".lock"
    try:
        inode = lock.stat().st_ino
        return _flocked(Path("/proc/locks").read_text().splitlines(), inode)
    except (FileNotFoundError, NotADirectoryError):
        if not lock.exists():
            return False
    except OSError:
        pass
    try:
        with locked(lock, shared=True):
            return False
    except (StoreError, OSError):
        return True


def _flocked(lines: Sequence[str], inode: int) -> bool:
    """Whether the system's table of locks names a file."""
    return any(
        " FLOCK " in line and line.split()[5].rpartition(":")[2] == str(inode)
        for line in lines
        if len(line.split()) > 5
    )
