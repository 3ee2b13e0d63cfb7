"""The two worlds in a notebook: `Worlds()` shows the page's own map and charts, stepped from Python or by its button.

Needs anywidget (`pip install 'linli[notebook]'`), which Jupyter, marimo and VS Code understand.
"""

from typing import Any

import anywidget
import traitlets

from classroom.pair import Pair
from classroom.state import State, WorldState, state_of
from pages import panel
from pages.server import page_text

SCRIPTS = ("words.js", "kit.js", "pen.js", "frame.js", "map.js", "acts.js", "charts.js")
KNOWN = "WorldMap, Chart, Run, CanvasPen, COLOURS, FAMILIES, Words, el, fill, legend"


def _module() -> str:
    """The page's own scripts as one module."""
    scripts = "\n".join(page_text("classroom", name).replace('"use strict";', "") for name in SCRIPTS)
    return f"{scripts}\nconst linli = {{ {KNOWN} }};\n{page_text('classroom', 'notebook.js')}"


def _style() -> str:
    """The page's own style, for what stands inside the widget only."""
    style = page_text("classroom", "base.css") + page_text("classroom", "style.css")
    return f".linli {{ {style.replace(':root {', '& {')} }}"


class Worlds(anywidget.AnyWidget):
    """Two worlds with one luck.

    `Worlds(policies=[{"name": "vanguard", "doses": {"size": 30}}])`, then `.live(52)`, `.put_on("training", seats=20)`.
    """

    _esm = _module()
    language = traitlets.Unicode("en").tag(sync=True)
    charts = traitlets.List(traitlets.Unicode(), ["cohesion", "unmet_needs", "participation"]).tag(sync=True)
    metrics = traitlets.Dict().tag(sync=True)
    style = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        community: str = "classroom",
        *,
        policies: list[dict[str, Any]] | None = None,
        seed: int = 1,
        set: dict[str, Any] | None = None,  # noqa: A002
        language: str = "en",
    ) -> None:
        """Errors: StateError for what cannot be."""
        worlds = [WorldState(name="baseline").model_dump(), {"name": "policies", "policies": policies or []}]
        state = state_of({"community": community, "seed": seed, "set": set or {}, "worlds": worlds})
        self.pair = Pair(state)
        super().__init__(language=language, metrics=panel.metrics(), style=_style())
        self.on_msg(self._hear)

    @property
    def state(self) -> State:
        """What determines everything shown."""
        return self.pair.state

    def live(self, weeks: int = 1) -> "Worlds":
        """Live so many weeks more in both worlds."""
        self.pair.live(weeks)
        self.send({"week": self.pair.week}, buffers=[self.pair.frame()])
        return self

    def put_on(self, name: str, **doses: Any) -> "Worlds":
        """Put a policy on in the second world from now on."""
        self.pair.put_on(1, name, doses)
        return self

    def take_off(self, name: str) -> "Worlds":
        """End a policy of the second world now."""
        self.pair.take_off(1, name)
        return self

    def _hear(self, _widget: object, said: dict[str, Any], _buffers: object) -> None:
        if said.get("hello"):
            worlds = [panel.both(world.name) for world in self.state.worlds]
            self.send({"standing": self.pair.standing(), "worlds": worlds}, buffers=[self.pair.frame(everything=True)])
        else:
            self.live(min(52, max(1, int(said.get("weeks", 1)))))
