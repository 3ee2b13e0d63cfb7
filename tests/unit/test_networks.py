"""Networks: every tie once and on both sides, and the known statistics of each kind."""

from math import sqrt

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.config.load import load_config
from sim.config.yaml import ConfigError
from sim.founding.networks import Ties, ties, ties_to_slots
from sim.founding.population import Founders, founders
from sim.state.residents import CHILD

SINGLES = {"population.dwelling_sizes": [1], "population.household_types": {"adult": [1, 0, 0, 1, 1, False]}}
"""Everyone an adult with a household of their own, so that every resident can be tied to every other."""


def network(seed: int = 1, **changes: object) -> tuple[Founders, Ties]:
    """Residents and ties of the first version, whose ties are given, with changes (section__name=value)."""
    config = load_config("first_version", set={k.replace("__", "."): v for k, v in changes.items()})
    people = founders(config.population, seed)
    return people, ties(config.network, people, seed)


def singles(n: int, kind: str, seed: int = 1, **changes: object) -> tuple[Founders, Ties]:
    """A network of n adults living apart."""
    alike = {"network__strength_spread": 0, "population__residents": n, "network__kind": kind}
    return network(seed, **{k.replace(".", "__"): v for k, v in SINGLES.items()}, **alike, **changes)


def listed(t: Ties) -> dict[tuple[int, int], tuple[float, float]]:
    """Every used slot as (from, to): (strength, rest)."""
    found = {}
    for i in range(t.degree.size):
        for s in range(t.tie_first[i], t.tie_first[i] + t.degree[i]):
            assert (i, int(t.tie_other[s])) not in found, "a tie stands twice"
            found[i, int(t.tie_other[s])] = (float(t.tie_strength[s]), float(t.tie_rest[s]))
    return found


def graph(t: Ties) -> nx.Graph:
    """The ties as a networkx graph."""
    g = nx.Graph(list(listed(t)))
    g.add_nodes_from(range(t.degree.size))
    return g


KINDS = ("neighbourhood", "complete", "ring", "poisson", "blocks", "none", "well_mixed")


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from(KINDS), n=st.integers(1, 150), grids=st.integers(1, 20), seed=st.integers(0, 2**32))
def test_every_tie_stands_once_on_both_sides(kind: str, n: int, grids: int, seed: int) -> None:
    people, t = network(seed, population__residents=n, population__grids=grids, network__kind=kind)
    slots = listed(t)
    for (i, j), facts in slots.items():
        assert i != j
        assert slots[j, i] == facts
        assert 0 < facts[0] <= 1
        if people.household[i] == people.household[j]:
            assert facts == (1.0, 1.0)
    made = t.tie_first[1:] - t.tie_first[:-1] - t.degree
    assert (made == load_config("first_version").network.made_ties).all()
    assert t.tie_first[-1] == t.tie_other.size
    for h, (a, b) in enumerate(zip(people.household_first[:-1], people.household_first[1:], strict=True)):
        for i in range(a, b):  # the household's members stand in front
            front = t.tie_other[t.tie_first[i] : t.tie_first[i] + b - a - 1]
            assert (people.household[front] == h).all()


@pytest.mark.parametrize(("k", "expected"), [(4, 0.5), (6, 0.6), (8, 9 / 14), (10, 2 / 3)])
def test_ring_without_rewiring_has_the_known_clustering(k: int, expected: float) -> None:
    _, t = singles(200, "ring", network__degree=k, network__rewired=0)
    assert (t.degree == k).all()
    assert nx.average_clustering(graph(t)) == pytest.approx(expected)


def test_rewired_ring_is_like_that_of_networkx() -> None:
    _, t = singles(3000, "ring", network__degree=8, network__rewired=0.1)
    ours, theirs = graph(t), nx.watts_strogatz_graph(3000, 8, 0.1, seed=1)
    assert ours.number_of_edges() == theirs.number_of_edges() == 12_000
    assert abs(nx.average_clustering(ours) - nx.average_clustering(theirs)) < 0.02
    degrees = [np.array([d for _, d in g.degree()]) for g in (ours, theirs)]
    assert abs(degrees[0].std() - degrees[1].std()) < 0.08
    moved = sum((j - i) % 3000 not in (*range(1, 5), *range(2996, 3000)) for i, j in ours.edges())
    assert abs(moved / 12_000 - 0.1) < 4 * sqrt(0.09 / 12_000) + 0.001


