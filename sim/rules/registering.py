"""Registering: how the station learns of needs, and whom it knows.

A hidden need becomes known by own request, through the platform, by outreach, by a standing helper or by a tied
participant. The station keeps a register of its clients: who was known once is called now and then, and staff knock at
doors with what time the orders leave them, at those of elders living alone first. A contact tells all standing needs of
the person. An entry ends after a long time without any contact. Own requests follow what was answered of what was
asked before.

Sources: huang2025 (A10, A37, A62), beijing12345
"""

import numpy as np

from sim.engine.jit import AHEAD, compiled, law, prefetch
from sim.mathematics.chance import key_of, stream, uniform, uniform_pair
from sim.mathematics.elementary import power
from sim.mathematics.sorting import lowest
from sim.state.orders import HIDDEN, PLACED
from sim.state.phase import phase, unit
from sim.state.residents import ELDERS_ALONE, VACANT

DISCOVER = stream("needing.discover")
CALL = stream("registering.call")
DOOR = stream("registering.door")
AT_START = stream("registering.at_start")


@law
def chance_of_discovery(own, reach, outreach, helper, neighbour):
    """A need becomes known by own request, through the platform, by outreach, by a helper, or by a tied participant."""
    by_station = (1.0 - own) * (1.0 - min(reach, 1.0)) * (1.0 - min(outreach, 1.0))
    return 1.0 - by_station * (1.0 - min(helper, 1.0)) * (1.0 - neighbour)


@law
def own_requests(rest, answered, at_rest, exponent, floor, most):
    """Chance of an own request: it rises with what was answered before, and never falls to nothing."""
    if exponent == 0.0:
        return rest
    return min(rest * min(max(power(answered / at_rest, exponent), floor), most), 1.0)


@law
def asks_the_station(o, station, orders, kinds, needing):
    """Chance that the client of a hidden need asks the station for help this week."""
    rest = needing.own_request_case if kinds.lasts[orders.kind[o]] > 0.0 else needing.own_request
    floor, most = needing.response_floor, needing.response_most
    return own_requests(rest, station.answered[0], needing.answered_at_rest, needing.response, floor, most)


@law
def is_told_at_contact(o, station, residents, orders):
    """Whether a case that had begun was told at a contact of this week (a call), or of the last (a visit at
    the door).
    """
    i = orders.client[o]
    return residents.known[i] == 1 and residents.contacted[i] >= max(station.week[0] - 1, orders.arose[o])


@law
def becomes_known(o, key_discover, station, residents, orders, kinds, levers, needing):
    """Whether the station learns of a hidden need this week; somebody tied to a participant has one more way."""
    i = orders.client[o]
    if kinds.lasts[orders.kind[o]] > 0.0 and is_told_at_contact(o, station, residents, orders):
        return True
    neighbour = needing.neighbour_tells if residents.active_ties[i] > 0 else 0.0
    outreach = levers.outreach[residents.grid[i]]
    helper = levers.client_outreach[i]
    own = asks_the_station(o, station, orders, kinds, needing)
    chance = chance_of_discovery(own, levers.reach[0], outreach, helper, neighbour)
    return uniform_pair(key_discover, residents.key[i], orders.kind[o]) < chance


@law
def is_entered(i, station, residents):
    """A contact enters somebody in the register, or keeps the entry."""
    residents.known[i], residents.contacted[i] = 1, station.week[0]


@phase
def needs_become_known(station, residents, orders, kinds, levers, count, registering, needing):
    """The station calls those whom it knows; hidden needs become known, and with them their clients."""
    calls_are_made(station, residents, count, registering)
    key_discover = key_of(station.seed[0], DISCOVER, station.week[0])
    for o in range(station.open_orders[0]):
        prefetch_client(o + AHEAD, station, residents, orders, levers)
        if orders.state[o] == HIDDEN and becomes_known(
            o, key_discover, station, residents, orders, kinds, levers, needing
        ):
            orders.state[o], orders.placed[o] = PLACED, station.week[0]
            is_entered(orders.client[o], station, residents)
            count.placed[0] += 1


