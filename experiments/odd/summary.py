"""The Summary ODD: at most three printed pages for the appendix of a paper, with the numbers of a community.

The frames stand beside this file: `summary.md`, and `summary.zh.md` in Chinese. Grimm and others (2020) ask for purpose and patterns, entities, the week,
the most important design concepts and the key processes in short; the rest stands in the full document.
"""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from experiments.odd.tables import says_target, table_of
from experiments.reporting.chinese import in_chinese
from experiments.reporting.escape import in_markdown
from experiments.spoken import Language
from sim import __version__
from sim.config.load import config_folder
from sim.config.schema import Config
from sim.config.yaml import read
from sim.policies import POLICIES

SLOT = re.compile(r"\{\{([a-z_]+)(?::([\w.]+))?\}\}")
type Both = tuple[str, str]
"""What is said in English and in Chinese."""
DIGITS = 3
"""Digits of a number that a reader of three pages wants."""


def summarized(config: Config, community: str = "baseline", language: Language = "en") -> str:
    """The Summary ODD of a configuration as Markdown. Raises KeyError for a slot that nothing fills."""
    chinese, frame = language == "zh", {"en": "summary.md", "zh": "summary.zh.md"}[language]
    text = Path(__file__).with_name(frame).read_text(encoding="utf-8")
    slots: dict[str, Callable[[str], str]] = {
        "title": lambda _: in_markdown(in_chinese(config.title) if chinese else config.title),
        "community": lambda _: community,
        "version": lambda _: __version__,
        "residents": lambda _: f"{config.population.residents:,}",
        "grids": lambda _: str(config.population.grids),
        "value": lambda path: said(config.evidence[path].value),
        "grades": lambda _: _grades(config)[chinese],
        "patterns": lambda use: _patterns(use)[chinese],
        "kinds": lambda _: _kinds(config, chinese),
        "policies": lambda _: ("、" if chinese else ", ").join(_titles(chinese)),
        "initial_tiers": lambda _: ("、" if chinese else ", ").join(map(said, config.population.initial_tiers)),
        **{name: lambda _, so=so: so(config)[chinese] for name, so in SWITCHES.items()},  # type: ignore[misc]
    }
    return SLOT.sub(lambda slot: slots[slot[1]](slot[2] or ""), text).rstrip() + "\n"


def said(value: object) -> str:
    """A number in few digits, a choice as it is."""
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else str(value)


def _titles(chinese: bool) -> list[str]:
    return [kind.title_zh if chinese else kind.title for kind in POLICIES.values()]


def _review(c: Config) -> Both:
    if c.dispatching.review == "yes":
        return (
            "What nobody on the roster could take is declined and looked at again later.",
            "名册上无人能接的先不予受理，以后再审视。",
        )
    return "Nothing is declined at review.", "审视时不作拒绝。"


def _levels(c: Config) -> Both:
    head = "where a policy has levels: urgent orders at once, others each "
    if c.dispatching.escalation == "promise":
        share = said(c.dispatching.escalate_share)
        zh = f"每过承诺时限的{share}上报一级"
        return (
            f"{head}{share} of their promise",
            f"若政策设有层级，等待中的工单逐级上报，由服务组织协助：紧急工单立即上报，其余{zh}。",
        )
    weeks = said(c.dispatching.escalate_after)
    return (
        f"{head}{weeks} weeks",
        f"若政策设有层级，等待中的工单逐级上报，由服务组织协助：紧急工单立即上报，其余每{weeks}周上报一级。",
    )


