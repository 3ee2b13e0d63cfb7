"""The module that is shipped, and whether it is made of the rules as they are."""

import hashlib
import json
import sys
from pathlib import Path

from sim.browser.units import units
from sim.engine.wasm import RUNTIME

HERE = Path(__file__).parent
MODULE, DESCRIBED = HERE / "model.wasm", HERE / "model.json"
SCRIPTS = (HERE / "whom.js", HERE / "engine.js", HERE / "metrics.js")
HOW_TO_BUILD = "`python -m sim.browser.build` makes it anew (it needs wasm-ld: Debian's lld, or pip install ziglang)"


class ModuleError(RuntimeError):
    """Why no browser can run the rules now, and what to do."""


def made_from() -> dict[str, str]:
    """Letters for the module and its runtime, what the code of each unit hangs on, and the Python that said that."""
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in (MODULE, RUNTIME)}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return files | {"python": python} | {name: unit.fingerprint for name, unit in units().items()}


def differing() -> list[str]:
    """What is no more as it was when the module was made; of units only the builder's Python can tell.

    Errors: ValueError for a description that cannot be read.
    """
    then, now = json.loads(DESCRIBED.read_text(encoding="utf-8")), made_from()
    same_python = then.get("python") == now["python"]
    asked = then.keys() | now.keys() if same_python else {MODULE.name, RUNTIME.name}
    return sorted(name for name in asked if then.get(name) != now.get(name))


def module() -> bytes:
    """The module. Errors: ModuleError where it is absent, damaged or stale."""
    if not MODULE.exists() or not DESCRIBED.exists():
        raise ModuleError(f"the module for browsers is not there: {HOW_TO_BUILD}")
    try:
        stale = differing()
    except ValueError as error:
        raise ModuleError(f"{DESCRIBED} cannot be read ({error}): {HOW_TO_BUILD}") from None
    if stale:
        few = ", ".join(stale[:3]) + (f" and {len(stale) - 3} more" if len(stale) > 3 else "")
        raise ModuleError(f"the module for browsers was made of other rules ({few}): {HOW_TO_BUILD}")
    return MODULE.read_bytes()
