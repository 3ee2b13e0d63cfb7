"""A user's own people and ties: `residents.csv`, and ties as a CSV edge list or GraphML, checked row by row.

Only `id` and `grid` must be given. Whatever else is missing, a column or a cell, is drawn by the functions that draw
synthetic residents, under keys made from the ids: removing one resident changes nobody else's luck. The rows of the
model are the file's residents sorted by grid and household.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sim.households import (
    BY_CHANCE,
    draw_members,
    draw_persons,
    draw_situation,
    household_numbers,
    person_columns,
)
from sim.law import Column, compiled
from sim.people_parameters import Population
from sim.population import INITIAL, Founders, initial_tiers
from sim.residents import ADULT, AGES, CHILD, INTERESTS, NO_TIER, ORIGINS, SENIOR_ELDER, TEEN, YOUNGER_ELDER
from sim.sheet import Sheet, fatal, sheet_of, text_of

_FLAGS = {"1": 1.0, "yes": 1.0, "true": 1.0, "0": 0.0, "no": 0.0, "false": 0.0}


@dataclass(frozen=True)
class _Cells:
    """What may stand in a column: a number in a range, or one of some words."""

    expected: str
    low: float = 0.0
    high: float = 1.0
    words: dict[str, float] = field(default_factory=dict)
    whole: bool = False

    def value(self, text: str) -> float | None:
        """The number a cell stands for; None when it stands for none."""
        if text.lower() in self.words:
            return self.words[text.lower()]
        if self.low > self.high:
            return None
        try:
            number = float(text)
        except ValueError:
            return None
        fits = self.low <= number <= self.high and (not self.whole or number == int(number))
        return number if fits else None


_SHARE = _Cells("a number from 0 to 1")
_FLAG = _Cells("yes or no (1 or 0)", 1.0, 0.0, _FLAGS)
_FIRST = ("age", "origin", "owner", "low_income")
_SECOND = ("alone", "limited", "school_child")
_THIRD = ("disposition", "hours_limit", "threshold", "identity_home")
COLUMNS: dict[str, _Cells] = {
    "age": _Cells(
        f"whole years from 0 to 130, or {', '.join(AGES)}", 0, 130, {a: -1.0 - k for k, a in enumerate(AGES)}, True
    ),
    "origin": _Cells(" or ".join(ORIGINS), 0, len(ORIGINS) - 1, {o: float(k) for k, o in enumerate(ORIGINS)}, True),
    **dict.fromkeys(("owner", "low_income", *_SECOND), _FLAG),
    **dict.fromkeys(INTERESTS, _SHARE),
    "disposition": _Cells("log-odds from -20 to 20", -20, 20),
    "hours_limit": _Cells("hours a week from 0 to 168", 0, 168),
    "threshold": _Cells("a share or a number of persons", -1e6, 1e6),
    "identity_home": _SHARE,
    "tier": _Cells("tier 0, 1, 2 or 3", 0, 3, whole=True),
    **dict.fromkeys(INITIAL, _SHARE),
}
"""Optional columns of `residents.csv` by name; an empty cell leaves the value to be drawn."""


def _numbers(sheet: Sheet, name: str) -> Column | None:
    """A column as numbers, NaN for empty cells; None where the file has no such column."""
    if name not in sheet.header:
        return None
    given, cells = np.full(len(sheet.rows), np.nan), COLUMNS[name]
    for k, (line, at, text) in enumerate(sheet.cells(name)):
        if text:
            value = cells.value(text)
            if value is None:
                sheet.wrong(line, at, name, f"'{text}'", cells.expected, [w for w in cells.words if not w.isdigit()])
            else:
                given[k] = value
    if name == "age":
        years = given.copy()
        given = np.select([years < 0, years < 12, years < 18, years < 60, years < 70, years >= 70],
                          [-1.0 - years, CHILD, TEEN, ADULT, YOUNGER_ELDER, SENIOR_ELDER], np.nan)  # fmt: skip
    return given


def _luck(name: str, bits: int) -> int:
    """A number that stands for a name, of this many bits."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little") >> (64 - bits)


