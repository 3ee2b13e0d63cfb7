"""What a worker needs, loaded and ready to run: imported by the process from which workers are forked."""

from contextlib import suppress

import experiments.runs.executor  # noqa: F401
from sim import Simulation, load_config
from sim.week import WEEK

if all(phase.ready for phase in WEEK):
    with suppress(Exception):  # whatever is wrong is for a run to say
        small = load_config("baseline", set={"population.residents": 200, "population.grids": 1})
        Simulation(small, seed=1).run_for(1).weekly()
