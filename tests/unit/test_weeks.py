"""Weeks lived in one compiled call are the weeks lived one by one, whatever policies do in between."""

from typing import Any

import numpy as np
import pytest
from small import isolated, place, same_life

from sim import POLICIES, Simulation, simulation
from sim.policies.policy import Policy
from sim.weeks import live, slow_are_due

CROWDED = {"population__initial_tiers": [0.2, 0.1, 0.1]}
WHAT: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "nothing": [],
    "steady": [("recognition", {}), ("time_bank", {}), ("mutual_aid", {})],
    "ramped": [("vanguard", {"start": 3, "ramp": 9, "stop": 31}), ("training", {"start": 10})],
    "pausing": [("interest_activities", {"every": 8, "active": 3})],
    "aimed": [("recognition", {"tiers": ("bystander",), "uptake": 0.5}), ("order_platform", {"start": 17})],
    "bundles": [("close_neighbours", {}), ("population_mobility", {"stop": 20})],
    "seats": [("pioneers", {"seats": 2}), ("vanguard", {"size": 20}), ("administrative_load", {})],
}


def policies(which: str) -> list[Policy]:
    """Policies of their kind."""
    return [POLICIES[name](**doses) for name, doses in WHAT[which]]


def alive(which: str, residents: int = 240) -> Simulation:
    """A community where much happens."""
    return Simulation(place(residents, 3, moving__annual_rate=0.6, **CROWDED), policies(which), 11)


def same(one: Simulation, other: Simulation) -> None:
    """Fail unless both lives, their costs and their slow metrics are the same."""
    np.testing.assert_array_equal(one.rows, other.rows)
    assert one.costs == other.costs
    for name, values in one.weekly().items():
        np.testing.assert_array_equal(values, other.weekly()[name], err_msg=name)
    same_life(one, other)


@pytest.mark.parametrize("which", WHAT)
def test_at_once_or_one_by_one(which: str) -> None:
    at_once, one_by_one = alive(which).run_for(60), alive(which)
    for _ in range(60):
        one_by_one.live_one_week()
    same(at_once, one_by_one)


@pytest.mark.parametrize("which", ["nothing", "ramped"])
def test_in_pieces_and_between_them_somebody_leaves(which: str) -> None:
    pieces, weekly = alive(which), alive(which)
    for weeks in (1, 13, 2, 25, 9):
        pieces.run_for(weeks)
        for _ in range(weeks):
            weekly.live_one_week()
        leaver = int(pieces.world.order_client[0])
        pieces.let_go(leaver)
        weekly.let_go(leaver)
        assert pieces.between.any()
    same(pieces, weekly)


def test_an_order_book_that_is_too_small_grows_on_the_way() -> None:
    often = {
        f"kinds__{k}__{name}": value for k in isolated().kinds for name, value in (("weekly", 0.05), ("patience", 52))
    }
    lives = [
        Simulation(isolated(300, 3, dispatching__staff_per_1000=0, **often, **CROWDED), seed=3).run_for(1)
        for _ in range(2)
    ]
    rows = lives[0].world.order_state.size
    lives[0].run_for(30)
    assert lives[0].world.order_state.size > rows, "the test is of nothing"
    for _ in range(30):
        lives[1].live_one_week()
    same(*lives)


@pytest.mark.parametrize(("which", "calls"), [("nothing", 1), ("steady", 1), ("ramped", 12)])
def test_steady_weeks_are_lived_in_one_call(which: str, calls: int, monkeypatch: pytest.MonkeyPatch) -> None:
    life, called = alive(which).run_for(1), []
    monkeypatch.setattr(simulation, "live", lambda *a: called.append(1) or live(*a))
    life.run_for(26)
    assert len(called) == calls


def test_slow_metrics_are_measured_on_the_first_sunday_and_every_quarter() -> None:
    assert [week for week in range(40) if slow_are_due(week)] == [0, 12, 25, 38]
    assert alive("nothing").run_for(40)._slow_weeks == [0, 12, 25, 38]
