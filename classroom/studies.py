"""A state of the page as a study file that `linli run` takes, and a study file as a state of the page."""

import json
import tempfile
from pathlib import Path
from typing import Any

import yaml

from classroom.state import Listed, State, StateError, Value, WorldState, communities, fitted
from experiments.study.design import Study
from experiments.study.loader import read_study
from sim import ConfigError
from sim.config.yaml import CoreDumper, read

MOST_TEXT = 60_000
OUTCOMES = ["cohesion", "unmet_needs", "participation", "wellbeing", "cost"]


def study_text(state: State) -> str:
    """The study that asks the page's question with many replicates; its first replicate is the life on the page.

    Parameters changed in the middle of a life stand in the arm's `set`, from week 0 on, and the file says so.
    """
    weeks = max(1, state.week)
    arms: dict[str, Any] = {}
    for number, world in enumerate(state.worlds):
        laid = dict(world.set)
        for change in state.changes:
            if change.world == number:
                laid |= change.set
        policies = [{listed.name: _doses(listed)} for listed in world.policies if not _never(listed)]
        arms[_unused(world.name, arms)] = {"policies": policies, "set": laid} if laid else policies
    said: dict[str, Any] = {
        "title": state.title or "From the classroom",
        "question": state.question or "What do these policies change, with the same people and the same luck?",
        "community": state.community,
        "weeks": weeks,
        "window": min(52, weeks),
        "replicates": 20,
        "seed": state.seed,
    }
    if state.set:
        said["set"] = state.set
    said |= {"arms": arms, "outcomes": OUTCOMES}
    head = "# Saved from the classroom page. Replicate 0 has the luck that the page showed.\n"
    if state.changes:
        head += "# On the page some parameters changed in the middle of a life; here they hold from week 0 on.\n"
    if state.touches:
        head += "# What was given to single residents by hand is not in a study.\n"
    return head + str(yaml.dump(said, Dumper=CoreDumper, sort_keys=False, allow_unicode=True, width=110))


def _doses(listed: Listed) -> dict[str, Value]:
    return {name: dose for name, dose in listed.doses.items() if not (name == "stop" and dose is None)}


def _never(listed: Listed) -> bool:
    made = listed.made()
    return made.stop is not None and made.stop <= made.start


def _unused(name: str, taken: dict[str, Any]) -> str:
    return name if name and name not in taken else f"{name or 'arm'} {len(taken) + 1}"


def opened_text(text: str, arms: tuple[str, str] | None = None) -> State:
    """The state of the page for a study given as text. Errors: StateError, with the line where something is wrong."""
    if len(text) > MOST_TEXT:
        raise StateError(f"a study of {len(text)} characters is too long for the page")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.yaml"
        path.write_text(text, encoding="utf-8")
        return opened(path, arms, trusted=False)


def opened(path: Path, arms: tuple[str, str] | None = None, *, trusted: bool = True) -> State:
    """The state of the page for a study file: its first arm and another one, at week 0 or after the burn-in.

    A study that is not `trusted` may name shipped communities only. Errors: StateError.
    """
    try:
        if not trusted:
            _only_shipped(path)
        study = read_study(path)
    except ConfigError as error:
        raise StateError(
            "\n".join(str(problem) for problem in error.problems[:3]).replace(str(path), path.name)
        ) from None
    return state_of_study(study, arms)


def state_of_study(study: Study, arms: tuple[str, str] | None = None) -> State:
    """The same of a study that has been read. Errors: StateError."""
    return fitted(_state(study, arms))


def _only_shipped(path: Path) -> None:
    """Refuse a study that would have other files read. Errors: StateError."""
    said = read(path).value
    text = json.dumps(said, default=str)
    community = said.get("community") if isinstance(said, dict) else None
    if (
        community not in communities()
        or "_file" in text
        or (isinstance(said, dict) and "varies" in said and "community" in said["varies"])
    ):
        raise StateError(f"the page opens studies of its own communities only: {', '.join(communities())}")


def _state(study: Study, arms: tuple[str, str] | None) -> State:
    names = list(study.arms)
    chosen = arms or (names[0], names[1] if len(names) > 1 else names[0])
    if missing := [name for name in chosen if name not in names]:
        raise StateError(f"no arm is called {missing[0]!r}; there are {', '.join(names)}")
    worlds = []
    for name in chosen:
        arm = study.file.arms.get(name)
        own = getattr(arm, "set", {}) if not isinstance(arm, tuple) else {}
        listed = tuple(Listed(name=policy, doses=doses) for policy, doses in study.arms[name])
        worlds.append(WorldState(name=name, set=own, policies=listed))
    return State(
        community=study.file.community,
        seed=min(study.file.seed, 2**53),
        set=study.file.set,
        worlds=(worlds[0], worlds[1]),
        week=study.file.burn_in,
        title=study.file.title,
        question=study.file.question,
    )
