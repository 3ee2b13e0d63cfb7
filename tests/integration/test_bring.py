"""A user's own residents and ties: what they say is what the model has; what is wrong is said with its place."""

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from sim.config.load import load_config
from sim.config.yaml import ConfigError
from sim.engine.jit import Column
from sim.founding.import_data.ties import read_ties as read_ties_of
from sim.founding.networks import ties
from sim.founding.population import Founders, founders

TOWN = """id,grid,household,age,origin,owner,school,tier,skill,hours_limit
ann,2,h1,35,local,yes,0.9,2,0.5,3
bob,2,h1,8,,,,,,
cai,1,h2,senior_elder,migrant,no,,,,
dan,1,h3,40,,,,0,0.25,
eve,2,h1,66,,,,3,,
"""


def bring(folder: Path, text: str | bytes, **changes: object) -> Founders:
    """The founders of a residents.csv with this text."""
    file = folder / "residents.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    changes = {"residents_file": str(file), "elders_alone": 0, **changes}
    return founders(load_config("baseline", set={f"population.{k}": v for k, v in changes.items()}).population, 1)


def read_ties(file: Path, people: Founders, strength: float = 0.3, **how: object) -> tuple[Column, Column, Column]:
    """The ties of a file, read in some way."""
    said = {"kind": "file", "ties_file": str(file), "strength": strength, **how}
    return read_ties_of(load_config("baseline", set={f"network.{k}": v for k, v in said.items()}).network, people)


def refused(folder: Path, text: str | bytes) -> str:
    """What is said about a wrong residents.csv."""
    with pytest.raises(ConfigError) as error:
        bring(folder, text)
    return str(error.value)


def test_what_the_file_says_is_what_the_model_has(tmp_path: Path) -> None:
    people = bring(tmp_path, TOWN)
    assert people.ids == ("cai", "dan", "ann", "bob", "eve")
    assert people.grid_names == ("1", "2")
    assert people.grid.tolist() == [0, 0, 1, 1, 1]
    assert people.household.tolist() == [0, 1, 2, 2, 2]
    c = people.persons
    assert c.age.tolist() == [4, 2, 2, 0, 3]
    assert c.alone.tolist() == [1, 1, 0, 0, 0]
    assert c.origin[0] == 1
    assert c.origin[2] == 0
    assert c.owner[2] == 1
    assert c.owner[0] == 0
    assert c.interest[2, 1] == np.float32(0.9)
    assert c.hours_limit[2] == 3
    assert people.tier[[1, 2, 3, 4]].tolist() == [0, 2, -1, 3]
    skill = people.initial["skill"]
    assert skill is not None
    assert skill[[1, 2]].tolist() == [0.25, 0.5]
    assert np.isnan(skill[0])
    filled = people.start("skill", np.full(5, 0.1, np.float32))
    assert filled.dtype == np.float32
    assert filled.tolist() == pytest.approx([0.1, 0.25, 0.5, 0.1, 0.1])
    assert people.start("habit", filled) is filled


def test_without_households_nobody_counts_as_alone_unless_the_file_says_so(tmp_path: Path) -> None:
    assert bring(tmp_path, "id,grid,alone\na,1,yes\nb,1,\n").persons.alone.tolist() == [1, 0]


def test_a_byte_order_mark_and_names_of_grids_are_fine(tmp_path: Path) -> None:
    people = bring(tmp_path, "\ufeffid,grid\n李雷,东\n韩梅梅,西\n")
    assert people.ids == ("李雷", "韩梅梅")
    assert people.grids == 2


def test_removing_one_resident_leaves_all_others_as_they_were(tmp_path: Path) -> None:
    lines = ["id,grid", *(f"r{k},{k % 3}" for k in range(60))]
    every, fewer = bring(tmp_path, "\n".join(lines)), bring(tmp_path, "\n".join(lines[:20] + lines[21:]))
    row = {name: k for k, name in enumerate(every.ids)}
    kept = [row[name] for name in fewer.ids]
    for a, b in zip(every.persons, fewer.persons, strict=True):
        assert (a[kept] == b).all()
    assert (every.tier[kept] == fewer.tier).all()
    assert (every.dwelling[every.household[kept]] == fewer.dwelling).all()


