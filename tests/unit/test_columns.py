"""Columns of a table: of the type and size that their facts say, zero at first, apart from each other though in one piece."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from small import place

from sim.state.columns import AT_A_TIME, Fact, columns_of
from sim.state.levers import LEVERS, REST
from sim.world import World

FACTS = st.builds(
    Fact, st.sampled_from(("u1", "i2", "f4", "i8")), st.just("a fact"), width=st.integers(min_value=0, max_value=5)
)


@given(st.lists(FACTS, min_size=1, max_size=6), st.integers(min_value=0, max_value=200))
def test_columns_of_a_table_are_as_their_facts_say_and_do_not_touch(facts: list[Fact], rows: int) -> None:
    table = {f"column_{at}": fact for at, fact in enumerate(facts)}
    columns = columns_of(table, rows)
    assert list(columns) == list(table)
    for at, (name, fact) in enumerate(table.items()):
        one, alone = columns[name], fact.empty(rows)
        assert (one.shape, one.dtype) == (alone.shape, alone.dtype)
        assert one.flags.c_contiguous
        assert not one.any()
        assert rows == 0 or one.ctypes.data % AT_A_TIME == 0
        one[:] = at + 1
    for at, column in enumerate(columns.values()):
        assert (column == at + 1).all()


def test_levers_of_a_new_world_are_where_they_rest() -> None:
    world = World(place(), seed=1)
    founded = {name: world.columns[name].copy() for name in LEVERS}
    world.let_levers_rest()
    for name, column in founded.items():
        assert np.array_equal(column, world.columns[name]), name
        assert (column == REST.get(name, 0.0)).all(), name
