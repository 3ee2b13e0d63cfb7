"""People's own files as they keep them: formats, programs' habits, directions, scales, and what is said of each."""

import warnings
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from own_files import FIVE, PAIRS, graph, in_words, residents, said_of, tied

from sim.config.load import load_config
from sim.config.yaml import ConfigError
from sim.founding.import_data.ids import Ids
from sim.founding.import_data.notes import FileNote
from sim.founding.import_data.ties import read_ties
from sim.founding.population import Founders


@pytest.fixture
def five(tmp_path: Path) -> Founders:
    return residents(tmp_path, FIVE)


# formats of ties: each says the same


def _written(kind: str, folder: Path) -> Path:
    g, file = graph(), folder / f"ties.{kind.partition(' ')[0]}"
    match kind:
        case "graphml":
            nx.write_graphml(g, file)
        case "gml":
            nx.write_gml(g, file)
        case "net":
            nx.write_pajek(g, file)
        case "edgelist":
            nx.write_edgelist(g, file)
        case "edges plain":
            file.write_text(
                "# a comment\n" + "".join(f"{a}\t{b}  {s}\n" for (a, b), s in PAIRS.items()).replace("\t", " ")
            )
        case "csv without header":
            file.write_text("".join(f"{a},{b},{s}\n" for (a, b), s in PAIRS.items()))
        case "csv semicolons and decimal commas":
            rows = [f"{a};{b};{str(s).replace('.', ',')}\n" for (a, b), s in PAIRS.items()]
            file.write_text("Source;Target;Weight\n" + "".join(rows))
        case "tsv of Gephi":
            rows = [f"{a}\t{b}\tUndirected\t{k}\t\t{s}\n" for k, ((a, b), s) in enumerate(PAIRS.items())]
            file.write_text("Source\tTarget\tType\tId\tLabel\tWeight\n" + "".join(rows))
        case "csv of R":
            rows = [f'"{k}","{a}","{b}",{s}\n' for k, ((a, b), s) in enumerate(PAIRS.items(), 1)]
            file.write_text('"","from","to","weight"\n' + "".join(rows))
        case "csv matrix":
            nx.to_pandas_adjacency(g).to_csv(file)
        case "csv matrix without names":
            np.savetxt(file, nx.to_numpy_array(g), delimiter=",")
        case "txt matrix with spaces":
            np.savetxt(file, nx.to_numpy_array(g))
        case "xlsx":
            pd.DataFrame([(a, b, s) for (a, b), s in PAIRS.items()], columns=["source", "target", "strength"]).to_excel(
                file, index=False
            )
        case "xlsx matrix":
            nx.to_pandas_adjacency(g).to_excel(file)
        case "csv GB18030":
            file.write_bytes(
                "source,target,strength,关系\n".encode("gb18030")
                + "".join(f"{a},{b},{s},邻居\n" for (a, b), s in PAIRS.items()).encode("gb18030")
            )
        case "csv UTF-16":
            file.write_bytes(
                ("source,target,strength\n" + "".join(f"{a},{b},{s}\n" for (a, b), s in PAIRS.items())).encode("utf-16")
            )
    return file


KINDS = (
    *("graphml", "gml", "net", "edgelist", "edges plain", "csv without header", "csv semicolons and decimal commas"),
    *(
        "tsv of Gephi",
        "csv of R",
        "csv matrix",
        "csv matrix without names",
        "txt matrix with spaces",
        "xlsx",
        "xlsx matrix",
    ),
    *("csv GB18030", "csv UTF-16"),
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore::sim.founding.import_data.notes.FileNote")
def test_every_format_gives_the_same_ties_and_strengths(tmp_path: Path, five: Founders, kind: str) -> None:
    assert tied(_written(kind, tmp_path), five) == PAIRS


def test_a_weight_of_a_graph_is_the_strength_and_it_is_said(tmp_path: Path, five: Founders) -> None:
    nx.write_graphml(graph(), tmp_path / "ties.graphml")
    with pytest.warns(FileNote, match="the strength of ties is their weight"):
        assert tied(tmp_path / "ties.graphml", five) == PAIRS


def test_facts_that_are_not_used_are_named(tmp_path: Path, five: Founders) -> None:
    g = graph()
    nx.set_edge_attributes(g, "kin", "relation")
    nx.set_node_attributes(g, 30, "wage")
    nx.write_graphml(g, tmp_path / "ties.graphml")
    with pytest.warns(FileNote) as said:
        tied(tmp_path / "ties.graphml", five)
    lines = [str(one.message) for one in said]
    assert any("not used: relation" in line for line in lines)
    assert any("facts of nodes (wage)" in line for line in lines)


def test_weights_of_one_are_no_statement_of_strength_unless_the_configuration_says_so(
    tmp_path: Path, five: Founders
) -> None:
    nx.write_pajek(nx.Graph([("ann", "bob"), ("dan", "eve")]), tmp_path / "ties.net")
    with pytest.warns(FileNote, match="every tie has the weight 1"):
        assert set(tied(tmp_path / "ties.net", five).values()) == {0.3}
    with pytest.warns(FileNote):
        assert set(tied(tmp_path / "ties.net", five, strength_from="weight").values()) == {1.0}


# directions and scales


LISTED = "source,target,strength\nann,bob,0.4\nbob,ann,0.8\nbob,cai,0.6\n"


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ("strongest", {("ann", "bob"): 0.8, ("bob", "cai"): 0.6}),
        ("mean", {("ann", "bob"): 0.6, ("bob", "cai"): 0.3}),
        ("both", {("ann", "bob"): 0.4}),
    ],
)
def test_ties_listed_twice_are_symmetrised_as_the_configuration_says(
    tmp_path: Path, five: Founders, how: str, found: dict[tuple[str, str], float]
) -> None:
    (tmp_path / "ties.csv").write_text(LISTED)
    with pytest.warns(FileNote, match=f"3 ties as listed make {len(found)}"):
        assert tied(tmp_path / "ties.csv", five, symmetrise=how) == pytest.approx(found)


