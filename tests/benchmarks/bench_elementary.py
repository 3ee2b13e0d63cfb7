"""How fast our own exponential, logarithm and power are beside the system's: `python tests/benchmarks/bench_elementary.py`."""

import math
import time

import numpy as np

from sim.engine.jit import compiled
from sim.mathematics import elementary

BOTH = {
    "exp": (elementary.exp, math.exp, ()),
    "log": (elementary.log, math.log, ()),
    "power": (elementary.power, math.pow, (3.7,)),
}
"""Ours, the system's, and what else they take beside a number."""


def timed(function, more):
    """Nanoseconds of one call, in a compiled loop: the best of nine."""

    @compiled
    def all_of(numbers, times):
        total = 0.0
        for _ in range(times):
            for i in range(numbers.size):
                total += function(numbers[i], *more)
        return total

    numbers = np.random.default_rng(1).uniform(0.1, 2.0, 1000)
    all_of(numbers, 1)
    best = math.inf
    for _ in range(9):
        begun = time.perf_counter()
        all_of(numbers, 1000)
        best = min(best, time.perf_counter() - begun)
    return best * 1e3


if __name__ == "__main__":
    for name, (own, their, more) in BOTH.items():
        ours, theirs = timed(own, more), timed(their, more)
        print(f"{name}: {ours:.2f} ns, the system's {theirs:.2f} ns, ratio {ours / theirs:.2f}")
