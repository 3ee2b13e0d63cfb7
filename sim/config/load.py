"""Loads configurations: `load_config("ruijing", set={"moving.annual_rate": 0.2})`.

A configuration is a YAML file of `configs/`, `configs/communities/` or a user's own. With
`extends: baseline` it holds only what differs. A value stands bare (`rate: 0.04`) or with its evidence
(`rate: {value: 0.04, source: bryant2003, grade: survey, note: ...}`); a line `evidence: {source: ..., grade: ...}` in a
section or table speaks for all bare values below it. `baseline.yaml` must give evidence for each value. In a table of
named entries, such as the service kinds, `name: null` takes an entry of the extended file away.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo

from sim.config.evidence import Evidence, Evidenced, Given, Source
from sim.config.frames import file_of
from sim.config.inherit import Leaf, entries_taken_away, gathered, leaves_of
from sim.config.sections import inner_class
from sim.config.validate import apply_changes, check, schema_of
from sim.config.yaml import (
    ConfigError as ConfigError,
)
from sim.config.yaml import (
    CoreDumper,
    Document,
    Place,
    Problem,
    Spot,
    dotted,
    nearest,
    read,
    shown_path,
)

if TYPE_CHECKING:
    from sim.config.schema import Config

FOLDERS = (".", "communities")
"""Where a configuration's name is looked up, inside `configs/`."""


class Sources(RootModel[dict[str, Source]]):
    """The shape of `sources.yaml`."""


def load_config(
    name_or_path: str | Path = "baseline",
    set: Mapping[str, object] | None = None,  # noqa: A002
    *,
    residents: Any = None,
    ties: Any = None,
) -> "Config":
    """The configuration of that name, or in that file, with `set` laid over it (dotted path to value or YAML text).

    `residents` and `ties` are one's own, as a DataFrame (pandas or polars), a graph (networkx) or a path.
    Raises ConfigError with everything that is wrong, each with file and line.
    """
    from sim.config.schema import Config

    own: dict[str, object] = {}
    if residents is not None:
        own["population.residents_file"] = Path(file_of(residents, "residents"))
    if ties is not None:
        own |= {"network.kind": "file", "network.ties_file": Path(file_of(ties, "ties"))}
    return load(name_or_path, Config, own | dict(set or {}))


def load[Root: Evidenced](
    name_or_path: str | Path,
    root: type[Root],
    changes: Mapping[str, object] | None = None,
    *,
    folder: Path | None = None,
    said_at: Mapping[str, Spot] | None = None,
) -> Root:
    """Like `load_config`, for any root class and configs folder; `said_at` tells where each change was written."""
    folder = folder or config_folder()
    path = find_file(name_or_path, FOLDERS, folder=folder)

    def find(name: str, beside: Path) -> Path:
        return find_file(name, FOLDERS, folder=folder, beside=beside)

    document, extends = gathered(path, root, find, folder)
    given = dict(leaves_of(document.value))
    document.problems += _unknown_sources(given, document, (folder, path.parent))
    document.value = _bare(document.value)
    apply_changes(document, changes or {}, said_at or {}, root)
    entries_taken_away(document.value, root)
    try:
        config = check(document, root).value
    except ConfigError as error:
        raise ConfigError(error.problems if extends else _hinted(error.problems, document)) from None
    config._evidence = {e.path: e for e in _evidence(document.value, root, given, folder)}
    return config


def load_sources(*folders: Path) -> dict[str, Source]:
    """Every source of `configs/sources.yaml`, and of a `sources.yaml` in further folders (a user's own evidence)."""
    found: dict[str, Source] = {}
    for file in dict.fromkeys((folder / "sources.yaml").resolve() for folder in folders or (config_folder(),)):
        if file.exists():
            found |= check(read(file), Sources).value.root
    return found


def resolved(config: BaseModel) -> str:
    """Every value as YAML in a stable order: the text that goes with every result and loads again as it is."""
    return str(
        yaml.dump(config.model_dump(mode="json"), Dumper=CoreDumper, sort_keys=True, allow_unicode=True, width=120,
                  default_flow_style=None)
    )  # fmt: skip


def config_hash(config: BaseModel) -> str:
    """SHA-256 of everything that can change a result: all values, but neither the title nor the evidence."""
    values = config.model_dump(mode="json", exclude={"title"})
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def json_schema(root: type[BaseModel] | None = None) -> dict[str, Any]:
    """A JSON Schema for editors: each value bare or with evidence, nothing required, since files hold differences."""
    if root is None:
        from sim.config.schema import Config

        root = Config
    schema = _loosened(schema_of(root), root, top=True)
    schema |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A linli configuration"}
    schema["properties"]["extends"] = {"type": "string", "description": "The configuration that this file changes."}
    return schema


def config_folder() -> Path:
    """The folder of shipped configurations: beside `sim/` in a checkout, inside it in an installed package."""
    here = Path(__file__).resolve().parents[1]
    beside = here.parent / "configs"
    return beside if (beside / "sources.yaml").exists() else here / "_configs"


def config_names(folders: tuple[str, ...] = FOLDERS, folder: Path | None = None) -> list[str]:
    """Names that can be loaded from those folders of `configs/`, sorted."""
    folder = folder or config_folder()
    found = {p.stem for part in folders for p in (folder / part).glob("*.yaml") if not p.stem.startswith("_")}
    return sorted(found - {"sources"})


