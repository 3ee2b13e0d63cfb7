"""Figures, one file each: `draw(tables, look)` yields a name and a figure for everything it can show of these tables.

A new figure is a new file in this folder: it is found by itself.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Literal

from experiments.reporting.escape import file_name
from experiments.reporting.figures.lettering import short_names
from experiments.reporting.figures.style import Look, full_names, save, styled
from experiments.reporting.figures.tables import Tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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


def title_in(stem: str, tables: Tables, look: Look) -> str:
    """The title of a drawn figure, by the name of its file: the study, what is shown, and of which outcome."""
    metric, (title, _) = stem.partition("-")[2], about(stem)
    of = tables.metrics[metric].say(look.language) + look.say(": ", "：") if metric in tables.metrics else ""
    return f"{tables.title}{look.say('. ', '。')}{of}{look.say(*title)}"


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
    with styled(look):
        names = short_names(tables.arms)
    tables = tables.renamed(names, look)
    for name, draw in figures().items():
        if not only or name in only:
            with styled(look):
                for stem, drawn in draw(tables, look):
                    full_names(drawn, names)
                    told = title_in(stem, tables, look), drawn.get_supxlabel()
                    written += save(drawn, folder / file_name(stem, taken), formats, *told)
            gc.collect()  # a figure holds its canvases, and is held by its own parts
    return written
