"""The command that calibrates: rules out in waves, samples the posterior, says what is known, and examines itself."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.status import Status

from experiments.calibration import tables
from experiments.calibration.design import Runs
from experiments.calibration.file import Calibration, read_calibration
from experiments.calibration.history import Wave, matched
from experiments.calibration.identify import combinations, contractions, pairs
from experiments.calibration.posterior import Likelihood, Posterior, Sampler
from experiments.calibration.predict import Shown, own_values, said_of_own, shown
from experiments.calibration.sbc import Check, checked_by_truths
from experiments.calibration.tables import Table
from experiments.reporting.console import Numbers, Words, spread, terminal
from experiments.runs.present import claim_folder
from experiments.runs.provenance import commit
from experiments.runs.worker_pool import processors
from experiments.spoken import speaking, spoken
from experiments.study.design import code_version
from sim.config.load import config_folder, find_file
from sim.config.yaml import ConfigError, Problem, Spot, read

DRAWS = 128
"""Joint draws from the posterior that are kept for results over the calibrated uncertainty."""
HEAD = """\
# Written by `linli calibrate`; not by hand. `draws` are joint draws of the posterior: results over them carry on what is not
# known, and what is known only of combinations. `low` to `high` holds nine tenths; no values for a community by themselves.
"""


@dataclass(frozen=True)
class Found:
    """All that a calibration found."""

    asked: Calibration
    waves: list[Wave]
    known: Posterior
    draws: list[dict[str, float]]
    shown: Shown


def run_calibration(
    name: str, changes: Mapping[str, object], to: Path | None, workers: int, write: bool, truths: int | None
) -> None:
    """Calibrate, or examine the calibration by `truths`; print and write into `to`; `write`: keep the posterior in configs/.

    Raises ConfigError for wrong names, ModuleNotFoundError when the extra `calibrate` is not installed, StoreError where
    nothing is left of the space, a posterior is worth too few draws, or the folder holds what was found with another file.
    """
    import sklearn  # noqa: F401  its absence is told before an hour of runs

    console = terminal()
    asked = read_calibration(name, None, changes)
    out = to or Path("results") / f"calibration_{asked.name}"
    claim_folder(out, find_file(name, ("calibrations",)), by_name=to is None)
    runs = Runs(asked, out, workers or processors())
    with console.status(spoken("running ...")) as status:
        if truths is not None:
            say_check(console, examined(asked, runs, truths, status), out)
            return
        found = calibrated(asked, runs, status)
    say(console, sentences(found))
    with speaking("en"):  # files are the same in any language
        (out / "calibration.md").write_text(as_markdown(sentences(found)), encoding="utf-8")
        kept = record(found)
    (out / "posterior.yaml").write_text(kept, encoding="utf-8")
    if write:
        posterior_of(asked.name).parent.mkdir(exist_ok=True)
        posterior_of(asked.name).write_text(kept, encoding="utf-8")
        console.print(
            spoken(
                "posteriors/{name}.yaml: {draws} joint draws, for `linli robust --over {name}`.",
                name=asked.name,
                draws=DRAWS,
            )
        )
    console.print(spoken("{out}: calibration.md, posterior.yaml, runs (nothing is run twice)", out=out), style="dim")


def calibrated(asked: Calibration, runs: Runs, status: Status) -> Found:
    """Waves, posterior, and what the model shows at its draws."""
    each = asked.file.points * asked.file.replicates
    waves = matched(
        asked,
        runs,
        lambda wave, n: status.update(spoken("wave {wave}: {n} of at most {each} runs", wave=wave, n=n, each=each)),
    )
    status.update(spoken("sampling the posterior ..."))
    emulator = waves[-1].emulator
    known = Sampler(Likelihood(asked, emulator), asked.file.seed).posterior(asked.observed)
    drawn = known.draws(DRAWS, asked.file.seed)
    at = shown(asked, runs, emulator, drawn, lambda n: status.update(spoken("at the posterior: {n} runs", n=n)))
    return Found(asked, waves, known, [asked.values(place) for place in drawn], at)


def examined(asked: Calibration, runs: Runs, truths: int, status: Status) -> Check:
    """Simulation-based calibration: one wave teaches the emulator of all truths."""
    first = Calibration(asked.name, asked.file.model_copy(update={"waves": 1}), asked.targets)
    all_runs = asked.file.points * asked.file.replicates

    def told(_: int, n: int) -> None:
        status.update(spoken("{done} of {total} runs", done=n, total=all_runs))

    waves = matched(first, runs, told)
    sampler = Sampler(Likelihood(first, waves[0].emulator), asked.file.seed)
    return checked_by_truths(
        sampler,
        runs,
        truths,
        asked.file.seed + 1,
        lambda n: status.update(spoken("{n} of {truths} truths", n=n, truths=truths)),
    )


def sentences(found: Found) -> Iterable[Table | str]:
    """Everything that is said of it, in order."""
    yield from tables.of_waves(found.asked, found.waves)
    yield from tables.of_parameters(found.asked, found.known)
    yield from tables.of_predictions(found.shown)
    yield said_of_own(found.asked, found.waves[-1].emulator)


def say(console: Console, said: Iterable[Table | str]) -> None:
    """Print tables and sentences."""
    for one in said:
        if isinstance(one, str):
            console.print(one)
            continue
        columns = [
            (Numbers if i else Words)(head, [row[i] for row in one.rows]) for i, head in enumerate(one.heads)
        ]  # fmt: skip
        for shown_table in spread(columns, console.width, plain=True):
            console.print(shown_table)


def as_markdown(said: Iterable[Table | str]) -> str:
    """The same for a page of documentation."""
    return "\n\n".join(one if isinstance(one, str) else one.as_markdown() for one in said) + "\n"


def say_check(console: Console, found: Check, out: Path) -> None:
    """Print what the truths say, and write it with the figure."""
    from experiments.calibration.figure import draw_check
    from experiments.reporting.figures.style import Look, save, styled

    say(console, tables.of_check(found))
    with speaking("en"):
        (out / "check.md").write_text(as_markdown(tables.of_check(found)), encoding="utf-8")
    with styled(Look()):
        drawn = save(draw_check(found, Look()), out / "check")
    console.print(", ".join(map(str, (out / "check.md", *drawn))), style="dim")


def record(found: Found) -> str:
    """The YAML that goes into configs/: draws, uncertainty, what was fitted, and what made it."""
    asked, own = found.asked, own_values(found.asked)
    parameters = dict[str, Any]()
    for i, ((path, free), narrower) in enumerate(zip(asked.file.free.items(), contractions(found.known), strict=True)):
        low, high = (_short(free.value(u)) for u in found.known.quantiles(i, [0.05, 0.95]))
        said = {"low": low, "high": high, "contraction": _short(narrower, 2), "said": tables.word(narrower)}
        parameters[path] = {**said, "own": own[path]}
    numbers = {
        at.name: {
            "target": str(at.bounds), "posterior": _short(at.mean), "verdict": at.verdict,
            "own": _short(mine.mean), "own_verdict": mine.verdict,
        }
        for at, mine in zip(found.shown.at_draws, found.shown.own, strict=True)
    }  # fmt: skip
    whole = {
        "title": f"{asked.file.title}: what the patterns say",
        "made_by": f"linli calibrate {asked.name} --write",
        "made": datetime.now(UTC).date().isoformat(),
        "model": code_version(),
        "commit": commit(),
        "community": asked.file.community,
        "waves": [{"places": w.places, "space_left": _short(w.left)} for w in found.waves],
        "effective_size": round(found.known.effective),
        "numbers": numbers,
        "parameters": parameters,
        "combinations": [
            [c.in_words(asked.file.free), _short(max(c.contraction, 0.0), 2)]
            for c in (*pairs(found.known, asked.file.free), *combinations(found.known, asked.file.free))
        ],
        "draws": [{path: _short(value) for path, value in draw.items()} for draw in found.draws],
    }
    return HEAD + yaml.safe_dump(
        json.loads(json.dumps(whole)), sort_keys=False, allow_unicode=True, width=160, default_flow_style=None
    )


def _short(value: float, digits: int = 4) -> float:
    return float(f"{value:.{digits}g}")


def posterior_of(name: str) -> Path:
    """Where a calibration keeps what it found: in a folder of its own, for it cannot be calibrated itself."""
    return config_folder() / "posteriors" / f"{name}.yaml"


def kept_draws(name: str) -> list[dict[str, float]]:
    """The posterior draws that a calibration left in configs/. Raises ConfigError when there are none."""
    path = posterior_of(name)
    if not path.exists():
        raise ConfigError([Problem(Spot(path.name), "", "no such file", f"run `linli calibrate {name} --write` first")])
    draws: list[dict[str, float]] = read(path).value["draws"]
    return draws
