"""People's own residents: what R, Excel and pandas do to a table, columns of one's own, tables in Python, weights."""

import warnings
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from own_files import FIVE, PAIRS, graph, in_words, residents, tied

from sim.config.load import load_config
from sim.config.yaml import CONTROL, ConfigError
from sim.engine.jit import Column
from sim.founding.import_data.graph import graph_of
from sim.founding.import_data.notes import FileNote
from sim.founding.import_data.residents import as_in_file
from sim.founding.import_data.table import text_of
from sim.founding.import_data.ties import read_ties
from sim.founding.population import Founders, founders

# what R, Excel and pandas do


def test_rs_ways_are_known(tmp_path: Path) -> None:
    text = '"","ID","Grid","Age","low.income","Owner","sex"\n"1","a","东",NA,TRUE,F,"m"\n"2","b","东",71,FALSE,T,NA\n'
    with pytest.warns(FileNote) as said:
        people = residents(tmp_path, text)
    assert people.ids == ("a", "b")
    assert people.persons.low_income.tolist() == [1, 0]
    assert people.persons.owner.tolist() == [0, 1]
    assert people.persons.age[1] == 4
    assert people.own is not None
    assert people.own.columns["sex"].tolist() == ["m", ""]
    assert {"not used: column 1, without a name"} == {
        str(one.message).partition("residents.csv: ")[2] for one in said if "not used: column" in str(one.message)
    }


def test_row_names_are_ids_where_there_is_no_other(tmp_path: Path) -> None:
    with pytest.warns(FileNote, match="the names of its rows are taken as the column 'id'"):
        assert residents(tmp_path, '"grid"\n"a" 1\n"b" 2\n', "residents.txt").ids == ("a", "b")


def test_a_missing_id_is_no_id(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="id: found 'NA', a missing value; expected an id"):
        residents(tmp_path, "id,grid\nNA,1\n")


def test_names_of_vertices_are_found_where_igraph_keeps_them(tmp_path: Path) -> None:
    five = residents(tmp_path, FIVE)
    g = nx.Graph()
    for k, name in enumerate(five.ids):
        g.add_node(f"n{k}", name=name)
    g.add_edge("n0", "n1", weight=0.5)
    nx.write_graphml(g, tmp_path / "ties.graphml")
    with pytest.warns(FileNote, match="residents are named by the nodes' 'name'"):
        assert tied(tmp_path / "ties.graphml", five) == {("ann", "bob"): 0.5}


def test_empty_columns_at_the_right_are_left_aside(tmp_path: Path) -> None:
    with pytest.warns(FileNote, match="not used: 2 empty columns at the right"):
        assert residents(tmp_path, "id,grid,,\na,1,,\nb,1,,\n").ids == ("a", "b")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.filterwarnings("ignore::sim.founding.import_data.notes.FileNote")
def test_usual_encodings_and_separators_are_read(tmp_path: Path, encoding: str, separator: str) -> None:
    text = "id,grid,household,tier\n王,东区,一号,2\n李,西区,二号,\n".replace(",", separator)
    people = residents(tmp_path, text.encode(encoding))
    assert people.ids == ("王", "李")
    assert people.grid_names == ("东区", "西区")
    assert people.tier[0] == 2


@given(st.lists(st.sampled_from(("Müller", "Renée", "Núñez", "Ångström", "Jürgen", "Zoë", "straße")), min_size=1))
def test_western_letters_are_never_taken_for_chinese(names: list[str]) -> None:
    raw = ("id,grid\n" + "".join(f"{name},1\n" for name in names)).encode("latin-1")
    assert in_words(lambda: text_of(Path("residents.csv"), raw))