def test_rows_may_stand_in_any_order(tmp_path: Path) -> None:
    lines = TOWN.splitlines()
    one, other = bring(tmp_path, TOWN), bring(tmp_path, "\n".join([lines[0], *reversed(lines[1:4]), *lines[4:]]))
    column = {name: k for k, name in enumerate(other.ids)}
    same = [column[name] for name in one.ids]
    assert (one.persons.key == other.persons.key[same]).all()
    assert (one.grid == other.grid[same]).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "residents.csv: found an empty file; expected a header and rows"),
        (b"id,grid\nM\xfcller,1\n", "residents.csv:2:0: found byte 0xfc, which is not UTF-8; expected a file saved as"),
        (
            b"\xff\xfea",
            "residents.csv: found a file that begins as utf-16 and does not go on so; expected a file saved",
        ),
        ("id,grid\n", "found a header without rows; expected at least one row"),
        ("id,gird\na,1\n", "Did you mean 'grid'?"),
        ("id,grid,id\na,1,a\n", "residents.csv:1:9: id: found the column a second time"),
        ("id,grid\na\n", "residents.csv:2:1: found 1 cells; expected 2 cells, as in the header"),
        ("id,grid\na,1\n\na,1\n", "residents.csv:4:1: id: found 'a' again (first in line 2); expected ids that differ"),
        ("id,grid\na,\n", "residents.csv:2:3: grid: found an empty cell; expected the name or number of a grid"),
        ("id,grid,age\na,1,adlt\n", "residents.csv:2:5: age: found 'adlt'"),
        ("id,grid,age\na,1,adlt\n", "Did you mean 'adult'?"),
        ("id,grid,age\na,1,12.5\n", "age: found '12.5'; expected whole years from 0 to 130"),
        ("id,grid,skill\na,1,nan\n", "skill: found 'nan'; expected a number from 0 to 1"),
        ("id,grid,owner\na,1,2\n", "owner: found '2'; expected yes or no (1 or 0)"),
        ("id,grid,household\na,1,h\nb,2,h\n", "found 'h' in grid 2; expected grid 1, as in line 2"),
        ("id,grid,age,tier\na,1,5,2\n", "tier: found tier 2 for a child under 12; expected 0 or empty"),
        ('id,grid\n"a,1\n', "expected comma-separated values"),
    ],
)
def test_wrong_residents_are_told_with_their_place(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert said in refused(tmp_path, text)


def test_all_problems_are_told_at_once_up_to_twenty(tmp_path: Path) -> None:
    two = refused(tmp_path, "id,grid,skill,owner\na,1,2,perhaps\n")
    assert "skill: found '2'" in two
    assert "owner: found 'perhaps'" in two
    many = refused(tmp_path, "id,grid,skill\n" + "".join(f"r{k},1,7\n" for k in range(50)))
    assert many.count("skill: found") == 20
    assert "found this and 29 more problems" in many


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        bring(tmp_path, TOWN, residents_file=str(tmp_path / "none.csv"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "source,target\nann,bbo\n",
            "ties.csv:2:5: target: found 'bbo'; expected the id of a resident. Did you mean 'bob'?",
        ),
        ("source,target\nann,ann\n", "ties.csv:2:1: found a tie of 'ann' to itself"),
        ("source,target\nann,bob\nbob,ann\n", "ties.csv:3:1: found the tie bob - ann again (first in line 2)"),
        ("source,target,strength\nann,bob,1.5\n", "strength: found '1.5'; expected a number above 0, up to 1"),
        ("source,target,strength\nann,bob,0\n", "strength: found '0'; expected a number above 0, up to 1"),
        ("here,there\nann,bob\n", "expected a column 'source'"),
    ],
)
def test_wrong_ties_are_told_with_their_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "ties.csv"
    file.write_text(text)
    with pytest.raises(ConfigError) as error:
        read_ties(file, bring(tmp_path, TOWN), 0.3)
    assert said in str(error.value)


def test_graphml_gives_the_same_ties_as_csv(tmp_path: Path) -> None:
    people = bring(tmp_path, "id,grid\n" + "".join(f"{name},1\n" for name in nx.florentine_families_graph()))
    g = nx.florentine_families_graph()
    nx.set_edge_attributes(g, 0.4, "strength")
    nx.write_graphml(g, tmp_path / "ties.graphml")
    (tmp_path / "ties.csv").write_text("source,target,strength\n" + "".join(f"{a},{b},0.4\n" for a, b in g.edges()))
    one, other = (read_ties(tmp_path / f"ties.{kind}", people, 0.3) for kind in ("graphml", "csv"))
    assert {frozenset(pair) for pair in zip(*one[:2], strict=True)} == {
        frozenset(p) for p in zip(*other[:2], strict=True)
    }
    assert (one[2] == np.float32(0.4)).all()
    assert len(one[0]) == 20


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            nx.DiGraph([("ann", "bob")]),
            "ties.graphml: found a directed graph; expected an undirected one, or network: {sym",
        ),
        (nx.Graph([("ann", "zoe")]), "ties.graphml:6:5: target: found 'zoe'; expected the id of a resident"),
        (nx.empty_graph(2), "a graph without edges"),
    ],
)
def test_wrong_graphs_are_told(tmp_path: Path, written: nx.Graph, said: str) -> None:
    nx.write_graphml(written, tmp_path / "ties.graphml")
    with pytest.raises(ConfigError) as error:
        read_ties(tmp_path / "ties.graphml", bring(tmp_path, TOWN), 0.3)
    assert said in str(error.value)


def test_a_broken_graph_is_told(tmp_path: Path) -> None:
    (tmp_path / "ties.graphml").write_text("<graphml")
    with pytest.raises(ConfigError, match="expected a GraphML file"):
        read_ties(tmp_path / "ties.graphml", bring(tmp_path, TOWN), 0.3)


def test_zacharys_karate_club_is_the_published_one() -> None:
    config = load_config("karate")
    people = founders(config.population, 1)
    t = ties(config.network, people, 1)
    published = nx.karate_club_graph()
    assert t.count == published.number_of_edges() == 78
    row = {name: k for k, name in enumerate(people.ids)}
    for member, degree in published.degree():
        assert t.degree[row[str(member + 1)]] == degree
    assert people.tier[[row["1"], row["34"]]].tolist() == [3, 3]
    assert (people.tier > 0).sum() == 2
