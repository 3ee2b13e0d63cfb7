"""Crossed designs: what each factor does on average over the others, where two together do more or less, and every pair of values.

Where every value of a factor was run with every value of the others, a replicate is a whole table of cells with the same luck (common random
numbers). Means over rows and columns of that table, and differences of them, are one number a replicate, so each has the one interval of
this house, and one that holds for all changes (or all interactions) of an outcome at once.

Sources: montgomery2012, morey2008
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.intervals import Numbers, interval, joint_quantile, t_quantile

if TYPE_CHECKING:
    import pandas as pd

type Levels = dict[str, list[str]]
"""The values of every factor, in words."""
MAIN = (
    "factor",
    "value",
    "mean",
    "mean_low",
    "mean_high",
    "change",
    "change_low",
    "change_high",
    "joint_low",
    "joint_high",
    "n",
)
INTERACTIONS = (
    "factor",
    "value",
    "by",
    "by_value",
    "interaction",
    "interaction_low",
    "interaction_high",
    "joint_low",
    "joint_high",
    "n",
)
CELLS = ("factor", "value", "by", "by_value", "mean", "mean_low", "mean_high", "apart_low", "apart_high", "n")


@dataclass(frozen=True)
class Crossed:
    """One quantity in every cell: an axis a factor, the last one the replicates."""

    levels: Levels
    values: Numbers

    @classmethod
    def of(cls, levels: Levels, cells: Numbers) -> "Crossed":
        """From a row a cell, the last factor changing fastest, and a column a replicate; replicates that lack a cell are left out."""
        whole = cells[:, np.isfinite(cells).all(axis=0)]
        return cls(levels, whole.reshape(*(len(found) for found in levels.values()), whole.shape[1]))

    def without(self, idle: Sequence[str]) -> "Crossed":
        """The same for the first value of some factors, which have nothing to say here."""
        first = tuple(0 if name in idle else slice(None) for name in self.levels)
        return Crossed({name: found for name, found in self.levels.items() if name not in idle}, self.values[first])

    def over(self, *factors: str) -> Numbers:
        """The means over all other factors: an axis a named factor, in the order in which the study names them, then replicates."""
        others = tuple(i for i, name in enumerate(self.levels) if name not in factors)
        return np.asarray(self.values.mean(axis=others))

    def main(self) -> "pd.DataFrame":
        """Each factor value by value: the mean over all other factors, and its change from the factor's first value."""
        rows, changes = list[list[object]](), list[Numbers | None]()
        for factor, found in self.levels.items():
            means = self.over(factor)
            for i, value in enumerate(found):
                rows.append([factor, value, *_estimate(means[i])])
                changes.append(means[i] - means[0] if i else None)
        return _table(rows, changes, MAIN)

    def interactions(self) -> "pd.DataFrame":
        """Every two factors: how much more the second's change from its first value is where the first one is not at its own."""
        rows, changes = list[list[object]](), list[Numbers | None]()
        for one, other in combinations(self.levels, 2):
            cells = self.over(one, other)
            for i, j in product(range(1, cells.shape[0]), range(1, cells.shape[1])):
                rows.append([one, self.levels[one][i], other, self.levels[other][j]])
                changes.append(cells[i, j] - cells[i, 0] - cells[0, j] + cells[0, 0])
        return _table(rows, changes, INTERACTIONS)

    def cells(self) -> "pd.DataFrame":
        """Every two factors: the mean of each pair of values over all other factors; `apart`: without the luck that all cells share."""
        import pandas as pd

        rows = list[list[object]]()
        for one, other in combinations(self.levels, 2):
            cells = self.over(one, other)
            many, shared = cells.shape[0] * cells.shape[1], cells.mean(axis=(0, 1))
            # what is left when the mean over all cells is gone varies too little by 1 / many (Morey)
            left = (cells - shared) * np.sqrt(many / (many - 1)) if many > 1 else cells - shared
            for (i, value), (j, by) in product(enumerate(self.levels[one]), enumerate(self.levels[other])):
                mean, *ends = _estimate(cells[i, j])
                apart = [mean + end - left[i, j].mean() for end in interval(left[i, j])]
                rows.append([one, value, other, by, mean, *ends, *apart, cells.shape[-1]])
        return pd.DataFrame(rows, columns=list(CELLS))


def _estimate(values: Numbers) -> tuple[float, float, float]:
    return (float(values.mean()) if values.size else np.nan, *interval(values))


def _table(
    rows: Sequence[Sequence[object]], changes: Sequence[Numbers | None], columns: Sequence[str]
) -> "pd.DataFrame":
    """Rows with their changes, the interval of each and the one for all of them at once; the first value of a factor has none."""
    import pandas as pd

    there = [change for change in changes if change is not None]
    n = there[0].size if there else 0
    joint = max(joint_quantile(np.column_stack(there)), t_quantile(n)) if there else np.nan
    nothing = (np.nan,) * 5
    ends = [nothing if change is None else (*_estimate(change), *interval(change, joint)) for change in changes]
    return pd.DataFrame([[*row, *end, n] for row, end in zip(rows, ends, strict=True)], columns=list(columns))


def bundles(parts: "dict[str, frozenset[str]]") -> Iterator[tuple[Levels, list[str]]]:
    """The policies of a bundle as factors of two values, and the arms that are its cells; nothing where a sub-bundle lacks."""
    by_parts = {found: arm for arm, found in reversed(list(parts.items()))}
    whole = max(by_parts, key=len, default=frozenset())
    names = [
        name for name in dict.fromkeys(name for found in parts.values() for name in sorted(found)) if name in whole
    ]
    chosen = [
        frozenset(name for name, on in zip(names, row, strict=True) if on) for row in product((0, 1), repeat=len(names))
    ]
    if len(names) > 1 and all(found in by_parts for found in chosen):
        yield {name: ["without", "with"] for name in names}, [by_parts[found] for found in chosen]
