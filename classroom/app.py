"""The server of the classroom: its own page, a connection for each page, and the class that plays.

It listens on 127.0.0.1 unless told otherwise, answers only to its own pages, and loads nothing from anywhere.
"""

import socket
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute

from classroom.entrance import Entrance
from experiments.spoken import spoken
from pages.guard import new_token
from pages.server import LOCAL, OwnPages, in_language, page_routes, server_of


def make_app(key: str, hosts: frozenset[str] = LOCAL, address: str = "", port: int = 0) -> Starlette:
    """The application. `key` is the teacher's secret, `hosts` the names under which it may be reached.

    What the class of a `port` does is kept, so that it goes on when the program is started again.
    """
    entrance = Entrance(key, hosts, address, port)

    @asynccontextmanager
    async def alive(_app: Starlette) -> AsyncIterator[None]:
        entrance.open()
        yield

    routes = [
        *page_routes("classroom", index="/", play="/play"),
        WebSocketRoute("/live", entrance.live),
        WebSocketRoute("/class", entrance.student),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(OwnPages, hosts=hosts)], lifespan=alive)
    app.state.entrance = entrance
    return app


def own_address() -> str:
    """The address of this machine on the local network; 127.0.0.1 where there is none. Nothing is sent."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def serve(port: int, *, lan: bool, browser: bool, say: Callable[[str], None]) -> None:
    """Serve the classroom until interrupted.

    `port` 0 takes any free port. Errors: OSError when the port is taken.
    """
    key = new_token()
    address = own_address() if lan else "127.0.0.1"
    hosts = LOCAL | {address, socket.gethostname().lower()} if lan else LOCAL
    listening = socket.create_server(("" if lan else "127.0.0.1", port), backlog=256)
    port = listening.getsockname()[1]
    here = f"http://127.0.0.1:{port}/"
    say(spoken("The classroom is open at {here}#key={key}", here=here, key=in_language(key)))
    if lan:
        say(
            spoken(
                "Students join at http://{address}:{port}/play with the room code that the page shows.",
                address=address,
                port=port,
            )
        )
    say(spoken("Keep the first address to yourself: whoever has it is the teacher. Ctrl+C closes the classroom."))
    if browser:
        threading.Timer(0.2, webbrowser.open, [f"{here}#key={in_language(key)}"]).start()
    app = make_app(key, hosts, f"http://{address}:{port}/play", port)
    server_of(app).run(sockets=[listening])
