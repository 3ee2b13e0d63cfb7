"""Checks what a YAML file says against a pydantic class and tells everything wrong with it at once.

Used for configurations and for study files alike. Text is never taken for a number, whole numbers do where a number
is asked, lists do for tuples, and unknown keys are refused by classes with `extra="forbid"`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.config.sections import laid_over, part_of
from sim.config.yaml import (
    CONTROL,
    ConfigError,
    Document,
    Marks,
    Place,
    Problem,
    Spot,
    Text,
    dotted,
    nearest,
    parse_scalar,
    read,
    shown,
)

type Changes = Mapping[str, object]
"""Dotted paths to new values, or to their YAML text as `--set path=text` gives it."""


@dataclass(frozen=True)
class Checked[Shape: BaseModel]:
    """A valid file: the instance it describes, its plain values, and where everything in it stands."""

    path: Path
    value: Shape
    plain: Any
    marks: Marks

    def problem(
        self, place: Place | str, found: str, expected: str, near: str | None = None, key: bool = False
    ) -> Problem:
        """A problem that a later check found at a place of this file (`key`: point at the key, not at the value)."""
        where = place_of(place)
        return Problem((self.marks.key if key else self.marks.value)(where), dotted(where), found, expected, near)


def checked[S: BaseModel](path: Path, shape: type[S], changes: Changes | None = None) -> Checked[S]:
    """Read `path`, apply `changes` (dotted path to a value, or to its YAML text) and make a `shape` of it.

    Raises ConfigError with every problem of the file and of the changes.
    """
    return check(read(path), shape, changes)


def check[Shape: BaseModel](
    document: Document,
    shape: type[Shape],
    changes: Changes | None = None,
    said_at: Mapping[str, Spot] | None = None,
) -> Checked[Shape]:
    """Like `checked`, for a file already read; `said_at` tells where a change was written, if not in `--set`."""
    refuse_other_tops(document)
    apply_changes(document, changes or {}, said_at or {}, shape)
    if unseen := list(_unseen(document)):
        raise ConfigError([*document.problems, *unseen])
    known = {problem.spot for problem in document.problems}
    try:
        # By way of JSON, strict validation takes lists for tuples and still refuses text for numbers.
        value = shape.model_validate_json(json.dumps(document.value), strict=True)
    except ValidationError as error:
        found = problems_of(error, shape, document, document.value)
        raise ConfigError([*document.problems, *(p for p in found if p.spot not in known)]) from None
    if document.problems:
        raise ConfigError(document.problems)
    return Checked(document.path, value, document.value, document.marks)


def _unseen(document: Document) -> Iterator[Problem]:
    """Names with characters that are no letters or signs, and texts with others than breaks of lines and tabs."""
    expected = "letters and signs that can be seen"
    for place in all_places(document.value):
        if isinstance(place[-1], str) and (found := CONTROL.search(place[-1])):
            yield Problem(document.marks.key(place), dotted(place), f"{found[0]!r} in a name", expected)
    for place, text in _texts(document.value):
        if found := next((one for one in CONTROL.finditer(text) if one[0] not in "\n\t"), None):
            yield Problem(document.marks.value(place), dotted(place), f"{found[0]!r} in a text", expected)


def _texts(value: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    for key, child in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _texts(child, (*place, key))


def refuse_other_tops(document: Document) -> None:
    """Raise ConfigError for a file that is a list or a single value, where keys are asked for."""
    if not isinstance(value := document.value, dict):
        found = "a list" if isinstance(value, list) else shown(value)
        raise ConfigError([*document.problems, Problem(document.marks.value(()), "", found, "keys and values")])


def as_they_are(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes whose texts are values already, such as those of a file, and not YAML."""
    return {path: Text(value) if isinstance(value, str) else value for path, value in changes.items()}


