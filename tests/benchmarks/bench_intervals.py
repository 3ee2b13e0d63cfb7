"""How often the program's intervals hold the truth: the tables of docs/intervals.md.

    python tests/benchmarks/model_pairs.py /tmp/pairs
    python tests/benchmarks/bench_intervals.py /tmp/pairs > table.md

Sets of pairs are drawn from laws whose mean is known, and, with replacement, from many pairs of the model's own runs, whose
mean is then the truth. Beside the interval stand Student's t and, of the width, how many times t's it is on average.
Of sets whose differences are all the same nothing is claimed but that: they do not count as missed. Standard error of a coverage: .002 (10,000 sets), of joint ones
and of stopping .007 (1,000). Half an hour;
a part is made alone with `one`, `all` or `until` at the end.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.analysis.effects import Asked, effect_of
from experiments.analysis.intervals import interval, joint_quantile, pairs_for, skewness, t_quantile
from experiments.analysis.stopping import FIRST, Wanted, needed, next_look

SIZES = (5, 10, 20, 40)
SETS, FEWER = 10_000, 1_000
OUTCOMES = ("cohesion", "unmet_needs", "participation", "unmet_elders_alone")
type Draw = Callable[[np.random.Generator, int], np.ndarray]

LAWS: dict[str, tuple[Draw, float]] = {
    "normal": (lambda chance, n: chance.standard_normal(n), 0.0),
    "Student's t, 3 degrees": (lambda chance, n: chance.standard_t(3, n), 0.0),
    "exponential": (lambda chance, n: chance.exponential(1, n), 1.0),
    "lognormal, log sd .8": (lambda chance, n: np.exp(0.8 * chance.standard_normal(n)), float(np.exp(0.32))),
}


def from_pairs(values: np.ndarray) -> tuple[Draw, float]:
    return (lambda chance, n: values[chance.integers(0, len(values), n)]), float(values.mean())


def differences(folder: Path, community: str) -> dict[str, tuple[Draw, float]]:
    """The vanguard's paired differences in each outcome, and how skewed they are."""
    found = {}
    runs = pd.read_parquet(folder / f"{community}.parquet")
    for metric in OUTCOMES:
        table = runs.pivot(index="replicate", columns="arm", values=metric)
        gaps = (table["vanguard"] - table["nothing"]).dropna().to_numpy()
        found[f"{community}, {metric} ({len(gaps):,} pairs, skewness {skewness(gaps):.1f})"] = from_pairs(gaps)
    return found


def covered(draw: Draw, truth: float, n: int) -> str:
    chance, held, plain, wide = np.random.default_rng(n), 0, 0, np.zeros(2)
    t = t_quantile(n)
    for _ in range(SETS):
        x = draw(chance, n)
        low, high = interval(x)
        half = t * x.std(ddof=1) / np.sqrt(n)
        held += low == high or low <= truth <= high
        plain += abs(x.mean() - truth) <= half
        wide += high - low, 2 * half
    return f"{held / SETS:.3f} ({plain / SETS:.3f}; {wide[0] / wide[1]:.2f})"


def joint(columns: Callable[[np.random.Generator, int], np.ndarray], truth: np.ndarray, n: int) -> str:
    """Four arms or more at once; how often all of their intervals hold."""
    chance, held = np.random.default_rng(n), 0
    for _ in range(FEWER):
        table = columns(chance, n)
        quantile = joint_quantile(table)
        ends = np.array([interval(column, quantile) for column in table.T])
        held += bool(((ends[:, 0] == ends[:, 1]) | (ends[:, 0] <= truth) & (truth <= ends[:, 1])).all())
    return f"{held / FEWER:.3f}"


def jointly(name: str, rho: float) -> tuple[Callable[[np.random.Generator, int], np.ndarray], np.ndarray]:
    """Four arms whose differences correlate, of a law."""
    skewed = name.startswith("lognormal")

    def columns(chance: np.random.Generator, n: int) -> np.ndarray:
        z = np.sqrt(rho) * chance.standard_normal((n, 1)) + np.sqrt(1 - rho) * chance.standard_normal((n, 4))
        return np.exp(0.8 * z) if skewed else z

    return columns, np.full(4, LAWS[name][1])


