"""Snapshot: who stands where in the network in the last week of a run - one run of each arm lived again for a map."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from experiments.reporting.figures.tables import Snapshot
from experiments.study.design import Study
from sim.config.validate import as_they_are
from sim.state.residents import VACANT

if TYPE_CHECKING:
    from sim.world import World

MOST_RESIDENTS = 4000
"""A map of more people is a grey cloud."""
LEAST_STRENGTH = 0.15
"""Weaker ties are not drawn."""


def snapshots_of(study: Study, finished: Mapping[str, bool]) -> dict[str, Snapshot]:
    """For every arm the first replicate at the first point, in its last week; none where the community is too large.

    `finished` says of a run whether it ended well: a run that failed would fail again.
    """
    from sim import POLICIES, Simulation, load_config

    found: dict[str, Snapshot] = {}
    if study.file.city:
        return found
    firsts = [run for run in study.runs() if run.replicate == 0 and run.point == 0 and finished.get(run.run)]
    for run in firsts:
        job = study.job(run)
        policies = [POLICIES[name](**doses) for name, doses in job.policies]
        config = load_config(job.community, set=as_they_are(dict(job.changes)))
        simulation = Simulation(config, policies=policies, seed=job.seed)
        if int(simulation.world.headcount[0]) > MOST_RESIDENTS:
            return {}
        found[run.arm] = snapshot_of(simulation.run_for(job.weeks).world)
    return found


def snapshot_of(world: "World") -> Snapshot:
    """Tiers, grids and the ties outside households of those who live there, each tie once."""
    degree = world.degree.astype(np.int64)
    one = np.repeat(np.arange(degree.size), degree)
    before = np.repeat(world.tie_first[:-1] - np.concatenate(([0], np.cumsum(degree)[:-1])), degree)
    slots = before + np.arange(one.size)
    other, strength = world.tie_other[slots], world.tie_strength[slots]
    shown = (one < other) & (world.household[one] != world.household[other]) & (strength >= LEAST_STRENGTH)
    people, there = world.people, np.flatnonzero(world.age != VACANT)
    nth = np.zeros(degree.size, np.int64)
    nth[there] = np.arange(there.size)
    return Snapshot(
        world.tier[there].astype(np.int64),
        world.grid[there].astype(np.int64),
        np.column_stack([nth[one[shown]], nth[other[shown]]]),
        tuple(map(people.name_of, there.tolist())) if people.ids else (),
        people.grid_names,
    )
