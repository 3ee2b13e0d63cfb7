"""Over all that is uncertain: the coverage of every interval where the truth is known, and what a wrong law would give."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.analysis.intervals import interval
from experiments.analysis.over_points import differences, gains, overall, share_interval

TRUTH = 0.3


def runs_of(gaps: np.ndarray) -> pd.DataFrame:
    """Two arms whose differences, points x replicates, are these."""
    points, replicates = np.indices(gaps.shape)
    label = {"point": points.ravel(), "replicate": replicates.ravel()}
    arms = [pd.DataFrame({"arm": arm, **label, "m": v}) for arm, v in (("a", np.zeros(gaps.size)), ("b", gaps.ravel()))]
    return pd.concat(arms, ignore_index=True)


def drawn(chance: np.random.Generator, points: int, replicates: int, skewed: bool, rest: float = 0.5) -> np.ndarray:
    """Differences of a truth, points and luck that is shared, each with a standard deviation of 1, and a rest."""

    def law(n: int) -> np.ndarray:
        z = chance.standard_normal(n)
        return (np.exp(0.8 * z) - np.exp(0.32)) / 1.3017 if skewed else z

    own, luck = law(points), law(replicates)
    return TRUTH + own[:, None] + luck + rest * chance.standard_normal((points, replicates))


def over(gaps: np.ndarray, better: int = 1) -> pd.Series:
    return overall(runs_of(gaps), "a", ["m"], {"m": better}, range(len(gaps))).iloc[0]


@pytest.mark.parametrize("skewed", [False, True])
def test_the_interval_of_the_mean_holds_and_points_alone_do_not(skewed: bool) -> None:
    chance, times = np.random.default_rng(1), 400
    found = [over(drawn(chance, 48, 10, skewed)) for _ in range(times)]
    held = np.mean([one["low"] <= TRUTH <= one["high"] for one in found])
    assert held > 0.93
    assert held < 1 - 0.002  # nor is it so wide that it says nothing
    assert np.mean([one["points_low"] <= TRUTH <= one["points_high"] for one in found]) < 0.75
    as_if_apart = [interval(drawn(chance, 48, 10, skewed).ravel()) for _ in range(200)]
    assert np.mean([low <= TRUTH <= high for low, high in as_if_apart]) < 0.6


def test_both_sources_of_spread_are_found_apart() -> None:
    chance = np.random.default_rng(2)
    found = [over(drawn(chance, 40, 12, skewed=False)) for _ in range(200)]
    assert np.sqrt(np.mean([one["sd_points"] ** 2 for one in found])) == pytest.approx(1.0, rel=0.05)
    assert np.sqrt(np.mean([one["sd_luck"] ** 2 for one in found])) == pytest.approx(np.sqrt(1.25), rel=0.1)


def test_quantiles_and_the_share_that_is_better_hold() -> None:
    chance, times = np.random.default_rng(3), 300
    found = pd.DataFrame([over(drawn(chance, 64, 10, skewed=False)) for _ in range(times)])
    truth = {"low_tenth": TRUTH + stats.norm.ppf(0.1), "median": TRUTH, "high_tenth": TRUTH + stats.norm.ppf(0.9)}
    truth["better"] = stats.norm.sf(-TRUTH)
    told = found.dropna(subset="better")
    assert len(told) > 0.95 * times
    for name, value in truth.items():
        assert ((told[f"{name}_low"] <= value) & (told[f"{name}_high"] >= value)).mean() > 0.93, name
        assert told[name].mean() == pytest.approx(value, abs=0.08), name
    worse = over(-drawn(np.random.default_rng(3), 64, 10, skewed=False), better=-1)
    assert worse["better"] == pytest.approx(found["better"].iloc[0])
    assert worse["better_low"] == pytest.approx(found["better_low"].iloc[0])


def test_nothing_is_said_of_points_that_luck_hides() -> None:
    one = over(drawn(np.random.default_rng(4), 32, 6, skewed=False, rest=5.0))
    assert np.isnan([one["better"], one["median"], one["better_low"]]).all()
    assert np.isfinite([one["low"], one["high"]]).all()
    assert np.isnan(over(drawn(np.random.default_rng(4), 32, 4, skewed=False))["low"])


def test_who_gains_holds_where_luck_is_shared_and_independent_cases_would_not() -> None:
    chance, times = np.random.default_rng(5), 300
    truth, worst = stats.norm.sf(0, TRUTH, 1.5), TRUTH + 1.5 * stats.norm.ppf(0.1)
    held, low, naive = 0, 0, 0
    for _ in range(times):
        gaps = drawn(chance, 40, 10, skewed=False)
        one = gains(runs_of(gaps), "a", ["m"], {"m": 1}, drawn=True).iloc[0]
        held += one["gain_low"] <= truth <= one["gain_high"]
        low += one["worst_tenth_low"] <= worst <= one["worst_tenth_high"]
        least, most = share_interval(one["gain"], gaps.size)
        naive += least <= truth <= most
        assert one["gain"] + one["lose"] == pytest.approx(1)
    assert held / times > 0.93
    assert low / times > 0.93
    assert naive / times < 0.5


def test_who_gains_by_hand() -> None:
    gaps = np.array([np.r_[-2.0, -1, 0, np.arange(1, 18)]])
    one = gains(runs_of(gaps), "a", ["m"], {"m": 1}, drawn=False).iloc[0]
    assert (one["communities"], one["gain"], one["lose"]) == (20, 0.85, 0.1)
    exact = stats.binomtest(17, 20).proportion_ci(method="exact")
    assert (one["gain_low"], one["gain_high"]) == pytest.approx(tuple(exact))
    assert one["mean_of_worst"] == pytest.approx(-1.5)
    turned = gains(runs_of(-gaps), "a", ["m"], {"m": -1}, drawn=False).iloc[0]
    assert turned["gain"] == one["gain"]
    assert turned["mean_of_worst"] == pytest.approx(1.5)
    assert turned["worst_tenth_high"] == pytest.approx(-one["worst_tenth_low"])
    assert gains(runs_of(gaps), "a", ["m"], {"m": 0}, drawn=False).empty


@pytest.mark.parametrize(("size", "left"), [((8, 6), (7, 6)), ((1, 20), (1, 19))])
def test_a_point_or_replicate_that_lacks_a_run_is_left_out(size: tuple[int, int], left: tuple[int, int]) -> None:
    whole = drawn(np.random.default_rng(6), *size, skewed=False)
    ((_, _, gaps),) = differences(runs_of(whole).drop(index=3).sample(frac=1, random_state=1), "a", ["m"])
    assert gaps.shape == left
    assert np.isin(gaps, whole).all()
