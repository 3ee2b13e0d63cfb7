"""Residents: one row a person. A newcomer takes over the row of the person whose dwelling they take.

Children under 12 have no tier (-1). A row nobody lives in has age VACANT and is passed over by every rule.
"""

import numpy as np

from sim.engine.jit import compiled, law
from sim.state.columns import Fact, Table, flag, share

CHILD, TEEN, ADULT, YOUNGER_ELDER, SENIOR_ELDER, VACANT = range(6)
AGES = ("child", "teen", "adult", "younger_elder", "senior_elder")
LOCAL, MIGRANT = range(2)
ORIGINS = ("local", "migrant")
NO_TIER, BYSTANDER, TASK, INTEREST, SUBSTANTIVE = range(-1, 4)
TIERS = ("bystander", "task_only", "interest_based", "substantive")
INTERESTS = ("parent_child", "school", "property", "elder_care", "public_affairs")
PUBLIC_AFFAIRS = INTERESTS.index("public_affairs")
HEAD, CHILD_OF_HOME, FLATMATE = range(3)
AT_SCHOOL, GROWN_UP, SIXTY = 6, 18, 60
"""Ages in years: toddlers are below the first, pupils are of it and below 15, elders are of the last."""
NO_TEAM = -1
NEVER_SERVED = -1_000_000
NOT_ASKED, BY_RESIDENT, BY_CAMPAIGN, BY_MESSAGE = range(4)
SELF = 1
ROUTES = ("not_recruited", "self", "asked_by_resident", "asked_by_campaign")
"""How somebody was recruited: 0 never, else SELF plus who asked; a message is of a campaign."""

ELDERS_ALONE, SENIOR_ELDERS, CHILDREN, LOW_INCOME, MIGRANTS = range(5)
GROUPS = ("elders_alone", "senior_elders", "children", "low_income", "migrants")
"""Groups for which outcomes are given apart (bits of the column `groups`)."""

PARTICIPANTS: Table = {
    "participants": Fact("i4", "rows of those who take part this week, in order", "row"),
}
"""Made on Monday, since tiers change at the end of the week only: they are few, and many rules ask nobody else."""

HEADCOUNT: Table = {
    "headcount": Fact("i8", "residents of the community, as counted on Sunday night", "residents", 0),
}
"""One number: rows in which nobody lives are not counted."""

