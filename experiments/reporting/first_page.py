"""The first page: a study's answer for a reader in a hurry - sentences, prices, what the answer depends on, the design as a table.

A sentence says what an arm did to an outcome, for better or worse, with its interval; where the runs cannot tell, it says that.
"""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from experiments.analysis.effects import HIGHER, LOWER, SAME, UNKNOWN, says
from experiments.analysis.evaluation import COST, PRICE
from experiments.reporting.chinese import choice_in_chinese
from experiments.reporting.doses import policy_in_words, settings_of
from experiments.reporting.figures.style import Look, is_share, places_of
from experiments.reporting.figures.tables import Tables
from experiments.reporting.names import meaning_of
from experiments.reporting.verdicts import by_joint, reaches, surely_matters, way
from experiments.reporting.wording import number, told, true_minus
from experiments.study.design import Study

if TYPE_CHECKING:
    import pandas as pd

FEW = 2
"""Points up to which each is named."""
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
    """A few sentences an outcome: what each arm did to it, for better or worse, or that it is not known.

    At several points: over all of them where they are a sample of what is uncertain, else at how many of them.
    """
    if tables.effects.empty:
        return []
    found = tables.evaluation if len(tables.points) == 1 else tables.effects.iloc[:0]
    groups = found[found["metric"].isin(GROUPS)] if len(found) else found
    said = []
    for metric in tables.outcomes:
        own = tables.effects[tables.effects["metric"] == metric]
        sentences = [_sentence(rows, tables, look, groups if metric == UNMET else None) for _, rows in _by_arm(own)]
        if sentences:
            sentences += filter(None, [by_joint(metric, own, tables, look), _level(own, metric, tables, look)])
            primary = look.say("Primary outcome: ", "主要结果：") if tables.is_primary(metric) else ""
            said.append(
                true_minus(primary + look.say(" ", "").join(f"{one[:1].upper()}{one[1:]}" for one in sentences))
            )
    return said


def _by_arm(own: "pd.DataFrame") -> "Iterable[tuple[str, pd.DataFrame]]":
    return ((str(arm), rows) for arm, rows in own.groupby("arm", sort=False))


def _sentence(rows: "pd.DataFrame", tables: Tables, look: Look, groups: "pd.DataFrame | None") -> str:
    """What one arm did to one outcome."""
    stop, overall = look.say(".", "。"), tables.answers.get("overall")
    if len(tables.points) == 1:
        return _clause(rows.iloc[0], tables, look, groups) + stop
    first = rows.iloc[0]
    if overall is not None:
        its = overall[(overall["arm"] == first["arm"]) & (overall["metric"] == first["metric"])]
        if len(its):
            row = its.iloc[0]
            mean = rows["reference"].mean()
            least = tables.asked.least(str(row["metric"]), float(mean)) if tables.asked else math.nan
            ends = float(row["low"]), float(row["high"])
            whole = _row(
                **row[["arm", "metric", "effect", "low", "high"]],
                says=says(*ends, ends, least),
                reference=mean,
                matters=least,
            )
            everywhere = look.say("over all that is uncertain, ", "就全部不确定取值而言，")
            return everywhere + _clause(whole, tables, look, None) + stop
    return _at_points(rows, tables, look) + stop + _differs(rows.iloc[0], tables, look)


def _differs(first: "pd.Series[Any]", tables: Tables, look: Look) -> str:
    """Whether an effect is another at the last value of what varies than at the first: a crossed design of few factors tells."""
    main, said = tables.answers.get("main"), ""
    if main is None or len(tables.varies) > FEW:
        return said
    own = main[(main["arm"] == first["arm"]) & (main["metric"] == first["metric"])]
    for factor, its in own.groupby("factor", sort=False):
        at, row = its.iloc[0]["value"], its.iloc[-1]
        if not math.isfinite(row["change_low"]):
            continue
        size, ends = told(row["change"], row["change_low"], row["change_high"])
        within = f"{ends[0]}{look.say(' to ', '至')}{ends[1]}"
        if row["change_low"] > 0 or row["change_high"] < 0:
            said += look.say(
                f" At {row['value']} instead of {at} ({factor}) its effect differs by {size} ({within}).",
                f"{factor}为{row['value']}而非{at}时，其作用相差{size}（{within}）。",
            )
        else:
            said += look.say(
                f" Whether its effect at {row['value']} differs from that at {at} ({factor}) is not known ({within}).",
                f"{factor}为{row['value']}与{at}时其作用是否不同，无法判断（{within}）。",
            )
    return said


