"""The answer in sentences: what an arm did, for better or worse, or that it is not known; the design as a table."""

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import small

from experiments.analysis.effects import HIGHER, LOWER, SAME, UNKNOWN, Asked, effects
from experiments.analysis.stopping import Wanted
from experiments.reporting import wording
from experiments.reporting.depends import hangs_on
from experiments.reporting.figures.style import Look, something
from experiments.reporting.figures.tables import Meaning, Tables
from experiments.reporting.first_page import design_table, in_brief, prices
from experiments.reporting.wording import share_told, with_interval
from experiments.runs.files import StoreError
from experiments.runs.present import claim
from experiments.runs.store import Store

EN, ZH = Look(), Look(language="zh")
MEANINGS = {
    "cohesion": Meaning("Cohesion", "凝聚力", "index, 0-1", 1),
    "unmet_needs": Meaning("Unmet needs", "未满足需求", "person-weeks per 100 residents a year", -1),
    "moved": Meaning("Moved", "搬迁", "share", 0),
}


def told(
    metric: str, says: str, effect: float, low: float, high: float, reference: float = 100.0, look: Look = EN,
    matters: float = math.nan,
) -> str:  # fmt: skip
    row = {
        "point": 0,
        "arm": "it",
        "metric": metric,
        "n": 9,
        "reference": reference,
        "effect": effect,
        "low": low,
        "high": high,
        "matters": matters,
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
            "使未满足需求降低27%（19至35%），为改善",
        ),
        (
            "unmet_needs",
            HIGHER,
            1,
            "raised unmet needs by 27 % (19 to 35 %), which is worse",
            "使未满足需求提高27%（19至35%），为恶化",
        ),
        (
            "cohesion",
            LOWER,
            -1,
            "lowered cohesion by 27 % (19 to 35 %), which is worse",
            "使凝聚力降低27%（19至35%），为恶化",
        ),
        (
            "cohesion",
            HIGHER,
            1,
            "raised cohesion by 27 % (19 to 35 %), which is better",
            "使凝聚力提高27%（19至35%），为改善",
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
        assert not any(word in said for word in ("raised", "lowered", "better", "worse", "提高", "降低", "改善"))
    assert "made no difference that matters to cohesion" in told("cohesion", SAME, 0.1, -0.2, 0.4)
    assert "too few pairs" in told("cohesion", UNKNOWN, 1, math.nan, math.nan)
    assert "the same in every pair" in told("cohesion", SAME, 0, 0, 0)


def test_no_shares_are_said_of_almost_nothing() -> None:
    said = told("cohesion", HIGHER, 0.3, 0.1, 0.5, reference=0.001)
    assert "%" not in said
    assert "by 0.3" in said
    assert "%" not in told("cohesion", HIGHER, 0.3, 0.1, 0.5, reference=-1.0)


@pytest.mark.parametrize(
    ("says", "low", "high", "words", "chinese"),
    [
        (LOWER, -35.0, -19.0, "at least as much as matters (5 %)", "不小于重要差异（5%）"),
        (LOWER, -9.0, -2.0, "though not known to be as much as matters (5 %)", "是否达到重要差异（5%）无法判断"),
        (HIGHER, 5.0, 9.0, "at least as much as matters (5 %)", "不小于重要差异（5%）"),
        (UNKNOWN, -9.0, 2.0, "a difference that matters (5 %) is not ruled out", "不能排除重要差异（5%）"),
        (SAME, -1.0, 2.0, "made no difference that matters to unmet needs", "没有重要差异"),
        (
            SAME,
            -3.0,
            -1.0,
            "lowered unmet needs by 2.0 % (1.0 to 3.0 %), less than any difference that matters (5 %)",
            "降低2.0%（1.0至3.0%），小于重要差异（5%）",
        ),
        (
            SAME,
            1.0,
            3.0,
            "raised unmet needs by 2.0 % (1.0 to 3.0 %), less than any",
            "提高2.0%（1.0至3.0%），小于重要差异",
        ),
    ],
)
def test_whether_an_effect_is_as_much_as_matters_is_said(
    says: str, low: float, high: float, words: str, chinese: str
) -> None:
    middle = (low + high) / 2
    assert words in told("unmet_needs", says, middle, low, high, matters=5.0)
    assert chinese in told("unmet_needs", says, middle, low, high, matters=5.0, look=ZH)
    plain = told("unmet_needs", says, middle, low, high)
    assert ("matters" in plain) == (says == SAME and low < 0 < high)
    known = low > 0 or high < 0
    judged = {word for word in ("better", "worse") if word in told("unmet_needs", says, middle, low, high, matters=5.0)}
    assert bool(judged) == (known and says != SAME)  # for better or worse only where it is not surely less than matters


def test_of_primary_outcomes_the_first_page_says_what_joint_intervals_leave() -> None:
    row = {
        "point": 0,
        "arm": "it",
        "metric": "cohesion",
        "n": 9,
        "reference": 100.0,
        "effect": 5.0,
        "low": 1.0,
        "high": 9.0,
    }
    for joint, words, chinese in (
        (0.5, "a difference is still known for: it.", "仍可判断有差异的有：it。"),
        (-1.0, "no difference is known.", "均无法判断有差异。"),
    ):
        found = pd.DataFrame([{**row, "says": HIGHER, "matters": math.nan, "joint_low": joint, "joint_high": 10.0}])
        asked = replace(tables(found, "cohesion"), asked=Asked(primary=("cohesion",)))
        (english,) = in_brief(asked, EN)
        assert english.startswith("Primary outcome: ‘it’ raised cohesion")
        assert f"By the joint intervals of the primary outcomes {words}" in english
        assert chinese in in_brief(asked, ZH)[0]
        assert "joint" not in in_brief(tables(found, "cohesion"), EN)[0]


MAGNITUDES = st.floats(1e-4, 1e5)


@settings(max_examples=100, deadline=None)
@given(near=MAGNITUDES, wide=MAGNITUDES, reference=MAGNITUDES, up=st.booleans())
def test_what_is_written_of_a_known_effect_never_looks_like_nothing(
    near: float, wide: float, reference: float, *, up: bool
) -> None:
    """An interval that leaves out 0 is not written with an end at 0, nor the effect as 0: in sentences, tables and figures."""
    low, high = (near, near + wide) if up else (-near - wide, -near)
    effect = (low + high) / 2
    said = told("moved", HIGHER if up else LOWER, effect, low, high, reference).partition(". ")[0]
    numbers = re.findall(r"\d+(?:\.\d+)?", said)
    assert len(numbers) == 3
    row = {"effect": effect, "low": low, "high": high, "relative": effect / reference, "reference": reference}
    value, ends = wording.told(effect, low, high)
    share = share_told(row)
    for one in (*numbers, value, *ends, share, with_interval(effect, low, high).split("\n")[0]):
        assert something(one), one


def test_no_price_is_named_of_an_effect_that_is_not_known() -> None:
    def said(fall: float, look: Look) -> str:
        chance = np.random.default_rng(5)
        base, noise = chance.normal(100, 5, 12), chance.normal(0, 2, 12)
        needs = {"nothing": base, "it": base - fall + noise - noise.mean()}
        runs = pd.concat(
            pd.DataFrame({"arm": arm, "point": 0, "replicate": range(12), "unmet_needs": values, "cost": 50.0 * (arm == "it") + base})
            for arm, values in needs.items()
        )  # fmt: skip
        (price,) = prices(tables(pd.DataFrame(), runs=runs), look)
        return price

    assert re.search(r"averting an unmet person-week cost 2\.\d+ yuan \(2\.\d+ to 2\.\d+\)", said(20.0, EN))
    assert said(0.0, EN) == (
        "‘it’ costs 50 yuan per 100 residents a year more than ‘nothing’; what averting an unmet person-week costs cannot be said, "
        "as what it does to unmet needs is not known."
    )
    assert "as unmet needs rose" in said(-20.0, EN)
    assert "对未满足需求的作用无法判断，故无法给出" in said(0.0, ZH)


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
    assert [(arm, policy, other) for arm, policy, _, other in rows] == [
        ("baseline", "", ""),
        ("thanks", "Recognition", ""),
        ("both", "Recognition", ""),
        ("", "Training", "Seats a week per 1,000 residents: 9"),
    ]
    assert [does.partition(" ")[0] for _, _, does, _ in rows] == ["Nothing", "All", "All", "9"]
    assert "9" in design_table(study, plain, ZH).iloc[3, 3]
    assert "Seats" not in design_table(study, plain, ZH).iloc[3, 3]


def test_the_answer_names_what_it_hangs_on_where_the_design_or_robustness_tells(tmp_path: Path) -> None:
    study = small(tmp_path)
    plain = tables(pd.DataFrame(), "cohesion")
    assert "assumed" in hangs_on(study, plain, EN, tmp_path / "r")
    sensitive = replace(plain, sensitivity=pd.DataFrame({"factor": ["moving.annual_rate", "x"], "total": [0.9, 0.1]}))
    assert hangs_on(study, sensitive, EN).startswith("It depends most on: Share of households")
    head = "arm,metric,effect,p05,p95,same_sign,sure,points,hangs_on\n"
    (kept := tmp_path / "r_robust" / "messages.csv").parent.mkdir()
    kept.write_text(
        head
        + "thanks,cohesion,1,0,2,0.97,0.5,32,asking.along_tie +0.6 (assumed); moving.annual_rate -0.7 (survey)\n"
        + "both,cohesion,1,-1,2,0.60,0.5,32,\n"
    )
    said = hangs_on(study, plain, EN, tmp_path / "r")
    assert "1 of 2 effects on the primary outcomes keep their direction" in said
    assert said.index("moving.annual_rate (0.70)") < said.index("asking.along_tie (0.60)")
    assert "moving.annual_rate（0.70）" in hangs_on(study, plain, ZH, tmp_path / "r").replace(" (0.70)", "（0.70）")
    claim(study, Store(kept.parent))
    for grown in (study, study.with_replicates(study.file.replicates + 20)):  # as `until` adds them
        assert "has changed" not in hangs_on(grown, plain, EN, tmp_path / "r")
    other = replace(study, file=study.file.model_copy(update={"weeks": study.file.weeks + 1}))
    assert "The study has changed since that was asked: ‘linli robust" in hangs_on(other, plain, EN, tmp_path / "r")
    assert "此后研究已有改动" in hangs_on(other, plain, ZH, tmp_path / "r")
    kept.write_text(head + "both,cohesion,1,-1,2,0.60,0.5,32,\n")
    assert "no single one" in hangs_on(study, plain, EN, tmp_path / "r")


def test_several_points_are_answered_point_by_point_and_a_sample_over_all() -> None:
    def row(point: int, says: str, effect: float, matters: float = math.nan) -> dict[str, Any]:
        half = 1.0 if says in (LOWER, HIGHER) else 9.0
        ends = {"effect": effect, "low": effect - half, "high": effect + half}
        return {
            "point": point,
            "arm": "it",
            "metric": "unmet_needs",
            "n": 9,
            "reference": 100.0 + point,
            "matters": matters,
            **ends,
            "says": says,
        }

    def said(*rows: dict[str, Any], look: Look = EN, **more: Any) -> str:
        several = replace(
            tables(pd.DataFrame(rows), "unmet_needs"), points=tuple(f"p{i}" for i in range(len(rows))), **more
        )
        return in_brief(several, look)[0]

    lower, far, unknown, same = row(0, LOWER, -20.0), row(1, LOWER, -40.4), row(2, UNKNOWN, 1.0), row(2, SAME, 0.1)
    assert said(lower, far) == (
        "‘it’ lowered unmet needs by 20 to 40 % at all 2 points, which is better. "
        "In ‘nothing’ it is 100.0 to 101.0 (person-weeks per 100 residents a year)."
    )
    mixed = said(lower, row(1, HIGHER, 5.0), unknown)
    assert (
        "lowered unmet needs by 20 % at 1 of 3 points (p0), which is better; raised it by 5.0 % at 1 of 3 points (p1), which is worse"
        in mixed
    )
    assert "; at 1 of 3 points (p2) it is not known." in mixed
    reached = said(row(0, LOWER, -20.0, 5.0), row(1, LOWER, -4.0, 5.0))
    assert "which is better; at 1 of 2 points (p0) that is surely as much as matters." in reached
    assert "使未满足需求降低20%，为改善；" in said(lower, row(1, HIGHER, 5.0), unknown, look=ZH)
    assert said(row(0, UNKNOWN, 1.0), row(1, UNKNOWN, 1.0)).startswith("What ‘it’ does to unmet needs is not known")
    assert said(same, same).startswith("‘it’ made no difference that matters to unmet needs at all 2 points.")
    slight = {**same, "point": 1, "low": -0.3, "high": -0.1}
    halves = said(same | {"point": 0}, slight)
    assert "‘It’ lowered" not in halves
    assert (
        "lowered unmet needs by less than any difference that matters at 1 of 2 points (p1); "
        "made no difference that matters to it at 1 of 2 points (p0)."
    ) in halves
    assert "在2个取值点中的1个（p1）使未满足需求降低，但小于重要差异" in said(same | {"point": 0}, slight, look=ZH)
    whole = pd.DataFrame([{"arm": "it", "metric": "unmet_needs", "effect": -30.0, "low": -40.0, "high": -20.0}])
    assert said(lower, unknown, answers={"overall": whole}).startswith(
        "Over all that is uncertain, ‘it’ lowered unmet needs by 30 % (20 to 40 %), which is better."
    )
    little = said(lower, unknown, answers={"overall": whole}, asked=Asked(matters={"unmet_needs": Wanted(50.0)}))
    assert "(20 to 40 %), less than any difference that matters (49.5 %)." in little


@pytest.mark.parametrize(
    "text", ["metric,points\nunmet_needs,5\n", "metric,points,same_sign,hangs_on\nunmet_needs,x,1,\n"]
)
def test_a_damaged_file_of_robustness_is_named(tmp_path: Path, text: str) -> None:
    study = small(tmp_path)
    (kept := tmp_path / "r_robust" / "messages.csv").parent.mkdir()
    kept.write_text(text, "utf-8")
    with pytest.raises(StoreError, match=r"messages\.csv: this is not what .*linli robust.* wrote"):
        hangs_on(study, tables(pd.DataFrame(), "cohesion"), EN, tmp_path / "r")


@pytest.mark.parametrize(
    ("ends", "words", "chinese"),
    [
        (
            (-0.0045, 0.0083),
            "Whether its effect at 0.25 differs from that at 0.05 (mobility) is not known",
            "mobility为0.25与0.05时其作用是否不同，无法判断",
        ),
        (
            (0.0012, 0.0083),
            "At 0.25 instead of 0.05 (mobility) its effect differs by +0.004",
            "mobility为0.25而非0.05时，其作用相差+0.004",
        ),
    ],
)
def test_a_crossed_design_says_whether_an_effect_differs(ends: tuple[float, float], words: str, chinese: str) -> None:
    """That an effect is known at one point and not at another is no answer to whether the two differ."""
    row = {"arm": "it", "metric": "cohesion", "n": 9, "reference": 0.5, "effect": 0.1, "low": 0.05, "high": 0.15}
    rows = pd.DataFrame([{**row, "point": point, "says": HIGHER, "matters": math.nan} for point in (0, 1)])
    change = {"change": 0.004, "change_low": ends[0], "change_high": ends[1]}
    first = dict.fromkeys(change, math.nan)
    main = pd.DataFrame(
        [{**row, "factor": "mobility", "value": v, **c} for v, c in (("0.05", first), ("0.25", change))]
    )
    here = replace(tables(rows, "cohesion"), points=("a", "b"), varies=("mobility",), answers={"main": main})
    assert words in in_brief(here, EN)[0]
    assert chinese in in_brief(here, ZH)[0]
    assert "differ" not in in_brief(replace(here, answers={}), EN)[0]
