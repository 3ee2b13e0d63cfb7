"""Groups: for whom needs go unmet, and for whom each arm makes a difference."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.intervals import interval
from experiments.reporting.escape import among, apart
from experiments.reporting.figures.lettering import points, wrapped
from experiments.reporting.figures.style import (
    Look,
    caption,
    colour,
    figure,
    is_share,
    legend,
    letter,
    marker,
    ticks,
)
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GROUPS = (
    ("unmet_needs", "All residents", "全体居民"),
    ("unmet_elders_alone", "Elders alone", "独居老人"),
    ("unmet_senior_elders", "Senior elders", "高龄老人"),
    ("unmet_children", "Children", "儿童"),
    ("unmet_low_income", "Low income", "低收入"),
    ("unmet_migrants", "Migrants", "外来居民"),
)
OF_RUNS = tuple(name for name, _, _ in GROUPS)

TITLE = ("For whom needs go unmet, and for whom an arm makes a difference", "谁的需求未满足，谁受益")
DATA = ("runs", "groups")
NEEDS = "runs"

CUT = (
    " No rate is below 0 or falls by more than 100 %: an interval that the runs would let go on ends there, at an arrow.",
    "比率不会低于0，降幅也不会超过100%：按运行会越过此界的区间在此截止，以箭头标出。",
)
NARROW = 130.0
"""A figure below this width (mm) has its panels one below the other."""

type Row = tuple[str, Callable[[str], "pd.Series[float]"]]
"""A group's name, and what was unmet of it in the runs of an arm, by replicate."""


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """Unmet needs by group in every arm, and paired changes in per cent, a figure a point; groups of each of the user's
    own columns have figures of their own.
    """
    if tables.runs.empty:
        return
    own = tables.by_group
    columns = [] if own is None else list(dict.fromkeys(own.loc[own["outcome"] == "unmet_needs", "column"]))
    for point in tables.shown_points():
        at = f"-at-{point + 1}" if point else ""
        known = _known(tables, look, point)
        if len(known) > 1:
            yield f"groups{at}", _drawn(tables, look, known, point)
        everybody = [row for row, (name, *_) in zip(known, GROUPS, strict=False) if name == "unmet_needs"]
        for place, column in enumerate(columns, 1):
            yield (
                f"groups-{place}{at}",
                _drawn(tables, look, [*everybody, *_of_column(tables, look, point, column)], point, column),
            )


def _known(tables: Tables, look: Look, point: int) -> list[Row]:
    """The groups that the model knows."""
    runs = tables.runs[tables.runs["point"] == point]

    def of_metric(metric: str) -> Callable[[str], "pd.Series[float]"]:
        return lambda arm: runs[runs["arm"] == arm].set_index("replicate")[metric]

    return [(look.say(*names), of_metric(name)) for name, *names in GROUPS if name in tables.runs.columns]


def _of_column(tables: Tables, look: Look, point: int, column: str) -> list[Row]:
    """The groups that a column of the user's own makes."""
    assert tables.by_group is not None
    table = tables.by_group
    own = table[(table["outcome"] == "unmet_needs") & (table["point"] == point) & (table["column"] == column)]

    def of_value(value: str) -> Callable[[str], "pd.Series[float]"]:
        here = own[own["value"] == value]
        return lambda arm: here[here["arm"] == arm].set_index("replicate")["number"]

    values = [str(value) for value in dict.fromkeys(own["value"])]
    return [(value or look.say("(nothing known)", "（未知）"), of_value(value)) for value in values]


def _drawn(tables: Tables, look: Look, shown: Sequence[Row], point: int, column: str = "") -> "Figure":
    """One figure; `column`: the user's own column that makes the groups."""
    across, lines = (2, 1) if tables.compared and look.width > NARROW else (1, 2 if tables.compared else 1)
    rows = max(9.0, 2.1 * len(tables.there)) * len(shown)
    drawn, panels = figure(look, 20 + (12 + rows) * lines, across, lines)
    spread, cut = 0.7 / max(len(tables.there), 1), False
    for place, arm in enumerate(tables.there):
        at = tables.position(arm)
        for row, (_, unmet) in enumerate(shown):
            height = row + (place - (len(tables.there) - 1) / 2) * spread
            own = unmet(arm)
            cut |= _dot(panels[0], own.dropna().to_numpy(float), height, at, 0.0, arm if row == 0 else "")
            if at and len(panels) > 1:
                base = unmet(tables.arms[0])
                change = (own - base).dropna().to_numpy(float)
                if base.mean() > 0 and is_share(base.mean(), *(interval(change) if change.size > 4 else (0, 0))):
                    cut |= _dot(panels[1], 100 * change / base.mean(), height, at, -100.0)
    for i, panel in enumerate(panels):
        ticks(panel, range(len(shown)), [name for name, _ in shown], named=i == 0 or lines > 1)
        panel.set_ylim(len(shown) - 0.5, -0.5)
        panel.grid(axis="x")
        for height in range(1, len(shown)):
            panel.axhline(height - 0.5, color="0.88", linewidth=0.5, zorder=0)
        letter(panel, i)
    panels[0].set_xlabel(
        look.say("Unmet needs\n(person-weeks per 100 of the group a year)", "未满足需求\n（每百人每年人周）")
    )
    panels[0].set_xlim(left=-0.02 * panels[0].get_xlim()[1])
    if len(panels) > 1:
        panels[1].axvline(0, color=colour(0), linewidth=0.8)
        said = look.say(f"Change from ‘{tables.arms[0]}’ (%)", f"相对{among(tables.arms[0])}的变化（%）")
        panels[1].set_xlabel(wrapped(said, 0.4 * look.width, points()))
    legend(drawn, 5)
    by = look.say(f"Groups by {apart(column)}. ", f"按{among(column)}分组。") if column else ""
    drawn.set_label(look.say("; ", "；").join(filter(None, (apart(column), tables.at(point)))))
    caption(
        drawn,
        by
        + look.say(
            f"{tables.where(point, look)}Means of {tables.runs_said(look, point)}, last {tables.window} weeks, "
            "95 % intervals; changes are paired, and left out of a group with almost nothing unmet.",
            f"{tables.where(point, look)}{tables.runs_said(look, point)}、最后{tables.window}周的均值及95%区间；变化为配对差，未满足需求接近零的群体从略。",
        )
        + (look.say(*CUT) if cut else ""),
    )
    return drawn


def _dot(
    panel: "Axes",
    values: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    height: float,
    at: int,
    least: float,
    label: str = "",
) -> bool:
    """A mean and its interval, which ends at the `least` that there can be, open there; says whether it would go on."""
    if not values.size:
        return False
    mean, (low, high) = float(values.mean()), interval(values)
    panel.plot((max(low, least), high), [height, height], color=colour(at), linewidth=1.4)
    panel.plot(mean, height, color=colour(at), linestyle="none", label=label or None, **marker(at, 1))
    if beyond := low < least < high:
        panel.plot(least, height, color=colour(at), linestyle="none", marker="<", markersize=3, clip_on=False)
    return beyond
