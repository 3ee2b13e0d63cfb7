"""A user's own residents: a table, or the nodes of a network, checked row by row.

Only `id` and `grid` must be given. Whatever else is missing, a column or a cell, is drawn by the functions that draw
synthetic residents, under keys made from the ids: removing one resident changes nobody else's luck. The rows of the
model are the file's residents sorted by grid and household. Columns that the model does not know are kept for whom
policies are meant.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sim.config.people import Population
from sim.config.schema import Config
from sim.engine.jit import Column, compiled
from sim.founding.import_data.graph import graph_of, is_graph
from sim.founding.import_data.ids import as_number, to_the_eye
from sim.founding.import_data.notes import listed, note
from sim.founding.import_data.sheet import Sheet, sheet_of, sheet_with_header
from sim.founding.import_data.table import Row, fatal, plain_name
from sim.founding.population import INITIAL, Founders, initial_tiers
from sim.state.households import BY_CHANCE, draw_members, draw_persons, draw_situation, draw_years, person_columns
from sim.state.own_columns import OwnColumns, as_word, column_of
from sim.state.people import household_numbers
from sim.state.residents import ADULT, AGES, CHILD, INTERESTS, NO_TIER, ORIGINS, SENIOR_ELDER, TEEN, YOUNGER_ELDER

_TRUE, _FALSE = ("1", "yes", "true", "t", "y", "是"), ("0", "no", "false", "f", "n", "否")
_FLAGS = dict.fromkeys(_TRUE, 1.0) | dict.fromkeys(_FALSE, 0.0)
_MOST = 50_000_000


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
            value = cells.value(sheet.plain_number(text))
            if value is None:
                sheet.wrong(line, at, name, f"'{text}'", cells.expected, [w for w in cells.words if len(w) > 1])
            else:
                given[k] = value
    return given


def _bands(years: Column | None) -> Column | None:
    """The age bands of a column that holds years, or bands written as numbers below 0; NaN stays."""
    if years is None:
        return None
    return np.select([years < 0, years < 12, years < 18, years < 60, years < 70, years >= 70],
                     [-1.0 - years, CHILD, TEEN, ADULT, YOUNGER_ELDER, SENIOR_ELDER], np.nan)  # fmt: skip


def _luck(name: str, bits: int) -> int:
    """A number that stands for a name, of this many bits."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little") >> (64 - bits)


def _named(sheet: Sheet) -> tuple[list[str], list[str], list[str]]:
    """Each row's id, grid and household; problems noted for what is missing, repeated or in two grids."""
    met: dict[str, int] = {}
    seen: dict[str, tuple[str, int]] = {}
    for line, at, text in sheet.cells("id"):
        looks = to_the_eye(text)
        if not text:
            sheet.wrong(line, at, "id", sheet.nothing(line, at), "an id")
        elif text in met:
            sheet.wrong(line, at, "id", f"'{text}' again (first in line {met[text]})", "ids that differ")
        elif looks in seen:
            found = (
                f"'{text}', which looks like '{seen[looks][0]}' in line {seen[looks][1]} and is written with "
                "other letters"
            )
            sheet.wrong(line, at, "id", found, "ids that differ to the eye")
        met.setdefault(text, line)
        seen.setdefault(looks, (text, line))
    for line, at, text in sheet.cells("grid"):
        if not text:
            sheet.wrong(line, at, "grid", sheet.nothing(line, at), "the name or number of a grid")
    ids, grids = [t for _, _, t in sheet.cells("id")], _as_first_written([t for _, _, t in sheet.cells("grid")])
    _told_of_zeros(sheet, "ids", ids)
    _told_of_zeros(sheet, "grids", grids)
    if "household" not in sheet.header:
        return ids, grids, [f"of {one}" for one in ids]
    homes: dict[str, tuple[str, int]] = {}
    households = []
    named = _as_first_written([t for _, _, t in sheet.cells("household")])
    for (line, at, _), text, grid, one in zip(sheet.cells("household"), named, grids, ids, strict=True):
        households.append(text or f"of {one}")
        first_grid, first_line = homes.setdefault(households[-1], (grid, line))
        if first_grid != grid:
            sheet.wrong(
                line, at, "household", f"'{text}' in grid {grid}", f"grid {first_grid}, as in line {first_line}"
            )
    return ids, grids, households


