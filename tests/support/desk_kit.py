"""For the tests of the desk: a desk over a folder in this process, or as the command in a process of its own."""

import asyncio
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from desk.app import KEY as HEADER
from desk.app import make_app
from pages.server import server_of

HOUSE = Path(__file__).parents[2]
KEY = "the-desks-key"
SMALL = {
    "title": "A small question",
    "community": "classroom",
    "weeks": 12,
    "burn_in": 4,
    "window": 4,
    "replicates": 6,
    "set": {"population.residents": 120, "population.grids": 2},
    "arms": {"nothing": [], "thanks": ["recognition"]},
    "outcomes": ["participation", "unmet_needs"],
}


class Asker:
    """Asks a desk as its page does."""

    def __init__(self, port: int, key: str) -> None:
        self.port, self.key = port, key

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes, Any]:
        """Status, body and headers of an answer; `headers` with _ for -, None leaves one away."""
        own = {HEADER: self.key, "origin": f"http://{self.host}", "host": self.host, "content-length": str(len(body))}
        own |= {name.replace("_", "-"): value for name, value in headers.items()}
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        asked.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in own.items():
            if value is not None:
                asked.putheader(name, value)
        asked.endheaders(body)
        heard = asked.getresponse()
        return heard.status, heard.read(), heard.headers

    def ask(self, do: str, **more: Any) -> Any:
        """The answer to a question that is well asked."""
        status, body, _ = self.send("POST", "/do", json.dumps({"do": do, **more}).encode())
        assert status == 200, body
        return json.loads(body)

    def refused(self, do: str, **more: Any) -> tuple[int, str]:
        """Status and words of a refusal."""
        status, body, _ = self.send("POST", "/do", json.dumps({"do": do, **more}).encode())
        return status, json.loads(body).get("error", "")

    def until(self, wanted: Callable[[Any], bool], do: str, seconds: float = 400.0, **more: Any) -> Any:
        """Ask again and again until the answer is as wanted."""
        end = time.monotonic() + seconds
        while not wanted(said := self.ask(do, **more)):
            assert time.monotonic() < end, said
            time.sleep(0.1)
        return said


@contextmanager
def desk_here(folder: Path) -> Iterator[Asker]:
    """A desk in this process over the working folder, closed afterwards."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    server = server_of(make_app(KEY, folder, 1), log_level="error")
    thread = threading.Thread(target=asyncio.run, args=(server.serve(sockets=[listening]),), daemon=True)
    thread.start()
    try:
        yield Asker(listening.getsockname()[1], KEY)
    finally:
        server.should_exit = True
        thread.join(40)


class Command:
    """`linli desk` as a process of its own."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        words = [
            sys.executable,
            "-m",
            "experiments",
            "desk",
            str(folder),
            "--port",
            str(port),
            "--no-browser",
            "--workers",
            "1",
        ]
        self.process = subprocess.Popen(words, cwd=HOUSE, stdout=subprocess.PIPE, text=True, env=os.environ.copy())
        assert self.process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)/#key=(\S+)", self.process.stdout.readline())
        assert found
        self.address = found[0]
        self.asker = Asker(int(found[1]), found[2])

    def end(self, how: int = signal.SIGINT) -> None:
        """End it as Ctrl+C does, or harder."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(60)
