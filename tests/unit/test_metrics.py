"""Metrics: known answers on hand-made tallies and tiny worlds, and every metric complete and finite."""

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from small import lived, place

from sim import METRICS
from sim.metrics.metric import a_year, metric, over_a_year, ratio
from sim.metrics.network import slow_values
from sim.metrics.spread import blau, gini
from sim.rules.remembering import share_given
from sim.state.residents import CHILD
from sim.state.tallies import TALLIES

ADULTS = {"population__household_types": {"adult": [1, 0, 0, 1, 1, False]}, "population__dwelling_sizes": [1]}


def told(weeks: int = 1, **said: Any) -> SimpleNamespace:
    """Tallies of so many equal weeks: zero but for what is said."""
    rows = {name: np.zeros((weeks, length)) for name, (length, _, _) in TALLIES.items()}
    for name, values in said.items():
        rows[name][:, : len(values)] = values
    return SimpleNamespace(**rows)


def of(name: str, tallies: SimpleNamespace, **known: float) -> float:
    """The metric of the last week."""
    series = {k: np.full(tallies.stand_tiers.shape[0], v) for k, v in known.items()}
    return float(METRICS[name].of(tallies, series)[-1])


PEOPLE = {"stand_tiers": [60, 20, 15, 5], "stand_groups": [120, 10, 20, 30, 8, 40], "stand_children": [20]}
KNOWN: list[tuple[str, dict[str, Any], float]] = [
    ("participation", {}, 0.4),
    ("tier_0", {}, 0.6),
    ("tier_1", {}, 0.2),
    ("tier_2", {}, 0.15),
    ("tier_3", {}, 0.05),
    ("mix_1", {}, 0.5),
    ("mix_2", {}, 0.375),
    ("mix_3", {}, 0.125),
    ("registered", {"stand_registered": [50]}, 0.5),
    ("active", {"stand_active": [30, 25]}, 0.3),
    ("active_of_registered", {"stand_active": [30, 25], "stand_registered": [50]}, 0.5),
    ("unmet_severe", {"count_severe": [3, 1, 1, 1, 1, 1, 2]}, 100 * 3 * 52 / 120),
    ("severe_elders_alone", {"count_severe": [3, 1, 2, 1.5, 0.5, 1, 2]}, 100 * 1 * 52 / 10),
    ("severe_senior_elders", {"count_severe": [3, 1, 2, 1.5, 0.5, 1, 2]}, 100 * 2 * 52 / 20),
    ("severe_children", {"count_severe": [3, 1, 2, 1.5, 0.5, 1, 2]}, 100 * 1.5 * 52 / 30),
    ("severe_low_income", {"count_severe": [3, 1, 2, 1.5, 0.5, 1, 2]}, 100 * 0.5 * 52 / 8),
    ("severe_migrants", {"count_severe": [3, 1, 2, 1.5, 0.5, 1, 2]}, 100 * 1 * 52 / 40),
    ("hidden_share", {"count_severe": [3, 1, 2, 1.5, 0.5, 1, 2]}, 2 / 3),
    ("given_by_public_services", {"count_services": [4, 1, 8, 2, 3, 1, 1]}, 1 / 20),
    ("given_by_household", {"count_services": [4, 1, 8, 2, 3, 1, 1]}, 8 / 20),
    ("given_by_neighbours", {"count_services": [4, 1, 8, 2, 3, 1, 1]}, 2 / 20),
    ("given_by_volunteers", {"count_services": [4, 1, 8, 2, 3, 1, 1]}, 3 / 20),
    ("given_by_organizations", {"count_services": [4, 1, 8, 2, 3, 1, 1]}, 1 / 20),
    ("services_missed", {"count_services": [4, 1, 8, 2, 3, 1, 1]}, 5 / 20),
    ("desk_load", {"count_staff": [36000, 9000, 1800]}, 0.25),
    ("elders_alone_known", {"stand_register": [50, 7]}, 0.7),
    ("climbs", {"count_climbs": [1, 0, 1]}, 1040.0),
    ("lapses", {"count_lapses": [0, 2, 1]}, 1560.0),
    ("annual_lapse", {"count_lapses": [4, 9, 9]}, 1 - 0.9**52),
    ("retention_1", {"count_lapses": [1, 0, 0]}, 0.95**52),
    ("retention_2", {"count_lapses": [0, 3, 0]}, 0.8**52),
    ("retention_3", {"count_lapses": [0, 0, 1]}, 0.8**52),
    ("hours", {"count_hours": [0, 10, 12, 2]}, 100 * 24 * 52 / 120),
    ("assigned_hours", {"count_hours": [0, 10, 12, 2], "count_admin": [9, 6]}, 0.25),
    ("idle_hours", {"count_hours": [0, 10, 12, 2], "count_admin": [9, 6], "count_hours_offered": [42]}, 0.5),
    ("asked", {"count_asked": [6]}, 0.1),
    ("odds_when_asked", {"count_asked": [20], "count_asked_joins": [4, 10]}, (10 / 10) / (4 / 36)),
    ("posts_filled", {"count_posts": [12, 9]}, 0.75),
    ("recruited_by_asking", {"count_asked_joins": [1, 3]}, 0.75),
    ("recruited_by_campaigns", {"count_routes": [0, 2, 5, 3]}, 0.3),
    ("newcomers_relative", {"stand_newcomers": [20, 4], "stand_longer": [80, 32]}, 0.5),
    ("participation_stayers", {"stand_stayers": [50, 10, 20, 30, 5]}, 0.2),
    ("teams", {"count_teams": [6, 1, 0, 30]}, 50.0),
    ("mean_skill", {"stand_feelings": [40, 30, 20, 10, 8, 32]}, 0.3),
    ("turnover", {"count_movers": [1, 3, 1]}, 100 * 3 * 52 / 120),
    ("unmet_needs", {"count_unmet": [12, 3, 4, 1, 2, 5, 6]}, 520.0),
    ("unmet_known", {"count_unmet": [12, 3, 4, 1, 2, 5, 6]}, 260.0),
    ("unmet_elders_alone", {"count_unmet": [12, 3, 4, 1, 2, 5, 6]}, 1560.0),
    ("unmet_senior_elders", {"count_unmet": [12, 3, 4, 1, 2, 5, 6]}, 1040.0),
    ("unmet_children", {"count_unmet": [12, 3, 4, 3, 2, 5, 6]}, 520.0),
    ("unmet_low_income", {"count_unmet": [12, 3, 4, 1, 2, 5, 6]}, 1300.0),
    ("unmet_migrants", {"count_unmet": [12, 3, 4, 1, 2, 5, 6]}, 650.0),
    ("vulnerable_gap", {"known": {"unmet_elders_alone": 90.0, "unmet_needs": 50.0}}, 40.0),
    ("unmet_share", {"count_expired": [2, 3], "count_declined": [1], "count_done": [12], "count_covered": [6]}, 0.25),
    ("met_by_volunteers", {"count_done": [6], "count_needs": [24]}, 0.25),
    ("met_by_public_services", {"count_covered": [6], "count_needs": [24]}, 0.25),
    ("discovered", {"count_placed": [9], "count_needs": [24], "count_covered": [6]}, 0.5),
    ("waiting_median", {"count_waits": [4, 1, 5]}, 1.0),
    ("waiting_90", {"count_waits": [4, 1, 5]}, 2.0),
    ("waiting_90", {"count_waits": [4, 1, 5], "count_expired": [10, 7]}, 52.0),
    ("backlog", {"count_open": [6, 9]}, 5.0),
    ("expired", {"count_expired": [3, 9]}, 130.0),
    ("mismatch", {"count_expired": [4, 9], "count_mismatch": [1]}, 0.25),
    ("accepted", {"count_dispatched": [8], "count_accepted": [6]}, 0.75),
    ("quality", {"count_done": [8], "count_quality": [6]}, 0.75),
    ("rating", {"count_done": [8], "count_rating": [7]}, 0.875),
    ("issues_solved", {"count_issues": [4, 3, 2, 1, 9]}, 0.5),
    ("issues_open", {"count_issues": [4, 3, 2, 1, 9]}, 75.0),
    ("workers_served", {"count_visits": [20, 15]}, 0.75),
    ("cost", {"stand_cost": [60]}, 2600.0),
    ("elders_alone_served", {"count_done": [9, 1], "count_needs": [24, 4]}, 0.25),
    ("served_across_grids", {"count_served_by": [50, 20, 20, 10]}, 0.3),
    ("served_across_origins", {"count_served_by": [50, 15, 25, 10]}, 0.35),
    ("wellbeing_senior_elders", {"stand_wellbeing": [60, 4, 8, 9, 2, 10, 30]}, 0.4),
    ("wellbeing_children", {"stand_wellbeing": [60, 4, 8, 9, 2, 10, 30]}, 0.3),
    ("collective_wellbeing", {"known": {"wellbeing": 0.5, "identity": 0.3, "facilities": 0.7}}, 0.5),
    ("credit_delay", {"stand_bank": [7200, 30, 0.6, 0.7], "count_bank": [120, 300, 0, 0, 0]}, 24.0),
    ("wellbeing", {"stand_wellbeing": [60, 4, 8, 9, 2, 10, 30]}, 0.5),
    ("wellbeing_elders_alone", {"stand_wellbeing": [60, 4, 8, 9, 2, 10, 30]}, 0.4),
    ("wellbeing_low_income", {"stand_wellbeing": [60, 4, 8, 9, 2, 10, 30]}, 0.25),
    ("wellbeing_migrants", {"stand_wellbeing": [60, 4, 8, 9, 2, 10, 30]}, 0.25),
    ("wellbeing_low", {"stand_wellbeing": [60, 4, 8, 9, 2, 10, 30]}, 0.25),
    ("wellbeing_stayers", {"stand_stayers": [50, 10, 20, 30, 5]}, 0.6),
    ("identity", {"stand_feelings": [40, 30, 20, 10, 8, 32]}, 0.4),
    ("identity_stayers", {"stand_stayers": [50, 10, 20, 30, 5]}, 0.4),
    ("efficacy", {"stand_feelings": [40, 30, 20, 10, 8, 32]}, 0.2),
    ("fatigue", {"stand_feelings": [40, 30, 20, 10, 8, 32]}, 0.2),
    ("satisfaction", {"stand_feelings": [40, 30, 20, 10, 8, 32]}, 0.8),
    ("assigned_satisfaction_gap", {"stand_memory": [10, 5, 21]}, -0.2),
    ("atmosphere", {"stand_places": [30, 90]}, 0.25),
    ("facilities", {"stand_places": [30, 90]}, 0.75),
    ("credits_outstanding", {"stand_bank": [7200, 30, 0.6, 0.7]}, 100.0),
    ("credits_redeemed", {"count_bank": [120, 30, 0, 0, 0]}, 0.25),
    ("credit_holders", {"stand_bank": [7200, 30, 0.6, 0.7]}, 0.25),
    ("bank_trust", {"stand_bank": [7200, 30, 0.6, 0.7]}, 0.6),
    ("vertical_subjective", {"stand_bank": [7200, 30, 0.6, 0.7]}, 0.7),
    ("part_strong_ties", {"known": {"strong_ties": 2.0}}, 0.5),
    ("part_bridging", {"known": {"bridging_grid": 0.3, "bridging_origin": 0.6, "bridging_age": 1.8}}, 1.9 / 3),
    ("collective_efficacy", {"count_issues": [4, 3, 2, 1, 9], "known": {"efficacy": 0.25}}, 0.5),
    ("collective_efficacy", {"known": {"efficacy": 0.25}}, 0.375),
    ("needs_arisen", {"count_needs": [12]}, 520.0),
    ("orders_known", {"count_placed": [6]}, 260.0),
    ("orders_dispatched", {"count_dispatched": [6]}, 260.0),
    ("orders_accepted", {"count_accepted": [3]}, 130.0),
    ("orders_done", {"count_done": [3, 1]}, 130.0),
    ("credits_earned", {"count_bank": [720, 360, 180, 60, 0]}, 520.0),
    ("credits_spent", {"count_bank": [720, 360, 180, 60, 0]}, 260.0),
    ("credits_expired", {"count_bank": [720, 360, 180, 60, 0]}, 130.0),
    ("credits_lost", {"count_bank": [720, 360, 180, 60, 0]}, 130.0 / 3),
    ("births", {"count_lives": [2, 1, 1, 1, 0, 0, 0, 0], "stand_groups": [104]}, 1000.0),
    ("deaths", {"count_lives": [2, 1, 1, 1, 0, 0, 0, 0], "stand_groups": [104]}, 500.0),
    ("share_60", {"stand_ages": [30, 6, 48]}, 0.25),
    ("elders_alone", {"stand_ages": [30, 6, 48]}, 0.2),
    ("household_size", {"stand_ages": [30, 6, 48]}, 2.5),
    (
        "cohesion",
        {
            "known": {
                "strong_component": 0.7,
                "part_strong_ties": 0.5,
                "part_bridging": 0.6,
                "isolates": 0.1,
                "identity": 0.4,
                "atmosphere": 0.2,
                "collective_efficacy": 0.2,
            }
        },
        0.5,
    ),
    ("horizontal_subjective", {"known": {"identity": 0.3}}, 0.3),
    ("horizontal_objective", {"known": {"participation": 0.2, "part_bridging": 0.6}}, 0.4),
    ("vertical_objective", {"known": {"mix_3": 0.125}}, 0.125),
]


