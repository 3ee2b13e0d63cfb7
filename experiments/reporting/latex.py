"""LaTeX: tables as a printed page shows them, with booktabs alone: points under points, what is wide in several lines."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from experiments.reporting.escape import END, ISOLATE
from experiments.reporting.wording import number, true_minus

if TYPE_CHECKING:
    import pandas as pd

LONGEST = 60
"""Rows that a page holds; a longer table belongs in a file."""
WIDE_TITLE, WIDE_TEXT = 14, 40
"""Letters after which a title and a text go on in the next line; a Chinese letter takes the room of two."""
PAGE, LETTER, BETWEEN = 455.0, 5.0, 12.0
"""Width of the text on A4 with margins of 2.5 cm, of a letter at 10 pt and of the space between columns, in points."""
SIZES = {"": 1.0, r"\small": 0.92, r"\footnotesize": 0.84, r"\scriptsize": 0.74}
"""Letters smaller than the text's, and how wide a line is in them."""
NUMBER = r"[+\N{MINUS SIGN}]?[\d,]*\.?\d+"
_NUMBER = re.compile(rf"({NUMBER})(%|\N{{MULTIPLICATION SIGN}})?")
_INTERVAL = re.compile(rf"({NUMBER})( to | 至 )({NUMBER})")
_ESTIMATE = re.compile(rf"{NUMBER}( \[.*\])?")
_FOREIGN = re.compile("[^\x00-\x7f\xa0-\u017f\u2013\u2014\u2018-\u201e\u2026\u2212]")
"""Letters and signs beside those that pdfLaTeX knows with the usual encoding of fonts (T1)."""
_CHINESE = re.compile("[\u2e80-\u9fff\uff00-\uffef]")
_CHINESE_PIECE = re.compile(r"\s*[(（]?(?:[^\u2e80-\uffef()\s]+|[^()\s])[)），。；]*")


_SYMBOLS = {"d_z": "$d_z$", "Mu star": r"$\mu^*$", "Mu": r"$\mu$", "Sigma": r"$\sigma$"}


class Column(NamedTuple):
    """A column as LaTeX wants it: how it is set, over how many columns its title stands, and its cells."""

    align: str
    cells: list[str]
    span: int = 1


def latex(table: "pd.DataFrame", label: str, *, headed: bool = False) -> str:
    """A table for LaTeX: numbers under each other by their points, text made harmless.

    `headed`: the first column is no column, but what stands above the rows that share it.
    """
    shown = table.map(_said)
    titles = [_lines(str(name), WIDE_TITLE) for name in shown][headed:]
    heads, rows, first = list[str](), list[list[str]](), list[bool]()
    for row in shown.itertuples(index=False):
        lines = [_lines(cell, WIDE_TEXT) for cell in row[headed:]]
        height = max(map(len, lines), default=1)
        heads += [row[0] if headed else ""] * height
        rows += [[cell[i] if i < len(cell) else "" for cell in lines] for i in range(height)]
        first += [height > 1, *[False] * (height - 1)]
    columns = [_column([row[i] for row in rows], heads) for i in range(len(titles))]
    body, span = list[str](), sum(column.span for column in columns)
    for head, group in groupby(range(len(rows)), lambda i: heads[i]):
        if headed:
            space = [r"\addlinespace"] if body else []
            body += [*space, rf"\multicolumn{{{span}}}{{@{{}}l}}{{\textit{{{harmless(head)}}}}} \\"]
        for place, i in enumerate(group):
            space = [r"\addlinespace[2pt]"] if first[i] and place else []
            body += [*space, " & ".join(column.cells[i] for column in columns) + r" \\"]
    widths = [max(map(_width, (*title, *(row[i] for row in rows)))) for i, title in enumerate(titles)]
    size = _size(LETTER * sum(widths) + BETWEEN * (len(widths) - 1))
    begin = rf"\begin{{tabular}}{{@{{}}{''.join(column.align for column in columns)}@{{}}}}"
    whole = [begin, r"\toprule", *_head(titles, columns), r"\midrule", *body, r"\bottomrule", r"\end{tabular}"]
    return (
        "\n".join([f"% {label}; needs {_needed(''.join(whole))}", *([f"{{{size}", *whole, "}"] if size else whole)])
        + "\n"
    )


def _needed(text: str) -> str:
    """What a document must load for these letters; pdfLaTeX stops at those that it does not know, XeLaTeX passes over those
    that its font lacks.
    """
    packages, others = [r"\usepackage{booktabs}"], sorted(set(_FOREIGN.findall(_CHINESE.sub("", text))))
    chinese = _CHINESE.search(text) is not None
    if chinese or others:
        packages.append(r"\usepackage{ctex}" if chinese else r"\usepackage{fontspec}")
    font = (
        f" with a font (\\setmainfont) that has {' '.join(f'U+{ord(sign):04X}' for sign in others)}" if others else ""
    )
    return ", ".join(packages) + (f" and XeLaTeX{font}" if len(packages) > 1 else "")


