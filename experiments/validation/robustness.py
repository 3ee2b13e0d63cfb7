"""Robustness: in what share of the plausible parameter space an effect keeps its sign, and which numbers it depends on.

A study's arms are run at many points. A point moves every assumed or calibrated number at once, evenly
(Latin hypercube) between value / factor and value x factor within its range; or it is a draw from the posterior of a
calibration. Points at which the community no longer looks like one (participation outside `LIVES`) are set apart.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.intervals import interval
from experiments.study.design import Study
from experiments.study.sampling import Point
from sim.config.schema import Config

if TYPE_CHECKING:
    import pandas as pd

LIVES = (0.01, 0.25)
"""Participation in the first arm between which a point counts as a plausible community."""
FEWEST = 8
"""Plausible points below which nothing is said of what an effect depends on."""


@dataclass(frozen=True)
class Moved:
    """A number that is moved, and how far."""

    path: str
    low: float
    high: float
    grade: str


@dataclass(frozen=True)
class Hang:
    """How an effect goes with a number over the plausible points."""

    path: str
    rank_correlation: float
    grade: str


@dataclass(frozen=True)
class Message:
    """One arm's effect on one outcome over the plausible space."""

    arm: str
    metric: str
    effect: float
    """Mean effect over plausible points, in the metric's unit."""
    low: float
    high: float
    """Between these lie the effects of nine in ten plausible points."""
    same_sign: float
    """Share of plausible points whose effect has the sign of the mean effect."""
    sure: float
    """Share of plausible points at which the 95 % interval of the replicates lies on that side of 0."""
    points: int
    hangs_on: tuple[Hang, ...]


def movable(config: Config, factor: float, grades: Sequence[str] = ("assumed", "calibrated")) -> list[Moved]:
    """Every number of these grades, of rules, kinds of service, people, ties and the start; references, switches
    at 0, whole choices and lists stay.
    """
    found = []
    for path, evidence in config.evidence.items():
        section, _, name = path.rpartition(".")
        value = evidence.value
        if evidence.grade not in grades or name.endswith(("_at_rest", "_reference")):
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or value == 0:
            continue
        part = config.kinds[section.removeprefix("kinds.")] if "." in section else getattr(config, section)
        field = type(part).model_fields[name]
        if field.annotation is not float:
            continue
        bounds = {type(m).__name__: m for m in field.metadata}
        least = float(bounds["Ge"].ge) if "Ge" in bounds else -math.inf
        most = float(bounds["Le"].le) if "Le" in bounds else math.inf
        ends = sorted((value / factor, value * factor))
        low, high = max(ends[0], least), min(ends[1], most)
        if low < high:
            found.append(Moved(path, low, high, evidence.grade))
    return found


def spread_points(moved: Sequence[Moved], points: int, seed: int) -> list[Point]:
    """Points spread evenly over everything that is moved, all at once."""
    from scipy.stats import qmc

    cube = qmc.LatinHypercube(len(moved), seed=seed).random(points)
    return [
        tuple((m.path, float(f"{m.low + u * (m.high - m.low):.6g}")) for m, u in zip(moved, row, strict=True))
        for row in cube
    ]


def drawn_points(draws: Sequence[Mapping[str, float]]) -> list[Point]:
    """Points from the draws of a calibration's posterior."""
    return [tuple(draw.items()) for draw in draws]


def messages(study: Study, runs: "pd.DataFrame", moved: Sequence[Moved]) -> tuple[list[Message], int]:
    """What the runs say of every arm and outcome; and how many points are plausible."""
    metrics = study.file.outcomes
    arms = [arm for arm in study.arms if arm in set(runs["arm"])]  # of the others every run failed
    plausible = plausible_points(runs, study.reference)
    grades = {m.path: m.grade for m in moved}
    found = []
    for arm in arms[1:]:
        for metric in metrics:
            table = runs.pivot(index=["point", "replicate"], columns="arm", values=metric).loc[plausible]
            paired = (table[arm] - table[study.reference]).dropna().groupby(level="point")
            if not len(paired):
                continue  # no plausible point at which a pair of runs succeeded
            effects = paired.mean().to_numpy()
            points = [dict(study.points[p]) for p in paired.groups]
            sign = 1.0 if effects.mean() >= 0 else -1.0
            hangs = (
                [
                    Hang(path, _ranked(np.array([p[path] for p in points], float), effects), grades[path])
                    for path in grades
                ]
                if len(effects) >= FEWEST
                else []
            )
            hangs.sort(key=lambda h: -abs(h.rank_correlation))
            low, high = np.quantile(effects, [0.05, 0.95])
            lows = np.array([interval(sign * gaps.to_numpy(float))[0] for _, gaps in paired])
            sure = float((lows > 0).mean()) if np.isfinite(lows).any() else np.nan
            strong = tuple(h for h in hangs[:5] if abs(h.rank_correlation) > chance_level(len(effects), len(moved)))
            found.append(
                Message(
                    arm,
                    metric,
                    float(effects.mean()),
                    float(low),
                    float(high),
                    float((sign * effects > 0).mean()),
                    sure,
                    len(effects),
                    strong,
                )
            )
    return found, len(plausible)


def plausible_points(runs: "pd.DataFrame", reference: str) -> list[int]:
    """The points at which the first arm looks like a community."""
    taking_part = runs[runs["arm"] == reference].groupby("point")["participation"].mean()
    return [int(str(p)) for p in taking_part.index[(taking_part >= LIVES[0]) & (taking_part <= LIVES[1])]]


def chance_level(points: int, looked_at: int) -> float:
    """Rank correlation that the largest of so many unrelated numbers exceeds in one of twenty cases."""
    from scipy.stats import norm

    return float(norm.isf(0.025 / max(looked_at, 1)) / math.sqrt(max(points - 1, 1)))


def _ranked(
    x: "np.ndarray[tuple[int], np.dtype[np.float64]]", y: "np.ndarray[tuple[int], np.dtype[np.float64]]"
) -> float:
    """Spearman's rank correlation; 0 where one does not vary."""
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    ranks = [np.argsort(np.argsort(v)).astype(np.float64) for v in (x, y)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
