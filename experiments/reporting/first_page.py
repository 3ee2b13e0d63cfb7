"""The first page: a study's answer for a reader in a hurry - sentences, prices, what the answer depends on, the design as a table.

A sentence says what an arm did to an outcome, for better or worse, with its interval; where the runs cannot tell, it says that.
"""

import csv
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.analysis.effects import HIGHER, LOWER, SAME, UNKNOWN
from experiments.analysis.evaluation import PRICE
from experiments.reporting.chinese import chinese
from experiments.reporting.doses import policy_in_words, settings_of
from experiments.reporting.figures.style import Look, decimals, is_share
from experiments.reporting.figures.tables import Tables
from experiments.reporting.names import meaning_of
from experiments.reporting.result_tables import difference_told
from experiments.reporting.wording import GRADES, number, true_minus
from experiments.runs.files import StoreError, robustness_of
from experiments.runs.present import was_of
from experiments.study.design import Study

if TYPE_CHECKING:
    import pandas as pd

FACTORS = 3
"""Inputs named of those that the answer depends on."""
FEW = 2
"""Points up to which each is named."""
HELD = 0.95
"""Share of points with the same sign from which on an effect keeps its direction."""
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
            sentences.append(_level(own, metric, tables, look))
            said.append(true_minus(look.say(" ", "").join(f"{one[:1].upper()}{one[1:]}" for one in sentences)))
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
            says = HIGHER if row["low"] > 0 else LOWER if row["high"] < 0 else UNKNOWN
            mean = rows["reference"].mean()
            whole = _row(**row[["arm", "metric", "effect", "low", "high"]], says=says, reference=mean)
            everywhere = look.say("over all that is uncertain, ", "就全部不确定取值而言，")
            return everywhere + _clause(whole, tables, look, None) + stop
    return _at_points(rows, tables, look) + stop


def _row(**values: object) -> "pd.Series[Any]":
    import pandas as pd

    return pd.Series(values, dtype=object)


def _at_points(rows: "pd.DataFrame", tables: Tables, look: Look) -> str:
    """At how many points an arm raised or lowered an outcome, by how much, and at how many it is not known."""
    metric, arm, n = rows.iloc[0]["metric"], rows.iloc[0]["arm"], len(rows)
    what, label = _what(metric, tables, look)
    parts = list[str]()
    for says, raised, raised_zh in ((LOWER, "lowered", "降低"), (HIGHER, "raised", "提高")):
        if len(some := rows[rows["says"] == says]):
            where, by = _of_points(some, tables, look), _span(some, look)
            good = tables.metrics[metric].better * (1 if says == HIGHER else -1)
            text = look.say(f"{raised} {'it' if parts else what}{by} at {where}", f"在{where}使{label}{raised_zh}{by}")
            parts.append(text + _judged(good, look))
    if len(some := rows[rows["says"] == SAME]):
        where, it = _of_points(some, tables, look), "it" if parts else what
        less = f"changed {it} by less than any difference that matters at {where}"
        parts.append(look.say(less, f"在{where}对{label}没有重要差异"))
    if not parts:
        return look.say(
            f"what ‘{arm}’ does to {what} is not known from these runs at any of {n} points",
            f"“{arm}”对{label}的作用在全部{n}个取值点均无法由这些运行判断",
        )
    if len(some := rows[rows["says"] == UNKNOWN]):
        where = _of_points(some, tables, look)
        parts.append(look.say(f"at {where} it is not known", f"在{where}的作用无法判断"))
    return look.say(f"‘{arm}’ {'; '.join(parts)}", f"“{arm}”{'；'.join(parts)}")


def _span(rows: "pd.DataFrame", look: Look) -> str:
    """From how many to how many per cent of the first arm's means; nothing where these are almost nothing."""
    if not all(is_share(row.reference, row.low, row.high) for row in rows.itertuples()):
        return ""
    sizes = 100 * (rows["effect"] / rows["reference"]).abs()
    ends = dict.fromkeys(f"{size:.{0 if size >= 10 else 1}f}" for size in (sizes.min(), sizes.max()))
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
    good = tables.metrics[row["metric"]].better * (1 if up else -1)
    said = look.say(
        f"‘{arm}’ {'raised' if up else 'lowered'} {what} by {size} ({ends})",
        f"“{arm}”使{label}{'提高' if up else '降低'}{size}（{ends}）",
    )
    return f"{said}{_judged(good, look)}{_for_whom(arm, good, groups, look) if groups is not None else ''}"


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
    """What an averted unmet person-week cost, a sentence an arm; nothing for several points."""
    found = tables.evaluation
    if len(tables.points) > 1 or found.empty:
        return []
    rows = found[found["metric"] == PRICE].iterrows()
    return [_price(str(row["arm"]), " ".join(difference_told(row, look).split()), look) for _, row in rows]


