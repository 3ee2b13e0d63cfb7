"""Pareto: what is worth choosing when two things matter, and money is the third."""

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from experiments.reporting.figures.style import Look, across, caption, colour, figure, legend, letter, marker
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_PAIRS = 3
TALL = 32.0
"""Room (mm) for a line of the label at the left of a panel."""
TITLE = ("What is worth choosing when several things matter", "多目标下值得选择的方案")
DATA = ("front",)
NEEDS = "two objectives and three choices"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure: each pair of objectives a panel, each arm at each point a mark, the front filled."""
    table = tables.front
    if table is None or table.empty or len(tables.objectives) < 2:
        return
    pairs = sorted(combinations(tables.objectives, 2), key=lambda pair: "cost" not in pair)[:MOST_PAIRS]
    columns, lines = across(look, len(pairs), 52)
    drawn, panels = figure(look, 16 + 62 * lines, columns, lines, len(pairs))
    shown = [arm for arm in tables.arms if arm in set(table["arm"])]
    small = min(1.0, 12 / len(table))  # a search leaves many marks, which must not hide each other
    for i, (panel, (x, y)) in enumerate(zip(panels, pairs, strict=False)):
        x, y = (y, x) if x != "cost" and y == "cost" else (x, y)
        for arm in shown:
            own = table[table["arm"] == arm]
            shape, at = marker(tables.position(arm), 1)["marker"], colour(tables.position(arm))
            best, rest = own[own["on_front"]], own[~own["on_front"]]
            panel.scatter(
                rest[x], rest[y], s=6 + 8 * small, marker=shape, facecolors="none", edgecolors=at, linewidths=0.7
            )
            size = 6 + (6 + 40 * small) * best["surely"].clip(0, 1)
            panel.scatter(best[x], best[y], s=size, marker=shape, color=at, edgecolors="white", linewidths=0.4)
            if i == 0:
                panel.plot([], [], shape, color=at, label=arm)
        panel.set_xlabel(tables.metrics[x].axis(look.language))
        panel.set_ylabel(tables.metrics[y].axis(look.language, width=TALL))
        panel.margins(0.12)
        letter(panel, i)
    legend(drawn, 4)
    named = look.say(", ", "、").join(tables.metrics[m].say(look.language) for m in tables.objectives)
    n = f"{tables.runs['replicate'].nunique()}"
    by = int(table["judged_by"].max()) if "judged_by" in table else 0
    judged = (
        (
            f", of the {by} runs of each that were held back: those that choose flatter what they choose.",
            f"，来自留出的{by}次运行：参与挑选的运行会偏好所选。",
        )
        if by
        else (".", "。")
    )
    caption(
        drawn,
        look.say(
            f"Filled: on the front of {named} together; the larger, the larger the share of bootstraps over the {n} "
            f"runs of each choice in which it is there. Mean of the last {tables.window} weeks" + judged[0],
            f"实心：{named}的共同前沿；越大，在每个方案{n}次运行的自助样本中位于前沿的比例越高。最后{tables.window}周均值"
            + judged[1],
        ),
    )
    yield "pareto", drawn
