"""The Mesa face: a real model with lazy residents; looking at it changes nothing."""

import copy
import pickle
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import mesa
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from mesa.experimental.scenarios import Scenario
from small import isolated, lived, place, same_life

from sim import METRICS, POLICIES, Community, ConfigError, Resident, Simulation
from sim.config.seed import checked_seed
from sim.model import WRITABLE
from sim.policies.recognition import Recognition
from sim.policies.training import Training
from sim.policies.vanguard import Vanguard
from sim.state.residents import RESIDENTS, VACANT
from sim.world import World

SMALL = {"population__residents": 120, "population__grids": 2}


def community(weeks: int = 0, **said: Any) -> Community:
    """A small community after so many weeks."""
    model = Community(**({"config": isolated(120, 2, population__initial_tiers=[0.2, 0.2, 0.1]), "rng": 7} | said))
    if weeks:
        model.run_for(weeks)
    return model


def test_it_is_a_mesa_model_and_a_step_is_a_week() -> None:
    model = community()
    assert isinstance(model, mesa.Model)
    model.step()
    assert (model.week, model.time) == (1, 1.0)
    model.run_for(51)
    model.run_until(60)
    assert (model.week, model.time) == (60, 60.0)
    assert model.simulation.seed == 7


def test_it_lives_the_life_of_the_engine() -> None:
    model = community(30, policies=[Vanguard(start=4), "recognition"])
    same_life(model.simulation, lived(30, model.config, [Vanguard(start=4), Recognition()]))


def test_one_row_a_week_and_one_column_a_metric() -> None:
    model = community(26)
    table = model.datacollector.get_model_vars_dataframe()
    assert list(table.columns) == ["week", *METRICS]
    assert table["week"].tolist() == list(range(26))
    weekly = model.simulation.weekly()
    for name in METRICS:
        np.testing.assert_array_equal(table[name], weekly[name])
    model.step()
    assert len(model.datacollector.get_model_vars_dataframe()) == 27


def test_no_week_lived_gives_an_empty_table() -> None:
    assert len(community().datacollector.get_model_vars_dataframe()) == 0


def test_reporters_of_ones_own() -> None:
    model = community(
        5,
        model_reporters={"people": lambda m: len(m.agents), "years": "time"},
        agent_reporters={"tier": "tier", "double": lambda r: 2 * r.skill},
        agenttype_reporters={Resident: {"age": "age"}},
    )
    table = model.datacollector.get_model_vars_dataframe()
    assert table["people"].tolist() == [120] * 5
    assert list(table.columns[-2:]) == ["people", "years"]
    agents = model.datacollector.get_agent_vars_dataframe()
    assert agents.shape == (600, 2)
    assert agents.loc[5.0, "tier"].tolist() == model.simulation.world.tier.tolist()
    assert len(model.datacollector.get_agenttype_vars_dataframe(Resident)) == 600


def test_a_reporter_cannot_take_the_name_of_a_metric() -> None:
    with pytest.raises(ValueError, match="cohesion"):
        community(model_reporters={"cohesion": len})


def test_residents_are_made_only_when_asked_for() -> None:
    model = community(3)
    assert model._residents == {}
    assert len(model.agents) == 120
    assert [r.unique_id for r in model.agents] == list(range(1, 121))
    assert [r.row for r in model.agents] == list(range(120))
    assert model.agent_types == [Resident]
    assert len(model.agents_by_type[Resident]) == 120


def test_a_resident_shows_every_column_as_python_numbers() -> None:
    model = community(3)
    for resident in list(model.agents)[:10]:
        for name, fact in RESIDENTS.items():
            value = getattr(resident, name)
            kind = tuple if fact.width else float if fact.dtype.startswith("f") else int
            assert type(value) is kind, name
            assert value == model.simulation.world.columns[name][resident.row].tolist() or fact.width
    assert "skill in serving" in (Resident.skill.__doc__ or "")


def test_mesa_sets_of_agents_work() -> None:
    agents = community(3).agents
    assert agents.select(lambda r: r.tier == 3).get("tier") == [3] * agents.groupby("tier").count()[3]
    assert sum(agents.groupby("grid").count().values()) == 120
    assert agents.agg("skill", max) <= 1.0
    agents.select(lambda r: r.tier >= 0).set("skill", 0.25)
    assert agents.agg("skill", max) == 0.25 or any(r.tier < 0 for r in agents)


def test_what_is_set_is_lived_with() -> None:
    model = community(1)
    bystander = next(iter(model.agents.select(lambda r: r.tier == 0 and r.registered == 0)))
    bystander.tier = 2
    bystander.interest = (0, 0, 1, 0.5, 0)
    assert (bystander.tier, bystander.registered, bystander.interest) == (2, 1, (0, 0, 1, 0.5, 0))
    member = next((r for r in model.agents if r.team >= 0), None)
    for resident in model.agents:
        if resident.tier >= 0:
            resident.tier = 0
    assert member is None or member.team == -1
    assert not model.simulation.world.team_size.any()
    model.run_for(3)