def test_poisson_degrees() -> None:
    n, z = 20_000, 4.0
    _, t = singles(n, "poisson", network__degree=z)
    assert t.count == n * z / 2
    counts = np.bincount(t.degree, minlength=15)[:12] / n
    law = np.exp(-z) * np.cumprod(np.concatenate([[1.0], z / np.arange(1, 12)]))
    assert (np.abs(counts - law) < 4 * np.sqrt(law * (1 - law) / n) + 1e-4).all()


def test_blocks_have_the_known_mixing() -> None:
    people, t = singles(1000, "blocks", network__degree_inside=6, network__degree_outside=2)
    g = graph(t)
    inside = sum(people.grid[i] == people.grid[j] for i, j in g.edges())
    assert (g.number_of_edges() - 2 * inside) / g.number_of_edges() == pytest.approx(-0.5)
    groups = [set(np.flatnonzero(people.grid == k).tolist()) for k in range(10)]
    assert nx.community.modularity(g, groups) == pytest.approx(0.65, abs=0.01)
    nx.set_node_attributes(g, dict(enumerate(people.grid.tolist())), "grid")
    assert nx.attribute_assortativity_coefficient(g, "grid") == pytest.approx(0.722222, abs=0.01)


def test_complete_ties_all_and_refuses_crowds() -> None:
    _, t = singles(40, "complete")
    assert t.count == 780
    with pytest.raises(ConfigError, match="well_mixed"):
        singles(6000, "complete")


def test_neighbourhood_is_a_small_world_with_homophily() -> None:
    people, t = network(population__residents=6000, network__same_origin=4, network__same_age=1)
    c, slots = people.persons, listed(t)
    grid, home, origin = people.grid, people.household, c.origin
    able = c.age != CHILD
    outside = {pair for pair in slots if home[pair[0]] != home[pair[1]]}
    assert all(able[i] and able[j] for i, j in outside)
    near = {(i, j) for i, j in outside if grid[i] == grid[j]}
    assert len(near) / able.sum() == pytest.approx(6, abs=0.02)
    friends = outside - near
    assert len(friends) / able.sum() == pytest.approx(2, abs=0.02)
    assert 0.15 < nx.transitivity(graph(t)) < 0.35  # friend networks 0.1-0.3, neighbours higher (evidence.md D7)
    m = origin[able].mean()
    expected = (1 - 2 * m * (1 - m)) / (1 - 2 * m * (1 - m) * (1 - 1 / 4))
    alike = float(np.mean([origin[i] == origin[j] for i, j in friends]))
    assert abs(alike - expected) < 4 * sqrt(expected * (1 - expected) / (len(friends) / 2)) + 0.005
    levels = np.array([slots[pair][0] for pair in near])
    assert levels.min() >= 0.15 - 1e-6
    assert levels.max() <= 0.45 + 1e-6
    assert abs(levels.mean() - 0.3) < 0.005


def test_one_grid_still_has_friends() -> None:
    _, t = network(population__grids=1, network__neighbours=0, network__households_tied=False)
    assert t.count > 0


def test_same_seed_same_ties() -> None:
    (_, one), (_, same), (_, other) = network(3), network(3), network(4)
    assert (one.tie_other == same.tie_other).all()
    assert (one.tie_strength == same.tie_strength).all()
    assert one.tie_other.size != other.tie_other.size or (one.tie_other != other.tie_other).any()


def test_slots_by_hand() -> None:
    t = ties_to_slots(
        4, (np.array([0, 3]), np.array([2, 1]), np.array([0.5, 0.25], np.float32)), np.array([0, 2, 3, 4], np.int32), 1
    )
    assert t.tie_first.tolist() == [0, 3, 6, 8, 10]
    assert t.degree.tolist() == [2, 2, 1, 1]
    assert t.tie_other[[0, 1, 3, 4, 6, 8]].tolist() == [1, 2, 0, 3, 0, 1]
    assert t.tie_strength[[0, 1, 3, 4, 6, 8]].tolist() == [1, 0.5, 1, 0.25, 0.5, 0.25]
    assert (t.tie_rest == t.tie_strength).all()
    assert (t.tie_born < 0).all()
