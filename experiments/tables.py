"""Tables for a paper: every table of a study as CSV, Stata and Excel, and as a page for LaTeX, in one folder."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.evaluation import evaluated
from experiments.exploring import explore
from experiments.figures.network import places
from experiments.latex import LONGEST, latex
from experiments.store import clear_errors, write_whole

if TYPE_CHECKING:
    import pandas as pd

    from experiments.figures.tables import Tables
    from experiments.results import Results


def tables_for_a_paper(results: "Results", tables: "Tables") -> "dict[str, pd.DataFrame]":
    """Effects as numbers, the runs, what the design allows to find, and what the figures of time are drawn from."""
    better = {name: meaning.better for name, meaning in tables.metrics.items()}
    named = {"effects": tables.effects, "runs": tables.runs}
    named |= {"evaluation": evaluated(tables.runs, tables.arms[0], tables.arms, tables.first_stage)}
    named |= explore(results.study, tables.runs, better).tables()
    named |= {"figure_trajectories": tables.trajectories, "figure_profiles": tables.profiles}
    named |= residents_and_ties(tables)
    return {name: table for name, table in named.items() if not table.empty}


def residents_and_ties(tables: "Tables") -> "dict[str, pd.DataFrame]":
    """What the maps of the network are drawn from: residents with their places, and who is tied to whom."""
    import pandas as pd

    residents, ties = [], []
    for arm, snapshot in tables.snapshots.items():
        where = places(snapshot.grid)
        rows = {"resident": range(len(where)), "grid": snapshot.grid, "tier": snapshot.tier}
        residents.append(pd.DataFrame({"arm": arm, **rows, "x": where[:, 0], "y": where[:, 1]}))
        ties.append(pd.DataFrame({"arm": arm, "one": snapshot.ties[:, 0], "other": snapshot.ties[:, 1]}))
    if not residents:
        return {}
    return {"figure_residents": pd.concat(residents), "figure_ties": pd.concat(ties)}


def write_tables(named: "Mapping[str, pd.DataFrame]", folder: Path) -> list[Path]:
    """Write each table as .csv and .dta, and all in tables.xlsx; returns the files."""
    written: list[Path] = []
    with clear_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in named.items():
            written.append(folder / f"{name}.csv")
            write_whole(written[-1], table.to_csv(index=False).encode(), sync=False)
            written.append(folder / f"{name}.dta")
            _write_stata(table, written[-1])
        if (workbook := _write_excel(named, folder / "tables.xlsx")) is not None:
            written.append(workbook)
    return written


def write_pages(pages: "Mapping[str, pd.DataFrame]", folder: Path) -> list[Path]:
    """Write as .tex, for LaTeX, what a printed page shows of a table, where a page holds it; returns the files.

    Rows that share their first column, where it has no name, stand below it as a heading.
    """
    written: list[Path] = []
    with clear_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, page in pages.items():
            if 0 < len(page) <= LONGEST:
                written.append(folder / f"{name}.tex")
                write_whole(written[-1], latex(page, name, headed=not page.columns[0]).encode(), sync=False)
    return written


def stata_name(name: str, taken: set[str]) -> str:
    """A name that Stata accepts: letters, digits and _, 32 at the most, none twice."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)[:32]
    plain = plain if re.match(r"[A-Za-z_]", plain) else f"_{plain}"[:32]
    short, again = plain, 2
    while short in taken:
        short, again = f"{plain[: 31 - len(str(again))]}_{again}", again + 1
    taken.add(short)
    return short


def _write_stata(table: "pd.DataFrame", path: Path) -> None:
    """Stata 14 and later; the full column names stand as labels of the variables."""
    import pandas as pd

    taken: set[str] = set()
    names = {str(column): stata_name(str(column), taken) for column in table}
    whole = table.rename(columns=names)
    for name in whole:
        if whole[name].dtype == object:
            whole[name] = whole[name].map(lambda value: "" if pd.isna(value) else str(value))
        elif whole[name].dtype == bool:
            whole[name] = whole[name].astype("int8")
        elif whole[name].dtype.kind == "i" and whole[name].abs().max() > 2**31 - 1:
            whole[name] = whole[name].astype(str)  # Stata has no whole numbers of 64 bits; seeds must stay exact
        elif whole[name].dtype.kind == "f":
            whole[name] = whole[name].where(np.isfinite(whole[name]))  # nor an infinite bound: it is missing there
    labels = {short: long[:80] for long, short in names.items()}
    temporary = path.with_name(f".tmp-{path.name}")
    long = [name for name in whole if whole[name].dtype == object and whole[name].str.len().max() > 2000]
    whole.to_stata(temporary, write_index=False, version=118, variable_labels=labels, convert_strl=long)
    temporary.replace(path)


def _write_excel(named: "Mapping[str, pd.DataFrame]", path: Path) -> Path | None:
    """One sheet a table, where openpyxl is installed; the tables of a row a week stay out."""
    import pandas as pd

    try:
        import openpyxl  # noqa: F401
    except ModuleNotFoundError:
        return None
    temporary = path.with_name(f".tmp-{path.name}")
    with pd.ExcelWriter(temporary, engine="openpyxl") as book:
        for name, table in named.items():
            if not name.startswith("figure_") and len(table) < 1_000_000:
                seeds = {c: table[c].astype(str) for c in table if c == "seed"}  # Excel rounds beyond 15 digits
                table.assign(**seeds).to_excel(book, sheet_name=name[:31], index=False, freeze_panes=(1, 0))
    temporary.replace(path)
    return path
