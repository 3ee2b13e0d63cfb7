"""Monday, the compiled list of pushes, does what the policies do one by one, whoever they are meant for."""

import copy
from typing import Any

import numpy as np
import pytest

from sim import POLICIES, Simulation
from sim.levers import LEVERS
from sim.monday import Monday
from sim.policies.policy import Policy
from tests.small import lived, place

CROWDED = {"population__initial_tiers": [0.2, 0.1, 0.1]}
AIMED: list[dict[str, Any]] = [
    {},
    {"grids": (1,)},
    {"groups": ("migrants",), "uptake": 0.6},
    {"tiers": ("bystander", "substantive"), "where": "age >= adult", "capacity": 9},
]
SHIPPED = [policy for policy in POLICIES.values() if policy.__module__.startswith("sim.policies")]


def aimed(policy: type[Policy], whom: dict[str, Any]) -> Policy:
    """The policy, aimed as far as it can be."""
    finest = {"residents": whom.keys(), "grids": {"grids"}, "community": set()}[policy.aims_at]
    return policy(**{name: value for name, value in whom.items() if name in finest})


@pytest.mark.parametrize("whom", AIMED, ids=["all", "grids", "groups", "tiers"])
@pytest.mark.parametrize("policy", SHIPPED, ids=lambda p: p.name)
def test_it_pushes_what_the_policy_pushes(policy: type[Policy], whom: dict[str, Any]) -> None:
    one = aimed(policy, whom)
    simulation = lived(9, place(**CROWDED), [one, POLICIES["time_bank"]()])
    world, monday = simulation.world, Monday(simulation.world)
    monday.arrange([(0, *part) for part in one.acting(0.7)], [one.share_of_costs])
    pushed = []
    for push in (lambda: monday.push()[0], lambda: one.push(world, 0.7)):
        world.let_levers_rest()
        pushed.append((push(), {name: world.columns[name].copy() for name in LEVERS}))
    assert pushed[0][0] == pushed[1][0]
    for name in LEVERS:
        np.testing.assert_array_equal(pushed[0][1][name], pushed[1][1][name], err_msg=name)


@pytest.mark.parametrize("policy", SHIPPED, ids=lambda p: p.name)
def test_what_is_listed_stays_the_same_for_a_life(policy: type[Policy]) -> None:
    simulation = Simulation(place(**CROWDED), [policy()], 5).run_for(2)
    before = [part.pushes(simulation.world, 0.4) for part, _ in policy().acting(0.4)]
    simulation.run_for(30)
    assert [part.pushes(simulation.world, 0.4) for part, _ in policy().acting(0.4)] == before


@pytest.mark.parametrize("policy", SHIPPED, ids=lambda p: p.name)
def test_who_lacks_nothing_has_nothing_to_prepare(policy: type[Policy]) -> None:
    simulation = lived(20, place(**CROWDED), [policy()])
    world = simulation.world
    for part, strength in policy().acting(1.0):
        part.prepare(world, strength)
        lacking = part.lacking(world)
        if lacking is not None and not sum(push.in_python(world_of(part, world)) for push in lacking):
            before = {name: column.copy() for name, column in world.columns.items()}
            part.prepare(world, strength)
            for name, column in before.items():
                np.testing.assert_array_equal(world.columns[name], column, err_msg=name)


def world_of(policy: Policy, world: Any) -> Any:
    """The world as a push sees it."""
    seen = copy.copy(world)
    seen.__dict__ |= {"aimed": policy.aimed(world), "here": policy.in_grids(world)}
    return seen


def test_seats_that_fall_empty_are_filled() -> None:
    simulation = lived(10, place(**CROWDED), [POLICIES["pioneers"](seats=2), POLICIES["vanguard"](size=30)])
    world = simulation.world
    seated = {name: int(np.count_nonzero(world.columns[name])) for name in ("pioneer", "vanguard")}
    world.tier[world.pioneer > 0] = 0
    world.vanguard[np.flatnonzero(world.vanguard)[:3]] = 0
    lapsed = np.flatnonzero(world.pioneer)
    simulation.begin_week()
    assert not world.pioneer[lapsed].any()
    assert {name: int(np.count_nonzero(world.columns[name])) for name in seated} == seated


def test_a_policy_that_says_nothing_is_refused() -> None:
    class Silent(Policy):
        name = "silent_for_a_test"
        title, title_zh = "Silent", "无"

        def sentence(self) -> str:
            return "Nothing."

        def sentence_zh(self) -> str:
            return "无。"

    with pytest.raises(NotImplementedError, match="Silent has neither"):
        Simulation(place(**CROWDED), [Silent()]).run_for(1)


def test_a_policy_derived_from_a_shipped_one_pushes_as_it_says_itself() -> None:
    class Louder(POLICIES["recruitment_drive"]):  # type: ignore[misc,name-defined]
        name = "louder_for_a_test"

        def push(self, world: Any, strength: float) -> float:
            world.reach[0] += 0.125
            return 3.0

    simulation = Simulation(place(**CROWDED), [Louder()]).run_for(1)
    assert simulation.world.reach[0] == 0.125
    assert simulation.costs == [(3.0,)]
    assert not simulation.world.extra_asks.any()


def test_a_column_of_another_type_is_refused() -> None:
    world = lived(1, place(**CROWDED)).world
    world.columns["tier"] = world.columns["tier"].astype(np.int64)
    with pytest.raises(TypeError, match="column tier is int64"):
        Monday(world)


def test_a_copy_lives_on_as_the_original_does() -> None:
    simulation = lived(6, place(**CROWDED), [policy() for policy in SHIPPED])
    twin = copy.deepcopy(simulation)
    np.testing.assert_array_equal(simulation.run_for(6).rows, twin.run_for(6).rows)
    assert simulation.costs == twin.costs
