"""The rules in full are complete: no listing uses a name of which neither they nor the ODD document say the meaning."""

import ast
import builtins
import re
import textwrap

import pytest

from experiments.odd import rules_in_full
from experiments.odd.describing import TABLES, rule_modules
from experiments.odd.formulas import laws_of
from sim.founding.population import PersonColumns
from sim.mathematics import odds
from sim.state.levers import LEVERS
from sim.state.tallies import TALLIES
from sim.state.views import SECTIONS
from sim.week import WEEK

BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
LANGUAGE = {
    *dir(builtins),
    "np",
    "sqrt",
    "exp",
    "log",
    "power",
    "exponentials",
    "logarithms",
    "powers",
    "cosine_and_sine",
    "pi",
    "get_args",
    "floor",
    "ceil",
    "fsum",
    "hashlib",
    "pairwise",
}
"""Python itself, its mathematics, and the array library: known to every reader of the listings."""
BESIDE = {"ConfigError", "Problem", "Spot", "read_residents", "read_ties", "Policy"} | {
    "Monday",
    "NAMES",
    "ROW",
    "_Seen",
    "FOUNDING",
    "copy",
}
"""Refusals, a user's own files (section 18), the class whose methods are listed under Policies in full, and how Monday keeps
the columns, which the document says in words."""


@pytest.fixture(scope="module")
def text() -> str:
    return rules_in_full()


def tree_of(block: str) -> ast.AST:
    """A listing as a tree, without decorators, bases and types, which say nothing about what is computed."""
    tree = ast.parse("def body(self):\n" + textwrap.indent(block, "    "))
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef():
                node.decorator_list, node.returns = [], None
            case ast.ClassDef():
                node.decorator_list, node.bases, node.body = [], [], [ast.Pass()]
            case ast.arg() | ast.AnnAssign():
                node.annotation = ast.Constant(None)
    return tree


def test_no_listing_uses_a_name_that_is_nowhere_explained(text: str) -> None:
    trees = [tree_of(block) for block in BLOCK.findall(text)]
    assert len(trees) > len(WEEK)
    explained = {name for table in TABLES.values() for name in table} | set(LEVERS) | set(TALLIES)
    explained |= {law.__name__ for module in (odds, *rule_modules()) for law in laws_of(module)}
    explained |= set(re.findall(r"`(\w+)` is ", text)) | set(PersonColumns._fields) | set(SECTIONS)
    kinds = next(block for block in BLOCK.findall(text) if "def table_of_kinds" in block)
    explained |= {f"kind_{name}" for name in re.findall(r'^ +"(\w+)": \[', kinds, re.MULTILINE)}
    record = next(block for block in BLOCK.findall(text) if "class HouseholdNumbers" in block)
    explained |= {f"people_{name}" for name in re.findall(r"^    (\w+):", record, re.MULTILINE)}
    explained |= BESIDE
    for tree in trees:
        for node in ast.walk(tree):
            match node:
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                    explained.add(name)
    missing: dict[str, str] = {}
    for tree in trees:
        local = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id not in explained | local | LANGUAGE:
                missing[node.id] = ast.unparse(tree)[:80]
    assert not missing, "\n".join(f"{name}: {where}" for name, where in sorted(missing.items()))