def plain_changes(
    changes: Changes, said_at: Mapping[str, Spot], problems: list[Problem]
) -> Iterator[tuple[str, Any, Spot]]:
    """Path, plain value and place of each change; one that cannot be read joins the problems."""
    for path, value in changes.items():
        spot = said_at.get(path) or Spot(f"--set {path}={value if isinstance(value, str) else shown(value)}")
        try:
            plain = parse_scalar(value) if isinstance(value, str) and not isinstance(value, Text) else simple(value)
        except ValueError as error:
            problems.append(Problem(spot, path, *(*error.args, "a plain value, as YAML knows it")[:2]))
            continue
        yield path, plain, spot


def apply_changes(document: Document, changes: Changes, said_at: Mapping[str, Spot], shape: type[BaseModel]) -> None:
    """Put each change into the document's values; a change that cannot be put there joins the document's problems.

    Where the shape has a section, a mapping changes the keys that it names; where it has a value, it replaces it.
    """
    for path, plain, spot in plain_changes(changes, said_at, document.problems):
        place, keys = _put(document.value, place_of(path), plain, shape), document.marks.keys
        document.changes[spot] = path
        if place:
            for below in ((*place, key) for key in plain) if isinstance(plain, dict) else (place,):
                document.marks.forget(below)
            keys[place] = document.marks.values[place] = spot
            for i in range(1, len(place)):
                keys.setdefault(place[:i], document.marks.values.get(place[:i], spot))
        else:
            near = nearest(path, map(dotted, all_places(document.value)))
            document.problems.append(Problem(spot, path, "a path that leads nowhere", "section.name", near))


def problems_of(
    error: ValidationError, shape: type[BaseModel], document: Document, value: Any, base: Place = ()
) -> Iterator[Problem]:
    """Every complaint of pydantic about a `value` that stands at `base`, in our words, with its place in the file."""
    schema, marks = schema_of(shape), document.marks
    for detail, inside in _meant(error.errors(include_url=False), value):
        meant, place = _at(schema, inside), (*base, *inside)
        path = dotted(place)
        match detail["type"]:
            case "extra_forbidden":
                spot, names = marks.key(place), _keys(_at(schema, inside[:-1]))
                near = nearest(place[-1], names)
                if (said := document.changes.get(spot)) and said.startswith(path):
                    path, near = said, _whole_path(said, place, near, document.value)
                yield Problem(spot, path, "an unknown key", "" if near else _one_of(names, "of the keys"), near)
            case "missing" if isinstance(place[-1], int):  # the list is too short, which is said once
                if place[-1] == len(found := detail["input"]):
                    said = words(_at(schema, inside[:-1]))
                    yield Problem(marks.value(place[:-1]), dotted(place[:-1]), shown(found), said)
            case "missing":
                yield Problem(marks.key(place), path, "no such key", words(meant))
            case "value_error" | "assertion_error":
                seen = "" if isinstance(detail["input"], dict | list | BaseModel) else shown(detail["input"])
                yield Problem(marks.value(place), path, seen, str(detail.get("ctx", {}).get("error", detail["msg"])))
            case _:
                asked, near = words(meant) or _said(detail), _alike(detail, meant)
                yield Problem(marks.value(place), path, shown(detail["input"]), asked, near)


def words(schema: Mapping[str, Any]) -> str:
    """What a JSON Schema asks for, in words: type, range, unit."""
    if "anyOf" in schema or "oneOf" in schema:
        return " or ".join(dict.fromkeys(filter(None, map(words, schema.get("anyOf") or schema["oneOf"]))))
    unit = schema.get("unit")
    unit = f" ({unit})" if unit and unit != "choice" else ""
    if "enum" in schema:
        return _one_of(schema["enum"], "of")
    if "const" in schema:
        return repr(schema["const"])
    match schema.get("type"):
        case "number" | "integer" as kind:
            return f"a {'whole ' if kind == 'integer' else ''}number{_range(schema)}{unit}"
        case "string":
            return f"text like {schema['pattern']}" if "pattern" in schema else "text"
        case "boolean":
            return "true or false"
        case "null":
            return "null"
        case "array":
            fixed = schema.get("prefixItems")
            entry = fixed[0] if fixed else schema.get("items") or {}
            low, high = schema.get("minItems", 0), schema.get("maxItems")
            many = f"{low} " if low and low == high else f"at least {low} " if low else ""
            return f"a list of {many}entries, each {words(entry) or 'a value'}{unit}"
        case "object":
            known, needed = _keys(schema), schema.get("required", [])
            if 0 < len(needed) <= 3 and len(needed) < len(known):
                others = [key for key in known if key not in needed]
                return f"a section with {' and '.join(needed)}, and perhaps {', '.join(others)}"
            keys = _one_of(known, "or more of the keys")
            return f"a section with {keys}" if keys else "a section of named entries"
    return ""


