"""Reading: the store of a study as tables of DuckDB, whatever their size, and files that are whole or not there."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.runs import groups
from experiments.runs.files import clear_errors, sync_file
from experiments.runs.memory import give_back
from experiments.runs.parquet import TOGETHER, beside_little_memory, column, plainly, rows_of, write_rows
from experiments.runs.store import Store
from experiments.study.design import Study

if TYPE_CHECKING:
    import duckdb

GROUP = 8192
"""Runs put in order and written together: a sort or a file's group of rows holds every metric of each in memory."""
SORTED = 256 * 2**20
"""Bytes in which the weeks of all runs are put in order by one thread; what has no place there waits in files."""
A_WEEK = 8192
"""Bytes that a week of a city's life takes in memory while the hundred metrics of its communities are summed up."""
LABELS = ("run", "arm", "point", "replicate", "seed")


def is_metric(name: str) -> bool:
    """Whether a column of a block is a metric, and nothing that was counted of groups."""
    return groups.kept_in(name) is None


def measured(weekly: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """Weekly values without outcomes of groups that this run did not have: another run of its block did."""
    return {name: values for name, values in weekly.items() if is_metric(name) or not np.isnan(values).all()}


@dataclass(frozen=True)
class Reading:
    """What of a study's plan is finished and did not fail, as tables of DuckDB."""

    study: Study
    store: Store
    communities: Study | None = None
    """For a city: the study whose points are its communities; `study` is then the city's (see `Study.city`)."""

    def blocks(self) -> list[Path]:
        """The blocks that hold runs of the plan; those of other studies or models are nobody's business here."""
        return self.store.blocks({run.run for run in (self.communities or self.study).runs()})

    def _some_at_a_time(self, con: "duckdb.DuckDBPyConnection") -> Iterator[list[str]]:
        """Let `weekly` be a few blocks, then the next few; yields what they hold. Memory hangs on a few, not on all."""
        if self.communities:  # a city's weeks are made of several communities', wherever they are kept
            yield self._there(con)
            return
        for some in batched(self.blocks(), TOGETHER):
            rows_of(con, some).create_view("weekly", replace=True)
            yield self._there(con)

    def _labels(self, of: str) -> str:
        return ", ".join(f"{of}{column(name)}" for name in (*LABELS, *self.study.file.varies))

    def _metrics(self, con: "duckdb.DuckDBPyConnection") -> list[str]:
        """The metrics that the store holds, in the order in which the model names them."""
        return [name for name in self._there(con) if is_metric(name)]

    def _there(self, con: "duckdb.DuckDBPyConnection") -> list[str]:
        """The metrics, and what was counted of groups."""
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
        for i, name in enumerate(self.study.file.varies):
            values = [point[i][1] for point in self.study.points]
            text = any(isinstance(v, str) for v in values)
            columns[name] = np.array([str(v) for v in values] if text else values, object if text else None)[
                columns["point"]
            ]
        return columns

    @contextlib.contextmanager
    def _in_order(
        self, con: "duckdb.DuckDBPyConnection", wanted: Callable[[str], bool] = is_metric
    ) -> Iterator["duckdb.DuckDBPyRelation"]:
        """Labels and means of every run in the order of the plan; `wanted`: of which columns of blocks.

        By way of files of a few runs each, for a table or a sort of all runs would hold all metrics of each in memory.
        """
        first, metrics = self.study.file.weeks - self.study.file.window, dict[str, None]()
        with (
            tempfile.TemporaryDirectory(prefix="linli-", ignore_cleanup_errors=True) as folder,
            clear_errors(Path(folder)),
        ):
            means, rows = list[Path](), list[Path]()
            for i, there in enumerate(self._some_at_a_time(con)):
                own = [name for name in there if wanted(name)]
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
