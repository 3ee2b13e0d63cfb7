"""Networks: the shape of generated and given ties, as networkx measures the ties that the model lives with.

Sources: watts1998; Newman (2003, 2006); Krackhardt and Stern (1988).
"""

from typing import TYPE_CHECKING, Any, override

import numpy as np

from experiments.validation.limits.limit import (
    Exact,
    Findings,
    Number,
    Statistical,
    changed,
    lived,
    mean_of_runs,
    whole,
)
from sim import Simulation
from sim.config.parameter import numbers
from sim.config.schema import Config

if TYPE_CHECKING:
    import networkx


def graph_of(s: Simulation) -> "networkx.Graph[int]":
    """The ties of a community as they stand, with each resident's grid."""
    import networkx

    w, graph = s.world, networkx.Graph()
    for i in range(w.degree.size):
        graph.add_node(i, grid=int(w.grid[i]))
        graph.add_edges_from((i, int(j)) for j in w.tie_other[w.tie_first[i] : w.tie_first[i] + w.degree[i]])
    return graph


def modularity(s: Simulation) -> float:
    """Modularity of the grids."""
    import networkx

    graph = graph_of(s)
    grids: dict[int, set[Any]] = {}
    for i, g in graph.nodes(data="grid"):
        grids.setdefault(g, set()).add(i)
    return float(networkx.community.modularity(graph, grids.values()))


class RingClustering(Exact):
    """Average clustering of an unrewired Watts-Strogatz ring: 3 (k-2) / 4 (k-1)."""

    degrees: tuple[int, ...] = numbers("Degrees to be examined.", unit="ties")

    @override
    def expected(self, c: Config) -> Findings:
        return {f"clustering, degree {k}": Number(3 * (k - 2) / (4 * (k - 1))) for k in self.degrees}

    @override
    def got(self, c: Config) -> Findings:
        import networkx

        found = {}
        for k in self.degrees:
            graph = graph_of(lived(changed(c, "network.degree", k), self.seed, 0))
            found[f"clustering, degree {k}"] = Number(float(networkx.average_clustering(graph)))
        return found


class Blocks(Statistical):
    """B equal blocks, a share s of ties inside: modularity s - 1/B, E-I 1 - 2s, assortativity modularity/(1 - 1/B)."""

    runs: int = whole("Networks.", unit="runs", low=3)

    @override
    def expected(self, c: Config) -> Findings:
        inside = c.network.degree_inside / (c.network.degree_inside + c.network.degree_outside)
        by_chance = 1 / c.population.grids
        return {
            "modularity of grids": Number(inside - by_chance),
            "E-I index of grids": Number(1 - 2 * inside, 1e-9),
            "assortativity of grids": Number((inside - by_chance) / (1 - by_chance)),
        }

    @override
    def got(self, c: Config) -> Findings:
        import networkx

        lives = {seed: lived(c, seed, 1) for seed in range(self.seed, self.seed + self.runs)}

        def over_runs(measured: Any) -> Number:
            return mean_of_runs(self.runs, self.seed, lambda seed: float(measured(lives[seed])), self.standard_errors)

        def assortativity(s: Simulation) -> float:
            return float(networkx.attribute_assortativity_coefficient(graph_of(s), "grid"))

        return {
            "modularity of grids": over_runs(modularity),
            "E-I index of grids": over_runs(lambda s: s.weekly()["ei_index"][-1]),
            "assortativity of grids": over_runs(assortativity),
        }


class Cliques(Exact):
    """Two cliques of m residents, each a grid, joined by one tie."""

    @override
    def expected(self, c: Config) -> Findings:
        from experiments.validation.limits.influence import rows

        m = len(rows(c.population.residents_file)) // 2
        inside = m * (m - 1) // 2
        ties = 2 * inside + 1
        joined = (m - 2) / m if m > 1 else 0.0
        return {
            "modularity of grids": Number(2 * (inside / ties - ((2 * inside + 1) / (2 * ties)) ** 2)),
            "average clustering": Number((2 * (m - 1) + 2 * joined) / (2 * m)),
            "E-I index of grids": Number((1 - 2 * inside) / ties),
        }

    @override
    def got(self, c: Config) -> Findings:
        import networkx

        s = lived(c, self.seed, 1)
        return {
            "modularity of grids": Number(modularity(s)),
            "average clustering": Number(float(networkx.average_clustering(graph_of(s)))),
            "E-I index of grids": Number(float(np.asarray(s.weekly()["ei_index"])[-1])),
        }
