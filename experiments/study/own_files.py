"""Bringing: the residents and ties of one's own are read once before anything is written, so that mistakes show early."""

from itertools import islice
from typing import TYPE_CHECKING

from experiments.spoken import spoken
from experiments.study.design import Study
from sim.config.validate import as_they_are
from sim.config.yaml import ConfigError, Problem, Spot, shown_path

if TYPE_CHECKING:
    from sim.state.own_columns import OwnColumns

OF_FILES = (
    *("population.residents_file", "population.residents_weight", "population.residents_weighted_to"),
    *("network.ties_file", "network.symmetrise", "network.strength_from", "network.strength_scale"),
)
"""Parameters that say how a user's files are read."""


def read_own_files(study: Study) -> list[str]:
    """Read every file of residents or ties that the study's communities name; returns what is to be said of outcomes by group.

    Raises ConfigError with what is wrong in them, row by row, or with a policy or outcomes meant for a column that they
    do not have.
    """
    from sim import POLICIES, load_config
    from sim.by_group import MOST, columns_of, different_values
    from sim.founding.networks import ties
    from sim.founding.population import founders
    from sim.state.selectors import check_own

    seen: dict[object, OwnColumns | None] = {}
    problems: dict[Problem, None] = {}
    for run in islice(study.runs(), len(study.arms) * len(study.points)):
        job = study.job(run)
        files = tuple((path, value) for path, value in job.changes if path in OF_FILES)
        if (job.community, files) not in seen:
            config, people = load_config(job.community, set=as_they_are(dict(job.changes))), None
            if config.population.residents_file or config.network.ties_file:
                people = founders(config.population, run.seed)
                ties(config.network, people, run.seed)
            seen[job.community, files] = people.own if people else None
        for name, doses in job.policies:
            for part, _ in POLICIES[name](**doses).acting(1.0):
                try:
                    if part.where is not None:
                        check_own(part.where, seen[job.community, files])
                except ValueError as error:
                    spot = Spot(shown_path(study.path))
                    problems[Problem(spot, f"arms.{run.arm}.{name}.where", f"{part.where!r}: {error}", "")] = None
    kept, left = dict[str, None](), dict[str, int]()
    for own in seen.values():
        try:
            columns = columns_of(own, study.file.groups)
        except ValueError as error:
            problems[Problem(Spot(shown_path(study.path)), "groups", str(error), "")] = None
            continue
        kept |= dict.fromkeys(columns)
        for name in own.columns if own is not None and study.file.groups is None else ():
            if name not in ("id", "grid", *columns):
                left[name] = len(different_values(own.columns[name])) if own is not None else 0
    if problems:
        raise ConfigError(problems)
    said = [spoken("Outcomes are given by {columns}.", columns=", ".join(kept))] if kept else []
    if left:
        counted = ", ".join(f"{name} ({many:,})" for name, many in left.items())
        said.append(
            spoken(
                "Not by {counted} different values: `groups` of the study can name columns of 2 to {most}.",
                counted=counted,
                most=MOST,
            )
        )
    return said
