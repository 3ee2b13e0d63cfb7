"""The claims and what came out, as a page, in English and in Chinese."""

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.reporting.chinese import in_chinese
from experiments.reporting.names import arm_names
from experiments.spoken import Language, speaking
from experiments.validation.claims import (
    ENOUGH,
    Answer,
    Examined,
    Finding,
    Together,
    claim_in_words,
    study_of,
    verdict_in_words,
)  # fmt: skip
from sim import METRICS

INTRODUCTION = """# The claims of the article

[中文](claims.zh.md)

Thirteen things that the article says and that can be wrong, each examined by a study with the mechanism's off switch as an arm.
This page is written by `linli claims`; what each claim needs stands in `configs/claims/huang2025.yaml`, the studies in `configs/studies/`.
Effects are differences between arms that share their luck (common random numbers), means over the window of a study (the last two years), with 95 % intervals.{wide}
Doses of policies, and numbers that an arm sets (such as a switch), stay as they are: a claim that depends on these is told by its
arm with the switch off.

A claim **holds** when every sign it needs is beyond noise and the same at {enough:.0%} of the plausible points; it **depends on
assumed numbers** when the signs are there at the baseline's values and not at so many points; there is **no difference that
matters** when the 90 % interval of an effect lies within the band that its file states; it is **undecided** when an
interval holds 0; it **does not hold** when a sign is the other way round. "Holds" means: in this model, with numbers that are
mostly assumed. It is a statement about the article's reasoning, not about a town.
"""
INTRODUCTION_ZH = """# 文章的论断

[English](claims.md)

文章中有十三条可能被证明不成立的论断，每条由一项研究检验，研究中有一组把相应机制关闭。本页由 `linli claims` 写出；每条论断的要求见 `configs/claims/huang2025.yaml`，研究见 `configs/studies/`。
效应是运气相同（公共随机数）的各组之差，取研究观察期（最后两年）的均值，附95%区间。{wide}政策的剂量和某组所设的数值（如开关）保持原样：若论断取决于它们，由关闭开关的那一组说明。

论断所要求的每个方向都超出偶然，且在{enough:.0%}的合理取值点上相同，则为**成立**；方向在基准取值处成立，而在合理取值点上达不到这一比例，则**取决于假定的数值**；效应的90%区间落在其文件所写的范围之内，则**没有有意义的差异**；区间含0则**未定**；方向相反则**不成立**。“成立”的意思是：在这个模型中、以大多为假定的数值而言成立。它说的是文章的推理，不是某个城镇。
"""

WIDE = """ *Same sign* is
the share of {points} plausible points (all assumed and calibrated numbers moved at once, each between value / 1.5
and value x 1.5) at which the effect has that sign; a point is lived as often as it takes that luck alone would seldom turn it."""
WIDE_ZH = """*方向一致*是{points}个合理取值点（全部假定和校准的数值同时改动，各在原值的1/1.5至1.5倍之间）中效应方向相同的比例；每个取值点重复足够多次，使偶然因素很少能改变其方向。"""
BETWEEN = {
    "en": "| goes together | rank correlation, 95 % interval | communities |",
    "zh": "| 两者 | 秩相关，95%区间 | 社区数 |",
}
HEADS = {
    "en": (
        "| | claim | verdict | signs needed |",
        "| effect | on | 95 % interval | of | needed | same sign | depends on |",
    ),
    "zh": ("| | 论断 | 判断 | 所要求的方向 |", "| 效应 | 指标 | 95%区间 | 基准 | 要求 | 方向一致 | 取决于 |"),
}


def as_page(answers: Sequence[Answer], points: int, language: Language = "en") -> str:
    """The page: a table of verdicts, then every claim with its effects."""
    with speaking(language):
        return "\n".join(_lines(answers, points, language)) + "\n"


