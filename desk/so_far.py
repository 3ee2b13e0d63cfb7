"""So far: the runs of a study that are finished, in blocks or waiting for theirs, and what the program says of them.

Files are only read, while the command line goes on writing them: a name means a whole file, so each is read once. The means
are those of the tables of results; effects, verdicts and what precision still needs are the program's own functions.
"""

import contextlib
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.effects import HIGHER, LOWER, effects
from experiments.analysis.evaluation import MEASURES
from experiments.analysis.stopping import needs, next_look
from experiments.reporting.console import last_words
from experiments.reporting.figures.style import Look, is_share
from experiments.reporting.figures.tables import Meaning, Tables
from experiments.reporting.first_page import in_brief
from experiments.reporting.names import in_language
from experiments.reporting.result_tables import point_in_words
from experiments.reporting.verdicts import known, known_note, surely_matters, tell_note, verdict, would_tell
from experiments.reporting.wording import share_told, told, true_minus
from experiments.runs.parquet import SMALL, TOGETHER, column, rows_of
from experiments.runs.store import Store, StoreError
from experiments.study.design import Study

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 60
"""Arms and points up to which every effect is shown; of more, those over all points and by what varies."""
MOST_LEVELS = 8
"""Groups of the values of what varies."""
MOST_FAILED = 20
DUTY = 5.0
"""How many times as long as it took nothing is reckoned anew while runs arrive: a large study leaves the machine to its runs."""


def _ready() -> None:
    """Load what effects are reckoned with, so that the first pairs of a short study are told while its others run."""
    import pandas as pd

    arms = [(arm, 0, r, float(r * (arm == "b"))) for arm in "ab" for r in range(6)]
    effects(pd.DataFrame(arms, columns=["arm", "point", "replicate", "m"]), "a", ["m"])


_READERS = ThreadPoolExecutor(2, thread_name_prefix="so-far", initializer=_ready)


