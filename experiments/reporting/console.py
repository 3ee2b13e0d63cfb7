"""The terminal: where tables and progress are printed. Whatever is printed here is text: no name is read as markup.

Tables come from `spread` alone: words are broken over lines where there is little room, numbers never are.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.box import HEAVY_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.spoken import spoken

PAGE = 120
"""Characters in a line where no terminal says how wide it is: a file, a pipe, the log of a cluster."""
NARROW, HEAD = 10, 14
"""Characters to which a column of words may shrink, and a head over a column of numbers."""


def terminal(*, quiet: bool = False) -> Console:
    """A console as wide as the terminal; in a file or a pipe as wide as a page, so that tables do not break."""
    console = Console(quiet=quiet, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PAGE
    return console


@dataclass(frozen=True)
class Words:
    """A column of words, which may go on in the next line; it stands in every table over which columns are spread."""

    head: str
    cells: Sequence[str | Text]


@dataclass(frozen=True)
class Numbers:
    """A column of numbers; a cell's lines are not broken as long as the terminal has room for one of them.

    `beside`: it stands in every table, as the words do.
    """

    head: str
    cells: Sequence[str | Text]
    beside: bool = False


def spread(
    columns: Sequence[Words | Numbers],
    width: int,
    title: str = "",
    *,
    plain: bool = False,
    lines: bool = False,
    heads: bool = True,
) -> Iterator[Table]:
    """Columns as a table, or as several below each other where `width` characters do not suffice for all numbers.

    `plain`: without lines around the cells; `lines`: with one between rows.
    """
    between, around = (2, 0) if plain else (3, 1)
    beside = [column for column in columns if isinstance(column, Words) or column.beside]
    words = [column for column in beside if isinstance(column, Words)]
    others = [column for column in columns if column not in beside]
    fixed = sum(_wide(column) for column in beside if isinstance(column, Numbers))
    room = width - around - between * len(beside) - fixed
    all_others = sum(_wide(column) + between for column in others)
    widest = max((_wide(column) + between for column in others), default=0)
    least = sum(min(_wide(column), 2 * NARROW) for column in words)
    # all in one table where words can stay readable; else as much as one column of numbers leaves, and no less than narrow
    left = room - all_others if room - all_others >= least else max(min(room // 2, room - widest), NARROW * len(words))
    shares = _shared([_wide(column) for column in words], left)
    sizes = {id(column): share for column, share in zip(words, shares, strict=True)}
    room -= sum(shares)
    sizes |= {id(column): min(_wide(column), max(room - between, 1)) for column in others}
    groups = _side_by_side([sizes[id(column)] + between for column in others], room)
    for i, group in enumerate(groups):
        shown = Table(
            title=Text(title) if title and not i else None,
            title_justify="left",
            header_style="bold",
            box=None if plain else HEAVY_HEAD,
            pad_edge=not plain,
            padding=(0, 1),
            show_lines=lines,
            show_header=heads,
        )
        chosen = {id(others[k]) for k in group}
        here = [column for column in columns if column in beside or id(column) in chosen]
        for column in here:
            right = isinstance(column, Numbers)
            shown.add_column(
                Text(column.head),
                justify="right" if right else "left",
                width=sizes.get(id(column), _wide(column)),
                overflow="fold",
            )
        for row in zip(*(column.cells for column in here), strict=True):
            cells = zip(row, here, strict=True)
            shown.add_row(*(_fitting(cell, sizes.get(id(column), _wide(column)), column) for cell, column in cells))
        yield shown


def _wide(column: Words | Numbers) -> int:
    """Characters that a column needs so that nothing of it is broken; the head of numbers breaks between words."""
    cells = max((cell_len(line) for cell in column.cells for line in str(cell).splitlines()), default=0)
    if isinstance(column, Words):
        return max(cells, *(cell_len(line) for line in (column.head or " ").splitlines()))
    return max(cells, *(min(cell_len(word), HEAD) for word in column.head.split() or [""]))


def _shared(needs: Sequence[int], room: int) -> list[int]:
    """The room for columns of words: none gets more than it needs, the longest share what is left."""
    shares = [0] * len(needs)
    for place, i in enumerate(sorted(range(len(needs)), key=lambda i: needs[i])):
        shares[i] = max(1, min(needs[i], (room - sum(shares)) // (len(needs) - place)))
    return shares


def _side_by_side(widths: Sequence[int], room: int) -> list[list[int]]:
    """Columns of these widths in as few tables as have room for them."""
    tables, left = list[list[int]]([[]]), room
    for i, width in enumerate(widths):
        if tables[-1] and left < width:
            tables.append([])
            left = room
        tables[-1].append(i)
        left -= width
    return tables


def _fitting(cell: str | Text, width: int, column: Words | Numbers) -> Text:
    """A cell as text; where a line of numbers has no room it goes on behind a comma or a bracket, not within a number."""
    text = cell if isinstance(cell, Text) else Text(cell)
    if isinstance(column, Words):
        return text
    lines = text.split("\n")
    parts = [part for line in lines for part in ([line] if line.cell_len <= width else line.split(" "))]
    return Text("\n").join(parts)


def last_words(error: str) -> str:
    """What a traceback says in the end: the last line that is not indented, as what follows explains it."""
    return next((line for line in reversed(error.splitlines()) if line[:1].strip()), error)


def failures_in_words(failures: Sequence[Mapping[Any, Any]]) -> Iterator[tuple[str, str]]:
    """Of the first failed runs who they are with their last words, and the command that repeats each."""
    for row in failures[:3]:
        last = last_words(str(row["error"]))
        who = spoken(
            " {arm}, replicate {replicate}, seed {seed}: {last}",
            last=last,
            **{k: row[k] for k in ("arm", "replicate", "seed")},
        )
        yield who, spoken("  again: {command}", command=row["command"])
    if len(failures) > 3:
        yield "", spoken("... and {many} more failed runs, all in failures.csv.", many=len(failures) - 3)


def say_failures(console: Console, failures: Sequence[Mapping[Any, Any]]) -> None:
    """Print them."""
    for what, again in failures_in_words(failures):
        if what:
            console.print(Text(spoken("failed:"), style="red") + Text(what))
        console.print(again, soft_wrap=True)
