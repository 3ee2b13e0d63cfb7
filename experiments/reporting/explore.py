"""Exploring: what a study's design lets one find out beyond the effects of its arms.

A Saltelli or Morris design gives sensitivity, a bundle's parts give attribution, a sample of conditions shows where an
arm fails, and several objectives under a budget give a front. What the design does not allow stays empty.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.attribution import attribution
from experiments.analysis.discovery import LEAST_POINTS, LEAST_REPLICATES, Box, Leaf, Share, failing_box, tree
from experiments.analysis.front import front, over_conditions, regret
from experiments.analysis.sensitivity import morris, sobol, table_of
from experiments.reporting.answers import answers, looked_at, values_of
from experiments.reporting.doses import settings_of
from experiments.study.design import DOSE, Study
from experiments.study.sampling import SAMPLED, Range, shares_of

if TYPE_CHECKING:
    import pandas as pd

    from experiments.runs.results import Results


@dataclass(frozen=True)
class Failing:
    """Where an arm does not better an outcome: a box and a tree of conditions."""

    arm: str
    metric: str
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
    answers: "dict[str, pd.DataFrame]" = field(default_factory=dict)
    """What people ask: over all that is uncertain, who gains, factors and their interactions (see answers)."""
    lacking: tuple[str, str] = ("", "")
    """In English and Chinese: what could not be looked for, and why, where the design would allow it."""

    def tables(self) -> "dict[str, pd.DataFrame]":
        """What there is to read, by name."""
        import pandas as pd

        failing = pd.DataFrame(
            [
                {"arm": f.arm, "metric": f.metric, "where": f.box.conditions()}
                | _columns("fails_there", f.box.there)
                | _columns("fails_elsewhere", f.box.elsewhere)
                | _columns("more_often", f.box.more)
                | {"catches": f.box.catches, "points": f.box.points, "by_what_chose": f.box.own}
                for f in self.failing
            ]
        )
        leaves = pd.DataFrame(
            [
                {"arm": f.arm, "metric": f.metric, "where": leaf.conditions}
                | _columns("mean_effect", leaf.effect)
                | {"points": leaf.points}
                for f in self.failing
                for leaf in f.leaves
            ]
        )
        named = {
            **self.answers,
            "sensitivity": self.sensitivity,
            "attribution": self.attribution,
            "front": self.front,
            "regret": self.regret,
            "failing": failing,
            "leaves": leaves,
        }
        return {name: table for name, table in named.items() if not table.empty}


def _columns(name: str, share: Share) -> dict[str, float]:
    return {name: share.mean, f"{name}_low": share.low, f"{name}_high": share.high}


def findings_of(
    results: "Results", runs: "pd.DataFrame | None" = None, budget: float = np.inf, *, conditions: bool = True
) -> Findings:
    """The same of results; `runs`: their table, where it is made already."""
    from sim import METRICS

    study = results.study
    runs = results.runs([*study.file.outcomes, "cost"]) if runs is None else runs
    each = results.each.runs(study.file.outcomes) if study.file.city and not runs.empty else None
    better = {name: metric.better for name, metric in METRICS.items()}
    return explore(study, runs, better, budget, conditions=conditions, each=each)


def explore(
    study: Study, runs: "pd.DataFrame", better: dict[str, int], budget: float = np.inf, *, conditions: bool = True,
    each: "pd.DataFrame | None" = None,
) -> Findings:  # fmt: skip
    """Everything that the design allows. `better`: for each metric, 1 where more is better, -1 where worse, else 0.

    `conditions=False`: all but the conditions under which arms fail, which take a while. `each`: the runs of a city's communities.
    """
    outcomes = [m for m in dict.fromkeys(study.file.outcomes) if m in runs]
    there, parts = set(runs["arm"]), parts_of(study)
    objectives = [m for m in outcomes if better.get(m)]
    if "cost" in runs and runs["cost"].nunique() > 1 and "cost" not in objectives:
        objectives.append("cost")
    lacking = _lacking(study, [arm for arm in study.arms if arm not in there]) if conditions else ("", "")
    return Findings(
        sensitivity=_sensitivity(study, runs, outcomes),
        attribution=attribution(runs, parts if there >= set(parts) else {}, outcomes),
        front=_front(study, runs, {m: better[m] for m in objectives}, budget),
        regret=_regret(study, runs, [m for m in objectives if m != "cost"], better),
        failing=tuple(_failing(study, runs, objectives, better)) if conditions and not any(_no_failing(study)) else (),
        objectives=tuple(objectives),
        answers=answers(study, runs, outcomes, better, parts if there >= set(parts) else {}, each),
        lacking=lacking,
    )


def _sensitivity(study: Study, runs: "pd.DataFrame", outcomes: list[str]) -> "pd.DataFrame":
    """Indices of the first arm's outcomes and of every other arm's effects."""
    import pandas as pd

    method, factors = study.file.design.method, tuple(study.file.varies)
    if method not in ("saltelli", "morris"):
        return pd.DataFrame()
    found = []
    for arm, quantity, metric, values in looked_at(study, runs, outcomes):
        if method == "saltelli":
            table = table_of(sobol(values, factors, metric, shares_of(study.file.design, len(factors))))
        else:
            table = table_of(morris(values, shares_of(study.file.design, len(factors)), factors, metric))
        found.append(table.assign(arm=arm, quantity=quantity, kind="sobol" if method == "saltelli" else "morris"))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def parts_of(study: Study) -> dict[str, frozenset[str]]:
    """The policies of each arm that is a part of the largest one, with its very doses and settings."""
    largest = max(study.arms, key=lambda arm: len(study.arms[arm]))
    whole = study.arms[largest]
    return {
        arm: frozenset(name for name, _ in policies)
        for arm, policies in study.arms.items()
        if all(policy in whole for policy in policies) and settings_of(study, arm) == settings_of(study, largest)
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


def _lacking(study: Study, without: Sequence[str]) -> tuple[str, str]:
    """What is missing to find out more, in English and Chinese: arms without a finished run, replicates, packages."""
    english, chinese = _no_failing(study)
    few, method = study.file.replicates, study.file.design.method
    if method in ("saltelli", "morris") and few < 3:
        luck = ("cannot be told from parameters, and makes totals too high", "无法与参数区分，总指数偏高")
        luck = luck if few == 1 else ("is in no interval: they count points only", "未计入区间：区间只反映取值点")
        english = f"With {few} replicate{'s' * (few > 1)} luck {luck[0]}; three or more mend it. {english}".strip()
        chinese = f"重复{few}次时，偶然{luck[1]}；三次以上即可避免。{chinese}"
    if without:
        names = ", ".join(without)
        english = f"No run is finished of: {names}. What needs these arms is left out. {english}".strip()
        chinese = f"尚无已完成运行的组：{names}；需要这些组的内容从略。{chinese}"
    return english, chinese


def _no_failing(study: Study) -> tuple[str, str]:
    """What is missing to look for the conditions under which arms fail, in English and Chinese; nothing where nothing is."""
    if len(study.points) < LEAST_POINTS or len(study.arms) < 2:
        return "", ""
    if study.file.replicates < LEAST_REPLICATES:
        return (
            f"Where an arm fails is looked for with {LEAST_REPLICATES} replicates or more: all points share their luck (common random numbers), and "
            "some of it must judge what the rest found.",
            f"寻找失效条件需要至少{LEAST_REPLICATES}次重复：各取值点共用随机数，须留一部分重复来检验。",
        )
    if find_spec("ema_workbench") is None or find_spec("sklearn") is None:
        return (
            "Where an arm fails is looked for with EMA Workbench: pip install 'linli[discover]'.",
            "寻找失效条件需要 EMA Workbench：pip install 'linli[discover]'。",
        )
    return "", ""


def _failing(study: Study, runs: "pd.DataFrame", objectives: list[str], better: dict[str, int]) -> Iterator[Failing]:
    """Boxes and trees of the points at which an arm is no improvement on the first."""
    factors = [name for name, said in study.file.varies.items() if isinstance(said, Range) or len(said) > 2]
    numeric = [name for name in factors if runs[name].dtype.kind in "biuf"]
    if len(study.points) < LEAST_POINTS or not numeric:
        return
    x = np.array([[float(dict(point)[name]) for name in numeric] for point in study.points])
    for arm in list(study.arms)[1:]:
        for metric in objectives:
            effects = values_of(study, runs, arm, metric) - values_of(study, runs, study.reference, metric)
            whole = np.isfinite(effects).all(axis=1)
            losses = -better[metric] * effects[whole]
            fails = int((losses.mean(axis=1) >= 0).sum()) if whole.any() else 0
            if whole.sum() >= LEAST_POINTS and 5 <= fails <= whole.sum() - 5:
                box = failing_box(x[whole], losses, numeric)
                yield Failing(arm, metric, box, tuple(tree(x[whole], effects[whole], numeric)))
