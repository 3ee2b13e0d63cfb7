"""Sensitivity, attribution, fronts and discovery: functions with known answers, with luck added."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import small

from experiments.analysis import sensitivity
from experiments.analysis.attribution import attribution, weights
from experiments.analysis.front import front, on_front, over_conditions, regret
from experiments.analysis.sensitivity import morris, pawn, sobol
from experiments.reporting.explore import explore, parts_of
from experiments.study.sampling import morris as morris_points
from experiments.study.sampling import saltelli

FACTORS = ("x1", "x2", "x3")


def ishigami(u: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


ISHIGAMI = {"x1": (0.3139, 0.5576), "x2": (0.4424, 0.4424), "x3": (0.0, 0.2437)}


def with_luck(values: np.ndarray, replicates: int, luck: float, shared: bool, seed: int = 1) -> np.ndarray:
    """Replicates of every point; shared luck is common random numbers."""
    chance = np.random.default_rng(seed)
    shape = (1, replicates) if shared else (len(values), replicates)
    return values[:, None] + chance.normal(0, luck, shape)


@pytest.mark.parametrize(("replicates", "luck", "shared"), [(1, 0, False), (4, 3, False), (4, 3, True)])
def test_sobol_indices_of_a_known_function_whatever_the_luck(replicates: int, luck: float, shared: bool) -> None:
    values = with_luck(ishigami(saltelli(2048, 3, 7)), replicates, luck, shared)
    for row in sobol(values, FACTORS):
        first, total = ISHIGAMI[row.factor]
        assert row.first == pytest.approx(first, abs=0.06)
        assert row.total == pytest.approx(total, abs=0.06)
        assert row.first_low - 0.01 <= first <= row.first_high + 0.01


def test_the_share_of_luck_is_known() -> None:
    values = with_luck(ishigami(saltelli(1024, 3, 7)), 8, 3.0, shared=False)
    variance = 13.845
    assert sobol(values, FACTORS)[0].luck == pytest.approx(9 / (9 + variance), abs=0.03)


def test_sobol_agrees_with_salib() -> None:
    analyze = pytest.importorskip("SALib.analyze.sobol")
    problem = {"num_vars": 3, "names": list(FACTORS), "bounds": [[0, 1]] * 3}
    values = ishigami(saltelli(1024, 3, 7))
    judge = analyze.analyze(problem, values, calc_second_order=False, seed=1)
    rows = sobol(values[:, None], FACTORS)
    assert [r.total for r in rows] == pytest.approx(judge["ST"], abs=0.05)
    assert [r.first for r in rows] == pytest.approx(judge["S1"], abs=0.05)


def test_total_indices_are_told_from_few_points() -> None:
    totals = []
    for seed in range(20):
        values = with_luck(ishigami(saltelli(64, 3, seed)), 4, 1.0, shared=False, seed=seed)
        totals.append([row.total for row in sobol(values, FACTORS)][2])
    off = np.sqrt(np.mean((np.array(totals) - ISHIGAMI["x3"][1]) ** 2))
    assert off < 0.055  # 0.04 is expected; the estimator that takes a product from 1 is off by 0.07


def test_sobol_of_pure_luck_explains_nothing_that_it_could_swear_to() -> None:
    values = with_luck(np.zeros(5 * 128), 6, 1.0, shared=False)
    for row in sobol(values, FACTORS):
        assert row.luck > 0.97


def sobols_g(u: np.ndarray, a: np.ndarray) -> np.ndarray:
    return np.prod((np.abs(4 * u - 2) + a) / (1 + a), axis=1)


def test_factors_without_effect_have_an_index_of_0_at_128_points() -> None:
    """Sobol's G: six of eight factors are inert or all but; the product b ab alone is off by .05."""
    a = np.array([0.0, 1.0, 99, 99, 99, 99, 1e9, 1e9])
    share = 1 / 3 / (1 + a) ** 2
    truth = share / (np.prod(1 + share) - 1)
    by_product = []
    for seed in range(5):
        values = with_luck(sobols_g(saltelli(128, 8, seed), a), 4, 0.3, shared=True, seed=seed)
        rows = sobol(values, [str(i) for i in range(8)])
        assert np.abs([row.first for row in rows[2:]] - truth[2:]).max() < 0.005
        assert max(row.total for row in rows[2:]) < 0.005
        centred = values.mean(axis=1).reshape(-1, 10) - values.mean()
        product = (centred[:, -1:] * centred[:, 3:9]).mean(axis=0) / values.mean(axis=1).var()
        by_product.append(np.abs(product).max())
    assert max(by_product) > 0.02


