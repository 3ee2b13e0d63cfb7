"""The phase contract: a phase writes what it declares and nothing else, and its plain Python is what is compiled."""

import copy
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher
from sim.driver import handed_over

from sim import POLICIES, Simulation
from sim.phase import Phase, phase
from sim.week import WEEK
from tests.small import person_fields, place


@pytest.fixture
def everything_plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every compiled function of the model replaced by the plain Python it was compiled from.

    Phases keep their compiled code, which is made ready first: it knows the functions it was compiled with.
    """
    ready = lively(2)
    for one in WEEK:
        ready.do(one)
    for name, module in list(sys.modules.items()):
        # Monday calls compiled functions by address, which plain Python cannot: tests/test_monday.py holds it to them
        if name.partition(".")[0] == "sim" and name != "sim.monday":
            for key, value in list(vars(module).items()):
                if isinstance(value, Dispatcher):
                    monkeypatch.setattr(module, key, value.py_func)
    with np.errstate(over="ignore", divide="ignore"):
        yield


def lively(weeks: int) -> Simulation:
    """A small community in which everything happens: many needs, moves, teams, credits, tasks and policies."""
    config = place(
        120,
        2,
        moving__annual_rate=0.9,
        banking__earning=1,
        banking__redemption="yes",
        banking__giving=0.1,
        banking__expiry=0.05,
        population__initial_tiers=[0.2, 0.2, 0.2],
        teaming__founders=2,
        teaming__forming=0.5,
        network__made_ties=2,
        dispatching__away_chance=0.2,
        placing__issues_per_1000=20,
    )
    return Simulation(config, [policy() for policy in POLICIES.values()], 11).run_for(weeks)


def declared(one: Phase) -> set[str]:
    """Columns that a phase may write."""
    return set(one.writes) | (set(person_fields()) if "persons" in one.writes else set())


def test_every_declared_write_is_a_column() -> None:
    known = lively(0).world.columns
    for one in WEEK:
        assert sorted(declared(one) - {"persons"} - known.keys()) == [], one.name


def test_phases_are_sentences_and_have_names_of_their_own() -> None:
    assert len({one.name for one in WEEK}) == len(WEEK)
    for one in WEEK:
        assert one.sentence.endswith("."), one.name


def test_a_phase_that_declares_what_it_does_not_name_is_refused() -> None:
    with pytest.raises(TypeError, match="writes"):

        @phase(writes=("nowhere",))
        def a_phase(tier: Any) -> None:
            """Nothing."""


@pytest.mark.usefixtures("everything_plain")
def test_each_phase_writes_only_what_it_declares_and_is_what_it_says() -> None:
    simulation = lively(20)
    for _ in range(3):
        twin = copy.deepcopy(simulation)
        simulation.begin_week()
        twin.begin_week()
        for one in WEEK:
            allowed = declared(one)
            for name, column in simulation.world.columns.items():
                column.flags.writeable = name in allowed
            simulation.do_plainly(one)
            for column in simulation.world.columns.values():
                column.flags.writeable = True
            twin.do(one)
            agree(one, simulation, twin)
        simulation.end_week()
        twin.end_week()


def agree(one: Phase, plain: Simulation, compiled: Simulation) -> None:
    """Fail unless plain and compiled code left the same behind; then go on from the same numbers."""
    for name, column in plain.world.columns.items():
        other = compiled.world.columns[name]
        if column.dtype.kind == "f":
            np.testing.assert_allclose(column, other, rtol=1e-5, atol=1e-6, err_msg=f"{one.name}: {name}")
            other[...] = column
        else:
            np.testing.assert_array_equal(column, other, err_msg=f"{one.name}: {name}")


def test_a_driven_week_is_its_phases_one_after_another() -> None:
    driven, step_by_step = lively(20), lively(20)
    for _ in range(8):
        driven.live_one_week()
        step_by_step.begin_week()
        for one in WEEK:
            step_by_step.do(one)
        step_by_step.end_week()
    assert np.array_equal(driven.rows, step_by_step.rows)
    for name, column in driven.world.columns.items():
        assert np.array_equal(column, step_by_step.world.columns[name], equal_nan=True), name


def test_a_column_in_pieces_is_refused() -> None:
    known = lively(0).world.columns | dict(lively(0).world.sections())
    with pytest.raises(ValueError, match="column skill does not lie in one piece"):
        handed_over(known | {"skill": np.zeros(240, np.float32)[::2]})


@pytest.mark.usefixtures("everything_plain")
def test_a_phase_that_writes_more_than_it_declares_is_caught() -> None:
    @phase(writes=("skill",))
    def a_phase(skill: Any, tier: Any) -> None:
        """It writes a tier."""
        tier[0] = 3

    column = np.zeros(2)
    column.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        a_phase.plain(np.zeros(2), column)
