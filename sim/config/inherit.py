"""Lays configuration files over each other: `extends`, differences, and values that carry their evidence."""

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sim.config.evidence import Given
from sim.config.sections import inner_class, laid_over
from sim.config.validate import problems_of, refuse_other_tops, words_for
from sim.config.yaml import ConfigError, Document, Place, Problem, Spot, dotted, read, shown, shown_path, text_of


@dataclass(frozen=True)
class Leaf:
    """One value as a file gave it, with its evidence if it came with any."""

    value: Any
    given: Given | None
    source_spot: Spot | None
    path: Path
    line: int


type Shared = tuple[Given, Spot]
"""The evidence of a whole section or table, and where its source is named."""

type Finder = Callable[[str, Path], Path]
"""Finds the file that `extends` names, seen from a folder."""


def gathered(path: Path, root: type[BaseModel], find: Finder, folder: Path) -> tuple[Document, bool]:
    """The file with everything that it extends: sections as dicts, values as `Leaf`; and whether it extends any.

    Raises ConfigError for a file that cannot be read; other problems stand in the document.
    """
    chain: list[Path] = []
    files: list[Document] = []
    here: Path | None = path
    while here:
        document, extends = _one_file(here, root, folder)
        files.append(document)
        chain.append(here.resolve())
        here = None if extends is None else _extended(extends, document, chain, find)
    whole = files.pop()
    for document in reversed(files):
        whole.marks.overlay(document.marks)
        whole.marks.whole = document.marks.whole
        whole.problems += document.problems
        whole = Document(path, laid_over(whole.value, document.value, root), whole.marks, whole.problems)
    return whole, len(chain) > 1


def _one_file(path: Path, root: type[BaseModel], folder: Path) -> tuple[Document, object]:
    """What one file says itself, and what it extends (None: nothing)."""
    _refuse_foreign(path, root)
    document = read(path)
    refuse_other_tops(document)
    extends = document.value.pop("extends", None)
    must_have_evidence = path.resolve() == (folder / "baseline.yaml").resolve()
    sections = _Section(document, must_have_evidence)
    document.value = sections.read(document.value, root, ())
    _step_over_evidence(document, sections.with_evidence)
    return document, extends


_KEY = re.compile(r"""(?:^|[{,])[ \t-]*["']?([^\W\d]\w*)["']?[ \t]*:""", re.MULTILINE)


def _refuse_foreign(path: Path, root: type[BaseModel]) -> None:
    """Raises ConfigError for a file that says nothing of a configuration: it is somebody else's, and no line
    of it is shown.
    """
    text, names = text_of(path), ("extends", *root.model_fields)
    keys = dict.fromkeys(_KEY.findall(text))
    empty = all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())
    if not empty and not any(key in names for key in keys) and not any(map(partial(_meant, names), [*keys][:20])):
        spot, expected = Spot(shown_path(path)), f"one of the keys {', '.join(names[:4])} ..."
        raise ConfigError([Problem(spot, "", "a file that is no configuration", expected)])


def _meant(names: Sequence[str], key: str) -> bool:
    """Whether a key is one of the names, written wrongly."""
    return bool(difflib.get_close_matches(key, names, n=1, cutoff=0.8))


def _extended(extends: object, document: Document, chain: list[Path], find: Finder) -> Path:
    """The file that a file extends. Raises ConfigError, at its line, where there is none or no end."""
    try:
        path = find(extends if isinstance(extends, str) else "", document.path.parent)
        if path.resolve() in chain:
            names = [p.stem for p in (*chain[chain.index(path.resolve()) :], path)]
            names[3:-2] = ["..."] if len(names) > 6 else names[3:-2]
            expected = "a file that does not extend itself"
            raise ConfigError([Problem(Spot(""), "", f"a circle: {' -> '.join(names)}", expected)])
        if not path.exists():
            raise ConfigError([Problem(Spot(""), "", f"no file {extends}", "a configuration's name or path")])
    except ConfigError as error:
        spot = document.marks.value(("extends",))
        again = (
            Problem(spot, "extends", f"{shown(extends)}, {p.found}", p.expected, p.nearest) for p in error.problems
        )
        raise ConfigError([*document.problems, *again]) from None
    return path


def leaves_of(value: Any, place: Place = ()) -> Iterator[tuple[Place, Leaf]]:
    """Every leaf with its place."""
    for key, child in value.items():
        if isinstance(child, Leaf):
            yield (*place, key), child
        elif isinstance(child, dict):
            yield from leaves_of(child, (*place, key))


