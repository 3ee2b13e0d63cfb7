"""Points: which values of the varied parameters a study visits, from a grid to a Sobol design.

A point is one value for each factor. Factors are configuration paths (`moving.annual_rate`), doses
(`policies.vanguard.size`: of every arm that has this policy) or `community`.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

type Value = bool | int | float | str
type Point = tuple[tuple[str, Value], ...]
"""Factor and value, in the order in which the study names the factors."""


class Range(BaseModel):
    """Where a factor may lie: uniform or log-uniform from low to high, triangular with a mode, or a cut normal."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    low: float = Field(description="The lowest value.")
    high: float = Field(description="The highest value.")
    scale: Literal["linear", "log"] = Field("linear", description="Equal steps in the value or in its logarithm.")
    mode: float | None = Field(None, description="The likeliest value of a triangular distribution.")
    mean: float | None = Field(None, description="The mean of a normal distribution, cut at low and high.")
    sd: float | None = Field(None, gt=0, description="The standard deviation of that normal distribution.")
    whole: bool = Field(False, description="Round to whole numbers, as a count of people needs.")

    @model_validator(mode="before")
    @classmethod
    def _ends_said(cls, said: Any) -> Any:
        if isinstance(said, dict) and {"mean", "sd"} & set(said) and not {"low", "high"} <= set(said):
            raise ValueError("low and high as well, where the normal distribution is cut")
        return said

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low below high, not {self.low:g} to {self.high:g}")
        if self.whole and math.ceil(self.low) >= math.floor(self.high):
            raise ValueError(f"two whole numbers or more between low and high, not {self.low:g} to {self.high:g}")
        if self.scale == "log" and self.low <= 0:
            raise ValueError("low above 0 on a log scale")
        if self.mode is not None and not self.low <= self.mode <= self.high:
            raise ValueError("mode between low and high")
        if (self.mean is None) != (self.sd is None):
            raise ValueError("mean and sd together")
        if sum((self.scale == "log", self.mode is not None, self.mean is not None)) > 1:
            raise ValueError("one of scale: log, mode, or mean with sd")
        return self

    def ends(self) -> "list[Value]":
        """The lowest and the highest value."""
        return self.at(np.array([0.0, 1.0]))

    def at(self, share: NDArray[np.float64]) -> list[Value]:
        """The values at these shares (0-1) of the distribution."""
        if self.mode is not None:
            width = self.high - self.low
            cut = (self.mode - self.low) / width
            rising = self.low + np.sqrt(share * width * (self.mode - self.low))
            falling = self.high - np.sqrt((1 - share) * width * (self.high - self.mode))
            values = np.where(share < cut, rising, falling)
        elif self.mean is not None and self.sd is not None:
            from scipy.stats import truncnorm

            ends = (self.low - self.mean) / self.sd, (self.high - self.mean) / self.sd
            values = truncnorm.ppf(share, *ends, loc=self.mean, scale=self.sd)
        elif self.scale == "log":
            values = np.exp(np.log(self.low) + share * (np.log(self.high) - np.log(self.low)))
        else:
            values = self.low + share * (self.high - self.low)
        values = np.clip(values, self.low, self.high)
        return [int(v) for v in np.rint(values)] if self.whole else [float(v) for v in values]


type Levels = Annotated[tuple[Value, ...], Field(min_length=1)]
type Factor = Levels | Range


