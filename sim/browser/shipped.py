"""The module that is shipped, and whether it is made of the rules as they are."""

import hashlib
import json
import sys
from pathlib import Path

from sim.browser.units import units

HERE = Path(__file__).parent
MODULE, DESCRIBED = HERE / "model.wasm", HERE / "model.json"
RUNTIME = ("set_top", "get_top")
SCRIPTS = (HERE / "engine.js", HERE / "metrics.js")
HOW_TO_BUILD = "`python -m sim.browser.build` makes it anew (it needs wasm-ld: Debian's lld, or pip install ziglang)"


class ModuleError(RuntimeError):
    """Why no browser can run the rules now, and what to do."""


def made_from() -> dict[str, str]:
    """What the code of each unit hangs on, and the language in which that is said."""
    return {"python": f"{sys.version_info.major}.{sys.version_info.minor}"} | {
        name: unit.fingerprint for name, unit in units().items()
    }


def differing() -> list[str]:
    """Units that are no more what the module was made of; none can be told by another Python than the builder's."""
    then, now = json.loads(DESCRIBED.read_text(encoding="utf-8")), made_from()
    if then["python"] != now["python"]:
        return []
    return sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))


def module() -> bytes:
    """The module. Errors: ModuleError where it is absent or stale."""
    if not MODULE.exists() or not DESCRIBED.exists():
        raise ModuleError(f"the module for browsers is not there: {HOW_TO_BUILD}")
    if stale := differing():
        few = ", ".join(stale[:3]) + (f" and {len(stale) - 3} more" if len(stale) > 3 else "")
        raise ModuleError(f"the module for browsers was made of other rules ({few}): {HOW_TO_BUILD}")
    return MODULE.read_bytes()


def digest() -> str:
    """Letters for the module."""
    return hashlib.sha256(MODULE.read_bytes()).hexdigest()[:16]
