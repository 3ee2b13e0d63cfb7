"""Evaluation: what was achieved, how the community fared on the way, and what an averted need cost, side by side.

The article judges volunteer services twice: by outcomes (whose needs were met, which public issues were solved) and by the
process (cohesion, taking part). Neither can stand for the other. The price of an averted unmet person-week is a ratio of two
differences that share their pairs; its interval has an upper end where it is known that needs fell (see price).

Sources: huang2025 (A75-A80), fieller1954
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.effects import Asked, effect_of
from experiments.analysis.intervals import FEWEST, Numbers, interval
from experiments.analysis.price import price, surely

if TYPE_CHECKING:
    import pandas as pd

UNMET, COST = "unmet_needs", "cost"
PRICE, BENEFIT = "price_of_averted_need", "net_benefit"
WORTHS = 41
"""Values of a person-week at which a curve of acceptability is worked out."""
COLUMNS = ("point", "arm", "side", "metric", "n", "reference", "mean", "effect", "low", "high")
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
    unmet person-week averted; NaN where needs did not fall, an end infinite where it is not known, no row where nothing was paid
    (see price). Where the study says what a person-week is worth, the net benefit follows, in yuan per 100 residents a year.
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
                ratio, low, high = price(paid[whole], averted[whole])
                label = {
                    "point": int(str(point)),
                    "arm": arm,
                    "side": "price",
                    "n": int(whole.sum()),
                    "reference": math.nan,
                }
                rows.append({**label, "metric": PRICE, "mean": ratio, "effect": math.nan, "low": low, "high": high})
                if asked and asked.worth:
                    benefit = asked.worth * averted[whole] - paid[whole]
                    ends = dict(zip(("low", "high"), interval(benefit), strict=True))
                    rows.append({**label, "metric": BENEFIT, "mean": math.nan, "effect": float(benefit.mean()), **ends})
    return pd.DataFrame(rows, columns=list(COLUMNS) if rows else None)


def acceptability(runs: "pd.DataFrame", reference: str, arms: Sequence[str]) -> "pd.DataFrame":
    """How surely each arm is worth it, by what an averted person-week is worth: arm, worth, surely, benefit, low, high.

    Over the points of a study a replicate is their mean, as they share their luck. Empty where nothing was paid.
    """
    import pandas as pd

    if not {UNMET, COST} <= set(runs):
        return pd.DataFrame()
    means = runs.groupby(["replicate", "arm"])[[UNMET, COST]].mean().unstack("arm")
    pairs: dict[str, tuple[Numbers, Numbers]] = {}
    for arm in arms:
        if arm != reference and {arm, reference} <= set(means[UNMET]):
            table = pd.DataFrame(
                {
                    "averted": means[UNMET][reference] - means[UNMET][arm],
                    "paid": means[COST][arm] - means[COST][reference],
                }
            )
            table = table.dropna()
            if len(table) >= FEWEST and table["paid"].any():
                pairs[arm] = table["averted"].to_numpy(float), table["paid"].to_numpy(float)
    ends = [price(paid, averted) for averted, paid in pairs.values()]
    closed = [high for _, _, high in ends if math.isfinite(high)]
    lower = [3 * max(low, ratio if ratio > 0 else 0.0) for ratio, low, _ in ends if math.isfinite(low)]
    most = 1.3 * max(closed or lower, default=0.0)
    rows = []
    for arm, (averted, paid) in pairs.items():
        for worth in np.linspace(0, most, WORTHS) if most > 0 else ():
            benefit = worth * averted - paid
            rows.append((arm, float(worth), surely(benefit), float(benefit.mean()), *interval(benefit)))
    return pd.DataFrame(rows, columns=["arm", "worth", "surely", "benefit", "low", "high"])
