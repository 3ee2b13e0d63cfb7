"""A user's table as cells that know where they stood, so that a wrong cell can be told with its place.

Columns are recognised whatever the case, spaces or dots of their names. What R, pandas and Excel add (names of rows,
empty columns, NA) is known for what it is. A column that is unknown but nearly called as one that is missing is asked
about; any other is the user's own.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.config.yaml import ConfigError, Problem, Spot, nearest, shown_path
from sim.founding.import_data.notes import listed, note
from sim.founding.import_data.table import Row, fatal, plain_name, rows_of

SHOWN = 20
"""Most problems told at once."""
_NAMES_COMPARED = 5000
"""Above this many names the nearest one is not looked for: it would take longer than finding it by eye."""
MISSING = ("NA", "<NA>", "#N/A")
"""What R, pandas and Excel write where there is nothing."""
_ROW_NAMES = ("", "unnamed:_0", "_1", "rownames", "row_names")
_DECIMAL_COMMA = re.compile(r"^[-+]?\d+,\d+$")


@dataclass
class Sheet:
    """A table as read: its header, its rows with their lines, and what is wrong so far."""

    path: Path
    lines: Sequence[str]
    header: list[str]
    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)
    separator: str = ","
    unit: str = "row"
    """What a row is called where there are no lines: row, node, edge."""
    quoted: bool = True
    """Whether lines may be shown: not those of a file that is something else altogether."""
    whole_lines: bool = False
    """Whether a cell's place in its line is unknown."""

    def wrong(self, line: int, cell: int, name: str, found: str, expected: str, names: Sequence[str] = ()) -> None:
        """Note a problem in a cell; names are those among which the nearest is looked for."""
        close = (
            nearest(found.split("'")[1], names)
            if 0 < len(names) <= _NAMES_COMPARED and len(self.problems) < SHOWN
            else None
        )
        if not self.lines:
            self.problems.append(
                Problem(Spot(shown_path(self.path)), f"{self.unit} {line} {name}".strip(), found, expected, close)
            )
            return
        text = self.lines[line - 1] if self.quoted and 0 < line <= len(self.lines) else ""
        if self.whole_lines:
            spot = Spot(
                shown_path(self.path), line, len(text) - len(text.lstrip()) + 1, text if len(text) < 200 else ""
            )
            self.problems.append(Problem(spot, name, found, expected, close))
            return
        column = 1 + sum(len(part) + 1 for part in text.split(self.separator)[:cell]) if '"' not in text else 0
        spot = Spot(shown_path(self.path), line, column, text if column else "")
        self.problems.append(Problem(spot, name, found, expected, close))

    def cells(self, name: str) -> Iterator[tuple[int, int, str]]:
        """Each row's line, position in the row and text, for a column; what stands for nothing is nothing."""
        at = self.header.index(name)
        for line, row in self.rows:
            text = row[at].strip()
            yield line, at, "" if text in MISSING else text

    def nothing(self, line: int, at: int) -> str:
        """What stands in a cell that stands for nothing."""
        text = next(row[at] for where, row in self.rows if where == line).strip()
        return f"'{text}', a missing value" if text else "an empty cell"

    def plain_number(self, text: str) -> str:
        """A number's text with a decimal point, where commas do not separate cells."""
        return text.replace(",", ".") if self.separator != "," and _DECIMAL_COMMA.match(text) else text

    def refuse(self) -> None:
        """Raise all problems at once, at most SHOWN of them in full."""
        if self.problems:
            told, rest = self.problems[:SHOWN], self.problems[SHOWN:]
            if rest:
                where = Spot(rest[0].file, rest[0].line)
                told.append(Problem(where, "", f"this and {len(rest) - 1} more problems", "a file without them"))
            raise ConfigError(told)


def sheet_of(
    path: Path, required: tuple[str, ...], optional: Sequence[str], named: Sequence[str] = ()
) -> tuple[Sheet, list[str]]:
    """A table with a header that has the required columns; and the names of the user's own columns.

    Columns that the configuration has `named` are known too. Errors: ConfigError where no such table can be made of the
    file.
    """
    known = {plain_name(name): name for name in (*named, *required, *optional)}
    read = rows_of(path, frozenset(known))
    return sheet_with_header(path, list(read.rows), read.lines, read.separator, required, known)


