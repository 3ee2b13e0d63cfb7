"""Funnel: needs that arise and are placed, and how often orders are dispatched, accepted and done, in every arm."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.analysis.intervals import interval
from experiments.reporting.figures.style import (
    Look,
    across,
    caption,
    colour,
    figure,
    first_of,
    letter,
    places_of,
    ticks,
)
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS = ("needs_arisen", "orders_known", "orders_dispatched", "orders_accepted", "orders_done")
"""Metrics: needs, which pass a step once, then steps that an order can pass again."""
AGAIN = ("orders_dispatched", "orders_accepted", "orders_done")
OF_RUNS = STEPS
MOST_ARMS = 8
ROOM_TO = 0.6
"""Share of a panel's width that the furthest interval takes; its numbers stand in what is left."""
GAP = 0.6
"""Rows between needs and the steps that an order can pass again."""
TITLE = ("What becomes of needs and orders", "需求与工单的去向")
DATA = ("runs",)
NEEDS = "runs"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure a point: each step's yearly number in each arm, with its interval."""
    steps = [name for name in STEPS if name in tables.runs.columns]
    if len(steps) < 3 or tables.runs.empty:
        return
    for point in tables.shown_points():
        yield ("funnel" if not point else f"funnel-{point + 1}"), _one(tables, point, steps, look)


def _one(tables: Tables, point: int, steps: list[str], look: Look) -> "Figure":
    runs = tables.runs[tables.runs["point"] == point]
    there = [arm for arm in tables.arms if arm in set(runs["arm"])]
    arms = there[:MOST_ARMS]
    columns, rows = across(look, len(arms), 56, most=4)
    drawn, panels = figure(look, 18 + 38 * rows, columns, rows, len(arms))
    heights = [k + GAP * (name in AGAIN) for k, name in enumerate(steps)]
    names = [tables.metrics[m].say(look.language) for m in steps]
    names = [
        name + look.say(" (times)", "（次）") if m in AGAIN else name for m, name in zip(steps, names, strict=True)
    ]
    widest = furthest = 0.0
    for i, (panel, arm) in enumerate(zip(panels, arms, strict=False)):
        at, own = colour(tables.position(arm)), runs[runs["arm"] == arm]
        for height, name in zip(heights, steps, strict=True):
            values = own[name].dropna().to_numpy(float)
            if not values.size:
                continue
            mean, (low, high) = float(values.mean()), interval(values)
            fill: dict[str, Any] = (
                {"color": at} if name not in AGAIN else {"facecolor": "white", "edgecolor": at, "hatch": "////"}
            )
            panel.barh(height, mean, height=0.66, linewidth=0.7, **fill)
            panel.plot([low, high], [height, height], color="0.2" if at != "#000000" else "0.6", linewidth=1.0)
            end, places = max(mean, high if high == high else mean), places_of(low, high, most=1)
            widest, furthest = max(widest, mean), max(furthest, end)
            said = f"{mean:.{places}f}" + (f" [{low:.{places}f}, {high:.{places}f}]" if low < high else "")
            panel.annotate(said, (end, height), (2, 0), textcoords="offset points", va="center", fontsize="small")
        ticks(panel, heights, names, named=i % columns == 0)
        panel.set_ylim(heights[-1] + 0.6, -0.6)
        letter(panel, i, arm)
        if i + columns >= len(arms):
            panel.set_xlabel(look.say("Per 100 residents a year", "每百居民每年"))
    for panel in panels:  # room for the numbers behind the longest bar, and behind the furthest interval
        panel.set_xlim(0, max(1.75 * widest, furthest / ROOM_TO) or 1.0)
        panel.locator_params(axis="x", nbins=3)
    few = first_of(len(arms), len(there), look)
    drawn.set_label(tables.at(point))
    caption(
        drawn,
        look.say(
            f"{tables.where(point, look)}{few}Means of {tables.runs_said(look, point)} over the last {tables.window} weeks and their 95 % intervals. "
            "Solid: needs, of which the household, neighbours and public services meet some, and some stay hidden; the others are placed as "
            "orders. Hatched: how often orders pass a step, which an order can do again: where nobody accepts, where a service was not good, "
            "or where a case needs somebody else. So these are no parts of the bars above.",
            f"{tables.where(point, look)}{few}{tables.runs_said(look, point)}、最后{tables.window}周的均值及95%区间。"
            "实心：需求，一部分由家庭、邻里或公共服务满足，一部分仍未显现，其余下单。斜线：工单经过各环节的次数，无人接单、服务未做好或个案需另找人时会再次经过，"
            "因此不是上方条形的一部分。",
        ),
    )
    return drawn
