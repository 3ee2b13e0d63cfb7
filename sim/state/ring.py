"""The ring of volunteers: who can be called this week, in keyed order, packed as an offer asks for them.

Volunteers who are called lie far apart in the columns; what an offer asks of each lies side by side here.
"""

from typing import NamedTuple

import numpy as np

from sim.engine.jit import Column, inlined
from sim.state.residents import INTERESTS

VOLUNTEER = np.dtype(
    [
        ("key", "u8"), ("pushed", "f8"), ("row", "i4"), ("time", "f4"), ("skill", "f4"), ("identity", "f4"),
        ("fatigue", "f4"), ("for_cases", "f4"), ("interest", "f4", (len(INTERESTS),)), ("grid", "i2"),
        ("calls", "i2"), ("refusals", "i2"),
        ("tier", "i1"), ("away", "u1"), ("cases", "u1"),
    ],
    align=True,
)  # fmt: skip
VOLUNTEER = np.dtype((np.record, VOLUNTEER))
"""What an offer asks of a volunteer, in one cache line: `time` is hours left, `for_cases` hours a week not
promised yet, `pushed` is added to the log odds.
"""


class Ring(NamedTuple):
    """Volunteers who can be called, each grid a slice, within it in the order of their draws (ranks)."""

    volunteers: Column
    serves: Column
    """Kinds of service that each may serve now, as bits: that most whom an order meets may not, one look tells."""
    ranks: Column
    first: Column
    """Where those stand to whom the orders of each grid are offered first: of the grid or, if all are one pool, all."""
    end: Column
    of_all: Column
    """Places in the ring in the order of ranks, whatever the grid; empty where no order leaves its grid."""
    ranks_of_all: Column


class Line(NamedTuple):
    """Orders on offer as the line has them, and the points (0-1) from which they are offered near, and everywhere."""

    orders: Column
    near: Column
    everywhere: Column


class Offer(NamedTuple):
    """An order is offered to so many volunteers, of so many who are looked through from a place of the ring on."""

    order: int
    calls: int
    names: int
    near: bool
    start: int
    low: int
    high: int
    key: int


@inlined
def place_in_ring(turn, offer, ring):
    """The place of who comes next, so many turns from the start of an offer; after the last comes the first."""
    at = offer.start + turn
    if at >= offer.high:
        at -= offer.high - offer.low
    return at if offer.near else ring.of_all[at]


@inlined
def next_who_serves(turn, k, offer, ring):
    """The turn, from this one on, of the next who may serve a kind and has not turned calls off; else the last turn."""
    bit, serves = np.uint32(1) << np.uint32(k), ring.serves
    while turn < offer.names and serves[place_in_ring(turn, offer, ring)] & bit == 0:
        turn += 1
    return turn
