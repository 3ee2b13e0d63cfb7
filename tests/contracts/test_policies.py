"""The contract of policies, over all of them: a new file in `sim/policies/` is examined here without a line more."""

import itertools
import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pytest
from annotated_types import Ge, Le
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from small import NO_ELDERS, lived, place, same_life, weeks_in_balance

from sim import METRICS, POLICIES, Simulation
from sim.policies.policy import Policy
from sim.simulation import levers_at_rest

ALL = pytest.mark.parametrize("policy", POLICIES.values(), ids=list(POLICIES))
AIMED = pytest.mark.parametrize(
    "policy", [p for p in POLICIES.values() if p.aims_at == "residents"], ids=lambda p: p.name
)
BROAD = pytest.mark.parametrize(
    "policy", [p for p in POLICIES.values() if p.aims_at != "residents"], ids=lambda p: p.name
)
SEATS = ("vanguard", "pioneer")
"""Columns in which a policy seats residents, to be left as found."""
CROWDED = {"population__initial_tiers": [0.2, 0.1, 0.1]}


def own_doses(policy: type[Policy]) -> dict[str, tuple[float, float]]:
    """The policy's own doses (not those of every policy) with their ranges."""
    return {
        name: bounds(field)
        for name, field in policy.model_fields.items()
        if name not in Policy.model_fields and field.annotation in (int, float)
    }


def bounds(field: FieldInfo) -> tuple[float, float]:
    """Lowest and highest value."""
    low = [float(m.ge) for m in field.metadata if isinstance(m, Ge)]  # type: ignore[arg-type]
    high = [float(m.le) for m in field.metadata if isinstance(m, Le)]  # type: ignore[arg-type]
    assert low, "a dose without lowest value"
    assert high, "a dose without highest value"
    return low[0], high[0]


def nothing_of(policy: type[Policy]) -> Policy:
    """The policy with every dose at zero, or as near as its range allows."""
    return policy(**{name: min(max(0.0, low), high) for name, (low, high) in own_doses(policy).items()})


@ALL
def test_zero_doses_change_nothing(policy: type[Policy]) -> None:
    config = place(**CROWDED)
    with_it = lived(16, config, [nothing_of(policy)])
    same_life(lived(16, config), with_it, but=SEATS)
    assert sum(map(sum, with_it.costs)) == 0.0


@AIMED
def test_nobody_reached_means_nothing_changes_for_residents(policy: type[Policy]) -> None:
    config = place(**CROWDED)
    baseline, with_it = lived(8, config), lived(8, config, [policy(uptake=0)])
    if not policy(uptake=0).targets(with_it.world).any():
        for name in ("training", "recognition", "client_outreach"):
            assert (with_it.world.columns[name] == baseline.world.columns[name]).all(), name


@ALL
def test_before_its_start_a_policy_is_not_there(policy: type[Policy]) -> None:
    config = place(**CROWDED)
    baseline, waiting = lived(12, config), lived(12, config, [policy(start=12)])
    same_life(baseline, waiting)
    assert levers_at_rest(waiting.world)
    assert sum(map(sum, waiting.costs)) == 0.0


@ALL
def test_a_policy_acts_at_all(policy: type[Policy]) -> None:
    simulation = lived(3, place(**CROWDED), [policy()])
    assert not levers_at_rest(simulation.world)


@ALL
def test_after_its_stop_levers_rest_and_nothing_it_set_up_is_left(policy: type[Policy]) -> None:
    simulation = lived(8, place(**CROWDED), [policy(start=2, stop=6)])
    assert levers_at_rest(simulation.world)
    for name in SEATS:
        assert not simulation.world.columns[name].any(), name
    costs = np.array(simulation.costs)[:, 0]
    assert (costs[:2] == 0).all()
    assert (costs[6:] == 0).all()


@ALL
def test_a_policy_that_stops_at_once_changes_nothing(policy: type[Policy]) -> None:
    config = place(**CROWDED)
    same_life(lived(10, config), lived(10, config, [policy(start=4, stop=4)]))


