"""A policy of one's own: in ten lines, compiled; what cannot be compiled runs in plain Python, with a word that says why."""

import warnings
from typing import Any

import pytest

from sim import Simulation, load_config
from sim.policies.acts import leaves, pushes
from sim.policies.policy import Policy, dose

PLACE = load_config("classroom", set={"population.residents": 60, "population.grids": 2})
HEARD = 0.125


def helper(my: Any) -> float:
    """A function that nobody has marked as compiled."""
    return float(my.hearing)


class Hearing(Policy):
    """The station hears of more."""

    hearing: float = dose(HEARD, "Chance that the station hears of a need.", unit="share", low=0, high=1)

    @pushes
    def hear(levers: Any, my: Any) -> float:
        levers.reach[0] += my.hearing
        return 3.0


class Unmarked(Hearing):
    @pushes
    def hear(levers: Any, my: Any) -> float:
        levers.reach[0] += helper(my)
        return 3.0


class Formatted(Hearing):
    @pushes
    def hear(levers: Any, my: Any) -> float:
        levers.reach[0] += float(f"{my.hearing:.3f}")
        return 3.0


class Misspelled(Hearing):
    @pushes
    def hear(levers: Any, my: Any) -> float:
        levers.reach[0] += my.heering
        return 3.0


class InPython(Hearing):
    def push(self, world: Any, strength: float) -> float:
        world.reach[0] += self.hearing * strength
        return 3.0


class CompiledAgain(InPython):
    @pushes
    def hear(levers: Any, my: Any) -> float:
        levers.reach[0] += helper(my) / 2.0
        return 6.0


def test_a_policy_needs_no_more_than_doses_and_a_push() -> None:
    assert (Hearing.name, Hearing.title, Hearing.title_zh) == ("hearing", "Hearing", "Hearing")
    assert (
        Hearing(start=3).sentence()
        == Hearing(start=3).sentence_zh()
        == "The station hears of more, from week 3 to the end."
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        life = Simulation(PLACE, [Hearing(start=1)]).run_for(2)
    assert life.world.reach[0] == HEARD
    assert life.costs == [(0.0,), (3.0,)]


@pytest.mark.parametrize(
    ("policy", "why"), [(Unmarked, "Untyped global name 'helper'"), (Formatted, "format spec in f-strings")]
)
def test_what_cannot_be_compiled_runs_in_plain_python_and_says_why(policy: type[Policy], why: str) -> None:
    with pytest.warns(UserWarning, match=rf"{policy.__name__}.hear runs in plain Python, which is slow: {why}"):
        life = Simulation(PLACE, [policy()]).run_for(1)
    assert life.world.reach[0] == HEARD
    assert life.costs == [(3.0,)]


def test_a_misspelled_dose_is_named_with_those_there_are() -> None:
    with (
        pytest.warns(UserWarning, match="Unknown attribute 'heering'"),
        pytest.raises(AttributeError, match=r"has no 'heering'; there are .*hearing"),
    ):
        Simulation(PLACE, [Misspelled()]).run_for(1)


def test_the_nearest_class_says_what_is_pushed() -> None:
    assert Simulation(PLACE, [InPython()]).run_for(1).costs == [(3.0,)]
    with pytest.warns(UserWarning, match="CompiledAgain.hear runs in plain Python"):
        life = Simulation(PLACE, [CompiledAgain()]).run_for(1)
    assert life.costs == [(6.0,)]
    assert life.world.reach[0] == HEARD / 2.0


class Moved(Hearing):
    @leaves
    def go(residents: Any) -> None:
        residents.registered[int(f"{0:d}")] = 1 - residents.registered[0]


def test_what_is_taken_back_is_taken_back_in_plain_python_too() -> None:
    life = Simulation(PLACE, [Moved(stop=1)]).run_for(1)
    before = int(life.world.registered[0])
    with pytest.warns(UserWarning, match="Moved.go runs in plain Python"):
        life.run_for(1)
    assert int(life.world.registered[0]) == 1 - before
