"""One file: a page that runs the model itself, in any browser, from a disk or any web server, without this program.

In the file are the compiled rules (`sim.browser`), some founded communities that differ in their luck, and the scripts.
Both worlds live there, and are the same as here to the last bit: what the page saves as a study, `linli run` repeats.
"""

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any

from classroom.lessons import lessons, state_of_lesson, study_of
from classroom.pair import BOARD
from classroom.people import name_of
from classroom.state import State, StateError, communities, fitted, unknown
from classroom.studies import OUTCOMES, opened
from experiments.study.design import seed_of
from experiments.study.loader import read_study
from pages import panel
from pages.server import page_text
from sim import POLICIES, Simulation
from sim.browser.shipped import SCRIPTS as ENGINE
from sim.browser.shipped import module
from sim.browser.snapshot import known, snapshot
from sim.config.load import config_names, find_file
from sim.config.schema import Config
from sim.policies.acts import COMMON
from sim.policies.close_neighbours import WHOM
from sim.policies.policy import Policy

PAGE = (
    "words.js",
    "one_file_words.js",
    "kit.js",
    "pen.js",
    "frame.js",
    "map.js",
    "acts.js",
    "charts.js",
    "dial.js",
    "board.js",
    "lesson.js",
)
FIXED_BY_FOUNDING = ("starting", "population", "network", "life", "moving", "needing", "registering", "bonding")
"""Sections with numbers on which it hangs who lives in a community at the start: to change one is to found it anew."""
AIMED = ("grids", "groups", "tiers")
"""By what a page can aim a policy; whom chance or an expression chooses needs the program."""
MOST_OF_PLACES = 2_200_000
"""Characters that founded communities take in a file, as far as there is more than one: so that it stays below 3 MB."""
SEVERAL = 6
"""Founded communities in a file, unless asked for more or fewer."""


def one_file(
    state: State, lucks: int = SEVERAL, lesson: str | None = None, say: Callable[[str], None] | None = None
) -> str:
    """The page of a state, with so many lucks. Errors: StateError for what a page cannot show; ModuleError."""
    compiled = module()
    for one in state.worlds:
        for listed in one.policies:
            if why := _refused(listed.made()):
                raise StateError(why)
    configs = [state.config(world, 0) for world in (0, 1)]
    places = []
    for luck in range(lucks):
        founded = [Simulation(config, (), seed_of(state.seed, luck)) for config in _different(configs)]
        places.append([_packed_place(one) for one in founded])
        taken = sum(len(one) for both in places for one in both)
        if len(places) < lucks and taken * (luck + 2) / (luck + 1) > MOST_OF_PLACES:
            if say:
                say(f"{len(places)} of {lucks} lucks: more would make the file larger than 3 MB")
            break
    world = founded[0].world
    named = [list(panel.both(name)) for name in world.people.grid_names]
    named = named or [[f"Grid {g + 1}", f"第{g + 1}网格"] for g in range(world.atmosphere.size)]
    grids = [[g, *both] for g, both in enumerate(named)]
    told = {
        "known": known(),
        "state": state.model_dump(mode="json"),
        "shown": {
            "title": panel.both(state.title or configs[0].title),
            "question": panel.both(state.question),
            "worlds": [panel.both(one.name) for one in state.worlds],
            "gridNames": list(world.people.grid_names),
            "drawTies": bool(world.tie_other.size) and not bool(world.well_mixed[0]),
        },
        "policies": [_policy(one, grids) for one in panel.policies()],
        "parameters": offered(configs[1]),
        "metrics": panel.metrics(),
        "board": BOARD,
        "outcomes": OUTCOMES,
        "lesson": _lesson(lesson, state) if lesson else None,
    }
    scripts = [
        *(page_text("classroom", name) for name in PAGE),
        *(path.read_text(encoding="utf-8") for path in ENGINE),
        page_text("classroom", "one_file_acts.js"),
        page_text("classroom", "one_file_touches.js"),
        page_text("classroom", "one_file_steps.js"),
        page_text("classroom", "one_file.js"),
    ]
    styles = "".join(page_text("classroom", name) for name in ("base.css", "style.css", "one_file.css"))
    return (
        page_text("classroom", "one_file.html")
        .replace("/*STYLE*/", styles)
        .replace("/*SCRIPTS*/", "\n".join(scripts))
        .replace(
            "/*TOLD*/",
            in_a_script({"told": _packed(json.dumps(told).encode()), "module": _packed(compiled), "places": places}),
        )
    )


