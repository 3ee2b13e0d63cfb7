"""Evaluation: what was achieved, how the community fared on the way, and what an averted need cost, side by side.

The article judges volunteer services twice: by outcomes (whose needs were met, which public issues were solved) and by the
process (cohesion, taking part). Neither can stand for the other. The price of an averted unmet person-week is a ratio of two
differences that share their pairs; its interval is Fieller's, which is open where it cannot be told that any need was averted.

Sources: huang2025 (A75-A80), fieller1954
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.effects import Asked, effect_of
from experiments.analysis.intervals import FEWEST, Numbers, t_quantile

if TYPE_CHECKING:
    import pandas as pd

UNMET, COST = "unmet_needs", "cost"
PRICE = "price_of_averted_need"
MEASURES = {
    UNMET: "outcome",
    "unmet_elders_alone": "outcome",
    "unmet_senior_elders": "outcome",
    "unmet_children": "outcome",
    "unmet_low_income": "outcome",
    "unmet_migrants": "outcome",
    "issues_solved": "outcome",
    "cohesion": "process",
    "participation": "process",
    "wellbeing": "process",
    COST: "price",
}
"""Metrics of the evaluation, each with the side that it stands on."""


def evaluated(runs: "pd.DataFrame", reference: str, arms: Sequence[str], asked: Asked | None = None) -> "pd.DataFrame":
    """One row an arm, point and measure: side, metric, n, reference, mean, effect, low, high (95 %, paired).

    `runs` has the columns arm, point, replicate and the metrics. The last measure of an arm is the price: yuan for each
    unmet person-week averted; NaN where needs did not fall, bounds infinite where Fieller's interval is open, no row where nothing was
    paid.
    """
    import pandas as pd

    rows: list[dict[str, object]] = []
    for point, here in runs.groupby("point", sort=True):
        tables = {m: here.pivot(index="replicate", columns="arm", values=m) for m in MEASURES if m in here}
        for arm in arms:
            if arm == reference or not tables or not {arm, reference} <= set(next(iter(tables.values())).columns):
                continue
            pairs = {m: (t[arm].to_numpy(float), t[reference].to_numpy(float)) for m, t in tables.items()}
            for metric, (one, other) in pairs.items():
                e = effect_of(one, other, label=(0, arm, metric), asked=asked)
                rows.append(
                    {
                        "point": int(str(point)),
                        "arm": arm,
                        "side": MEASURES[metric],
                        "metric": metric,
                        "n": e.n,
                        "reference": e.reference,
                        "mean": e.mean,
                        "effect": e.effect,
                        "low": e.low,
                        "high": e.high,
                    }
                )
            if UNMET in pairs and COST in pairs:
                averted, paid = pairs[UNMET][1] - pairs[UNMET][0], pairs[COST][0] - pairs[COST][1]
                whole = np.isfinite(averted) & np.isfinite(paid)
                if not paid[whole].any():
                    continue  # nothing was booked: a price of 0 would be read as a finding
                ratio, low, high = fieller(paid[whole], averted[whole])
                rows.append(
                    {
                        "point": int(str(point)),
                        "arm": arm,
                        "side": "price",
                        "metric": PRICE,
                        "n": int(whole.sum()),
                        "reference": math.nan,
                        "mean": ratio,
                        "effect": math.nan,
                        "low": low,
                        "high": high,
                    }
                )
    return pd.DataFrame(rows)


def fieller(above: Numbers, below: Numbers) -> tuple[float, float, float]:
    """Ratio of two paired means and its 95 % interval; NaN where the lower mean is not positive, infinite where open."""
    n = above.size
    if n < FEWEST or below.mean() <= 0.0:
        return math.nan, math.nan, math.nan
    a, b = float(above.mean()), float(below.mean())
    (v_a, covariance), (_, v_b) = np.cov(above, below) / n
    t = t_quantile(n) ** 2
    # all ratios r for which a - r b does not differ from 0: a quadratic in r
    square, linear, constant = b * b - t * v_b, a * b - t * covariance, a * a - t * v_a
    if square <= 0.0:
        return a / b, -math.inf, math.inf
    half = math.sqrt(max(linear * linear - square * constant, 0.0))
    return a / b, (linear - half) / square, (linear + half) / square
