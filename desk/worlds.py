"""Two worlds: the classroom beside the desk, opened at a study's community and two of its arms, with the luck of its first runs."""

import base64
import contextlib
import json
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from classroom.state import StateError
from classroom.studies import opened
from desk.line import command_line
from pages.guard import RefusedError

if TYPE_CHECKING:
    from experiments.study.design import Study


class Worlds:
    """A classroom of its own for the desk, begun when somebody first asks for it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._process: subprocess.Popen[str] | None = None
        self._address = ""
        self._lock = threading.Lock()

    def address(self, file: str, arms: tuple[str, str], lang: str) -> str:
        """Where the two arms of a study can be seen, in this language; empty as long as the classroom is not open yet.

        Errors: RefusedError for a study that the classroom cannot show.
        """
        try:
            state = opened(Path(file), arms)
        except StateError as error:
            raise RefusedError(str(error)) from error
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._begin()
        said = base64.urlsafe_b64encode(json.dumps(state.model_dump(mode="json")).encode()).decode().rstrip("=")
        return f"{self._address}&lang={lang}&s={said}" if self._address else ""

    def _begin(self) -> None:
        self._address = ""
        self._process = subprocess.Popen(
            command_line("classroom", "--port", "0", "--no-browser"), cwd=self.root, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
        )  # fmt: skip
        threading.Thread(target=self._hear, args=(self._process,), daemon=True).start()

    def _hear(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if "http://" in line and "#key=" in line and not self._address:
                self._address = line[line.index("http://") :].strip()

    def close(self) -> None:
        """End the classroom."""
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.terminate()


def both_arms(study: "Study", arm: object) -> tuple[str, str]:
    """The first arm of a study and the one that is wanted. Errors: RefusedError where there is no such arm."""
    if not isinstance(arm, str) or arm not in study.arms:
        raise RefusedError("there is no such arm")
    return study.reference, arm
