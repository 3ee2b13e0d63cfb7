"""The store: results/<study>/, which survives whatever happens to the program.

    weekly/<hash>.parquet    finished runs, up to a hundred a file: run, week, one column a metric; a failed run is one
                             row without a week and with its traceback; named by the hash of the file's content
    aside/<run>              a finished run whose block is not full yet
    damaged/                 files that no longer are what they were written as; their runs are done again
    runs.parquet             one row a run: arm, point, replicate, seed, parameters, outcomes
    failures.csv             one row a failed run: labels, traceback and the command that repeats it
    manifest.json            versions, seeds, commit, times, hashes
    sessions/                what each part of the plan (--shard) did, for the manifest

A run is set aside the moment it is finished; a block is written when all its runs are there. Both go to a temporary
file first and get their name when they are whole, so a name means a whole file; a bit that flipped since then is
noticed, for the name is the hash. Blocks are cut from the list of missing runs in the order of the plan: an interrupted
study ends with the same files, byte for byte.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import batched
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK = 100
"""Runs in one Parquet file: many fewer are slow to read, many more are long to wait for."""

type Series = Mapping[str, NDArray[np.float32]]
"""One value a week for each metric."""


LITTLE = 48
"""Megabytes that are enough for DuckDB to read short runs, however many."""
SMALL: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": f"{LITTLE}MB",
    "threads": 2,
    "preserve_insertion_order": False,
}
"""How DuckDB reads a store of any size beside little memory."""
IN_MEMORY = 12
"""How many times its size as a file a block takes in memory, read by two threads; twelve hold where ten do."""
TOGETHER = 32
"""Blocks read at a time: what is known of each open file takes memory too."""


class StoreError(Exception):
    """The folder cannot be used (full, not writable, in use); what is finished is safe. `str()` says what to do."""


class Finished(NamedTuple):
    """A run that ended, with its weekly values or with the traceback of its failure."""

    run: str
    weekly: Series
    error: str | None = None


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
        """Make the folders. Raises StoreError where that is not possible."""
        with clear_errors(self.folder):
            self.weekly.mkdir(parents=True, exist_ok=True)
            self.aside.mkdir(exist_ok=True)
            probe = self.folder / f".tmp-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        return self

    @contextlib.contextmanager
    def held(self, shard: str = "") -> Iterator[None]:
        """Hold the store against a second program; shards of one division share it, each holding its own part.

        Raises StoreError when another program works in it.
        """
        with contextlib.ExitStack() as locks, clear_errors(self.folder):
            locks.enter_context(_locked(self.folder / ".lock", shared=bool(shard)))
            if shard:
                part, _, division = shard.partition("/")
                mine = self.folder / f".lock-of-{division}"
                locks.enter_context(_locked(mine, shared=True))
                already = f"another linli is doing part {shard} in this folder already"
                locks.enter_context(_locked(self.folder / f".lock-{part}-of-{division}", shared=False, refusal=already))
                for other in self.folder.glob(".lock-of-*"):  # a third and a quarter of a plan would share some runs
                    if other != mine:
                        of = other.name.rpartition("-")[2]
                        split = f"another linli is doing a part of {of} in this folder, which shares runs with {shard}"
                        with _locked(other, shared=False, refusal=split):
                            pass
            else:
                for left in (*self.folder.glob(".tmp-*"), *self.weekly.glob(".tmp-*"), *self.aside.glob(".tmp-*")):
                    shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
            yield

    def blocks(self) -> list[Path]:
        """The finished blocks. One whose content is not what its name says is put away, so that its runs are missing."""
        whole = []
        for block in sorted(self.weekly.glob("[!.]*.parquet")):  # another part of the plan may be writing a new one
            about = block.stat()
            if _name_of(block, about.st_size, about.st_mtime_ns) == block.stem:
                whole.append(block)
                continue
            with clear_errors(self.folder):
                (self.folder / "damaged").mkdir(exist_ok=True)
                os.replace(block, self.folder / "damaged" / block.name)
        return whole

    def finished(self) -> dict[str, bool]:
        """The runs in finished blocks, and whether each succeeded."""
        return _runs_in(self.blocks())

    def set_aside(self, finished: Finished) -> None:
        """Keep a finished run at once: a small file that is whole or not there."""
        names = list(finished.weekly)
        table = np.stack([finished.weekly[n] for n in names]) if names else np.empty((0, 0))
        body = table.astype("<f4").tobytes()
        head = json.dumps({"run": finished.run, "metrics": names, "weeks": table.shape[1], "error": finished.error})
        text = head.encode() + b"\n" + body
        with clear_errors(self.folder):
            write_whole(self.aside / finished.run, hashlib.sha256(text).digest() + text, sync=False)

    def waiting(self) -> set[str]:
        """The runs that are set aside."""
        return {path.name for path in self.aside.iterdir() if not path.name.startswith(".")}

    def taken(self, run: str) -> Finished | None:
        """A run that is set aside; None (and forgotten) when its file is damaged."""
        path = self.aside / run
        content = path.read_bytes()
        digest, text = content[:32], content[32:]
        if hashlib.sha256(text).digest() != digest:
            path.unlink()
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
        with clear_errors(self.folder):
            _write_block(self.weekly, [one for one in found if one])
            for run in runs:
                (self.aside / run).unlink(missing_ok=True)
        return []

    def note_session(self, session: Mapping[str, Any]) -> None:
        """Keep what a part of the plan did, for the manifest that the last program writes."""
        with clear_errors(self.folder):
            (self.folder / "sessions").mkdir(exist_ok=True)
            text = json.dumps(session).encode()
            name = hashlib.sha256(text).hexdigest()[:20]
            write_whole(self.folder / "sessions" / f"{name}.json", text, sync=False)

    def sessions(self) -> list[Mapping[str, Any]]:
        """What programs did here, each once, in the order in which they began."""
        noted = [json.loads(path.read_bytes()) for path in self.folder.glob("sessions/[!.]*.json")]
        each = {json.dumps(one, sort_keys=True): one for one in (*self.manifest().get("sessions", []), *noted)}
        return sorted(each.values(), key=lambda one: str(one.get("began", "")))

    def write_manifest(self, said: Mapping[str, Any]) -> None:
        """Write manifest.json."""
        with clear_errors(self.folder):
            text = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
            write_whole(self.folder / "manifest.json", text.encode(), sync=True)

    def manifest(self) -> dict[str, Any]:
        """What manifest.json says; empty when there is none."""
        try:
            said = json.loads((self.folder / "manifest.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}


@contextlib.contextmanager
def clear_errors(folder: Path) -> Iterator[None]:
    """Turn the system's refusals into one sentence that says what to do."""
    try:
        yield
    except OSError as error:
        elsewhere = error.filename and not Path(os.fsdecode(error.filename)).is_relative_to(folder)
        where = error.filename if elsewhere else folder
        raise StoreError(
            f"{where}: {error.strerror or error}. Finished runs are safe; mend this and run again."
        ) from error
    except Exception as error:
        import duckdb

        if isinstance(error, duckdb.OutOfMemoryException):
            raise StoreError(
                f"{folder}: these tables need more memory than was set aside for them ({str(error).splitlines()[0]}). "
                "Finished runs are safe; fewer outcomes, weeks or points make smaller tables."
            ) from error
        if not isinstance(error, duckdb.IOException):
            raise
        raise StoreError(f"{folder}: {error}. Finished runs are safe; mend this and run again.") from error


