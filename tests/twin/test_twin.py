"""The fast week equals the plain twin, decision by decision, week after week, whatever is switched on."""

from typing import Any, ClassVar

import numpy as np
import pytest
from plain_twin import Twin
from service_on import MANY_CASES, SERVICE_ON
from twin_agents import Tie, part, tied
from twin_chance import block, key_of, mixed, uniform
from twin_compare import first_difference

from sim import POLICIES, load_config
from sim.config.schema import Config
from sim.mathematics import chance as fast_chance
from sim.policies.policy import Policy
from sim.state.levers import LEVERS
from sim.world import World

WEEKS = 56
SMALL = {"population.residents": 300, "population.grids": 4}
BUSY = {
    "population.initial_tiers": [0.2, 0.12, 0.08],
    "teaming.forming": 0.3,
    "teaming.joining": 0.4,
    "bonding.meeting": 0.1,
    "bonding.ending": 0.003,
    "bonding.weakest": 0.006,
    "bonding.fading": 0.1,
    "network.made_ties": 3,
    "deciding.registers_only": 0.005,
    "placing.critical_mass": 1,
    "placing.issues_per_1000": 3,
    "moving.annual_rate": 0.3,
}
"""Enough going on in a small place: many volunteers, teams that form and dissolve, ties that end and are forgotten."""

AT_REST: dict[str, Any] = {
    "network.kind": "at_rest",
    "network.made_ties": 60,
    "population.sociability_shape": 1.2,
    "bonding.partner": "sociable",
    "bonding.meeting": 0.05,
    "bonding.abroad": 0.25,
}

LIVES = {
    "life.course": "on",
    "life.first_birth": 0.5,
    "life.second_birth": 0.4,
    "life.partner": 0.5,
    "life.leaves_home": 0.6,
    "life.widowed": 0.5,
    "life.to_family": 0.6,
    "life.limited_18": 0.004,
    "life.recovers": 0.05,
    "life.die_40": 0.1,
    "life.die_70": 0.2,
    "life.die_80": 0.5,
}
"""So much that everything happens in a small place within a year."""

SWITCHED: dict[str, dict[str, Any]] = {
    "as in the baseline": {},
    "a busy place": BUSY,
    "threshold law, shares": {"deciding.law": "threshold", "population.threshold_middle": 0.15},
    "threshold law, numbers": BUSY
    | {"deciding.law": "threshold", "deciding.threshold_of": "count", "population.threshold_middle": 2},
    "pooled dispatch, few staff": BUSY | {"dispatching.scope": "pooled", "dispatching.staff_per_1000": 20},
    "local dispatch, passed up": BUSY | {"dispatching.scope": "local", "dispatching.escalate_after": 1},
    "a time bank": BUSY | {"banking.earning": 1, "banking.giving": 0.02, "banking.expiry": 0.01},
    "barter and general calls": BUSY
    | {
        "dispatching.reciprocal": "yes",
        "dispatching.most_rounds": 2,
        "dispatching.broadcast": 0.2,
        "dispatching.away_chance": 0.2,
    },
    "tasks from above": BUSY | {"assigning.hours_per_1000": 300},
    "rooted households": BUSY | {"moving.rooted": 0.8, "moving.owners": 0.5, "moving.migrants": 2},
    "well mixed": BUSY | {"network.kind": "well_mixed"},
    "ties at rest": BUSY | AT_REST,
    "ties at rest that end, all alike": BUSY | AT_REST | {"population.sociability_shape": 0, "bonding.ending": 0.003},
    "moves by age, newcomers' habits, a register with an end, contact across origins": BUSY
    | {
        "moving.by": "age",
        "moving.young": 3,
        "moving.alone": 4,
        "moving.habit_share": 0.4,
        "deciding.unregisters": 0.02,
        "deciding.across": 3.0,
        "starting.registered": 0.6,
    },
    "lives that go on": BUSY | LIVES,
    "lives that go on, ties at rest, a time bank, moves by age": BUSY
    | AT_REST
    | LIVES
    | {"moving.by": "age", "moving.annual_rate": 0.11, "banking.earning": 1, "deciding.across": 2.0},
    "gates, meeting in the community": BUSY
    | {"deciding.gate_2": 1, "deciding.gate_3": 1, "bonding.meets_in": "community", "remembering.mood_every": 3},
}

