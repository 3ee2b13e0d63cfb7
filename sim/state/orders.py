"""Orders: needs that are open, one row each; a closed order leaves the book at the end of its week.

A need is hidden until the station learns of it; then it is placed, dispatched, accepted, done and rated, or it is
declined, expires, or is cancelled because the household moved. Every need that enters the book leaves it in exactly
one of these ways (conservation, oracle E21).
"""

from math import sqrt

import numpy as np

from sim.engine.jit import compiled, law
from sim.mathematics.odds import skill_asked_for
from sim.state.columns import Fact, Table, flag, share
from sim.state.residents import VACANT

HIDDEN, PLACED, DISPATCHED, ACCEPTED, DONE, DECLINED, EXPIRED, CANCELLED, KEPT, SHELVED = range(10)
STATES = (
    "hidden", "placed", "dispatched", "accepted", "done", "declined", "expired", "cancelled", "kept", "shelved",
)  # fmt: skip
"""A case is *kept* while somebody gives its services, *shelved* while nobody is looked for."""
NOBODY_KEEPS, PUBLIC_SERVICE, HOUSEHOLD, NEIGHBOUR, VOLUNTEER, ORGANIZED = range(6)
BEGUN, ENDED, MOVED, DIED, LOOKED_AGAIN = range(5)
"""What is counted of cases."""
KEEPERS = ("nobody", "public service", "household", "neighbour", "volunteer", "organization")
NOT_PLACED = -1
NOBODY_SERVES, SUB_DISTRICT, INSTITUTION, ORGANIZATION = -1, -2, -3, -4
"""Who serves an order where no volunteer does."""
LOCAL_SCOPE, POOLED_SCOPE, LOCAL_THEN_POOLED = range(3)
GRID_LEVEL, COMMUNITY_LEVEL, SUB_DISTRICT_LEVEL = range(3)
"""How far an order is passed up."""
END_OF_LINE = -1

ORDERS: Table = {
    "order_key": Fact("u8", "identity of the order for the draws of chance: client, kind and week", "key"),
    "order_state": Fact("i1", "state (STATES)", "state", 0, 9),
    "order_kind": Fact("i1", "service kind", "row of kinds", 0),
    "order_client": Fact("i4", "who needs the service", "row of residents", 0),
    "order_arose": Fact("i4", "week in which the need arose", "week"),
    "order_placed": Fact("i4", "week in which the station learned of it, -1 while hidden", "week", -1),
    "order_rounds": Fact("i2", "weeks in which it was offered", "weeks", 0),
    "order_server": Fact(
        "i4", "who accepted it, -1 for nobody, below -1 whoever is no resident", "row of residents", -4
    ),
    "order_escalated": Fact("i1", "how far it was passed up: 0 grid, 1 community, 2 sub-district", "level", 0, 2),
    "order_credit": Fact("i4", "time-bank credit offered for it", "minutes", 0),
    "order_rank": Fact("f8", "place in the line: smaller is served earlier", "rank"),
    "order_quality": share("true quality of the service given"),
    "order_rating": share("rating reported by the client"),
    "order_until": Fact("i4", "week in which a case ends; 0 for an episode", "week", 0),
    "order_keeper": Fact("i1", "who gives the services of a case (KEEPERS)", "keeper", 0, 5),
    "order_person": Fact("u8", "who that is, where it is a resident: their key", "key"),
    "order_given": share("share of this week's services that were given well"),
    "order_served": flag("somebody tried to give its services this week"),
    "order_refused": Fact("i2", "weeks in a row in which nobody took it", "weeks", 0),
    "order_back": Fact("i4", "week in which a shelved order is looked at again", "week", 0),
}

LINE: Table = {
    "line": Fact("i4", "rows of the order book in the order of service", "row of orders"),
}

