"""Discovery: under which conditions does a policy fail?

PRIM peels a box: again and again it cuts off the slice of one factor whose loss leaves the box richest in the points
of interest. A small tree splits the points into groups of like outcome. Both come with checks: how often a factor is
restricted when the points are drawn anew.

Sources: friedman1999, bryant2010, breiman1984
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Numbers = NDArray[np.float64]
type Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Box:
    """A box of conditions: bounds by factor, and how it does."""

    bounds: dict[str, tuple[float, float]]
    """Only the factors that the box restricts."""
    coverage: float
    """Share of all points of interest that lie in the box."""
    density: float
    """Share of the box's points that are of interest."""
    support: int
    """Points in the box."""
    surely: dict[str, float]
    """For each restricted factor the share of resamples in which PRIM restricts it too."""

    def sentence(self) -> str:
        """The conditions in words."""
        conditions = " and ".join(f"{name} from {low:.3g} to {high:.3g}" for name, (low, high) in self.bounds.items())
        found = f"{self.density:.0%} of {self.support} points, {self.coverage:.0%} of all such"
        return f"{conditions or 'everywhere'}: {found}"


def prim(
    x: Numbers,
    hit: Flags,
    factors: Sequence[str],
    *,
    peel: float = 0.05,
    least: int = 10,
    resamples: int = 20,
    seed: int = 1,
) -> Box:
    """The box with the best balance of coverage and density (largest sum) along one peeling trajectory.

    `x` has a row a point and a column a factor, `hit` flags the points of interest.
    """
    inside = _peeled(x, hit, peel, least)
    bounds = _bounds(x, inside, factors)
    chance, counts = np.random.default_rng(seed), dict.fromkeys(bounds, 0)
    for _ in range(resamples if bounds else 0):
        rows = chance.integers(0, len(x), len(x))
        again = _bounds(x[rows], _peeled(x[rows], hit[rows], peel, least), factors)
        for name in bounds:
            counts[name] += name in again
    caught = int(hit[inside].sum())
    return Box(
        bounds,
        caught / max(int(hit.sum()), 1),
        caught / max(int(inside.sum()), 1),
        int(inside.sum()),
        {name: count / max(resamples, 1) for name, count in counts.items()},
    )


def _peeled(x: Numbers, hit: Flags, peel: float, least: int) -> Flags:
    """Which points lie in the best box of a peeling trajectory."""
    inside = np.ones(len(x), bool)
    best, best_score = inside.copy(), hit.mean() + 1.0
    while inside.sum() > least and hit[inside].any():
        options = []
        for j in range(x.shape[1]):
            low, high = np.quantile(x[inside, j], (peel, 1 - peel))
            options += [inside & (x[:, j] > low), inside & (x[:, j] < high)]
        options = [o for o in options if least <= o.sum() < inside.sum()]
        if not options:
            break
        inside = max(options, key=lambda o: (hit[o].mean(), o.sum()))
        score = hit[inside].mean() + hit[inside].sum() / hit.sum()
        if score > best_score + 1e-12:
            best, best_score = inside.copy(), score
    return best


def _bounds(x: Numbers, inside: Flags, factors: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Bounds of the box where they cut off more than a slice of 5 % of the factor's range."""
    found = {}
    for j, name in enumerate(factors):
        low, high = x[inside, j].min(), x[inside, j].max()
        whole = np.ptp(x[:, j])
        if whole > 0 and (low - x[:, j].min() > 0.05 * whole or x[:, j].max() - high > 0.05 * whole):
            found[name] = (float(low), float(high))
    return found


@dataclass(frozen=True)
class Leaf:
    """A group of points in a tree: the conditions that lead to it, and the mean outcome there."""

    conditions: tuple[str, ...]
    mean: float
    points: int


def tree(x: Numbers, y: Numbers, factors: Sequence[str], *, depth: int = 2, least: int = 10) -> list[Leaf]:
    """A small regression tree: at each split the cut of one factor that leaves the least variance within."""
    return _grown(x, y, factors, depth, least, ())


def _grown(x: Numbers, y: Numbers, factors: Sequence[str], depth: int, least: int, said: tuple[str, ...]) -> list[Leaf]:
    cut = _best_cut(x, y, least) if depth > 0 else None
    if cut is None:
        return [Leaf(said, float(y.mean()), len(y))]
    j, value = cut
    left = x[:, j] <= value
    grown = []
    for side, sign in ((left, "<="), (~left, ">")):
        grown += _grown(x[side], y[side], factors, depth - 1, least, (*said, f"{factors[j]} {sign} {value:.3g}"))
    return grown


def _best_cut(x: Numbers, y: Numbers, least: int) -> tuple[int, float] | None:
    """The factor and value that leave the least squares within; None where no cut leaves enough points or helps."""
    n, best, found = len(y), ((y - y.mean()) ** 2).sum() * (1 - 1e-9), None
    for j in range(x.shape[1]):
        order = np.argsort(x[:, j], kind="stable")
        v, s = x[order, j], y[order]
        sums, squares = np.cumsum(s), np.cumsum(s**2)
        left = np.arange(1, n)
        within = squares[-1] - sums[:-1] ** 2 / left - (sums[-1] - sums[:-1]) ** 2 / (n - left)
        within[(left < least) | (n - left < least) | (v[:-1] == v[1:])] = np.inf
        k = int(np.argmin(within))
        if within[k] < best:
            best, found = within[k], (j, float((v[k] + v[k + 1]) / 2))
    return found
