"""Published networks come in as their sources keep them: made anew from the packages that hold them, compared tie by tie."""

import os
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from own_files import residents, tied

from sim.config.yaml import ConfigError
from sim.founding.population import Founders

pytestmark = pytest.mark.filterwarnings("ignore::sim.founding.import_data.notes.FileNote")
NETWORKS = {
    "Florentine families": nx.florentine_families_graph,
    "Zachary's karate club": nx.karate_club_graph,
    "Davis' women and events": nx.davis_southern_women_graph,
    "Les Miserables": nx.les_miserables_graph,
}


def people_of(g: nx.Graph, folder: Path) -> Founders:
    """A resident for each node, by a name without commas."""
    return residents(folder, "id,grid\n" + "".join(f"{node},1\n" for node in g))


def expected(g: nx.Graph) -> dict[tuple[str, str], float]:
    """The published ties, each divided by the strongest."""
    most = max(w for _, _, w in g.edges(data="weight", default=1))
    ends = [(*sorted((str(a), str(b))), w / most) for a, b, w in g.edges(data="weight", default=1)]
    return {(a, b): round(w, 4) for a, b, w in ends}


@pytest.mark.parametrize("kind", ["graphml", "gml", "net", "edgelist", "csv"])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_published_network_has_its_published_ties(tmp_path: Path, name: str, kind: str) -> None:
    g, file = nx.relabel_nodes(NETWORKS[name](), lambda node: str(node).replace(" ", "_")), tmp_path / f"ties.{kind}"
    g.graph.clear()  # lists of names, which GraphML cannot hold
    for _, _, facts in g.edges(data=True):
        facts.setdefault("weight", 1)
    {
        "graphml": nx.write_graphml,
        "gml": nx.write_gml,
        "net": nx.write_pajek,
        "edgelist": nx.write_edgelist,
        "csv": lambda g, file: nx.to_pandas_adjacency(g).to_csv(file),
    }[kind](g, file)
    assert tied(file, people_of(g, tmp_path), strength_scale="max") == expected(g)


@pytest.mark.slow
@pytest.mark.skipif(
    "COLEMAN" not in os.environ, reason="COLEMAN names coleman.RData of R's package sna (and rdata reads it)"
)
def test_colemans_boys_name_their_friends_in_two_seasons(tmp_path: Path) -> None:
    rdata = pytest.importorskip("rdata")
    for season in np.asarray(rdata.read_rda(os.environ["COLEMAN"])["coleman"]):
        people = residents(tmp_path, "id,grid\n" + "".join(f"{k:03d},{1 + k % 2}\n" for k in range(len(season))))
        np.savetxt(tmp_path / "ties.csv", season, fmt="%d", delimiter=",")
        either, both = (tied(tmp_path / "ties.csv", people, symmetrise=how) for how in ("strongest", "both"))
        assert len(either) == np.triu(season + season.T > 0, 1).sum()
        assert len(both) == np.triu(season * season.T > 0, 1).sum()
        assert len(either) + len(both) == season.sum() in (243, 263)


@pytest.mark.slow
@pytest.mark.skipif("THIERS" not in os.environ, reason="THIERS names thiers_2012.csv of the Python package tnetwork")
def test_pupils_of_a_french_high_school_meet_in_a_list_of_contacts(tmp_path: Path) -> None:
    """A contact list, one line each time that two meet: its 45,047 lines are 2,220 ties of 180 pupils in five classes."""
    lines = [line.split("\t") for line in Path(os.environ["THIERS"]).read_text("utf-8").splitlines()]
    classes = {pupil: own for _, a, b, of_a, of_b in lines for pupil, own in ((a, of_a), (b, of_b))}
    people = residents(tmp_path, "id,grid\n" + "".join(f"{pupil},{own}\n" for pupil, own in classes.items()))
    listed = "source,target\n" + "".join(f"{a},{b}\n" for _, a, b, _, _ in lines)
    (tmp_path / "ties.csv").write_text(listed, "utf-8")
    with pytest.raises(ConfigError, match="42806 more problems"):
        tied(tmp_path / "ties.csv", people)
    met = {tuple(sorted((a, b))) for _, a, b, _, _ in lines}
    assert (len(lines), len(classes), len(set(classes.values())), len(met)) == (45_047, 180, 5, 2_220)
    assert set(tied(tmp_path / "ties.csv", people, symmetrise="strongest")) == met
