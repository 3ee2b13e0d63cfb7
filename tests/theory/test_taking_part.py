"""What mechanisms of taking part are for: each shows in a small place, and a wrong law, or the switch, undoes it."""

from typing import Any

import numpy as np
import pytest
from small import isolated, lived, place

from sim import POLICIES, Simulation
from sim.state.residents import SENIOR_ELDER, VACANT, YOUNGER_ELDER
from sim.week import WEEK

CROWDED: dict[str, Any] = {"population__initial_tiers": [0.2, 0.1, 0.1]}
LEADING: dict[str, Any] = {"population__initial_tiers": [0, 0, 0.2]}
BANK: dict[str, Any] = CROWDED | {"banking__earning": 1, "banking__price": 0.2, "moving__annual_rate": 0.3}
TEAMS: dict[str, Any] = CROWDED | {"teaming__founders": 2, "teaming__forming": 0.5, "teaming__joining": 0.5}


def asked(**changes: Any) -> Any:
    return lived(1, isolated(**changes)).world.asked > 0


def test_where_all_who_serve_are_substantive_they_ask_as_if_every_tie_asked_so_often() -> None:
    four_times = asked(**LEADING, asking__substantive=4)
    assert (four_times == asked(**LEADING, asking__along_tie=4 * 0.33)).all()
    assert (four_times != asked(**LEADING, asking__along_tie=3 * 0.33)).any(), "a wrong law would pass"
    at_lower_tiers: dict[str, Any] = {"population__initial_tiers": [0.2, 0.2, 0]}
    assert (asked(**at_lower_tiers, asking__substantive=4) == asked(**at_lower_tiers)).all()


def tiers(asked_by_campaign: float, policy: str, **doses: float) -> Any:
    config = isolated(**CROWDED, asking__along_tie=0, deciding__asked_by_campaign=asked_by_campaign)
    policies = [POLICIES[policy](**doses)] if doses else []
    return lived(20, config, policies).tallies()["count_climbs"][:, 0].sum()


def test_messages_move_nobody_where_they_weigh_nothing_and_a_vanguard_still_does() -> None:
    nobody = tiers(0.0, "recruitment_drive")
    assert tiers(0.0, "recruitment_drive", asks=3000) == nobody
    assert tiers(4.0, "recruitment_drive", asks=3000) > nobody
    assert tiers(0.0, "vanguard", size=100, contacts=20, persuasion=0) > nobody


@pytest.mark.parametrize(("counts", "sign"), [(1.0, +1), (0.0, -1)])
def test_more_tasks_from_above_build_atmosphere_only_where_assigned_hours_count(counts: float, sign: int) -> None:
    changes: dict[str, Any] = CROWDED | {"assigning__assigned_counts": counts, "assigning__most_share": 0.9}
    differences = []
    for seed in range(8):
        few, many = (
            lived(40, isolated(**changes, remembering__activity_scale=5, assigning__hours_per_1000=hours), seed=seed)
            for hours in (10, 600)
        )
        differences.append(float(many.world.atmosphere.mean() - few.world.atmosphere.mean()))
    assert min(sign * d for d in differences) > 0.0, differences


@pytest.mark.parametrize("counts", [0.0, 0.5, 1.0])
def test_where_all_service_is_assigned_it_counts_for_nobody_unless_it_counts(counts: float) -> None:
    rest: dict[str, Any] = {"feeling__influence": 0, "feeling__identity_fading": 0, "learning__forgetting": 0}
    tasks: dict[str, Any] = {"assigning__most_share": 1, "assigning__hours_per_1000": 10_000}
    world = lived(1, isolated(**CROWDED, **rest, **tasks, assigning__assigned_counts=counts)).world
    serves = world.hours > 0
    assert serves.any()
    np.testing.assert_allclose(world.hours[serves], world.hours_assigned[serves])
    grown = [(world.identity - world.identity_home)[serves], (world.skill - 0.35)[serves]]
    assert all(((x > 0) == (counts > 0)).all() for x in grown)
    assert (world.activity.sum() > 0) == (counts > 0)


def test_posts_take_hours_of_school_teams_from_projects_and_none_in_vacations() -> None:
    config: dict[str, Any] = TEAMS | {"population__residents": 600, "teaming__school_weeks": 10}
    without = lived(52, isolated(**config))
    with_posts = lived(52, isolated(**config, teaming__posts_per_1000=20, placing__repair=0))
    wanted, given = with_posts.tallies()["count_posts"].T
    assert wanted.tolist() == [12.0] * 10 + [0.0] * 42
    assert (given <= wanted + 1e-9).all()
    assert given[:10].sum() > 0
    assert given[10:].sum() == 0
    assert without.tallies()["count_posts"].sum() == 0
    assert with_posts.weekly()["posts_filled"][-1] == pytest.approx(given.sum() / wanted.sum())


def test_an_hour_at_a_post_is_an_hour_less_for_projects_and_public_issues() -> None:
    config: dict[str, Any] = TEAMS | {"teaming__public_share": 0, "population__residents": 600}
    kept = {}
    for posts in (0, 20):
        life = lived(3, isolated(**config, teaming__posts_per_1000=posts))
        at_posts = life.tallies()["count_posts"][-1, 1]
        elsewhere = life.world.project_hours.sum() + life.world.public_hours.sum()
        kept[posts] = (life.tallies()["count_hours"][-1].sum(), elsewhere + at_posts, at_posts)
    assert kept[20][2] > 0
    assert kept[20][0] == pytest.approx(kept[0][0], rel=1e-6)
    assert kept[20][1] == pytest.approx(kept[0][1], rel=1e-6)