def entries_taken_away(value: Any, shape: type[BaseModel]) -> None:
    """Remove the table entries that a difference set to null."""
    for key, field in shape.model_fields.items():
        inner, table = inner_class(field.annotation)
        inside = value.get(key) if isinstance(value, dict) else None
        if inner and isinstance(inside, dict):
            for name in [name for name, entry in inside.items() if table and entry is None]:
                del inside[name]
            for entry in inside.values() if table else (inside,):
                entries_taken_away(entry, inner)


def _step_over_evidence(document: Document, with_evidence: set[Place]) -> None:
    """Let `section.name` mean the value of `section.name: {value: ...}` in all later messages."""
    values = document.marks.values
    for place, spot in list(values.items()):
        for length in range(len(place) - 1, 0, -1):
            if place[length] == "value" and place[:length] in with_evidence:
                values[place[:length] + place[length + 1 :]] = spot


class _Section:
    """Reads the sections of one file."""

    def __init__(self, document: Document, must_have_evidence: bool) -> None:
        self.document, self.must_have_evidence = document, must_have_evidence
        self.with_evidence: set[Place] = set()

    def read(
        self, value: dict[str, Any], shape: type[BaseModel], place: Place, shared: Shared | None = None
    ) -> dict[str, Any]:
        """A section's values as leaves; `shared` is the evidence of those that bring none of their own."""
        if "evidence" not in shape.model_fields:
            shared = self.shared_evidence(value, place) or shared
        found: dict[str, Any] = {}
        for key, child in value.items():
            here = (*place, key)
            field = shape.model_fields.get(key)
            inner, table = inner_class(field.annotation) if field else (None, False)
            if field is None:
                found[key] = child  # pydantic will say that this key is unknown
            elif inner is None:
                found[key] = self.leaf(child, here, field.annotation, shared)
            elif not isinstance(child, dict):
                self.problem(here, shown(child), "a table of named entries" if table else words_for(inner))
            elif table:
                of_table = self.shared_evidence(child, here) or shared
                found[key] = {name: self.entry(entry, inner, (*here, name), of_table) for name, entry in child.items()}
            else:
                found[key] = self.read(child, inner, here, shared)
        return found

    def entry(self, value: Any, shape: type[BaseModel], place: Place, shared: Shared | None) -> Any:
        """One entry of a table, or None for one that is to be taken away."""
        if value is None or isinstance(value, dict):
            return value if value is None else self.read(value, shape, place, shared)
        return self.problem(place, shown(value), f"{words_for(shape)}, or null to take the entry away")

    def shared_evidence(self, value: dict[str, Any], place: Place) -> Shared | None:
        """What an `evidence:` line says of all values below it, taken out of the section."""
        said = value.pop("evidence", None)
        if said is None:
            return None
        here = (*place, "evidence")
        given = self.given(said | {"value": None} if isinstance(said, dict) else said, here)
        return (given, self.document.marks.value((*here, "source"))) if given else None

    def given(self, value: Any, place: Place) -> Given | None:
        """A value with its evidence; None after saying what is wrong with it."""
        try:
            given = Given.model_validate(value)
        except ValidationError as error:
            self.document.problems += problems_of(error, Given, self.document, value, place)
            return None
        if self.must_have_evidence and given.grade is None:
            self.problem(place, "no grade", "grade: survey, trial, theory, calibrated or assumed")
        return given

    def leaf(self, value: Any, place: Place, annotation: Any, shared: Shared | None) -> Leaf:
        """A bare value, which takes the shared evidence, or a value with its own."""
        path, line = self.document.path, self.document.marks.key(place).line
        if not isinstance(value, dict) or (get_origin(annotation) is dict and "value" not in value):
            if self.must_have_evidence and shared is None and len(place) > 1:
                expected = "{value: ..., source: ..., grade: ...}, or an 'evidence:' line in its section"
                self.problem(place, f"the bare value {shown(value)}", expected)
            given, spot = shared or (None, None)
            return Leaf(self.own_path(value, annotation), given, spot, path, line)
        self.with_evidence.add(place)
        own = self.given(value, place)
        plain = self.own_path(value.get("value"), annotation)
        return Leaf(plain, own, self.document.marks.value((*place, "source")), path, line)

    def own_path(self, value: Any, annotation: Any) -> Any:
        """A file named in a configuration is looked for beside that configuration."""
        is_path = annotation is Path or Path in get_args(annotation)
        return str((self.document.path.parent / value).absolute()) if is_path and isinstance(value, str) else value

    def problem(self, place: Place, found: str, expected: str) -> None:
        self.document.problems.append(Problem(self.document.marks.value(place), dotted(place), found, expected))
