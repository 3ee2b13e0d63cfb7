"""A session: run a study from beginning to end, and say what happens on the way."""

import pickle
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from experiments.analysis.stopping import Need
from experiments.reporting.console import say_failures, terminal
from experiments.reporting.figures.style import Look
from experiments.reporting.findings_words import FINDINGS, beyond_chance, crosstabs, in_words
from experiments.reporting.names import in_language, look_of, question_of, title_of
from experiments.reporting.progress import progress
from experiments.runs.executor import Tally, Workers, missing, perform, planned, simulated
from experiments.runs.found import results_of
from experiments.runs.memory import give_back
from experiments.runs.present import claim, note_files, put_older_away, say_mended, state_of
from experiments.runs.provenance import changed_since, manifest, write_resolved
from experiments.runs.reading import measured
from experiments.runs.results import Results, results_for, settled
from experiments.runs.store import Store, StoreError, clear_errors
from experiments.runs.worker_pool import processors
from experiments.spoken import either, language, spoken
from experiments.study.caveats import caveats
from experiments.study.design import Study
from experiments.study.own_files import read_own_files

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from experiments.reporting.explore import Findings
    from experiments.reporting.figures.tables import Tables

MANY = 20_000
"""Runs from which on memory is a concern."""


def run_study(
    study: Study, folder: Path, workers: int, by: Workers, shard: tuple[int, int], on: str, limit: float, retry: bool,
    csv: bool, quiet: bool,
) -> int:  # fmt: skip
    """Do what is missing, write tables, figures and manifest, print the comparison; returns how many runs failed."""
    console = terminal(quiet=quiet)
    kept_by = read_own_files(study)
    store = Store(folder).open()
    part = "" if shard == (1, 1) else f"{shard[0]}/{shard[1]}"
    began, clock, tally = datetime.now(UTC), time.perf_counter(), Tally()

    def told() -> dict[str, Any]:
        return {
            "began": began.isoformat(timespec="milliseconds"),
            "seconds": round(time.perf_counter() - clock, 3),
            "runs": tally.done,
            "run_seconds": round(tally.seconds, 3),
            "workers": workers or processors(),
            "by": on or by,
            **({"part": part} if part else {}),
        }

    def go_on(study: Study) -> None:
        aside = store.waiting(again=retry)
        lacking = [run.run for run in missing(study, store, shard=shard, again=retry)]
        total, todo = sum(1 for _ in planned(study, shard)), sum(run not in aside for run in lacking)
        asked = spoken(
            "{arms} arms x {points} communities x {replicates} replicates"
            if study.file.city
            else "{arms} arms x {points} points x {replicates} replicates",
            arms=len(study.arms), points=len(study.points), replicates=study.file.replicates,
        )  # fmt: skip
        asked += spoken(", part {part}", part=part) if part else ""
        console.print(
            asked
            + spoken(": {there} of {total} runs are there, {todo} to do.", there=total - todo, total=total, todo=todo)
        )
        there = store.finished() if todo == total else {}
        if there and not any(run.run in there for run in study.runs()):
            why = changed_since(study, store)
            console.print(spoken("The {many} runs there are {why}.", many=len(there), why=why), style="yellow")
        if todo:
            warm(study, console)
        if lacking:
            with progress(console, len(lacking)) as heard:
                how: dict[str, Any] = {"workers": workers, "by": by, "shard": shard, "on": on, "limit": limit}
                tally.add(perform(study, store, **how, again=retry, apart=True, told=heard))

    with store.held(part) as mended:
        claim(study, store)
        say_mended(store, mended)
        look = Look(language=language())
        console.print(Text(title_of(study, look), style="bold") + Text(f"  {question_of(study, look)}"))
        for pair in caveats(study):
            console.print(either(pair), style="yellow")
        for sentence in kept_by:
            console.print(sentence)
        asked, seen = study, 0
        while study.file.replicates > seen:
            go_on(study)
            if part and any(True for _ in missing(study, store)):
                if tally.done:
                    store.note_session(told())
                console.print(spoken("Part {part} is done. When all parts are, run the study once more.", part=part))
                return tally.failed
            seen = study.file.replicates
            if asked.file.until:
                study, found = settled(asked, store)
                _say_needs(console, study, found, seen)
        older = put_older_away(store, state := state_of(study, store))
        results = results_for(study, store)
        written = [write_resolved(study, store), results.each.write_runs()]
        if study.file.city:
            written.append(results.write_runs("city.parquet"))
        by_group = ("groups.parquet", "groups.csv") if csv else ("groups.parquet",)
        written += [table for name in by_group if (table := results.each.write_groups(name)) is not None]
        if csv:
            written += results.each.write_csv()
        failures = results.each.write_failures()
        if failures:
            written.append(folder / "failures.csv")
        drawn = figures_and_table(results, console)
        store.note_session(told())
        counts = {"runs": len({run.run for run in study.runs()}), "failed": len(failures), "figures": drawn}
        files = [*written, *(folder / name for name in drawn)]
        store.write_manifest(manifest(study, store, state, files) | counts)
    say_failures(console, failures)
    if older:
        named = ", ".join(older[:3]) + (spoken(" and {many} more", many=len(older) - 3) if len(older) > 3 else "")
        away = spoken(
            "Of an older state of the study, and put away in {folder}: {named}.", folder=folder / "older", named=named
        )
        console.print(away, style="yellow")
    tables = [path.name for path in written if path.suffix in (".parquet", ".csv") and path.name != "failures.csv"]
    console.print(
        f"{folder}: {', '.join(tables)}, weekly/, figures/, resolved.yaml, manifest.json", style="dim", soft_wrap=True
    )
    return len(failures)


