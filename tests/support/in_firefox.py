"""A page in a headless Firefox, through the protocol that it speaks by itself (WebDriver BiDi)."""

import json
import re
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

FIREFOX = shutil.which("firefox") or shutil.which("firefox-esr")


@contextmanager
def page_in_firefox(address: str, profile: Path) -> Iterator[Callable[[str], Any]]:
    """Open an address; gives what evaluates an expression there and returns its value, a text or a number.

    Of the expression `shot` it gives the picture of the page, as bytes.
    """
    assert FIREFOX
    command = [FIREFOX, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0"]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        assert running.stderr
        listening = next(
            found[1] for line in running.stderr if (found := re.search(r"BiDi listening on (ws://\S+)", line))
        )
        with connect(f"{listening}/session", max_size=None) as socket:
            number = count(1)

            def ask(method: str, **parameters: Any) -> Any:
                at = next(number)
                socket.send(json.dumps({"id": at, "method": method, "params": parameters}))
                while (said := json.loads(socket.recv(timeout=120))).get("id") != at:
                    pass
                assert said["type"] == "success", said
                return said["result"]

            ask("session.new", capabilities={})
            context = ask("browsingContext.getTree")["contexts"][0]["context"]
            ask("browsingContext.navigate", context=context, url=address, wait="complete")

            def evaluated(expression: str) -> Any:
                if expression == "shot":
                    return b64decode(ask("browsingContext.captureScreenshot", context=context)["data"])
                said = ask("script.evaluate", expression=expression, target={"context": context}, awaitPromise=True)
                assert said["type"] == "success", said
                return said["result"].get("value")

            yield evaluated
    finally:
        running.terminate()
        running.wait(timeout=20)