@pytest.mark.parametrize(("name", "said", "expected"), KNOWN, ids=[k[0] for k in KNOWN])
def test_known_answers(name: str, said: dict[str, Any], expected: float) -> None:
    tallies = {key: values for key, values in said.items() if key != "known"}
    for weeks in (1, 52, 80):
        assert of(name, told(weeks, **(PEOPLE | tallies)), **said.get("known", {})) == pytest.approx(expected)


def test_every_weekly_metric_has_a_known_answer() -> None:
    weekly = {name for name, one in METRICS.items() if not one.slow}
    assert weekly - {name for name, _, _ in KNOWN} == set()


@pytest.mark.parametrize("one", METRICS.values(), ids=list(METRICS))
def test_every_metric_says_what_it_is(one: Any) -> None:
    assert one.label
    assert re.search(r"[\u4e00-\u9fff]", one.label_zh)
    assert one.unit
    assert one.sentence.endswith(".")
    assert one.better in (-1, 0, 1)


def test_three_metrics_are_headlines_and_stand_beside_their_parts() -> None:
    assert {name for name, one in METRICS.items() if one.headline} == {"cohesion", "unmet_needs", "participation"}
    order = list(METRICS)
    for part in ("strong_component", "part_strong_ties", "part_bridging", "isolates", "identity", "atmosphere"):
        assert order.index(part) < order.index("cohesion")


