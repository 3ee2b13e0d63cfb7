"""A user's CSV file as rows of cells that know where they stood, so that a wrong cell can be told with its place."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.reading import ConfigError, Problem, Spot, nearest, shown_path

SHOWN = 20
"""Most problems told at once."""
_NAMES_COMPARED = 5000
"""Above this many names the nearest one is not looked for: it would take longer than finding it by eye."""


@dataclass
class Sheet:
    """A CSV file as read: its header, its rows with their lines, and what is wrong so far."""

    path: Path
    lines: list[str]
    header: list[str]
    rows: list[tuple[int, list[str]]]
    problems: list[Problem]

    def wrong(self, line: int, cell: int, name: str, found: str, expected: str, names: Sequence[str] = ()) -> None:
        """Note a problem in a cell; names are those among which the nearest is looked for."""
        close = (
            nearest(found.split("'")[1], names)
            if 0 < len(names) <= _NAMES_COMPARED and len(self.problems) < SHOWN
            else None
        )
        if not self.lines:  # a graph's edges have no lines
            self.problems.append(
                Problem(Spot(shown_path(self.path)), f"edge {line} {name}".strip(), found, expected, close)
            )
            return
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        column = 1 + sum(len(part) + 1 for part in text.split(",")[:cell]) if '"' not in text else 0
        spot = Spot(shown_path(self.path), line, column, text if column else "")
        self.problems.append(Problem(spot, name, found, expected, close))

    def cells(self, name: str) -> Iterator[tuple[int, int, str]]:
        """Each row's line, position in the row and text, for a column."""
        at = self.header.index(name)
        for line, row in self.rows:
            yield line, at, row[at].strip()

    def refuse(self) -> None:
        """Raise all problems at once, at most SHOWN of them in full."""
        if self.problems:
            told, rest = self.problems[:SHOWN], self.problems[SHOWN:]
            if rest:
                where = Spot(rest[0].file, rest[0].line)
                told.append(Problem(where, "", f"this and {len(rest) - 1} more problems", "a file without them"))
            raise ConfigError(told)


def fatal(path: Path, found: str, expected: str, line: int = 0) -> ConfigError:
    """The error for a file that cannot be read at all."""
    return ConfigError((Problem(Spot(shown_path(path), line), "", found, expected),))


def text_of(path: Path) -> str:
    """The file's text; it must be UTF-8, with or without a byte-order mark."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise fatal(path, error.strerror or "no such file", "a readable file") from None
    if not raw.strip():
        raise fatal(path, "an empty file", "a header and rows")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise fatal(path, f"byte {raw[error.start]:#04x}, which is not UTF-8", "a file saved as UTF-8", line) from None
    if "\0" in text:
        raise fatal(path, "binary content", "a text file")
    return text


def sheet_of(path: Path, required: tuple[str, ...], optional: Sequence[str]) -> Sheet:
    """Read a CSV file with a header that has the required columns, and no unknown ones."""
    text = text_of(path)
    lines = text.splitlines()
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((before + 1, row))
            before = reader.line_num
    except csv.Error as error:
        raise fatal(path, str(error), "comma-separated values", reader.line_num) from None
    line, names = rows[0]
    header = [name.strip() for name in names]
    for mark, said in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            raise fatal(path, f"columns separated by {said} ({mark!r})", "columns separated by commas", line)
    sheet = Sheet(path, lines, header, [], [])
    known = (*required, *optional)
    for at, name in enumerate(header):
        if name not in known:
            sheet.wrong(line, at, "", f"column '{name}'", f"one of {', '.join(known)}", known)
        elif name in header[:at]:
            sheet.wrong(line, at, name, "the column a second time", "each column once")
    for name in required:
        if name not in header:
            sheet.wrong(line, 0, name, f"the columns {', '.join(header)}", f"a column '{name}'")
    for line, row in rows[1:]:
        if len(row) == len(header):
            sheet.rows.append((line, row))
        else:
            sheet.wrong(line, 0, "", f"{len(row)} cells", f"{len(header)} cells, as in the header")
    if len(rows) == 1:
        sheet.wrong(line, 0, "", "a header without rows", "at least one row")
    if any(name not in header for name in required):
        sheet.refuse()
    return sheet
