"""Style: sizes in millimetres, colours that colour-blind readers and grey printers can tell apart, files that repeat.

Sources: okabe2008
"""

import contextlib
import logging
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from experiments.reporting.escape import apart
from experiments.reporting.figures.lettering import in_lines, in_one_line, length, lettered
from experiments.reporting.figures.lettering import points as points
from experiments.reporting.figures.lettering import wrapped as wrapped
from experiments.spoken import spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

type Language = Literal["en", "zh"]

WIDTHS = {"single": 89.0, "wide": 136.0, "double": 183.0, "slide": 240.0}
"""Widths of a figure in mm: one and a half and two columns of the usual journals, and a slide."""

COLOURS = ("#000000", "#0072B2", "#E69F00", "#009E73", "#56B4E9", "#D55E00", "#CC79A7", "#8C6D00")
"""Okabe and Ito's colours; the first arm is black. The first four, and any two in turn, differ in grey print too."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")
LINES: tuple[Any, ...] = (
    "-", "-", (0, (5, 1.2)), (0, (1.6, 1)), (0, (6, 1, 1.5, 1)), (0, (3, 1)), (0, (6, 1, 1.5, 1, 1.5, 1)), (0, (9, 2)),
)  # fmt: skip
"""Strokes of arms, so that grey print tells them apart besides their markers."""
TIERS = ("#d9d9d9", "#9ecae1", "#4292c6", "#08306b")
"""Tiers 0-3, from pale to dark."""
GREY = "0.35"
SMALL = 0.833
"""Small letters, as a share of the usual ones (the library's `small`)."""

FONTS = ("Arial", "Helvetica", "Helvetica Neue", "Liberation Sans", "Arimo", "Nimbus Sans", "TeX Gyre Heros")
"""What journals ask for, then twins of the same measures; where none is there, DejaVu Sans, which comes with matplotlib."""
CHINESE_FONTS = (
    "WenQuanYi Micro Hei", "Droid Sans Fallback", "LXGW WenKai", "Microsoft YaHei", "SimHei", "PingFang SC",
    "Hiragino Sans GB", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei",
)  # fmt: skip


class FontError(Exception):
    """No font on this system can write the labels. `str()` says what to install."""


@dataclass(frozen=True)
class Look:
    """How figures look: width (mm), language of the labels and size of the letters (points)."""

    width: float = WIDTHS["double"]
    language: Language = "en"
    size: float = 7.0

    @property
    def scale(self) -> float:
        """How many times as large letters, and what they need, are as usual."""
        return self.size / 7

    def say(self, english: str, chinese: str) -> str:
        """The text in the language of the figure."""
        return chinese if self.language == "zh" else english


@contextlib.contextmanager
def styled(look: Look) -> Iterator[None]:
    """Draw in our style. Raises FontError when Chinese labels are asked for and no font has them."""
    import matplotlib as mpl

    with mpl.rc_context(fname=str(Path(__file__).with_name("paper.mplstyle"))):
        mpl.rcParams["font.family"] = families(look.language)
        for name in (
            "font.size",
            "axes.titlesize",
            "axes.labelsize",
            "xtick.labelsize",
            "ytick.labelsize",
            "legend.fontsize",
        ):
            mpl.rcParams[name] *= look.scale
        # the bold letters of panels are Latin; that the Chinese font has no bold is no news
        logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
        yield


def families(language: Language) -> list[str]:
    """The font families that this system has, best first."""
    from matplotlib import font_manager

    there = {font.name for font in font_manager.fontManager.ttflist}
    if language == "zh" and not there & set(CHINESE_FONTS):
        _look_again()
        there = {font.name for font in font_manager.fontManager.ttflist}
    found = [*[name for name in FONTS if name in there][:1], "DejaVu Sans"]
    if language == "zh":
        chinese = [name for name in CHINESE_FONTS if name in there][:1]
        if not chinese:
            raise FontError(
                spoken("No font with Chinese characters was found. On Debian or Ubuntu: apt install fonts-wqy-microhei")
            )
        found = [*found, *chinese]
    return list(dict.fromkeys(found))


def _look_again() -> None:
    """Fonts that were installed after matplotlib wrote its list of fonts."""
    from matplotlib import font_manager

    known = {font.fname for font in font_manager.fontManager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        with contextlib.suppress(Exception):  # a damaged font is no font
            font_manager.fontManager.addfont(path)


def figure(
    look: Look, height: float, columns: int = 1, rows: int = 1, used: int | None = None, **shape: Sequence[float]
) -> "tuple[Figure, list[Axes]]":
    """A figure of the look's width and this height (mm), and its panels in reading order: all, or the first so many.

    `shape` may hold width_ratios and height_ratios.
    """
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(look.width / 25.4, height * look.scale / 25.4), layout="constrained")
    panels = list(drawn.subplots(rows, columns, squeeze=False, gridspec_kw=dict(shape)).flat)
    for panel in panels[used:] if used is not None else ():
        panel.set_visible(False)
    return drawn, panels[:used]


def shape_of(panels: int, most: int) -> tuple[int, int]:
    """Columns (`most` of them at the most) and rows for so many panels, as even as can be: five are three and two."""
    rows = -(-panels // most)
    return -(-panels // rows), rows


def across(look: Look, panels: int, each: float, most: int = 9) -> tuple[int, int]:
    """Columns and rows for so many panels, when each needs this width (mm) to be read."""
    return shape_of(panels, max(1, min(most, int(look.width / (each * look.scale)))))


def colour(position: int) -> str:
    """The colour of the arm at this position: an arm keeps it in every figure."""
    return COLOURS[position % len(COLOURS)]


def marker(position: int, length: int) -> dict[str, Any]:
    """How an arm's line is marked besides its colour: a few markers, set apart from those of other arms."""
    step = max(length // 6, 1)
    return {
        "marker": MARKERS[position % len(MARKERS)],
        "markevery": ((position * step // 4) % step if length > 1 else 0, step),
        "markeredgecolor": "white",
        "markeredgewidth": 0.4,
    }


LARGEST = 5.0
"""How many times the first arm's mean an end of an interval may be for shares of that mean to be said."""


def is_share(reference: float, low: float, high: float) -> bool:
    """Whether a difference with this interval can be told as a share of the first arm's mean: not where that is almost nothing."""
    known = math.isfinite(low) and math.isfinite(high)
    return known and reference > 0 and max(abs(low), abs(high)) <= LARGEST * reference and high - low <= reference


def percent(row: "Mapping[str, Any]") -> str:
    """An effect in per cent of the first arm's mean, as exactly as its interval deserves; nothing where it says nothing."""
    if not is_share(row["reference"], row["low"], row["high"]) or row["low"] == row["high"] == 0:
        return ""
    places = places_of(100 * row["low"] / row["reference"], 100 * row["high"] / row["reference"], most=1)
    said = f"{row['effect'] / row['reference']:+z.{places}%}"
    return minus(said) if re.search("[1-9]", said) else said.lstrip("+")


def first_of(shown: int, there: int, look: "Look") -> str:
    """That not all arms are drawn, as the beginning of a caption; nothing where all are."""
    return look.say(f"The first {shown} of {there} arms. ", f"共{there}组，绘前{shown}组。") if shown < there else ""


def begun(said: str) -> str:
    """What is said, as the beginning of a sentence."""
    return said[:1].upper() + said[1:]


def stroke(position: int, length: int) -> dict[str, Any]:
    """How an arm's line is drawn besides its colour: its markers, and a stroke that grey print tells apart."""
    return {**marker(position, length), "linestyle": LINES[position % len(LINES)]}


def decimals(width: float) -> int:
    """Decimals that an interval of this width deserves."""
    return max(0, min(8, 1 - math.floor(math.log10(width)))) if width > 0 and math.isfinite(width) else 4


FINEST = 12
"""Decimals beyond which a number is nothing but what a computer leaves of a sum."""


def places_of(low: float, high: float, *ends: float, most: int = 8) -> int:
    """Decimals for an interval and what lies in it: as many as its width deserves (`most` at the most), and more where an end
    that is not 0 would be written as 0, so that what is written never contradicts what the interval says.
    """
    places = min(decimals(high - low), most)
    for end in (low, high, *ends):
        if math.isfinite(end) and something(f"{end:.{FINEST}f}"):
            places = next(p for p in range(places, FINEST + 1) if something(f"{end:.{p}f}"))
    return places


def something(said: str) -> bool:
    """Whether a number as it is written is not 0."""
    return re.search("[1-9]", said) is not None


def minus(text: str) -> str:
    """Numbers with a true minus sign; nothing is nothing on either side of it."""
    return re.sub(r"-(?=0(?:\.0+)?(?![\d.]))", "", text).replace("-", "\N{MINUS SIGN}")


def letter(panel: "Axes", position: int, title: str = "") -> None:
    """Give a panel its title in as many lines as its width asks for and, where there are others, its bold small letter before it."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    place, drawn = panel.get_subplotspec(), panel.get_figure()
    if title and place is not None and isinstance(drawn, Figure):
        ratios: list[float] = list(place.get_gridspec().get_width_ratios())  # type: ignore[arg-type]
        own = ratios[place.colspan.start] / sum(ratios)
        title = wrapped(title, max(0.8 * own * _width(drawn) - 9, 16), points())

    if isinstance(drawn, Figure) and sum(one.get_visible() for one in drawn.axes) == 1:
        panel.set_title(title or " ", loc="left")
        return
    # Not in one string with bold mathematics: that would put Chinese titles into a font that lacks them.
    indented = title.replace("\n", "\n      ")
    panel.set_title(f"      {indented}" if title else " ", loc="left")
    size, lines = mpl.rcParams["axes.titlesize"], title.count("\n")
    panel.annotate(
        chr(97 + position), (0, 1), (0, mpl.rcParams["axes.titlepad"] + 1.2 * size * lines), "axes fraction", "offset points",
        fontsize=size, fontweight="bold", va="baseline", ha="left",
    )  # fmt: skip


def weeks(panel: "Axes", last: int, look: Look, most: int = 6) -> None:
    """A time axis in weeks with whole quarters or years as ticks, `most` of them at the most."""
    panel.set_xlabel(look.say("Week", "周"))
    panel.set_xlim(0, last)
    step = next((s for s in (4, 13, 26, 52, 104, 260, 520) if last / s <= most), 1040)
    panel.set_xticks(range(0, last + 1, step))


def ticks(panel: "Axes", heights: Sequence[float], names: Sequence[str], *, named: bool = True) -> None:
    """Names of rows at the left of a panel; `named=False` where the panel beside it has them."""
    panel.set_yticks(heights, [in_lines(name) for name in names] if named else [""] * len(names))
    panel.tick_params(axis="y", length=0)
    panel.spines["left"].set_visible(False)


def row_height(names: Sequence[str], least: float) -> float:
    """Height (mm) of a row that holds any of these names."""
    return max(least, 3.1 * max((in_lines(name).count("\n") + 1 for name in names), default=1))


def legend(drawn: "Figure", columns: int, of: "Axes | None" = None) -> None:
    """The names of all lines (or of one panel's) above the panels, to be read row by row, in as many columns as fit."""
    panels = [of] if of is not None else drawn.axes
    found = [
        (line, in_lines(str(label)))
        for panel in panels
        for line, label in zip(*panel.get_legend_handles_labels(), strict=True)
    ]
    if not found:
        return
    widest = 10 + max(length(line, points()) for _, label in found for line in label.splitlines())
    columns = max(1, min(columns, len(found), int(_width(drawn) / widest)))
    rows = range(0, len(found), columns)
    # the library fills column by column
    ordered = [found[row + at] for at in range(columns) for row in rows if row + at < len(found)]
    drawn.legend(*zip(*ordered, strict=True), loc="outside upper left", ncols=columns)


def at_ends(panel: "Axes", tall: float, most: int = 9) -> bool:
    """The names of a panel's lines at their right ends, apart from each other; False, and nothing done, for more than `most`.

    `tall`: about how high the panel is (mm).
    """
    lines = [line for line in panel.get_lines() if not str(line.get_label()).startswith("_")]
    if not 0 < len(lines) <= most:
        return False
    low, high = panel.get_ylim()
    names = [in_lines(str(line.get_label())) for line in lines]
    ends = [float(np.asarray(line.get_ydata(), float)[-1]) for line in lines]
    heights = [1.25 * (name.count("\n") + 1) * points(SMALL) / 72 * 25.4 * (high - low) / tall for name in names]
    order = sorted(range(len(lines)), key=lambda i: ends[i])
    places = _apart([ends[i] for i in order], [heights[i] for i in order], low, high)
    for i, place in zip(order, places, strict=True):
        own = {"arrowstyle": "-", "color": lines[i].get_color(), "linewidth": 0.6, "shrinkA": 0, "shrinkB": 0}
        panel.annotate(
            names[i], (1, ends[i]), (1.06, place), ("axes fraction", "data"), ("axes fraction", "data"),
            va="center", ha="left", fontsize="small", arrowprops=own | {"relpos": (0, 0.5)}, annotation_clip=False,
        )  # fmt: skip
    return True


def _apart(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Places as near as can be to the wanted ones (from low to high) at which labels of these heights do not overlap."""
    places = list(wanted)
    for _ in range(200):
        moved = False
        for i in range(len(places) - 1):
            over = (heights[i] + heights[i + 1]) / 2 - (places[i + 1] - places[i])
            if over > 1e-9 * (high - low):
                places[i], places[i + 1], moved = places[i] - over / 2, places[i + 1] + over / 2, True
        if not moved:
            break
    up = max(0.0, low + heights[0] / 2 - places[0])
    places = [place + up for place in places]
    down = max(0.0, places[-1] + heights[-1] / 2 - high)
    return [place - down for place in places]


def caption(drawn: "Figure", text: str) -> None:
    """What is shown, with n and interval, below the panels, in lines that fit the figure."""
    drawn.supxlabel(wrapped(text, 0.97 * _width(drawn), points(SMALL)), fontsize="small", color=GREY, x=0.01, ha="left")


def _width(drawn: "Figure") -> float:
    return float(drawn.get_figwidth()) * 25.4


def full_names(drawn: "Figure", names: Mapping[str, str]) -> None:
    """Below the caption every name that had no room in the figure, whole; the figure grows by these lines."""
    told = [f"{short} = {apart(name)}" for name, short in names.items() if short != apart(name)]
    if not told:
        return
    more = "\n".join(wrapped(one, 0.97 * _width(drawn), points(SMALL)) for one in told)
    drawn.supxlabel(f"{drawn.get_supxlabel()}\n{more}".strip(), fontsize="small", color=GREY, x=0.01, ha="left")
    drawn.set_figheight(drawn.get_figheight() + points(SMALL) * 1.2 / 72 * (more.count("\n") + 1))


SHOWS = "Shows"
"""Under which name a PNG says what it shows, without the study's title."""


def save(
    drawn: "Figure",
    path: Path,
    formats: Sequence[str] = ("pdf", "png"),
    title: str = "",
    about: str = "",
    shows: str = "",
) -> list[Path]:
    """Write the figure as path.pdf, path.png ..., each with its title and what it is about; the same figure gives the same bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    said = {name: in_one_line(text) for name, text in (("Title", title), ("Description", about)) if text}
    pdf = {"Subject" if name == "Description" else name: text for name, text in said.items()}
    png = said | ({SHOWS: in_one_line(shows)} if shows else {})
    metadata = {"pdf": {"CreationDate": None, **pdf}, "svg": {"Date": None, **said}, "png": {"Software": None, **png}}
    path.parent.mkdir(parents=True, exist_ok=True)
    lettered(drawn)
    # Each format measures letters a little differently: places are found once, always by the same measure.
    FigureCanvasAgg(drawn).draw()  # type: ignore[no-untyped-call]
    drawn.set_layout_engine("none")
    written = [path.with_name(f"{path.name}.{kind}") for kind in formats]
    for kind, file in zip(formats, written, strict=True):
        drawn.savefig(file, format=kind, metadata=metadata[kind])
    return written
