"""Front: which points are worth choosing when several things matter and money is short.

A point is on the front when no other affordable point is at least as good in everything and better in something.
Means of a few runs are uncertain, so each point also has the share of bootstraps over replicates in which it is there,
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
    runs: "pd.DataFrame", better: Mapping[str, int], cost: str = "cost", budget: float = np.inf, seed: int = 1
) -> "pd.DataFrame":
    """Every arm at every point with its means, whether it is affordable and on the front, and how surely.

    `better` says of each objective whether more is better (1) or worse (-1); the mean of `cost` must be in `budget`.
    """
    choices = runs.groupby(["arm", "point"], sort=False)
    names = [name for name in (*better, cost) if name in runs]
    means = choices[list(dict.fromkeys(names))].mean()
    means["affordable"] = means[cost] <= budget if cost in means else True
    signs = np.array([-better[name] for name in better])
    cubes = [runs.pivot(index=["arm", "point"], columns="replicate", values=name) for name in better]
    whole = np.stack([c.reindex(means.index).to_numpy(float) for c in cubes], axis=2) * signs
    can = means["affordable"].to_numpy(bool)
    there = np.zeros(len(means), bool)
    often = np.zeros(len(means))
    if can.any():
        there[can] = on_front(np.nanmean(whole[can], axis=1))
        chance, n = np.random.default_rng(seed), whole.shape[1]
        for _ in range(BOOTSTRAPS):
            often[can] += on_front(np.nanmean(whole[can][:, chance.integers(0, n, n)], axis=1))
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

    Regret is how far the arm's mean stays behind that of the best arm in the same scenario, in the metric's unit.
    """
    means = runs.groupby([*scenarios, "arm"])[metric].mean().unstack("arm") * better
    behind = means.rsub(means.max(axis=1), axis=0)
    table = behind.agg(["max", "mean"]).T.rename(columns={"max": "largest_regret", "mean": "mean_regret"})
    wins = (behind <= 0).where(behind.notna()).mean().rename("best_in")  # where an arm was not run, it did not lose
    return table.join(wins).reset_index().sort_values("largest_regret", ignore_index=True)
