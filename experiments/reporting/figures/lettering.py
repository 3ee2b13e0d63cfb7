"""Lettering: names in figures as they are - in fonts that have their letters, in lines that have room, told apart.

Every text of a figure passes here before the figure is written (`lettered`), whoever put it there.
"""

import re
import unicodedata
import warnings
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from experiments.reporting.escape import CHINESE, apart

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

ROOM = 33.0
"""Width (mm) of a line of a name in a figure, with letters of the usual size."""
LINES = 2
"""Lines of a name in a figure; a longer one stands whole below it."""
_JOINERS = "\u200b\u200c\u200d\u200e\u200f\u061c\u2068\u2069\ufe0e\ufe0f"
"""Letters without a shape of their own."""


def points(share: float = 1.0) -> float:
    """The size of letters (points) that are this share of a figure's usual ones."""
    from matplotlib import rcParams

    return share * float(rcParams["font.size"])


def length(text: str, size: float) -> float:
    """About how long (mm) a text of this size (points) is in this figure's font: a Chinese character is about as wide as it is high."""
    from matplotlib import rcParams

    own = tuple(rcParams["font.family"])
    shapes = (letter for letter in text if not unicodedata.combining(letter))
    return sum(1.03 if ord(letter) > 0x2E7F else _width(letter, own) for letter in shapes) * size / 72 * 25.4


