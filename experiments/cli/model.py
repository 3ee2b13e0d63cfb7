"""Commands over the model itself: its names, limits, patterns, claims and lives."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from experiments.cli.options import SET, put
from experiments.cli.problems import refused
from experiments.spoken import spoken

if TYPE_CHECKING:
    from experiments.spoken import Language
    from experiments.trace.story import Lived


@click.command(name="list")
@click.option("--markdown", is_flag=True, help="Only the metrics, as the table of results/README.md.")
def list_(markdown: bool) -> None:
    """List studies, communities, policies and metrics."""
    from experiments.tasks.listing import metrics_in_markdown, say_names

    if markdown:
        click.echo(metrics_in_markdown())
    else:
        say_names()


@click.command()
@click.argument("what", type=click.Choice(["config", "study"]))
def schema(what: str) -> None:
    """Print the JSON Schema of a configuration or of a study, for editors."""
    import json

    if what == "config":
        from sim.config.load import json_schema

        shown = json_schema()
    else:
        from experiments.study.schema import StudyFile

        shown = StudyFile.model_json_schema()
    click.echo(json.dumps(shown, indent=1, ensure_ascii=False))


@click.command()
@click.argument("community", default="baseline")
@SET
@click.option("--summary", is_flag=True, help="The Summary ODD instead: at most three pages, for a paper's appendix.")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="A file .md or .html [standard output].")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", help="Language of the document [en].")
def describe(community: str, changes: dict[str, str], summary: bool, to: Path | None, lang: "Language") -> None:
    """Describe the model from its own code, after the ODD+D protocol."""
    from experiments.odd import as_html, described, summarized
    from sim.config.load import load_config

    if to and to.suffix not in (".md", ".html"):
        raise click.BadParameter(spoken("{name!r}: a file that ends in .md or .html", name=to.name), param_hint="--to")
    config, name = load_config(community, set=changes), Path(community).stem
    text = (summarized if summary else described)(config, name, lang)
    if to is None:
        click.echo(text, nl=False)
    else:
        put(as_html(text, brief=summary, language=lang) if to.suffix == ".html" else text, to)


@click.command()
@click.argument("names", nargs=-1)
@SET
def limits(names: tuple[str, ...], changes: dict[str, str]) -> None:
    """Compare the model with what theory gives exactly: limit, expected, got, verdict."""
    from experiments.tasks.listing import say_limits
    from experiments.validation.limits import run_limits

    sys.exit(0 if say_limits(run_limits(names, changes)) else 1)


@click.command()
@click.argument("community", default="baseline")
@SET
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
    from experiments.tasks.validate import run_validation

    run_validation(community, changes, patterns, replicates, out, workers)


@click.command()
@click.argument("name", default="baseline")
@SET
@click.option(
    "--check", "truths", type=click.IntRange(20), metavar="TRUTHS", help="Examine by so many known truths instead."
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder [results/calibration_NAME].")
@click.option("--workers", type=click.IntRange(0), default=0, help="Runs at a time [all processors].")
@click.option("--write", is_flag=True, help="Keep the posterior's joint draws in configs/posteriors/.")
def calibrate(
    name: str, changes: dict[str, str], truths: int | None, out: Path | None, workers: int, write: bool
) -> None:
    """Rule out values that cannot show the calibrated patterns, and say what is known of the rest. Needs linli[calibrate]."""
    from experiments.tasks.calibrate import run_calibration

    try:
        run_calibration(name, changes, out, workers, write, truths)
    except ModuleNotFoundError as error:
        missing = {"sklearn": "scikit-learn"}.get(error.name or "", error.name)
        raise click.ClickException(
            spoken("{missing} is missing: pip install 'linli[calibrate]'", missing=missing)
        ) from None


@click.command()
@click.argument("numbers", nargs=-1, type=click.IntRange(1))
@click.option("--replicates", type=click.IntRange(2), help="Replicates of every arm [those of the studies].")
@click.option("--points", type=click.IntRange(0), default=24, help="Points of the plausible space [24]; 0: none.")
@click.option("--workers", type=click.IntRange(0), default=0, help="Runs at a time [all processors].")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("results/claims"), help="Folder.")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="The page [OUT/claims.md].")
def claims(
    numbers: tuple[int, ...], replicates: int | None, points: int, workers: int, out: Path, to: Path | None
) -> None:
    """Examine the claims of the article (all, or those of these numbers): effect, interval, verdict."""
    from experiments.validation.claims import answers, read_claims
    from experiments.validation.claims_page import as_page

    known = read_claims()
    if unknown := [number for number in numbers if number not in {claim.number for claim in known}]:
        raise click.BadParameter(
            spoken("no claim {unknown}; there are 1 to {known}", unknown=unknown[0], known=len(known)),
            param_hint="NUMBERS",
        )
    chosen = [claim for claim in known if not numbers or claim.number in numbers]
    found = answers(chosen, out, workers, points, replicates, click.echo)
    page = to or out / "claims.md"
    put(as_page(found, points), page)
    put(as_page(found, points, "zh"), page.with_suffix(".zh.md"))
    click.echo(str(page))


@click.command()
@click.argument("what", type=click.Choice(["resident", "order"]))
@click.argument("which", metavar="ID")
@click.option("--config", "community", default="baseline", help="The community [baseline].")
@click.option("--study", help="A run of this study instead.")
@click.option("--arm", default="", help="Which arm of the study [the first].")
@click.option("--replicate", type=click.IntRange(0), default=0, help="Which replicate of the study [0].")
@click.option("--policies", default="", help="Policies by name, separated by commas, at their shipped doses.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), default=1, help="Random seed (common random numbers) [1].")
@click.option("--weeks", type=click.IntRange(1), help="Weeks [104, or those of the study].")
@SET
def trace(
    what: str, which: str, community: str, study: str | None, arm: str, replicate: int, policies: str, seed: int,
    weeks: int | None, changes: dict[str, str],
) -> None:  # fmt: skip
    """Tell a life week by week: a resident (a row, or any) or an order (client:kind:week, or any)."""
    from experiments.trace.story import TraceError, of_config, of_study, order, resident

    try:
        lived: Lived = (
            of_study(study, changes, arm, replicate, weeks)
            if study
            else of_config(community, changes, policies, seed, weeks or 104)
        )
        for sentence in (resident if what == "resident" else order)(lived, which):
            click.echo(sentence)
    except TraceError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


TO = click.option(
    "--to", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file, as page.html."
)


@click.command()
@click.argument("what", default="classroom", metavar="[COMMUNITY|STUDY|LESSON|STATE]")
@TO
@click.option("--lucks", type=click.IntRange(1, 50), default=6, help="Founded communities in the file [6].")
def page(what: str, to: Path, lucks: int) -> None:
    """Write a page that runs the model itself in any browser, from one file, offline."""
    _page(what, to, lucks)


@click.command()
@click.argument("what", metavar="LESSON|STATE")
@TO
@click.option("--lucks", type=click.IntRange(1, 50), default=3, help="Founded communities in the file [3].")
def homework(what: str, to: Path, lucks: int) -> None:
    """Write the page that students take home: a lesson, or the state in which the class stopped (a file it saved)."""
    _page(what, to, lucks, taught=True)


def _page(what: str, to: Path, lucks: int, *, taught: bool = False) -> None:
    from classroom.one_file import one_file, state_for
    from classroom.state import StateError
    from sim.browser.shipped import ModuleError

    if to.suffix != ".html":
        raise click.BadParameter(spoken("{name!r}: a file that ends in .html", name=to.name), param_hint="--to")
    try:
        state, lesson = state_for(what, taught=taught)
        text = one_file(state, lucks, lesson, say=lambda said: click.echo(said, err=True))
    except (StateError, ModuleError) as error:
        raise click.UsageError(refused(error)) from None
    put(text, to)
    click.echo(f"{to}: {len(text.encode()) / 1e6:.2f} MB")


COMMANDS = (list_, schema, describe, limits, validate, calibrate, claims, trace, page, homework)