def sheet_with_header(
    path: Path,
    rows: list[Row],
    lines: Sequence[str],
    separator: str,
    required: tuple[str, ...],
    known: Mapping[str, str],
) -> tuple[Sheet, list[str]]:
    """The same for rows that were read before; `known` are columns by their plain names."""
    (line, names), body = rows[0], rows[1:]
    header = [name.strip() for name in names]
    if body and all(len(row) == len(header) + 1 for _, row in body):  # R's write.table leaves out the name of row names
        header.insert(0, "")
    header, body = _without_empty_columns(path, header, body)
    named = [known.get(plain_name(name), name) for name in header]
    sheet = Sheet(path, lines, named, [], [], separator)
    sheet.quoted = any(name in named for name in required)
    own: list[str] = []
    missing = [name for name in known.values() if name not in named]
    if "id" in missing and named and plain_name(named[0]) in _ROW_NAMES:
        note(path, "the names of its rows are taken as the column 'id'")
        named[0] = "id"
        missing.remove("id")
        sheet.quoted = True
    nameless = [str(k + 1) for k, name in enumerate(named) if not name or (k == 0 and plain_name(name) in _ROW_NAMES)]
    if nameless:
        note(path, f"not used: column {listed(nameless)}, without a name")
    for at, name in enumerate(named):
        if str(at + 1) in nameless:
            continue
        if name in named[:at]:
            found = (
                "the column a second time"
                if header[named.index(name)] == header[at]
                else f"'{header[at]}', the column a second time"
            )
            sheet.wrong(line, at, name, found, "each column once")
        elif name not in known.values():
            own.append(name)
            meant = next((one for one in missing if _nearly(plain_name(name), plain_name(one))), None)
            if meant and sheet.quoted:
                expected = (
                    f"one of {', '.join(dict.fromkeys(known.values()))}; or for a column of your own, a name "
                    f"less alike: own_{name}"
                )
                sheet.wrong(line, at, "", f"column '{name}'", expected, [meant])
    for name in required:
        if name not in named:
            found = f"the columns {listed(header, 12)}" if sheet.quoted else "a first line that names no such column"
            sheet.wrong(line, 0, name, found, f"a column '{name}'")
    for where, row in body:
        if len(row) == len(header):
            sheet.rows.append((where, row))
        else:
            sheet.wrong(where, 0, "", f"{len(row)} cells", f"{len(header)} cells, as in the header")
    if not body:
        sheet.wrong(line, 0, "", "a header without rows", "at least one row")
    if any(name not in named for name in required):
        sheet.refuse()
    return sheet, own


def _without_empty_columns(path: Path, header: list[str], body: list[Row]) -> tuple[list[str], list[Row]]:
    """The table without the columns that Excel adds at its right: no name and nothing in them."""
    width = max([len(header), *(len(row) for _, row in body)])
    full = max([k + 1 for k, name in enumerate(header) if name] or [0])
    for _, row in body:
        if len(row) > full:
            full = max([full, *(k + 1 for k in range(full, len(row)) if row[k].strip())])
    if full == width:
        return header, body
    if len(header) > full:
        note(path, f"not used: {len(header) - full} empty column{'s' * (len(header) - full > 1)} at the right")
    return header[:full], [(line, row[:full]) for line, row in body]


def _nearly(one: str, other: str) -> bool:
    """Whether a name is another with a slip of the hand: a letter more, less, other or exchanged; two in a long one."""
    slips = _slips(one, other)
    return 0 < slips <= (2 if len(other) >= 8 else 1) and len(other) > 2


def _slips(one: str, other: str) -> int:
    """How many slips lead from one name to the other (Damerau and Levenshtein's distance)."""
    if abs(len(one) - len(other)) > 2:
        return 3
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        rows.append([i])
        for j, b in enumerate(other, 1):
            best = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, rows[i - 2][j - 2] + 1)
            rows[i].append(best)
    return rows[-1][-1]


__all__ = ["MISSING", "SHOWN", "Sheet", "fatal", "sheet_of", "sheet_with_header"]
