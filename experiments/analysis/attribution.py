"""Attribution: how much of a bundle's effect each of its parts brings, as Shapley values over all sub-bundles.

A part's share is its mean contribution over all orders in which the parts could be added; the shares add up to the
bundle's whole effect. They are computed replicate by replicate on shared chance, so they have paired intervals.

Sources: shapley1953
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import factorial
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.intervals import interval

if TYPE_CHECKING:
    import pandas as pd

type Parts = frozenset[str]


@dataclass(frozen=True)
class Share:
    """What one part of a bundle brings to one metric at one point, with its 95 % interval."""

    point: int
    metric: str
    part: str
    share: float
    low: float
    high: float
    alone: float
    """Effect of the part when it comes first."""
    last: float
    """Effect of the part when it comes last."""
    whole: float
    """Effect of the whole bundle."""
    n: int


def weights(parts: int) -> list[float]:
    """Weight of a sub-bundle of s other parts in a part's Shapley value, for s from 0."""
    return [factorial(s) * factorial(parts - s - 1) / factorial(parts) for s in range(parts)]


def attribution(runs: "pd.DataFrame", arms: Mapping[str, Parts], metrics: Sequence[str]) -> "pd.DataFrame":
    """Shapley values of the parts of the largest bundle; empty unless there is an arm for every sub-bundle of it."""
    import pandas as pd

    by_parts = {parts: arm for arm, parts in reversed(list(arms.items()))}
    whole = max(by_parts, key=len, default=frozenset())
    if len(whole) < 2 or sum(parts <= whole for parts in by_parts) < 2 ** len(whole):
        return pd.DataFrame(columns=list(Share.__dataclass_fields__))
    rows: list[Share] = []
    for point, here in runs.groupby("point", sort=True):
        for metric in metrics:
            table = here.pivot(index="replicate", columns="arm", values=metric)
            if not set(by_parts.values()) <= set(table):
                continue  # at this point some arm has no finished run
            table = table[list(by_parts.values())].dropna()
            if table.empty:
                continue
            rows += [_share(table, by_parts, whole, part, (int(str(point)), metric)) for part in sorted(whole)]
    return pd.DataFrame([asdict(row) for row in rows])


def _share(
    table: "pd.DataFrame", by_parts: Mapping[Parts, str], whole: Parts, part: str, label: tuple[int, str]
) -> Share:
    weight, n = weights(len(whole)), len(table)
    value = {parts: table[arm].to_numpy(float) for parts, arm in by_parts.items()}
    steps = {rest: value[rest | {part}] - value[rest] for rest in by_parts if rest < whole and part not in rest}
    shares = np.sum([weight[len(rest)] * step for rest, step in steps.items()], axis=0)
    mean, (low, high) = float(shares.mean()), interval(shares)
    first, last = steps[frozenset()], steps[whole - {part}]
    total = float((value[whole] - value[frozenset()]).mean())
    return Share(*label, part, mean, low, high, float(first.mean()), float(last.mean()), total, n)
