"""People at the start and newcomers: sizes add up, shares come out, chance depends on who and nothing else."""

import itertools
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.config.load import load_config
from sim.config.people import Population
from sim.config.yaml import ConfigError
from sim.engine.jit import plain
from sim.founding.population import Founders, founders
from sim.state.households import BY_CHANCE, draw_household, newcomer_key, person_columns
from sim.state.people import household_numbers
from sim.state.residents import ADULT, CHILD, MIGRANT, NO_TIER, YOUNGER_ELDER


def population(**changes: object) -> Population:
    """The baseline's population with changes."""
    return load_config("baseline", set={f"population.{name}": value for name, value in changes.items()}).population


def shares_agree(found: float, expected: float, n: float) -> bool:
    """Within four standard errors of a share of n (false alarm about 6 in 100,000)."""
    return abs(found - expected) <= 4 * sqrt(expected * (1 - expected) / n) + 1e-12


@pytest.fixture(scope="module")
def many() -> Founders:
    """60,000 residents of the baseline."""
    return founders(population(residents=60_000), seed=5)


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 300), grids=st.integers(1, 60), seed=st.integers(0, 2**32))
def test_any_size_and_any_number_of_grids_fit(n: int, grids: int, seed: int) -> None:
    people = founders(population(residents=n, grids=grids), seed)
    first = people.household_first
    assert people.residents == n == first[-1]
    assert first[0] == 0
    assert (np.diff(first) > 0).all()
    assert (people.household == np.repeat(np.arange(first.size - 1), np.diff(first))).all()
    assert (np.diff(people.grid) >= 0).all()
    assert people.grid.min() >= 0
    assert people.grid.max() < grids == people.grids
    assert all(np.unique(people.grid[a:b]).size == 1 for a, b in itertools.pairwise(first))
    assert ((people.tier == NO_TIER) == (people.persons.age == CHILD)).all()
    for name in ("interest", "identity_home"):
        column = getattr(people.persons, name)
        assert column.min() >= 0
        assert column.max() <= 1


def test_the_baseline_has_the_published_shares(many: Founders) -> None:
    c = many.persons
    elders = c.age >= YOUNGER_ELDER
    assert abs(elders.mean() - 0.18) < 0.015
    assert abs(c.alone[elders].mean() - 0.15) < 0.02
    assert abs(c.origin.mean() - 0.35) < 0.02
    able = many.tier[many.tier != NO_TIER]
    for tier, share in zip((1, 2, 3), population().initial_tiers, strict=True):
        assert shares_agree(float((able == tier).mean()), share, able.size)


def test_households_are_coherent(many: Founders) -> None:
    c, home = many.persons, many.household
    minors_alone = np.setdiff1d(home[c.age < ADULT], home[c.age >= ADULT])
    assert minors_alone.size <= 1  # the last dwelling may have been cut to fit the number of residents
    assert (c.alone == (np.diff(many.household_first)[home] == 1)).all()
    for column in (c.origin, c.owner, c.low_income, c.school_child):
        assert (column == column[many.household_first[:-1]][home]).all()
    assert c.interest[c.owner == 1, 2].mean() > c.interest[c.owner == 0, 2].mean() + 0.2


def test_grids_are_equal_or_as_given() -> None:
    even = np.bincount(founders(population(residents=5000), 1).grid)
    assert even.max() - even.min() <= 6
    uneven = np.bincount(founders(population(residents=5000, grids=3, grid_shares=[1, 1, 2]), 1).grid)
    assert np.abs(uneven - [1250, 1250, 2500]).max() <= 6


def test_elders_alone_can_be_fixed_exactly() -> None:
    c = founders(population(residents=16_900, elders_alone=400), 3).persons
    assert int(((c.age >= YOUNGER_ELDER) & (c.alone == 1)).sum()) == 400
    with pytest.raises(ConfigError, match="elders_alone: found 300; expected at most"):
        founders(population(residents=400, elders_alone=300), 3)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"threshold_kind": "sequence", "threshold_middle": 2, "threshold_spread": 0.5}, [2, 2.5, 3, 3.5]),
        ({"threshold_kind": "given", "threshold_given": [0, 2]}, [0, 2, 0, 2]),
        ({"threshold_kind": "constant", "threshold_middle": 0.18}, [0.18] * 4),
    ],
)
def test_thresholds_follow_the_order_of_residents(changes: dict[str, object], expected: list[float]) -> None:
    assert founders(population(residents=4, **changes), 1).persons.threshold == pytest.approx(expected)