class SoFar:
    """The finished runs of one study, kept from look to look."""

    def __init__(self, study: Study, folder: Path) -> None:
        self.study, self.store = study, Store(folder)
        file = study.file
        self.metrics = tuple(dict.fromkeys((*file.outcomes, *MEASURES)))
        longest = study.with_replicates(max(file.replicates, file.most)) if file.until else study
        self._places: dict[str, list[tuple[str, int, int]]] = {}
        for run in longest.runs():
            self._places.setdefault(run.run, []).append((run.arm, run.point, run.replicate))
        self.planned = len({run.run for run in study.runs()}) if file.until else len(self._places)
        self._means: dict[str, dict[str, float]] = {}
        self._failed: dict[str, str] = {}
        self._read: set[Path] = set()
        self._said: tuple[int, dict[str, Any]] | None = None
        self._next = 0.0
        self._counted = (0, 0)
        self._others = 0
        """Finished runs there of another state of the study or the program, where none is of this one."""
        self._work: Future[None] | None = None
        self._lock = threading.Lock()

    def count(self) -> tuple[int, int]:
        """How many different runs are finished, and how many of these failed; reads what is new."""
        self._read_blocks()
        self._read_aside()
        return len(self._means) + len(self._failed), len(self._failed)

    def _read_blocks(self) -> None:
        import duckdb

        first = self.study.file.weeks - self.study.file.window
        with contextlib.suppress(StoreError, OSError):
            new = [block for block in self.store.blocks() if block not in self._read]
            for some in batched(new, TOGETHER):
                with duckdb.connect(config=SMALL) as con, contextlib.suppress(duckdb.Error):
                    rows = rows_of(con, some)
                    own = [m for m in self.metrics if m in rows.columns]
                    rows.create_view("weekly")
                    means = "".join(f", avg({column(m)}) as {column(m)}" for m in own)
                    found = con.execute(f"select run{means} from weekly where week >= {first} group by run").fetchall()
                    for run, *values in found:
                        if run in self._places:
                            kept = zip(own, values, strict=True)
                            self._means[run] = {m: np.nan if v is None else float(v) for m, v in kept}
                            self._failed.pop(run, None)
                    failed = con.execute(
                        "select run, any_value(error) from weekly where week is null group by run"
                    ).fetchall()
                    for run, error in failed:
                        if run in self._places and run not in self._means:
                            self._failed[run] = str(error)
                    self._read.update(some)

    def _read_aside(self) -> None:
        """Runs whose block is not full yet. Nothing is taken away, whatever a file holds: it is the other program's."""
        first = self.study.file.weeks - self.study.file.window
        with contextlib.suppress(OSError):
            for path in self.store.aside.iterdir():
                run = path.name
                if run.startswith(".") or run not in self._places or run in self._means:
                    continue
                with contextlib.suppress(OSError, ValueError, KeyError):
                    if (one := self.store.seen(run)) is None:
                        continue
                    if one.error:
                        self._failed[run] = str(one.error)
                        continue
                    self._means[run] = {m: _mean(one.weekly[m][first:]) for m in self.metrics if m in one.weekly}
                    self._failed.pop(run, None)

    def runs(self) -> "pd.DataFrame":
        """One row a finished run of every arm, point and replicate, as the tables of results have them."""
        import pandas as pd

        rows = [
            (arm, point, replicate, run, means)
            for run, means in self._means.items()
            for arm, point, replicate in self._places[run]
        ]
        order = {arm: i for i, arm in enumerate(self.study.arms)}
        rows.sort(key=lambda row: (row[2], row[1], order[row[0]]))
        there = [m for m in self.metrics if any(m in row[4] for row in rows[:1])]
        table: dict[str, Any] = {
            "run": [row[3] for row in rows],
            "arm": [row[0] for row in rows],
            "point": np.array([row[1] for row in rows], np.int32),
            "replicate": np.array([row[2] for row in rows], np.int32),
        }
        return pd.DataFrame(table | {m: np.array([row[4].get(m, np.nan) for row in rows]) for m in there})

    def look(self, patience: float | None = None) -> dict[str, Any]:
        """What is there and what it says; what is known by now where that takes longer than so many seconds.

        Reckoned anew only where runs arrived, in a thread of its own, and not more often than the machine bears.
        """
        with self._lock:
            if self._work is None or self._work.done():
                self._work = _READERS.submit(self._looked)
            work = self._work
        with contextlib.suppress(TimeoutError):
            work.result(patience)
        done, shown = self._said or (
            0,
            {
                "effects": [],
                "brief": [[], []],
                "known": [[], []],
                "note": ["", ""],
                "power": [[], []],
                "power_note": ["", ""],
                "failures": [],
                "pairs": 0,
                "of": 0,
            },
        )
        counted = {"done": self._counted[0], "failed": self._counted[1], "planned": self.planned, "shown": done}
        return counted | {"reading": self._said is None, "others": self._others if not done else 0} | shown

    def _looked(self) -> None:
        self._counted = done, _ = self.count()
        if not done:
            with contextlib.suppress(StoreError, OSError):
                self._others = len(self.store.finished())
        if self._said is None or (done != self._said[0] and time.monotonic() >= self._next) or self._last(done):
            begun = (
                time.thread_time()
            )  # its own work: on a machine that is busy with the runs the clock says nothing of it
            said = self._reckoned()
            took = time.thread_time() - begun
            self._said = (done, said)
            self._next = time.monotonic() + (DUTY * took if took > 0.1 and done else 0.0)

    def _last(self, done: int) -> bool:
        return self._said is not None and done != self._said[0] and done >= self.planned

    def _reckoned(self) -> dict[str, Any]:
        study, file = self.study, self.study.file
        runs = self.runs()
        outcomes = [m for m in file.told_first if m in runs]
        said: dict[str, Any] = {
            "effects": [],
            "brief": [],
            "known": [],
            "note": [],
            "power": [],
            "power_note": [],
            "needs": [],
            "by": [],
            "failures": self._failures(),
        }
        said["of"] = file.replicates
        each = runs.groupby(["arm", "point"])["replicate"].nunique()
        said["pairs"] = int(each.min()) if len(each) == len(study.arms) * len(study.points) else 0
        if runs.empty or len(study.arms) < 1:
            return said
        several, asked = len(study.points) > 1, file.asked()
        whole = effects(runs, study.reference, outcomes, asked)
        few = len(study.points) * max(len(study.arms) - 1, 1) <= MOST_ROWS
        said["effects"] = _plain(whole) if few else []
        tables = self._tables(runs, whole, outcomes)
        for language in ("en", "zh"):
            look = Look(language=language)
            shown = in_language(study, tables, language)
            said["brief"].append(in_brief(shown, look))
            said["known"].append(known(shown, look))
            said["note"].append(known_note(shown, look))
            said["power"].append(would_tell(shown, look))
            said["power_note"].append(tell_note(look))
        if several:
            said["over"] = _plain(
                effects(_over_points(runs, outcomes, len(study.points)), study.reference, outcomes, asked)
            )
            said["by"] = self._by_factor(runs, outcomes)
            said["points"] = [point_in_words(point) for point in study.points] if few else []
        if file.until:
            found = needs(runs, study.reference, file.wanted(), file.replicates)
            seen = int(runs["replicate"].max()) + 1
            wanted = next_look(max(seen, file.replicates), max((n.replicates for n in found), default=seen), file.most)
            said["needs"] = [
                {"arm": n.arm, "metric": n.metric, "point": n.point, "half": n.wanted, "replicates": n.replicates}
                for n in found
            ][:MOST_ROWS]
            said["of"] = wanted
            said["expected"] = {
                "replicates": wanted,
                "most": file.most,
                "first": file.first_look,
                "pairs": said["pairs"],
            }
            self.planned = (
                max(self.planned, len({r.run for r in study.with_replicates(wanted).runs()}))
                if said["pairs"] >= file.replicates
                else self.planned
            )
        return said

    def _tables(self, runs: "pd.DataFrame", whole: "pd.DataFrame", outcomes: Sequence[str]) -> Tables:
        """As much of a study's tables as sentences are made of."""
        import pandas as pd

        from sim import METRICS

        study = self.study
        meanings = {name: Meaning(m.label, m.label_zh, m.unit, m.better) for name, m in METRICS.items()}
        return Tables(
            study.name, study.file.title, tuple(study.arms), meanings, tuple(outcomes), runs, whole, pd.DataFrame(), pd.DataFrame(),
            points=tuple(point_in_words(point) for point in study.points), window=study.file.window, weeks=study.file.weeks,
            asked=study.file.asked(),
        )  # fmt: skip

    def _by_factor(self, runs: "pd.DataFrame", outcomes: Sequence[str]) -> list[dict[str, Any]]:
        """Main effects: the effects over all points with this value (or of this part of a range) of what varies."""
        study, found = self.study, []
        for i, path in enumerate(study.file.varies):
            values = [point[i][1] for point in study.points]
            groups = _groups(values)
            if len(groups) < 2:
                continue
            for label, at, members in groups:
                some = runs[runs["point"].isin(members)]
                table = effects(
                    _over_points(some, outcomes, len(members)), study.reference, outcomes, study.file.asked()
                )
                found += [{"factor": path, "level": label, "at": at, **row} for row in _plain(table)]
        return found

    def _failures(self) -> list[dict[str, Any]]:
        """The first failed runs: who they are, their last words, and the command that repeats each."""
        rows = []
        for run, error in list(self._failed.items())[:MOST_FAILED]:
            arm, point, replicate = self._places[run][0]
            where = point_in_words(self.study.points[point])
            command = self.study.repeated(run)
            rows.append(
                {
                    "arm": arm,
                    "replicate": replicate,
                    "where": where,
                    "says": last_words(error)[:600],
                    "command": command,
                }
            )
        return rows


