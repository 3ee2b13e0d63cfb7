"""Verifying: whether the files of a results' folder are what was written, and what its finished runs give."""

import csv
import tempfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.runs.blocks import look_anew
from experiments.runs.files import said_in
from experiments.runs.provenance import hashes
from experiments.runs.record import MANIFEST
from experiments.runs.results import Results
from experiments.runs.store import Store
from experiments.spoken import spoken

if TYPE_CHECKING:
    import pandas as pd

LABELS = ("arm", "point", "replicate")


def changed_files(results: Results) -> Iterator[str]:
    """A sentence on each file that is not what it was written as, or not what the weekly values give; moves nothing."""
    look_anew()
    yield from changed_blocks(results.store)
    yield from changed_since_written(results.store)
    yield from _not_listed(results)
    yield from _tables_that_differ(results)


def changed_blocks(store: Store) -> Iterator[str]:
    """Files of weekly/ that are not what their names say."""
    for block in store.damaged():
        yield spoken(
            "weekly/{name}: its content is not what its name, a hash of it, says; its runs cannot be used",
            name=block.name,
        )


def changed_since_written(store: Store) -> Iterator[str]:
    """What manifest.json lists and is not there any more, or not the same any more."""
    folder = store.folder
    if (folder / MANIFEST).exists() and said_in(folder / MANIFEST) is None:
        yield spoken(
            "{manifest}: it cannot be read, so nothing says what the other files were written as", manifest=MANIFEST
        )
    for name, digest in store.manifest().get("files", {}).items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            yield spoken("{manifest}: it lists {name!r}, which is not in this folder", manifest=MANIFEST, name=name)
        elif not path.is_file():
            yield spoken("{name}: it is in manifest.json and not here", name=name)
        elif (found := hashes(folder, [path])[name]) != digest:
            yield spoken(
                "{name}: changed since it was written (SHA-256 {found}..., in manifest.json {digest}...)",
                name=name,
                found=found[:12],
                digest=digest[:12],
            )


def _not_listed(results: Results) -> Iterator[str]:
    listed = results.store.manifest().get("files", {})
    if any(name.startswith("weekly/") for name in listed):
        for block in results.each.blocks():
            if f"weekly/{block.name}" not in listed:
                yield spoken("weekly/{name}: it is not in manifest.json, which was written without it", name=block.name)


def _tables_that_differ(results: Results) -> Iterator[str]:
    """The tables that people use, made anew from the weekly values and compared value by value."""
    folder = results.store.folder
    with tempfile.TemporaryDirectory(prefix="linli-") as made:
        new = Path(made)
        if (folder / "runs.parquet").is_file():
            yield from _differing(folder / "runs.parquet", results.each.write_runs(folder=new))
        for name in ("groups.parquet", "groups.csv"):
            if (folder / name).is_file() and (again := results.each.write_groups(name, new)):
                yield from (_differing if again.suffix == ".parquet" else _differing_lines)(folder / name, again)
        if results.communities and (folder / "city.parquet").is_file():
            yield from _differing(folder / "city.parquet", results.write_runs("city.parquet", new))
        if (folder / "runs.csv").is_file() or (folder / "weekly.csv").is_file():
            for path in results.each.write_csv(new):
                if (folder / path.name).is_file():
                    yield from _differing_lines(folder / path.name, path)


def _differing(found: Path, expected: Path) -> Iterator[str]:
    if found.read_bytes() == expected.read_bytes():
        return
    import duckdb

    try:
        yield from differing_values(found.name, table_in(found), table_in(expected))
    except duckdb.Error as error:
        yield spoken("{name}: it cannot be read ({why})", name=found.name, why=str(error).splitlines()[0])


def table_in(path: Path) -> "pd.DataFrame":
    """A table of runs, as it was written."""
    import duckdb

    from experiments.runs.parquet import rows_of

    with duckdb.connect() as con:
        return rows_of(con, [path]).df()


def differing_values(name: str, found: "pd.DataFrame", expected: "pd.DataFrame") -> Iterator[str]:
    """One sentence where two tables of runs differ: in their columns, in their rows, or how many values and which first."""
    if list(found.columns) != list(expected.columns):
        odd = sorted({*map(str, found.columns)} ^ {*map(str, expected.columns)}) or ["their order"]
        yield spoken("{name}: its columns are not those that the runs give ({odd})", name=name, odd=", ".join(odd[:5]))
        return
    if len(found) != len(expected):
        yield spoken(
            "{name}: it has {found} rows, and the finished runs give {expected}",
            name=name,
            found=len(found),
            expected=len(expected),
        )
        return
    differs = ~((found == expected) | (found.isna() & expected.isna()))
    if many := int(differs.to_numpy().sum()):
        row, column = next(zip(*differs.to_numpy().nonzero(), strict=True))
        metric, where = found.columns[column], expected.iloc[row]
        labels = ", ".join(f"{label} {where[label]}" for label in LABELS)
        values = spoken("1 value differs") if many == 1 else spoken("{many} values differ", many=many)
        said, gives = found.iloc[row, column], where[metric]
        yield spoken(
            "{name}: {values} from what the weekly values give; {metric} of {labels}: {said}, it should be {gives}",
            name=name,
            values=values,
            metric=metric,
            labels=labels,
            said=said,
            gives=gives,
        )


def _differing_lines(found: Path, expected: Path) -> Iterator[str]:
    with (
        found.open(encoding="utf-8", errors="replace", newline="") as one,
        expected.open(encoding="utf-8", newline="") as other,
    ):
        head, nothing = list[str](), list[str]()
        for line, (said, gives) in enumerate(zip_longest(csv.reader(one), csv.reader(other), fillvalue=nothing), 1):
            head = head or gives
            if said != gives:
                odd = [(c, a, b) for c, a, b in zip_longest(head, said, gives, fillvalue="nothing") if a != b]
                column, a, b = odd[0]
                yield spoken(
                    "{name}: line {line}, {column}: {a}, it should be {b} by the weekly values",
                    name=found.name,
                    line=line,
                    column=column,
                    a=a,
                    b=b,
                )
                return
