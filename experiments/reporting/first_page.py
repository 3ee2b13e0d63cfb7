"""The first page: a study's answer for a reader in a hurry - sentences, prices, what the answer hangs on, the design as a table.

A sentence says what an arm did to an outcome, for better or worse, with its interval; where the runs cannot tell, it says that.
"""

import math
import shlex
from typing import TYPE_CHECKING, Any

from experiments.analysis.effects import SAME, UNKNOWN
from experiments.analysis.evaluation import PRICE
from experiments.reporting.doses import settings_of
from experiments.reporting.figures.style import Look, decimals, is_share
from experiments.reporting.figures.tables import Tables
from experiments.reporting.result_tables import difference_told
from experiments.reporting.wording import GRADES, number, true_minus
from experiments.study.design import Study

if TYPE_CHECKING:
    import pandas as pd

FACTORS = 3
"""Inputs named of those that the answer hangs on."""
UNMET = "unmet_needs"
GROUPS = {
    "unmet_elders_alone": ("elders living alone", "独居老人"),
    "unmet_senior_elders": ("senior elders", "高龄老人"),
    "unmet_children": ("children", "儿童"),
    "unmet_low_income": ("residents of low income", "低收入居民"),
    "unmet_migrants": ("migrants", "外来居民"),
}
"""Whom unmet needs of a group are about, in a sentence."""


def in_brief(tables: Tables, look: Look) -> list[str]:
    """A sentence an outcome: what each arm did to it, for better or worse, or that it is not known; nothing for several points."""
    if len(tables.points) > 1 or tables.effects.empty:
        return []
    found = tables.evaluation
    groups = found[found["metric"].isin(GROUPS)] if len(found) else found
    said = []
    for metric in tables.outcomes:
        own = tables.effects[tables.effects["metric"] == metric]
        clauses = [_clause(row, tables, look, groups if metric == UNMET else None) for _, row in own.iterrows()]
        if clauses:
            text = (
                look.say("; ", "；").join(clauses)
                + look.say(". ", "。")
                + _level(own["reference"].iloc[0], metric, tables, look)
            )
            said.append(true_minus(text[:1].upper() + text[1:]))
    return said


def _clause(row: "pd.Series[Any]", tables: Tables, look: Look, groups: "pd.DataFrame | None") -> str:
    """What one arm did to one outcome."""
    meaning = tables.metrics[row["metric"]]
    label = meaning.say(look.language)
    what, arm = (label[:1].lower() + label[1:] if label[1:2].islower() else label), row["arm"]
    if row["low"] == row["high"] == 0:
        return look.say(f"‘{arm}’ left {what} the same in every pair of runs", f"“{arm}”的{label}在每对运行中均相同")
    if not math.isfinite(row["low"]):
        return look.say(
            f"of what ‘{arm}’ does to {what} too few pairs tell", f"“{arm}”对{label}的作用因对数太少而无法判断"
        )
    size, ends = _amounts(row, tables, look)
    if row["says"] == SAME:
        return look.say(
            f"‘{arm}’ changed {what} by less than any difference that matters ({ends})",
            f"“{arm}”对{label}没有重要差异（{ends}）",
        )
    if row["says"] == UNKNOWN:
        return look.say(
            f"what ‘{arm}’ does to {what} is not known from these runs ({ends})",
            f"“{arm}”对{label}的作用无法由这些运行判断（{ends}）",
        )
    up = row["low"] > 0
    good = meaning.better * (1 if up else -1)
    judged = (
        look.say(", which is better", "，更好")
        if good > 0
        else look.say(", which is worse", "，更差")
        if good < 0
        else ""
    )
    whom = _for_whom(row["arm"], good, groups, look) if groups is not None else ""
    return look.say(
        f"‘{arm}’ {'raised' if up else 'lowered'} {what} by {size} ({ends}){judged}{whom}",
        f"“{arm}”使{label}{'提高' if up else '降低'}{size}（{ends}）{judged}{whom}",
    )


def _amounts(row: "pd.Series[Any]", tables: Tables, look: Look) -> tuple[str, str]:
    """An effect and its interval: without signs where the direction is known, as shares of the first arm's mean where that is meant."""
    base = row["reference"]
    shares = is_share(base, row["low"], row["high"])
    scale, sign = (100 / base, " %") if shares else (1.0, "")
    effect, low, high = (float(row[name]) * scale for name in ("effect", "low", "high"))
    places = min(decimals(high - low), 1) if shares else decimals(high - low)
    if row["says"] in (SAME, UNKNOWN):
        ends = [f"{value:+z.{places}f}" for value in (low, high)]
    else:
        ends = [f"{value:.{places}f}" for value in sorted(map(abs, (low, high)))]
    unit = "" if shares else tables.metrics[row["metric"]].unit_in(look.language)
    sign = sign.strip() if look.language == "zh" else sign
    size = f"{abs(effect):.{places}f}{sign}{f' ({unit})' if unit and look.language == 'en' else f'（{unit}）' if unit else ''}"
    return size, f"{ends[0]}{look.say(' to ', '至')}{ends[1]}{sign}"