def _named(sheet: Sheet) -> tuple[list[str], list[str], list[str]]:
    """Each row's id, grid and household; problems noted for what is missing, repeated or in two grids."""
    met: dict[str, int] = {}
    for line, at, text in sheet.cells("id"):
        if not text:
            sheet.wrong(line, at, "id", "an empty cell", "an id")
        elif text in met:
            sheet.wrong(line, at, "id", f"'{text}' again (first in line {met[text]})", "ids that differ")
        met.setdefault(text, line)
    for line, at, text in sheet.cells("grid"):
        if not text:
            sheet.wrong(line, at, "grid", "an empty cell", "the name or number of a grid")
    ids, grids = [t for _, _, t in sheet.cells("id")], [t for _, _, t in sheet.cells("grid")]
    if "household" not in sheet.header:
        return ids, grids, [f"of {one}" for one in ids]
    homes: dict[str, tuple[str, int]] = {}
    households = []
    for (line, at, text), grid, one in zip(sheet.cells("household"), grids, ids, strict=True):
        households.append(text or f"of {one}")
        first_grid, first_line = homes.setdefault(households[-1], (grid, line))
        if first_grid != grid:
            sheet.wrong(
                line, at, "household", f"'{text}' in grid {grid}", f"grid {first_grid}, as in line {first_line}"
            )
    return ids, grids, households


def _in_order(names: list[str]) -> list[str]:
    """The different names: numbers by size, other names by the alphabet."""
    different = set(names)
    return sorted(different, key=lambda n: (0, int(n), n) if n.isdecimal() else (1, 0, n))


def read_residents(path: Path, p: Population, seed: int | np.uint64) -> Founders:
    """The founders of `residents.csv`; columns and cells that it leaves out are drawn.

    Without a column `household` everyone is a household of their own, but nobody counts as living alone unless the
    file says so. Errors: ConfigError with every problem of the file.
    """
    sheet = sheet_of(path, ("id", "grid"), ("household", *COLUMNS))
    ids, grids, households = _named(sheet)
    given = {name: _numbers(sheet, name) for name in COLUMNS}
    tier, age = given["tier"], given["age"]
    if tier is not None and age is not None:
        for k in np.flatnonzero((age == CHILD) & (tier > 0)):
            sheet.wrong(
                sheet.rows[k][0],
                sheet.header.index("tier"),
                "tier",
                f"tier {tier[k]:.0f} for a child under 12",
                "0 or empty",
            )
    sheet.refuse()
    grid_names = _in_order(grids)
    grid_row = {name: k for k, name in enumerate(grid_names)}
    order = sorted(range(len(ids)), key=lambda k: (grid_row[grids[k]], households[k]))
    names = [households[k] for k in order]
    begins = [k for k in range(len(names)) if k == 0 or names[k] != names[k - 1]]
    first = np.array([*begins, len(names)], np.int32)
    columns = {name: None if column is None else column[order] for name, column in given.items()}
    c = person_columns(len(ids))
    c.key[:] = [_luck(ids[k], 63) for k in order]
    dwelling = _dwelling_numbers([names[k] for k in begins])
    numbers = household_numbers(p)
    _members(first, dwelling, p.migrants, seed, c, numbers)
    _overwrite(c._asdict(), columns, _FIRST)
    _situations(first, seed, c, numbers)
    if "household" not in sheet.header:
        c.alone[:] = 0
    _overwrite(c._asdict(), columns, _SECOND)
    _persons(first, seed, c, numbers)
    _overwrite(c._asdict(), columns, _THIRD)
    _overwrite({name: c.interest[:, k] for k, name in enumerate(INTERESTS)}, columns, INTERESTS)
    tiers = initial_tiers(p, seed, c.age, c.key)
    _overwrite({"tier": tiers}, columns, ("tier",))
    tiers[c.age == CHILD] = NO_TIER
    return Founders(
        household_first=first,
        dwelling=dwelling,
        household=np.repeat(np.arange(first.size - 1, dtype=np.int32), np.diff(first)),
        grid=np.array([grid_row[grids[k]] for k in order], np.int16),
        grids=len(grid_names),
        persons=c,
        tier=tiers,
        initial={name: columns[name] for name in INITIAL},
        ids=tuple(ids[k] for k in order),
        grid_names=tuple(grid_names),
    )


