"""The command that asks in what share of the plausible space a study keeps its signs, and says which numbers they depend on."""

import csv
import io
import math
from pathlib import Path

from rich.console import Console

from experiments.reporting.console import Numbers, Words, say_failures, spread, terminal
from experiments.reporting.escape import in_markdown
from experiments.reporting.names import arm_names
from experiments.runs.executor import missing, perform
from experiments.runs.present import claim, say_mended
from experiments.runs.results import Results
from experiments.runs.store import Store, StoreError
from experiments.spoken import language, spoken
from experiments.study.design import Study
from experiments.study.own_files import read_own_files
from experiments.validation.robustness import Message, Moved, drawn_points, messages, movable, spread_points


def run_robustness(
    study: Study, out: Path, points: int, replicates: int, factor: float, over: str | None, workers: int
) -> list[Message]:
    """Run what is missing, print and write messages.csv and messages.md; `over`: the calibration whose draws to use.

    Raises ConfigError when that calibration has left no draws, or a file of residents or ties is wrong.
    """
    console = terminal()
    read_own_files(study)
    moved = movable(study.config, factor)
    if over:
        from experiments.tasks.calibrate import kept_draws

        draws = kept_draws(over)[:points]
        moved = [m for m in moved if m.path in draws[0]]
        wide = study.at(drawn_points(draws), replicates)
    else:
        wide = study.at(spread_points(moved, points, study.file.seed), replicates)
    store = Store(out).open()
    with store.held("") as mended:
        claim(study, store)
        say_mended(store, mended)
        todo = sum(1 for _ in missing(wide, store))
        console.print(
            spoken(
                "{arms} arms x {points} points x {replicates} replicates; {todo} runs to do; {moved} numbers moved.",
                arms=len(wide.arms), points=len(wide.points), replicates=replicates, todo=todo, moved=len(moved),
            )
        )  # fmt: skip
        with console.status(spoken("running ...")) as status:
            done = 0

            def told(more: int, _failed: int) -> None:
                nonlocal done
                done += more
                status.update(spoken("{done} of {total} runs", done=done, total=todo))

            perform(wide, store, workers=workers, apart=True, told=told)
        results = Results(wide, store)
        say_failures(console, results.write_failures())
        runs = results.runs()
        if study.reference not in set(runs["arm"]):
            raise StoreError(
                spoken(
                    "{out}: no run of {reference!r} succeeded; the failed ones are in failures.csv",
                    out=out,
                    reference=study.reference,
                )
            )
        found, plausible = messages(wide, runs, moved)
    say(console, found, plausible, len(wide.points), study)
    (out / "messages.csv").write_text(as_csv(found), encoding="utf-8")
    (out / "messages.md").write_text(
        as_markdown(study, found, plausible, moved, len(wide.points), replicates, factor, over), encoding="utf-8"
    )
    console.print(f"{out}: messages.csv, messages.md", style="dim")
    return found


def say(console: Console, found: list[Message], plausible: int, points: int, study: Study) -> None:
    """Print each message with the share of plausible points that bear it; in Chinese by the names of arms and outcomes."""
    from sim import METRICS

    chinese = language() == "zh"
    arms = arm_names(study, "zh") if chinese else {}
    columns: list[Words | Numbers] = [
        Words(spoken("arm"), [arms.get(m.arm, m.arm) for m in found]),
        Words(spoken("outcome"), [METRICS[m.metric].label_zh if chinese else m.metric for m in found]),
        Numbers(
            spoken("effect (nine in ten points)"),
            [
                spoken("{effect} ({low} to {high})", effect=f"{m.effect:.3g}", low=f"{m.low:.3g}", high=f"{m.high:.3g}")
                for m in found
            ],
        ),
        Numbers(spoken("same sign"), [f"{m.same_sign:.0%}" for m in found]),
        Numbers(spoken("beyond noise"), [_share(m.sure) for m in found]),
        Words(
            spoken("depends on"),
            [", ".join(f"{h.path} {h.rank_correlation:+.2f}" for h in m.hangs_on[:3]) for m in found],
        ),
    ]
    for table in spread(columns, console.width, plain=True):
        console.print(table)
    console.print(
        spoken("{plausible} of {points} points are plausible communities.", plausible=plausible, points=points)
    )


def _share(value: float) -> str:
    """In per cent; `-` below five replicates a point, of which no interval holds."""
    return "-" if math.isnan(value) else f"{value:.0%}"


def as_csv(found: list[Message]) -> str:
    """One row a message."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["arm", "metric", "effect", "p05", "p95", "same_sign", "sure", "points", "hangs_on"])
    for m in found:
        hangs = "; ".join(f"{h.path} {h.rank_correlation:+.3f} ({h.grade})" for h in m.hangs_on)
        table.writerow(
            [m.arm, m.metric, *(f"{x:.6g}" for x in (m.effect, m.low, m.high, m.same_sign, m.sure)), m.points, hangs]
        )
    return text.getvalue()


def as_markdown(
    study: Study,
    found: list[Message],
    plausible: int,
    moved: list[Moved],
    points: int,
    replicates: int,
    factor: float,
    over: str | None,
) -> str:
    """The same for a page of documentation."""
    how = (
        f"{points} draws from the posterior of the calibration `{over}`"
        if over
        else f"{points} points that move {len(moved)} assumed and calibrated numbers at once, each evenly "
        f"between value / {factor:g} and value x {factor:g}"
    )
    head = "| arm | outcome | effect, mean | nine in ten points | same sign | beyond noise | depends on |"
    said = [
        f"Study `{study.name}` ({in_markdown(study.file.title)}), {study.file.weeks} weeks, {how}, {replicates} replicates each; "
        f"{plausible} points are plausible communities. Effects are paired differences from the first arm.",
        "",
        head,
        "|---|---|---|---|---|---|---|",
    ]
    for m in found:
        hangs = "; ".join(f"`{h.path}` {h.rank_correlation:+.2f} ({h.grade})" for h in m.hangs_on) or "no single number"
        said.append(
            f"| {in_markdown(m.arm)} | {m.metric} | {m.effect:.3g} | {m.low:.3g} to {m.high:.3g} | {m.same_sign:.0%} | "
            f"{_share(m.sure)} | {hangs} |"
        )
    return "\n".join([*said, ""])
