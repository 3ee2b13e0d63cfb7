"""How unequal, how mixed: the coefficients that slow metrics and limits use."""

from sim.engine.jit import Column, compiled, law
from sim.mathematics.sorting import in_order


@law
def over(part: float, whole: float) -> float:
    """A part over its whole; 0 where there is nothing to divide by."""
    return part / whole if whole > 0 else 0.0


@compiled
def blau(counts: Column) -> float:
    """Blau's index of heterogeneity: the chance that two residents differ (0 to 1 - 1/groups)."""
    total, alike = counts.sum(), 0.0
    if total == 0:
        return 0.0
    for count in counts:
        alike += (count / total) * (count / total)
    return 1.0 - alike


@compiled
def gini(values: Column) -> float:
    """Gini coefficient (0 equal, towards 1 unequal); 0 for nothing to share."""
    total, by_rank = 0.0, 0.0
    for rank, i in enumerate(in_order(values)):
        total += values[i]
        by_rank += (2 * rank + 1 - values.size) * float(values[i])
    return by_rank / (values.size * total) if total > 0.0 else 0.0


@compiled
def between(having: Column, heads: Column) -> float:
    """Share of the variance of a yes-or-no fact that lies between grids: how many have it, and how many there are."""
    everybody, variance = heads.sum(), 0.0
    mean = over(having.sum(), everybody)
    for g in range(heads.size):
        if heads[g] > 0:
            variance += heads[g] * (having[g] / heads[g] - mean) * (having[g] / heads[g] - mean)
    return over(over(variance, everybody), mean * (1.0 - mean))
