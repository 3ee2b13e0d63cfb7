"""Reads YAML strictly and remembers where everything stood.

Scalars follow YAML 1.2 (the core schema), not PyYAML's YAML 1.1, because that one surprises researchers: here `no`
is a word, `1e-3` a number, `012` twelve and `12:30` a word. Keys are always text, may not be given twice, and every
number must be finite. Anchors and aliases work. Each value keeps its file, line and column for later messages.
"""

import difflib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import yaml

type Place = tuple[str | int, ...]
"""The way to a value: keys and positions from the top of a file; `()` is the whole file."""

_INT = r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
CORE_SCALARS = (
    ("null", r"null|Null|NULL|~|", ["n", "N", "~", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", _INT, list("-+0123456789")),
    ("float", _FLOAT, list("-+.0123456789")),
)
"""YAML 1.2's core schema: the type, what it looks like and the characters it may begin with; all else is text."""
_MOST_VALUES = 200_000
_DEEPEST = 50
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Spot:
    """Where something was written: file, line and column (from 1; 0 = no line) and the text of that line."""

    file: str
    line: int = 0
    column: int = 0
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file or a `--set`: where, what was found, what was expected, the nearest valid name."""

    spot: Spot
    path: str
    found: str
    expected: str
    nearest: str | None = None

    @property
    def file(self) -> str:
        """The file as the reader of a message knows it, or `--set`."""
        return self.spot.file

    @property
    def line(self) -> int:
        """Line, from 1; 0 when the problem has none."""
        return self.spot.line

    @property
    def column(self) -> int:
        """Column in characters, from 1; 0 when the problem has none."""
        return self.spot.column

    @property
    def _in_change(self) -> bool:
        """Whether the place of a `--set` says the path already."""
        return self.file.startswith("--set ") and self.file[6:].partition("=")[0].strip() in (self.path, "")

    def __str__(self) -> str:
        where = visible(str(self.spot))
        said = f"{where}: " + ("" if not self.path or self._in_change else f"{visible(self.path)}: ")
        parts = (self.found and f"found {visible(self.found)}", self.expected and f"expected {self.expected}")
        said += "; ".join(filter(None, parts))
        if self.nearest:
            said += f". Did you mean '{self.nearest}'?"
        if not self.spot.text.strip():
            return said
        # The caret keeps tabs and steps two cells for a Chinese character, so that it points where a terminal shows it.
        before = self.spot.text[: self.spot.column - 1]
        gap = "".join("\t" if c == "\t" else " " * (1 + (unicodedata.east_asian_width(c) in "WF")) for c in before)
        return f"{said}\n    {self.spot.text}\n    {gap}^"


class ConfigError(Exception):
    """A configuration or study cannot be used. `problems` holds everything wrong with it; `str()` is ready to print."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line, p.column)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


@dataclass
class Marks:
    """Where each key and each value of a file stands, by its place."""

    whole: Spot
    keys: dict[Place, Spot] = field(default_factory=dict)
    values: dict[Place, Spot] = field(default_factory=dict)

    def key(self, place: Place) -> Spot:
        """Where the key at `place` stands; for a list entry or an absent key, where its value or its parent stands."""
        return self.keys.get(place) or self.value(place)

    def value(self, place: Place) -> Spot:
        """Where the value at `place` stands; for an absent one, the key of the nearest part above it that is there."""
        if place in self.values:
            return self.values[place]
        for length in range(len(place), 0, -1):
            if place[:length] in self.keys or place[:length] in self.values:
                return self.keys.get(place[:length]) or self.values[place[:length]]
        return self.whole

    def forget(self, place: Place) -> None:
        """Drop where a part and everything in it stood, because something else was put there."""
        for marks in (self.keys, self.values):
            for one in [one for one in marks if one[: len(place)] == place]:
                del marks[one]

    def overlay(self, other: "Marks") -> None:
        """Add another file's marks, which win where both have one."""
        self.keys.update(other.keys)
        self.values.update(other.values)


@dataclass
class Document:
    """A file as read: plain values (dict, list, str, int, float, bool, None), their marks and what is already wrong."""

    path: Path
    value: Any
    marks: Marks
    problems: list[Problem]
    changes: dict[Spot, str] = field(default_factory=dict)
    """The dotted path of each change laid over the file, by where it was written."""

    def copied(self) -> "Document":
        """The same document, to be changed freely."""
        marks = Marks(self.marks.whole, dict(self.marks.keys), dict(self.marks.values))
        return Document(self.path, _copied(self.value), marks, list(self.problems), dict(self.changes))


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value


CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
"""What is no letter or sign: breaks of lines, escapes of terminals, marks that turn the order of what follows,
halves of signs.
"""


def visible(text: str) -> str:
    """The text with whatever cannot be seen written as YAML and Python write it, as escapes."""
    return CONTROL.sub(lambda found: repr(found[0])[1:-1], text)


def dotted(place: Place) -> str:
    """A place as people write it: `kinds.meals.hours`, `arms.0.name`."""
    return ".".join(map(str, place))


def nearest(name: object, names: Iterable[object]) -> str | None:
    """The valid name most like `name`, or None when nothing is alike."""
    found = difflib.get_close_matches(str(name), [str(n) for n in names], n=1, cutoff=0.6)
    return found[0] if found else None


def shown(value: object) -> str:
    """A found value in one short line."""
    if value is None:
        return "nothing (null)"
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError):
        text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def shown_path(path: Path) -> str:
    """A path as short as it can be said from the working folder."""
    absolute, here = path.absolute(), Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(absolute)


class CoreLoader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """PyYAML's parser with the scalars of YAML 1.2."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


class CoreDumper(yaml.SafeDumper):
    """Writes text that `CoreLoader` reads back as the same values, also where YAML 1.1 and 1.2 disagree."""


for _name, _pattern, _first in CORE_SCALARS:
    for _class in (CoreLoader, CoreDumper):
        _class.add_implicit_resolver(_TAG + _name, re.compile(f"^(?:{_pattern})$"), _first)


def read(path: Path) -> Document:
    """Read one YAML file.

    Raises ConfigError for a file that cannot be read or parsed at all; repeated keys, odd keys and numbers that are not
    finite are left in `Document.problems`, so that they can be told together with whatever else is wrong.
    """
    return _parsed(text_of(path), shown_path(path), path).copied()


def text_of(path: Path, kind: str = "YAML file", ending: str = ".y*ml") -> str:
    """The text of a file that somebody wrote: UTF-8, with or without a byte order mark.

    Raises ConfigError, with the file's name, for a file that cannot be read or is no such text.
    """
    name = shown_path(path)
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        spot = Spot(name, line, 1)
        raise ConfigError([Problem(spot, "", "bytes that are not text", f"a {kind} in UTF-8")]) from None
    except IsADirectoryError:
        raise ConfigError([Problem(Spot(name), "", "a folder", f"a {kind}")]) from None
    except FileNotFoundError:
        near = nearest(path.stem, (p.stem for p in path.parent.glob(f"*{ending}"))) if path.parent.is_dir() else None
        raise ConfigError([Problem(Spot(name), "", "no such file", f"a {kind}", near)]) from None
    except (OSError, ValueError) as error:  # a ValueError: a name with a character that no name holds
        said = getattr(error, "strerror", None) or str(error)
        raise ConfigError([Problem(Spot(name), "", said, f"a readable {kind}")]) from None


@lru_cache(maxsize=32)
def _parsed(text: str, name: str, path: Path) -> Document:
    """A study of many points reads the same few files again for each; the text is the key, so a changed file
    is read.
    """
    return parse(text, name, path)


def parse(text: str, name: str, path: Path) -> Document:
    """Read YAML text that is called `name` in messages; raises ConfigError as `read` does."""
    lines = text.splitlines()

    def spot(mark: Any) -> Spot:
        row = min(mark.line, max(len(lines) - 1, 0))
        return Spot(name, row + 1, mark.column + 1, lines[row] if lines else "")

    try:
        _refuse_deep_nesting(text)
        loader = CoreLoader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise ConfigError([Problem(spot(mark) if mark else Spot(name), "", f"a YAML mistake: {said}", "")]) from None
    except yaml.reader.ReaderError as error:
        row = text[: error.position].count("\n") + 1
        found = "a character that no text file holds"
        raise ConfigError([Problem(Spot(name, row, 1), "", found, "YAML text")]) from None
    except RecursionError:
        found = "lists or sections too deep inside each other"
        raise ConfigError([Problem(Spot(name), "", found, "a plain file")]) from None
    if node is None:
        raise ConfigError([Problem(Spot(name, 1, 1), "", "an empty file", "keys and values")])
    reader = _Reader(Marks(spot(node.start_mark)), spot)
    value = reader.plain(node, (), ())
    return Document(path, value, reader.marks, reader.problems)


class Text(str):
    """A change's text that is its value already, and is not read as YAML."""

    __slots__ = ()


def parse_scalar(text: str) -> Any:
    """The value that `--set path=text` means: a YAML scalar, or a list or section in flow style.

    Raises ValueError with what was found and what was expected.
    """
    if not text.strip():
        return None
    try:
        document = parse(text, "--set", Path("--set"))
    except ConfigError as error:
        expected = "a YAML value, in quotes where it is text with such signs"
        raise ValueError(error.problems[0].found, expected) from None
    if document.problems:
        raise ValueError(document.problems[0].found, document.problems[0].expected)
    return document.value


def _refuse_deep_nesting(text: str) -> None:
    """The C parser calls itself once a level and would crash Python on a hostile file."""
    if any(len(lead) > 4 * _DEEPEST for lead in re.findall(r"^[ ?-]+", text, re.MULTILINE)):
        raise RecursionError
    if max(text.count("["), text.count("{")) > _DEEPEST:
        depth = 0
        for character in re.findall(r"[\[\]{}]", text):
            depth = depth + 1 if character in "[{" else max(depth - 1, 0)
            if depth > _DEEPEST:
                raise RecursionError


class _Reader:
    """Turns PyYAML's nodes into plain values and notes where each stood."""

    def __init__(self, marks: Marks, spot: Any) -> None:
        self.marks, self.spot, self.problems, self.count = marks, spot, list[Problem](), 0

    def plain(self, node: Any, place: Place, above: tuple[int, ...]) -> Any:
        self.marks.values[place] = self.spot(node.start_mark)
        self.count += 1
        if id(node) in above or len(above) > _DEEPEST:
            return self.problem(node, place, "a part that contains itself or is too deep", "a plain value")
        if self.count > _MOST_VALUES:
            raise ConfigError([Problem(self.spot(node.start_mark), dotted(place), "too many values", "a smaller file")])
        above = (*above, id(node))
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self.mapping(node, place, above)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.plain(child, (*place, i), above) for i, child in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, place)
        return self.problem(node, place, f"the tag {node.tag.replace(_TAG, '!!')}", "a value without a tag")

    def mapping(self, node: Any, place: Place, above: tuple[int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode) or not key.value:
                self.problem(key, place, "a key that is not a word", "a name before the colon")
                continue
            here = (*place, key.value)
            if key.value in found:
                first = self.marks.keys[here].line
                self.problem(key, here, f"the same key a second time (first in line {first})", "each key once")
                continue
            self.marks.keys[here] = self.spot(key.start_mark)
            found[key.value] = self.plain(child, here, above)
        return found

    def scalar(self, node: Any, place: Place) -> Any:
        text, kind = node.value, node.tag.removeprefix(_TAG)
        try:
            match kind:
                case "str":
                    return text
                case "null":
                    return None
                case "bool":
                    return text.lower() == "true"
                case "int":
                    return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
                case "float":
                    number = float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
                    if abs(number) < float("inf"):
                        return number
                    return self.problem(node, place, text, "a finite number")
        except ValueError:
            return self.problem(node, place, shown(text), f"a value that !!{kind} can hold")
        return self.problem(node, place, f"the tag {node.tag}", "a value without a tag")

    def problem(self, node: Any, place: Place, found: str, expected: str) -> None:
        self.problems.append(Problem(self.spot(node.start_mark), dotted(place), found, expected))
