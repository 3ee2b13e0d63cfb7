"""The command line: `linli run STUDY` and its neighbours. Heavy imports stand where they are used."""

import errno
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from experiments.cli import lessons, model, studies
from experiments.cli.in_words import Context, Group, click_speaks, every_command, language_in
from experiments.cli.options import LANG
from experiments.cli.problems import framed
from experiments.runs.streams import patient
from experiments.spoken import speak, spoken


class _Linli(Group):
    """The command; bad input ends with a sentence and exit code 2, never with a traceback."""

    def main(self, args: Sequence[str] | None = None, *more: Any, **kwargs: Any) -> Any:
        """Begin; a reader who leaves before the end (`| head`) ends neither the study nor the command badly."""
        patient()
        speak(language_in(sys.argv[1:] if args is None else args))
        if sys.flags.optimize > 1:
            click.echo(
                spoken("python -OO takes away the sentences by which the model describes itself; use python -O."),
                err=True,
            )
            sys.exit(2)
        return super().main(args, *more, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        warnings.formatwarning = _as_a_line(warnings.formatwarning)
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            stopped = spoken("Stopped. Finished runs are kept; the same command goes on from there.")
            click.echo(f"\n{stopped}", err=True)
            sys.exit(130)
        except Exception as error:
            if type(error).__name__ in ("ConfigError", "StoreError", "FontError", "StudyError"):
                problems = getattr(error, "problems", ())
                click.echo("\n".join(map(framed, problems)) if problems else str(error), err=True)
                sys.exit(2)
            if isinstance(error, OSError) and error.errno in _THE_MACHINES:
                where = f"{error.filename}: " if error.filename else ""
                safe = spoken("Finished runs are safe; mend this and run again.")
                click.echo(f"{where}{error.strerror}. {safe}", err=True)
                sys.exit(2)
            raise


def _as_a_line(otherwise: Callable[..., str]) -> Callable[..., str]:
    """How a line about a user's own file is printed: without the place in the program that said it."""

    def formatted(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> str:
        if category.__name__ == "FileNote":
            return f"{message}\n"
        return otherwise(message, category, *where, **more)

    return formatted


_THE_MACHINES = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)
"""A full disk or a folder that must not be written to: no fault of the program, so a sentence is enough."""


def _version(context: click.Context, _option: click.Parameter, asked: bool) -> None:
    """Say the version, of sources that are not installed too."""
    if asked:
        from experiments.version import version

        click.echo(f"{context.find_root().info_name}, version {version()}")
        context.exit()


@click.group(cls=_Linli, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version and exit."
)
@LANG
def main() -> None:
    """Linli: community volunteer services, from participation to welfare."""


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8642, help="Port [8642]; 0 takes any free one.")
@click.option("--no-browser", is_flag=True, help="Do not open the page; say its address only.")
@click.option("--lan", is_flag=True, help="Let phones and laptops of the same network join with a room code.")
def classroom(port: int, no_browser: bool, lan: bool) -> None:
    """Open the live page for teaching: two worlds with common random numbers, lessons, a class that plays."""
    try:
        from classroom.app import serve
    except ModuleNotFoundError as error:
        raise click.ClickException(spoken("the classroom needs {name}: pip install {name}", name=error.name)) from None
    try:
        serve(port, lan=lan, browser=not no_browser, say=click.echo)
    except OSError as error:
        raise click.ClickException(
            spoken("port {port}: {error}; choose another with --port", port=port, error=error.strerror or error)
        ) from None


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--port", type=click.IntRange(0, 65535), default=8643, help="Port [8643]; 0 takes any free one.")
@click.option("--workers", type=click.IntRange(0), default=0, help="Runs at a time [all processors].")
@click.option("--no-browser", is_flag=True, help="Do not open the page; say its address only.")
def desk(folder: Path, port: int, workers: int, no_browser: bool) -> None:
    """Open a page to ask, run, read and take away studies without writing files; they are kept in FOLDER [this one]."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.chdir(folder)
    except OSError as error:
        raise click.BadParameter(f"{folder}: {error.strerror or error}", param_hint="FOLDER") from None
    from desk.app import serve

    try:
        serve(port, Path.cwd(), workers=workers, browser=not no_browser, say=click.echo)
    except OSError as error:
        raise click.ClickException(
            spoken("port {port}: {error}; choose another with --port", port=port, error=error.strerror or error)
        ) from None


click_speaks()
for _command in (*studies.COMMANDS, *model.COMMANDS, *lessons.COMMANDS):
    main.add_command(_command)
for _, _command in every_command(main, Context(main)):
    _command.context_class = Context
    if not any(option.name == "lang" for option in _command.params):
        LANG(_command)
LANG(lessons.lessons)
