"""Factors: what each factor of a crossed design does on average over the others."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.reporting.figures.style import (
    Look,
    across,
    begun,
    caption,
    colour,
    decimals,
    figure,
    letter,
    marker,
    minus,
    row_height,
    ticks,
)
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST_ROWS = 40
TITLE = ("What each factor does on average over the others", "各因素对其他因素平均后的主效应")
DATA = ("main",)
NEEDS = "a factorial of two factors or more, or `parts`"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure a quantity (the first arm's outcomes, another arm's effects): a panel an outcome, a row a factor's value."""
    table = tables.answers.get("main")
    for arm, rows in table.groupby("arm", sort=False) if table is not None else ():
        if rows["factor"].nunique() > 1 and len(rows[["factor", "value"]].drop_duplicates()) <= MOST_ROWS:
            yield f"factors-{tables.id_of(str(arm))}", _one(tables, str(rows["quantity"].iloc[0]), rows, look)


def _one(tables: Tables, quantity: str, rows: "pd.DataFrame", look: Look) -> "Figure":
    metrics = list(dict.fromkeys(rows["metric"]))
    labels = list(rows[["factor", "value"]].drop_duplicates().itertuples(index=False, name=None))
    columns, lines = across(look, len(metrics), 58)
    first = [i for i, (factor, _) in enumerate(labels) if not i or labels[i - 1][0] != factor]
    names = [
        f"{factor}{look.say(': ', '：')}{value}" if i in first else str(value)
        for i, (factor, value) in enumerate(labels)
    ]
    drawn, panels = figure(look, 12 + (20 + row_height(names, 6) * len(labels)) * lines, columns, lines, len(metrics))
    for i, (panel, metric) in enumerate(zip(panels, metrics, strict=False)):
        own = rows[rows["metric"] == metric].set_index(["factor", "value"]).reindex(labels)
        for place, (a, b) in enumerate(zip(first, [*first[1:], len(labels)], strict=True)):
            here, tint = own.iloc[a:b], colour(1 + place % 6)
            panel.hlines(range(a, b), here["change_low"], here["change_high"], color=tint, linewidth=1.6)
            change = here["change"].fillna(0.0)
            shape = {**marker(1 + place % 6, 1), "markevery": None}
            panel.plot(change, range(a, b), "-", color=tint, linewidth=0.5, **shape)
            if a:
                panel.axhline(a - 0.5, color="0.85", linewidth=0.6)
        places = decimals(float((own["change_high"] - own["change_low"]).median()))
        for row, mean in enumerate(own["mean"]):
            panel.annotate(
                minus(f"{mean:.{places}f}"),
                (1, row),
                (3, 0),
                ("axes fraction", "data"),
                "offset points",
                va="center",
                fontsize="small",
            )
        panel.axvline(0, color=colour(0), linewidth=0.8)
        ticks(panel, range(len(labels)), names, named=i % columns == 0)
        panel.set_ylim(len(labels) - 0.4, -0.6)
        panel.locator_params(axis="x", nbins=4)
        panel.set_xlabel(tables.metrics[metric].axis(look.language, look.say("Change", "变化")))
        letter(panel, i, tables.metrics[metric].say(look.language))
    n = int(rows["n"].min())
    drawn.set_label(quantity)
    caption(
        drawn,
        look.say(
            f"{begun(quantity)}: change from a factor’s first value, mean over all values of the other factors, {n} runs at each point, 95 % intervals; "
            "right: the mean itself.",
            f"{begun(quantity)}：与该因素第一个取值之差，对其他因素全部取值平均，每点{n}次运行，95%区间；右侧：均值本身。",
        ),
    )
    return drawn
