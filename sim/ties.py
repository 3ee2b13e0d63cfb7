"""Ties: undirected, strength 0-1; each is written in the slots of both residents it joins.

A resident's slots run from `tie_first[i]`; the first `degree[i]` are in use, the household's members in front. A tie
rests at the strength that everyday life sustains: 1 in a household, some value among neighbours and friends, 0 for a
tie made by service, which fades and ends unless hours are shared again.

Sources: hall2019, burt2000
"""

import numpy as np

from sim.columns import Fact, Table
from sim.compiling import soon
from sim.law import Column, compiled

TIES: Table = {
    "tie_first": Fact("i4", "first slot of each resident; one entry more than residents", "slot"),
    "degree": Fact("i4", "slots in use", "ties", 0),
    "tie_other": Fact("i4", "the person tied to", "row"),
    "tie_strength": Fact("f4", "strength", "share", 0, 1),
    "tie_rest": Fact("f4", "strength that everyday life sustains; 0 for a tie made by service", "share", 0, 1),
    "tie_born": Fact("i2", "week in which the tie was made; before 0 for a tie given at the start", "week"),
}

A_LINE = 12
"""Slots further on where others are to be sent for: memory hands over 16 at a time."""

FAR_AHEAD = 1000
"""So many slots before its own, a person tied to is sent for where all ties are gone through: the slots themselves come by then."""


@compiled
def slot_of(i: int, j: int, tie_first: Column, degree: Column, tie_other: Column) -> int:
    """The slot in which i keeps the tie to j, -1 where there is none."""
    for s in range(tie_first[i], tie_first[i] + degree[i]):
        if tie_other[s] == j:
            return s
    return -1


@compiled
def ties_soon(i: int, tie_first: Column, one: Column, other: Column) -> None:
    """Say that these two columns of the ties of i are needed soon: in a large community they lie far away in memory."""
    for s in range(tie_first[i], tie_first[i] + 2 * A_LINE, A_LINE):
        soon(s, one, other)


@compiled
def room_soon(i, tie_first, degree, tie_other, tie_strength, tie_rest, tie_born):  # type: ignore[no-untyped-def]
    """Say that i may soon be tied to somebody new: that looks through all ties of theirs and writes behind the last."""
    start, end = tie_first[i], tie_first[i] + degree[i]
    soon(start, tie_other, tie_born)
    soon(start + A_LINE, tie_other)
    soon(end, tie_strength, tie_rest, tie_born)


@compiled
def mood_around(
    i: int, identity: Column, tie_first: Column, degree: Column, tie_other: Column, tie_strength: Column
) -> tuple[float, float]:
    """Strength of all ties of i, and the mean identity of those tied to i by strength (their own where there are none)."""
    strength, of_identity, last = 0.0, 0.0, tie_other.size - 1
    for s in range(tie_first[i], tie_first[i] + degree[i]):
        soon(tie_other[min(s + FAR_AHEAD, last)], identity)
        strength += tie_strength[s]
        of_identity += tie_strength[s] * identity[tie_other[s]]
    return strength, of_identity / strength if strength > 0.0 else identity[i]


@compiled
def _place_for(i, floor, most_made, tie_first, degree, tie_strength, tie_born):  # type: ignore[no-untyped-def]
    """A slot of i for a new tie: an unused one or, where all K are taken, that of the weakest weaker made tie; else -1."""
    start, used = tie_first[i], degree[i]
    has_room = used < tie_first[i + 1] - start
    if has_room and used < most_made:
        return start + used
    made = 0
    for s in range(start, start + used):
        made += tie_born[s] >= 0
    if has_room and made < most_made:
        return start + used
    weakest, at = floor, -1
    for s in range(start, start + used):
        if tie_born[s] >= 0 and tie_strength[s] < weakest:
            weakest, at = tie_strength[s], s
    return at


@compiled
def _cleared(i, s, tie_first, degree, tie_other, tie_strength, tie_rest, tie_born):  # type: ignore[no-untyped-def]
    """Empty slot s of i; the last tie of i moves into it."""
    last = tie_first[i] + degree[i] - 1
    tie_other[s], tie_strength[s], tie_rest[s], tie_born[s] = (
        tie_other[last],
        tie_strength[last],
        tie_rest[last],
        tie_born[last],
    )
    degree[i] -= 1


@compiled
def end_tie(i, s, tie_first, degree, tie_other, tie_strength, tie_rest, tie_born):  # type: ignore[no-untyped-def]
    """End the tie in slot s of i, on both sides."""
    j = tie_other[s]
    _cleared(
        j, slot_of(j, i, tie_first, degree, tie_other), tie_first, degree, tie_other, tie_strength, tie_rest, tie_born
    )
    _cleared(i, s, tie_first, degree, tie_other, tie_strength, tie_rest, tie_born)


@compiled
def make_tie(i, j, strength, rest, week, most_made, tie_first, degree, tie_other, tie_strength, tie_rest, tie_born):  # type: ignore[no-untyped-def]
    """Tie i to j where both have room or can forget a weaker made tie; returns whether the tie was made."""
    # as it will be stored: a tie of the same strength is not a weaker one
    strength = np.float32(strength)
    at_i = _place_for(i, strength, most_made, tie_first, degree, tie_strength, tie_born)
    at_j = _place_for(j, strength, most_made, tie_first, degree, tie_strength, tie_born) if at_i >= 0 else -1
    if at_j < 0:
        return False
    if at_i < tie_first[i] + degree[i]:
        end_tie(i, at_i, tie_first, degree, tie_other, tie_strength, tie_rest, tie_born)
    if at_j < tie_first[j] + degree[j]:
        end_tie(j, at_j, tie_first, degree, tie_other, tie_strength, tie_rest, tie_born)
    for a, b in ((i, j), (j, i)):
        s = tie_first[a] + degree[a]
        tie_other[s], tie_strength[s], tie_rest[s], tie_born[s] = b, strength, rest, week
        degree[a] += 1
    return True
