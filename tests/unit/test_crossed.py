"""Crossed designs: main effects, interactions and crosstabs by hand, and their intervals where the truth is known."""

from itertools import product

import numpy as np
import pytest

from experiments.analysis.crossed import Crossed, bundles
from experiments.analysis.intervals import interval

LEVELS = {"rate": ["low", "middle", "high"], "size": ["4", "8"]}


def cells(replicates: int, seed: int = 0, noise: float = 0.1, together: float = 0.5) -> np.ndarray:
    """Rate adds 0, 1, 3; size adds 2; the highest rate and size together add more. Luck is shared by all cells."""
    chance = np.random.default_rng(seed)
    luck = 3 * chance.standard_normal(replicates)
    rows = [
        luck + (0, 1, 3)[i] + 2 * j + together * (i == 2) * j + noise * chance.standard_normal(replicates)
        for i, j in product(range(3), range(2))
    ]
    return np.array(rows)


def test_by_hand() -> None:
    exact = Crossed.of(LEVELS, cells(6, noise=0.0))
    main = exact.main().set_index(["factor", "value"])["change"]
    assert main["rate"].tolist()[1:] == pytest.approx([1, 3.25])
    assert main["size"].tolist()[1:] == pytest.approx([2 + 0.5 / 3])
    found = exact.interactions()
    assert found["value"].tolist() == ["middle", "high"]
    assert found["interaction"].tolist() == pytest.approx([0, 0.5], abs=1e-12)
    table = exact.cells().set_index(["value", "by_value"])["mean"]
    assert table["high", "8"] - table["low", "4"] == pytest.approx(5.5)


def test_luck_that_all_cells_share_is_in_no_change_and_in_every_mean() -> None:
    main = Crossed.of(LEVELS, cells(10)).main().iloc[1]
    assert main["change_high"] - main["change_low"] < 0.3
    assert main["mean_high"] - main["mean_low"] > 2
    cell = Crossed.of(LEVELS, cells(10)).cells().iloc[0]
    assert cell["apart_high"] - cell["apart_low"] < 0.3
    assert cell["apart_low"] < cell["mean"] < cell["apart_high"]


def test_the_intervals_hold_all_at_once_and_single_ones_do_not() -> None:
    levels = {"a": list("xyz"), "b": list("xyz"), "c": list("xyz")}
    chance, times, held, single = np.random.default_rng(1), 300, 0, 0
    for _ in range(times):
        table = Crossed.of(levels, chance.standard_normal((27, 12)) + 5 * chance.standard_normal(12)).interactions()
        held += bool(((table["joint_low"] <= 0) & (table["joint_high"] >= 0)).all())
        single += bool(((table["interaction_low"] <= 0) & (table["interaction_high"] >= 0)).all())
    assert held / times > 0.93
    assert single / times < 0.85


def test_a_replicate_that_lacks_a_cell_is_left_out() -> None:
    some = cells(7)
    some[2, 3] = np.nan
    table = Crossed.of(LEVELS, some).main()
    assert table["n"].unique().tolist() == [6]
    means = np.delete(some, 3, axis=1)
    assert tuple(table.iloc[0][["mean_low", "mean_high"]]) == pytest.approx(interval(means[:2].mean(axis=0)))


def test_the_policies_of_a_bundle_are_factors_of_two_values() -> None:
    parts = {"nothing": frozenset(), "a": frozenset("a"), "b": frozenset("b"), "both": frozenset("ab")}
    ((levels, arms),) = bundles(parts)
    assert levels == {"a": ["without", "with"], "b": ["without", "with"]}
    assert arms == ["nothing", "b", "a", "both"]
    assert not list(bundles({name: found for name, found in parts.items() if name != "b"}))


def test_a_factor_with_nothing_to_say_is_left_out() -> None:
    whole = Crossed.of(LEVELS, cells(6))
    assert list(whole.without(["size"]).levels) == ["rate"]
    assert whole.without(["size"]).values.shape == (3, 6)
