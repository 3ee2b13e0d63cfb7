"""What is said of a user's file that is no mistake: what was recognised, kept or left aside, one line each."""

import multiprocessing
import warnings
from collections.abc import Sequence
from pathlib import Path

from sim.config.yaml import shown_path


class FileNote(UserWarning):
    """A line about a user's own file: Python shows it once, as any warning; a command prints it."""


def note(path: Path, said: str) -> None:
    """Say a line about a file; workers leave that to the process that started them."""
    if multiprocessing.parent_process() is None:
        warnings.warn(f"{shown_path(path)}: {said}", FileNote, stacklevel=2)


def listed(names: Sequence[str], most: int = 8) -> str:
    """Names one after the other; of many, the first and how many more."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
