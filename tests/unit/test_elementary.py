"""Exponentials, logarithms, powers and turns: within one unit in the last place, and the same compiled and in plain Python."""

import math
from collections.abc import Callable
from decimal import Context, Decimal
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.engine.jit import compiled, plain
from sim.mathematics import elementary
from sim.mathematics.elementary import between, cosine_and_sine, exp, exponentials, log, logarithms, power, powers

EXACT = Context(prec=70, Emin=-(10**6), Emax=10**6)
INF, NAN, SMALLEST, LEAST, MOST = math.inf, math.nan, 5e-324, 2.0**-1022, 1.7976931348623157e308
ANY = st.floats(allow_nan=False, allow_infinity=False)
POSITIVE = st.floats(SMALLEST, MOST)
NEAR_ONE = st.integers(-(2**40), 2**40).map(lambda steps: 1.0 + steps * 2.0**-52) | st.floats(0.68, 1.4)


@compiled
def compiled_power(x, y):
    return power(x, y)


@compiled
def compiled_turn(turns):
    return cosine_and_sine(turns)


def compiled_exp(x: float) -> float:
    return float(exponentials(np.array([x]))[0])


def compiled_log(x: float) -> float:
    return float(logarithms(np.array([x]))[0])


def off(got: float, meant: Decimal) -> float:
    """By how many units in the last place a number is off."""
    nearest = float(meant)
    if math.isinf(got) or math.isinf(nearest):
        return 0.0 if got == nearest else math.inf
    return float(abs(EXACT.subtract(Decimal(got), meant)) / Decimal(math.ulp(nearest)))


@cache
def pi() -> Decimal:
    """By Machin's formula."""

    def arctangent(one_in: int) -> Decimal:
        total, term, n = Decimal(0), EXACT.divide(1, one_in), 1
        while abs(term) > Decimal(10) ** -68:
            total = EXACT.add(total, EXACT.divide(term, n if n % 4 == 1 else -n))
            term, n = EXACT.divide(term, one_in * one_in), n + 2
        return total

    return EXACT.multiply(4, EXACT.subtract(EXACT.multiply(4, arctangent(5)), arctangent(239)))


def series(turns: float, first: int) -> Decimal:
    """Cosine (first = 0) or sine (1) of an angle in turns."""
    if turns % 0.25 == 0.0:
        return Decimal((1, 0, -1, 0)[int(turns * 4 - first) % 4])
    angle = EXACT.multiply(EXACT.multiply(2, pi()), Decimal(turns % 1.0 if turns > 1.0 else turns))
    total, n = Decimal(0), first
    term = EXACT.power(angle, first)
    while abs(term) > Decimal(10) ** -400 and n < 200:
        total = EXACT.add(total, term)
        term = EXACT.divide(EXACT.multiply(term, EXACT.multiply(EXACT.minus(angle), angle)), (n + 1) * (n + 2))
        n += 2
    return total


def alike(one: float, other: float) -> bool:
    """The same bits, or both no number."""
    return (math.isnan(one) and math.isnan(other)) or np.float64(one).tobytes() == np.float64(other).tobytes()


@settings(max_examples=400, deadline=None)
@given(st.floats(-746.0, 710.0) | st.floats(-1.0, 1.0) | ANY)
@example(709.782712893384)
@example(709.7827128933841)
@example(-745.1332191019411)
@example(-745.1332191019412)
@example(-708.4)
@example(SMALLEST)
def test_exponentials(x: float) -> None:
    got = float(plain(exp)(x))
    assert alike(got, compiled_exp(x))
    if abs(x) < 1000.0:
        assert off(got, EXACT.exp(Decimal(x))) <= 1.0
    else:
        assert got == (INF if x > 0 else 0.0)


@settings(max_examples=400, deadline=None)
@given(POSITIVE | NEAR_ONE | st.floats(0.0, 2.0, exclude_min=True))
@example(SMALLEST)
@example(LEAST)
@example(MOST)
@example(1.0)
@example(math.nextafter(1.0, 0.0))
@example(math.nextafter(1.0, 2.0))
@example(0.6875)
def test_logarithms(x: float) -> None:
    got = float(plain(log)(x))
    assert alike(got, compiled_log(x))
    assert off(got, EXACT.ln(Decimal(x))) <= 1.0


def exponent_for(x: float) -> st.SearchStrategy[float]:
    """Exponents with which a number above 0 comes to something that is neither 0 nor infinite, mostly."""
    size = abs(math.log(x))
    most = min(746.0 / size, MOST) if size else MOST
    return st.floats(-most, most) | st.floats(-100.0, 100.0)


