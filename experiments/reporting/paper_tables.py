"""Tables for a paper: every table of a study as CSV, Stata and Excel, and as a page for LaTeX, in one folder."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.effects import with_values
from experiments.analysis.evaluation import acceptability
from experiments.reporting.figures.network import places
from experiments.reporting.frames import factored, r_script
from experiments.reporting.latex import LONGEST, latex
from experiments.runs.store import clear_errors, write_whole

if TYPE_CHECKING:
    import pandas as pd

    from experiments.reporting.figures.tables import Tables

NO_TIME = datetime(1960, 1, 1)
"""When a Stata file says it was written: where Stata's clock begins, so that the same results are the same bytes."""


SHEET = 10_000
"""Rows at most of a sheet: more take Excel's format minutes, and stand in the CSV and Stata files beside it."""
MEANINGS = {
    "run": "hash of everything that determines a run",
    "arm": "what is done",
    "point": "number of the point, where something varies",
    "replicate": "runs of the same number share their luck (common random numbers), in every arm",
    "seed": "seed of the replicate (too long for a number in R, Stata and Excel: text)",
    "metric": "the outcome that the row is about",
    "side": "outcome, process or price",
    "column": "the column of the residents' file that tells groups apart",
    "outcome": "the outcome of a group that the row is about",
    "number": "that outcome, its mean over the window; rates are for 100 of the group a year",
    "n": "pairs of runs",
    "reference": "mean of the first arm",
    "mean": "mean of the arm",
    "effect": "mean difference from the first arm, over pairs",
    "sd": "standard deviation of the differences",
    "low": "lower end of the 95 % interval",
    "high": "upper end of the 95 % interval",
    "joint_low": "lower end of the interval for all arms (and primary outcomes) at once",
    "joint_high": "upper end of the interval for all arms (and primary outcomes) at once",
    "says": "higher, lower, no difference that matters, or not known",
    "matters": "smallest difference that matters, as the study states it",
    "all_low": "lower end of the band for all weeks at once",
    "all_high": "upper end of the band for all weeks at once",
    "turn": "angle between a week's differences and those of the week before",
    "relative": "effect as a share of the first arm's mean",
    "d_z": "effect over the standard deviation of the differences",
    "cliff": "Cliff's delta of the arms, -1 to 1",
    "above": "share of pairs in which the arm lies above the first",
    "skew": "skewness of the differences",
    "correlation": "correlation of the arm with the first, over pairs",
    "affordable": "within the budget",
    "on_front": "no other choice is as good in every objective and better in one",
    "judged_by": "replicates whose means these are, and which did not choose; 0: all did both",
    "surely": "share of bootstraps in which it is there; how surely it is worth it",
    "where": "conditions: the box of PRIM, or the leaf of the tree",
    "fails_there": "share of judging pairs of runs in the box that are no improvement",
    "fails_elsewhere": "the same outside of the box",
    "more_often": "difference of the two",
    "catches": "share of all judging pairs without improvement that lie in the box",
    "by_what_chose": "share of the box's points that fail by the runs that chose it: too kind",
    "points_low": "lower end of what the points alone would give",
    "points_high": "upper end of what the points alone would give",
    "luck_low": "lower end of what luck alone would give",
    "luck_high": "upper end of what luck alone would give",
    "sd_points": "standard deviation of the points' own effects, luck taken off",
    "sd_luck": "standard deviation of a pair's difference at a known point",
    "low_tenth": "effect below which one point in ten lies",
    "median": "effect below which half of the points lie",
    "high_tenth": "effect above which one point in ten lies",
    "better": "share of the space in which the arm is better",
    "communities": "pairs of runs: a point and a seed each",
    "gain": "times the runs that unpaired arms would need; of gains: share better off",
    "lose": "share of communities that are worse off",
    "worst_tenth": "difference than which one community in ten fares worse",
    "mean_of_worst": "mean difference of the worst tenth",
    "quantity": "the first arm's outcome, another arm's effect, or a bundle's outcome",
    "factor": "what varies",
    "value": "its value; of a column what it says of a group, empty: nothing is known",
    "by": "the other factor",
    "by_value": "its value",
    "change": "change of the mean from the factor's first value",
    "interaction": "how much more the other factor's change is than at the first value",
    "apart_low": "lower end of the mean's interval without luck that all cells share",
    "apart_high": "upper end of the mean's interval without luck that all cells share",
    "worth": "yuan that one averted unmet person-week is worth",
    "benefit": "net benefit at that worth, yuan per 100 residents a year",
    "mean_effect": "mean effect in the leaf, by points and replicates that did not choose it",
}
"""What a column holds that is no metric; 80 letters at most, as Stata's labels allow."""


