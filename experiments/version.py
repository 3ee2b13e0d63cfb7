"""The version of the program, whether it is installed or run from its sources."""

from functools import cache
from pathlib import Path


@cache
def version() -> str:
    """As it was installed; of sources that are not, what their pyproject.toml says; `not installed` where nothing says it."""
    import tomllib
    from importlib import metadata

    try:
        return metadata.version("linli")
    except metadata.PackageNotFoundError:
        pass
    try:
        said = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text("utf-8"))
        return f"{said['project']['version']} (not installed)"
    except (OSError, KeyError, ValueError):
        return "not installed"
