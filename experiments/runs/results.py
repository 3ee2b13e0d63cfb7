"""Results: tidy tables of a study, read from its store.

The points of a city's study are its communities. There a run is one life of the whole city: every community under one
arm and one seed, and each value is the mean over all residents (see `results_for`).

`runs` has one row a run with its labels, parameters and outcomes (means over the last weeks); `trajectories` has one
row an arm, point and week with means and bands; `profiles` the same for paired differences from the first arm.
"""

import contextlib
import tempfile
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.profiles import turns
from experiments.analysis.stopping import Need, needs, next_look
from experiments.runs import groups as kept_groups
from experiments.runs.parquet import column, in_turn, plainly, rows_of, write_rows
from experiments.runs.reading import GROUP, LABELS, Reading, is_metric, measured
from experiments.runs.store import Store
from experiments.runs.summaries import Rows, ends, moments
from experiments.runs.workers import limit_of
from experiments.study.design import Study

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

type Columns = dict[str, Any]

SPAN = 13
"""Weeks looked at together, so that many runs are never all weeks in memory twice."""
TWICE = 2_000_000
"""Values that are looked at together where runs are few."""
ROOM = 8_000_000
"""Values of a metric in memory together: of many runs, not all weeks."""


def settled(study: Study, store: Store) -> tuple[Study, list[Need]]:
    """The study with as many replicates as what is there says it needs (see analysis.stopping), and why.

    A study without `until` is left as it is. Looks are taken in the same order whatever else is there, so the same runs
    give the same answer.
    """
    if not study.file.until:
        return study, []
    file, there = study.file, store.finished()
    seen = file.replicates
    while True:
        now = study.with_replicates(seen)
        found = needs(results_for(now, store).runs(), study.reference, file.wanted(), file.replicates)
        wanted = next_look(seen, max((need.replicates for need in found), default=seen), file.most)
        if wanted == seen or not all(run.run in there for run in now.runs()):
            return study.with_replicates(wanted), found
        seen = wanted


def results_for(study: Study, store: Store) -> "Results":
    """The results of a study; those of a city's study are of the city, not of each community."""
    return Results(study.city(), store, study) if study.file.city else Results(study, store)


