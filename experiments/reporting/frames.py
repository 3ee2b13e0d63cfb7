"""Frames: a study's tables for pandas, polars and R, with arms and metrics as factors and with labels and units.

A factor is in the order of the study, so that the first arm is the one with which the others are compared.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from experiments.reporting.figures.style import Language
    from experiments.reporting.figures.tables import Meaning

FACTORS = ("arm", "metric", "side", "says", "quantity", "part", "factor", "by")
"""Columns of a few words, which R, Stata and polars know as factors."""


def factored(table: "pd.DataFrame", arms: Sequence[str] = ()) -> "pd.DataFrame":
    """The table with its columns of a few words as categories: arms in the study's order, others as they come."""
    import pandas as pd

    made = {}
    for name in FACTORS:
        if name in table and not isinstance(table[name].dtype, pd.CategoricalDtype):
            there = [value for value in dict.fromkeys(table[name]) if not pd.isna(value)]
            if all(isinstance(value, str) for value in there):
                order = [arm for arm in arms if arm in there] if name == "arm" else []
                made[name] = pd.Categorical(table[name], [*order, *(value for value in there if value not in order)])
    return table.assign(**made)


def labelled(
    table: "pd.DataFrame",
    metrics: "Mapping[str, Meaning]",
    about: Mapping[str, str],
    arms: Sequence[str],
    language: "Language",
) -> "pd.DataFrame":
    """The table with factors, a label and unit beside each metric named in a row, and in `attrs` those of its columns."""
    if "metric" in table and "label" not in table:
        at = list(table).index("metric") + 1
        beside = {
            "label": [metrics[m].say(language) for m in table["metric"]],
            "unit": [metrics[m].unit_in(language) for m in table["metric"]],
        }
        table = table.iloc[:, :at].assign(**beside).join(table.iloc[:, at:])
    table = factored(table, arms)
    known = [name for name in map(str, table) if name in metrics]
    table.attrs = {
        "labels": {name: about[name] for name in map(str, table) if name in about}
        | {m: metrics[m].say(language) for m in known},
        "units": {m: metrics[m].unit_in(language) for m in known},
    }
    return table


def as_polars(table: "pd.DataFrame") -> "pl.DataFrame":
    """The same for polars, which knows factors as Enum. Needs polars (`linli[frames]`)."""
    import pandas as pd
    import polars as pl

    columns: dict[str, Any] = {}
    for name, column in table.items():
        if isinstance(column.dtype, pd.CategoricalDtype):
            columns[str(name)] = pl.Series(
                column.astype(object).tolist(), dtype=pl.Enum([str(c) for c in column.cat.categories])
            )
        else:
            columns[str(name)] = column.to_numpy()
    return pl.DataFrame(columns)


type Library = Literal["pandas", "polars"]

R_HEAD = """# Tables of a linli study for R (no package is needed): source("read.R", chdir = TRUE), then linli$effects, linli$runs ...
# Columns of a few words are factors in the study's order; attr(x, "label") of a column says what it holds.
# The .dta files hold the same for haven::read_dta() and for Stata.
"""
R_TAIL = """
linli <- lapply(names(linli_levels), function(name) {
  table <- read.csv(paste0(name, ".csv"), check.names = FALSE, encoding = "UTF-8", colClasses = c(seed = "character")[
    intersect("seed", names(read.csv(paste0(name, ".csv"), check.names = FALSE, nrows = 1)))])
  for (column in names(linli_levels[[name]])) {
    table[[column]] <- factor(table[[column]], levels = linli_levels[[name]][[column]])
  }
  for (column in intersect(names(table), names(linli_labels))) {
    attr(table[[column]], "label") <- linli_labels[[column]]
  }
  table
})
names(linli) <- names(linli_levels)
"""


def r_script(tables: "Mapping[str, pd.DataFrame]", meanings: Mapping[str, str]) -> str:
    """A script for R that reads the CSV files of these tables with factors and labels."""
    levels = []
    for name, table in tables.items():
        told = factored(table)
        columns = [c for c in FACTORS if c in told and hasattr(told[c], "cat")]
        said = ", ".join(f"{_r(c)} = c({', '.join(_r(str(v)) for v in told[c].cat.categories)})" for c in columns)
        levels.append(f"  {_r(name)} = list({said})")
    there = dict.fromkeys(str(c) for table in tables.values() for c in table if str(c) in meanings)
    labels = ",\n".join(f"  {_r(c)} = {_r(meanings[c])}" for c in there)
    return (
        f"{R_HEAD}linli_levels <- list(\n{',\n'.join(levels)}\n)\nlinli_labels <- list(\n{labels}\n)\n{R_TAIL}".replace(
            "\r", " "
        )
    )


def _r(text: str) -> str:
    """A text in R: the escapes of JSON are R's, and letters beyond ASCII stand as they are."""
    return json.dumps(text, ensure_ascii=False)
