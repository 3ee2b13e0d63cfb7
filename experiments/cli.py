"""The command line: `linli run STUDY` and its neighbours. Heavy imports stand where they are used."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from experiments.commands import COMMANDS

if TYPE_CHECKING:
    from experiments.design import Study


class _Linli(click.Group):
    """The command; bad input ends with a sentence and exit code 2, never with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            click.echo("\nStopped. Finished runs are kept; the same command goes on from there.", err=True)
            sys.exit(130)
        except Exception as error:
            if type(error).__name__ in ("ConfigError", "StoreError", "FontError", "StudyError"):
                click.echo(str(error), err=True)
                sys.exit(2)
            raise


@click.group(
    cls=_Linli, commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(package_name="linli")
def main() -> None:
    """Linli: community volunteer services, from participation to welfare."""


def _changes(_context: click.Context, _option: click.Parameter, said: tuple[str, ...]) -> dict[str, str]:
    changes = {}
    for one in said:
        path, equals, value = one.partition("=")
        if not equals or not path.strip():
            raise click.BadParameter(f"{one!r} is not path=value, as in moving.annual_rate=0.2")
        changes[path.strip()] = value.strip()
    return changes


def _shard(_context: click.Context, _option: click.Parameter, said: str | None) -> tuple[int, int]:
    if not said:
        return 1, 1
    number, _, of = said.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise click.BadParameter(f"{said!r} is not a shard such as 3/20")
    return int(number), int(of)


def _cluster(_context: click.Context, _option: click.Parameter, said: str) -> str:
    _, scheme, where = said.partition("dask://")
    if said and (not scheme or (where != "local" and not where.rpartition(":")[2].isdigit())):
        raise click.BadParameter(f"{said!r} is neither dask://HOST:PORT nor dask://local")
    return said


_SET = click.option(
    "--set", "changes", multiple=True, callback=_changes, metavar="PATH=VALUE", help="Change a value; may be repeated."
)


def _study_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which study is meant."""
    for option in (
        _SET,
        click.option("--replicates", type=click.IntRange(1), help="Runs of every arm at every point."),
        click.option(
            "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder of the results [results/STUDY]."
        ),
        click.argument("study"),
    ):
        command = option(command)
    return command


@main.command()
@_study_options
@click.option("--workers", type=click.IntRange(0), default=0, help="Runs at a time [all processors].")
@click.option("--by", type=click.Choice(["processes", "threads"]), default="processes", help="What workers are.")
@click.option(
    "--shard", callback=_shard, metavar="I/N", help="Do the I-th of N parts only, for job arrays over a shared folder."
)
@click.option(
    "--on", default="", callback=_cluster, metavar="ADDRESS", help="A Dask cluster: dask://HOST:PORT or dask://local."
)
@click.option("--retry", is_flag=True, help="Try failed runs again.")
@click.option(
    "--only", metavar="RUN", help="Perform one run here and now, keep nothing, and show its error if it has one."
)
@click.option("--csv", is_flag=True, help="Write the tables as CSV too.")
@click.option("--quiet", is_flag=True, help="Say nothing unless something is wrong.")
def run(
    study: str, changes: dict[str, str], replicates: int | None, out: Path | None, workers: int, by: str,
    shard: tuple[int, int], on: str, retry: bool, only: str | None, csv: bool, quiet: bool,
) -> None:  # fmt: skip
    """Run a study (a name or a file): tables, figures, a comparison of its arms. What is done is never done again."""
    from experiments.study import read_study

    asked = read_study(study, changes, replicates)
    if only:
        _run_one(asked, only)
        return
    from experiments.session import run_study

    failed = run_study(asked, out or Path("results") / asked.name, workers, by, shard, on, retry, csv, quiet)
    sys.exit(1 if failed else 0)


def _run_one(study: "Study", run: str) -> None:
    from experiments.execution import simulated

    found = next((r for r in study.runs() if r.run == run), None)
    if found is None:
        raise click.BadParameter(f"no run {run!r} in this study; runs are named in runs.parquet", param_hint="--only")
    click.echo(f"{found.arm}, point {found.point}, replicate {found.replicate}, seed {found.seed}")
    weekly = simulated(study.job(found))
    click.echo("\n".join(f"{name}: {values[-1]:.6g} in the last week" for name, values in weekly.items()))


@main.command()
@_study_options
def plan(study: str, changes: dict[str, str], replicates: int | None, out: Path | None) -> None:
    """Say what a study would do before anything starts: runs, weeks, time, disk."""
    from experiments.planning import say_plan
    from experiments.study import read_study

    asked = read_study(study, changes, replicates)
    say_plan(asked, out or Path("results") / asked.name)


@main.command()
@_study_options
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", help="Language of the labels.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(["pdf", "png", "svg"]),
    default=("pdf", "png"),
    help="May be repeated.",
)
@click.option("--width", default="double", help="single, wide, double, slide, or millimetres.")
@click.option("--only", multiple=True, metavar="FIGURE", help="Draw only this figure; may be repeated.")
def figures(
    study: str, changes: dict[str, str], replicates: int | None, out: Path | None,
    lang: str, formats: tuple[str, ...], width: str, only: tuple[str, ...],
) -> None:  # fmt: skip
    """Draw the figures of a study that was run."""
    from experiments.figures import figures as known
    from experiments.figures.style import WIDTHS
    from experiments.study import read_study

    if width not in WIDTHS and not width.replace(".", "", 1).isdigit():
        raise click.BadParameter(f"{width!r}: one of {', '.join(WIDTHS)}, or millimetres", param_hint="--width")
    if unknown := [name for name in only if name not in known()]:
        raise click.BadParameter(f"{unknown[0]!r}: one of {', '.join(known())}", param_hint="--only")
    from experiments.session import draw_figures

    asked = read_study(study, changes, replicates)
    size = WIDTHS.get(width) or float(width)
    for path in draw_figures(asked, out or Path("results") / asked.name, size, lang, formats, only):
        click.echo(path)


@main.command()
@_study_options
@click.option(
    "--budget", type=float, default=float("inf"), help="Most that an arm may cost [no limit], in the unit of `cost`."
)
def explore(
    study: str, changes: dict[str, str], replicates: int | None, out: Path | None, budget: float
) -> None:  # fmt: skip
    """Say what a study's design allows to find: sensitivity, attribution, fronts, regret, where an arm fails."""
    from experiments.session import say_findings
    from experiments.study import read_study

    asked = read_study(study, changes, replicates)
    say_findings(asked, out or Path("results") / asked.name, budget)


@main.command()
@_study_options
@click.option("--budget", type=float, default=float("inf"), help="Most that the last arm may cost [no limit].")
@click.option("--size", type=click.IntRange(4), default=16, help="Points of a generation [16].")
@click.option("--generations", type=click.IntRange(1), default=6, help="Generations [6].")
@click.option("--workers", type=click.IntRange(0), default=0, help="Runs at a time [all processors].")
def search(
    study: str, changes: dict[str, str], replicates: int | None, out: Path | None,
    budget: float, size: int, generations: int, workers: int,
) -> None:  # fmt: skip
    """Search the ranges that a study varies for doses good in all outcomes, within a budget. Needs linli[search]."""
    from experiments.study import read_study

    asked = read_study(study, changes, replicates)
    try:
        from experiments.searching import say_search

        say_search(asked, out or Path("results") / f"{asked.name}_search", budget, size, generations, workers)
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error.name} is missing: pip install 'linli[search]'") from None


