"""Needs that last, told: the trace of a client, a volunteer and a case, and what the classroom shows of them."""

import numpy as np
import pytest
from service_on import MANY_CASES

from classroom.debrief import station
from classroom.life import Life
from classroom.pair import Pair
from classroom.state import State
from classroom.stories import KEPT_BY, _orders, waiting
from experiments.trace.story import Lived, order, resident
from sim import POLICIES, load_config
from sim.state.orders import HIDDEN, KEEPERS, KEPT, SHELVED, VOLUNTEER
from sim.week import WEEK
from sim.world import World

PLACE = {"population.residents": 300, "population.grids": 3, "population.initial_tiers": [0.2, 0.15, 0.1]} | MANY_CASES
WEEKS = 40
SHORT_OF_HANDS = {
    "population.residents": 600,
    "population.grids": 3,
    "needing.own_request_case": 0.5,
    "dispatching.accept_case": -4,
    "dispatching.give_up": 2,
    "dispatching.rest_after": 20,
}


@pytest.fixture(scope="module")
def lived() -> Lived:
    return Lived(load_config("baseline", set=PLACE), (POLICIES["service_framework"](),), 5, WEEKS)


@pytest.fixture(scope="module")
def taken_on(lived: Lived) -> tuple[int, int, int, int]:
    """Client, kind and week of a case that a volunteer took on in the course of time, and the volunteer."""
    simulation = lived.start()
    for _ in range(WEEKS):
        world = simulation.run_for(1).world
        for o in range(int(world.open_orders[0])):
            if world.order_keeper[o] == VOLUNTEER and world.order_arose[o] > 2:
                return tuple(
                    int(column[o])
                    for column in (world.order_client, world.order_kind, world.order_arose, world.order_server)
                )
    pytest.fail("no volunteer took on a case")


def test_a_case_is_told_from_its_beginning_to_its_end(lived: Lived, taken_on: tuple[int, int, int, int]) -> None:
    client, kind, week, volunteer = taken_on
    told = list(order(lived, f"{client}:{list(lived.config.kinds)[kind]}:{week}"))
    assert "every week: a case begins." in told[0]
    assert "At first" in told[1]
    assert any("The station learns of it" in sentence for sentence in told)
    assert any(f"It is taken on: resident {volunteer} " in sentence for sentence in told)
    assert any("given well this week" in sentence for sentence in told)
    assert told[-1].endswith(
        ("The case ends: it is needed no longer.", "cancelled.", "Still open when the trace ends.")
    )


def test_client_and_volunteer_tell_the_same(lived: Lived, taken_on: tuple[int, int, int, int]) -> None:
    client, kind, week, volunteer = taken_on
    title = list(lived.config.kinds.values())[kind].title.lower()
    of_client, of_volunteer = list(resident(lived, str(client))), list(resident(lived, str(volunteer)))
    begins = [s for s in of_client if s.startswith(f"Week {week:>3}  needs {title} every week from now on")]
    assert len(begins) == 1
    on = [s for s in of_client if f"the case of {title} is taken on: resident {volunteer} " in s]
    also = [s for s in of_volunteer if f"takes on the case of resident {client} " in s]
    assert on[0][:8] == also[0][:8]
    assert any("no longer" in sentence for sentence in of_volunteer)


def test_those_who_keep_cases_at_the_start_say_so(lived: Lived) -> None:
    world = lived.start().world
    kept = np.flatnonzero(world.order_keeper[: int(world.open_orders[0])] == VOLUNTEER)
    assert kept.size
    client, volunteer = int(world.order_client[kept[0]]), int(world.order_server[kept[0]])
    assert any("every week, and " in sentence for sentence in list(resident(lived, str(client)))[:6])
    assert any(f"They keep the case of resident {client}" in s for s in list(resident(lived, str(volunteer)))[:9])


def test_whoever_kept_a_case_and_is_gone_is_told(lived: Lived) -> None:
    simulation, client = lived.start(), -1
    world = simulation.world
    while client < 0 and simulation.week < WEEKS:
        simulation.begin_week()
        for phase in WEEK:
            before = keepers(world)
            simulation.do(phase)
            if phase.name == "cases_go_on":
                after = keepers(world)
                lost = [case for case in before.keys() & after.keys() if before[case] > after[case] == 0]
                client = lost[0][0] if lost else client
        simulation.end_week()
    assert any("is gone: " in sentence for sentence in resident(lived, str(client)))


def keepers(world: World) -> dict[tuple[int, int], int]:
    """Who keeps each case, by client and kind."""
    rows = np.flatnonzero(world.order_until[: int(world.open_orders[0])] > 0)
    cases = zip(world.order_client[rows].tolist(), world.order_kind[rows].tolist(), strict=True)
    return dict(zip(cases, world.order_keeper[rows].tolist(), strict=True))


def test_the_classroom_shows_kept_and_shelved_cases_as_they_are() -> None:
    pair = Pair(State(community="classroom", set=SHORT_OF_HANDS))
    pair.live(20)
    life: Life = pair.lives[1]
    world, n = life.simulation.world, int(life.simulation.world.open_orders[0])
    state = world.order_state[:n]
    assert {KEPT, SHELVED} <= set(state.tolist())
    shown = [said for row in set(world.order_client[:n].tolist()) for said in _orders(life, row)]
    for keeper in set(world.order_keeper[:n].tolist()) - {0}:
        assert any(f"and {KEPT_BY[keeper][0]} sees to it" in english for english, _ in shown), KEEPERS[keeper]
    assert any("out of the line for" in english for english, _ in shown)
    assert len(waiting(life, most=n)) == np.count_nonzero(state != KEPT)
    in_line = np.count_nonzero(~np.isin(state, (KEPT, HIDDEN)))
    assert sum(station(pair, grid)["open"] for grid in range(3)) == in_line
    well = (state == KEPT) & (world.order_given[:n] >= 0.5)
    assert well.any()
    week = {name: told[-1] for name, told in life.simulation.tallies().items()}
    unmet = week["count_open"].sum() + week["count_expired"][:2].sum() + week["count_declined"][0]
    unmet += np.count_nonzero((state == KEPT) & ~well)
    assert 0 <= life.unmet_now.sum() - unmet <= week["count_cases"][2]  # whose client has moved since
    gave_up = [event for event in life.events if event.what == "expired"]
    assert all(list(life.simulation.config.kinds.values())[event.a].lasts == 0 for event in gave_up)
