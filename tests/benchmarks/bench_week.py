"""Speed of the week: resident-weeks a second, what each phase costs, memory, workers. Ratios of one run; never a timed test.

python tests/benchmarks/bench_week.py [speed|policies|phases|scale|memory|build|ensemble]
"""

import resource
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rich.console import Console

from experiments.runs.executor import Workers, perform, simulated
from experiments.runs.store import Store
from experiments.runs.worker_pool import preload_workers
from experiments.study.loader import read_study
from experiments.tasks.run import warm
from sim import POLICIES, Simulation, load_config
from sim.config.schema import Config
from sim.week import WEEK

PEOPLE_A_GRID = 200


def place(residents: int) -> Config:
    """The baseline with so many residents, 200 a grid."""
    return load_config(
        "baseline", set={"population.residents": residents, "population.grids": max(1, residents // PEOPLE_A_GRID)}
    )


def best_week(residents: int, weeks: int, rounds: int = 5) -> float:
    """Seconds of one week, all weekly metrics recorded: the best of some rounds, since machines are noisy."""
    simulation = Simulation(place(residents), seed=1).run_for(15)
    best = np.inf
    for _ in range(rounds):
        began = time.perf_counter()
        simulation.run_for(weeks)
        simulation.weekly()
        best = min(best, (time.perf_counter() - began) / weeks)
    return best


def speed() -> None:
    """Resident-weeks a second on one core."""
    for residents, weeks in ((2_000, 260), (100_000, 13)):
        week = best_week(residents, weeks)
        print(f"{residents:>9,} residents: {residents / week / 1e6:6.2f} million resident-weeks a second")


def scale() -> None:
    """Cost of a resident-week by size, relative to 2,000 residents: whole quarters, so that all have their slow metrics."""
    costs = {
        residents: best_week(residents, weeks, 3) / residents
        for residents, weeks in ((2_000, 260), (20_000, 39), (200_000, 13), (1_000_000, 13))
    }
    for residents, cost in costs.items():
        print(
            f"{residents:>9,} residents: {cost * 1e9:6.1f} ns a resident-week, {cost / costs[2_000]:.2f} times that at 2,000"
        )


def policies() -> None:
    """The week with every policy on at once, against the same week without: in turns, the median of their ratios.

    Time of the processor, so that whatever else the machine does counts less.
    """
    for residents, weeks, rounds in ((2_000, 60, 15), (100_000, 4, 9)):
        lives = [
            Simulation(place(residents), chosen, seed=1).run_for(30)
            for chosen in ([], [p() for p in POLICIES.values()])
        ]
        ratios = []
        for _ in range(rounds):
            taken = []
            for life in lives:
                began = time.process_time()
                life.run_for(weeks)
                taken.append((time.process_time() - began) / weeks)
            ratios.append(taken[1] / taken[0])
        low, middle, high = np.quantile(ratios, (0.1, 0.5, 0.9))
        print(
            f"{residents:>9,} residents: every policy at once costs {middle:.2f} times the week ({low:.2f} to {high:.2f}; at most 2 is the promise)"
        )


def phases() -> None:
    """What each phase costs, in nanoseconds a resident-week, and what Python adds on Monday and on Sunday night."""
    for residents, weeks in ((2_000, 520), (20_000, 52)):
        simulation = Simulation(place(residents), seed=1).run_for(14)
        moments = [
            ("Monday: begin_week", simulation.begin_week),
            *((one.name, partial(simulation.do, one)) for one in WEEK),
            ("Sunday night: end_week", simulation.end_week),
        ]
        for _, moment in moments:
            moment()
        taken = np.empty((weeks, len(moments)))
        for week in range(weeks):
            for at, (_, moment) in enumerate(moments):
                began = time.perf_counter()
                moment()
                taken[week, at] = time.perf_counter() - began
        taken *= 1e9 / residents
        print(f"{residents:,} residents" + 18 * " " + "best  median    mean")
        for (name, _), best, middle, mean in zip(
            moments, taken.min(axis=0), np.median(taken, axis=0), taken.mean(axis=0), strict=True
        ):
            print(f"  {name:28s} {best:7.2f} {middle:7.2f} {mean:7.2f}")
        print(
            f"  {'all':28s} {taken.min(axis=0).sum():7.2f} {np.median(taken, axis=0).sum():7.2f} {taken.mean(axis=0).sum():7.2f}"
        )


def memory() -> None:
    """Peak memory of a run of 1,000,000 residents, less that of a tiny one, against 400 bytes a resident and 40 a tie."""
    _peak_of(1_000)  # compiles what is not compiled yet, which takes memory of its own
    (small, _), (large, ties) = _peak_of(1_000), _peak_of(1_000_000)
    used = 1024 * (large - small)
    print(
        f"1,000,000 residents, {ties:,} ties: {used / 1e6:,.0f} MB above a small run; {(used - 40 * ties) / 1e6:.0f} bytes a resident after 40 a tie"
    )


def _peak_of(residents: int) -> tuple[int, int]:
    """Peak memory in kB and number of ties of a short run in a process of its own."""
    said = subprocess.run(
        [sys.executable, __file__, "_peak", str(residents)], capture_output=True, text=True, check=True
    )
    peak, ties = said.stdout.split()[-2:]
    return int(peak), int(ties)


def _peak(residents: int) -> None:
    simulation = Simulation(place(residents), seed=1).run_for(3)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    status = Path("/proc/self/status")
    if status.exists():  # on Linux the other number counts what the process that called this one took before
        peak = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    print(peak, int(simulation.world.degree.sum()) // 2)


def build() -> None:
    """Seconds to draw people and ties."""
    for residents in (2_000, 100_000):
        config = place(residents)
        Simulation(config, seed=1)
        began = time.perf_counter()
        Simulation(config, seed=2)
        print(f"{residents:>9,} residents: drawn with their ties in {time.perf_counter() - began:.3f} s")


ENSEMBLE = """
title: An ensemble
question: What does a second worker bring?
community: baseline
weeks: {weeks}
set: {{population.residents: 2000, population.grids: 10}}
replicates: {replicates}
arms:
  none: []
  recognition: [recognition]
  training: [training]
  vanguard: [vanguard]
"""


def ensemble() -> None:
    """80 runs of 260 weeks, and 400 runs of some 50 ms: one worker against two, results kept as in any study.

    In turns, each several times; the best of each, since machines are noisy. The workers' program is loaded before, as
    `linli run` loads it while it reads the study.
    """
    for weeks, replicates, rounds in ((260, 20, 7), (120, 100, 3)):
        taken: dict[tuple[int, Workers], list[float]] = {}
        with TemporaryDirectory() as folder:
            path = Path(folder) / "ensemble.yaml"
            path.write_text(ENSEMBLE.format(weeks=weeks, replicates=replicates), encoding="utf-8")
            study = read_study(path)
            warm(study, Console())
            for run in list(study.runs())[:: replicates or 1]:
                simulated(study.job(run))
            preload_workers()
            way: tuple[int, Workers]
            for at in range(rounds):
                for way in ((1, "processes"), (2, "processes"), (2, "threads")):
                    began = time.perf_counter()
                    tally = perform(study, Store(Path(folder) / f"{at}-{way}").open(), workers=way[0], by=way[1])
                    taken.setdefault(way, []).append(time.perf_counter() - began)
        one = taken[1, "processes"]
        print(
            f"{tally.done} runs of {weeks} weeks, {1e3 * min(one) / tally.done:.0f} ms a run: one worker {min(one):.1f} s"
        )
        for way in ((2, "processes"), (2, "threads")):
            times, middle = min(one) / min(taken[way]), np.median(one) / np.median(taken[way])
            print(f"  two {way[1]}: {min(taken[way]):.1f} s, {times:.2f} times as fast (medians: {middle:.2f})")


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["speed", "policies", "phases", "scale", "memory", "build", "ensemble"]
    if wanted[0] == "_peak":
        _peak(int(wanted[1]))
    else:
        for name in wanted:
            globals()[name]()
