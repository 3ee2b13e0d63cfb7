"""Rules made again from the ODD document alone decide as the program does, phase by phase, for twenty weeks.

The functions beside this file were written from sections 17 and 19 of `docs/odd.md`, in plain Python. Before each phase they
are given the community as it stands; after it, all that stands in the community must be the same, to the last digit stored.
"""

from collections.abc import Callable
from typing import Any

import doc_desk
import doc_lives
import doc_needs
import doc_people
import doc_service
import doc_taking_part
import doc_ties
import numpy as np
import pytest
from doc_world import Place
from small import place

from sim import POLICIES, Simulation
from sim.state.orders import ENCOUNTERS, ORDERS
from sim.state.residents import VACANT
from sim.state.ties import TIES
from sim.week import WEEK
from sim.world import World

WEEKS, PEOPLE = 20, 150
TOLD: dict[str, Callable[[Place], None]] = {
    phase.name: getattr(module, phase.name)
    for module in (doc_taking_part, doc_service, doc_needs, doc_desk, doc_ties, doc_lives)
    for phase in WEEK
    if phase.name in vars(module)
}
UNTOLD = {"outside_workers_visit", "the_community_is_counted"}
"""Phases that only count."""
BUSY: dict[str, Any] = {
    "population__initial_tiers": [0.2, 0.12, 0.08],
    "bonding__meeting": 0.1,
    "bonding__ending": 0.003,
    "bonding__fading": 0.3,
    "bonding__weakest": 0.006,
    "moving__annual_rate": 0.3,
    "life__first_birth": 0.5,
    "life__second_birth": 0.4,
    "life__partner": 0.95,
    "life__leaves_home": 0.3,
    "life__widowed": 0.6,
    "life__to_family": 0.9,
    "life__elders_arriving": 0.25,
    "life__limited_18": 0.004,
    "life__recovers": 0.05,
    "life__die_40": 0.1,
    "life__die_65": 0.2,
    "life__die_70": 0.4,
    "life__die_75": 0.8,
    "life__die_80": 0.6,
    "dispatching__away_chance": 0.2,
    "dispatching__give_up": 3,
    "dispatching__rest_after": 4,
    "dispatching__look_again": 3,
    "banking__redeem_age": 0,
    "banking__own_hours_first": 0.5,
    "deciding__across": 0.8,
    "deciding__registers_only": 0.02,
    "deciding__unregisters": 0.2,
    "teaming__founders": 2,
    "teaming__forming": 0.4,
    "teaming__posts_per_1000": 10,
    "placing__issue_patience": 5,
    "bonding__review": 2,
    "needing__neighbour_stops": 0.05,
    "needing__server_stops": 0.05,
}
NEEDY = {f"kinds__{kind}__weekly": 0.04 for kind in ("meals", "home_care", "companionship", "errands", "pupil_care")}
STRAINED: dict[str, Any] = {
    "dispatching__scope": "local",
    "dispatching__staff_per_1000": 0.3,
    "dispatching__organization_hours_per_1000": 8,
    "kinds__meals__lowest_skill": 0.95,
    "kinds__errands__lowest_skill": 0.95,
    "kinds__property_matters__interest": "none",
    "dispatching__escalation": "weeks",
    "dispatching__broadcast": 0.2,
    "dispatching__most_rounds": 1,
    "dispatching__reciprocal": "yes",
    "network__kind": "neighbourhood",
    "network__made_ties": 3,
    "bonding__partner": "anybody",
    "bonding__meets_in": "community",
    "moving__by": "average",
    "moving__rooted": 0.5,
    "registering__forgets_after": 4,
}
PLAIN: dict[str, Any] = {
    "dispatching__scope": "pooled",
    "dispatching__staff_per_1000": 1,
    "serving__failure": "no",
    "deciding__law": "threshold",
    "population__threshold_middle": 0.3,
    "serving__team_comes": "no",
}
PLACES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "as in the baseline": ({}, ()),
    "a busy place with policies": (
        BUSY,
        (
            "close_neighbours",
            "service_framework",
            "organizations",
            "visits",
            "time_bank",
            "public_services",
            "training",
            "mobile_kitchen",
            "mutual_aid",
            "interest_activities",
        ),
    ),
    "a strained desk": (BUSY | NEEDY | STRAINED, ("service_framework", "co_construction", "mobile_kitchen")),
    "a pooled desk": (BUSY | NEEDY | PLAIN, ("supervision", "population_mobility")),
}


def as_if_years_later(world: World) -> None:
    """Teens are about to grow up, and couples without children are old: so that children leave home, and elders are widowed."""
    world.years[(world.kinship == 1) & (world.age == 1)] = 17
    for first, last in zip(world.household_first[:-1], world.household_first[1:], strict=True):
        members = first + np.flatnonzero(world.age[first:last] != VACANT)
        if members.size == 2 and (world.age[members] == 2).all():
            world.years[members], world.age[members], world.works[members] = 76, 4, 0


