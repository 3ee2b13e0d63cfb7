"""Space: an arm's effect over all that is uncertain, point by point, with the spread of points and that of luck apart."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.reporting.escape import among
from experiments.reporting.figures.style import (
    GREY,
    Look,
    across,
    caption,
    colour,
    figure,
    legend,
    letter,
    marker,
    row_height,
    ticks,
)
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = ("The effect over all that is uncertain", "全部不确定取值上的效应")
DATA = ("overall", "effects")
NEEDS = "a sample of what varies, as with `design: {method: latin_hypercube, points: 64}`"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure: a panel an outcome, a row an arm; every point's mean difference, the mean and what it rests on."""
    table = tables.answers.get("overall")
    if table is None or table.empty:
        return
    metrics, arms = list(dict.fromkeys(table["metric"])), list(dict.fromkeys(table["arm"]))
    columns, lines = across(look, len(metrics), 52)
    drawn, panels = figure(look, 18 + (24 + row_height(arms, 13) * len(arms)) * lines, columns, lines, len(metrics))
    for i, (panel, metric) in enumerate(zip(panels, metrics, strict=False)):
        panel.axvline(0, color=colour(0), linewidth=0.8)
        for row, arm in enumerate(arms):
            own = table[(table["metric"] == metric) & (table["arm"] == arm)].iloc[0]
            dots = tables.effects
            dots = dots[(dots["metric"] == metric) & (dots["arm"] == arm)]["effect"]
            panel.plot(
                dots,
                [row - 0.28] * len(dots),
                "|",
                color=GREY,
                markersize=4,
                alpha=0.6,
                label=look.say("a point", "一个取值点") if not row else None,
            )
            tint = colour(tables.position(arm))
            bars = (
                ("", 2.4, 0.0, tint, "-", look.say("mean and its 95 % interval", "均值及95%区间")),
                ("points_", 1.4, 0.18, "0.35", "-", look.say("by points alone", "仅取值点")),
                ("luck_", 1.4, 0.32, "0.35", (0, (1.6, 1)), look.say("by luck alone", "仅偶然")),
            )
            for stem, width, shift, shade, line, label in bars:
                panel.plot(
                    [own[f"{stem}low"], own[f"{stem}high"]],
                    [row + shift] * 2,
                    color=shade,
                    linewidth=width,
                    linestyle=line,
                    label=label if not row else None,
                )
            panel.plot(own["effect"], row, color=tint, **marker(tables.position(arm), 1))
        ticks(panel, range(len(arms)), arms, named=i % columns == 0)
        panel.set_ylim(len(arms) - 0.4, -0.6)
        panel.locator_params(axis="x", nbins=4)
        lead = look.say(f"Difference from ‘{tables.arms[0]}’", f"与{among(tables.arms[0])}之差")
        panel.set_xlabel(tables.metrics[metric].axis(look.language, lead))
        letter(panel, i, tables.metrics[metric].say(look.language))
    legend(drawn, 4, panels[0])
    points, n = int(table["points"].max()), int(table["n"].max())
    caption(
        drawn,
        look.say(
            f"{points} points drawn from what varies, {n} pairs of runs at each, which share their luck. The interval of the mean counts points and luck; "
            "below it what either alone would give.",
            f"从不确定因素抽取{points}个取值点，各{n}对运行，共用随机数。均值的区间兼顾取值点与偶然；其下为两者各自单独的区间。",
        ),
    )
    yield "space", drawn