@ALL
def test_the_same_parameters_laid_once_more_change_nothing(policy: type[Policy]) -> None:
    config = place(**CROWDED)
    one, other = (Simulation(config, [policy()], 7) for _ in range(2))
    other.change_config(config)
    same_life(one.run_for(10), other.run_for(10))
    assert one.costs == other.costs


@pytest.mark.parametrize("pair", list(itertools.combinations(POLICIES, 2)), ids="+".join)
def test_every_pair_runs_and_its_order_does_not_matter(pair: tuple[str, str]) -> None:
    config, (one, other) = place(**CROWDED), (POLICIES[name](start=1) for name in pair)
    forth, back = lived(10, config, [one, other]), lived(10, config, [other, one])
    same_life(forth, back)
    assert [costs[::-1] for costs in forth.costs] == back.costs


def test_all_together_run_and_balance() -> None:
    simulation = Simulation(place(**CROWDED), [policy(start=k) for k, policy in enumerate(POLICIES.values())], 7)
    for _ in weeks_in_balance(simulation, 30):
        pass


@ALL
def test_costs_are_booked_and_never_negative(policy: type[Policy]) -> None:
    simulation = lived(12, place(**CROWDED), [policy(start=2), POLICIES["recognition"]()])
    costs = np.array(simulation.costs)
    assert np.isfinite(costs).all()
    assert (costs >= 0).all()
    np.testing.assert_allclose(simulation.tallies()["stand_cost"][:, 0], costs.sum(axis=1))
    prices = [name for name in own_doses(policy) if name.startswith("cost")]
    free = lived(12, place(**CROWDED), [policy(start=2, **dict.fromkeys(prices, 0.0))])
    assert sum(map(sum, free.costs)) == 0.0
    if prices:
        assert costs[2:, 0].sum() > 0