def test_wrong_values_are_refused_and_nothing_is_changed() -> None:
    model = community(1)
    child = next(r for r in model.agents if r.tier == -1)
    adult = next(r for r in model.agents if r.tier == 0)
    wrong: list[tuple[Resident, str, Any, type[Exception]]] = [
        (adult, "tier", 4, ValueError),
        (adult, "tier", 1.5, ValueError),
        (adult, "tier", -1, ValueError),
        (child, "tier", 1, ValueError),
        (adult, "skill", 1.01, ValueError),
        (adult, "skill", float("nan"), ValueError),
        (adult, "skill", "much", TypeError),
        (adult, "skill", (0.1, 0.2), TypeError),
        (adult, "interest", 0.5, TypeError),
        (adult, "interest", (0, 0, 0, 0, 2), ValueError),
        (adult, "hours_limit", 169, ValueError),
        (adult, "household", 1, AttributeError),
        (adult, "balance", 60, AttributeError),
        (adult, "key", 1, AttributeError),
    ]
    for resident, name, value, error in wrong:
        before = getattr(resident, name)
        with pytest.raises(error, match=name if error is not ValueError or resident is adult else "children"):
            setattr(resident, name, value)
        assert getattr(resident, name) == before
    assert set(WRITABLE) <= RESIDENTS.keys()


def test_ties_and_household() -> None:
    model = community(5)
    for resident in model.agents:
        for other, strength in resident.ties.items():
            assert 0.0 <= strength <= 1.0
            assert other.ties[resident] == strength
        for mate in resident.household_members:
            assert mate.household == resident.household
            assert resident in mate.household_members
            assert resident.ties[mate] == 1.0
    assert any(r.household_members for r in model.agents)


def test_residents_do_not_step_alone() -> None:
    model = community()
    with pytest.raises(NotImplementedError, match=r"model\.step\(\)"):
        model.agents.shuffle_do("step")


def test_looking_draws_no_chance() -> None:
    seen, unseen = community(), community()
    for _ in range(12):
        seen.step()
        unseen.step()
        before = seen.rng.bit_generator.state, seen.random.getstate()
        seen.agents.select(lambda r: bool(r.ties) or r.tier > 0)
        assert seen.grid is not None
        seen.datacollector.get_model_vars_dataframe()
        assert (seen.rng.bit_generator.state, seen.random.getstate()) == before
    same_life(seen.simulation, unseen.simulation)


def test_who_is_removed_is_gone_and_all_other_luck_stays() -> None:
    whole, less = community(4), community(4)
    gone = next(iter(less.agents.select(lambda r: r.tier >= 2 and r.household_members)))
    row, mate, friend = gone.row, gone.household_members[0], next(iter(gone.ties))
    gone.remove()
    assert gone not in less.agents
    assert gone not in mate.household_members
    assert gone not in friend.ties
    assert less.simulation.world.age[row] == VACANT
    with pytest.raises(LookupError, match="removed"):
        _ = gone.tier
    with pytest.raises(LookupError, match="removed"):
        gone.remove()
    others = np.arange(120) != row
    for _ in range(20):
        whole.step()
        less.step()
        for name in ("luck_asked", "luck_rung", "luck_life", "luck_meeting", "key", "disposition"):
            mine, theirs = (m.simulation.world.columns[name][others] for m in (whole, less))
            np.testing.assert_array_equal(mine, theirs, err_msg=name)
    assert len(less.agents) == 119
    assert less.simulation.world.age[row] == VACANT


def test_everybody_can_be_removed() -> None:
    model = community(2)
    model.remove_all_agents()
    assert len(model.agents) == 0
    model.run_for(3)
    assert model.datacollector.get_model_vars_dataframe()["participation"].iloc[-1] == 0.0


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["deepcopy", "pickle"])
@pytest.mark.parametrize("looked", [False, True])
def test_a_copy_goes_on_with_the_same_life_and_alone(copied: Any, looked: bool) -> None:
    reporters = {"tier": "tier"} if looked else None
    model = community(15, policies=[Vanguard(start=3), Training()], agent_reporters=reporters)
    if looked:
        assert model.grid is not None
    twin = copied(model)
    before = model.simulation.world.tier.copy()
    twin.run_for(15)
    np.testing.assert_array_equal(model.simulation.world.tier, before)
    model.run_for(15)
    same_life(model.simulation, twin.simulation)
    one, other = (m.datacollector.get_model_vars_dataframe() for m in (model, twin))
    pd.testing.assert_frame_equal(one, other)
    assert all(r.model is twin for r in twin.agents)


def test_a_simulation_can_be_pickled_in_the_middle_of_its_life() -> None:
    one = lived(20, policies=[policy(start=10) for policy in POLICIES.values()])
    other: Simulation = pickle.loads(pickle.dumps(one))
    one.run_for(20)
    other.run_for(20)
    same_life(one, other)
    assert other.costs == one.costs
    for name, column in one.weekly().items():
        np.testing.assert_array_equal(column, other.weekly()[name], err_msg=name)


