"""How fast our own exponential, logarithm and power are beside the system's: `python tests/benchmarks/bench_elementary.py`."""

import math
import time

import numpy as np

from sim.engine.jit import compiled
from sim.mathematics import elementary


@compiled
def own_exp(x, y):
    return elementary.exp(x)


@compiled
def their_exp(x, y):
    return math.exp(x)


@compiled
def own_log(x, y):
    return elementary.log(x)


@compiled
def their_log(x, y):
    return math.log(x)


@compiled
def own_power(x, y):
    return elementary.power(x, y)


@compiled
def their_power(x, y):
    return x**y


def timed(function):
    """Nanoseconds of one call, in a compiled loop: the best of nine."""

    @compiled
    def all_of(numbers, times):
        total = 0.0
        for _ in range(times):
            for i in range(numbers.size):
                total += function(numbers[i], 3.7)
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
    for name, own, their in (
        ("exp", own_exp, their_exp),
        ("log", own_log, their_log),
        ("power", own_power, their_power),
    ):
        ours, theirs = timed(own), timed(their)
        print(f"{name}: {ours:.2f} ns, the system's {theirs:.2f} ns, ratio {ours / theirs:.2f}")