def _say_needs(console: Console, study: Study, found: Sequence[Need], seen: int) -> None:
    """Say how many replicates the runs so far ask for, and what asks for the most."""
    if not found:
        return
    hardest = max(found, key=lambda need: need.replicates)
    where = f"{hardest.arm}, {hardest.metric}"
    where += spoken(", point {point}", point=hardest.point) if len(study.points) > 1 else ""
    if hardest.replicates <= seen:
        console.print(spoken("After {seen} replicates every wanted half-width is reached.", seen=seen))
        return
    expected = min(hardest.replicates, study.file.most) - seen
    console.print(
        spoken(
            "After {seen} replicates: {needed} are needed for the wanted half-widths ({where}); about {expected} more are expected.",
            seen=seen, needed=hardest.replicates, where=where, expected=expected,
        )
    )  # fmt: skip
    if hardest.replicates > study.file.most:
        beyond = spoken(
            "More than `most`: the study stops at {most} and some intervals stay wider.", most=study.file.most
        )
        console.print(beyond, style="yellow")


def warm(study: Study, console: Console) -> None:
    """Compile rules and policies once, before workers start: they find them in the cache. Errors: ConfigError for one
    that cannot be compiled, for which workers would wait; what else goes wrong is for a run to say.
    """
    from experiments.tasks.refused import refuse_what_does_not_compile
    from sim import POLICIES
    from sim.simulation import compile_all, compiled_for

    named = {name for arm in study.arms.values() for name, _ in arm if name in POLICIES}
    policies = [POLICIES[name]() for name in sorted(named)]
    with _compiling(console) as say, suppress(Exception):
        compile_all(policies, say)
    refuse_what_does_not_compile(compiled_for(policies))


@contextmanager
def _compiling(console: Console) -> "Iterator[Callable[[int, int, str], None]]":
    """What is compiled just now, as a bar that names the rule; where nobody looks on, one line that says why it takes a while."""
    if console.is_terminal:
        from rich.progress import BarColumn, Progress, TextColumn

        with Progress(TextColumn("{task.description}"), BarColumn(), console=console, transient=True) as bar:
            begin = spoken("Compiling the rules for this machine (this once)")
            task = bar.add_task(begin, total=None, visible=False)

            def shown(at: int, of: int, name: str) -> None:
                words = spoken(
                    "Compiling for this machine (this once): rule {at} of {of}: {name}", at=at, of=of, name=name
                )
                bar.update(task, description=words, completed=at, total=of, visible=at > 0)

            yield shown
    else:
        told: list[bool] = []

        def once(at: int, of: int, name: str) -> None:
            if not told:
                told.append(True)
                what = name if of == 1 else spoken("{many} rules, {name} and others", many=of, name=name)
                console.print(spoken("Compiling for this machine (this once): {what} ...", what=what))

        yield once


def figures_and_table(results: Results, console: Console) -> list[str]:
    """Say what came out and draw it; returns the figures."""
    from experiments.reporting.result_tables import say_results, tables_of

    tables = tables_of(results)
    if tables.runs.empty:
        console.print(spoken("No run succeeded, so there is nothing to compare."))
        return []
    say_results(console, results.study, tables)
    folder = results.store.folder
    return [path.relative_to(folder).as_posix() for path in _drawn(results.study, tables, folder / "figures")]


def _drawn(study: Study, tables: "Tables", folder: Path) -> list[Path]:
    """Draw the figures; those of very many runs in a process of its own, which holds neither the model nor the store."""
    from experiments.reporting.figures import draw_all

    tables, look = in_language(study, tables, "en"), look_of(study)
    if len(tables.runs) < MANY:
        return draw_all(tables, folder, look)
    give_back()
    with tempfile.TemporaryDirectory(prefix="linli-") as beside, clear_errors(Path(beside)):
        kept = Path(beside) / "tables"
        with kept.open("wb") as file:  # handed over by a file, for a queue would hold them twice more
            pickle.dump((tables, look), file, protocol=5)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            return alone.submit(_drawn_from, kept, folder).result()


def _drawn_from(kept: Path, folder: Path) -> list[Path]:
    from experiments.reporting.figures import draw_all

    with kept.open("rb") as file:
        tables, look = pickle.load(file)
    return draw_all(tables, folder, look)


