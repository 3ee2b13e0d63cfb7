"""Conservation (oracle E21): whatever the parameters and the policies, every week's account balances."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import NO_ELDERS, isolated, weeks_in_balance

from sim import POLICIES, Simulation
from sim.state.residents import VACANT
from sim.world import World

RATES = ("bonding__meeting", "bonding__ending", "dispatching__away_chance", "banking__giving", "banking__expiry")
SHARES = st.sampled_from([0.0, 0.01, 0.3, 1.0])


@st.composite
def places(draw: Any) -> Any:
    """A small community with any of the extremes of its parameters."""
    changes: dict[str, Any] = {name: draw(SHARES) for name in RATES}
    changes |= draw(st.sampled_from([{}, {k.replace(".", "__"): v for k, v in NO_ELDERS.items()}]))
    return isolated(
        draw(st.integers(1, 120)),
        draw(st.integers(1, 5)),
        moving__annual_rate=draw(SHARES),
        moving__rooted=draw(SHARES),
        needing__own_request=draw(SHARES),
        population__initial_tiers=draw(st.sampled_from([[0, 0, 0], [0.2, 0.2, 0.2], [0, 0, 1]])),
        network__kind=draw(st.sampled_from(["neighbourhood", "ring", "well_mixed"])),
        network__degree=draw(st.sampled_from([0, 2])),
        network__made_ties=draw(st.sampled_from([0, 1, 8])),
        banking__earning=draw(st.sampled_from([0.0, 0.7])),
        banking__redemption=draw(st.sampled_from(["no", "yes"])),
        banking__redeem_age=draw(st.sampled_from([0, 60])),
        banking__own_hours_first=draw(st.sampled_from([0, 3])),
        banking__apply_by_trust=draw(SHARES),
        assigning__assigned_counts=draw(SHARES),
        asking__substantive=draw(st.sampled_from([0, 1, 30])),
        teaming__posts_per_1000=draw(st.sampled_from([0, 200])),
        dispatching__escalation_minutes=draw(st.sampled_from([0, 500])),
        dispatching__scope=draw(st.sampled_from(["local", "pooled", "local_then_pooled"])),
        dispatching__staff_per_1000=draw(st.sampled_from([0.0, 3.0, 1000.0])),
        dispatching__most_rounds=draw(st.sampled_from([0, 2])),
        deciding__law=draw(st.sampled_from(["logistic", "threshold"])),
        assigning__hours_per_1000=draw(st.sampled_from([0.0, 50.0, 10_000.0])),
        teaming__founders=draw(st.sampled_from([1, 3])),
        teaming__forming=draw(SHARES),
        placing__issues_per_1000=draw(st.sampled_from([0.0, 500.0])),
        **changes,
    )


@given(places(), st.lists(st.sampled_from(sorted(POLICIES)), max_size=4), st.integers(0, 2**64 - 1))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_week_of_any_community_balances(config: Any, names: list[str], seed: int) -> None:
    policies = [POLICIES[name](start=2 * k, stop=2 * k + 8) for k, name in enumerate(names)]
    for _ in weeks_in_balance(Simulation(config, policies, seed), 14):
        pass


@pytest.mark.parametrize("seed", [1, 2])
def test_two_years_of_the_baseline_balance(seed: int) -> None:
    policies = [policy(start=20, stop=80) for policy in POLICIES.values()]
    simulation = Simulation(isolated(500, 4, banking__earning=1, banking__redemption="yes"), policies, seed)
    for world in weeks_in_balance(simulation, 104):
        assert (world.age != VACANT).all()
    told = simulation.tallies()
    stock = told["stand_tiers"][:, 1:].sum(axis=1)
    change = told["count_climbs"][:, 0] - told["count_lapses"][:, 0] - told["count_movers"][:, 2]
    assert (np.diff(stock) == change[1:]).all(), "participants are not conserved"
    teams, formed, gone, _ = told["count_teams"].T
    assert (np.diff(teams) <= (formed - gone)[1:]).all()
    without_dispatch = told["count_visits_paid"][:, :3].sum(axis=1)
    assert (without_dispatch > 0).any()
    assert (told["count_done"][:, 0] == told["count_accepted"][:, 0] + without_dispatch).all()
    assert (told["count_accepted"] <= told["count_dispatched"]).all()
    assert (told["count_waits"].sum(axis=1) == told["count_done"][:, 0]).all()
    assert (told["count_routes"].sum(axis=1) == told["count_climbs"][:, 0]).all()
    assert (told["count_asked_joins"].sum(axis=1) == told["count_climbs"][:, 0]).all()
    assert (told["count_needs_kind"].sum(axis=1) == told["count_needs"][:, 0]).all()
    assert (told["count_unmet_kind"].sum(axis=1) == told["count_unmet"][:, 0]).all()


def test_who_is_let_go_leaves_nothing_behind_and_the_account_still_balances() -> None:
    config = isolated(150, 3, moving__annual_rate=0.8, banking__earning=1, population__initial_tiers=[0.3, 0.2, 0.2])
    simulation = Simulation(config, [POLICIES["vanguard"](size=50)], 3)
    outstanding, open_orders = int(simulation.world.balance.sum()), 0
    for week in range(40):
        for row in (week, 149 - week):
            simulation.let_go(row)
        simulation.live_one_week()
        world, told = simulation.world, {k: v[-1] for k, v in simulation.tallies().items()}
        gone = np.r_[0 : week + 1, 149 - week : 150]
        assert (world.age[gone] == VACANT).all()
        assert (world.tier[gone] == -1).all()
        assert (world.degree[gone] == 0).all()
        assert not np.isin(world.order_client[: world.open_orders[0]], gone).any()
        used = np.concatenate([np.arange(f, f + d) for f, d in zip(world.tie_first, world.degree, strict=False)])
        assert not np.isin(world.tie_other[used], gone).any()
        assert told["stand_groups"][0] == 150 - gone.size
        earned, redeemed, expired, lost, _ = told["count_bank"]
        outstanding += int(earned - redeemed - expired - lost)
        assert int(world.balance.sum()) == outstanding
        entered = told["count_needs"][0] - told["count_covered"][0]
        open_orders += int(entered - told["count_closed"][0] - told["count_cancelled"][0])
        assert int(world.open_orders[0]) == open_orders
    with pytest.raises(ValueError, match="nobody lives in row 3"):
        simulation.let_go(3)


def test_the_grids_hold_everybody_once() -> None:
    world = Simulation(isolated(97, 4)).world
    assert world.grid_first[0] == 0
    assert world.grid_first[-1] == 97
    assert (np.sort(world.grid) == world.grid).all()
    assert (np.bincount(world.household, minlength=world.dwelling.size) == np.diff(world.household_first)).all()


def a_minute_too_much(world: World) -> None:
    world.balance[0] += 1


def an_order_forgotten(world: World) -> None:
    world.open_orders[0] -= 1


def a_tie_stronger_on_one_side(world: World) -> None:
    world.tie_strength[world.tie_first[:-1][world.degree > 0][0]] *= 0.5


def a_tie_with_one_end(world: World) -> None:
    world.degree[np.flatnonzero(world.degree)[0]] -= 1


def an_unregistered_participant(world: World) -> None:
    world.registered[world.tier >= 1] = 0


def a_share_above_one(world: World) -> None:
    world.assigned[:] = 40.0


@pytest.mark.parametrize(
    "fault",
    [
        *(a_minute_too_much, an_order_forgotten, a_tie_stronger_on_one_side),
        *(a_tie_with_one_end, an_unregistered_participant, a_share_above_one),
    ],
)
def test_an_account_that_is_wrong_is_noticed(fault: Callable[[World], None]) -> None:
    simulation = Simulation(isolated(100, 2, population__initial_tiers=[0.2, 0.2, 0.1]), seed=3)
    weeks = weeks_in_balance(simulation, 8)
    for _ in range(6):
        next(weeks)
    fault(simulation.world)
    with pytest.raises(AssertionError):
        next(weeks)