def _row(**values: object) -> "pd.Series[Any]":
    import pandas as pd

    return pd.Series(values, dtype=object)


def _at_points(rows: "pd.DataFrame", tables: Tables, look: Look) -> str:
    """At how many points an arm raised or lowered an outcome, by how much, and at how many it is not known."""
    metric, arm, n = rows.iloc[0]["metric"], rows.iloc[0]["arm"], len(rows)
    what, label = _what(metric, tables, look)
    parts = list[str]()
    for way_known, raised, raised_zh in ((LOWER, "lowered", "降低"), (HIGHER, "raised", "提高")):
        if len(some := rows[rows["says"] == way_known]):
            where, by = _of_points(some, tables, look), _span(some, look)
            good = tables.metrics[metric].better * (1 if way_known == HIGHER else -1)
            text = look.say(f"{raised} {'it' if parts else what}{by} at {where}", f"在{where}使{label}{raised_zh}{by}")
            parts.append(text + _judged(good, look))
    same = rows[rows["says"] == SAME]
    ways = same.apply(way, axis=1) if len(same) else same["says"]
    for known, words, chinese in (
        (LOWER, "lowered {} by less than any difference that matters", "使{}降低，但小于重要差异"),
        (HIGHER, "raised {} by less than any difference that matters", "使{}提高，但小于重要差异"),
        (UNKNOWN, "made no difference that matters to {}", "对{}没有重要差异"),
    ):
        if len(some := same[ways == known]):
            where, it = _of_points(some, tables, look), "it" if parts else what
            parts.append(look.say(f"{words.format(it)} at {where}", f"在{where}{chinese.format(label)}"))
    if not parts:
        return look.say(
            f"what ‘{arm}’ does to {what} is not known from these runs at any of {n} points",
            f"“{arm}”对{label}的作用在全部{n}个取值点均无法由这些运行判断",
        )
    clear = rows[rows["says"].isin((LOWER, HIGHER))]
    if len(clear) and (clear["matters"] > 0).all():
        sure = clear[[surely_matters(row) for _, row in clear.iterrows()]]
        where, where_zh = (
            (f"at {_of_points(sure, tables, look)}", f"在{_of_points(sure, tables, look)}")
            if len(sure)
            else ("nowhere", "没有取值点")
        )
        parts.append(look.say(f"{where} that is surely as much as matters", f"{where_zh}可断定不小于重要差异"))
    if len(some := rows[rows["says"] == UNKNOWN]):
        where = _of_points(some, tables, look)
        parts.append(look.say(f"at {where} it is not known", f"在{where}的作用无法判断"))
    return look.say(f"‘{arm}’ {'; '.join(parts)}", f"“{arm}”{'；'.join(parts)}")


def _span(rows: "pd.DataFrame", look: Look) -> str:
    """From how many to how many per cent of the first arm's means; nothing where these are almost nothing."""
    if not all(is_share(row.reference, row.low, row.high) for row in rows.itertuples()):
        return ""
    sizes = 100 * (rows["effect"] / rows["reference"]).abs()
    ends = dict.fromkeys(
        f"{size:.{0 if size >= 10 else places_of(0, size, most=1)}f}" for size in (sizes.min(), sizes.max())
    )
    return look.say(f" by {' to '.join(ends)} %", f"{'至'.join(ends)}%")


def _of_points(some: "pd.DataFrame", tables: Tables, look: Look) -> str:
    """At how many of all points; a few are named."""
    many, n = len(some), len(tables.points)
    if many == n:
        return look.say(f"all {n} points", f"全部{n}个取值点")
    named = look.say("; ", "；").join(tables.points[int(p)] for p in some["point"]) if many <= FEW else ""
    return look.say(
        f"{many} of {n} points{f' ({named})' if named else ''}",
        f"{n}个取值点中的{many}个{f'（{named}）' if named else ''}",
    )


