"""Mutations: what can go wrong with a file on its way from a person to a program.

Everything is drawn from a `random.Random`, so that a case is its kind and its number and can be made again.
"""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import yaml

type Tree = Any
"""Plain values as YAML and JSON have them."""

TEXTS = (
    "", " ", "0", "-1", "nan", "inf", "1e999", "true", "null", "~", "a: b", "@home", "[", "{", "'", '"', "#", "!!int x", "&a", "*a",
    "=1+1", "$x$", "\\", "\\n", "%s", "{}", "[bold]x[/]", "<b>", "../../x", "./.", "邻里", "é", "e\u0301", "\u202eabc", "\ufeff", "\u2028",
    "\U0001f600", "a" * 5000, "name=value", "x,y", "x;y", "01", "1.0", "0x1f", "1_000", "٣", "12:30", "2026-01-01",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 2, 7, 0.5, -0.0, 1e-300, 1e300, 1e308, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**30, float("nan"), float("inf"), -float("inf"),
)  # fmt: skip


def odd(chance: Random) -> Tree:
    """A value that probably does not belong where it is put."""
    kind = chance.randrange(8)
    if kind < 3:
        return chance.choice(TEXTS)
    if kind < 6:
        return chance.choice(NUMBERS)
    nested: Tree = chance.choice([None, True, False, [], {}, [[]], {"": 1}, [None], {"a": {"b": {}}}])
    return deep(nested, chance.choice([3, 60, 200])) if chance.random() < 0.1 else nested


def deep(value: Tree, levels: int) -> Tree:
    """A value inside many lists or sections."""
    for i in range(levels):
        value = [value] if i % 2 else {"a": value}
    return value


def places_of(tree: Tree, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The place of everything inside a tree."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    found = [place] if place else []
    for key, inner in items:
        found += places_of(inner, (*place, key))
    return found


def changed_tree(tree: Tree, chance: Random) -> Tree:
    """The tree with one to four things in it replaced, taken away, doubled, exchanged, renamed or added."""
    tree = json.loads(json.dumps(tree))
    if chance.random() < 0.4:
        return _otherwise(tree, chance)
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        places = places_of(tree)
        if not places or chance.random() < 0.02:
            return odd(chance)
        *way, last = chance.choice(places)
        holder = tree
        for key in way:
            holder = holder[key]
        chance.choice(CHANGES)(holder, last, chance)
    return tree


def _otherwise(tree: Tree, chance: Random) -> Tree:
    """The tree with one number a little different, or one entry less: often still what a user could mean."""
    places = places_of(tree)
    for *way, last in chance.sample(places, len(places)):
        holder = tree
        for key in way:
            holder = holder[key]
        value = holder[last]
        if isinstance(value, int | float) and not isinstance(value, bool):
            holder[last] = chance.choice(
                [value + 1, value * 2, value / 2, value * 1.1, max(value - 1, 0), round(value)]
            )
            return tree
        if chance.random() < 0.1:
            del holder[last]
            return tree
    return tree


def _replace(holder: Tree, key: Any, chance: Random) -> None:
    holder[key] = odd(chance)


def _nudge(holder: Tree, key: Any, chance: Random) -> None:
    value = holder[key]
    if isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, int | float):
        holder[key] = chance.choice([value + 1, -value, value * 1000, value / 3, str(value), [value]])
    elif isinstance(value, str):
        holder[key] = chance.choice([value[:-1], value + "x", value.upper(), value[::-1], [value], {value: None}])
    else:
        _replace(holder, key, chance)


def _take_away(holder: Tree, key: Any, _: Random) -> None:
    del holder[key]


def _double(holder: Tree, key: Any, chance: Random) -> None:
    if isinstance(holder, list):
        holder[key:key] = [holder[key]] * chance.choice([1, 2, 300])
    else:
        holder[chance.choice([f"{key} ", str(key).upper(), f"{key}.{key}"])] = holder[key]


def _exchange(holder: Tree, key: Any, chance: Random) -> None:
    other = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    holder[key], holder[other] = holder[other], holder[key]


