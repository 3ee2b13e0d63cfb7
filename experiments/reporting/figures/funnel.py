"""Funnel: how far needs get - arisen, known, dispatched, done - and where they are lost, in every arm."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.reporting.figures.style import Look, across, caption, colour, figure, letter
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS = ("needs_arisen", "orders_known", "orders_dispatched", "orders_accepted", "orders_done")
"""Metrics from the widest to the narrowest step."""
OF_RUNS = STEPS
MOST_ARMS = 8
TITLE = ("How far needs get, and where they are lost", "需求走到哪一步，在哪里流失")
DATA = ("runs",)
NEEDS = "runs"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure: each step's yearly number in each arm at the first point, and what is left of the needs."""
    runs = tables.runs
    steps = [name for name in STEPS if name in runs.columns]
    if len(steps) < 3 or runs.empty:
        return
    here = runs[runs["point"] == 0].groupby("arm")[steps].mean()
    arms = [arm for arm in tables.arms if arm in here.index][:MOST_ARMS]
    columns, rows = across(look, len(arms), 44, most=4)
    drawn, panels = figure(look, 16 + 40 * rows, columns, rows, len(arms))
    widest = float(here[steps[0]].max())
    for i, (panel, arm) in enumerate(zip(panels, arms, strict=False)):
        values = here.loc[arm].to_numpy(float)
        panel.barh(range(len(steps)), values, color=colour(tables.position(arm)), height=0.72)
        for row, value in enumerate(values):
            left = f"{value:,.0f}  ({value / values[0]:.0%})" if values[0] > 0 else f"{value:,.0f}"
            panel.annotate(left, (value, row), (2, 0), textcoords="offset points", va="center", fontsize=6)
        first = i % columns == 0
        names = [tables.metrics[m].say(look.language) for m in steps]
        panel.set_yticks(range(len(steps)), names if first else [""] * len(steps))
        panel.set_ylim(len(steps) - 0.4, -0.6)
        panel.set_xlim(0, 1.5 * widest)
        panel.locator_params(axis="x", nbins=3)
        panel.tick_params(axis="y", length=0)
        panel.spines["left"].set_visible(False)
        letter(panel, i, arm)
        if i + columns >= len(arms):
            panel.set_xlabel(look.say("per 100 residents a year", "每百居民每年"))
    n = tables.counted(0)
    caption(
        drawn,
        look.say(
            f"{tables.where(0, look)}Means of n = {n} runs an arm, last {tables.window} weeks; in brackets: share of needs. "
            "Needs that are not placed are met by the household, neighbours or public services, or stay hidden; an order "
            "can be dispatched again, and one that is done may be older.",
            f"{tables.where(0, look)}每组 n = {n} 次运行、最后{tables.window}周均值；括号：占需求的比例。"
            "未下单的需求由家庭、邻里或公共服务满足，或仍未显现；一单可多次派发，完成的可为更早的订单。",
        ),
    )
    yield "funnel", drawn