RESIDENTS: Table = {
    "key": Fact("u8", "who they are for the draws of chance: where they came from", "key"),
    "household": Fact("i4", "household they belong to", "row of households"),
    "grid": Fact("i2", "grid they live in", "row of grids"),
    "age": Fact(
        "i1", "age band: child <12, teen 12-17, adult 18-59, younger elder 60-69, senior elder 70+", "band", 0, 5
    ),
    "origin": Fact("i1", "where they come from: local 0, migrant 1", "group", 0, 15),
    "owner": flag("owns the dwelling"),
    "alone": flag("lives alone"),
    "low_income": flag("has a low income"),
    "limited": flag("is limited in mobility"),
    "school_child": flag("has a child at school in the household"),
    "interest": Fact("f4", "interest in parent-child, school, property, elder care, public affairs", "share", 0, 1, 5),
    "disposition": Fact("f4", "fixed personal leaning to take part", "log-odds"),
    "hours_limit": Fact("f4", "hours they could give", "hours a week", 0, 168),
    "threshold": Fact("f4", "others who must act before they do (threshold law)", "share or persons"),
    "identity_home": share("identity they return to when nothing feeds it"),
    "groups": Fact("u1", "groups they belong to, one bit each (GROUPS)", "bits"),
    "wants": Fact("u4", "service kinds they can come to need, one bit each", "bits"),
    "tenure": Fact("i4", "time lived here", "weeks", 0),
    "tier": Fact("i1", "0 bystander, 1 task-only, 2 interest-based, 3 substantive, -1 child", "tier", -1, 3),
    "registered": flag("is registered as a volunteer"),
    "skill": share("skill in serving"),
    "efficacy": share("belief that one's service succeeds"),
    "identity": share("identification with the community"),
    "fatigue": share("fatigue from serving and being called"),
    "satisfaction": share("satisfaction with serving"),
    "habit": share("habit of serving"),
    "wellbeing": share("well-being, a process"),
    "assigned": share("share of assigned work in one's service, remembered"),
    "known": flag("is in the register of the station"),
    "contacted": Fact("i4", "week of the last contact with the station", "week"),
    "hours_kept": Fact("f4", "hours given to cases this week", "hours", 0),
    "promised": Fact("f4", "hours promised to the cases that they keep", "hours a week", 0),
    "cases": Fact("u1", "cases that they keep", "cases", 0),
    "balance": Fact("i4", "time-bank balance", "minutes", 0),
    "vanguard": Fact(
        "u1",
        "seat in the vanguard: 0 none, 1 committee member, 2 team leader, 3 head of institution; 4 to 6 the "
        "same in a bundle's",
        "seat",
        0,
        6,
    ),
    "pioneer": Fact("u1", "is a pioneer seated in a grid: 0 no, 1 yes, 2 by a bundle", "seat", 0, 2),
    "team": Fact("i2", "team they belong to, -1 for none", "row of teams", -1),
    "route": Fact("i1", "how they were recruited last (ROUTES)", "route", 0, 3),
    "recruited_week": Fact("i4", "week of the last climb from bystander, -1 for never", "week", -1),
    "luck_asked": Fact("u4", "draw of this week: asked or not", "32-bit word"),
    "luck_rung": Fact("u4", "draw of this week: climb, stay or lapse", "32-bit word"),
    "luck_life": Fact("u4", "draw of this week: a life event", "32-bit word"),
    "luck_meeting": Fact("u4", "draw of this week: meets somebody new, or lets a tie go", "32-bit word"),
    "asked": Fact(
        "u1",
        "was asked to take part this week: 0 no, 1 by a resident, 2 by a campaign in person, 3 by a message",
        "by whom",
        0,
        3,
    ),
    "hours": Fact("f4", "hours given this week", "hours", 0),
    "hours_left": Fact("f4", "hours still free this week", "hours", 0),
    "hours_assigned": Fact("f4", "hours of assigned tasks this week", "hours", 0),
    "hours_public": Fact("f4", "hours spent on public issues this week", "hours", 0),
    "hours_year": Fact("f4", "hours given since the last turn of the year", "hours", 0),
    "hours_past_year": Fact("f4", "hours given in the last full year", "hours", 0),
    "last_served": Fact("i4", "week of the last service, a large negative number for never", "week"),
    "success": Fact("f4", "sum of the quality of services given this week", "services", 0),
    "services": Fact("i2", "services given this week", "services", 0),
    "notified": Fact("i2", "calls received this week", "calls", 0),
    "away": flag("has turned calls off for a while"),
    "open_needs": Fact("u4", "needs now open, one bit a service kind", "bits"),
    "met": Fact("u1", "needs met this week", "needs", 0),
    "needs_year": Fact("i2", "needs that arose since the last turn of the year", "needs", 0),
    "met_year": Fact("i2", "needs met since the last turn of the year, this week's not yet", "needs", 0),
    "needs_past_year": Fact("i2", "needs that arose in the last full year", "needs", 0),
    "met_past_year": Fact("i2", "needs met in the last full year", "needs", 0),
    "unmet_weeks": Fact("f4", "recent weeks with an unmet need, remembered", "weeks", 0),
    "lifted": flag("has a tie above the strength at which it rests"),
    "around_strength": Fact("f4", "strength of all ties", "strength", 0),
    "around_active": Fact("f4", "strength of ties to participants (tier 1 or more)", "strength", 0),
    "around_above": Fact("f4", "strength of ties to people above one's own tier", "strength", 0),
    "active_ties": Fact("i4", "ties to participants", "ties", 0),
    "ties_above": Fact("i4", "ties to people above one's own tier", "ties", 0),
    "around_identity": share("mean identity of tied people"),
    "around_efficacy": share("mean efficacy of tied participants"),
    "sociability": Fact("f4", "how often they meet people, and are met, relative to others", "ratio", 0),
    "years": Fact("i2", "age in years", "years", 0, 130),
    "birthday": Fact("i1", "week of the year in which they become a year older", "week", 0, 51),
    "kinship": Fact(
        "i1", "in the household: 0 heads it or is kin of a head, 1 a child of it, 2 shares the dwelling", "role", 0, 2
    ),
    "works": flag("is an adult who works by day"),
    "registered_week": Fact(
        "i4", "week of the last registration, a large negative number for before the start or never", "week"
    ),
    "around_across": share("share of the strength of ties that joins one to another origin"),
    "around_substantive": Fact("f4", "strength of ties to substantive participants", "strength", 0),
    "earned": Fact("i4", "minutes ever earned for the time-bank account by own service", "minutes", 0),
}


@law
def band_of(years):
    """The age band of somebody of so many years."""
    return (
        CHILD
        if years < 12
        else TEEN
        if years < GROWN_UP
        else ADULT
        if years < SIXTY
        else YOUNGER_ELDER
        if years < 70
        else SENIOR_ELDER
    )


@law
def lives_here(i, residents):
    """1 where somebody lives in row i, 0 where the row is vacant."""
    return int(residents.age[i] != VACANT)


@compiled
def who_lives_here(residents):
    """Rows in which somebody lives, in order."""
    rows, n = np.empty(residents.age.size + 1, np.int32), 0
    for i in range(residents.age.size):
        rows[n] = i
        n += lives_here(i, residents)
    return rows[:n]


@law
def who_takes_part(residents, station):
    """Rows of those who take part this week, in order."""
    return residents.participants[: station.taking_part[0]]


@law
def hours_that_count(i, residents, assigning):
    """Hours of a week that count for identity, visible activity and practice: assigned ones only by a share."""
    return residents.hours[i] - (1.0 - assigning.assigned_counts) * residents.hours_assigned[i]
