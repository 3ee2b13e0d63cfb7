"""Outcome, process and price side by side; the interval of a price."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from scipy import stats

from experiments.analysis.effects import Asked
from experiments.analysis.evaluation import BENEFIT, COST, MEASURES, PRICE, UNMET, acceptability, evaluated
from experiments.analysis.intervals import interval
from experiments.analysis.price import price, surely
from experiments.reporting.result_tables import evaluation
from tests.integration.test_figures import made_up


def test_at_the_ends_of_a_price_the_net_benefit_is_just_not_known() -> None:
    chance = np.random.default_rng(1)
    averted = chance.normal(10, 4, 12)
    paid = 3 * averted + chance.normal(5, 6, 12)
    ratio, low, high = price(paid, averted)
    assert low < ratio < high
    assert ratio == pytest.approx(paid.mean() / averted.mean())
    assert interval(low * averted - paid)[1] == pytest.approx(0, abs=1e-6)
    assert interval(high * averted - paid)[0] == pytest.approx(0, abs=1e-6)
    assert surely(low * averted - paid) == pytest.approx(0.025, abs=1e-6)
    assert surely(high * averted - paid) == pytest.approx(0.975, abs=1e-6)


def test_without_skewness_and_with_many_pairs_it_is_fiellers() -> None:
    chance = np.random.default_rng(2)
    half = np.column_stack([chance.normal(0, 4, 200), chance.normal(0, 6, 200)])
    averted, paid = (np.r_[half, -half] + (10, 50)).T
    (v_b, covariance), (_, v_a) = np.cov(averted, paid) / 400
    t = stats.t.ppf(0.975, 399) ** 2
    a, b = paid.mean(), averted.mean()
    square, linear, constant = b * b - t * v_b, a * b - t * covariance, a * a - t * v_a
    root = math.sqrt(linear**2 - square * constant)
    assert price(paid, averted)[1:] == pytest.approx(((linear - root) / square, (linear + root) / square), rel=1e-3)


def test_the_interval_of_a_price_covers_and_a_naive_one_does_not() -> None:
    chance, covered, naive, times = np.random.default_rng(3), 0, 0, 600
    for _ in range(times):
        averted = chance.normal(6.0, 4.0, 12)
        paid = 5.0 * averted + chance.normal(0.0, 6.0, 12)
        _, low, high = price(paid, averted)
        covered += low <= 5.0 <= high
        each = paid / averted
        half = stats.t.ppf(0.975, 11) * each.std(ddof=1) / math.sqrt(12)
        naive += abs(each.mean() - 5.0) <= half
    assert 0.94 <= covered / times <= 0.99
    assert not 0.94 <= naive / times <= 0.96


@pytest.mark.parametrize("skewed", [False, True])
def test_the_curve_says_how_surely_it_is_worth_it(skewed: bool) -> None:
    """At the true price a policy is called worth it with 95 % in one of twenty studies at most."""
    chance, called, times = np.random.default_rng(4), 0, 800
    for _ in range(times):
        z = chance.standard_normal(15)
        averted = 10 + 8 * ((np.exp(0.8 * z) - np.exp(0.32)) / 1.3017 if skewed else z)
        called += surely(30 * averted - chance.normal(300, 20, 15)) > 0.95
    assert called / times < 0.05 + 3.1 * math.sqrt(0.05 * 0.95 / times)


def test_no_averted_need_has_no_price_and_an_uncertain_one_a_lower_end() -> None:
    paid = np.array([4.0, 5.0, 6.0, 5.0, 5.0])
    ratio, low, high = price(paid, np.array([-1.0, -2.0, 0.5, -1.0, -1.0]))
    assert math.isnan(ratio)
    assert low > 0
    assert high == math.inf
    ratio, low, high = price(paid, np.array([-5.0, 1.0, 9.0, -4.0, 6.0]))
    assert (low > 0, high) == (True, math.inf)
    assert low < ratio
    assert price(paid, np.full(5, -1.0))[1:] == (math.inf, math.inf)
    assert all(math.isnan(x) for x in price(paid[:4], paid[:4]))
    assert price(paid, np.full(5, 2.0))[0] == 2.5


def test_a_study_that_says_what_a_week_is_worth_has_a_net_benefit() -> None:
    chance = np.random.default_rng(5)
    luck = chance.normal(0, 5, 12)
    tables = [
        pd.DataFrame({"arm": arm, "point": 0, "replicate": range(12), UNMET: 600 - gone + luck, COST: float(paid)})
        for arm, gone, paid in (("a", 0 * luck, 0), ("b", 20 + luck / 5, 300))
    ]
    runs = pd.concat(tables, ignore_index=True)
    row = evaluated(runs, "a", ["a", "b"], Asked(worth=40.0)).set_index("metric").loc[BENEFIT]
    averted = 20 + luck / 5
    assert row["effect"] == pytest.approx(40 * averted.mean() - 300)
    assert (row["low"], row["high"]) == pytest.approx(interval(40 * averted - 300))
    curve = acceptability(runs, "a", ["a", "b"])
    assert curve["surely"].is_monotonic_increasing
    assert (curve["surely"].iloc[0], curve["arm"].unique().tolist()) == (0, ["b"])
    assert curve["surely"].iloc[-1] > 0.975
    assert acceptability(runs.assign(**{COST: 0.0}), "a", ["a", "b"]).empty
    assert BENEFIT not in set(evaluated(runs, "a", ["a", "b"])["metric"])


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
    tables = replace(tables, runs=tables.runs.assign(**more), asked=Asked(worth=40.0) if width == 80 else Asked())
    console = Console(width=width)
    with console.capture() as said:
        for shown in evaluation(tables, width):
            console.print(shown)
    lines = [line for line in said.get().splitlines() if line[0] in "┏┃┡│└"]
    assert {(line[0], line[-1]) for line in lines} == {*zip("┏┃┡│└", "┓┃┩│┘", strict=True)}
    assert all(arm in said.get() for arm in tables.arms[1:])
    assert "Yuan per averted" in said.get()
    assert not list(evaluation(replace(tables, arms=tables.arms[:1]), width))
