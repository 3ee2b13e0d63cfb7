"""Further commands: `linli trace` tells a life in sentences, `linli claims` examines the claims of the article."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from experiments.trace import Lived


@click.command()
@click.argument("what", type=click.Choice(["resident", "order"]))
@click.argument("which", metavar="ID")
@click.option("--config", "community", default="baseline", help="The community [baseline].")
@click.option("--study", help="A run of this study instead.")
@click.option("--arm", default="", help="Which arm of the study [the first].")
@click.option("--replicate", type=click.IntRange(0), default=0, help="Which replicate of the study [0].")
@click.option("--policies", default="", help="Policies by name, separated by commas, at their shipped doses.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), default=1, help="Whose luck [1].")
@click.option("--weeks", type=click.IntRange(1), help="Weeks [104, or those of the study].")
@click.option("--set", "said", multiple=True, metavar="PATH=VALUE", help="Change a value; may be repeated.")
def trace(
    what: str, which: str, community: str, study: str | None, arm: str, replicate: int, policies: str, seed: int,
    weeks: int | None, said: tuple[str, ...],
) -> None:  # fmt: skip
    """Tell a life week by week: a resident (a row, or any) or an order (client:kind:week, or any)."""
    from experiments.trace import TraceError, of_config, of_study, order, resident

    wrong = [one for one in said if "=" not in one]
    if wrong:
        raise click.BadParameter(f"{wrong[0]!r} is not path=value, as in moving.annual_rate=0.2", param_hint="--set")
    changes = dict(one.split("=", 1) for one in said)
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
    from experiments.claims import answers, read_claims
    from experiments.claims_table import as_page

    known = read_claims()
    if unknown := [number for number in numbers if number not in {claim.number for claim in known}]:
        raise click.BadParameter(f"no claim {unknown[0]}; there are 1 to {len(known)}", param_hint="NUMBERS")
    chosen = [claim for claim in known if not numbers or claim.number in numbers]
    found = answers(chosen, out, workers, points, replicates, click.echo)
    page = to or out / "claims.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(as_page(found, points), encoding="utf-8")
    click.echo(str(page))


COMMANDS = {"trace": trace, "claims": claims}
