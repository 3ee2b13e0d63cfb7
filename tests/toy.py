"""A toy simulation and a small study file, for tests of everything around the model."""

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from experiments.design import Job, Study, seed_of
from experiments.store import Series
from experiments.study import read_study

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
    """A quick stand-in for a run: noise that hangs on the seed, and an effect of each policy."""
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
