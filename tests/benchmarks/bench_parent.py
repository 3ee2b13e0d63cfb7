"""Scale of the parent: what `linli run` of very many short runs takes beside the simulations themselves. Never a timed test.

python tests/benchmarks/bench_parent.py [RUNS]    (20,000)

Prints peak memory of the command's own process, processor time against the same simulations one after another in one
process, files and bytes, and what compare, report and figures take afterwards.
"""

import contextlib
import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from experiments.reporting.console import terminal
from experiments.runs.executor import simulated
from experiments.study.loader import read_study
from experiments.tasks.run import warm

PR_SET_CHILD_SUBREAPER = 36
POINTS = 10
STUDY = """\
title: Very many short runs
community: classroom
weeks: 10
burn_in: 2
window: 8
set: {{population.residents: 60, population.grids: 2}}
arms: {{nothing: [], vanguard: [vanguard: {{size: 3}}]}}
varies: {{moving.annual_rate: {rates}}}
replicates: {replicates}
"""
COMPARE = "import sys; from pathlib import Path; from experiments import compare; print(len(compare(sys.argv[1], Path(sys.argv[2])).effects()))"
BARE = 2_000
"""Simulations in one process; the cost of one hardly depends on their number."""


def written(folder: Path, runs: int) -> Path:
    """A study of so many runs."""
    path, rates = folder / "many.yaml", [round(0.05 + 0.02 * point, 2) for point in range(POINTS)]
    path.write_text(STUDY.format(rates=rates, replicates=max(3, runs // (2 * POINTS))), "utf-8")
    return path


def measured(*said: str) -> tuple[float, float, float]:
    """Run Python with these arguments: seconds, processor seconds with those of all its processes, its own peak memory in MB.

    Workers are not its children and outlive it: where the system allows it they become this process's when it has ended.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before, began, peak = os.times(), time.perf_counter(), 0
    process = subprocess.Popen([sys.executable, *said], stdout=subprocess.DEVNULL)
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        for line in status.read_text("utf-8").splitlines():
            if line.startswith("VmHWM"):
                peak = max(peak, int(line.split()[1]))
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"{' '.join(said)} ended with {process.returncode}")
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, spent, peak / 1024


def bare(path: Path, runs: int) -> float:
    """Processor seconds of one simulation, with nothing beside it."""
    study = read_study(path)
    jobs = [study.job(run) for run in islice(study.runs(), 0, None, max(1, runs // BARE))]
    simulated(jobs[0])
    began = time.process_time()
    for job in jobs:
        simulated(job)
    return (time.process_time() - began) / len(jobs)


def main(said: Sequence[str]) -> None:
    """Print everything, of so many runs."""
    with TemporaryDirectory(prefix="linli-bench-") as made:
        folder = Path(made)
        runs = int(said[0]) if said else 20_000
        path, out = written(folder, runs), folder / "out"
        warm(read_study(path), terminal(quiet=True))
        alone = bare(path, runs)
        linli = ("-m", "experiments")
        steps = {
            "run": (*linli, "run", str(path), "--out", str(out)),
            "run, when all is done": (*linli, "run", str(path), "--out", str(out)),
            "compare": ("-c", COMPARE, str(path), str(out)),
            "report": (*linli, "report", str(path), "--out", str(out)),
            "figures": (*linli, "figures", str(path), "--out", str(out)),
        }
        spent = {}
        for name, step in steps.items():
            seconds, spent[name], peak = measured(*step)
            print(
                f"{name:22} {seconds:7.1f} s, {spent[name]:7.1f} s of processor time, {peak:5.0f} MB at most",
                flush=True,
            )
        each = (spent["run"] - spent["run, when all is done"]) / runs
        print(f"a run {1000 * each:.2f} ms of processor time, bare {1000 * alone:.2f} ms: {each / alone:.2f} times")
        print(f"the whole command: {spent['run'] / (alone * runs):.2f} times the bare simulations")
        sizes = [file.stat().st_size for file in out.rglob("*") if file.is_file()]
        print(f"{len(sizes)} files, {sum(sizes) / 1e6:.1f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