@cache
def _width(letter: str, families: tuple[str, ...]) -> float:
    """How wide a letter is, as a share of its size, in the first of these fonts that is there."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=list(families)[:1], size=100)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that the font lacks is drawn in another one
        return float(text_to_path.get_text_width_height_descent(letter, font, False)[0]) / 100


def wrapped(text: str, width: float, size: float) -> str:
    """The text in lines no longer than this (mm), broken at spaces, between Chinese characters and, if need be, in words."""
    lines = [""]
    for piece in re.findall(r"\n|[（《]*(?:[\u2e80-\uffff]|[^\s\u2e80-\uffff]+)|[^\S\n]+", text):
        if piece != "\n" and (lines[-1] == "" or piece in "，。；：、）" or length(lines[-1] + piece, size) <= width):
            lines[-1] += piece
        else:
            lines.append(piece.strip())
        while length(lines[-1], size) > width and len(lines[-1]) > 1 and piece not in "，。；：、）":
            # letters of one word may all be wide ones
            fits = next(n for n in range(len(lines[-1]), 0, -1) if n == 1 or length(lines[-1][:n], size) <= 0.8 * width)
            lines[-1:] = [lines[-1][:fits], lines[-1][fits:]]
    return "\n".join(line.strip() for line in lines)


def evenly(text: str, width: float, size: float) -> str:
    """The text in as few lines as this width (mm) allows, and these about equally long: no word stands alone in the last.

    No line is longer than the width or, where a sign that closes stands over it, than the longest of the plain text.
    """
    plain = wrapped(text, width, size)
    fewest, most = plain.count("\n"), max(width, _longest(plain, size))
    even = (wrapped(text, share * width, size) for share in (0.55, 0.65, 0.75, 0.85, 0.95))
    return next((said for said in even if said.count("\n") <= fewest and _longest(said, size) <= most), plain)


def _longest(text: str, size: float) -> float:
    return max(length(line, size) for line in text.split("\n"))


def in_one_line(text: str) -> str:
    """What was broken into lines, as one: no space stands between Chinese letters."""
    return " ".join(re.sub(rf"(?<=[{CHINESE}])\n|\n(?=[{CHINESE}])", "", text).split())


def in_lines(name: str) -> str:
    """A name in as many lines as it has room for, of even length."""
    room = ROOM * points() / 7
    if length(name, points()) <= room:
        return name
    return min((wrapped(name, width * room, points()) for width in (0.6, 0.75, 0.9, 1.0)), key=lambda s: s.count("\n"))


def short_names(names: Sequence[str], room: float = 0.9 * LINES * ROOM) -> dict[str, str]:
    """Each name as a figure can write it and has room for it: whole, or its beginning and its end; no two alike."""
    found: dict[str, str] = {}
    for name in names:
        short = apart(_shortened(writable(" ".join(name.split()) or "\N{OPEN BOX}"), room))
        again, shown = 2, short
        while _seen(shown) in map(_seen, found.values()):
            shown, again = f"{short} ({again})", again + 1
        found[name] = shown
    return found


def _shortened(name: str, room: float) -> str:
    if length(name, 6.5) <= room:
        return name
    head, tail = name, name
    while length(head, 6.5) > 0.6 * room:
        head = head[:-1]
    while length(tail, 6.5) > 0.33 * room or unicodedata.combining(tail[0]) or tail[0] in _JOINERS:
        tail = tail[1:]
    return f"{head.strip()}\N{HORIZONTAL ELLIPSIS}{tail.strip()}"


def _seen(name: str) -> str:
    """What the eye sees of a name: letters composed or not, however joined, are the same."""
    return unicodedata.normalize("NFC", name.translate(dict.fromkeys(map(ord, _JOINERS))))


def writable(text: str) -> str:
    """The text with letters that no font of this system has named by their numbers, U+1F600."""
    from matplotlib import rcParams

    own = list(rcParams["font.family"])
    lacking = _lacking(text, own)
    return _named(text, _lacking(text, [*own, *_fonts_with(lacking)])) if lacking else text


def lettered(drawn: "Figure") -> None:
    """Give every text of a figure fonts that have its letters; a letter that no font has is named by its number, U+1F600."""
    from matplotlib import rcParams
    from matplotlib.text import Text

    own = list(rcParams["font.family"])
    for axis in (axis for panel in drawn.axes for axis in (panel.xaxis, panel.yaxis)):
        _ticks_lettered(axis, own)
    for text in drawn.findobj(Text):
        said = text.get_text()
        if lacking := _lacking(said, own):
            more = _fonts_with(lacking)
            text.set_fontfamily([*own, *more])
            text.set_text(_named(said, _lacking(said, [*own, *more])))


def _ticks_lettered(axis: "Axis", own: Sequence[str]) -> None:
    """The same for words at ticks, which an axis writes anew whenever it is drawn."""
    said = [tick.get_text() for tick in axis.get_ticklabels()]
    lacking = [_lacking(text, own) for text in said]
    if any(lacking):
        fonts = [*own, *_fonts_with("".join(lacking))]
        axis.set_ticks(axis.get_ticklocs(), [_named(text, _lacking(text, fonts)) for text in said])


def _named(text: str, letters: str) -> str:
    return text.translate({ord(letter): f"U+{ord(letter):04X}" for letter in letters})


def _lacking(text: str, families: Sequence[str]) -> str:
    """The letters of a text that none of these fonts has."""
    there = [_letters_of(family) for family in families]
    letters = (letter for letter in dict.fromkeys(text) if letter not in _JOINERS and not letter.isspace())
    return "".join(letter for letter in letters if not any(ord(letter) in font for font in there))


def _fonts_with(letters: str) -> list[str]:
    """Fonts of this system that have these letters, as few as are needed; some letters no font may have."""
    found, left = [], set(map(ord, letters))
    for family in _installed():
        if left & _letters_of(family):
            found.append(family)
            left -= _letters_of(family)
        if not left:
            break
    return found


@cache
def _installed() -> tuple[str, ...]:
    from matplotlib import font_manager

    return tuple(sorted({font.name for font in font_manager.fontManager.ttflist}))


@cache
def _letters_of(family: str) -> frozenset[int]:
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(font_manager.findfont(family, fallback_to_default=False)).get_charmap())
    except (ValueError, RuntimeError, OSError):  # named in a list and not there, or damaged
        return frozenset()
