"""Commands over the lessons of the classroom."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from experiments.cli.in_words import Group
from experiments.cli.problems import refused
from experiments.spoken import spoken

if TYPE_CHECKING:
    from classroom.lessons import Lesson


@click.group(cls=Group)
def lessons() -> None:
    """Lessons of the classroom: hold what they say against what the model does."""


@lessons.command()
@click.argument("what", default="", metavar="[LESSON|FOLDER]")
def check(what: str) -> None:
    """Run what every statement of LESSON says, or of all lessons in FOLDER [those that are shipped], over several lucks."""
    from classroom.checks import verdicts
    from classroom.links import wrong_links
    from classroom.state import StateError
    from sim import ConfigError

    failed = 0
    try:
        chosen = _chosen(what)
        if problems := [p for both in chosen.values() for one in both.values() for p in wrong_links(one)]:
            raise ConfigError(problems)
        for name, translations in chosen.items():
            told = list(verdicts(translations))
            for one in told:
                word = spoken("holds") if one.holds else spoken("FAILS")
                click.echo(f"{word}  {name}  {one.says}\n       {one.found}")
            failed += sum(not one.holds for one in told)
    except StateError as error:
        raise click.UsageError(refused(error)) from None
    whole = spoken("{failed} statements do not hold.", failed=failed) if failed else spoken("Every statement holds.")
    click.echo(whole)
    sys.exit(1 if failed else 0)


def _chosen(what: str) -> "dict[str, dict[str, Lesson]]":
    """Lessons by name and language: of a folder, of one file, or one of those that are shipped. Errors: StateError."""
    from classroom.lessons import lessons as known
    from classroom.state import StateError, unknown

    path = Path(what)
    if not what:
        return known()
    if path.is_dir():
        if not (found := known(path.resolve())):
            raise StateError(spoken("{what}: no lesson is there; a lesson is a file .md", what=what))
        return found
    if path.suffix == ".md" and path.is_file():
        name = path.stem.partition(".")[0]
        return {name: known(path.resolve().parent)[name]}
    if what not in known():
        raise unknown("lesson or folder", what, known())
    return {what: known()[what]}


COMMANDS = (lessons,)