SERVED: dict[str, dict[str, Any]] = {
    "about as a real station": SERVICE_ON,
    "many cases, teams and substitutes": BUSY | MANY_CASES,
    "cases and a time bank": BUSY
    | MANY_CASES
    | {"banking.earning": 1, "banking.redemption": "yes", "banking.giving": 0.02, "dispatching.scope": "pooled"},
    "cases in their own grid, reviewed": BUSY
    | MANY_CASES
    | {"dispatching.scope": "local", "kinds.home_care.lowest_skill": 0.7, "dispatching.escalate_share": 1},
    "cases of people who come and go": BUSY | MANY_CASES | {"moving.annual_rate": 0.9},
    "cases of lives that go on": BUSY | MANY_CASES | LIVES,
    "the station, with lives that go on": SERVICE_ON | AT_REST | LIVES | {"moving.by": "age"},
    "episodes that are declined, cases that wait": BUSY
    | MANY_CASES
    | {"dispatching.most_rounds": 3, "dispatching.staff_per_1000": 1, "dispatching.sub_district_serves": 0.5},
}
"""With needs that last, and all that goes with them."""


TAKING_PART: dict[str, Any] = BUSY | {
    "asking.substantive": 3,
    "deciding.asked_by_campaign": 0.2,
    "assigning.hours_per_1000": 200,
    "assigning.assigned_counts": 0.3,
    "teaming.posts_per_1000": 30,
    "teaming.school_weeks": 30,
    "banking.earning": 1,
    "banking.giving": 0.02,
    "banking.redeem_age": 18,
    "banking.own_hours_first": 4,
    "banking.apply_by_trust": 0.7,
    "dispatching.scope": "local",
    "dispatching.escalate_after": 1,
    "dispatching.escalation_minutes": 7.5,
}
"""A third tier that recruits, messages, assigned hours that count less, posts, rules of redemption, time to pass orders up."""


class EveryLever(Policy):
    """For the test only: pushes every lever by a keyed amount."""

    name = "every_lever"
    title, title_zh = "Every lever", "全部"
    amount: ClassVar[dict[str, float]] = {
        "scope": 1.0,
        "hierarchy": 2.0,
        "admin_load": 20.0,
        "capacity": -5.0,
        "response_target": 3.0,
        "kitchen_pairs": 20.0,
        "elder_pairs": 20.0,
        "teen_pairs": 20.0,
        "grid_capacity": 3.0,
        "offers": -3.0,
        "grid_offers": 4.0,
        "facility_work": 5.0,
        "institution_hours": 5.0,
    }
    """The largest push of each lever; 0.1 unless named here."""

    def push(self, world: World, strength: float) -> float:
        for name in LEVERS:
            lever = getattr(world, name)
            rows = np.arange(lever.size, dtype=np.uint64)
            pushed = fast_chance.uniforms(self.key(world, name), rows) * self.amount.get(name, 0.1)
            lever[:] = pushed if name not in ("scope", "hierarchy") else np.floor(3.0 * pushed / self.amount[name])
        return 1.5

    def sentence(self) -> str:
        return "Every lever is pushed."

    def sentence_zh(self) -> str:
        return "全部"


def place(**switched: Any) -> Config:
    """A small place where everything of the second version is off but what is switched on."""
    return load_config("first_version", set=SMALL | switched)


def named_place(name: str) -> Config:
    return place(**SWITCHED[name]) if SWITCHED[name] else load_config("baseline", set=SMALL)


def four_policies() -> list[Policy]:
    """All four at doses that matter in a small place; some begin, pause or end on the way."""
    return [
        POLICIES["training"](start=2, seats=30.5, gain=0.05, whom="new"),
        POLICIES["vanguard"](start=3, stop=45, size=20, seeding="most_tied"),
        POLICIES["recognition"](start=1, kind="awards", every=3, active=2),
        POLICIES["population_mobility"](start=5, ramp=10, turnover=0.2, migrants=0.3),
    ]


@pytest.mark.parametrize("name", SWITCHED)
def test_the_fast_week_is_the_plain_week_under_four_policies(name: str) -> None:
    assert first_difference(named_place(name), four_policies(), seed=7, weeks=WEEKS) == ""


@pytest.mark.parametrize("name", ["as in the baseline", "a busy place"])
def test_the_fast_week_is_the_plain_week_without_policies(name: str) -> None:
    assert first_difference(named_place(name), (), seed=8, weeks=WEEKS) == ""


