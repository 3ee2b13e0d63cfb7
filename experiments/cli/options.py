"""Options that several commands share, and how what is said after them is read."""

import re
from collections.abc import Callable
from pathlib import Path

import click

from experiments.spoken import speak, spoken
from experiments.study.drawn import LETTERS, WIDE


def changes_said(_context: click.Context, _option: click.Parameter, said: tuple[str, ...]) -> dict[str, str]:
    """What each `path=value` says, by path."""
    changes = {}
    for one in said:
        path, equals, value = one.partition("=")
        if not equals or not path.strip():
            raise click.BadParameter(spoken("{one!r} is not path=value, as in moving.annual_rate=0.2", one=one))
        changes[path.strip()] = value.strip()
    return changes


def shard_said(_context: click.Context, _option: click.Parameter, said: str | None) -> tuple[int, int]:
    """Which of how many parts."""
    if not said:
        return 1, 1
    number, _, of = said.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise click.BadParameter(spoken("{said!r} is not a shard such as 3/20", said=said))
    return int(number), int(of)


def limit_said(_context: click.Context, _option: click.Parameter, said: str | None) -> float:
    """Seconds, from a time such as 90s, 10m or 1h; 0 where none is said."""
    if said is None:
        return 0.0
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?([smh])", said.strip())
    seconds = float(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]] if found else 0.0
    if seconds <= 0:
        raise click.BadParameter(
            spoken("{said!r} is not a time; expected a number above 0 with s, m or h: 90s, 10m, 1h", said=said)
        )
    return seconds


def cluster_said(_context: click.Context, _option: click.Parameter, said: str) -> str:
    """The address of a cluster, or nothing."""
    _, scheme, where = said.partition("dask://")
    if said and (not scheme or (where != "local" and not where.rpartition(":")[2].isdigit())):
        raise click.BadParameter(spoken("{said!r} is neither dask://HOST:PORT nor dask://local", said=said))
    return said


def put(text: str, to: Path) -> None:
    """Write what a command made to the file after `--to`, in a folder that is made where it is not there."""
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.BadParameter(f"{to}: {error.strerror or error}", param_hint="--to") from None


SET = click.option(
    "--set",
    "changes",
    multiple=True,
    callback=changes_said,
    metavar="PATH=VALUE",
    help="Change a value; may be repeated.",
)


def _speak(_context: click.Context, _option: click.Parameter, said: str | None) -> None:
    """Print in this language, if one is said here."""
    if said:
        speak(said)


LANG = click.option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    expose_value=False,
    callback=_speak,
    help="Language of what is printed [the system's]; files are the same in either.",
)


def study_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which study is meant."""
    for option in (
        SET,
        click.option("--replicates", type=click.IntRange(1), help="Runs of every arm at every point."),
        click.option(
            "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder of the results [results/STUDY]."
        ),
        click.argument("study"),
    ):
        command = option(command)
    return command


POINTS = click.option(
    "--points",
    type=click.IntRange(1, 1_000_000),
    help="How many points the study may have [20000]; more are refused, as seldom meant.",
)


def width_said(_context: click.Context, _option: click.Parameter, said: str | None) -> float | None:
    """Millimetres, from a number or a name."""
    from experiments.reporting.figures.style import WIDTHS

    if said is None:
        return None
    wide = WIDTHS.get(said) or (float(said) if re.fullmatch(r"\d+(\.\d+)?", said) else 0.0)
    if not WIDE[0] <= wide <= WIDE[1]:
        raise click.BadParameter(
            spoken("{said!r}; expected one of {widths}, or 40 to 1000 millimetres", said=said, widths=", ".join(WIDTHS))
        )
    return wide


def figure_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say how figures look; what is not said stands in the study (`figures`)."""
    for option in (
        click.option(
            "--size", type=click.FloatRange(*LETTERS), help="Size of the letters in points [the study's, or 7]."
        ),
        click.option(
            "--width",
            callback=width_said,
            help="single (89 mm), wide (136), double (183), slide (240), or millimetres [the study's, or double].",
        ),
    ):
        command = option(command)
    return command
