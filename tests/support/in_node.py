"""Lives in node: the same life there and here, compared column by column."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from classroom.one_file import offered
from sim import POLICIES, Simulation, load_config
from sim.browser.shipped import SCRIPTS, module
from sim.browser.snapshot import known, snapshot
from sim.config.schema import Config
from sim.metrics import slow_names
from sim.state.views import LAYOUTS

HERE = Path(__file__).parent
NODE = shutil.which("node")
WORLD = """
const { readFileSync } = require("fs");
const { known, place, ...given } = JSON.parse(readFileSync("life.json"));
const world = new linli.World(new WebAssembly.Module(readFileSync("model.wasm")), known, place, readFileSync("piece"));
"""


def digest(values: Any) -> str:
    """Letters for the bytes of a column; numbers that are none count as one."""
    array = np.ascontiguousarray(values)
    if array.dtype.kind == "f":
        array = array.copy()
        array[np.isnan(array)] = np.nan
    return hashlib.sha256(array.tobytes()).hexdigest()[:16]


def policies_of(listed: list[dict[str, Any]]) -> list[Any]:
    """The same policies in Python."""
    return [
        POLICIES[one["name"]](
            **one.get("doses", {}) | one.get("parts", {}),
            **{name: value for name, value in one.items() if name not in ("name", "doses", "parts")},
        )
        for one in listed
    ]


def others(config: Config) -> dict[str, Any]:
    """Another value of each parameter that a page offers."""
    changed: dict[str, Any] = {}
    for section in offered(config):
        for dose in section["doses"]:
            now, high = dose["value"], dose["high"]
            if dose["kind"] == "choice":
                changed[dose["path"]] = next(one for one, *_ in dose["choices"] if one != now)
            elif dose["kind"] == "whole":
                changed[dose["path"]] = now + 1 if high is None or now < high else now - 1
            else:
                more = now * 1.1 + 0.01
                changed[dose["path"]] = more if high is None or more <= high else now * 0.9
    return changed


def as_numbers(parameters: dict[str, Any], config: Config) -> dict[str, float]:
    """Parameters as a page sets them: a choice by its number."""
    numbers = {
        dose["path"]: dict(zip([choice for choice, *_ in dose["choices"]], dose["numbers"], strict=True))
        for section in offered(config)
        for dose in section["doses"]
        if "numbers" in dose
    }
    return {path: numbers[path][value] if path in numbers else value for path, value in parameters.items()}


def here(place: str, seed: int, told: list[dict[str, Any]]) -> tuple[list[dict[str, str]], Any]:
    """A life here: what it came to after each stretch; `told`: {weeks, policies?, parameters?, seed?}."""
    simulation, found = Simulation(load_config(place), (), seed), []
    start = snapshot(simulation)
    for stretch in told:
        if "policies" in stretch:
            simulation.change_policies(policies_of(stretch["policies"]))
        if "parameters" in stretch:
            simulation.change_config(load_config(place, set=stretch["parameters"]))
        if "seed" in stretch:
            simulation.world.seed[0] = np.uint64(int(stretch["seed"]))
        simulation.run_for(stretch["weeks"])
        found.append(came_to(simulation))
    return found, (*start, simulation.config)


def came_to(simulation: Simulation) -> dict[str, str]:
    """Letters for every column, all rows of tallies, slow metrics and metrics."""
    world = simulation.world
    values = [world._values(view) for view in LAYOUTS]
    letters = {f"column {n}": digest(next(of[n] for of in values if n in of)) for n in known()["columns"]}
    slow = np.array([[values[name] for name in slow_names()] for values in simulation.slow])
    letters |= {"tallies": digest(np.array(simulation.rows)), "slow": digest(slow)}
    return letters | {
        f"metric {name}": digest(values) for name, values in simulation.weekly().items() if name != "week"
    }


def there(start: Any, told: list[dict[str, Any]], folder: Path) -> list[dict[str, str]]:
    """The same life in node."""
    place, piece, config = start
    told = [one | {"parameters": as_numbers(one.get("parameters", {}), config)} for one in told]
    return asked(place, piece, folder, (HERE / "in_node.js").read_text(encoding="utf-8"), told=told)  # type: ignore[no-any-return]


def asked(place: Any, piece: bytes, folder: Path, script: str, **told: Any) -> Any:
    """What a script says in node, of a community that is there as `world`."""
    (folder / "piece").write_bytes(piece)
    (folder / "model.wasm").write_bytes(module())
    (folder / "life.json").write_text(json.dumps({"known": known(), "place": place, **told}))
    scripts = "\n".join(script.read_text(encoding="utf-8").replace('"use strict";', "") for script in SCRIPTS)
    (folder / "live.js").write_text(scripts + WORLD + script)
    assert NODE
    said = subprocess.run([NODE, "live.js"], cwd=folder, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr[-3000:]
    return json.loads(said.stdout)


def differences(one: list[dict[str, str]], other: list[dict[str, str]]) -> list[str]:
    """What differs, stretch by stretch."""
    assert one[0].keys() == other[0].keys()
    return [
        f"stretch {at}: {name}"
        for at, both in enumerate(zip(one, other, strict=True))
        for name in both[0]
        if both[0][name] != both[1][name]
    ]
