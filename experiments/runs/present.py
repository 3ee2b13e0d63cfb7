"""The present state of a study's folder: whose it is, and which of its files tell of the study as it is now."""

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from experiments.runs.files import said_in
from experiments.runs.provenance import hashes, resolved_text
from experiments.runs.store import Store, StoreError, clear_errors, write_whole
from experiments.spoken import spoken
from experiments.study.design import Study

OF = "of.json"
"""The mark of a folder of a validation or calibration: which file it is about."""
DERIVED = (
    "runs.csv",
    "weekly.csv",
    "city.parquet",
    "groups.parquet",
    "groups.csv",
    "report*.html",
    "ro-crate-metadata.json",
    "figures*/*",
    "tables*/*",
)
"""What is made of finished runs and not by every `run`: of an older state it would pass for the present one."""


def state_of(study: Study, store: Store) -> str:
    """Letters that stand for the study as it was understood and for those of its runs that are finished."""
    digest, there = hashlib.sha256(resolved_text(study).encode()), store.finished()
    for run in study.runs():
        if run.run in there:
            digest.update(f"{run.run} {there[run.run]}\n".encode())
    return digest.hexdigest()[:20]


def put_older_away(store: Store, state: str) -> list[str]:
    """Move what was made of another state of the study into older/; returns the names of these files."""
    if store.manifest().get("state") == state:
        return []
    older = [path for pattern in DERIVED for path in sorted(store.folder.glob(pattern)) if path.is_file()]
    names = [path.relative_to(store.folder).as_posix() for path in older]
    for path, name in zip(older, names, strict=True):
        to = store.folder / "older" / name
        to.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, to)
    return names


def note_files(study: Study, store: Store, written: Iterable[Path]) -> None:
    """Add files that were made of finished runs to the manifest's, where it tells of the same state of the study."""
    said = store.manifest()
    if not said:
        return
    if said.get("state") != state_of(study, store):
        _say(
            spoken(
                "{folder}: the study or its runs changed since runs.parquet and manifest.json were written; renew them: {command}",
                folder=store.folder,
                command=study.command or "linli run",
            )
        )
        return
    store.write_manifest(said | {"files": said.get("files", {}) | hashes(store.folder, written)})


def claim(study: Study, store: Store, *, write: bool = True) -> None:
    """Make the folder this study's, or with `write` False only look whose it is.

    Raises StoreError where it holds another study's results and nobody chose it; where somebody did, says so.
    """
    mine = _owner(study)
    theirs = store.mark().get("study")
    if isinstance(theirs, dict) and (other := _other(theirs, mine)):
        ours = mine["file"] or spoken("{name!r}, said in Python", name=study.name)
        if _goes_by_name(store.folder, study):
            raise StoreError(
                spoken(
                    "{folder} holds the results of another study of this name, {other}; this one is {ours}. Choose a folder for it with --out.",
                    folder=store.folder,
                    other=other,
                    ours=ours,
                )
            )
        fate = (
            spoken(" Its tables, figures and manifest give way to this study's; its finished runs stay.")
            if write
            else ""
        )
        _say(
            spoken(
                "{folder} holds the results of another study, {other}; this one is {ours}.{fate}",
                folder=store.folder,
                other=other,
                ours=ours,
                fate=fate,
            )
        )
    if write and theirs != mine:
        store.write_mark(mine)


def claim_folder(folder: Path, file: Path, *, by_name: bool) -> None:
    """Make a folder that of one file's validation or calibration; `by_name`: nobody chose it, it bears the file's name.

    Raises StoreError where it holds that of another file and nobody chose it; where somebody did, says so.
    """
    mark, mine = folder / OF, str(file.resolve())
    said = said_in(mark) or {}
    theirs = said.get("file")
    if isinstance(theirs, str) and theirs != mine and Path(theirs).is_file():
        if by_name:
            raise StoreError(
                spoken(
                    "{folder} holds what was found with another file of this name, {theirs}; this one is {mine}. Choose a folder for it with --out.",
                    folder=folder,
                    theirs=theirs,
                    mine=mine,
                )
            )
        _say(
            spoken(
                "{folder} holds what was found with another file, {theirs}; this one is {mine}, and takes its place.",
                folder=folder,
                theirs=theirs,
                mine=mine,
            )
        )
    with clear_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(mark, (json.dumps({"file": mine}, ensure_ascii=False) + "\n").encode(), sync=False)


def _owner(study: Study) -> dict[str, str]:
    file = str(study.path.resolve()) if study.command else ""
    return {
        "name": study.name,
        "file": file,
        "content": _content(study),
    }


def _content(study: Study) -> str:
    """What is asked, whatever the number of runs that it is asked of: `until` and more replicates add to that."""
    return hashlib.sha256(resolved_text(study.with_replicates(1)).encode()).hexdigest()[:20]


def was_of(study: Study, folder: Path) -> bool:
    """Whether what a folder holds was asked of the study as it is now; also where the folder does not say."""
    theirs = Store(folder).mark().get("study")
    return not isinstance(theirs, dict) or theirs.get("content") in (None, _content(study))


def _other(theirs: dict[str, Any], mine: dict[str, str]) -> str:
    """What another study is called that left its mark; empty where it is this one, or this one before it was moved."""
    file = theirs.get("file")
    if not isinstance(file, str) or theirs.get("content") == mine["content"] or file == mine["file"]:
        return ""
    if file and not Path(file).is_file():
        return ""
    return file or spoken("{name!r}, said in Python", name=theirs.get("name"))


def _goes_by_name(folder: Path, study: Study) -> bool:
    """Whether the folder is the one that a study of this name gets where nobody chooses one."""
    name = folder.name == study.name or folder.name.startswith(f"{study.name}_")
    return name and folder.absolute().parent == Path("results").absolute()


def _say(sentence: str) -> None:
    """Say what must be known, also to somebody who asked for quiet."""
    print(sentence, file=sys.stderr)


def say_mended(store: Store, mended: Iterable[str]) -> None:
    """Say what was found damaged in a folder."""
    for sentence in mended:
        _say(f"{store.folder}: {sentence}")
