"""What compiled code may take from the system: nothing whose last digit differs from one machine to another."""

import ast
import math
import re
from pathlib import Path

import pytest

from sim.browser.units import units
from sim.engine.units import Unit
from sim.state.views import LAYOUTS
from sim.world import FOUNDING

EXACT = {"sqrt", "floor", "ceil", "fabs", "copysign", "trunc", "rint", "fmod", "fmin", "fmax"}
"""Of numbers, these are the same everywhere: IEEE 754 says every digit of them."""
HARMLESS = {"minnum", "maxnum", "minimum", "maximum", "is", "vector", "masked"}
RUNTIME = ("NRT_", "numba_", "Py", "_Py")
UNITS = units() | {unit.name: unit for unit in FOUNDING}
LOOSE = {"fast", "reassoc", "contract", "afn", "arcp", "nnan", "ninf", "nsz"}
"""Words of the compiler that let it change the last digit."""
SIM = Path(__file__).parents[2] / "sim"
FILES = [path for path in SIM.rglob("*.py") if path.name not in ("elementary.py", "model.py")]  # that one draws
INEXACT = {
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "pow", "power", "float_power", "cbrt", "hypot"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "atan2", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh"),
    *("tanh", "gamma", "lgamma", "erf", "erfc", "logaddexp", "interp", "dot", "matmul", "einsum", "linalg", "random"),
}
"""What libraries of the system, the processor's own instructions or a fused product give another last digit to."""


def not_exact(text: str) -> set[str]:
    """What code in the text of LLVM calls, or lets the machine do, that may come to other last digits elsewhere."""
    called = set(re.findall(r"^declare .*?@\"?([\w.]+)\"?\(", text, re.MULTILINE))
    found = {name for name in called if not name.startswith(("llvm.", *RUNTIME))} - EXACT
    for name in called:
        if re.match(r"llvm\..*\.(?:v\d+)?f(?:16|32|64)\b", name) and name.split(".")[1] not in EXACT | HARMLESS:
            found.add(name)
    for flags in re.findall(r"(?:fadd|fmul|fsub|fdiv|fneg|fcmp|call) ([a-z ]+?) (?:double|float|<)", text):
        found |= LOOSE & set(flags.split())
    return found


@pytest.mark.parametrize("name", UNITS)
def test_units_take_nothing_from_the_system_that_differs(name: str) -> None:
    assert not_exact(UNITS[name].text) == set()


def inexact_names(source: str) -> set[str]:
    """What a file of Python takes from `math` or numpy that may come to other last digits elsewhere, powers too."""
    tree, found = ast.parse(source), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("math", "numpy"):
            found |= {alias.name for alias in node.names} & INEXACT
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("math", "np"):
            found |= {node.attr} & INEXACT
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            found.add("@")
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Pow):
            parts = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
            if not all(isinstance(one, ast.Constant | ast.UnaryOp) for one in parts):
                found.add("**")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SIM).as_posix())
def test_the_model_takes_nothing_from_libraries_that_differs(path: Path) -> None:
    assert inexact_names(path.read_text(encoding="utf-8")) == set()


def test_what_differs_is_found() -> None:
    source = "from math import exp, floor\nimport numpy as np\ny = exp(x) + np.log(x) + x**2 + 2.0**-32"
    assert inexact_names(source) == {"exp", "log", "**"}

    def wrong(station, deciding):  # type: ignore[no-untyped-def]
        station.trust[0] = math.exp(station.trust[0]) ** deciding.habit

    assert not_exact(Unit(wrong, LAYOUTS).text) & {"exp", "pow", "llvm.exp.f64", "llvm.pow.f64"}
    assert not_exact("%x = fmul fast double %a, %b") == {"fast"}
