"""Speed of the week: resident-weeks a second, what each phase costs, memory, workers. Ratios of one run; never a timed test.

python tests/benchmarks/bench_week.py [speed|policies|phases|scale|memory|build|ensemble]
"""

import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sim import POLICIES, Simulation, load_config
from sim.model_parameters import Config
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
    """Cost of a resident-week by size, relative to 2,000 residents."""
    costs = {
        residents: best_week(residents, weeks, 3) / residents
        for residents, weeks in ((2_000, 260), (20_000, 39), (200_000, 8), (1_000_000, 4))
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
    """What each phase costs, in nanoseconds a resident-week (best and mean of many weeks)."""
    for residents, weeks in ((2_000, 400), (100_000, 16)):
        simulation = Simulation(place(residents), seed=1).run_for(15)
        taken = np.empty((weeks, len(WEEK)))
        for week in range(weeks):
            simulation.begin_week()
            for at, phase in enumerate(WEEK):
                began = time.perf_counter()
                phase.run(*simulation.arguments_of(phase))
                taken[week, at] = time.perf_counter() - began
            simulation.end_week()
        print(f"{residents:,} residents")
        for at, phase in enumerate(WEEK):
            print(
                f"  {phase.name:28s} best {taken[:, at].min() / residents * 1e9:7.2f}   mean {taken[:, at].mean() / residents * 1e9:7.2f}"
            )
        print(
            f"  {'all':28s} best {taken.min(axis=0).sum() / residents * 1e9:7.2f}   mean {taken.mean(axis=0).sum() / residents * 1e9:7.2f}"
        )


def memory() -> None:
    """Peak memory of a run of 1,000,000 residents, less that of a tiny one, against 400 bytes a resident and 40 a tie."""
    peaks = [
        int(
            subprocess.run(
                [sys.executable, __file__, "_peak", str(n)], capture_output=True, text=True, check=True
            ).stdout.split()[-2]
        )
        for n in (1_000, 1_000_000)
    ]
    ties = int(
        subprocess.run(
            [sys.executable, __file__, "_peak", "1000000"], capture_output=True, text=True, check=True
        ).stdout.split()[-1]
    )
    used = 1024 * (peaks[1] - peaks[0])
    print(
        f"1,000,000 residents, {ties:,} ties: {used / 1e6:,.0f} MB above a small run; {(used - 40 * ties) / 1e6:.0f} bytes a resident after 40 a tie"
    )


def _peak(residents: int) -> None:
    simulation = Simulation(place(residents), seed=1).run_for(3)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, int(simulation.world.degree.sum()) // 2)


def build() -> None:
    """Seconds to draw people and ties."""
    for residents in (2_000, 100_000):
        config = place(residents)
        Simulation(config, seed=1)
        began = time.perf_counter()
        Simulation(config, seed=2)
        print(f"{residents:>9,} residents: drawn with their ties in {time.perf_counter() - began:.3f} s")


def _one(seed: int) -> float:
    return float(Simulation(place(2_000), seed=seed).run_for(260).weekly()["participation"][-1])


def ensemble() -> None:
    """80 runs of 260 weeks and 2,000 residents: one thread against two."""
    _one(0)
    taken = {1: np.inf, 2: np.inf}
    for _ in range(2):
        for workers in taken:
            began = time.perf_counter()
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(_one, range(80)))
            taken[workers] = min(taken[workers], time.perf_counter() - began)
    print(f"80 runs: {taken[1]:.1f} s on one thread, {taken[2]:.1f} s on two: {taken[1] / taken[2]:.2f} times")


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["speed", "policies", "phases", "scale", "memory", "build", "ensemble"]
    if wanted[0] == "_peak":
        _peak(int(wanted[1]))
    else:
        for name in wanted:
            globals()[name]()
