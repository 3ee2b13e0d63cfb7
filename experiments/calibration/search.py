"""Calibration: free parameters are moved until the patterns marked `calibrated` appear.

Optuna proposes and remembers (ask and tell; a journal on disk, so that an interrupted search goes on). Every trial uses
the same seeds, so that trials differ by their parameters only. The first trials are spread evenly over the whole space
(Sobol'), the others search near what fits; both kinds teach the emulator of `experiments.calibration.posterior`.
"""

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from experiments.study.design import code_version, seed_of
from experiments.validation.observations import number_of, observed_life
from experiments.validation.observer import Numbers
from experiments.validation.patterns import AS_IT_IS, Bounds, Patterns, patterns_of, read_patterns
from sim import load_config
from sim.config.load import config_folder, find_file
from sim.config.validate import checked
from sim.config.yaml import ConfigError, Problem, nearest

if TYPE_CHECKING:
    from optuna import Study as Search
    from optuna.trial import FrozenTrial

_STRICT = ConfigDict(extra="forbid", frozen=True)
NINE_TENTHS = 1.6449
"""Half of the middle nine tenths of a normal, in standard deviations."""


class FreeRange(BaseModel):
    """How far a parameter may move."""

    model_config = _STRICT
    low: float = Field(description="Lowest value.")
    high: float = Field(description="Highest value.")
    log: bool = Field(False, description="Whether equal ratios count alike, instead of equal differences.")

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


class CalibrationFile(BaseModel):
    """A calibration: what may move and how it is searched."""

    model_config = _STRICT
    title: str = Field(description="What is fitted.")
    community: str = Field(description="The configuration whose values are fitted.")
    burn_in: int = Field(ge=0, le=15_000, description="Weeks before anything is measured.")
    window: int = Field(ge=52, le=15_000, description="Weeks that are measured.")
    replicates: int = Field(ge=2, le=1000, description="Communities a trial.")
    seed: int = Field(ge=0, le=2**63 - 1, description="Their seeds are derived from this one.")
    trials: int = Field(ge=20, le=1_000_000, description="Trials in all, half of them spread evenly.")
    left_out: tuple[str, ...] = Field((), description="Calibrated patterns that the free parameters cannot move.")
    free: dict[str, FreeRange] = Field(min_length=1, description="Dotted paths of free parameters and their ranges.")


@dataclass(frozen=True)
class Target:
    """A number with the range in which it should lie."""

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
class Task:
    """A checked calibration with its targets."""

    name: str
    file: CalibrationFile
    targets: tuple[Target, ...]

    @property
    def identity(self) -> str:
        """What stands for everything that a trial's numbers hang on: another model or range is another search."""
        said = self.file.model_dump(mode="json", exclude={"title", "trials"})
        base = load_config(self.file.community).model_dump(mode="json", exclude={"title"})
        whole = json.dumps([said, base, code_version(), [t.name for t in self.targets]], ensure_ascii=False)
        return f"{self.name}-{hashlib.sha256(whole.encode()).hexdigest()[:12]}"

    def simulated(self, values: Mapping[str, float]) -> Numbers:
        """The target numbers of these parameter values: their means over the replicates."""
        config = load_config(self.file.community, set=dict(values))
        names = [t.name for t in self.targets]

        def one(replicate: int) -> list[float]:
            seed = seed_of(self.file.seed, replicate)
            life = observed_life(config, (), seed, self.file.burn_in, self.file.window, names)
            return [number_of(name, life, life) for name in names]

        return np.nanmean([one(r) for r in range(self.file.replicates)], axis=0)

    def distance(self, numbers: Numbers) -> float:
        """Sum of squared standard deviations between the numbers and their targets; a missing number counts as 10."""
        away = [(x - t.middle) / t.sd if math.isfinite(x) else 10.0 for x, t in zip(numbers, self.targets, strict=True)]
        return float(np.square(away).sum())


def read_calibration(
    name_or_path: str | Path, patterns: Patterns | None = None, changes: Mapping[str, object] | None = None
) -> Task:
    """The calibration of that name in `configs/calibrations/`, or in that file; `patterns`: those of its community, unless
    others are given.

    Raises ConfigError for unknown patterns, parameters and values out of range.
    """
    path = find_file(name_or_path, ("calibrations",), folder=config_folder())
    found = checked(path, CalibrationFile, changes)
    file = found.value
    patterns = patterns or read_patterns(patterns_of(file.community))
    calibrated = patterns.chosen("calibrated")
    problems: list[Problem] = []
    problems += [
        found.problem("left_out", repr(name), "a calibrated pattern", nearest(name, calibrated))
        for name in file.left_out
        if name not in calibrated
    ]
    if any(p.arm != AS_IT_IS for n, p in calibrated.items() if n not in file.left_out):
        problems.append(found.problem("left_out", "", "calibrated patterns without an arm of their own"))
    if problems:
        raise ConfigError(problems)
    for end in ("low", "high"):  # both ends must be values that the parameter may have
        load_config(file.community, set={p: getattr(free, end) for p, free in file.free.items()})
    chosen = (p for name, p in calibrated.items() if name not in file.left_out)
    return Task(path.stem, file, tuple(Target(n, b) for p in chosen for n, b in p.parts.items()))


def search(task: Task, journal: Path, workers: int, told: Callable[[int, float], None]) -> "Search":
    """Go on with the search kept in `journal` until it has all of its trials; `told` hears each trial and the best.

    An interrupt loses the trials under way and nothing else.
    """
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend
    from scipy.stats import qmc

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    journal.parent.mkdir(parents=True, exist_ok=True)
    storage = JournalStorage(JournalFileBackend(str(journal)))
    found = optuna.create_study(storage=storage, study_name=task.identity, direction="minimize", load_if_exists=True)
    spread = {
        path: optuna.distributions.FloatDistribution(r.low, r.high, log=r.log) for path, r in task.file.free.items()
    }
    even = task.file.trials // 2
    cube = qmc.Sobol(len(spread), seed=task.file.seed).random(1 << max(even - 1, 1).bit_length())
    while (there := len(done(found))) < task.file.trials:
        batch = min(max(workers, 1), task.file.trials - there)
        if there < even:
            for place in cube[there : there + batch]:
                found.enqueue_trial({p: r.value(u) for (p, r), u in zip(task.file.free.items(), place, strict=True)})
        else:
            found.sampler = optuna.samplers.TPESampler(n_startup_trials=0, seed=task.file.seed + there)
        asked = [found.ask(spread) for _ in range(batch)]
        with ThreadPoolExecutor(batch) as pool:
            for trial, numbers in zip(asked, pool.map(lambda t: task.simulated(t.params), asked), strict=True):
                trial.set_user_attr("numbers", [float(x) for x in numbers])
                found.tell(trial, task.distance(numbers))
                told(len(done(found)), found.best_value)
    return found


def done(found: "Search") -> "list[FrozenTrial]":
    """The finished trials."""
    from optuna.trial import TrialState

    trials: list[FrozenTrial] = found.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return trials


def learned(task: Task, trials: "Sequence[FrozenTrial]") -> tuple[Numbers, Numbers]:
    """What the trials teach: places in the unit cube (one row a trial) and the numbers found there."""
    places = [[free.unit(trial.params[path]) for path, free in task.file.free.items()] for trial in trials]
    numbers: list[Any] = [trial.user_attrs["numbers"] for trial in trials]
    return np.array(places), np.array(numbers, np.float64)
