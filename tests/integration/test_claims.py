"""Claims: verdicts follow from signs and intervals, and the luck of a few lives is not taken for a hanging claim."""

import re
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from experiments.reporting.chinese import chinese as chinese_words
from experiments.study.loader import read_study
from experiments.validation.claims import (
    FEWEST_LIVES,
    MOST_LIVES,
    Answer,
    Claim,
    Examined,
    Finding,
    contrast,
    finding,
    lives_a_point,
    read_claims,
    study_of,
    verdict,
)
from experiments.validation.claims_page import as_page
from experiments.validation.robustness import Moved

UP = Examined(outcome="cohesion", arms={"with": 1, "without": -1}, sign=1)
CLAIM = Claim(number=1, claim="It rises.", study="claim_01_mobility", examined=(UP,))


def runs(mean: float, sd: float, n: int = 30) -> pd.DataFrame:
    """Two arms whose paired difference has exactly this mean and this standard deviation."""
    gap = np.random.default_rng(1).normal(size=n)
    gap = mean + sd * (gap - gap.mean()) / gap.std(ddof=1)
    arms = {"without": np.full(n, 0.5), "with": 0.5 + gap}
    return pd.concat(
        pd.DataFrame({"point": 0, "replicate": range(n), "arm": arm, "cohesion": values})
        for arm, values in arms.items()
    )


def found(low: float, high: float, same: float) -> Finding:
    return Finding(UP, 30, 0.5, (low + high) / 2, low, high, same, "")


@pytest.mark.parametrize(
    ("low", "high", "same", "said"),
    [
        (0.1, 0.2, 1.0, "holds"),
        (0.1, 0.2, 0.9, "holds"),
        (0.1, 0.2, 0.8, "depends on assumed numbers"),
        (-0.1, 0.2, 1.0, "undecided"),
        (-0.2, -0.1, 0.0, "does not hold"),
    ],
)
def test_a_verdict_follows_from_its_signs(low: float, high: float, same: float, said: str) -> None:
    assert verdict([found(low, high, same)]) == said
    assert verdict([found(0.1, 0.2, 1.0), found(low, high, same)]) == said


@pytest.mark.parametrize(("mean", "matters", "slight"), [(0.01, 0.05, True), (0.01, 0.02, False), (0.06, 0.05, False)])
def test_there_is_no_difference_only_where_the_interval_lies_within_what_matters(
    mean: float, matters: float, slight: bool
) -> None:
    told = UP.model_copy(update={"matters": matters})
    one = finding(told, runs(mean, 0.05), None, cast(Any, SimpleNamespace(arms={"without": (), "with": ()})), [])
    assert one.slight is slight
    assert (verdict([one]) == "no difference that matters") is slight


def test_an_effect_is_the_weighted_sum_of_its_arms_pair_by_pair() -> None:
    np.testing.assert_allclose(contrast(runs(0.2, 0.1), UP)["effect"].mean(), 0.2)


@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.3, 1.7])
def test_so_many_lives_a_point_that_luck_seldom_turns_a_sign(ratio: float) -> None:
    """With these lives a true effect of this size has the wrong sign at no more than one point in forty."""
    n = lives_a_point(CLAIM, runs(1.0, ratio))
    means = np.random.default_rng(2).normal(1.0, ratio, (20_000, n)).mean(axis=1)
    assert (means < 0).mean() < 0.0275
    if n > FEWEST_LIVES:
        fewer = np.random.default_rng(3).normal(1.0, ratio, (20_000, n - 1)).mean(axis=1)
        assert (fewer < 0).mean() > 0.023


def test_effects_that_are_not_there_ask_for_no_further_lives() -> None:
    assert lives_a_point(CLAIM, runs(0.1, 1.0)) == FEWEST_LIVES
    assert lives_a_point(CLAIM, runs(-1.0, 1.5)) == FEWEST_LIVES
    assert lives_a_point(CLAIM, runs(1.0, 2.0)) == MOST_LIVES


def spread(failed: range, points: int = 20) -> pd.DataFrame:
    """Runs over points; where those with it `failed`, only the others are there."""
    whole = pd.concat(runs(0.2 + 0.01 * p, 0.1, 2).assign(point=p, participation=0.1) for p in range(points))
    return whole[(whole["arm"] != "with") | ~whole["point"].isin(failed)]


@pytest.mark.parametrize(("failed", "same"), [(0, 1.0), (15, 1.0), (20, np.nan)])
def test_runs_that_failed_neither_bear_a_sign_out_nor_turn_it(failed: int, same: float) -> None:
    study: Any = SimpleNamespace(arms={"without": (), "with": ()}, points=[(("x", float(p)),) for p in range(20)])
    one = finding(UP, runs(0.2, 0.1), spread(range(failed)), study, [Moved("x", 0, 20, "assumed")])
    np.testing.assert_equal(one.same_sign, same)
    assert verdict([one]) == "holds"


def test_an_arm_of_which_every_run_failed_decides_nothing() -> None:
    there = runs(0.2, 0.1)
    for arm, reference in (("without", 0.5), ("with", np.nan)):
        lived = there[there["arm"] == arm]
        one = finding(UP, lived, None, cast(Any, SimpleNamespace(arms={"without": (), "with": ()})), [])
        assert one.n == one.sign == 0
        assert np.isnan(one.effect)
        np.testing.assert_equal(one.reference, reference)
        assert verdict([one]) == "undecided"
        assert lives_a_point(CLAIM, lived) == FEWEST_LIVES


def test_every_claim_has_a_study_that_can_show_it_false() -> None:
    """Thirteen claims, each with its arms and outcomes, an off switch beside, and thirty replicates or more."""
    claims = read_claims()
    assert [claim.number for claim in claims] == list(range(1, 14))
    for claim in claims:
        study = study_of(claim)
        assert study.file.replicates >= 30, claim.study
        assert claim.reading, claim.study
        arms = {arm for told in (*claim.examined, *claim.also) for arm in told.arms}
        assert len(arms) >= 3, f"{claim.study} compares too few arms to have a switch among them"
        for told in claim.between:
            communities = read_study(told.study, None, None)
            assert len(communities.points) >= 200, told.study
            assert {told.outcome, told.beside} <= set(communities.file.outcomes), told.study


def test_the_page_tells_every_claim_in_both_languages() -> None:
    told = [
        Answer(claim, tuple(Finding(t, 60, 0.5, 0.2, 0.1, 0.3, np.nan, "") for t in claim.examined), (), "holds", 0)
        for claim in read_claims()
    ]
    english, chinese = as_page(told, 0), as_page(told, 0, "zh")
    assert all(text.count("+0.2") == sum(len(a.found) for a in told) for text in (english, chinese))
    assert "participation up" in english
    assert "参与率上升" in chinese
    plain = re.sub(r"`[^`]*`|docs/\S+", "", chinese)
    assert re.findall(r"[A-Za-z]{3,} [a-z]{2,}", plain) == []


def test_every_reading_and_note_is_there_in_chinese() -> None:
    for claim in read_claims():
        assert bool(claim.reading_zh) == bool(claim.reading), claim.number
        for told in (*claim.examined, *claim.also, *claim.between):
            assert not told.note or told.note in chinese_words(), told.note
