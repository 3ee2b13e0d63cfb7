"""The state of the page: which community, whose luck, what is done in each of the two worlds, and how far they lived.

A life is a pure function of this state, so a link, a file or a lost connection carries nothing else.
"""

import json
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from classroom.own import brought
from classroom.touches import Touch
from sim import POLICIES, ConfigError, load_config
from sim.config.load import config_names, find_file
from sim.config.schema import Config
from sim.config.yaml import nearest, read
from sim.policies.policy import Policy

MOST_RESIDENTS = 2000
SHOWN = 800
"""Residents to whom a larger community is scaled down."""
MOST_WEEKS = 2600
FILES = ("residents_file", "ties_file")
"""What a page may never set: it would have this machine read files."""

_STRICT = ConfigDict(extra="forbid", frozen=True)
type Value = bool | int | float | str | list[Value] | dict[str, Value] | None
type Changes = Annotated[dict[Annotated[str, Field(max_length=80)], Value], Field(max_length=60)]


class StateError(ValueError):
    """The page asked for something that cannot be; the message is for its reader."""


def unknown(what: str, name: str, names: Collection[str]) -> StateError:
    """The error for a name that nothing bears, with the nearest that something does, or with all of them."""
    near = nearest(name, names)
    there = f"did you mean {near!r}?" if near else f"there are {', '.join(names)}"
    return StateError(f"no {what} is called {name!r}; {there}")


class Listed(BaseModel):
    """A policy and its doses, with its weeks (`start`, `stop`) among them."""

    model_config = _STRICT
    name: str = Field(max_length=60)
    doses: dict[Annotated[str, Field(max_length=60)], Value] = Field({}, max_length=60)

    def made(self) -> Policy:
        """The policy itself. Errors: StateError for an unknown name or a dose out of range."""
        if self.name not in POLICIES:
            raise StateError(f"no policy is called {self.name!r}")
        try:
            return POLICIES[self.name].model_validate(json.loads(json.dumps(self.doses)))
        except ValidationError as error:
            said = error.errors()[0]
            where = ".".join(map(str, said["loc"]))
            raise StateError(f"{self.name}{'.' + where if where else ''}: {said['msg']}") from None


class WorldState(BaseModel):
    """One of the two worlds: its name, its own parameters and its policies."""

    model_config = _STRICT
    name: str = Field(max_length=60)
    set: Changes = {}
    policies: tuple[Listed, ...] = Field((), max_length=120)


class Change(BaseModel):
    """Parameters changed in the middle of a life, from the start of a week on, in one world."""

    model_config = _STRICT
    week: int = Field(ge=0, le=MOST_WEEKS)
    world: Literal[0, 1]
    set: Changes


class State(BaseModel):
    """Everything that determines what the page shows."""

    model_config = _STRICT
    community: str = Field("classroom", max_length=200)
    seed: int = Field(1, ge=0, le=2**53)
    set: Changes = {}
    worlds: tuple[WorldState, WorldState] = (WorldState(name="baseline"), WorldState(name="policies"))
    changes: tuple[Change, ...] = Field((), max_length=200)
    touches: tuple[Touch, ...] = Field((), max_length=200)
    """What the hand of the teacher gave to single residents, in the order in which it was given."""
    week: int = Field(0, ge=0, le=MOST_WEEKS)
    title: str = Field("", max_length=200)
    question: str = Field("", max_length=1000)

    @field_validator("seed", mode="before")
    @classmethod
    def _a_number(cls, seed: object) -> object:
        if isinstance(seed, bool | str):
            raise ValueError(f"the seed must be a whole number, not {seed!r}")
        return seed

    def config(self, world: int, week: int) -> Config:
        """The configuration of one world in a week. Errors: StateError in words for the page."""
        laid = {**self.set, **self.worlds[world].set}
        for change in self.changes:
            if change.world == world and change.week <= week:
                laid |= change.set
        return loaded(self.community, laid)

    def policies(self, world: int) -> list[Policy]:
        """The policies of one world. Errors: StateError."""
        return [listed.made() for listed in self.worlds[world].policies]


def too_many(residents: int) -> StateError:
    """The error for a community that is too large for a page."""
    return StateError(f"the page shows at most {MOST_RESIDENTS} residents, not {residents}")


def state_of(said: object) -> State:
    """The state that a page sent. Errors: StateError, in one sentence."""
    try:
        return State.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        raise StateError(f"{'.'.join(map(str, first['loc']))[:120]}: {first['msg']}") from None


def fitted(state: State) -> State:
    """The state with a community too large for the page made smaller, as it then says in its own `set`."""
    own = brought(state.community)
    if (state.community not in communities() and not own) or "population.residents" in state.set:
        return state
    population = load_config(own or state.community).population
    if population.residents <= MOST_RESIDENTS or population.residents_file:
        return state
    elders = round(population.elders_alone * SHOWN / population.residents)
    smaller: dict[str, Value] = {"population.residents": SHOWN, "population.elders_alone": elders}
    return state.model_copy(update={"set": {**smaller, **state.set}})


def loaded(community: str, changes: dict[str, Any]) -> Config:
    """A configuration of a shipped community, or of one that was brought, small enough for the page. Errors: StateError."""
    own = brought(community)
    if community not in communities() and not own:
        raise StateError(f"no community is called {community!r}; there are {', '.join(communities())}")
    said = json.dumps(changes, sort_keys=True)
    if refused := [name for name in FILES if name in said]:
        raise StateError(f"{refused[0]} cannot be set from a page")
    return _loaded(own or community, own.stat().st_mtime_ns if own else 0, said)


@lru_cache(maxsize=64)
def _loaded(community: Path | str, _at: int, changes: str) -> Config:
    laid = json.loads(changes)
    try:
        config = load_config(community, set=laid)
    except ConfigError as error:
        raise StateError(str(error.problems[0])) from None
    if config.population.residents > MOST_RESIDENTS and not config.population.residents_file:
        raise too_many(config.population.residents)
    if (
        config.population.residents * max(1, config.population.residents if config.network.kind == "complete" else 1)
        > 1_000_000
    ):
        raise StateError("everybody tied to everybody is possible for at most 1,000 residents on this page")
    return config


@lru_cache(maxsize=1)
def communities() -> list[str]:
    """Names of the communities that the page can open, with those that lessons use."""
    return config_names()


@lru_cache(maxsize=1)
def community_titles() -> dict[str, str]:
    """The title of each of them, as its file says it; a file without one is called by its name."""
    titles = {}
    for name in communities():
        said = read(find_file(name)).value
        titles[name] = str(said.get("title", name)) if isinstance(said, dict) else name
    return titles
