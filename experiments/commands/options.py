"""Options that several commands share, and how what is said after them is read."""

from collections.abc import Callable
from pathlib import Path

import click


def changes_said(_context: click.Context, _option: click.Parameter, said: tuple[str, ...]) -> dict[str, str]:
    """What each `path=value` says, by path."""
    changes = {}
    for one in said:
        path, equals, value = one.partition("=")
        if not equals or not path.strip():
            raise click.BadParameter(f"{one!r} is not path=value, as in moving.annual_rate=0.2")
        changes[path.strip()] = value.strip()
    return changes


def shard_said(_context: click.Context, _option: click.Parameter, said: str | None) -> tuple[int, int]:
    """Which of how many parts."""
    if not said:
        return 1, 1
    number, _, of = said.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise click.BadParameter(f"{said!r} is not a shard such as 3/20")
    return int(number), int(of)


def cluster_said(_context: click.Context, _option: click.Parameter, said: str) -> str:
    """The address of a cluster, or nothing."""
    _, scheme, where = said.partition("dask://")
    if said and (not scheme or (where != "local" and not where.rpartition(":")[2].isdigit())):
        raise click.BadParameter(f"{said!r} is neither dask://HOST:PORT nor dask://local")
    return said


SET = click.option(
    "--set",
    "changes",
    multiple=True,
    callback=changes_said,
    metavar="PATH=VALUE",
    help="Change a value; may be repeated.",
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
