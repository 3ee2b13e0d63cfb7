"""The second reading of service: cases, the circle of help, the register, staff and levels; wrong laws are refused."""

import math
from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from sim.engine.jit import plain
from sim.rules import answering, dispatching, keeping, needing, registering, serving
from sim.state import circle

CHANCE = np.random.default_rng(19)
EVENLY = (np.arange(20_000) + 0.5) / 20_000
"""Draws spread evenly: what holds of chance holds of them to 1 in 20,000."""


def some(low: float, high: float, n: int = 6) -> list[float]:
    return [float(x) for x in CHANCE.uniform(low, high, n)]


def lengths(law: Callable[[float, float], int], mean: float) -> np.ndarray:
    return np.array([law(mean, float(u)) for u in EVENLY])


def still_there(weeks: np.ndarray, mean: float) -> float:
    """How far the share of cases that last so many weeks lies from a chance of 1 / mean to end, week after week."""
    left, furthest = 1.0, 0.0
    for week in range(1, 80):
        furthest = max(furthest, abs(float(np.mean(weeks >= week)) - left))
        left *= 1.0 - 1.0 / mean
    return furthest


@pytest.mark.parametrize("mean", [1.5, 4.0, 23.0])
def test_a_case_ends_each_week_with_the_same_chance(mean: float) -> None:
    weeks = lengths(needing.weeks_of_a_case, mean)
    assert weeks.min() == 1
    assert still_there(weeks, mean) < 1e-3
    assert weeks.mean() == pytest.approx(mean, rel=0.01)
    a_week_less = lengths(lambda m, u: max(plain(needing.weeks_of_a_case)(m, u) - 1, 0), mean)
    assert still_there(a_week_less, mean) > 0.01
    assert still_there(lengths(needing.weeks_of_a_case, 1.1 * mean), mean) > 0.01


def test_a_case_of_a_week_lasts_a_week_and_no_case_for_ever() -> None:
    assert {needing.weeks_of_a_case(1.0, u) for u in (1e-9, 0.5, 0.99)} == {1}
    assert needing.weeks_of_a_case(1e6, 1e-12) == needing.LONGEST


def test_as_many_have_a_case_as_where_cases_have_come_and_gone_for_long() -> None:
    for weekly, mean in zip(some(0.0005, 0.05), some(3.0, 120.0), strict=True):
        share = 0.0
        for _ in range(20_000):
            share += weekly * (1.0 - share) - share / mean
        assert needing.share_with_a_case(weekly, mean) == pytest.approx(share, rel=1e-6)
        assert weekly * mean != pytest.approx(share, rel=0.001)  # who has a case cannot come to have another


def test_who_is_in_several_situations_needs_as_much_as_the_gravest() -> None:
    kinds = SimpleNamespace(weekly=[0.01], alone=[0.03], senior=[0.02], frail=[0.05])
    of = {needing.ALONE: 0.03, needing.SENIOR: 0.02, needing.LIMITED: 0.05, needing.POOR: 0.0}
    for situation in range(needing.SITUATIONS):
        gravest = max([0.01] + [weekly for bit, weekly in of.items() if situation & bit])
        assert plain(needing.weekly_in)(0, situation, kinds) == gravest


def test_able_neighbours_help_as_if_each_came_at_a_rate_of_their_own() -> None:
    for informal, readiness in zip(some(0.05, 1.0), some(0.1, 1.0), strict=True):
        ties = some(0.3, 1.0, 4)
        nobody = math.prod(float(stats.poisson.pmf(0, informal * readiness * w)) for w in ties)
        told = circle.chance_of_informal_help(informal, readiness, sum(ties))
        assert told == pytest.approx(1.0 - nobody)
        assert min(1.0, informal * readiness * sum(ties)) != pytest.approx(told, rel=0.005)