def beside_little_memory(blocks: Sequence[Path], more: int = 0) -> dict[str, Any]:
    """How DuckDB reads these blocks: with little memory, or with what the largest asks for, and `more` bytes."""
    largest = max((block.stat().st_size for block in blocks), default=0)
    needed = (IN_MEMORY * largest + more) // 2**20
    return SMALL | {"memory_limit": f"{max(LITTLE, needed)}MB"}


def write_whole(path: Path, content: bytes, *, sync: bool) -> None:
    """Write a file that is whole or not there; `sync` waits until it would survive a power cut."""
    temporary = path.with_name(f".tmp-{os.getpid()}-{path.name}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    if sync:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # some systems cannot do this for a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _runs_in(blocks: Sequence[Path]) -> dict[str, bool]:
    import duckdb

    con, found = duckdb.connect(config=SMALL), dict[str, bool]()
    for some in batched(blocks, TOGETHER):
        rows = con.execute(
            "select run, bool_or(week is not null) from read_parquet(?) where week = 0 or week is null group by run",
            [[str(block) for block in some]],
        )
        for run, good in rows.fetchall():
            found[run] = good or found.get(run, False)  # a success outweighs a failure that was tried again
    con.close()
    return found


def _write_block(folder: Path, runs: Sequence[Finished]) -> None:
    """One Parquet file, the same bytes for the same runs, under the hash of its bytes."""
    import duckdb

    metrics = list(dict.fromkeys(name for one in runs for name in one.weekly))
    lengths = [max((len(s) for s in one.weekly.values()), default=0) or 1 for one in runs]
    columns: dict[str, Any] = {
        "run": np.repeat(np.array([one.run for one in runs], object), lengths),
        "week": np.concatenate([_weeks(one, n) for one, n in zip(runs, lengths, strict=True)]),
    }
    for name in metrics:
        gap = [np.full(n, np.nan, np.float32) for n in lengths]
        columns[name] = np.concatenate([one.weekly.get(name, empty) for one, empty in zip(runs, gap, strict=True)])
    columns["error"] = np.repeat(np.array([one.error for one in runs], object), lengths)
    temporary = folder / f".tmp-{os.getpid()}-{runs[0].run}.parquet"
    chosen = ", ".join(["run", "week::smallint as week", *(f'"{m}"' for m in metrics), "error::varchar as error"])
    con = duckdb.connect(config={"threads": 1})
    try:
        con.register("columns", columns)
        con.execute(
            f"copy (select {chosen} from columns) to '{_quoted(temporary)}' "
            "(format parquet, compression zstd, parquet_version v2, row_group_size 122880)"
        )
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        about = temporary.stat()
        os.replace(temporary, folder / f"{_name_of(temporary, about.st_size, about.st_mtime_ns)}.parquet")
    finally:
        temporary.unlink(missing_ok=True)
        con.close()
    _sync_folder(folder)


@lru_cache(maxsize=100_000)
def _name_of(block: Path, _size: int, _changed: int) -> str:
    """The hash of a block's content, taken once for as long as the file stays as it is."""
    with block.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:20]


def _weeks(one: Finished, length: int) -> NDArray[np.float64]:
    return np.arange(length, dtype=np.float64) if one.error is None else np.full(length, np.nan)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


@contextlib.contextmanager
def _locked(path: Path, *, shared: bool, refusal: str = "another linli is working in this folder") -> Iterator[None]:
    """Hold a lock file; the system frees it when the program ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # not on this system: two programs at once are then the user's care
        yield
        return
    with path.open("ab") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"{path.parent}: {refusal}. Wait for it, or choose --out.") from None
        except OSError as error:
            if error.errno not in (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP):
                raise  # some network drives have no locks: the same care there
        yield
