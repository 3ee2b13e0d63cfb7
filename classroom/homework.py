"""Homework: the run so far as one HTML file for any browser, without a server.

The file runs the model itself and goes on from where the class stopped. What it cannot live (rules changed in mid-life, a
hand in one life, aims by chance or expression) it plays back instead, week by week.
"""

import base64
import zlib

import numpy as np

from classroom.one_file import in_a_script, one_file
from classroom.pair import Pair
from classroom.people import who
from classroom.state import StateError
from pages import panel
from pages.server import page_text
from sim.browser.shipped import ModuleError

SCRIPTS = ("words.js", "kit.js", "pen.js", "frame.js", "map.js", "acts.js", "charts.js", "playback.js")


LUCKS = 3
"""Founded communities in a homework."""


def homework(pair: Pair) -> str:
    """One HTML file: a page that lives on, or, where that cannot be, one that plays back."""
    try:
        return one_file(pair.state, LUCKS)
    except (StateError, ModuleError):
        return played_back(pair)


def played_back(pair: Pair) -> str:
    """One HTML file with the picture of every week, the series and the page's own scripts."""
    tiers = [
        np.diff(np.stack(life.tiers or [np.zeros(pair.residents, np.uint8)]), axis=0, prepend=np.uint8(0)).tobytes()
        for life in pair.lives
    ]
    told = {
        "standing": pair.standing(),
        "state": pair.state.model_dump(mode="json"),
        "shown": {
            "title": panel.both(pair.state.title),
            "question": panel.both(pair.state.question),
            "worlds": [panel.both(world.name) for world in pair.state.worlds],
        },
        "said": [[panel.sentences(p) for p in pair.state.policies(w)] for w in (0, 1)],
        "metrics": panel.metrics(),
        "names": [who(pair.lives[0].simulation.world, row) for row in range(pair.residents)],
        "tiers": [base64.b64encode(zlib.compress(t, 9)).decode() for t in tiers],
        "frame": base64.b64encode(zlib.compress(pair.frame(everything=True), 9)).decode(),
    }
    scripts = "\n".join(page_text("classroom", name) for name in SCRIPTS)
    return (
        page_text("classroom", "playback.html")
        .replace("/*STYLE*/", page_text("classroom", "base.css") + page_text("classroom", "style.css"))
        .replace("/*SCRIPTS*/", scripts)
        .replace("/*RUN*/", in_a_script(told))
    )
