"""Metrics as a list of steps for a browser, found by letting their own Python work on sums that are not yet known.

A metric is arithmetic over tallies, one row a week. Here the tallies are `Traced`: whatever a metric does with them is
noted as a step (a name, a width, what it is done with) instead of being done.
"""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.metrics import METRICS
from sim.state.tallies import TALLIES

UFUNCS = {
    np.add: "+", np.subtract: "-", np.multiply: "*", np.true_divide: "/", np.minimum: "min", np.maximum: "max",
    np.greater: ">", np.greater_equal: ">=", np.less: "<", np.less_equal: "<=", np.negative: "neg",
}  # fmt: skip
A_NUMBER = 0
"""The width of what is the same in every week."""


class Steps:
    """The steps so far; the same step is noted once."""

    def __init__(self) -> None:
        self.all: list[list[Any]] = []
        self._known: dict[tuple[Any, ...], int] = {}

    def step(self, name: str, width: int, *of: Any) -> "Traced":
        """What comes out of a step; `width` is how many numbers a week it has."""
        key = (name, width, *of)
        if key not in self._known:
            self._known[key] = len(self.all)
            self.all.append([name, width, *of])
        return Traced(self, self._known[key], width)

    def lifted(self, value: Any) -> "Traced":
        """A number or a row of numbers, or what is traced already."""
        if isinstance(value, Traced):
            return value
        numbers = np.asarray(value, float)
        texts = [None if np.isnan(number) else float(number) for number in numbers.reshape(-1).tolist()]
        return self.step("row", numbers.size if numbers.ndim else A_NUMBER, *texts)


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """What a step comes to, week by week."""

    def __init__(self, steps: Steps, at: int, width: int, column: bool = False) -> None:
        self.steps, self.at, self.width, self._column = steps, at, width, column

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **more: Any) -> "Traced":
        if method != "__call__" or more or ufunc not in UFUNCS:
            raise TypeError(f"metrics for browsers know no {ufunc.__name__} ({method})")
        return self._of(UFUNCS[ufunc], *inputs)

    def _of(self, name: str, *inputs: Any) -> "Traced":
        parts = [self.steps.lifted(one) for one in inputs]
        return self.steps.step(name, max(part.width for part in parts), *(part.at for part in parts))

    def __array_function__(self, function: Any, _: Any, arguments: Any, keywords: Any) -> "Traced":
        if function not in FUNCTIONS:
            raise TypeError(f"metrics for browsers know no {function.__name__}")
        return FUNCTIONS[function](*arguments, **keywords)

    def __getitem__(self, at: Any) -> "Traced":
        weeks, entries = at if isinstance(at, tuple) else (at, slice(None))
        if weeks != slice(None):
            return self.steps.step("weeks", self.width, self.at, weeks.start or 0, weeks.stop)
        if entries is None:
            return self
        if isinstance(entries, slice):
            start, stop, _ = entries.indices(self.width)
            return self.steps.step("entries", stop - start, self.at, start)
        return self.steps.step("entries", 1, self.at, range(self.width)[entries])

    @property
    def shape(self) -> tuple[None, int]:
        """How many weeks is not known."""
        return None, self.width

    @property
    def T(self) -> Iterator["Traced"]:  # noqa: N802
        """Entry by entry."""
        return (self[:, entry] for entry in range(self.width))

    def sum(self, axis: int) -> "Traced":
        """Over the entries of each week."""
        assert axis == 1
        return self.steps.step("sum", 1, self.at)

    def any(self, axis: int) -> "Traced":
        """Whether any entry of each week is not 0."""
        assert axis == 1
        return self.steps.step("any", 1, self.at)

    def argmax(self, axis: int) -> "Traced":
        """The first of the largest entries of each week."""
        assert axis == 1
        return self.steps.step("argmax", 1, self.at)

    def astype(self, kind: type) -> "Traced":  # noqa: ARG002
        """All are numbers of 64 bits."""
        return self


def _joined(parts: list[Traced]) -> Traced:
    first, second = parts
    return first.steps.step("join", first.width, first.at, second.at)


FUNCTIONS: dict[Any, Callable[..., Traced]] = {
    np.where: lambda test, yes, no: test._of("where", test, yes, no),
    np.clip: lambda x, low, high: np.minimum(np.maximum(x, low), high),
    np.cumsum: lambda x, axis: x.steps.step("cumsum" if axis == 0 else "cumsum entries", x.width, x.at),
    np.concatenate: _joined,
    np.ones_like: lambda x: x.steps.step("ones", x.width, x.at),
    np.copy: lambda x: x,
    np.sum: lambda x, axis: x.sum(axis),
}


def program() -> dict[str, Any]:
    """The steps of all metrics, and at which step each metric stands."""
    steps = Steps()
    tallies = SimpleNamespace(**{name: steps.step("tally", length, name) for name, (length, _, _) in TALLIES.items()})
    known: dict[str, Any] = {"week": steps.step("week", 1)}
    for name, metric in METRICS.items():
        known[name] = steps.step("slow", 1, name) if metric.slow else metric.of(tallies, known)
    return {"steps": steps.all, "metrics": {name: traced.at for name, traced in known.items()}}
