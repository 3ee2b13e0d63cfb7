"""Shapley: how a bundle's effect divides among its policies."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.reporting.figures.style import GREY, Look, across, caption, colour, figure, legend, letter, minus
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = ("How a bundle's effect divides among its policies", "组合政策的效应如何分摊")
DATA = ("attribution",)
NEEDS = "`parts`, or an arm for every combination of the policies of the largest arm"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure: shares with intervals, and the part's effect when it comes first and last, at the first point."""
    table = tables.attribution
    if table is None or table.empty:
        return
    here = table[table["point"] == 0]
    parts, metrics = list(dict.fromkeys(here["part"])), list(dict.fromkeys(here["metric"]))
    columns, lines = across(look, len(metrics), 52)
    drawn, panels = figure(look, 6 + (28 + 8 * len(parts)) * lines, columns, lines, len(metrics))
    for i, (panel, metric) in enumerate(zip(panels, metrics, strict=False)):
        own = here[here["metric"] == metric].set_index("part").reindex(parts)
        panel.axvline(0, color=colour(0), linewidth=0.8)
        for row, part in enumerate(parts):
            one = own.loc[part]
            panel.plot([one["low"], one["high"]], [row, row], color=colour(1), linewidth=2.2)
            panel.annotate(
                minus(f"{one['share'] / one['whole']:.0%}") if one["whole"] else "",
                (1, row), xycoords=("axes fraction", "data"), va="center", fontsize=6,
            )  # fmt: skip
        heights = range(len(parts))
        edge: dict[str, Any] = {"markeredgecolor": "white", "markeredgewidth": 0.4}
        panel.plot(own["share"], heights, "s", color=colour(1), label=look.say("share", "份额"), **edge)
        panel.plot(own["alone"], heights, ">", color=GREY, markersize=3, label=look.say("added first", "最先加入"))
        panel.plot(own["last"], heights, "<", color=GREY, markersize=3, label=look.say("added last", "最后加入"))
        panel.set_yticks(heights, parts if i % columns == 0 else [""] * len(parts))
        panel.set_ylim(len(parts) - 0.4, -0.6)
        panel.tick_params(axis="y", length=0)
        panel.locator_params(axis="x", nbins=4)
        panel.margins(x=0.15)
        panel.set_xlabel(tables.metrics[metric].axis(look.language, look.say("Part of the effect", "效应份额")))
        letter(panel, i, tables.metrics[metric].say(look.language))
    legend(drawn, 3, panels[0])
    n = int(here["n"].min())
    caption(
        drawn,
        look.say(
            f"{tables.where(0, look)}Shapley values of n = {n} replicates with 95 % intervals; right: share of the whole.",
            f"{tables.where(0, look)}n = {n} 次重复的 Shapley 值，95%区间；右侧：占总效应的比例。",
        ),
    )
    yield "shapley", drawn
