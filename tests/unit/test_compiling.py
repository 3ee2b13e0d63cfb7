"""What the compiler is told: no row is counted from the end, and a row that is sent for changes nothing."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.cache import is_own
from sim.engine.jit import compiled, prefetch
from sim.mathematics.sorting import ABREAST, highest

ROOT = Path(__file__).parents[2]

CHECKED = """
import numpy as np
from sim import POLICIES, Simulation, load_config
from sim.engine.jit import compiled

@compiled
def at(column, i):
    return column[i]

@compiled
def last(column):
    return column[-1]

@compiled
def put(table, i, k):
    table[i, k] = 1.0

def refused(function, *arguments):
    try:
        function(*arguments)
    except IndexError:
        return True
    return False

three = np.arange(3.0)
assert at(three, 2) == 2.0 and last(three) == 2.0
assert refused(at, three, -1) and refused(at, three, 3)
assert refused(put, np.zeros((2, 2)), 1, -1) and not refused(put, np.zeros((2, 2)), 1, 1)

small = {"population.residents": 500, "population.grids": 3}
crowded = {"dispatching.scope": "pooled", "dispatching.most_rounds": 3, "bonding.ending": 0.02}
crowded |= {"network.kind": "neighbourhood", "network.made_ties": 2}
Simulation(load_config("baseline", set=small), [p() for p in POLICIES.values()], seed=5).run_for(40)
Simulation(load_config("baseline", set=small | crowded), seed=5).run_for(30)
Simulation(load_config("baseline", set=small | {"network.kind": "well_mixed"}), seed=5).run_for(30)
"""


def test_no_row_is_counted_from_the_end(tmp_path: Path) -> None:
    """With every index checked, one that counts from the end is refused, and whole lives need none."""
    program = tmp_path / "checked.py"
    program.write_text(CHECKED, encoding="utf-8")
    said = subprocess.run(
        [sys.executable, str(program)],
        env=os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_OPT": "0", "LINLI_CACHE": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr[-2000:]


def test_a_row_that_is_sent_for_changes_nothing() -> None:
    """Neither a row that exists nor one that does not."""

    @compiled
    def send(column, row):  # type: ignore[no-untyped-def]
        prefetch(row, column)

    column = np.arange(5.0)
    for row in (0, 4, 5, 1 << 40):
        send(column, row)
        prefetch(row, column)
    assert column.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


@settings(deadline=None)  # the first of each kind of number is compiled
@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=3 * ABREAST), st.sampled_from(["f4", "f8", "i4", "i1"]))
def test_the_highest_of_many(numbers: list[int], dtype: str) -> None:
    """The largest number, wherever it stands among them."""
    values = np.array(numbers).clip(-100, 100).astype(dtype)
    assert highest(values) == values.max()


def test_code_is_taken_only_from_a_folder_into_which_nobody_else_could_put_it(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir(mode=0o700)
    assert is_own(mine)
    (tmp_path / "link").symlink_to(mine)
    assert not is_own(tmp_path / "link")
    for mode in (0o777, 0o770):
        mine.chmod(mode)
        assert not is_own(mine)