def _as_first_written(names: list[str]) -> list[str]:
    """Names that look the same, all written as the first of them."""
    first: dict[str, str] = {}
    return [first.setdefault(to_the_eye(name), name) for name in names]


def _in_order(names: list[str]) -> list[str]:
    """The different names: numbers by size, other names by the alphabet."""
    different = set(names)
    return sorted(different, key=lambda n: (0, int(n), n) if n.isdecimal() else (1, 0, n))


def _told_of_zeros(sheet: Sheet, what: str, names: list[str]) -> None:
    """Say it where two names differ in zeros in front only: Excel takes them away."""
    first: dict[str, str] = {}
    for name in dict.fromkeys(names):
        other = first.setdefault(as_number(name), name)
        if to_the_eye(other) != to_the_eye(name):  # those that look the same are refused, or taken for one
            said = f"the {what} '{other}' and '{name}' differ only in zeros in front or a decimal point; taken as two"
            note(sheet.path, said)
            return


def _sheet(path: Path, weight: str | None) -> tuple[Sheet, list[str]]:
    """The file's table, and the names of the user's own columns in it."""
    if is_graph(path):
        rows = _nodes(path)
        known = {plain_name(name): name for name in ("id", "grid", "household", *COLUMNS)}
        sheet, own = sheet_with_header(path, rows, (), ",", ("id", "grid"), known)
        sheet.unit = "node"
        return sheet, own
    return sheet_of(path, ("id", "grid"), ("household", *COLUMNS), () if weight is None else (weight,))


def _nodes(path: Path) -> list[Row]:
    """The nodes of a network as the rows of a table; a node is named by its `name` or `label` where each has
    its own.
    """
    nodes = graph_of(path).nodes
    named = next(
        (
            fact
            for fact in ("name", "label")
            if len({facts[fact] for _, _, facts in nodes if facts.get(fact)}) == len(nodes)
        ),
        None,
    )
    columns = [c for c in dict.fromkeys(c for _, _, facts in nodes for c in facts) if c not in (named, "id")]
    if not nodes:
        raise fatal(path, "a network without nodes", "a node for each resident")
    rows = [
        (k, (facts[named] if named else name, *(facts.get(c, "") for c in columns)))
        for k, (_, name, facts) in enumerate(nodes, 1)
    ]
    return [(0, ("id", *columns)), *rows]


def _weights(sheet: Sheet, column: str, p: Population, households: list[str]) -> list[int]:
    """For how many each row stands, the same for a household: its mean weight, made whole by a draw under its name."""
    name = next((c for c in sheet.header if plain_name(c) == plain_name(column)), None)
    if name is None:
        raise fatal(
            sheet.path,
            f"no column '{column}'",
            f"the column of population.residents_weight; there are {listed(sheet.header, 20)}",
        )
    given = []
    for line, at, text in sheet.cells(name):
        try:
            number = float(sheet.plain_number(text))
        except ValueError:
            number = math.nan
        if not 0 < number < math.inf:
            sheet.wrong(
                line,
                at,
                name,
                f"'{text}'" if text else sheet.nothing(line, at),
                "a number above 0: for how many the row stands",
            )
        given.append(number)
    sheet.refuse()
    sums: dict[str, list[float]] = {}
    for home, number in zip(households, given, strict=True):
        sums.setdefault(home, []).append(number)
    scale = p.residents_weighted_to / sum(given) if p.residents_weighted_to else 1.0
    times = {home: math.floor(scale * sum(w) / len(w) + _luck(f"times {home}", 53) / 2**53) for home, w in sums.items()}
    total = sum(times[home] for home in households)
    if not 0 < total <= _MOST:
        found = f"rows that stand for {total:,} residents"
        raise fatal(
            sheet.path, found, f"1 to {_MOST:,}; population.residents_weighted_to says how many all of them are"
        )
    note(
        sheet.path,
        f"{len(given):,} rows stand for {total:,} residents by the column '{name}'; further ones are called "
        "id~2, id~3 ...",
    )
    return [times[home] for home in households]


