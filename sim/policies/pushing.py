"""Pushing: the few loops over residents that several policies share, compiled, so that a policy costs next to nothing.

They are sums and products instead of branches, over a stretch of residents (a grid) at a time: so the machine takes many
residents in one step. `aimed` says whom a policy is meant for, `here` in which grids.
"""

import numpy as np
from numba.extending import register_jitable

from sim.chance import NOBODY, key_of, uniform, uniforms
from sim.law import Column, compiled
from sim.old_monday import column, weekly
from sim.residents import ADULT

EVER = 1_000_000
"""Weeks within which everybody was recruited, who never was too."""


@compiled
def raise_in_tiers(lever: Column, amount: float, aimed: Column, tier: Column, lowest: int, highest: int) -> int:
    """Push a lever of those aimed at in tiers lowest to highest; returns how many they are."""
    n = 0
    for i in range(tier.size):
        meant = aimed[i] & (lowest <= tier[i]) & (tier[i] <= highest)
        lever[i] += amount * np.int64(meant)
        n += meant
    return n


@compiled
def raise_for_adults(lever: Column, amount: float, aimed: Column, tier: Column, age: Column) -> None:
    """Push a lever of the bystanders of 18 and over aimed at."""
    for i in range(tier.size):
        lever[i] += amount * np.int64(aimed[i] & (tier[i] == 0) & (age[i] >= ADULT))


def halves(number: np.uint64) -> tuple[float, float]:
    """A number of 64 bits as two doses, which are too short for it."""
    return float(int(number) >> 32), float(int(number) & 0xFFFFFFFF)


@register_jitable
def joined(high, low):  # type: ignore[no-untyped-def]
    """The number of which these are the halves (in Python too a number of 64 bits, which compiled code takes for one)."""
    return (np.uint64(high) << np.uint64(32)) | np.uint64(low)


@compiled
def raise_in_grids(lever: Column, amount: float, here: Column) -> None:
    """Push a lever of some grids."""
    for g in range(here.size):
        if here[g]:
            lever[g] += amount


@compiled
def how_many(tier: Column, lowest: int, highest: int) -> int:
    """How many residents stand in tiers lowest to highest."""
    n = 0
    for i in range(tier.size):
        n += (lowest <= tier[i]) & (tier[i] <= highest)
    return n


@weekly
def seat_by_lot(world, d):  # type: ignore[no-untyped-def]
    """Give a training seat to so many of those aimed at who serve in a tier or above and were recruited in the last weeks.

    Returns how many sit.
    """
    return _seat(d[0], int(d[1]), int(d[2]), joined(d[3], d[4]), joined(d[5], d[6]), column(world, "aimed"),
                 column(world, "tier"), column(world, "recruited_week"), column(world, "key"), column(world, "seed")[0],
                 column(world, "week")[0], column(world, "training"))  # fmt: skip


@compiled
def _seat(  # type: ignore[no-untyped-def]
    seats, lowest, weeks, part, lot, aimed, tier, recruited_week, key, seed, week, training
):
    meant = np.empty(tier.size, np.bool_)
    for i in range(tier.size):
        meant[i] = aimed[i] & (tier[i] >= lowest) & (recruited_week[i] > week - weeks)
    able = np.empty(tier.size, np.int32)
    many = 0
    for i in range(tier.size):
        able[many] = i
        many += meant[i]
    rows = chosen_by_lot(seed, week, part, lot, key, able[:many], seats)
    for row in rows:
        training[row] += 1.0
    return rows.size


@compiled
def chosen_by_lot(seed, week, part, lot, key, rows, seats):  # type: ignore[no-untyped-def]
    """Those of `rows` with the smallest draws of this week's `lot`, so many as there are seats."""
    whole = int(seats)
    if seats > whole and uniform(key_of(seed, part, week), NOBODY) < seats - whole:
        whole += 1
    if whole >= rows.size or whole == 0:
        return rows[: min(whole, rows.size)]
    draws = uniforms(key_of(seed, lot, week), key[rows])
    return rows[draws <= np.partition(draws, whole - 1)[whole - 1]]


@register_jitable
def helpers_offered(world, meant, d):  # type: ignore[no-untyped-def]
    """Offer helpers as these doses say: bits of a group, of services and of ages, then strength, requests and what they tell."""
    return offer_helpers(meant, column(world, "aimed"), int(d[0]), column(world, "groups"), column(world, "age"),
                         column(world, "tier"), column(world, "grid"), column(world, "pairs"), column(world, "pair_client"),
                         column(world, "pair_service"), int(d[1]), int(d[2]), d[3], d[4], d[5],
                         column(world, "extra_asks"), column(world, "client_outreach"), column(world, "grid_first"))  # fmt: skip


@compiled
def offer_helpers(  # type: ignore[no-untyped-def]
    meant,
    aimed,
    client_group,
    groups,
    age,
    tier,
    grid,
    pairs,
    pair_client,
    pair_service,
    services,
    helper_ages,
    strength,
    asks,
    tells,
    extra_asks,
    client_outreach,
    grid_first,
):
    """Mean a standing service for its clients, ask neighbours who could help them, and let standing helpers tell of needs.

    Clients are those aimed at of a group; `meant` is the lever that says so. `client_group`, `services` and `helper_ages` are
    bits. Returns the pairs that stand.
    """
    grids = grid_first.size - 1
    waiting = np.zeros(grids)
    for g in range(grids):
        first, last = grid_first[g], grid_first[g + 1]
        clients, whom, groups_of = meant[first:last], aimed[first:last], groups[first:last]
        for i in range(clients.size):
            clients[i] |= whom[i] & ((groups_of[i] & client_group) != 0)
        number = 0
        for i in range(clients.size):
            number += whom[i] & ((groups_of[i] & client_group) != 0)
        waiting[g] = number
    standing = 0
    for p in range(pairs[0]):
        c = pair_client[p]
        if (services >> pair_service[p]) & 1 and meant[c] > 0.0:
            standing += 1
            waiting[grid[c]] -= 1.0
            client_outreach[c] += tells * strength
    if asks > 0.0:
        for g in range(grids):
            if waiting[g] > 0.0:
                first, last = grid_first[g], grid_first[g + 1]
                asked, tiers, ages = extra_asks[first:last], tier[first:last], age[first:last]
                able = 0
                for i in range(ages.size):
                    able += np.int64(tiers[i] == 0) & (helper_ages >> np.int64(ages[i]))
                each = asks * strength * waiting[g] / able if able > 0 else 0.0
                for i in range(ages.size):
                    asked[i] += each * (np.int64(tiers[i] == 0) & (helper_ages >> np.int64(ages[i])))
    return standing
