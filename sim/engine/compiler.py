"""The compiler as we use it: fewer steps, unsigned indices, and helpers that are only ever linked into their callers.

Most of a cold start is spent before any machine code is made. So of numba's steps only those are taken that our code
needs, a function that only compiled code calls (ours or numba's own) is optimised where it is linked in and not by
itself, and an access to an array is looked up as one, without trying all else that brackets can mean.
"""

import operator
from itertools import count
from typing import Any

import numba
from numba import _dynfunc
from numba.core import ir
from numba.core import types as _types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import FunctionPass, PassManager, register_pass
from numba.core.typed_passes import (
    AnnotateTypes,
    IRLegalization,
    NativeLowering,
    NoPythonBackend,
    NopythonTypeInference,
    PreLowerStripPhis,
)
from numba.core.typing.arraydecl import GetItemBuffer, SetItemBuffer
from numba.core.typing.templates import _OverloadFunctionTemplate
from numba.core.untyped_passes import (
    DeadBranchPrune,
    FixupArgs,
    GenericRewrites,
    IRProcessing,
    ReconstructSSA,
    TranslateByteCode,
)

types: Any = _types
OPTIONS = {"nogil": True, "error_model": "numpy"}
FRAGMENT = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Options of a function that only compiled code calls."""
_number = count()


def _unsigned(index: Any) -> Any:
    """The type of an index that is never below 0; slices and masks stay as they are."""
    if isinstance(index, types.Integer):
        return types.uintp
    several: Any = index if isinstance(index, types.BaseTuple) else None
    return index if several is None else types.BaseTuple.from_types(tuple(map(_unsigned, several.types)))


@register_pass(mutates_CFG=False, analysis_only=False)
class _UnsignedIndex(FunctionPass):
    """Every computed index of a column is taken for a number of 0 or more."""

    _name = "unsigned_index"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Whether anything was changed: for each statement of each block."""
        for block in state.func_ir.blocks.values():
            block.body = [line for statement in block.body for line in self._cast(state, statement)]
        return True

    def _cast(self, state: Any, statement: Any) -> list[Any]:
        """The statement, after a line that casts its index."""
        access = getattr(statement, "value", None) if isinstance(statement, ir.Assign) else statement
        if not (isinstance(access, ir.SetItem) or (isinstance(access, ir.Expr) and access.op == "getitem")):
            return [statement]
        known = state.calltypes[access]
        column, index = known.args[:2]
        meant = _unsigned(index)
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


class _Steps(PassManager):
    _ENFORCING = False  # nothing is checked and analysed anew after each step


STEPS = (
    TranslateByteCode,
    FixupArgs,
    IRProcessing,
    DeadBranchPrune,
    GenericRewrites,
    ReconstructSSA,
    NopythonTypeInference,
    _UnsignedIndex,
    PreLowerStripPhis,
    IRLegalization,
    AnnotateTypes,
    NativeLowering,
    NoPythonBackend,
)
"""What our code needs of the compiler: no closures, array expressions, objects or literal arguments."""


class _Fragment(JITCodeLibrary):
    """Code that is only ever linked into its callers and optimised there: no machine code of its own is made."""

    def add_llvm_module(self, module: Any) -> None:
        """Take it in as it is."""
        module.data_layout = self._codegen._data_layout
        self._final_module.link_in(module)

    def finalize(self) -> None:
        """Nothing but a mark."""
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:  # noqa: ARG002
        """There is none: nobody calls a fragment."""
        return 0

    def alone(self) -> Any:
        """Its code, without what it calls."""
        return super()._get_module_for_linking()

    def _get_module_for_linking(self) -> Any:
        """Its code with what it calls, for code that is not ours and knows no fragments."""
        whole = self.alone().clone()
        for library in _linked(self):
            code = library.alone() if isinstance(library, _Fragment) else library._get_module_for_linking()
            whole.link_in(code, preserve=True)
        return whole