def find_file(
    name: str | Path, folders: tuple[str, ...] = FOLDERS, *, folder: Path | None = None, beside: Path | None = None
) -> Path:
    """The file that a name or a path means; a path is taken from the working folder, or from `beside` if given.

    Raises ConfigError with the nearest name.
    """
    folder, text = folder or config_folder(), str(name)
    if isinstance(name, Path) or text.endswith((".yaml", ".yml")) or "/" in text or "\\" in text:
        path = (beside or Path()) / name
        if not _is_there(path) and _is_there(folder / name):
            path = folder / name
        taken = _is_there(path) and path.is_file()
        if taken and path.suffix not in (".yaml", ".yml"):  # somebody else's file is not opened, let alone shown
            raise ConfigError([Problem(Spot(text), "", "a file that does not end in .yaml", "a YAML file")])
        return path
    for part in folders:
        path = folder / part / f"{text}.yaml"
        if _is_there(path) and text != "sources":
            return path
    names = config_names(folders, folder)
    expected = f"one of {', '.join(names)}, or a path"
    raise ConfigError([Problem(Spot(text), "", "a name that no file has", expected, nearest(text, names))])


def _is_there(path: Path) -> bool:
    """Whether there is such a file; a name that no file system takes is the name of none."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _bare(value: Any) -> Any:
    if isinstance(value, Leaf):
        return value.value
    return {k: _bare(v) for k, v in value.items()} if isinstance(value, dict) else value


def _unknown_sources(given: Mapping[Place, Leaf], document: Document, folders: tuple[Path, ...]) -> Iterator[Problem]:
    known, told = load_sources(*folders), set[tuple[Spot, str]]()
    for place, leaf in given.items():
        if leaf.given is None or leaf.given.source is None:
            continue
        spot = leaf.source_spot or document.marks.value(place)
        for key in map(str.strip, leaf.given.source.split(",")):
            # `source: assumed` beside `grade: assumed` says that there is none; shared evidence is told of once.
            if key not in known and key != leaf.given.grade and (spot, key) not in told:
                told.add((spot, key))
                found = f"the unknown source '{key}'"
                yield Problem(spot, f"{dotted(place)}.source", found, "a key of sources.yaml", nearest(key, known))


def _hinted(problems: tuple[Problem, ...], document: Document) -> list[Problem]:
    """One hint in place of many complaints, when a file that should have said `extends` lacks whole sections."""
    missing = [p for p in problems if p.found == "no such key" and "." not in p.path]
    if len(missing) < 2:
        return list(problems)
    names = ", ".join(p.path for p in missing)
    expected = f"'extends: baseline', or every section (missing: {names})"
    hint = Problem(document.marks.whole, "extends", "no such key", expected)
    return [hint, *(p for p in problems if p.found != "no such key")]


def _evidence(
    value: Any, shape: type[BaseModel], given: Mapping[Place, Leaf], folder: Path, place: Place = ()
) -> Iterator[Evidence]:
    """The evidence of every value that stands inside a section."""
    for key, field in shape.model_fields.items():
        if key not in value:
            continue
        inner, table = inner_class(field.annotation)
        here = (*place, key)
        if inner and table:
            for name, entry in value[key].items():
                yield from _evidence(entry, inner, given, folder, (*here, name))
        elif inner and value[key] is not None:
            yield from _evidence(value[key], inner, given, folder, here)
        elif place:
            yield _evidence_of(value[key], field, given.get(here), dotted(here), folder)


def _evidence_of(value: Any, field: FieldInfo, leaf: Leaf | None, path: str, folder: Path) -> Evidence:
    extra, meaning = field.json_schema_extra, field.description or ""
    unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
    if leaf is None or leaf.value != value:
        return Evidence(path, value, unit, meaning, "--set", "assumed", "", "--set", 0)
    file = _inside(leaf.path, folder) or shown_path(leaf.path)
    if leaf.given is None:
        return Evidence(path, value, unit, meaning, file, "assumed", "", file, leaf.line)
    source, grade, note = leaf.given.source or "", leaf.given.grade or "assumed", leaf.given.note or ""
    return Evidence(path, value, unit, meaning, source, grade, note, file, leaf.line)


@lru_cache(maxsize=64)
def _inside(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else ""


def _loosened(schema: dict[str, Any], shape: type[BaseModel], top: bool = False) -> dict[str, Any]:
    """A section's schema in which nothing is required and each value may come with its evidence."""
    given = schema_of(Given)
    properties: dict[str, Any] = {}
    for key, inside in schema["properties"].items():
        inner, table = inner_class(shape.model_fields[key].annotation)
        if inner and table:
            entry = _loosened(inside["additionalProperties"], inner)
            properties[key] = inside | {
                "additionalProperties": {"anyOf": [entry, {"type": "null"}]},
                "properties": {"evidence": entry["properties"]["evidence"]},
            }
        elif inner:
            properties[key] = _loosened(inside, inner) if "properties" in inside else inside
        elif top:
            properties[key] = inside
        else:
            with_evidence = given | {"properties": given["properties"] | {"value": inside}}
            said = {"description": inside["description"]} if "description" in inside else {}
            properties[key] = {"anyOf": [inside, with_evidence], **said}
    evidence = given | {"properties": {k: v for k, v in given["properties"].items() if k != "value"}, "required": []}
    if not top:
        properties.setdefault("evidence", evidence)
    return {k: v for k, v in schema.items() if k != "required"} | {"properties": properties}
