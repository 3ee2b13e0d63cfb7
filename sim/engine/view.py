"""Views: one way to look at the world, plain and compiled: `residents.tier[i]`, `deciding.habit`, `my.contacts`.

In compiled code a view is the address of one table, in which every column has a row (address, rows, width), every
parameter a row of its own. Which row an attribute is, and of what type, is known when a function is compiled; so a
view is one argument, however many columns it has. The table does not change while compiled code runs, and no two
columns overlap: the compiler knows both, so that numbers stay in registers.
"""

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils
from numba.core.datamodel import models, register_default
from numba.core.imputils import lower_builtin, lower_cast, lower_getattr_generic
from numba.core.typeconv import Conversion
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.np import arrayobj
from numba.np.numpy_support import from_dtype

from sim.engine.jit import types
from sim.engine.layout import CELLS, Layout, Member

WORD = ir.IntType(64)


class ViewType(types.Type):
    """A view in compiled code."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        super().__init__(f"View({layout.view})")

    def layout_of(self, names: Iterable[str]) -> list[tuple[str, Member]]:
        """What code that uses these names depends on."""
        return [(name, self.layout.members[name]) for name in sorted(names) if name in self.layout.members]


class _ColumnType(types.Array):
    """A column of the world: an array that overlaps no other."""

    def __init__(self, member: Member) -> None:
        self.column, self.width, dimensions = member.name, member.width, 2 if member.width else 1
        super().__init__(
            from_dtype(np.dtype(member.dtype)),
            dimensions,
            "C",
            name=f"column({member.name}, {member.dtype}, {dimensions})",
        )

    def __repr__(self) -> str:
        return str(self.name)

    @property
    def key(self) -> Any:
        """What makes it another type than every other column."""
        return self.name

    def copy(
        self,
        dtype: Any = None,
        ndim: Any = None,
        layout: Any = None,
        readonly: Any = None,  # noqa: ARG002
    ) -> Any:
        """A part of a column is a common array."""
        return types.Array(dtype or self.dtype, self.ndim if ndim is None else ndim, layout or self.layout)

    def can_convert_to(self, typingctx: Any, other: Any) -> Any:  # noqa: ARG002
        """A column is an array too."""
        alike = type(other) is types.Array and (other.dtype, other.ndim, other.layout) == (self.dtype, self.ndim, "C")
        return Conversion.safe if alike else None


@register_default(ViewType)
class _Pointer(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, WORD.as_pointer())


@register_default(_ColumnType)
class _Borrowed(models.ArrayModel):
    def traverse(self, builder: Any) -> Any:  # noqa: ARG002
        """No count is kept of who holds a column: the world does."""
        return []


_to_another_array = types.Array.can_convert_to


def _never_to_a_column(self: Any, typing: Any, other: Any) -> Any:
    """An array is no column, and no column is another: code for one would be wrong about what else it touches."""
    return None if isinstance(other, _ColumnType) and other != self else _to_another_array(self, typing, other)


types.Array.can_convert_to = _never_to_a_column


@infer_getattr
class _Attributes(AttributeTemplate):
    key = ViewType

    def generic_resolve(self, view: ViewType, attribute: str) -> Any:
        member = view.layout.members.get(attribute)
        return None if member is None else from_dtype(np.dtype(member.dtype)) if member.single else _ColumnType(member)


@lower_getattr_generic(ViewType)
def _attribute(context: Any, builder: Any, view: ViewType, table: Any, attribute: str) -> Any:
    member = view.layout.members[attribute]

    def cell(k: int, kind: Any = WORD) -> Any:
        place = builder.gep(table, [WORD(CELLS * member.row + k)])
        loaded = builder.load(place if kind is WORD else builder.bitcast(place, kind.as_pointer()), attribute)
        loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
        return loaded

    if member.single:
        return cell(0, context.get_value_type(from_dtype(np.dtype(member.dtype))))
    kind = _ColumnType(member)
    array, item = arrayobj.make_array(kind)(context, builder), np.dtype(member.dtype).itemsize
    shape = [cell(1), WORD(member.width)][: kind.ndim]
    strides = [WORD(item * max(member.width, 1)), WORD(item)][: kind.ndim]
    data = builder.inttoptr(cell(0), array.data.type)
    arrayobj.populate_array(array, data=data, shape=shape, strides=strides, itemsize=WORD(item), meminfo=None)
    return array._getvalue()


def _tagged(builder: Any, access: Any, column: str) -> Any:
    """Say of a load or a store that it touches this column and no other: in alias analysis each has its own type."""
    module, known = builder.module, builder.module.__dict__.setdefault("_linli_columns", {})
    if column not in known:
        root = module.add_metadata([ir.MetaDataString(module, "columns of linli")])
        kind = module.add_metadata([ir.MetaDataString(module, f"column {column}"), root, WORD(0)])
        known[column] = module.add_metadata([kind, kind, WORD(0)])
    access.set_metadata("tbaa", known[column])
    return access


def _place(context: Any, builder: Any, kind: Any, column: Any, index_types: Any, indices: Any) -> Any:
    """Where an element lies; rows lie side by side, so that loops over them become vector instructions."""
    array = arrayobj.make_array(kind)(context, builder, column)
    at = [context.cast(builder, index, of, types.intp) for of, index in zip(index_types, indices, strict=True)]
    flat = at[0] if kind.ndim == 1 else builder.add(builder.mul(at[0], WORD(kind.width)), at[1])
    return builder.gep(array.data, [flat], inbounds=True)


def _loaded(context: Any, builder: Any, kind: Any, column: Any, index_types: Any, indices: Any) -> Any:
    place = _place(context, builder, kind, column, index_types, indices)
    return context.data_model_manager[kind.dtype].from_data(builder, _tagged(builder, builder.load(place), kind.column))


def _stored(
    context: Any, builder: Any, kind: Any, column: Any, index_types: Any, indices: Any, of: Any, value: Any
) -> None:
    place = _place(context, builder, kind, column, index_types, indices)
    value = context.data_model_manager[kind.dtype].as_data(builder, context.cast(builder, value, of, kind.dtype))
    _tagged(builder, builder.store(value, place), kind.column)


@lower_builtin(operator.getitem, _ColumnType, types.Integer)
def _get_one(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind, index = signature.args
    if kind.ndim != 1:
        return arrayobj.getitem_arraynd_intp(context, builder, signature, arguments)
    return _loaded(context, builder, kind, arguments[0], [index], [arguments[1]])


@lower_builtin(operator.getitem, _ColumnType, types.BaseTuple)
def _get_several(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind, index = signature.args
    if isinstance(signature.return_type, types.Buffer):
        return arrayobj.getitem_array_tuple(context, builder, signature, arguments)
    return _loaded(context, builder, kind, arguments[0], index.types, cgutils.unpack_tuple(builder, arguments[1]))


@lower_builtin(operator.setitem, _ColumnType, types.Integer, types.Any)
def _set_one(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind, index, of = signature.args
    if kind.ndim != 1 or isinstance(of, types.Buffer):
        return arrayobj.setitem_array(context, builder, signature, arguments)
    return _stored(context, builder, kind, arguments[0], [index], [arguments[1]], of, arguments[2])


@lower_builtin(operator.setitem, _ColumnType, types.BaseTuple, types.Any)
def _set_several(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind, index, of = signature.args
    if isinstance(of, types.Buffer) or not all(isinstance(one, types.Integer) for one in index.types):
        return arrayobj.setitem_array(context, builder, signature, arguments)
    return _stored(
        context, builder, kind, arguments[0], index.types, cgutils.unpack_tuple(builder, arguments[1]), of, arguments[2]
    )


@lower_cast(_ColumnType, types.Array)
def _as_array(context: Any, builder: Any, source: Any, target: Any, value: Any) -> Any:  # noqa: ARG001
    return value
