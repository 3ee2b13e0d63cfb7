"""Groups: how outcomes of the groups of a user's own columns are kept in a block, and the tidy table made of it.

A block has a column for each outcome of each group. Its name holds the user's own words in letters that every store takes
for different ones: small letters, digits and %.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

import numpy as np

type Columns = Mapping[str, Any]

_MARK = "group"


class Kept(NamedTuple):
    """What a column of a block holds: an outcome of those of whom the user's column says this value."""

    column: str
    value: str
    outcome: str


def name_of(kept: Kept) -> str:
    """What a block calls the column."""
    return "/".join((_MARK, *map(_in_few_letters, kept)))


def kept_in(name: str) -> Kept | None:
    """What a column of that name holds; None for a metric."""
    mark, *parts = name.split("/")
    return (
        Kept(*(unquote(part, errors="surrogatepass") for part in parts)) if mark == _MARK and len(parts) == 3 else None
    )


def _in_few_letters(text: str) -> str:
    def coded(found: re.Match[str]) -> str:
        return "".join(f"%{byte:02x}" for byte in found[0].encode("utf-8", "surrogatepass"))

    return re.sub("[^a-z0-9_]+", coded, text)


def tidy(rows: Columns, labels: Sequence[str]) -> dict[str, Any]:
    """Columns of a table of a row a run and outcome, in the order of runs; `rows` has a row a run with means.

    Outcomes that a group did not have, as nobody belonged to it, are left out.
    """
    found = {name: kept for name in rows if (kept := kept_in(name)) is not None}
    numbers = np.stack([np.ma.filled(rows[name], np.nan) for name in found], axis=1)
    run, which = np.nonzero(~np.isnan(numbers))
    said = {
        name: np.array(texts, object)[which]
        for name, texts in zip(Kept._fields, zip(*found.values(), strict=True), strict=True)
    }
    return {**{name: np.ma.getdata(rows[name])[run] for name in labels}, **said, "number": numbers[run, which]}
