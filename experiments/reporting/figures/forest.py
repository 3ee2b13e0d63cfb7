"""Forest: every arm's effect on every outcome with its intervals, one panel an outcome."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.reporting.escape import among
from experiments.reporting.figures.lettering import wrapped
from experiments.reporting.figures.style import Look, across, caption, colour, figure, letter, marker, minus
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ROWS = 40
TITLE = ("Effect of every arm on every outcome", "各组对各项结果的效应")
DATA = ("effects",)
NEEDS = "two arms or more, and no more than 40 arms and points together"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure: effects of all arms (at all points, as long as they fit on a page) on all outcomes."""
    rows = [(p, arm) for p in range(len(tables.points)) for arm in tables.there[1:]]
    if tables.effects.empty or not rows or len(rows) > MOST_ROWS:
        return
    columns, lines = across(look, len(tables.outcomes), 34)
    drawn, panels = figure(
        look, 8 + (14 + 6.5 * len(rows) + 4 * len(tables.points)) * lines, columns, lines, len(tables.outcomes)
    )
    for i, (panel, metric) in enumerate(zip(panels, tables.outcomes, strict=False)):
        _one(panel, tables, metric, rows, look, named=i % columns == 0)
        letter(panel, i, wrapped(tables.metrics[metric].say(look.language), look.width / columns - 15, 7))
    n = tables.effects["n"]
    pairs = f"{n.min()}" if n.min() == n.max() else f"{n.min()}-{n.max()}"
    reference, window = tables.arms[0], tables.window
    caption(
        drawn,
        look.say(
            f"Paired differences from {reference}, n = {pairs} pairs; mean of the last {window} weeks. Thick: 95 % "
            "interval; thin: for all arms (and primary outcomes) at once. Filled: the interval leaves out 0.",
            f"与{among(reference)}的配对差，n = {pairs} 对，最后{window}周均值。粗线：95%区间；细线：各组（及主要结果）同时成立。"
            "实心：区间不含0。",
        ),
    )
    yield "forest", drawn


def _one(panel: "Axes", tables: Tables, metric: str, rows: list[tuple[int, str]], look: Look, *, named: bool) -> None:
    found = tables.effects[tables.effects["metric"] == metric].set_index(["point", "arm"])
    panel.axvline(0, color=colour(0), linewidth=0.8)
    heights: list[float] = []
    for k, (point, arm) in enumerate(rows):
        height = k + 0.6 * point
        heights.append(height)
        if (point, arm) not in found.index:
            continue
        row = found.loc[(point, arm)]
        at = colour(tables.position(arm))
        clear = row["low"] > 0 or row["high"] < 0
        if math.isfinite(row["low"]):
            panel.plot([row["joint_low"], row["joint_high"]], [height, height], color=at, linewidth=0.7)
            panel.plot([row["low"], row["high"]], [height, height], color=at, linewidth=2.2)
        shape = marker(tables.position(arm), 1)
        if not clear:
            shape |= {"markerfacecolor": "white", "markeredgecolor": at, "markeredgewidth": 0.9}
        panel.plot(row["effect"], height, color=at, **shape)
        said = minus(f"{row['relative']:+z.1%}") if math.isfinite(row["relative"]) else ""
        panel.annotate(said, (1, height), xycoords=("axes fraction", "data"), va="center", ha="left", fontsize=6)
    labels = [arm for _, arm in rows]
    panel.set_yticks(heights, labels if named else [""] * len(labels))
    panel.set_ylim(heights[-1] + 0.7, -0.7 - 0.4 * (len(tables.points) > 1))
    if named and len(tables.points) > 1:
        each = len(tables.there) - 1
        for point, text in enumerate(tables.points):
            panel.annotate(
                text, (0, heights[point * each] - 0.55), xycoords=("axes fraction", "data"), fontsize=6, style="italic"
            )
    panel.set_xlabel(tables.metrics[metric].axis(look.language, look.say("Difference", "差值")))
    panel.spines["left"].set_visible(False)
    panel.tick_params(axis="y", length=0)
    panel.locator_params(axis="x", nbins=3, min_n_ticks=2)
    panel.margins(x=0.15)
