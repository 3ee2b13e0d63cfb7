"""Tallies: what is counted during one week, or stands on Sunday night. Metrics are made of these and of nothing else.

Rules add to a tally when the thing happens; the last phase of the week counts what stands. Every week's tallies become
one row of a table, so that a metric is one line of arithmetic over the rows.
"""

from dataclasses import dataclass

import numpy as np

from sim.engine.jit import Column, law
from sim.state.residents import GROUPS

GROUPED = "all, elders alone, senior elders, children, low income, migrants"

TALLIES: dict[str, tuple[int, str, str]] = {
    # name: (length, meaning, unit)
    "count_asked": (1, "bystanders asked", "residents"),
    "count_climbs": (3, "climbs from tier 0, 1, 2", "residents"),
    "count_lapses": (3, "lapses from tier 1, 2, 3", "residents"),
    "count_routes": (4, "recruited: never, by themselves, by a resident, by a campaign", "residents"),
    "count_registrations": (1, "registrations without service", "residents"),
    "count_asked_joins": (2, "climbs from bystander when not asked, asked", "residents"),
    "count_needs": (6, f"needs that arose: {GROUPED}", "needs"),
    "count_needs_kind": (30, "needs that arose, by service kind", "needs"),
    "count_covered": (3, "episodes met by public services, by the household, by a neighbour", "needs"),
    "count_cases": (5, "cases: begun, ended, moved away, died with the client, looked again for a keeper", "cases"),
    "count_services": (
        7,
        "services of cases: not given, given well by public services, household, neighbour, volunteer, "
        "organization; failed",
        "services",
    ),
    "count_contacts": (3, "contacts: calls, visits at doors, of these at those of elders alone", "contacts"),
    "count_failed": (1, "services of episodes that were not given well", "services"),
    "count_shelved": (1, "orders declined at review, or given up after many weeks", "orders"),
    "count_in_time": (1, "orders done within their promise", "orders"),
    "count_organized": (2, "hours of service organizations: there, given", "hours"),
    "count_staff": (3, "time of staff: for service, for orders, for doors", "seconds"),
    "count_escalated": (2, "orders passed up, level by level; time of staff that it took", "levels, seconds"),
    "count_placed": (1, "needs that became known to the station", "orders"),
    "count_put_off": (1, "needs for which the book had no row", "needs"),
    "count_admin": (2, "hours of assigned tasks wanted, given", "hours"),
    "count_dispatched": (1, "orders dispatched", "orders"),
    "count_offers": (1, "offers of an order to a volunteer", "offers"),
    "count_accepted": (1, "orders accepted of those dispatched", "orders"),
    "count_refused": (1, "offers not accepted", "offers"),
    "count_hours_offered": (1, "hours that this week made free, before tasks; none that were saved", "hours"),
    "count_away": (1, "volunteers who had turned calls off", "residents"),
    "count_declined": (1, "orders declined for good", "orders"),
    "count_done": (6, f"orders done: {GROUPED}", "orders"),
    "count_waits": (53, "orders done by weeks waited since placed, the last for 52 or more", "orders"),
    "count_wait_weeks": (1, "weeks waited by orders done", "weeks"),
    "count_quality": (1, "sum of true quality over orders done", "orders"),
    "count_rating": (1, "sum of reported ratings over orders done", "orders"),
    "count_served_by": (4, "hours served: own grid and origin, other grid, other origin, both other", "hours"),
    "count_expired": (7, "expired: placed, hidden, and of all: elders alone ... migrants", "orders"),
    "count_mismatch": (1, "placed orders that expired while a fitting volunteer had time", "orders"),
    "count_unmet": (7, f"needs open at the end of the week: {GROUPED}; hidden ones", "needs"),
    "count_severe": (
        7,
        f"needs open at the end of the week, weighted with their severity: {GROUPED}; hidden ones",
        "needs",
    ),
    "count_unmet_kind": (30, "needs open at the end of the week, by service kind", "needs"),
    "count_open": (2, "open orders after the week: placed, hidden", "orders"),
    "count_closed": (1, "orders that left the book", "orders"),
    "count_cancelled": (1, "orders cancelled because the household moved", "orders"),
    "count_visits": (2, "visits of outside workers: wanted, served", "visits"),
    "count_pairs": (5, "standing pairs: matched, ended; standing with a cook, a younger elder, a teen", "pairs"),
    "count_visits_paid": (
        4,
        "visits of standing helpers: needs served by a cook, a younger elder, a teen; only time together",
        "visits",
    ),
    "count_requests": (1, "orders for which credits were offered", "orders"),
    "count_bank": (5, "credits earned, redeemed, expired, lost with movers, given", "minutes"),
    "count_trained": (1, "training sessions attended", "sessions"),
    "count_hours": (4, "hours given by tier 0-3", "hours"),
    "count_active_week": (1, "residents who gave hours this week", "residents"),
    "count_teams": (4, "teams, formed, dissolved, members of all", "teams"),
    "count_posts": (2, "hours at school gates: wanted, given by teams", "hours"),
    "count_issues": (5, "public issues: arisen, solved, solved within 12 weeks, given up, open", "issues"),
    "count_ties": (2, "ties made by meeting and service, ties faded or let go", "ties"),
    "count_movers": (3, "households that left, residents who left, participants among them", "residents"),
    "count_struck_off": (1, "bystanders struck off the register", "residents"),
    "count_lives": (
        8,
        "births, partners who joined, deaths, grown children who left home, participants among these two; "
        "households at an end; limits that began, ended",
        "residents, households",
    ),
    # what stands on Sunday night
    "stand_cases": (
        6,
        "cases by who keeps them: nobody, public services, household, neighbour, volunteer, organization",
        "cases",
    ),
    "stand_register": (2, "residents in the register: all, elders living alone", "residents"),
    "stand_tiers": (4, "residents 12+ by tier 0-3", "residents"),
    "stand_children": (1, "children under 12", "residents"),
    "stand_registered": (1, "registered volunteers", "residents"),
    "stand_active": (2, "residents with hours in the last 52 weeks: all, registered", "residents"),
    "stand_active_tiers": (4, "the same by tier 0-3", "residents"),
    "stand_groups": (6, f"residents: {GROUPED}", "residents"),
    "stand_wellbeing": (7, f"sum of well-being: {GROUPED}; residents below one half", "share x residents"),
    "stand_feelings": (
        6,
        "sums over 12+: identity, skill, efficacy, habit; over participants: fatigue, satisfaction",
        "share x residents",
    ),
    "stand_stayers": (
        5,
        "residents 12+ here for 52 weeks or more: number, participants, sum of identity, of well-being, registered",
        "residents",
    ),
    "stand_newcomers": (2, "residents 12+ here for less than 26 weeks: number, participants", "residents"),
    "stand_longer": (2, "residents 12+ here for 26 weeks or more: number, participants", "residents"),
    "stand_places": (2, "sum over residents of their grid's atmosphere, condition", "share x residents"),
    "stand_tenure": (1, "sum of tenure over residents", "weeks"),
    "stand_bank": (
        4,
        "credits outstanding (minutes), residents with credits, trust in the bank, confidence in the station",
        "minutes, residents, share",
    ),
    "stand_memory": (
        3,
        "participants who did assigned work: number, sum of satisfaction; the others' sum of satisfaction",
        "residents",
    ),
    "stand_founders": (1, "residents who live here since the start", "residents"),
    "stand_ties": (2, "ties in all, ties in which one end is a participant", "ties"),
    "stand_arrived": (1, "residents who have arrived this week", "residents"),
    "stand_ages": (3, "residents of 60 and over, of them living alone, dwellings", "residents, dwellings"),
    "stand_cost": (1, "cost of policies this week", "yuan"),
}
N_GROUPS = len(GROUPS)


