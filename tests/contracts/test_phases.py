"""The contract of a phase: it touches what its code says and nothing else, and its plain Python is what is compiled."""

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numba.core.errors import TypingError
from service_on import MANY_CASES
from small import place
from watching import Notes, Touched, everything_plain, watched_views

from sim import POLICIES, Simulation
from sim.engine.effects import effects_of
from sim.state.phase import Phase, phase
from sim.state.views import LAYOUTS
from sim.week import WEEK

LIVELY: dict[str, Any] = {
    "moving__annual_rate": 0.9,
    "banking__earning": 1,
    "banking__redemption": "yes",
    "banking__giving": 0.1,
    "banking__expiry": 0.05,
    "population__initial_tiers": [0.2, 0.2, 0.2],
    "teaming__founders": 2,
    "teaming__forming": 0.5,
    "network__kind": "neighbourhood",
    "network__made_ties": 2,
    "dispatching__away_chance": 0.2,
    "placing__issues_per_1000": 20,
    "deciding__unregisters": 0.05,
    "deciding__across": 1.0,
    "moving__habit_share": 0.3,
}
POOLED = LIVELY | {
    "dispatching__scope": "pooled",
    "dispatching__most_rounds": 3,
    "bonding__ending": 0.02,
    "deciding__law": "threshold",
    "population__threshold_middle": 0.15,
}
SETTLED = {"moving__annual_rate": 0.1, "starting__registered": 0.9}
LIVES_GO_ON = {
    "life__course": "on",
    "population__low_income": 0.5,
    "life__first_birth": 0.5,
    "life__partner": 0.5,
    "life__leaves_home": 0.6,
    "life__limited_18": 0.01,
    "life__recovers": 0.05,
    "life__die_0": 0.4,
    "life__die_40": 0.6,
    "life__die_70": 0.5,
    "moving__annual_rate": 0.3,
    "moving__by": "age",
    "network__kind": "at_rest",
    "network__made_ties": 60,
}
NEEDY = {
    f"kinds__{kind}__{name}": value
    for kind in place().kinds
    for name, value in {"weekly": 0.05, "patience": 30}.items()
}
SCARCE = LIVELY | NEEDY | {
    "dispatching__scope": "local",
    "dispatching__most_rounds": 3,
    "dispatching__staff_per_1000": 60,
    "dispatching__escalate_after": 1,
    "deciding__registers_only": 0.05,
    "population__initial_tiers": [0.2, 0.12, 0.08],
}  # fmt: skip
SERVED = LIVELY | {name.replace(".", "__"): value for name, value in MANY_CASES.items()} | {
    "dispatching__sub_district_serves": 0.3,
}  # fmt: skip
FEW_VOLUNTEERS = SERVED | {
    "population__initial_tiers": [0.05, 0.02, 0.02],
    "dispatching__organization_hours_per_1000": 0,
    "kinds__companionship__lowest_skill": 0.95,
    "kinds__meals__lowest_skill": 0.95,
}
EVERY = tuple(POLICIES)
DOSES: dict[str, dict[str, Any]] = {"organizations": {"hours": 60, "stop": 50}}
"""Of policies of which much is seen only with these."""
LIVES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "lively": (LIVELY, EVERY),
    "pooled": (POOLED, EVERY),
    "well mixed": (LIVELY | {"network__kind": "well_mixed"} | SETTLED, EVERY),
    "lives that go on": (LIVELY | LIVES_GO_ON, EVERY),
    "scarce": (SCARCE, ("mutual_aid", "order_platform")),
    "helped": (LIVELY | NEEDY | {"moving__annual_rate": 0.05}, ("mutual_aid",)),
    "passed up": (SCARCE, ("grid_integration",)),
    "needs that last": (SERVED, EVERY),
    "needs that last, few volunteers": (FEW_VOLUNTEERS, ("organizations", "service_framework")),
}
"""Small communities in which everything happens: needs, moves, teams, credits, tasks; and policies that are in force."""
NEVER = {("needs_arise", "count_put_off")}
"""Writes that no life sees: the order book is made large enough for the needs of every week."""


def alive(life: str) -> Simulation:
    """A small community in which much happens."""
    changes, policies = LIVES[life]
    return Simulation(place(120, 2, **changes), [POLICIES[name](**DOSES.get(name, {})) for name in policies], 11)


@pytest.fixture
def lives(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Simulation]]:
    """Lives after some weeks; every compiled function is replaced by its plain Python, phases keep their compiled code."""
    begun = [alive(life).run_for(20) for life in LIVES]
    alive("lively").live_one_week()
    for one in WEEK:
        effects_of(one.plain)  # looked up while functions are as they are written
    everything_plain(monkeypatch)
    with np.errstate(over="ignore", divide="ignore"):
        yield begun


def columns_of(touched: set[Touched]) -> set[str]:
    """The names of columns that were touched."""
    members = [LAYOUTS[view].members[attribute] for view, attribute in touched]
    return {member.name for member in members if not member.single}


