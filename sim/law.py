"""A law is one sentence about one resident; the compiler says it for everyone.

`@law` and `@compiled` turn a plain Python function into a compiled one. Its plain Python is kept as
`.py_func`, so that the slow twin in the tests computes with exactly the sentence that is printed here.
Compiled code is cached in a folder named after the program's own sources: change a law and everything
that calls it is compiled anew, change nothing and nothing is ever compiled twice.
"""

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from sim.compiling import Told, ToldOfColumns

type Column = NDArray[Any]
"""One fact about many: an array with one entry a resident, household, grid, tie or order."""


NO_RULES = frozenset(
    [
        "__init__",
        "checking",
        "config",
        "evidence",
        "import_data",
        "layering",
        "model",
        "people_parameters",
        "reading",
        "sections",
        "seed",
        "simulation",
        "world",
    ]
)
"""Modules of `sim` that compiled code takes nothing from; what one of them compiles itself, the compiler watches."""


def _fingerprint() -> str:
    """Letters that stand for every source file that rules are made of, and for the compiler."""
    digest = hashlib.sha256(f"{numba.__version__} {np.__version__} {sys.version_info[:3]}".encode())
    here = Path(__file__).parent
    for source in sorted(here.rglob("*.py")):
        if source.parent.name == "policies" and source.stem != "pushing":
            continue  # no rule calls a policy, and the compiler itself notices a change in a policy's own file
        if source.relative_to(here).parts[0].removesuffix(".py") in NO_RULES:
            continue
        digest.update(source.relative_to(here).as_posix().encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def _cache_folder() -> Path:
    """Where compiled code is kept: the user's choice, else their cache, else a temporary folder."""
    chosen = os.environ.get("LINLI_CACHE") or os.environ.get("XDG_CACHE_HOME")
    places = [Path(chosen)] if chosen else []
    if "HOME" in os.environ or "USERPROFILE" in os.environ:
        places.append(Path.home() / ".cache")
    for place in places:
        folder = place / "linli" / _fingerprint()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return _own_temporary_folder(Path(tempfile.gettempdir()) / f"linli-{os.getuid() if hasattr(os, 'getuid') else 0}")


def _own_temporary_folder(folder: Path) -> Path:
    """A folder where anybody may write: its name can be guessed, so it is used only if nobody else could put code into it."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        said = folder.lstat()
        if stat.S_ISDIR(said.st_mode) and (
            not hasattr(os, "getuid") or (said.st_uid == os.getuid() and stat.S_IMODE(said.st_mode) == 0o700)
        ):
            inside = folder / _fingerprint()
            inside.mkdir(mode=0o700, exist_ok=True)
            return inside
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="linli-"))


CACHE = _cache_folder()
numba.config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]


def compiled[F: Callable[..., Any]](function: F) -> F:
    """Compile a function of numbers and columns; cached on disk, free of Python's global lock."""
    return numba.njit(cache=True, nogil=True, error_model="numpy", pipeline_class=Told)(function)  # type: ignore[return-value]


def compiled_apart[F: Callable[..., Any]](function: F) -> F:
    """Compile a function of columns that do not overlap: so numbers stay in registers and loops become vector instructions."""
    return numba.njit(cache=True, nogil=True, error_model="numpy", pipeline_class=ToldOfColumns)(function)  # type: ignore[return-value]


def inlined[F: Callable[..., Any]](function: F) -> F:
    """Compile a small function into each of its callers, so that a loop around it can use vector instructions."""
    return numba.njit(cache=True, nogil=True, error_model="numpy", inline="always", pipeline_class=Told)(function)  # type: ignore[return-value]


def law[F: Callable[..., Any]](function: F) -> F:
    """Compile a law: a function of a few plain numbers, also callable in a console."""
    return compiled(function)


def plain[F: Callable[..., Any]](function: F) -> F:
    """The plain Python of a law or phase, as it is printed in its file."""
    return getattr(function, "py_func", function)


@contextmanager
def announced_once(say: Callable[[str], None]) -> Iterator[None]:
    """Say, on the first run of these very sources on this machine, that the rules are being compiled."""
    mark = CACHE / "compiled"
    first = not mark.exists()
    if first:
        say("Compiling the rules for this machine (this once; it takes about a minute) ...")
    yield
    if first:
        mark.touch()