KINDS: Table = {
    "kind_weekly": Fact("f8", "needs a week of somebody who can have them", "needs a week", 0),
    "kind_alone": Fact("f8", "the same of somebody who lives alone, where it is higher", "needs a week", 0),
    "kind_senior": Fact("f8", "the same of a senior elder, where it is higher", "needs a week", 0),
    "kind_frail": Fact("f8", "the same of somebody limited in mobility, where it is higher", "needs a week", 0),
    "kind_lasts": Fact("f8", "mean length of a case, 0 for an episode", "weeks", 0),
    "kind_services": Fact("f8", "services asked for in a week", "services", 1),
    "kind_urgency": Fact("i8", "class: urgent 0, soon 1, planned 2", "class", 0, 2),
    "kind_promise": Fact("f8", "weeks within which an answer is promised", "weeks", 0),
    "kind_severity": Fact("f8", "what a week without it costs a person", "share", 0, 1),
    "kind_household": Fact("f8", "share that a household with somebody able keeps itself", "share", 0, 1),
    "kind_neighbours": Fact("f8", "how readily neighbours help with it", "ratio", 0),
    "kind_organization": Fact("i8", "organizations are skilled in it", "yes or no", 0, 1),
    "kind_hours": Fact("f8", "hours that one service takes", "hours", 0),
    "kind_difficulty": Fact("f8", "skill at which a service is given well", "share", 0, 1),
    "kind_patience": Fact("f8", "weeks for which a client waits", "weeks", 0),
    "kind_interest": Fact("i8", "interest that it touches, -1 for none", "interest", -1),
    "kind_tier": Fact("i8", "lowest tier that may serve", "tier", 0, 3),
    "kind_skill": Fact("f8", "lowest skill that may serve", "share", 0, 1),
    "kind_home": Fact("i8", "is given at the client's home", "yes or no", 0, 1),
    "kind_priority": Fact("f8", "weight in the line", "weight"),
    "kind_coverage": Fact("f8", "share of needs that public services meet", "share", 0, 1),
    "kind_eligible": Fact("i8", "who can come to need it", "eligibility", 0),
    "kind_most": Fact("f8", "most needs a week of anybody", "needs a week", 0),
    "kind_expected": Fact("f8", "needs that a week can be expected to bring, by who lives here now", "needs a week", 0),
}
"""Service kinds, one row each, as the configuration says."""

ENCOUNTERS: Table = {
    "met_one": Fact("i4", "one of two residents who shared hours this week", "row"),
    "met_other": Fact("i4", "the other", "row"),
    "met_hours": Fact("f4", "hours shared", "hours", 0),
}


@law
def scope_of_dispatch(levers, dispatching):
    """Whether orders stay in their grid, go to the whole community, or first the one, then the other."""
    return dispatching.scope if levers.scope[0] < 0.0 else levers.scope[0]


@law
def is_reviewed(levers, dispatching):
    """Whether orders that nobody in reach could ever take are declined, or passed up to organizations."""
    return dispatching.review > 0.0 or levers.review[0] > 0.0


@law
def lowest_skill(k, kinds, levers):
    """Lowest skill that may serve a kind this week."""
    return skill_asked_for(kinds.skill[k], kinds.difficulty[k], levers.skill_floor[0])


@law
def may_serve(k, tier, skill, time, lowest, kinds):
    """Whether somebody has the tier, the (lowest) skill and the hours that a kind of service asks for."""
    return (tier >= kinds.tier[k]) & (skill >= lowest) & (time >= hours_a_week(k, kinds))


@law
def hours_a_week(k, kinds):
    """Hours a week that a kind of service asks of whoever takes it on: of a case, those of all its services."""
    return kinds.hours[k] * kinds.services[k]


@law
def is_case(o, orders):
    """Whether an order is a case: a standing need, which has a week in which it ends."""
    return orders.until[o] > 0


@law
def is_kept_or_hidden(o, keeper, orders):
    """A case has a keeper from now on, or none: then it is hidden until the station learns of it."""
    orders.keeper[o], orders.state[o] = keeper, KEPT if keeper != NOBODY_KEEPS else HIDDEN


@law
def keeps_case(o, v, residents, orders, kinds):
    """A volunteer keeps a case from now on: its hours are promised."""
    orders.state[o], orders.keeper[o] = KEPT, VOLUNTEER
    orders.server[o], orders.person[o] = v, residents.key[v]
    residents.promised[v] += hours_a_week(orders.kind[o], kinds)
    residents.cases[v] += 1


