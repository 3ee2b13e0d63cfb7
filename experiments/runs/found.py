"""The results of a study that was run, or why there are none."""

from pathlib import Path

from experiments.runs.present import claim
from experiments.runs.provenance import changed_since
from experiments.runs.results import Results, results_for, settled
from experiments.runs.store import Store, StoreError
from experiments.spoken import spoken
from experiments.study.design import Study


def results_of(study: Study, folder: Path) -> Results:
    """The results of a study that was run. Raises StoreError when nothing is there."""
    store = Store(folder)
    claim(study, store, write=False)
    results = results_for(settled(study, store)[0], store)
    if results.runs(()).empty:
        none = spoken(
            "{folder}: no finished run of this study{why}. First: {command}",
            folder=folder,
            why=_why_none(results),
            command=study.command,
        )
        raise StoreError(none)
    return results


def _why_none(results: Results) -> str:
    """Why a store has nothing of a study to show, where it has runs at all."""
    there = results.store.finished()
    if not there:
        return ""
    if own := sum(run.run in there for run in results.each.study.runs()):
        return spoken(
            " that could be shown: {own} ended, and failed or lack others that they belong to (failures.csv)", own=own
        )
    why = changed_since(results.each.study, results.store)
    return spoken(": the {many} runs there are {why}", many=len(there), why=why)
