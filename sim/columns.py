"""Columns: what a fact about many is, so that every array in the world has a meaning, a unit and a range."""

from dataclasses import dataclass

import numpy as np

from sim.law import Column


@dataclass(frozen=True)
class Fact:
    """One column: its type, its meaning, its unit and the range in which every value stays."""

    dtype: str
    sentence: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    width: int = 0
    """0 for one value a row, otherwise how many values a row."""

    def empty(self, rows: int) -> Column:
        """A column of zeros with this many rows."""
        return np.zeros((rows, self.width) if self.width else rows, np.dtype(self.dtype))


type Table = dict[str, Fact]


def share(sentence: str) -> Fact:
    """A column of shares between 0 and 1."""
    return Fact("f4", sentence, "share", 0, 1)


def flag(sentence: str) -> Fact:
    """A column of yes (1) or no (0)."""
    return Fact("u1", sentence, "yes or no", 0, 1)