def meanings_of(tables: "Tables") -> dict[str, str]:
    """What every column holds, by its name."""
    metrics = {name: f"{m.label} ({m.unit})" if m.unit else m.label for name, m in tables.metrics.items()}
    return MEANINGS | metrics


def tables_for_a_paper(tables: "Tables", found: "Mapping[str, pd.DataFrame]") -> "dict[str, pd.DataFrame]":
    """Effects as numbers, the runs, what the design allows to find, and what the figures of time are drawn from."""
    named = {"effects": tables.effects, "runs": tables.runs}
    if tables.by_group is not None and tables.group_effects is not None:
        named |= {"groups": tables.by_group, "effects_by_group": tables.group_effects}
    named |= {"evaluation": tables.evaluation}
    named |= {"acceptability": acceptability(tables.runs, tables.arms[0], tables.arms)}
    named |= found
    named |= {"figure_trajectories": tables.trajectories, "figure_profiles": tables.profiles}
    named |= residents_and_ties(tables)
    return {name: with_values(table, tables.runs, tables.varies) for name, table in named.items() if not table.empty}


def residents_and_ties(tables: "Tables") -> "dict[str, pd.DataFrame]":
    """What the maps of the network are drawn from: residents with their places, and who is tied to whom."""
    import pandas as pd

    residents, ties = [], []
    for arm, snapshot in tables.snapshots.items():
        where = places(snapshot.grid)
        names = np.array(snapshot.names) if snapshot.names else np.arange(len(where))
        grids = np.array(snapshot.grid_names)[snapshot.grid] if snapshot.grid_names else snapshot.grid
        rows = {"resident": names, "grid": grids, "tier": snapshot.tier}
        residents.append(pd.DataFrame({"arm": arm, **rows, "x": where[:, 0], "y": where[:, 1]}))
        one, other = names[snapshot.ties.reshape(-1, 2)].T
        ties.append(pd.DataFrame({"arm": arm, "one": one, "other": other}))
    if not residents:
        return {}
    return {"figure_residents": pd.concat(residents), "figure_ties": pd.concat(ties)}


def write_tables(
    named: "Mapping[str, pd.DataFrame]", folder: Path, meanings: Mapping[str, str] | None = None
) -> list[Path]:
    """Write each table as .csv and .dta, read.R, and all in tables.xlsx; returns the files.

    `meanings` of columns become labels in Stata and a table of their own, `columns`.
    """
    meanings = meanings or {}
    told = dict.fromkeys(str(c) for table in named.values() for c in table if str(c) in meanings)
    if told:
        named = dict(named) | {"columns": _columns(told, meanings)}
    written: list[Path] = []
    with clear_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in named.items():
            written.append(folder / f"{name}.csv")
            write_whole(written[-1], _as_everybody_reads(table).to_csv(index=False).encode(), sync=False)
            written.append(folder / f"{name}.dta")
            _write_stata(table, written[-1], meanings)
        written.append(folder / "read.R")
        write_whole(written[-1], r_script(named, meanings).encode(), sync=False)
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


STATA_WORDS = frozenset(
    [
        "_all",
        "_b",
        "_coef",
        "_cons",
        "_n",
        "_N",
        "_pi",
        "_pred",
        "_rc",
        "_skip",
        "byte",
        "double",
        "float",
        "if",
        "in",
        "int",
        "long",
        "strL",
        "str",
        "using",
        "with",
    ]
)
"""Words that Stata keeps for itself."""


