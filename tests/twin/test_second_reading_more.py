"""The second reading goes on: laws that weigh, cap and choose; and a check that no law is left without a reading."""

import ast
import itertools
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from experiments.odd.describing import rule_modules
from experiments.odd.formulas import is_about_one, laws_of
from sim.engine.jit import plain
from sim.mathematics import odds
from sim.rules import (
    answering,
    asking,
    assigning,
    banking,
    bonding,
    deciding,
    dispatching,
    feeling,
    learning,
    moving,
    needing,
    pairing,
    remembering,
    serving,
    teaming,
)
from sim.state.residents import ADULT, CHILD, SENIOR_ELDER, TEEN, YOUNGER_ELDER

CHANCE = np.random.default_rng(11)
CLIMB = SimpleNamespace(
    norm=0.5, share_above_at_rest=0.05, identity=1.0, identity_at_rest=0.38, efficacy=0.6, efficacy_at_rest=0.4,
    habit=0.3, fatigue=1.0, interest_0=1.0, across=0.8, across_at_rest=0.3,
)  # fmt: skip
ACCEPT = SimpleNamespace(
    accept=0.1, accept_tie=1.5, accept_match=1.5, match_at_rest=0.35, accept_identity=1.0, identity_at_rest=0.5,
    accept_fatigue=1.5, accept_distance=0.7, accept_credit=0.5, accept_atmosphere=1.0, atmosphere_at_rest=0.3,
    accept_time=0.4,
)  # fmt: skip
WELL = SimpleNamespace(
    wellbeing_rest=0.6, wellbeing_met=0.05, wellbeing_unmet=0.04, wellbeing_serving=0.05, wellbeing_cohesion=0.3,
    identity_reference=0.38, wellbeing_place=0.1, condition_reference=0.6, most_unmet_weeks=5.0,
)  # fmt: skip


def shares(n: int) -> list[float]:
    return [float(x) for x in CHANCE.uniform(0.02, 0.98, n)]


def test_every_law_has_a_second_reading() -> None:
    here = Path(__file__)
    read: set[str] = set()
    for page in (here, here.with_name("test_second_reading.py"), here.with_name("test_second_reading_service.py")):
        for node in ast.walk(ast.parse(page.read_text(encoding="utf-8"))):
            read |= (
                {node.attr} if isinstance(node, ast.Attribute) else {node.id} if isinstance(node, ast.Name) else set()
            )
    known = [law for module in (odds, *rule_modules()) for law in laws_of(module)]
    # what is said of one resident or order is read a second time by the twin, week after week
    laws = {law.__name__ for law in known if not is_about_one(law)}
    assert len(laws) > 40
    assert laws <= read, f"no second reading of {sorted(laws - read)}"


def test_climbing_odds_are_products_of_odds_ratios() -> None:
    """Musick and Wilson report odds ratios: each unit of a covariate multiplies the odds."""
    for _ in range(40):
        above, identity, efficacy = shares(3)
        said = math.exp(plain(deciding.pull_upward)(above, identity, efficacy, CLIMB))
        ratios = (math.exp(0.5) ** (above - 0.05), math.e ** (identity - 0.38), math.exp(0.6) ** (efficacy - 0.4))
        assert said == pytest.approx(math.prod(ratios))
    assert plain(deciding.pull_upward)(0.05, 0.38, 0.4, CLIMB) == 0, "at the reference the base rate is left alone"


@pytest.mark.parametrize("sign", [1, -1])
def test_no_corner_of_the_covariates_pulls_more_than_the_most(sign: int) -> None:
    p = SimpleNamespace(**{k: v if k.endswith("rest") else sign * v for k, v in vars(CLIMB).items()})
    corners = [
        plain(deciding.pull_upward)(a, i, e, p)
        + p.habit * h
        - p.fatigue * f
        + p.interest_0 * o
        + plain(deciding.contact_across)(c, p)
        for a, i, e, h, f, o, c in itertools.product((0.0, 1.0), repeat=7)
    ]
    assert plain(deciding.most_pull)(p) == pytest.approx(max(corners))


def test_the_share_above_is_a_share_even_when_the_whole_is_an_old_figure() -> None:
    for above, strength in ((0.0, 0.0), (0.0, 2.0), (1.0, 4.0), (3.0, 2.0)):
        told = np.clip(above / strength, 0, 1) if strength else 0.0
        assert deciding.share_above(above, strength) == told


