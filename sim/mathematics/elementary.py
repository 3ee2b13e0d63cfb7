"""Exponentials, logarithms, powers and turns, the program's own: the same bits on every machine.

A system's library may give another last digit on another system, on another processor or in a browser. These use sums,
products and the bits of numbers alone, which all machines do alike, and are within one unit in the last place.

A logarithm takes its number for 2^k (1 + r) / c with c from a table, so that r is small and known exactly in two parts;
what comes out are two parts as well, for powers need more digits than one number holds. An exponential takes its number
for so many 128ths of log 2 and a small rest. The tables are worked out as the program starts, with 50 digits.

Sources: tang1989, tang1990
"""

from decimal import Context, Decimal
from math import factorial, floor

import numpy as np

from sim.engine.jit import Column, compiled, law

INFINITE, NO_NUMBER = float("inf"), float("nan")
HIGHEST, LOWEST = 709.782712893384, -745.1332191019412
"""Above the one an exponential is infinite, below the other it is 0."""
LARGE = 2.0**66
"""Powers of this or more are 0, 1 or infinite."""
PLAINLY = 1e300
"""Beyond it, and below 1 divided by it, numbers are looked at more closely: some are none, some have few digits."""

_CELLS = 128
_CALCULATED = Context(prec=50)
_FIRST = int(np.float64(0.6875).view(np.int64))
_25_BITS = np.int64(-(1 << 27))
_23_BITS = np.int64(-(1 << 29))


def _two_parts(number: Decimal, bits: int) -> tuple[float, float]:
    """A number as a multiple of 2^-bits, and the rest of it."""
    high = round(number * 2**bits) / 2**bits
    return high, float(_CALCULATED.subtract(number, Decimal(high)))


def _factor(cell: int) -> Decimal:
    """A number of nine binary digits whose product with all numbers of a cell is near 1; by 1 it is exactly that."""
    at = 48 + cell
    middle = (1 + (at + 0.5) / _CELLS) / 2 if at < _CELLS else (at + 0.5) / _CELLS
    return Decimal(1) if at in (_CELLS - 1, _CELLS) else Decimal(round(512 / middle)) / 512


