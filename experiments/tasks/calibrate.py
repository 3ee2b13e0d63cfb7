"""The command that calibrates: searches, says what is known of each parameter, and writes it down."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.console import Console
from rich.text import Text

from experiments.calibration.posterior import Emulator, Posterior, posterior, profile, taught
from experiments.calibration.search import Task, done, learned, read_calibration, search
from experiments.reporting.console import Numbers, Words, spread, terminal
from experiments.runs.present import claim_folder
from experiments.runs.provenance import commit
from experiments.runs.worker_pool import processors
from experiments.study.design import code_version
from sim.config.load import config_folder, find_file, load_config
from sim.config.yaml import ConfigError, Problem, Spot, read

DRAWS = 40
"""Draws from the posterior that are kept for results over the calibrated uncertainty."""
HEAD = """\
# Written by `linli calibrate`; not by hand. `low` to `high` holds nine tenths of the posterior; `profile` is the best
# log likelihood in twenty slices of the searched range, less the best of all. `draws` carry the uncertainty on.
"""


def run_calibration(
    name: str, changes: Mapping[str, object], trials: int | None, to: Path | None, workers: int, write: bool
) -> None:
    """Search (or go on), report, keep draws and profiles in `to`; `write`: also in configs/.

    Raises ConfigError for wrong names, ModuleNotFoundError when the extra `calibrate` is not installed, StoreError where
    the folder of the calibration's name holds what was found with another file of that name.
    """
    console = terminal()
    task = read_calibration(name, None, {**changes, **({} if trials is None else {"trials": trials})})
    out = to or Path("results") / f"calibration_{task.name}"
    claim_folder(out, find_file(name, ("calibrations",)), by_name=to is None)
    with console.status("searching ...") as status:
        found = search(
            task, out / "journal.log", workers or processors(),
            lambda n, best: status.update(f"{n} of {task.file.trials} trials, best distance {best:.2f}"),
        )  # fmt: skip
    there = done(found)
    places, numbers = learned(task, there)
    emulator = taught(places, numbers, np.array([t.value for t in there], np.float64))
    known = posterior(emulator, task.targets, len(task.file.free), task.file.seed)
    draws = [_values(task, place) for place in known.draws(DRAWS, task.file.seed)]
    say(console, task, emulator, known, dict(found.best_params), found.best_value)
    middle = _values(task, np.array([known.interval(i)[0] for i in range(len(task.file.free))]))
    fits = _checked(task, middle)
    console.print(f"Simulated at the medians: distance {task.distance(fits):.2f}, with {len(task.targets)} numbers.")
    said = record(task, known, emulator, middle, draws, fits, len(there))
    (out / "posterior.yaml").write_text(said, encoding="utf-8")
    if write:
        path = posterior_of(task.name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(said, encoding="utf-8")
        place = config_folder() / "communities" / f"{task.name}_calibrated.yaml"
        place.write_text(as_community(task, known, middle), encoding="utf-8")
        console.print(
            f"posteriors/{path.name}: medians, intervals, correlations, {DRAWS} draws. {place.name}: a community with the medians."
        )
    console.print(f"{out}: journal.log (the search goes on from there), posterior.yaml", style="dim")


def _values(task: Task, place: Any) -> dict[str, float]:
    return {path: float(f"{r.value(float(u)):.4g}") for (path, r), u in zip(task.file.free.items(), place, strict=True)}


def _checked(task: Task, values: Mapping[str, float]) -> Any:
    """The numbers at these values on seeds that the search has not seen."""
    fresh = task.file.model_copy(update={"seed": task.file.seed + 1, "replicates": 2 * task.file.replicates})
    return Task(task.name, fresh, task.targets).simulated(values)


def say(
    console: Console, task: Task, emulator: Emulator, known: Posterior, best: Mapping[str, float], distance: float
) -> None:
    """Print what is known of each free parameter, and how well the emulator predicts each number."""
    table = list[tuple[str | Text, ...]]()
    for i, (path, free) in enumerate(task.file.free.items()):
        middle, low, high = (free.value(u) for u in known.interval(i))
        word = Text("yes") if known.identified(i) else Text("no", style="yellow")
        searched = f"{free.low:.2g} to {free.high:.2g}"
        table.append((path, f"{middle:.3g}", f"{low:.2g} to {high:.2g}", searched, f"{best[path]:.2g}", word))
    heads = ("parameter", "median", "nine tenths", "searched", "best", "identified")
    columns = [(Numbers if i else Words)(head, [row[i] for row in table]) for i, head in enumerate(heads)]
    for shown in spread(columns, console.width, plain=True):
        console.print(shown)
    for one, other, r in joined(task, known):
        console.print(
            f"{one} and {other} go together (r = {r:+.2f}): the patterns know their combination better than each."
        )
    shares = ", ".join(f"{t.name} {max(e, 0):.0%}" for t, e in zip(task.targets, emulator.explained, strict=True))
    console.print(f"Variance of left-out trials that the emulator predicts: {shares}.")
    console.print(
        f"Best trial: distance {distance:.2f}. Effective size of the posterior sample: {known.effective:,.0f}."
    )


def joined(task: Task, known: Posterior) -> list[tuple[str, str, float]]:
    """Pairs of free parameters of which mainly a combination is known."""
    names, r = list(task.file.free), known.correlations()
    return [(names[i], names[j], float(r[i, j])) for i in range(len(names)) for j in range(i) if abs(r[i, j]) > 0.5]


def record(
    task: Task,
    known: Posterior,
    emulator: Emulator,
    middle: Mapping[str, float],
    draws: list[dict[str, float]],
    fits: Any,
    trials: int,
) -> str:
    """The YAML that goes into configs/: values, uncertainty, what was fitted, and what made it."""
    parameters = {}
    for i, (path, free) in enumerate(task.file.free.items()):
        _, low, high = (float(f"{free.value(u):.4g}") for u in known.interval(i))
        slices = [float(f"{x:.3g}") for x in profile(emulator, task.targets, known, i)]
        parameters[path] = {
            "median": middle[path],
            "low": low,
            "high": high,
            "identified": known.identified(i),
            "profile": slices,
        }
    numbers = {
        t.name: {
            "target": str(t.bounds),
            "at_medians": float(f"{x:.4g}") if math.isfinite(x) else None,
            "emulator_explains": float(f"{max(e, 0):.2f}"),
        }
        for t, x, e in zip(task.targets, fits, emulator.explained, strict=True)
    }
    whole = {
        "title": f"{task.file.title}: what the patterns say",
        "made_by": f"linli calibrate {task.name} --write",
        "made": datetime.now(UTC).date().isoformat(),
        "model": code_version(),
        "commit": commit(),
        "community": task.file.community,
        "trials": trials,
        "numbers": numbers,
        "parameters": parameters,
        "together": [[a, b, float(f"{r:.2f}")] for a, b, r in joined(task, known)],
        "draws": draws,
    }  # fmt: skip
    return HEAD + yaml.safe_dump(
        json.loads(json.dumps(whole)), sort_keys=False, allow_unicode=True, width=160, default_flow_style=None
    )


def as_community(task: Task, known: Posterior, middle: Mapping[str, float]) -> str:
    """A configuration that differs from the fitted one by the medians, each with its interval as a note."""
    sections: dict[str, dict[str, dict[str, object]]] = {}
    for i, (path, free) in enumerate(task.file.free.items()):
        section, name = path.split(".")
        _, low, high = (free.value(u) for u in known.interval(i))
        word = "" if known.identified(i) else "; not identified by the patterns"
        note = f"nine tenths of the posterior: {low:.3g} to {high:.3g}{word}"
        sections.setdefault(section, {})[name] = {"value": middle[path], "grade": "calibrated", "note": note}
    title = load_config(task.file.community).title
    whole = {"title": f"{title}, calibrated", "extends": task.file.community, **sections}
    head = f"# Written by `linli calibrate {task.name} --write`: medians of the posterior in configs/posteriors/.\n"
    return head + yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=150)


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
