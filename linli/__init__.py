"""linli in Python: run a study, read its answer, take its tables and figures.

    results = linli.run("mine.yaml")
    results.answer(), results.frame("effects"), results.plot("forest")

A study can be said in Python too: `linli.Study.of("mine", arms={...})` with the keys of a study file.
The model itself (`Community`, `Simulation`, policies by their names) is `sim`'s, and can be imported from here too.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sim

if TYPE_CHECKING:
    from experiments.api import Comparison
    from experiments.study.loader import Study

__version__ = sim.__version__
__all__ = ["Study", "read", "results", "run"]


def read(study: str | Path, set: Mapping[str, object] | None = None, *, replicates: int | None = None) -> "Study":
    """A study by its name or file, with `set` laid over it (`weeks`, `arms`, or a parameter by its dotted path).

    Raises ConfigError with everything that is wrong, each with file and line.
    """
    from experiments.study.loader import read_study

    return read_study(study, set, replicates)


def run(
    study: "Study | str | Path", folder: str | Path | None = None, *, set: Mapping[str, object] | None = None,
    replicates: int | None = None, workers: int = 1, progress: bool = True,
) -> "Comparison":  # fmt: skip
    """Run what is missing of a study (in `folder`, results/<study> by default), show how far it is, and return its results.

    `workers`: how many runs at a time, 0 for all processors (in a script, call it under `if __name__ == "__main__"` then).
    Raises ConfigError as `read` does, StoreError when results cannot be kept.
    """
    from experiments.api import compare
    from experiments.reporting.console import terminal
    from experiments.reporting.progress import progress as bar
    from experiments.tasks.run import warm

    asked = read(study, set, replicates=replicates) if isinstance(study, str | Path) else study
    console = terminal(quiet=not progress)
    warm(asked, console)
    at = Path(folder) if folder else None
    return compare(asked, at, workers=workers, shown=lambda total: bar(console, total))


def results(study: "Study | str | Path", folder: str | Path | None = None) -> "Comparison":
    """The results of a study that was run, by this or by `linli run`. Raises StoreError when nothing is there."""
    from experiments.api import results_of

    return results_of(study, folder)


def __getattr__(name: str) -> Any:
    """A study said in Python, and all that `sim` has."""
    return getattr(import_module("experiments.study.loader") if name == "Study" else sim, name)