_LOG_2 = _CALCULATED.ln(2)
_STEP = _CALCULATED.divide(_LOG_2, _CELLS)
_STEPS = float(_CALCULATED.divide(_CELLS, _LOG_2))
_STEP_HIGH, _STEP_LOW = _two_parts(_STEP, 41)
_POWERS = [_CALCULATED.exp(_CALCULATED.multiply(_STEP, j)) for j in range(_CELLS)]
_STEP_POWER = np.array([float(power) for power in _POWERS])
_STEP_REST = np.array([float(_CALCULATED.subtract(power, Decimal(float(power)))) for power in _POWERS])
_LOG_2_HIGH, _LOG_2_LOW = _two_parts(_LOG_2, 42)
_FACTOR = np.array([float(_factor(cell)) for cell in range(_CELLS)])
_FACTOR_LOGS = [_two_parts(_CALCULATED.minus(_CALCULATED.ln(_factor(cell))), 42) for cell in range(_CELLS)]
_LOG_HIGH, _LOG_LOW = (np.array(part) for part in zip(*_FACTOR_LOGS, strict=True))
_TURN = 2 * Decimal("3.14159265358979323846264338327950288419716939937510")
_TURN_HIGH, _TURN_LOW = _two_parts(_TURN, 23)
_COSINE = np.array([(-1) ** (n // 2) / factorial(n) for n in range(4, 19, 2)])
_SINE = np.array([(-1) ** (n // 2) / factorial(n) for n in range(3, 18, 2)])


@law
def _two_to(k):
    """Two to a whole number between -1022 and 1023."""
    return float(np.int64((np.int64(k) + np.int64(1023)) << np.int64(52)).view(np.float64))


@law
def _exp_of_sum(x, small):
    """E to x + small, for an x from LOWEST to HIGHEST."""
    steps = floor(x * _STEPS + 0.5)
    r = (x - steps * _STEP_HIGH) - steps * _STEP_LOW + small
    s = r * r
    p = r + s * ((1 / 2 + 1 / 6 * r) + s * (1 / 24 + 1 / 120 * r))
    whole, cell = steps >> 7, steps & 127
    half, between_1_and_2 = whole >> 1, float(_STEP_POWER[cell] + (_STEP_REST[cell] + _STEP_POWER[cell] * p))
    return between_1_and_2 * _two_to(half) * _two_to(whole - half)


@law
def _taken_apart(x):
    """A number with all its digits as 2^k (1 + a + b) / c: k, the cell of c in the table, a, b, all of it exact.

    So few are the digits of a that its square, and its sum with the table's logarithms, are exact too.
    """
    bits = np.float64(x).view(np.int64)
    from_first = bits - np.int64(_FIRST)
    k, cell = from_first >> np.int64(52), (from_first >> np.int64(45)) & np.int64(127)
    z = bits - (k << np.int64(52))
    top, c = np.int64((z + np.int64(1 << 28)) & _23_BITS).view(np.float64), _FACTOR[cell]
    return k, cell, top * c - 1.0, (np.int64(z).view(np.float64) - top) * c


@law
def _log_parts(x, shift):
    """The logarithm of x / 2^shift, as a sum of two parts."""
    k, cell, a, b = _taken_apart(x)
    k -= shift
    known = k * _LOG_2_HIGH + _LOG_HIGH[cell] + a
    with_b = known + b
    square = -0.5 * a * a
    high = with_b + square
    lost = ((known - with_b) + b) + ((with_b - high) + square)
    r = a + b
    s = r * r
    series = (1 / 3 - 1 / 4 * r) + s * ((1 / 5 - 1 / 6 * r) + s * ((1 / 7 - 1 / 8 * r) + s * (1 / 9)))
    return high, lost + (k * _LOG_2_LOW + _LOG_LOW[cell] - b * (a + 0.5 * b) + r * s * series)


@law
def exp(x):
    """E to the x."""
    x = np.float64(x)
    if not (HIGHEST >= x >= LOWEST):
        return INFINITE if x > HIGHEST else 0.0 if x < LOWEST else x
    return _exp_of_sum(x, 0.0)


@law
def log(x):
    """The natural logarithm; minus infinity of 0, no number of what is below."""
    x = np.float64(x)
    shift = 0
    if not (PLAINLY > x > 1.0 / PLAINLY):
        if not (INFINITE > x > 0.0):
            return -INFINITE if x == 0.0 else NO_NUMBER if x < 0.0 else x
        if x < 1.0:
            x, shift = x * 2.0**54, 54
    k, cell, a, b = _taken_apart(x)
    k -= shift
    known, r = k * _LOG_2_HIGH + _LOG_HIGH[cell], a + b
    high, s = known + r, r * r
    series = (1 / 3 * r - 1 / 2) + s * ((1 / 5 * r - 1 / 4) + s * ((1 / 7 * r - 1 / 6) - s * (1 / 8)))
    return high + (((known - high) + r) + (k * _LOG_2_LOW + _LOG_LOW[cell]) + s * series)


@law
def power(x, y):
    """X to the y, for an x of 0 or more; of one below 0 it is no number, unless y is 0."""
    x, y = np.float64(x), np.float64(y)
    shift = 0
    if not (PLAINLY > x > 1.0 / PLAINLY and LARGE > y > -LARGE):
        if y == 0.0 or x == 1.0:
            return 1.0
        if not (x >= 0.0 and y == y):
            return NO_NUMBER
        if x == 0.0 or x == INFINITE or abs(y) >= LARGE:
            return INFINITE if (x > 1.0) == (y > 0.0) else 0.0
        if x < 1.0:
            x, shift = x * 2.0**54, 54
    high, low = _log_parts(x, shift)
    top = np.int64(np.float64(high).view(np.int64) & _25_BITS).view(np.float64)
    of_y = np.int64(np.float64(y).view(np.int64) & _25_BITS).view(np.float64)
    exponent = of_y * top
    rest = of_y * (high - top) + (y - of_y) * high + y * low
    if not (HIGHEST >= exponent + rest >= LOWEST):
        return INFINITE if exponent > 0.0 else 0.0
    return _exp_of_sum(exponent, rest)


@law
def cosine_and_sine(turns):
    """Cosine and sine of an angle in whole turns."""
    quarter = floor(4.0 * turns + 0.5)
    t = np.float64(turns - 0.25 * quarter)  # exact, and at most an eighth
    top = np.int64(t.view(np.int64) & _25_BITS).view(np.float64)
    exact, rest = top * _TURN_HIGH, (t - top) * _TURN_HIGH + t * _TURN_LOW
    y = exact + rest
    lost, z, of_cosine, of_sine = (exact - y) + rest, y * y, 0.0, 0.0
    for n in range(_COSINE.size - 1, -1, -1):
        of_cosine, of_sine = _COSINE[n] + z * of_cosine, _SINE[n] + z * of_sine
    sine, most = exact + (rest + y * z * of_sine), 1.0 - 0.5 * z
    cosine = most + (((1.0 - most) - 0.5 * z) + (z * z * of_cosine - y * lost))
    quarter = quarter & 3
    if quarter == 1:
        return -sine, cosine
    if quarter == 2:
        return -cosine, -sine
    return (sine, -cosine) if quarter == 3 else (cosine, sine)


# ---- columns


@compiled
def exponentials(numbers: Column) -> Column:
    """The exponential of each."""
    out = np.empty(numbers.size, np.float64)
    for i in range(numbers.size):
        out[i] = exp(numbers[i])
    return out


@compiled
def logarithms(numbers: Column) -> Column:
    """The natural logarithm of each."""
    out = np.empty(numbers.size, np.float64)
    for i in range(numbers.size):
        out[i] = log(numbers[i])
    return out


@compiled
def powers(numbers: Column, exponent) -> Column:
    """Each of them to the same power."""
    out = np.empty(numbers.size, np.float64)
    for i in range(numbers.size):
        out[i] = power(numbers[i], exponent)
    return out


@compiled
def between(at: Column, x: Column, y: Column) -> Column:
    """What lies at ascending places on the straight lines from point to point (x, y)."""
    out, k = np.empty(at.size, np.float64), 0
    for i in range(at.size):
        while k < x.size - 2 and x[k + 1] <= at[i]:
            k += 1
        out[i] = y[k] + (y[k + 1] - y[k]) / (x[k + 1] - x[k]) * (at[i] - x[k])
    return out
