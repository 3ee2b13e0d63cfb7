"""Bringing: the residents and ties of one's own are read once before anything is written, so that mistakes show early."""

from itertools import islice

from experiments.design import Study


def read_own_files(study: Study) -> None:
    """Read every file of residents or ties that the study's communities name.

    Raises ConfigError with what is wrong in them, row by row.
    """
    from sim import load_config
    from sim.networks import ties
    from sim.population import founders

    seen: set[object] = set()
    for run in islice(study.runs(), len(study.arms) * len(study.points)):
        job = study.job(run)
        files = tuple((path, value) for path, value in job.changes if path.endswith("_file"))
        if (job.community, files) in seen:
            continue
        seen.add((job.community, files))
        config = load_config(job.community, set=dict(job.changes))
        if config.population.residents_file or config.network.ties_file:
            ties(config.network, founders(config.population, run.seed), run.seed)
