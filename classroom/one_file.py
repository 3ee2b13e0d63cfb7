"""One file: a page that runs the model itself, in any browser, from a disk or any web server, without this program.

In the file are the compiled rules (`sim.browser`), some founded communities that differ in their luck, and the scripts.
Both worlds live there, and are the same as here to the last bit: what the page saves as a study, `linli run` repeats.
"""

import base64
import gzip
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from classroom.lessons import lessons, state_of_lesson, study_of
from classroom.own import bring
from classroom.pair import BOARD
from classroom.people import name_of
from classroom.state import MOST_RESIDENTS, Change, State, StateError, communities, fitted, state_of, too_many, unknown
from classroom.studies import OUTCOMES, opened, state_of_study
from classroom.touches import OF_THE_DWELLING
from experiments.spoken import spoken
from experiments.study.design import Study, community_of, seed_of
from experiments.study.loader import read_study
from experiments.study.taken_for import taken_for_a_study
from pages import panel
from pages.server import page_text
from sim import POLICIES, Simulation
from sim.browser.shipped import SCRIPTS as ENGINE
from sim.browser.shipped import module
from sim.browser.snapshot import known, snapshot
from sim.config.kinds import Kind
from sim.config.load import config_names, find_file, load_config
from sim.config.schema import Config
from sim.config.yaml import read
from sim.engine.effects import effects_of
from sim.policies.policy import Policy
from sim.state.residents import INTERESTS, RESIDENTS, SELF, SUBSTANTIVE
from sim.world import FOUNDING, MEMBERS_OF_KINDS, table_of_kinds

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
OWN = re.compile(r"\bown\b")
"""Words that mean a column of a user's own file, which a page does not hold."""
MOST_OF_PLACES = 2_200_000
"""Characters that founded communities take in a file, as far as there is more than one: so that it stays below 3 MB."""
SETTLED = 104
"""Weeks that a community has lived when a page opens: in so small a one needs rise for two years, then rest."""
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
        most = max(int(one.world.headcount[0]) for one in founded)
        if configs[0].population.residents_file and most > MOST_RESIDENTS:
            raise too_many(most)  # the configuration does not say how many a file of residents holds
        places.append([_packed_place(one) for one in founded])
        taken = sum(len(one) for both in places for one in both)
        if len(places) < lucks and taken * (luck + 2) / (luck + 1) > MOST_OF_PLACES:
            if say:
                say(
                    spoken(
                        "{places} of {lucks} lucks: more would make the file larger than 3 MB",
                        places=len(places),
                        lucks=lucks,
                    )
                )
            break
    world = founded[0].world
    if say and (file := configs[0].population.residents_file):
        say(
            spoken(
                "The page holds what {file} says of each resident, without their ids and your own columns: give it to nobody who may not see that.",
                file=Path(file).name,
            )
        )
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
        "policies": [_policy(one, grids, configs[0]) for one in panel.policies()],
        "parameters": offered(configs[1]),
        "changes": [_changed(state, change) for change in state.changes if change.week > 0],
        "founded": [
            [title.rstrip(".。") for title in one["title"]]
            for one in panel.parameters(configs[0])
            if one["name"] in FIXED_BY_FOUNDING
        ],
        "metrics": panel.metrics(),
        "board": BOARD,
        "outcomes": OUTCOMES,
        "hand": {
            "carried": [name for name in RESIDENTS if name not in OF_THE_DWELLING],
            "interests": len(INTERESTS),
            "self": SELF,
            "highest": SUBSTANTIVE,
            "most_hours": RESIDENTS["hours_limit"].high,
        },
        "lesson": _lesson(lesson, state) if lesson else None,
    }
    scripts = [
        *(page_text("classroom", name) for name in PAGE),
        *(path.read_text(encoding="utf-8") for path in ENGINE),
        page_text("classroom", "one_file_acts.js"),
        page_text("classroom", "one_file_touches.js"),
        page_text("classroom", "one_file_steps.js"),
        page_text("classroom", "one_file_run.js"),
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


def state_for(what: str, *, taught: bool = False) -> tuple[State, str | None]:
    """The state for the name of a community, a study or a lesson, or the file of a community, of a study or of a state that
    the classroom saved; and the lesson, if it is one. `taught`: a lesson or a saved state only.

    Errors: StateError, with the names there are; ConfigError with all that is wrong with a file.
    """
    if what in lessons():
        return state_of_lesson(what), what
    if what.endswith(".json"):
        return _saved(Path(what)), None
    if taught and what.endswith((".yaml", ".yml")):
        raise StateError(f"{what}: expected a lesson, or a state that the classroom saved (.json)")
    if taught:
        raise unknown("lesson", what, lessons())
    if what in communities():
        return _of_community(what, what), None
    studies = config_names(("studies",))
    if what in studies:
        return opened(find_file(what, ("studies",))), None
    if what.endswith((".yaml", ".yml")):
        path = find_file(what, ("studies",))
        own = taken_for_a_study(read(path)) is not None
        return (_of_community(bring(path), path) if own else of_study(read_study(path))), None
    raise unknown("community, study or lesson", what, [*communities(), *lessons(), *studies])


def _of_community(name: str, place: Path | str) -> State:
    """The state of a community, by the name that states have for it and where it lies."""
    return fitted(State(community=name, week=SETTLED if load_config(place).lives_go_on else 0))


def of_study(study: Study) -> State:
    """The state of a study of whoever runs this command, whose community may be a file of theirs. Errors: StateError."""
    if isinstance(place := community_of(study.file.community, study.path), Path):
        bring(place, study.file.community)
    return state_of_study(study)


def _saved(path: Path) -> State:
    """The state in a file that the classroom saved. Errors: StateError."""
    try:
        return fitted(state_of(json.loads(path.read_text(encoding="utf-8"))))
    except OSError as error:
        raise StateError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise StateError(
            f"{path}: found bytes that are no UTF-8 text; expected a state that the classroom saved"
        ) from None
    except json.JSONDecodeError as error:
        raise StateError(
            f"{path}:{error.lineno}: {error.msg}; expected a state that the classroom saved (Save the state)"
        ) from None
    except StateError as error:
        raise StateError(f"{path}: {error}") from None


def _different(configs: list[Config]) -> list[Config]:
    return configs[:1] if configs[0] == configs[1] else configs


def _refused(policy: Policy) -> str:
    """Why a page cannot give the doses of a policy; empty where it can."""
    if OWN.search(policy.where or ""):
        return f"{policy.name}: a page in one file has no columns of an own file of residents ({policy.where}); use linli classroom"
    return ""


def _policy(told: dict[str, Any], grids: list[list[Any]], config: Config) -> dict[str, Any]:
    """A policy as the panel shows it, with the doses that a page can give; grids by their names on the map, service kinds
    by their titles.
    """
    kinds = [[name, kind.title, kind.title_zh] for name, kind in config.kinds.items()]
    shown = []
    for dose in told["doses"]:
        if dose["name"] == "grids":
            dose |= {"kind": "several", "choices": grids}
        if dose["name"] == "kinds":
            there = [name for name in dose["value"] if name in config.kinds]
            dose |= {"kind": "several", "choices": kinds, "value": there}
        if dose["name"] not in ("start", "stop"):
            shown.append(dose)
    return told | {"doses": shown, "sentence": panel.both(_first_line(POLICIES[told["name"]]))}


def _first_line(policy: type[Policy]) -> str:
    return " ".join((policy.__doc__ or policy.title).strip().split("\n\n")[0].split())


def offered(config: Config) -> list[dict[str, Any]]:
    """Parameters that hold from one week to the next, whoever was there at the start."""
    shown = [s for s in panel.parameters(config) if s["name"].partition(".")[0] not in FIXED_BY_FOUNDING]
    return [
        section | {"doses": [_as_number(one, config) for one in section["doses"] if _held(one)]} for section in shown
    ]


def _changed(state: State, change: Change) -> dict[str, Any]:
    """Parameters changed in the middle of a life, each with the number that compiled code has for it.

    Errors: StateError for one that changes who lives there.
    """
    config = state.config(change.world, change.week)
    known = {
        dose["path"]: _as_number(dose, config) for section in panel.parameters(config) for dose in section["doses"]
    }
    numbers: dict[str, list[Any]] = {}
    for path, value in change.set.items():
        dose = known.get(path)
        if dose is None or dose["name"] == "eligible" or path.startswith(("population.", "network.")):
            raise StateError(f"{path} cannot be changed in the middle of a life on a page in one file")
        choices = [choice for choice, *_ in dose["choices"]]
        numbers[path] = [dose["numbers"][choices.index(value)] if "numbers" in dose else float(str(value)), value]
    return {"week": change.week, "world": change.world, "set": numbers}


def _held(dose: dict[str, Any]) -> bool:
    founds = dose["path"].startswith("kinds.") and dose["name"] in founded_by()
    return dose["kind"] in ("number", "whole", "choice", "switch") and not founds


@cache
def founded_by() -> frozenset[str]:
    """Fields of service kinds on which founders depend: those that founding reads, as its code says."""
    read = {name for unit in FOUNDING for view, name in effects_of(unit.plain).reads if view == "kinds"}
    return frozenset(field for field in Kind.model_fields if MEMBERS_OF_KINDS.get(field, field) in read)


def _as_number(dose: dict[str, Any], config: Config) -> dict[str, Any]:
    """A choice with the numbers that compiled code has for its choices."""
    if dose["kind"] != "choice":
        return dose
    choices = [choice for choice, *_ in dose["choices"]]
    section, name, *field = dose["path"].split(".")
    if section != "kinds":
        return dose | {"numbers": list(range(len(choices)))}
    others = [config.kinds[name].model_copy(update={field[0]: choice}) for choice in choices]
    return dose | {"numbers": table_of_kinds(others)[MEMBERS_OF_KINDS.get(field[0], field[0])].tolist()}


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
