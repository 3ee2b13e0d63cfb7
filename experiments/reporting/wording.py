"""Wording: a study and its tables in sentences and readable columns, in English and Chinese, for reports and papers."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.reporting.chinese import in_chinese
from experiments.reporting.doses import either
from experiments.reporting.figures.style import Look, places_of, something
from experiments.reporting.figures.tables import Tables
from experiments.reporting.names import factors_of
from experiments.study.design import Study
from experiments.study.schema import StudyFile

if TYPE_CHECKING:
    import pandas as pd

GRADES = {
    "assumed": ("assumed", "假定"),
    "calibrated": ("calibrated", "校准"),
    "theory": ("from theory", "来自理论"),
    "trial": ("from trials", "来自试验"),
    "survey": ("from surveys", "来自调查"),
}
"""Grades of evidence, from the weakest to the strongest."""


def true_minus(text: str) -> str:
    """The text with a minus sign before negative numbers."""
    return re.sub(r"(?<![A-Za-z0-9_.])-(?=\d)", "\N{MINUS SIGN}", text)


def signed(value: float, places: int) -> str:
    """A difference with its sign, without one where nothing is left of it: +0.3, 0.0."""
    said = f"{value:+z.{places}f}"
    return said if something(said) else said.lstrip("+")


def number(value: float, *, sign: bool = False) -> str:
    """Four significant digits, never in powers of ten."""
    if not math.isfinite(value):
        return "-"
    places = 0 if value == 0 else max(0, 3 - math.floor(math.log10(abs(value))))
    return signed(value, min(places, 6)) if sign else f"{value:z.{min(places, 6)}f}"


def with_interval(value: float, low: float, high: float, between: str = "\n") -> str:
    """A difference and its interval, with as many decimals as the interval deserves."""
    said, ends = told(value, low, high)
    return f"{said}{between}[{', '.join(ends)}]"


def told(value: float, low: float, high: float, *more: float) -> tuple[str, list[str]]:
    """A difference, and the ends of its interval (and of others): the same decimals in all, and none contradicts what it says."""
    places = places_of(low, high, *more)
    if not math.isfinite(low):
        places = places_of(0.0, abs(value))
    return signed(value, places), [signed(end, places) if math.isfinite(end) else "-" for end in (low, high, *more)]


def share_told(row: "Mapping[str, Any]") -> str:
    """An effect in per cent of the first arm's mean; nothing where that is 0."""
    relative = float(row["relative"])
    if not math.isfinite(relative):
        return ""
    scale = relative / row["effect"] if row["effect"] else 0.0
    return signed(100 * relative, places_of(100 * scale * row["low"], 100 * scale * row["high"], most=1))


def _at_once(file: StudyFile, tables: Tables, look: Look) -> str:
    """For what the joint intervals hold at once."""
    if not file.primary:
        return look.say("an outcome", "同一结果")
    named = [tables.metrics[m].say(look.language) for m in file.primary]
    return look.say(f"the primary outcomes ({', '.join(named)})", f"主要结果（{'、'.join(named)}）")


def measured(tables: Tables, metric: str, look: Look, between: str = " ", *, mark: bool = False) -> str:
    """A metric's label and unit; with a `mark`, whether the study calls it primary."""
    unit = tables.metrics[metric].unit_in(look.language)
    label = tables.marked(metric, look) if mark else tables.metrics[metric].say(look.language)
    return f"{label}{between}({unit})" if unit else label


def method_in_words(method: str, look: Look) -> str:
    """How points are chosen, in words."""
    english = method.replace("_", " ")
    return look.say(english, in_chinese(english))