def words_for(shape: type[BaseModel]) -> str:
    """What a section may hold, in words."""
    return words(schema_of(shape))


def all_places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Every place of a plain value, sections and entries included."""
    if place:
        yield place
    for key, child in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from all_places(child, (*place, key))


def simple(value: Any) -> Any:
    """A Python, numpy or pydantic value as the plain values that YAML knows."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(k): simple(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [simple(v) for v in value]
    if isinstance(value, Path):
        return str(value)
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, float) and not abs(value) < float("inf"):
        raise ValueError(f"{value}, which is not a finite number")
    if value is None or isinstance(value, str | int | float | bool | list):
        return str(value) if isinstance(value, Text) else value
    raise ValueError(f"the Python object {value!r}")


def place_of(path: Place | str) -> Place:
    """The place that a dotted path names."""
    if not isinstance(path, str):
        return path
    return tuple(int(part) if part.isdigit() else part for part in path.split(".")) if path.strip() else ()


def _put(value: Any, place: Place, new: Any, shape: type[BaseModel] | None) -> Place:
    """Set a value inside plain sections and lists, adding missing sections, and say where; () where that cannot be."""
    there: Place = ()
    table = False
    for i, part in enumerate(place):
        last = i == len(place) - 1
        key: Any = str(part) if isinstance(value, dict) else part
        there = (*there, key)
        if isinstance(value, dict):
            if not last and value.get(key) is None:
                value[key] = {}
        elif not (isinstance(value, list) and isinstance(key, int) and key < len(value)):
            return ()
        shape, table = (shape, False) if table else part_of(shape, key)
        if last:
            value[key] = laid_over(value.get(key) if isinstance(value, dict) else None, new, shape, table)
        value = value[key]
    return there


def _whole_path(said: str, place: Place, near: str | None, value: Any) -> str | None:
    """The valid dotted path most like `said`, whose part at `place` no section knows; `near`: the key most
    like that part.
    """
    known = [dotted(one) for one in all_places(value) if one[: len(place)] != place]
    meant = dotted((*place[:-1], near, *place_of(said)[len(place) :])) if near else ""
    below = [path for path in known if path.endswith(f".{said}")]
    if meant in known:
        return meant
    return below[0] if below else nearest(meant or said, known) if near or len(place) == 1 else None


type _Members = list[tuple[Place, str | int]]
"""Members of unions by where the union stands: names that pydantic inserts into a location and no file holds."""


def _meant(details: list[ErrorDetails], value: Any) -> Iterator[tuple[ErrorDetails, Place]]:
    """Each complaint with its place in the file, and none about what a value was not meant to be.

    Where a value may be of several kinds, a list or a section say, pydantic complains for each of them; those stay
    that are of the value's own kind.
    """
    followed = [(detail, *_followed(detail["loc"], value, detail["type"])) for detail in details]
    other = {m[-1] for d, _, m in followed if m and m[-1][1] == d["loc"][-1] and d["type"].endswith("_type")}
    own = {member[0] for _, _, members in followed for member in members if member not in other}
    told = set[Place]()
    misspelt = _misspelt([(detail["type"], place) for detail, place, _ in followed])
    for detail, place, members in followed:
        if place in misspelt:
            continue
        of_no_kind = bool(members) and members[-1] in other
        if any(member in other and member[0] in own for member in members) or (of_no_kind and place in told):
            continue
        if of_no_kind:
            told.add(place)
        yield detail, place