def test_contact_across_origins_multiplies_the_odds_and_contact_within_does_not() -> None:
    for share in shares(20):
        assert math.exp(deciding.contact_across(share, CLIMB)) == pytest.approx(math.exp(0.8) ** (share - 0.3))
    assert deciding.contact_across(0.3, CLIMB) == 0


def test_who_moves_how_often_goes_by_the_oldest_and_by_living_alone() -> None:
    p = SimpleNamespace(by=1.0, annual_rate=0.1, young=2.5, middle=1, old=0.4, alone=2)
    table = {(34, 1): 0.25, (34, 3): 0.25, (35, 1): 0.2, (59, 2): 0.1, (60, 1): 0.04, (98, 2): 0.04}
    for (oldest, people), told in table.items():
        assert moving.annual_rate(oldest, people, p) == pytest.approx(told)
    assert moving.annual_rate(20, 1, SimpleNamespace(by=0.0, annual_rate=0.11)) == 0.11


def test_habit_is_brought_by_a_share_of_those_of_age() -> None:
    p = SimpleNamespace(habit_share=0.25, habit_strength=0.6)
    brought = [moving.habit_brought(0, (k + 0.5) / 400, p) for k in range(400)]
    assert brought.count(0.6) == 100
    assert brought.count(0.0) == 300
    assert moving.habit_brought(-1, 0.0, p) == 0.0


def test_whom_one_meets_goes_by_sociability() -> None:
    """A roulette whose pockets are as wide as people are sociable: turned evenly, it stops at each in proportion."""
    widths = np.array([0.0, 0.5, 2.0, 0.0, 1.5, 0.0])
    reach = np.concatenate([[0.0], np.cumsum(widths)])
    met = [bonding.by_sociability((k + 0.5) / 800, 0, 6, reach) for k in range(800)]
    assert np.bincount(met, minlength=6).tolist() == [0, 100, 400, 0, 300, 0]
    met = [bonding.by_sociability((k + 0.5) / 70, 2, 5, reach) for k in range(70)]
    assert np.bincount(met, minlength=6).tolist() == [0, 0, 40, 0, 30, 0]


def test_founders_have_stayed_as_long_as_those_who_leave_at_a_constant_chance() -> None:
    for chance in (0.002, 0.1, 0.5):
        stayed = np.array([moving.weeks_stayed((k + 0.5) / 4000, chance) for k in range(4000)])
        for weeks in (1, 7, 40):
            assert np.mean(stayed >= weeks) == pytest.approx((1 - chance) ** weeks, abs=1 / 2000)
    assert moving.weeks_stayed(0.3, 0.0) == moving.LONGEST
    assert moving.weeks_stayed(0.3, 1.0) == 0


def test_an_unmet_week_is_forgotten_by_shares_and_then_altogether() -> None:
    weeks = [serving.unmet_weeks_remembered(9.0 * 0.9**week, 0.9) for week in range(200)]
    for week, told in enumerate(weeks):
        left = 9.0 * 0.9 ** (week + 1)
        assert told == (pytest.approx(left) if left >= 1e-3 else 0.0)
    assert weeks[-1] == 0.0


def test_odds_of_accepting_are_a_product() -> None:
    for _ in range(40):
        tie, match, identity, tired, air, pushed = shares(6)
        far, paid = CHANCE.integers(0, 2, 2)
        spare = float(CHANCE.uniform(1, 9))
        leans = answering.leaning(tie, match, identity, tired, ACCEPT)
        said = answering.willingness(leans, far, paid, air, spare, pushed, ACCEPT)
        odds_of = math.exp(0.1) * math.exp(1.5 * tie) * math.exp(1.5 * match) / math.exp(1.5 * 0.35)
        odds_of *= math.exp(identity - 0.5) / math.exp(1.5 * tired) * math.exp(air - 0.3) * math.exp(pushed)
        odds_of *= (math.exp(-0.7) if far else 1) * (math.exp(0.5) if paid else 1) * spare**0.4
        assert math.exp(said) == pytest.approx(odds_of)


