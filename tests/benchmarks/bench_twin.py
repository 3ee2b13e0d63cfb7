"""How many times faster the compiled week is than the same week in plain Python on Mesa agents, measured in one run."""

import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))
from plain_twin import Twin

from sim import Simulation, load_config

RESIDENTS = 2_000
GOAL = 60


def seconds_a_week(residents: int = RESIDENTS, fast_weeks: int = 1_040, plain_weeks: int = 8) -> tuple[float, float]:
    """Seconds a week of the fast week with all weekly metrics, and of the plain one, after a warm-up of both."""
    config = load_config("baseline", set={"population.residents": residents})
    fast, plain = Simulation(config, seed=7).run_for(13), Twin(config, seed=7)
    fast.weekly()
    plain.step()
    start = perf_counter()
    fast.run_for(fast_weeks).weekly()
    middle = perf_counter()
    for _ in range(plain_weeks):
        plain.step()
    return (middle - start) / fast_weeks, (perf_counter() - middle) / plain_weeks


def report() -> str:
    """The ratio in words, with the speed in resident-weeks a second."""
    fast, plain = seconds_a_week()
    return (
        f"{RESIDENTS:,} residents: {fast * 1e3:.3f} ms a week "
        f"({RESIDENTS / fast / 1e6:.1f} million resident-weeks a second) "
        f"against {plain * 1e3:.0f} ms in plain Python on Mesa agents: {plain / fast:.0f} times as fast (goal {GOAL})"
    )


if __name__ == "__main__":
    print(report())
