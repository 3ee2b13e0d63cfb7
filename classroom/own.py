"""Communities of one's own: files that the user of a command names. A page or a server opens none that was not brought so."""

from pathlib import Path

_BROUGHT: dict[str, Path] = {}


def bring(path: Path, name: str | None = None) -> str:
    """Let states name this file as their community, by the `name` under which a study says it [its path]; returns the name."""
    name = name or path.as_posix()
    _BROUGHT[name] = path
    return name


def brought(name: str) -> Path | None:
    """The file of a community of that name; None where none was brought."""
    return _BROUGHT.get(name)