def _what(metric: str, tables: Tables, look: Look) -> tuple[str, str]:
    """An outcome's label within a sentence, and by itself."""
    label = tables.metrics[metric].say(look.language)
    return (label[:1].lower() + label[1:] if label[1:2].islower() else label), label


def _judged(good: int, look: Look) -> str:
    if not good:
        return ""
    return look.say(", which is better", "，为改善") if good > 0 else look.say(", which is worse", "，为恶化")


def _clause(row: "pd.Series[Any]", tables: Tables, look: Look, groups: "pd.DataFrame | None") -> str:
    """What one arm did to one outcome, at one point or over all."""
    (what, label), arm = _what(row["metric"], tables, look), row["arm"]
    if row["low"] == row["high"] == 0:
        return look.say(f"‘{arm}’ left {what} the same in every pair of runs", f"“{arm}”的{label}在每对运行中均相同")
    if not math.isfinite(row["low"]):
        return look.say(
            f"of what ‘{arm}’ does to {what} too few pairs tell", f"“{arm}”对{label}的作用因对数太少而无法判断"
        )
    size, ends, least = _amounts(row, tables, look)
    beyond = reaches(row, least, look)
    if row["says"] == SAME and way(row) == UNKNOWN:
        return look.say(
            f"‘{arm}’ made no difference that matters to {what} ({ends})",
            f"“{arm}”对{label}没有重要差异（{ends}）",
        )
    if row["says"] == UNKNOWN:
        return look.say(
            f"what ‘{arm}’ does to {what} is not known from these runs ({ends}){beyond}",
            f"“{arm}”对{label}的作用无法由这些运行判断（{ends}）{beyond}",
        )
    up = row["low"] > 0
    good = tables.metrics[row["metric"]].better * (1 if up else -1)
    said = look.say(
        f"‘{arm}’ {'raised' if up else 'lowered'} {what} by {size} ({ends})",
        f"“{arm}”使{label}{'提高' if up else '降低'}{size}（{ends}）",
    )
    most = _for_whom(arm, good, groups, look) if groups is not None and row["says"] != SAME else ""
    return f"{said}{_judged(good, look) if row['says'] != SAME else ''}{beyond}{most}"


def _amounts(row: "pd.Series[Any]", tables: Tables, look: Look) -> tuple[str, str, str]:
    """An effect, its interval (without signs where the direction is known) and what matters, as shares of the first arm's mean or not."""
    base = row["reference"]
    shares = is_share(base, row["low"], row["high"])
    scale, sign = (100 / base, " %") if shares else (1.0, "")
    effect, low, high = (float(row[name]) * scale for name in ("effect", "low", "high"))
    places = places_of(low, high, most=1 if shares else 8)
    if way(row) == UNKNOWN:
        ends = [f"{value:+z.{places}f}" for value in (low, high)]
    else:
        ends = [f"{value:.{places}f}" for value in sorted(map(abs, (low, high)))]
    unit = "" if shares else tables.metrics[row["metric"]].unit_in(look.language)
    sign = sign.strip() if look.language == "zh" else sign
    size = f"{abs(effect):.{places}f}{sign}{f' ({unit})' if unit and look.language == 'en' else f'（{unit}）' if unit else ''}"
    return size, f"{ends[0]}{look.say(' to ', '至')}{ends[1]}{sign}", f"{float(row['matters']) * scale:.3g}{sign}"


