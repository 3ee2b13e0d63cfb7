"""Searching: doses that do well in several outcomes at once and stay within a budget.

NSGA-II proposes a generation of points in what the study varies; each is lived with the study's replicates, on the luck
that all points share, and the best are crossed and changed for the next. Every run goes to the study's store, and the
same search asks the same questions, so an interrupted search goes on where it was.

NSGA-II: Deb, Pratap, Agarwal and Meyarivan 2002.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.front import front
from experiments.design import Study
from experiments.execution import Workers, perform
from experiments.points import Point, Range
from experiments.results import Results
from experiments.store import Store

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
    size: int = 16,
    generations: int = 6,
    workers: int = 0,
    by: Workers = "processes",
    told: Callable[[int, int], None] = lambda generation, points: None,
) -> "tuple[Study, pd.DataFrame]":
    """Search what the study varies for its last arm; returns the study at all points visited, and their front.

    `better`: objectives, 1 where more is better, -1 where less is. `budget`: most that the last arm may cost, in the
    unit of `cost`. Raises StudyError when nothing varies over a range or the arms do not suffice, StoreError as usual.
    """
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem
    from pymoo.optimize import minimize

    ranges = {name: factor for name, factor in study.file.varies.items() if isinstance(factor, Range)}
    if len(ranges) < len(study.file.varies) or not ranges:
        raise StudyError("a search needs `varies` with ranges (low, high) and nothing else")
    arm = list(study.arms)[-1]
    store, visited = Store(folder).open(), list[Point]()

    class Doses(Problem):  # type: ignore[misc]
        """The unit cube of what varies; what is to be small is the last arm's mean outcomes, turned."""

        def __init__(self) -> None:
            super().__init__(n_var=len(ranges), n_obj=len(better), n_ieq_constr=1, xl=0.0, xu=1.0)

        def _evaluate(self, x: Numbers, out: dict[str, Numbers]) -> None:
            points = [point_at(ranges, row) for row in x]
            visited.extend(point for point in dict.fromkeys(points) if point not in visited)
            told(len(visited), len(points))
            asked = replace(study, points=tuple(visited))
            perform(asked, store, workers=workers, by=by)
            runs = Results(asked, store).runs()
            means = runs[runs["arm"] == arm].groupby("point").mean(numeric_only=True)
            rows = means.reindex([visited.index(point) for point in points])
            losses = [np.nan_to_num(-sign * rows[m].to_numpy(float), nan=1e9) for m, sign in better.items()]
            out["F"] = np.column_stack(losses)
            cost = rows["cost"].to_numpy(float) if "cost" in rows else np.zeros(len(rows))
            out["G"] = (cost - budget)[:, None] if np.isfinite(budget) else np.full((len(rows), 1), -1.0)

    with store.held():
        minimize(Doses(), NSGA2(pop_size=size), ("n_gen", generations), seed=study.file.seed % 2**31, verbose=False)
    whole = replace(study, points=tuple(visited))
    runs = Results(whole, store).runs()
    return whole, front(runs[runs["arm"] == arm], better, budget=budget)


def point_at(ranges: Mapping[str, Range], shares: Sequence[float] | Numbers) -> Point:
    """The point at these shares (0-1) of the ranges, to three digits, so that near points are one."""
    found = []
    for (name, factor), share in zip(ranges.items(), shares, strict=True):
        value = factor.at(np.array([float(share)]))[0]
        found.append((name, float(f"{value:.3g}") if isinstance(value, float) else value))
    return tuple(found)


def say_search(study: Study, folder: Path, budget: float, size: int, generations: int, workers: int) -> None:
    """Search, print the front and write it, with a figure."""
    from experiments.figures import draw_all
    from experiments.showing import point_in_words, say_table, tables_of
    from experiments.terminal import terminal
    from sim import METRICS

    console = terminal()
    better = {m: METRICS[m].better for m in study.file.outcomes if METRICS[m].better and m != "cost"} | {"cost": -1}
    whole, found = search(
        study, folder, better, budget=budget, size=size, generations=generations, workers=workers,
        told=lambda points, new: console.print(f"{points} points so far", style="dim"),
    )  # fmt: skip
    best = found[found["on_front"]].sort_values("cost")
    where = best["point"].map(lambda p: point_in_words(whole.points[p]))
    shown = best.drop(columns=["arm", "point"]).assign(where=where)
    say_table(console, f"On the front, of {len(whole.points)} points", shown)
    (folder / "tables").mkdir(exist_ok=True)
    found.assign(where=found["point"].map(lambda p: point_in_words(whole.points[p]))).to_csv(
        folder / "tables" / "search.csv", index=False
    )
    tables = replace(tables_of(Results(whole, Store(folder)), over_time=False), front=found, objectives=tuple(better))
    draw_all(tables, folder / "figures", only=("pareto",))
