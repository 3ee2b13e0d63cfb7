"""Planning: what a study would do, before anything starts."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.text import Text

from experiments.analysis.warm_up import at_rest
from experiments.reporting.console import Words, last_words, spread, terminal
from experiments.reporting.figures import draw_all
from experiments.reporting.figures.outcome import MOST_ROWS
from experiments.reporting.figures.tables import Tables
from experiments.reporting.result_tables import say_results, tables_of
from experiments.runs.executor import in_processes, perform, simulated
from experiments.runs.results import results_for
from experiments.runs.store import Series, Store
from experiments.runs.worker_pool import processors
from experiments.study.caveats import caveats, megabytes, size_in_words
from experiments.study.design import Job, Study
from experiments.study.own_files import read_own_files
from experiments.tasks.run import warm

FEW = 40
"""Runs with made-up numbers, or two a point, of which tables and figures are made to know how long that takes."""
LONGEST = 10.0
"""Seconds that a plan may take to see when a community is at rest."""
POINTS = 200
"""Points at most of which they are made."""


@dataclass(frozen=True)
class Plan:
    """What a study would do, in numbers: runs, and seconds of this machine."""

    runs: int
    different: int
    todo: int
    start: float
    """To start, to load the model and to read the study."""
    running: float
    """Processor time of the runs."""
    most: float | None
    """The same where `until` asks for as many replicates as it may; None without it."""
    showing: float
    """For tables and figures."""
    megabytes: float
    processors: int
    rest: dict[str, int | None]
    """For each outcome the week from which on it is at rest in the first arm; None: not in the first half of the weeks."""
    looked: int
    """Runs in which that was looked at; 0 where a run takes too long."""

    @property
    def seconds(self) -> float:
        """How long it takes in all."""
        return self.start + self.running / self.processors + self.showing


def planned(study: Study, folder: Path, console: Console) -> Plan:
    """Look at what is there, time short runs, keeping, tables and figures. Raises ConfigError for a user's own files.

    To be asked by a process that does nothing else, as a command or an errand of the desk: what it took until here is the start.
    """
    begun = time.process_time()  # what it took to start and to read the study
    for said in read_own_files(study):
        console.print(said)
    file, weeks = study.file, study.file.weeks
    roots = len({study.root(arm, point).digest() for point in range(len(study.points)) for arm in study.arms})
    runs, different = len(study.arms) * len(study.points) * file.replicates, roots * file.replicates
    store = Store(folder)
    there = {*store.finished(), *store.waiting()} if store.aside.is_dir() else store.finished()
    todo = different - (len({run.run for run in study.runs() if run.run in there}) if there else 0)
    warm(study, console)
    start, a_run, a_week = _measured(study.job(study.last_run()), console)
    keeping, showing = _kept_and_shown(study)
    start, a_run = start + begun, a_run + keeping
    seconds = todo * (a_run + a_week * weeks)
    most = seconds + (file.most - file.replicates) * roots * (a_run + a_week * weeks) if file.until else None
    disk = megabytes(different, weeks)
    rest, looked = _rest(study, a_week * weeks)
    return Plan(runs, different, todo, start, seconds, most, showing, disk, processors(), rest, looked)


def say_plan(study: Study, folder: Path) -> None:
    """Print size, runs, weeks, time and disk, and what the design cannot tell.

    The size comes first, by arithmetic. Memory hangs on the points, not on the runs. Raises ConfigError for what is wrong in a
    user's own residents or ties.
    """
    console = terminal()
    console.print(size_in_words(study.file))
    plan, file = planned(study, folder, console), study.file
    replicates, most = str(file.replicates), ""
    if file.until:
        wanted = ", ".join(f"{name} {width}" for name, width in file.until.items())
        replicates = f"{file.first_look} at first, then until half-widths are {wanted}; {file.most} at most"
    if plan.most is not None:
        most = f"; with {file.most} replicates {_duration(plan.most / plan.processors)}"
    told = (
        ("arms", ", ".join(study.arms)),
        ("points", f"{len(study.points)} ({file.design.method})"),
        ("replicates", replicates),
        ("runs", f"{plan.runs}; {plan.different} different, {plan.todo} to do"),
        ("weeks", f"{file.weeks} a run, {plan.todo * file.weeks:,} in all"),
        (
            "time",
            f"about {_duration(plan.seconds)} on {plan.processors} processors{most}: "
            f"{_duration(plan.start)} to start and load, {_duration(plan.running / plan.processors)} for the runs, "
            f"{_duration(plan.showing)} for tables and figures",
        ),
        (
            "work",
            f"{_duration(plan.start + plan.running + plan.showing)} of processor time, of which the runs {_duration(plan.running)}",
        ),
        ("disk", f"about {plan.megabytes:,.1f} MB"),
        ("at rest", _at_rest_in_words(study, plan)),
        ("folder", str(folder)),
    )
    names = Words("", [Text(name, style="bold") for name, _ in told])
    for table in spread([names, Words("", [said for _, said in told])], console.width, plain=True, heads=False):
        console.print(table)
    for said, _ in caveats(study):
        console.print(said, style="yellow")


def _rest(study: Study, a_run: float) -> tuple[dict[str, int | None], int]:
    """From which week on the first arm's outcomes are at rest at the first point, in as many of three runs as a plan has time for."""
    file, many = study.file, min(3, int(LONGEST / max(a_run, 1e-9)), study.file.replicates)
    if many < 1:
        return {}, 0
    jobs = (study.job(run) for run in study.runs() if run.arm == study.reference and run.point == 0)
    ended = [one.finished.weekly for one in in_processes(islice(jobs, many), None, 1, simulated) if one.finished]
    ended = [weekly for weekly in ended if len(weekly)]
    return {
        m: at_rest(np.array([one[m] for one in ended], float)) for m in file.outcomes if ended and m in ended[0]
    }, many


