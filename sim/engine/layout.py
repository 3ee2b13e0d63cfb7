"""Layouts: what the attributes of a view are, and where each stands in a world's table; views in plain Python."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

type Column = NDArray[Any]
"""One fact about many: an array with one entry a resident, household, grid, tie or order."""
CELLS = 3
"""Numbers of 64 bits in a row of the table: address, rows, width."""


@dataclass(frozen=True)
class Member:
    """What an attribute of a view is: a column, or one number."""

    name: str
    """The column's name in the world, unique; a number's within its view."""
    row: int
    dtype: str
    width: int = 0
    single: bool = False
    """Whether it is a number: then it stands in the table itself."""


@dataclass(frozen=True)
class Layout:
    """The members of one view, by attribute."""

    view: str
    members: Mapping[str, Member] = field(hash=False)

    def write(self, values: Mapping[str, Any], table: Column) -> None:
        """Write into a table where the columns lie, and the numbers. Errors: TypeError for a column of another type."""
        for member in self.members.values():
            value = values[member.name]
            if member.single:
                table[member.row, :1].view(member.dtype)[0] = value
            else:
                if (
                    value.dtype != np.dtype(member.dtype)
                    or value.ndim != 1 + bool(member.width)
                    or not value.flags.c_contiguous
                ):
                    raise TypeError(
                        f"column {member.name} is {value.dtype} of shape {value.shape}, or does not lie in one piece; "
                        f"expected {member.dtype}"
                    )
                table[member.row] = value.__array_interface__["data"][0], value.shape[0], member.width


class View:
    """A view in plain Python: columns and numbers by attribute, found anew each time, for columns can move."""

    __slots__ = ("_layout", "_values")

    def __init__(self, layout: Layout, values: Mapping[str, Any]) -> None:
        self._layout, self._values = layout, values

    def __getattr__(self, attribute: str) -> Any:
        try:
            member = self._layout.members[attribute]
            value = self._values[member.name]
        except KeyError:
            there = ", ".join(self._layout.members)
            raise AttributeError(f"{self._layout.view} has no {attribute!r}; there are {there}") from None
        # a number of the type that it has in compiled code: one of Python would not widen what a narrow column holds
        return np.dtype(member.dtype).type(value) if member.single else value
