"""Order: from the smallest to the largest, fast for what chance spreads evenly."""

import numpy as np

from sim.engine.jit import Column, compiled

CROWDED = 32
"""A heap of more values than this is not put in order one by one."""

ABREAST = 32
"""Values that are compared side by side."""


@compiled
def highest(values):  # type: ignore[no-untyped-def]
    """The largest of one number or more; so many at a time, which the usual way does not do."""
    most, rest = values[0], values.size % ABREAST
    side_by_side = np.full(ABREAST, most)
    for start in range(rest, values.size, ABREAST):
        for x in range(ABREAST):
            value = values[start + x]
            side_by_side[x] = value if value > side_by_side[x] else side_by_side[x]
    for value in values[:rest]:
        most = max(most, value)
    for value in side_by_side:
        most = max(most, value)
    return most


@compiled
def _merged(values, places):  # type: ignore[no-untyped-def]
    """The same by merging runs that are in order already, of 1, 2, 4 ... values: for values that crowd."""
    n, run, other = values.size, 1, np.empty(values.size, np.int32)
    for x in range(n):
        places[x] = x
    while run < n:
        for start in range(0, n, 2 * run):
            one, end_of_one, end = start, min(start + run, n), min(start + 2 * run, n)
            two = end_of_one
            for at in range(start, end):
                if one < end_of_one and (two >= end or values[places[one]] <= values[places[two]]):
                    other[at] = places[one]
                    one += 1
                else:
                    other[at] = places[two]
                    two += 1
        places, other, run = other, places, 2 * run
    return places


@compiled
def in_order(values: Column) -> Column:
    """The places of values from the smallest to the largest, of equal ones the first first.

    Values are dealt out to as many heaps as there are values, by size; then each takes its place among its neighbours.
    """
    n = values.size
    places = np.empty(n, np.int32)
    if n == 0:
        return places
    low = high = values[0]
    for x in range(1, n):
        low, high = min(low, values[x]), max(high, values[x])
    ends = np.zeros(n + 1, np.int32)
    heaps_a_unit = (n - 1) / (high - low) if high > low else 0.0
    most = 0
    for x in range(n):
        heap = int((values[x] - low) * heaps_a_unit)
        ends[heap] += 1
        most = max(most, ends[heap])
    if most > CROWDED and high > low:
        return _merged(values, places)  # type: ignore[no-any-return]
    end = 0
    for heap in range(n):
        end += ends[heap]
        ends[heap] = end
    for x in range(n - 1, -1, -1):
        heap = int((values[x] - low) * heaps_a_unit)
        ends[heap] -= 1
        places[ends[heap]] = x
    for at in range(1, n):
        x, before = places[at], at - 1
        while before >= 0 and values[places[before]] > values[x]:
            places[before + 1] = places[before]
            before -= 1
        places[before + 1] = x
    return places


@compiled
def lowest(values: Column, many) -> Column:  # type: ignore[no-untyped-def]
    """The places of so many of the lowest values, place by place; of equal values the first are lower.

    Values are dealt out by size: whole heaps are in, and only those of one heap are put in order.
    """
    n = values.size
    places = np.empty(min(many, n), np.int32)
    if many >= n:
        for x in range(n):
            places[x] = x
        return places
    heap, heaps = np.empty(n, np.int32), np.zeros(n + 1, np.int32)
    low = high = values[0]
    for x in range(1, n):
        low, high = min(low, values[x]), max(high, values[x])
    heaps_a_unit = (n - 1) / (high - low) if high > low else 0.0
    for x in range(n):
        heap[x] = int((values[x] - low) * heaps_a_unit)
        heaps[heap[x]] += 1
    last, before = 0, 0
    while before + heaps[last] < many:
        before += heaps[last]
        last += 1
    of_last, k = np.empty(heaps[last], np.float64), 0
    for x in range(n):
        if heap[x] == last:
            of_last[k] = values[x]
            k += 1
    is_in, k, found = np.zeros(heaps[last], np.uint8), 0, 0
    for at in in_order(of_last)[: many - before]:
        is_in[at] = 1
    for x in range(n):
        if heap[x] < last:
            places[found] = x
            found += 1
        elif heap[x] == last:
            if is_in[k] == 1:
                places[found] = x
                found += 1
            k += 1
    return places


@compiled
def first_from(u, ranks, low, high):  # type: ignore[no-untyped-def]
    """The first place from `low` to `high` whose rank is u (0-1) or more, `high` where none is.

    Ranks rise, and chance has spread them evenly from 0 to 1: so the place is guessed, the guess is mended twice by
    what stands there, and a few steps do the rest.
    """
    n = high - low
    at = low + int(u * n)
    for _ in range(2):
        at = min(max(at + int((u - ranks[min(at, high - 1)]) * n), low), high)
    while at < high and ranks[at] < u:
        at += 1
    while at > low and ranks[at - 1] >= u:
        at -= 1
    return at
