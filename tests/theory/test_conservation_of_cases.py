"""Conservation of cases, services, promises and time, every week of any community with needs that last."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from service_on import MANY_CASES
from small import in_balance, isolated

from sim import POLICIES, Simulation
from sim.state.orders import KEPT, NOBODY_KEEPS, ORGANIZED, VOLUNTEER
from sim.state.tallies import slices_of
from sim.week import WEEK
from sim.world import World

CASES = {name.replace(".", "__"): value for name, value in MANY_CASES.items()}
STANDING = ("meals", "home_care", "companionship", "pupil_care")
PAIRS = {"mobile_kitchen", "mutual_aid"}
"""Policies whose standing helpers take on cases, however many they keep."""
WITH = sorted(
    {"service_framework", "organizations", "visits", "order_platform", "recognition", "public_services"} | PAIRS
)
BUSY = {"population__initial_tiers": [0.2, 0.15, 0.1], "moving__annual_rate": 0.5}


@st.composite
def places(draw: Any) -> dict[str, Any]:
    """Changes that make a small community with cases, and any of the extremes of what decides about them."""
    few = st.sampled_from([0.0, 0.02, 0.3, 1.0])
    changes = CASES | {
        name: draw(few)
        for name in (
            *("moving__annual_rate", "needing__own_request_case", "needing__neighbour_stops", "needing__server_stops"),
            *("registering__calls", "registering__known_at_start", "serving__comes", "starting__cases_served"),
            *("dispatching__sub_district_serves", "dispatching__away_chance"),
        )
    }
    changes |= {
        f"kinds__{kind}__{name}": value
        for kind in STANDING
        for name, value in {
            "lasts": draw(st.sampled_from([1, 3, 40])),
            "services": draw(st.sampled_from([1, 2, 7])),
            "hours": draw(st.sampled_from([0.1, 0.7])),
            "household_keeps": draw(few),
            "neighbours_keep": draw(few),
        }.items()
    }
    return changes | {
        "population__initial_tiers": draw(st.sampled_from([[0, 0, 0], [0.2, 0.2, 0.2], [0, 0, 1]])),
        "needing__informal": draw(st.sampled_from([0.0, 1.0, 20.0])),
        "dispatching__scope": draw(st.sampled_from(["local", "pooled", "local_then_pooled"])),
        "dispatching__staff_per_1000": draw(st.sampled_from([0.0, 1.4, 20.0])),
        "dispatching__organization_hours_per_1000": draw(st.sampled_from([0, 5, 200])),
        "dispatching__review": draw(st.sampled_from(["no", "yes"])),
        "dispatching__escalation": draw(st.sampled_from(["weeks", "promise"])),
        "dispatching__give_up": draw(st.sampled_from([0, 1, 3])),
        "dispatching__most_rounds": draw(st.sampled_from([0, 2])),
        "dispatching__cases_each": draw(st.sampled_from([0, 1, 3])),
        "serving__failure": draw(st.sampled_from(["no", "yes"])),
        "banking__earning": draw(st.sampled_from([0, 1])),
        "banking__redemption": draw(st.sampled_from(["no", "yes"])),
    }


def open_cases(world: World) -> int:
    return int(np.count_nonzero(world.order_until[: int(world.open_orders[0])] > 0))


def services_due(world: World) -> float:
    """Services that the cases in the book ask for in a week."""
    rows = slice(0, int(world.open_orders[0]))
    kinds = world.order_kind[rows][world.order_until[rows] > 0]
    return float(world.kind_services[kinds].sum())


def weeks_of_cases_in_balance(simulation: Simulation, weeks: int, pairs: bool = False) -> Iterator[World]:
    """Live week after week, and fail in the first whose account of cases does not balance."""
    world = simulation.world
    cases = open_cases(world)
    for _ in range(weeks):
        simulation.begin_week()
        for phase in WEEK:
            simulation.do(phase)
            if phase.name == "orders_lapse":
                due = services_due(world)
        simulation.end_week()
        week = slices_of(simulation.rows[-1])
        in_balance(world, week)
        begun, ended, moved, died, _ = week["count_cases"]
        assert cases + begun == ended + moved + died + open_cases(world), "cases are not conserved"
        assert week["count_services"].sum() == due, "services due are not those given, failed and not given"
        assert week["stand_cases"].sum() == open_cases(world)
        cases = open_cases(world)
        promises_in_balance(world, pairs)
        staff_in_balance(world, week)
        there, given_away = week["count_organized"]
        assert float(world.organized[0]) >= 0.0, "organizations give hours that they do not have"
        assert given_away + float(world.organized[0]) == pytest.approx(there)
        yield world


def promises_in_balance(world: World, pairs: bool) -> None:
    """Whoever keeps cases has promised their hours, and those of no other."""
    rows = slice(0, int(world.open_orders[0]))
    case, kept, keeper = world.order_until[rows] > 0, world.order_state[rows] == KEPT, world.order_keeper[rows]
    assert (kept == (keeper != NOBODY_KEEPS)).all(), "a case that is kept by nobody, or kept and in the line"
    assert case[kept].all(), "an episode that is kept"
    hours, cases = np.zeros(world.tier.size), np.zeros(world.tier.size, int)
    for o in np.flatnonzero(keeper == VOLUNTEER):
        v, k = world.order_server[o], world.order_kind[o]
        if world.key[v] == world.order_person[o]:  # who has moved away this week is missed next Monday
            hours[v] += world.kind_hours[k] * world.kind_services[k]
            cases[v] += 1
    assert (world.cases == cases).all(), "volunteers keep other cases than are in the book"
    assert np.allclose(world.promised, hours, atol=1e-4), "hours are promised to no case"
    start = 1 if world.config.starting.cases_served > 0 else 0
    assert pairs or (world.cases <= max(world.config.dispatching.cases_each, start)).all(), "too many cases for one"


def staff_in_balance(world: World, week: dict[str, Any]) -> None:
    """Orders take no more staff than there is (but for the order whose rest was drawn), and doors what orders leave."""
    there, on_orders, at_doors = week["count_staff"]
    assert at_doors <= max(there - on_orders, 0), "more doors than orders leave time for"
    stations = 1 if world.config.dispatching.scope == "pooled" else world.atmosphere.size
    an_order = on_orders / max(week["count_dispatched"][0], 1)
    assert on_orders <= there + stations * an_order + 1, "more orders than staff have time for"


@given(places(), st.lists(st.sampled_from(WITH), max_size=4, unique=True), st.integers(0, 2**64 - 1))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_week_of_any_community_with_cases_balances(changes: Any, names: list[str], seed: int) -> None:
    policies = [POLICIES[name](start=2 * k, stop=2 * k + 6) for k, name in enumerate(names)]
    simulation = Simulation(isolated(120, 3, **changes), policies, seed)
    for _ in weeks_of_cases_in_balance(simulation, 12, pairs=not PAIRS.isdisjoint(names)):
        pass


def test_a_year_and_a_half_of_cases_balances_and_sees_everybody_keep() -> None:
    policies = [POLICIES[name](start=10, stop=60) for name in WITH]
    simulation = Simulation(isolated(400, 4, **CASES | BUSY), policies, 5)
    for _ in weeks_of_cases_in_balance(simulation, 78, pairs=True):
        pass
    told = simulation.tallies()
    assert (told["stand_cases"].sum(axis=0) > 0).all()
    assert (told["count_services"].sum(axis=0) > 0).all()
    assert told["count_unmet_kind"].sum(axis=1) == pytest.approx(told["count_unmet"][:, 0])
    assert (told["count_in_time"] <= told["count_done"][:, :1]).all()


def a_case_that_vanishes(world: World) -> None:
    first = np.flatnonzero(world.order_until[: int(world.open_orders[0])] > 0)[0]
    world.order_until[first] = 0
    world.order_state[first], world.order_keeper[first] = 1, NOBODY_KEEPS


def a_promise_to_nobody(world: World) -> None:
    world.promised[0] += 1


def a_case_too_many(world: World) -> None:
    world.cases[3] += 1


def a_keeper_of_a_case_in_the_line(world: World) -> None:
    rows = slice(0, int(world.open_orders[0]))
    world.order_keeper[np.flatnonzero(world.order_state[rows] != KEPT)[0]] = ORGANIZED


def hours_that_are_not_there(world: World) -> None:
    world.organized[0] = -0.5


FAULTS = (
    a_case_that_vanishes, a_promise_to_nobody, a_case_too_many, a_keeper_of_a_case_in_the_line, hours_that_are_not_there,
)  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_an_account_of_cases_that_is_wrong_is_noticed(fault: Callable[[World], None]) -> None:
    simulation = Simulation(isolated(200, 2, **CASES | BUSY), seed=3)
    last = WEEK[-1]
    weeks = weeks_of_cases_in_balance(simulation, 8)
    for _ in range(4):
        next(weeks)
    whole = type(last).run

    def run(self: Any, table: Any) -> Any:
        result = whole(self, table)
        if self is last:
            fault(simulation.world)
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(last), "run", run)
        with pytest.raises(AssertionError):
            next(weeks)
