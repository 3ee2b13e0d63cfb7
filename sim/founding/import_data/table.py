"""Tables as people keep them, as rows of cells: CSV in the usual encodings and with the usual separators, and Excel.

The first sheet of a workbook is read. Text is UTF-8, UTF-16 or GB18030; what is neither is refused with a
sentence that says how to save it.
"""

import ast
import codecs
import csv
import io
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.config.yaml import CONTROL, ConfigError, Problem, Spot, shown_path, visible
from sim.founding.import_data.notes import note

TEXTS = (".csv", ".tsv", ".tab", ".txt", ".dat", ".edges", ".edgelist", ".el")
GRAPHS = (".graphml", ".xml", ".gml", ".net", ".paj")
WORKBOOKS = (".xlsx", ".xlsm")
ENDINGS = (*TEXTS, *WORKBOOKS, *GRAPHS)
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", "，": "Chinese commas"}
SPACES = " "
MOST_CELLS = 50_000_000
"""Of a workbook's sheet: each takes memory, empty or not."""
COMMENTS = ("#", "%")
AS_UTF8 = "a file saved as UTF-8 (in Excel: Save As, CSV UTF-8; in R: write.csv(x, file, fileEncoding = 'UTF-8'))"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DICT = re.compile(r"^(\S+)\s+(\S+)\s+(\{.*\})$")
type Row = tuple[int, tuple[str, ...]]
"""A line and its cells."""


def fatal(path: Path, found: str, expected: str, line: int = 0) -> ConfigError:
    """The error for a file that cannot be read at all."""
    return ConfigError((Problem(Spot(shown_path(path), line), "", found, expected),))


@dataclass(frozen=True)
class Rows:
    """A table's rows; `lines` is its text, empty where there is none to show."""

    rows: tuple[Row, ...]
    lines: tuple[str, ...] = ()
    separator: str = ","
    said: tuple[str, ...] = ()
    """What there is to say of how it was read."""


def bytes_of(path: Path) -> bytes:
    """The content of a file with one of the endings; any other file that is named, by mistake or not, is not
    even opened.
    """
    if path.is_dir():
        raise fatal(path, "a folder", "a file")
    if path.suffix.lower() not in ENDINGS:
        found = f"the ending '{path.suffix}'" if path.suffix else "a name without an ending"
        raise fatal(path, found, f"one of {' '.join(ENDINGS)} (from other programs: save as CSV UTF-8)")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise fatal(path, error.strerror or "no such file", "a readable file") from None
    if not raw.strip():
        raise fatal(path, "an empty file", "a header and rows")
    return raw


