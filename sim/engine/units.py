"""Units: a phase, a push or a measurement, compiled by itself and called by its address.

A unit is a function whose parameters are named after views. Compiled, all of them take the same three addresses: of
the table of the world, of the doses of a policy, and of where a number is returned. So the week is a list of
addresses, and an edit of one rule compiles one unit.
"""

import ctypes
import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from inspect import signature
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core.ccallback import CFunc
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from sim.engine.cache import Fingerprint, Kept, give_up
from sim.engine.jit import OPTIONS, Column, ColumnCompiler, Law, types
from sim.engine.layout import Layout
from sim.engine.view import WORD, ViewType

_TABLE, _NUMBER = types.CPointer(types.int64), types.CPointer(types.float64)
_KIND = types.int64(_TABLE, _TABLE, _NUMBER)
_C: Any = ctypes.POINTER(ctypes.c_int64), ctypes.POINTER(ctypes.c_int64), ctypes.POINTER(ctypes.c_double)
ENDED = 1
"""What a unit returns when it came to its end; anything else: memory ran out."""


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """The compiler makes millions of objects, and looking for dead ones among them takes a fifth of its time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


class Unit:
    """A function of views, compiled when its address is first needed."""

    def __init__(self, function: Callable[..., Any], layouts: dict[str, Layout], doses: Layout | None = None) -> None:
        """Errors: TypeError for a parameter that is no view."""
        self.name, self.plain, self._law = function.__name__, function, Law(function)
        self.views = tuple(signature(function).parameters)
        known = layouts | ({"my": doses} if doses else {})
        if unknown := [name for name in self.views if name not in known]:
            raise TypeError(f"{self.name}: {', '.join(unknown)} is no view; there are {', '.join(known)}")
        self._kinds = tuple(ViewType(known[name]) for name in self.views)

    def __call__(self, views: Mapping[str, Any]) -> Any:
        """Do it in plain Python."""
        return self.plain(*(views[name] for name in self.views))

    def run(self, world: Column, my: int = 0) -> float:
        """Do it, compiled, with the table of a world and the address of doses. Errors: MemoryError."""
        result = np.zeros(1)
        addresses: Any = (world.ctypes.data, my, result.ctypes.data)
        if self.compiled.ctypes(*(ctypes.cast(at, of) for at, of in zip(addresses, _C, strict=True))) != ENDED:
            raise MemoryError(f"{self.name}: memory ran out")
        return float(result[0])

    @cached_property
    def _kept(self) -> Kept:
        fingerprint = Fingerprint(self.plain)
        digest = fingerprint.digest([kind.layout_of(fingerprint.names) for kind in self._kinds])
        return Kept(f"{self.plain.__module__}.{self.plain.__qualname__}-unit", lambda _: digest)

    @property
    def fingerprint(self) -> str:
        """What its code hangs on, whatever the machine."""
        said = Fingerprint(self.plain, of_the_machine=False)
        return said.digest([kind.layout_of(said.names) for kind in self._kinds])

    @property
    def ready(self) -> bool:
        """Whether it is compiled already, on disk."""
        return self._kept.file(None).exists()

    def build(self) -> None:
        """Compile it, unless that is done."""
        self.compiled  # noqa: B018

    @cached_property
    def compiled(self) -> Any:
        """The compiled function. Errors: whatever the compiler cannot take, as it says it."""
        run = _running(self._law.inner, self._kinds, [name == "my" for name in self.views])

        def unit(world: Any, my: Any, out: Any) -> int:
            out[0] = run(world, my)
            return ENDED

        made: Any = CFunc(unit, (_KIND.args, _KIND.return_type), {}, OPTIONS, pipeline_class=ColumnCompiler)
        made._cache = self._kept
        try:
            with no_garbage_collection():
                made.compile()
        except BaseException:
            give_up()
            raise
        for environment in self._kept.result._find_referenced_environments() if self._kept.result else ():
            cpu_target.target_context.codegen().set_env(environment.env_name, environment)
        return made

    @property
    def text(self) -> str:
        """Its code as the text of LLVM."""
        return str(self.compiled._library._get_module_for_linking())

    @property
    def address(self) -> int:
        """Where the compiled function lies."""
        return int(self.compiled.address)


def _running(dispatcher: Any, kinds: tuple[ViewType, ...], own: list[bool]) -> Any:
    """The call of a function of views, where only the two addresses are known."""

    def typed(typing: Any, world: Any, my: Any) -> Any:
        function = types.Dispatcher(dispatcher)
        inner = typing.resolve_function_type(function, kinds, {})

        def made(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
            pointers = [builder.bitcast(argument, WORD.as_pointer()) for argument in arguments]
            call = context.get_function(function, inner)
            context.add_linking_libs(call.libs)
            result = call(builder, [pointers[mine] for mine in own])
            if inner.return_type is types.none:
                return ir.Constant(ir.DoubleType(), 0.0)
            return context.cast(builder, result, inner.return_type, types.float64)

        return types.float64(world, my), made

    return intrinsic(typed)


def _called(_: Any, address: Any, world: Any, my: Any, out: Any) -> Any:
    """The call of a unit at an address."""

    def made(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        word = WORD.as_pointer()
        kind = ir.FunctionType(WORD, [word, word, ir.DoubleType().as_pointer()])
        pointers = [builder.inttoptr(argument, of) for argument, of in zip(arguments[1:], kind.args, strict=True)]
        return builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), pointers)

    return types.int64(address, world, my, out), made


called: Any = intrinsic(_called)
"""In compiled code: run the unit at an address, of a world, with doses; whether it came to its end, and its result."""