SWITCHES: dict[str, Callable[[Config], Both]] = {
    "lived": lambda c: (
        (" and then live before the start until ages are at rest", "，并在开始之前先生活到年龄结构平稳")
        if c.life.course == "on"
        else ("; nobody ages", "；无人变老")
    ),
    "review": _review,
    "levels": _levels,
    "scope": lambda c: {
        "local": ("no other grid is asked", "不召唤其他网格"),
        "pooled": ("all grids are one", "各网格合为一体"),
        "local_then_pooled": (
            "if nobody accepts, as many of all grids are asked",
            "若无人接单，再召唤全社区同样多的人",
        ),
    }[c.dispatching.scope],
    "failure": lambda c: (
        ("; else the need stays unmet and is asked for again", "；否则需求仍未满足，再次求助")
        if c.serving.failure == "yes"
        else ("; here every service meets its need", "；此处每次服务都满足需求")
    ),
    "partners": lambda c: (", the sociable more,", "（善交际者更多）") if c.bonding.partner == "sociable" else ("", ""),
    "lives": lambda c: (
        (
            "Residents age; couples have children, partners join, grown children leave home, illness limits, and deaths follow a "
            "life table; no such chance hangs on service.",
            "居民变老；夫妻生育，伴侣搬入，子女成年离家，疾病使人行动不便，死亡依生命表；这些概率均与服务无关。",
        )
        if c.life.course == "on"
        else ("Nobody ages here.", "此处无人变老。")
    ),
    "by_age": lambda c: (
        (" times what goes with age, tenure and living alone", "，再乘以年龄、居住年限和独居的倍数")
        if c.moving.by == "age"
        else (" times what goes with tenure", "，再乘以居住年限的倍数")
    ),
}
"""What a mechanism with a switch is said to do, as it stands in a community: in English and Chinese."""


def _grades(config: Config) -> Both:
    grades = Counter(e.grade for e in config.evidence.values())
    every, assumed, calibrated = sum(grades.values()), grades["assumed"], grades["calibrated"]
    return (
        f"of its {every} values {assumed} are assumed and {calibrated} calibrated.",
        f"{every}项取值中有{assumed}项为假定，{calibrated}项经校准。",
    )


def _patterns(use: str) -> Both:
    """The patterns of one use in words, each with its band."""
    every = read(config_folder() / "patterns" / "community.yaml").value["patterns"].values()
    chosen = [p for p in every if (p["use"] == "calibrated") == (use == "calibrated")]
    english = [
        f"{p['title'][0].lower()}{p['title'][1:]} ({', '.join(says_target(b) for b in p['parts'].values())})"
        for p in chosen
    ]
    chinese = [f"{p['title_zh']}（{'、'.join(says_target(b, 'zh') for b in p['parts'].values())}）" for p in chosen]
    return "; ".join(english), "；".join(chinese)


def _kinds(config: Config, chinese: bool) -> str:
    """The kinds of service that anybody comes to need, with what decides about them."""
    head = (
        ("服务类型", "对象", "每周需求（独居、高龄、行动不便）", "持续（周）", "每周", "等级、承诺（周）", "严重程度", "家人、邻居、公共服务",
         "最低层级、技能")
        if chinese
        else ("kind of service", "who", "needs a week (alone, senior, limited)", "lasts (weeks)", "a week",
              "class, promise (weeks)", "severity", "household, neighbours, public", "lowest tier, skill")
    )  # fmt: skip

    def word(english: str) -> str:
        return in_chinese(english.replace("_", " ")) if chinese else english.replace("_", "-")

    def listed(*values: object) -> str:
        return ("、" if chinese else ", ").join(map(said, values))

    rows = (
        (
            k.title_zh if chinese else k.title,
            word(k.eligible),
            f"{said(k.weekly)} ({listed(k.weekly_alone, k.weekly_senior, k.weekly_limited)})",
            said(k.lasts) if k.lasts > 0 else "单次" if chinese else "episode",
            f"{k.services}次，各{said(k.hours)}小时" if chinese else f"{k.services} x {said(k.hours)} h",
            listed(word(k.urgency), k.promise),
            said(k.severity),
            listed(k.household_keeps, k.neighbours_keep, k.covered),
            listed(word(k.lowest_tier), k.lowest_skill),
        )
        for k in config.kinds.values()
        if max(k.weekly, k.weekly_alone, k.weekly_senior, k.weekly_limited) > 0.0
    )
    return table_of(head, rows)
