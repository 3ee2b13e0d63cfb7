"""Results: tidy tables of a study, read from its store.

The points of a city's study are its communities. There a run is one life of the whole city: every community under one
arm and one seed, and each value is the mean over all residents (see `results_for`).

`runs` has one row a run with its labels, parameters and outcomes (means over the last weeks); `trajectories` has one
row an arm, point and week with means and bands; `profiles` the same for paired differences from the first arm.
"""

import contextlib
import ctypes
import gc
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.profiles import turns
from experiments.analysis.stopping import Need, needs, next_look
from experiments.runs.files import clear_errors, sync_file
from experiments.runs.parquet import TOGETHER, beside_little_memory, column, plainly, rows_of, write_rows
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
GROUP = 8192
"""Runs put in order and written together: a sort or a file's group of rows holds every metric of each in memory."""
SORTED = 256 * 2**20
"""Bytes in which the weeks of all runs are put in order by one thread; what has no place there waits in files."""
A_WEEK = 8192
"""Bytes that a week of a city's life takes in memory while the hundred metrics of its communities are summed up."""
LABELS = ("run", "arm", "point", "replicate", "seed")


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
class Results:
    """The tables of a study: what of its plan is finished and did not fail."""

    study: Study
    store: Store
    communities: Study | None = None
    """For a city: the study whose points are its communities; `study` is then the city's (see `Study.city`)."""

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
        with self._open() as con, self._in_order(con, metrics) as rows:
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
        with self._open() as con:
            con.execute("create table ended (run varchar, good boolean, error varchar)")
            for _ in self._some_at_a_time(con):
                con.execute(
                    "insert into ended select run, bool_or(week is not null), any_value(error) from weekly "
                    "where (week = 0 or week is null) and run in (select run from plan) group by run"
                )
            rows = con.execute(
                f"select {self._labels('p.')}, any_value(e.error) as error from plan p join ended e using (run) "
                f"group by {self._labels('p.')}, p.slot having not bool_or(e.good) order by p.slot"
            ).df()
        commands = [
            self.study.repeated(run, limit_of(error)) for run, error in zip(rows["run"], rows["error"], strict=True)
        ]
        return rows.assign(command=commands)

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
                columns = rows.fetchnumpy()
                found[run] = {name: np.ma.filled(values, np.nan) for name, values in columns.items()}
        return found

    def trajectories(self, metrics: Sequence[str]) -> "pd.DataFrame":
        """Arm, point, week, metric: mean, standard deviation, 5 % and 95 % of the runs, and their number."""

        def said(here: Rows, _: Rows) -> Columns:
            low, high = ends(here)
            return {**moments(here), "low": low, "high": high}

        columns = ("arm", "point", "week", "metric", "mean", "sd", "low", "high", "n")
        return self._week_by_week(metrics, said, list(self.study.arms), columns)

    def profiles(self, metrics: Sequence[str]) -> "pd.DataFrame":
        """Arm, point, week, metric: mean paired difference from the first arm, its standard deviation, pairs, and `turns`."""
        columns = ("arm", "point", "week", "metric", "mean", "sd", "n", "turn")
        others = list(self.study.arms)[1:]

        def said(here: Rows, first: Rows) -> Columns:
            return {**moments(here - first), "turn": turns(here - first)}

        return self._week_by_week(metrics, said, others, columns)

    def _week_by_week(
        self, metrics: Sequence[str], said: Callable[[Rows, Rows], Columns], arms: Sequence[str], columns: Sequence[str]
    ) -> "pd.DataFrame":
        """What `said` makes of the runs of each arm and of the first one, at every point: a row a week measured."""
        import pandas as pd

        parts: dict[str, list[NDArray[Any]]] = {name: [] for name in columns}
        every = range(self.study.file.weeks)
        with self._open(plan=False) as con:
            rows_of, many = self._slots(con)
            at_once = max(SPAN, ROOM // max(many, 1) // SPAN * SPAN)
            for metric, start in product(sorted(metrics), every[::at_once]):
                weeks = every[start : start + at_once]
                values = self._values(con, metric, many, weeks)
                wide = max(SPAN, TWICE // max(many, 1))
                spans = [slice(first, first + wide) for first in range(0, len(weeks), wide)]
                for point, arm, span in product(range(len(self.study.points)), arms, spans):
                    here, first = (
                        values[rows_of[one, point], span].astype(float) for one in (arm, self.study.reference)
                    )
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore", RuntimeWarning)  # weeks in which nothing is measured
                        found = said(here, first)
                    there = np.flatnonzero(found["n"] > 0)
                    found = {name: values[there] for name, values in found.items()} | {
                        "week": weeks[span.start] + there
                    }
                    labels = {"arm": arm, "point": point, "metric": metric}
                    for name, of_name in parts.items():
                        of_name.append(found[name] if name in found else np.full(len(there), labels[name], object))
        whole = {name: np.concatenate(found) for name, found in parts.items() if found}
        return pd.DataFrame(whole).infer_objects() if whole else pd.DataFrame(columns=list(columns))

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

    def write_failures(self) -> "pd.DataFrame":
        """Write failures.csv where runs failed, and take it away where none did any more; returns its table."""
        failed, path = self.failures(), self.store.folder / "failures.csv"
        if failed.empty:
            path.unlink(missing_ok=True)
        else:
            with self._whole(path) as temporary:
                failed.to_csv(temporary, index=False)
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

    @contextlib.contextmanager
    def _whole(self, path: Path) -> Iterator[Path]:
        """A name to write to; the file gets its own when it is whole, and then survives a power cut."""
        temporary = path.with_name(f".tmp-{os.getpid()}-{path.name}")
        with clear_errors(self.store.folder):
            try:
                yield temporary
                sync_file(temporary)
                os.replace(temporary, path)
            finally:
                temporary.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _in_order(
        self, con: "duckdb.DuckDBPyConnection", wanted: Sequence[str] | None = None
    ) -> Iterator["duckdb.DuckDBPyRelation"]:
        """Labels and means of every run in the order of the plan.

        By way of files of a few runs each, for a table or a sort of all runs would hold all metrics of each in memory.
        """
        first, metrics = self.study.file.weeks - self.study.file.window, dict[str, None]()
        with (
            tempfile.TemporaryDirectory(prefix="linli-", ignore_cleanup_errors=True) as folder,
            clear_errors(Path(folder)),
        ):
            means, rows = list[Path](), list[Path]()
            for i, there in enumerate(self._some_at_a_time(con)):
                own = [metric for metric in there if wanted is None or metric in wanted]
                metrics |= dict.fromkeys(own)
                values = "".join(f", avg(w.{column(m)}) as {column(m)}" for m in own)
                means.append(Path(folder) / f"means-{i}.parquet")
                write_rows(
                    con,
                    f"select p.slot{values} from plan p join weekly w using (run) where w.week >= {first} group by p.slot",
                    means[-1],
                )
            (last,) = con.execute("select coalesce(max(slot), -1) from plan").fetchall()[0]
            chosen = "".join(f", m.{column(m)}" for m in metrics)
            if means:
                rows_of(con, means).create_view("means")
            for start in range(0, last + 1, GROUP) if means else ():
                rows.append(Path(folder) / f"rows-{start:08}.parquet")
                write_rows(
                    con,
                    f"select {self._labels('p.')}{chosen} from plan p join means m using (slot) "
                    f"where p.slot between {start} and {start + GROUP - 1} order by p.slot",
                    rows[-1],
                )
            con.execute("set threads = 1; set preserve_insertion_order = true")  # what is in order is read in order
            yield rows_of(con, rows) if rows else con.sql(f"select {self._labels('p.')} from plan p where false")

    def blocks(self) -> list[Path]:
        """The blocks that hold runs of the plan; those of other studies or models are nobody's business here."""
        return self.store.blocks({run.run for run in (self.communities or self.study).runs()})

    def _some_at_a_time(self, con: "duckdb.DuckDBPyConnection") -> Iterator[list[str]]:
        """Let `weekly` be a few blocks, then the next few; yields their metrics. Memory hangs on a few, not on all."""
        if self.communities:  # a city's weeks are made of several communities', wherever they are kept
            yield self._metrics(con)
            return
        for some in batched(self.blocks(), TOGETHER):
            rows_of(con, some).create_view("weekly", replace=True)
            yield self._metrics(con)

    def _labels(self, of: str) -> str:
        return ", ".join(f"{of}{column(name)}" for name in (*LABELS, *self.study.file.varies))

    def _metrics(self, con: "duckdb.DuckDBPyConnection") -> list[str]:
        """The metrics that the store holds, in the order in which the model names them."""
        there = [row[0] for row in con.execute("describe weekly").fetchall()]
        return [name for name in there if name not in ("run", "week", "error")]

    @contextlib.contextmanager
    def _open(self, whole: bool = False, plan: bool = True) -> Iterator["duckdb.DuckDBPyConnection"]:
        """A connection with the table `plan` (the study's runs) and, if `whole`, `weekly` (all rows of the store)."""
        import duckdb

        blocks, spilled = self.blocks(), Path(plainly(self.store.folder / f".tmp-{os.getpid()}-duckdb"))
        more = SORTED if whole else 0
        if self.communities:
            more += A_WEEK * self.study.file.weeks * sum(1 for _ in self.study.runs())
        con = duckdb.connect(config=beside_little_memory(blocks, more) | {"temp_directory": str(spilled)})
        try:
            if plan:
                con.register("planned", self._plan())
                con.execute("create table plan as select * from planned")
                con.unregister("planned")
            give_back()
            if blocks and (whole or self.communities):
                rows_of(con, blocks).create_view("weekly")
            elif not blocks:
                con.execute("create table weekly (run varchar, week smallint, error varchar)")
            if self.communities:
                self._together(con, self.communities)
            if whole:
                con.execute("set threads = 1")
            yield con
        finally:
            con.close()
            give_back()

    def _together(self, con: "duckdb.DuckDBPyConnection", communities: Study) -> None:
        """Put the weeks of the city in the place of those of its communities: means over all residents."""
        heads = [communities.residents(point) for point in range(len(communities.points))]
        city = {(run.arm, run.replicate): run.run for run in self.study.runs()}
        one = [(run.run, city[run.arm, run.replicate], heads[run.point]) for run in communities.runs()]
        columns = zip(("run", "city", "heads"), zip(*one, strict=True), strict=True)
        con.register("members", {name: np.array(values) for name, values in columns})
        con.execute("create table belongs as select * from members")
        means = "".join(
            f", sum(w.{m}::double * b.heads) / sum(b.heads) filter (w.{m} is not null) as {m}"
            for m in map(column, self._metrics(con))
        )
        con.execute(f"alter {'view' if self.blocks() else 'table'} weekly rename to of_communities")
        con.execute(
            f"create view weekly as select b.city as run, w.week, null::varchar as error{means} from belongs b "
            f"join of_communities w using (run) where w.week is not null group by b.city, w.week having count(*) = {len(heads)}"
        )

    def _plan(self) -> dict[str, Any]:
        """The study's runs as columns; `slot` is a run's place in the plan."""
        runs = list(self.study.runs())
        columns: dict[str, Any] = {
            "run": np.array([r.run for r in runs], object),
            "arm": np.array([r.arm for r in runs], object),
            "point": np.array([r.point for r in runs], np.int32),
            "replicate": np.array([r.replicate for r in runs], np.int32),
            "seed": np.array([r.seed for r in runs], np.int64),
            "slot": np.arange(len(runs), dtype=np.int32),
        }
        points = np.array([r.point for r in runs])
        for i, name in enumerate(self.study.file.varies):
            values = [point[i][1] for point in self.study.points]
            text = any(isinstance(v, str) for v in values)
            columns[name] = np.array([str(v) for v in values] if text else values, object if text else None)[points]
        return columns


_FINISHED = "from plan p join weekly w on w.run = p.run where w.week is not null"


def give_back() -> None:
    """Give memory that was freed back to the system, where its C library would keep it: large tables are made many times."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