@ALL
def test_a_ramp_grows_and_a_cycle_pauses(policy: type[Policy]) -> None:
    growing = policy(start=4, ramp=3)
    assert [growing.strength(week) for week in range(3, 10)] == [0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    pausing = policy(start=2, every=4, active=1)
    assert [pausing.strength(week) for week in range(8)] == [0, 0, 1, 0, 0, 0, 1, 0]


def told_apart(policy: type[Policy]) -> Iterator[tuple[Policy, Policy, str]]:
    """The policy twice, for every dose and choice of its own: as shipped, and with that one at another value."""
    choices = {
        name: get_args(field.annotation)
        for name, field in policy.model_fields.items()
        if name not in Policy.model_fields and get_origin(field.annotation) is Literal
    }
    for name, values in choices.items():
        yield from ((policy(**{name: one}), policy(**{name: other}), name) for one, other in itertools.pairwise(values))
    # what counts for one alternative only is told there
    bases = [policy(**{name: value}) for name, values in choices.items() for value in values] or [policy()]
    for name, (low, high) in own_doses(policy).items():
        shipped = getattr(policy(), name)
        other = next(
            v for v in (2 * shipped, shipped / 2, low + 0.37 * (high - low), high) if v != shipped and v <= high
        )
        kind = policy.model_fields[name].annotation
        pairs = [(base, base.model_copy(update={name: kind(other)})) for base in bases]  # type: ignore[misc]
        told = [pair for pair in pairs if pair[0].sentence() != pair[1].sentence()]
        yield *(told or pairs)[0], name


@ALL
def test_sentences_say_it_in_both_languages_with_numbers(policy: type[Policy]) -> None:
    for one in (policy(), policy(start=3, stop=9), nothing_of(policy)):
        for said in (one.sentence(), one.sentence_zh()):
            assert re.search(r"\d", said), said
            assert not re.search(r"\b(None|nan)\b|[{}<>]|  ", said), said
        assert one.sentence().endswith(".")
        assert re.search(r"[\u4e00-\u9fff].*。$", one.sentence_zh())
    for base, other, name in told_apart(policy):
        assert other.sentence() != base.sentence(), f"{name} is not told"
        assert other.sentence_zh() != base.sentence_zh(), f"{name} is not told"
    assert policy(stop=9).sentence() != policy().sentence(), "when it stops is not told"


def test_whom_it_reaches_and_how_it_comes_and_goes_is_told_in_both_languages() -> None:
    plain = POLICIES["recognition"]()
    assert plain.told() == plain.sentence()
    assert plain.told_zh() == plain.sentence_zh()
    whole = POLICIES["recognition"](
        start=5, stop=60, ramp=4, every=13, active=2, uptake=0.5, grids=(0, 2), groups=("migrants",),
        tiers=("task_only",), where="age >= senior_elder", capacity=70,
    )  # fmt: skip
    for word in (
        "week 5",
        "60",
        "4 weeks",
        "2 of every 13",
        "50%",
        "grids 0, 2",
        "migrants",
        "task-only",
        "age >=",
        "70",
    ):
        assert word in whole.told(), word
    for word in (
        "第5周",
        "第60周",
        "4周",
        "每13周中实施2周",
        "50%",
        "网格0、2",
        "外来居民",
        "任务型",
        "age >=",
        "70名",
    ):
        assert word in whole.told_zh(), word


@ALL
def test_a_policy_describes_itself(policy: type[Policy]) -> None:
    assert policy.title
    assert re.search(r"[\u4e00-\u9fff]", policy.title_zh)
    assert policy.__doc__
    assert policy.sources
    assert set(policy.better) <= METRICS.keys()
    assert set(policy.better.values()) <= {-1, 1}
    for name, field in policy.model_fields.items():
        assert field.description, name
        assert isinstance(field.json_schema_extra, dict), name
        assert field.json_schema_extra.get("unit"), name


@ALL
def test_wrong_policies_are_refused(policy: type[Policy]) -> None:
    wrong: list[dict[str, Any]] = [
        {"no_such_dose": 1},
        {"start": -1},
        {"start": 5, "stop": 4},
        {"start": "soon"},
        {"uptake": 1.5},
        {"active": 0},
        {"groups": ("everybody",)},
        {"tiers": (3,)},
    ]
    for name, (low, high) in own_doses(policy).items():
        wrong += [{name: low - 1.0}, {name: high + 1.0}, {name: float("nan")}, {name: "much"}]
    for said in wrong:
        with pytest.raises(ValidationError):
            policy(**said)
    with pytest.raises(ValidationError):
        policy().start = 3  # type: ignore[misc]


def extremes(policy: type[Policy]) -> list[dict[str, float]]:
    """Each dose at either end of its range, and all at once."""
    doses = own_doses(policy)
    each = [{name: end} for name, ends in doses.items() for end in ends]
    return [*each, {n: low for n, (low, _) in doses.items()}, {n: high for n, (_, high) in doses.items()}]


PLACES = {
    "small": place(60, 2, **CROWDED),
    "one resident": place(1, 1),
    "an empty grid": place(40, 5, population__grid_shares=[1, 0, 1, 0, 1]),
    "no elders": place(50, 1, **{k.replace(".", "__"): v for k, v in NO_ELDERS.items()}),
    "nobody takes part": place(50, 1, population__initial_tiers=[0, 0, 0]),
}


@ALL
@pytest.mark.parametrize("where", PLACES)
def test_extreme_doses_neither_crash_nor_lose_anybody(policy: type[Policy], where: str) -> None:
    for doses in extremes(policy):
        for _ in weeks_in_balance(Simulation(PLACES[where], [policy(**doses)], 5), 5):
            pass


@AIMED
def test_a_policy_for_grids_groups_and_tiers_reaches_only_them(policy: type[Policy]) -> None:
    chosen = policy(grids=(1,), groups=("migrants",), tiers=("bystander", "task_only"), uptake=0.5)
    simulation = lived(4, place(**CROWDED), [chosen])
    world, meant = simulation.world, chosen.targets(simulation.world)
    assert set(np.unique(world.grid[meant]).tolist()) <= {1}
    assert (world.origin[meant] == 1).all()
    assert np.isin(world.tier[meant], (0, 1)).all()
    assert meant.any()


UNKNOWN = {
    "registering__known_at_start": 0.05,
    "registering__doors_per_1000": 0.5,
    "needing__own_request": 0.1,
    "needing__neighbour_tells": 0,
}
WHERE: dict[str, dict[str, Any]] = {"visits": UNKNOWN, "order_platform": UNKNOWN}
"""What a policy that finds people has something to find in."""
BESIDE = {"organizations": ("service_framework",)}
"""What passes orders up to a policy that waits for them; in force without it too."""
DIRECTIONS = [(policy, name) for policy in POLICIES.values() for name in policy.better]


@pytest.mark.parametrize(("policy", "name"), DIRECTIONS, ids=[f"{p.name}-{n}" for p, n in DIRECTIONS])
def test_a_policy_moves_what_theory_says(policy: type[Policy], name: str) -> None:
    """Under shared chance no seed goes the other way: with ten seeds, luck alone would do that once in 1,024."""
    differences, beside = [], [POLICIES[other]() for other in BESIDE.get(policy.name, ())]
    for seed in range(10):
        config = place(400, 4, **CROWDED, **WHERE.get(policy.name, {}))
        without, with_it = lived(78, config, beside, seed), lived(78, config, [policy(), *beside], seed)
        differences.append(float((with_it.weekly()[name][26:] - without.weekly()[name][26:]).mean()))
    assert min(policy.better[name] * d for d in differences) >= 0.0, differences
    assert any(differences)


@BROAD
def test_a_policy_is_not_aimed_at_what_it_cannot_reach(policy: type[Policy]) -> None:
    wrong: list[dict[str, Any]] = [
        {"groups": ("migrants",)},
        {"tiers": ("task_only",)},
        {"where": "alone"},
        {"uptake": 0.5},
        {"capacity": 3},
    ]
    wrong += [{"grids": (1,)}] if policy.aims_at == "community" else []
    for said in wrong:
        with pytest.raises(ValidationError, match="cannot be aimed"):
            policy(**said)


@AIMED
def test_a_policy_for_whom_words_say_reaches_only_them(policy: type[Policy]) -> None:
    chosen = policy(where="age >= younger_elder and not alone", capacity=7)
    simulation = lived(4, place(**CROWDED), [chosen])
    world, meant = simulation.world, chosen.targets(simulation.world)
    assert (world.age[meant] >= 3).all()
    assert (world.alone[meant] == 0).all()
    assert meant.sum() == 7


@AIMED
@pytest.mark.parametrize(
    "where",
    ["", "agee > 2", "__import__('os')", "alone.size", "alone()", "age[0]", "[1]", "'x'", "alone and", "a" * 500],
)
def test_words_that_mean_nobody_are_refused(policy: type[Policy], where: str) -> None:
    with pytest.raises(ValidationError):
        policy(where=where)


def test_places_without_what_a_policy_names_are_refused() -> None:
    with pytest.raises(ValueError, match="no service kind 'lunch'"):
        Simulation(place(20, 1), [POLICIES["mobile_kitchen"](kinds=("lunch",))])
    with pytest.raises(ValueError, match="no grid 7"):
        Simulation(place(20, 1), [POLICIES["supervision"](grids=(7,))])


def test_standing_pairs_end_with_their_policy_and_are_matched_anew() -> None:
    simulation = lived(
        30,
        place(**CROWDED, moving__annual_rate=0.6),
        [POLICIES["mobile_kitchen"](stop=26), POLICIES["mutual_aid"](stop=26)],
    )
    pairs = simulation.tallies()["count_pairs"]
    assert (pairs[10:26, 2:].sum(axis=1) > 0).all()
    assert pairs[1:26, 0].sum() > 0, "nobody is matched anew"
    assert pairs[1:26, 1].sum() > 0, "no pair ends though people move"
    assert pairs[26, 1] == pairs[25, 2:].sum()
    assert (pairs[26:, 2:] == 0).all()
    assert simulation.world.pairs[0] == 0


def test_names_are_unique_and_the_file_is_named_after_the_policy() -> None:
    for name, policy in POLICIES.items():
        assert policy.name == name
        assert policy.__module__ == f"sim.policies.{name}"


def test_what_is_not_a_policy_is_refused() -> None:
    with pytest.raises(TypeError, match="is not a policy"):
        Simulation(place(20, 1), ["training"])  # type: ignore[list-item]
