"""What a function of views reads and writes, said by its own code and by that of the functions it hands views to.

Columns are followed through names (`tier = residents.tier[first:last]`) and through calls, by argument. A column
handed to a function that is not ours is read.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

FILLING = ("fill", "sort")
"""Methods of an array that write to it."""

type Touched = tuple[str, str]
"""A parameter and an attribute of it; the attribute is empty where the parameter is itself a column."""


@dataclass(frozen=True)
class Effects:
    """Attributes of parameters that a function reads, and those that it writes."""

    reads: frozenset[Touched]
    writes: frozenset[Touched]


def effects_of(function: Callable[..., Any]) -> Effects:
    """What a function does to its parameters, through every function of ours that it calls."""
    return _effects(getattr(function, "py_func", function))


@cache
def _effects(function: Callable[..., Any]) -> Effects:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    reader = _Reader(function, [argument.arg for argument in tree.args.args])
    for statement in tree.body:  # twice, so that what a name stands for is known wherever it is used
        reader.visit(statement)
    for statement in tree.body:
        reader.visit(statement)
    return Effects(frozenset(reader.reads), frozenset(reader.writes))


class _Reader(ast.NodeVisitor):
    def __init__(self, function: Callable[..., Any], parameters: list[str]) -> None:
        self._globals, self._name = function.__globals__, function.__name__
        self._stands_for: dict[str, set[Touched]] = {name: {(name, "")} for name in parameters}
        self.reads: set[Touched] = set()
        self.writes: set[Touched] = set()

    def _meant(self, node: ast.AST) -> set[Touched]:
        """Parameters, or their attributes, that an expression stands for: itself or a part of it."""
        match node:
            case ast.Name(id=name):
                return self._stands_for.get(name, set())
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                return {(parameter, attribute) for parameter, of in self._stands_for.get(name, set()) if not of}
            case ast.Subscript(value=value):
                return self._meant(value)
        return set()

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """An attribute that is looked at."""
        self.reads |= {touched for touched in self._meant(node) if touched[1]}
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """A row or a part of a column."""
        if isinstance(node.ctx, ast.Store):
            self.writes |= self._meant(node.value)
            self.visit(node.slice)
            if not isinstance(node.value, ast.Attribute | ast.Name):
                self.visit(node.value)
        else:
            self.reads |= self._meant(node.value)
            self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """What is added to is read and written."""
        if isinstance(node.target, ast.Subscript):
            self.reads |= self._meant(node.target.value)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """A name for a column, or for a part of one."""
        for target in node.targets:
            values = [node.value]
            names = [target]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                names, values = target.elts, node.value.elts
            for name, value in zip(names, values, strict=False):
                if isinstance(name, ast.Name):
                    several = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
                    for one in several:
                        self._stands_for.setdefault(name.id, set()).update(self._meant(one))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """A function of ours does with a view or a column what its own code says."""
        called = self._globals.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if isinstance(node.func, ast.Attribute) and node.func.attr in FILLING:
            self.writes |= {
                touched for touched in self._meant(node.func.value) if touched[1] or touched[0] in self._stands_for
            }
        plain, followed = getattr(called, "py_func", None), set[int]()
        if plain is not None and plain.__name__ != self._name:
            inner, parameters = effects_of(plain), list(inspect.signature(plain).parameters)
            for parameter, argument in zip(parameters, node.args, strict=False):
                for touched, kept in ((inner.reads, self.reads), (inner.writes, self.writes)):
                    for at, attribute in touched:
                        if at == parameter:
                            followed.add(id(argument))
                            kept |= self._through(argument, attribute)
        for argument in node.args:
            if isinstance(argument, ast.Attribute) and id(argument) in followed:
                continue  # a column that is read or written as the function says; what it says nothing of is a number
            self.visit(argument)
        for keyword in node.keywords:
            self.visit(keyword.value)
        if isinstance(node.func, ast.Attribute):
            self.visit(node.func.value)

    def _through(self, argument: ast.AST, attribute: str) -> set[Touched]:
        """What an attribute of an argument is here; without an attribute, the argument itself."""
        meant = self._meant(argument)
        return {(name, of or attribute) for name, of in meant if not (of and attribute)} if attribute else meant