def test_the_sheets_of_a_workbook_that_are_not_read_are_named(tmp_path: Path) -> None:
    file = tmp_path / "residents.xlsx"
    with pd.ExcelWriter(file) as book:
        pd.DataFrame({"id": [1, 2], "grid": ["a", "b"], "low_income": [True, False]}).to_excel(
            book, sheet_name="people", index=False
        )
        pd.DataFrame({"x": [1]}).to_excel(book, sheet_name="notes", index=False)
    with pytest.warns(FileNote, match="the sheet 'people' is read; not used: notes"):
        people = residents(tmp_path, file.read_bytes(), "residents.xlsx")
    assert people.ids == ("1", "2")
    assert people.persons.low_income.tolist() == [1, 0]


def test_a_workbook_without_openpyxl_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(ConfigError, match=r"expected the package openpyxl .* or the sheet saved as CSV UTF-8"):
        residents(tmp_path, b"PK unread", "residents.xlsx")


# columns of one's own


def test_a_column_that_is_nearly_a_known_one_is_asked_about_and_others_are_kept(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"found column 'teir'.*own_teir\. Did you mean 'tier'"):
        residents(tmp_path, "id,grid,teir\na,1,2\n")
    with pytest.warns(
        FileNote,
        match=r"kept for whom policies are meant \(where: own\.sex \.\.\.\) and for outcomes by group: sex, income, caste",
    ):
        people = residents(tmp_path, "id,grid,sex,income,caste\na,1,f,900,obc\nb,1,m,,sc\n")
    assert people.own is not None
    assert people.own.columns["caste"].tolist() == ["obc", "sc"]
    assert np.isnan(people.own.columns["income"][1])


@pytest.mark.parametrize("column", ["wage", "owned", "aged"])
def test_a_name_like_that_of_a_column_that_is_there_is_no_slip(tmp_path: Path, column: str) -> None:
    with pytest.warns(FileNote, match=column):
        residents(tmp_path, f"id,grid,age,owner,{column}\na,1,40,yes,3\n")


@pytest.mark.parametrize("sign", ["\x07", "\x1b[31m", "\x85", "\u2028", "\u202e", "\u2067", "\n", "\t"])
def test_what_cannot_be_seen_does_nothing_in_cells_and_names(tmp_path: Path, sign: str) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        people = residents(
            tmp_path, f'id,grid,"str{sign}eet"\n"a{sign}b","g{sign}1","East{sign} side"\nc,"g{sign}1",x\n'
        )
        (tmp_path / "ties.csv").write_text(f'source,target,strength\n"a{sign}b",c,0.5\n', encoding="utf-8")
        assert list(tied(tmp_path / "ties.csv", people).values()) == [0.5]
    assert people.own is not None
    words = (*people.ids, *people.grid_names, *people.own.columns, *people.own.columns[list(people.own.columns)[-1]])
    assert not any(CONTROL.search(word) for word in (*map(str, words), *(str(one.message) for one in said)))
    assert words[0][0] + words[0][-1] == "ab"


def test_a_network_can_hold_nothing_that_cannot_be_seen(tmp_path: Path) -> None:
    (tmp_path / "t.gml").write_text(
        'graph [\n node [ id 0 label "a\x1b[2J" ]\n node [ id 1 label "b" ]\n edge [ source 0 target 1 ]\n]\n'
    )
    assert [facts["label"] for _, _, facts in graph_of(tmp_path / "t.gml").nodes] == ["a\\x1b[2J", "b"]


# tables in Python, and sampling weights


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_tables_in_python_are_the_same_as_files(kind: type) -> None:
    people = kind({"id": ["a", "b", "c"], "grid": [1, 1, 2], "tier": [3, 0, None], "owner": [True, False, True]})
    edges = kind({"source": ["a", "b"], "target": ["b", "c"], "strength": [0.4, 0.2]})
    config = load_config("baseline", residents=people, ties=edges)
    found = founders(config.population, 1)
    assert found.ids == ("a", "b", "c")
    assert found.tier[:2].tolist() == [3, 0]
    assert found.persons.owner.tolist() == [1, 0, 1]
    _, _, strength = read_ties(config.network, found)
    assert strength.tolist() == pytest.approx([0.4, 0.2])


