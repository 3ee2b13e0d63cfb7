"""What a user's file says goes through the whole program: targets by own columns, own ids and grid names in what comes out."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classroom.people import described
from experiments.reporting.paper_tables import residents_and_ties
from experiments.reporting.snapshot import snapshot_of
from experiments.trace.story import Lived, TraceError, order, resident
from sim import POLICIES, Simulation, load_config
from sim.config.schema import Config
from sim.policies.policy import MisfitError

pytestmark = pytest.mark.filterwarnings("ignore::sim.founding.import_data.notes.FileNote")
CASTES = ("obc", "sc", "", "Åkesson & söner")


def community(folder: Path, residents: int = 60, **changes: object) -> Config:
    """Residents r0, r1 ... in two grids, tied in a ring, with columns of their own."""
    rows = [
        f"r{k},{'东区' if k % 2 else 'West $1'},{30 + k % 40},{CASTES[k % 4]},{k if k % 3 else 'NA'},{k}\n"
        for k in range(residents)
    ]
    (folder / "residents.csv").write_text("id,grid,age,caste,Income (EUR),child\n" + "".join(rows), encoding="utf-8")
    ties = "".join(f"r{k},r{(k + 1) % residents}\n" for k in range(residents))
    (folder / "ties.csv").write_text("source,target\n" + ties)
    said = {"population.residents_file": str(folder / "residents.csv")}
    said |= {"network.kind": "file", "network.ties_file": str(folder / "ties.csv")}
    return load_config("classroom", set={**said, **changes})


def policy(**doses: object) -> Any:
    return POLICIES["training"](**doses)


def aimed(simulation: Simulation, where: str) -> set[str]:
    found = policy(where=where).targets(simulation.world)
    return {simulation.world.people.name_of(row) for row in np.flatnonzero(found)}


def test_a_policy_is_meant_for_whom_a_column_of_ones_own_says(tmp_path: Path) -> None:
    s = Simulation(community(tmp_path), seed=1)
    every = {f"r{k}" for k in range(60)}
    assert aimed(s, "own.caste == 'obc'") == {f"r{k}" for k in range(0, 60, 4)}
    assert aimed(s, "own['caste'] == 'Åkesson & söner'") == {f"r{k}" for k in range(3, 60, 4)}
    assert aimed(s, "own.caste != 'obc'") == every - {f"r{k}" for k in range(60) if k % 4 in (0, 2)}
    assert aimed(s, "own.Income_EUR < 10") == {f"r{k}" for k in range(10) if k % 3}
    assert aimed(s, "own['Income (EUR)'] != 4 and own.id == 'r4'") == set()
    assert aimed(s, "own.grid == '东区'") == {f"r{k}" for k in range(1, 60, 2)}
    assert aimed(s, "own.child and age >= younger_elder") == {f"r{k}" for k in range(60) if k and 30 + k % 40 >= 60}


def test_nothing_is_known_of_newcomers(tmp_path: Path) -> None:
    s = Simulation(community(tmp_path, **{"moving.annual_rate": 0.9}), seed=1).run_for(52)
    people = s.people()
    new = np.char.startswith(people["id"], "newcomer ")
    assert new.any()
    assert not new.all()
    assert (people["caste"][new] == "").all()
    assert np.isnan(people["Income (EUR)"][new]).all()
    assert not any(name.startswith("newcomer") for name in aimed(s, "own.caste != 'obc' or own.caste == 'obc'"))
    assert set(people["grid"]) == {"东区", "West $1"}
    assert {"tier", "wellbeing", "met_past_year", "row"} <= people.keys()


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("own.cast == 'obc'", "no column 'cast' in the file of residents; did you mean 'caste'"),
        ("own.caste > 3", "the column 'caste' of the file of residents holds words"),
        ("own.child == 'yes'", "the column 'child' of the file of residents holds numbers"),
    ],
)
def test_a_column_that_is_not_there_is_told_before_the_first_week(tmp_path: Path, where: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Simulation(community(tmp_path), [policy(where=where)])
    s = Simulation(community(tmp_path))
    with pytest.raises(ValueError, match=said):
        s.change_policies([policy(where=where)])


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("caste == 3", "own.caste"),
        ("age == 'obc'", "words compared with a column of one's own file"),
        ("own.caste < 'obc'", "words compared with a column of one's own file"),
        ("own.__class__()", "without"),
        ("other.caste == 1", "without"),
    ],
)
def test_words_that_cannot_be_meant_are_refused(where: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        policy(where=where)


def test_own_columns_need_a_file() -> None:
    with pytest.raises(ValueError, match="this community has none"):
        Simulation(load_config("classroom"), [policy(where="own.caste == 'obc'")])


def test_grids_of_a_policy_are_those_of_the_file(tmp_path: Path) -> None:
    Simulation(community(tmp_path, **{"population.grids": 1}), [policy(grids=(1,))])
    with pytest.raises(MisfitError, match="no grid 2 here; there are 0, 1"):
        Simulation(community(tmp_path, **{"population.grids": 9}), [policy(grids=(2,))])


def test_a_life_is_traced_by_the_files_own_id(tmp_path: Path) -> None:
    lived = Lived(community(tmp_path), (), 1, 8)
    told = list(resident(lived, "r4"))
    assert told[0].startswith("Resident r4 is a ")
    assert "in grid West $1," in told[0]
    with pytest.raises(TraceError, match="no resident has the id 'r444'; did you mean 'r4"):
        list(resident(lived, "r444"))
    with pytest.raises(TraceError, match="no resident has the id 'nobody'"):
        list(order(lived, "nobody:meals:3"))
    some = list(order(lived, "any"))
    assert "resident r" in some[0] or "newcomer " in some[0]
    assert next(iter(resident(lived, "newcomer 3"))) == next(iter(resident(lived, lived.start().world.people.ids[3])))


def test_maps_and_tables_hold_the_files_own_names(tmp_path: Path) -> None:
    world = Simulation(community(tmp_path), seed=1).world
    snapshot = snapshot_of(world)
    tables = type("T", (), {"snapshots": {"a": snapshot}})()
    found = residents_and_ties(tables)
    people = found["figure_residents"]
    assert set(people["resident"]) == {f"r{k}" for k in range(60)}
    assert set(people["grid"]) == {"东区", "West $1"}
    assert set(found["figure_ties"]["one"]) <= set(people["resident"])


def test_the_classroom_calls_grids_what_the_file_calls_them(tmp_path: Path) -> None:
    world = Simulation(community(tmp_path), seed=1).world
    row = world.people.ids.index("r1")
    english, chinese = described(world, row)
    assert "; grid 东区; " in english
    assert "；东区；" in chinese


def test_drawn_communities_are_called_by_row_and_number() -> None:
    people = Simulation(load_config("classroom"), seed=1).people()
    assert people["id"][3] == str(people["row"][3])
    assert set(people["grid"]) <= {str(k) for k in range(30)}
