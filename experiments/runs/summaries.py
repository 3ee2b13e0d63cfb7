"""Summaries of many runs, week by week: what is not measured in a run is left out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

type Rows = NDArray[Any]
"""A row a run, a column a week."""


def ends(rows: Rows) -> Rows:
    """The 5 % and 95 % quantiles of what is there, week by week; weeks that every run has are many times quicker."""
    gaps = np.isnan(rows)
    whole, found = ~gaps.any(axis=0), np.full((2, rows.shape[1]), np.nan)
    found[:, whole] = np.quantile(rows[:, whole], (0.05, 0.95), axis=0)
    if (some := ~whole & ~gaps.all(axis=0)).any():
        found[:, some] = np.nanquantile(rows[:, some], (0.05, 0.95), axis=0)
    return found


def moments(rows: Rows) -> dict[str, Rows]:
    """Mean, standard deviation and number of what is there, week by week."""
    n = np.isfinite(rows).sum(axis=0)
    sd = np.where(n > 1, np.nanstd(rows, axis=0) * np.sqrt(n / np.maximum(n - 1, 1)), np.nan)
    return {"mean": np.nanmean(rows, axis=0), "sd": sd, "n": n}