def test_real_people_of_a_vanguard_serve_and_lead_and_give_up_the_seat_with_it() -> None:
    config, seated = isolated(600, 3, **TEAMS), {}
    for people in ("seated", "real"):
        life = Simulation(config, [POLICIES["vanguard"](people=people, size=40)], 3)
        for _ in range(40):
            life.live_one_week()
            life.begin_week()
            world = life.world
            leaders = np.flatnonzero(world.vanguard == 2)
            fit = [(world.tier[world.vanguard == 1] >= 1).all(), np.isin(leaders, world.team_leader).all()]
            seated.setdefault(people, []).append((*fit, leaders.size))
            for phase in WEEK:
                life.do(phase)
            life.end_week()
    assert all(serve and lead for serve, lead, _ in seated["real"])
    assert max(n for *_, n in seated["real"]) > 0
    assert not all(serve and lead for serve, lead, _ in seated["seated"])


def paid(**rules: Any) -> tuple[Any, Any]:
    """Ages of those whose needs are paid for, and the least that any account which pays had ever earned (gifts aside)."""
    life, ages, earned = Simulation(isolated(400, 3, **BANK, **rules), (), 5), [], []
    world = life.world
    for _ in range(60):
        life.begin_week()
        for phase in WEEK:
            before = world.balance.copy()
            had = world.earned.copy()
            life.do(phase)
            if phase.name == "credits_are_offered":
                book = slice(0, int(world.open_orders[0]))
                ages += world.age[world.order_client[book][world.order_credit[book] > 0]].tolist()
            if phase.name == "hours_are_banked":
                earned += had[(world.balance < before) & (had > 0)].tolist()
        life.end_week()
    return np.array(ages), np.array(earned)


def test_a_bank_for_elders_pays_for_nobody_else_and_own_hours_come_first() -> None:
    ages, earned = paid()
    assert ages.size > 0
    assert (ages < YOUNGER_ELDER).any()
    assert earned.min() < 240
    ages, _ = paid(banking__redeem_age=60)
    assert ages.size > 0
    assert np.isin(ages, (YOUNGER_ELDER, SENIOR_ELDER)).all()
    # what is earned in the same phase, before it is spent, counts too: one service more at most
    _, earned = paid(banking__own_hours_first=10)
    assert earned.size > 0
    assert earned.min() >= 600 - 180


def test_little_trust_keeps_credits_in_the_accounts() -> None:
    requests = {}
    for by_trust in (0.0, 1.0):
        config = isolated(400, 3, **BANK, banking__apply_by_trust=by_trust, banking__trust_rate=0, starting__trust=0.3)
        requests[by_trust] = lived(80, config).tallies()["count_requests"].sum()
    kept = requests[1.0] / requests[0.0]
    assert 0.2 < kept < 0.8, "who does not apply this week keeps the credits and may apply for a later need"


def test_who_leaves_or_dies_takes_along_what_the_account_ever_earned() -> None:
    life = lived(60, isolated(**BANK))
    world = life.world
    new = world.tenure < 3
    assert new.any()
    assert (world.earned >= world.balance)[~new].any()
    assert world.earned[new].max() < world.earned[~new].max()
    rich = int(np.argmax(world.earned))
    assert world.earned[rich] > 0
    life.let_go(rich)
    assert (world.balance[rich], world.earned[rich], world.age[rich]) == (0, 0, VACANT)


def test_passing_up_takes_time_of_staff_that_is_missing_at_doors() -> None:
    changes: dict[str, Any] = {"dispatching__escalate_after": 1, "dispatching__scope": "local"}
    doors = {}
    for minutes in (0.0, 30.0):
        config = place(800, 2, **changes, dispatching__escalation="weeks", registering__doors_per_1000=50)
        life = lived(30, config, [POLICIES["service_framework"](minutes=minutes)])
        told = life.tallies()
        levels, seconds = told["count_escalated"].T
        assert (seconds == levels * minutes * 60).all()
        assert levels.sum() > 0
        there, orders, _ = told["count_staff"].T
        left = np.maximum(there - orders - seconds, 0)
        assert life.world.staff_left[0] == left[-1]
        doors[minutes] = told["count_contacts"][:, 1].sum()
    assert doors[30.0] < doors[0.0]


def test_a_floor_moves_what_small_groups_need_forward_whatever_the_heads() -> None:
    pushed = {}
    for floor in (0.0, 1.0):
        life = lived(10, isolated(**CROWDED), [POLICIES["participatory_design"](floor=floor, quorum=0)])
        life.begin_week()
        world = life.world
        book = slice(0, int(world.open_orders[0]))
        needed = np.unique(world.order_kind[book][world.groups[world.order_client[book]] > 0])
        pushed[floor] = (world.added_priority[needed], world.added_priority.sum())
    assert np.ptp(pushed[1.0][0]) == pytest.approx(0.0, abs=1e-12)
    assert np.ptp(pushed[0.0][0]) > 0.0
    assert pushed[1.0][1] == pytest.approx(pushed[0.0][1])
