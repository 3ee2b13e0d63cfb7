"""Posterior predictive: what the model itself shows at draws of the posterior, and at the community's own values, on fresh seeds."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from typing import Any

import numpy as np
from scipy.stats import chi2

from experiments.calibration.design import FRESH, Runs, means_of
from experiments.calibration.emulator import Emulator
from experiments.calibration.file import Calibration
from experiments.calibration.history import implausible
from experiments.runs.executor import config_of
from experiments.spoken import spoken
from experiments.validation.examine import Part
from experiments.validation.observer import Numbers

DRAWN = 48
"""Draws at which the model is run."""


@dataclass(frozen=True)
class Shown:
    """The numbers at the draws (one value a draw), and at the community's own values (one a community)."""

    at_draws: tuple[Part, ...]
    own: tuple[Part, ...]
    off: float
    """Root mean square of what the emulator said wrongly of the draws, in its own standard errors: 1 is right."""


def shown(asked: Calibration, runs: Runs, emulator: Emulator, draws: Numbers, told: Callable[[int], None]) -> Shown:
    """Run the model at each draw with seeds of its own, and as many communities with the own values."""
    places, n = draws[:DRAWN], asked.file.replicates
    seeds = FRESH + np.arange(len(places) * n).reshape(len(places), n)
    means = means_of(runs(places, seeds, told))
    middle, variance = emulator(places)
    off = (means - middle) / np.sqrt(variance + emulator.luck.sd(places) ** 2 / n)
    singles = [runs.observed({}, int(seed)) for seed in seeds[:, 0]]
    return Shown(_parts(asked, means), _parts(asked, np.array(singles)), float(np.sqrt(np.nanmean(off**2))))


def _parts(asked: Calibration, values: Numbers) -> tuple[Part, ...]:
    return tuple(Part(t.name, t.bounds, values[:, k]) for k, t in enumerate(asked.targets))


def own_values(asked: Calibration) -> dict[str, float]:
    """The values that the community itself has of the free parameters."""
    config: Any = config_of(asked.file.community, {}).model_dump()
    return {path: float(reduce(getitem, path.split("."), config)) for path in asked.file.free}


def own_place(asked: Calibration) -> Numbers:
    """Where the community's own values stand in the unit cube; outside of it where a range leaves them out."""
    return np.array([asked.file.free[path].unit(value) for path, value in own_values(asked).items()])


def said_of_own(asked: Calibration, emulator: Emulator) -> str:
    """Whether the community's own values are implausible, in a sentence."""
    place = own_place(asked)
    if (place < 0).any() or (place > 1).any():
        outside = [path for path, u in zip(asked.file.free, place, strict=True) if not 0 <= u <= 1]
        paths = ", ".join(outside)
        return spoken("The community's own values lie outside the searched ranges: {paths}.", paths=paths)
    single, joint = implausible(asked, emulator, place[None, :])
    worst = int(single[0].argmax())
    p = float(chi2.sf(joint[0], len(asked.targets)))
    return spoken(
        "The community's own values: {worst} is furthest from its target, by {off:.1f} standard deviations; all numbers together "
        "are as far in {p:.1%} of cases by chance.",
        worst=asked.names[worst],
        off=single[0, worst],
        p=p,
    )
