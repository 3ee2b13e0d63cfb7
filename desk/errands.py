"""Errands: what takes a while, in processes of their own, so that the page answers meanwhile and memory is given back.

Drawing, reporting and packaging are the ordinary commands; planning and reading are `python -m desk.errands` beside them,
which prints JSON.
"""

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desk.line import TAIL, command_line

LONGEST = 3600.0
"""Seconds after which an errand is given up."""
MOST_KEPT = 200
MARK = "\x1e"
"""Stands before the JSON that an errand prints, whatever else was printed."""


@dataclass
class Errand:
    """One process with what it said; `answer` is its JSON, where it prints some."""

    process: "subprocess.Popen[str]"
    done: bool = False
    code: int = 0
    said: str = ""
    answer: Any = None
    problems: Any = None
    """What is wrong with a file, as the page shows it, where that is why there is no answer."""


class Errands:
    """Errands by their names; one of the same name is not run twice for the same state of things."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, Errand]] = {}

    def ask(self, name: str, state: str, words: list[str], *, own: bool = False, anew: bool = False) -> dict[str, Any]:
        """How an errand stands, which is begun where it was not for this state of things; an older one is ended.

        `own`: the words are for this module, not for the command line; `anew`: also one that is done is begun once more.
        """
        with self._lock:
            before = self._known.get(name)
            if before and (before[0] != state or (anew and before[1].done)):
                _end(before[1])
                before = None
            if before is None:
                before = self._known[name] = (state, self._begun(words, own=own))
                while len(self._known) > MOST_KEPT:
                    _end(self._known.pop(next(iter(self._known)))[1])
            return _told(before[1])

    def _begun(self, words: list[str], *, own: bool) -> Errand:
        process = subprocess.Popen(
            command_line(*words, of="desk.errands" if own else "experiments.cli"), cwd=self.root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace", start_new_session=True,
        )  # fmt: skip
        errand = Errand(process)
        threading.Thread(target=_heard, args=(errand,), daemon=True).start()
        return errand

    def runs(self, name: str) -> bool:
        """Whether an errand of that name is on its way."""
        with self._lock:
            return name in self._known and not self._known[name][1].done

    def close(self) -> None:
        """End every errand."""
        with self._lock:
            for _, errand in self._known.values():
                _end(errand)


def _heard(errand: Errand) -> None:
    try:
        out, _ = errand.process.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        errand.process.kill()
        out, _ = errand.process.communicate()
    before, mark, answer = out.rpartition(MARK)
    errand.said, errand.code = (before if mark else out)[-TAIL:].strip(), errand.process.returncode
    if mark:
        told = json.loads(answer)
        errand.answer, errand.problems = (told, None) if errand.code == 0 else (None, told)
    errand.done = True


def _end(errand: Errand) -> None:
    if not errand.done:
        errand.process.terminate()


def _told(errand: Errand) -> dict[str, Any]:
    told = {"done": errand.done, "code": errand.code, "said": errand.said, "answer": errand.answer}
    return told | ({"problems": errand.problems} if errand.problems else {})


def main() -> None:
    """Perform one errand of this module: `plan`, `read` or `bring`, and the name of a file."""
    from desk import mistakes, reading
    from experiments.runs.files import StoreError
    from sim import ConfigError

    what, file = sys.argv[1:3]
    try:
        answer = {"plan": reading.plan, "read": reading.read, "bring": reading.bring}[what](file)
    except (ConfigError, StoreError) as error:
        print(error)
        if isinstance(error, ConfigError):
            print(f"{MARK}{json.dumps([mistakes.told(one) for one in error.problems], ensure_ascii=False)}")
        sys.exit(2)
    print(f"{MARK}{json.dumps(answer, ensure_ascii=False, allow_nan=False)}")
