"""Policies beside each other, and what they share: seats, reach, and the accounts of a household."""

import numpy as np
import pytest
from small import isolated, lived, place, same_life

from sim import POLICIES, Simulation
from sim.state.orders import DONE
from sim.state.residents import ADULT, SENIOR_ELDER
from sim.week import WEEK

CROWDED = {"population__initial_tiers": [0.2, 0.1, 0.1]}


def test_a_bundle_and_one_of_its_parts_beside_it_are_two_teams_and_each_leaves_alone() -> None:
    config, bundle = place(400, 4, **CROWDED), POLICIES["close_neighbours"]()
    alone, both = lived(8, config, [bundle]), lived(8, config, [bundle, POLICIES["vanguard"](size=10, stop=6)])
    np.testing.assert_array_equal(alone.world.vanguard, both.world.vanguard)
    assert both.costs[0][0] == alone.costs[0][0], "the bundle pays for members that are not its own"
    assert [costs[1] for costs in both.costs] == [4 * 80.0] * 6 + [0.0] * 2
    six = lived(6, config, [bundle, POLICIES["vanguard"](size=10)]).world.vanguard
    assert np.count_nonzero((six >= 1) & (six <= 3)) == 4
    assert np.count_nonzero(six >= 4) == 2
    seats = lived(6, config, [bundle, POLICIES["pioneers"](seats=2)]).world.pioneer
    assert np.bincount(seats)[1:].tolist() == [8, 4]


@pytest.mark.parametrize("scope", ["local", "pooled", "local_then_pooled"])
def test_a_bundle_without_intensity_does_not_even_choose_the_scope(scope: str) -> None:
    config = place(**CROWDED, dispatching__scope=scope)
    same_life(lived(10, config), lived(10, config, [POLICIES["close_neighbours"](intensity=0.0)]))


def test_one_policy_twice_in_python_is_the_same_in_either_order() -> None:
    config = place(**CROWDED)
    two = [POLICIES["vanguard"](size=20.0), POLICIES["vanguard"](size=30.0, seeding="most_tied")]
    same_life(lived(10, config, two), lived(10, config, two[::-1]))


def test_more_ways_to_learn_of_needs_never_hide_one() -> None:
    """Reach that adds up to more than all of it is all of it: two such reaches once hid every need."""
    full = {"reach": 1.0}, {"tells": 1.0, "hours": 168.0}, {"seats": 20, "finds": 1.0, "political_awareness": 1.0}
    policies = [POLICIES[n](**d) for n, d in zip(("order_platform", "station_services", "pioneers"), full, strict=True)]
    simulation = lived(8, place(**CROWDED), policies)
    assert simulation.world.reach[0] > 1.0
    assert simulation.world.outreach.min() > 1.0
    tallies = simulation.tallies()
    assert tallies["count_placed"].sum() > 0
    assert tallies["count_unmet"][:, 6].sum() == 0, "a need stays hidden"


@pytest.mark.parametrize(("own", "family"), [(40, 60), (0, 500), (500, 0)])
def test_credits_pay_for_family_after_the_own_account_is_empty(own: int, family: int) -> None:
    simulation = lived(5, isolated(**CROWDED), [POLICIES["time_bank"]()])
    world = simulation.world
    simulation.begin_week()
    order = client = relative = price = -1
    for phase in WEEK:
        if phase.name == "credits_are_offered":
            sizes = np.diff(world.household_first)[world.household]
            placed = [o for o in range(int(world.open_orders[0])) if world.order_placed[o] == world.week[0]]
            order = next(o for o in placed if sizes[world.order_client[o]] > 1)
            client = int(world.order_client[order])
            first = int(world.household_first[world.household[client]])
            relative = next(row for row in range(first, first + int(sizes[client])) if row != client)
            world.balance[:] = 0
            world.balance[client], world.balance[relative] = own, family
            price = round(60 * world.kind_hours[world.order_kind[order]])
            simulation.do(phase)
            assert world.order_credit[order] == (price if own + family >= price else 0)
            world.order_credit[order] = price
        elif phase.name == "hours_are_banked":
            world.order_state[order], world.order_server[order] = DONE, -1
            world.balance[client], world.balance[relative] = own, family
            world.order_credit[: int(world.open_orders[0])] = 0
            world.order_credit[order] = price
            world.bank_earning[0] = world.bank_giving[0] = 0.0
            simulation.do(phase)
            assert world.balance[client] == max(own - price, 0)
            assert world.balance[relative] == max(family - max(price - own, 0), 0)
            return
        else:
            simulation.do(phase)


def test_more_pairs_can_stand_than_half_the_residents() -> None:
    """Where a few helpers visit many, no list that is too short ends the matching."""
    life = Simulation(isolated(400, 2, pairing__most_clients=100), [POLICIES["mobile_kitchen"](places=1000)], 1)
    world = life.world
    helpers = np.arange(400) % 8 == 0
    world.age[:], world.tier[:] = np.where(helpers, ADULT, SENIOR_ELDER), np.where(helpers, 1, 0)
    world.alone[:], world.groups[:], world.hours_limit[:] = ~helpers, np.where(helpers, 0, 3), 5.0
    life.run_for(1)
    assert world.pairs[0] > 400 // 2 + 64
