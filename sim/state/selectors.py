"""Who is meant, in words: `age >= senior_elder and alone`, over the columns of residents.

Known are every column of one number a resident (`sim/state/residents.py`), the five interests, the groups
(`elders_alone` ...), and the names of age bands, tiers and origins, which stand for their numbers. Columns of a user's
own file of residents are written `own.caste == 'obc'` or `own['Income (EUR)'] < 900`; `own.id` and `own.grid` are the
names that it gives. Allowed are `and`, `or`, `not`, comparisons, arithmetic, numbers and brackets. The words are read
as a tree and never executed.
"""

import ast
import difflib
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from sim.engine.jit import Column
from sim.state.own_columns import OwnColumns
from sim.state.residents import AGES, GROUPS, INTERESTS, ORIGINS, RESIDENTS, TIERS

LONGEST = 400
NUMBERS: dict[str, float] = {word: float(at) for words in (AGES, TIERS, ORIGINS) for at, word in enumerate(words)}
COLUMNS = frozenset(
    name for name, fact in RESIDENTS.items() if not fact.width and name not in ("key", "groups", "wants", "open_needs")
)
KNOWN = sorted(COLUMNS | NUMBERS.keys() | set(INTERESTS) | set(GROUPS))
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}  # fmt: skip
_COMPUTED: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


@lru_cache(maxsize=256)
def read_where(words: str) -> ast.expr:
    """The words as a tree.

    Errors: ValueError that names the word that is not known, with the nearest one that is.
    """
    if len(words) > LONGEST:
        raise ValueError(f"at most {LONGEST} letters, not {len(words)}")
    try:
        tree = ast.parse(words.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"words such as age >= senior_elder and alone; {words!r} cannot be read") from error
    _check(tree)
    return tree


def _check(node: ast.expr) -> None:
    match node:
        case ast.BoolOp():
            parts = list(node.values)
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            parts = [node.operand]
        case ast.BinOp() if type(node.op) in _COMPUTED:
            parts = [node.left, node.right]
        case ast.Compare() if all(type(op) in _COMPARED for op in node.ops):
            parts = [side for side in (node.left, *node.comparators) if not _is_text(side)]
            texts = len(node.ops) + 1 - len(parts)
            if texts and not (len(node.ops) == texts == 1 and _own_name(parts[0]) and _for_words(node.ops[0])):
                raise ValueError(
                    f"words compared with a column of one's own file, own.name == 'word', not {ast.unparse(node)!r}"
                )
        case ast.Constant() if isinstance(node.value, int | float):
            parts = []
        case ast.Attribute() | ast.Subscript() if _own_name(node):
            parts = []
        case ast.Name():
            if node.id not in KNOWN:
                near = difflib.get_close_matches(node.id, KNOWN, 1)
                known = f"; did you mean {near[0]!r}?" if near else f": {', '.join(KNOWN)}"
                raise ValueError(f"columns of residents (of your own file: own.{node.id}); {node.id!r} is none{known}")
            parts = []
        case _:
            raise ValueError(
                f"and, or, not, comparisons, + - *, numbers and columns only, without {ast.unparse(node)!r}"
            )
    for part in parts:
        _check(part)


def _own_name(node: ast.expr) -> str | None:
    """The column of the user's own file that is meant, if one is."""
    match node:
        case ast.Attribute(value=ast.Name(id="own"), attr=name):
            return name
        case ast.Subscript(value=ast.Name(id="own"), slice=ast.Constant(value=str(name))):
            return name
    return None


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _for_words(op: ast.cmpop) -> bool:
    return isinstance(op, ast.Eq | ast.NotEq)


def check_own(words: str, own: OwnColumns | None) -> None:
    """Refuse words that mean a column of one's own file which is not there, or compare words with numbers.

    Errors: ValueError with the nearest column.
    """
    nodes = [node for node in ast.walk(read_where(words)) if isinstance(node, ast.expr)]
    with_text = [n for n in nodes if isinstance(n, ast.Compare) and any(map(_is_text, (n.left, *n.comparators)))]
    worded = {id(side) for node in with_text for side in (node.left, *node.comparators)}
    for node in nodes:
        if name := _own_name(node):
            column = _own(own).column(name)
            if (column.dtype.kind == "U") != (id(node) in worded):
                holds, so = (
                    ("words", f"own.{name} == 'word'") if column.dtype.kind == "U" else ("numbers", f"own.{name} > 0")
                )
                raise ValueError(f"the column {name!r} of the file of residents holds {holds}: {so}")


def _own(own: OwnColumns | None) -> OwnColumns:
    if own is None:
        raise ValueError("own. means a column of a residents_file, and this community has none")
    return own


def meant(words: str, columns: Mapping[str, Column], own: OwnColumns | None = None) -> Column:
    """Which residents the words mean: one truth a row."""
    found = _truth(read_where(words), columns, own)
    return np.broadcast_to(np.asarray(found, bool), columns["tier"].shape).copy()


def _truth(node: ast.expr, columns: Mapping[str, Column], own: OwnColumns | None) -> Any:
    """A value as a truth; what is not known is not true."""
    value = _value(node, columns, own)
    return (value != 0) & (value == value) if _own_name(node) else value


def _compared(op: ast.cmpop, left: Any, right: Any) -> Any:
    """A comparison, which does not hold where a side is not known (NaN, or no word)."""
    found = _COMPARED[type(op)](left, right)
    if isinstance(op, ast.NotEq):
        for side in (left, right):
            found = found & (side == side if not _words(side) else side != "")
    return found


def _words(side: Any) -> bool:
    return isinstance(side, str) or (isinstance(side, np.ndarray) and side.dtype.kind == "U")


def _value(node: ast.expr, columns: Mapping[str, Column], own: OwnColumns | None) -> Any:
    if name := _own_name(node):
        return _own(own).now(name, columns["key"])
    match node:
        case ast.BoolOp():
            joined = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            result = _truth(node.values[0], columns, own)
            for part in node.values[1:]:
                result = joined(result, _truth(part, columns, own))
            return result
        case ast.UnaryOp(op=ast.Not()):
            return np.logical_not(_truth(node.operand, columns, own))
        case ast.UnaryOp():
            return -1.0 * _value(node.operand, columns, own)
        case ast.BinOp():
            return _COMPUTED[type(node.op)](
                _number(_value(node.left, columns, own)), _number(_value(node.right, columns, own))
            )
        case ast.Compare():
            left, result = _value(node.left, columns, own), True
            for op, part in zip(node.ops, node.comparators, strict=True):
                right = _value(part, columns, own)
                result, left = np.logical_and(result, _compared(op, left, right)), right
            return result
        case ast.Constant():
            return node.value
        case ast.Name():
            return _named(node.id, columns)
    raise AssertionError(node)


def _named(word: str, columns: Mapping[str, Column]) -> Any:
    if word in COLUMNS:
        return columns[word]
    if word in INTERESTS:
        return columns["interest"][:, INTERESTS.index(word)]
    if word in GROUPS:
        return (columns["groups"] & (1 << GROUPS.index(word))) != 0
    return NUMBERS[word]


def _number(value: Any) -> Any:
    """As a wide number, so that small whole numbers do not overflow."""
    return np.asarray(value, np.float64)
