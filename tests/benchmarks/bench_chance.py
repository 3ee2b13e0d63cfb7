"""What keyed chance costs: the same week with keyed draws, and with a plain xorshift generator in their place.

Run `python tests/benchmarks/bench_chance.py`; it prints one ratio for each size (goal: at most 1.25). The unkeyed week
runs in a process of its own with a cache of its own, in which `sim.mathematics.chance` is changed before any rule is imported.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from inspect import signature
from pathlib import Path
from typing import Any

SIZES = (2_000, 20_000)
BURN_IN, WEEKS, REPEATS = 60, 26, 8
ROUNDS = 2
"""Keyed and unkeyed processes alternate so often, so that a busy moment of the machine hits both."""


def without_keys() -> None:
    """Put a generator that knows no keys into `sim.mathematics.chance`: one xorshift64* state for all, no matter who draws."""
    import numba
    import numpy as np
    from numba import types
    from numba.core import cgutils

    from sim.engine.jit import compiled, inlined, plain
    from sim.mathematics import chance

    state = np.array([88172645463325252], np.uint64)
    address = state.ctypes.data
    without_keys.state = state  # type: ignore[attr-defined]  # kept alive: compiled code knows its address only

    @numba.extending.intrinsic
    def next_word(context: Any) -> Any:
        """Load the state, move it on, store it: three shifts."""

        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            number = context.get_value_type(types.uint64)
            where = builder.inttoptr(cgutils.intp_t(address), number.as_pointer())
            x = builder.load(where)
            x = builder.xor(x, builder.lshr(x, number(12)))
            x = builder.xor(x, builder.shl(x, number(25)))
            x = builder.xor(x, builder.lshr(x, number(27)))
            builder.store(x, where)
            return builder.mul(x, number(0x2545F4914F6CDD1D))

        return types.uint64(), code

    @inlined
    def block(key, person, other):  # type: ignore[no-untyped-def]
        """Four words from two steps."""
        x, y = next_word(), next_word()
        return x & np.uint64(0xFFFFFFFF), x >> np.uint64(32), y & np.uint64(0xFFFFFFFF), y >> np.uint64(32)

    @inlined
    def uniform(key, person):  # type: ignore[no-untyped-def]
        """One uniform from one step."""
        return (np.float64(next_word() >> np.uint64(11)) + 0.5) * 2.0**-53

    @inlined
    def uniform_pair(key, person, other):  # type: ignore[no-untyped-def]
        """One uniform from one step."""
        return (np.float64(next_word() >> np.uint64(11)) + 0.5) * 2.0**-53

    @inlined
    def uniform_twice(key, person, other):  # type: ignore[no-untyped-def]
        """Two uniforms from two steps."""
        one = (np.float64(next_word() >> np.uint64(11)) + 0.5) * 2.0**-53
        return one, (np.float64(next_word() >> np.uint64(11)) + 0.5) * 2.0**-53

    @compiled
    def words(key, persons, start, stop, other, first, second, third, fourth):  # type: ignore[no-untyped-def]
        """Four words for each of many."""
        for i in range(start, stop):
            a, b, c, d = block(key, persons[i], other)
            first[i - start], second[i - start], third[i - start], fourth[i - start] = a, b, c, d

    @compiled
    def uniforms(key, persons, other=chance.NOBODY):  # type: ignore[no-untyped-def]
        """One uniform for each of many."""
        out = np.empty(persons.size, np.float64)
        for i in range(persons.size):
            out[i] = uniform(key, persons[i])
        return out

    for made in (block, uniform, uniform_pair, uniform_twice, words, uniforms):
        name = made.py_func.__name__
        if list(signature(made.py_func).parameters) != list(signature(plain(getattr(chance, name))).parameters):
            raise TypeError(f"sim.mathematics.chance.{name} takes other arguments: bring this benchmark up to date")
        setattr(chance, name, made)


def seconds_a_week() -> dict[int, float]:
    """The quickest of several batches of weeks, for each size."""
    from sim import Simulation, load_config

    taken = {}
    for residents in SIZES:
        config = load_config("baseline", set={"population.residents": residents})
        best = float("inf")
        simulation = Simulation(config, seed=1).run_for(BURN_IN)
        for _ in range(REPEATS):
            start = time.perf_counter()
            simulation.run_for(WEEKS)
            best = min(best, (time.perf_counter() - start) / WEEKS)
        taken[residents] = best
    return taken


def measured(how: str, cache: str) -> dict[int, float]:
    """Seconds a week in a fresh process, `keyed` or `unkeyed`."""
    root = str(Path(__file__).resolve().parents[2])
    surroundings = os.environ | {"LINLI_CACHE": cache, "PYTHONPATH": root}
    told = subprocess.run([sys.executable, __file__, how], env=surroundings, check=True, capture_output=True, text=True)
    return {int(size): seconds for size, seconds in json.loads(told.stdout).items()}


def main() -> None:
    """Print, for each size, what a week costs in both ways and the ratio."""
    best: dict[str, dict[int, float]] = {"keyed": {}, "unkeyed": {}}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(ROUNDS):
            # the address of the unkeyed state is compiled in, so its code serves one process only
            caches = {"keyed": f"{folder}/keyed", "unkeyed": f"{folder}/unkeyed{turn}"}
            for how, cache in caches.items():
                for size, seconds in measured(how, cache).items():
                    best[how][size] = min(best[how].get(size, seconds), seconds)
    for size in SIZES:
        keyed, unkeyed = best["keyed"][size], best["unkeyed"][size]
        each = [1e9 * seconds / size for seconds in (keyed, unkeyed)]
        print(f"{size:>7,} residents: keyed {each[0]:6.1f} ns, unkeyed {each[1]:6.1f} ns a resident-week, ", end="")
        print(f"ratio {keyed / unkeyed:.3f} (goal <= 1.25)")


if __name__ == "__main__":
    if sys.argv[1:] == ["unkeyed"]:
        without_keys()
    if sys.argv[1:]:
        print(json.dumps(seconds_a_week()))
    else:
        main()