def test_phases_are_sentences_and_have_names_of_their_own() -> None:
    assert len({one.name for one in WEEK}) == len(WEEK)
    for one in WEEK:
        assert one.sentence.endswith("."), one.name


def test_each_phase_touches_what_its_code_says_and_is_what_it_says(lives: list[Simulation]) -> None:
    for plain in lives:
        for _ in range(2):
            compiled = copy.deepcopy(plain)
            plain.begin_week()
            compiled.begin_week()
            for one in WEEK:
                notes = Notes()
                one(watched_views(plain, notes, effects_of(one.plain).writes))
                assert notes.reads <= effects_of(one.plain).reads, one.name
                assert columns_of(notes.reads) <= set(one.reads), one.name
                assert columns_of(notes.writes) <= set(one.writes), one.name
                assert {view for view, _ in notes.looked_at} <= set(one.views), one.name
                compiled.do(one)
                agree(one, plain, compiled)
            plain.end_week()
            compiled.end_week()


def agree(one: Phase, plain: Simulation, compiled: Simulation) -> None:
    """Fail unless plain and compiled code left the same behind; then go on from the same numbers."""
    for name, column in plain.world.columns.items():
        other = compiled.world.columns[name]
        if column.dtype.kind == "f":
            np.testing.assert_allclose(column, other, rtol=1e-5, atol=1e-6, err_msg=f"{one.name}: {name}")
            other[...] = column
        else:
            np.testing.assert_array_equal(column, other, err_msg=f"{one.name}: {name}")


def test_every_write_that_a_phase_declares_happens_and_no_other(
    lives: list[Simulation],
) -> None:
    unseen = {(one.name, column) for one in WEEK for column in one.writes}
    for life in lives:
        for _ in range(70):
            life.begin_week()
            before = {name: column.tobytes() for name, column in life.world.columns.items()}
            for one in WEEK:
                life.do(one)
                after = {name: column.tobytes() for name, column in life.world.columns.items()}
                changed = {name for name, column in after.items() if column != before[name]}
                assert changed <= set(one.writes), one.name
                unseen -= {(one.name, name) for name in changed}
                before = after
            life.end_week()
        for _ in range(5):  # what is written anew with the same number
            life.begin_week()
            for one in WEEK:
                notes = Notes()
                one(watched_views(life, notes, effects_of(one.plain).writes))
                unseen -= {(one.name, name) for name in columns_of(notes.writes)}
            life.end_week()
    assert sorted(unseen) == sorted(NEVER), sorted(unseen)


def test_every_view_that_a_phase_takes_is_used() -> None:
    for one in WEEK:
        says = effects_of(one.plain)
        assert {view for view, _ in says.reads | says.writes} == set(one.views), one.name


def test_a_week_is_its_phases_one_after_another() -> None:
    at_once, step_by_step = alive("lively").run_for(20), alive("lively").run_for(20)
    for _ in range(8):
        at_once.live_one_week()
        step_by_step.begin_week()
        for one in WEEK:
            step_by_step.do(one)
        step_by_step.end_week()
    assert np.array_equal(at_once.rows, step_by_step.rows)
    for name, column in at_once.world.columns.items():
        assert np.array_equal(column, step_by_step.world.columns[name], equal_nan=True), name


@pytest.mark.parametrize(
    "column",
    [np.zeros(240, np.float32)[::2], np.zeros(120), np.zeros((120, 1), np.float32)],
    ids=["pieces", "f8", "2d"],
)
def test_a_column_that_is_not_as_it_is_declared_is_refused(column: Any) -> None:
    world = alive("scarce").world
    world.columns["skill"] = column
    with pytest.raises(TypeError, match=r"column skill is float.*expected f4"):
        world.table()


def test_a_phase_of_something_that_is_no_view_is_refused() -> None:
    with pytest.raises(TypeError, match=r"a_phase: residentz is no view; there are residents, "):

        @phase
        def a_phase(residentz: Any, station: Any) -> None:
            """Nothing."""


def test_a_phase_without_a_sentence_is_refused() -> None:
    with pytest.raises(TypeError, match="phase a_phase has no docstring"):

        @phase
        def a_phase(residents: Any) -> None:
            pass


def test_a_phase_that_looks_at_something_that_a_view_does_not_have_is_told_so() -> None:
    @phase
    def a_phase(residents: Any) -> None:
        """Looks for a mood."""
        residents.mood[0] = 1.0

    with pytest.raises(TypingError, match="mood"):
        a_phase.build()
    with pytest.raises(AttributeError, match="residents has no 'mood'; there are key, "):
        alive("scarce").do_plainly(a_phase)


def test_a_phase_that_writes_what_is_read_only_is_caught() -> None:
    @phase
    def a_phase(residents: Any) -> None:
        """It writes a tier."""
        residents.tier[0] = 3

    life, notes = alive("scarce"), Notes()
    with pytest.raises(ValueError, match="read-only"):
        a_phase(watched_views(life, notes, frozenset()))
    assert notes.writes == {("residents", "tier")}
    assert a_phase.writes == ("tier",)
    assert a_phase.reads == ()
