"""A toy simulation and a small study file, for tests of everything around the model."""

import ctypes
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from experiments.runs.store import Series
from experiments.study.design import Job, Study, seed_of
from experiments.study.loader import read_study

SMALL: dict[str, Any] = {
    "title": "A small question",
    "community": "classroom",
    "weeks": 20,
    "burn_in": 5,
    "window": 10,
    "replicates": 3,
    "seed": 7,
    "arms": {"baseline": [], "thanks": ["recognition"], "both": ["recognition", {"training": {"seats": 9}}]},
    "outcomes": ["cohesion", "unmet_needs"],
}

DEADLY_SEEDS = {seed_of(SMALL["seed"], replicate) for replicate in (11, 12, 40)}


def write_study(folder: Path, **said: Any) -> Path:
    """Write a study file: SMALL with other values; None takes a key away."""
    path = folder / "small.yaml"
    whole = {key: value for key, value in {**SMALL, **said}.items() if value is not None}
    path.write_text(yaml.safe_dump(whole, sort_keys=False), "utf-8")
    return path


def small(folder: Path, **said: Any) -> Study:
    """The study of such a file."""
    return read_study(write_study(folder, **said))


def toy(job: Job) -> Series:
    """A quick stand-in for a run: noise that depends on the seed, and an effect of each policy."""
    chance = np.random.default_rng(job.seed)
    weeks = np.arange(job.weeks)
    level = chance.normal(0.5, 0.05) + chance.normal(0, 0.01, job.weeks)
    lift = 0.02 * len(job.policies) * (weeks >= 5)
    slow = np.where(weeks % 13 == 0, level + lift, np.nan)
    return {"cohesion": slow.astype(np.float32), "unmet_needs": (40 - 100 * lift + level).astype(np.float32)}


def slow_toy(job: Job) -> Series:
    """The toy, at a pace that leaves time to be killed."""
    time.sleep(0.01)
    return toy(job)


def failing_toy(job: Job) -> Series:
    """Fails in every arm with a policy."""
    if job.policies:
        raise ArithmeticError("the toy broke")
    return toy(job)


def all_failing_toy(job: Job) -> Series:
    """Fails in every arm."""
    raise ArithmeticError("the toy broke")


def deadly_toy(job: Job) -> Series:
    """Takes its worker down where training is given."""
    if any(name == "training" for name, _ in job.policies):
        os._exit(9)
    return toy(job)


def seldom_deadly_toy(job: Job) -> Series:
    """Takes its worker down at three of the first sixty seeds where training is given."""
    if any(name == "training" for name, _ in job.policies) and job.seed in DEADLY_SEEDS:
        os._exit(9)
    return toy(job)


def once_deadly_toy(job: Job) -> Series:
    """Takes its worker down the first time that one comes across a marked seed: the file LINLI_TOY_DEATH says so."""
    death = Path(os.environ["LINLI_TOY_DEATH"])
    if job.policies and death.exists():
        death.unlink(missing_ok=True)
        os.kill(os.getpid(), 9)
    return slow_toy(job)


def wild_toy(deed: str, job: Job) -> Series:
    """The toy, except that three of the first sixty lives do something to their process where training is given."""
    if any(name == "training" for name, _ in job.policies) and job.seed in DEADLY_SEEDS:
        DEEDS[deed]()
    return toy(job)


def _raise(error: BaseException) -> None:
    raise error


class _MuteError(Exception):
    def __str__(self) -> str:
        raise SystemExit(4)


def _for_ever() -> None:
    while True:
        pass


def _all_memory() -> None:
    kept = [np.empty(1 << 27) for _ in range(10_000)]  # a gigabyte each, promised and never touched
    raise AssertionError(f"{len(kept)} GB were there")


def _copied() -> None:
    if os.fork() == 0:
        return  # the copy goes on as if it were the worker
    os.wait()
    raise ArithmeticError("the toy copied its process")


DEEDS: dict[str, Callable[[], Any]] = {
    "raises": lambda: _raise(ArithmeticError("the toy broke")),
    "raises what no file can hold": lambda: _raise(ValueError("half a letter \ud800, a zero \0")),
    "raises at length": lambda: _raise(ValueError("long " * 100_000)),
    "raises what cannot be said": lambda: _raise(_MuteError()),
    "raises SystemExit": lambda: sys.exit(3),
    "raises KeyboardInterrupt": lambda: _raise(KeyboardInterrupt()),
    "raises GeneratorExit": lambda: _raise(GeneratorExit()),
    "goes round and round": lambda: _round_and_round(0),
    "ends its process": lambda: os._exit(9),
    "ends its process as if all were well": lambda: os._exit(0),
    "crashes in compiled code": lambda: ctypes.string_at(0),
    "aborts": os.abort,
    "is killed": lambda: os.kill(os.getpid(), 9),
    "closes what is open": lambda: (os.closerange(0, 256), time.sleep(60)),
    "kills whoever started it": lambda: (os.kill(os.getppid(), 9), time.sleep(0.1), os._exit(1)),
    "copies its process": _copied,
    "never ends": _for_ever,
    "never comes back from compiled code": lambda: ctypes.CDLL(None).pause(),
    "takes all memory": _all_memory,
}
"""What a run can do to the process that performs it."""


def _round_and_round(turn: int) -> None:
    _round_and_round(turn + 1)
