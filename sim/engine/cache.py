"""Compiled code on disk, kept by what it really depends on.

A function's fingerprint is taken of its code and of everything that code refers to: other functions, constants, the
columns it looks at. Sentences and comments are no part of it. So an edit compiles anew whatever calls what was
edited, and no more.
"""

import contextlib
import hashlib
import os
import pickle
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numba
import numpy as np
from numba.core.compiler import CompileResult
from numba.core.registry import cpu_target

KEPT = 8
"""Versions of one function's code (for other arguments, of another checkout) that stay on disk; older ones go."""

LIBRARIES = ("numpy", "math")
"""Modules that change with their version only."""


def _folder() -> Path:
    """Where compiled code lies: the user's choice, else their cache, else a folder that is new each time.

    Only a folder of one's own is loaded from: whoever can write there can make this program run anything.
    """
    chosen = os.environ.get("LINLI_CACHE") or os.environ.get("XDG_CACHE_HOME")
    places = [Path(chosen)] if chosen else []
    with contextlib.suppress(RuntimeError):
        places.append(Path.home() / ".cache")
    for place in places:
        folder = place / "linli" / "compiled"
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if is_own(folder):
                return folder
    return Path(tempfile.mkdtemp(prefix="linli-"))


def is_own(folder: Path) -> bool:
    """Whether this user may write to a folder and nobody else could put code there."""
    said = folder.lstat()
    others = stat.S_IWOTH | stat.S_IWGRP
    mine = not hasattr(os, "getuid") or (said.st_uid == os.getuid() and not said.st_mode & others)
    return stat.S_ISDIR(said.st_mode) and mine and os.access(folder, os.W_OK)


CACHE = _folder()


@cache
def _compiler() -> bytes:
    """What stands for the compiler, the processor and this engine in every fingerprint."""
    target = cpu_target.target_context.codegen().magic_tuple()
    settings = [f"{k}={v}" for k, v in sorted(os.environ.items()) if k.startswith("NUMBA_") and "THREAD" not in k]
    said = repr((numba.__version__, np.__version__, sys.version_info[:3], target, settings))
    return said.encode() + _engine()


@cache
def _engine() -> bytes:
    """What stands for this engine."""
    sources = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return b"".join(hashlib.sha256(source).digest() for source in sources)


class Fingerprint:
    """What a function depends on: `digest()` in letters, and the `names` that its code uses."""

    def __init__(self, function: Any, of_the_machine: bool = True) -> None:
        """Of the function, and unless told otherwise of the compiler and the processor.

        Errors: TypeError for a function that refers to something of which nobody can tell whether it has changed.
        """
        self.names: set[str] = set()
        self._seen: dict[int, int] = {}
        self._hash = hashlib.sha256(_compiler() if of_the_machine else _engine())
        self._add(function, "")

    def digest(self, *more: object) -> str:
        """Sixteen letters for all of it, and for what else is named."""
        whole = self._hash.copy()
        whole.update(repr(more).encode())
        return whole.hexdigest()[:16]

    def _add(self, value: Any, where: str) -> None:
        """Take in a value that code refers to."""
        function = getattr(value, "py_func", value)
        if isinstance(function, FunctionType):
            known = id(function) in self._seen
            kind = type(value).__name__  # the decorator: another makes other code
            self._hash.update(f"{kind} {self._seen.setdefault(id(function), len(self._seen))}".encode())
            if not known:
                self._of_function(function)
        elif isinstance(value, np.ndarray):
            self._hash.update(repr((value.dtype, value.shape)).encode() + value.tobytes())
        elif isinstance(value, tuple | list | frozenset):
            self._hash.update(f"{type(value).__name__} of {len(value)}".encode())
            for one in sorted(value, key=repr) if isinstance(value, frozenset) else value:
                self._add(one, where)
        elif isinstance(value, dict):
            self._add([part for pair in value.items() for part in pair], where)
        elif isinstance(value, type):
            members = getattr(value, "_fields", getattr(value, "__members__", ()))
            self._hash.update(repr((value.__qualname__, members)).encode())
        elif isinstance(value, ModuleType | BuiltinFunctionType | np.ufunc) or callable(value):
            self._hash.update(repr((type(value).__name__, getattr(value, "__name__", ""))).encode())
        elif value is None or isinstance(value, bool | int | float | str | bytes | np.generic | np.dtype):
            self._hash.update(f"{type(value).__name__}{value!r}".encode())
        else:
            raise TypeError(f"{where} refers to {value!r}: nobody can tell whether that has changed")

    def _of_function(self, function: FunctionType) -> None:
        closure = [cell.cell_contents for cell in function.__closure__ or ()]
        self._add([function.__defaults__, function.__kwdefaults__, closure], function.__qualname__)
        self._of_code(function.__code__, function)

    def _of_code(self, code: CodeType, function: FunctionType) -> None:
        """The code without its docstring; whatever of the module it names."""
        self._hash.update(repr((code.co_code, code.co_varnames, code.co_names)).encode())
        self.names.update(code.co_names)
        said = function.__doc__ if code is function.__code__ else None
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self._of_code(constant, function)
            elif constant is not said and constant != said:
                self._add(constant, function.__qualname__)
        where = f"{function.__module__}.{function.__qualname__}"
        for name in code.co_names:
            if name in function.__globals__:
                value = function.__globals__[name]
                self._add(value, where)
                if isinstance(value, ModuleType) and value.__name__.partition(".")[0] not in LIBRARIES:
                    for member in sorted(set(code.co_names) & vars(value).keys()):
                        self._add(vars(value)[member], where)