@dataclass(frozen=True)
class ByWeek:
    """A table with a row an arm, point, metric and week in which something was measured, while it grows."""

    metrics: Collection[str]
    arms: Sequence[str]
    said: Callable[[Rows, Rows], Columns]
    """What is said of the runs of an arm and of those of the first one."""
    parts: dict[str, list[NDArray[Any]]]

    def add(self, here: Rows, first: Rows, labels: Columns, week: int) -> None:
        """Rows of some weeks, from `week` on."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # weeks in which nothing is measured
            found = self.said(here, first)
        there = np.flatnonzero(found["n"] > 0)
        found = {name: values[there] for name, values in found.items()} | {"week": week + there}
        for name, of_name in self.parts.items():
            of_name.append(found[name] if name in found else np.full(len(there), labels[name], object))

    def whole(self) -> "pd.DataFrame":
        """The table."""
        import pandas as pd  # not while the store is read: what both take at once is the most memory

        whole = {name: np.concatenate(found) for name, found in self.parts.items() if found}
        return pd.DataFrame(whole).infer_objects() if whole else pd.DataFrame(columns=list(self.parts))


@dataclass(frozen=True)
class Results(Reading):
    """The tables of a study: what of its plan is finished and did not fail."""

    @property
    def each(self) -> "Results":
        """The results run by run as they were performed: for a city those of every community."""
        return Results(self.communities or self.study, self.store)

    def runs(self, metrics: Sequence[str] | None = None) -> "pd.DataFrame":
        """One row a finished run: labels, what varied, and each metric's mean over the last `window` weeks.

        `metrics`: those that are wanted, where not all that there are; then without the names and seeds of runs.
        """
        import pandas as pd

        columns, shared = dict[str, Any](), dict[str, str]()
        with self._open() as con, self._in_order(con, is_metric if metrics is None else metrics.__contains__) as rows:
            many = rows.count("*").fetchall()[0][0]
            for at in range(0, max(many, 1), GROUP):  # all at once would be in memory twice
                for name, values in rows.limit(GROUP, at).fetchnumpy().items():
                    if metrics is not None and name in ("run", "seed"):
                        continue
                    some = np.ma.filled(values, np.nan) if values.dtype.kind == "f" else np.ma.getdata(values)
                    if some.dtype == object:
                        some = np.array([shared.setdefault(text, text) for text in some], object)
                    columns.setdefault(name, np.empty(many, some.dtype))[at : at + len(some)] = some
        return pd.DataFrame(columns)

    def failures(self) -> "pd.DataFrame":
        """One row a failed run: labels, traceback and the command that repeats it."""
        import pandas as pd

        return pd.DataFrame(self._failed(), columns=[*LABELS, *self.study.file.varies, "error", "command"])

    def _failed(self) -> list[dict[str, Any]]:
        with self._open() as con:
            con.execute("create table ended (run varchar, good boolean, error varchar)")
            for _ in self._some_at_a_time(con):
                con.execute(
                    "insert into ended select run, bool_or(week is not null), any_value(error) from weekly "
                    "where (week = 0 or week is null) and run in (select run from plan) group by run"
                )
            found = con.execute(
                f"select {self._labels('p.')}, any_value(e.error) as error from plan p join ended e using (run) "
                f"group by {self._labels('p.')}, p.slot having not bool_or(e.good) order by p.slot"
            )
            names = [column[0] for column in found.description or ()]
            rows = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
        return [row | {"command": self.study.repeated(row["run"], limit_of(row["error"]))} for row in rows]

    def weekly(self, metrics: Sequence[str] | None = None) -> "pd.DataFrame":
        """One row a run and week, with labels: large."""
        with self._open(whole=True) as con:
            chosen = "".join(f", w.{column(m)}" for m in metrics or self._metrics(con))
            return con.execute(f"select {self._labels('p.')}, w.week{chosen} {_FINISHED} order by p.slot, w.week").df()

    def series(self, runs: Sequence[str]) -> dict[str, dict[str, NDArray[np.float32]]]:
        """The weekly values of some runs, by run and metric, as they were kept."""
        found: dict[str, dict[str, NDArray[np.float32]]] = {}
        with self._open(whole=True) as con:
            for run in runs:
                rows = con.execute("select * exclude (run, week, error) from weekly where run = ? order by week", [run])
                whole = {name: np.ma.filled(values, np.nan) for name, values in rows.fetchnumpy().items()}
                found[run] = measured(whole)
        return found

    def trajectories(self, metrics: Sequence[str]) -> "pd.DataFrame":
        """Arm, point, week, metric: mean, standard deviation, 5 % and 95 % of the runs, and their number."""
        return self.over_time(metrics, ())[0]

    def profiles(self, metrics: Sequence[str]) -> "pd.DataFrame":
        """Arm, point, week, metric: mean paired difference from the first arm, its standard deviation, pairs, and `turns`."""
        return self.over_time((), metrics)[1]

    def over_time(self, metrics: Sequence[str], paired: Sequence[str]) -> "tuple[pd.DataFrame, pd.DataFrame]":
        """Trajectories of some metrics and profiles of some: the store is read once for both."""

        def lives(here: Rows, _: Rows) -> Columns:
            low, high = ends(here)
            return {**moments(here), "low": low, "high": high}

        def pairs(here: Rows, first: Rows) -> Columns:
            return {**moments(here - first), "turn": turns(here - first)}

        labels, arms = ("arm", "point", "week", "metric", "mean", "sd"), list(self.study.arms)
        asked = (
            ByWeek(set(metrics), arms, lives, {name: [] for name in (*labels, "low", "high", "n")}),
            ByWeek(set(paired), arms[1:], pairs, {name: [] for name in (*labels, "n", "turn")}),
        )
        every = range(self.study.file.weeks)
        with self._open(plan=False) as con:
            rows_of, many = self._slots(con)
            at_once = max(SPAN, ROOM // max(many, 1) // SPAN * SPAN)
            for metric, start in product(sorted({*metrics, *paired}), every[::at_once]):
                weeks = every[start : start + at_once]
                values = self._values(con, metric, many, weeks)
                wide = max(SPAN, TWICE // max(many, 1))
                spans = [slice(first, first + wide) for first in range(0, len(weeks), wide)]
                for table in (table for table in asked if metric in table.metrics):
                    for point, arm, span in product(range(len(self.study.points)), table.arms, spans):
                        here, first = (
                            values[rows_of[one, point], span].astype(float) for one in (arm, self.study.reference)
                        )
                        table.add(here, first, {"arm": arm, "point": point, "metric": metric}, weeks[span.start])
        return asked[0].whole(), asked[1].whole()

    def _slots(self, con: "duckdb.DuckDBPyConnection") -> tuple[dict[tuple[str, int], Rows], int]:
        """Number the study's different runs in the table `slots`: the rows of each arm at each point, and how many in all."""
        slots: dict[str, int] = {}
        rows_of: dict[tuple[str, int], list[int]] = {}
        for run in self.study.runs():
            rows_of.setdefault((run.arm, run.point), []).append(slots.setdefault(run.run, len(slots)))
        names = {"run": np.array(list(slots), object), "slot": np.arange(len(slots), dtype=np.int32)}
        con.register("named", names)
        con.execute("create table slots as select * from named")
        con.unregister("named")
        return {key: np.array(rows, np.int32) for key, rows in rows_of.items()}, len(slots)

    def _values(self, con: "duckdb.DuckDBPyConnection", metric: str, many: int, weeks: range) -> Rows:
        """A row a run, a column a week: NaN where nothing was measured."""
        values = np.full((many, len(weeks)), np.nan, np.float32)
        for there in self._some_at_a_time(con):
            if metric in there:
                found = con.execute(
                    f"select s.slot, w.week, w.{column(metric)} as value from weekly w join slots s using (run) "
                    f"where w.week between {weeks[0]} and {weeks[-1]} and w.{column(metric)} is not null"
                ).fetchnumpy()
                values[found["slot"], found["week"] - weeks[0]] = found["value"]
        return values

    def write_runs(self, name: str = "runs.parquet", folder: Path | None = None) -> Path:
        """Write the table of runs as a file of the results' folder (or another), the same bytes for the same runs."""
        path = (folder or self.store.folder) / name
        with self._open() as con, self._in_order(con) as rows, self._whole(path) as temporary:
            rows.write_parquet(plainly(temporary), compression="zstd", row_group_size=GROUP)
        return path

    def write_failures(self) -> list[dict[str, Any]]:
        """Write failures.csv where runs failed, and take it away where none did any more; returns its rows."""
        failed, path = self._failed(), self.store.folder / "failures.csv"
        if failed:
            import pandas as pd

            with self._whole(path) as temporary:
                pd.DataFrame(failed).to_csv(temporary, index=False)
        else:
            path.unlink(missing_ok=True)
        return failed

    def write_csv(self, folder: Path | None = None) -> list[Path]:
        """Write runs.csv and weekly.csv, for programs that cannot read Parquet."""
        runs, weekly = ((folder or self.store.folder) / name for name in ("runs.csv", "weekly.csv"))
        with self._open() as con, self._in_order(con) as rows, self._whole(runs) as temporary:
            rows.write_csv(plainly(temporary))
        with self._open(whole=True) as con:
            chosen = "".join(f", w.{column(m)}" for m in self._metrics(con))
            rows = con.sql(f"select {self._labels('p.')}, w.week{chosen} {_FINISHED} order by p.slot, w.week")
            with self._whole(weekly) as temporary:
                rows.write_csv(plainly(temporary))
        return [runs, weekly]

    def groups(self) -> "pd.DataFrame":
        """A row for every outcome of a group of the user's own columns in a run: labels, column, value, outcome, number."""
        import pandas as pd

        with self._by_group() as parts:
            tables = [pd.DataFrame(part) for part in parts]
        labels = (*LABELS, *self.study.file.varies, *kept_groups.Kept._fields, "number")
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(labels))

    def write_groups(self, name: str = "groups.parquet", folder: Path | None = None) -> Path | None:
        """Write that table; None where there is nothing to write, as no community has columns of its own."""
        path = (folder or self.store.folder) / name
        with self._by_group() as found, tempfile.TemporaryDirectory(prefix="linli-") as beside, in_turn() as con:
            parts = list[Path]()
            for part in found:
                con.register("part", part)
                parts.append(Path(beside) / f"{len(parts):08}.parquet")
                write_rows(con, "select * from part", parts[-1])
            if not parts:
                return None
            with self._whole(path) as temporary:
                if path.suffix == ".csv":
                    rows_of(con, parts).write_csv(plainly(temporary))
                else:
                    rows_of(con, parts).write_parquet(plainly(temporary), compression="zstd", row_group_size=122_880)
        return path

    @contextlib.contextmanager
    def _by_group(self) -> Iterator[Iterator[Columns]]:
        """Outcomes of the groups of own columns in the order of the plan, of some runs at a time."""
        labels = (*LABELS, *self.study.file.varies)
        with self._open() as con:
            kept = {n for names in self._some_at_a_time(con) for n in names if not is_metric(n)}
            if not kept:
                yield iter(())
                return
            with self._in_order(con, kept.__contains__) as rows:
                many, at_once = rows.count("*").fetchall()[0][0], max(TWICE // len(kept), 1)
                some = (rows.limit(at_once, at).fetchnumpy() for at in range(0, many, at_once))
                yield (kept_groups.tidy(part, labels) for part in some)


_FINISHED = "from plan p join weekly w on w.run = p.run where w.week is not null"
