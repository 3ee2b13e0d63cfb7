"""A hand in one life: it acts in one world only, is lived again from the state, and what cannot be is said."""

import re
from pathlib import Path

import numpy as np
import pytest

from classroom import stories, touches
from classroom.pair import Pair
from classroom.refusals import in_chinese
from classroom.session import Session
from classroom.state import State, StateError, state_of

SMALL = State(set={"population.residents": 120, "population.grids": 2, "population.elders_alone": 2}, week=6)
HANDS = ("hour", "step", "friend", "move")


def somebody(pair: Pair) -> tuple[int, int]:
    """A bystander, and a stranger of the other grid."""
    world = pair.lives[1].simulation.world
    there = np.flatnonzero((world.tier == 0) & (world.age == 2))
    one = int(there[0])
    tied = world.tie_other[world.tie_first[one] : world.tie_first[one] + world.degree[one]]
    return one, int(next(j for j in there if world.grid[j] != world.grid[one] and j not in tied))


def bytes_of(pair: Pair, world: int) -> dict[str, bytes]:
    columns = pair.lives[world].simulation.world.columns
    return {name: column.tobytes() for name, column in columns.items()}


def friends(pair: Pair) -> dict[int, list[int]]:
    """Who is tied to whom in the second world, by key; every tie is held by both."""
    world = pair.lives[1].simulation.world
    tied = {}
    for i in range(world.tier.size):
        slots = world.tie_other[world.tie_first[i] : world.tie_first[i] + world.degree[i]]
        tied[int(world.key[i])] = sorted(int(world.key[j]) for j in slots)
    assert all(a in tied[b] for a, others in tied.items() for b in others)
    return tied


@pytest.mark.parametrize("what", HANDS)
def test_a_touch_changes_one_world_and_is_lived_again(what: str) -> None:
    pair, untouched = Pair(SMALL), Pair(SMALL)
    one, other = somebody(pair)
    before = friends(pair)
    pair.touch(1, one, what, other if what in ("friend", "move") else -1)
    world = pair.lives[1].simulation.world
    assert bytes_of(pair, 0) == bytes_of(untouched, 0)
    changed = {n for n, c in bytes_of(pair, 1).items() if c != bytes_of(untouched, 1)[n]}
    a, b = (int(untouched.lives[1].simulation.world.key[row]) for row in (one, other))
    if what == "hour":
        assert changed == {"hours_limit"}
    if what == "step":
        assert changed <= {"tier", "registered", "recruited_week", "route"}
        assert world.tier[one] == 1
    if what == "friend":
        assert changed <= {"tie_other", "tie_strength", "tie_rest", "tie_born", "degree"}
        now = friends(pair)
        assert now[a] == sorted([*before[a], b])
        assert now[b] == sorted([*before[b], a])
    if what == "move":
        assert friends(pair) == before
        assert pair.rows_of(one, 0)[1] != one
        assert "grid" not in changed
        assert stories.story(pair, one)["worlds"][1]["name"] == stories.story(pair, one)["worlds"][0]["name"]
    told = stories.story(pair, pair.rows_of(one, 0)[1], 1)["worlds"][1]
    assert "by hand" in told["now"][0][0]
    assert "climb" not in " ".join(said[0].lower() for said in told["now"])
    pair.live(20)
    untouched.live(20)
    assert bytes_of(pair, 0) == bytes_of(untouched, 0)
    assert bytes_of(pair, 1) != bytes_of(untouched, 1)
    assert pair.ever.any() or what in ("hour", "friend")  # it can take long until a bystander has use for them
    friends(pair)
    again = Pair(state_of(pair.state.model_dump(mode="json")))
    assert again.frame(everything=True) == pair.frame(everything=True)
    assert bytes_of(again, 1) == bytes_of(pair, 1)


def test_what_cannot_be_given_is_said_and_leaves_no_trace() -> None:
    pair = Pair(SMALL)
    one, other = somebody(pair)
    world = pair.lives[1].simulation.world
    child = int(np.flatnonzero(world.age == 0)[0])
    state, before = pair.state, bytes_of(pair, 1)
    for row, what, whom, why in (
        (child, "hour", -1, "a child"),
        (10_000, "hour", -1, "rows of residents"),
        (one, "friend", -1, "choose somebody"),
        (one, "friend", one, "tied already"),
        (one, "move", one, "another grid"),
        (one, "wings", other, "what"),
    ):
        with pytest.raises(StateError, match=why) as refused:
            pair.touch(1, row, what, whom)
        assert what == "wings" or not re.search("[A-Za-z]{3}", in_chinese(refused.value))
    assert pair.state == state
    assert bytes_of(pair, 1) == before


def test_a_page_gives_by_message() -> None:
    session = Session(teacher=True)
    session.answer({"do": "open", "state": SMALL.model_dump(mode="json")})
    assert session.pair is not None
    one, other = somebody(session.pair)
    _, told = session.answer({"do": "touch", "world": 1, "row": one, "what": "friend", "other": other})
    assert told["state"]["touches"] == [{"week": 6, "world": 1, "row": one, "what": "friend", "other": other}]
    assert "by hand" in session.answer({"do": "study"})[0]["study"]


def test_every_refusal_of_a_hand_is_known_in_chinese() -> None:
    text = Path(touches.__file__).read_text(encoding="utf-8")
    said = re.findall(r'raise TouchError\(f?"([^"]+)"\)', text)
    assert len(said) >= 9
    for english in said:
        assert not re.search("[A-Za-z]{3}", in_chinese(re.sub(r"\{[^}]*\}", "6", english))), english
