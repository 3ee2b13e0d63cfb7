"""Profiles: what an arm changes week by week, with bands that hold in each week and bands that hold in all at once.

Sources: sun_loader1994
"""

import math
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.intervals import FEWEST, LEVEL, Numbers, band_quantile, t_quantile

if TYPE_CHECKING:
    import pandas as pd


def turns(rows: Numbers) -> Numbers:
    """The angle between what is there in each week and in the week measured before it, NaN where either does not vary."""
    found = np.full(rows.shape[1], np.nan)
    measured = np.flatnonzero(np.isfinite(rows).any(axis=0))
    whole = rows[:, measured]
    whole = whole[np.isfinite(whole).all(axis=1)]
    if len(whole) > 1 and measured.size > 1:
        gaps = whole - whole.mean(axis=0)
        long = np.sqrt((gaps**2).sum(axis=0))
        with np.errstate(invalid="ignore", divide="ignore"):
            alike = (gaps[:, 1:] * gaps[:, :-1]).sum(axis=0) / (long[1:] * long[:-1])
        found[measured[1:]] = np.arccos(np.clip(alike, -1, 1))
    return found


def bands(profiles: "pd.DataFrame", level: float = LEVEL) -> "pd.DataFrame":
    """Adds the t interval of each week's mean difference (`low`, `high`) and a band for all weeks at once (`all_low`, `all_high`).

    The second is the tube formula's, from how far the differences turn from week to week. `profiles` has the columns arm,
    point, metric, week, mean, sd, n and turn.
    """
    n = profiles["n"].to_numpy(float)
    error = profiles["sd"].to_numpy(float) / np.sqrt(n)
    single = {k: t_quantile(int(k), level) if k >= FEWEST else math.nan for k in np.unique(n)}
    half = np.array([single[k] for k in n]) * error
    wide = np.full(len(profiles), math.nan)
    for at in profiles.groupby(["arm", "point", "metric"], sort=False).indices.values():
        turned = profiles["turn"].to_numpy(float)[at]
        known, pairs = np.isfinite(turned), int(n[at].min())
        path = float(turned[known].mean()) * max(int((error[at] > 0).sum()) - 1, 0) if known.any() else 0.0
        wide[at] = band_quantile(pairs, path, level) * error[at]
    mean = profiles["mean"]
    return profiles.assign(low=mean - half, high=mean + half, all_low=mean - wide, all_high=mean + wide)
