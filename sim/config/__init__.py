"""Configurations: `from sim.config import load_config`. The parts stand in the files of this folder."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.config.load import ConfigError, load_config

__all__ = ["ConfigError", "load_config"]


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is first used: reading YAML alone needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("sim.config.load"), name)
