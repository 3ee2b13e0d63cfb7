"""Parquet: the one place that reads and writes such files.

A read says exactly what it reads. Folders are only where files lie: DuckDB would make columns of a folder called
`name=value` and other files of a name with `*`, so both are switched off here, and paths are handed over as values.
"""

import os
import re
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

LITTLE = 48
"""Megabytes that are enough for DuckDB to read short runs, however many."""
SMALL: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": f"{LITTLE}MB",
    "threads": 2,
    "preserve_insertion_order": False,
}
"""How DuckDB reads a store of any size beside little memory."""
IN_MEMORY = 24
"""How many times its size as a file a block takes in memory, read by two threads: thirteen do not hold for
some 220 columns of 260 weeks, and what is beside it should not decide."""
TOGETHER = 32
"""Blocks read at a time: what is known of each open file takes memory too."""


def beside_little_memory(blocks: Sequence[Path], more: int = 0) -> dict[str, Any]:
    """How DuckDB reads these blocks: with little memory, or with what the largest asks for, and `more` bytes."""
    largest = max((block.stat().st_size for block in blocks), default=0)
    needed = (IN_MEMORY * largest + more) // 2**20
    return SMALL | {"memory_limit": f"{max(LITTLE, needed)}MB"}


def rows_of(
    con: "duckdb.DuckDBPyConnection", files: Sequence[Path], *, named: bool = False
) -> "duckdb.DuckDBPyRelation":
    """The rows of these files and of no others, columns by their names; `named`: with the file's in `filename`."""
    paths = [plainly(path) for path in files]
    return con.read_parquet(paths, hive_partitioning=False, union_by_name=True, filename=named)


def in_turn() -> "duckdb.DuckDBPyConnection":
    """A connection in which what is in order stays in order."""
    import duckdb

    return duckdb.connect(config={"threads": 1})


def write_rows(con: "duckdb.DuckDBPyConnection", query: str, path: Path, how: str = "") -> None:
    """Write what a query finds as a file; `how`: DuckDB's words on compression and format."""
    said = plainly(path).replace("'", "''")  # a statement that writes takes no values in DuckDB before 1.2
    con.execute(f"copy ({query}) to '{said}' (format parquet{', ' if how else ''}{how})")


def column(name: str) -> str:
    """The name of a column as SQL writes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def plainly(path: Path) -> str:
    """A path that DuckDB takes for what it is: one file, in a folder whose name means nothing.

    It reads `*`, `?` and `[` as patterns, and a backslash as a separator; there a link leads to the folder.
    """
    whole = path.absolute()
    if os.sep == "/" and re.search(r"[*?[\\]", str(whole)):
        return str(_way_to(whole.parent) / whole.name)
    return str(whole).replace("[", "[[]")  # elsewhere no name can hold the others


@cache
def _way_to(folder: Path) -> Path:
    """A link to a folder, which goes when the program ends."""
    made = tempfile.TemporaryDirectory(prefix="linli-")
    _KEPT.append(made)
    way = Path(made.name) / "folder"
    way.symlink_to(folder, target_is_directory=True)
    return way


_KEPT: list[tempfile.TemporaryDirectory[str]] = []
"""Links in use: each is there until the program ends."""