@pytest.mark.parametrize("kind", ["graphml", "gml", "net", "csv", "gephi.csv"])
@pytest.mark.filterwarnings("ignore::sim.founding.import_data.notes.FileNote")
def test_directed_ties_need_a_word_how_they_are_meant(tmp_path: Path, five: Founders, kind: str) -> None:
    g, file = graph(directed=True), tmp_path / f"ties.{kind}"
    g.add_edge("bob", "ann", weight=0.7)
    {
        "graphml": lambda: nx.write_graphml(g, file),
        "gml": lambda: nx.write_gml(g, file),
        "net": lambda: nx.write_pajek(g, file),
        "csv": lambda: nx.to_pandas_adjacency(g).to_csv(file),
        "gephi.csv": lambda: nx.to_pandas_edgelist(g).assign(Type="Directed").to_csv(file, index=False),
    }[kind]()
    with pytest.raises(ConfigError) as wrong:
        tied(file, five)
    assert "symmetrise: strongest" in said_of(wrong)
    assert tied(file, five, symmetrise="strongest") == {**PAIRS, ("ann", "bob"): 0.7}


def test_strengths_above_one_need_a_scale(tmp_path: Path, five: Founders) -> None:
    file = tmp_path / "ties.csv"
    file.write_text("source,target,hours\nann,bob,4\nbob,cai,8\n")
    with pytest.warns(FileNote, match=r"not used: hours; network: \{strength_from: hours\} would take it"):
        assert set(tied(file, five).values()) == {0.3}
    with pytest.raises(ConfigError) as wrong:
        tied(file, five, strength_from="hours")
    assert "ties.csv:2:9: hours: found '4' (and 1 more above 1)" in said_of(wrong)
    assert "strength_scale: max}, which divides by the largest (8)" in said_of(wrong)
    with pytest.warns(FileNote, match="their hours, divided by 8"):
        assert tied(file, five, strength_from="Hours", strength_scale="max") == {
            ("ann", "bob"): 0.5,
            ("bob", "cai"): 1.0,
        }
    with pytest.warns(FileNote):
        assert tied(file, five, strength_from="hours", strength_scale=16)["bob", "cai"] == 0.5
    with pytest.raises(ConfigError, match=r"found a hours of 8; expected at most network\.strength_scale, 4"):
        tied(file, five, strength_from="hours", strength_scale=4)
    with pytest.raises(ConfigError, match="Did you mean 'hours'"):
        tied(file, five, strength_from="hour")
    with pytest.raises(ConfigError, match="max or a number above 0"):
        tied(file, five, strength_scale=-1.0)


# ids


@pytest.mark.parametrize(
    ("ids", "written", "said"),
    [
        (("01", "02", "10"), ("1", "2", "10"), "zeros in front"),
        (("1", "2", "10"), ("1.0", "2.0", "10.0"), "decimal point"),
        (("José", "Zoë", "x"), ("Jose\u0301", "Zoe\u0308", "x"), "look alike"),
        (("1", "2", "x"), ("１", "2\u200b", "x"), "look alike"),
    ],
)
def test_ids_that_are_the_same_to_the_eye_are_recognised_and_it_is_said(
    tmp_path: Path, ids: tuple[str, ...], written: tuple[str, ...], said: str
) -> None:
    people = residents(tmp_path, "id,grid\n" + "".join(f"{one},1\n" for one in ids))
    (tmp_path / "ties.csv").write_text(
        f"source,target\n{written[0]},{written[1]}\n{written[1]},{written[2]}\n", encoding="utf-8"
    )
    with pytest.warns(FileNote, match=said):
        assert len(tied(tmp_path / "ties.csv", people)) == 2


def test_ids_that_could_mean_two_residents_are_not_guessed(tmp_path: Path) -> None:
    with pytest.warns(FileNote, match="differ only in zeros"):
        people = residents(tmp_path, "id,grid\n01,1\n001,1\nx,1\n")
    (tmp_path / "ties.csv").write_text("source,target\n1,x\n")
    with pytest.raises(ConfigError, match="found '1'; expected the id of a resident"):
        tied(tmp_path / "ties.csv", people)


