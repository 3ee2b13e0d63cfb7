"""Searching: doses that do well in several outcomes at once, whatever the conditions, and stay within a budget.

What varies over a range is searched. What varies over listed values is a condition that nobody chooses: every choice is
lived under all of them and judged by the worst (or by their mean). NSGA-II proposes a generation of choices; each is
lived with the study's replicates, on the common random numbers that all points share, and the best are crossed and changed for the next. What is on the front in the end lives as many replicates again: these had no say and judge it. Every run goes to the study's store, and the
same search asks the same questions, so an interrupted search goes on where it was.

NSGA-II: Deb, Pratap, Agarwal and Meyarivan 2002.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.front import Judge, front, over_conditions
from experiments.runs.executor import Workers, perform
from experiments.runs.present import claim, say_mended
from experiments.runs.results import Results
from experiments.runs.store import Store
from experiments.spoken import language, spoken
from experiments.study.design import Study
from experiments.study.own_files import read_own_files
from experiments.study.sampling import Point, Range

if TYPE_CHECKING:
    import pandas as pd

type Numbers = NDArray[np.float64]


class StudyError(Exception):
    """The study cannot be searched; `str()` says what it lacks."""


def search(
    study: Study,
    folder: Path,
    better: Mapping[str, int],
    *,
    budget: float = np.inf,
    judge: Judge = "worst",
    size: int = 16,
    generations: int = 6,
    workers: int = 0,
    by: Workers = "processes",
    apart: bool = False,
    told: Callable[[int, int], None] = lambda generation, points: None,
) -> "tuple[Study, pd.DataFrame]":
    """Search what the study varies for its last arm; returns the study at all points visited, and the choices' front.

    `better`: objectives, 1 where more is better, -1 where less is. `budget`: most that the last arm may cost, in the
    unit of `cost`. Raises StudyError when nothing varies over a range, StoreError as usual, ConfigError when a file of
    residents or ties is wrong.
    """
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem
    from pymoo.optimize import minimize

    ranges = {name: factor for name, factor in study.file.varies.items() if isinstance(factor, Range)}
    listed = {name: factor for name, factor in study.file.varies.items() if not isinstance(factor, Range)}
    if not ranges:
        raise StudyError(
            spoken(
                "{path}: nothing to search in `varies`; expected a range, as in policies.vanguard.size: {{low: 0, high: 20}}. Listed values are conditions under which each choice is judged.",
                path=study.path,
            )
        )
    conditions = [tuple(zip(listed, row, strict=True)) for row in product(*listed.values())]
    arm = list(study.arms)[-1]
    judged_by = {**better, "cost": -1}
    read_own_files(study)
    store, visited = Store(folder).open(), list[Point]()

    def lived(choices: Sequence[Point]) -> "pd.DataFrame":
        """The last arm's runs at these choices, one row a choice and replicate; what is missing is performed first."""
        points = [choice + condition for choice in choices for condition in conditions]
        visited.extend(point for point in dict.fromkeys(points) if point not in visited)
        told(len(visited) // len(conditions), len(choices))
        asked = study.at(visited, study.file.replicates)
        perform(asked, store, workers=workers, by=by, apart=apart)
        runs = Results(asked, store).runs()
        return over_conditions(runs[runs["arm"] == arm], judged_by, list(ranges), judge)

    class Doses(Problem):  # type: ignore[misc]
        """The unit cube of what is searched; what is to be small is the last arm's mean outcomes, turned."""

        def __init__(self) -> None:
            super().__init__(n_var=len(ranges), n_obj=len(better), n_ieq_constr=1, xl=0.0, xu=1.0)

        def _evaluate(self, x: Numbers, out: dict[str, Numbers]) -> None:
            choices = [point_at(ranges, row) for row in x]
            means = lived(choices).groupby("point").mean(numeric_only=True)
            rows = means.reindex([visited.index(choice + conditions[0]) for choice in choices])
            losses = [np.nan_to_num(-sign * rows[m].to_numpy(float), nan=1e9) for m, sign in better.items()]
            out["F"] = np.column_stack(losses)
            over = rows["cost"].to_numpy(float) - budget
            out["G"] = np.nan_to_num(over, nan=1e9, neginf=-1.0)[:, None]

    with store.held() as mended:
        claim(study, store)
        say_mended(store, mended)
        minimize(Doses(), NSGA2(pop_size=size), ("n_gen", generations), seed=study.file.seed % 2**31, verbose=False)
        found = front(lived([]), better, budget=budget, halved=False)
        if found["on_front"].any():  # else nothing is left to judge
            fresh = _judged(study, visited, found[found["on_front"]]["point"].tolist(), len(conditions))
            perform(fresh, store, workers=workers, by=by, apart=apart)
            runs = Results(fresh, store).runs()
            runs = runs[(runs["arm"] == arm) & (runs["replicate"] >= study.file.replicates)]
            judged = over_conditions(runs, judged_by, list(ranges), judge).groupby("point")[list(judged_by)].mean()
            found = _beside(found, judged, study.file.replicates)
    return study.at(visited, study.file.replicates), found


def _beside(found: "pd.DataFrame", judged: "pd.DataFrame", replicates: int) -> "pd.DataFrame":
    """The choices with the means of the replicates that judged those on the front; what chose stands beside them."""
    names = [name for name in judged if name in found]
    chose = found.set_index("point")[names]
    found = found.assign(judged_by=np.where(found["on_front"], replicates, 0))
    for name in names:
        found[f"{name}_chose"] = found[name]
        found[name] = judged[name].reindex(found["point"]).fillna(chose[name]).to_numpy(float)
    return found


def _judged(study: Study, visited: Sequence[Point], chosen: Sequence[int], conditions: int) -> Study:
    """The study with twice the replicates of what is on the front, in all of its conditions."""
    points = [p + c for p in chosen for c in range(conditions)]
    arm, twice = list(study.arms)[-1], 2 * study.file.replicates
    return replace(study.at(visited, twice), allotted={(arm, p): twice for p in points})


def point_at(ranges: Mapping[str, Range], shares: Sequence[float] | Numbers) -> Point:
    """The point at these shares (0-1) of the ranges, to three digits, so that near points are one."""
    found = []
    for (name, factor), share in zip(ranges.items(), shares, strict=True):
        value = factor.at(np.array([float(share)]))[0]
        found.append((name, float(f"{value:.3g}") if isinstance(value, float) else value))
    return tuple(found)


def _in_chinese(whole: Study, found: "pd.DataFrame", ranges: Sequence[str], best: "pd.DataFrame") -> "pd.DataFrame":
    """The front with metrics and doses by their names."""
    from experiments.reporting.figures.style import Look
    from experiments.reporting.names import factors_of, point_named
    from sim import METRICS

    factors, look = factors_of(whole, "zh"), Look(language="zh")
    named = [
        point_named(tuple((k, v) for k, v in whole.points[p] if k in ranges), factors, look) for p in found["point"]
    ]
    words = {"where": "方案", "judged_by": "评判重复", "surely": "把握"} | {m: METRICS[m].label_zh for m in METRICS}
    return best.assign(where=[named[i] for i in best.index]).rename(columns=words)


def say_search(
    study: Study, folder: Path, budget: float, judge: Judge, size: int, generations: int, workers: int
) -> None:
    """Search, print the front and write it, with a figure."""
    from experiments.reporting.console import say_failures, terminal
    from experiments.reporting.figures import draw_all
    from experiments.reporting.result_tables import point_in_words, say_table, tables_of
    from sim import METRICS

    console = terminal()
    better = {m: METRICS[m].better for m in study.file.outcomes if METRICS[m].better and m != "cost"} | {"cost": -1}
    whole, found = search(
        study, folder, better, budget=budget, judge=judge, size=size, generations=generations, workers=workers, apart=True,
        told=lambda points, new: console.print(spoken("{points} choices so far", points=points), style="dim") if new else None,
    )  # fmt: skip
    say_failures(console, Results(whole, Store(folder)).write_failures())
    ranges = [name for name, factor in study.file.varies.items() if isinstance(factor, Range)]
    chosen = [point_in_words(tuple((k, v) for k, v in whole.points[p] if k in ranges)) for p in found["point"]]
    listed = found.assign(where=chosen)
    best = listed[listed["on_front"]].sort_values("cost").drop(columns=["arm", "point", "affordable", "on_front"])
    best = best.drop(columns=[name for name in best if str(name).endswith("_chose")])
    (folder / "tables").mkdir(exist_ok=True)
    listed.to_csv(folder / "tables" / "search.csv", index=False)
    if best.empty:
        raise StudyError(
            spoken(
                "no choice of {found} stays within {budget:g}; the cheapest costs {cost:.4g}",
                found=len(found),
                budget=budget,
                cost=found["cost"].min(),
            )
        )
    heading = spoken("On the front, of {many} choices", many=len(found))
    if len(whole.points) > len(found):
        worst = judge == "worst"
        heading += spoken(" (worst of the conditions)") if worst else spoken(" (mean over the conditions)")
    say_table(console, heading, best if language() == "en" else _in_chinese(whole, found, ranges, best))
    tables = replace(tables_of(Results(whole, Store(folder)), over_time=False), front=found, objectives=tuple(better))
    draw_all(tables, folder / "figures", only=("pareto",))
    console.print(f"{folder}: tables/search.csv, figures/pareto.pdf, figures/pareto.png", style="dim")
