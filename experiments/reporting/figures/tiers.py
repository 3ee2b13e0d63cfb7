"""Tiers: who takes part how deeply, over time, one panel an arm."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.reporting.figures.style import TIERS, Look, across, caption, figure, letter, weeks
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OVER_TIME = ("tier_1", "tier_2", "tier_3")
"""Metrics whose trajectories this figure draws. Bystanders are the white above."""
MOST_ARMS = 8
TITLE = ("Who takes part how deeply, over time", "各参与层级随时间的构成")
DATA = ("figure_trajectories",)
NEEDS = "weekly runs"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure: shares of tiers 3, 2 and 1 stacked, at the first point, for up to eight arms."""
    table = tables.trajectories
    if table.empty or not set(OVER_TIME) <= set(table["metric"]):
        return
    here = table[table["point"] == 0].pivot_table(index=["arm", "week"], columns="metric", values="mean")
    arms = tables.there[:MOST_ARMS]
    columns, rows = across(look, len(arms), 44, most=4)
    drawn, panels = figure(look, 16 + 42 * rows, columns, rows, len(arms))
    top = 1.15 * float(here[list(OVER_TIME)].sum(axis=1).max())
    order = ("tier_3", "tier_2", "tier_1")
    for i, (panel, arm) in enumerate(zip(panels, arms, strict=False)):
        own = here.loc[arm]
        names = [tables.metrics[m].say(look.language) for m in order]
        panel.stackplot(own.index, *(own[m] for m in order), colors=TIERS[:0:-1], labels=names, linewidth=0)
        for start, _ in tables.acts(arm)[:1]:
            panel.axvline(start, color="0.3", linewidth=0.8, linestyle=":")
        letter(panel, i, arm)
        panel.set_ylim(0, top)
        weeks(panel, tables.weeks, look, most=3)
        if i % columns == 0:
            panel.set_ylabel(tables.metrics["tier_1"].axis(look.language, look.say("Participants", "参与者")))
    lines, labels = panels[0].get_legend_handles_labels()
    drawn.legend(lines[::-1], labels[::-1], loc="outside upper left", ncols=3)
    n = tables.counted(0)
    dotted = look.say(" Dotted: policies begin.", "虚线：政策开始。") if any(map(tables.acts, arms)) else ""
    caption(
        drawn,
        look.say(
            f"{tables.where(0, look)}Means of n = {n} runs an arm.{dotted} White: bystanders.",
            f"{tables.where(0, look)}每组 n = {n} 次运行的均值。{dotted}空白：未参与。",
        ),
    )
    yield "tiers", drawn
