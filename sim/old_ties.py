"""Ties of single columns, while rules move to views."""
import numpy as np
from sim.compiling import soon
from sim.law import compiled
from sim.ties import A_LINE, FAR_AHEAD


@compiled
def slot_of(i, j, tie_first, degree, tie_other):
    """The slot in which i keeps the tie to j, -1 where there is none."""
    for s in range(tie_first[i], tie_first[i] + degree[i]):
        if tie_other[s] == j:
            return s
    return -1


@compiled
def ties_soon(i, tie_first, one, other):
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
    i, identity, tie_first, degree, tie_other, tie_strength
):
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