@law
def is_still_there(o, residents, orders):
    """Whether the resident who keeps a case is still who it was: nobody else lives in their row."""
    v = orders.server[o]
    return residents.key[v] == orders.person[o] and residents.age[v] != VACANT


@law
def loses_keeper(o, residents, orders, kinds):
    """Nobody keeps a case any more; a volunteer who is still there is free of the promise."""
    if orders.keeper[o] == VOLUNTEER and is_still_there(o, residents, orders):
        v = orders.server[o]
        left = residents.promised[v] - hours_a_week(orders.kind[o], kinds)
        residents.cases[v] -= 1
        residents.promised[v] = max(left, 0.0) if residents.cases[v] > 0 else 0.0
    orders.keeper[o], orders.server[o], orders.person[o] = NOBODY_KEEPS, NOBODY_SERVES, 0


@law
def share_hours(i, j, hours, station, encounters):
    """Two residents have shared hours this week, as long as the list of those who did has room."""
    m = station.encounters[0]
    if m < encounters.one.size:
        encounters.one[m], encounters.other[m], encounters.hours[m] = i, j, hours
        station.encounters[0] = m + 1


@law
def close_order(o, orders, station):
    """An order leaves the book: its last row takes row o."""
    station.open_orders[0] -= 1
    last = station.open_orders[0]
    orders.key[o], orders.state[o] = orders.key[last], orders.state[last]
    orders.kind[o], orders.client[o] = orders.kind[last], orders.client[last]
    orders.arose[o], orders.placed[o], orders.rounds[o] = orders.arose[last], orders.placed[last], orders.rounds[last]
    orders.server[o], orders.escalated[o] = orders.server[last], orders.escalated[last]
    orders.credit[o], orders.rank[o] = orders.credit[last], orders.rank[last]
    orders.quality[o], orders.rating[o] = orders.quality[last], orders.rating[last]
    orders.until[o], orders.keeper[o], orders.person[o] = orders.until[last], orders.keeper[last], orders.person[last]
    orders.given[o], orders.refused[o], orders.back[o] = orders.given[last], orders.refused[last], orders.back[last]
    orders.served[o] = orders.served[last]


@law
def need_is_over(o, residents, orders, station):
    """A client needs something no longer: its order leaves the book."""
    residents.open_needs[orders.client[o]] &= ~(np.uint32(1) << np.uint32(orders.kind[o]))
    close_order(o, orders, station)


@compiled
def lowest_skills(kinds, levers):
    """Lowest skill that may serve each kind this week."""
    lowest = np.empty(kinds.hours.size)
    for k in range(lowest.size):
        lowest[k] = lowest_skill(k, kinds, levers)
    return lowest


@compiled
def kinds_served(tier, skill, time, for_cases, lowest, kinds):
    """The kinds of service that somebody may serve, one bit each: with time free this week, and for cases
    every week.
    """
    served = np.uint32(0)
    for k in range(lowest.size):
        free = for_cases if kinds.lasts[k] > 0.0 else time
        served |= np.uint32(may_serve(k, tier, skill, free, lowest[k], kinds)) << np.uint32(k)
    return served


@compiled
def wanting(wants, kinds):
    """How many residents can come to need each kind of service."""
    n = np.zeros(kinds)
    for k in range(kinds):
        bit, wanted = np.uint32(k), 0
        for i in range(wants.size):
            wanted += (wants[i] >> bit) & np.uint32(1)
        n[k] = wanted
    return n


@compiled
def most_needs(wants, weekly, low_income_extra):
    """How many needs can arise in one week: the expected number and twelve standard deviations, at most all."""
    eligible = wanting(wants, weekly.size)
    expected = 0.0
    for k in range(weekly.size):
        expected += eligible[k] * min(1.0, weekly[k] * (1.0 + low_income_extra))
    return int(min(eligible.sum(), expected + 12.0 * sqrt(expected) + 64.0))
