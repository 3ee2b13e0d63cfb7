"""Exploring: what a study's design lets one find out beyond the effects of its arms.

A Saltelli or Morris design gives sensitivity, a bundle's parts give attribution, a sample of conditions shows where an
arm fails, and several objectives under a budget give a front. What the design does not allow stays empty.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.attribution import attribution
from experiments.analysis.discovery import Box, Leaf, prim, tree
from experiments.analysis.front import front, over_conditions, regret
from experiments.analysis.sensitivity import cube, morris, sobol, table_of
from experiments.design import DOSE, Study
from experiments.points import SAMPLED, Range, shares_of
from experiments.study_file import Arm

if TYPE_CHECKING:
    import pandas as pd

LEAST_POINTS = 40
"""Points below which no box or tree is looked for."""


@dataclass(frozen=True)
class Failing:
    """Where an arm does not better an outcome: a box and a tree of conditions."""

    arm: str
    metric: str
    share: float
    """Share of the points at which the arm's mean effect is no improvement."""
    box: Box
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True)
class Findings:
    """What a study's design allowed to find; empty tables where it does not."""

    sensitivity: "pd.DataFrame"
    attribution: "pd.DataFrame"
    front: "pd.DataFrame"
    regret: "pd.DataFrame"
    failing: tuple[Failing, ...]
    objectives: tuple[str, ...]

    def tables(self) -> "dict[str, pd.DataFrame]":
        """What there is to read, by name."""
        import pandas as pd

        failing = pd.DataFrame(
            [
                {"arm": f.arm, "metric": f.metric, "fails_at": f.share, "where": f.box.sentence()}
                | {f"surely_{name}": value for name, value in f.box.surely.items()}
                for f in self.failing
            ]
        )
        leaves = pd.DataFrame(
            [
                {"arm": f.arm, "metric": f.metric, "where": " and ".join(leaf.conditions) or "everywhere"}
                | {"mean_effect": leaf.mean, "points": leaf.points}
                for f in self.failing
                for leaf in f.leaves
            ]
        )
        named = {
            "sensitivity": self.sensitivity,
            "attribution": self.attribution,
            "front": self.front,
            "regret": self.regret,
            "failing": failing,
            "leaves": leaves,
        }
        return {name: table for name, table in named.items() if not table.empty}


def explore(study: Study, runs: "pd.DataFrame", better: dict[str, int], budget: float = np.inf) -> Findings:
    """Everything that the design allows. `better`: for each metric, 1 where more is better, -1 where worse, else 0."""
    outcomes = [m for m in dict.fromkeys(study.file.outcomes) if m in runs]
    objectives = [m for m in outcomes if better.get(m)]
    if "cost" in runs and runs["cost"].nunique() > 1 and "cost" not in objectives:
        objectives.append("cost")
    return Findings(
        sensitivity=_sensitivity(study, runs, outcomes),
        attribution=attribution(runs, parts_of(study), outcomes),
        front=_front(study, runs, {m: better[m] for m in objectives}, budget),
        regret=_regret(study, runs, [m for m in objectives if m != "cost"], better),
        failing=tuple(_failing(study, runs, objectives, better)),
        objectives=tuple(objectives),
    )


def _sensitivity(study: Study, runs: "pd.DataFrame", outcomes: list[str]) -> "pd.DataFrame":
    """Indices of the first arm's outcomes and of every other arm's effects."""
    import pandas as pd

    method, factors = study.file.design.method, tuple(study.file.varies)
    if method not in ("saltelli", "morris"):
        return pd.DataFrame()
    found = []
    for arm in study.arms:
        for metric in outcomes:
            values = cube(runs[runs["arm"] == arm], metric, len(study.points))
            if arm != study.reference:
                values = values - cube(runs[runs["arm"] == study.reference], metric, len(study.points))
            if method == "saltelli":
                table = table_of(sobol(values, factors, metric))
            else:
                table = table_of(morris(values, shares_of(study.file.design, len(factors)), factors, metric))
            quantity = arm if arm == study.reference else f"effect of {arm}"
            found.append(table.assign(quantity=quantity, kind="sobol" if method == "saltelli" else "morris"))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def parts_of(study: Study) -> dict[str, frozenset[str]]:
    """The policies of each arm that is a part of the largest one, with its very doses and settings."""

    def settings(arm: str) -> dict[str, object]:
        said = study.file.arms[arm]
        return dict(said.set) if isinstance(said, Arm) else {}

    largest = max(study.arms, key=lambda arm: len(study.arms[arm]))
    whole = study.arms[largest]
    return {
        arm: frozenset(name for name, _ in policies)
        for arm, policies in study.arms.items()
        if all(policy in whole for policy in policies) and settings(arm) == settings(largest)
    }


def _front(study: Study, runs: "pd.DataFrame", better: dict[str, int], budget: float) -> "pd.DataFrame":
    """The front of what can be chosen, arms and doses; conditions are borne, so choices are judged by the mean over them."""
    import pandas as pd

    doses = [name for name in study.file.varies if name.startswith(DOSE)]
    conditions = len(study.file.varies) > len(doses)
    if conditions and doses and study.file.design.method in SAMPLED:
        return pd.DataFrame()  # every dose was tried under other conditions: nothing can be held against anything
    if conditions and not runs.empty:
        runs = over_conditions(runs, better, doses)
    if len(better) < 2 or len(runs[["arm", "point"]].drop_duplicates()) < 3:
        return pd.DataFrame()
    return front(runs, better, budget=budget)


def _regret(study: Study, runs: "pd.DataFrame", objectives: list[str], better: dict[str, int]) -> "pd.DataFrame":
    """Each arm's regret over the conditions that nobody chooses (parameters and community, not doses)."""
    import pandas as pd

    conditions = [name for name in study.file.varies if not name.startswith(DOSE)]
    if not conditions or len(study.arms) < 2:
        return pd.DataFrame()
    found = [regret(runs, metric, better[metric], conditions).assign(metric=metric) for metric in objectives]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def _failing(study: Study, runs: "pd.DataFrame", objectives: list[str], better: dict[str, int]) -> Iterator[Failing]:
    """Boxes and trees of the points at which an arm is no improvement on the first."""
    factors = [name for name, said in study.file.varies.items() if isinstance(said, Range) or len(said) > 2]
    numeric = [name for name in factors if runs[name].dtype != object]
    if len(study.points) < LEAST_POINTS or not numeric:
        return
    x = np.array([[float(dict(point)[name]) for name in numeric] for point in study.points])
    for arm in list(study.arms)[1:]:
        for metric in objectives:
            own = cube(runs[runs["arm"] == arm], metric, len(study.points))
            base = cube(runs[runs["arm"] == study.reference], metric, len(study.points))
            gain = better[metric] * (own - base).mean(axis=1)
            there = np.isfinite(gain)
            hit = gain[there] <= 0
            if 5 <= hit.sum() <= there.sum() - 5:
                box = prim(x[there], hit, numeric)
                leaves = tree(x[there], (own - base).mean(axis=1)[there], numeric)
                yield Failing(arm, metric, float(hit.mean()), box, tuple(leaves))
