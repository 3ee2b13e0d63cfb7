"""Files that an earlier run of the program left in the results' folder, and that something happened to since."""

import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from random import Random

from fuzz.case import Kind
from fuzz.files import mutated_yaml, read_yaml
from fuzz.mutate import as_bytes, as_json, changed_text, changed_tree
from toy import small, toy

from experiments.runs.executor import perform
from experiments.runs.present import claim, state_of
from experiments.runs.provenance import changed_since, manifest, write_resolved
from experiments.runs.store import Finished, Store
from experiments.study.design import Study

BESIDE = tempfile.TemporaryDirectory(prefix="linli-fuzz-")
"""Removed when the tests end."""


@cache
def _left_behind() -> tuple[Study, Path]:
    """A study that was run, with its folder."""
    folder = Path(BESIDE.name)
    study = small(folder)
    store = Store(folder / "out").open()
    claim(study, store)
    perform(study, store, workers=1, simulate=toy)
    store.set_aside(Finished("a" * 20, toy(study.job(study.last_run()))))
    _written(study, store, "2026-01-01")
    return study, folder / "out"


def _written(study: Study, store: Store, day: str) -> None:
    began = f"{day}T00:00:00+00:00"
    store.note_session({"began": began, "seconds": 2.5, "runs": 9, "run_seconds": 2, "workers": 1, "by": "processes"})
    written = [write_resolved(study, store)]
    store.write_manifest(manifest(study, store, state_of(study, store), written))


def _file_of(pattern: str) -> Path:
    return next(_left_behind()[1].glob(pattern))


def left(pattern: str) -> Kind:
    """A file that an earlier run of the program left in the results' folder."""

    def make(chance: Random) -> bytes:
        content = _file_of(pattern).read_bytes()
        if pattern.endswith(".json"):
            tree = json.loads(content)
            text = (
                as_json(changed_tree(tree, chance)) if chance.random() < 0.7 else changed_text(content.decode(), chance)
            )
            return as_bytes(text, chance)
        if pattern.endswith(".yaml"):
            return mutated_yaml(lambda: [read_yaml(_file_of(pattern))])(chance)
        at = chance.randrange(len(content))
        return chance.choice(
            [content[:at], content[:at] + b"\xff" + content[at + 1 :], b"", content * 2, b"PAR1", b"\0" * 99]
        )

    def take(content: bytes, folder: Path, _: Random) -> None:
        study, made = _left_behind()
        shutil.rmtree(folder / "out", ignore_errors=True)
        shutil.copytree(made, folder / "out")
        next((folder / "out").glob(pattern)).write_bytes(content)
        store = Store(folder / "out").open()
        claim(study, store)
        with store.held() as mended:
            assert all(mended)
            assert set(store.finished()) <= {run.run for run in study.runs()}
            assert changed_since(study, store)
            if not all(run.run in store.finished() for run in study.runs()):
                perform(study, store, workers=1, simulate=toy)
            assert all(store.finished().get(run.run) for run in study.runs())
            _written(study, store, "2026-01-03")
        assert "2026-01-03T00:00:00+00:00" in [session["began"] for session in store.sessions()]
        assert json.loads((folder / "out" / "manifest.json").read_text("utf-8"))["sessions"]

    return Kind(make, take, share=0.6, heals=True)
