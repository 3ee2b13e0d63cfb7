"""The store: results/<study>/, which survives whatever happens to the program.

    weekly/<hash>.parquet    finished runs, up to a hundred a file: run, week, one column a metric; a failed run is one
                             row without a week and with its traceback; named by the hash of the file's content
    aside/<run>              a finished run whose block is not full yet
    damaged/                 files that no longer are what they were written as; their runs are done again
    runs.parquet             one row a run: arm, point, replicate, seed, parameters, outcomes
    groups.parquet           one row a run and outcome of a group of the user's own columns, where there are any
    failures.csv             one row a failed run: labels, traceback and the command that repeats it
    manifest.json            versions, seeds, commit, times, hashes
    sessions/                what each program that worked here did, for the manifest
    older/                   tables, figures and reports of an older state of the study
    store.json               the mark of such a folder: its layout, and whose results these are

A run is set aside the moment it is finished; a block is written when all its runs are there. Both go to a temporary
file first and get their name when they are whole, so a name means a whole file; a bit that flipped since then is
noticed, for the name is the hash. Blocks are cut from the list of missing runs in the order of the plan: an interrupted
study ends with the same files, byte for byte.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.runs import record
from experiments.runs.blocks import Finished as Finished
from experiments.runs.blocks import Series as Series
from experiments.runs.blocks import blocks_in, candidates, write_block
from experiments.runs.files import StoreError as StoreError
from experiments.runs.files import clear_errors as clear_errors
from experiments.runs.files import locked, said_in, sync_folder
from experiments.runs.files import write_whole as write_whole
from experiments.spoken import spoken

BLOCK = 100
"""Runs in one Parquet file: many fewer are slow to read, many more are long to wait for."""
LAYOUT = 1
"""What the folder's mark says of how runs are kept: another number, other files."""
MARK = "store.json"
LONG = 1.0
"""Seconds from which on a run is worth waiting until it would survive a power cut; shorter ones wait for their block."""

OWN = (
    "weekly",
    "runs.parquet",
    "city.parquet",
    "groups.parquet",
    "groups.csv",
    "runs.csv",
    "weekly.csv",
    "failures.csv",
    "resolved.yaml",
    "manifest.json",
)
"""What this program would write over where a folder is somebody else's."""


