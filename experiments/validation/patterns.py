"""Patterns: what a community should look like, from a file that also says which patterns were used to fit it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from experiments.study.schema import Arm
from experiments.validation.observations import NUMBERS
from sim import METRICS
from sim.config.load import config_folder, find_file, load_sources
from sim.config.validate import Checked, checked
from sim.config.yaml import ConfigError, nearest
from sim.policies.policy import Policy

_STRICT = ConfigDict(extra="forbid", frozen=True)
AS_IT_IS = "as_it_is"
"""The arm in which nothing is changed; every file of patterns has it."""


class Bounds(BaseModel):
    """The range in which a number should lie; one end may be open."""

    model_config = _STRICT
    low: float | None = Field(None, description="Lowest value that still fits.")
    high: float | None = Field(None, description="Highest value that still fits.")

    @model_validator(mode="after")
    def _a_range(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("low, high, or both")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low:g} lies above high {self.high:g}")
        return self

    def __str__(self) -> str:
        if self.high is None:
            return f"above {self.low:g}"
        return f"below {self.high:g}" if self.low is None else f"{self.low:g} to {self.high:g}"


class Pattern(BaseModel):
    """One pattern: one or more numbers and the range of each."""

    model_config = _STRICT
    title: str = Field(description="What is compared, in words.")
    title_zh: str = Field(description="The same in Chinese.")
    parts: dict[str, Bounds] = Field(
        min_length=1, description="Metrics or numbers of experiments/validation/observations.py."
    )
    arm: str = Field(AS_IT_IS, description="The arm in which it is measured.")
    use: Literal["calibrated", "held_out"] = Field(description="Whether the model was fitted to it.")
    source: str = Field(description="Keys of sources.yaml with commas between them.")
    note: str = Field("", description="What the target rests on, and how independent an examination it is.")


class PatternsFile(BaseModel):
    """A file of patterns, and how they are measured."""

    model_config = _STRICT
    title: str = Field(description="What the patterns describe.")
    burn_in: int = Field(ge=0, le=15_000, description="Weeks before anything is measured.")
    window: int = Field(ge=52, le=15_000, description="Weeks that are measured.")
    replicates: int = Field(ge=2, le=100_000, description="Communities, each with its own seed.")
    seed: int = Field(ge=0, le=2**63 - 1, description="The seed from which those of the replicates are derived.")
    arms: dict[str, Arm] = Field(description="Alternatives in which patterns are measured; one is called as_it_is.")
    settled: tuple[str, ...] = Field(
        ("participation", "cohesion", "unmet_needs"), description="Metrics that must not drift over the window."
    )
    patterns: dict[str, Pattern] = Field(min_length=1, description="The patterns, by name.")


@dataclass(frozen=True)
class Patterns:
    """A checked file of patterns, with the policies of its arms."""

    path: Path
    file: PatternsFile
    policies: Mapping[str, tuple[Policy, ...]]

    def chosen(self, use: str) -> dict[str, Pattern]:
        """The patterns of one use: `calibrated` or `held_out`."""
        return {name: p for name, p in self.file.patterns.items() if p.use == use}


def patterns_of(community: str) -> Path:
    """The file of patterns for a community: its own where a shipped one has some, else the common one."""
    shipped = config_folder()
    file, common = find_file(community).resolve(), shipped / "patterns" / "community.yaml"
    own = common.with_name(file.name)
    return own if own.exists() and file.is_relative_to(shipped.resolve()) else common


def read_patterns(path: Path | None = None, changes: Mapping[str, object] | None = None) -> Patterns:
    """The shipped patterns, or those of a file.

    Raises ConfigError for anything wrong: unknown keys, metrics, arms, policies, doses or sources.
    """
    path = path or config_folder() / "patterns" / "community.yaml"
    found = checked(path, PatternsFile, changes)
    problems = []
    file, sources = found.value, load_sources(config_folder(), path.parent)
    if AS_IT_IS not in file.arms:
        problems.append(found.problem("arms", "no such arm", f"an arm called {AS_IT_IS}"))
    problems += [found.problem("settled", m, "", nearest(m, METRICS)) for m in file.settled if m not in METRICS]
    for name, pattern in file.patterns.items():
        here = f"patterns.{name}"
        if pattern.arm not in file.arms:
            problems.append(found.problem(f"{here}.arm", pattern.arm, "", nearest(pattern.arm, file.arms)))
        unknown = [part for part in pattern.parts if part not in NUMBERS]
        problems += [found.problem(f"{here}.parts.{p}", repr(p), "a metric", nearest(p, NUMBERS)) for p in unknown]
        keys = [key for key in map(str.strip, pattern.source.split(",")) if key not in sources]
        asked = "a key of sources.yaml"
        problems += [found.problem(f"{here}.source", repr(k), asked, nearest(k, sources)) for k in keys]
    if problems:
        raise ConfigError(problems)
    return Patterns(path, file, {arm: _policies(found, arm) for arm in file.arms})


def _policies(found: Checked[PatternsFile], arm: str) -> tuple[Policy, ...]:
    """The policies of an arm; those without a start are in force from the first week."""
    from pydantic import ValidationError

    from sim import POLICIES

    made: list[Policy] = []
    place = f"arms.{arm}.policies"
    for entry in found.value.arms[arm].policies:
        doses: dict[str, dict[str, Any] | None] = {entry: None} if isinstance(entry, str) else entry
        for name, given in doses.items():
            if name not in POLICIES:
                raise ConfigError([found.problem(place, f"the policy {name!r}", "", nearest(name, POLICIES))])
            try:
                made.append(POLICIES[name](**(given or {})))
            except ValidationError as error:
                first = error.errors()[0]
                raise ConfigError([found.problem(place, f"{name}: {first['msg']}", "doses of this policy")]) from None
    return tuple(made)
