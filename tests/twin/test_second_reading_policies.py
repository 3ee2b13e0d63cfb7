"""What each policy pushes, read a second time: from its sentence, in a few lines of NumPy, over everybody at once.

A reading adds to levers that are at rest and returns the cost of the week. It knows whom a policy is meant for, and nothing of its code.
"""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from small import isolated, lived
from twin_chance import key_of, uniform

from sim import POLICIES
from sim.monday import Monday
from sim.policies.policy import Policy
from sim.state.levers import LEVERS
from tests.unit.test_monday import AIMED, WAYS, aimed

type Reading = Callable[[Any, Any, float, Any, float], float]
READINGS: dict[str, Reading] = {}
CROWDED = {"population__initial_tiers": [0.2, 0.1, 0.1]}
CHILD, TEEN, ADULT, YOUNGER, SENIOR = range(5)
BYSTANDER, TASK, INTEREST, SUBSTANTIVE = range(4)
COOK, ELDER, TEENAGER = range(3)


def reads(reading: Reading) -> Reading:
    """The second reading of the policy of this name: of a policy p, a world w, its strength s, thousands of residents t."""
    READINGS[reading.__name__] = reading
    return reading


def in_grid(w: Any, flags: Any) -> Any:
    """How many of those flagged live in each grid."""
    return np.bincount(w.grid, weights=flags, minlength=w.atmosphere.size)


def spread(w: Any, lever: Any, whom: Any, requests: Any) -> Any:
    """So many requests of each grid, spread over some who live there; returns how many each of those gets."""
    each = np.divide(requests, in_grid(w, whom), out=np.zeros(w.atmosphere.size), where=in_grid(w, whom) > 0)
    lever += np.where(whom, each[w.grid], 0.0)
    return np.where(whom, each[w.grid], 0.0)


def lot(p: Any, w: Any, able: Any, seats: float) -> Any:
    """Rows of those who draw lowest; a part of a seat is one by chance."""
    part, drawn = (key_of(int(w.seed[0]), f"policy.{p.name}.{name}", int(w.week[0])) for name in ("seat.part", "seat"))
    rows, whole = np.flatnonzero(able), int(seats)
    whole += uniform(part, 0) < seats - whole
    return sorted(rows.tolist(), key=lambda i: uniform(drawn, int(w.key[i])))[:whole]


def rows_of(p: Any, w: Any) -> list[int]:
    """Service kinds that are named."""
    return [k for k, name in enumerate(w.config.kinds) if name in p.kinds]


def standing_helpers(p: Any, w: Any, s: float, to: Any, meant: str, group: int, services: Any, ages: Any) -> float:
    """Those of a group are meant; neighbours are asked for those who wait; helpers tell; returns the standing pairs."""
    clients = p.aimed(w) & ((w.groups >> group) & 1 == 1)
    to[meant][clients] = 1
    pairs = [int(w.pair_client[k]) for k in range(int(w.pairs[0])) if int(w.pair_service[k]) in services]
    pairs = [client for client in pairs if clients[client]]
    for client in pairs:
        to["client_outreach"][client] += p.tells * s
    waiting = in_grid(w, clients) - np.bincount(w.grid[pairs], minlength=w.atmosphere.size)
    able = (w.tier == BYSTANDER) & np.isin(w.age, list(ages))
    spread(w, to["extra_asks"], able, p.asks * s * np.maximum(waiting, 0.0))
    return len(pairs)


