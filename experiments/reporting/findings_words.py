"""Words of findings: of each table that a design allows its heading, what it shows and its columns, in English and Chinese."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from experiments.reporting.figures.style import Look
from experiments.reporting.figures.tables import Tables
from experiments.reporting.wording import measured, number, true_minus

if TYPE_CHECKING:
    import pandas as pd

FINDINGS = {
    "overall": (
        ("Over all that is uncertain", "在全部不确定取值上"),
        (
            "Mean effect over the points drawn from what varies, with a 95 % interval that counts points and luck (their reaches added as "
            "squares). One in ten below, half below, one in ten above: of the points' own effects, luck taken off; - where too few "
            "replicates tell the points apart. Better in: share of the space in which the arm is better. Spread of points: standard deviation of "
            "their own effects, what better knowledge of the world could narrow; of luck: of one pair at a known point.",
            "对各不确定因素抽取的取值点求平均效应，95%区间兼顾取值点与偶然（两者幅度平方相加）。十分之一低于、半数低于、十分之一高于：指取值点本身的效应，"
            "已去除偶然；重复太少、无法区分各取值点时为“-”。更好的比例：该组更好的取值空间占比。取值点离散：其本身效应的标准差，可因认识加深而缩小；"
            "偶然离散：取值已知时一对运行差值的标准差。",
        ),
    ),
    "gains": (
        ("Who gains", "谁受益"),
        (
            "Communities are pairs of runs, a point and a seed each, with their luck. Gain, lose: share in which the arm is better or worse than the first. "
            "Worst tenth: one community in ten fares worse than this, and what these get on average. 95 % intervals for as many "
            "independent cases as the pairs are worth.",
            "每个社区为一对运行（一个取值点与一个种子），含偶然。受益、受损：该组优于或劣于首组的社区比例。最差十分之一：十个社区中有一个低于此值，及其平均值。"
            "95%区间按这些运行对相当的独立个案数计算。",
        ),
    ),
    "main": (
        ("What each factor does", "各因素的主效应"),
        (
            "Mean at each value of a factor over all values of the others, and its change from the factor's first value; 95 % intervals over "
            "luck, joint ones for all changes of an outcome at once.",
            "某因素各取值下对其他因素全部取值的均值，及与其第一个取值之差；95%区间反映偶然，联合区间对同一结果的全部差值同时成立。",
        ),
    ),
    "interactions": (
        ("What goes together", "交互作用"),
        (
            "How much more the second factor's change from its first value is where the first factor is not at its own: 0 where the two add up. "
            "95 % intervals, joint ones for all interactions of an outcome at once.",
            "第一个因素偏离其首个取值时，第二个因素的差值增加多少：两者可相加时为0。95%区间；联合区间对同一结果的全部交互作用同时成立。",
        ),
    ),
    "cells": (
        ("Every pair of values", "交叉表"),
        (
            "Mean for each pair of values of two factors over all values of the others, with its 95 % interval.",
            "两个因素每对取值下对其他因素全部取值的均值，附95%区间。",
        ),
    ),
    "sensitivity": (
        ("What the outcomes depend on", "结果取决于什么"),
        (
            "Sensitivity of the first arm's outcomes and of the other arms' effects to what varies, with 95 % intervals "
            "over points (bootstrap) and luck (jackknife over replicates, from three on); luck is kept out of the indices. PAWN: the "
            "median distance of the outcome's distribution where a factor is held, and what an idle factor would show.",
            "首组结果与其他组效应对各因素的敏感性，附兼顾取值点（自助）与偶然（三次重复起按重复刀切）的95%区间；指数已剔除偶然。PAWN：固定某因素时结果分布的距离中位数，及无作用因素的水平。",
        ),
    ),
    "attribution": (
        ("Whose is the effect of the bundle", "组合效应的归属"),
        (
            "Shapley values of the policies of the bundle: the mean contribution over all orders in which they could be added, "
            "with 95 % intervals.",
            "组合中各政策的 Shapley 值：在所有加入顺序下的平均贡献，附95%区间。",
        ),
    ),
    "front": (
        ("What is worth choosing", "值得选择的方案"),
        (
            "These means differ from those of the other tables, and are meant to: half of the replicates choose, and the means are of the other half, "
            "which was held back. What is picked as the best by some runs looks better by these than it is, so others judge it (judged by: "
            "how many replicates; 0: there were too few to halve them, and those that chose judge as well, too kindly). On the front: no other "
            "choice is at least as good in every objective and better in one. Surely: share of bootstraps over replicates in which it is "
            "there. Conditions that nobody chooses are averaged over.",
            "此处均值与其他表不同，是有意为之：一半的重复用来挑选方案，均值取自留出的另一半。按某些运行挑出的“最佳”，用同样的运行来看总会偏好，"
            "所以改由没有参与挑选的运行来检验（检验重复数；为0表示重复太少、无法对半分，由同一批运行挑选并检验，结果偏好）。前沿：没有其他方案在各目标上都不差且至少一项更好。"
            "把握：按重复自助的样本中位于前沿的比例。无人可选的条件取平均。",
        ),
    ),
    "regret": (
        ("Regret", "遗憾"),
        (
            "How far an arm stays behind the best arm under the same conditions, in the outcome's unit. From four replicates on every other one "
            "says which arm is best and where an arm stays furthest behind, the others, held back until then, how far (below 0: luck had chosen "
            "the best): runs that picked the best would flatter it.",
            "各组在同样条件下落后于最佳组的幅度，以结果单位计。重复数不少于4时，一半的重复用来判定最佳组和最差条件，留出的另一半用来计算幅度（小于0：所谓最佳只是偶然）；用挑选时的运行来检验会偏好所选。",
        ),
    ),
    "failing": (
        ("Where an arm fails", "何处失效"),
        (
            "The box of conditions (PRIM) that is richest in points at which an arm is no improvement on the first. Two thirds "
            "of the points in every other replicate chose it; all shares are of pairs of runs at the other points in the other "
            "replicates, which had no say, with 95 % intervals over both. Fails there, elsewhere: share of these pairs in "
            "which the arm is no improvement, inside and outside of the box. More often: their difference, in which luck that "
            "all points share drops out; a box whose interval holds 0 says nothing. Catches: share of the failing pairs that "
            "lie in the box. Points: those in the box that judge. By what chose: share of the box's points that fail by the "
            "runs that chose it, which is too kind and stands here for comparison only.",
            "某组不优于首组的取值点最集中的条件范围（PRIM）。由三分之二的取值点和一半的重复选出；各比例均由未参与选择的取值点与重复计算，"
            "附兼顾两者的95%区间。范围内、范围外失效：该组不优于首组的成对运行比例。差：两者之差，各点共有的偶然已消去；区间含0则该范围无意义。"
            "涵盖：失效运行对中位于范围内的比例。点数：范围内用于检验的取值点。自选值：按选出范围的运行计算，偏高，仅供比较。",
        ),
    ),
    "leaves": (
        ("Conditions and mean effects", "条件与平均效应"),
        (
            "A small tree that splits the points into groups of like effect, grown as the box was chosen; mean effects, their 95 % "
            "intervals and points are of the points and replicates that had no say.",
            "把取值点按相近效应分组的小型树，生成方式同上；平均效应、95%区间与点数来自未参与选择的取值点与重复。",
        ),
    ),
}  # fmt: skip
"""Of each table of findings: its heading and what it shows."""


COLUMNS_ZH = {
    "arm": "组别", "metric": "指标", "factor": "因素", "first": "一阶", "total": "总", "luck": "偶然占比", "pawn": "PAWN", "pawn_floor": "PAWN（无作用）", "points": "点数",
    "replicates": "重复", "quantity": "对象", "kind": "方法", "part": "政策", "share": "份额", "alone": "最先加入",
    "last": "最后加入", "whole": "总效应", "n": "对数", "affordable": "预算内", "on_front": "在前沿", "surely": "把握",
    "judged_by": "检验重复数", "largest_regret": "最大遗憾", "mean_regret": "平均遗憾", "best_in": "最佳比例", "where": "条件", "fails_there": "范围内失效", "fails_elsewhere": "范围外失效",
    "more_often": "差", "catches": "涵盖", "by_what_chose": "自选值",
    "mean_effect": "平均效应", "point": "取值点", "mu_star": "μ*", "mu": "μ", "sigma": "σ", "floor": "仅偶然",
    "trajectories": "轨迹数", "value": "取值", "by": "另一因素", "by_value": "另一取值", "mean": "均值", "change": "与首值之差",
    "interaction": "交互作用", "joint": "同时成立", "one_in_ten_below": "十分之一低于", "half_below": "半数低于",
    "one_in_ten_above": "十分之一高于", "better_in": "更好的比例", "spread_of_points": "取值点离散", "spread_of_luck": "偶然离散",
    "gain": "受益", "lose": "受损", "worst_tenth": "最差十分之一", "mean_of_worst": "其平均", "communities": "社区数",
}  # fmt: skip

SHARES = ("surely", "best_in")
"""How columns of findings begin that are shares of samples or points, told in per cent."""


def readable(table: "pd.DataFrame", tables: Tables, look: Look, drop: Sequence[str] = ()) -> "pd.DataFrame":
    """A table of findings with intervals beside their estimates, metrics by their labels and words for columns and truths."""
    import pandas as pd

    shown: dict[str, list[str]] = {}
    for column in map(str, table):
        if column in drop or column in ("low", "high") or column.endswith(("_low", "_high")):
            continue
        stem = "" if column == "share" and "low" in table else f"{column}_" if f"{column}_low" in table else None
        cells = [_cell(value, column, tables, look) for value in table[column]]
        if stem is not None:
            ends = zip(cells, table[f"{stem}low"], table[f"{stem}high"], strict=True)
            cells = [f"{cell} [{number(low)}, {number(high)}]" for cell, low, high in ends]
        shown[_column(column, tables, look)] = [true_minus(cell) for cell in cells]
    return pd.DataFrame(shown)


def on_a_page(table: "pd.DataFrame", look: Look) -> "pd.DataFrame":
    """A table of findings for a printed page: what is the same in every row, and what is spoken of, stand above."""
    same = [name for name in table if len(table) > 1 and table[name].nunique() == 1]
    above = [_plain("quantity", look), _plain("metric", look)]
    heads = [name for name in above if name in table and name not in same]
    notes = ", ".join(table[n].iloc[0] if n in above else f"{n}: {table[n].iloc[0]}" for n in same)
    said = table[heads].agg(", ".join, axis=1) if heads else [""] * len(table)
    page = table.drop(columns=[*heads, *same])
    page.insert(0, "", [", ".join(filter(None, (head, notes))) for head in said])
    return page if notes or heads else table


def _plain(column: str, look: Look) -> str:
    return COLUMNS_ZH.get(column, column) if look.language == "zh" else column.replace("_", " ").capitalize()


def _column(column: str, tables: Tables, look: Look) -> str:
    if column in tables.metrics:
        return measured(tables, column, look)
    return _plain(column, look)


def _cell(value: object, column: str, tables: Tables, look: Look) -> str:
    if column == "metric" and value in tables.metrics:
        return tables.metrics[str(value)].say(look.language)
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return look.say("yes", "是") if value else look.say("no", "否")
    if column.startswith(SHARES) and isinstance(value, float):
        return f"{value:.0%}"
    return number(value) if isinstance(value, float) else str(value)


def in_words(name: str, table: "pd.DataFrame") -> "pd.DataFrame":
    """A table of findings with the columns that a reader wants, estimates and their intervals in one."""
    if name == "overall":
        told = table[["arm", "metric"]].assign(
            mean_effect=_with_ends(table, "effect", "", sign=True),
            one_in_ten_below=_with_ends(table, "low_tenth", sign=True),
            half_below=_with_ends(table, "median", sign=True),
            one_in_ten_above=_with_ends(table, "high_tenth", sign=True),
            better_in=_with_ends(table, "better", share=True),
            spread_of_points=[number(value) for value in table["sd_points"]],
            spread_of_luck=[number(value) for value in table["sd_luck"]],
            points=table["points"],
            replicates=table["n"],
        )
        return told[[column for column in told if set(told[column]) != {"-"}]]  # what so few replicates cannot tell
    if name == "gains":
        return table[["arm", "metric"]].assign(
            gain=_with_ends(table, "gain", share=True),
            lose=[f"{value:.0%}" for value in table["lose"]],
            worst_tenth=_with_ends(table, "worst_tenth", sign=True),
            mean_of_worst=[number(value, sign=True) for value in table["mean_of_worst"]],
            communities=table["communities"],
        )
    if name in ("main", "interactions"):
        stems = {"mean": False, "change": True} if name == "main" else {"interaction": True}
        kept = [c for c in ("quantity", "metric", "factor", "value", "by", "by_value") if c in table]
        said = {stem: _with_ends(table, stem, sign=sign) for stem, sign in stems.items()}
        return table[["arm", *kept]].assign(**said, joint=_ends(table, "joint_"), n=table["n"])
    if name == "failing":
        return table[["arm", "metric", "where"]].assign(
            fails_there=_with_ends(table, "fails_there", share=True),
            fails_elsewhere=_with_ends(table, "fails_elsewhere", share=True),
            more_often=_with_ends(table, "more_often", share=True, sign=True),
            catches=[f"{value:.0%}" for value in table["catches"]],
            points=table["points"],
            by_what_chose=[f"{value:.0%}" for value in table["by_what_chose"]],
        )
    return table


def _with_ends(
    table: "pd.DataFrame", column: str, stem: str | None = None, *, sign: bool = False, share: bool = False
) -> list[str]:
    """Estimates with their intervals; those that nothing is known of as `-`."""

    def told(value: float) -> str:
        if not share:
            return number(value, sign=sign)
        return f"{value:{'+z' if sign else ''}.0%}" if math.isfinite(value) else "-"

    stem = f"{column}_" if stem is None else stem
    rows = zip(table[column], table[f"{stem}low"], table[f"{stem}high"], strict=True)
    return [
        "-"
        if not math.isfinite(value)
        else told(value) + (f" [{told(low)}, {told(high)}]" if math.isfinite(low) or math.isfinite(high) else "")
        for value, low, high in rows
    ]


def _ends(table: "pd.DataFrame", stem: str) -> list[str]:
    rows = zip(table[f"{stem}low"], table[f"{stem}high"], strict=True)
    return [
        f"[{number(low, sign=True)}, {number(high, sign=True)}]" if math.isfinite(low) else "-" for low, high in rows
    ]


def crosstabs(cells: "pd.DataFrame") -> "Iterator[tuple[str, pd.DataFrame]]":
    """Every pair of factors of every quantity as a table of its own: a row a value of the first, a column one of the second."""
    for (quantity, metric, one, other), own in cells.groupby(["quantity", "metric", "factor", "by"], sort=False):
        said = own.assign(cell=_with_ends(own, "mean")).pivot(index="value", columns="by_value", values="cell")
        said = said.reindex(index=own["value"].unique(), columns=own["by_value"].unique())
        said.columns = [f"{other} = {value}" for value in said.columns]
        yield f"{metric}, {quantity}", said.rename_axis(str(one)).reset_index()


def beyond_chance(table: "pd.DataFrame") -> "pd.DataFrame":
    """The rows whose joint interval leaves out 0."""
    return table[(table["joint_low"] > 0) | (table["joint_high"] < 0)]
