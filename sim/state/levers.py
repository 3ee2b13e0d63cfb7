"""Levers: everything a policy may move. Each week all return to rest; active policies push; rules read.

A lever is one number, one a grid, one a resident or one a service kind. Pushes add up, in log-odds, rates, shares
or hours, so their order does not matter; a rule clips once, where it reads. Levers that choose among
alternatives say so: for `scope` the policy whose name comes last in the alphabet decides, of several `hierarchy` the
highest and of several promises (`response_target`) the shortest holds.
"""

from typing import Literal, NamedTuple

from sim.engine.jit import Column, compiled
from sim.state.columns import Fact, flag

type Span = Literal["community", "grid", "resident", "kind"]

LEVERS: dict[str, tuple[Span, Fact]] = {
    # taking part
    "extra_asks": ("resident", Fact("f4", "requests to take part on top of those along ties", "requests a week", 0)),
    "impersonal_asks": (
        "resident",
        Fact("f4", "of these requests, those that are a message and come from nobody they know", "requests a week", 0),
    ),
    "persuasion": ("resident", Fact("f4", "added to the log-odds of climbing", "log-odds")),
    "recognition": ("resident", Fact("f4", "thanks received: lowers the log-odds of lapsing", "log-odds")),
    "openings": ("resident", Fact("f4", "activities that touch own interests", "activities a week", 0)),
    "regularity": ("community", Fact("f8", "added to the share of team members who meet each week", "share")),
    "example": ("grid", Fact("f8", "visible service of a vanguard or of pioneers", "tier-weighted hours a week", 0)),
    "autonomy": ("grid", Fact("f8", "added to the autonomy of volunteers", "share")),
    # skills and quality
    "training": ("resident", Fact("f4", "share of a training session attended", "sessions a week", 0)),
    "training_gain": ("community", Fact("f8", "added to the share of the gap to mastery closed by a session", "share")),
    "practice_gain": (
        "community",
        Fact("f8", "added to the share of the gap to mastery closed by an hour of practice", "share"),
    ),
    "practice_ceiling": ("community", Fact("f8", "added to the skill that practice alone can reach", "share")),
    "supervision": ("grid", Fact("f8", "supervision: quality up, autonomy down", "share")),
    "standards": (
        "community",
        Fact("f8", "how far common standards draw the quality of a service to the standard", "share"),
    ),
    "skill_floor": (
        "community",
        Fact("f8", "how far the skill asked for is raised towards what the service needs", "share"),
    ),
    # needs and orders
    "coverage": ("kind", Fact("f8", "added to the share of needs met by public services", "share")),
    "group_coverage": (
        "resident",
        Fact("f4", "added to the share of somebody's needs met by public services", "share"),
    ),
    "group_kinds": ("kind", Fact("f8", "whether that share holds for a service kind", "share")),
    "reach": ("community", Fact("f8", "chance a week that the platform learns of a hidden need", "share")),
    "outreach": ("grid", Fact("f8", "chance a week that pioneers learn of a hidden need", "share")),
    "client_outreach": (
        "resident",
        Fact("f4", "chance a week that an own standing helper learns of a hidden need", "share"),
    ),
    "capacity": ("community", Fact("f8", "added to the orders that the station can dispatch", "orders a week")),
    "grid_capacity": ("grid", Fact("f8", "added to the orders that a grid can dispatch", "orders a week")),
    "minutes_saved": ("community", Fact("f8", "share of the staff minutes of an order that is saved", "share")),
    "doors": ("community", Fact("f8", "added to the doors at which staff knock", "doors a week")),
    "organization_hours": ("community", Fact("f8", "added to the hours of service organizations", "hours a week")),
    "capability": (
        "community",
        Fact("f8", "added to the operational capability of organizations: their hours times 1 and this", "share"),
    ),
    "review": ("community", Fact("f8", "orders that nobody in reach could take are declined, where above 0", "share")),
    "offers": ("community", Fact("f8", "added to the volunteers to whom an order is offered", "volunteers")),
    "grid_offers": (
        "grid",
        Fact("f8", "added to the volunteers to whom an order of the grid is offered", "volunteers"),
    ),
    "scope": (
        "community",
        Fact(
            "f8", "dispatch: -1 as configured, 0 local, 1 pooled, 2 local then pooled; the last name decides", "choice"
        ),
    ),
    "vulnerable_first": (
        "community",
        Fact("f8", "added to the weight of vulnerability in the order of service", "weight"),
    ),
    "added_priority": ("kind", Fact("f8", "added to the priority of a service kind", "weight")),
    "overdue_first": ("community", Fact("f8", "added to the priority of orders older than was promised", "weight")),
    "response_target": (
        "community",
        Fact("f8", "weeks within which an order is promised to be answered; the shortest holds", "weeks", 0),
    ),
    "precedence": ("resident", Fact("f4", "added to the priority of a resident's own orders", "weight")),
    "feedback": ("community", Fact("f8", "weight of clients' ratings in the volunteers' satisfaction", "share")),
    "acceptance": ("resident", Fact("f4", "added to the log-odds of accepting an order", "log-odds")),
    "hierarchy": (
        "community",
        Fact("f8", "levels to which open orders are passed up: 0, 1 or 2; the highest holds", "levels"),
    ),
    "escalation_minutes": (
        "community",
        Fact("f8", "added to the staff minutes that passing an order up a level takes", "minutes", 0),
    ),
    "overhead": ("community", Fact("f8", "share of dispatch capacity spent on coordination", "share")),
    "institution_hours": ("grid", Fact("f8", "hours that institutions give to orders and projects", "hours a week")),
    "workers_welcome": (
        "community",
        Fact("f8", "added to the visits of outside workers the station can serve", "visits a week"),
    ),
    # standing pairs
    "kitchen_pairs": ("community", Fact("f8", "places for standing pairs of a cook and an elder", "pairs", 0)),
    "kitchen_for": ("resident", flag("is meant to have a standing cook")),
    "kitchen_kinds": ("kind", Fact("f8", "a standing cook serves this kind where above 0", "share", 0)),
    "elder_pairs": ("community", Fact("f8", "places for standing pairs of a younger and a senior elder", "pairs", 0)),
    "teen_pairs": ("community", Fact("f8", "places for standing pairs of a teen and a senior elder", "pairs", 0)),
    "aid_for": ("resident", flag("is meant to have a standing partner")),
    "aid_kinds": ("kind", Fact("f8", "a standing partner serves this kind where above 0", "share", 0)),
    # teams and places
    "team_forming": ("community", Fact("f8", "added to the chance a week that a team forms", "share")),
    "meeting_time": ("community", Fact("f8", "added to the hours of project work at a meeting", "hours")),
    "succession": (
        "community",
        Fact("f8", "added to the chance a week that a leaderless team finds a leader", "share"),
    ),
    "facility_work": ("grid", Fact("f8", "hours of outside work on facilities", "hours a week")),
    "cross_grid": ("grid", Fact("f8", "chance a week that a resident meets somebody of another grid", "share")),
    # administrative load, time bank, mobility
    "admin_load": (
        "community",
        Fact("f8", "added to the hours of tasks from above", "hours a week per 1,000 residents"),
    ),
    "bank_earning": ("community", Fact("f8", "added to the credits earned for an hour served", "credits an hour")),
    "bank_price": ("community", Fact("f8", "added to the credits that an hour received costs", "credits an hour")),
    "bank_priority": ("community", Fact("f8", "added to the priority of orders paid with credits", "weight")),
    "bank_giving": ("community", Fact("f8", "share of a balance given to elders each week", "share")),
    "bank_redeem_age": ("community", Fact("f8", "age from which needs can be paid for; the highest holds", "years", 0)),
    "bank_own_hours": (
        "community",
        Fact("f8", "hours that an account must have earned before it pays; the most holds", "hours", 0),
    ),
    "bank_by_trust": (
        "community",
        Fact("f8", "added to how far applying to spend credits depends on trust in the bank", "share"),
    ),
    "bank_expiry": ("community", Fact("f8", "share of a balance that expires each week", "share")),
    "turnover": ("community", Fact("f8", "added to the share of households that leave in a year", "share a year")),
    "arriving_migrants": ("community", Fact("f8", "added to the share of migrants among arrivals", "share")),
}

NO_PROMISE = 1e9
REST: dict[str, float] = {"scope": -1.0, "response_target": NO_PROMISE}
"""Where a lever of the community rests; 0 unless named here. All others rest at 0."""
COMMUNITY = ("community", "f8")


class Resting(NamedTuple):
    """What it takes to put every lever back where it rests."""

    levers: Column
    """The memory in which all of them lie."""
    community: Column
    """The levers of the community, within that memory."""
    at: Column
    """Where those rest."""


@compiled
def rest(resting):  # type: ignore[no-untyped-def]
    """Put every lever back where it rests."""
    resting.levers[:] = 0
    for x in range(resting.at.size):  # one by one: for two arrays, numba compiles how to complain of their lengths
        resting.community[x] = resting.at[x]