def in_a_script(told: object) -> str:
    """A value as a script holds it: no text of it ends the script or begins another."""
    text = json.dumps(told, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def state_for(what: str) -> tuple[State, str | None]:
    """The state for the name of a community, a study or a lesson, or the file of a study; and the lesson, if it is one.

    Errors: StateError, with the names there are.
    """
    if what in communities():
        return fitted(State(community=what)), None
    if what in lessons():
        return state_of_lesson(what), what
    studies = config_names(("studies",))
    if what in studies or what.endswith((".yaml", ".yml")):
        return opened(find_file(what, ("studies",))), None
    raise unknown("community, study or lesson", what, [*communities(), *lessons(), *studies])


def _different(configs: list[Config]) -> list[Config]:
    return configs[:1] if configs[0] == configs[1] else configs


def _refused(policy: Policy) -> str:
    """Why a page cannot give the doses of a policy; empty where it can."""
    if aimed := [
        name
        for name in sorted(set(WHOM) - set(AIMED))
        if getattr(policy, name) != type(policy).model_fields[name].default
    ]:
        return f"{policy.name}: a page in one file aims by grid, group and tier only ({', '.join(aimed)}); use linli classroom"
    if "kinds" in policy.model_fields_set:
        return f"{policy.name}: a page in one file cannot choose kinds of service; use linli classroom"
    return ""


def _policy(told: dict[str, Any], grids: list[list[Any]]) -> dict[str, Any]:
    """A policy as the panel shows it, with the doses that a page can give; grids by their names on the map."""
    shown = [
        dose | ({"kind": "several", "choices": grids} if dose["name"] == "grids" else {})
        for dose in told["doses"]
        if dose["name"] not in COMMON | {"kinds"} or dose["name"] in ("ramp", "every", "active", *AIMED)
    ]
    return told | {"doses": shown, "sentence": panel.both(_first_line(POLICIES[told["name"]]))}


def _first_line(policy: type[Policy]) -> str:
    return " ".join((policy.__doc__ or policy.title).strip().split("\n\n")[0].split())


def offered(config: Config) -> list[dict[str, Any]]:
    """Parameters that hold from one week to the next, whoever was there at the start."""
    shown = [s for s in panel.parameters(config) if s["name"].partition(".")[0] not in (*FIXED_BY_FOUNDING, "kinds")]
    return [
        section
        | {"doses": [dose for dose in section["doses"] if dose["kind"] in ("number", "whole", "choice", "switch")]}
        for section in shown
    ]


def _lesson(name: str, state: State) -> dict[str, Any]:
    """A lesson without its answers, and the policies of those arms of its study that a page can give and that need no
    other founding.
    """
    both = lessons()[name]
    path = study_of(next(iter(both.values())))
    arms = {}
    for arm in read_study(path).arms:
        world = opened(path, (arm, arm)).worlds[0]
        given = not any(_refused(listed.made()) for listed in world.policies)
        if given and world.set == state.worlds[0].set == state.worlds[1].set:
            arms[arm] = {"title": panel.both(arm), **world.model_dump(mode="json")}
    shown = {language: one.shown(teacher=False) for language, one in both.items()}
    return {**shown, "arms": arms, "study": path.read_text(encoding="utf-8")}


def _packed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode()


def _packed_place(simulation: Simulation) -> str:
    """A founded community with the names of its people: a line of JSON, then its bytes."""
    place, piece = snapshot(simulation)
    keys = simulation.world.key.tolist()
    return _packed(
        json.dumps(place | {"names": [name_of(key) for key in keys]}, ensure_ascii=False).encode() + b"\n" + piece
    )