@pytest.mark.parametrize("name", SERVED)
def test_the_fast_week_is_the_plain_week_with_needs_that_last(name: str) -> None:
    """Standing pairs take on cases, organizations have hours, and orders go up all levels."""
    policies = [
        POLICIES["service_framework"](start=2),
        POLICIES["mobile_kitchen"](start=3),
        POLICIES["mutual_aid"](start=4, stop=20),
        POLICIES["order_platform"](start=5),
        POLICIES["population_mobility"](start=8, turnover=0.2, migrants=0.3),
    ]
    assert first_difference(place(**SERVED[name]), policies, seed=13, weeks=30) == ""


def test_the_fast_week_is_the_plain_week_with_cases_and_every_lever_pushed() -> None:
    switched = BUSY | MANY_CASES | {"banking.earning": 1}
    assert first_difference(place(**switched), [EveryLever(start=2, stop=25)], seed=9, weeks=32) == ""


@pytest.mark.parametrize("network", ["neighbourhood", "well_mixed"])
def test_the_fast_week_is_the_plain_week_with_all_of_taking_part(network: str) -> None:
    policies = [
        POLICIES["recruitment_drive"](start=1, asks=200),
        POLICIES["vanguard"](start=2, stop=50, people="real", size=40, seeding="most_tied"),
        POLICIES["close_neighbours"](vanguard=POLICIES["vanguard"](people="real", size=30)),
        POLICIES["participatory_design"](start=3, floor=0.5),
        POLICIES["service_framework"](start=4, minutes=5),
        POLICIES["time_bank"](start=10, redeem_age=60, own_hours_first=8, apply_by_trust=0.2),
    ]
    config = place(**TAKING_PART | {"network.kind": network})
    assert first_difference(config, policies, seed=12, weeks=WEEKS) == ""


def test_the_fast_week_is_the_plain_week_with_every_lever_pushed() -> None:
    switched = BUSY | {"banking.earning": 1, "dispatching.escalate_after": 1}
    assert first_difference(place(**switched), [EveryLever(start=2, stop=50)], seed=9, weeks=WEEKS) == ""


@pytest.mark.parametrize("name", ["as in the baseline", "a busy place"])
def test_the_fast_week_is_the_plain_week_under_every_policy(name: str) -> None:
    each = [policy(start=k, stop=60 - k) for k, policy in enumerate(POLICIES.values()) if policy is not EveryLever]
    assert first_difference(named_place(name), each, seed=11, weeks=64) == ""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 20))
def test_the_two_weeks_are_the_same_whatever_the_luck(seed: int) -> None:
    assert first_difference(place(**BUSY), four_policies(), seed=seed, weeks=156) == ""


def test_a_difference_is_found_and_named() -> None:
    """The comparison can fail: a twin whose residents never tire is found out, by week, phase and fact."""
    whole = Twin.feelings_change

    def tireless(self: Twin) -> None:
        whole(self)
        for r in self.residents:
            r.fatigue = 0.0

    try:
        Twin.feelings_change = tireless  # type: ignore[method-assign]
        said = first_difference(place(**BUSY), weeks=12)
    finally:
        Twin.feelings_change = whole  # type: ignore[method-assign]
    assert "feelings_change: fatigue of row" in said


def test_chance_is_written_twice_and_is_the_same() -> None:
    for seed in (0, 7, 2**64 - 1):
        key = fast_chance.key_of(np.uint64(seed), fast_chance.stream("deciding.life"), 51)
        assert key_of(seed, "deciding.life", 51) == int(key)
        for person, other in ((0, 0), (3, 9), (2**63 + 5, 2**64 - 1)):
            words = fast_chance.block(np.uint64(key), np.uint64(person), np.uint64(other))
            assert block(int(key), person, other) == words
            assert uniform(int(key), person) == fast_chance.uniform(np.uint64(key), np.uint64(person))
            assert mixed(person) == int(fast_chance.mixed(np.uint64(person)))


def test_ties_of_the_twin_keep_the_places_of_the_slots() -> None:
    a, b, c, d = Twin(place()).residents[:4]
    for r in (a, b, c, d):
        r.ties = {}
    for other in (b, c, d):
        assert tied(a, other, 0.25, 0.0, week=1, most=3)
    part(a, b)
    assert list(a.ties) == [d, c]
    a.ties[d].strength = 0.1
    assert tied(a, b, 0.2, 0.0, week=2, most=2)
    assert list(a.ties) == [c, b]
    assert isinstance(a.ties[b], Tie)
    assert a.ties[b] is b.ties[a]
