"""Response: how outcomes and effects change with what varies; one varied factor as a line, two as a family of lines."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.analysis.intervals import interval
from experiments.reporting.escape import among
from experiments.reporting.figures.style import Look, across, at_ends, caption, colour, figure, legend, letter, stroke
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_LEVELS = 60
TITLE = ("Outcomes and effects as what varies changes", "结果与效应随取值的变化")
DATA = ("runs",)
NEEDS = "something that varies over values, as in `varies: {moving.annual_rate: [0.05, 0.3]}`"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure a numeric factor whose levels were all visited: outcomes and effects, pooled over other factors."""
    for factor in tables.varies:
        values = tables.runs.get(factor)
        if values is None or values.dtype == object or not 2 <= values.nunique() <= MOST_LEVELS:
            continue
        if tables.runs.groupby(factor).size().nunique() > 1:
            continue  # not a crossed design: its points are read from the sensitivity figures
        yield f"response-{factor.replace('.', '-')}", _one(tables, factor, look)


def _one(tables: Tables, factor: str, look: Look) -> "Figure":
    compared = tables.compared
    shown = [(metric, paired) for paired in ((False, True) if compared else (False,)) for metric in tables.outcomes]
    most = look.width / 52 >= len(tables.outcomes)
    columns, rows = (len(tables.outcomes), 2 if compared else 1) if most else across(look, len(shown), 42)
    drawn, panels = figure(look, 18 + 46 * rows, columns, rows, len(shown))
    for panel, (metric, paired) in zip(panels, shown, strict=False):
        _line(panel, tables, factor, metric, paired=paired)
        lead = look.say(f"Difference from ‘{tables.arms[0]}’", f"与{among(tables.arms[0])}之差") if paired else ""
        panel.set_ylabel(tables.metrics[metric].axis(look.language, lead))
        if paired:
            panel.axhline(0, color=colour(0), linewidth=0.8)
    for i, panel in enumerate(panels[: len(shown)]):
        letter(panel, i)
        panel.set_xlabel(tables.factor(factor).axis(0.62 * look.width / columns))
        if labels := tables.factor(factor).levels:
            values = sorted(tables.runs[factor].unique())
            named = [labels.get(f"{value:.4g}" if isinstance(value, float) else str(value), "") for value in values]
            if any(not name.replace(".", "").replace("-", "").isdigit() for name in named):
                panel.set_xticks(values, named)
    if not at_ends(panels[min(columns, len(tables.outcomes)) - 1], 30 * look.scale):
        legend(drawn, 5, panels[0])
    n, others = tables.counted(), len(tables.points) // tables.runs[factor].nunique()
    over, over_zh = (
        (f", each a mean over the {others} points of what else varies", f"，每次为其他因素{others}个取值点的均值")
        if others > 1
        else ("", "")
    )
    drawn.set_label(tables.factor(factor).label)
    caption(
        drawn,
        look.say(
            f"Means of {n} runs of each arm at each value{over}, last {tables.window} weeks; "
            "bands: 95 % intervals; differences are paired.",
            f"每组每个取值{n}次运行{over_zh}、最后{tables.window}周的均值；色带：95%区间；差值为配对差。",
        ),
    )
    return drawn


def _line(panel: "Axes", tables: Tables, factor: str, metric: str, *, paired: bool) -> None:
    for arm in tables.there:
        at = tables.position(arm)
        if paired and at == 0:
            continue
        own = tables.runs[tables.runs["arm"] == arm]
        values: pd.Series[float] = own.set_index([factor, "point", "replicate"])[metric]
        if paired:
            base = tables.runs[tables.runs["arm"] == tables.arms[0]].set_index([factor, "point", "replicate"])[metric]
            values = (values - base).dropna()
        # Replicates share their chance across points, so they are the units: first the mean of each over the points.
        units = values.groupby(level=[0, 2]).mean().groupby(level=0)
        mean = units.mean()
        low, high = zip(*(interval(own.to_numpy(float)) for _, own in units), strict=True)
        panel.fill_between(mean.index, low, high, color=colour(at), alpha=0.2, linewidth=0)
        panel.plot(mean.index, mean, color=colour(at), label=arm, **{**stroke(at, 1), "markevery": None})