def _dwelling_numbers(names: list[str]) -> Column:
    """A number below 2**31 for each household's name; the very rare second of two alike moves on by one."""
    taken: dict[int, None] = {}
    for name in names:
        number = _luck(name, 31)
        while number in taken:
            number = (number + 1) % 2**31
        taken[number] = None
    return np.array(list(taken), np.uint32)


def _overwrite(into: dict[str, Column], given: dict[str, Column | None], names: Sequence[str]) -> None:
    """Put what the file gives in place of what was drawn."""
    for name in names:
        column = given[name]
        if column is not None:
            there = ~np.isnan(column)
            into[name][there] = column[there]


@compiled
def _members(first, dwelling, migrants, seed, c, p):
    for h in range(first.size - 1):
        draw_members(first[h], first[h + 1], dwelling[h], 0, migrants, BY_CHANCE, seed, c, p)


@compiled
def _situations(first, seed, c, p):
    for h in range(first.size - 1):
        draw_situation(first[h], first[h + 1], seed, c, p)


@compiled
def _persons(first, seed, c, p):
    for h in range(first.size - 1):
        draw_persons(first[h], first[h + 1], seed, c, p)


def read_ties(path: Path, people: Founders, strength: float) -> tuple[Column, Column, Column]:
    """A user's ties, each once: two rows and a strength (`strength` where the file gives none).

    The file is a CSV edge list (source, target and, if wanted, strength) or GraphML, by its ending. Residents are named
    by their ids, or by their row when they were drawn. Errors: ConfigError with every problem of the file.
    """
    ids = people.ids or tuple(map(str, range(people.residents)))
    if path.suffix.lower() in (".graphml", ".xml"):
        sheet = _sheet_of_graph(path)
    else:
        sheet = sheet_of(path, ("source", "target"), ("strength",))
    row_of = {name: k for k, name in enumerate(ids)}
    ends: list[list[int]] = []
    for name in ("source", "target"):
        ends.append([])
        for line, at, text in sheet.cells(name):
            if text not in row_of:
                sheet.wrong(line, at, name, f"'{text}'", "the id of a resident", ids)
            ends[-1].append(row_of.get(text, -1))
    met: dict[tuple[int, int], int] = {}
    for (line, row), a, b in zip(sheet.rows, *ends, strict=True):
        pair, said = (min(a, b), max(a, b)), " - ".join(row[:2])
        if a >= 0 and a == b:
            sheet.wrong(line, 0, "", f"a tie of '{row[0]}' to itself", "two different residents")
        elif min(a, b) >= 0 and pair in met:
            sheet.wrong(
                line, 0, "", f"the tie {said} again (first in line {met[pair]})", "each tie once, in either direction"
            )
        met.setdefault(pair, line)
    level = np.full(len(sheet.rows), strength, np.float32)
    if "strength" in sheet.header:
        for k, (line, at, text) in enumerate(sheet.cells("strength")):
            value = _SHARE.value(text)
            if value:
                level[k] = value
            elif text:
                sheet.wrong(line, at, "strength", f"'{text}'", "a number above 0, up to 1")
    sheet.refuse()
    return np.array(ends[0], np.int32), np.array(ends[1], np.int32), level


def _sheet_of_graph(path: Path) -> Sheet:
    """A GraphML file as the same sheet; an edge's line is its place in the file's list of edges."""
    import networkx

    text_of(path)
    try:
        graph = networkx.read_graphml(path)
    except Exception as error:  # the reader raises a different class for each kind of fault
        raise fatal(path, f"{type(error).__name__}: {error}", "a GraphML file") from None
    if graph.is_directed():
        raise fatal(path, "a directed graph", "an undirected one (edgedefault='undirected')")
    edges = list(graph.edges(data=True))
    if not edges:
        raise fatal(path, "a graph without edges", "at least one edge")
    rows = [[str(a), str(b), str(facts.get("strength", ""))] for a, b, facts in edges]
    return Sheet(path, [], ["source", "target", "strength"], list(enumerate(rows, 1)), [])
