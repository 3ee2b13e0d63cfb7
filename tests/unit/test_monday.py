"""Monday: what policies do in compiled code is what their plain Python says, whoever they are meant for and however they are written."""

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from small import lived, place, same_life

from classroom.play import Choice, GridStations
from sim import POLICIES, Simulation
from sim.monday import Monday
from sim.policies.acts import act_of, in_plain_python, prepares, pushes
from sim.policies.policy import Policy, dose
from sim.state.levers import LEVERS

CROWDED = {"population__initial_tiers": [0.2, 0.1, 0.1]}
AIMED: dict[str, dict[str, Any]] = {
    "all": {},
    "grids": {"grids": (1,)},
    "groups": {"groups": ("migrants",), "uptake": 0.6},
    "tiers": {"tiers": ("bystander", "substantive"), "where": "age >= adult", "capacity": 9},
}
SHIPPED = [policy for policy in POLICIES.values() if policy.__module__.startswith("sim.policies")]
OTHER_DOSES: list[dict[str, Any]] = [
    {"kind": "awards", "winners": 0.4},
    {"people": "real", "size": 30},
    {"people": "real", "size": 60, "seeding": "most_tied"},
    {"floor": 0.4, "quorum": 0},
    {"redeem_age": 60, "own_hours_first": 20, "apply_by_trust": 0.6},
    {"levels": 1, "minutes": 10},
    {"minutes_saved": 0.8, "review": 0.5},
    {"doors": 20},
    {"hours": 8, "capability": 0.5},
    {"seeding": "most_tied", "size": 30},
    {"seeding": "random", "size": 30},
    {"whom": "new", "seats": 80.5},
    {"whom": "key", "seats": 80.5},
    {"course": "trend"},
    {"course": "shock"},
    {"scope": "pooled"},
    {"coverage": -0.1},
    {"overdue_first": 0},
    {"elders": 0},
    {"places": 0},
]
"""Doses that lead along other ways than the shipped ones; each belongs to the policies that have them all."""
WAYS = [(policy, {}) for policy in SHIPPED] + [
    (policy, doses) for policy in SHIPPED for doses in OTHER_DOSES if doses.keys() <= policy.model_fields.keys()
]


class Told(Policy):
    """For tests: a policy with sentences."""

    name = "told_for_a_test"
    title, title_zh = "Told", "测试"

    def sentence(self) -> str:
        return "Something."

    def sentence_zh(self) -> str:
        return "测试。"


def aimed(policy: type[Policy], whom: dict[str, Any], doses: dict[str, Any]) -> Policy:
    """The policy, aimed as far as it can be."""
    finest = {"residents": whom.keys(), "grids": {"grids"}, "community": set()}[policy.aims_at]
    return policy(**doses, **{name: value for name, value in whom.items() if name in finest})


def changed_by(world: Any, act: Callable[[Any], Any]) -> tuple[Any, dict[str, Any]]:
    """What an act returns, and every column after it; the world stays as it was."""
    after = copy.deepcopy(world)
    after.let_levers_rest()
    return act(after), after.columns


def agree(one: tuple[Any, dict[str, Any]], other: tuple[Any, dict[str, Any]]) -> None:
    """Fail unless two ways to act return the same and leave the same columns behind; of lever sums the last bit may differ."""
    assert (one[0] or 0.0) == pytest.approx(other[0] or 0.0, rel=1e-9)
    for name, column in one[1].items():
        if name in LEVERS:
            np.testing.assert_allclose(column, other[1][name], rtol=1e-6, err_msg=name)
        else:
            np.testing.assert_array_equal(column, other[1][name], err_msg=name)


def asked_one_by_one(policy: Policy, world: Any) -> float:
    """A Monday of this one policy, in plain Python."""
    acting = policy.acting(0.7)
    for part, strength in acting:
        part.prepare(world, strength)
    return policy.share_of_costs * sum(part.push(world, strength) for part, strength in acting)


def monday_of(policy: Policy, world: Any) -> Monday:
    return Monday(world, [(0, *part) for part in policy.acting(0.7)], [policy.share_of_costs])


