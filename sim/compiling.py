"""Compiling: what the compiler cannot know of our columns, and is told.

- No row is counted from the end: an index that is computed is 0 or more. Otherwise compiled code asks of every single index
  whether it is below 0, which costs a tenth of the week and keeps loops from using vector instructions. Only an index that
  is written as a number (`starts[-1]`) counts from the end. A test lives some weeks with every index checked.
- No two columns handed to a phase overlap, so numbers stay in registers.
- The memory at an address is a column, and a row that is needed soon can be sent for.
"""

from itertools import count
from typing import Any

from llvmlite import ir as machine
from numba.core import cgutils, ir, types
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.typed_passes import NopythonTypeInference
from numba.extending import intrinsic, overload
from numba.np import arrayobj


def _from_the_start(index: Any) -> Any:
    """The type of an index that is never below 0; slices and masks stay as they are."""
    if isinstance(index, types.Integer):
        return types.uintp
    several: Any = index if isinstance(index, types.BaseTuple) else None
    return index if several is None else types.BaseTuple.from_types(tuple(map(_from_the_start, several.types)))


@register_pass(mutates_CFG=False, analysis_only=False)
class _CountedFromTheStart(FunctionPass):
    """Every computed index of a column is taken for a number of 0 or more."""

    _name = "counted_from_the_start"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Whether anything was changed: for each statement of each block, what it should know."""
        for block in state.func_ir.blocks.values():
            block.body = [line for statement in block.body for line in self._told(state, statement)]
        return True

    def _told(self, state: Any, statement: Any) -> list[Any]:
        """The statement, after a line that makes its index one that is never below 0."""
        access = getattr(statement, "value", None) if isinstance(statement, ir.Assign) else statement
        if not (isinstance(access, ir.SetItem) or (isinstance(access, ir.Expr) and access.op == "getitem")):
            return [statement]
        known = state.calltypes[access]
        column, index = known.args[:2]
        meant = _from_the_start(index)
        if not isinstance(column, types.Array) or meant == index:
            return [statement]
        name = next(name for at in count(len(state.typemap)) if (name := f"row_{at}") not in state.typemap)
        row = ir.Var(access.index.scope, name, access.loc)
        line = ir.Assign(ir.Expr.cast(access.index, access.loc), row, access.loc)
        del state.calltypes[access]
        access.index = row
        state.typemap[name] = meant
        state.calltypes[access] = known.replace(args=(column, meant, *known.args[2:]))
        return [line, statement]


class Told(Compiler):
    """A compiler that knows that no row is counted from the end."""

    def define_pipelines(self) -> Any:
        """The usual steps, and ours after the types are known."""
        pipelines = super().define_pipelines()
        for pipeline in pipelines:
            pipeline.add_pass_after(_CountedFromTheStart, NopythonTypeInference)
            pipeline.finalize()
        return pipelines


class ToldOfColumns(Told):
    """The same, for functions whose columns do not overlap."""

    def define_pipelines(self) -> Any:
        """The same steps, under that flag."""
        self.state.flags.noalias = True
        return super().define_pipelines()


def _memory(_: Any, address: Any) -> Any:
    def made(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), made


memory_at: Any = intrinsic(_memory)
"""The memory at an address, inside compiled code: of a column that somebody else keeps."""


def _prefetch(_: Any, row: Any, columns: Any) -> Any:
    def made(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        byte, number = cgutils.voidptr_t, cgutils.int32_t
        kind = machine.FunctionType(machine.VoidType(), [byte, number, number, number])
        to_read, to_keep, data = number(0), number(3), number(1)
        ask = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        for of, column in zip(columns, cgutils.unpack_tuple(builder, arguments[1]), strict=True):
            array = arrayobj.make_array(of)(context, builder, column)
            place = cgutils.get_item_pointer(context, builder, of, array, [arguments[0]])
            builder.call(ask, [builder.bitcast(place, byte), to_read, to_keep, data])
        return context.get_dummy_value()

    return types.void(types.uintp, columns), made


_sent_for: Any = intrinsic(_prefetch)


AHEAD = 5
"""So many turns before its own, a row is sent for: what that takes, a few turns take too."""


def soon(row: int, *columns: Any) -> None:
    """Send for a row of some columns that is needed soon, so that it comes while others are worked on.

    Changes nothing, in plain Python does nothing, and does not look for a row that does not exist.
    """


@overload(soon)
def _soon(row, *columns):  # type: ignore[no-untyped-def]
    return lambda row, *columns: _sent_for(row, columns)
