"""Moved: how far the command is that moves all assumed numbers at once (`linli robust`), by the runs that it has kept."""

import contextlib
from pathlib import Path
from typing import Any

from desk.folder import Folder, stamp
from experiments.runs.files import robustness_of
from experiments.runs.store import Store, StoreError
from experiments.study.loader import read_study
from experiments.validation.robustness import movable, spread_points

POINTS, REPLICATES, FACTOR = 32, 5, 1.5
"""Points at which all assumed numbers are moved at once, how often each, and how far a number moves (as that command has it)."""


def words(file: str) -> list[str]:
    """The command."""
    return ["robust", file, "--points", str(POINTS), "--replicates", str(REPLICATES)]


class Moved:
    """How many runs of the command are there, study by study; which ones they are is worked out once for each text of it."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._runs: dict[str, tuple[str, frozenset[str]]] = {}

    def far(self, name: str) -> dict[str, int]:
        """Runs that are finished, and all. Raises ConfigError for a study that has mistakes."""
        wanted = self._wanted(self.folder.study(name))
        store, there = Store(robustness_of(self.folder.results(name))), set[str]()
        with contextlib.suppress(StoreError, OSError):  # it has only begun
            there = {*store.finished(), *(store.waiting() if store.aside.is_dir() else ())}
        return {"done": len(wanted & there), "of": len(wanted)}

    def _wanted(self, path: Path) -> frozenset[str]:
        state = stamp(self.folder.text(path))
        if self._runs.get(path.name, ("",))[0] != state:
            study = read_study(path.name, points=0)
            points: Any = spread_points(movable(study.config, FACTOR), POINTS, study.file.seed)
            self._runs[path.name] = state, frozenset(run.run for run in study.at(points, REPLICATES).runs())
        return self._runs[path.name][1]
