"""Experiments: from a question to an answer with its interval.

from experiments import compare
results = compare("close_neighbours")
results.effects()
results.to_xarray()["cohesion"].mean("replicate")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.comparing import Comparison, compare
    from experiments.design import Study
    from experiments.study import read_study

__all__ = ["Comparison", "Study", "compare", "read_study"]
_HOMES = {"Comparison": "comparing", "Study": "design", "compare": "comparing", "read_study": "study"}


def __getattr__(name: str) -> Any:
    """Import a part of the face when it is first used, so that the command line starts quickly."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