def _mean(values: "np.ndarray[Any, Any]") -> float:
    measured = values[np.isfinite(values)].astype(float)
    return float(measured.mean()) if measured.size else float("nan")


def _over_points(runs: "pd.DataFrame", outcomes: Sequence[str], points: int) -> "pd.DataFrame":
    """Runs as if all points were one: the means over points of each replicate and arm in which all of them are finished."""
    groups = runs.groupby(["arm", "replicate"], sort=False)
    means = groups[list(outcomes)].mean()
    return means[groups.size() == points].reset_index().assign(point=0)


def _groups(values: Sequence[Any]) -> list[tuple[str, float | None, list[int]]]:
    """Points by value, or of many numbers by equal parts of them: how each group is called, where it lies, its points."""
    each: dict[Any, list[int]] = {}
    for point, value in enumerate(values):
        each.setdefault(value, []).append(point)
    numeric = all(isinstance(v, int | float) and not isinstance(v, bool) for v in each)
    if len(each) <= MOST_LEVELS:
        ordered = sorted(each) if numeric else list(each)
        return [(_short(v), float(v) if numeric else None, each[v]) for v in ordered]
    if not numeric:
        return []
    parts = [
        part for part in np.array_split(np.argsort(np.array(values, float), kind="stable"), MOST_LEVELS) if len(part)
    ]
    spans = [(float(values[part[0]]), float(values[part[-1]])) for part in parts]
    return [
        (f"{low:.3g} – {high:.3g}", (low + high) / 2, [int(p) for p in part])
        for (low, high), part in zip(spans, parts, strict=True)
    ]


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _plain(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Effects as JSON holds them, no number that is not finite; with the words of the tables for difference, share and interval."""
    rows = []
    for row in table.to_dict("records"):
        difference, ends = told(row["effect"], row["low"], row["high"], row["joint_low"], row["joint_high"])
        share = share_told(row) if is_share(row["reference"], row["low"], row["high"]) else ""
        said = {str(k): (v if not isinstance(v, float) or np.isfinite(v) else None) for k, v in row.items()}
        said["verdict"] = verdict(row)
        said["reaches"] = surely_matters(row) if row["matters"] > 0 and row["says"] in (HIGHER, LOWER) else None
        rows.append(said | {"told": [true_minus(one) for one in (difference, share, *ends[:2])]})
    return rows
