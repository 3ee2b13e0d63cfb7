"""Commands over a study: run it, plan it, search it, read what it says."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from experiments.cli.options import POINTS, cluster_said, figure_options, limit_said, put, shard_said, study_options
from experiments.cli.problems import refused
from experiments.runs.worker_pool import preload_workers
from experiments.spoken import spoken

if TYPE_CHECKING:
    from experiments.analysis.front import Judge
    from experiments.reporting.figures.style import Language
    from experiments.runs.executor import Workers
    from experiments.study.design import Study


@click.command()
@study_options
@POINTS
@click.option("--workers", type=click.IntRange(0), default=0, help="Runs at a time [all processors].")
@click.option(
    "--by",
    type=click.Choice(["processes", "threads"]),
    default="processes",
    help="What workers are [processes]; threads are this very process, which a run can then end.",
)
@click.option(
    "--shard",
    callback=shard_said,
    metavar="I/N",
    help="Do the I-th of N parts only, for job arrays over a shared folder.",
)
@click.option(
    "--on",
    default="",
    callback=cluster_said,
    metavar="ADDRESS",
    help="A Dask cluster: dask://HOST:PORT or dask://local.",
)
@click.option(
    "--limit", callback=limit_said, metavar="TIME", help="Stop a run that takes longer: 90s, 10m, 1h [no limit]."
)
@click.option("--retry", is_flag=True, help="Try failed runs again.")
@click.option(
    "--only", metavar="RUN", help="Perform one run here and now, keep nothing, and show its error if it has one."
)
@click.option("--csv", is_flag=True, help="Write the tables as CSV too.")
@click.option("--quiet", is_flag=True, help="Say nothing unless something is wrong.")
def run(
    study: str, changes: dict[str, str], replicates: int | None, points: int | None, out: Path | None, workers: int,
    by: "Workers", shard: tuple[int, int], on: str, limit: float, retry: bool, only: str | None, csv: bool, quiet: bool,
) -> None:  # fmt: skip
    """Run a study (a name or a file): tables, figures, a comparison of its arms. What is done is never done again."""
    if limit and by == "threads":
        raise click.UsageError(spoken("a run in a thread cannot be stopped; --limit needs --by processes"))
    if by == "processes" and not on:
        preload_workers()
    from experiments.study.loader import read_study

    asked = read_study(study, changes, replicates, points)
    if only:
        sys.exit(_run_one(asked, only, by, limit))
    from experiments.tasks.run import run_study

    failed = run_study(asked, out or Path("results") / asked.name, workers, by, shard, on, limit, retry, csv, quiet)
    sys.exit(1 if failed else 0)


def _run_one(study: "Study", run: str, by: "Workers", limit: float) -> int:
    """Perform one run, in a process of its own or, by threads, in this one; returns 1 where it failed."""
    from experiments.runs.executor import simulated, tried
    from experiments.runs.groups import kept_in

    found = study.run(run)
    if found is None:
        raise click.BadParameter(
            spoken("no run {run!r} in this study; runs are named in runs.parquet", run=run), param_hint="--only"
        )
    where = {"point": found.point, "replicate": found.replicate, "seed": found.seed}
    click.echo(spoken("{arm}, point {point}, replicate {replicate}, seed {seed}", arm=found.arm, **where))
    if by == "threads":  # where a debugger can look at it
        weekly = simulated(study.job(found))
    else:
        ended = tried(study.job(found), simulated, limit)
        if ended.error:
            click.echo(ended.error, err=True)
            return 1
        weekly = ended.weekly
    told = ((name, values) for name, values in weekly.items() if kept_in(name) is None)
    click.echo(
        "\n".join(spoken("{name}: {last:.6g} in the last week", name=name, last=values[-1]) for name, values in told)
    )
    return 0


@click.command()
@study_options
@POINTS
def plan(study: str, changes: dict[str, str], replicates: int | None, points: int | None, out: Path | None) -> None:
    """Say what a study would do before anything starts: runs, weeks, time, disk."""
    from experiments.study.loader import read_study
    from experiments.tasks.plan import say_plan

    asked = read_study(study, changes, replicates, points)
    say_plan(asked, out or Path("results") / asked.name)


@click.command()
@study_options
@POINTS
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", help="Language of the labels.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(["pdf", "png", "svg"]),
    default=("pdf", "png"),
    help="May be repeated.",
)
@figure_options
@click.option("--only", multiple=True, metavar="FIGURE", help="Draw only this figure; may be repeated.")
def figures(
    study: str, changes: dict[str, str], replicates: int | None, points: int | None, out: Path | None,
    lang: "Language", formats: tuple[str, ...], width: float | None, size: float | None, only: tuple[str, ...],
) -> None:  # fmt: skip
    """Draw the figures of a study that was run."""
    from experiments.reporting.figures import figures as known
    from experiments.reporting.names import look_of
    from experiments.study.loader import read_study
    from sim.config.yaml import nearest

    if unknown := [name for name in only if name not in known()]:
        near = nearest(unknown[0], known())
        meant = spoken(" Did you mean {near!r}?", near=near) if near else ""
        raise click.BadParameter(
            spoken(
                "no figure {unknown!r}; expected one of {known}.{meant}",
                unknown=unknown[0],
                known=", ".join(known()),
                meant=meant,
            ),
            param_hint="--only",
        )
    from experiments.tasks.run import draw_figures

    asked = read_study(study, changes, replicates, points)
    look = look_of(asked, lang, width, size)
    for path in draw_figures(asked, out or Path("results") / asked.name, look, formats, only):
        click.echo(path)


@click.command()
@study_options
@POINTS
@click.option(
    "--budget",
    type=click.FloatRange(0),
    default=float("inf"),
    help="Most that an arm may cost [no limit], in the unit of `cost`.",
)
def explore(
    study: str, changes: dict[str, str], replicates: int | None, points: int | None, out: Path | None, budget: float
) -> None:  # fmt: skip
    """Say what a study's design allows to find: sensitivity, attribution, fronts, regret, where an arm fails."""
    from experiments.study.loader import read_study
    from experiments.tasks.run import say_findings

    asked = read_study(study, changes, replicates, points)
    say_findings(asked, out or Path("results") / asked.name, budget)


