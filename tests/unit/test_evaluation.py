"""Outcome, process and price side by side; the interval of a price."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from scipy import stats

from experiments.analysis.evaluation import COST, MEASURES, PRICE, UNMET, evaluated, fieller
from experiments.reporting.result_tables import evaluation
from tests.integration.test_figures import made_up


def test_at_the_bounds_of_fieller_the_ratio_is_just_refused() -> None:
    chance = np.random.default_rng(1)
    below = chance.normal(10, 4, 12)
    above = 3 * below + chance.normal(5, 6, 12)
    ratio, low, high = fieller(above, below)
    assert low < ratio < high
    assert ratio == pytest.approx(above.mean() / below.mean())
    for bound in (low, high):
        assert stats.ttest_1samp(above - bound * below, 0).pvalue == pytest.approx(0.05)


def test_the_interval_of_a_price_covers_and_a_naive_one_does_not() -> None:
    chance, covered, naive, times = np.random.default_rng(2), 0, 0, 3000
    for _ in range(times):
        below = chance.normal(6.0, 4.0, 12)
        above = 5.0 * below + chance.normal(0.0, 6.0, 12)
        ratio, low, high = fieller(above, below)
        covered += math.isnan(ratio) or low <= 5.0 <= high
        each = above / below
        half = stats.t.ppf(0.975, 11) * each.std(ddof=1) / math.sqrt(12)
        naive += abs(each.mean() - 5.0) <= half
    assert 0.94 <= covered / times <= 0.96
    assert not 0.94 <= naive / times <= 0.96


def test_no_averted_need_has_no_price_and_an_uncertain_one_no_bound() -> None:
    paid = np.array([4.0, 5.0, 6.0, 5.0, 5.0])
    assert all(math.isnan(x) for x in fieller(paid, np.array([-1.0, -2.0, 0.5, -1.0, -1.0])))
    assert fieller(paid, np.array([-5.0, 1.0, 9.0, -4.0, 6.0]))[1:] == (-math.inf, math.inf)


def test_every_arm_has_every_measure_and_a_price_by_hand() -> None:
    runs = pd.DataFrame(
        [
            {"arm": arm, "point": 0, "replicate": r, UNMET: 600 - 20 * (arm == "b") + r, COST: 300.0 * (arm == "b")}
            for arm in ("a", "b")
            for r in range(5)
        ]
    )
    found = evaluated(runs, "a", ["a", "b"]).set_index("metric")
    assert list(found.index) == [UNMET, COST, PRICE]
    assert found.loc[PRICE, "mean"] == pytest.approx(15.0)
    assert found.loc[UNMET, ["effect", "low", "high"]].tolist() == [-20, -20, -20]
    assert evaluated(runs[runs["arm"] == "a"], "a", ["a"]).empty
    free = evaluated(runs.assign(**{COST: 0.0}), "a", ["a", "b"]).set_index("metric")
    assert list(free.index) == [UNMET, COST]


@pytest.mark.parametrize("width", [80, 120])
def test_it_is_printed_whole(width: int) -> None:
    tables = made_up(arms=4)
    chance = np.random.default_rng(3)
    more = {name: chance.uniform(size=len(tables.runs)) for name in MEASURES}
    tables = replace(tables, runs=tables.runs.assign(**more))
    console = Console(width=width)
    with console.capture() as said:
        for shown in evaluation(tables, width):
            console.print(shown)
    lines = [line for line in said.get().splitlines() if line[0] in "┏┃┡│└"]
    assert {(line[0], line[-1]) for line in lines} == {*zip("┏┃┡│└", "┓┃┩│┘", strict=True)}
    assert all(arm in said.get() for arm in tables.arms[1:])
    assert "Yuan per averted" in said.get()
    assert not list(evaluation(replace(tables, arms=tables.arms[:1]), width))