def methods(study: Study, tables: Tables, look: Look) -> str:
    """A paragraph for the methods section of a paper."""
    file, n = study.file, tables.counted()
    runs = f"{tables.runs['run'].nunique() if 'run' in tables.runs else len(tables.runs):,}"
    points, reference = len(study.points), tables.arms[0]
    method = method_in_words(file.design.method, look)
    starts = sorted({start for arm in tables.arms for p in range(points) for start, _ in tables.acts(arm, p)})
    began = (
        f"Policies began in week {starts[0]}" + (f" to {starts[-1]}" if len(starts) > 1 else "") + ". "
        if starts
        else ""
    )
    began_zh = f"政策自第{starts[0]}{f'至{starts[-1]}' if len(starts) > 1 else ''}周开始；" if starts else ""
    place, place_zh = f"the community {file.community!r}", f"社区“{in_chinese(study.config.title) or file.community}”"
    if "community" in file.varies:
        named = either(list(factors_of(study, look.language)["community"].levels.values()), look)
        place, place_zh = f"the communities {named}", f"社区{named}"
    if file.city:
        place = (
            f"a city, community by community (they differ from {file.community!r} as the study file says; a run is one life of "
            "all of them, an outcome the mean over all residents),"
        )
        place_zh = f"一座城市的各社区（与“{file.community}”的差异见研究文件；一次运行为全部社区的一次演变，结果为全体居民的均值）"
    replicates, different = (
        look.say("replicate" if n == "1" else "replicates", ""),
        "run" if runs == "1" else "different runs",
    )
    without = [arm for arm in tables.arms if arm not in tables.there]
    left = f" No run is finished of: {', '.join(without)}." if without else ""
    left_zh = f"尚无已完成运行的组：{'、'.join(without)}。" if without else ""
    english = (
        f"We simulated {place} for {file.weeks} weeks under {len(study.arms)} arms"
        + (f" at {points} points of a {method} design" if points > 1 else "")
        + f", with {n} {replicates} each ({runs} {different}).{left} {began}"
        f"Outcomes are means of the last {file.window} weeks. Replicates share their random numbers across arms and points, "
        f"one for each person, week and decision, so every arm was compared with {reference!r} pair by pair. We report mean "
        "paired differences with 95 % intervals (of t, towards the long tail of skewed differences Hall's, widened for few pairs; "
        f"coverage in docs/intervals.md), intervals that hold for all arms of {_at_once(file, tables, look)} at once (the largest "
        "|t|, given the correlation of the differences), and effect sizes."
    )
    chinese = (
        f"我们对{place_zh}模拟了{file.weeks}周，共{len(study.arms)}组"
        + (f"、{points}个取值点（{method}设计）" if points > 1 else "")
        + f"，每组重复{n}次（共{runs}次不同的运行）。{left_zh}{began_zh}结果取最后{file.window}周的均值。各组与各取值点在同一次重复中"
        f"使用相同的随机数（按居民、周和决定逐一对应），因此每组都与“{reference}”逐对比较。我们报告配对差的均值及95%区间（t 区间，"
        "偏态差值的长尾一侧用 Hall 区间，对数少时加宽；覆盖率见 docs/intervals.md）、"
        f"对{_at_once(file, tables, look)}的各组同时成立的区间（按差值相关性取最大|t|）和效应量。"
    )
    return look.say(english, chinese) + (look.say(" ", "") + _precision(study, tables, look) if file.until else "")


def _precision(study: Study, tables: Tables, look: Look) -> str:
    """What half-widths were wanted, by which rule, and which were reached."""
    reached, reached_zh, effects = [], [], tables.effects
    for metric, wanted in study.file.wanted().items():
        own = effects[effects["metric"] == metric]
        label = tables.metrics[metric].say(look.language)
        half = (own["high"] - own["low"]) / 2
        widest = (
            float((half / own["reference"].abs()).max() if wanted.relative else half.max()) if len(own) else math.nan
        )
        show = "{:.1%}" if wanted.relative else "{:.4g}"
        of = " of the mean" if wanted.relative else ""
        reached.append(f"{label}: {show.format(wanted.width)}{of} wanted, {show.format(widest)} reached at widest")
        reached_zh.append(f"{label}目标{show.format(wanted.width)}，最宽处为{show.format(widest)}")
    return look.say(
        f"Runs were added, after a first look at {study.file.first_look} pairs or more, until there were 10 % more than the "
        f"interval needed for the half-width asked for; none is reported narrower than that ({'; '.join(reached)}).",
        f"先看至少{study.file.first_look}对，再增加运行，直至对数比区间达到目标半宽所需多10%；报告的区间不窄于目标（{'；'.join(reached_zh)}）。",
    )


def effects_in_words(tables: Tables, metric: str, look: Look) -> "pd.DataFrame":
    """The effects on an outcome as a reader wants them: one row an arm and point."""
    import pandas as pd

    rows = []
    for _, row in tables.effects[tables.effects["metric"] == metric].iterrows():
        several, share = len(tables.points) > 1, share_told(row)
        said, ends = told(*row[["effect", "low", "high", "joint_low", "joint_high"]])
        rows.append(
            {
                look.say("Arm", "组别"): row["arm"],
                **({look.say("Point", "取值"): tables.points[int(row["point"])]} if several else {}),
                look.say("Pairs", "对数"): str(row["n"]),
                look.say(f"Mean of {tables.arms[0]}", f"{tables.arms[0]}均值"): number(row["reference"]),
                look.say("Difference", "差值"): said + (f" ({share}%)" if share else ""),
                look.say("95 % interval", "95%区间"): between_words(ends[:2], look),
                look.say("All arms at once", "各组同时成立"): between_words(ends[2:], look),
                "d_z": f"{row['d_z']:z.2f}" if math.isfinite(row["d_z"]) else "-",
                look.say("Pairs above 0", "差值为正"): f"{row['above']:.0%}",
                look.say("Saved by pairing", "配对节省"): f"{row['gain']:.1f}\N{MULTIPLICATION SIGN}"
                if math.isfinite(row["gain"])
                else "-",
            }
        )
    return pd.DataFrame(rows).map(true_minus)


