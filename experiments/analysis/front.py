"""Front: which points are worth choosing when several things matter and money is short.

A point is on the front when no other affordable point is at least as good in everything and better in something.
Whoever is chosen for its mean looks better by that mean than it is, so every other replicate chooses and the others say
what is chosen brings (a search performs replicates of their own for it). Means of a few runs are uncertain, so each point also has the share of bootstraps over replicates in which it is there,
and its regret: how far it stays, at worst over the scenarios, behind the best choice for that scenario. Nobody chooses
a scenario: where conditions vary as well, a choice is judged by its mean over them, or by the worst of them.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

type Numbers = NDArray[np.float64]
type Judge = Literal["mean", "worst"]

BOOTSTRAPS = 500
HALVED = 4
"""Replicates from which on every other one chooses and the others judge."""


def on_front(losses: Numbers) -> NDArray[np.bool_]:
    """Which rows no other row dominates; every column is to be small. Equal rows stand together."""
    left, examined = (
        np.argsort(losses.sum(axis=1)),
        0,
    )  # a row of small sum dominates many: those need no look of their own
    while examined < left.size:
        others, one = losses[left], losses[left[examined]]
        stays = ~((others >= one).all(axis=1) & (others > one).any(axis=1))
        examined = int(stays[:examined].sum()) + 1
        left = left[stays]
    there = np.zeros(len(losses), bool)
    there[left] = True
    return there


def front(
    runs: "pd.DataFrame", better: Mapping[str, int], cost: str = "cost", budget: float = np.inf, seed: int = 1,
    *, halved: bool = True,
) -> "pd.DataFrame":  # fmt: skip
    """Every arm at every point with its means, whether it is affordable and on the front, and how surely.

    From four replicates on every other one says what is affordable and on the front, and the means are of the others (`judged_by` of
    them, 0 where the same replicates did both), unless `halved` is false. `better` says of each objective whether more is better (1) or worse (-1); the mean of `cost` must be in `budget`.
    """
    names = [name for name in dict.fromkeys((*better, cost)) if name in runs]
    chose, judge = chosen_and_judged(runs, halved=halved)

    def means_of(some: Sequence[int]) -> "pd.DataFrame":
        return runs[runs["replicate"].isin(some)].groupby(["arm", "point"], sort=False)[names].mean().reindex(order)

    order = runs.groupby(["arm", "point"], sort=False).size().index
    first, means = means_of(chose), means_of(judge)
    means["affordable"] = first[cost] <= budget if cost in first else True
    signs = np.array([-better[name] for name in better])
    cubes = [runs.pivot(index=["arm", "point"], columns="replicate", values=name) for name in better]
    whole = np.stack([c.reindex(order).to_numpy(float) for c in cubes], axis=2) * signs
    can = means["affordable"].to_numpy(bool)
    there, often = np.zeros(len(means), bool), np.zeros(len(means))
    if can.any():
        there[can] = on_front(first[list(better)].to_numpy(float)[can] * signs)
        chance, n = np.random.default_rng(seed), whole.shape[1]
        for _ in range(BOOTSTRAPS):
            often[can] += on_front(np.nanmean(whole[can][:, chance.integers(0, n, n)], axis=1))
    means["judged_by"] = len(judge) if chose != judge else 0
    return means.assign(on_front=there, surely=often / BOOTSTRAPS).reset_index()


def over_conditions(
    runs: "pd.DataFrame", better: Mapping[str, int], choice: Sequence[str], judge: Judge = "mean"
) -> "pd.DataFrame":
    """One row an arm, choice and replicate, for `front`: every objective as it is over the points that share the choice.

    `choice` names the columns that somebody chooses; the other differences between points are conditions. `worst`
    takes each objective at the condition in which its mean is worst. `point` is the first of the points that were joined.
    """
    import pandas as pd

    same, names = ["arm", *choice], list(better)
    first = runs.groupby(same, sort=False)["point"].transform("min")
    labelled = runs.assign(choice=first)
    if judge == "mean":
        joined = labelled.groupby(["arm", "choice", "replicate"], sort=False)[names].mean()
    else:
        means = labelled.groupby(["arm", "choice", "point"])[names].mean()
        worst = []
        for name, sign in better.items():
            at = (means[name] * sign).dropna().groupby(level=["arm", "choice"]).idxmin()
            there = labelled.set_index(["arm", "choice", "point"]).loc[list(at), ["replicate", name]]
            worst.append(there.reset_index().set_index(["arm", "choice", "replicate"])[name])
        joined = pd.concat(worst, axis=1)
    return joined.reset_index().rename(columns={"choice": "point"})


def regret(runs: "pd.DataFrame", metric: str, better: int, scenarios: Sequence[str]) -> "pd.DataFrame":
    """For every arm its largest and mean regret in one metric over the scenarios (columns that nobody chooses).

    Regret is how far the arm's mean stays behind that of the best arm in the same scenario, in the metric's unit. From four
    replicates on every other one says which arm is best in a scenario and where an arm stays furthest behind, and the others say how
    far: a best of several means is too good. An arm that others' luck made the best can then stay behind by less than nothing.
    """
    import pandas as pd

    def means_of(some: Sequence[int]) -> "pd.DataFrame":
        return runs[runs["replicate"].isin(some)].groupby([*scenarios, "arm"])[metric].mean().unstack("arm") * better

    def behind(means: "pd.DataFrame", best: "pd.Series[str]") -> "pd.DataFrame":
        there = means.reindex(best.index)
        return there.rsub(there.to_numpy()[np.arange(len(best)), there.columns.get_indexer(best)], axis=0)

    chose, judge = chosen_and_judged(runs)
    first, whole = means_of(chose), means_of(sorted(runs["replicate"].unique()))
    best = first.dropna(how="all").idxmax(axis=1)
    seen, found = behind(first, best), behind(means_of(judge), best)
    worst = seen.dropna(axis=1, how="all").idxmax()
    table = pd.DataFrame(
        {"largest_regret": {arm: found.loc[at, arm] for arm, at in worst.items()}, "mean_regret": found.mean()}
    ).rename_axis("arm")
    lost = whole.rsub(whole.max(axis=1), axis=0)
    wins = (lost <= 0).where(lost.notna()).mean().rename("best_in")  # where an arm was not run, it did not lose
    return table.join(wins).reset_index().sort_values("largest_regret", ignore_index=True)


def chosen_and_judged(runs: "pd.DataFrame", *, halved: bool = True) -> tuple[Sequence[int], Sequence[int]]:
    """The replicates that choose and those that judge: every other one from four on, else all do both."""
    replicates = sorted(runs["replicate"].unique())
    return (replicates[::2], replicates[1::2]) if halved and len(replicates) >= HALVED else (replicates, replicates)
