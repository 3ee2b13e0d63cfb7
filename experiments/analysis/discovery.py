"""Discovery: under which conditions does a policy fail?

PRIM peels a box of conditions that is rich in points at which the policy fails, and a small tree splits the points into
groups of like effect. Both choose what looks extreme, so the runs that chose them judge them too kindly. Other points do
not mend this alone: replicate r has the same luck at every point, and what its luck made is found again at points that
had no say. So two thirds of the points in half of the replicates choose, and the other points in the other replicates
judge. An interval counts points and replicates, as both were drawn.

Sources: friedman1999, bryant2010, breiman1984, kwakkel2017, athey2016, cameron2011
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Numbers = NDArray[np.float64]
type Flags = NDArray[np.bool_]
type Bounds = NDArray[np.float64]
"""Two rows, the lowest and the highest value of each factor; infinite where the box is open."""
type Find = Callable[[Numbers, Flags], Bounds]
"""Finds a box: from points (a row a point, a column a factor) and whether each is of interest."""

LEAST_POINTS = 60
"""Forty that choose and twenty that judge."""
LEAST_REPLICATES = 4
"""Two that choose and two that judge."""
SLICE = 0.05
"""A box that cuts off less than this of a factor's range does not restrict the factor."""


@dataclass(frozen=True)
class Share:
    """A mean over points and replicates with its 95 % interval; NaN where nothing could be measured."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Box:
    """A box of conditions, and the share of pairs of runs in which the policy fails: no improvement on the first arm."""

    bounds: dict[str, tuple[float, float]]
    """Only the factors that the box restricts."""
    own: float
    """Share of the box's own points that fail, by the runs that chose the box: too kind."""
    there: Share
    """In the box, by the points and replicates that had no say in it."""
    elsewhere: Share
    """Outside of it, by the same."""
    more: Share
    """How much more often in the box than outside: what the luck of a replicate does everywhere drops out."""
    points: int
    """Points in the box that judge."""
    catches: float
    """Share of the judging pairs of runs that fail which lie in the box."""

    def conditions(self) -> str:
        """The conditions in words."""
        return _in_words(self.bounds)


@dataclass(frozen=True)
class Leaf:
    """A group of points in a tree: the conditions that lead to it, and the mean effect there by those that judge."""

    conditions: str
    effect: Share
    points: int


def parted(points: int, replicates: int) -> tuple[Flags, Flags]:
    """Which points and which replicates choose; the others judge."""
    return np.random.default_rng(points).permutation(points) % 3 > 0, np.arange(replicates) % 2 == 0


def failing_box(x: Numbers, losses: Numbers, factors: Sequence[str], find: Find | None = None) -> Box:
    """Where a policy fails. `losses`: a row a point, a column a replicate, below 0 where the policy is an improvement."""
    points, luck = parted(*losses.shape)
    hit = losses[np.ix_(points, luck)].mean(axis=1) >= 0
    bounds = (find or prim)(x[points], hit)
    inside, failed = within(x, bounds), losses >= 0
    judged = np.outer(~points, ~luck)
    there, elsewhere = judged & inside[:, None], judged & ~inside[:, None]
    return Box(
        bounds={
            name: (float(low), float(high))
            for name, low, high in zip(factors, *bounds, strict=True)
            if np.isfinite(low) or np.isfinite(high)
        },
        own=float(hit[inside[points]].mean()),
        there=share(failed, there),
        elsewhere=share(failed, elsewhere),
        more=average(failed, there, elsewhere),
        points=int(there.any(axis=1).sum()),
        catches=float(failed[there].sum()) / max(int(failed[judged].sum()), 1),
    )


def share(failed: Flags, chosen: Flags) -> Share:
    """The share of the chosen cells (a row a point, a column a replicate) that failed, and its interval.

    A t interval of the log odds; where no cell failed, or all did, Clopper and Pearson's for as many cells as replicates.
    """
    from scipy.special import expit, logit

    mean, off = _centred(failed, chosen)
    if not 0 < mean < 1:
        rare = 1 - 0.025 ** (1 / max(int(chosen.any(axis=0).sum()), 1))
        return Share(mean, mean * (1 - rare), 1 - (1 - mean) * (1 - rare))
    half = _half_width(off, chosen) / (mean * (1 - mean))
    return Share(mean, float(expit(logit(mean) - half)), float(expit(logit(mean) + half)))


def average(values: Numbers | Flags, chosen: Flags, against: Flags | None = None) -> Share:
    """The mean of the chosen cells (less that of those `against`) and its t interval."""
    mean, off = _centred(values, chosen)
    if against is None:
        half = _half_width(off, chosen)
    else:
        other, off_other = _centred(values, against)
        mean, half = mean - other, _half_width(off - off_other, chosen, against)
    return Share(mean, mean - half, mean + half)