def between_words(ends: Sequence[str], look: Look) -> str:
    """An interval in words."""
    if not any(map(something, ends)):
        return look.say("the same in every pair", "每对运行均相同") if "-" not in ends else "-"
    return look.say(" to ", " 至 ").join(ends)


def effects_on_a_page(tables: Tables, look: Look) -> "pd.DataFrame":
    """All effects as one table for a paper, those on an outcome (at a point) below its name, level and pairs."""
    import pandas as pd

    rows = []
    for metric in tables.outcomes if len(tables.effects) else ():
        for point, own in tables.effects[tables.effects["metric"] == metric].groupby("point", sort=True):
            n = f"{own['n'].min()}" if own["n"].nunique() == 1 else f"{own['n'].min()}-{own['n'].max()}"
            where = f"; {tables.points[int(str(point))]}" if len(tables.points) > 1 else ""
            level = f"{tables.arms[0]}: {number(own['reference'].iloc[0])}"
            head = f"{measured(tables, metric, look, mark=True)}{where}; {level}; {n}{look.say(' pairs', '对')}"
            for _, row in own.iterrows():
                said, ends = told(*row[["effect", "low", "high", "joint_low", "joint_high"]])
                rows.append(
                    {
                        "": true_minus(head),
                        look.say("Arm", "组别"): row["arm"],
                        look.say("Difference", "差值"): said,
                        "%": share_told(row) or "-",
                        look.say("95 % interval", "95%区间"): between_words(ends[:2], look),
                        look.say("All arms at once", "各组同时成立"): between_words(ends[2:], look),
                        "d_z": f"{row['d_z']:z.2f}" if math.isfinite(row["d_z"]) else "-",
                    }
                )
    return pd.DataFrame(rows)


def columns_in_words(look: Look) -> str:
    """What the columns of the effects' tables are."""
    return look.say(
        "Difference: mean over pairs of runs with common random numbers (the same luck), in the outcome's unit and in per cent of the first arm's mean. "
        "d_z: mean difference over its standard deviation. Pairs above 0: share of pairs in which the arm lies above. "
        "Saved by pairing: how many times the runs that unpaired arms would need for the same interval.",
        "差值：采用公共随机数的成对运行之差的均值，以结果单位和占首组均值的百分比表示。d_z：平均差除以其标准差。差值为正：该组高于首组的配对比例。"
        "配对节省：不配对时达到同样区间所需运行数的倍数。",
    )


def evidence_in_words(study: Study, look: Look) -> str:
    """How many inputs rest on what."""
    grades = Counter(str(e.grade) for e in study.config.evidence.values())
    if not grades:
        return look.say("The evidence of the inputs is not known.", "输入的依据未知。")
    parts = [f"{grades[g]} {look.say(*words)}" for g, words in GRADES.items() if grades[g]]
    return look.say(
        f"Of {sum(grades.values())} inputs of the model: {', '.join(parts)}. Policy doses are scenarios. The result is no better "
        "than they are.",
        f"模型的{sum(grades.values())}项输入中：{'，'.join(parts)}。政策剂量为情景假设。结果的可信度不高于这些输入。",
    )


def part_in_words(name: str, look: Look) -> str:
    """What a section of the configuration is about, in the first line of its class."""
    from sim.config.parameter import Section
    from sim.config.schema import Config

    field = Config.model_fields.get(name)
    if field is None:
        return name
    of = field.annotation
    said = of.__doc__ if isinstance(of, type) and issubclass(of, Section) else field.description
    english = (said or name).strip().split("\n")[0]
    return look.say(english, in_chinese(english)).rstrip(".。")


def evidence_by_part(study: Study, look: Look) -> "pd.DataFrame":
    """How many inputs of each part of the model rest on what."""
    import pandas as pd

    counts: dict[str, Counter[str]] = {}
    for e in study.config.evidence.values():
        counts.setdefault(e.path.split(".")[0], Counter())[str(e.grade)] += 1
    grades = [g for g in GRADES if any(count[g] for count in counts.values())]
    rows = [
        {
            look.say("Part of the model", "模型部分"): part_in_words(part, look),
            **{look.say(*GRADES[g]): str(count[g] or "") for g in grades},
        }
        for part, count in sorted(counts.items(), key=lambda item: (-item[1]["assumed"], item[0]))
    ]
    return pd.DataFrame(rows)