@main.command()
@_study_options
@click.option("--runs", type=click.IntRange(1), default=5, help="Runs to perform again [5].")
@click.option("--seed", type=click.IntRange(0), default=1, help="Which runs are chosen.")
def verify(
    study: str, changes: dict[str, str], replicates: int | None, out: Path | None, runs: int, seed: int
) -> None:  # fmt: skip
    """Perform some finished runs again and compare every weekly value."""
    from experiments.session import verify as verified
    from experiments.study import read_study

    asked = read_study(study, changes, replicates)
    sys.exit(1 if verified(asked, out or Path("results") / asked.name, runs, seed) else 0)


@main.command()
@_study_options
def report(study: str, changes: dict[str, str], replicates: int | None, out: Path | None) -> None:
    """Write a study that was run as one HTML file that stands alone."""
    from experiments.report import write_report
    from experiments.session import results_of
    from experiments.study import read_study

    asked = read_study(study, changes, replicates)
    click.echo(write_report(*results_of(asked, out or Path("results") / asked.name)))


@main.command(name="list")
@click.option("--markdown", is_flag=True, help="Only the metrics, as the table of results/README.md.")
def list_(markdown: bool) -> None:
    """List studies, communities, policies and metrics."""
    from experiments.listing import metrics_in_markdown, say_names

    if markdown:
        click.echo(metrics_in_markdown())
    else:
        say_names()


@main.command()
@click.argument("what", type=click.Choice(["config", "study"]))
def schema(what: str) -> None:
    """Print the JSON Schema of a configuration or of a study, for editors."""
    import json

    if what == "config":
        from sim.config import json_schema

        shown = json_schema()
    else:
        from experiments.study_file import StudyFile

        shown = StudyFile.model_json_schema()
    click.echo(json.dumps(shown, indent=1, ensure_ascii=False))


@main.command()
@click.argument("names", nargs=-1)
@_SET
def limits(names: tuple[str, ...], changes: dict[str, str]) -> None:
    """Compare the model with what theory gives exactly: limit, expected, got, verdict."""
    from experiments.limits import run_limits
    from experiments.listing import say_limits

    sys.exit(0 if say_limits(run_limits(names, changes)) else 1)


