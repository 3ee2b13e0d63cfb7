"""Columns of a user's file that the model does not know: kept as they are, for whom a policy is meant and for outcomes.

They describe founders. Nothing is known of those who move in later, and no comparison holds for them.
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.engine.jit import Column

_TRUTH = {"true": 1.0, "false": 0.0}


@dataclass(frozen=True)
class OwnColumns:
    """The user's columns by their names, as words or as numbers, one entry a founder."""

    keys: Column
    """Who the founders are: a row with another key is somebody else's by now."""
    columns: dict[str, Column] = field(default_factory=dict)
    """Words (empty: nothing known) or numbers (NaN: nothing known)."""

    def named(self, word: str) -> str | None:
        """The column that a word means: its name, or its name made a word (`Income (EUR)`: `Income_EUR`)."""
        if word in self.columns:
            return word
        return next((name for name in self.columns if as_word(name) == word), None)

    def column(self, word: str) -> Column:
        """A column of the founders. Errors: ValueError with the nearest name for a column that is not there."""
        name = self.named(word)
        if name is None:
            near = difflib.get_close_matches(word, self.columns, 1)
            there = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(self.columns)}"
            raise ValueError(f"no column {word!r} in the file of residents; {there}")
        return self.columns[name]

    def now(self, word: str, keys: Column) -> Column:
        """A column as it stands when these live in the rows. Errors: see `column`."""
        column = self.column(word)
        return np.where(keys == self.keys, column, "" if column.dtype.kind == "U" else np.nan)


def as_word(name: str) -> str:
    """A column's name as a word that can be written after `own.`."""
    return re.sub(r"\W+", "_", name).strip("_")


def as_text(value: str | float) -> str:
    """An entry of a column as a text: 2 for 2.0; empty where nothing is known."""
    if isinstance(value, str):
        return value
    return "" if value != value else np.format_float_positional(value, trim="-")


def column_of(cells: Sequence[str]) -> Column:
    """Cells as numbers where all of them are, truths as 1 and 0, else as words."""
    said = {cell for cell in cells if cell}
    if said and all(cell.lower() in _TRUTH for cell in said):
        return np.array([_TRUTH[cell.lower()] if cell else np.nan for cell in cells])
    try:
        return np.array([float(cell) if cell else np.nan for cell in cells])
    except ValueError:
        return np.array(list(cells), np.str_)
