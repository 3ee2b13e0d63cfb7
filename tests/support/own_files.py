"""Small files of residents and ties for tests, and what is read from them."""

from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest

from sim.config.load import load_config
from sim.config.yaml import ConfigError
from sim.founding.import_data.ties import read_ties
from sim.founding.population import Founders, founders

FIVE = "id,grid\nann,1\nbob,1\ncai,1\ndan,2\neve,2\n"
PAIRS = {("ann", "bob"): 0.5, ("bob", "cai"): 0.25, ("dan", "eve"): 1.0}


def residents(folder: Path, content: str | bytes, name: str = "residents.csv", **more: object) -> Founders:
    """The founders of a file of residents with this content."""
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    said = {"residents_file": str(file), "initial_tiers": [0, 0, 0], **more}
    return founders(load_config("baseline", set={f"population.{k}": v for k, v in said.items()}).population, 1)


def tied(file: Path, people: Founders, **how: object) -> dict[tuple[str, str], float]:
    """The ties of a file by the residents' names."""
    said = {"kind": "file", "ties_file": str(file), **how}
    network = load_config("baseline", set={f"network.{k}": v for k, v in said.items()}).network
    u, v, strength = read_ties(network, people)
    pairs = [tuple(sorted((people.ids[a], people.ids[b]))) for a, b in zip(u, v, strict=True)]
    assert len(set(pairs)) == len(pairs)
    return {(a, b): round(float(s), 4) for (a, b), s in zip(pairs, strength, strict=True)}


def said_of(wrong: pytest.ExceptionInfo[ConfigError]) -> str:
    return str(wrong.value)


def in_words(act: Callable[[], object]) -> bool | None:
    """Whether a refusal says what was expected; None where nothing is refused."""
    try:
        act()
    except ConfigError as error:
        return "expected" in str(error)
    return None


def graph(directed: bool = False, attribute: str = "weight") -> nx.Graph:
    g = nx.DiGraph() if directed else nx.Graph()
    g.add_nodes_from(("ann", "bob", "cai", "dan", "eve"))
    for (a, b), strength in PAIRS.items():
        g.add_edge(a, b, **{attribute: strength})
    return g
