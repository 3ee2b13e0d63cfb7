"""What is known: how much the posterior takes away from the prior, parameter by parameter, and which combinations are known.

Contraction is 1 - variance of the posterior / variance of the prior: 0 where nothing was learned, 1 where all is known. Combinations
are the directions in which the posterior is narrowest and widest against the prior (eigenvectors of its covariance in the unit
cube): a ratio can be known though neither of its parts is.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations as pairs_of

import numpy as np

from experiments.calibration.file import FreeRange
from experiments.calibration.posterior import Posterior

EVEN = 1 / 12
"""Variance of an even prior in the unit cube."""
KNOWN = 0.75
"""Contraction from which a parameter or a combination counts as known: its sd is half of the prior's, or less."""
UNKNOWN = 0.25
"""Contraction below which nothing to speak of was learned."""
BETTER = 0.2
"""By how much a sum or ratio must be better known than either of its parts in order to be told."""
A_PART = 0.35
"""Weight, against the largest, from which a parameter is named in a combination."""


@dataclass(frozen=True)
class Combination:
    """A direction in the space of parameters, and how much is known of it."""

    weights: Mapping[str, float]
    """Weights of the parameters that matter, over their searched ranges; the largest is positive."""
    contraction: float

    def in_words(self, free: Mapping[str, FreeRange]) -> str:
        """A ratio or product where all count by ratios, a sum or difference otherwise."""
        up = [p for p, w in self.weights.items() if w > 0]
        down = [p for p, w in self.weights.items() if w < 0]
        if all(free[p].log for p in self.weights):
            return " x ".join(up) + "".join(f" / {p}" for p in down)
        return " + ".join(up) + "".join(f" - {p}" for p in down)


def contractions(known: Posterior) -> list[float]:
    """Contraction of each parameter."""
    _, covariance = known.covariance()
    return [float(1 - v / EVEN) for v in np.diag(covariance)]


def combinations(known: Posterior, free: Mapping[str, FreeRange]) -> list[Combination]:
    """All directions, the best known first."""
    _, covariance = known.covariance()
    sizes, ways = np.linalg.eigh(covariance / EVEN)
    found = []
    for size, way in zip(sizes, ways.T, strict=True):
        way = way * np.sign(way[np.argmax(np.abs(way))])
        parts = {p: float(w) for p, w in zip(free, way, strict=True) if abs(w) >= A_PART * np.abs(way).max()}
        found.append(Combination(parts, float(1 - size)))
    return found


def pairs(known: Posterior, free: Mapping[str, FreeRange]) -> list[Combination]:
    """Sums, differences, products and ratios of two parameters that are better known than both, the best known first."""
    _, covariance = known.covariance()
    alone, found = contractions(known), list[Combination]()
    for (i, (one, a)), (j, (other, b)) in pairs_of(enumerate(free.items()), 2):
        if a.log != b.log:
            continue
        for sign in (1.0, -1.0):
            way = np.array([_width(a), sign * _width(b)])
            left = way @ covariance[np.ix_([i, j], [i, j])] @ way / (way @ way * EVEN)
            if 1 - left >= max(alone[i], alone[j], 0.0) + BETTER:
                found.append(Combination({one: 1.0, other: sign}, float(1 - left)))
    return sorted(found, key=lambda c: -c.contraction)


def _width(free: FreeRange) -> float:
    """Width of what was searched, in the unit in which a ratio is a difference."""
    return math.log(free.high / free.low) if free.log else free.high - free.low
