"""Ties: undirected, strength 0-1; each is written in the slots of both residents it joins.

A resident's slots run from `tie_first[i]`; the first `degree[i]` are in use, the household's members in front. A tie
rests at the strength that everyday life sustains: 1 in a household, some value among neighbours and friends, 0 for a
tie made by service, which fades and ends unless hours are shared again.

Sources: hall2019, burt2000
"""

import numpy as np

from sim.engine.jit import AHEAD, compiled, law, prefetch
from sim.state.columns import Fact, Table

TIES: Table = {
    "tie_first": Fact("i4", "first slot of each resident; one entry more than residents", "slot"),
    "degree": Fact("i4", "slots in use", "ties", 0),
    "tie_other": Fact("i4", "the person tied to", "row"),
    "tie_strength": Fact("f4", "strength", "share", 0, 1),
    "tie_rest": Fact("f4", "strength that everyday life sustains; 0 for a tie made by service", "share", 0, 1),
    "tie_born": Fact("i2", "week in which the tie was made; before 0 for a tie given at the start", "week"),
}

NO_SLOT = -1
GIVEN = -520
"""Week in which given ties count as made: ten years before the start; they do not count among those one makes."""
CACHE_LINE = 12
"""Slots further on where others are to be prefetched: a cache line holds 16."""


@law
def slot_of(i, j, ties):
    """The slot in which i keeps the tie to j, NO_SLOT where there is none."""
    for s in range(ties.first[i], ties.first[i] + ties.degree[i]):
        if ties.other[s] == j:
            return s
    return NO_SLOT


@law
def strength_between(i, j, ties):
    """Strength of the tie of i to j, 0 where there is none."""
    s = slot_of(i, j, ties)
    return ties.strength[s] if s != NO_SLOT else 0.0


@law
def mood_around(i, residents, ties):
    """Strength of all ties of i, and the mean identity of those tied to i by strength (their own where there
    are none).
    """
    strength, of_identity = 0.0, 0.0
    for s in range(ties.first[i], ties.first[i] + ties.degree[i]):
        strength += ties.strength[s]
        of_identity += ties.strength[s] * residents.identity[ties.other[s]]
    return strength, of_identity / strength if strength > 0.0 else residents.identity[i]


@law
def end_tie(i, s, ties):
    """End the tie in slot s of i, on both sides."""
    j = ties.other[s]
    clear_slot(j, slot_of(j, i, ties), ties)
    clear_slot(i, s, ties)


@law
def end_ties(i, ties):
    """End all ties of i, the last first."""
    while ties.degree[i] > 0:
        end_tie(i, ties.first[i] + ties.degree[i] - 1, ties)


@law
def clear_slot(i, s, ties):
    """Empty slot s of i; the last tie of i moves into it."""
    last = ties.first[i] + ties.degree[i] - 1
    ties.other[s], ties.strength[s] = ties.other[last], ties.strength[last]
    ties.rest[s], ties.born[s] = ties.rest[last], ties.born[last]
    ties.degree[i] -= 1


@law
def make_tie(i, j, strength, rest, week, most_made, ties):
    """Tie i to j where both have room or can forget a weaker made tie; returns whether the tie was made."""
    # as it will be stored: a tie of the same strength is not a weaker one
    strength = np.float32(strength)
    at_i = slot_for(i, strength, most_made, ties)
    at_j = slot_for(j, strength, most_made, ties) if at_i >= 0 else NO_SLOT
    if at_j < 0:
        return False
    if at_i < ties.first[i] + ties.degree[i]:
        end_tie(i, at_i, ties)
    if at_j < ties.first[j] + ties.degree[j]:
        end_tie(j, at_j, ties)
    for a, b in ((i, j), (j, i)):
        s = ties.first[a] + ties.degree[a]
        ties.other[s], ties.strength[s], ties.rest[s], ties.born[s] = b, strength, rest, week
        ties.degree[a] += 1
    return True


@law
def slot_for(i, strength, most_made, ties):
    """A slot of i for a new tie: an unused one or, where all are taken, that of the weakest made tie that is weaker."""
    start, used = ties.first[i], ties.degree[i]
    has_room = used < ties.first[i + 1] - start
    if has_room and used < most_made:
        return start + used
    made = 0
    for s in range(start, start + used):
        made += ties.born[s] >= 0
    if has_room and made < most_made:
        return start + used
    weakest, at = strength, NO_SLOT
    for s in range(start, start + used):
        if ties.born[s] >= 0 and ties.strength[s] < weakest:
            weakest, at = ties.strength[s], s
    return at


# ---- the engineer's half: in a large community the ties of somebody lie far away in memory


@compiled
def prefetch_in_turn(i, ties):
    """Fetch the ties of somebody whose turn comes later, where the ties of all are gone through."""
    if i + 2 * AHEAD < ties.degree.size:
        prefetch(ties.first[i + 2 * AHEAD], ties.other, ties.strength)


@compiled
def prefetch_strengths(i, ties):
    """Fetch to whom i is tied, and how strongly."""
    for s in range(ties.first[i], ties.first[i] + 2 * CACHE_LINE, CACHE_LINE):
        prefetch(s, ties.other, ties.strength)


@compiled
def prefetch_rests(i, ties):
    """Fetch how strong the ties of i are, and where they rest."""
    for s in range(ties.first[i], ties.first[i] + 2 * CACHE_LINE, CACHE_LINE):
        prefetch(s, ties.strength, ties.rest)


@compiled
def prefetch_room(i, ties):
    """Fetch what a new tie of i needs: all ties of theirs are looked through, and it is written behind the last."""
    start, end = ties.first[i], ties.first[i] + ties.degree[i]
    prefetch(start, ties.other, ties.born)
    prefetch(start + CACHE_LINE, ties.other)
    prefetch(end, ties.strength, ties.rest, ties.born)
