"""Files that are whole or not there, that survive a power cut where it is promised, and refusals said in one sentence."""

import contextlib
import errno
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from experiments.spoken import spoken


class StoreError(Exception):
    """The folder cannot be used (full, not writable, in use, not this program's). `str()` says what to do."""


def robustness_of(results: Path) -> Path:
    """The folder of `linli robust` beside that of a study's results."""
    return results.with_name(f"{results.name}_robust")


@contextlib.contextmanager
def clear_errors(folder: Path, *, there: Sequence[Path] = ()) -> Iterator[None]:
    """Turn the system's refusals into one sentence that names the file and says what to do.

    `there`: what must still be there for finished runs to be called safe.
    """
    try:
        yield
    except OSError as error:
        named = error.filename2 or error.filename or folder
        where = os.fsdecode(named) if isinstance(named, bytes | str | os.PathLike) else folder
        raise StoreError(f"{where}: {error.strerror or error}. {_what_is_safe(folder, there)}") from error
    except Exception as error:
        import duckdb

        if isinstance(error, duckdb.OutOfMemoryException):
            raise StoreError(
                spoken(
                    "{folder}: these tables need more memory than was set aside for them ({why}). Finished runs are safe; fewer outcomes, weeks or points make smaller tables.",
                    folder=folder,
                    why=str(error).splitlines()[0],
                )
            ) from error
        if not isinstance(error, duckdb.IOException):
            raise
        raise StoreError(f"{folder}: {error}. {_what_is_safe(folder, there)}") from error


def _what_is_safe(folder: Path, there: Sequence[Path]) -> str:
    if all(path.exists() for path in there):
        return spoken("Finished runs are safe; mend this and run again.")
    return spoken(
        "{folder}, or a part of it, was removed meanwhile: finished runs that were in it are lost. Run again.",
        folder=folder,
    )


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
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    if sync:
        sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Wait until the content of a file that somebody wrote would survive a power cut."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder would survive a power cut."""
    with contextlib.suppress(OSError):  # some systems cannot do this for a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def said_in(path: Path) -> dict[str, Any] | None:
    """What a JSON file says: None where there is none, or none that could be read and written again."""
    try:
        said = json.loads(path.read_bytes())
        json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
    except (OSError, ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


@contextlib.contextmanager
def locked(path: Path, *, shared: bool, refusal: str = "") -> Iterator[None]:
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
            raise StoreError(
                spoken(
                    "{parent}: {refusal}. Wait for it, or choose --out.",
                    parent=path.parent,
                    refusal=refusal or spoken("another linli is working in this folder"),
                )
            ) from None
        except OSError as error:
            if error.errno not in (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP):
                raise  # some network drives have no locks: the same care there
        yield
