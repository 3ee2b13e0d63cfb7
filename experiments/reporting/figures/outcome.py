"""Outcome: how an outcome unfolds in every arm, and what each arm changes, with the policy period shaded."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from experiments.reporting.escape import among
from experiments.reporting.figures.style import (
    Look,
    at_ends,
    caption,
    colour,
    figure,
    legend,
    letter,
    marker,
    minus,
    percent,
    places_of,
    row_height,
    stroke,
    ticks,
    weeks,
)
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_BANDS = 4
"""Arms beyond which the bands of single runs would hide each other and are left out."""
NARROW = 130.0
"""A figure below this width (mm) has its panels one below the other."""
MOST_ROWS = 4
"""Points drawn one below the other; a study with more of them is read from its other figures."""
TITLE = ("Course over time and effect", "随时间的变化与效应")
DATA = ("figure_trajectories", "figure_profiles", "effects")
NEEDS = "runs at no more than 4 points"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure an outcome: trajectories, paired differences over time, and the effect at the end."""
    if tables.trajectories.empty or len(tables.points) > MOST_ROWS:
        return
    for metric in tables.outcomes:
        yield f"outcome-{metric}", _one(tables, metric, look)


def _one(tables: Tables, metric: str, look: Look) -> "Figure":
    rows, compared = len(tables.points), tables.compared
    each = 3 if compared else 1
    narrow = compared and look.width < NARROW
    lines = rows * each if narrow else rows
    height = 12 + max(52, 24 + row_height(tables.there, 5.5) * len(tables.there)) * lines
    height += 3.5 * math.ceil(len(tables.there) / (2 if narrow else 4))
    ratios = {"width_ratios": (1.3, 1.3, 1)} if compared and not narrow else {}
    drawn, panels = figure(look, height, 1 if narrow else each, lines, None, **ratios)
    for row in range(rows):
        here = panels[row * each : (row + 1) * each]
        _trajectories(here[0], tables, metric, row, look)
        letter(here[0], row * each, tables.points[row])
        if compared:
            _profiles(here[1], tables, metric, row, look)
            letter(here[1], row * each + 1)
            _effects(here[2], tables, metric, row, look)
            letter(here[2], row * each + 2)
    if not at_ends(panels[0], 36 * look.scale):
        legend(drawn, 4, panels[0])
    caption(drawn, _caption(tables, look, compared))
    return drawn


def _trajectories(panel: "Axes", tables: Tables, metric: str, point: int, look: Look) -> None:
    _shade(panel, tables, point)
    for arm, rows in _by_arm(tables, tables.trajectories, metric, point):
        at = tables.position(arm)
        half = rows["sd"] / np.sqrt(rows["n"]) * _t(rows["n"])
        if len(tables.there) <= MOST_BANDS:
            panel.fill_between(rows["week"], rows["low"], rows["high"], color=colour(at), alpha=0.08, linewidth=0)
        panel.fill_between(
            rows["week"], rows["mean"] - half, rows["mean"] + half, color=colour(at), alpha=0.25, linewidth=0
        )
        panel.plot(rows["week"], rows["mean"], color=colour(at), label=arm, **stroke(at, len(rows)))
    panel.set_ylabel(tables.metrics[metric].axis(look.language))
    weeks(panel, tables.weeks, look)


def _profiles(panel: "Axes", tables: Tables, metric: str, point: int, look: Look) -> None:
    _shade(panel, tables, point)
    panel.axhline(0, color=colour(0), linewidth=0.8)
    for arm, rows in _by_arm(tables, tables.profiles, metric, point):
        at = tables.position(arm)
        panel.fill_between(rows["week"], rows["low"], rows["high"], color=colour(at), alpha=0.25, linewidth=0)
        if len(tables.there) <= MOST_BANDS:
            panel.fill_between(
                rows["week"], rows["all_low"], rows["all_high"], color=colour(at), alpha=0.08, linewidth=0
            )
        panel.plot(rows["week"], rows["mean"], color=colour(at), **stroke(at, len(rows)))
    panel.set_ylabel(_difference(tables, metric, look))
    weeks(panel, tables.weeks, look)