def _misspelt(kinds: list[tuple[str, Place]]) -> set[Place]:
    """Places of keys that are lacking because an unknown key beside them was meant."""
    lacking = {place for kind, place in kinds if kind == "missing"}
    unknown = [place for kind, place in kinds if kind == "extra_forbidden"]
    near = {(*at[:-1], nearest(at[-1], [p[-1] for p in lacking if p[:-1] == at[:-1]])) for at in unknown}
    return {place for place in lacking if place in near}


def _followed(loc: tuple[int | str, ...], value: Any, kind: str) -> tuple[Place, _Members]:
    """Pydantic's location as a place of the file, and the members of unions on the way there."""
    place: Place = ()
    members: _Members = []
    for i, part in enumerate(loc):
        if isinstance(value, dict) and part in value:
            place, value = (*place, part), value[str(part)]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            place, value = (*place, part), value[part]
        elif kind == "missing" and i == len(loc) - 1:
            place = (*place, part)
        else:
            members.append((place, part))
    return place, members


def schema_of(shape: type[BaseModel]) -> dict[str, Any]:
    """The class's JSON Schema with every reference opened; empty when no schema can describe it."""
    try:
        return dict(opened(shape.model_json_schema(), {}))
    except Exception:  # such a class still has pydantic's own words
        return {}


def opened(schema: Any, named: Mapping[str, Any], deep: int = 0) -> Any:
    """The schema with every reference replaced by what it refers to."""
    if isinstance(schema, list):
        return [opened(s, named, deep) for s in schema]
    if not isinstance(schema, dict):
        return schema
    named = schema.get("$defs") or named
    if "$ref" in schema and deep < 20:
        target = named.get(schema["$ref"].removeprefix("#/$defs/"), {})
        return opened({**target, **{k: v for k, v in schema.items() if k != "$ref"}}, named, deep + 1)
    return {k: opened(v, named, deep + 1) for k, v in schema.items() if k != "$defs" and deep < 40}


def _at(schema: dict[str, Any], place: Place) -> dict[str, Any]:
    """The part of a schema that speaks of a place; empty when none does."""
    if not place or not schema:
        return schema
    part, rest = place[0], place[1:]
    for option in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if found := _at(option, place):
            return found
    fixed = schema.get("prefixItems", [])
    if isinstance(part, int):
        inner = fixed[part] if part < len(fixed) else schema.get("items")
    else:
        inner = schema.get("properties", {}).get(part) or schema.get("additionalProperties")
    if not isinstance(inner, dict):
        return {}
    return _at(inner | {"unit": schema["unit"]} if "unit" in schema and "unit" not in inner else inner, rest)


def _keys(schema: Mapping[str, Any]) -> list[str]:
    options = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return list(dict.fromkeys([*schema.get("properties", ()), *(key for option in options for key in _keys(option))]))


def _one_of(names: list[Any], what: str) -> str:
    return f"one {what} {', '.join(map(str, names[:12]))}{', ...' if len(names) > 12 else ''}" if names else ""


def _range(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    bounds = (("of at least", low), ("above", above), ("of at most", high), ("below", below))
    said = [f"{word} {bound:g}" for word, bound in bounds if bound is not None]
    return " " + " and ".join(said) if said else ""


def _said(detail: ErrorDetails) -> str:
    """Pydantic's own sentence, for what a schema cannot express."""
    return detail["msg"].removeprefix("Input should be ").removeprefix("Value error, ")


def _alike(detail: ErrorDetails, schema: Mapping[str, Any]) -> str | None:
    names = list(schema.get("enum", ()))
    for option in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        names += option.get("enum", ())
    return nearest(detail["input"], names) if isinstance(detail["input"], str) else None
