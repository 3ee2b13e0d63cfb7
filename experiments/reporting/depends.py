"""What an answer depends on: the inputs that go with it most, where the design or `linli robust` tells."""

import csv
from pathlib import Path

from experiments.reporting.chinese import chinese
from experiments.reporting.figures.style import Look
from experiments.reporting.figures.tables import Tables
from experiments.reporting.wording import GRADES
from experiments.runs.files import StoreError, robustness_of
from experiments.runs.present import was_of
from experiments.study.design import Study

FACTORS = 3
"""Inputs named of those that the answer depends on."""
HELD = 0.95
"""Share of points with the same sign from which on an effect keeps its direction."""


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
