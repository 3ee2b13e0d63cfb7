"""Lives that go on: people are conserved, die by the life table, and are a population at rest; tests are two-sided."""

from collections.abc import Mapping
from math import sqrt
from typing import Any

import numpy as np
import pytest
from small import columns, in_balance, isolated

from sim import POLICIES, Simulation, load_config
from sim.config.schema import Config
from sim.config.yaml import ConfigError
from sim.state import life_course
from sim.state.residents import ADULT, CHILD, SENIOR_ELDER, VACANT, YOUNGER_ELDER, band_of
from sim.state.tallies import slices_of

ON: dict[str, Any] = {"life__course": "on", "moving__by": "age", "network__made_ties": 60, "network__kind": "at_rest"}
BUSY = ON | {
    "life__first_birth": 0.5,
    "life__partner": 0.5,
    "life__leaves_home": 0.5,
    "life__die_40": 0.1,
    "life__die_70": 0.3,
    "population__initial_tiers": [0.3, 0.2, 0.2],
    "banking__earning": 1,
}
NOBODY_COMES = {
    f"life__{name}": 0
    for name in ("first_birth", "second_birth", "partner", "leaves_home", "widowed", "to_family", "minors_arriving")
} | {f"moving__{name}": 0 for name in ("young", "middle", "old", "alone")}


def test_people_participants_and_credits_are_conserved_every_week() -> None:
    policies = [policy(start=5, stop=60) for policy in POLICIES.values()]
    simulation = Simulation(isolated(400, 3, **BUSY), policies, 3)
    world = simulation.world
    seen = np.zeros(8)
    people, taking_part = int((world.age != VACANT).sum()), int((world.tier >= 1).sum())
    outstanding = int(world.balance.sum())
    for _ in range(78):
        simulation.live_one_week()
        week = slices_of(simulation.rows[-1])
        in_balance(world, week)
        lives, moved = week["count_lives"], week["count_movers"]
        seen += lives
        people += int(lives[0] + lives[1] + week["stand_arrived"][0] - lives[2] - lives[3] - moved[1])
        assert (world.age != VACANT).sum() == people == week["stand_groups"][0] == world.headcount[0]
        taking_part += int(week["count_climbs"][0] - week["count_lapses"][0] - moved[2] - lives[4])
        assert (world.tier >= 1).sum() == taking_part
        earned, redeemed, expired, lost, _ = week["count_bank"]
        outstanding += int(earned - redeemed - expired - lost)
        assert world.balance.sum() == outstanding
        assert (world.grid_people == np.bincount(world.grid[world.age != VACANT], minlength=3)).all()
        households_are_whole(simulation)
    assert (seen > 0).all(), "everything happens"


def households_are_whole(simulation: Simulation) -> None:
    """Each household has an adult, all of it tied to each other; bands follow from years; nobody is two persons."""
    world, here = simulation.world, simulation.world.age != VACANT
    grown = np.bincount(world.household[here & (world.years >= 18)], minlength=world.dwelling.size)
    size = np.bincount(world.household[here], minlength=world.dwelling.size)
    assert (grown > 0).all()
    assert (size <= simulation.config.life.places).all()
    assert (world.alone[here] == (size[world.household[here]] == 1)).all()
    assert [band_of(int(y)) for y in world.years[here]] == world.age[here].tolist()
    assert np.unique(world.key[here]).size == here.sum()
    for row in np.flatnonzero(here)[::17]:
        tied = world.tie_other[world.tie_first[row] : world.tie_first[row] + world.degree[row]]
        home = set(np.flatnonzero(here & (world.household == world.household[row]))) - {row}
        assert home <= set(tied.tolist())


def survival(config: Config, seed: int, years: int, table: Config) -> list[float]:
    """By age at the start (60-64, 65-69 ...): how far those alive lie from what a life table says, in standard errors."""
    simulation = Simulation(config, (), seed)
    world = simulation.world
    here = world.age != VACANT
    keys, ages, birthdays = world.key[here].copy(), world.years[here].copy(), world.birthday[here].copy()
    simulation.run_for(52 * years)
    alive = np.isin(keys, world.key[world.age != VACANT])
    expected = np.ones(keys.size)
    for week in range(52 * years):
        now = ages + week // 52 + (birthdays <= week % 52)
        yearly = np.array([life_course.annual_deaths(int(age), table.life) for age in range(200)])
        expected *= (1.0 - yearly[now]) ** (1.0 / 52.0)
    found = []
    for low in range(60, 85, 5):
        group = (ages >= low) & (ages < low + 5)
        error = sqrt(float((expected[group] * (1.0 - expected[group])).sum()))
        found.append(float(alive[group].sum() - expected[group].sum()) / error)
    return found


def test_people_die_by_the_life_table() -> None:
    """Nobody comes or moves away: of 8,000, those alive after seven years, by age; false alarm 3 in 10,000."""
    closed = isolated(8000, 4, **ON | NOBODY_COMES | {"life__elders_arriving": 0.5})
    off = survival(closed, 5, 7, closed)
    assert max(abs(z) for z in off) < 4
    wrong = isolated(100, 1, **ON | {"life__die_70": 0.04, "life__die_75": 0.06})
    assert max(abs(z) for z in survival(closed, 5, 7, wrong)) > 4