def test_the_line_serves_the_urgent_the_vulnerable_and_the_paid_first_each_by_its_weight() -> None:
    weights = np.array([1.0, 0.5, 0.7, 0.3])
    for _ in range(40):
        facts = [*shares(2), *(float(x) for x in CHANCE.integers(0, 2, 2))]
        u = shares(1)[0]
        said = dispatching.place_in_line(facts[0], 0.5, facts[1], 0.7, facts[2], 0.3, facts[3], 0.1, u)
        assert said == pytest.approx(0.1 * u - float(weights @ facts))
    later = dispatching.place_in_line(0.2, 0.5, 0.1, 0.7, 0, 0.3, 0, 0.1, 0.5)
    assert dispatching.place_in_line(0.2, 0.5, 0.9, 0.7, 0, 0.3, 0, 0.1, 0.5) < later


def test_wellbeing_is_a_weighted_sum_of_what_the_week_was_like() -> None:
    weights = np.array([0.05, -0.04, 0.05, 0.3, 0.1])
    for _ in range(40):
        met, unmet, served = (float(x) for x in CHANCE.integers(0, 8, 3))
        around, place = shares(2)
        served = min(served, 1.0)
        said = plain(feeling.wellbeing_target)(WELL, met, unmet, served, around, place)
        told = 0.6 + float(weights @ [met, np.minimum(unmet, 5), served, around - 0.38, place - 0.6])
        assert said == pytest.approx(np.clip(told, 0, 1))


def test_low_income_raises_a_need_by_its_share_and_never_above_certainty() -> None:
    for weekly in shares(40):
        assert needing.chance_of_need(weekly, 0, 0.5) == pytest.approx(weekly)
        assert needing.chance_of_need(weekly, 1, 0.5) == pytest.approx(np.minimum(1.5 * weekly, 1))


def test_skill_fades_to_what_everyday_life_keeps_and_no_further() -> None:
    for skill in shares(40):
        x = skill
        for _ in range(12):
            x = learning.skill_after(x, 0.0, 0.0, 0.02, 0.35)
        assert x == pytest.approx(0.35 + (skill - 0.35) * 0.98**12 if skill > 0.35 else skill)


def test_the_rooted_leave_less_often() -> None:
    for annual, identity, rooted in (shares(3) for _ in range(40)):
        said = moving.annual_share_leaving(annual, 0.1, 0.9, 1.1, rooted, identity)
        assert said == pytest.approx(np.clip((annual + 0.1) * 0.99 * (1 - rooted * identity), 0, 1))


def test_what_is_shared_is_never_more_than_there_is() -> None:
    for wanted, free in (CHANCE.uniform(0.1, 9, 2) for _ in range(40)):
        assert assigning.share_taken(wanted, free) * free == pytest.approx(np.minimum(wanted, free))
        assert teaming.hours_given(free, wanted) == pytest.approx(np.minimum(wanted, free))
    assert assigning.share_taken(3.0, 0.0) == 0.0
    for minutes, k in zip(CHANCE.integers(0, 5000, 40), CHANCE.integers(0, 65, 40), strict=True):
        assert banking.part_of(int(minutes), k / 64) == int(minutes) * int(k) // 64


def test_satisfaction_gives_more_hours_and_never_more_than_all() -> None:
    for of_tier, happy in (shares(2) for _ in range(40)):
        said = remembering.share_given(of_tier, happy, 0.56, 0.5)
        assert said == pytest.approx(np.clip(of_tier * (1 + 0.5 * (happy - 0.56)), 0, 1))


def test_the_nearest_helper_is_the_best_tied_unless_the_lot_says_more() -> None:
    for tie, u in (shares(2) for _ in range(40)):
        assert pairing.nearness(tie, 2.0, u) == pytest.approx(np.dot([tie, 1.0], [2.0, u]))


def test_helpers_are_of_the_age_that_the_article_names() -> None:
    cook, elder_partner, teen_partner = range(3)
    meant = {cook: {ADULT, YOUNGER_ELDER, SENIOR_ELDER}, elder_partner: {YOUNGER_ELDER}, teen_partner: {TEEN}}
    for service, ages in meant.items():
        bands = (CHILD, TEEN, ADULT, YOUNGER_ELDER, SENIOR_ELDER)
        for age, limited, tier in itertools.product(bands, (0, 1), range(4)):
            assert bool(pairing.may_be(service, age, limited, tier)) == (age in ages and not limited and tier >= 1)


def test_the_leading_interest_is_the_first_of_the_strongest() -> None:
    for _ in range(200):
        five = CHANCE.integers(0, 4, 5) / 4
        assert teaming.leading_interest(*five) == int(np.argmax(five))


