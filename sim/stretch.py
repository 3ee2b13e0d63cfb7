"""A stretch of weeks that are alike: what begins each of them, in compiled code.

A week is like the one before as long as no policy changes its strength, has to prepare something or wants to be asked in
Python, and as long as the order book is large enough.
"""

from typing import NamedTuple

from sim.law import Column, compiled
from sim.levers import Resting, rest
from sim.monday import take
from sim.orders import most_needs

QUARTER = 13
"""Weeks between two measurements of the slow (network) metrics, and between two looks at how many needs may arise."""


class Start(NamedTuple):
    """What every week begins with."""

    first: int
    """The number of the first of these weeks."""
    week: Column
    row: Column
    """The tallies of the week."""
    between: Column
    """What happened between the last week and the first of these."""
    open_orders: Column
    rows: int
    """Rows of the order book."""
    wants: Column
    kind_weekly: Column
    low_income_extra: float
    most_new: Column
    """The most needs that one week may bring; counted anew every quarter of a year."""
    pushed: bool
    """Whether policies push, so that levers have to come to rest first."""
    resting: Resting


@compiled
def begun(start, plan, k, costs):  # type: ignore[no-untyped-def]
    """Begin the week `k` of some that are alike; whether that could be done without asking in Python."""
    if (start.first + k) % QUARTER == 0:
        start.most_new[0] = most_needs(start.wants, start.kind_weekly, start.low_income_extra)
    if start.open_orders[0] + start.most_new[0] > start.rows:
        return False
    start.week[0] = start.first + k
    start.row[:] = 0.0
    if k == 0:
        start.row[:] = start.between
        start.between[:] = 0.0
    if start.pushed:
        rest(start.resting)
        take(plan.table, plan.lacking, costs)
        if costs.any():
            start.between[:] = start.row
            return False
        take(plan.table, plan.pushes, costs)
    return True


@compiled
def slow_are_due(week):  # type: ignore[no-untyped-def]
    """Whether slow metrics are measured on the Sunday of a week: on the first, then every quarter of a year."""
    return week == 0 or (week + 1) % QUARTER == 0
