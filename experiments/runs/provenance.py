"""Provenance: what made a result - versions, sources, commit, seeds, times, and the hashes of the files."""

import hashlib
import json
import platform
import subprocess
from collections.abc import Iterable
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from experiments.runs import record
from experiments.runs.store import Store, write_whole
from experiments.spoken import spoken
from experiments.study.design import Study, code_version, seed_of
from experiments.study.schema import Arm
from experiments.version import version

PACKAGES = ("mesa", "numpy", "numba", "pydantic", "duckdb", "networkx", "scipy", "matplotlib", "pandas")


def manifest(study: Study, store: Store, state: str, written: Iterable[Path]) -> dict[str, Any]:
    """What manifest.json says of this state of the study: `written` are files made of it.

    What was made of the same state before, as a report, stays in its list of files.
    """
    file, before = study.file, store.manifest()
    kept = before.get("files", {}) if before.get("state") == state else {}
    blocks = store.blocks({run.run for run in study.runs()})
    files = {
        name: text for name, text in kept.items() if not name.startswith("weekly/") and (store.folder / name).exists()
    }
    return {
        "study": study.name,
        "title": file.title,
        "question": file.question,
        "command": study.command,
        "arms": {arm: _arm(study, arm) for arm in study.arms},
        "points": len(study.points),
        "replicates": file.replicates,
        "weeks": file.weeks,
        "seed": file.seed,
        "seeds": [seed_of(file.seed, r) for r in range(min(file.replicates, 1000))],
        "linli": version(),
        "model": code_version(),
        "commit": commit(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "packages": {name: _version(name) for name in PACKAGES},
        "sessions": store.sessions()[-record.MOST :],
        "state": state,
        "files": hashes(store.folder, blocks) | files | hashes(store.folder, written),
    }


def hashes(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    """The SHA-256 of files of a folder, by their names in it."""
    return {path.relative_to(folder).as_posix(): _sha256(path) for path in files}


def resolved_text(study: Study) -> str:
    """Every value of the community's configuration, and the study as it was understood."""
    return _in_yaml(json.dumps(_resolved(study)))


@lru_cache(maxsize=4)
def _in_yaml(said: str) -> str:
    """JSON as YAML; one study is asked for it several times, and it takes longer than all else of a small one."""
    import yaml

    return str(yaml.safe_dump(json.loads(said), sort_keys=False, allow_unicode=True))


def write_resolved(study: Study, store: Store) -> Path:
    """Write resolved.yaml (see `resolved_text`)."""
    path = store.folder / "resolved.yaml"
    write_whole(path, resolved_text(study).encode(), sync=True)
    return path


def _read(text: str) -> Any:
    """What a resolved.yaml says, by the quick parser where there is one."""
    import yaml

    return yaml.load(text, yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)


def changed_since(study: Study, store: Store) -> str:
    """What changed since the runs of this store were made, when none of them is of the study: model, inputs or study."""
    before = store.manifest()
    try:
        then = _read((store.folder / "resolved.yaml").read_text("utf-8"))
        asked_then, inputs_then = dict(then["study"]), dict(then["configuration"])
    except Exception:  # whatever a damaged file holds: it says nothing
        before = {}
    if not before:
        return spoken("of another study, of other inputs or of another version of the program; no manifest says which")
    now = _read(resolved_text(study))
    asked = [key for key in _differ(asked_then, now["study"], deep=1) if key not in _MAKES_NO_OTHER_RUN]
    inputs = _differ(inputs_then, now["configuration"])
    found = []
    if before.get("model") != code_version():
        version = f"{before.get('linli', '')}{', commit ' if before.get('commit') else ''}{before.get('commit') or ''}"
        found.append(spoken("the program (made by linli {version}; its model's sources differ)", version=version))
    if inputs:
        found.append(spoken("inputs of the model ({some})", some=_some(inputs)))
    if asked:
        found.append(spoken("the study ({some})", some=_some(asked)))
    if not found:
        found.append(spoken("a file that the study names, or one of its communities"))
    listed = spoken(" and of ").join(found)
    return spoken(
        "made before a change of {listed}" if asked else "made before a change of {listed}; the study is the same",
        listed=listed,
    )


_MAKES_NO_OTHER_RUN = (
    "title",
    "question",
    "label",
    "figures",
    "outcomes",
    "window",
    "replicates",
    "until",
    "primary",
    "matters",
    "most",
    "burn_in",
    "set",
)
"""Keys of a study that alone change no run's content, or that show in the arms' policies or the inputs."""


def _resolved(study: Study) -> dict[str, Any]:
    said = study.file.model_dump(mode="json", exclude_defaults=True)
    said["arms"] = {arm: _arm(study, arm) for arm in study.arms}
    return {"study": said, "configuration": study.config.model_dump(mode="json")}


def _differ(one: Any, other: Any, path: str = "", deep: int = 9) -> list[str]:
    """The dotted paths at which two plain values differ."""
    if not (isinstance(one, dict) and isinstance(other, dict) and deep):
        return [path] if one != other else []
    keys = dict.fromkeys((*one, *other))
    return [p for k in keys for p in _differ(one.get(k), other.get(k), f"{path}.{k}" if path else str(k), deep - 1)]


def _some(names: list[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _arm(study: Study, arm: str) -> Any:
    """An arm as a study file says it: its policies, and the parameters that it sets where it sets any."""
    policies, said = [{name: doses} for name, doses in study.arms[arm]], study.file.arms[arm]
    return {"policies": policies, "set": dict(said.set)} if isinstance(said, Arm) and said.set else policies


def commit() -> str:
    """The commit of the model's sources, with `+` when they were changed since; empty outside a repository."""
    import sim

    def git(*words: str) -> str:
        here = Path(str(sim.__file__)).parent
        done = subprocess.run(("git", "-C", str(here), *words), capture_output=True, text=True, timeout=10, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    try:
        return (
            (at + ("+" if git("status", "--porcelain", "--", ".") else "")) if (at := git("rev-parse", "HEAD")) else ""
        )
    except (OSError, subprocess.SubprocessError):
        return ""


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