class Design(BaseModel):
    """How points are chosen among the factors' values."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    method: Literal["factorial", "one_at_a_time", "list", "latin_hypercube", "sobol", "saltelli", "morris"] = Field(
        description="factorial: every combination; one_at_a_time: each factor alone around the first values; list: "
        "row by row; latin_hypercube, sobol: space-filling samples; saltelli, morris: samples for sensitivity analysis."
    )
    points: int = Field(
        0, ge=0, le=1_000_000, description="Points of a sample, base points (saltelli), trajectories (morris)."
    )
    levels: int = Field(
        4, ge=2, le=100, description="Levels of a Morris grid, or of a range in a factorial (even for Morris)."
    )
    seed: int = Field(1, ge=0, description="Seed of the sample; it does not touch the seeds of the runs.")

    @model_validator(mode="after")
    def _sized(self) -> Self:
        if self.method in SAMPLED and self.points < 2:
            raise ValueError(f"at least 2 points for {self.method}")
        if self.method in ("sobol", "saltelli") and self.points & (self.points - 1):
            raise ValueError(
                f"a power of two of points for {self.method}, such as {2 ** (self.points.bit_length() - 1)}"
            )
        if self.method == "morris" and self.levels % 2:
            raise ValueError("an even number of levels for morris")
        return self


LARGEST = 1_000_000
"""Points that a study may have at the very most, whatever is allowed: they are kept in memory."""
SAMPLED = ("latin_hypercube", "sobol", "saltelli", "morris")


def sizes_of(factors: Mapping[str, Factor], design: Design) -> list[int]:
    """How many values every factor takes, where a design combines them; nothing for a sample."""
    if design.method in SAMPLED:
        return []
    return [design.levels if isinstance(factor, Range) else len(factor) for factor in factors.values()]


def count_of(factors: Mapping[str, Factor], design: Design) -> int:
    """How many points the design has, without making any."""
    sizes, k = sizes_of(factors, design), len(factors)
    if not factors:
        return 1
    match design.method:
        case "factorial":
            return math.prod(sizes)
        case "one_at_a_time":
            return 1 + sum(size - 1 for size in sizes)
        case "list":
            return max(sizes)
        case "saltelli":
            return design.points * (k + 2)
        case "morris":
            return design.points * (k + 1)
    return design.points


def points_of(factors: Mapping[str, Factor], design: Design) -> list[Point]:
    """The points of a design, in an order that does not change when a sample is extended (Latin hypercubes excepted).

    Raises ValueError when the factors do not suit the design.
    """
    names = list(factors)
    if not names:
        if design.method in SAMPLED:
            raise ValueError(f"something that varies, for the design {design.method}")
        return [()]
    if design.method in SAMPLED:
        shares = shares_of(design, len(names))
        columns = [_sampled(factors[name], shares[:, i]) for i, name in enumerate(names)]
        return [tuple(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    levels = [_levels(factors[name], design.levels) for name in names]
    if design.method == "factorial":
        return [tuple(zip(names, row, strict=True)) for row in product(*levels)]
    if design.method == "list":
        if len({len(column) for column in levels}) > 1:
            raise ValueError("as many values for every factor, as a list design takes them row by row")
        return [tuple(zip(names, row, strict=True)) for row in zip(*levels, strict=True)]
    centre = [column[0] for column in levels]
    rows = [centre] + [
        [*centre[:i], value, *centre[i + 1 :]] for i, column in enumerate(levels) for value in column[1:]
    ]
    return [tuple(zip(names, row, strict=True)) for row in rows]


def _levels(factor: Factor, steps: int) -> Sequence[Value]:
    return factor.at(np.linspace(0, 1, steps)) if isinstance(factor, Range) else factor


def _sampled(factor: Factor, shares: NDArray[np.float64]) -> Sequence[Value]:
    """Values at shares of a range; a list is cut into equal parts."""
    if isinstance(factor, Range):
        return factor.at(shares)
    return [factor[min(int(u * len(factor)), len(factor) - 1)] for u in shares]


def shares_of(design: Design, factors: int) -> NDArray[np.float64]:
    """The sample in the unit cube, one row a point."""
    from scipy.stats import qmc

    if design.method == "latin_hypercube":
        return np.asarray(qmc.LatinHypercube(factors, rng=design.seed).random(design.points))
    if design.method == "sobol":
        return np.asarray(qmc.Sobol(factors, rng=design.seed).random(design.points))
    if design.method == "saltelli":
        return saltelli(design.points, factors, design.seed)
    return morris(design.points, factors, design.levels, design.seed)


def saltelli(points: int, factors: int, seed: int) -> NDArray[np.float64]:
    """Base points A and B, then A with one column of B for each factor: points x (factors + 2) rows.

    Row p * (factors + 2) is A's point p, the last of each group B's, so a longer sample begins with the shorter one.
    """
    from scipy.stats import qmc

    base = qmc.Sobol(2 * factors, rng=seed).random(points)
    a, b = base[:, :factors], base[:, factors:]
    rows = np.repeat(a[:, None, :], factors + 2, axis=1)
    for i in range(factors):
        rows[:, i + 1, i] = b[:, i]
    rows[:, -1] = b
    return rows.reshape(-1, factors)


def morris(trajectories: int, factors: int, levels: int, seed: int) -> NDArray[np.float64]:
    """Random walks on a grid of `levels`, a step moving one factor by half of it: trajectories x (factors + 1)."""
    step = levels // 2 / (levels - 1)
    rows = np.empty((trajectories, factors + 1, factors))
    for t in range(trajectories):
        chance = np.random.default_rng([seed, t])
        here = chance.integers(0, levels // 2, factors) / (levels - 1)
        up = chance.random(factors) < 0.5
        here = np.where(up, here, here + step)
        rows[t, 0] = here
        for k, i in enumerate(chance.permutation(factors)):
            here = here.copy()
            here[i] += step if up[i] else -step
            rows[t, k + 1] = here
    return rows.reshape(-1, factors)
