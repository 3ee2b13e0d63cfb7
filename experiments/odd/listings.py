"""Listings: what tables and laws leave open, as the program itself says it, with the meaning of every constant."""

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import numpy as np

from experiments.odd.formulas import body_of, functions_of, laws_of
from sim.engine.jit import plain
from sim.policies import POLICIES
from sim.policies.policy import Policy
from sim.week import WEEK

CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*|_\d+")
STREAM = re.compile(r"^(\w+) = stream\(\"([^\"]+)\"\)", re.MULTILINE)
SAID = ("sentence", "sentence_zh", "told", "told_zh", "period", "fits")
"""Methods of a policy that only speak or refuse: they change nothing in a run."""
COMPILER = ("compiled", "inlined", "weekly", "register_jitable", "law", "unit")
"""Decorators that say how a function is compiled, and nothing about what it computes."""
UNTYPED = "  # type: ignore[no-untyped-def]"
"""A remark for the type checker."""


def fenced(*code: str) -> str:
    """Code as a block of the document."""
    return "```python\n" + "\n\n".join(code) + "\n```"


def phases_in_full() -> str:
    """Each phase: what it writes, what its constants are, and its body with the helpers of its file."""
    return "\n\n".join(_phase_in_full(phase) for phase in WEEK)


def _phase_in_full(phase: Any) -> str:
    module = importlib.import_module(phase.plain.__module__)
    writes = ", ".join(f"`{name}`" for name in phase.writes)
    helpers = _helpers(inspect.getsource(phase.plain), module)
    body = body_of(phase.plain)
    words = inspect.cleandoc(phase.plain.__doc__ or "")
    parts = [words, f"Writes {writes}.", *meanings((*helpers, body), module), fenced(*helpers, body)]
    return f'<a id="{phase.name}"></a>\n\n### {phase.name}\n\n' + "\n\n".join(parts)


def _helpers(said: str, module: ModuleType) -> list[str]:
    """The module's functions, other than laws, that some code calls, be it through a law or through another of them."""
    functions = functions_of(module)
    through = functions | {law.__name__: inspect.getsource(law) for law in laws_of(module)}
    called: set[str] = set()
    while found := {name for name in through.keys() - called if re.search(rf"\b{name}\(", said)}:
        called |= found
        said = "\n".join(through[name] for name in found)
    return [code for name, code in functions.items() if name in called]


def meanings(code: Iterable[str], module: ModuleType) -> list[str]:
    """One sentence on the constants in this code; none where there are none.

    Streams by name, numbers and lists by value, records by their fields.
    """
    named = dict(STREAM.findall(inspect.getsource(module)))
    used = sorted({n.id for part in code for n in ast.walk(_parsed(part)) if isinstance(n, ast.Name)})
    streams = [f"`{name}` is the stream `{named[name]}`" for name in used if name in named]
    known = {name: getattr(module, name, None) for name in used if name not in named and CONSTANT.fullmatch(name)}
    numbers = [f"`{n}` is {x:,}" for n, x in known.items() if isinstance(x, int | float | np.integer)]
    tuples = {n: x for n, x in known.items() if isinstance(x, tuple) and isinstance(x[0], str | int)}
    lists = [f"`{n}` is ({', '.join(map(str, x))})" for n, x in tuples.items()]
    fields = {n: x.names for n, x in known.items() if isinstance(x, np.dtype) and x.names}
    fields |= {n: getattr(module, n)._fields for n in used if hasattr(getattr(module, n, None), "_fields")}
    records = [f"`{n}` is a record of {', '.join(names)}" for n, names in fields.items()]
    said = streams + numbers + lists + records
    return [f"Here {', '.join(said)}."] if said else []


def _parsed(code: str) -> ast.AST:
    """The tree of a function, or of a body without its head."""
    return ast.parse("def phase():\n" + textwrap.indent(code, "    "))


def module_in_full(module: ModuleType) -> str:
    """All that a module computes with: its constants, records and functions; imports and column tables stand elsewhere."""
    source = inspect.getsource(module)
    kept = [code for node in ast.parse(source).body if (code := _kept(node, source.splitlines()))]
    return "\n\n".join([*meanings(kept, module), fenced(*kept)])


def _kept(node: ast.stmt, lines: list[str]) -> str:
    """The source of a top-level statement, or nothing where it is an import, a docstring or a table of columns."""
    first = node.lineno
    if isinstance(node, ast.ClassDef) and not _is_record(node):
        return ""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        names = [d.id if isinstance(d, ast.Name) else "" for d in node.decorator_list]
        if node.decorator_list and not set(names) & set(COMPILER):
            first = node.decorator_list[0].lineno
    elif not _is_constant(node):
        return ""
    return "\n".join(lines[first - 1 : node.end_lineno]).replace(UNTYPED, "")


def _is_record(node: ast.ClassDef) -> bool:
    """Whether a class does no more than name the fields of a record."""
    bases = {b.id for b in node.bases if isinstance(b, ast.Name)}
    return "NamedTuple" in bases or any(isinstance(d, ast.Name) and d.id == "dataclass" for d in node.decorator_list)


def _is_constant(node: ast.stmt) -> bool:
    """Whether a statement names numbers or streams."""
    if isinstance(node, ast.AnnAssign):
        return isinstance(node.value, ast.Dict) and not node.value.keys
    if not isinstance(node, ast.Assign):
        return False
    target = node.targets[0]
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    return all(isinstance(n, ast.Name) and CONSTANT.fullmatch(n.id) for n in names) and not isinstance(
        node.value, ast.Dict
    )


def chosen_in_full(path: str) -> str:
    """Some functions of a module or methods of a class: `sim.world.World:_settle,_initial_tenure`."""
    where, _, names = path.partition(":")
    home, _, last = where.rpartition(".")
    owner = getattr(importlib.import_module(home), last)
    code = [_function(getattr(owner, name)) for name in names.split(",")]
    return "\n\n".join(
        [
            *meanings(code, importlib.import_module(owner.__module__ if isinstance(owner, type) else where)),
            fenced(*code),
        ]
    )


def _function(function: Any) -> str:
    """A function as it stands in its file, without what says how it is compiled."""
    written = getattr(function, "plain", None) or plain(function)  # of a unit, of a law
    lines = textwrap.dedent(inspect.getsource(written)).rstrip().splitlines()
    return "\n".join(line for line in lines if line.removeprefix("@") not in COMPILER).replace(UNTYPED, "")


def pushes() -> str:
    """What each policy does in a week, as the program itself says it: its methods and the functions they call."""
    return "\n\n".join(f"#### Push of `{name}`\n\n{_policy_in_full(kind)}" for name, kind in POLICIES.items())


def _own_function(member: Any) -> Any:
    """The function behind a member of a policy: behind a property, or behind what it does in a week."""
    return member.fget if isinstance(member, property) else getattr(member, "function", member)


def _policy_in_full(kind: type[Policy]) -> str:
    module = importlib.import_module(kind.__module__)
    members = {name: _own_function(member) for name, member in vars(kind).items()}
    own = [
        _function(member)
        for name, member in members.items()
        if inspect.isfunction(member) and member.__module__ == kind.__module__ and name not in SAID
    ]
    laws = [_function(law) for law in laws_of(module)]
    code = [*(c for c in own if not c.startswith("@model_validator")), *laws, *functions_of(module).values()]
    return "\n\n".join([*meanings(code, module), fenced(*code)])