def harmless(text: str) -> str:
    """Text in which LaTeX sees no commands, wherever in a row it stands."""
    text = text.replace(ISOLATE, "").replace(END, "").replace("<=", "≤").replace(">=", "≥")
    text = re.sub(r"[\\~^<>&%$#_{}\N{MINUS SIGN}\N{MULTIPLICATION SIGN}≤≥±μσ]", lambda f: _SPECIAL[f[0]], text)
    return re.sub(r"^([\[*])", r"{\1}", text)  # after a row's end these would be its options


_SPECIAL = {
    **{sign: "\\" + sign for sign in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": "$<$",
    ">": "$>$",
    "\N{MINUS SIGN}": "$-$",
    "\N{MULTIPLICATION SIGN}": r"$\times$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "±": r"$\pm$",
    "μ": r"$\mu$",
    "σ": r"$\sigma$",
}


def _said(value: object) -> str:
    return true_minus(number(value) if isinstance(value, float) else str(value))


def _column(cells: Sequence[str], heads: Sequence[str]) -> Column:
    """Numbers to the right, their points under each other below a head; intervals around their `to`; text to the left."""
    filled = [cell for cell in cells if cell not in ("", "-")]
    blank = ["--" if cell == "-" else cell for cell in cells]
    if filled and all(_NUMBER.fullmatch(cell) for cell in filled):
        found = [_NUMBER.fullmatch(cell) for cell in cells]
        pads = _pads([f[1] if f else "" for f in found], heads)
        return Column("r", [harmless(c) + pad for c, pad in zip(blank, pads, strict=True)])
    if filled and all(_INTERVAL.fullmatch(cell) for cell in filled):
        ends = [_INTERVAL.fullmatch(cell) for cell in cells]
        low, high = (_pads([f[i] if f else "" for f in ends], heads) for i in (1, 3))
        ends_in_cells = [
            f"{harmless(f[1])}{low[i]} & {f[2].strip()} & {harmless(f[3])}{high[i]}"
            if f
            else rf"\multicolumn{{3}}{{c}}{{{blank[i]}}}"
            for i, f in enumerate(ends)
        ]
        return Column("r@{ }c@{ }r", ends_in_cells, 3)
    told = [cell for cell in filled if not cell.startswith("[")]
    right = 2 * sum(1 for cell in told if _ESTIMATE.fullmatch(cell)) > len(told)
    bracketed = right and any(cell.endswith("]") for cell in filled)
    ends_with = [r"\phantom{]}" if bracketed and cell and not cell.endswith("]") else "" for cell in cells]
    return Column("r" if right else "l", [harmless(c) + end for c, end in zip(blank, ends_with, strict=True)])


def _pads(numbers: Sequence[str], heads: Sequence[str]) -> list[str]:
    """Behind each number what is not seen and fills it up to the decimals of the longest below the same head."""
    pads = list[str]()
    for _, group in groupby(zip(numbers, heads, strict=True), lambda one: one[1]):
        decimals = [number.partition(".")[1:] if number else None for number, _ in group]
        most = max((len(found[1]) for found in decimals if found), default=0)
        for found in decimals:
            pad = ("" if found[0] else ".") + "0" * (most - len(found[1])) if found and len(found[1]) < most else ""
            pads.append(rf"\phantom{{{pad}}}" if pad else "")
    return pads


def _head(titles: Sequence[Sequence[str]], columns: Sequence[Column]) -> Iterator[str]:
    """The titles, in as many lines as the longest needs, the last line just above the rule."""
    height = max(map(len, titles), default=1)
    for i in range(height):
        cells = []
        for title, column in zip(titles, columns, strict=True):
            said = title[i - height + len(title)] if i >= height - len(title) else ""
            said = _SYMBOLS.get(said) or harmless(said)
            plain = column.align == "l" or (not said and column.span == 1)
            cells.append(said if plain else rf"\multicolumn{{{column.span}}}{{c}}{{{said}}}")
        yield " & ".join(cells) + r" \\"


def _lines(text: str, width: int) -> list[str]:
    """The text in lines of at most so many letters; Chinese breaks between any two signs, but no number or bracket."""
    lines = list[str]()
    for part in text.split("\n"):
        if not _CHINESE.search(part):
            lines += textwrap.wrap(part, width, break_long_words=False) or [""]
            continue
        line = ""
        for piece in _CHINESE_PIECE.findall(part):
            if line and _width(line + piece) > width:
                lines, line = [*lines, line.strip()], ""
            line += piece
        lines.append(line.strip())
    return lines


def _width(text: str) -> int:
    return len(text) + len(_CHINESE.findall(text))


def _size(width: float) -> str:
    """The largest size of letters in which a line of this width has room on a page."""
    return next((size for size, of in SIZES.items() if width * of <= PAGE), list(SIZES)[-1])
