"""The record of a study's folder: manifest.json and sessions/, whatever state they are found in.

Each program that worked in the folder leaves a file in sessions/; the manifest repeats them. So either can be damaged and
the history is whole; what cannot be understood is put away and said.
"""

import contextlib
import hashlib
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.runs.files import said_in, write_whole
from experiments.spoken import spoken

type Said = dict[str, Any]

MANIFEST = "manifest.json"
LISTS = ("sessions", "seeds", "figures")
TABLES = ("packages", "files", "arms")
TEXTS = ("study", "title", "question", "command", "linli", "model", "commit", "python", "platform", "state")
MOST = 100
"""Sessions that a manifest tells of."""


def manifest(folder: Path) -> Said:
    """What manifest.json says, without what is not what it should be; empty where there is none."""
    said = said_in(folder / MANIFEST) or {}
    return {key: _sound(key, value) for key, value in said.items() if _sound(key, value) is not None}


def _sound(key: str, value: Any) -> Any:
    """A value of the manifest, with those parts that can be used; None where it is of another kind."""
    if key == "sessions" and isinstance(value, list):
        return [one for one in value if _is_session(one)]
    if key in ("packages", "files") and isinstance(value, dict):
        return {name: text for name, text in value.items() if isinstance(text, str)}
    kind = list if key in LISTS else dict if key in TABLES else str if key in TEXTS else object
    return value if isinstance(value, kind) else None


def _is_session(one: Any) -> bool:
    def number(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)

    timed = isinstance(one, dict) and all(number(one.get(key)) for key in ("seconds", "runs", "run_seconds"))
    return timed and isinstance(one.get("began"), str)


def sessions(folder: Path) -> list[Said]:
    """What programs did here, each once, in the order in which they began."""
    noted = [said_in(path) for path in sorted(folder.glob("sessions/[!.]*.json"))]
    known = [*manifest(folder).get("sessions", []), *(one for one in noted if _is_session(one))]
    each = {json.dumps(one, sort_keys=True): one for one in known}
    return sorted(each.values(), key=lambda one: str(one["began"]))


def note(folder: Path, session: Mapping[str, Any]) -> None:
    """Keep what a program did."""
    (folder / "sessions").mkdir(exist_ok=True)
    text = json.dumps(session).encode()
    write_whole(folder / "sessions" / f"{hashlib.sha256(text).hexdigest()[:20]}.json", text, sync=True)


def write(folder: Path, said: Mapping[str, Any]) -> None:
    """Write manifest.json."""
    text = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
    write_whole(folder / MANIFEST, text.encode(), sync=True)


def mended(folder: Path) -> list[str]:
    """Put away what cannot be understood of the record; returns a sentence on each."""
    found = []
    if (folder / MANIFEST).exists():
        said, sound = said_in(folder / MANIFEST), manifest(folder)
        wrong = [key for key, value in (said or {}).items() if sound.get(key) != value]
        if said is None or wrong:
            what = spoken("its {keys} cannot be used", keys=", ".join(wrong)) if said else spoken("it is damaged")
            found.append((folder / MANIFEST, what))
    noted = sorted(folder.glob("sessions/[!.]*.json"))
    found += [(path, spoken("it is damaged")) for path in noted if not _is_session(said_in(path))]
    for path, _ in found:
        put_away(path, folder)
    known = len(sessions(folder))
    several = spoken("{known} earlier sessions are known", known=known)
    one = spoken("1 earlier session is known")
    history = several if known > 1 else one if known else spoken("no earlier one is known")
    return [
        spoken(
            "{file}: {what}, and is put away in damaged/; {history}.",
            file=path.relative_to(folder).as_posix(),
            what=what,
            history=history,
        )
        for path, what in found
    ]


def put_away(path: Path, folder: Path) -> None:
    """Move a damaged file into damaged/."""
    (folder / "damaged").mkdir(exist_ok=True)
    with contextlib.suppress(FileNotFoundError):  # another part of the plan was faster
        os.replace(path, folder / "damaged" / path.name)