def test_an_index_of_pandas_is_the_id_and_a_graph_of_networkx_the_ties() -> None:
    people = pd.DataFrame({"grid": [1, 1, 1, 1, 1]}, index=["ann", "bob", "cai", "dan", "eve"])
    config = load_config("baseline", residents=people, ties=graph())
    with pytest.warns(FileNote):
        found = founders(config.population, 1)
    with pytest.warns(FileNote):
        assert len(read_ties(config.network, found)[0]) == 3
    with_lists = nx.davis_southern_women_graph()  # facts of the graph that GraphML cannot hold
    assert load_config("baseline", ties=with_lists).network.ties_file
    with pytest.raises(TypeError, match="expected a DataFrame"):
        load_config("baseline", residents=3)


def test_rows_stand_for_as_many_residents_as_their_weight_says(tmp_path: Path) -> None:
    text = "id,grid,household,hhwt\n" + "".join(f"r{k},1,h{k // 2},{1.5 + k % 2}\n" for k in range(400))
    with pytest.warns(FileNote, match="400 rows stand for .* residents by the column 'hhwt'"):
        people = residents(tmp_path, text, residents_weight="hhwt")
    assert people.residents == pytest.approx(400 * 2.0, rel=0.05)
    assert len(set(people.ids)) == people.residents
    homes = [one.partition("~")[0] for one in people.ids]
    assert {homes.count(f"r{k}") for k in range(400)} == {2}
    assert (np.diff(people.household_first) == 2).all()


def test_weights_can_be_scaled_to_a_number_of_residents(tmp_path: Path) -> None:
    text = "id,grid,w\n" + "".join(f"r{k},{k % 2},{100 + k}\n" for k in range(300))
    with pytest.warns(FileNote):
        people = residents(tmp_path, text, residents_weight="w", residents_weighted_to=1000)
    assert people.residents == pytest.approx(1000, rel=0.05)
    config = load_config(
        "baseline",
        set={
            "population.residents_file": str(tmp_path / "residents.csv"),
            "population.residents_weight": "w",
            "population.residents_weighted_to": 1000,
        },
    )
    with pytest.warns(FileNote):
        assert as_in_file(config).population.residents == people.residents
    (tmp_path / "ties.csv").write_text("source,target\nr1,r2\n")
    with pytest.raises(ConfigError, match="ties between residents who stand for several"):
        tied(tmp_path / "ties.csv", people)
    with pytest.raises(ConfigError, match="w: found '-1'; expected a number above 0"):
        residents(tmp_path, "id,grid,w\na,1,-1\n", residents_weight="w")
    with pytest.raises(ConfigError, match="no column 'weight'"):
        residents(tmp_path, "id,grid,w\na,1,1\n", residents_weight="weight")


def test_nothing_is_said_of_a_file_of_which_everything_is_used(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        people = residents(tmp_path, "id,grid,household,age,tier\na,1,h,40,2\nb,2,k,5,\n")
        (tmp_path / "ties.csv").write_text("source,target,strength\na,b,0.5\n")
        assert tied(tmp_path / "ties.csv", people) == {("a", "b"): 0.5}


def _columns(people: Founders) -> list[Column]:
    return [people.grid, people.household, people.tier, *people.persons]


def test_the_nodes_of_a_network_can_be_the_residents(tmp_path: Path) -> None:
    g = graph()
    nx.set_node_attributes(g, {"ann": 1, "bob": 1, "cai": 1, "dan": 2, "eve": 2}, "grid")
    nx.write_graphml(g, tmp_path / "both.graphml")
    people = residents(tmp_path, (tmp_path / "both.graphml").read_bytes(), "both.graphml")
    for one, other in zip(_columns(people), _columns(residents(tmp_path, FIVE)), strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.warns(FileNote):
        assert tied(tmp_path / "both.graphml", people) == PAIRS