@settings(max_examples=600, deadline=None)
@given(
    (POSITIVE | NEAR_ONE | st.floats(0.0, 1.0, exclude_min=True)).flatmap(
        lambda x: st.tuples(st.just(x), exponent_for(x))
    )
)
@example((math.nextafter(1.0, 0.0), 1e16))
@example((math.nextafter(1.0, 2.0), -(2.0**62)))
@example((1.0 - 2.0**-25, 2.0**34))
@example((2.0, -1074.0))
@example((SMALLEST, 0.5))
def test_powers(given: tuple[float, float]) -> None:
    x, y = given
    got = float(plain(power)(x, y))
    assert alike(got, compiled_power(x, y))
    exponent = EXACT.multiply(Decimal(y), EXACT.ln(Decimal(x)))
    if abs(exponent) < 1000:
        assert off(got, EXACT.exp(exponent)) <= 1.0
    else:
        assert got == (INF if exponent > 0 else 0.0)


@settings(max_examples=400, deadline=None)
@given(st.floats(0.0, 1.0) | st.floats(-8.0, 8.0))
@example(0.125)
@example(0.875)
@example(1e-300)
@example(math.nextafter(0.25, 0.0))
@example(math.nextafter(0.75, 1.0))
def test_turns(turns: float) -> None:
    got = tuple(map(float, plain(cosine_and_sine)(turns)))
    assert all(map(alike, got, compiled_turn(turns)))
    assert max(off(of, series(turns, first)) for first, of in enumerate(got)) <= 1.0


def test_quarters_of_a_turn_are_exact() -> None:
    quarters = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, 0.0)]
    assert [tuple(map(float, plain(cosine_and_sine)(n / 4))) for n in range(5)] == quarters


EDGES = (0.0, -0.0, SMALLEST, LEAST, 0.5, 1.0, 2.0, MOST, INF, -INF, -1.0, NAN)


def test_edges() -> None:
    assert [float(plain(exp)(x)) for x in (0.0, -0.0, INF, -INF)] == [1.0, 1.0, INF, 0.0]
    assert [float(plain(log)(x)) for x in (0.0, -0.0, INF, 1.0)] == [-INF, -INF, INF, 0.0]
    assert all(math.isnan(plain(log)(x)) for x in (-1.0, -INF, -SMALLEST, NAN))
    assert math.isnan(plain(exp)(NAN))
    for x in EDGES:
        assert alike(plain(exp)(x), compiled_exp(x))
        assert alike(plain(log)(x), compiled_log(x))
        for y in EDGES:
            got = float(plain(power)(x, y))
            assert alike(got, compiled_power(x, y))
            # as C says it, but for numbers below 0, which no rule raises
            with np.errstate(all="ignore"):
                meant = NAN if x < 0.0 and y != 0.0 else float(np.float64(x) ** np.float64(y))
            meant = abs(meant) if x == 0.0 else meant
            assert (
                off(got, Decimal(meant)) <= 1.0 if math.isfinite(meant) and math.isfinite(got) else alike(got, meant)
            ), (x, y)


def test_numbers_of_fewer_bits_count_as_numbers_of_64() -> None:
    narrow = np.array([0.1, 0.7, 3.0], np.float32)
    assert exponentials(narrow).tolist() == exponentials(narrow.astype(np.float64)).tolist()
    assert powers(narrow, 2).tolist() == powers(narrow.astype(np.float64), 2.0).tolist()


@settings(deadline=None)
@given(st.lists(st.floats(0.0, 1.0), min_size=1))
def test_what_lies_between_points(at: list[float]) -> None:
    x, y = np.array([0.0, 0.25, 0.5, 1.0]), np.array([3.0, 1.0, 1.0, 7.0])
    assert between(np.sort(at), x, y) == pytest.approx(np.interp(np.sort(at), x, y), abs=1e-14)


@pytest.mark.parametrize("wrong", ["_STEP_LOW", "_LOG_2_LOW", "_TURN_LOW"])
def test_without_the_low_part_of_a_constant_they_are_off(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is sharp enough to see that."""
    monkeypatch.setattr(elementary, wrong, 0.0)
    rng = np.random.default_rng(1)
    of: dict[str, tuple[Callable[[float], Any], Callable[[float], Decimal]]] = {
        "_STEP_LOW": (plain(exp), lambda x: EXACT.exp(Decimal(x))),
        "_LOG_2_LOW": (plain(log), lambda x: EXACT.ln(Decimal(x))),
        "_TURN_LOW": (lambda x: plain(cosine_and_sine)(x)[1], lambda x: series(x, 1)),
    }
    of_ours, meant = of[wrong]
    places = (
        rng.uniform(0.01, 0.12, 60)
        if wrong == "_TURN_LOW"
        else rng.uniform(300.0, 700.0, 60)
        if "STEP" in wrong
        else rng.uniform(1.5, 4, 60)
    )
    assert max(off(float(of_ours(x)), meant(x)) for x in places.tolist()) > 1.0