def used(world: World, name: str, column: np.ndarray) -> np.ndarray:
    """Of a column what is in use: rows of the book and of lists, slots of ties, the line to its end."""
    if name in TIES and name not in ("tie_first", "degree"):
        slots = (np.arange(f, f + d) for f, d in zip(world.tie_first[:-1], world.degree, strict=True))
        return column[np.concatenate(list(slots))]
    if name == "line":
        ends = np.flatnonzero(column == -1)
        return column[: ends[0] if ends.size else column.size]
    rows = {**dict.fromkeys(ORDERS, "open_orders"), **dict.fromkeys(ENCOUNTERS, "encounters")}
    return column[: int(world.columns[rows[name]][0])] if name in rows else column


def differences(w: Place, world: World) -> list[str]:
    """Columns in which what the document says differs from what the program did."""
    mine = w.now_holds()
    if not np.array_equal(mine["degree"], world.degree):
        return ["degree"]
    if mine["open_orders"][0] != world.open_orders[0]:
        return ["open_orders"]
    return [
        name
        for name, column in mine.items()
        if not np.array_equal(used(world, name, column), used(world, name, world.columns[name]))
    ]


def test_every_phase_that_decides_is_made_again() -> None:
    assert {phase.name for phase in WEEK} - UNTOLD == set(TOLD)


@pytest.mark.parametrize("where", PLACES)
def test_the_document_is_enough(where: str) -> None:
    changes, policies = PLACES[where]
    simulation = Simulation(place(PEOPLE, 3, **changes), [POLICIES[name](start=2) for name in policies], seed=19)
    world, something = simulation.world, dict.fromkeys(TOLD, 0)
    if where == "a strained desk":
        as_if_years_later(world)
    if where == "a busy place with policies":
        world.balance[world.tier >= 0] = 300
    for week in range(WEEKS):
        simulation.begin_week()
        for phase in WEEK:
            told = TOLD.get(phase.name)
            if told is None:
                phase.run(simulation.table)
                continue
            w = Place(world)
            told(w)
            phase.run(simulation.table)
            wrong = differences(w, world)
            assert not wrong, f"{phase.name}, week {week}: {', '.join(wrong)}"
            something[phase.name] += any(
                not np.array_equal(before, world.columns[name]) for name, before in w.columns.items()
            )
        simulation.end_week()
    if where == "a busy place with policies":
        assert min(something.values()) > 0, f"nothing ever happened: {something}"


WRONG: dict[str, tuple[str, Any, str, Any]] = {
    "cases last a week longer": ("needs_arise", doc_needs, "length_of_case", lambda mean, u: 1 + round(mean)),
    "whoever keeps a case goes on": ("cases_go_on", doc_needs, "goes_on", lambda w, o: True),
    "every hidden order becomes known": ("needs_become_known", doc_needs, "becomes_known", lambda w, o: True),
    "the line goes by age alone": ("orders_are_dispatched", doc_desk, "place_in_line", lambda w, o: w.order_placed[o]),
    "parts of an order are rounded": ("orders_are_dispatched", doc_desk, "whole", lambda x, u: round(x)),
    "hours for cases know no promise": ("volunteers_answer", doc_desk, "hours_for_cases", lambda w, free, cases: 40.0),
    "half of those asked accept": ("volunteers_answer", doc_desk, "log_odds", lambda w, o, v: 0.0),
    "nobody lets a tie go": ("ties_change", doc_ties, "lets_a_tie_go", lambda w, i: None),
    "people die twice as often": ("lives_go_on", doc_lives, "chance_of_death", lambda w, years: 0.02),
    "all households leave alike": ("households_leave", doc_lives, "chance_of_leaving", lambda w, h: 0.02),
    "services succeed half of the time": ("cases_are_served", doc_service, "quality", lambda w, o, v: 0.5),
    "volunteers lapse half of the time": ("residents_decide", doc_taking_part, "lapsing", lambda w, i: 0.0),
    "all are equally well": ("feelings_change", doc_taking_part, "well_target", lambda w, i, served: 0.5),
    "years are rounded up": ("newcomers_arrive", doc_people, "between", lambda u, ends: ends[1]),
}
"""What a document might say instead: of which phase, and what is done then."""


@pytest.mark.parametrize("what", WRONG)
def test_a_document_that_said_something_else_is_found(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, module, function, otherwise = WRONG[what]
    monkeypatch.setattr(module, function, otherwise)
    simulation = Simulation(place(240, 3, **BUSY), [], seed=19)
    for _ in range(WEEKS):
        simulation.begin_week()
        for phase in WEEK:
            w = Place(simulation.world) if phase.name == name else None
            if w is not None:
                TOLD[name](w)
            phase.run(simulation.table)
            if w is not None and differences(w, simulation.world):
                return
        simulation.end_week()
    pytest.fail(f"nobody would notice if {what}")
