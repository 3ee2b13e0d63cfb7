"""Columns: what a fact about many is, so that every array in the world has a meaning, a unit and a range."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.engine.jit import Column


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
    rows: bool = True
    """Whether it has rows; without, it is a single number that no rule changes."""

    def empty(self, rows: int) -> Column:
        """A column of zeros with this many rows."""
        return np.zeros((rows, self.width) if self.width else rows, np.dtype(self.dtype))

    def bytes_of(self, rows: int) -> int:
        """Bytes that so many rows take."""
        return np.dtype(self.dtype).itemsize * max(1, self.width) * rows


type Table = dict[str, Fact]

AT_A_TIME = 64
"""Bytes that memory hands over at a time."""


def starts_of(sizes: Iterable[int]) -> Column:
    """Where pieces of these sizes start in one memory, and where the last ends: no two share what it hands
    over at a time.
    """
    return np.cumsum([0, *(-(-size // AT_A_TIME) * AT_A_TIME for size in sizes)])


def columns_of(table: Table, rows: int) -> dict[str, Column]:
    """The columns of a table, of zeros, with this many rows.

    They lie in one piece of memory: a large piece gets large pages, which are found sooner than many small ones, but
    are taken whole where only a part is written to.
    """
    starts = starts_of(fact.bytes_of(rows) for fact in table.values())
    piece = np.zeros(int(starts[-1]) + AT_A_TIME, np.uint8)
    starts += -piece.ctypes.data % AT_A_TIME
    columns = {}
    for start, (name, fact) in zip(starts, table.items(), strict=False):
        column = piece[start : start + fact.bytes_of(rows)].view(fact.dtype)
        columns[name] = column.reshape(rows, fact.width) if fact.width else column
    return columns


def share(sentence: str) -> Fact:
    """A column of shares between 0 and 1."""
    return Fact("f4", sentence, "share", 0, 1)


def flag(sentence: str) -> Fact:
    """A column of yes (1) or no (0)."""
    return Fact("u1", sentence, "yes or no", 0, 1)
