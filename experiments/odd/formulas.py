"""Formulas and listings: laws as formulas, phases and drawing functions as the program itself says them."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from sim.engine.jit import plain
from sim.state.views import TABLES

SIGNS = ((" ** ", "^"), (" * ", " · "), (" - ", " − "), ("<=", "≤"), (">=", "≥"), ("!=", "≠"), ("(-", "(−"))
"""How operators of a formula are printed."""
ENGINEERS_HALF = "# ---- the engineer's half"
"""From this line on a rule file says how something is done fast, and no more what is done."""
WIDEST = 110
"""Characters in a line of a formula."""


def laws_of(module: ModuleType) -> list[Callable[..., Any]]:
    """The laws of a module as plain Python, in the order in which they stand: formulas, and functions about one."""
    return [plain(getattr(module, name)) for name, node in _functions(module).items() if _is_law(node, module)]


def is_about_one(law: Callable[..., Any]) -> bool:
    """Whether a law looks up one resident, order or tie in the world; others are formulas of numbers alone."""
    return not set(inspect.signature(law).parameters).isdisjoint(TABLES)


def _functions(module: ModuleType) -> dict[str, ast.FunctionDef]:
    """The functions that stand in a module, by name."""
    body = ast.parse(inspect.getsource(module)).body
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


def _is_law(node: ast.FunctionDef, module: ModuleType) -> bool:
    """Whether a function is a law that a reader of the model wants to see: it stands above the engineer's half."""
    head = inspect.getsource(module).partition(ENGINEERS_HALF)[0]
    return _decorated(node, "law") and node.lineno <= head.count("\n")


def _decorated(node: ast.FunctionDef, by: str) -> bool:
    return any(isinstance(d, ast.Name) and d.id == by for d in node.decorator_list)


def formula(law: Callable[..., Any]) -> str:
    """A law in words, and as a formula: a case a line, intermediate names below; a law about one as it stands."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(law))).body[0]
    assert isinstance(tree, ast.FunctionDef)  # a law is a plain function
    arguments = ", ".join(a.arg for a in tree.args.args)
    sentence = " ".join(inspect.cleandoc(law.__doc__ or "").split())
    cases, where = ([], []) if is_about_one(law) else _cases(tree.body[1:])
    if not cases:
        lines = [f"{tree.name}({arguments}):", *(f"    {line}".rstrip() for line in body_of(law).splitlines())]
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
                cases += _branches(value, f"if {_signs(test)}")
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                where.append(f"{name} = {_signs(value)}")
            case _:
                return [], []
    return cases, where


def _branches(value: ast.expr, when: str) -> list[str]:
    """One line a branch of a conditional expression."""
    if isinstance(value, ast.IfExp) and not when.startswith("if"):
        return [*_branches(value.body, f"if {_signs(value.test)}"), *_branches(value.orelse, "otherwise")]
    return [_signs(value) + (f"    {when}" if when else "")]


class _Powers(ast.NodeTransformer):
    """A power is printed as one."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        is_power = isinstance(node.func, ast.Name) and node.func.id == "power"
        return ast.BinOp(node.args[0], ast.Pow(), node.args[1]) if is_power else node


def _signs(expression: ast.expr) -> str:
    text = ast.unparse(_Powers().visit(expression))
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
    lines = inspect.getsource(module).splitlines()
    return {
        name: "\n".join(lines[node.lineno - 1 : node.end_lineno])
        for name, node in _functions(module).items()
        if not _is_law(node, module) and not _decorated(node, "phase")
    }
