"""Interactions: lines that are parallel where two factors add up, and are not where they go together or stand in each other's way."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.reporting.figures.style import (
    SMALL,
    Look,
    across,
    begun,
    caption,
    colour,
    figure,
    points,
    stroke,
    wrapped,
)
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST_PAIRS, MOST_LINES = 6, 8
TITLE = ("How two factors act together", "两个因素的交互作用")
DATA = ("cells", "interactions")
NEEDS = "a factorial of two factors or more, or `parts`"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure a quantity and outcome: a panel two factors, a line a value of the second one."""
    cells, found = tables.answers.get("cells"), tables.answers.get("interactions")
    if cells is None or found is None:
        return
    for (arm, metric), rows in cells.groupby(["arm", "metric"], sort=False):
        own = found[(found["arm"] == arm) & (found["metric"] == metric)]
        pairs = own[["factor", "by"]].drop_duplicates()
        shown = rows.merge(pairs, on=["factor", "by"])
        if 0 < len(pairs) <= MOST_PAIRS and shown.groupby(["factor", "by"])["by_value"].nunique().max() <= MOST_LINES:
            yield f"interactions-{tables.id_of(str(arm))}-{metric}", _one(tables, str(metric), shown, own, look)


def _one(tables: Tables, metric: str, rows: "pd.DataFrame", found: "pd.DataFrame", look: Look) -> "Figure":
    pairs = list(rows.groupby(["factor", "by"], sort=False))
    columns, lines = across(look, len(pairs), 56)
    drawn, panels = figure(look, 12 + 64 * lines, columns, lines, len(pairs))
    for i, (panel, ((one, other), own)) in enumerate(zip(panels, pairs, strict=False)):
        values = list(dict.fromkeys(own["value"]))
        for k, (value, line) in enumerate(own.groupby("by_value", sort=False)):
            shift = [x + 0.05 * (k - (own["by_value"].nunique() - 1) / 2) for x in range(len(values))]
            ordered = line.set_index("value").reindex(values)
            panel.vlines(
                shift, ordered["apart_low"], ordered["apart_high"], color=colour(1 + k), linewidth=0.9, alpha=0.6
            )
            panel.plot(
                shift,
                ordered["mean"],
                color=colour(1 + k),
                label=str(value),
                **{**stroke(k + 1, 1), "markevery": None},
            )
        panel.set_xticks(range(len(values)), values)
        panel.set_xlim(-0.4, len(values) - 0.6)
        panel.margins(y=0.25)
        room = 0.75 * look.width / columns
        panel.set_xlabel(wrapped(str(one), room, points()))
        panel.set_ylabel(tables.metrics[metric].axis(look.language))
        panel.legend(
            title=wrapped(str(other), room, points(SMALL)), fontsize="small", title_fontsize="small", loc="lower left",
            bbox_to_anchor=(0, 1.02), ncols=min(4, own["by_value"].nunique()), alignment="left", borderpad=0, handlelength=2.6,
        )  # fmt: skip
        if len(pairs) > 1:
            panel.annotate(
                chr(97 + i),
                (0, 1),
                (-4, 3),
                "axes fraction",
                "offset points",
                fontweight="bold",
                ha="right",
                va="bottom",
            )
    sure = int(((found["joint_low"] > 0) | (found["joint_high"] < 0)).sum())
    quantity, n = rows["quantity"].iloc[0], int(rows["n"].min())
    drawn.set_label(f"{quantity}{look.say('; ', '；')}{tables.metrics[metric].say(look.language)}")
    caption(
        drawn,
        look.say(
            f"{begun(quantity)}. Parallel lines: the factors add up. {sure} of {len(found)} interactions are beyond chance, all at once "
            f"(95 %, {n} runs at each point); bars: 95 % intervals without the luck that all values share.",
            f"{begun(quantity)}。线条平行表示两因素可相加。{len(found)}项交互作用中有{sure}项超出偶然（联合95%，每点{n}次运行）；"
            "竖线：去除各取值共有偶然后的95%区间。",
        ),
    )
    return drawn
