"""Formulas and listings: laws as formulas, phases and drawing functions as the program itself says them."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from sim.engine.jit import plain

SIGNS = ((" ** ", "^"), (" * ", " · "), (" - ", " − "), ("<=", "≤"), (">=", "≥"), ("!=", "≠"), ("(-", "(−"))
"""How operators of a formula are printed."""
WIDEST = 110
"""Characters in a line of a formula."""


def laws_of(module: ModuleType) -> list[Callable[..., Any]]:
    """The laws of a module as plain Python, in the order in which they stand."""
    tree = ast.parse(inspect.getsource(module))
    laws = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(d, ast.Name) and d.id == "law" for d in node.decorator_list)
    ]
    return [plain(getattr(module, name)) for name in laws]


def formula(law: Callable[..., Any]) -> str:
    """A law in words and as a formula: a case a line, intermediate names below."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(law))).body[0]
    assert isinstance(tree, ast.FunctionDef)  # a law is a plain function
    arguments = ", ".join(a.arg for a in tree.args.args)
    sentence = " ".join(inspect.cleandoc(law.__doc__ or "").split())
    cases, where = _cases(tree.body[1:])
    if not cases:
        body = [_signs(line) for node in tree.body[1:] for line in ast.unparse(node).splitlines()]
        lines = [f"{tree.name}({arguments}):", *(f"    {line}" for line in body)]
    else:
        lines = [f"{tree.name}({arguments}) =", *(line for case in cases for line in _wrapped(case))]
        lines += ["  where", *(line for said in where for line in _wrapped(said))] if where else []
    return "\n".join([sentence, "", "```text", *lines, "```"])


def _wrapped(text: str) -> list[str]:
    """A formula over several lines, broken before a plus or minus."""
    pieces = re.split(r"(?= [+−] )", text) if len(text) > WIDEST else [text]
    lines = ["    "]
    for piece in pieces:
        if len(lines[-1]) + len(piece) > WIDEST:
            lines.append("       ")
        lines[-1] += piece
    return lines


def _cases(body: Sequence[ast.stmt]) -> tuple[list[str], list[str]]:
    """The cases of a law and the names it computes on the way; no case at all when it is more than a formula."""
    cases: list[str] = []
    where: list[str] = []
    for node in body:
        match node:
            case ast.Return(value=value) if value is not None:
                cases += _branches(value, "otherwise" if cases else "")
            case ast.If(test=test, body=[ast.Return(value=value)], orelse=[]) if value is not None:
                cases += _branches(value, f"if {_signs(ast.unparse(test))}")
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                where.append(f"{name} = {_signs(ast.unparse(value))}")
            case _:
                return [], []
    return cases, where


def _branches(value: ast.expr, when: str) -> list[str]:
    """One line a branch of a conditional expression."""
    if isinstance(value, ast.IfExp) and not when.startswith("if"):
        return [*_branches(value.body, f"if {_signs(ast.unparse(value.test))}"), *_branches(value.orelse, "otherwise")]
    return [_signs(ast.unparse(value)) + (f"    {when}" if when else "")]


def _signs(text: str) -> str:
    for code, sign in SIGNS:
        text = text.replace(code, sign)
    return text


def body_of(function: Callable[..., Any]) -> str:
    """A function's statements without its head and docstring, with its comments."""
    source = textwrap.dedent(inspect.getsource(function))
    tree = ast.parse(source).body[0]
    assert isinstance(tree, ast.FunctionDef)  # a phase is a plain function
    lines = source.splitlines()
    return textwrap.dedent("\n".join(lines[tree.body[0].end_lineno :]))


def functions_of(module: ModuleType) -> dict[str, str]:
    """The module's own functions that are neither laws nor phases, by name, in full."""
    source = inspect.getsource(module)
    lines = source.splitlines()
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and not any(
            isinstance(d, ast.Call) or (isinstance(d, ast.Name) and d.id == "law") for d in node.decorator_list
        ):
            found[node.name] = "\n".join(lines[node.lineno - 1 : node.end_lineno])
    return found
