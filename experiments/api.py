"""Comparing: the road of the command line in Python, for notebooks."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from experiments.analysis.by_group import effects_by_group
from experiments.analysis.effects import effects, with_values
from experiments.analysis.profiles import bands
from experiments.reporting.progress import Told
from experiments.runs import found
from experiments.runs.executor import Workers, missing, perform, simulated
from experiments.runs.present import claim, say_mended
from experiments.runs.reading import is_metric
from experiments.runs.results import Results, results_for, settled
from experiments.runs.store import Store
from experiments.study.design import Study
from experiments.study.loader import read_study
from experiments.study.own_files import read_own_files

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import xarray as xr

    from experiments.reporting.figures import Plot
    from experiments.reporting.figures.style import Language
    from experiments.reporting.figures.tables import Meaning, Tables
    from experiments.reporting.frames import Library

type Table = Literal["runs", "effects", "weekly", "profiles", "trajectories", "groups", "effects_by_group"]


@dataclass(frozen=True)
class Comparison(Results):
    """The results of a study that was run: tables of runs, weeks, effects and findings, as pandas frames."""

    def effects(self) -> "pd.DataFrame":
        """Every arm's paired effect on every outcome at every point (see analysis.effects)."""
        file, runs = self.study.file, self.runs()
        return with_values(effects(runs, self.study.reference, file.outcomes, file.asked()), runs, list(file.varies))

    def effects_by_group(self) -> "pd.DataFrame":
        """Every arm's paired effect on every outcome of every group of the user's own columns (see `groups`)."""
        runs = self.groups()
        return with_values(effects_by_group(runs, self.study.reference), runs, list(self.study.file.varies))

    def profiles(self, metrics: Sequence[str] | None = None) -> "pd.DataFrame":
        """Each week's mean paired difference from the first arm, its interval (`low`, `high`) and a band for all weeks at once."""
        return bands(super().profiles(list(metrics or self.study.file.outcomes)))

    def trajectories(self, metrics: Sequence[str] | None = None) -> "pd.DataFrame":
        """Each arm's mean in each week, and the band in which nine of ten runs lie."""
        return super().trajectories(list(metrics or self.study.file.outcomes))

    def again(self, run: str) -> "pd.DataFrame":
        """Perform one run here and now, keeping nothing: its weeks, or the error that it failed with."""
        import pandas as pd

        if (found := self.study.run(run)) is None:
            raise KeyError(f"no run {run!r} in this study")
        weekly = simulated(self.study.job(found))
        return pd.DataFrame({name: values for name, values in weekly.items() if is_metric(name)})

    def frame(self, table: Table = "effects", to: "Library" = "pandas", language: "Language" = "en") -> Any:
        """One of the tables with arms and metrics as factors, labels and units; `to`: pandas, or polars (`linli[frames]`).

        A row about a metric has its `label` and `unit` beside it. What the columns hold stands in `attrs["labels"]` and
        `attrs["units"]` of a pandas frame, and in `codebook()`.
        """
        from experiments.reporting.frames import as_polars, labelled
        from experiments.reporting.names import arm_names

        made: pd.DataFrame = getattr(self, table)()
        arms = list(self.study.arms)
        if language == "zh":
            names = arm_names(self.study, language)
            made, arms = made.assign(arm=made["arm"].map(names)), [names[arm] for arm in arms]
        metrics, about = self._meanings()
        made = labelled(made, metrics, about, arms, language)
        return made if to == "pandas" else as_polars(made)

    def codebook(self, language: "Language" = "en") -> "pd.DataFrame":
        """What the columns of all tables hold: column, label, unit."""
        import pandas as pd

        metrics, about = self._meanings()
        rows = [(name, label, "") for name, label in about.items() if name not in metrics]
        rows += [(name, m.say(language), m.unit_in(language)) for name, m in metrics.items()]
        return pd.DataFrame(rows, columns=["column", "label", "unit"])

    def _meanings(self) -> "tuple[dict[str, Meaning], dict[str, str]]":
        from experiments.reporting.figures.tables import Meaning
        from experiments.reporting.paper_tables import MEANINGS
        from sim import METRICS

        return {name: Meaning(m.label, m.label_zh, m.unit, m.better) for name, m in METRICS.items()}, MEANINGS

    def to_polars(self, table: Table = "runs") -> "pl.DataFrame":
        """One of the tables as a polars frame (see `frame`). Needs polars (`linli[frames]`)."""
        made: pl.DataFrame = self.frame(table, "polars")
        return made

    def to_xarray(self, metrics: Sequence[str] | None = None) -> "xr.Dataset":
        """Weekly values by arm, point, replicate and week, NaN where a run failed, with labels and units.

        Without `metrics` the study's outcomes. Needs xarray (`linli[frames]`).
        """
        import numpy as np
        import xarray as xr

        from sim import METRICS

        named = list(metrics or self.study.file.outcomes)
        arms, points = list(self.study.arms), range(len(self.study.points))
        shape = (len(arms), len(points), self.study.file.replicates, self.study.file.weeks)
        weekly = self.weekly(named)
        place = (
            weekly["arm"].map({arm: i for i, arm in enumerate(arms)}).to_numpy(),
            *(weekly[name].to_numpy() for name in ("point", "replicate", "week")),
        )
        variables = {}
        for name in named:
            values = np.full(shape, np.nan, np.float32)
            values[place] = weekly[name].to_numpy()
            about = {"long_name": METRICS[name].label, "units": METRICS[name].unit} if name in METRICS else {}
            variables[name] = (("arm", "point", "replicate", "week"), values, about)
        where = {f: ("point", [dict(p)[f] for p in self.study.points]) for f in self.study.file.varies}
        sizes = {"point": points, "replicate": range(shape[2]), "week": range(shape[3])}
        about = {"title": self.study.file.title, "question": self.study.file.question}
        return xr.Dataset(variables, {"arm": arms, **{k: list(v) for k, v in sizes.items()}, **where}, about)

    @cached_property
    def _tables(self) -> "Tables":
        """What sentences and figures are made of; as it was when first asked for."""
        from experiments.reporting.result_tables import tables_of

        return tables_of(self)

    def answer(self, language: "Language" = "en") -> list[str]:
        """What each arm did to each outcome, for better or worse, in sentences; what an averted need cost; what it depends on."""
        from experiments.reporting.depends import hangs_on
        from experiments.reporting.first_page import in_brief, prices
        from experiments.reporting.names import in_language, look_of

        look, tables = look_of(self.study, language), in_language(self.study, self._tables, language)
        return [*in_brief(tables, look), *prices(tables, look), hangs_on(self.study, tables, look, self.store.folder)]

    def plot(
        self, name: str = "forest", language: "Language" = "en", width: float | None = None, size: float | None = None
    ) -> "Plot":
        """One figure by its name, `width` mm wide, with letters of `size` points; a notebook shows it, `.save("a.pdf")` writes it.

        Errors: KeyError for a name that no figure has, or that this study has nothing for.
        """
        from experiments.reporting.figures import plot
        from experiments.reporting.names import in_language, look_of

        return plot(in_language(self.study, self._tables, language), name, look_of(self.study, language, width, size))

    def report(self, language: "Language" = "en") -> Path:
        """Write the report, its figures and its tables into the study's folder; returns the report."""
        from experiments.reporting.report import write_report

        return write_report(self, language)

    def _repr_html_(self) -> str:
        from experiments.reporting.escape import in_html

        return f"<ul>{''.join(f'<li>{in_html(said)}</li>' for said in self.answer())}</ul>"

    def findings(self, budget: float = float("inf")) -> "dict[str, pd.DataFrame]":
        """What the design allows to find: sensitivity, attribution, front, regret, failing, leaves."""
        from experiments.reporting.explore import findings_of

        return findings_of(self, budget=budget).tables()


