"""The file of a calibration: what may move, what it should show, how sure that is, and how it is looked at."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from experiments.validation.observations import COMPARED, NUMBERS
from experiments.validation.observer import Numbers
from experiments.validation.patterns import AS_IT_IS, Bounds, Patterns, patterns_of, read_patterns
from sim import load_config
from sim.config.load import config_folder, find_file, load_sources
from sim.config.validate import Checked, checked
from sim.config.yaml import ConfigError, Problem, nearest

_STRICT = ConfigDict(extra="forbid", frozen=True)
NINE_TENTHS = 1.6449
"""Half of the middle nine tenths of a normal, in standard deviations."""


class FreeRange(BaseModel):
    """How far a parameter may move, evenly: this is its prior."""

    model_config = _STRICT
    low: float = Field(description="Lowest value.")
    high: float = Field(description="Highest value.")
    log: bool = Field(False, description="Whether equal ratios count alike, instead of equal differences.")
    known_by: str = Field("", description="Which number should identify it, in words.")

    @model_validator(mode="after")
    def _a_range(self) -> Self:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError("low below high, and above 0 where log is true")
        return self

    def unit(self, value: float) -> float:
        """Where a value stands between low (0) and high (1)."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def value(self, unit: float) -> float:
        """The value that stands there."""
        if self.log:
            return self.low * math.exp(unit * math.log(self.high / self.low))
        return self.low + unit * (self.high - self.low)


class OwnTarget(BaseModel):
    """A number that no pattern has, with the middle nine tenths of what was observed."""

    model_config = _STRICT
    low: float = Field(description="Lower end.")
    high: float = Field(description="Upper end.")
    source: str = Field("", description="Keys of sources.yaml with commas between them.")
    note: str = Field("", description="What it rests on.")

    @model_validator(mode="after")
    def _a_range(self) -> Self:
        if not self.low < self.high:
            raise ValueError("low below high")
        return self


class CalibrationFile(BaseModel):
    """A calibration: what may move, the numbers that it should show, and how it is looked at."""

    model_config = _STRICT
    title: str = Field(description="What is fitted.")
    community: str = Field(description="The configuration whose values are fitted.")
    burn_in: int = Field(ge=0, le=15_000, description="Weeks before anything is measured.")
    window: int = Field(ge=52, le=15_000, description="Weeks that are measured.")
    seed: int = Field(ge=0, le=2**63 - 1, description="Everything that is drawn comes from this.")
    points: int = Field(ge=2, le=100_000, description="Places of the space that are run in a wave.")
    waves: int = Field(ge=1, le=20, description="Waves of history matching.")
    replicates: int = Field(ge=2, le=1000, description="Communities a place, on common random numbers.")
    seeds: int = Field(ge=2, le=100_000, description="Seeds that the places take in turn; `replicates`: all share all.")
    communities: int = Field(
        ge=1, le=10**9, description="Communities of this size that the observed numbers stand for."
    )
    discrepancy: float = Field(ge=0, le=100, description="What the model may be off, in sd of a target.")
    discrepancies: dict[str, float] = Field({}, description="The same for single numbers.")
    left_out: tuple[str, ...] = Field((), description="Calibrated patterns that the free parameters cannot move.")
    targets: dict[str, OwnTarget] = Field({}, description="Numbers beside those of the patterns.")
    together: list[tuple[str, str, float]] = Field([], description="Pairs of numbers whose errors go together, with r.")
    free: dict[str, FreeRange] = Field(min_length=1, description="Dotted paths of free parameters and their ranges.")


@dataclass(frozen=True)
class Target:
    """A number with the range in which it should lie: the middle nine tenths of a normal."""

    name: str
    bounds: Bounds

    @property
    def middle(self) -> float:
        """The middle of the range; an open range ends at its bound."""
        low, high = self.bounds.low, self.bounds.high
        if low is not None and high is not None:
            return (low + high) / 2
        return float(low if low is not None else high)  # type: ignore[arg-type]

    @property
    def sd(self) -> float:
        """Standard deviation that the range stands for."""
        low, high = self.bounds.low, self.bounds.high
        half = (high - low) / 2 if low is not None and high is not None else abs(self.middle) / 2
        return max(half, 1e-9) / NINE_TENTHS