@pytest.mark.parametrize("years", [131, 140, 141, 150, 1000])
def test_the_table_ends_and_a_life_may_not(years: int) -> None:
    """Whoever is older than the life table dies as its oldest do; they once died by whatever stood behind it in memory."""
    simulation = Simulation(isolated(4000, 4, **ON | NOBODY_COMES | {"life__die_90": 0.9}), (), 7)
    world = simulation.world
    old = np.flatnonzero((world.age != VACANT) & (world.years >= 60))
    world.years[old] = years
    simulation.live_one_week()
    died, expected = np.count_nonzero(world.age[old] == VACANT), old.size * life_course.chance_within(0.9, 1)
    assert abs(died - expected) < 4 * sqrt(expected)  # false alarm 6 in 100,000; the wrong law: of 0, or of none
    assert expected > 16, "a wrong law would not be seen"


def shares(simulation: Simulation, years: range) -> Mapping[str, float]:
    """Shares of the population, as means over the weeks of some years."""
    told = {name: column[52 * years.start : 52 * years.stop] for name, column in simulation.tallies().items()}
    people, old = told["stand_groups"][:, 0], told["stand_ages"][:, 0]
    return {
        "old": float((old / people).mean()),
        "old and alone": float((told["stand_ages"][:, 1] / old).mean()),
        "children": float((told["stand_children"][:, 0] / people).mean()),
        "household size": float((people / told["stand_ages"][:, 2]).mean()),
        "persons": float(people.mean() / people[0]),
    }


def drift(seed: int, **changes: object) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Shares of 8,000 residents in years 2-3 and 9-10."""
    life = Simulation(isolated(8000, 8, **ON | changes), (), seed).run_for(520)
    return shares(life, range(1, 3)), shares(life, range(8, 10))


@pytest.mark.slow
def test_ages_households_and_numbers_are_at_rest() -> None:
    """On the mean of six communities, for one may drift by luck; founders drawn without a past are noticed."""
    some = [drift(seed) for seed in range(1, 7)]
    for name in some[0][0]:
        before, after = (float(np.mean([one[at][name] for one in some])) for at in (0, 1))
        assert abs(after - before) <= max(0.01, 0.03 * before), name
    naive = [drift(seed, life__burn_in=0) for seed in range(1, 7)]
    assert abs(np.mean([after["old"] - before["old"] for before, after in naive])) > 0.01


@pytest.mark.parametrize(("community", "founded"), [("baseline", 20), ("ruijing", 3)])
def test_as_many_people_live_here_at_the_start_as_are_asked_for(community: str, founded: int) -> None:
    """Households grow in the years before the start: `life.household_size` says to which size, and another one is noticed."""
    config = load_config(community)

    def started(config: Config) -> float:
        worlds = [Simulation(config, (), seed).world for seed in range(founded)]
        return float(np.mean([(world.age != VACANT).sum() for world in worlds]))

    wanted = config.population.residents
    assert started(config) == pytest.approx(wanted, rel=0.015)
    wrong = load_config(community, set={"life.household_size": 0.9 * config.life.household_size})
    assert started(wrong) > 1.05 * wanted


def test_all_arms_share_one_population() -> None:
    """No policy but that of moving changes who is born, falls ill, moves or dies."""
    arms = [
        Simulation(isolated(300, 3, **BUSY), policies, 9).run_for(60)
        for policies in ([], [p() for name, p in POLICIES.items() if name != "population_mobility"])
    ]
    one, other = (columns(arm.world) for arm in arms)
    for name in ("key", "age", "years", "limited", "household", "kinship", "works", "generation", "household_persons"):
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    assert (one["tier"] != other["tier"]).any()


def test_founders_can_be_as_old_as_asked() -> None:
    young = Simulation(isolated(6000, 5, **ON | {"life__old_share": 0.12}), (), 1).world
    share = float((young.years[young.age != VACANT] >= 60).mean())
    assert 0.115 < share < 0.135


@pytest.mark.parametrize("wanted", [30, 90])
def test_elders_living_alone_can_be_fixed_exactly_where_lives_go_on(wanted: int) -> None:
    world = Simulation(isolated(2000, 2, **ON | {"population__elders_alone": wanted}), (), 1).world
    old = (world.age == YOUNGER_ELDER) | (world.age == SENIOR_ELDER)
    assert (old & (world.alone == 1)).sum() == wanted
    households_are_whole(Simulation(isolated(2000, 2, **ON | {"population__elders_alone": wanted}), (), 1))
    with pytest.raises(ConfigError, match="at most"):
        Simulation(isolated(300, 2, **ON | {"population__elders_alone": 250}), (), 1)


def test_a_second_reading_of_the_numbers_of_a_life() -> None:
    life = isolated(50, 1, **ON).life
    for annual in (0.0, 0.02, 0.4):
        left = 1.0
        for _ in range(4):
            left *= 1.0 - life_course.chance_within(annual, 13)
        assert left == pytest.approx(1.0 - annual)
    table = {
        0: 0,
        39: 0,
        40: 40,
        59: 40,
        60: 60,
        64: 60,
        65: 65,
        70: 70,
        74: 70,
        75: 75,
        80: 80,
        89: 85,
        90: 90,
        120: 90,
    }
    for years, row in table.items():
        assert life_course.annual_deaths(years, life) == getattr(life, f"die_{row}")
    for years, told in (
        (17, 0.0),
        (18, life.limited_18),
        (60, life.limited_60),
        (69, life.limited_60),
        (70, life.limited_70),
    ):
        assert life_course.weekly_onset(years, life) == told
    assert [life_course.annual_births(k, life) for k in range(4)] == [life.first_birth, life.second_birth, 0.0, 0.0]
    bands = {
        0: CHILD,
        11: CHILD,
        12: 1,
        17: 1,
        18: ADULT,
        59: ADULT,
        60: YOUNGER_ELDER,
        69: YOUNGER_ELDER,
        70: SENIOR_ELDER,
    }
    assert {years: band_of(years) for years in bands} == bands
