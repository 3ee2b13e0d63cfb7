"""Experiments: from a question to an answer with its interval.

from experiments import Study, compare
from sim import Vanguard
study = Study.of("mine", community="classroom", weeks=104, burn_in=52, replicates=10,
                 arms={"nothing": [], "vanguard": [Vanguard(size=8)]})   # or Study.read("close_neighbours")
results = compare(study)
results.frame("effects")                    # or "runs", "weekly"; pandas or polars, with labels and units
results_of("close_neighbours").frame("runs", "polars")   # of a study that was run
results.to_xarray()["cohesion"].mean("replicate")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.api import Comparison, compare, results_of
    from experiments.study.loader import Study

__all__ = ["Comparison", "Study", "compare", "results_of"]
_HOMES = {"Comparison": "api", "Study": "study.loader", "compare": "api", "results_of": "api"}


def __getattr__(name: str) -> Any:
    """Import a part of the face when it is first used, so that the command line starts quickly."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
