"""Lives that go on, told: who dies or leaves home is not said to move away, and what happens in a household is told there."""

import numpy as np
import pytest
from small import place

from experiments.trace.life_words import household_of
from experiments.trace.story import Lived, resident
from experiments.trace.who import MET
from sim.state.life_course import LEAVER
from sim.state.residents import CHILD, TEEN, VACANT
from sim.week import WEEK
from sim.world import World

WEEKS = 40
LIVELY = {
    "life__die_60": 0.2,
    "life__die_65": 0.3,
    "life__die_70": 0.5,
    "life__leaves_home": 0.15,
    "life__first_birth": 0.9,
}


@pytest.fixture(scope="module")
def lived() -> Lived:
    return Lived(place(800, 4, **LIVELY), (), 5, WEEKS)


@pytest.fixture(scope="module")
def seen(lived: Lived) -> dict[str, list[tuple[int, int, int]]]:
    """What happened to founders: the week, the row, and the row of a founder of the household or tied to it."""
    simulation = lived.start()
    world, found = simulation.world, {what: [] for what in ("died", "left", "born", "teen", "moved")}
    founders = world.key.copy()
    for week in range(WEEKS):
        simulation.begin_week()
        for phase in WEEK:
            if phase.name not in ("lives_go_on", "households_leave"):
                simulation.do(phase)
                continue
            age, gone, known = world.age.copy(), world.tenure == LEAVER, who_knows(world)
            simulation.do(phase)
            there = (age != VACANT) & (world.age != VACANT)
            changed = {
                "died": (world.age == VACANT) & (age != VACANT),
                "left": there & (world.tenure == LEAVER) & ~gone,
                "born": (world.age == CHILD) & (age == VACANT),
                "teen": there & (world.age == TEEN) & (age == CHILD),
            }
            if phase.name == "households_leave":
                changed = {"moved": changed["left"]}
            for what, rows in changed.items():
                for i in np.flatnonzero(rows & ((world.key == founders) | (age == VACANT))).tolist():
                    knew = [*household_of(world, i), *known[i]]
                    founder = [j for j in knew if there[j] and not rows[j] and world.key[j] == founders[j] and j != i]
                    found[what] += [(week, i, j) for j in founder[:3]]
        simulation.end_week()
    return found


def who_knows(world: World) -> list[list[int]]:
    """Whom each knows well enough to be told of."""
    ends = zip(world.tie_first[:-1].tolist(), world.degree.tolist(), strict=True)
    slots = [range(first, first + degree) for first, degree in ends]
    return [[int(world.tie_other[s]) for s in some if world.tie_strength[s] >= 2 * MET] for some in slots]


@pytest.mark.parametrize(("what", "word"), [("died", "dies, at "), ("left", "leaves home and the community, at ")])
def test_who_dies_or_leaves_home_does_not_move_away(
    lived: Lived, seen: dict[str, list[tuple[int, int, int]]], what: str, word: str
) -> None:
    assert seen[what]
    for week, gone, knew in seen[what][:4]:
        assert list(resident(lived, str(gone)))[-1].startswith(f"Week {week:>3}  {word}")
        then = [s for s in resident(lived, str(knew)) if s.startswith(f"Week {week:>3}  ")]
        assert any(f"resident {gone}" in s and word in s for s in then), then
        assert not any(f"resident {gone} " in s and "away" in s for s in then), then


def test_who_moves_away_is_said_to(lived: Lived, seen: dict[str, list[tuple[int, int, int]]]) -> None:
    week, gone, knew = seen["moved"][0]
    assert "the household moves" in list(resident(lived, str(gone)))[-1]
    then = [s for s in resident(lived, str(knew)) if s.startswith(f"Week {week:>3}  ")]
    assert any(f"resident {gone}" in s and s.endswith("away.") for s in then), then


def test_births_and_birthdays_are_told(lived: Lived, seen: dict[str, list[tuple[int, int, int]]]) -> None:
    week, child, parent = seen["born"][0]
    assert f"Week {week:>3}  a child is born: resident {child}." in list(resident(lived, str(parent)))
    week, teen, _ = seen["teen"][0]
    told = list(resident(lived, str(teen)))
    assert f"Week {week:>3}  turns 12 and can take part from now on." in told
    assert " child of 11 in grid " in told[0]
