"""Pushing: the few loops over residents that several policies share, compiled, so that a policy costs next to nothing."""

import numpy as np

from sim.law import Column, compiled
from sim.residents import ADULT


@compiled
def raise_in_tiers(lever: Column, amount: float, aimed: Column, tier: Column, lowest: int, highest: int) -> int:
    """Push a lever of those aimed at in tiers lowest to highest; returns how many they are."""
    n = 0
    for i in range(tier.size):
        if aimed[i] and lowest <= tier[i] <= highest:
            lever[i] += amount
            n += 1
    return n


@compiled
def raise_for_adults(lever: Column, amount: float, aimed: Column, tier: Column, age: Column) -> None:
    """Push a lever of the bystanders of 18 and over aimed at."""
    for i in range(tier.size):
        if aimed[i] and tier[i] == 0 and age[i] >= ADULT:
            lever[i] += amount


@compiled
def count_in_tiers(aimed: Column, tier: Column, lowest: int, highest: int) -> int:
    """How many of those aimed at stand in tiers lowest to highest."""
    n = 0
    for i in range(tier.size):
        if aimed[i] and lowest <= tier[i] <= highest:
            n += 1
    return n


@compiled
def how_many(tier: Column, lowest: int, highest: int) -> int:
    """How many residents stand in tiers lowest to highest."""
    n = 0
    for i in range(tier.size):
        n += 1 if lowest <= tier[i] <= highest else 0
    return n


@compiled
def offer_helpers(  # type: ignore[no-untyped-def]
    meant,
    aimed,
    client_group,
    client_age,
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

    Clients are those aimed at of a group (bits) or, where that is 0, of an age; `meant` is the lever that says so. `services` and
    `helper_ages` are bits. Returns the pairs that stand.
    """
    grids = grid_first.size - 1
    waiting = np.zeros(grids)
    for g in range(grids):
        clients = 0
        for i in range(grid_first[g], grid_first[g + 1]):
            if aimed[i] and ((groups[i] & client_group) != 0 if client_group else age[i] == client_age):
                meant[i] = 1
                clients += 1
        waiting[g] = clients
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
                # sums and products instead of branches, so that both loops run many residents at a time
                able = 0
                for i in range(grid_first[g], grid_first[g + 1]):
                    able += np.int64(tier[i] == 0) & (helper_ages >> np.int64(age[i]))
                each = asks * strength * waiting[g] / able if able > 0 else 0.0
                for i in range(grid_first[g], grid_first[g + 1]):
                    extra_asks[i] += each * (np.int64(tier[i] == 0) & (helper_ages >> np.int64(age[i])))
    return standing
