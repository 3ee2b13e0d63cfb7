"""Crate: describes a study's folder after RO-Crate 1.2, so that archives and search engines understand it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.store import clear_errors

if TYPE_CHECKING:
    from experiments.results import Results

FORMATS = {
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv",
    ".tex": "application/x-tex",
    ".dta": "application/x-stata-dta",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".html": "text/html",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".yaml": "application/yaml",
    ".json": "application/json",
}


def write_crate(results: "Results", files: Sequence[Path]) -> Path | None:
    """Write ro-crate-metadata.json beside the results: files, the run that made them, its software and its study.

    None where the package rocrate is not installed (`linli[report]`).
    """
    try:
        from rocrate.model import ContextEntity
        from rocrate.rocrate import ROCrate
    except ModuleNotFoundError:
        return None
    study, folder, said = results.study, results.store.folder, results.store.manifest()
    crate = ROCrate()
    crate.name = study.file.title
    crate.description = study.file.question or study.file.title
    sessions = said.get("sessions", [])
    if sessions:
        crate.datePublished = sessions[-1]["began"]
    crate.license = "https://spdx.org/licenses/CC-BY-4.0"
    made = [crate.add_file(path, path.relative_to(folder).as_posix(), properties=_said_of(path)) for path in files]
    software: dict[str, Any] = {
        "@type": "SoftwareApplication", "name": "linli", "softwareVersion": said.get("linli") or "unknown",
        "identifier": said.get("commit") or said.get("model", ""),
    }  # fmt: skip
    program = crate.add(ContextEntity(crate, "#linli", properties=software))
    inputs = [one for one in made if one.id == "resolved.yaml"]
    action: dict[str, Any] = {"@type": "CreateAction", "name": said.get("command") or study.command}
    if sessions:
        action |= {"startTime": sessions[0]["began"]}
    run = crate.add(ContextEntity(crate, "#run", properties=action))
    run["instrument"], run["object"] = program, inputs
    run["result"] = [one for one in made if one not in inputs]
    crate.root_dataset["mentions"] = run
    path = folder / "ro-crate-metadata.json"
    with clear_errors(folder):
        crate.metadata.write(folder)
    return path


def _said_of(path: Path) -> dict[str, Any]:
    return {
        "name": path.name,
        "encodingFormat": FORMATS.get(path.suffix, "application/octet-stream"),
        "contentSize": str(path.stat().st_size),
    }