def test_two_metrics_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="participation"):

        @metric("Twice", "两次", "share")
        def participation(t: Any, known: Any) -> Any:
            """Twice."""


def test_a_year_is_a_moving_sum_and_the_start_of_a_run_is_scaled_up() -> None:
    assert over_a_year(np.ones(60))[[0, 50, 51, 52, 59]].tolist() == [1, 51, 52, 52, 52]
    assert a_year(np.ones(60)) == pytest.approx(52.0)
    assert ratio(np.array([1.0, 1.0]), np.array([2.0, 0.0])).tolist() == [0.5, 0.0]


def test_gini_and_blau() -> None:
    assert gini(np.array([0.0, 0.0, 0.0, 1.0])) == pytest.approx(0.75)
    assert gini(np.arange(1.0, 11.0)) == pytest.approx(9 / 30)
    assert gini(np.full(5, 2.0)) == pytest.approx(0.0)
    assert gini(np.zeros(0)) == 0.0
    assert blau(np.array([5, 5])) == pytest.approx(0.5)
    assert blau(np.full(10, 3)) == pytest.approx(0.9)
    assert blau(np.array([7, 2, 1])) == pytest.approx(0.46)
    assert blau(np.zeros(2)) == 0.0


def test_slow_metrics_of_six_adults_tied_by_hand() -> None:
    """Two triangles in two grids, joined by one edge; one triangle strong."""
    simulation = lived(0, place(6, 2, "first_version", network__kind="ring", network__degree=0, **ADULTS))
    world = simulation.world
    assert np.diff(world.grid_first).tolist() == [3, 3]
    first = np.arange(7) * (world.tie_other.size // 6)
    world.columns["tie_first"] = first.astype(np.int32)
    strong, weak = ((0, 1, 0.5), (0, 2, 0.6), (1, 2, 0.7)), ((3, 4, 0.1), (3, 5, 0.1), (4, 5, 0.1), (2, 3, 0.4))
    for one, other, strength in strong + weak:
        for a, b in ((one, other), (other, one)):
            slot = first[a] + world.degree[a]
            world.tie_other[slot], world.tie_strength[slot] = b, strength
            world.degree[a] += 1
    world.origin[:] = [0, 0, 0, 1, 1, 1]
    world.tenure[:] = 100
    world.tier[:] = [1, 1, 1, 0, 0, 0]
    world.hours_past_year[:] = [0, 10, 20, 30, 40, 100]
    world.needs_past_year[:] = [0, 2, 4, 1, 2, 2]
    world.met_past_year[:] = [1, 1, 4, 3, 0, 2]
    world.groups[:] = [1, 1, 0, 0, 1, 0]
    values = slow_values(world)
    total = 0.5 + 0.6 + 0.7 + 0.3 + 0.4
    assert values["strong_component"] == pytest.approx(3 / 6)
    assert values["strong_ties"] == pytest.approx(1.0)
    assert values["ties_per_resident"] == pytest.approx(14 / 6)
    assert values["tie_strength"] == pytest.approx(total / 7)
    assert values["bridging_grid"] == pytest.approx((0.4 / total) / 0.5)
    assert values["bridging_origin"] == pytest.approx((0.4 / total) / 0.5)
    assert values["ei_index"] == pytest.approx(-5 / 7)
    assert values["isolates"] == values["isolates_newcomers"] == 0.0
    assert values["hours_median"] == 30.0
    assert values["hours_mean"] == 40.0
    assert values["hours_top_tenth"] == pytest.approx(0.5)
    assert values["hours_gini"] == pytest.approx(gini(np.array([10.0, 20.0, 30.0, 40.0, 100.0])))
    assert values["coverage"] == pytest.approx(4 / 5)
    assert values["coverage_elders_alone"] == pytest.approx(1 / 2)
    assert values["service_gini"] == pytest.approx(gini(np.array([0.5, 1.0, 1.0, 0.0, 1.0])))
    assert values["between_grids"] == pytest.approx(1.0)
    assert set(values) == {name for name, one in METRICS.items() if one.slow}


def test_isolates_are_those_of_12_and_over_without_a_tie_outside() -> None:
    world = lived(0, place(5, 1, "first_version", network__kind="ring", network__degree=0, **ADULTS)).world
    world.age[0], world.groups[1], world.tenure[:], world.tenure[2] = CHILD, 1, 100, 3
    values = slow_values(world)
    assert values["isolates"] == values["isolates_elders_alone"] == values["isolates_newcomers"] == 1.0
    assert values["strong_component"] == pytest.approx(1 / 5)


def test_every_metric_of_the_baseline_is_finite_and_within_its_unit() -> None:
    weekly = lived(60, place(600, 4)).weekly()
    assert set(weekly) == {"week", *METRICS}
    for name, one in METRICS.items():
        assert weekly[name].shape == (60,), name
        assert weekly[name].dtype == np.float64, name
        if name not in ("assigned_satisfaction_gap", "credit_delay"):  # unknown where there is nobody, or no redemption
            assert np.isfinite(weekly[name]).all(), name
        if one.unit.startswith("share"):
            inside = weekly[name][np.isfinite(weekly[name])]
            assert ((inside >= -1e-9) & (inside <= 1 + 1e-9)).all(), name
    assert np.allclose(weekly["tier_0"] + weekly["participation"], 1.0)
    assert np.allclose(weekly["mix_1"] + weekly["mix_2"] + weekly["mix_3"], 1.0)


def test_a_run_of_no_weeks_has_empty_metrics() -> None:
    assert all(column.size == 0 for column in lived(0, place(20, 1)).weekly().values())


def test_running_in_two_pieces_is_running_once() -> None:
    one, two = lived(40, place(200, 2)), lived(17, place(200, 2)).run_for(23)
    for name, column in one.weekly().items():
        np.testing.assert_array_equal(column, two.weekly()[name], err_msg=name)


@pytest.mark.parametrize("saved", [1, 4, 12])
def test_a_saved_hour_is_free_once(saved: float) -> None:
    """Hours that a week makes free are counted in that week, however many of them wait for the next."""
    config = place(120, 2, remembering__weeks_saved=saved)
    rules, ready = config.remembering, lived(1, config)
    for _ in range(30):
        world = ready.world
        of_tier = np.array([0.0, rules.hours_task, rules.hours_interest, 1.0])[np.maximum(world.tier, 0)]
        given = [
            share_given(t, s, rules.satisfaction_at_rest, rules.satisfaction) if t else 0.0
            for t, s in zip(of_tier, world.satisfaction, strict=True)
        ]
        free = float(np.sum(world.hours_limit * np.array(given)))
        ready.run_for(1)
        assert ready.tallies()["count_hours_offered"][-1, 0] == pytest.approx(free, rel=1e-5)