@pytest.mark.parametrize("whom", AIMED.values(), ids=AIMED)
@pytest.mark.parametrize(("policy", "doses"), WAYS, ids=[f"{p.name}-{d}" for p, d in WAYS])
def test_what_is_compiled_does_what_plain_python_says(
    policy: type[Policy], doses: dict[str, Any], whom: dict[str, Any]
) -> None:
    one = aimed(policy, whom, doses)
    life = lived(9, place(**CROWDED), [one, POLICIES["time_bank"]()])
    life.world.vanguard[np.flatnonzero(life.world.vanguard)[:1]] = 0  # so that there is a seat to be filled
    life.world.pioneer[np.flatnonzero(life.world.pioneer)[:1]] = 0
    agree(
        changed_by(life.world, lambda world: monday_of(one, world).act(world.table())[0]),
        changed_by(life.world, lambda world: asked_one_by_one(one, world)),
    )
    for part, _ in one.acting(1.0):
        if act_of(type(part), "leaves"):
            agree(
                changed_by(life.world, part.leave),
                changed_by(life.world, lambda world, part=part: in_plain_python(part, "leaves", world, 0.0)),
            )


@pytest.mark.parametrize("policy", SHIPPED, ids=lambda p: p.name)
def test_every_shipped_policy_is_compiled_whole(policy: type[Policy]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        world = lived(1, place(**CROWDED), [policy()]).world
        assert monday_of(policy(), world).alike() is not None


@pytest.mark.parametrize("policy", SHIPPED, ids=lambda p: p.name)
def test_who_lacks_nothing_prepares_nothing(policy: type[Policy]) -> None:
    world = lived(20, place(**CROWDED), [policy()]).world
    for part, strength in policy().acting(1.0):
        part.prepare(world, strength)
        before = {name: column.copy() for name, column in world.columns.items()}
        part.prepare(world, strength)
        for name, column in before.items():
            np.testing.assert_array_equal(world.columns[name], column, err_msg=name)


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


def test_weeks_are_alike_unless_somebody_wants_to_be_asked() -> None:
    world = lived(1, place(**CROWDED)).world
    training, narrow = POLICIES["training"](), POLICIES["training"](groups=("migrants",))
    stations = GridStations(choices=(Choice(seats=2),))
    assert monday_of(training, world).alike() is not None
    assert monday_of(narrow, world).alike() is None
    assert Monday(world, [(0, training, 1.0), (1, stations, 1.0)], [1.0, 1.0]).alike() is None


def test_costs_are_those_of_each_owner_and_of_a_bundle_its_share() -> None:
    world = lived(3, place(**CROWDED)).world
    bundle, drive = POLICIES["close_neighbours"](cost_share=0.5), POLICIES["recruitment_drive"]()
    acting = [(0, *part) for part in bundle.acting(1.0)] + [(2, drive, 1.0)]
    monday = Monday(world, acting, [0.5, 1.0, 1.0])
    costs = monday.act(world.table())
    alone = [Monday(world, [(0, *part)], [1.0]).act(world.table())[0] for part in bundle.acting(1.0)]
    assert costs == pytest.approx(
        [0.5 * sum(alone), 0.0, Monday(world, [(0, drive, 1.0)], [1.0]).act(world.table())[0]]
    )


def test_a_policy_that_says_nothing_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="Told does not say what it pushes"):
        Simulation(place(**CROWDED), [Told()]).run_for(1)


def test_a_policy_in_plain_python_is_asked() -> None:
    class Plain(Told):
        def prepare(self, world: Any, strength: float) -> None:
            world.pioneer[0] = 1

        def push(self, world: Any, strength: float) -> float:
            world.reach[0] += 0.25 * world.pioneer[0]
            return 2.0 * strength

        def leave(self, world: Any) -> None:
            world.pioneer[0] = 0

    life = Simulation(place(**CROWDED), [Plain(ramp=1, stop=3), POLICIES["training"]()]).run_for(3)
    assert life.world.reach[0] == 0.25
    assert [paid[0] for paid in life.costs] == [1.0, 2.0, 2.0]
    assert life.world.pioneer[0] == 1
    life.run_for(1)
    assert life.world.pioneer[0] == life.world.reach[0] == life.costs[-1][0] == 0


