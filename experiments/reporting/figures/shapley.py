"""Shapley: how a bundle's effect divides among its policies."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.reporting.figures.style import (
    GREY,
    Look,
    across,
    caption,
    colour,
    figure,
    legend,
    letter,
    minus,
    row_height,
    ticks,
)
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

TITLE = ("How a bundle's effect divides among its policies", "组合政策的效应如何分摊")
DATA = ("attribution",)
NEEDS = "`parts`, or an arm for every combination of the policies of the largest arm"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure a point: shares with intervals, and the part's effect when it comes first and last."""
    table = tables.attribution
    if table is None or table.empty:
        return
    for point in tables.shown_points():
        here = table[table["point"] == point]
        if len(here):
            yield ("shapley" if not point else f"shapley-{point + 1}"), _one(tables, here, point, look)


def _one(tables: Tables, here: "pd.DataFrame", point: int, look: Look) -> "Figure":
    parts, metrics = list(dict.fromkeys(here["part"])), list(dict.fromkeys(here["metric"]))
    columns, lines = across(look, len(metrics), 52)
    drawn, panels = figure(look, 6 + (30 + row_height(parts, 8) * len(parts)) * lines, columns, lines, len(metrics))
    for i, (panel, metric) in enumerate(zip(panels, metrics, strict=False)):
        own = here[here["metric"] == metric].set_index("part").reindex(parts)
        panel.axvline(0, color=colour(0), linewidth=0.8)
        for row, part in enumerate(parts):
            one = own.loc[part]
            panel.plot([one["low"], one["high"]], [row, row], color=colour(1), linewidth=2.2)
            sure = one["whole"] and one["high"] - one["low"] <= abs(
                one["whole"]
            )  # else it is a share of almost nothing
            panel.annotate(
                minus(f"{one['share'] / one['whole']:z.0%}") if sure else "",
                (1, row), (2, 0), ("axes fraction", "data"), "offset points", va="center", fontsize="small",
            )  # fmt: skip
        heights = range(len(parts))
        edge: dict[str, Any] = {"markeredgecolor": "white", "markeredgewidth": 0.4}
        panel.plot(own["share"], heights, "s", color=colour(1), label=look.say("share", "份额"), **edge)
        panel.plot(own["alone"], heights, ">", color=GREY, markersize=3.5, label=look.say("added first", "最先加入"))
        panel.plot(
            own["last"],
            heights,
            "<",
            color=GREY,
            markerfacecolor="white",
            markersize=3.5,
            label=look.say("added last", "最后加入"),
        )
        ticks(panel, heights, parts, named=i % columns == 0)
        panel.set_ylim(len(parts) - 0.4, -0.6)
        panel.locator_params(axis="x", nbins=4)
        panel.margins(x=0.15)
        panel.set_xlabel(tables.metrics[metric].axis(look.language, look.say("Part of the effect", "效应份额")))
        letter(panel, i, tables.metrics[metric].say(look.language))
    legend(drawn, 3, panels[0])
    n = int(here["n"].min())
    drawn.set_label(tables.at(point))
    caption(
        drawn,
        look.say(
            f"{tables.where(point, look)}Shapley values over {n} runs of each combination, with 95 % intervals; right: share of the whole effect.",
            f"{tables.where(point, look)}各组合{n}次运行的Shapley值及95%区间；右侧：占总效应的比例。",
        ),
    )
    return drawn
