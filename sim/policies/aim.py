"""Aim: whom a policy is meant for, by grid, group, tier, uptake and capacity."""

from functools import lru_cache

import numpy as np

from sim.engine.jit import Column, compiled
from sim.mathematics.chance import uniform, uniforms


@lru_cache(maxsize=8)
def everybody(rows: int) -> Column:
    """Everybody; not to be written to."""
    return _fixed(np.ones(rows, bool))


@lru_cache(maxsize=256)
def among(grids: int, named: tuple[int, ...]) -> Column:
    """Which of so many grids are among those named, or all; not to be written to."""
    return _fixed(np.array([not named or g in named for g in range(grids)]))


def _fixed(flags: Column) -> Column:
    flags.flags.writeable = False
    return flags


@compiled
def narrow(aimed, here, grid, groups, groups_of, tiers, tier):
    """Leave among those aimed at who lives here, in one of the groups and in one of the tiers (bits; 0 for all)."""
    for i in range(aimed.size):
        in_group = (groups == 0) | ((groups_of[i] & groups) != 0)
        in_tier = (tiers == 0) | (((2 * tiers) >> (tier[i] + 1)) & 1 != 0)
        aimed[i] = aimed[i] & here[grid[i]] & in_group & in_tier


@compiled
def reach(aimed, key, takes_up, uptake, comes_first, most):
    """Leave among those aimed at who takes it up and, where that are too many, those with the smallest draws."""
    n = 0
    for i in range(aimed.size):
        if aimed[i]:
            aimed[i] = uptake >= 1.0 or uniform(takes_up, key[i]) < uptake
            n += aimed[i]
    if n > most:
        rows = np.flatnonzero(aimed)
        draws = uniforms(comes_first, key[rows])
        last = np.partition(draws, most)[most]
        for at in range(rows.size):
            aimed[rows[at]] = draws[at] < last