@pytest.mark.parametrize(("replicates", "spread"), [(4, 0.5), (8, 1.0)])
def test_intervals_of_indices_count_luck_that_acts_through_a_factor(replicates: int, spread: float) -> None:
    """y = (1 + luck of the replicate) x1 + x2: more points do not take that luck away; points alone hold far less often."""
    chance, held, plain, times = np.random.default_rng(3), 0, 0, 60
    sizes = chance.normal(0, spread, (20_000, 1))
    first = np.mean((1 + sizes) * (1 + sizes[::-1]))  # the mean over two different replicates: what the index is of
    truth = first / (first + 1)
    for seed in range(times):
        x = saltelli(64, 2, seed)
        luck = chance.normal(0, spread, (1, replicates))
        values = (1 + luck) * x[:, :1] + x[:, 1:]
        row = sobol(values, ["x1", "x2"], seed=seed)[0]
        blocks = values.reshape(-1, 4, replicates)
        draws = [sensitivity._sobol(blocks[chance.integers(0, 64, 64)])[0] for _ in range(100)]
        low, high = np.quantile(draws, (0.025, 0.975))
        held, plain = held + (row.first_low <= truth <= row.first_high), plain + (low <= truth <= high)
    assert held / times >= 0.88  # of 60 at .95, fewer in 1 of 100
    assert plain / times < 0.85


def test_pawn_knows_what_variance_does_not() -> None:
    """A factor that moves the middle of a skewed outcome, beside one that makes its rare large values."""
    u = np.random.default_rng(1).random((4000, 3))
    values = u[:, 0] + 30 * (u[:, 1] > 0.99)
    (one, floor), (rare, _), (idle, _) = (pawn(u[:, i], values) for i in range(3))
    assert one > 0.2 > 4 * floor
    assert rare < 2 * floor
    assert idle == pytest.approx(floor, rel=0.4)


def test_a_wrong_number_of_points_is_refused() -> None:
    with pytest.raises(ValueError, match="no Saltelli design"):
        sobol(np.zeros((7, 2)), FACTORS)


def test_morris_of_a_linear_function_is_its_slopes() -> None:
    shares = morris_points(20, 3, 4, 1)
    rows = morris((shares @ np.array([2.0, -3.0, 0.0]))[:, None], shares, FACTORS)
    assert [r.mu for r in rows] == pytest.approx([2, -3, 0])
    assert [r.mu_star for r in rows] == pytest.approx([2, 3, 0])
    assert [r.sigma for r in rows] == pytest.approx([0, 0, 0], abs=1e-9)


def test_morris_knows_what_luck_alone_would_show() -> None:
    shares = morris_points(60, 3, 4, 1)
    values = with_luck(shares @ np.array([4.0, 0.0, 0.0]), 5, 1.0, shared=False)
    one, two, three = morris(values, shares, FACTORS)
    assert one.mu_star > 3 * one.floor
    assert two.mu_star == pytest.approx(two.floor, rel=0.35)
    assert three.sigma < 0.4


