"""Media: how a text enters a page, a table of Markdown and the name of a file, so that it stays text and nothing else.

Each medium has one door: the terminal `terminal.py`, figures `figures/lettering.py`, LaTeX `latex.py`, Stata and Excel
`tables.py`, and these here. A test sees to it that nobody goes around them.
"""

import hashlib
import html
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

CHINESE = "\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
"""Chinese letters and points, between which no space stands."""
ISOLATE, END = "\u2068", "\u2069"
"""Unicode's marks around what is to be set in an order of its own; names themselves never hold them."""
TURNING = ("R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO")
"""Kinds of letters and marks that change the order of what stands beside them."""
LONGEST_NAME = 60
"""Letters of a file's name; file systems take 255 bytes, of which a Chinese letter needs three."""


def in_html(text: object) -> str:
    """Text for a page; what is set apart (see `apart`) is so there too."""
    return html.escape(str(text)).replace(ISOLATE, "<bdi>").replace(END, "</bdi>")


def attribute(text: object) -> str:
    """Text for an attribute, between quotes, or for a page's title, where no marks may stand."""
    return html.escape(str(text).replace(ISOLATE, "").replace(END, ""))


def table_in_html(table: "pd.DataFrame", kind: str = "") -> str:
    """A table for a page: every head and cell is text, in which only a line break is one."""

    def row(cells: "list[str]", tag: str) -> str:
        return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"

    def said(value: object) -> str:
        return "" if value is None or value != value else in_html(value).replace("\n", "<br>")

    head = row([said(name) for name in table], "th")
    body = "".join(row([said(value) for value in cells], "td") for cells in table.itertuples(index=False, name=None))
    return f'<div class="wide {kind}"><table><thead>{head}</thead><tbody>{body}</tbody></table></div>'


def in_markdown(text: object) -> str:
    """Text for a page of Markdown or a cell of its tables: nothing in it is a mark."""
    plain = " ".join(str(text).split())
    return re.sub(r"([\\`*_\[\]<>|#$&~])", r"\\\1", plain)


def file_name(text: str, taken: set[str]) -> str:
    """A name for a file, on every system, that no other has (`taken` grows by it), also where case does not count.

    Letters, digits, _ and - stay; a text of which something was lost ends with letters that stand for the whole of it.
    """
    plain = re.sub(r"[^\w-]+", "-", unicodedata.normalize("NFC", text))
    short = plain[:LONGEST_NAME].strip("-")
    if plain != text or short != plain or short.casefold() in taken:
        short = f"{short}-{hashlib.sha256(text.encode()).hexdigest()[:8]}".strip("-")
    name, again = short, 2
    while name.casefold() in taken:
        name, again = f"{short}-{again}", again + 1
    taken.add(name.casefold())
    return name


def among(name: str) -> str:
    """A name among Chinese words: a space sets other letters apart from them, and Chinese ones not."""
    name = apart(name)
    return re.sub(rf"(?<=[^{CHINESE}])\Z", " ", re.sub(rf"\A(?=[^{CHINESE}])", " ", name))


def apart(name: str) -> str:
    """A name in a sentence: where its letters run from right to left it is set apart, so that it turns no numbers beside it.

    So is a name that begins with _, which figures would else take for one that is not to be shown.
    """
    if name.startswith(ISOLATE):
        return name
    turns = name.startswith("_") or any(unicodedata.bidirectional(letter) in TURNING for letter in name)
    return f"{ISOLATE}{name}{END}" if turns else name
