"""Who is meant, in words: `age >= senior_elder and alone`, over the columns of residents.

Known are every column of one number a resident (`sim/residents.py`), the five interests, the groups (`elders_alone` ...),
and the names of age bands, tiers and origins, which stand for their numbers. Allowed are `and`, `or`, `not`, comparisons,
arithmetic, numbers and brackets. The words are read as a tree and never executed.
"""

import ast
import difflib
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from sim.law import Column
from sim.residents import AGES, GROUPS, INTERESTS, ORIGINS, RESIDENTS, TIERS

LONGEST = 400
NUMBERS: dict[str, float] = {word: float(at) for words in (AGES, TIERS, ORIGINS) for at, word in enumerate(words)}
COLUMNS = frozenset(
    name for name, fact in RESIDENTS.items() if not fact.width and name not in ("key", "groups", "wants", "open_needs")
)
KNOWN = sorted(COLUMNS | NUMBERS.keys() | set(INTERESTS) | set(GROUPS))
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq, ast.NotEq: operator.ne,
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
            parts = [node.left, *node.comparators]
        case ast.Constant() if isinstance(node.value, int | float):
            parts = []
        case ast.Name():
            if node.id not in KNOWN:
                near = difflib.get_close_matches(node.id, KNOWN, 1)
                raise ValueError(
                    f"columns of residents; {node.id!r} is none"
                    + (f"; did you mean {near[0]!r}?" if near else f": {', '.join(KNOWN)}")
                )
            parts = []
        case _:
            raise ValueError(
                f"and, or, not, comparisons, + - *, numbers and columns only, without {ast.unparse(node)!r}"
            )
    for part in parts:
        _check(part)


def meant(words: str, columns: Mapping[str, Column]) -> Column:
    """Which residents the words mean: one truth a row."""
    found = _value(read_where(words), columns)
    return np.broadcast_to(np.asarray(found, bool), columns["tier"].shape).copy()


def _value(node: ast.expr, columns: Mapping[str, Column]) -> Any:
    match node:
        case ast.BoolOp():
            joined = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            result = _value(node.values[0], columns)
            for part in node.values[1:]:
                result = joined(result, _value(part, columns))
            return result
        case ast.UnaryOp(op=ast.Not()):
            return np.logical_not(_value(node.operand, columns))
        case ast.UnaryOp():
            return -1.0 * _value(node.operand, columns)
        case ast.BinOp():
            return _COMPUTED[type(node.op)](_number(_value(node.left, columns)), _number(_value(node.right, columns)))
        case ast.Compare():
            left, result = _value(node.left, columns), True
            for op, part in zip(node.ops, node.comparators, strict=True):
                right = _value(part, columns)
                result, left = np.logical_and(result, _COMPARED[type(op)](left, right)), right
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
