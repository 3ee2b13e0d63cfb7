"""Speed: how long this machine takes for a week of a resident, as a plan measured it last, so that the next plan has a time at once."""

import json
from typing import Any

from desk.folder import Folder
from experiments.runs.files import said_in
from experiments.runs.worker_pool import processors
from pages.guard import RefusedError

PARTS = ("start", "showing", "resident_week")


def learn(folder: Folder, plan: dict[str, Any]) -> None:
    """Keep what a plan measured: seconds to start and to show, and of processor time for a week of one resident."""
    lived = plan["todo"] * plan["weeks"] * plan["residents"]
    if lived > 0 and plan["running"] > 0:
        folder.own.mkdir(exist_ok=True)
        kept = {"start": plan["start"], "showing": plan["showing"], "resident_week": plan["running"] / lived}
        try:
            folder.write_bytes(folder.own / "speed.json", json.dumps(kept).encode())
        except RefusedError:  # a full disk: the next plan measures again
            return


def guess(folder: Folder, runs: int, weeks: int, residents: int) -> float | None:
    """Seconds that so many runs take by the speed that is known; None where none is."""
    kept = said_in(folder.own / "speed.json") or {}
    found = [one for part in PARTS if isinstance(one := kept.get(part), int | float) and one >= 0]
    if len(found) < len(PARTS):
        return None
    start, showing, each = found
    return float(start + showing + each * runs * weeks * residents / processors())
