"""Ids that are the same to every eye: other letters for the same sign, zeros lost in Excel, a decimal point
too many.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"0*(\d+)(?:\.0+)?")
_WAYS = {
    1: "differ from those of the residents in letters that look alike (composed, full-width or invisible ones)",
    2: "differ from those of the residents in zeros in front or a decimal point (as Excel leaves them)",
}


def to_the_eye(name: str) -> str:
    """A name as it is seen: composed letters, plain digits, nothing invisible."""
    seen = unicodedata.normalize("NFKC", name)
    return " ".join("".join(c for c in seen if unicodedata.category(c) != "Cf").split())


def as_number(name: str) -> str:
    """A name without what a spreadsheet takes from numbers or adds to them; any other name as it is seen."""
    seen = to_the_eye(name)
    number = _NUMBER.fullmatch(seen)
    return number[1] if number else seen


class Ids:
    """The residents' ids, found again as other files write them."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = ids
        self._rows = {name: row for row, name in enumerate(ids)}
        self._alike: list[dict[str, int]] = []
        self.recognised: Counter[int] = Counter()
        self.example: dict[int, tuple[str, str]] = {}

    def row(self, name: str) -> int:
        """The row of the resident whom a name means: by the letter, or else as the only one that looks the
        same; or -1.
        """
        if name in self._rows:
            return self._rows[name]
        if not self._alike:
            self._alike = [_only(map(way, self.ids)) for way in (to_the_eye, as_number)]
        for way, plain in enumerate((to_the_eye, as_number)):
            row = self._alike[way].get(plain(name), -1)
            if row >= 0:
                self.recognised[way + 1] += 1
                self.example.setdefault(way + 1, (name, self.ids[row]))
                return row
        return -1

    def known(self, names: Iterable[str]) -> int:
        """How many of the names mean a resident."""
        before = Counter(self.recognised), dict(self.example)
        found = sum(self.row(name) >= 0 for name in names)
        self.recognised, self.example = before
        return found

    def said(self) -> list[str]:
        """What there is to say of names that were not written as in the file of residents."""
        return [
            f"{times} names {_WAYS[way]}: '{self.example[way][0]}' is taken for '{self.example[way][1]}'"
            for way, times in sorted(self.recognised.items())
        ]


def _only(names: Iterable[str]) -> dict[str, int]:
    """Rows by name, -1 for names that several rows have."""
    rows: dict[str, int] = {}
    for row, name in enumerate(names):
        rows[name] = -1 if name in rows else row
    return rows