def test_common_standards_raise_the_skill_asked_for_towards_the_difficulty_only() -> None:
    for lowest, hard in (shares(2) for _ in range(40)):
        assert odds.skill_asked_for(lowest, hard, 0.0) == lowest
        assert odds.skill_asked_for(lowest, hard, 1.0) == pytest.approx(np.maximum(lowest, hard))
        assert odds.within(3 * lowest - 1) == np.clip(3 * lowest - 1, 0, 1)


def test_what_holds_for_a_tier_is_chosen_from_the_ladder() -> None:
    for tier, told in enumerate(("task only", "interest-based", "substantive"), 1):
        assert plain(odds.by_tier)(tier, "task only", "interest-based", "substantive") == told
    gates = SimpleNamespace(gate_2=1.0, gate_3=3.0)
    asked_for = [plain(deciding.ties_that_let_climb)(k, gates) for k in range(3)]
    assert asked_for == [0.0, gates.gate_2, gates.gate_3], "a bystander may be the first to begin"


def test_a_feeling_is_kept_to_seven_digits_or_not_at_all() -> None:
    for x in shares(40):
        assert plain(feeling.or_none)(x) == pytest.approx(x, rel=6e-8)
    assert plain(feeling.or_none)(0.99e-6) == plain(feeling.or_none)(0.0) == 0.0
    assert plain(feeling.or_none)(1.01e-6) > 0.0


def test_staff_whose_own_grid_is_served_are_shared_by_all() -> None:
    left = np.array([2.0, 0.0, 3.5, 1.0])
    plain(dispatching.pool_what_is_left)(left)
    assert left.tolist() == [0.0, 0.0, 0.0, 6.5], "nobody's hour is lost, and the last row is that of all"


def test_who_asks_often_counts_as_so_many() -> None:
    """Musick and Wilson: requests come from people; somebody who asks n times as often is n people of the same tie."""
    for often in (0, 1, 3):
        ties = [(strength, CHANCE.uniform() < 0.4) for strength in shares(6)]
        told = sum(strength * (often if leads else 1) for strength, leads in ties)
        active, leading = sum(s for s, _ in ties), sum(s for s, leads in ties if leads)
        assert asking.strength_of_those_who_ask(active, leading, float(often)) == pytest.approx(told)


def test_a_request_in_person_and_a_message_have_weights_of_their_own() -> None:
    weights = SimpleNamespace(asked=1.79, asked_by_campaign=0.1)
    said = [plain(deciding.weight_of_request)(asked, weights) for asked in range(4)]
    assert said == [0.0, 1.79, 1.79, 0.1], "not asked, by a resident, by somebody a policy sends, by a message"


def test_gates_are_kept_in_school_weeks_and_teams_bring_at_most_their_share() -> None:
    gates = SimpleNamespace(posts_per_1000=6.0, school_weeks=40.0)
    year = [plain(teaming.hours_at_gates)(week, 500, gates) for week in range(104)]
    assert year == ([3.0] * 40 + [0.0] * 12) * 2
    for wanted, brought in ((3.0, 12.0), (3.0, 4.0), (3.0, 0.0)):
        filled = brought * teaming.share_at_posts(wanted, brought, 0.5)
        assert filled == pytest.approx(np.minimum(wanted, brought / 2))


def test_little_trust_keeps_people_from_applying_as_far_as_it_matters() -> None:
    for trust, by_trust in (shares(2) for _ in range(40)):
        assert banking.chance_of_applying(trust, by_trust) == pytest.approx(np.interp(by_trust, [0, 1], [1, trust]))


def test_a_helper_has_room_below_the_most() -> None:
    rule = SimpleNamespace(most_clients=2.0)
    assert [plain(pairing.has_room)(h, [0, 1, 2, 3], rule) for h in range(4)] == [True, True, False, False]


def test_odds_at_rest_are_those_of_the_chances_that_are_configured() -> None:
    chances = dict(zip(("climb_from_0", "climb_from_1", "climb_from_2"), shares(3), strict=True))
    chances |= dict(zip(("lapse_from_1", "lapse_from_2", "lapse_from_3"), shares(3), strict=True))
    said = plain(deciding.odds_at_rest)(SimpleNamespace(**chances))
    assert [1 / (1 + math.exp(-x)) for both in said for x in both] == pytest.approx(list(chances.values()))
