"""Provenance: what made a result - versions, sources, commit, seeds, times, and the hashes of the files."""

import hashlib
import platform
import subprocess
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from experiments.design import Study, code_version, seed_of
from experiments.store import Store, write_whole
from experiments.study_file import Arm

PACKAGES = ("mesa", "numpy", "numba", "pydantic", "duckdb", "networkx", "scipy", "matplotlib", "pandas")


def manifest(study: Study, store: Store, session: Mapping[str, Any]) -> dict[str, Any]:
    """What manifest.json says: `session` is added to those of earlier programs that worked on this store."""
    file = study.file
    files = [
        *store.blocks(),
        *(p for p in sorted(store.folder.glob("*.*")) if p.suffix in _HASHED),
    ]
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
        "linli": _version("linli"),
        "model": code_version(),
        "commit": commit(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "packages": {name: _version(name) for name in PACKAGES},
        "sessions": [*store.sessions(), dict(session)][-100:],
        "files": {p.relative_to(store.folder).as_posix(): _sha256(p) for p in files},
    }


_HASHED = (".parquet", ".yaml", ".csv")


def write_resolved(study: Study, store: Store) -> Path:
    """Write resolved.yaml: every value of the community's configuration, and the study as it was understood."""
    import yaml

    path = store.folder / "resolved.yaml"
    said = study.file.model_dump(mode="json", exclude_defaults=True)
    said["arms"] = {arm: _arm(study, arm) for arm in study.arms}
    whole = {"study": said, "configuration": study.config.model_dump(mode="json")}
    write_whole(path, yaml.safe_dump(whole, sort_keys=False, allow_unicode=True).encode(), sync=True)
    return path


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