def _rename(holder: Tree, key: Any, chance: Random) -> None:
    if isinstance(holder, dict):
        holder[chance.choice([str(key)[:-1], f"{key}s", chance.choice(TEXTS)])] = holder.pop(key)
    else:
        holder[key] = [holder[key]]


def _add(holder: Tree, _: Any, chance: Random) -> None:
    if isinstance(holder, dict):
        holder[chance.choice(TEXTS)] = odd(chance)
    else:
        holder.append(odd(chance))


CHANGES: Sequence[Callable[[Tree, Any, Random], None]] = (
    _replace, _replace, _nudge, _nudge, _take_away, _double, _exchange, _rename, _add,
)  # fmt: skip


def as_yaml(tree: Tree) -> str:
    """A tree as YAML, some of it in flow style, as far as the writer can."""
    return str(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100))


def as_json(tree: Tree) -> str:
    """A tree as JSON, with the words NaN and Infinity that JSON does not have."""
    return json.dumps(tree, ensure_ascii=False)


def changed_cells(text: str, chance: Random) -> str:
    """A table of cells with commas, of which some cells, rows or columns are changed."""
    rows = [line.split(",") for line in text.splitlines()]
    for _ in range(chance.choice([1, 1, 2, 5])):
        at = chance.randrange(len(rows))
        row = rows[at]
        column = chance.randrange(max(len(row), 1))
        match chance.randrange(9):
            case 0 | 1 | 2 if row:
                row[min(column, len(row) - 1)] = str(odd(chance))[:200]
            case 3:
                rows.insert(at, list(row))
            case 4 if len(rows) > 1:
                del rows[at]
            case 5:
                for one in rows:
                    del one[column : column + 1]
            case 6:
                for one in rows:
                    one[column:column] = one[column : column + 1]
            case 7:
                row.append(chance.choice(TEXTS))
            case _:
                other = chance.randrange(len(rows))
                rows[at], rows[other] = rows[other], rows[at]
    separator = chance.choice([","] * 8 + [";", "\t"])
    return "\n".join(separator.join(row) for row in rows) + "\n"


def changed_text(text: str, chance: Random) -> str:
    """A text of which lines or words are changed."""
    lines = text.split("\n")
    for _ in range(chance.choice([1, 1, 2, 6])):
        at = chance.randrange(len(lines))
        match chance.randrange(7):
            case 0:
                lines[at] = chance.choice(TEXTS)
            case 1:
                lines.insert(at, lines[at])
            case 2 if len(lines) > 1:
                del lines[at]
            case 3:
                cut = chance.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + chance.choice(TEXTS) + lines[at][cut:]
            case 4:
                lines[at] = " " * chance.choice([1, 2, 400]) + lines[at]
            case 5:
                other = chance.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case _:
                words = lines[at].split(" ")
                words[chance.randrange(len(words))] = str(odd(chance))[:300]
                lines[at] = " ".join(words)
    return "\n".join(lines)


def as_bytes(text: str, chance: Random) -> bytes:
    """The text as a file: mostly as it should be, sometimes cut off, damaged or in another encoding."""
    whole = text.encode("utf-8", "surrogatepass")
    at = chance.randrange(len(whole) + 1)
    match chance.randrange(24):
        case 0:
            return whole[:at]
        case 1:
            return whole[:at] + bytes([chance.randrange(256)]) + whole[at + 1 :]
        case 2:
            return whole[:at] + chance.choice([b"\0", b"\xff\xfe", b"\x1b[31m", b"\x85", b"\xed\xa0\x80"]) + whole[at:]
        case 3:
            return text.encode(chance.choice(["utf-16", "utf-8-sig", "gb18030", "utf-32"]), "replace")
        case 4:
            return whole.replace(b"\n", chance.choice([b"\r\n", b"\r", b"\n\n"]))
        case 5:
            return whole * chance.choice([2, 20])
        case 6 if chance.random() < 0.3:
            return chance.choice([b"", b"\n", b"\0" * 5000, b"[" * 5000, b"{a: " * 5000, b"- " * 5000, b"&a [*a]"])
    return whole