def draw_figures(study: Study, folder: Path, look: "Look", formats: Sequence[str], only: Sequence[str]) -> list[Path]:
    """Draw figures of a study that was run.

    Raises StoreError when nothing is there, or nothing that a figure of `only` could show.
    """
    from experiments.reporting.figures import draw_all, needs
    from experiments.reporting.result_tables import tables_of

    results = results_of(study, folder)
    suffix = f"-{look.language}" if look.language != "en" else ""
    tables = tables_of(results)
    if not only or "network" in only:
        from experiments.reporting.snapshot import snapshots_of

        tables = replace(tables, snapshots=snapshots_of(results.study, results.store.finished()))
    tables = in_language(results.study, tables, look.language)
    drawn = draw_all(tables, folder / f"figures{suffix}", look, formats, only)
    without = [name for name in only if not any(path.stem.partition("-")[0] == name for path in drawn)]
    if without:
        raise StoreError(
            "\n".join(
                spoken(
                    "{path}: nothing to draw as {name}; expected {what}", path=study.path, name=name, what=needs(name)
                )
                for name in without
            )
        )
    note_files(results.each.study, results.store, drawn)
    return drawn


def say_findings(study: Study, folder: Path, budget: float) -> None:
    """Print and write what the study's design allows to find: sensitivity, attribution, fronts, where arms fail."""
    from experiments.reporting.explore import findings_of

    console = terminal()
    results = results_of(study, folder)
    findings = findings_of(results, budget=budget)
    found = findings.tables()
    written = [folder / "tables" / f"{name}.csv" for name in found]
    (folder / "tables").mkdir(exist_ok=True)
    for name, table in found.items():
        table.to_csv(folder / "tables" / f"{name}.csv", index=False)
    note_files(results.each.study, results.store, written)
    if language() == "zh":
        _say_findings_in_chinese(console, results, findings)
    else:
        _say_findings_in_english(console, found)
    if lacking := either(findings.lacking):
        console.print(lacking, style="yellow")
    elif not found:
        console.print(
            spoken("This design allows no more than the comparison of its arms. See `design` and `parts` of a study.")
        )


def _say_findings_in_english(console: Console, found: "dict[str, pd.DataFrame]") -> None:
    from experiments.reporting.result_tables import say_failing, say_table

    for name, table in found.items():
        heading = FINDINGS[name][0][0]
        if name == "failing":
            say_failing(console, table)
        elif name == "cells":
            for title, cross in crosstabs(table):
                say_table(console, f"{heading}: {title}", cross)
        elif name == "interactions":
            there = beyond_chance(table)
            console.print(f"{heading}: {len(there)} of {len(table)} interactions beyond chance, all at once")
            if len(there):
                say_table(console, "", in_words(name, there).drop(columns="arm"))
        else:
            shown = in_words(name, table)
            say_table(console, heading, shown.drop(columns="arm") if "quantity" in shown else shown)
        console.print(f"{FINDINGS[name][1][0]}\n", style="dim")


def _say_findings_in_chinese(console: Console, results: Results, findings: "Findings") -> None:
    """The same tables by the words and names of the report in Chinese."""
    from experiments.reporting.report import findings_in_words
    from experiments.reporting.result_tables import say_table, tables_of

    look = Look(language="zh")
    tables = in_language(results.study, tables_of(results, over_time=False), "zh")
    for name, table in findings_in_words(results.study, tables, findings, look).items():
        heading, meaning = map(either, FINDINGS[name])
        say_table(console, heading, table)
        console.print(f"{meaning}\n", style="dim")


def verify(study: Study, folder: Path, many: int, seed: int) -> int:
    """Look at every file, make the tables anew, perform some finished runs again; returns how much is not the same.

    Moves nothing. Raises StoreError when there is nothing to verify.
    """
    import numpy as np

    from experiments.runs.verify import changed_files

    console, store = terminal(), Store(folder)
    claim(study, store, write=False)
    results = results_for(settled(study, store)[0], store)
    changed = list(changed_files(results))
    for sentence in changed:
        console.print(sentence, style="red")
    if not changed:
        results_of(study, folder)  # says why, where there is no run
        known = len(store.manifest().get("files", {}))
        fine = spoken("{known} files are what was written, and the tables what the weekly values give.", known=known)
        console.print(fine)
    each, there = results.each, store.finished()
    done = list({run.run: run for run in each.study.runs() if there.get(run.run)}.values())
    chosen = [done[i] for i in np.random.default_rng(seed).permutation(len(done))[:many]]
    kept, wrong = each.series([run.run for run in chosen]), 0
    for run in chosen:
        again, before = measured(simulated(each.study.job(run))), kept[run.run]
        same = set(again) == set(before) and all(np.array_equal(again[m], before[m], equal_nan=True) for m in again)
        wrong += not same
        told = spoken(
            "{run}  {arm}, point {point}, replicate {replicate}: same" if same
            else "{run}  {arm}, point {point}, replicate {replicate}: DIFFERS",
            run=run.run, arm=run.arm, point=run.point, replicate=run.replicate,
        )  # fmt: skip
        console.print(told, style="" if same else "red")
    right = len(chosen) - wrong
    console.print(spoken("{right} of {all} runs are the same in every weekly value.", right=right, all=len(chosen)))
    return wrong + len(changed)
