"""What waiting for the disk costs: the same study of short runs with `os.fsync` and without, in turns. Never a timed test.

python tests/benchmarks/bench_store.py [ROUNDS [RUNS]]    (7 rounds, 400 runs of some 10 ms)
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from experiments.reporting.console import terminal
from experiments.runs.executor import perform
from experiments.runs.store import Store
from experiments.study.design import Study
from experiments.study.loader import read_study
from experiments.tasks.run import warm

STUDY = """\
title: Short runs
community: classroom
weeks: 26
window: 8
set: {{population.residents: 200, population.grids: 2}}
arms: {{nothing: [], vanguard: [vanguard: {{size: 3}}]}}
replicates: {replicates}
"""
TRUE_FSYNC = os.fsync


class Clock:
    """Counts the seconds inside `os.fsync`."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def fsync(self, file: int) -> None:
        """Wait as the system does, and count it."""
        began = time.perf_counter()
        TRUE_FSYNC(file)
        self.seconds += time.perf_counter() - began


def once(study: Study, fsync: Callable[[int], None]) -> float:
    """Seconds of a study in a new folder on this disk; runs of this very process, where every wait counts."""
    os.fsync = fsync  # type: ignore[assignment]
    try:
        with TemporaryDirectory(prefix="linli-bench-", dir=Path.cwd()) as folder:
            store = Store(Path(folder)).open()
            began = time.perf_counter()
            perform(study, store, workers=1)
            return time.perf_counter() - began
    finally:
        os.fsync = TRUE_FSYNC


def main(said: Sequence[str]) -> None:
    """Print the medians, their ratio and the share of time inside `os.fsync`."""
    rounds, runs = (int(word) for word in (*said, *("7", "400")[len(said) :]))
    with TemporaryDirectory(prefix="linli-bench-") as folder:
        path = Path(folder) / "short.yaml"
        path.write_text(STUDY.format(replicates=max(3, runs // 2)), "utf-8")
        study, clock = read_study(path), Clock()
        warm(study, terminal(quiet=True))
        once(study, lambda _: None)
        true, without = list[float](), list[float]()
        for number in range(rounds):
            for waits in (True, False) if number % 2 else (False, True):
                (true if waits else without).append(once(study, clock.fsync if waits else lambda _: None))
            print(f"with fsync {true[-1]:.2f} s, without {without[-1]:.2f} s", flush=True)
    with_it, bare = statistics.median(true), statistics.median(without)
    print(f"{runs} runs of {1000 * bare / runs:.1f} ms: median {with_it:.3f} s with fsync, {bare:.3f} s without")
    print(f"ratio of medians {with_it / bare:.4f}; {clock.seconds / sum(true):.2%} of the time inside fsync")


if __name__ == "__main__":
    main(sys.argv[1:])
