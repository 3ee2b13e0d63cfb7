"""Acceptability: how surely each arm is worth its money, by what an averted unmet person-week is worth to who pays."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.analysis.evaluation import COST, UNMET, acceptability
from experiments.reporting.figures.style import Look, across, at_ends, caption, colour, figure, legend, letter, stroke
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OF_RUNS = (UNMET, COST)
MOST_ARMS, MOST_BANDS = 8, 3
TITLE = ("Whether it is worth its money, by what a person-week is worth", "是否值得：随每人周价值的变化")
DATA = ("acceptability",)
NEEDS = "arms that cost something, the outcome unmet_needs, and five pairs"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure: how surely the net benefit is above 0, and the net benefit with its interval."""
    if tables.runs.empty or not tables.compared or len(tables.there) > MOST_ARMS:
        return
    table = acceptability(tables.runs, tables.arms[0], tables.arms)
    if table.empty:
        return
    columns, lines = across(look, 2, 60)
    drawn, (sure, benefit) = figure(look, 14 + 58 * lines, columns, lines)
    few = table["arm"].nunique() <= MOST_BANDS
    for arm, own in table.groupby("arm", sort=False):
        at = tables.position(str(arm))
        shape = {**stroke(at, len(own)), "markersize": 3.5}
        sure.plot(own["worth"], own["surely"], color=colour(at), label=arm, **shape)
        if few:
            benefit.fill_between(own["worth"], own["low"], own["high"], color=colour(at), alpha=0.15, linewidth=0)
        benefit.plot(own["worth"], own["benefit"], color=colour(at), label=arm, **shape)
    for height in (0.025, 0.5, 0.975):
        sure.axhline(height, color="0.8", linewidth=0.6, zorder=0)
    benefit.axhline(0, color=colour(0), linewidth=0.8)
    for panel in (sure, benefit):
        panel.set_xlabel(look.say("Worth of an averted unmet person-week (yuan)", "每减少一个未满足人周的价值（元）"))
        panel.set_xlim(0, float(table["worth"].max()))
    if tables.asked and tables.asked.worth and tables.asked.worth < table["worth"].max():
        for panel in (sure, benefit):
            panel.axvline(tables.asked.worth, color="0.5", linewidth=0.8, linestyle=":")
    sure.set_ylim(-0.02, 1.02)
    sure.set_ylabel(look.say("How surely it is worth it", "值得的把握"))
    benefit.set_ylabel(look.say("Net benefit\n(yuan per 100 residents a year)", "净收益\n（每百居民每年元）"))
    letter(sure, 0)
    letter(benefit, 1)
    if not at_ends(benefit, 42 * look.scale):
        legend(drawn, 4, sure)
    caption(
        drawn,
        look.say(
            f"Net benefit: worth times person-weeks averted less what was paid, against ‘{tables.arms[0]}’; {tables.pairs_said(look)}, 95 % intervals. "
            "Where a curve crosses the thin lines at 0.025 and 0.975 lie the ends of the price's interval.",
            f"净收益：每人周价值乘以减少的人周，再减去支出，与“{tables.arms[0]}”相比；{tables.pairs_said(look)}，95%区间。曲线与0.025和0.975细线的交点为价格区间的两端。",
        ),
    )
    yield "acceptability", drawn
