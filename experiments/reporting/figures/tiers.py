"""Tiers: who takes part how deeply, over time, one panel an arm."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.reporting.figures.style import TIERS, Look, across, caption, figure, first_of, letter, weeks
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
    """One figure a point: shares of tiers 3, 2 and 1 stacked, for up to eight arms."""
    table = tables.trajectories
    if table.empty or not set(OVER_TIME) <= set(table["metric"]):
        return
    own = table[table["metric"].isin(OVER_TIME)]
    top = 1.15 * float(own.groupby(["arm", "point", "week"])["mean"].sum().max())
    for point in tables.shown_points():
        yield ("tiers" if not point else f"tiers-{point + 1}"), _one(tables, point, top, look)


def _one(tables: Tables, point: int, top: float, look: Look) -> "Figure":
    table = tables.trajectories[tables.trajectories["point"] == point]
    here = table.pivot_table(index=["arm", "week"], columns="metric", values="mean")
    there = [arm for arm in tables.there if arm in here.index.get_level_values(0)]
    arms = there[:MOST_ARMS]
    columns, rows = across(look, len(arms), 44, most=4)
    drawn, panels = figure(look, 16 + 42 * rows, columns, rows, len(arms))
    order = ("tier_3", "tier_2", "tier_1")
    for i, (panel, arm) in enumerate(zip(panels, arms, strict=False)):
        own = here.loc[arm]
        names = [tables.metrics[m].say(look.language) for m in order]
        panel.stackplot(
            own.index, *(own[m] for m in order), colors=TIERS[:0:-1], labels=names, linewidth=0.3, edgecolor="white"
        )
        for start, _ in tables.acts(arm, point)[:1]:
            panel.axvline(start, color="0.3", linewidth=0.8, linestyle=":")
        letter(panel, i, arm)
        panel.set_ylim(0, top or 1)
        weeks(panel, tables.weeks, look, most=3)
        if i % columns == 0:
            panel.set_ylabel(tables.metrics["tier_1"].axis(look.language, look.say("Participants", "参与者")))
    lines, labels = panels[0].get_legend_handles_labels()
    drawn.legend(lines[::-1], labels[::-1], loc="outside upper left", ncols=3)
    acts = any(tables.acts(arm, point) for arm in arms)
    dotted = look.say(" Dotted: policies begin.", "虚线：政策开始。") if acts else ""
    few = first_of(len(arms), len(there), look)
    drawn.set_label(tables.at(point))
    caption(
        drawn,
        look.say(
            f"{tables.where(point, look)}{few}Means of {tables.runs_said(look, point)}.{dotted} White: bystanders.",
            f"{tables.where(point, look)}{few}{tables.runs_said(look, point)}的均值。{dotted}空白：未参与。",
        ),
    )
    return drawn
