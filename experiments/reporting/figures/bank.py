"""Bank: where the time bank's credits come from and go, over time, in every arm."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from experiments.reporting.figures.style import COLOURS, Look, across, caption, figure, first_of, legend, letter, weeks
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OVER_TIME = ("credits_earned", "credits_spent", "credits_expired", "credits_lost")
"""Metrics whose trajectories this figure draws."""
MOST_ARMS = 8
TITLE = ("Flows of the time bank", "时间银行的流量")
DATA = ("figure_trajectories",)
NEEDS = "an arm with the policy time_bank"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure a point: yearly flows of hours, earned upward, what leaves the bank downward, in arms that have a bank."""
    table = tables.trajectories
    if table.empty or not set(OVER_TIME) <= set(table["metric"]):
        return
    for point in tables.shown_points():
        drawn = _one(tables, point, look)
        if drawn is not None:
            yield ("bank" if not point else f"bank-{point + 1}"), drawn


def _one(tables: Tables, point: int, look: Look) -> "Figure | None":
    table = tables.trajectories[tables.trajectories["point"] == point]
    here = table.pivot_table(index=["arm", "week"], columns="metric", values="mean")
    earned = here["credits_earned"].groupby(level=0).max()
    there = [arm for arm in tables.there if earned.get(arm, 0.0) > 0]
    arms = there[:MOST_ARMS]
    if not arms:
        return None
    columns, rows = across(look, len(arms), 44, most=4)
    drawn, panels = figure(look, 18 + 42 * rows, columns, rows, len(arms))
    top = 1.1 * float(here["credits_earned"].max())
    names = [tables.metrics[m].say(look.language) for m in OVER_TIME]
    for i, (panel, arm) in enumerate(zip(panels, arms, strict=False)):
        own = here.loc[arm]
        at = own.index.to_numpy()
        out = np.stack([-own[m].to_numpy(float) for m in OVER_TIME[1:]])
        panel.fill_between(at, 0, own["credits_earned"], color=COLOURS[3], linewidth=0, label=names[0])
        panel.stackplot(at, out, colors=(COLOURS[1], COLOURS[2], COLOURS[5]), labels=names[1:], linewidth=0)
        net = own["credits_earned"] + out.sum(axis=0)
        panel.plot(at, net, color="black", linewidth=0.9, label=look.say("Balance", "净增"))
        panel.axhline(0, color="0.3", linewidth=0.6)
        for start, _ in tables.acts(arm, point)[:1]:
            panel.axvline(start, color="0.3", linewidth=0.8, linestyle=":")
        letter(panel, i, arm)
        panel.set_ylim(-top, top)
        weeks(panel, tables.weeks, look, most=3)
        if i % columns == 0:
            panel.set_ylabel(
                look.say("Hours per 100 residents a year\n(leaving: below 0)", "每百居民每年小时\n（流出为负）")
            )
        else:
            panel.set_yticklabels([])
    legend(drawn, 5, panels[0])
    acts = any(tables.acts(arm, point) for arm in arms)
    dotted = look.say(" Dotted: policies begin.", "虚线：政策开始。") if acts else ""
    few = first_of(len(arms), len(there), look)
    drawn.set_label(tables.at(point))
    caption(
        drawn,
        look.say(
            f"{tables.where(point, look)}{few}Means of {tables.runs_said(look, point)}, paces of the last 52 weeks.{dotted}",
            f"{tables.where(point, look)}{few}{tables.runs_said(look, point)}的均值，近52周的年度流量。{dotted}",
        ),
    )
    return drawn