def results_of(study: Study | str | Path, folder: Path | str | None = None) -> Comparison:
    """The results of a study that was run (in `folder`, results/<study> by default); nothing is run.

    Raises StoreError when nothing is there.
    """
    study = study if isinstance(study, Study) else read_study(study)
    results = found.results_of(study, Path(folder) if folder else Path("results") / study.name)
    return Comparison(results.study, results.store, results.communities)


def compare(
    study: Study | str | Path, folder: Path | None = None, *, workers: int = 1, by: Workers = "processes", on: str = "",
    limit: float = 0.0, apart: bool = False, shown: Callable[[int], AbstractContextManager[Told]] | None = None,
) -> Comparison:  # fmt: skip
    """Run what is missing of a study (in `folder`, results/<study> by default) and return its results.

    `study`: a study, or its name or file; `on`: a Dask cluster, as in `dask://HOST:PORT`; `limit`: seconds that a run may
    take; `shown` shows, for so many runs, how far they are (reporting.progress). What a run raises is a row of `failures()`. One that ends or crashes its process is one too with more than one
    worker, with a limit, or `apart`; with one worker runs are performed in this very process otherwise.

    In a script that starts processes, call it under `if __name__ == "__main__"`. Raises StoreError when results
    cannot be kept, ConfigError when a file of residents or ties is wrong.
    """
    study = study if isinstance(study, Study) else read_study(study)
    read_own_files(study)
    store = Store(folder or Path("results") / study.name).open()
    with store.held() as mended:
        claim(study, store)
        say_mended(store, mended)
        asked, seen = study, 0
        while study.file.replicates > seen:
            bar = shown(sum(1 for _ in missing(study, store))) if shown else nullcontext(lambda done, failed: None)
            with bar as told:
                perform(study, store, workers=workers, by=by, on=on, limit=limit, apart=apart, told=told)
            seen = study.file.replicates
            study, _ = settled(asked, store)
    results = results_for(study, store)
    return Comparison(results.study, store, results.communities)