def stata_name(name: str, taken: set[str]) -> str:
    """A name that Stata accepts: letters, digits and _, 32 at the most, none twice."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)[:32]
    plain = plain if re.match(r"[A-Za-z_]", plain) and plain not in STATA_WORDS else f"_{plain}"[:32]
    short, again = plain, 2
    while short in taken:
        short, again = f"{plain[: 31 - len(str(again))]}_{again}", again + 1
    taken.add(short)
    return short


def _columns(names: Iterable[str], meanings: Mapping[str, str]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame([{"column": name, "meaning": meanings[name]} for name in names])


def _as_everybody_reads(table: "pd.DataFrame") -> "pd.DataFrame":
    """The table with TRUE and FALSE, which R knows as truths, where Python writes True and False."""
    truths = [name for name in table if table[name].dtype == bool]
    return table.assign(**{str(name): table[name].map({True: "TRUE", False: "FALSE"}) for name in truths})


def _write_stata(table: "pd.DataFrame", path: Path, meanings: Mapping[str, str]) -> None:
    """Stata 14 and later; variables are labelled by what they hold, or by the full name of their column."""
    import pandas as pd

    table, taken = factored(table), set[str]()
    names = {str(column): stata_name(str(column), taken) for column in table}
    whole = table.rename(columns=names)
    for name in whole:
        if isinstance(whole[name].dtype, pd.CategoricalDtype):
            continue  # value labels, in the order of the study
        if whole[name].dtype.kind not in "biuf":
            whole[name] = whole[name].map(lambda value: "" if pd.isna(value) else str(value)).astype(object)
        elif whole[name].dtype == bool:
            whole[name] = whole[name].astype("int8")
        elif whole[name].dtype.kind in "iu" and whole[name].abs().max() > 2**31 - 1:
            whole[name] = whole[name].astype(str)  # Stata has no whole numbers of 64 bits; seeds must stay exact
        elif whole[name].dtype.kind == "f":
            whole[name] = whole[name].where(np.isfinite(whole[name]))  # nor an infinite bound: it is missing there
    labels = {
        short: (long if long not in meanings else meanings[long] if short == long else f"{long}: {meanings[long]}")[:80]
        for long, short in names.items()
    }
    temporary = path.with_name(f".tmp-{path.name}")
    texts = [name for name in whole if whole[name].dtype == object]
    long = [name for name in texts if max((len(text.encode()) for text in whole[name]), default=0) > 2000]
    whole.to_stata(
        temporary, write_index=False, version=118, variable_labels=labels, convert_strl=long, time_stamp=NO_TIME
    )
    temporary.replace(path)


def _write_excel(named: "Mapping[str, pd.DataFrame]", path: Path) -> Path | None:
    """One sheet a table, where openpyxl is installed; tables of a row a week, and very long ones, stay out."""
    try:
        import openpyxl
    except ModuleNotFoundError:
        return None
    from openpyxl.cell import WriteOnlyCell

    temporary = path.with_name(f".tmp-{path.name}")
    book = openpyxl.Workbook(write_only=True)  # row by row: cells of very many runs do not fit in memory at once

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return None if value is None or value != value else value if abs(value) != math.inf else str(value)
        made = WriteOnlyCell(sheet, value)
        if made.data_type != "s":  # text, and no formula that is worked out
            made.data_type, made.quotePrefix = "s", True
        return made

    for name, table in named.items():
        if not name.startswith("figure_") and len(table) <= SHEET:
            sheet = book.create_sheet(name[:31])
            sheet.freeze_panes = "A2"
            sheet.append([cell(str(column)) for column in table])
            # Excel rounds beyond 15 digits, so seeds are text
            columns = [(table[c].astype(str) if c == "seed" else table[c]).tolist() for c in table]
            for row in zip(*columns, strict=True):
                sheet.append([cell(value) for value in row])
    book.save(temporary)
    temporary.replace(path)
    return path
