"""What a metric is: one line of arithmetic over weekly tallies, with a label, a unit and a direction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from sim.engine.jit import Column, compiled

YEAR = 52
type Tallied = SimpleNamespace
"""Every tally as an attribute: one row a week, one column an entry."""
type Known = Mapping[str, Column]
"""Metrics already computed for the same weeks."""


@dataclass(frozen=True)
class Metric:
    """One outcome, measured every week (or every 13 weeks, when slow)."""

    name: str
    label: str
    label_zh: str
    unit: str
    sentence: str
    better: int
    """+1: more is better, -1: less is better, 0: neither."""
    headline: bool
    slow: bool
    of: Callable[[Tallied, Known], Column]


METRICS: dict[str, Metric] = {}


def metric(
    label: str, label_zh: str, unit: str, better: int = 0, *, headline: bool = False
) -> Callable[[Callable[[Tallied, Known], Column]], Metric]:
    """Declare a weekly metric; its name and its sentence are those of the function.

    Errors: ValueError when a metric of that name exists.
    """

    def declared(function: Callable[[Tallied, Known], Column]) -> Metric:
        return _entered(
            Metric(
                function.__name__,
                label,
                label_zh,
                unit,
                " ".join((function.__doc__ or "").split()),
                better,
                headline,
                False,
                function,
            )
        )

    return declared


def slow_metric[F: Callable[..., float]](label: str, label_zh: str, unit: str, better: int = 0) -> Callable[[F], F]:
    """Declare a metric that is measured every 13 weeks: a compiled function; its name and sentence are the metric's."""

    def declared(function: F) -> F:
        name, sentence = function.__name__, " ".join((function.__doc__ or "").split())
        _entered(Metric(name, label, label_zh, unit, sentence, better, False, True, lambda _, known: known[name]))
        return compiled(function)

    return declared


def _entered(made: Metric) -> Metric:
    if made.name in METRICS:
        raise ValueError(f"two metrics are called {made.name!r}")
    METRICS[made.name] = made
    return made


def ratio(part: Column, whole: Column, empty: float = 0.0) -> Column:
    """A part over its whole, and `empty` where there is nothing to divide by."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), empty)


def over_a_year(x: Column) -> Column:
    """Sum over the last 52 weeks (fewer at the start of a run)."""
    total = np.cumsum(x, axis=0)
    within: Column = np.concatenate([total[:YEAR], total[YEAR:] - total[:-YEAR]])
    return within


def a_year(x: Column) -> Column:
    """Yearly pace of what was counted in the last 52 weeks (scaled up at the start of a run)."""
    weeks = np.minimum(np.cumsum(np.ones_like(x), axis=0), YEAR)
    return over_a_year(x) * (YEAR / weeks)


def for_a_year(weekly: Column) -> Column:
    """A share that stays from week to week, to the 52nd power: 52 is 32 + 16 + 4."""
    four = (weekly * weekly) * (weekly * weekly)
    sixteen = (four * four) * (four * four)
    whole: Column = (sixteen * sixteen) * sixteen * four
    return whole