def test_ways_to_say_what_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("extends: first_version\npopulation: {residents: 50, grids: 1}\n")
    assert len(Community(tmp_path / "own.yaml").agents) == 50
    assert Community("classroom", moving__annual_rate=0.2).config.moving.annual_rate == 0.2
    assert Community(policies="training", **SMALL).policies == (Training(),)
    assert Community(policies=Training(seats=3), **SMALL).policies == (Training(seats=3),)
    assert Community(rng=np.random.default_rng(3), **SMALL).simulation.seed == (
        Community(rng=np.random.default_rng(3), **SMALL).simulation.seed
    )
    assert Community(**SMALL).simulation.seed != Community(**SMALL).simulation.seed


@pytest.mark.parametrize("seed", [1.5, 1.0, True, np.True_, np.float64(2), "7", None, 2**64, -1, np.int64(-1), [1]])
def test_every_entrance_refuses_what_is_no_seed(seed: Any) -> None:
    """No number is quietly rounded to another's luck."""
    config = isolated(40, 2)
    for enter in (checked_seed, lambda s: Simulation(config, seed=s), lambda s: World(config, s)):
        with pytest.raises((TypeError, ValueError), match="seed must be"):
            enter(seed)
    if seed is not None and not isinstance(seed, list):  # of these numpy makes a generator
        with pytest.raises((TypeError, ValueError), match="seed must be"):
            Community(rng=seed, **SMALL)


@pytest.mark.parametrize("seed", [0, 7, np.int64(7), np.uint64(2**64 - 1), 2**64 - 1])
def test_whole_numbers_of_any_kind_are_seeds(seed: Any) -> None:
    life = Simulation(isolated(40, 2), seed=seed)
    assert life.seed == int(seed)
    assert type(life.seed) is int
    assert life.world.seed[0] == np.uint64(seed)


def test_wrong_arguments_are_told() -> None:
    with pytest.raises(ValueError, match="no policy is called 'trainning'"):
        community(policies=["trainning"])
    with pytest.raises(TypeError, match="is not a policy"):
        community(policies=[3])
    with pytest.raises(TypeError, match="moving__annual_rate"):
        community(moving__annual_rate=0.2)
    with pytest.raises(ValueError, match="seed"):
        community(rng=-1)
    with pytest.raises(ConfigError, match="annual_rate"):
        Community("classroom", moving__anual_rate=0.2)


def test_a_scenario_says_the_arguments() -> None:
    model = Community(scenario=Scenario(rng=7, config="classroom", policies="training", moving__annual_rate=0.3))
    assert model.policies == (Training(),)
    assert model.config.moving.annual_rate == 0.3
    same = Community(scenario=Scenario(rng=7, config="classroom", policies="training", moving__annual_rate=0.3))
    assert model.simulation.seed == same.simulation.seed


needs_batch_run = pytest.mark.skipif(not hasattr(mesa, "batch_run"), reason="Mesa 4 has no batch_run")


def batch(processes: int) -> pd.DataFrame:
    """Two doses, two places, two seeds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        rows = mesa.batch_run(
            Community,
            {"moving__annual_rate": [0.0, 0.4], "policies": [(), (Training(),)], **SMALL},
            number_processes=processes,
            rng=[1, 2],
            max_steps=10,
            display_progress=False,
        )
    return pd.DataFrame(rows).sort_values("RunId", ignore_index=True)


@needs_batch_run
def test_batch_runs() -> None:
    table = batch(1)
    assert len(table) == 8
    assert set(METRICS) <= set(table.columns)
    assert (table["Step"] == 10).all()
    config = place(120, 2, moving__annual_rate=0.4)
    one = table[(table["moving__annual_rate"] == 0.4) & (table["rng"] == 2) & (table["policies"].map(len) == 0)]
    assert one["identity"].item() == lived(10, config, seed=2).weekly()["identity"][-1]


@needs_batch_run
@pytest.mark.slow
def test_batch_runs_in_two_processes_are_those_in_one() -> None:
    one, two = batch(1), batch(2)
    pd.testing.assert_frame_equal(one.drop(columns="policies"), two.drop(columns="policies"))


def test_the_space_has_fixed_places_for_pictures() -> None:
    model = community(2)
    assert isinstance(model.ties(), nx.Graph)
    assert model.ties().number_of_edges() == model.simulation.world.degree.sum() / 2
    assert model.positions() == community(2).positions()
    assert list(model.positions()) == list(range(120))
    assert len(set(model.positions().values())) == 120
    assert model.grid is model.grid
    resident = next(iter(model.agents))
    assert resident.cell.coordinate == resident.row
    assert {a.row for a in resident.cell.neighborhood.agents} == {r.row for r in resident.ties}


def test_the_engine_does_not_need_mesa() -> None:
    code = "import sys, sim; sim.Simulation; sim.METRICS; sim.POLICIES; sys.exit('mesa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0


def test_a_life_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.simulation.MOST_WEEKS", 20)
    life = Simulation(isolated(40, 2), seed=1).run_for(26)
    with pytest.raises(ValueError, match="no life of more than 20 weeks"):
        life.run_for(1)
