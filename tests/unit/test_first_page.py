"""The answer in sentences: what an arm did, for better or worse, or that it is not known; the design as a table."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from toy import small

from experiments.analysis.effects import HIGHER, LOWER, SAME, UNKNOWN, effects
from experiments.reporting.figures.style import Look
from experiments.reporting.figures.tables import Meaning, Tables
from experiments.reporting.first_page import design_table, hangs_on, in_brief

EN, ZH = Look(), Look(language="zh")
MEANINGS = {
    "cohesion": Meaning("Cohesion", "凝聚力", "index, 0-1", 1),
    "unmet_needs": Meaning("Unmet needs", "未满足需求", "person-weeks per 100 residents a year", -1),
    "moved": Meaning("Moved", "搬迁", "share", 0),
}


def told(
    metric: str, says: str, effect: float, low: float, high: float, reference: float = 100.0, look: Look = EN
) -> str:
    row = {
        "point": 0,
        "arm": "it",
        "metric": metric,
        "n": 9,
        "reference": reference,
        "effect": effect,
        "low": low,
        "high": high,
    }
    return in_brief(tables(pd.DataFrame([{**row, "says": says}]), metric), look)[0]


def tables(found: pd.DataFrame, *outcomes: str, runs: pd.DataFrame | None = None) -> Tables:
    empty = pd.DataFrame(columns=["arm", "point", "replicate"])
    return Tables(
        "s",
        "t",
        ("nothing", "it"),
        MEANINGS,
        outcomes,
        empty if runs is None else runs,
        found,
        pd.DataFrame(),
        pd.DataFrame(),
    )


@pytest.mark.parametrize(
    ("metric", "says", "sign", "words", "chinese"),
    [
        (
            "unmet_needs",
            LOWER,
            -1,
            "lowered unmet needs by 27 % (19 to 35 %), which is better",
            "使未满足需求降低27%（19至35%），更好",
        ),
        (
            "unmet_needs",
            HIGHER,
            1,
            "raised unmet needs by 27 % (19 to 35 %), which is worse",
            "使未满足需求提高27%（19至35%），更差",
        ),
        (
            "cohesion",
            LOWER,
            -1,
            "lowered cohesion by 27 % (19 to 35 %), which is worse",
            "使凝聚力降低27%（19至35%），更差",
        ),
        (
            "cohesion",
            HIGHER,
            1,
            "raised cohesion by 27 % (19 to 35 %), which is better",
            "使凝聚力提高27%（19至35%），更好",
        ),
    ],
)
def test_better_and_worse_are_said_as_such(metric: str, says: str, sign: int, words: str, chinese: str) -> None:
    low, high = sorted((19.0 * sign, 35.0 * sign))
    assert words in told(metric, says, 27.0 * sign, low, high)
    assert chinese in told(metric, says, 27.0 * sign, low, high, look=ZH)


def test_what_is_neither_good_nor_bad_is_not_judged() -> None:
    said = told("moved", HIGHER, 27, 19, 35)
    assert "raised moved by 27 %" in said
    assert "better" not in said
    assert "worse" not in said


def test_what_is_not_known_is_not_said_to_be_higher_or_lower() -> None:
    for look, words in (
        (EN, "is not known from these runs (\N{MINUS SIGN}3 to +9 %)"),
        (ZH, "无法由这些运行判断（\N{MINUS SIGN}3至+9%）"),
    ):
        said = told("cohesion", UNKNOWN, 3, -3, 9, look=look)
        assert words in said
        assert not any(word in said for word in ("raised", "lowered", "better", "worse", "提高", "降低", "更好"))
    assert "less than any difference that matters" in told("cohesion", SAME, 0.1, -0.2, 0.4)
    assert "too few pairs" in told("cohesion", UNKNOWN, 1, math.nan, math.nan)
    assert "the same in every pair" in told("cohesion", SAME, 0, 0, 0)


def test_no_shares_are_said_of_almost_nothing() -> None:
    said = told("cohesion", HIGHER, 0.3, 0.1, 0.5, reference=0.001)
    assert "%" not in said
    assert "by 0.3" in said
    assert "%" not in told("cohesion", HIGHER, 0.3, 0.1, 0.5, reference=-1.0)


def test_for_whom_most_and_for_whom_it_is_not_known() -> None:
    chance = np.random.default_rng(1)
    base = {
        m: chance.normal(100, 5, 12)
        for m in ("unmet_needs", "unmet_migrants", "unmet_children", "unmet_elders_alone", "cost")
    }
    falls = {"unmet_needs": 20, "unmet_migrants": 40, "unmet_children": 10, "unmet_elders_alone": 0, "cost": -5}
    rows: list[dict[str, Any]] = []
    for r in range(12):
        rows.append({"arm": "nothing", "point": 0, "replicate": r} | {m: base[m][r] for m in base})
        rows.append(
            {"arm": "it", "point": 0, "replicate": r} | {m: base[m][r] - falls[m] + chance.normal(0, 2) for m in base}
        )
    runs = pd.DataFrame(rows)
    found = effects(runs, "nothing", ["unmet_needs"])
    (said,) = in_brief(tables(found, "unmet_needs", runs=runs), EN)
    assert (
        "which is better, most for migrants; what it did for elders living alone is not known from these runs" in said
    )
    (chinese,) = in_brief(tables(found, "unmet_needs", runs=runs), ZH)
    assert "外来居民变化最大；对独居老人的作用无法由这些运行判断" in chinese


def test_the_design_is_a_table_of_what_is_not_as_shipped(tmp_path: Any) -> None:
    study = small(tmp_path)
    plain = Tables(
        "s", "t", tuple(study.arms), MEANINGS, (), pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), pd.DataFrame()
    )
    rows = [tuple(row) for row in design_table(study, plain, EN).itertuples(index=False)]
    assert rows == [
        ("baseline", "nothing is changed", "", ""),
        ("thanks", "Recognition", "5 to 20", "as shipped"),
        ("both", "Recognition", "5 to 20", "as shipped"),
        ("both", "Training", "5 to 20", "seats 9"),
    ]
    assert "assumed" in hangs_on(study, plain, EN)
    sensitive = pd.DataFrame({"factor": ["moving.annual_rate", "x"], "total": [0.9, 0.1]})
    from dataclasses import replace

    assert hangs_on(study, replace(plain, sensitivity=sensitive), EN).startswith(
        "It hangs most on: Share of households"
    )
