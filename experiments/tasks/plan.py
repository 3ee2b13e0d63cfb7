"""Planning: what a study would do, before anything starts."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
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
from experiments.reporting.names import arm_names
from experiments.reporting.result_tables import say_results, tables_of
from experiments.runs.executor import config_of, in_processes, perform, simulated
from experiments.runs.results import results_for
from experiments.runs.store import Series, Store
from experiments.runs.worker_pool import processors
from experiments.spoken import either, language, spoken
from experiments.study.caveats import Said, caveats, megabytes, size_in_words
from experiments.study.design import Job, Study
from experiments.study.own_files import read_own_files
from experiments.tasks.run import warm

FEW = 40
"""Runs with made-up numbers, or two a point, of which tables and figures are made to know how long that takes."""
LONGEST = 10.0
"""Seconds that a plan may take to see when a community is at rest."""
SIZE, LUCK = 0.05, 2.0
"""Households may be larger or smaller by this share than the configuration says, and by luck (over the root of the residents), unsaid."""
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
    others: Said | None
    """In English and Chinese that other numbers of residents live there at the start than are asked for; None where they do not."""

    @property
    def seconds(self) -> float:
        """How long it takes in all."""
        return self.start + self.running / self.processors + self.showing


def planned(study: Study, folder: Path, console: Console) -> Plan:
    """Look at what is there, time short runs, keeping, tables and figures. Raises ConfigError for a user's own files.

    To be asked by a process that does nothing else, as a command or an errand of the desk: what it took until here is the start.
    """
    begun = time.process_time()  # what it took to start and to read the study
    for sentence in read_own_files(study):
        console.print(sentence)
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
    tried, ended = _tried(study, a_week * weeks)
    rest, others = _rest(study, ended), _others_live_there(tried, ended)
    return Plan(runs, different, todo, start, seconds, most, showing, disk, processors(), rest, len(tried), others)


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
        replicates = spoken(
            "{first} at first, then until half-widths are {wanted}; {most} at most",
            first=file.first_look, wanted=wanted, most=file.most,
        )  # fmt: skip
    if plan.most is not None:
        longest = _duration(plan.most / plan.processors)
        most = spoken("; with {most} replicates {time}", most=file.most, time=longest)
    told = (
        (spoken("arms"), spoken(", ").join(_called(study))),
        (spoken("points"), f"{len(study.points)} ({file.design.method})"),
        (spoken("replicates"), replicates),
        (
            spoken("runs"),
            spoken("{runs}; {different} different, {todo} to do", runs=plan.runs, different=plan.different, todo=plan.todo),
        ),
        (spoken("weeks"), spoken("{weeks} a run, {all} in all", weeks=file.weeks, all=f"{plan.todo * file.weeks:,}")),
        (
            spoken("time"),
            spoken(
                "about {time} on {many} processors{most}: {start} to start and load, {runs} for the runs, {showing} for tables "
                "and figures",
                time=_duration(plan.seconds), many=plan.processors, most=most, start=_duration(plan.start),
                runs=_duration(plan.running / plan.processors), showing=_duration(plan.showing),
            ),
        ),
        (
            spoken("work"),
            spoken(
                "{time} of processor time, of which the runs {runs}",
                time=_duration(plan.start + plan.running + plan.showing), runs=_duration(plan.running),
            ),
        ),
        (spoken("disk"), spoken("about {megabytes} MB", megabytes=f"{plan.megabytes:,.1f}")),
        (spoken("at rest"), _at_rest_in_words(study, plan)),
        (spoken("folder"), str(folder)),
    )  # fmt: skip
    names = Words("", [Text(name, style="bold") for name, _ in told])
    for table in spread([names, Words("", [words for _, words in told])], console.width, plain=True, heads=False):
        console.print(table)
    for pair in (*caveats(study), *filter(None, [plan.others])):
        console.print(either(pair), style="yellow")


def _called(study: Study) -> list[str]:
    """The arms by their names, in Chinese with what they are called beside them."""
    if language() == "en":
        return list(study.arms)
    return [arm if name == arm else f"{arm}（{name}）" for arm, name in arm_names(study, "zh").items()]


def _tried(study: Study, a_run: float) -> tuple[list[Job], list[Series]]:
    """As many of three runs of the first arm at the first point as a plan has time for, and the weeks of those that ended."""
    many = max(0, min(3, int(LONGEST / max(a_run, 1e-9)), study.file.replicates))
    jobs = (study.job(run) for run in study.runs() if run.arm == study.reference and run.point == 0)
    tried = list(islice(jobs, many))
    ended = [one.finished.weekly for one in in_processes(tried, None, 1, simulated) if one.finished] if tried else []
    return tried, [weekly for weekly in ended if len(weekly)]


def _rest(study: Study, ended: Sequence[Series]) -> dict[str, int | None]:
    """From which week on the outcomes are at rest in these runs."""
    there = [m for m in study.file.outcomes if ended and m in ended[0]]
    return {m: at_rest(np.array([one[m] for one in ended], float)) for m in there}


def _others_live_there(tried: Sequence[Job], ended: Sequence[Series]) -> Said | None:
    """That households of these runs grow to another size than their configuration says, so that other numbers live there."""
    if not ended:
        return None
    config = config_of(tried[0].community, dict(tried[0].changes))
    asked, said = config.population.residents, config.life.household_size
    size = float(np.mean([one["household_size"][:52].mean() for one in ended]))
    if not config.lives_go_on or abs(size / said - 1.0) <= SIZE + LUCK / asked**0.5:
        return None
    there = asked * size / said
    return (
        f"About {there:,.0f} residents live here at the start, and `population.residents` asks for {asked:,}: where lives go on, "
        f"households come to {size:.2f} persons, and `life.household_size` says {said:g}.",
        f"起始时这里约有{there:,.0f}名居民，而 `population.residents` 要求{asked:,}名：人生继续演进时，家庭规模为{size:.2f}人，"
        f"而 `life.household_size` 为{said:g}。",
    )


def _at_rest_in_words(study: Study, plan: Plan) -> str:
    from sim import METRICS

    file, weeks, many = study.file, plan.rest, plan.looked
    if many < 1:
        return spoken("not looked at: a run takes too long")
    if not weeks or all(week is None for week in weeks.values()):
        return spoken(
            "no outcome comes to rest in the first half of {weeks} weeks (MSER-5): a longer study would tell",
            weeks=file.weeks,
        )
    called = {m: METRICS[m].label_zh if language() == "zh" else m for m in weeks}
    named = spoken(", ").join(
        spoken("{metric} not in the first half", metric=called[m])
        if week is None
        else spoken("{metric} from week {week}", metric=called[m], week=week)
        for m, week in weeks.items()
    )
    latest = max(week for week in weeks.values() if week is not None)
    moving = [called[m] for m, week in weeks.items() if week is None or week > file.burn_in]
    if moving:
        advice = spoken(
            "at week {week}, when policies begin, {metrics} still moves" if len(moving) == 1
            else "at week {week}, when policies begin, {metrics} still move",
            week=file.burn_in, metrics=spoken(", ").join(moving),
        )  # fmt: skip
        advice += (
            spoken("; a burn-in of {weeks} weeks or more is advised", weeks=latest) if latest > file.burn_in else ""
        )
    else:
        advice = spoken("the burn-in of {weeks} weeks is enough", weeks=file.burn_in)
    return spoken(
        "{named} ({many} run of {arm}, MSER-5): {advice}" if many == 1 else "{named} ({many} runs of {arm}, MSER-5): {advice}",
        named=named, many=many, arm=study.reference, advice=advice,
    )  # fmt: skip


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
        last = last_words(longer.finished.error)
        console.print(
            spoken("A run of {weeks} weeks that was tried for this failed: {last}", weeks=job.weeks, last=last)
        )
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
    few = fewer(study)
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


def fewer(study: Study) -> Study:
    """The first points of a study: of a sample for sensitivity whole groups of them, as of the same design with fewer base points."""
    group = len(study.file.varies) + {"saltelli": 2, "morris": 1}.get(study.file.design.method, 0)
    if len(study.points) <= POINTS or group == len(study.file.varies):
        return replace(study, points=study.points[:POINTS])
    base = 1 << max(1, POINTS // group).bit_length() - 1  # a power of two, which Sobol sequences ask for
    design = study.file.design.model_copy(update={"points": base})
    file = study.file.model_copy(update={"design": design})
    return replace(study, file=file, points=study.points[: base * group])


def _figures_besides(tables: Tables) -> int:
    """How many figures there will be besides the first, by and large: drawing all of them takes longer than a plan may."""
    of_outcomes = len(tables.outcomes) if len(tables.points) <= MOST_ROWS else 0
    return of_outcomes + len(tables.varies) + len(("forest", "funnel", "groups", "tiers"))


def _made_up(job: Job) -> Series:
    from sim import METRICS

    chance = np.random.default_rng(job.seed)
    return {name: chance.random(job.weeks, np.float32) for name in METRICS}


def _duration(seconds: float) -> str:
    for size, name in ((86400, spoken("d")), (3600, spoken("h")), (60, spoken("min"))):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.1f} {spoken('s')}"