@click.command()
@study_options
@click.option(
    "--budget",
    type=click.FloatRange(0),
    default=float("inf"),
    help="Most that the last arm may cost, in yuan per 100 residents a year [no limit].",
)
@click.option(
    "--judge",
    type=click.Choice(["worst", "mean"]),
    default="worst",
    help="Judge a choice by the worst of the listed conditions, or by their mean [worst].",
)
@click.option("--size", type=click.IntRange(4), default=16, help="Points of a generation [16].")
@click.option("--generations", type=click.IntRange(1), default=6, help="Generations [6].")
@click.option("--workers", type=click.IntRange(0), default=0, help="Runs at a time [all processors].")
def search(
    study: str, changes: dict[str, str], replicates: int | None, out: Path | None,
    budget: float, judge: "Judge", size: int, generations: int, workers: int,
) -> None:  # fmt: skip
    """Search the ranges that a study varies for doses good in all outcomes, within a budget. Needs linli[search].

    Values that the study lists are conditions that nobody chooses: every choice is judged over all of them.
    """
    preload_workers()
    from experiments.study.loader import read_study

    asked = read_study(study, changes, replicates, points=0)
    try:
        from experiments.tasks.search import say_search

        say_search(asked, out or Path("results") / f"{asked.name}_search", budget, judge, size, generations, workers)
    except ModuleNotFoundError as error:
        raise click.ClickException(spoken("{name} is missing: pip install 'linli[search]'", name=error.name)) from None


@click.command()
@study_options
@POINTS
@click.option(
    "--outcome",
    metavar="METRIC",
    help="What the best is best in [the first primary outcome, else the first that `matters`].",
)
@click.option(
    "--least",
    metavar="WIDTH",
    help="Smallest difference that matters, as 5% or in the metric's unit [the study's `matters`].",
)
@click.option("--sure", type=click.FloatRange(0.5, 0.999), default=0.95, help="Probability of being right [0.95].")
@click.option("--runs", type=click.IntRange(1), default=5000, help="Most runs in all [5000].")
@click.option(
    "--budget",
    type=click.FloatRange(0),
    default=float("inf"),
    help="Most that a choice may cost, in yuan per 100 residents a year [no limit].",
)
@click.option("--judge", type=click.IntRange(5), default=20, help="Fresh replicates that judge the best [20].")
@click.option("--workers", type=click.IntRange(0), default=0, help="Runs at a time [all processors].")
def choose(
    study: str, changes: dict[str, str], replicates: int | None, points: int | None, out: Path | None, outcome: str | None,
    least: str | None, sure: float, runs: int, budget: float, judge: int, workers: int,
) -> None:  # fmt: skip
    """Find the best arm or dose with a stated probability of being right, with few runs for those that have no chance.

    Conditions that nobody chooses are averaged over. What the best brings is then measured by runs that did not choose it.
    """
    preload_workers()
    from experiments.study.loader import read_study
    from experiments.tasks.choose import Question, say_choice

    asked = read_study(study, changes, replicates, points)
    question = Question.of(asked, outcome, least, sure, runs, budget, judge)
    say_choice(asked, out or Path("results") / f"{asked.name}_choice", question, workers)