def _linked(library: Any, known: dict[Any, None] | None = None) -> dict[Any, None]:
    """All that a library needs, and what the fragments among that need."""
    known = {} if known is None else known
    for needed in library._linking_libraries:
        if needed not in known:
            known[needed] = None
            if isinstance(needed, _Fragment):
                _linked(needed, known)
    return known


class _Whole(JITCodeLibrary):
    """Code that is called: all fragments that it needs are linked into it."""

    def finalize(self) -> None:
        """Link each fragment once, then optimise all of it."""
        linked = _linked(self)
        for library in linked:
            if isinstance(library, _Fragment):
                self._final_module.link_in(library.alone(), preserve=True)
        self._linking_libraries = [library for library in linked if not isinstance(library, _Fragment)]
        super().finalize()


class ColumnCompiler(Compiler):
    """The compiler of functions that are called from outside."""

    library: Any = _Whole
    at_work: int = 0
    """How many functions are being compiled right now, one within the other."""

    def __init__(self, typing: Any, target: Any, library: Any, *more: Any) -> None:
        super().__init__(typing, target, library or self.library(target.codegen(), f"linli.{next(_number)}"), *more)
        self.state.library.enable_object_caching()

    def define_pipelines(self) -> Any:
        """The steps."""
        steps = _Steps("linli")
        for step in STEPS:
            steps.add_pass(step, step.__name__)
        steps.finalize()
        return [steps]

    def _compile_core(self) -> Any:
        ColumnCompiler.at_work += 1
        try:
            return super()._compile_core()
        finally:
            ColumnCompiler.at_work -= 1


class FragmentCompiler(ColumnCompiler):
    """The compiler of functions that only compiled code calls."""

    library = _Fragment

    def compile_extra(self, func: Any) -> Any:
        """Compile it as far as callers need; where they look for machine code, a function stands that nobody calls."""
        self.state.flags.no_compile = True
        made = super().compile_extra(func)
        described = made.fndesc
        stand_in = _dynfunc.make_function(
            described.lookup_module(), func.__name__, "", 0, made.environment, (made.library,)
        )
        self.state.targetctx.insert_user_function(stand_in, described, [made.library])
        return made._replace(entry_point=stand_in)


class _TheirCompiler(FragmentCompiler):
    """The compiler of numba's own functions that ours call: all of its steps."""

    define_pipelines = Compiler.define_pipelines


_their_decorator = _OverloadFunctionTemplate._get_jit_decorator
_their_search = types.BaseFunction.get_call_type
_found: dict[Any, Any] = {}
_ACCESS: dict[Any, Any] = {operator.getitem: GetItemBuffer, operator.setitem: SetItemBuffer}


def _decorator(template: Any) -> Any:
    """Within our code, numba's own functions become fragments too."""
    if not ColumnCompiler.at_work:
        return _their_decorator(template)
    return lambda **options: numba.jit(**options | FRAGMENT | {"pipeline_class": _TheirCompiler})


def _search(function: Any, context: Any, arguments: Any, keywords: Any) -> Any:
    """What a call means: of numbers, what it meant the last time; brackets of an array, an access to an array."""
    if keywords or not arguments:
        return _their_search(function, context, arguments, keywords)
    if all(isinstance(of, types.Number | types.Boolean) for of in arguments):
        key = function, context, arguments
        if key not in _found:
            _found[key] = _their_search(function, context, arguments, keywords)
        return _found[key]
    access = _ACCESS.get(function.typing_key) if isinstance(arguments[0], types.Array) else None
    meant = access(context).generic(tuple(map(types.unliteral, arguments)), keywords) if access else None
    if meant is None:
        return _their_search(function, context, arguments, keywords)
    function._impl_keys[meant.args] = function.typing_key
    return meant


types.BaseFunction.get_call_type = _search
_OverloadFunctionTemplate._get_jit_decorator = _decorator