@main.command()
@click.argument("community", default="baseline")
@_SET
@click.option("--replicates", type=click.IntRange(2), help="Communities, each with its own seed.")
@click.option("--patterns", type=click.Path(path_type=Path, dir_okay=False), help="Another file of patterns.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder [results/validation_COMMUNITY].")
@click.option("--workers", type=click.IntRange(0), default=0, help="Communities at a time [all processors].")
def validate(
    community: str,
    changes: dict[str, str],
    replicates: int | None,
    patterns: Path | None,
    out: Path | None,
    workers: int,
) -> None:
    """Compare a community with the patterns that real ones show: target, model, verdict."""
    from experiments.validating import run_validation

    folder = out or Path("results") / f"validation_{Path(community).stem}"
    run_validation(community, changes, patterns, replicates, folder, workers)


@main.command()
@click.argument("community", default="baseline")
@_SET
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="A file .md or .html [standard output].")
def describe(community: str, changes: dict[str, str], to: Path | None) -> None:
    """Describe the model from its own code, after the ODD+D protocol."""
    from experiments.odd import as_html, described
    from sim.config import load_config

    if to and to.suffix not in (".md", ".html"):
        raise click.BadParameter(f"{to.name!r}: a file that ends in .md or .html", param_hint="--to")
    text = described(load_config(community, set=changes), Path(community).stem)
    if to is None:
        click.echo(text, nl=False)
    else:
        to.write_text(as_html(text) if to.suffix == ".html" else text, encoding="utf-8")


@main.command()
@click.argument("name", default="baseline")
@_SET
@click.option("--trials", type=click.IntRange(20), help="Trials in all; a search that was begun goes on.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder [results/calibration_NAME].")
@click.option("--workers", type=click.IntRange(0), default=0, help="Trials at a time [all processors].")
@click.option("--write", is_flag=True, help="Keep values, uncertainty and draws in configs/calibrations/.")
def calibrate(
    name: str, changes: dict[str, str], trials: int | None, out: Path | None, workers: int, write: bool
) -> None:
    """Fit free parameters to the calibrated patterns, and say which of them are identified. Needs linli[calibrate]."""
    from experiments.calibrating import run_calibration

    try:
        run_calibration(
            name, changes, trials, out or Path("results") / f"calibration_{Path(name).stem}", workers, write
        )
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error.name} is missing: pip install 'linli[calibrate]'") from None


@main.command()
@_study_options
@click.option("--points", type=click.IntRange(2), default=128, help="Points of the space [128].")
@click.option("--factor", type=click.FloatRange(1, min_open=True), default=1.5, help="How far a number moves [1.5].")
@click.option("--over", metavar="CALIBRATION", help="Use the posterior draws of this calibration instead.")
@click.option("--workers", type=click.IntRange(0), default=0, help="Runs at a time [all processors].")
def robust(
    study: str, changes: dict[str, str], replicates: int | None, out: Path | None,
    points: int, factor: float, over: str | None, workers: int,
) -> None:  # fmt: skip
    """Say in what share of the plausible space a study's effects keep their sign, and what they hang on."""
    from experiments.robust import run_robustness
    from experiments.study import read_study

    asked = read_study(study, changes)
    folder = out or Path("results") / f"{asked.name}_{'over_' + over if over else 'robust'}"
    run_robustness(asked, folder, points, replicates or 4, factor, over, workers)


@main.command()
@_study_options
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="The package [results/STUDY.zip].")
def package(study: str, changes: dict[str, str], replicates: int | None, out: Path | None, to: Path | None) -> None:
    """Pack a study that was run with all that its numbers need, for an archive."""
    from experiments.packaging import write_package
    from experiments.study import read_study

    asked = read_study(study, changes, replicates)
    click.echo(write_package(asked, out or Path("results") / asked.name, to or Path("results") / f"{asked.name}.zip"))


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--workers", type=click.IntRange(0), default=0, help="Runs at a time [all processors].")
def replicate(file: Path, workers: int) -> None:
    """Run a package again and compare every weekly value."""
    from experiments.packaging import replicate as again

    found = again(file, workers)
    if not found.same_code:
        click.echo("The sources of the model differ from those that made the package.", err=True)
    verdict = "identical" if found.different == 0 else f"{found.different} weekly rows differ"
    click.echo(f"{found.runs} runs, {found.weeks} weeks: {verdict}")
    sys.exit(1 if found.different else 0)


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8642, help="Port [8642]; 0 takes any free one.")
@click.option("--no-browser", is_flag=True, help="Do not open the page; say its address only.")
@click.option("--lan", is_flag=True, help="Let phones and laptops of the same network join with a room code.")
def classroom(port: int, no_browser: bool, lan: bool) -> None:
    """Open the live page for teaching: two worlds with one luck, lessons, a class that plays."""
    try:
        from classroom.app import serve
    except ModuleNotFoundError as error:
        raise click.ClickException(f"the classroom needs {error.name}: pip install 'linli[classroom]'") from None
    try:
        serve(port, lan=lan, browser=not no_browser, say=click.echo)
    except OSError as error:
        raise click.ClickException(f"port {port}: {error.strerror or error}; choose another with --port") from None