@click.command()
@study_options
@POINTS
@click.option("--runs", type=click.IntRange(1), default=5, help="Runs to perform again [5].")
@click.option("--seed", type=click.IntRange(0), default=1, help="Which runs are chosen.")
def verify(
    study: str, changes: dict[str, str], replicates: int | None, points: int | None, out: Path | None,
    runs: int, seed: int,
) -> None:  # fmt: skip
    """Look at every file of the results, make the tables anew, and perform some finished runs again. Moves nothing."""
    from experiments.study.loader import read_study
    from experiments.tasks.run import verify as verified

    asked = read_study(study, changes, replicates, points)
    sys.exit(1 if verified(asked, out or Path("results") / asked.name, runs, seed) else 0)


@click.command()
@study_options
@POINTS
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", help="Language of the report.")
@figure_options
@click.option(
    "--play", is_flag=True, help="Also write play.html: the study's first two arms, to be played in a browser."
)
def report(
    study: str, changes: dict[str, str], replicates: int | None, points: int | None, out: Path | None,
    lang: "Language", width: float | None, size: float | None, play: bool,
) -> None:  # fmt: skip
    """Write a study that was run as one HTML file that stands alone, with tables and figures for a paper beside it."""
    from experiments.reporting.report import write_report
    from experiments.runs.found import results_of
    from experiments.study.loader import read_study

    asked = read_study(study, changes, replicates, points)
    results = results_of(asked, out or Path("results") / asked.name)
    if play:
        put(_played(asked), results.store.folder / "play.html")
    click.echo(write_report(results, lang, width, size))


def _played(study: "Study") -> str:
    """A page in which a study's first two arms live. Errors: UsageError, in words, for what a page cannot show."""
    from classroom.one_file import of_study, one_file
    from classroom.state import StateError
    from sim.browser.shipped import ModuleError

    try:
        return one_file(of_study(study), lucks=3)
    except (StateError, ModuleError) as error:
        raise click.UsageError(f"--play: {refused(error)}") from None


@click.command()
@study_options
@click.option("--points", type=click.IntRange(2), default=128, help="Points of the space [128].")
@click.option("--factor", type=click.FloatRange(1, min_open=True), default=1.5, help="How far a number moves [1.5].")
@click.option("--over", metavar="CALIBRATION", help="Use the posterior draws of this calibration instead.")
@click.option("--workers", type=click.IntRange(0), default=0, help="Runs at a time [all processors].")
def robust(
    study: str, changes: dict[str, str], replicates: int | None, out: Path | None,
    points: int, factor: float, over: str | None, workers: int,
) -> None:  # fmt: skip
    """Say in what share of the plausible space a study's effects keep their sign, and what they depend on."""
    preload_workers()
    from experiments.study.loader import read_study
    from experiments.tasks.robust import run_robustness

    asked = read_study(study, changes, points=0)
    folder = out or Path("results") / f"{asked.name}_{'over_' + over if over else 'robust'}"
    run_robustness(asked, folder, points, replicates or 5, factor, over, workers)


@click.command()
@study_options
@POINTS
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="The package [results/STUDY.zip].")
def package(
    study: str, changes: dict[str, str], replicates: int | None, points: int | None, out: Path | None, to: Path | None
) -> None:  # fmt: skip
    """Pack a study that was run with all that its numbers need, for an archive."""
    from experiments.study.loader import read_study
    from experiments.tasks.package import seal, write_package

    asked = read_study(study, changes, replicates, points)
    made = write_package(asked, out or Path("results") / asked.name, to or Path("results") / f"{asked.name}.zip")
    click.echo(f"{made}\nSHA-256 {seal(made)}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--workers", type=click.IntRange(0), default=0, help="Runs at a time [all processors].")
def replicate(file: Path, workers: int) -> None:
    """Run a package again and compare every file and every weekly value."""
    from experiments.tasks.package import replicate as again
    from experiments.tasks.package import seal

    found = again(file, workers)
    click.echo(f"{file}: SHA-256 {seal(file)}")
    for sentence in found.changed:
        click.echo(f"results/{sentence}", err=True)
    if not found.same_code:
        click.echo(spoken("The sources of the model differ from those that made the package."), err=True)
    same, many = found.different == 0, found.different
    verdict = spoken("identical") if same else spoken("{many} weekly rows differ", many=many)
    click.echo(spoken("{runs} runs, {weeks} weeks: {verdict}", runs=found.runs, weeks=found.weeks, verdict=verdict))
    sys.exit(1 if found.different or found.changed else 0)


COMMANDS = (run, plan, figures, explore, choose, search, verify, report, robust, package, replicate)
