"""The server of the desk: it listens on 127.0.0.1 alone, and answers who knows the key and comes from its own page."""

import asyncio
import json
import socket
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from desk.folder import MOST_TEXT, ChangedError, Folder
from desk.refusals import in_chinese
from experiments.spoken import spoken
from pages.guard import RefusedError, Tries, new_token, origin_allowed, read_message, same
from pages.server import LOCAL, OwnPages, in_language, page_routes, server_of

if TYPE_CHECKING:
    from desk.session import Session

MOST_SAID = 2 * MOST_TEXT
MOST_FILE = 100 * 2**20
"""Bytes of a file that is brought."""
KEY = "x-desk-key"


class Door:
    """Who may ask: whoever knows the key, from the desk's own page. Behind it the session, as soon as it is loaded."""

    def __init__(self, key: str, folder: Folder, workers: int, hosts: frozenset[str]) -> None:
        self.key, self.folder, self.workers, self.hosts = key, folder, workers, hosts
        self.tries = Tries()
        self.session: Session | None = None
        self._built = threading.Event()
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="desk")

    def open(self) -> None:
        """Load the model and begin with the queue, in a thread of its own."""

        def build() -> None:
            try:
                from desk.line import Line
                from desk.session import Session

                line = Line(self.folder, self.workers)
                session = Session(self.folder, line)
                session.answer({"do": "hello"})
                self.session = session
            finally:  # whoever waits is told, also that it failed
                self._built.set()
            line.work()

        threading.Thread(target=build, daemon=True).start()

    def close(self) -> None:
        """End what runs, to go on another time."""
        if self.session:
            self.session.close()

    def refusal(self, request: Request) -> Response | None:
        """Why a request is not answered, if it is not."""
        if not same(request.headers.get(KEY), self.key):
            if self.tries.too_many(request.client.host if request.client else ""):
                return _refused(429, "too many wrong keys from this address: wait a minute")
            return _refused(403, "this address needs the desk's key: open the one that the terminal shows")
        origin = request.headers.get("origin")
        if (request.method != "GET" or origin) and not origin_allowed(origin, request.headers.get("host"), self.hosts):
            return _refused(403, "another page may not ask the desk")
        return None

    async def do(self, request: Request) -> Response:
        """Answer one question."""
        if refusal := self.refusal(request):
            return refusal
        try:
            body = await _body(request, MOST_SAID)
            message = read_message(body.decode("utf-8", "strict"), most=MOST_SAID)
            answer = await asyncio.get_running_loop().run_in_executor(self._pool, self._answered, message)
            return _in_json(answer)
        except ChangedError as error:
            return _refused(409, error)
        except (RefusedError, UnicodeDecodeError) as error:
            return _refused(400, error)
        except ClientDisconnect:
            return Response(status_code=400)
        except asyncio.CancelledError:
            return _refused(503, "the desk is being closed")
        except Exception as error:
            # a mistake of the program must not end the desk: the page is told, everything else goes on
            return _refused(500, f"{type(error).__name__}: {error}")

    def _answered(self, message: dict[str, Any]) -> dict[str, Any]:
        self._built.wait()
        if self.session is None:
            raise RuntimeError("the desk could not be loaded; the terminal says why")
        return self.session.answer(message)

    async def bring(self, request: Request) -> Response:
        """Keep a file of the user's own in the folder."""
        if refusal := self.refusal(request):
            return refusal
        try:
            path = self.folder.file(request.path_params["name"])
            body = await _body(request, MOST_FILE)
            if path.exists() and path.read_bytes() != body and request.headers.get("x-over") != "yes":
                raise ChangedError(f"{path.name} is there already, with another content")
            self.folder.write_bytes(path, body)
            return JSONResponse({"file": path.name, "bytes": len(body)})
        except ChangedError as error:
            return _refused(409, error)
        except (RefusedError, OSError) as error:
            return _refused(400, error)
        except ClientDisconnect:
            return Response(status_code=400)

    async def fetch(self, request: Request) -> Response:
        """A file of a study's results."""
        if refusal := self.refusal(request):
            return refusal
        try:
            path = self.folder.made(request.path_params["name"], request.path_params["path"])
            body = await asyncio.get_running_loop().run_in_executor(self._pool, path.read_bytes)
        except (RefusedError, OSError) as error:
            return _refused(404, error)
        return Response(body, media_type="application/octet-stream", headers={"Content-Disposition": "attachment"})


async def _body(request: Request, most: int) -> bytes:
    """What a request holds. Errors: RefusedError for too much, which is not read to its end."""
    said = request.headers.get("content-length", "0")
    if not said.isdigit() or int(said) > most:
        raise RefusedError(f"at most {most} bytes")
    parts, size = list[bytes](), 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise RefusedError(f"at most {most} bytes")
        parts.append(part)
    return b"".join(parts)


def _in_json(answer: dict[str, Any]) -> Response:
    """The answer, without numbers that JSON does not know."""
    try:
        return JSONResponse(answer)
    except ValueError:
        return JSONResponse(json.loads(json.dumps(answer), parse_constant=lambda _: None))


def _refused(status: int, why: str | Exception) -> Response:
    """Why something is refused, in English and Chinese: the page shows the one that it speaks."""
    return JSONResponse(
        {"error": str(why)[:2000], "says": [str(why)[:2000], in_chinese(why)[:2000]]}, status_code=status
    )


def make_app(key: str, folder: Path, workers: int = 0, hosts: frozenset[str] = LOCAL) -> Starlette:
    """The application over a folder, which must be the working folder: studies name files as the command line does."""
    door = Door(key, Folder(folder), workers, hosts)

    @asynccontextmanager
    async def alive(_app: Starlette) -> AsyncIterator[None]:
        door.open()
        yield
        door.close()

    routes = [
        *page_routes("desk", index="/"),
        Route("/do", door.do, methods=["POST"]),
        Route("/bring/{name}", door.bring, methods=["POST"]),
        Route("/made/{name}/{path:path}", door.fetch, methods=["GET"]),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(OwnPages, hosts=hosts)], lifespan=alive)
    app.state.door = door
    return app


def serve(port: int, folder: Path, *, workers: int, browser: bool, say: Callable[[str], None]) -> None:
    """Serve the desk over the working folder until interrupted.

    `port` 0 takes any free port. Errors: OSError when the port is taken.
    """
    key = new_token()
    listening = socket.create_server(("127.0.0.1", port), backlog=64)
    here = f"http://127.0.0.1:{listening.getsockname()[1]}/#key={in_language(key)}"
    say(spoken("The desk is open at {here}", here=here))
    say(
        spoken(
            "Studies and results are kept in {folder}. Ctrl+C closes the desk; what runs goes on when it is opened again.",
            folder=folder,
        )
    )
    if browser:
        threading.Timer(0.2, webbrowser.open, [here]).start()
    server_of(make_app(key, folder, workers)).run(sockets=[listening])