@law
def count_in_groups(i, counts, residents):
    """Count one more for each group that a resident belongs to; `counts` has one number a group."""
    add_in_groups(i, 1.0, counts, residents)


@law
def add_in_groups(i, amount, counts, residents):
    """Add to the number of each group that a resident belongs to; `counts` has one number a group."""
    for group in range(N_GROUPS):
        if (residents.groups[i] >> group) & 1:
            counts[group] += amount


WAIT_BINS = TALLIES["count_waits"][0]


@dataclass
class Tallies:
    """One week's tallies as named slices of a single row; metrics see many rows at once."""

    row: Column
    named: dict[str, Column]

    @classmethod
    def empty(cls) -> "Tallies":
        """A row of zeros."""
        return cls.of(np.zeros(sum(length for length, _, _ in TALLIES.values())))

    @classmethod
    def of(cls, row: Column) -> "Tallies":
        """The named slices of this row."""
        return cls(row, slices_of(row))

    def __reduce__(self) -> tuple[object, ...]:
        """Copied and pickled as its row: the slices are views of it and must stay so."""
        return Tallies.of, (self.row,)


def slices_of(rows: Column) -> dict[str, Column]:
    """Each tally by name, as a view of the last axis of one row or of many."""
    named, start = {}, 0
    for name, (length, _, _) in TALLIES.items():
        named[name] = rows[..., start : start + length]
        start += length
    return named
