"""Build the module that browsers run: `python -m sim.browser.build` compiles the rules anew, for no processor's sake.

It takes some minutes, and a linker for WebAssembly (Debian: `apt install lld`; anywhere: `pip install ziglang`). What
comes out is shipped with the program: model.wasm, and in model.json what it was made from.
"""

import json
import os
import subprocess
import sys

from sim.browser.shipped import DESCRIBED, MODULE, made_from
from sim.browser.units import units
from sim.engine.build import build
from sim.engine.wasm import WasmError, linker, module_of

OF_THE_RUNTIME = ("set_top", "get_top")
NO_PROCESSOR = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}


def main() -> None:
    """Compile, link and write. Errors: ends with a sentence and exit code 2 where there is no linker."""
    try:
        _build()
    except WasmError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)


def _build() -> None:
    linker()
    if any(os.environ.get(name) != value for name, value in NO_PROCESSOR.items()):
        again = [sys.executable, "-m", "sim.browser.build"]
        sys.exit(subprocess.run(again, env=os.environ | NO_PROCESSOR, check=False).returncode)
    named = units()
    build(list(named.values()))
    module = module_of({name: unit.text for name, unit in named.items()}, OF_THE_RUNTIME)
    MODULE.write_bytes(module)
    DESCRIBED.write_text(json.dumps(made_from(), indent=1) + "\n", encoding="utf-8")
    print(f"{MODULE}: {len(module):,} bytes, {len(named)} units")


if __name__ == "__main__":
    main()