def _at_rest_in_words(study: Study, plan: Plan) -> str:
    file, weeks, many = study.file, plan.rest, plan.looked
    if many < 1:
        return "not looked at: a run takes too long"
    if not weeks or all(week is None for week in weeks.values()):
        return f"no outcome comes to rest in the first half of {file.weeks} weeks (MSER-5): a longer study would tell"
    named = ", ".join(
        f"{m} {'not in the first half' if week is None else f'from week {week}'}" for m, week in weeks.items()
    )
    latest = max(week for week in weeks.values() if week is not None)
    moving = [m for m, week in weeks.items() if week is None or week > file.burn_in]
    advice = (
        f"at week {file.burn_in}, when policies begin, {', '.join(moving)} still move{'s' * (len(moving) == 1)}"
        if moving
        else ""
    )
    advice += f"; a burn-in of {latest} weeks or more is advised" if moving and latest > file.burn_in else ""
    advice = advice or f"the burn-in of {file.burn_in} weeks is enough"
    return f"{named} ({many} run{'s' * (many > 1)} of {study.reference}, MSER-5): {advice}"


def _measured(job: Job, console: Console) -> tuple[float, float, float]:
    """Processor time to load what workers need, seconds for a run to begin, and for a week: of short runs in such a worker."""
    job = job._replace(weeks=max(2, min(job.weeks, 26)))
    begun = _childrens_time()
    subprocess.run(
        [sys.executable, "-c", "import experiments.runs.preloaded"], check=False, cwd=Path(__file__).parents[2]
    )
    loading = _childrens_time() - begun
    _, short, longer = in_processes([job._replace(weeks=1), job._replace(weeks=1), job], None, 1, simulated)
    if longer.failed and longer.finished and longer.finished.error:
        said = last_words(longer.finished.error)
        console.print(f"A run of {job.weeks} weeks that was tried for this failed: {said}")
    a_week = max(longer.seconds - short.seconds, 0.0) / (job.weeks - 1)
    return loading, max(short.seconds - a_week, 0.0), a_week


def _childrens_time() -> float:
    """Processor time of the programs that this one has started and that have ended."""
    took = os.times()
    return took.children_user + took.children_system


def _kept_and_shown(study: Study) -> tuple[float, float]:
    """Processor time to keep a run, and to make tables and figures: of runs of this study whose numbers are made up.

    Two figures are drawn, the first with all that it loads; the others count as much as the second.
    """
    few = replace(study, points=study.points[:POINTS])
    few = few.with_replicates(max(2, min(study.file.replicates, FEW // (len(few.points) * len(few.arms)))))
    with tempfile.TemporaryDirectory(prefix="linli-plan-") as beside:
        store, begun = Store(Path(beside)).open(), time.process_time()
        tally = perform(few, store, workers=1, simulate=_made_up)
        kept = time.process_time()
        results = results_for(few, store)
        results.each.write_runs()
        tables = tables_of(results)
        say_results(terminal(quiet=True), results.study, tables)
        draw_all(tables, store.folder, only=("plane",))  # with what the first figure loads
        first = time.process_time()
        draw_all(tables, store.folder, only=("tiers",))
        one = time.process_time() - first
        return (kept - begun) / max(tally.done, 1), first - kept + one * _figures_besides(tables)


def _figures_besides(tables: Tables) -> int:
    """How many figures there will be besides the first, by and large: drawing all of them takes longer than a plan may."""
    of_outcomes = len(tables.outcomes) if len(tables.points) <= MOST_ROWS else 0
    return of_outcomes + len(tables.varies) + len(("forest", "funnel", "groups", "tiers"))


def _made_up(job: Job) -> Series:
    from sim import METRICS

    chance = np.random.default_rng(job.seed)
    return {name: chance.random(job.weeks, np.float32) for name in METRICS}


def _duration(seconds: float) -> str:
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.1f} s"
