"""Verdicts: what a study's effects say and do not say, in sentences, in English and Chinese."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.analysis.effects import HIGHER, LOWER, SAME, UNKNOWN, advice, known_way
from experiments.reporting.figures.style import Look
from experiments.reporting.figures.tables import Tables
from experiments.reporting.wording import number, true_minus
from experiments.study.caveats import Said, caveats, restless, unmoved
from experiments.study.design import Study

if TYPE_CHECKING:
    import pandas as pd

SAYS = {
    HIGHER: ("higher", "较高"),
    LOWER: ("lower", "较低"),
    SAME: ("no difference that matters", "没有重要差异"),
    UNKNOWN: ("not known", "无法判断"),
}
"""What effects say, in words; a test asks for all."""
BY_LESS = {
    HIGHER: ("higher, by less than matters", "较高，但小于重要差异"),
    LOWER: ("lower, by less than matters", "较低，但小于重要差异"),
}
"""The words for an effect that is known to be there, and known to be less than matters."""


def way(row: "Mapping[str, Any]") -> str:
    """Whether an effect is known to be higher or lower, however little of it; else that it is not known."""
    return known_way(row["low"], row["high"])


def verdict(row: "Mapping[str, Any]") -> tuple[str, str]:
    """What an effect says, in English and Chinese: of one that is less than matters also its way, where that is known."""
    says = row["says"]
    return BY_LESS.get(way(row), SAYS[says]) if says == SAME else SAYS[says]


def known(tables: Tables, look: Look) -> list[str]:
    """A line an outcome for the terminal: which arms are higher, lower, without a difference that matters, or not known.

    Then what as many pairs can tell, and how many tell what matters, where the study says what does.
    """
    effects, said = tables.effects, list[str]()
    if effects.empty:
        return []
    told = advice(effects).set_index("metric")
    for metric in tables.outcomes:
        own = effects[effects["metric"] == metric]
        verdicts = [verdict(row) for _, row in own.iterrows()]
        parts = [
            look.say(*words) + look.say(": ", "：") + _arms([one == words for one in verdicts], own, tables, look)
            for words in (SAYS[HIGHER], SAYS[LOWER], *BY_LESS.values(), SAYS[SAME], SAYS[UNKNOWN])
            if words in verdicts
        ]
        parts += _more_of(metric, own, tables, look)
        line = look.say("; ", "；").join(parts)
        if metric in told.index:
            line += look.say(". ", "。") + _told_by_pairs(told.loc[metric], look)
        if line:
            said.append(_of_outcome(metric, line, tables, look))
    return said


def would_tell(tables: Tables, look: Look) -> list[str]:
    """A line for each outcome of which an effect is not known: what its pairs can tell, and how many would tell what matters."""
    effects = tables.effects
    if effects.empty:
        return []
    told = advice(effects).set_index("metric")
    unknown = set(effects.loc[effects["says"] == UNKNOWN, "metric"])
    return [
        _of_outcome(metric, _told_by_pairs(told.loc[metric], look), tables, look)
        for metric in tables.outcomes
        if metric in unknown and metric in told.index
    ]


def _of_outcome(metric: str, line: str, tables: Tables, look: Look) -> str:
    return true_minus(f"{tables.marked(metric, look)}{look.say(': ', '：')}{line}{look.say('.', '。')}")


def _told_by_pairs(row: "pd.Series[Any]", look: Look) -> str:
    """What as many pairs can tell of an outcome, and how many tell what matters."""
    n, tells, least, pairs = int(row["n"]), number(row["tells"]), row["matters"], int(row["pairs"])
    line = look.say(f"{n} pairs tell a difference of {tells}", f"{n}对可辨别{tells}的差异")
    if pairs > 0:
        enough = pairs <= n
        line += look.say(
            f"; of {number(least)}, which matters, {'they are enough' if enough else f'{pairs} pairs would tell'}",
            f"；重要差异{number(least)}" + ("，对数已足够" if enough else f"需{pairs}对"),
        )
    return line


def _arms(which: "Sequence[bool]", own: "pd.DataFrame", tables: Tables, look: Look) -> str:
    """The arms of these rows; with several points, at how many of them."""
    arms = own.loc[which, "arm"]
    if len(tables.points) < 2:
        return look.say(", ", "、").join(arms)
    counts = arms.value_counts(sort=False)
    said = []
    for arm, n in counts.items():
        many = int((own["arm"] == arm).sum())
        said.append(look.say(f"{arm} (at {n} of {many} points)", f"{arm}（{many}个取值点中的{n}个）"))
    return look.say(", ", "、").join(said)


def _more_of(metric: str, own: "pd.DataFrame", tables: Tables, look: Look) -> list[str]:
    """Of a primary outcome what its joint intervals leave, and of one with a wanted precision how narrow it is shown."""
    asked, said = tables.asked, list[str]()
    if (named := left_by_joint(metric, own, tables, look)) is not None:
        said.append(
            look.say("by the joint intervals of the primary outcomes: ", "按主要结果的联合区间：")
            + (named or look.say("none", "无"))
        )
    if asked and (half := asked.half(metric, float(own["reference"].mean()))) > 0:
        said.append(
            look.say(
                f"runs were added until \N{PLUS-MINUS SIGN}{number(half)}, and no interval is shown narrower",
                f"运行补足到半宽{number(half)}为止，区间不会显示得更窄",
            )
        )
    return said


def left_by_joint(metric: str, own: "pd.DataFrame", tables: Tables, look: Look) -> str | None:
    """The arms whose effect on a primary outcome its joint interval leaves apart from 0; None where that is not asked or not known."""
    if not tables.is_primary(metric) or not own["joint_low"].notna().any():
        return None
    return _arms(list((own["joint_low"] > 0) | (own["joint_high"] < 0)), own, tables, look)


def by_joint(metric: str, own: "pd.DataFrame", tables: Tables, look: Look) -> str:
    """What the joint intervals leave of a primary outcome, as a sentence; nothing where that is not asked or not known."""
    if (named := left_by_joint(metric, own, tables, look)) is None:
        return ""
    if not named:
        return look.say(
            "by the joint intervals of the primary outcomes no difference is known.",
            "按主要结果的联合区间，均无法判断有差异。",
        )
    return look.say(
        f"by the joint intervals of the primary outcomes a difference is still known for: {named}.",
        f"按主要结果的联合区间，仍可判断有差异的有：{named}。",
    )


def reaches(row: "Mapping[str, Any]", amount: str, look: Look) -> str:
    """Whether an effect is as much as matters (`amount` in words), where the study says what does; to be said after the effect."""
    least = row["matters"]
    if not least > 0 or not math.isfinite(row["low"]):
        return ""
    if row["says"] == SAME:
        less = look.say(f", less than any difference that matters ({amount})", f"，小于重要差异（{amount}）")
        return less if way(row) != UNKNOWN else ""
    if surely_matters(row):
        return look.say(f", at least as much as matters ({amount})", f"，不小于重要差异（{amount}）")
    if row["says"] == UNKNOWN:
        return look.say(f"; a difference that matters ({amount}) is not ruled out", f"；不能排除重要差异（{amount}）")
    return look.say(
        f", though not known to be as much as matters ({amount})", f"，是否达到重要差异（{amount}）无法判断"
    )


def surely_matters(row: "Mapping[str, Any]") -> bool:
    """Whether the whole interval of an effect lies beyond the smallest difference that matters."""
    return bool(row["low"] >= row["matters"] or row["high"] <= -row["matters"])


def known_note(tables: Tables, look: Look) -> str:
    """What the words of `known` mean."""
    few = int((tables.effects["n"] < 5).sum()) if len(tables.effects) else 0
    lacking = look.say(
        f" {few} effects rest on fewer than five pairs, of which no interval holds: --replicates 5 or more gives one.",
        f"{few}项效应少于5对，没有可靠的区间：请用 --replicates 5 以上。",
    )
    return (
        look.say(
            "Higher, lower: the 95 % interval leaves out 0. Not known: it does not. No difference that matters, by less than matters: "
            "the 90 % interval lies within `matters` of the study. ",
            "较高、较低：95%区间不含0；无法判断：区间含0；没有重要差异、小于重要差异：90%区间在研究所定的重要差异（matters）之内。",
        )
        + tell_note(look)
        + (lacking if few else "")
    )


def tell_note(look: Look) -> str:
    """What it means that pairs tell a difference."""
    return look.say(
        "To tell a difference: in eight of ten studies of as many pairs.", "可辨别：同样对数的研究十次有八次能看出。"
    )


def untold(study: Study, tables: Tables) -> list[Said]:
    """What neither the design nor its runs can tell, in English and Chinese."""
    labels = {m: (tables.metrics[m].label, tables.metrics[m].label_zh) for m in tables.outcomes}
    moving = restless(tables.trajectories, tables.runs, study, labels, tables.arms[0])
    return [*caveats(study), *unmoved(tables.runs, labels), *moving]