def _centred(values: Numbers | Flags, chosen: Flags) -> tuple[float, Numbers]:
    """The mean of the chosen cells, and how far each one moves it."""
    if not chosen.any():
        return np.nan, np.full(chosen.shape, np.nan)
    mean = float(values[chosen].mean())
    return mean, np.where(chosen, values - mean, 0.0) / chosen.sum()


def _half_width(off: Numbers, *chosen: Flags) -> float:
    """Half of the 95 % interval of what each chosen cell moves by `off`; NaN for one point or one replicate.

    Points and replicates were both drawn: the variance is that by points plus that by replicates less that of the cells,
    which both hold (Cameron, Gelbach and Miller); its degrees of freedom are Satterthwaite's.
    """
    from scipy.special import stdtrit

    groups = np.array([min(part.any(axis=axis).sum() for part in chosen) for axis in (1, 0)])
    if groups.min() < 2 or np.isnan(off).any():
        return np.nan
    by = groups / (groups - 1) * np.array([(off.sum(axis=axis) ** 2).sum() for axis in (1, 0)])
    if not by.any():
        return 0.0
    variance = max(by.sum() - (off**2).sum(), by.max())
    return float(stdtrit(by.sum() ** 2 / (by**2 / (groups - 1)).sum(), 0.975) * variance**0.5)


def within(x: Numbers, bounds: Bounds) -> Flags:
    """Which points lie in a box."""
    return np.asarray(((x >= bounds[0]) & (x <= bounds[1])).all(axis=1))


def prim(x: Numbers, hit: Flags, least: int = 10) -> Bounds:
    """The box with the best balance of coverage and density (largest sum) on the peeling trajectories of PRIM.

    The gain for each point lost, the library's own measure, stops where a step gains nothing; Friedman and Fisher's mean
    goes on there but cuts too much off factors with few values. The better box of the two is taken.
    """
    import pandas as pd

    everything = np.array([np.full(x.shape[1], -np.inf), np.full(x.shape[1], np.inf)])
    if not hit.any() or hit.all():
        return everything
    best, best_score = everything, 0.0
    points = pd.DataFrame(x.astype(float))  # the library cannot put whole numbers back
    points.columns = [f"x{j}" for j in range(x.shape[1])]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of optional parts that the library lacks, and of what pandas will change
        from ema_workbench.analysis.prim import Prim, PRIMObjectiveFunctions

        for objective in (PRIMObjectiveFunctions.LENIENT1, PRIMObjectiveFunctions.ORIGINAL):
            found = Prim(points, hit.astype(int), obj_function=objective, mass_min=least / len(x)).find_box()
            scores = (found.peeling_trajectory["coverage"] + found.peeling_trajectory["density"]).to_numpy(float)
            if scores.max() > best_score + 1e-9:
                best, best_score = found.box_lims[int(scores.argmax())].to_numpy(float), float(scores.max())
    low, high = x.min(axis=0), x.max(axis=0)
    slack = SLICE * (high - low)
    bounds = np.where([best[0] > low + slack, best[1] < high - slack], best, everything)
    return np.asarray(bounds)


def tree(x: Numbers, effects: Numbers, factors: Sequence[str], *, depth: int = 2, least: int = 10) -> list[Leaf]:
    """A small regression tree: at each split the cut of one factor that leaves the least variance within."""
    from sklearn.tree import DecisionTreeRegressor

    points, luck = parted(*effects.shape)
    grown = DecisionTreeRegressor(max_depth=depth, min_samples_leaf=least, min_impurity_decrease=1e-12, random_state=1)
    inner = grown.fit(x[points], effects[np.ix_(points, luck)].mean(axis=1)).tree_
    there = grown.apply(x)

    def leaves(node: int, bounds: dict[str, tuple[float, float]]) -> list[Leaf]:
        if inner.children_left[node] < 0:
            own = ~points & (there == node)
            return [Leaf(_in_words(bounds), average(effects, np.outer(own, ~luck)), int(own.sum()))]
        name, cut = factors[inner.feature[node]], float(inner.threshold[node])
        low, high = bounds.get(name, (-np.inf, np.inf))
        below, above = bounds | {name: (low, cut)}, bounds | {name: (cut, high)}
        return [*leaves(int(inner.children_left[node]), below), *leaves(int(inner.children_right[node]), above)]

    return leaves(0, {})


def _in_words(bounds: dict[str, tuple[float, float]]) -> str:
    """Conditions in words; `everywhere` where there are none."""

    def one(name: str, low: float, high: float) -> str:
        if not np.isfinite(low):
            return f"{name} below {high:.3g}"
        return f"{name} above {low:.3g}" if not np.isfinite(high) else f"{name} from {low:.3g} to {high:.3g}"

    return " and ".join(one(name, low, high) for name, (low, high) in bounds.items()) or "everywhere"
