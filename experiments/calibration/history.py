"""History matching: places at which the model cannot be right, whatever is not known, are ruled out, wave by wave.

A place is implausible when a number is further from what was observed than three standard deviations, or all numbers together
are further than chance allows (Mahalanobis); standard deviations are of observation, discrepancy, luck and the emulator's own
error together. The first wave is spread over the whole space, each next one over what is left.

Sources: vernon2010
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, qmc

from experiments.calibration.design import Runs, means_of, seeds_of, spread_places
from experiments.calibration.emulator import Emulator, taught
from experiments.calibration.file import Calibration
from experiments.calibration.luck import luck_of
from experiments.runs.files import StoreError
from experiments.spoken import spoken
from experiments.validation.observer import Numbers

FURTHEST = 3.0
"""Standard deviations from which a single number rules a place out."""
CHANCE = 0.005
"""Chance at which all numbers together rule out a place that is right."""
MOST_LOOKED_AT = 2**19
"""Places at which the next wave is looked for."""


@dataclass(frozen=True)
class Wave:
    """What one wave taught."""

    places: int
    """Places run so far."""
    emulator: Emulator
    left: float
    """Share of the whole space that no wave has ruled out."""
    alone: tuple[float, ...]
    """Share of the space that each number alone would leave, by this wave's emulator."""


def implausible(asked: Calibration, emulator: Emulator, places: Numbers) -> tuple[Numbers, Numbers]:
    """How far each number is from what was observed (standard deviations), and all of them together (squared)."""
    middle, variance = emulator(places)
    doubt = asked.doubt + emulator.doubt(places, variance, asked.file.communities)
    away = middle - asked.observed
    single = np.abs(away) / np.sqrt(np.diagonal(doubt, axis1=1, axis2=2))
    joint = (away * np.linalg.solve(doubt, away[:, :, None])[:, :, 0]).sum(axis=1)
    return single, joint


def not_ruled_out(asked: Calibration, emulators: Sequence[Emulator], places: Numbers) -> NDArray[np.bool_]:
    """Which places every wave leaves."""
    left = np.ones(len(places), bool)
    most = chi2.isf(CHANCE, len(asked.targets))
    for emulator in emulators:
        rows = np.flatnonzero(left)
        single, joint = implausible(asked, emulator, places[rows])
        left[rows] = (single.max(axis=1) <= FURTHEST) & (joint <= most)
    return left


def matched(asked: Calibration, runs: Runs, told: Callable[[int, int], None] = lambda *_: None) -> list[Wave]:
    """All waves; `told` hears the wave and how many of its runs are done.

    Raises StoreError when most places do not show a number, or nothing is left of the space, with what each alone would leave.
    """
    file, d = asked.file, len(asked.file.free)
    places, seeds, numbers = np.empty((0, d)), np.empty((0, file.replicates), np.intp), None
    fresh = spread_places(d, file.points, file.seed)
    waves = list[Wave]()
    for number in range(file.waves):
        more = seeds_of(len(places), len(fresh), file.replicates, file.seeds)
        found = runs(fresh, more, lambda n, wave=number + 1: told(wave, n))  # type: ignore[misc]
        places, seeds = np.concatenate([places, fresh]), np.concatenate([seeds, more])
        numbers = found if numbers is None else np.concatenate([numbers, found])
        means = means_of(numbers)
        if nowhere := [n for n, there in zip(asked.names, np.isfinite(means).mean(axis=0), strict=True) if there < 0.5]:
            raise StoreError(
                spoken(
                    "{name}: communities at most places do not show {nowhere}. Measure longer (burn_in, window), in larger communities, or leave the target out.",
                    name=asked.name,
                    nowhere=", ".join(nowhere),
                )
            )
        same = (numbers == numbers[:, :1]) | np.isnan(numbers) | np.isnan(numbers[:, :1])
        if alike := [n for n, never in zip(asked.names, same.all(axis=(0, 1)), strict=True) if never]:
            raise StoreError(
                spoken(
                    "{name}: {alike}: the same in all communities of every place, so that luck cannot be told. Measure longer (burn_in, window), in larger communities, or leave the target out.",
                    name=asked.name,
                    alike=", ".join(alike),
                )
            )
        emulator = taught(places, means, luck_of(places, numbers, seeds))
        emulators = [*(w.emulator for w in waves), emulator]
        fresh, left = _left(asked, emulators, file.seed + number + 1)
        single, _ = implausible(asked, emulator, spread_places(d, 4096, file.seed))
        waves.append(Wave(len(places), emulator, left, tuple((single <= FURTHEST).mean(axis=0).tolist())))
        if not len(fresh):
            raise StoreError(_nothing_left(asked, waves))
    return waves


def _left(asked: Calibration, emulators: Sequence[Emulator], seed: int) -> tuple[Numbers, float]:
    """Places for the next wave, spread over what is left, and what share of the space that is."""
    cube, found, looked = qmc.Sobol(len(asked.file.free), seed=seed), list[Numbers](), 0
    while looked < MOST_LOOKED_AT and sum(map(len, found)) < asked.file.points:
        places = cube.random(2**14)
        found.append(places[not_ruled_out(asked, emulators, places)])
        looked += len(places)
    there = np.concatenate(found)
    return there[: asked.file.points], len(there) / looked


def _nothing_left(asked: Calibration, waves: Sequence[Wave]) -> str:
    alone = ", ".join(f"{n} {share:.0%}" for n, share in zip(asked.names, waves[-1].alone, strict=True))
    return spoken(
        "{name}: wave {wave} leaves nothing of the space: no values within the ranges show all numbers at once. Each number alone leaves: {alone}. Widen ranges, state a larger discrepancy, or leave a target out.",
        name=asked.name,
        wave=len(waves),
        alone=alone,
    )