def _lines(answers: Sequence[Answer], points: int, language: Language) -> list[str]:
    zh = language == "zh"
    introduction, wide = (INTRODUCTION_ZH, WIDE_ZH) if zh else (INTRODUCTION, WIDE)
    signs_head, effects_head = HEADS[language]
    lines = [
        introduction.format(wide=wide.format(points=points) if points else "", enough=ENOUGH),
        signs_head,
        "|---|---|---|---|",
    ]
    for a in answers:
        each = (_label(f, zh) + ("" if zh else " ") + _way(f.sign, zh) + _note(f, zh) for f in a.found)
        signs = ("；" if zh else "; ").join(each)
        claim = claim_in_words(a.claim, language)
        lines.append(f"| {a.claim.number} | {claim} | **{verdict_in_words(a.verdict)}** | {signs} |")
    for a in answers:
        lines += ["", f"## {a.claim.number}. {claim_in_words(a.claim, language)}", "", _asked(a, points, zh), ""]
        if reading := a.claim.reading_zh if zh else a.claim.reading:
            lines += [reading, ""]
        lines += [effects_head, "|---|---|---|---|---|---|---|"]
        study = study_of(a.claim)
        names = arm_names(study, "zh") if zh else {arm: arm.replace("_", " ") for arm in study.arms}
        lines += [_row(f, names, zh) for f in (*a.found, *a.beside)]
        if a.between:
            other = a.between[0].told.study
            head = f"不同社区之间（研究 `{other}`）：" if zh else f"Between communities that differ (study `{other}`):"
            lines += ["", head, "", BETWEEN[language], "|---|---|---|", *(_between(t, zh) for t in a.between)]
    return lines


def _asked(a: Answer, points: int, zh: bool) -> str:
    """What was asked and how often it was lived."""
    study, n, verdict = study_of(a.claim), a.found[0].n, verdict_in_words(a.verdict)
    if zh:
        lives = f"；{points}个合理取值点各重复{a.lives}次" if a.lives else ""
        question = study.file.label.question.zh or study.file.question
        return f"{question}研究 `{a.claim.study}`：重复{n}次，{study.file.weeks}周{lives}。判断：**{verdict}**。"
    lives = f"; {points} plausible points with {a.lives} replicates each" if a.lives else ""
    return f"{study.file.question} Study `{a.claim.study}`: {n} replicates, {study.file.weeks} weeks{lives}. Verdict: **{verdict}**."


def _row(f: Finding, names: Mapping[str, str], zh: bool) -> str:
    needed = _way(f.told.sign, zh) if isinstance(f.told, Examined) else ""
    if f.told.matters is not None:
        more = ("；未达到" if zh else "; not so much") if f.slight else ""
        needed += f"（{f.told.matters:g}以上{more}）" if zh else f" (by {f.told.matters:g}{more})"
    same = "" if np.isnan(f.same_sign) or not f.effect else f"{f.same_sign:.0%}"
    hangs = f"`{f.hangs_on.split()[0]}` {f.hangs_on.split()[1]}" if f.hangs_on else ""
    ends = f"（{f.low:+.3g}至{f.high:+.3g}）" if zh else f" ({f.low:+.3g} to {f.high:+.3g})"
    interval = f"{f.effect:+.3g}{ends}"
    what = f"{_sum(f, names)}{_note(f, zh)}"
    return f"| {what} | {_label(f, zh)} | {interval} | {f.reference:.3g} | {needed} | {same} | {hangs} |"


def _between(t: Together, zh: bool) -> str:
    one, other = METRICS[t.told.outcome], METRICS[t.told.beside]
    if zh:
        note = f"（{in_chinese(t.told.note)}）" if t.told.note else ""
        return f"| {one.label_zh}与{other.label_zh}{note} | {t.correlation:+.2f}（{t.low:+.2f}至{t.high:+.2f}） | {t.communities} |"
    note = f" ({t.told.note})" if t.told.note else ""
    pair = f"{one.label.lower()} and {other.label.lower()}"
    return f"| {pair}{note} | {t.correlation:+.2f} ({t.low:+.2f} to {t.high:+.2f}) | {t.communities} |"


def _label(f: Finding, zh: bool) -> str:
    metric = METRICS[f.told.outcome]
    return metric.label_zh if zh else metric.label.lower()


def _note(f: Finding, zh: bool) -> str:
    if not f.told.note:
        return ""
    return f"（{in_chinese(f.told.note)}）" if zh else f" ({f.told.note})"


def _way(sign: int, zh: bool) -> str:
    """Which way an effect goes; unclear where the interval holds 0."""
    return {1: ("up", "上升"), -1: ("down", "下降"), 0: ("unclear", "不明")}[sign][zh]


def _sum(f: Finding, names: Mapping[str, str]) -> str:
    """The arms in words: a - b."""
    parts = [("- " if weight < 0 else "+ ") + names[arm] for arm, weight in f.told.arms.items()]
    return " ".join(parts).removeprefix("+ ")