def as_in_file(config: Config) -> Config:
    """The configuration with the numbers of residents and grids that its file has.

    Errors: ConfigError, as for `read_residents`.
    """
    p = config.population
    if p.residents_file is None:
        return config
    sheet, _ = _sheet(p.residents_file, p.residents_weight)
    _, grids, households = _named(sheet)
    sheet.refuse()
    residents = len(sheet.rows)
    if p.residents_weight is not None:
        residents = sum(_weights(sheet, p.residents_weight, p, households))
    found = p.model_copy(update={"residents": residents, "grids": len(set(grids))})
    return config.model_copy(update={"population": found})


def read_residents(path: Path, p: Population, seed: int | np.uint64) -> Founders:
    """The founders of a user's file; columns and cells that it leaves out are drawn.

    Without a column `household` everyone is a household of their own, but nobody counts as living alone unless the
    file says so. Errors: ConfigError with every problem of the file.
    """
    sheet, own = _sheet(path, p.residents_weight)
    ids, grids, households = _named(sheet)
    given = {name: _numbers(sheet, name) for name in COLUMNS}
    given["years"], given["age"] = given["age"], _bands(given["age"])
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
    kept = {name: column_of([sheet.plain_number(t) for _, _, t in sheet.cells(name)]) for name in own}
    if own:
        note(
            path,
            f"kept for whom policies are meant (where: own.{as_word(own[0])} ...) and for outcomes by group: "
            f"{listed(own, 20)}",
        )
    place_in_file = np.arange(len(ids))
    if p.residents_weight is not None:
        times = _weights(sheet, p.residents_weight, p, households)
        copies = [(k, n) for k, many in enumerate(times) for n in range(1, many + 1)]
        place_in_file = np.array([k for k, _ in copies])
        ids = [ids[k] + (f"~{n}" if n > 1 else "") for k, n in copies]
        households = [households[k] + (f"~{n}" if n > 1 else "") for k, n in copies]
        grids = [grids[k] for k, _ in copies]
    grid_names = _in_order(grids)
    grid_row = {name: k for k, name in enumerate(grid_names)}
    order = sorted(range(len(ids)), key=lambda k: (grid_row[grids[k]], households[k]))
    place_in_file = place_in_file[order]
    names = [households[k] for k in order]
    begins = [k for k in range(len(names)) if k == 0 or names[k] != names[k - 1]]
    first = np.array([*begins, len(names)], np.int32)
    columns = {name: None if column is None else column[place_in_file] for name, column in given.items()}
    c = person_columns(len(ids))
    c.key[:] = [_luck(ids[k], 63) for k in order]
    dwelling = _dwelling_numbers([names[k] for k in begins])
    numbers = household_numbers(p)
    _members(first, dwelling, p.migrants, seed, c, numbers)
    _overwrite(c._asdict(), columns, _FIRST)
    _ages(first, seed, c, numbers)
    if columns["years"] is not None:
        _overwrite(c._asdict(), {"years": np.where(columns["years"] >= 0, columns["years"], np.nan)}, ("years",))
    _situations(first, seed, c, numbers)
    if "household" not in sheet.header:
        c.alone[:] = 0
    _overwrite(c._asdict(), columns, _SECOND)
    _persons(first, seed, c, numbers)
    _overwrite(c._asdict(), columns, _THIRD)
    _overwrite({name: c.interest[:, k] for k, name in enumerate(INTERESTS)}, columns, INTERESTS)
    tiers = initial_tiers(p, seed, c)
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
        place_in_file=place_in_file,
        own=OwnColumns(
            c.key.copy(),
            {
                "id": np.array([ids[k] for k in order], np.str_),
                "grid": np.array([grids[k] for k in order], np.str_),
                **{name: column[place_in_file] for name, column in kept.items()},
            },
        ),
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
def _ages(first, seed, c, p):
    for h in range(first.size - 1):
        draw_years(first[h], first[h + 1], seed, c, p)


@compiled
def _situations(first, seed, c, p):
    for h in range(first.size - 1):
        draw_situation(first[h], first[h + 1], seed, c, p)


@compiled
def _persons(first, seed, c, p):
    for h in range(first.size - 1):
        draw_persons(first[h], first[h + 1], seed, c, p)
