"""Which inputs move the headlines of the baseline most, and what their values rest on: the table of docs/robustness.md.

    python tests/benchmarks/bench_inputs.py /tmp/inputs [points]

Every number of the baseline, of whatever grade, is moved at once, evenly between value / 1.5 and value x 1.5 (Latin hypercube), in 8
blocks of places that each have luck of their own. An input counts by its largest rank correlation with a headline. The folder keeps the
runs; `inputs.csv` there has all inputs.
"""

import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.api import compare
from experiments.study.loader import Study
from experiments.validation.robustness import chance_level, movable, spread_points

HEADLINES = ("unmet_severe", "severe_elders_alone", "participation", "cohesion")
BLOCKS, FACTOR, TOLD = 8, 1.5, 20
EVERY_GRADE = ("assumed", "calibrated", "survey", "trial", "theory")


def lived(folder: Path, points: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What was set at each place, and the headlines there."""
    places, shown = [], []
    for block in range(BLOCKS):
        study = Study.of(
            "inputs", community="baseline", weeks=260, burn_in=104, window=104, replicates=1, seed=700 + block,
            arms={"as_it_is": []}, outcomes=list(HEADLINES),
        )  # fmt: skip
        here = spread_points(movable(study.config, FACTOR, EVERY_GRADE), points // BLOCKS, 900 + block)
        runs = compare(study.at(here, 1), folder / f"block_{block}", workers=2, apart=True).runs()
        runs = runs.set_index("point").sort_index()
        places.append(pd.DataFrame([dict(here[p]) for p in runs.index]).astype(float))
        shown.append(runs[list(HEADLINES)].reset_index(drop=True))
    return pd.concat(places, ignore_index=True), pd.concat(shown, ignore_index=True)


def main(folder: Path, points: int) -> None:
    """Live, rank, write and print."""
    places, shown = lived(folder, points)
    ranked = places.rank().corrwith
    table = pd.DataFrame({name: ranked(shown[name].rank()) for name in HEADLINES})
    table["most"] = table[list(HEADLINES)].abs().max(axis=1)
    table = table.sort_values("most", ascending=False)
    study = Study.of("inputs", community="baseline", weeks=260, arms={"as_it_is": []}, outcomes=list(HEADLINES))
    evidence = [study.config.evidence[path] for path in table.index]
    table["value"], table["grade"], table["source"] = zip(
        *((e.value, e.grade, e.source) for e in evidence), strict=True
    )
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / "inputs.csv")
    chance = chance_level(len(shown), len(table) * len(HEADLINES))
    print(
        f"{len(shown)} places, {len(table)} inputs; chance alone: {chance:.2f}; beyond it {(table['most'] > chance).sum()}"
    )
    print(table.head(TOLD).round(2).to_string())
    few = places[table.index[:TOLD]].rank(pct=True) - 0.5
    for name in HEADLINES:
        rank = shown[name].rank(pct=True).to_numpy() - 0.5
        left = rank - few.to_numpy() @ np.linalg.lstsq(few.to_numpy(), rank, rcond=None)[0]
        pairs = {(a, b): float(np.corrcoef(few[a] * few[b], left)[0, 1]) for a, b in combinations(few, 2)}
        a, b = max(pairs, key=lambda pair: abs(pairs[pair]))
        alone = 1 - left.var() / rank.var()
        least = chance_level(len(shown), len(pairs))
        print(
            f"{name}: the twenty alone explain {alone:.0%}; strongest pair {a} x {b} {pairs[a, b]:+.2f} (chance {least:.2f})"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 512)