def test_drawn_numbers_have_their_distribution() -> None:
    n = 40_000
    p = population(residents=n, threshold_kind="normal", threshold_middle=25, threshold_spread=10, hours_most=168)
    c = founders(p, 2).persons
    assert abs(c.threshold.mean() - 25) < 4 * 10 / sqrt(n)
    assert abs(c.threshold.std() - 10) < 4 * 10 / sqrt(2 * n)
    assert abs(c.disposition.std() / p.disposition_spread - 1) < 4 / sqrt(2 * n)
    logs = np.log(c.hours_limit[c.age == ADULT] / p.hours_median[1])
    assert abs(logs.mean()) < 4 * p.hours_sigma / sqrt(logs.size)
    assert abs(logs.std() / p.hours_sigma - 1) < 0.02
    flat = founders(population(residents=n, threshold_kind="uniform", threshold_middle=0.5, threshold_spread=0.2), 2)
    values = flat.persons.threshold
    assert values.min() > 0.3 - 1e-6
    assert values.max() < 0.7 + 1e-6
    assert abs(values.mean() - 0.5) < 4 * 0.1155 / sqrt(n)


def test_seeds_are_counted_exactly() -> None:
    none = {"initial_tiers": [0, 0, 0], "residents": 1000, "seed_tier": 2}
    random = founders(population(**none, seed_count=5, seed_share=0.01), 1)
    able = int((random.tier >= 0).sum())
    assert (random.tier == 2).sum() == 5 + round(0.01 * able)
    side_by_side = founders(population(**none, seed_count=4, seed_how="contiguous"), 1)
    assert (np.flatnonzero(side_by_side.tier == 2) == np.flatnonzero(side_by_side.tier >= 0)[:4]).all()


def test_same_seed_same_people_other_seed_others() -> None:
    one, same, other = (founders(population(), seed) for seed in (1, 1, 2))
    for a, b in zip(one.persons, same.persons, strict=True):
        assert (a == b).all()
    assert (one.persons.disposition != other.persons.disposition).all()


def test_more_residents_leave_the_earlier_ones_as_they_were() -> None:
    few, more = founders(population(residents=500), 1), founders(population(residents=900), 1)
    settled = few.household_first[-2]  # the last dwelling was cut to fit
    for a, b in zip(few.persons, more.persons, strict=True):
        assert (a[:settled] == b[:settled]).all()


def test_newcomers_depend_on_dwelling_and_generation_only() -> None:
    p = household_numbers(population())
    drawn = {}
    for offset, generation in ((0, 1), (5, 1), (0, 2)):
        c = person_columns(12)
        draw_household(offset, offset + 3, 17, generation, 0.6, BY_CHANCE, 9, c, p)
        drawn[offset, generation] = [column[offset : offset + 3] for column in c]
    assert all((a == b).all() for a, b in zip(drawn[0, 1], drawn[5, 1], strict=True))
    assert (drawn[0, 1][-4] != drawn[0, 2][-4]).all()
    assert drawn[0, 2][0].tolist() == [(1 << 63) | 17 << 32 | 2 << 8 | k for k in range(3)]
    assert int(newcomer_key(17, 2, 1)) == (1 << 63) | 17 << 32 | 2 << 8 | 1


def test_arrivals_have_the_mix_they_are_given() -> None:
    p, n = household_numbers(population()), 4000
    c = person_columns(n)
    for h in range(n):
        draw_household(h, h + 1, h, 1, 0.6, BY_CHANCE, 1, c, p)
    assert shares_agree(float((c.origin == MIGRANT).mean()), 0.6, n)


def test_plain_python_draws_the_same_household() -> None:
    p = household_numbers(population())
    for dwelling in range(40):
        fast, slow = person_columns(4), person_columns(4)
        draw_household(0, 4, dwelling, 3, 0.5, BY_CHANCE, 7, fast, p)
        plain(draw_household)(0, 4, dwelling, 3, 0.5, BY_CHANCE, 7, slow, p)
        for name, a, b in zip(fast._fields, fast, slow, strict=True):
            assert np.allclose(a, b, rtol=1e-6, atol=0), name


@pytest.mark.parametrize("shape", [0.4, 1.2, 6.0])
def test_sociability_has_its_distribution(shape: float) -> None:
    """Gamma of mean 1; a wrong shape is noticed."""
    from scipy.stats import gamma, kstest

    drawn = founders(population(residents=30_000, sociability_shape=shape), 4).persons.sociability
    assert kstest(drawn, gamma(shape, scale=1 / shape).cdf).statistic < 0.012  # of 30,000: .0114 once in 1,000
    assert kstest(drawn, gamma(1.1 * shape, scale=1 / (1.1 * shape)).cdf).statistic > 0.012
    assert (founders(population(residents=50, sociability_shape=0), 4).persons.sociability == 1).all()