@law
def can_have_cases(i, cases, residents):
    """Whether somebody can come to have a standing need (`cases`: those kinds, as bits)."""
    return (residents.wants[i] & cases) != 0 and residents.age[i] != VACANT


@law
def turn_at_doors(i, u, residents):
    """When staff come to somebody's door, by a draw u (smaller is earlier): elders living alone before all others."""
    return u if (residents.groups[i] >> ELDERS_ALONE) & 1 else 1.0 + u


@law
def doors_of_the_week(u, station, grids, levers, registering, dispatching):
    """Doors at which staff knock: as many as are meant to be, whole ones by a draw u, and as time is left for."""
    residents = grids.people.sum()
    meant = max(registering.doors_per_1000 * residents / 1000.0 + levers.doors[0], 0.0)
    return min(int(meant) + int(u < meant - int(meant)), station.staff_left[0] // seconds_of_a_door(dispatching))


@law
def seconds_of_a_door(dispatching):
    """Whole seconds of staff that a visit at a door takes."""
    return int(60.0 * dispatching.door_minutes + 0.5)


@phase
def staff_knock_at_doors(station, residents, grids, kinds, levers, count, registering, dispatching):
    """With the time that orders leave them, staff knock at doors, at those of elders living alone first."""
    key = key_of(station.seed[0], DOOR, station.week[0])
    doors = doors_of_the_week(uniform(key, 0), station, grids, levers, registering, dispatching)
    if doors > 0:
        for i in whom_to_visit(doors, key, residents, kinds):
            is_entered(i, station, residents)
            count.staff[2] += seconds_of_a_door(dispatching)
            count.contacts[1] += 1
            count.contacts[2] += (residents.groups[i] >> ELDERS_ALONE) & 1


@unit
def founders_are_registered(station, residents, kinds, registering):
    """Who of those who can have a standing need is in the register at the start."""
    cases, key = kinds_of_cases(kinds), key_of(station.seed[0], AT_START, 0)
    for i in range(residents.known.size):
        if can_have_cases(i, cases, residents) and uniform(key, residents.key[i]) < registering.known_at_start:
            is_entered(i, station, residents)


@law
def is_called(i, key, residents, registering):
    """Whether the station calls somebody who is in the register."""
    return residents.known[i] == 1 and uniform(key, residents.key[i]) < registering.calls


@law
def is_forgotten(i, station, residents, registering):
    """Whether an entry has ended: nobody has had a contact for too long."""
    return residents.known[i] == 1 and station.week[0] - residents.contacted[i] > registering.forgets_after


@compiled
def calls_are_made(station, residents, count, registering):
    """Those in the register are called; entries without any contact end."""
    key = key_of(station.seed[0], CALL, station.week[0])
    for i in range(residents.known.size):
        if residents.known[i] == 1:
            if is_forgotten(i, station, residents, registering):
                residents.known[i] = 0
            elif registering.calls > 0.0 and is_called(i, key, residents, registering):
                is_entered(i, station, residents)
                count.contacts[0] += 1


# ---- the engineer's half


@compiled
def whom_to_visit(doors, key, residents, kinds):
    """Of those who can come to have a standing need, so many whose turns come first."""
    cases, n = kinds_of_cases(kinds), 0
    rows, turns = np.empty(residents.wants.size, np.int32), np.empty(residents.wants.size, np.float64)
    for i in range(residents.wants.size):
        if can_have_cases(i, cases, residents):
            rows[n], turns[n] = i, turn_at_doors(i, uniform(key, residents.key[i]), residents)
            n += 1
    return rows[:n][lowest(turns[:n], doors)]


@compiled
def kinds_of_cases(kinds):
    """Kinds of standing needs, as bits."""
    bits = np.uint32(0)
    for k in range(kinds.lasts.size):
        bits |= np.uint32(kinds.lasts[k] > 0.0) << np.uint32(k)
    return bits


@compiled
def prefetch_client(o, station, residents, orders, levers):
    """Fetch what a later order asks about its client."""
    if o < station.open_orders[0]:
        prefetch(orders.client[o], residents.active_ties, residents.grid, levers.client_outreach, residents.key)