def bundle_runs(parts: str, value: dict[frozenset[str], float]) -> tuple[pd.DataFrame, dict[str, frozenset[str]]]:
    chance = np.random.default_rng(1)
    luck, rows, arms = chance.normal(0, 1, 30), [], {}
    for size in range(len(parts) + 1):
        for chosen in combinations(parts, size):
            name = "+".join(chosen) or "nothing"
            arms[name] = frozenset(chosen)
            own = luck + value[frozenset(chosen)] + chance.normal(0, 0.01, 30)
            rows.append(pd.DataFrame({"arm": name, "point": 0, "replicate": range(30), "cohesion": own}))
    return pd.concat(rows), arms


def test_shapley_values_by_hand() -> None:
    value = {frozenset(): 0.0, frozenset("a"): 1.0, frozenset("b"): 2.0, frozenset("ab"): 5.0}
    table = attribution(*bundle_runs("ab", value), ["cohesion"]).set_index("part")
    assert table.loc["a", "share"] == pytest.approx(2.0, abs=0.02)
    assert table.loc["b", "share"] == pytest.approx(3.0, abs=0.02)
    assert table["share"].sum() == pytest.approx(table["whole"].iloc[0])
    assert (table["low"] < table["share"]).all()
    assert table.loc["a", "alone"] == pytest.approx(1, abs=0.02)
    assert table.loc["a", "last"] == pytest.approx(3, abs=0.02)


def test_shapley_weights_add_up_and_a_part_without_effect_gets_nothing() -> None:
    assert sum(w * n for w, n in zip(weights(3), (1, 2, 1), strict=True)) == pytest.approx(1)
    value = {frozenset(c): float("a" in c) for k in range(4) for c in combinations("abc", k)}
    table = attribution(*bundle_runs("abc", value), ["cohesion"]).set_index("part")
    assert table.loc["c", "share"] == pytest.approx(0, abs=0.02)
    assert table.loc["a", "share"] == pytest.approx(1, abs=0.02)


def test_without_every_sub_bundle_there_is_no_attribution() -> None:
    runs, arms = bundle_runs("ab", {frozenset(): 0.0, frozenset("a"): 1.0, frozenset("b"): 2.0, frozenset("ab"): 5.0})
    del arms["a"]
    assert attribution(runs, arms, ["cohesion"]).empty


def test_a_front_by_hand() -> None:
    losses = np.array([[1.0, 3], [2, 2], [3, 1], [3, 3], [2, 2]])
    assert on_front(losses).tolist() == [True, True, True, False, True]


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 4), st.booleans())
def test_the_front_is_what_nobody_dominates(seed: int, rows: int, columns: int, missing: bool) -> None:
    chance = np.random.default_rng(seed)
    losses = chance.integers(0, 5, (rows, columns)).astype(float)
    if missing:
        losses[chance.integers(0, rows), chance.integers(0, columns)] = np.nan
    dominated = [any((b <= a).all() and (b < a).any() for b in losses) for a in losses]
    assert (on_front(losses) == ~np.array(dominated)).all()


def test_choices_beyond_the_budget_are_not_on_the_front() -> None:
    rows = [("a", 1.0, 5.0, 10.0), ("b", 2.0, 4.0, 10.0), ("c", 9.0, 0.0, 99.0), ("d", 0.5, 6.0, 1.0)]
    runs = pd.concat(
        pd.DataFrame({"arm": arm, "point": 0, "replicate": range(5), "cohesion": c, "unmet_needs": u, "cost": y})
        for arm, c, u, y in rows
    )
    table = front(runs, {"cohesion": 1, "unmet_needs": -1}, budget=50).set_index("arm")
    assert table["on_front"].to_dict() == {"a": False, "b": True, "c": False, "d": False}
    assert table.loc["b", "surely"] == 1
    assert not table.loc["c", "affordable"]
    cheap = front(runs, {"cohesion": 1, "cost": -1}).set_index("arm")
    assert cheap["on_front"].to_dict() == {"a": False, "b": True, "c": True, "d": True}


