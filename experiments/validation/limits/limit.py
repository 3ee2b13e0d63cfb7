"""What a limit is: a place switched down to one mechanism, what theory gives for it, and what the model gives.

A file of `configs/limits/` is a configuration with a block `limit:`, whose `formula` names the class that reads it.
What is expected is computed from the parameters, never from the model, so that other parameters work as well.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import erfc, sqrt
from typing import NamedTuple, override

import numpy as np
from numpy.typing import NDArray

from sim import Simulation
from sim.config.parameter import Section, number
from sim.config.schema import Config
from sim.policies.policy import Policy

type Numbers = NDArray[np.float64]


class Number(NamedTuple):
    """A number and, when chance has a part in it, its standard error."""

    value: float
    error: float = 0.0


type Findings = Mapping[str, Number]
"""Numbers by what they measure."""


def whole(sentence: str, *, unit: str = "weeks", low: int = 1, high: int = 100_000) -> int:
    """A required whole number with its meaning, unit and range."""
    return number(sentence, unit=unit, low=low, high=high)  # type: ignore[no-any-return]


class Limit(Section, ABC):
    """What one formula needs besides the configuration."""

    formula: str
    seed: int = whole("Seed of the run, or of the first of several.", unit="seed", low=0, high=2**63)

    @abstractmethod
    def expected(self, c: Config) -> Findings:
        """What theory gives for these parameters."""

    @abstractmethod
    def got(self, c: Config) -> Findings:
        """What the model gives."""

    @abstractmethod
    def allowed(self, expected: Number, got: Number) -> float:
        """How far the two may lie apart."""

    @abstractmethod
    def note(self, c: Config) -> str:
        """What a reader should know of this comparison."""


class Exact(Limit):
    """A limit in which chance has no part."""

    tolerance: float = number("How far apart is still the same (rounding).", unit="as the numbers", low=0, high=1)

    @override
    def allowed(self, expected: Number, got: Number) -> float:
        return self.tolerance

    @override
    def note(self, c: Config) -> str:
        return "exact" if self.tolerance == 0 else f"to {self.tolerance:g}"


class Statistical(Limit):
    """A limit in which a simulation meets an expectation: two-sided, so many standard errors wide."""

    standard_errors: float = number("How far apart, in standard errors.", unit="standard errors", low=0.1, high=10)

    @override
    def allowed(self, expected: Number, got: Number) -> float:
        return self.standard_errors * max(expected.error, got.error)

    @override
    def note(self, c: Config) -> str:
        rate = erfc(self.standard_errors / sqrt(2))
        return f"{self.standard_errors:g} standard errors; false alarm {rate:.1g} a number"


def lived(c: Config, seed: int, weeks: int, policies: Iterable[Policy] = ()) -> Simulation:
    """A community that has lived so many weeks."""
    return Simulation(c, policies, seed).run_for(weeks)


def changed(c: Config, path: str, value: object) -> Config:
    """The configuration with one value changed."""
    section, name = path.split(".")
    inside = getattr(c, section).model_copy(update={name: value})
    return c.model_copy(update={section: inside})


def participants(s: Simulation) -> Numbers:
    """Residents at tier 1 or more, by week lived."""
    taking_part: Numbers = s.tallies()["stand_tiers"][:, 1:].sum(axis=1)
    return taking_part


def weekly_share(annual: float) -> float:
    """The share a week that leaves 1 - annual after 52 weeks."""
    return float(1.0 - (1.0 - annual) ** (1.0 / 52.0))


def binomial(p: float, n: float) -> Number:
    """A share p of n independent yes-or-no facts."""
    return Number(p, sqrt(max(p * (1.0 - p), 0.0) / n))


def mean_of_runs(runs: int, seed: int, measured: Callable[[int], float], standard_errors: float) -> Number:
    """The mean over independent runs.

    Few runs know their spread badly; the error is widened so that so many of it mean as rare an event as for a normal.
    """
    from scipy.stats import norm, t

    values: Sequence[float] = [measured(seed + r) for r in range(runs)]
    tail = norm.sf(standard_errors)
    widened = float(t.isf(tail, runs - 1)) / standard_errors
    return Number(float(np.mean(values)), float(np.std(values, ddof=1)) / sqrt(runs) * widened)
