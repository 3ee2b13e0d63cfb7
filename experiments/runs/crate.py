"""Crate: describes a study's folder after RO-Crate 1.2, so that archives and search engines understand it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.runs.store import clear_errors

if TYPE_CHECKING:
    from experiments.runs.results import Results

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
MEANINGS = {
    "runs.parquet": "One row a finished run: arm, point, replicate, seed and every metric's mean over the window.",
    "groups.parquet": "One row a finished run and outcome of a group of the user's own columns.",
    "resolved.yaml": "The study and every parameter value with which its runs were made.",
    "manifest.json": "Versions, seeds, commit and durations.",
    "report.html": "The whole report as one page.",
    "report-zh.html": "The whole report as one page, in Chinese.",
    "weekly": "One row a run and week: every metric.",
    "figures": "A figure of the report.",
    "figures-zh": "A figure of the report, with Chinese labels.",
    "tables": "A table of the report.",
    "tables-zh": "A table of the report, in Chinese.",
}
"""What a file holds, by its name or its folder."""
ADDRESS = "urn:linli"
"""Stands for an address of the program, which the profile asks for and which it does not have yet."""
LICENCE = "https://spdx.org/licenses/CC-BY-4.0"


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
    crate = ROCrate(version="1.2")
    crate.name = study.file.title
    crate.description = study.file.question or study.file.title
    sessions = said.get("sessions", [])
    if sessions:
        crate.datePublished = sessions[-1]["began"]
    terms = {
        "@type": "CreativeWork",
        "name": "CC BY 4.0",
        "description": "May be shared and adapted by naming the author.",
    }
    crate.root_dataset["license"] = crate.add(ContextEntity(crate, LICENCE, properties=terms))
    made = [
        crate.add_file(path, path.relative_to(folder).as_posix(), properties=_said_of(path, folder)) for path in files
    ]
    software: dict[str, Any] = {
        "@type": "SoftwareApplication", "name": "linli", "version": said.get("linli") or "unknown",
        "identifier": said.get("commit") or said.get("model", ""), "url": ADDRESS,
    }  # fmt: skip
    program = crate.add(ContextEntity(crate, "#linli", properties=software))
    inputs = [one for one in made if one.id == "resolved.yaml"]
    action: dict[str, Any] = {"@type": "CreateAction", "name": said.get("command") or study.command}
    if sessions:
        action |= {"startTime": sessions[0]["began"]}
    run = crate.add(ContextEntity(crate, "#run", properties=action))
    run["instrument"], run["object"] = program, inputs[0] if len(inputs) == 1 else inputs
    run["result"] = [one for one in made if one not in inputs]
    crate.root_dataset["mentions"] = run
    path = folder / "ro-crate-metadata.json"
    with clear_errors(folder):
        crate.metadata.write(folder)
    return path


def _said_of(path: Path, folder: Path) -> dict[str, Any]:
    part = path.relative_to(folder).parts[0]
    return {
        "name": path.name,
        "description": MEANINGS.get(part, "Part of the results."),
        "encodingFormat": FORMATS.get(path.suffix, "application/octet-stream"),
        "contentSize": str(path.stat().st_size),
    }
