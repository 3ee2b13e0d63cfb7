"""Compiling: `@law` and `@compiled`, and what compiled code knows of our columns.

`@law` is for sentences: in plain Python it is what its file says, in compiled code it is compiled into whatever calls
it. No index that is computed is below 0 (only one that is written as a number, as in `starts[-1]`, counts from the
end): otherwise every access asks, which costs a tenth of the week. A test lives some weeks with every index checked.
"""

from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any

import numba
import numpy as np
from llvmlite import ir as machine
from numba.core import cgutils
from numba.core.errors import NumbaError, UnsupportedBytecodeError
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global
from numba.extending import typeof_impl
from numba.np import arrayobj

from sim.engine.cache import Fingerprint, Kept
from sim.engine.compiler import FRAGMENT, OPTIONS, ColumnCompiler, FragmentCompiler, types
from sim.engine.layout import Column, View

__all__ = [
    "AHEAD",
    "OPTIONS",
    "Column",
    "ColumnCompiler",
    "Law",
    "NumbaError",
    "UnsupportedBytecodeError",
    "compiled",
    "inlined",
    "law",
    "plain",
    "prefetch",
    "types",
]


def _kept(function: Callable[..., Any]) -> Kept:
    on: list[Fingerprint] = []

    def digest_of(signature: Any) -> str:
        if not on:  # not before all of the module is there
            on.append(Fingerprint(function))
        return on[0].digest([str(kind) for kind in signature])

    return Kept(f"{function.__module__}.{function.__qualname__}", digest_of)


class Law:
    """A sentence: plain Python where Python calls it (as `py_func` too), compiled where compiled code does."""

    options: Any = OPTIONS

    def __init__(self, function: Callable[..., Any]) -> None:
        update_wrapper(self, function)
        self.py_func = function

    def __call__(self, *arguments: Any) -> Any:
        """Say it of these."""
        return self.py_func(*arguments)

    def __reduce__(self) -> str:
        return self.py_func.__qualname__

    @cached_property
    def inner(self) -> Any:
        """What compiled code calls."""
        return numba.njit(**self.options | FRAGMENT, pipeline_class=FragmentCompiler)(self.py_func)


@typeof_impl.register(Law)
def _type_of_law(law: Law, _: Any) -> Any:
    return types.Dispatcher(law.inner)


def law[F: Callable[..., Any]](function: F) -> F:
    """A law, or a function about one resident, order or tie: of numbers, and of views where it needs the world."""
    return Law(function)  # type: ignore[return-value]


class Compiled(Law):
    """A function that is compiled where plain Python calls it too, unless it is handed a view."""

    def __call__(self, *arguments: Any) -> Any:
        """Call it with numbers and columns, or in plain Python with views."""
        if any(type(argument) is View for argument in arguments):
            return self.py_func(*arguments)
        # a key of chance comes back as a whole number of Python, half of which are too large for a signed one
        large = [type(argument) is int and argument >> 63 == 1 for argument in arguments]
        if any(large):
            arguments = tuple(np.uint64(a) if is_large else a for a, is_large in zip(arguments, large, strict=True))
        return self.outer(*arguments)

    @cached_property
    def outer(self) -> Any:
        """What plain Python calls; its code is kept on disk."""
        made = numba.njit(**OPTIONS, pipeline_class=ColumnCompiler)(self.py_func)
        made._cache = _kept(self.py_func)
        return made


def compiled[F: Callable[..., Any]](function: F) -> F:
    """Compile a function of numbers, columns and views, free of Python's global lock."""
    return Compiled(function)  # type: ignore[return-value]


class Inlined(Compiled):
    """A function whose statements the compiler puts in place of its call."""

    options: Any = OPTIONS | {"forceinline": True}


def inlined[F: Callable[..., Any]](function: F) -> F:
    """Compile a small function into each of its callers, so that a loop around it can use vector instructions."""
    return Inlined(function)  # type: ignore[return-value]


def plain[F: Callable[..., Any]](function: F) -> F:
    """The plain Python of a law, as it is printed in its file."""
    return getattr(function, "py_func", function)


AHEAD = 5
"""So many turns before its own, a row is prefetched: what that takes, a few turns take too."""


def prefetch(row: int, *columns: Any) -> None:
    """Fetch a row of some columns that is needed soon, so that it comes while others are worked on.

    Changes nothing, in plain Python does nothing, and does not look for a row that does not exist.
    """


@infer_global(prefetch)
class _Prefetch(AbstractTemplate):
    def generic(self, arguments: Any, keywords: Any) -> Any:  # noqa: ARG002
        return types.none(*arguments)


@lower_builtin(prefetch, types.Integer, types.VarArg(types.Any))
def _prefetched(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    byte, number = cgutils.voidptr_t, cgutils.int32_t
    kind = machine.FunctionType(machine.VoidType(), [byte, number, number, number])
    to_read, to_keep, data = number(0), number(3), number(1)
    ask = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
    row = context.cast(builder, arguments[0], signature.args[0], types.intp)
    for of, column in zip(signature.args[1:], arguments[1:], strict=True):
        array = arrayobj.make_array(of)(context, builder, column)
        place = cgutils.get_item_pointer(context, builder, of, array, [row])
        builder.call(ask, [builder.bitcast(place, byte), to_read, to_keep, data])
    return context.get_dummy_value()


def borrowed[T](held: T) -> T:
    """A named tuple of columns without a count of who holds them, which costs more than a look at one row.

    Whoever borrows them keeps the tuple itself for as long (`keep`).
    """
    return held


@infer_global(borrowed)
class _Borrowed(AbstractTemplate):
    def generic(self, arguments: Any, keywords: Any) -> Any:  # noqa: ARG002
        return arguments[0](*arguments)


@lower_builtin(borrowed, types.BaseTuple)
def _uncounted(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    columns = []
    for of, value in zip(signature.return_type, cgutils.unpack_tuple(builder, arguments[0]), strict=True):
        column = arrayobj.make_array(of)(context, builder, value)
        for owner in ("meminfo", "parent"):
            setattr(column, owner, cgutils.get_null_value(getattr(column, owner).type))
        columns.append(column._getvalue())
    return context.make_tuple(builder, signature.return_type, columns)


def keep(*held: Any) -> None:
    """Up to here, these are kept."""


@infer_global(keep)
class _Keep(AbstractTemplate):
    def generic(self, arguments: Any, keywords: Any) -> Any:  # noqa: ARG002
        return types.none(*arguments)


@lower_builtin(keep, types.VarArg(types.Any))
def _to_here(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
    return context.get_dummy_value()
