"""Planning: what a study would do, before anything starts."""

import time
from pathlib import Path

from rich.text import Text

from experiments.crew import processors
from experiments.design import Study
from experiments.execution import simulated
from experiments.session import warm
from experiments.store import Store
from experiments.terminal import Words, spread, terminal


def say_plan(study: Study, folder: Path) -> None:
    """Print runs, weeks, estimated time and disk; one short run is timed for it."""
    from sim import METRICS

    console = terminal()
    runs = list(study.runs())
    different = {run.run: run for run in runs}
    store = Store(folder)
    there = {*store.finished(), *store.waiting()} if store.aside.is_dir() else store.finished()
    todo = [run for run in different if run not in there]
    weeks = study.file.weeks
    warm(study, console)
    probe = study.job(runs[-1])._replace(weeks=max(1, min(weeks, 26)))
    simulated(probe._replace(weeks=1))
    clock = time.perf_counter()
    simulated(probe._replace(weeks=1))
    start = time.perf_counter() - clock
    clock = time.perf_counter()
    simulated(probe)
    a_week = max(time.perf_counter() - clock - start, 0) / max(probe.weeks - 1, 1)
    seconds = len(todo) * (start + a_week * weeks)
    file, replicates, most = study.file, str(study.file.replicates), ""
    if file.until:
        wanted = ", ".join(f"{name} {width}" for name, width in file.until.items())
        replicates = f"{file.replicates} at first, then until half-widths are {wanted}; {file.most} at most"
        longest = seconds + (file.most - file.replicates) * len(different) / file.replicates * (start + a_week * weeks)
        most = f"; with {file.most} replicates {_duration(longest / processors())}"
    told = (
        ("arms", ", ".join(study.arms)),
        ("points", f"{len(study.points)} ({study.file.design.method})"),
        ("replicates", replicates),
        ("runs", f"{len(runs)}; {len(different)} different, {len(todo)} to do"),
        ("weeks", f"{weeks} a run, {len(todo) * weeks:,} in all"),
        (
            "time",
            f"about {_duration(seconds / processors())} on {processors()} processors ({_duration(seconds)} of work){most}",
        ),
        ("disk", f"about {len(different) * weeks * len(METRICS) * 4 * 0.6 / 1e6:,.1f} MB"),
        ("folder", str(folder)),
    )
    names = Words("", [Text(name, style="bold") for name, _ in told])
    for table in spread([names, Words("", [said for _, said in told])], console.width, plain=True, heads=False):
        console.print(table)


def _duration(seconds: float) -> str:
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.1f} s"