def _effects(panel: "Axes", tables: Tables, metric: str, point: int, look: Look) -> None:
    rows = tables.effects[(tables.effects["metric"] == metric) & (tables.effects["point"] == point)]
    panel.axvline(0, color=colour(0), linewidth=0.8)
    for height, (_, row) in enumerate(rows.iterrows()):
        at = tables.position(str(row["arm"]))
        panel.plot([row["joint_low"], row["joint_high"]], [height, height], color=colour(at), linewidth=0.7)
        panel.plot([row["low"], row["high"]], [height, height], color=colour(at), linewidth=2.2)
        panel.plot(row["effect"], height, color=colour(at), **marker(at, 1))
        places = places_of(row["low"], row["high"])
        said = minus(f"{row['effect']:+z.{places}f}") + (f" ({share})" if (share := percent(row)) else "")
        panel.annotate(
            said, (1, height), (2, 0), ("axes fraction", "data"), "offset points", va="center", fontsize="small"
        )
    ticks(panel, range(len(rows)), list(rows["arm"]))
    panel.set_ylim(len(rows) - 0.4, -0.7)
    panel.margins(x=0.15)
    panel.locator_params(axis="x", nbins=3, min_n_ticks=2)
    panel.set_xlabel(_difference(tables, metric, look))


def _by_arm(tables: Tables, table: "pd.DataFrame", metric: str, point: int) -> "Iterator[tuple[str, pd.DataFrame]]":
    """The rows of each arm, in the order of the arms."""
    here = table[(table["metric"] == metric) & (table["point"] == point)]
    for arm in tables.arms:
        rows = here[here["arm"] == arm]
        if len(rows):
            yield arm, rows


def _difference(tables: Tables, metric: str, look: Look) -> str:
    return tables.metrics[metric].axis(
        look.language, look.say(f"Difference from ‘{tables.arms[0]}’", f"与{among(tables.arms[0])}之差")
    )


def _shade(panel: "Axes", tables: Tables, point: int) -> None:
    """Grey where any policy acts."""
    spans = sorted({span for arm in tables.there for span in tables.acts(arm, point)})
    if spans:
        panel.axvspan(min(a for a, _ in spans), max(b for _, b in spans), color="0.94", linewidth=0, zorder=-1)


def _t(n: "pd.Series[int]") -> float:
    from scipy.special import stdtrit

    return float(stdtrit(max(int(n.max()) - 1, 1), 0.975))


def _caption(tables: Tables, look: Look, compared: bool) -> str:
    all_bands = len(tables.there) <= MOST_BANDS
    dark, pale = ("dark band: ", "; pale: 5-95 % of runs") if all_bands else ("band: ", "")
    pale_zh = "（浅色：5-95%的运行）" if all_bands else ""
    acts = any(tables.acts(arm, p) for arm in tables.there for p in range(len(tables.points)))
    grey, grey_zh = ("; grey: policies act", "；灰色：政策实施期") if acts else ("", "")
    all_weeks, all_weeks_zh = (" (pale: of all weeks at once)", "，浅色为各周同时成立") if all_bands else ("", "")
    first = look.say(
        f"Means of {tables.runs_said(look)}; {dark}95 % interval of the mean{pale}{grey}.",
        f"{tables.runs_said(look)}的均值；色带：均值的95%区间{pale_zh}{grey_zh}。",
    )
    second = look.say(
        f"Differences are paired (common random numbers), with 95 % intervals of each week{all_weeks}; last panel: mean of the last "
        f"{tables.window} weeks, thin: for all arms at once.",
        f"差值按共同随机数配对，附逐周95%区间{all_weeks_zh}；末图：最后{tables.window}周均值，细线：各组同时成立。",
    )
    return f"{first}\n{second}" if compared else first