def test_two_ids_that_look_alike_are_refused(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", FileNote)  # nothing is said of zeros where letters look alike
        with pytest.raises(ConfigError, match=r"residents.csv:3:1: id: found '.*', which looks like 'é' in line 2"):
            residents(tmp_path, "id,grid\né,1\ne\u0301,1\n")


@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=8, unique=True))
def test_an_id_written_as_in_the_file_always_means_its_own_row(names: list[str]) -> None:
    ids = Ids(tuple(names))
    assert [ids.row(name) for name in names] == list(range(len(names)))
    assert not ids.recognised


_EDGE = '<edge source="ann" target="bob"><data key="w">0.5</data></edge>'
_ML = '<graphml>\n<key id="w" for="edge" attr.name="weight"/>\n<graph edgedefault="undirected">\n{}\n</graph>\n</graphml>\n'


@pytest.mark.parametrize(
    ("ending", "content", "said"),
    [
        ("graphml", _ML.format('<node id="ann"/>\n<edge source="ann"/>'), r":5:\d+: found <edge> without 'target'"),
        ("graphml", _ML.format(f'<node id="ann"/>\n{_EDGE}'), r":5:\d+: found an edge of 'bob', which is no node"),
        (
            "graphml",
            _ML.format(f'<node id="ann"/><node id="bob"/>\n{_EDGE.replace("w", "z")}'),
            r":5:\d+: found data with the key 'z'",
        ),
        (
            "graphml",
            _ML.format("<node id='ann'/>\n<node id='ann'/>"),
            r":5:\d+: found the node 'ann' again \(first in line 4\)",
        ),
        ("graphml", _ML.format("<node id='a'/>\n<node id='b'>"), r":6:\d+: found mismatched tag"),
        ("graphml", "<html></html>", "found XML without a <graph>"),
        ("graphml", '<!DOCTYPE x [<!ENTITY a "aa">]>\n<graphml/>', r":1:\d+: found a declared entity"),
        ("gml", "graph [\n node [ id 1 ]\n edge [ source 1 ]\n]\n", r":3:\d+: found an edge without 'target'"),
        ("gml", "graph [\n node [ id 1 ]\n", "found a bracket that is not closed"),
        ("gml", 'graph [\n node [ id 1 label "x ]\n]\n', r":2:\d+: found a quotation mark that is not closed"),
        ("gml", "", "found an empty file"),
        ("net", "*Vertices 2\n1 ann\n2 bob\n*Edges\n1 3\n", r":5:\d+: found an edge of '3', which is no node"),
        ("net", "*Vertices many\n", r":1:\d+: found \*Vertices without their number"),
        (
            "net",
            "*Vertices 99999999\n",
            r":1:\d+: found 99999999 vertices; expected as in: \*Vertices 34; at most 10,000,000",
        ),
        ("net", f"*Vertices {'9' * 5000}\n", r":1:\d+: found 99999999999999999999 vertices; expected"),
        ("net", '*Vertices 2\n1 ann\n"\n2 bob\n*Edges\n1 2\n', r':3:\d+: found "; expected words or numbers'),
        ("net", "1 ann\n", r":1:\d+: found a first line without"),
        ("net", "*Vertices 2\n1 ann\n2 bob\n*Edges\n1 2\n*Arcs\n2 1\n", r"found arcs \(with a direction\) and edges"),
    ],
)
def test_faults_of_networks_are_told_with_file_and_line(
    tmp_path: Path, five: Founders, ending: str, content: str, said: str
) -> None:
    (tmp_path / f"ties.{ending}").write_text(content)
    with pytest.raises(ConfigError, match=rf"ties\.{ending}.*{said}"):
        tied(tmp_path / f"ties.{ending}", five)


@settings(deadline=None)
@given(
    st.sampled_from(("graphml", "gml", "net", "csv", "txt", "xlsx")),
    st.binary(max_size=80) | st.text(max_size=80).map(str.encode),
)
@pytest.mark.filterwarnings("ignore::sim.founding.import_data.notes.FileNote")
def test_whatever_stands_in_a_file_is_an_error_in_words_or_ties(
    tmp_path_factory: pytest.TempPathFactory, ending: str, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    people = residents(folder, FIVE)
    (folder / f"ties.{ending}").write_bytes(content)
    assert in_words(lambda: tied(folder / f"ties.{ending}", people)) in (True, None)
    assert in_words(lambda: residents(folder, content, f"other.{ending}")) in (True, None)


def test_strengths_beyond_every_measure_are_told_and_the_weakest_tie_is_one(tmp_path: Path, five: Founders) -> None:
    file = tmp_path / "ties.csv"
    file.write_text("source,target,strength\nann,bob,1e300\nbob,cai,0.5\n")
    with pytest.raises(ConfigError, match=r"found '1e300'; expected a number above 0, up to 1"):
        tied(file, five)
    file.write_text("source,target,strength\nann,bob,1e-300\nbob,cai,0.5\n")
    network = load_config("baseline", set={"network.kind": "file", "network.ties_file": str(file)}).network
    assert (read_ties(network, five)[2] > 0).all()
