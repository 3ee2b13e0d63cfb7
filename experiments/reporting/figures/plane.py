"""Plane: cohesion against unmet needs, each run a point, each arm an arrow from where the first arm stands."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.reporting.escape import among
from experiments.reporting.figures.style import Look, caption, colour, figure, legend, marker
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

X, Y = OF_RUNS = ("cohesion", "unmet_needs")
MOST_ARMS = 8
TITLE = ("Cohesion against unmet needs", "凝聚力与未满足需求")
DATA = ("runs",)
NEEDS = "runs of no more than 8 arms"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure: do arms that raise cohesion also lower unmet needs? The axes cross at the first arm's means."""
    runs = tables.runs
    if not {X, Y} <= set(runs.columns) or runs.empty or len(tables.there) > MOST_ARMS:
        return
    drawn, panels = figure(Look(min(look.width, 110.0), look.language), 92)
    panel = panels[0]
    means = runs.groupby("arm")[[X, Y]].mean()
    if crossed := tables.arms[0] in tables.there:
        x0, y0 = means.loc[tables.arms[0]]
        panel.axvline(x0, color="0.8", linewidth=0.6, zorder=0)
        panel.axhline(y0, color="0.8", linewidth=0.6, zorder=0)
    for arm in tables.there:
        own, at = runs[runs["arm"] == arm], tables.position(arm)
        x, y = means.loc[arm]
        shape = marker(at, 1)["marker"]
        panel.scatter(own[X], own[Y], s=7, color=colour(at), alpha=0.35, marker=shape, linewidths=0)
        if at and crossed:
            arrow = {
                "arrowstyle": "-|>",
                "color": colour(at),
                "lw": 0.9,
                "shrinkA": 0,
                "shrinkB": 2.5,
                "mutation_scale": 6,
            }
            panel.annotate("", (x, y), (x0, y0), arrowprops=arrow)
        panel.plot(x, y, color=colour(at), label=arm, linestyle="none", markersize=6.5, **marker(at, 1))
    panel.set_xlabel(f"{tables.metrics[X].axis(look.language)}\n{look.say('better →', '越右越好 →')}")
    panel.set_ylabel(f"{look.say('← better', '← 越低越好')}\n{tables.metrics[Y].axis(look.language)}")
    legend(drawn, 3)
    arrows = look.say(
        f" Arrows start at ‘{tables.arms[0]}’, where the thin lines cross.",
        f"箭头起点为{among(tables.arms[0]).rstrip()}。",
    )
    caption(
        drawn,
        look.say(
            f"Small: {tables.runs_said(look)}; large: their mean.", f"小点：{tables.runs_said(look)}；大点：均值。"
        )
        + (arrows if crossed else ""),
    )
    yield "plane", drawn
