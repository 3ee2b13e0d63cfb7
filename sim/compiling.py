"""What is left of it, while rules move to views."""
from sim.engine.jit import AHEAD, prefetch as soon
from sim.engine.jit import _dispatcher
from numba.extending import intrinsic
from numba.core import cgutils, types
from typing import Any


def _memory(_: Any, address: Any) -> Any:
    def made(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), made


memory_at: Any = intrinsic(_memory)
