"""The command that validates: says in a terminal, in tables and in a figure what `experiments.validation.examine` found."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text

from experiments.reporting.chinese import chinese
from experiments.reporting.console import Numbers, Words, spread, terminal
from experiments.runs.present import claim_folder
from experiments.runs.worker_pool import processors
from experiments.spoken import language, speaking, spoken
from experiments.validation.examine import Validation, bounds_in_words, label_of, validate, verdict_in_words, with_ends
from experiments.validation.patterns import patterns_of, read_patterns
from sim.config.load import find_file, load_config, load_sources

COLOURS = {"holds": "green", "undecided": "yellow", "misses": "red"}


def uses() -> dict[str, str]:
    """The two uses of a pattern, in words."""
    return {"calibrated": spoken("calibrated on"), "held_out": spoken("held out")}


def run_validation(
    community: str,
    changes: Mapping[str, object],
    patterns: Path | None,
    replicates: int | None,
    out: Path | None,
    workers: int,
) -> Validation:
    """Validate, print the table, write patterns.csv, patterns.md and the figure into `out`; returns what was found.

    Raises StoreError where the folder of the community's name holds what was found with another file of that name.
    """
    from experiments.reporting.figures.style import Look, save, styled
    from experiments.validation.figure import draw_patterns

    console = terminal()
    read = read_patterns(patterns or patterns_of(community), {} if replicates is None else {"replicates": replicates})
    load_config(community, set=changes)  # what is wrong with it is told before anything is written
    folder = out or Path("results") / f"validation_{Path(community).stem}"
    claim_folder(folder, find_file(community), by_name=out is None)
    lives = read.file.replicates * (1 + len({p.arm for p in read.file.patterns.values()} - {"as_it_is"}))
    with console.status(
        spoken("{lives} lives of {window} weeks ...", lives=lives, window=read.file.burn_in + read.file.window)
    ) as status:
        done = 0

        def told() -> None:
            nonlocal done
            done += 1
            status.update(spoken("{done} of {lives} lives", done=done, lives=lives))

        found = validate(community, read, changes, workers or processors(), told)
    say_validation(console, found)
    (folder / "patterns.csv").write_text(found.csv(), encoding="utf-8")
    (folder / "patterns.md").write_text(as_markdown(found), encoding="utf-8")
    drawn = list[Path]()
    for look in (Look(), *([Look(language="zh")] if language() == "zh" else [])):
        with styled(look):
            drawn += save(draw_patterns(found, look), folder / look.say("patterns", "patterns-zh"))
    console.print(", ".join(str(p) for p in (folder / "patterns.csv", folder / "patterns.md", *drawn)), style="dim")
    return found


def say_validation(console: Console, found: Validation) -> None:
    """Print every pattern with target, model value, verdict and source, then whether the community had settled."""
    table = list[tuple[str | Text, ...]]()
    for use, heading in uses().items():
        table.append((Text(heading, style="bold"), "", "", "", ""))
        for finding in (f for f in found.findings if f.pattern.use == use):
            for i, part in enumerate(finding.parts):
                title = finding.pattern.title_zh if language() == "zh" else finding.pattern.title
                name = title if len(finding.parts) == 1 else label_of(part.name, language())
                model = with_ends(part.mean, part.interval, ".3g")
                verdict = Text(verdict_in_words(part.verdict), style=COLOURS[part.verdict])
                table.append(
                    (name, bounds_in_words(part.bounds), model, verdict, finding.pattern.source if i == 0 else "")
                )
    kinds = (Words, Numbers, Numbers, Words, Words)
    heads = spoken("pattern|target|model, 95 %|verdict|source").split("|")
    columns = [kind(head, [row[i] for row in table]) for i, (kind, head) in enumerate(zip(kinds, heads, strict=True))]
    for shown in spread(columns, console.width, plain=True):
        console.print(shown)
    for drift in found.drifts:
        word = Text(spoken("settled")) if drift.settled else Text(spoken("not settled"), style="yellow")
        change = with_ends(drift.change, drift.interval, "+.1%")
        named = label_of(drift.metric, language())
        halves = spoken("{metric}: second half of the window against the first {change}: ", metric=named, change=change)
        console.print(Text(halves) + word)
    console.print(_summary(found))


def _summary(found: Validation) -> str:
    told = []
    for use, word in uses().items():
        if some := [f for f in found.findings if f.pattern.use == use]:
            there = sum(f.verdict == "holds" for f in some)
            told.append(spoken("{there} of {all} {use}", there=there, all=len(some), use=word))
    return spoken(
        "{title}: {holding} of {all} patterns hold ({told}).",
        title=chinese().get(found.title, found.title) if language() == "zh" else found.title,
        holding=found.holding,
        all=len(found.findings),
        told=", ".join(told) if language() == "en" else "，".join(told),
    )


def as_markdown(found: Validation) -> str:
    """The same table for a page of documentation, with sources in words; in English, as every file of results."""
    with speaking("en"):
        return _as_markdown(found)


def _as_markdown(found: Validation) -> str:
    sources, first, last = load_sources(), *found.weeks
    said = [
        f"{_summary(found)} Weeks {first}-{last}, {found.replicates} communities, each with its own seed.",
        "",
        "| pattern | number | use | target | model, 95 % interval | nine in ten communities | verdict |",
        "|---|---|---|---|---|---|---|",
    ]
    for finding in found.findings:
        said += [
            f"| {finding.pattern.title} | {label_of(part.name)} | {uses()[finding.pattern.use]} | {part.bounds} | "
            f"{with_ends(part.mean, part.interval, '.3g', '({} to {})')} | {part.spread[0]:.3g} to {part.spread[1]:.3g} | {part.verdict} |"
            for part in finding.parts
        ]
    said += ["", "What the targets rest on:", ""]
    for finding in found.findings:
        keys = [key.strip() for key in finding.pattern.source.split(",")]
        said.append(
            f"- **{finding.pattern.title}**: {f'{finding.pattern.note}. ' if finding.pattern.note else ''}"
            f"{'; '.join(str(sources[k]) for k in keys if k in sources)}."
        )
    drifts = [f"{label_of(d.metric)} {with_ends(d.change, d.interval, '+.1%', '({} to {})')}" for d in found.drifts]
    said += ["", f"Second half of the window against the first: {', '.join(drifts)}.", ""]
    return "\n".join(said)
