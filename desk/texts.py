"""A study's text: one key of it is changed as a form says it, everything else stays as it was written, comments included."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from experiments.study.schema import StudyFile
from sim.config.yaml import ConfigError, CoreDumper, CoreLoader, parse

ORDER = list(StudyFile.model_fields)
"""The order in which a study says its keys, where a new one finds its place."""
WIDE = 100


def said_in(text: str) -> Any:
    """The plain value of a text. Raises ConfigError where it is no YAML."""
    return parse(text, "study", Path("study.yaml")).value


def written(said: Mapping[str, Any]) -> str:
    """Keys and values as text that reads back as the same: a key a line or more, what is small in one."""
    how: dict[str, Any] = {"Dumper": CoreDumper, "sort_keys": False, "allow_unicode": True, "width": WIDE}
    plain = (not isinstance(value, dict | list) for value in said.values())
    pairs = zip(said.items(), plain, strict=True)
    return (
        "".join(yaml.dump({k: v}, **how, default_flow_style=False if one else None) for (k, v), one in pairs) or "{}\n"
    )


def laid(text: str, changes: Mapping[str, Any]) -> str:
    """The text with other values of some of its top keys; None takes a key away.

    Raises ConfigError for a text that cannot be read, ValueError for one that is no keys and values: whoever wrote it mends
    it first.
    """
    for key, value in changes.items():
        text = _laid(text, key, value)
    return text


def _laid(text: str, key: str, value: Any) -> str:
    said = {} if (found := said_in(text)) is None else found
    if not isinstance(said, dict):
        raise ValueError("a study is keys and values; mend its text first")
    wanted = {**said, key: value} if value is not None else {k: v for k, v in said.items() if k != key}
    if _same(wanted, said):
        return text
    changed = _spliced(text, key, value)
    try:
        if changed is not None and _same(_sorted(said_in(changed)), _sorted(wanted)):
            return changed
    except ConfigError:
        pass
    return written(wanted)


def _same(one: Any, other: Any) -> bool:
    """Whether two plain values are the same, 1 and 1.0 and true apart, and keys in the same order: the first arm is the reference."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and bool(one == other)


def _sorted(said: Mapping[str, Any]) -> dict[str, Any]:
    """The same with its top keys sorted: where a key stands among them means nothing."""
    return dict(sorted(said.items()))


def _spliced(text: str, key: str, value: Any) -> str | None:
    """The text with other lines for one key; None where its keys do not stand in lines of their own."""
    lines = [line if line.endswith("\n") else f"{line}\n" for line in re.split(r"(?<=\n)", text) if line]
    new = written({key: value}).splitlines(keepends=True) if value is not None else []
    loader = CoreLoader(text)
    try:
        node = loader.get_single_node()
    finally:
        loader.dispose()
    if node is None:
        return "".join([*lines, *new])
    if not isinstance(node, yaml.MappingNode) or node.flow_style or any(k.start_mark.column for k, _ in node.value):
        return None
    starts = [k.start_mark.line for k, _ in node.value]
    spans = {
        k.value: (start, _end(lines, start, after))
        for (k, _), start, after in zip(node.value, starts, [*starts[1:], len(lines)], strict=True)
    }
    if key in spans:
        start, end = spans[key]
        return "".join([*lines[:start], *new, *lines[end:]])
    before = [spans[k][1] for k in ORDER[: ORDER.index(key) if key in ORDER else None] if k in spans]
    at = max(before, default=starts[0])
    return "".join([*lines[:at], *new, *lines[at:]])


def _end(lines: list[str], start: int, after: int) -> int:
    """Where the lines of a key end: what follows of empty lines and comments belongs to the next one."""
    end = after
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return end
