"""Forest: every arm's effect on every outcome with its intervals, one panel an outcome."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from experiments.reporting.escape import among
from experiments.reporting.figures.style import (
    Look,
    across,
    caption,
    colour,
    figure,
    letter,
    marker,
    percent,
    row_height,
    ticks,
)
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ROWS = 40
TITLE = ("Effect of every arm on every outcome", "各组对各项结果的效应")
DATA = ("effects",)
NEEDS = "two arms or more, and no more than 40 arms and points together"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure: effects of all arms (at all points, as long as they fit on a page) on all outcomes."""
    arms, points = tables.there[1:], range(len(tables.points))
    if tables.effects.empty or not arms or len(arms) * len(points) > MOST_ROWS:
        return
    columns, lines = across(look, len(tables.outcomes), 40)
    if look.width < NARROW and len(tables.outcomes) * len(arms) * len(points) <= MOST_BELOW:
        columns, lines = 1, len(tables.outcomes)
    each = row_height(arms, 6.5)
    rows = each * len(arms) * len(points) + (len(points) > 1) * HEADING * each * len(points)
    drawn, panels = figure(look, 8 + (18 + rows) * lines, columns, lines, len(tables.outcomes))
    room = min(42.0, (look.width - 27 * look.scale) / columns - 2)
    for i, (panel, metric) in enumerate(zip(panels, tables.outcomes, strict=False)):
        _one(panel, tables, metric, arms, look, room, named=i % columns == 0)
        letter(panel, i, tables.marked(metric, look))
    window = tables.window
    caption(
        drawn,
        look.say(
            f"Paired differences from ‘{tables.arms[0]}’, {tables.pairs_said(look)}; mean of the last {window} weeks. Thick: 95 % "
            "interval; thin: for all arms (and primary outcomes) at once. Filled: the 95 % interval leaves out 0. In per cent: of the mean of "
            f"‘{tables.arms[0]}’; left out where an interval is wider than that mean.",
            f"与{among(tables.arms[0])}的配对差，{tables.pairs_said(look)}，最后{window}周均值。粗线：95%区间；细线：各组（及主要结果）同时成立。"
            f"实心：95%区间不含0。百分比以{among(tables.arms[0])}的均值为基准，区间宽于该均值时从略。",
        ),
    )
    yield "forest", drawn


HEADING = 1.0
"""Rows that the name of a point takes."""
NARROW = 100.0
"""A figure below this width (mm) has its panels one below the other, if all of them together have not too many rows."""
MOST_BELOW = 24


def _one(
    panel: "Axes", tables: Tables, metric: str, arms: Sequence[str], look: Look, room: float, *, named: bool
) -> None:
    found = tables.effects[tables.effects["metric"] == metric].set_index(["point", "arm"])
    heading = HEADING if len(tables.points) > 1 else 0.0
    heights: list[float] = []
    for point, text in enumerate(tables.points):
        top = point * (len(arms) + heading) + heading
        panel.plot([0, 0], [top - 0.5, top + len(arms) - 0.5], color=colour(0), linewidth=0.8, zorder=0.5)
        if heading and named:
            panel.annotate(
                text, (0.01, top - 0.5 - heading / 2), xycoords=("figure fraction", "data"), va="center", style="italic"
            ).set_in_layout(False)
        for height, arm in enumerate(arms, int(top)):
            heights.append(height)
            if (point, arm) in found.index:
                _row(panel, found.loc[(point, arm)], height, tables.position(arm))
    ticks(panel, heights, [*arms] * len(tables.points), named=named)
    panel.set_ylim(heights[-1] + 0.6, -0.6)
    panel.set_xlabel(tables.metrics[metric].axis(look.language, look.say("Difference", "差值"), room))
    panel.locator_params(axis="x", nbins=3, min_n_ticks=2)
    panel.margins(x=0.15)


def _row(panel: "Axes", row: "pd.Series[Any]", height: float, position: int) -> None:
    at, shape = colour(position), marker(position, 1)
    if math.isfinite(row["low"]):
        panel.plot([row["joint_low"], row["joint_high"]], [height, height], color=at, linewidth=0.7)
        panel.plot([row["low"], row["high"]], [height, height], color=at, linewidth=2.2)
    if not (row["low"] > 0 or row["high"] < 0):
        shape |= {"markerfacecolor": "white", "markeredgecolor": at, "markeredgewidth": 0.9}
    panel.plot(row["effect"], height, color=at, **shape)
    panel.annotate(
        percent(row),
        (1, height),
        (2, 0),
        ("axes fraction", "data"),
        "offset points",
        va="center",
        ha="left",
        fontsize="small",
    )
