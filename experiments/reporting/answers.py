"""Answers: what people ask of a study beyond its effects point by point, as far as its design can tell.

The effect over all that is uncertain, who gains, and of a crossed design what each factor does and which go together.
"""

from itertools import product
from typing import TYPE_CHECKING

from experiments.analysis.crossed import Crossed, Levels, bundles
from experiments.analysis.over_points import gains, overall
from experiments.analysis.sensitivity import cube
from experiments.study.design import DOSE
from experiments.study.sampling import SAMPLED, Value, sizes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from experiments.analysis.intervals import Numbers
    from experiments.study.design import Study

CROSSED = ("main", "interactions", "cells")
LARGEST = 400
"""Cells of a crossed design up to which every pair of values is looked at."""


def answers(
    study: "Study", runs: "pd.DataFrame", outcomes: "Sequence[str]", better: "Mapping[str, int]",
    parts: "Mapping[str, frozenset[str]]", each: "pd.DataFrame | None" = None,
) -> "dict[str, pd.DataFrame]":  # fmt: skip
    """Tables by name, those that the design allows. `each`: the runs of a city's communities, where it is one."""
    found = dict[str, "pd.DataFrame"]()
    sample = sampled_points(study)
    if sample and not runs.empty:
        found["overall"] = overall(runs, study.reference, outcomes, better, sample)
    lives = runs if each is None else each
    if len(study.arms) > 1 and not lives.empty:
        drawn = study.file.city or bool(sample)
        lives = lives[lives["point"].isin(sample)] if sample else lives
        found["gains"] = gains(lives, study.reference, outcomes, better, drawn=drawn)
    found |= _crossed(study, runs, outcomes, dict(parts))
    return {name: table for name, table in found.items() if not table.empty}


def sampled_points(study: "Study") -> list[int]:
    """The points that are a sample of what varies: all of a sample, the base points of Saltelli's; none of others."""
    method, k = study.file.design.method, len(study.file.varies)
    if study.chosen or method not in SAMPLED or method == "morris" or len(study.points) < 2:
        return []
    if method == "saltelli":
        return [p for p in range(len(study.points)) if p % (k + 2) in (0, k + 1)]
    return list(range(len(study.points)))


def _crossed(
    study: "Study", runs: "pd.DataFrame", outcomes: "Sequence[str]", parts: dict[str, frozenset[str]]
) -> "dict[str, pd.DataFrame]":
    """Main effects, interactions and crosstabs: of the first arm's outcomes and the others' effects, or of a bundle's policies."""
    import pandas as pd

    file = study.file
    if study.chosen or runs.empty or (len(study.points) > 1 and file.design.method != "factorial") or file.city:
        return {}
    sizes = sizes_of(file.varies, file.design)
    values = [list(dict.fromkeys(point[i][1] for point in study.points)) for i in range(len(sizes))]
    levels = {name: [_told(value) for value in some] for name, some in zip(file.varies, values, strict=True)}
    if [len(some) for some in values] != sizes or len(study.points) > LARGEST:
        return {}  # whole numbers of a range that fell together
    levels = {name: some for name, some in levels.items() if len(some) > 1}
    tables: dict[str, list[pd.DataFrame]] = {name: [] for name in CROSSED}
    for arm, quantity, metric, whole, cells in _quantities(study, runs, outcomes, levels, parts):
        own = {name for name, _ in study.arms[arm]}
        idle = [name for name in levels if name.startswith(DOSE) and name.split(".")[1] not in own and not file.parts]
        table = Crossed.of(whole, cells).without(idle)
        for name in CROSSED:
            made = getattr(table, name)()
            if not made.empty:
                tables[name].append(made.assign(arm=arm, quantity=quantity, metric=metric))
    first = ["arm", "quantity", "metric"]
    joined = {name: pd.concat(some, ignore_index=True) for name, some in tables.items() if some}
    return {name: table[[*first, *(c for c in table if c not in first)]] for name, table in joined.items()}


def _quantities(
    study: "Study", runs: "pd.DataFrame", outcomes: "Sequence[str]", levels: Levels, parts: dict[str, frozenset[str]]
) -> "Iterator[tuple[str, str, str, Levels, Numbers]]":
    """Arm, what is looked at, outcome, the factors' values and a row of replicates for every cell."""
    import numpy as np

    for policies, arms in bundles(parts) if study.file.parts else ():
        whole = {**levels, **policies}
        for metric in outcomes:
            some = [values_of(study, runs, arm, metric) for arm in arms]
            cells = np.stack([some[a][p] for p, a in product(range(len(study.points)), range(len(arms)))])
            yield study.reference, "outcome", metric, whole, cells
    if not study.file.parts and levels:
        for arm, quantity, metric, values in looked_at(study, runs, outcomes):
            yield arm, quantity, metric, levels, values


def looked_at(
    study: "Study", runs: "pd.DataFrame", outcomes: "Sequence[str]"
) -> "Iterator[tuple[str, str, str, Numbers]]":
    """Arm, what is looked at, outcome and its values: the first arm's outcomes, the other arms' effects."""
    for arm, metric in product(study.arms, outcomes):
        values = values_of(study, runs, arm, metric)
        if arm == study.reference:
            yield arm, arm, metric, values
        else:
            yield arm, f"effect of {arm}", metric, values - values_of(study, runs, study.reference, metric)


def values_of(study: "Study", runs: "pd.DataFrame", arm: str, metric: str) -> "Numbers":
    """Points x replicates of an arm's metric, as wide for every arm; NaN where a run is not there."""
    return cube(runs[runs["arm"] == arm], metric, len(study.points), sorted(runs["replicate"].unique()))


def _told(value: Value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
