"""WebAssembly: units as one module for browsers, made of the very text that the compiler made of the rules.

The text is made for a machine whose addresses have 8 bytes, with the places of a record's members as plain numbers. In
WebAssembly an address has 4. So all memory that a function takes for records is made as large as it was, and text that
asks for the place of a member by its type is refused: what comes out would be wrong without a sign. Units take the
same three addresses as everywhere; whatever they need of a runtime stands in runtime.ll.
"""

import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import llvmlite.binding as llvm

from sim.engine.units import ENDED

TRIPLE = "wasm32-unknown-unknown"
FEATURES = "+simd128,+bulk-memory,+bulk-memory-opt,+nontrapping-fptoint,+sign-ext,+mutable-globals"
LAYOUT_OF_TEXT = "e-m:e-p:64:64-i64:64-f80:128-n8:16:32:64-S128"
"""Where a type's parts lie on the machine that the text was made for."""
RUNTIME = Path(__file__).with_name("runtime.ll")
LINKERS = ("wasm-ld", *(f"wasm-ld-{version}" for version in range(23, 17, -1)))
STACK = 1 << 20
ARITHMETIC = ("__multi3",)
"""What code calls only after it is made: products of 128 bits."""
_UNIT = re.compile(r'^define [^\n]*?@"?(_ZN3sim6engine5units4Unit8compiled[^\s("]*)"?\(', re.MULTILINE)
_RECORD_OF_ADDRESSES = r"\{[^\n]*\bptr\b[^\n]*\}"


class WasmError(RuntimeError):
    """Why there is no module."""


def module_of(units: Mapping[str, str], runtime: Iterable[str]) -> bytes:
    """A module that exports each unit by a name, of the text of its code; and these functions of the runtime.

    Errors: WasmError when there is no linker, or text that would be wrong in WebAssembly.
    """
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple(TRIPLE).create_target_machine(opt=3, features=FEATURES)
    whole = _parsed(RUNTIME.read_text(encoding="utf-8"), machine)
    for name, text in units.items():
        one = _parsed(_for_wasm(name, text), machine)
        _keep_inside(one, {name})
        whole.link_in(one)
    _keep_inside(whole, {*units, *runtime, *ARITHMETIC})
    passes = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=3))
    passes.getModulePassManager().run(whole, passes)
    return _linked(machine.emit_object(whole), [*units, *runtime])


def _parsed(text: str, machine: llvm.TargetMachine) -> llvm.ModuleRef:
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = TRIPLE, str(machine.target_data)
    module.verify()
    return module


def _keep_inside(module: llvm.ModuleRef, known_outside: set[str]) -> None:
    """Let nothing but these be known outside: functions of one name in two units need not be the same."""
    for one in [*module.functions, *module.global_variables]:
        if not one.is_declaration and one.name not in known_outside:
            one.linkage = "internal"


def _for_wasm(name: str, text: str) -> str:
    """The text of a unit with addresses of 4 bytes, and an entry of this name."""
    entry = _UNIT.findall(text)
    if len(entry) != 1:
        raise WasmError(f"{name}: {len(entry)} functions where one unit was expected")
    text = re.sub(r"^target (?:triple|datalayout) = .*\n", "", text, flags=re.MULTILINE)
    for gone in ("NRT_incref", "NRT_decref", "cfunc"):  # those two count with instructions of another processor
        text = re.sub(rf'^define [^\n]*@"?{gone}\b.*?^}}\n', "", text, flags=re.MULTILINE | re.DOTALL)
    text += "".join(f"\ndeclare void @{count}(ptr)" for count in ("NRT_incref", "NRT_decref") if f"@{count}(" in text)
    if found := re.search(rf"(?:getelementptr [a-z ]*|load |store |byval\(){_RECORD_OF_ADDRESSES}", text):
        raise WasmError(f"{name}: a record of addresses is used by its type: {found.group()[:120]}")
    text = _with_wide_records(text.replace("= common ", "= "))
    return f"""{text}
define i64 @"{name}"(ptr %world, ptr %my, ptr %out) {{
  %ended = alloca i64
  %error = alloca i64
  store i64 0, ptr %ended
  %status = call i32 @"{entry[0]}"(ptr %ended, ptr %error, ptr %world, ptr %my, ptr %out)
  %well = icmp eq i32 %status, 0
  %code = load i64, ptr %ended
  %result = select i1 %well, i64 %code, i64 {ENDED - 1}
  ret i64 %result
}}
"""


def _with_wide_records(text: str) -> str:
    """Memory for what holds addresses is as large as where they have 8 bytes."""
    types = sorted({kind for kind in re.findall(r"= alloca (.*), align", text) if "ptr" in kind})
    asked = "".join(f"@t{at} = global {kind} zeroinitializer\n" for at, kind in enumerate(types))
    known = llvm.parse_assembly(f'target datalayout = "{LAYOUT_OF_TEXT}"\n{asked}')
    layout = llvm.create_target_data(LAYOUT_OF_TEXT)
    sizes = {
        kind: layout.get_abi_size(known.get_global_variable(f"t{at}").global_value_type)
        for at, kind in enumerate(types)
    }
    return re.sub(
        r"= alloca (.*), align",
        lambda found: f"= alloca [{sizes[found[1]]} x i8], align" if found[1] in sizes else found[0],
        text,
    )


def linker() -> list[str]:
    """The command of the linker. Errors: WasmError where there is none."""
    if found := next(filter(None, map(shutil.which, LINKERS)), None):
        return [found]
    if importlib.util.find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "wasm-ld"]
    raise WasmError("no linker for WebAssembly: install wasm-ld (Debian: lld) or the Python package ziglang")


def _linked(code: bytes, names: Iterable[str]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="linli-") as folder:
        source, target = Path(folder) / "units.o", Path(folder) / "units.wasm"
        source.write_bytes(code)
        command = [
            *(*linker(), "--no-entry", "--allow-undefined", "--gc-sections", "--strip-all", "--stack-first", "-O2"),
            *("-z", f"stack-size={STACK}", "--export=__heap_base"),
            *(f"--export={name}" for name in names),
            *("-o", str(target), str(source)),
        ]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        if said.returncode:
            raise WasmError(f"the linker refuses: {said.stderr.strip()[:2000]}")
        return target.read_bytes()