def test_regret_by_hand() -> None:
    runs = pd.DataFrame(
        {"arm": ["a", "b", "a", "b"], "rate": [1, 1, 2, 2], "replicate": 0, "cohesion": [1.0, 3.0, 5.0, 4.0]}
    )
    table = regret(runs, "cohesion", 1, ["rate"]).set_index("arm")
    assert table.loc["a", "largest_regret"] == 2
    assert table.loc["b", "largest_regret"] == 1
    assert table.loc["b", "best_in"] == 0.5


def test_regret_of_arms_that_are_equal_is_none_on_average() -> None:
    """Six arms that differ by luck alone, in ten scenarios of two columns: what chose does not judge."""
    chance = np.random.default_rng(8)
    there = pd.MultiIndex.from_product(
        [list("abcdef"), [1, 2], range(5), range(8)], names=["arm", "rate", "size", "replicate"]
    ).to_frame(index=False)
    found = []
    for _ in range(20):
        runs = there.assign(cohesion=chance.standard_normal(len(there)))
        found += regret(runs, "cohesion", 1, ["rate", "size"])["mean_regret"].tolist()
        few = regret(runs[runs["replicate"] < 3], "cohesion", 1, ["rate", "size"])["mean_regret"]
        assert (few > 0.3).all(), "of three replicates the same choose and judge: the regret is of luck"
    assert abs(np.mean(found)) < 0.06  # 20 sets; standard error .015


def test_conditions_are_borne_and_doses_chosen() -> None:
    rows = [  # two doses under two conditions: 5 is best on average, 1 at worst
        (1, 0.1, 0, 10.0), (1, 0.4, 1, 12.0), (5, 0.1, 2, 2.0), (5, 0.4, 3, 18.0),
    ]  # fmt: skip
    runs = pd.concat(
        pd.DataFrame({"arm": "a", "dose": d, "rate": r, "point": p, "replicate": [0, 1], "unmet_needs": [u - 1, u + 1]})
        for d, r, p, u in rows
    )
    mean = over_conditions(runs, {"unmet_needs": -1}, ["dose"]).groupby("point")["unmet_needs"].mean()
    worst = over_conditions(runs, {"unmet_needs": -1}, ["dose"], "worst").groupby("point")["unmet_needs"].mean()
    assert mean.to_dict() == {0: 11.0, 2: 10.0}
    assert worst.to_dict() == {0: 12.0, 2: 18.0}
    assert len(over_conditions(runs, {"unmet_needs": -1}, [], "worst")) == 2


def test_arms_with_other_doses_are_no_parts_of_a_bundle(tmp_path: Path) -> None:
    vanguard, training = {"vanguard": {"size": 8}}, {"training": {"seats": 2}}
    arms = {"nothing": [], "v": [vanguard], "t": [training], "all": [vanguard, training]}
    assert set(parts_of(small(tmp_path, arms=arms))) == set(arms)
    more = {**arms, "v": [{"vanguard": {"size": 30}}]}
    assert set(parts_of(small(tmp_path, arms=more))) == {"nothing", "t", "all"}
    other = {**arms, "t": {"policies": [training], "set": {"dispatching.scope": "local"}}}
    assert set(parts_of(small(tmp_path, arms=other))) == {"nothing", "v", "all"}


def test_no_front_holds_a_condition_against_a_policy(tmp_path: Path) -> None:
    study = small(tmp_path, varies={"moving.annual_rate": [0.05, 0.4]}, outcomes=["cohesion", "unmet_needs"])
    rows = [(arm, p, r) for arm in study.arms for p in (0, 1) for r in (0, 1)]
    runs = pd.DataFrame(rows, columns=["arm", "point", "replicate"])
    runs["moving.annual_rate"] = [0.05 if p == 0 else 0.4 for p in runs["point"]]
    runs["cohesion"], runs["unmet_needs"], runs["cost"] = 0.5 - 0.3 * runs["point"], 10.0 + runs["point"], 0.0
    found = explore(study, runs, {"cohesion": 1, "unmet_needs": -1, "cost": -1}).front
    assert list(found["arm"]) == list(study.arms)
    assert found["cohesion"].to_list() == pytest.approx([0.35] * 3)