@dataclass(frozen=True)
class Calibration:
    """A checked calibration with its targets."""

    name: str
    file: CalibrationFile
    targets: tuple[Target, ...]

    @property
    def names(self) -> list[str]:
        """The numbers that are fitted."""
        return [t.name for t in self.targets]

    @property
    def observed(self) -> Numbers:
        """What was observed."""
        return np.array([t.middle for t in self.targets])

    @property
    def doubt(self) -> Numbers:
        """Covariance of what was observed around what the model would show at its best place: the error of
        observation, with what of it goes together, and the model's discrepancy, each number's for itself.
        """
        sd = np.array([t.sd for t in self.targets])
        off = np.array([self.file.discrepancies.get(t.name, self.file.discrepancy) for t in self.targets])
        return np.asarray(self.together * np.outer(sd, sd) + np.diag((off * sd) ** 2))

    @property
    def together(self) -> Numbers:
        """Correlation of the errors of observation."""
        names, r = self.names, np.eye(len(self.targets))
        for one, other, how in self.file.together:
            i, j = names.index(one), names.index(other)
            r[i, j] = r[j, i] = how
        return r

    def values(self, place: Numbers) -> dict[str, float]:
        """The parameter values at a place of the unit cube."""
        return {
            path: float(f"{r.value(float(u)):.6g}") for (path, r), u in zip(self.file.free.items(), place, strict=True)
        }


def read_calibration(
    name_or_path: str | Path, patterns: Patterns | None = None, changes: Mapping[str, object] | None = None
) -> Calibration:
    """The calibration of that name in `configs/calibrations/`, or in that file; `patterns`: those of its community, unless
    others are given.

    Raises ConfigError for unknown patterns, numbers and parameters, values out of range, too few places.
    """
    path = find_file(name_or_path, ("calibrations",), folder=config_folder())
    found = checked(path, CalibrationFile, changes)
    file = found.value
    patterns = patterns or read_patterns(patterns_of(file.community))
    fitted, kept = patterns.chosen("calibrated"), patterns.chosen("held_out")
    taken = [p for name, p in fitted.items() if name not in file.left_out and p.arm == AS_IT_IS]
    targets = {n: Target(n, b) for p in taken for n, b in p.parts.items()}
    targets |= {n: Target(n, Bounds(low=t.low, high=t.high)) for n, t in file.targets.items()}
    made = Calibration(path.stem, file, tuple(targets.values()))
    held = {part for p in kept.values() for part in p.parts}
    if problems := [
        *_unknown(found, fitted, held),
        *_unnamed(found, made),
        *_too_few(found, made),
    ]:
        raise ConfigError(problems)
    for end in ("low", "high"):  # both ends must be values that the parameter may have
        load_config(file.community, set={p: getattr(free, end) for p, free in file.free.items()})
    return made


def _unknown(found: Checked[CalibrationFile], fitted: Mapping[str, object], held: set[str]) -> Iterator[Problem]:
    """Patterns left out and targets added that there are not, or that must not be fitted."""
    file, sources = found.value, load_sources(config_folder(), found.path.parent)
    for name in file.left_out:
        if name not in fitted:
            yield found.problem("left_out", repr(name), "a calibrated pattern", nearest(name, fitted))
    for name, target in file.targets.items():
        here = f"targets.{name}"
        if name in held:
            yield found.problem(here, f"{name!r} is held out", "a number that is not", key=True)
        elif name not in NUMBERS or name in COMPARED:
            yield found.problem(here, repr(name), "a number of one community", nearest(name, NUMBERS), key=True)
        for key in filter(None, map(str.strip, target.source.split(","))):
            if key not in sources:
                yield found.problem(f"{here}.source", repr(key), "a key of sources.yaml", nearest(key, sources))


def _unnamed(found: Checked[CalibrationFile], made: Calibration) -> Iterator[Problem]:
    """Numbers spoken of that are no targets, and errors that cannot go together like that."""
    file, names = made.file, made.names
    if not names:
        yield found.problem("left_out", "no target is left", "a calibrated pattern, or one of `targets`")
    for name in file.discrepancies:
        if name not in names:
            yield found.problem(f"discrepancies.{name}", repr(name), "a target", nearest(name, names), key=True)
    for i, (one, other, r) in enumerate(file.together):
        for name in (one, other):
            if name not in names:
                yield found.problem(f"together.{i}", repr(name), "a target", nearest(name, names))
        if one == other or not abs(r) < 1:
            yield found.problem(f"together.{i}", f"{one}, {other}, {r:g}", "two numbers, and r between -1 and 1")
    named = names and all({one, other} <= set(names) for one, other, _ in file.together)
    if named and np.linalg.eigvalsh(made.together)[0] < 1e-6:
        yield found.problem("together", "errors that cannot all go together so", "correlations that are possible")


def _too_few(found: Checked[CalibrationFile], made: Calibration) -> Iterator[Problem]:
    """Fewer places than an emulator needs, fewer seeds than a place takes."""
    file = made.file
    least = 10 * len(file.free)
    if file.points < least:
        yield found.problem(
            "points", str(file.points), f"at least {least}: ten for each of {len(file.free)} parameters"
        )
    if file.seeds < file.replicates or file.seeds % file.replicates:
        yield found.problem("seeds", str(file.seeds), f"a multiple of the {file.replicates} replicates a place")
