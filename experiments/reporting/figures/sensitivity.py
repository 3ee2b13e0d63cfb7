"""Sensitivity: which parameters an outcome, or an arm's effect, hangs on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.reporting.figures.style import (
    GREY,
    Look,
    across,
    begun,
    caption,
    colour,
    figure,
    legend,
    letter,
    row_height,
    ticks,
)
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = ("Which parameters the result hangs on", "结果取决于哪些参数")
DATA = ("sensitivity",)
NEEDS = "a design with `method: saltelli` or `method: morris`"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure a quantity (the first arm's outcomes, another arm's effects): a panel an outcome, a row a factor."""
    table = tables.sensitivity
    if table is None or table.empty:
        return
    for arm, rows in table.groupby("arm", sort=False):
        of = "" if arm == tables.arms[0] else "effect-of-"
        yield f"sensitivity-{of}{tables.id_of(str(arm))}", _one(tables, str(rows["quantity"].iloc[0]), rows, look)


def _one(tables: Tables, quantity: str, rows: "pd.DataFrame", look: Look) -> "Figure":
    metrics = list(dict.fromkeys(rows["metric"]))
    sobol = rows["kind"].iloc[0] == "sobol"
    top = "total" if sobol else "mu_star"
    factors = list(rows.groupby("factor")[top].mean().sort_values(ascending=False).index)
    columns, lines = across(look, len(metrics), 52)
    drawn, panels = figure(look, 6 + (28 + row_height(factors, 7) * len(factors)) * lines, columns, lines, len(metrics))
    for i, (panel, metric) in enumerate(zip(panels, metrics, strict=False)):
        own = rows[rows["metric"] == metric].set_index("factor").reindex(factors)
        (_sobol if sobol else _morris)(panel, own, look)
        ticks(panel, range(len(factors)), factors, named=i % columns == 0)
        panel.set_ylim(len(factors) - 0.4, -0.6)
        panel.grid(axis="x")
        title = tables.metrics[metric].say(look.language)
        if sobol and own["luck"].notna().any():
            title += look.say(f" (luck: {own['luck'].iloc[0]:.0%})", f"（偶然：{own['luck'].iloc[0]:.0%}）")
        letter(panel, i, title)
        if not sobol:
            panel.set_xlabel(tables.metrics[metric].axis(look.language, look.say("Mean size of effect", "平均效应")))
    legend(drawn, 3, panels[0])
    size = int(rows["points" if sobol else "trajectories"].max())
    replicates = int(rows["replicates"].max())
    kind = look.say(
        f"{size} base points, {replicates} runs of each arm at each of their points; luck: its share of one run's variance, kept out of the indices."
        if sobol
        else f"{size} trajectories, {replicates} runs of each arm at each of their points, over each full range; cross: what luck alone shows.",
        f"{size}个基点，每点每组{replicates}次运行；偶然：占单次运行方差的比例，不计入指数。"
        if sobol
        else f"{size}条轨迹，每点每组{replicates}次运行，各因素取全范围；叉号：仅由偶然造成的大小。",
    )
    drawn.set_label(quantity)
    caption(
        drawn,
        look.say(
            f"{begun(quantity)}. 95 % intervals over points and luck; {kind}",
            f"{begun(quantity)}。取值点与偶然的95%区间；{kind}",
        ),
    )
    return drawn


def _sobol(panel: "Axes", own: "pd.DataFrame", look: Look) -> None:
    shown = (
        ("first", -0.13, colour(1), "s", look.say("alone (first)", "一阶")),
        ("total", 0.13, colour(2), "o", look.say("with others (total)", "总")),
    )
    for name, shift, tint, shape, label in shown:
        for row in range(len(own)):
            panel.plot(
                [own[f"{name}_low"].iloc[row], own[f"{name}_high"].iloc[row]],
                [row + shift] * 2,
                color=tint,
                linewidth=1.4,
            )
        heights = [row + shift for row in range(len(own))]
        panel.plot(own[name], heights, shape, color=tint, markeredgecolor="white", markeredgewidth=0.4, label=label)
    panel.axvline(0, color=colour(0), linewidth=0.8)
    panel.set_xlim(min(-0.05, panel.get_xlim()[0]), max(1.0, panel.get_xlim()[1]))
    panel.set_xlabel(look.say("Share of variance", "方差占比"))


def _morris(panel: "Axes", own: "pd.DataFrame", look: Look) -> None:
    for row in range(len(own)):
        panel.plot(
            [own["mu_star_low"].iloc[row], own["mu_star_high"].iloc[row]], [row, row], color=colour(1), linewidth=1.4
        )
    panel.plot(
        own["mu_star"], range(len(own)), "s", color=colour(1), markeredgecolor="white", markeredgewidth=0.4, label="μ*"
    )
    panel.plot(own["sigma"], range(len(own)), "d", color=colour(2), markersize=3.5, label="σ")
    panel.plot(own["floor"], range(len(own)), "x", color=GREY, markersize=3.5, label=look.say("luck", "偶然"))
    panel.set_xlim(left=-0.02 * panel.get_xlim()[1])
    panel.locator_params(axis="x", nbins=4)