@reads
def administrative_load(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    to["admin_load"] += p.hours * s
    return p.cost * s * t


@reads
def co_construction(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    grids, number = np.flatnonzero(p.in_grids(w)), round(p.institutions * t)
    key = key_of(int(w.seed[0]), "policy.co_construction.seat", 0)
    seat = [grids[int(uniform(key, k + 1) * grids.size)] for k in range(number)]
    sitting = np.bincount(seat, minlength=w.atmosphere.size)
    to["institution_hours"] += p.hours * s * sitting
    to["facility_work"] += p.upkeep * s * sitting
    return p.cost_per_hour * (p.hours + p.upkeep) * s * number


@reads
def grid_integration(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    if p.scope != w.config.dispatching.scope:
        to["scope"][:] = ("local", "pooled", "local_then_pooled").index(p.scope)
    leads = (w.tier == SUBSTANTIVE) | (w.pioneer > 0) | (w.vanguard > 0)
    leaders = np.minimum(in_grid(w, leads), p.most_leaders) * p.in_grids(w)
    to["outreach"] += p.rounds * s * leaders
    to["grid_capacity"] += p.orders * s * leaders
    return p.cost_per_grid * s * p.in_grids(w).sum()


@reads
def interest_activities(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    doses = np.array([p.parent_child, p.school, p.property_matters])
    to["openings"] += np.where(p.aimed(w) & (w.age != CHILD) & (w.age <= SENIOR), s * w.interest[:, :3] @ doses, 0.0)
    return p.cost_per_activity * doses.sum() * s * t


@reads
def mobile_kitchen(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    if p.places == 0:
        return 0.0
    to["kitchen_pairs"] += p.places * s * t
    to["kitchen_kinds"][rows_of(p, w)] += s
    elders_alone = 0
    standing = standing_helpers(p, w, s, to, "kitchen_for", elders_alone, {COOK}, {ADULT, YOUNGER, SENIOR})
    return p.cost_per_pair * standing


@reads
def mutual_aid(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    if p.elders + p.teens == 0:
        return 0.0
    to["elder_pairs"] += p.elders * s * t
    to["teen_pairs"] += p.teens * s * t
    to["aid_kinds"][rows_of(p, w)] += s
    services = {ELDER: p.elders, TEENAGER: p.teens}
    ages = {YOUNGER: p.elders, TEEN: p.teens}
    senior_elders = 1
    given = ({name for name, dose in of.items() if dose > 0} for of in (services, ages))
    return p.cost_per_pair * standing_helpers(p, w, s, to, "aid_for", senior_elders, *given)


@reads
def order_platform(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    for lever in ("reach", "minutes_saved", "review", "offers", "vulnerable_first", "feedback", "overdue_first"):
        to[lever] += getattr(p, lever) * s
    if p.overdue_first:
        to["response_target"][:] = p.response_target
    return p.cost * s * t


@reads
def organizations(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    to["organization_hours"] += p.hours * s * t
    to["capability"] += p.capability * s
    return p.cost_per_hour * p.hours * s * t


@reads
def participatory_design(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    works = s * min(1.0, (w.tier == SUBSTANTIVE).sum() / (p.quorum * t)) if p.quorum else s
    to["autonomy"] += p.autonomy * works * p.in_grids(w)
    to["outreach"] += p.voice * works * p.in_grids(w)
    needs = w.order_kind[: int(w.open_orders[0])]
    if needs.size:
        heads = np.bincount(needs, minlength=len(w.config.kinds)) / needs.size
        of_groups = np.unique(needs[w.groups[w.order_client[: needs.size]] > 0])
        alike = np.isin(np.arange(heads.size), of_groups) / max(of_groups.size, 1)
        to["added_priority"] += p.priorities * works * ((1 - p.floor) * heads + p.floor * alike)
    return p.cost * s * t


@reads
def pioneers(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    key = key_of(int(w.seed[0]), "policy.pioneers.attributes", 0)
    seated = np.flatnonzero(w.pioneer == 1 + p.bench)
    acts = [
        ("outreach", p.political_awareness, p.finds),
        ("cross_grid", p.strategic_vision, p.meetings),
        ("example", p.dedication, p.example),
        ("grid_capacity", p.administrative_prowess, p.orders),
    ]
    for which, (lever, mean, dose) in enumerate(acts):
        for i in seated:
            own = np.clip(mean + p.spread * (2.0 * uniform(key, int(w.key[i]), which) - 1.0), 0.0, 1.0)
            to[lever][w.grid[i]] += (own if mean > 0 else 0.0) * dose * s * w.tier[i] / 3.0
    return p.cost_per_pioneer * s * seated.size


@reads
def population_mobility(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    weeks = int(w.week[0]) - p.start
    course = {"level": 1.0, "trend": (weeks + 1) / 52, "shock": 0.5 ** (weeks / 26)}[p.course]
    to["turnover"] += p.turnover * s * course
    to["arriving_migrants"] += p.migrants * s * course
    return 0.0


@reads
def project_teams(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    to["team_forming"] += p.forming * s
    to["meeting_time"] += p.project_time * s
    to["regularity"] += p.regularity * s
    to["succession"] += p.succession * s
    return p.cost_per_team * s * np.count_nonzero(w.team_size)


@reads
def public_services(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    kinds = rows_of(p, w) if p.kinds else list(range(len(w.config.kinds)))
    meant = p.aimed(w) & (w.age <= SENIOR)
    if p.for_everybody():
        to["coverage"][kinds] += p.coverage * s
    else:
        to["group_coverage"] += p.coverage * s * meant
        to["group_kinds"][kinds] = 1.0
    reached = 1.0 if p.for_everybody() else p.aimed(w).mean()
    return max(0.0, p.cost_per_need * p.coverage * s * reached * w.kind_expected[kinds].sum())


@reads
def recognition(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    served = np.flatnonzero(p.aimed(w) & (w.tier >= BYSTANDER) & (w.hours > 0))
    if p.kind == "thanks":
        to["recognition"][served] += p.warmth * s
        return p.cost_per_person * s * served.size
    served = np.array(sorted(served, key=lambda i: (-w.hours[i], w.key[i])), int)
    winners = round(p.winners * served.size)
    to["recognition"][served[:winners]] += p.warmth * s
    to["recognition"][served[winners:]] -= p.envy * p.warmth * s
    return 10 * p.cost_per_person * s * winners


@reads
def recruitment_drive(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    asked = p.aimed(w) & (w.tier == BYSTANDER)
    if not asked.any():
        return 0.0
    for lever in ("extra_asks", "impersonal_asks"):
        to[lever][asked] += p.asks * s * t / asked.sum()
    return p.cost_per_ask * p.asks * s * t


@reads
def service_framework(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    to["hierarchy"][:] = p.levels
    to["overhead"] += p.overhead * p.levels * s
    to["escalation_minutes"] += p.minutes * s
    return p.cost_per_level * p.levels * s * t


@reads
def station_services(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    open_hours = p.places * t * p.hours * s
    to["workers_welcome"] += open_hours / (p.visit / 60)
    to["reach"] += p.tells * p.hours / (7 * 24) * s if p.places else 0.0
    return p.cost_per_hour * open_hours


@reads
def supervision(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    to["supervision"] += p.level * s * p.in_grids(w)
    return p.cost_per_volunteer * p.level * s * (p.in_grids(w)[w.grid] & (w.tier >= TASK)).sum()


@reads
def time_bank(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    for dose in ("earning", "price", "priority", "giving", "expiry"):
        to[f"bank_{dose}"] += getattr(p, dose) * s
    to["bank_redeem_age"][:], to["bank_own_hours"][:] = p.redeem_age, p.own_hours_first
    to["bank_by_trust"] += p.apply_by_trust * s
    drawn = p.aimed(w) & (w.tier == BYSTANDER) & np.isin(w.age, [ADULT, YOUNGER, SENIOR])
    to["persuasion"][drawn] += p.draw * p.earning * s * w.trust[0]
    return p.cost * s * t


@reads
def train_the_trainer(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    to["capacity"] += p.staff * t * s
    to["training_gain"] += p.social_workers * s
    others = np.isin(w.tier, [TASK, INTEREST]).sum()
    if others:
        to["practice_gain"] += p.key_volunteers * s * min(1.0, p.guides * (w.tier == SUBSTANTIVE).sum() / others)
    return p.cost * s * t


@reads
def training(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    able = p.aimed(w) & (w.tier >= (INTEREST if p.whom == "key" else TASK))
    if p.whom == "new":
        able &= w.recruited_week > w.week[0] - 26
    seated = lot(p, w, able, p.seats * s * t)
    to["training"][seated] += 1
    to["training_gain"] += p.gain * s
    return p.cost_per_seat * len(seated)


@reads
def vanguard(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    committee, leaders, heads = (in_grid(w, w.vanguard == 3 * p.bench + kind) for kind in (1, 2, 3))
    if p.people == "real":
        sits = (w.vanguard > 3 * p.bench) & (w.vanguard <= 3 * p.bench + 3)
        assert (w.tier[w.vanguard == 3 * p.bench + 1] >= TASK).all()
        assert set(np.flatnonzero(w.vanguard == 3 * p.bench + 2)) <= set(w.team_leader)
        seen = [getattr(w.config.remembering, f"seen_{k}") for k in (1, 2, 3)]
        to["example"] += s * in_grid(w, np.array([0.0, *seen, 0.0])[w.tier] * w.hours * sits)
    else:
        to["example"] += p.example * s * (committee + leaders + heads)
    to["institution_hours"] += p.resources * s * heads
    for whom, members in ((w.tier == BYSTANDER, committee), (w.tier >= TASK, leaders)):
        asked = spread(w, to["extra_asks"], whom, p.contacts * s * members)
        to["persuasion"] += p.persuasion * np.minimum(asked, 1.0)
    return p.cost_per_member * s * (committee + leaders + heads).sum()


@reads
def visits(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    to["doors"] += p.doors * s * t
    return p.cost_per_door * p.doors * s * t


@reads
def volunteer_college(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    seated = lot(p, w, p.aimed(w) & (w.tier >= TASK), p.seats * s * t)
    to["training"][seated] += 1
    to["training_gain"] += p.gain * s
    to["practice_ceiling"] += p.ceiling * s
    to["standards"] += p.standards * s
    to["skill_floor"] += p.skill_floor * s
    to["autonomy"] -= p.autonomy_lost * p.standards * s
    return p.cost_per_seat * len(seated)


@reads
def close_neighbours(p: Any, w: Any, s: float, to: Any, t: float) -> float:
    parts = [p.vanguard, p.pioneers, p.grid_integration, p.visits, p.order_platform, p.recognition]
    assert [part.name for part in p.parts] == [part.name for part in parts if part]
    return p.cost_share * sum(READINGS[part.name](part, w, s * p.intensity, to, t) for part in p.parts)


SHIPPED = {name for name, policy in POLICIES.items() if policy.__module__.startswith("sim.policies")}


def test_every_policy_has_a_second_reading() -> None:
    assert set(READINGS) == SHIPPED


@pytest.mark.parametrize("whom", AIMED.values(), ids=AIMED)
@pytest.mark.parametrize(("policy", "doses"), WAYS, ids=[f"{p.name}-{d}" for p, d in WAYS])
def test_what_is_pushed_is_what_the_sentence_says(
    policy: type[Policy], doses: dict[str, Any], whom: dict[str, Any]
) -> None:
    one = aimed(policy, whom, doses)
    beside = [POLICIES["mobile_kitchen"](), POLICIES["mutual_aid"](), POLICIES["time_bank"]()]
    world = lived(33, isolated(600, 4, **CROWDED), [one, *(p for p in beside if p.name != policy.name)]).world
    monday = Monday(world, [(0, *part) for part in one.acting(0.7)], [one.share_of_costs])
    monday.act(world.table())  # whoever is missing is seated
    world.let_levers_rest()
    read = copy.deepcopy(world)
    cost = monday.act(world.table())[0]
    added = {name: read.columns[name].astype(float) for name in LEVERS}
    assert cost == pytest.approx(READINGS[policy.name](one, read, 0.7, added, read.tier.size / 1000), rel=1e-9)
    for name in LEVERS:
        np.testing.assert_allclose(world.columns[name], added[name], rtol=1e-5, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_wrong_reading_would_be_noticed(name: str) -> None:
    """Every policy pushes something in such a life, so that a reading that says nothing fails."""
    one = POLICIES[name]()
    world = lived(33, isolated(600, 4, **CROWDED), [one]).world
    rest = {lever: world.columns[lever].copy() for lever in LEVERS}
    world.let_levers_rest()
    assert any((rest[lever] != world.columns[lever]).any() for lever in LEVERS)