@dataclass(frozen=True)
class Store:
    """One study's folder."""

    folder: Path

    @property
    def weekly(self) -> Path:
        """The folder of finished blocks."""
        return self.folder / "weekly"

    @property
    def aside(self) -> Path:
        """The folder of finished runs that wait for their block."""
        return self.folder / "aside"

    def open(self) -> "Store":
        """Make the folders and mark them. Raises StoreError where that is not possible or the folder is not ours."""
        self._is_ours()
        with clear_errors(self.folder):
            try:
                str(self.folder.absolute()).encode()
            except UnicodeEncodeError:
                raise StoreError(
                    spoken("{folder!r} is no name in UTF-8. Choose another with --out.", folder=str(self.folder))
                ) from None
            self.weekly.mkdir(parents=True, exist_ok=True)
            self.aside.mkdir(exist_ok=True)
            probe = self.folder / f".tmp-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
            if not self.mark():
                if (self.folder / MARK).exists():
                    record.put_away(self.folder / MARK, self.folder)
                    print(
                        spoken("{mark} was damaged: put away in damaged/, and written anew.", mark=self.folder / MARK),
                        file=sys.stderr,
                    )
                self.write_mark({})
                for folder in (self.folder, self.folder.absolute().parent):
                    sync_folder(folder)
        return self

    def mark(self) -> dict[str, Any]:
        """What the folder's mark says; empty where there is none. Raises StoreError for that of another layout."""
        path = self.folder / MARK
        said = said_in(path)
        if said is None or said.get("layout") == LAYOUT:
            return said or {}
        if isinstance(layout := said.get("layout"), int):
            raise StoreError(
                spoken(
                    "{path}: these results are kept in layout {layout}, and this linli reads layout {known}. Read them with the linli that made them, or choose another folder with --out.",
                    path=path,
                    layout=layout,
                    known=LAYOUT,
                )
            )
        raise StoreError(
            spoken(
                "{path} is not the mark of a folder of linli's results. Choose another folder with --out.", path=path
            )
        )

    def write_mark(self, study: Mapping[str, Any]) -> None:
        """Write the folder's mark: how runs are kept here, and whose results these are."""
        with self._refusals():
            said = {"what": "results of linli", "layout": LAYOUT, "study": dict(study)}
            text = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
            write_whole(self.folder / MARK, text.encode(), sync=True)

    def _is_ours(self) -> None:
        """Raises StoreError for a folder that holds what this program would write over and has not written."""
        known = (
            self.mark() or (self.aside.is_dir() and self.weekly.is_dir()) or record.manifest(self.folder).get("model")
        )
        if known or (self.folder / MARK).is_file():  # damaged, as after a power cut: it is written anew
            return
        theirs = [
            name for name in OWN if (path := self.folder / name).is_file() or (path.is_dir() and any(path.iterdir()))
        ]
        if theirs:
            raise StoreError(
                spoken(
                    "{folder} holds {theirs}, which linli did not write and would write over. Choose another folder with --out.",
                    folder=self.folder,
                    theirs=", ".join(theirs),
                )
            )

    def _refusals(self) -> contextlib.AbstractContextManager[None]:
        return clear_errors(self.folder, there=(self.weekly, self.aside))

    @contextlib.contextmanager
    def held(self, shard: str = "") -> Iterator[list[str]]:
        """Hold the store against a second program; shards of one division share it, each holding its own part.

        Damaged files are put away; yields a sentence on each. Raises StoreError when another program works in it.
        """
        with contextlib.ExitStack() as locks, self._refusals():
            locks.enter_context(locked(self.folder / ".lock", shared=bool(shard)))
            if shard:
                part, _, division = shard.partition("/")
                mine = self.folder / f".lock-of-{division}"
                locks.enter_context(locked(mine, shared=True))
                already = spoken("another linli is doing part {shard} in this folder already", shard=shard)
                locks.enter_context(locked(self.folder / f".lock-{part}-of-{division}", shared=False, refusal=already))
                for other in self.folder.glob(".lock-of-*"):  # a third and a quarter of a plan would share some runs
                    if other != mine:
                        of = other.name.rpartition("-")[2]
                        split = spoken(
                            "another linli is doing a part of {of} in this folder, which shares runs with {shard}",
                            of=of,
                            shard=shard,
                        )
                        with locked(other, shared=False, refusal=split):
                            pass
            else:
                for left in (*self.folder.glob(".tmp-*"), *self.weekly.glob(".tmp-*"), *self.aside.glob(".tmp-*")):
                    shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
            yield self._mended()

    def _mended(self) -> list[str]:
        """Put away what is damaged, so that its runs are missing; returns a sentence on each kind."""
        said, wrong = record.mended(self.folder), self.damaged()
        for block in wrong:
            record.put_away(block, self.folder)
        if wrong:
            said.append(
                spoken(
                    "1 damaged file is put away in {folder}; their runs are done again."
                    if len(wrong) == 1
                    else "{many} damaged files are put away in {folder}; their runs are done again.",
                    many=len(wrong),
                    folder=self.folder / "damaged",
                )
            )
        if lost := sum(self.taken(run) is None for run in self.waiting()):
            said.append(
                spoken(
                    "1 damaged run in aside/: done again."
                    if lost == 1
                    else "{lost} damaged runs in aside/: done again.",
                    lost=lost,
                )
            )
        return said

    def blocks(self, of: Collection[str] | None = None) -> list[Path]:
        """The finished blocks whose content is what their name says; `of`: those that hold some of these runs."""
        self.mark()
        return [block for block, runs in blocks_in(self.weekly).items() if of is None or not runs.keys().isdisjoint(of)]

    def damaged(self) -> list[Path]:
        """Files that bear the name of a block and are none."""
        whole = blocks_in(self.weekly)
        return [path for path in candidates(self.weekly) if path not in whole]

    def finished(self) -> dict[str, bool]:
        """The runs in finished blocks, and whether each succeeded."""
        self.mark()
        found = dict[str, bool]()
        for runs in blocks_in(self.weekly).values():
            for run, good in runs.items():
                found[run] = good or found.get(run, False)  # a success outweighs a failure that was tried again
        return found

    def set_aside(self, finished: Finished, seconds: float = 0.0) -> None:
        """Keep a finished run at once: a small file that is whole or not there.

        One that took long is kept so that it survives a power cut; a short one waits for that until its block is written.
        """
        names = list(finished.weekly)
        table = np.stack([finished.weekly[n] for n in names]) if names else np.empty((0, 0))
        body = table.astype("<f4").tobytes()
        head = json.dumps({"run": finished.run, "metrics": names, "weeks": table.shape[1], "error": finished.error})
        text = head.encode() + b"\n" + body
        with self._refusals():
            write_whole(self.aside / finished.run, hashlib.sha256(text).digest() + text, sync=seconds > LONG)

    def waiting(self, *, again: bool = False) -> set[str]:
        """The runs that are set aside; `again`: without those that failed."""
        with self._refusals():
            there = {path.name for path in self.aside.iterdir() if not path.name.startswith(".")}
        return {run for run in there if (one := self.taken(run)) and not one.error} if again else there

    def taken(self, run: str) -> Finished | None:
        """A run that is set aside; None (and forgotten) when its file is damaged."""
        with self._refusals():
            try:
                found = self.seen(run)
            except FileNotFoundError:
                return None
            if found is None:
                (self.aside / run).unlink(missing_ok=True)
        return found

    def seen(self, run: str) -> Finished | None:
        """A run that is set aside; None when its file is damaged. Nothing is taken away. Raises OSError."""
        content = (self.aside / run).read_bytes()
        digest, text = content[:32], content[32:]
        if hashlib.sha256(text).digest() != digest:
            return None
        head, _, body = text.partition(b"\n")
        said = json.loads(head)
        table = np.frombuffer(body, "<f4").reshape(len(said["metrics"]), said["weeks"])
        return Finished(run, dict(zip(said["metrics"], table, strict=True)), said["error"])

    def pack(self, runs: Sequence[str]) -> list[str]:
        """Write a block of runs that are all set aside, then forget them there. Returns those found damaged, if any."""
        found = [self.taken(run) for run in runs]
        damaged = [run for run, one in zip(runs, found, strict=True) if one is None]
        if damaged:
            return damaged
        with self._refusals():
            write_block(self.weekly, [one for one in found if one])
            for run in runs:
                (self.aside / run).unlink(missing_ok=True)
        return []

    def note_session(self, session: Mapping[str, Any]) -> None:
        """Keep what a program did, for the manifest and beside it."""
        with self._refusals():
            record.note(self.folder, session)

    def sessions(self) -> list[dict[str, Any]]:
        """What programs did here, each once, in the order in which they began."""
        return record.sessions(self.folder)

    def write_manifest(self, said: Mapping[str, Any]) -> None:
        """Write manifest.json."""
        with self._refusals():
            record.write(self.folder, said)

    def manifest(self) -> dict[str, Any]:
        """What manifest.json says; empty when there is none."""
        return record.manifest(self.folder)