def text_of(path: Path, raw: bytes) -> tuple[str, str]:
    """Bytes as text, and the name of their encoding where that is worth a word."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            try:
                return _checked(path, raw.decode(encoding).removeprefix("\ufeff")), encoding.removesuffix(
                    "-sig"
                ).upper()
            except UnicodeDecodeError:
                raise fatal(path, f"a file that begins as {encoding} and does not go on so", AS_UTF8) from None
    if 0 in raw[:2] and any(raw[:2]):  # UTF-16 without a mark: a letter and an empty byte, or the other way round
        with suppress(UnicodeDecodeError):
            return _checked(path, raw.decode("utf-16-be" if raw[0] == 0 else "utf-16-le")), "UTF-16"
    try:
        return _checked(path, raw.decode("utf-8")), "UTF-8"
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        if text := _chinese(raw):
            return _checked(path, text), "GB18030"
        raise fatal(path, f"byte {raw[error.start]:#04x}, which is not UTF-8", AS_UTF8, line) from None


def _chinese(raw: bytes) -> str | None:
    """The text, if it makes sense in GB18030: Western letters would become rare characters there."""
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return None
    wide = [c for c in text if c > "\x7f"]
    usual = sum(c.encode("gb2312", "ignore") != b"" for c in wide)
    return text if wide and usual >= 0.7 * len(wide) else None


def _checked(path: Path, text: str) -> str:
    if "\0" in text:
        raise fatal(path, "binary content", "a text file, or .xlsx for an Excel workbook")
    return text


def rows_of(path: Path, known: frozenset[str]) -> Rows:
    """The rows of a table; `known` are names of columns, by which the separator is told."""
    found = _rows(path, bytes_of(path), known)
    for said in found.said:
        note(path, said)
    return found


@lru_cache(maxsize=4)
def _rows(path: Path, raw: bytes, known: frozenset[str]) -> Rows:
    """A study reads the same few files for every run."""
    found = _as_written(path, raw, known)
    rows = tuple((line, in_sight(cells)) for line, cells in found.rows)
    return found if rows == found.rows else replace(found, rows=rows)


def in_sight(cells: Iterable[str]) -> tuple[str, ...]:
    """Cells of one line each, without marks that turn what follows; other signs that cannot be seen, as the escapes of
    terminals, are written as programs write them.
    """
    read = tuple(cells)
    if not CONTROL.search("".join(read)):
        return read
    plain = (re.sub(r"\s*[\t-\r\x85\u2028\u2029]\s*", " ", cell.strip()) for cell in read)
    return tuple(visible(re.sub("[\u202a-\u202e\u2066-\u2069]", "", cell)) for cell in plain)


def _as_written(path: Path, raw: bytes, known: frozenset[str]) -> Rows:
    if path.suffix.lower() in WORKBOOKS:
        return _workbook(path, raw)
    text, encoding = text_of(path, raw)
    lines = text.splitlines()
    if not any(line.strip() for line in lines):
        raise fatal(path, "an empty file", "a header and rows")
    before = next((k for k, line in enumerate(lines) if line.strip() and not line.lstrip().startswith(COMMENTS)), 0)
    separator = _separator(lines[before:], known)
    said = [f"read as {encoding}"] if encoding in ("GB18030", "UTF-16", "UTF-32") else []
    if separator == SPACES:
        rows = _spaced(path, lines, before)
    else:
        rows = _separated(path, "\n" * before + "\n".join(lines[before:]) if before else text, separator)
    if not rows:
        raise fatal(path, "a table without content", "a header and rows")
    return Rows(tuple(rows), tuple(lines), separator, tuple(said))


def _separator(lines: list[str], known: frozenset[str]) -> str:
    """What stands between cells: whatever parts the first line into most known names, or into most cells.

    Where the first line is one cell (R leaves out the name of a column of row names), the second tells.
    """
    for line in [line for line in lines if line.strip()][:2]:
        parted = {mark: next(csv.reader([line.strip(SPACES)], delimiter=mark), []) for mark in (*SEPARATORS, SPACES)}
        usual = {mark: cells for mark, cells in parted.items() if mark != SPACES and len(cells) > 1}
        if usual:
            return max(usual, key=lambda m: (sum(plain_name(c) in known for c in usual[m]), len(usual[m])))
        if len(parted[SPACES]) > 1:
            return SPACES
    return ","


def _separated(path: Path, text: str, separator: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    rows: list[Row] = []
    before = 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((before + 1, tuple(row)))
            before = reader.line_num
    except csv.Error as error:
        expected = f"values separated by {SEPARATORS[separator]}" if separator != "," else "comma-separated values"
        raise fatal(path, str(error), expected, reader.line_num) from None
    return rows


def _spaced(path: Path, lines: list[str], before: int) -> list[Row]:
    """Cells separated by white space; networkx writes the facts of an edge as a dict at the end."""
    rows: list[Row] = []
    facts: list[dict[str, Any] | None] = []
    for k, line in enumerate(lines[before:], before + 1):
        if not line.strip() or line.lstrip().startswith(COMMENTS):
            continue
        with_dict = _DICT.match(line.strip())
        try:
            facts.append(ast.literal_eval(with_dict[3]) if with_dict else None)
            cells = (
                with_dict.groups()[:2]
                if with_dict
                else next(csv.reader([line.strip()], delimiter=" ", skipinitialspace=True))
            )
        except (ValueError, SyntaxError, csv.Error):
            raise fatal(path, "a line that cannot be read", "names separated by spaces", k) from None
        rows.append((k, tuple(c for c in cells if c)))
    if any(facts):
        names = list(dict.fromkeys(str(name) for one in facts for name in one or {}))
        rows = [
            (k, (*cells[:2], *(str((one or {}).get(n, "")) for n in names)))
            for (k, cells), one in zip(rows, facts, strict=True)
        ]
        rows.insert(0, (rows[0][0], ("source", "target", *names)))
    return [(k, cells) for k, cells in rows if cells]


def _workbook(path: Path, raw: bytes) -> Rows:
    try:
        from openpyxl import load_workbook
    except ModuleNotFoundError:
        expected = "the package openpyxl (pip install 'linli[report]'), or the sheet saved as CSV UTF-8"
        raise fatal(path, "an Excel workbook", expected) from None
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        sheets = book.worksheets
        sheets[0].reset_dimensions()  # what the file says of its size may be a million empty rows
        filled = [
            (k, row)
            for k, row in enumerate(sheets[0].iter_rows(values_only=True), 1)
            if any(c is not None for c in row)
        ]
    except Exception as error:  # the reader raises a different class for each kind of fault
        raise fatal(path, f"{type(error).__name__}: {error}", "an Excel workbook (.xlsx)") from None
    width = max((len(row) for _, row in filled), default=0)
    if width * len(filled) > MOST_CELLS:
        found = f"{len(filled):,} rows, one of them with something in column {width:,}"
        raise fatal(path, found, "a sheet without stray cells at its right")
    whole = ((k, (*map(_cell, row), *[""] * (width - len(row)))) for k, row in filled)
    rows = [(k, cells) for k, cells in whole if any(cell.strip() for cell in cells)]
    if not rows:
        raise fatal(path, "an empty sheet", "a header and rows")
    others = [s.title for s in sheets[1:]]
    said = (f"the sheet '{sheets[0].title}' is read; not used: {', '.join(others)}",) if others else ()
    return Rows(tuple(rows), said=said)


def _cell(value: Any) -> str:
    """A cell of a workbook as it would stand in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def plain_name(name: str) -> str:
    """A column's name without what programs add or change: case, spaces, dots and dashes."""
    return re.sub(r"[\s.\-]+", "_", name.strip().lower())
