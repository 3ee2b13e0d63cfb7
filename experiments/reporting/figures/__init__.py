"""Figures, one file each: `draw(tables, look)` yields a name and a figure for everything it can show of these tables.

A new figure is a new file in this folder: it is found by itself.
"""

import gc
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Literal

from experiments.reporting.escape import file_name
from experiments.reporting.figures.lettering import short_names
from experiments.reporting.figures.style import SHOWS, Look, full_names, save, styled
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = ("pdf", "svg", "png")
"""Formats of figures."""

type Draw = Callable[[Tables, Look], Iterator[tuple[str, Figure]]]


def figures() -> dict[str, Draw]:
    """Every figure by its name."""
    names = [found.name for found in iter_modules(__path__) if found.name not in ("style", "tables", "lettering")]
    modules = {name: import_module(f"{__name__}.{name}") for name in names}
    return {name: module.draw for name, module in modules.items() if hasattr(module, "draw")}


ORDER = ("forest", "outcome", "groups", "plane", "funnel", "tiers", "network", "bank")
"""The order in which a report shows figures; what is not named here follows."""


def about(stem: str) -> tuple[tuple[str, str], tuple[str, ...]]:
    """Of a drawn figure, by the name of its file: its title in English and Chinese, and the tables that it was drawn from."""
    module = import_module(f"{__name__}.{stem.partition('-')[0]}")
    return module.TITLE, module.DATA


def _shown(stem: str, drawn: "Figure", tables: Tables, look: Look) -> tuple[str, str]:
    """What a figure shows, of which outcome, point or arm (its label): told apart from every other of the study; and after the study's title."""
    metric, (title, _) = stem.partition("-")[2], about(stem)
    of = tables.metrics[metric].say(look.language) + look.say(": ", "：") if metric in tables.metrics else ""
    label = str(drawn.get_label())
    which = look.say(f" ({label})", f"（{label}）") if label else ""
    stop = look.say(" ", "") if tables.title.endswith(tuple(".?!。？！")) else look.say(". ", "。")
    shows = f"{of}{look.say(*title)}{which}"
    return shows, f"{tables.title}{stop}{shows}"


@lru_cache(1000)
def _shows(path: Path, _at: int) -> str:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            return str(image.info.get(SHOWS, ""))
    except (OSError, UnidentifiedImageError):
        return ""


def shows(path: Path) -> str:
    """What a figure in a file shows, as it says itself, in its language: its own PNG or the one beside it; nothing for another picture."""
    png = path.with_suffix(".png")
    return _shows(png, png.stat().st_mtime_ns) if png.is_file() else ""


def needs(name: str) -> str:
    """What a study must have for this figure."""
    return str(import_module(f"{__name__}.{name}").NEEDS)


def in_order(drawn: Sequence[Path]) -> list[Path]:
    """Files of figures in the order in which a reader wants them."""
    places = {name: place for place, name in enumerate(ORDER)}
    return sorted(drawn, key=lambda path: places.get(path.stem.partition("-")[0], len(places)))


def wanted(what: Literal["OVER_TIME", "OF_RUNS"]) -> tuple[str, ...]:
    """The metrics, besides a study's outcomes, that some figure draws: their trajectories, or the means of runs."""
    names = [found.name for found in iter_modules(__path__)]
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return tuple(dict.fromkeys(metric for module in modules for metric in getattr(module, what, ())))


def draw_all(
    tables: Tables,
    folder: Path,
    look: Look | None = None,
    formats: Sequence[str] = ("pdf", "png"),
    only: Sequence[str] = (),
) -> list[Path]:
    """Draw every figure (or `only` some) that these tables can show into `folder`; returns the files."""
    look = look or Look()
    written: list[Path] = []
    taken = set[str]()
    for stem, drawn, *told in _each(tables, look, only):
        with styled(look):
            written += save(drawn, folder / file_name(stem, taken), formats, *told)
    return written


def _each(tables: Tables, look: Look, only: Sequence[str] = ()) -> Iterator[tuple[str, "Figure", str, str, str]]:
    """Every figure (or `only` some): the name of its file, itself, its title, its caption, and what it shows."""
    with styled(look):
        names = short_names(tables.arms)
    tables = tables.renamed(names, look)
    for name, draw in figures().items():
        if only and name not in only:
            continue
        with styled(look):
            for stem, drawn in draw(tables, look):
                full_names(drawn, names)
                what, title = _shown(stem, drawn, tables, look)
                yield stem, drawn, title, drawn.get_supxlabel(), what
        gc.collect()  # a figure holds its canvases, and is held by its own parts


@dataclass(frozen=True)
class Plot:
    """A drawn figure: a notebook shows it, `save` writes it, `figure` is matplotlib's."""

    name: str
    figure: "Figure" = field(repr=False)
    title: str
    caption: str = field(repr=False)
    look: Look = field(repr=False)

    def save(self, file: str | Path) -> Path:
        """Write it as .pdf, .svg or .png, as the name ends."""
        path = Path(file)
        if (kind := path.suffix[1:]) not in KINDS:
            raise ValueError(f"{path.name}: expected a name that ends with {', '.join(f'.{one}' for one in KINDS)}")
        with styled(self.look):
            return save(self.figure, path.with_suffix(""), [kind], self.title, self.caption)[0]

    def _repr_png_(self) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            return self.save(Path(folder) / "shown.png").read_bytes()


def plot(tables: Tables, name: str, look: Look) -> Plot:
    """One figure by its name: `forest`, or of several `outcome-cohesion`; the first of them for `outcome`.

    Errors: KeyError for a name that no figure has, or that these tables have nothing for.
    """
    kind = name.partition("-")[0]
    if kind not in figures():
        raise KeyError(f"no figure {name!r}; there are {', '.join(figures())}")
    seen = []
    for stem, drawn, title, caption, _ in _each(tables, look, (kind,)):
        if name in (stem, kind):
            return Plot(stem, drawn, title, caption, look)
        seen.append(stem)
    found = f"there are {', '.join(seen)}" if seen else f"it needs {needs(kind)}"
    raise KeyError(f"nothing to draw as {name!r}; {found}")
