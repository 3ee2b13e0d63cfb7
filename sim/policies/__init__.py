"""Policies: one file each, found by itself. A new file here is usable by name in every study at once."""

import importlib
import pkgutil

from sim.policies.policy import Policy


def _found() -> dict[str, type[Policy]]:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    policies: dict[str, type[Policy]] = {}
    waiting = Policy.__subclasses__()
    while waiting:
        policy = waiting.pop(0)
        waiting += policy.__subclasses__()
        policies[policy.name] = policy
    return dict(sorted(policies.items()))


POLICIES = _found()
