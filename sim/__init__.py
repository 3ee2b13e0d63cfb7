"""linli: from participation to welfare. The face of the model.

`Community` is the Mesa model, `Simulation` the engine without Mesa, `load_config` reads a configuration, `POLICIES` and
`METRICS` list what there is. Each is imported when it is first used.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if sys.flags.optimize > 1:
    raise ImportError("python -OO takes away the sentences by which the model describes itself; use python -O")

__version__ = "0.1.0"

if TYPE_CHECKING:
    from sim.config.load import ConfigError, load_config
    from sim.metrics import METRICS
    from sim.model import Community, Resident
    from sim.policies import POLICIES
    from sim.simulation import Simulation

_HOMES = {
    "Community": "sim.model",
    "Resident": "sim.model",
    "Simulation": "sim.simulation",
    "load_config": "sim.config.load",
    "ConfigError": "sim.config.load",
    "POLICIES": "sim.policies",
    "METRICS": "sim.metrics",
}

__all__ = ["METRICS", "POLICIES", "Community", "ConfigError", "Resident", "Simulation", "load_config"]


def __getattr__(name: str) -> Any:
    """Bring in what is asked for; policies are found here by the name of their class too."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name[:1].isupper():
        for policy in import_module("sim.policies").POLICIES.values():
            if policy.__name__ == name:
                return policy
    raise AttributeError(f"module 'sim' has no {name!r}")
