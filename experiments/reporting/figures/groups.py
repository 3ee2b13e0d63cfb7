"""Groups: for whom needs go unmet, and for whom each arm makes a difference."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.intervals import interval
from experiments.reporting.escape import among
from experiments.reporting.figures.style import Look, caption, colour, figure, legend, letter, marker
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GROUPS = (
    ("unmet_needs", "All residents", "全体居民"),
    ("unmet_elders_alone", "Elders alone", "独居老人"),
    ("unmet_senior_elders", "Senior elders", "高龄老人"),
    ("unmet_children", "Children", "儿童"),
    ("unmet_low_income", "Low income", "低收入"),
    ("unmet_migrants", "Migrants", "外来居民"),
)
OF_RUNS = tuple(name for name, _, _ in GROUPS)

TITLE = ("For whom needs go unmet, and for whom an arm makes a difference", "谁的需求未满足，谁受益")
DATA = ("runs",)
NEEDS = "runs"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure: unmet needs by group in every arm, and paired changes in per cent, at the first point."""
    shown = [(name, english, chinese) for name, english, chinese in GROUPS if name in tables.runs.columns]
    if len(shown) < 2 or tables.runs.empty:
        return
    runs = tables.runs[tables.runs["point"] == 0]
    drawn, panels = figure(look, 30 + 9 * len(shown), 2 if tables.compared else 1)
    spread = 0.7 / max(len(tables.there), 1)
    for place, arm in enumerate(tables.there):
        at = tables.position(arm)
        own = runs[runs["arm"] == arm].set_index("replicate")
        base = runs[runs["arm"] == tables.arms[0]].set_index("replicate")
        for row, (metric, _, _) in enumerate(shown):
            height = row + (place - (len(tables.there) - 1) / 2) * spread
            values = own[metric].dropna()
            _dot(panels[0], values.to_numpy(float), height, at, arm if row == 0 else "")
            if at and len(panels) > 1:
                change = 100 * (own[metric] - base[metric]).dropna() / base[metric].mean()
                _dot(panels[1], change.to_numpy(float), height, at, "")
    names = [look.say(english, chinese) for _, english, chinese in shown]
    for i, panel in enumerate(panels):
        panel.set_yticks(range(len(shown)), names if i == 0 else [""] * len(shown))
        panel.set_ylim(len(shown) - 0.5, -0.5)
        panel.tick_params(axis="y", length=0)
        panel.spines["left"].set_visible(False)
        panel.grid(axis="x")
        letter(panel, i)
    panels[0].set_xlabel(
        look.say("Unmet needs\n(person-weeks per 100 of the group a year)", "未满足需求\n(每百人每年人周)")
    )
    panels[0].set_xlim(left=-0.02 * panels[0].get_xlim()[1])
    if len(panels) > 1:
        panels[1].axvline(0, color=colour(0), linewidth=0.8)
        panels[1].set_xlabel(look.say(f"Change from {tables.arms[0]} (%)", f"相对{among(tables.arms[0])}的变化 (%)"))
    legend(drawn, 5)
    n = tables.counted(0)
    caption(
        drawn,
        look.say(
            f"{tables.where(0, look)}Means of n = {n} runs an arm, last {tables.window} weeks, "
            "95 % intervals; changes are paired.",
            f"{tables.where(0, look)}每组 n = {n} 次运行、最后{tables.window}周的均值及95%区间；变化为配对差。",
        ),
    )
    yield "groups", drawn


def _dot(
    panel: "object", values: "np.ndarray[tuple[int], np.dtype[np.float64]]", height: float, at: int, label: str
) -> None:
    from matplotlib.axes import Axes

    assert isinstance(panel, Axes)
    if not values.size:
        return
    mean = float(values.mean())
    panel.plot(interval(values), [height, height], color=colour(at), linewidth=1.4)
    panel.plot(mean, height, color=colour(at), linestyle="none", label=label or None, **marker(at, 1))