def arms(folder: Path, community: str, outcomes: tuple[str, ...]):
    """The model's three arms in some outcomes at once."""
    runs = pd.read_parquet(folder / f"{community}.parquet")
    gaps = []
    for metric in outcomes:
        table = runs.pivot(index="replicate", columns="arm", values=metric).dropna()
        gaps += [table[arm] - table["nothing"] for arm in ("vanguard", "recognition", "training")]
    whole = np.column_stack(gaps)
    return (lambda chance, n: whole[chance.integers(0, len(whole), n)]), whole.mean(axis=0)


def stopped(draw: Draw, truth: float, half: float, most: int = 5000) -> tuple[float, float]:
    """Coverage and mean pairs of a study that runs until its interval is narrow."""
    chance, held, pairs = np.random.default_rng(1), 0, 0
    for _ in range(FEWER):
        x, n = draw(chance, most), FIRST
        while (look := next_look(n, needed(x[:n], half, FIRST), most)) > n:
            n = look
        one = effect_of(x[:n], np.zeros(n), label=(0, "a", "m"), asked=Asked(until={"m": Wanted(half)}))
        held, pairs = held + (one.low <= truth <= one.high), pairs + n
    return held / FEWER, pairs / FEWER


def heads(title: str, columns: list[str]) -> None:
    print(f"\n{title}\n\n| differences | {' | '.join(columns)} |\n|---{'|---' * len(columns)}|")


def main(folder: Path, parts: list[str]) -> None:
    communities = [name for name in ("classroom", "baseline") if (folder / f"{name}.parquet").exists()]
    laws = LAWS | {k: v for name in communities for k, v in differences(folder, name).items()}
    if "one" in parts:
        heads("One effect: coverage (of t; width in those of t)", [f"n = {n}" for n in SIZES])
        for name, (draw, truth) in laws.items():
            print(f"| {name} |", " | ".join(covered(draw, truth, n) for n in SIZES), "|", flush=True)
    if "all" in parts:
        heads("All at once: coverage", [f"n = {n}" for n in SIZES])
        for name, (columns, truth) in jointly_all(folder, communities).items():
            print(f"| {name} |", " | ".join(joint(columns, truth, n) for n in SIZES), "|", flush=True)
    if "until" in parts:
        heads("Until it is narrow: coverage; pairs over the oracle's", ["oracle 60 pairs", "oracle 120 pairs"])
        for name, (draw, truth) in laws.items():
            print(f"| {name} |", " | ".join(until(draw, truth, name, oracle) for oracle in (60, 120)), "|", flush=True)


def jointly_all(folder: Path, communities: list[str]):
    several = {
        f"4 arms, {name}, correlation {rho}": jointly(name, rho)
        for name in ("normal", "lognormal, log sd .8")
        for rho in (0.0, 0.9)
    }
    for name in communities:
        several[f"{name}, 3 arms, unmet needs"] = arms(folder, name, ("unmet_needs",))
        several[f"{name}, 3 arms x 3 primary outcomes"] = arms(folder, name, OUTCOMES[:3])
    return several


def until(draw: Draw, truth: float, name: str, oracle: int) -> str:
    """Against somebody who knows spread and skewness and needs this many pairs for the half-width."""
    sample = draw(np.random.default_rng(2), 1_000_000)
    sd, skew = float(sample.std()), 0.0 if name in ("normal", "Student's t, 3 degrees") else skewness(sample)
    wanted = next(h for h in np.geomspace(sd * 2, sd / 50, 400) if pairs_for(sd, float(h), skew) >= oracle)
    held, pairs = stopped(draw, truth, float(wanted))
    return f"{held:.3f}; {pairs / oracle:.2f}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or ["one", "all", "until"])