_HELD: dict[str, contextlib.ExitStack] = {}
"""What this process has the right to compile, by file; until it is saved nobody else does."""


def give_up() -> None:
    """Let others try what this process could not compile."""
    while _HELD:
        _HELD.popitem()[1].close()


class Kept:
    """The compiled versions of one function, one for each signature, as the compiler looks for them."""

    def __init__(self, name: str, digest_of: Callable[[Any], str]) -> None:
        """`name` is unique in the program; `digest_of` tells what the code for a signature depends on."""
        self.cache_path, self._name, self._digest_of = str(CACHE), name, digest_of
        self.result: Any = None
        """What was compiled last in this process."""

    def file(self, signature: Any) -> Path:
        """Where the code for a signature lies, or would."""
        return CACHE / f"{self._name}-{self._digest_of(signature)}.bin"

    def load_overload(self, signature: Any, target: Any) -> Any:
        """The code, or None; then nobody else compiles it until this process has saved it."""
        target.refresh()
        file = self.file(signature)
        if (found := _read(file, target)) is None and file.name not in _HELD:
            waits = contextlib.ExitStack()
            waits.enter_context(_claimed(file.name))
            if (found := _read(file, target)) is None:
                _HELD[file.name] = waits
            else:
                waits.close()
        return found

    def save_overload(self, signature: Any, result: Any) -> None:
        """Keep the code; the oldest versions of it go."""
        file, self.result = self.file(signature), result
        with contextlib.suppress(OSError):  # a full disk costs time, nothing else
            with tempfile.NamedTemporaryFile(dir=CACHE, delete=False) as whole:
                pickle.dump(result._replace(type_annotation="")._reduce(), whole, protocol=pickle.HIGHEST_PROTOCOL)
            os.replace(whole.name, file)
            versions = sorted(CACHE.glob(f"{self._name}-{'?' * 16}.bin"), key=lambda one: -one.stat().st_mtime)
            for old in versions[KEPT:]:
                old.unlink(missing_ok=True)
        if held := _HELD.pop(file.name, None):
            held.close()

    def flush(self) -> None:
        """Nothing is kept in memory."""


def _read(file: Path, target: Any) -> Any:
    try:
        content = file.read_bytes()
        if time.time() - file.stat().st_mtime > 86_400:
            os.utime(file)
        return CompileResult._rebuild(target, *pickle.loads(content))
    except FileNotFoundError:
        return None
    except Exception:  # a damaged file is as good as none
        return None


@cache
def _claims() -> Any:
    """The file whose bytes are locked: one for the whole program, for closing it gives up every lock."""
    return open(CACHE / "claims", "ab")


@contextlib.contextmanager
def _claimed(name: str) -> Iterator[None]:
    """Hold the right to compile something; others who want it wait. Where files cannot be locked, all compile."""
    try:
        from fcntl import LOCK_EX, LOCK_UN, lockf
    except ImportError:
        yield
        return
    at = int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "little")
    with contextlib.suppress(OSError):
        lockf(_claims(), LOCK_EX, 1, at, os.SEEK_SET)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lockf(_claims(), LOCK_UN, 1, at, os.SEEK_SET)