def _price(arm: str, told: str, look: Look) -> str:
    """One price: an amount with its interval, or what is known of it."""
    amount, _, ends = told.partition(" [")
    low, comma, high = ends.rstrip("]").partition(", ")
    if comma:
        return look.say(
            f"With ‘{arm}’, averting an unmet person-week cost {amount} yuan ({low} to {high}).",
            f"“{arm}”每减少一个未满足人周花费{amount}元（{low}至{high}）。",
        )
    return look.say(
        f"With ‘{arm}’, the price of averting an unmet person-week, in yuan: {told}.",
        f"“{arm}”每减少一个未满足人周的花费（元）：{told}。",
    )


def hangs_on(study: Study, tables: Tables, look: Look, folder: Path | None = None) -> str:
    """The inputs that the answer depends on most, where the design or `linli robust` (beside `folder`) tells.

    Else how many are assumed, and what would tell.
    """
    if (table := tables.sensitivity) is not None and len(table):
        size = next((c for c in ("total", "mu_star", "first") if c in table), None)
        if size:
            ranked = table.groupby("factor")[size].max().sort_values(ascending=False).head(FACTORS)
            named = [f"{_meaning(study, str(path), look)} ({share:.2f})" for path, share in ranked.items()]
            return look.say(f"It depends most on: {'; '.join(named)}.", f"结论最取决于：{'；'.join(named)}。")
    if folder and (rows := robust_of(folder)):
        try:
            return _robust(study, rows, look) + _asked_before(study, folder, look)
        except (KeyError, TypeError, ValueError):
            told = f"{robustness_of(folder) / 'messages.csv'}: this is not what ‘linli robust’ wrote. Run that again, or move it away."
            raise StoreError(told) from None
    grades = [str(e.grade) for e in study.config.evidence.values()]
    assumed, command = grades.count("assumed"), study.asked_of("robust")
    return look.say(
        f"It rests on {len(grades)} inputs, of which {assumed} are {GRADES['assumed'][0]}; on which of them it depends was not asked "
        f"here (‘{command}’ tells).",
        f"结论依据{len(grades)}项输入，其中{assumed}项为{GRADES['assumed'][1]}；本研究未考察取决于其中哪些（运行“{command}”即可得知）。",
    )


def _asked_before(study: Study, folder: Path, look: Look) -> str:
    """A word where the study was another when `linli robust` was run."""
    if was_of(study, robustness_of(folder)):
        return ""
    command = study.asked_of("robust")
    return look.say(
        f" The study has changed since that was asked: ‘{command}’ asks it of the study as it is now.",
        f"此后研究已有改动：运行“{command}”即可按现在的研究重新考察。",
    )


def robust_of(folder: Path) -> list[dict[str, str]]:
    """The messages that `linli robust` kept beside a study's folder; none where it was not run."""
    kept = robustness_of(folder) / "messages.csv"
    if not kept.is_file():
        return []
    with kept.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _robust(study: Study, rows: list[dict[str, str]], look: Look) -> str:
    """What the messages say: how many kept their direction, and the inputs that go with the most of the effects."""
    primary = set(study.file.primary) or {study.file.outcomes[0]}
    own = [row for row in rows if row["metric"] in primary] or rows
    many, held = int(own[0]["points"]), sum(float(row["same_sign"]) >= HELD for row in own)
    strongest: dict[str, float] = {}
    for row in rows:
        for one in filter(None, row["hangs_on"].split("; ")):
            path, correlation, _ = one.split(" ", 2)
            strongest[path] = max(strongest.get(path, 0.0), abs(float(correlation)))
    said = look.say(
        f"With all assumed and calibrated numbers moved at once, {held} of {len(own)} effects on the primary outcomes keep their "
        f"direction at nineteen in twenty of {many} points.",
        f"同时变动全部假定与校准的数值时，主要结果的{len(own)}项效应中有{held}项在{many}个取值点的95%以上方向不变。",
    )
    ranked = sorted(strongest, key=strongest.__getitem__, reverse=True)[:FACTORS]
    if not ranked:
        return said + look.say(" They depend on no single one of them.", "它们不取决于其中任何单独一项。")
    named = [f"{_meaning(study, path, look)} ({strongest[path]:.2f})" for path in ranked]
    return said + look.say(
        f" They depend most on (rank correlation): {'; '.join(named)}.", f"最取决于（秩相关）：{'；'.join(named)}。"
    )


def _meaning(study: Study, path: str, look: Look) -> str:
    """An input in words, where the model has some for it."""
    found = study.config.evidence.get(path)
    if not found or not found.meaning:
        return path
    return f"{look.say(found.meaning, chinese().get(found.meaning, found.meaning)).rstrip('.。')}, {path}"


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
        f"{meaning_of(field, look)}{look.say(': ', '：')}{_said(getattr(made, dose))}"
        for dose, field in POLICIES[name].model_fields.items()
        if dose not in ("start", "stop") and getattr(made, dose) != field.get_default(call_default_factory=True)
    )


def _said(value: object) -> str:
    """A dose: 9, not 9.0."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return " + ".join(map(str, value))
    return str(value)
