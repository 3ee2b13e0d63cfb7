"""Weeks that are alike, one after another as one compiled call: no callback to Python in between.

A week is like the one before as long as no policy changes its strength or calls back to Python, and as long as
the order book is large enough. Several lives in the threads of one program do not wait for each other then.
"""

from typing import NamedTuple

from sim.engine.jit import Column, compiled
from sim.engine.units import ENDED, called
from sim.state.levers import Resting, rest
from sim.state.orders import most_needs

QUARTER = 13
"""Weeks between two measurements of the slow (network) metrics, and between two looks at how many needs may arise."""
OUT_OF_MEMORY = -1


class Turns(NamedTuple):
    """Units that act one after the other: of policies, or phases."""

    units: Column
    """Addresses of compiled functions."""
    doses: Column
    """Addresses of the doses of each."""
    rows: Column
    """Where what each returns is booked."""


class Life(NamedTuple):
    """What every week of a life needs, as long as its columns stay where they are."""

    table: Column
    """Where everything lies that views show."""
    phases: Turns
    measure: int
    """The address of what measures slow metrics, into `slow`."""
    slow: Column
    out: Column
    """Where a unit returns its number."""
    week: Column
    tallies: Column
    """The tallies of the week."""
    between: Column
    """What happened between the last week and this."""
    open_orders: Column
    order_rows: int
    wants: Column
    kind_weekly: Column
    low_income_extra: float
    most_new: Column
    """The most needs that one week may bring; counted anew every quarter of a year."""
    resting: Resting


@compiled
def take_turns(life, turns, booked):  # type: ignore[no-untyped-def]
    """Let units act; what they return is booked. Returns whether all came to their end."""
    for k in range(turns.units.size):
        if called(turns.units[k], life.table.ctypes.data, turns.doses[k], life.out.ctypes.data) != ENDED:
            return False
        booked[turns.rows[k]] += life.out[0]
    return True


@compiled
def copy(values, into):  # type: ignore[no-untyped-def]
    """Copy as many values as there is room for: `into[:] = values` takes ten times as long to compile."""
    for x in range(into.size):
        into[x] = values[x]


@compiled
def begun(life, week, first):  # type: ignore[no-untyped-def]
    """Begin a week; whether the order book has room for it."""
    if week % QUARTER == 0:
        life.most_new[0] = most_needs(life.wants, life.kind_weekly, life.low_income_extra)
    if life.open_orders[0] + life.most_new[0] > life.order_rows:
        return False
    life.week[0] = week
    life.tallies[:] = 0.0
    if week == first:
        copy(life.between, life.tallies)
        life.between[:] = 0.0
    return True


@compiled
def live(life, first, policies, rows, costs, slow):  # type: ignore[no-untyped-def]
    """Live weeks from `first` on: a row of tallies and one of costs for each, one of slow metrics for each in which
    they are due.

    Returns how many weeks it could live, or OUT_OF_MEMORY.
    """
    measured = 0
    for k in range(rows.shape[0]):
        if not begun(life, first + k, first):
            return k
        if policies.units.size > 0:
            rest(life.resting)
        if not take_turns(life, policies, costs[k]) or not take_turns(life, life.phases, life.out):
            return OUT_OF_MEMORY
        copy(life.tallies, rows[k])
        if slow_are_due(first + k):
            if called(life.measure, life.table.ctypes.data, 0, life.out.ctypes.data) != ENDED:
                return OUT_OF_MEMORY
            copy(life.slow, slow[measured])
            measured += 1
    return rows.shape[0]


@compiled
def slow_are_due(week):  # type: ignore[no-untyped-def]
    """Whether slow metrics are measured on the Sunday of a week: on the first, then every quarter of a year."""
    return week == 0 or (week + 1) % QUARTER == 0