def test_own_requests_follow_what_was_answered_within_bounds() -> None:
    for answered, rest, exponent in zip(some(0.02, 1.0, 40), some(0.3, 0.9, 40), some(0.5, 4.0, 40), strict=True):
        told = registering.own_requests(0.1, answered, rest, exponent, 0.2, 3.0)
        rise = exponent * (math.log(answered) - math.log(rest))
        bounded = min(max(rise, math.log(0.2)), math.log(3.0))
        assert math.log(told / 0.1) == pytest.approx(bounded, abs=1e-9)
    assert registering.own_requests(0.1, 0.0, 0.6, 1.0, 0.2, 3.0) == pytest.approx(0.02)  # never nothing
    assert registering.own_requests(0.1, 0.0, 0.6, 0.0, 0.2, 3.0) == 0.1
    assert registering.own_requests(0.9, 1.0, 0.5, 1.0, 0.2, 3.0) == 1.0


def test_orders_go_up_by_shares_of_their_promise_and_urgent_ones_at_once() -> None:
    by_promise = SimpleNamespace(escalation=dispatching.BY_PROMISE, escalate_share=0.5, escalate_after=2.0)
    by_weeks = SimpleNamespace(escalation=0.0, escalate_share=0.5, escalate_after=2.0)
    levels = plain(dispatching.levels_waited)
    differs = False
    for promise in (0.0, 1.0, 2.0, 4.0, 8.0):
        for waited in range(20):
            halves = sum(0.5 * max(promise, 1.0) * step <= waited for step in range(1, 60))
            assert levels(waited, 1, promise, by_promise) == halves
            assert levels(waited, 0, promise, by_promise) == 2
            assert levels(waited, 0, promise, by_weeks) == sum(2 * step <= waited for step in range(1, 30))
            differs |= halves != waited // 2
    assert differs


def test_staff_dispatch_as_many_orders_as_their_time_holds() -> None:
    for staff, hours, part, minutes in ((2, 37, Fraction(3, 20), 20), (5, 40, Fraction(1, 4), 3), (1, 1, 1, 60)):
        seconds = staff * hours * part * 3600
        assert dispatching.orders_of_staff(staff, hours, float(part), minutes) == pytest.approx(
            float(Fraction(seconds) / (60 * minutes))
        )


def test_whoever_keeps_enough_cases_has_no_hours_for_another() -> None:
    two = SimpleNamespace(cases_each=2.0)
    free = [answering.hours_for_cases(1.5, cases, two) for cases in range(4)]
    assert free == [1.5, 1.5, 0.0, 0.0]
    assert answering.hours_for_cases(-0.25, 0, two) == 0.0


def test_a_visit_takes_whole_seconds_and_elders_alone_come_first() -> None:
    for minutes in (0.01, 0.5, 29.999, 30.0):
        door = plain(registering.seconds_of_a_door)(SimpleNamespace(door_minutes=minutes))
        assert door == math.floor(60 * minutes + 0.5) > 0
    residents = SimpleNamespace(groups=[0b00001, 0b11110])
    turns = [[plain(registering.turn_at_doors)(i, u, residents) for u in (1e-9, 0.999)] for i in (0, 1)]
    assert max(turns[0]) < min(turns[1])


def test_organizations_give_more_where_they_are_more_capable() -> None:
    grids = SimpleNamespace(people=np.array([1200, 800]))
    p = SimpleNamespace(organization_hours_per_1000=1.7)
    levers = SimpleNamespace(organization_hours=[3.0], capability=[0.25])
    assert plain(keeping.hours_of_organizations)(grids, levers, p) == pytest.approx((3.4 + 3.0) * 1.25)


def test_ease_is_the_success_of_whoever_just_fits() -> None:
    """Nine in ten at log odds of log(9), whatever the steepness."""
    for steepness in some(0.5, 6.0):
        q = serving.quality_of_service(math.log(9.0), steepness, 0.4, 0.4, 0.0, 0.0)
        assert q == pytest.approx(0.9)
        assert serving.quality_of_service(0.0, steepness, 0.4, 0.4, 0.0, 0.0) == pytest.approx(0.5)
