"""Crosstab: two factors against each other, every pair of values a cell with its mean and interval."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from experiments.reporting.figures.style import Look, begun, caption, decimals, figure, letter, minus, points, wrapped
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_CELLS, MOST_PAIRS = 60, 6
TITLE = ("Every pair of values of two factors", "两个因素的交叉表")
DATA = ("cells",)
NEEDS = "a factorial of two factors or more, or `parts`"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure a quantity and outcome, a panel two factors."""
    table = tables.answers.get("cells")
    for (arm, metric), rows in table.groupby(["arm", "metric"], sort=False) if table is not None else ():
        pairs = list(rows.groupby(["factor", "by"], sort=False))
        if len(pairs) <= MOST_PAIRS and len(rows) / len(pairs) <= MOST_CELLS:
            yield (
                f"crosstab-{tables.id_of(str(arm))}-{metric}",
                _one(tables, str(metric), [(one, by, own) for (one, by), own in pairs], look),
            )


def _one(tables: Tables, metric: str, pairs: "list[tuple[str, str, pd.DataFrame]]", look: Look) -> "Figure":
    widest = max(own["by_value"].nunique() for _, _, own in pairs)
    columns = max(1, min(len(pairs), int(look.width / look.scale / (24 + 22 * widest))))
    lines = -(-len(pairs) // columns)
    tallest = max(own["value"].nunique() for _, _, own in pairs)
    drawn, panels = figure(look, 14 + (24 + max(9 * tallest, 34)) * lines, columns, lines, len(pairs))
    every = np.concatenate([own["mean"].to_numpy(float) for _, _, own in pairs])
    for i, (panel, (one, by, own)) in enumerate(zip(panels, pairs, strict=False)):
        _cells(panel, own, (float(every.min()), float(every.max())))
        panel.set_xlabel(wrapped(str(by), 0.8 * look.width / columns, points()))
        panel.set_ylabel(wrapped(str(one), 42, points()))
        letter(panel, i)
    quantity, n = pairs[0][2]["quantity"].iloc[0], int(pairs[0][2]["n"].min())
    meaning = tables.metrics[metric].axis(look.language).replace("\n", look.say(" ", ""))
    more = len(pairs) > 1
    others = look.say(" over all values of the other factors", "对其他因素全部取值的") if more else ""
    drawn.set_label(f"{quantity}{look.say('; ', '；')}{tables.metrics[metric].say(look.language)}")
    caption(
        drawn,
        look.say(
            f"{begun(quantity)}: {meaning}. Mean{others}, of {n} runs at each point, and its 95 % interval; darker: more.",
            f"{begun(quantity)}：{meaning}。{others}均值（每点{n}次运行）及95%区间；颜色越深数值越大。",
        ),
    )
    return drawn


def _cells(panel: "Axes", own: "pd.DataFrame", span: tuple[float, float]) -> None:
    """One crosstab; the same colour is the same mean in every panel."""
    rows, columns = list(dict.fromkeys(own["value"])), list(dict.fromkeys(own["by_value"]))
    means = own.pivot(index="value", columns="by_value", values="mean").reindex(index=rows, columns=columns)
    low, high = span if span[1] > span[0] else (span[0] - 1, span[0] + 1)
    panel.imshow(means.to_numpy(float), cmap="Blues", vmin=low, vmax=high + 0.6 * (high - low), aspect="auto")
    half = float((own["mean_high"] - own["mean_low"]).median())
    places = decimals(half if half > 0 else high - low)
    for _, cell in own.iterrows():
        at = columns.index(cell["by_value"]), rows.index(cell["value"])
        ends = (
            f"\n[{cell['mean_low']:.{places}f}, {cell['mean_high']:.{places}f}]"
            if np.isfinite(cell["mean_low"])
            else ""
        )
        panel.annotate(minus(f"{cell['mean']:.{places}f}{ends}"), at, ha="center", va="center", fontsize="small")
    panel.set_xticks(range(len(columns)), columns)
    panel.set_yticks(range(len(rows)), rows)
    panel.tick_params(length=0)
    panel.grid(visible=False)