def _level(reference: float, metric: str, tables: Tables, look: Look) -> str:
    unit = tables.metrics[metric].unit_in(look.language)
    return look.say(
        f"In ‘{tables.arms[0]}’ it is {number(reference)}{f' ({unit})' if unit else ''}.",
        f"“{tables.arms[0]}”为{number(reference)}{f'（{unit}）' if unit else ''}。",
    )


def _for_whom(arm: str, good: int, groups: "pd.DataFrame", look: Look) -> str:
    """For whom most, among the groups for which it is known; and for whom it is not."""
    names = {name: look.say(*words) for name, words in GROUPS.items()}
    own = groups[(groups["arm"] == arm) & (groups["reference"] > 0) & groups["low"].notna()] if len(groups) else groups
    if own.empty:
        return ""
    clear = own[(own["high"] < 0) if good > 0 else (own["low"] > 0)]
    open_ones = [
        names[m] for m in own.loc[(own["low"] <= 0) & (own["high"] >= 0) & (own["low"] < own["high"]), "metric"]
    ]
    said = ""
    if len(clear) > 0:
        most = clear.loc[(clear["effect"] / clear["reference"]).abs().idxmax(), "metric"]
        said += look.say(f", most for {names[most]}", f"，{names[most]}变化最大")
    if open_ones:
        listed = look.say(" and ", "和").join(filter(None, (look.say(", ", "、").join(open_ones[:-1]), open_ones[-1])))
        said += look.say(
            f"; what it did for {listed} is not known from these runs", f"；对{listed}的作用无法由这些运行判断"
        )
    return said


def prices(tables: Tables, look: Look) -> list[str]:
    """What an averted unmet person-week cost, a sentence an arm; nothing for several points."""
    found = tables.evaluation
    if len(tables.points) > 1 or found.empty:
        return []
    rows = found[found["metric"] == PRICE].iterrows()
    paid = {row["arm"]: " ".join(difference_told(row, look).split()) for _, row in rows}
    return [
        look.say(
            f"An unmet person-week averted by ‘{arm}’ cost, in yuan: {said}.",
            f"“{arm}”每减少一个未满足人周的花费（元）：{said}。",
        )
        for arm, said in paid.items()
    ]


def hangs_on(study: Study, tables: Tables, look: Look) -> str:
    """The inputs that the answer hangs on most, where the design tells; else how many are assumed, and what would tell."""
    if (table := tables.sensitivity) is not None and len(table):
        size = next((c for c in ("total", "mu_star", "first") if c in table), None)
        if size:
            ranked = table.groupby("factor")[size].max().sort_values(ascending=False).head(FACTORS)
            named = [f"{_meaning(study, str(path))} ({share:.2f})" for path, share in ranked.items()]
            return look.say(f"It hangs most on: {'; '.join(named)}.", f"结论最取决于：{'；'.join(named)}。")
    grades = [str(e.grade) for e in study.config.evidence.values()]
    assumed, command = grades.count("assumed"), shlex.join(["linli", "robust", study.name])
    return look.say(
        f"It rests on {len(grades)} inputs, of which {assumed} are {GRADES['assumed'][0]}; on which of them it hangs was not asked "
        f"here (`{command}` tells).",
        f"结论依据{len(grades)}项输入，其中{assumed}项为{GRADES['assumed'][1]}；本研究未考察取决于其中哪些（可用 `{command}`）。",
    )


def _meaning(study: Study, path: str) -> str:
    """An input in words, where the model has some for it."""
    found = study.config.evidence.get(path)
    return f"{found.meaning.rstrip('.')}, {path}" if found and found.meaning else path


def design_table(study: Study, tables: Tables, look: Look) -> "pd.DataFrame":
    """The design: one row an arm and policy, with the weeks in force and the doses that are not as shipped."""
    import pandas as pd

    from sim import POLICIES

    rows = []
    for arm, shown in zip(study.arms, tables.arms, strict=True):
        own = [
            (_title(name, look), *_in_force_and_doses(POLICIES[name], doses, study, look))
            for name, doses in study.arms[arm]
        ]
        own += [(path, "", str(value)) for path, value in settings_of(study, arm).items()]
        for policy, weeks, doses in own or [(look.say("nothing is changed", "不作改变"), "", "")]:
            rows.append((shown, policy, weeks, doses))
    heads = (
        look.say("Arm", "组别"),
        look.say("Policy", "政策"),
        look.say("Weeks", "周"),
        look.say("Doses other than shipped", "不同于默认的剂量"),
    )
    return pd.DataFrame(rows, columns=list(heads))


def _title(name: str, look: Look) -> str:
    from sim import POLICIES

    return look.say(POLICIES[name].title, POLICIES[name].title_zh)


def _in_force_and_doses(policy: Any, doses: "dict[str, Any]", study: Study, look: Look) -> tuple[str, str]:
    made = policy(**doses)
    end = made.stop if made.stop is not None else study.file.weeks
    other = [
        f"{name.replace('_', ' ')} {_said(getattr(made, name))}"
        for name, field in policy.model_fields.items()
        if name not in ("start", "stop") and getattr(made, name) != field.get_default(call_default_factory=True)
    ]
    return f"{made.start}{look.say(' to ', '至')}{end}", ", ".join(other) or look.say("as shipped", "默认")


def _said(value: object) -> str:
    """A dose: 9, not 9.0."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return " + ".join(map(str, value))
    return str(value)
