"""Blocks: files of up to a hundred finished runs, the same bytes for the same runs, under the hash of their bytes."""

import contextlib
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.runs.files import sync_file, sync_folder
from experiments.runs.parquet import SMALL, TOGETHER, column, plainly, rows_of, write_rows

if TYPE_CHECKING:
    import duckdb

type Series = Mapping[str, NDArray[np.float32]]
"""One value a week for each metric."""
LABELS = {"run": "VARCHAR", "week": "SMALLINT", "error": "VARCHAR"}
"""Columns of a block besides its metrics."""
type Runs = Mapping[str, bool]
"""The runs of a block, and whether each succeeded."""


class Finished(NamedTuple):
    """A run that ended, with its weekly values or with the traceback of its failure."""

    run: str
    weekly: Series
    error: str | None = None


def blocks_in(folder: Path) -> dict[Path, Runs]:
    """Every whole block of a folder with its runs.

    Left out are files whose content is not what their name says, and those that hold something else than runs.
    """
    files = {path: _as_it_is(path) for path in candidates(folder)}
    for some in batched([path for path, now in files.items() if now not in _KNOWN], TOGETHER):
        found = _runs_of([path for path in some if hash_of(path) == path.stem])
        _KNOWN.update({files[path]: found.get(path) for path in some})
    return {path: runs for path, now in files.items() if (runs := _KNOWN[now]) is not None}


def candidates(folder: Path) -> list[Path]:
    """What bears the name of a block, whole or not; files of other names are not this program's."""
    return sorted(path for path in folder.glob("[!.]*.parquet") if re.fullmatch("[0-9a-f]{20}", path.stem))


type _File = tuple[str, int, int]
_KNOWN: dict[_File, Runs | None] = {}
"""What was found in a block, for as long as the file stays as it is."""


def look_anew() -> None:
    """Forget what was found in blocks, so that each is read again."""
    _KNOWN.clear()


def _as_it_is(path: Path) -> _File:
    about = path.stat()
    return str(path.absolute()), about.st_size, about.st_mtime_ns


def hash_of(block: Path) -> str:
    """What the content of a file would be called as a block; empty where it cannot be read."""
    try:
        with block.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:20]
    except OSError:
        return ""


def _runs_of(blocks: Sequence[Path]) -> Mapping[Path, Runs]:
    """The runs of those files that are laid out as blocks are."""
    import duckdb

    ours: dict[str, Path] = {}
    with duckdb.connect(config=SMALL) as con:
        for block in blocks:
            with contextlib.suppress(duckdb.Error):
                if _laid_out_as_ours(rows_of(con, [block])):
                    ours[plainly(block)] = block
        found: dict[Path, dict[str, bool]] = {block: {} for block in ours.values()}
        if ours:
            rows_of(con, list(ours.values()), named=True).create_view("blocks")
            rows = con.execute(
                "select filename, run, bool_or(week is not null) from blocks where week = 0 or week is null group by all"
            )
            for name, run, good in rows.fetchall():
                found[ours[name]][run] = good
    return found


def _laid_out_as_ours(rows: "duckdb.DuckDBPyRelation") -> bool:
    kinds = {name: str(kind) for name, kind in zip(rows.columns, rows.types, strict=True)}
    labels = {name: kinds.pop(name, "") for name in LABELS}
    return labels == LABELS and set(kinds.values()) <= {"FLOAT"}


def write_block(folder: Path, runs: Sequence[Finished]) -> None:
    """Write a block so that it is whole or not there, and survives a power cut."""
    import duckdb

    metrics = list(dict.fromkeys(name for one in runs for name in one.weekly))
    lengths = [max((len(s) for s in one.weekly.values()), default=0) or 1 for one in runs]
    columns: dict[str, Any] = {
        "run": np.repeat(np.array([one.run for one in runs], object), lengths),
        "week": np.concatenate([_weeks(one, n) for one, n in zip(runs, lengths, strict=True)]),
    }
    gap = [np.full(n, np.nan, np.float32) for n in lengths]
    for name in metrics:
        columns[name] = np.concatenate([one.weekly.get(name, empty) for one, empty in zip(runs, gap, strict=True)])
    columns["error"] = np.repeat(np.array([one.error for one in runs], object), lengths)
    temporary = folder / f".tmp-{os.getpid()}-{runs[0].run}.parquet"
    chosen = ", ".join(["run", "week::smallint as week", *map(column, metrics), "error::varchar as error"])
    con = duckdb.connect(config={"threads": 1})
    try:
        con.register("columns", columns)
        how = "compression zstd, parquet_version v2, row_group_size 122880"
        write_rows(con, f"select {chosen} from columns", temporary, how)
        sync_file(temporary)
        os.replace(temporary, folder / f"{hash_of(temporary)}.parquet")
    finally:
        temporary.unlink(missing_ok=True)
        con.close()
    sync_folder(folder)


def _weeks(one: Finished, length: int) -> NDArray[np.float64]:
    return np.arange(length, dtype=np.float64) if one.error is None else np.full(length, np.nan)