def test_the_class_at_its_stations_acts_beside_compiled_policies() -> None:
    stations = GridStations(choices=(Choice(seats=2, asks=5, thanks=True), Choice(), Choice(staff=3, first="longest")))
    life = lived(6, place(**CROWDED), [stations, POLICIES["training"]()])
    assert life.world.grid_capacity.tolist() == [0.0, 0.0, 3.0]
    assert all(paid[0] > 0 and paid[1] > 0 for paid in life.costs)


def test_the_nearest_class_says_what_is_pushed() -> None:
    class Louder(POLICIES["recruitment_drive"]):  # type: ignore[misc,name-defined]
        name = "louder_for_a_test"

        def push(self, world: Any, strength: float) -> float:
            world.reach[0] += 0.125
            return 3.0

    class Compiled(Louder):
        name = "compiled_for_a_test"

        @pushes
        def tell(levers: Any, my: Any) -> Any:
            levers.reach[0] += 0.5
            return my.cost_per_ask

    for policy, reach in ((Louder, 0.125), (Compiled, 0.5)):
        life = Simulation(place(**CROWDED), [policy()]).run_for(1)
        assert life.world.reach[0] == reach
        assert life.costs == [(3.0,)]
        assert not life.world.extra_asks.any()


def test_what_cannot_be_compiled_runs_in_plain_python_and_one_warning_says_why() -> None:
    class Odd(Told):
        @prepares
        def seat(residents: Any) -> None:
            residents.pioneer[max({"a": 1, 2: 0}.values())] = 1

        @pushes
        def tell(residents: Any, levers: Any, my: Any) -> Any:
            levers.reach[0] += sum(f"{seat}" == "1" for seat in residents.pioneer.tolist()) * my.strength
            return 1.0

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        life = Simulation(place(**CROWDED), [Odd()]).run_for(2)
        Simulation(place(**CROWDED), [Odd(ramp=2)]).run_for(1)
    assert life.world.reach[0] == 1.0
    assert life.costs == [(1.0,), (1.0,)]
    for function in ("Odd.seat", "Odd.tell"):
        (line,) = [str(one.message) for one in said if function in str(one.message)]
        assert line.startswith(f"{function} runs in plain Python, which is slow: ")
        assert len(line) > 60, line


def test_two_classes_of_one_name_with_other_doses_are_two() -> None:
    def made(doses: int) -> type[Policy]:
        if doses == 1:

            class Twin(Told):
                amount: float = dose(2.0, "Reach.", unit="share", low=0, high=9)

                @pushes
                def tell(levers: Any, my: Any) -> Any:
                    levers.reach[0] += my.amount
                    return my.amount

        else:

            class Twin(Told):  # type: ignore[no-redef]
                before: int = dose(7, "Nothing.", unit="share", low=0, high=9)
                amount: float = dose(3.0, "Reach.", unit="share", low=0, high=9)

                @pushes
                def tell(levers: Any, my: Any) -> Any:
                    levers.reach[0] += my.amount
                    return my.amount

        return Twin

    one, other = made(1), made(2)
    assert one.__qualname__ == other.__qualname__
    for policy, paid in ((one, 2.0), (other, 3.0), (one, 2.0)):
        life = Simulation(place(**CROWDED), [policy()]).run_for(1)
        assert life.costs == [(paid,)]
        assert life.world.reach[0] == paid
    life = Simulation(place(**CROWDED), [one(), other()]).run_for(1)
    assert sorted(life.costs[0]) == [2.0, 3.0]
    assert life.world.reach[0] == 5.0


def test_a_column_of_another_type_is_refused() -> None:
    world = lived(1, place(**CROWDED)).world
    world.columns["tier"] = world.columns["tier"].astype(np.int64)
    with pytest.raises(TypeError, match="column tier is int64"):
        world.table()


def test_a_copy_lives_on_as_the_original_does() -> None:
    simulation = lived(6, place(**CROWDED), [policy() for policy in SHIPPED])
    twin = copy.deepcopy(simulation)
    np.testing.assert_array_equal(simulation.run_for(6).rows, twin.run_for(6).rows)
    assert simulation.costs == twin.costs
    same_life(simulation, twin)
