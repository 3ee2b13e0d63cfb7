"""What a class did, kept in a file of the user's own, so that it goes on when the program is started again.

A life is a function of seed and choices: kept are these, not the community.
"""

import contextlib
import os
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from classroom.play import Choice
from classroom.predictions import Question
from sim.engine.cache import CACHE, is_own

HOURS = 12.0
"""So long a room is kept; a lesson is over by then."""
_STRICT = ConfigDict(extra="forbid", frozen=True)


class KeptSeat(BaseModel):
    """A seat and its secret."""

    model_config = _STRICT
    number: int
    name: str
    token: str
    again: str
    removed: bool
    choice: Choice
    predicted: dict[str, int]


class KeptRoom(BaseModel):
    """A room: what the teacher asked for, who sits there, and what was decided in which weeks."""

    model_config = _STRICT
    at: float
    code: str
    phase: str
    weeks: int
    purse: float
    rival: str
    seed: int
    question: Question | None
    seats: list[KeptSeat]
    lived: list[tuple[int, tuple[Choice, ...]]]
    """So many weeks with these choices, one after the other."""


def place_of(port: int) -> Path | None:
    """The file of the classroom at this port; None where there is no folder of the user's own."""
    folder = CACHE.parent
    return folder / f"classroom-{port}.json" if CACHE.name == "compiled" and is_own(folder) else None


def keep(place: Path, room: KeptRoom) -> None:
    """Write a room, for this user's eyes only; a full disk ends no lesson."""
    beside = place.with_suffix(".new")
    with contextlib.suppress(OSError):
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(room.model_dump_json())
        beside.replace(place)


def kept_at(place: Path) -> KeptRoom | None:
    """The room that was kept, if one was and it is of today."""
    try:
        room = KeptRoom.model_validate_json(place.read_bytes())
    except (OSError, ValidationError):
        return None
    return room if 0 <= time.time() - room.at < HOURS * 3600 else None


def forget(place: Path) -> None:
    """Nothing is kept any more."""
    with contextlib.suppress(OSError):
        place.unlink(missing_ok=True)
