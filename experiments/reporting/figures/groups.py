"""Groups: for whom needs go unmet, and for whom each arm makes a difference."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.intervals import interval
from experiments.reporting.escape import among, apart
from experiments.reporting.figures.lettering import wrapped
from experiments.reporting.figures.style import Look, caption, colour, figure, legend, letter, marker
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    import pandas as pd
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
DATA = ("runs", "groups")
NEEDS = "runs"

type Row = tuple[str, Callable[[str], "pd.Series[float]"]]
"""A group's name, and what was unmet of it in the runs of an arm, by replicate."""


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """Unmet needs by group in every arm, and paired changes in per cent, at the first point; groups of each of the user's
    own columns have a figure of their own.
    """
    if tables.runs.empty:
        return
    runs = tables.runs[tables.runs["point"] == 0]

    def of_metric(metric: str) -> Callable[[str], "pd.Series[float]"]:
        return lambda arm: runs[runs["arm"] == arm].set_index("replicate")[metric]

    known = [(look.say(*names), of_metric(name)) for name, *names in GROUPS if name in tables.runs.columns]
    if len(known) > 1:
        yield "groups", _drawn(tables, look, known)
    if tables.by_group is None:
        return
    everybody = [row for row, (name, *_) in zip(known, GROUPS, strict=False) if name == "unmet_needs"]
    unmet = tables.by_group[(tables.by_group["outcome"] == "unmet_needs") & (tables.by_group["point"] == 0)]
    for place, (column, own) in enumerate(unmet.groupby("column", sort=False), 1):

        def of_value(value: str, own: "pd.DataFrame" = own) -> Callable[[str], "pd.Series[float]"]:
            here = own[own["value"] == value]
            return lambda arm: here[here["arm"] == arm].set_index("replicate")["number"]

        values = [str(value) for value in dict.fromkeys(own["value"])]
        with_names = [(value or look.say("(nothing known)", "（未知）"), of_value(value)) for value in values]
        yield f"groups-{place}", _drawn(tables, look, [*everybody, *with_names], str(column))


def _drawn(tables: Tables, look: Look, shown: Sequence[Row], column: str = "") -> "Figure":
    """One figure; `column`: the user's own column that makes the groups."""
    drawn, panels = figure(look, 30 + 9 * len(shown), 2 if tables.compared else 1)
    spread = 0.7 / max(len(tables.there), 1)
    for place, arm in enumerate(tables.there):
        at = tables.position(arm)
        for row, (_, unmet) in enumerate(shown):
            height = row + (place - (len(tables.there) - 1) / 2) * spread
            own = unmet(arm)
            _dot(panels[0], own.dropna().to_numpy(float), height, at, arm if row == 0 else "")
            if at and len(panels) > 1:
                base = unmet(tables.arms[0])
                change = 100 * (own - base).dropna() / base.mean()
                _dot(panels[1], change.to_numpy(float), height, at, "")
    names = [wrapped(name, 42, 7) for name, _ in shown] if column else [name for name, _ in shown]
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
    by = look.say(f"Groups by {apart(column)}. ", f"按{among(column)}分组。") if column else ""
    caption(
        drawn,
        by
        + look.say(
            f"{tables.where(0, look)}Means of n = {n} runs an arm, last {tables.window} weeks, "
            "95 % intervals; changes are paired.",
            f"{tables.where(0, look)}每组 n = {n} 次运行、最后{tables.window}周的均值及95%区间；变化为配对差。",
        ),
    )
    return drawn


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