def _level(own: "pd.DataFrame", metric: str, tables: Tables, look: Look) -> str:
    """The first arm's mean, from the lowest to the highest of several points."""
    unit = tables.metrics[metric].unit_in(look.language)
    ends = dict.fromkeys(number(mean) for mean in (own["reference"].min(), own["reference"].max()))
    return look.say(
        f"In ‘{tables.arms[0]}’ it is {' to '.join(ends)}{f' ({unit})' if unit else ''}.",
        f"“{tables.arms[0]}”为{'至'.join(ends)}{f'（{unit}）' if unit else ''}。",
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
    """What an averted unmet person-week cost, a sentence an arm; what the arm costs where it is not known that needs fell.

    Nothing for several points.
    """
    found = tables.evaluation
    if len(tables.points) > 1 or found.empty:
        return []
    costs = found[found["metric"] == COST].set_index("arm")
    return [
        _price(row, costs.loc[row["arm"]], tables.arms[0], look)
        for _, row in found[found["metric"] == PRICE].iterrows()
    ]


def _price(row: "pd.Series[Any]", cost: "pd.Series[Any]", first: str, look: Look) -> str:
    """One price: an amount with its interval; a price of an effect that is not known is none."""
    arm, rose = row["arm"], row["low"] == math.inf
    if math.isfinite(row["high"]) and math.isfinite(row["mean"]):
        places = places_of(row["low"], row["high"])
        amount, low, high = (f"{row[name]:.{places}f}" for name in ("mean", "low", "high"))
        return look.say(
            f"With ‘{arm}’, averting an unmet person-week cost {amount} yuan ({low} to {high}).",
            f"“{arm}”每减少一个未满足人周花费{amount}元（{low}至{high}）。",
        )
    why = (
        look.say("unmet needs rose", "未满足需求增加")
        if rose
        else look.say("what it does to unmet needs is not known", "对未满足需求的作用无法判断")
    )
    less = cost["effect"] < 0
    low, high = (-cost["high"], -cost["low"]) if less else (cost["low"], cost["high"])
    (amount, ends), within = told(abs(cost["effect"]), low, high), ""
    if high - low > 1e-9 * abs(cost["effect"]):
        within = look.say(f" ({ends[0]} to {ends[1]})", f"（{ends[0]}至{ends[1]}）")
    else:  # the same in every pair
        amount = f"{abs(cost['effect']):.0f}"
    paid, more = f"{amount}{within}".replace("+", ""), look.say("less" if less else "more", "少" if less else "多")
    return look.say(
        f"‘{arm}’ costs {paid} yuan per 100 residents a year {more} than ‘{first}’; what averting an unmet person-week costs cannot be "
        f"said, as {why}.",
        f"“{arm}”每百居民每年比“{first}”{more}花费{paid}元；{why}，故无法给出每减少一个未满足人周的花费。",
    )


def design_table(study: Study, tables: Tables, look: Look) -> "pd.DataFrame":
    """The design: one row an arm and policy, with what it does and the doses that are not as shipped."""
    import pandas as pd

    rows = []
    for arm, shown in zip(study.arms, tables.arms, strict=True):
        own = [
            (_title(name, look), policy_in_words(study, name, doses, look), _not_shipped(name, doses, look))
            for name, doses in study.arms[arm]
        ]
        own += [(path, look.say(f"is {value}", f"设为{value}"), "") for path, value in settings_of(study, arm).items()]
        own = own or [("", look.say("Nothing is changed.", "不作改变。"), "")]
        rows += [
            (shown if first else "", *cells) for first, cells in zip([True] + [False] * len(own), own, strict=False)
        ]
    heads = (
        look.say("Arm", "组别"),
        look.say("Policy", "政策"),
        look.say("What it does", "做法"),
        look.say("Not as shipped", "不同于默认"),
    )
    return pd.DataFrame(rows, columns=list(heads))


def _title(name: str, look: Look) -> str:
    from sim import POLICIES

    return look.say(POLICIES[name].title, POLICIES[name].title_zh)


def _not_shipped(name: str, doses: "dict[str, Any]", look: Look) -> str:
    """The doses of a policy that have another value than shipped."""
    from sim import POLICIES

    made = POLICIES[name](**doses)
    return look.say("; ", "；").join(
        f"{meaning_of(field, look)}{look.say(': ', '：')}{_said(getattr(made, dose), look)}"
        for dose, field in POLICIES[name].model_fields.items()
        if dose not in ("start", "stop") and getattr(made, dose) != field.get_default(call_default_factory=True)
    )


def _said(value: object, look: Look) -> str:
    """A dose: 9, not 9.0; in Chinese a choice by its name there."""
    if isinstance(value, float):
        return f"{value:g}"
    if look.language == "zh":
        return choice_in_chinese(value)
    return " + ".join(map(str, value)) if isinstance(value, tuple) else str(value)
