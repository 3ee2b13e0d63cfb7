"""Pushing: the few sentences that several policies share.

They are sums and products instead of branches, over the residents of a grid at a time: so the machine takes many
residents in one step.
"""

import numpy as np

from sim.engine.jit import compiled, law
from sim.mathematics.chance import NOBODY, key_of, uniform, uniforms
from sim.state.residents import BYSTANDER

EVER = 1_000_000
"""Weeks within which everybody was recruited, who never was too."""


@law
def how_many(residents, lowest, highest):
    """How many residents stand in tiers lowest to highest."""
    n = 0
    for i in range(residents.tier.size):
        n += (lowest <= residents.tier[i]) & (residents.tier[i] <= highest)
    return n


@law
def raise_in_grids(lever, amount, my):
    """Push a lever of the grids that are meant."""
    for g in range(my.here.size):
        if my.here[g]:
            lever[g] += amount


@law
def raise_kinds(lever, my):
    """Let standing helpers serve the service kinds that are meant."""
    for k in my.kinds:
        lever[k] += my.strength


@law
def give_seats(seats, lowest, weeks, station, residents, levers, my):
    """Give training seats by lot to those meant who serve in a tier or above and were recruited in the last weeks.

    Returns how many sit.
    """
    rows = chosen_by_lot(
        station.seed[0],
        station.week[0],
        my.stream_seat_part,
        my.stream_seat,
        residents.key,
        may_train(lowest, weeks, station, residents, my),
        seats,
    )
    for i in rows:
        levers.training[i] += 1.0
    return rows.size


@law
def offer_helpers(meant, bits, station, residents, grids, pairs, levers, my):
    """Mean a standing service for those of a group, ask neighbours who could help, and let standing helpers tell of
    needs.

    `meant` is the lever that says for whom the service is; `bits` are those of the group, of the services and of the
    helpers' age bands. Returns the pairs that stand.
    """
    group, services, helper_ages = bits
    waiting = np.zeros(grids.atmosphere.size)
    for g in range(waiting.size):
        clients = 0
        for i in range(grids.first[g], grids.first[g + 1]):
            client = my.aimed[i] & ((residents.groups[i] & group) != 0)
            meant[i] |= client
            clients += client
        waiting[g] = clients
    standing = 0
    for p in range(station.pairs[0]):
        client = pairs.client[p]
        if (services >> pairs.service[p]) & 1 and meant[client] > 0.0:
            standing += 1
            waiting[residents.grid[client]] -= 1.0
            levers.client_outreach[client] += my.tells * my.strength
    if my.asks > 0.0:
        for g in range(waiting.size):
            if waiting[g] > 0.0:
                ask_helpers(g, my.asks * my.strength * waiting[g], helper_ages, residents, grids, levers)
    return standing


@law
def ask_helpers(g, requests, ages, residents, grids, levers):
    """Spread requests to take part over the bystanders of a grid who are of certain age bands (bits)."""
    able = 0
    for i in range(grids.first[g], grids.first[g + 1]):
        able += np.int64(residents.tier[i] == BYSTANDER) & (ages >> np.int64(residents.age[i]))
    each = requests / able if able > 0 else 0.0
    for i in range(grids.first[g], grids.first[g + 1]):
        asked = np.int64(residents.tier[i] == BYSTANDER) & (ages >> np.int64(residents.age[i]))
        levers.extra_asks[i] += each * asked


# ---- the engineer's half: lots


@compiled
def may_train(lowest, weeks, station, residents, my):
    """Rows of those meant in a tier or above who were recruited in the last weeks."""
    able, n = np.empty(residents.tier.size, np.int32), 0
    for i in range(residents.tier.size):
        able[n] = i
        n += my.aimed[i] & (residents.tier[i] >= lowest) & (residents.recruited_week[i] > station.week[0] - weeks)
    return able[:n]


@compiled
def chosen_by_lot(seed, week, part, lot, key, rows, seats):
    """Those of `rows` with the smallest draws of this week's `lot`, so many as there are seats; a part of one
    is filled by chance.
    """
    whole = int(seats)
    if seats > whole and uniform(key_of(seed, part, week), NOBODY) < seats - whole:
        whole += 1
    if whole >= rows.size or whole == 0:
        return rows[: min(whole, rows.size)]
    draws = uniforms(key_of(seed, lot, week), key[rows])
    return rows[draws <= np.partition(draws, whole - 1)[whole - 1]]
