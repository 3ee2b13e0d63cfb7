"""Chinese words for the English sentences of the program's own classes: what policies, parameters and units are called."""

from functools import cache
from importlib.resources import files

import yaml


@cache
def chinese() -> dict[str, str]:
    """The words, from `chinese.yaml`; what is missing there is shown in English."""
    text = files("experiments.reporting").joinpath("chinese.yaml").read_text(encoding="utf-8")
    return {str(k): str(v) for k, v in (yaml.safe_load(text) or {}).items()}


def in_chinese(english: str) -> str:
    """One of these in Chinese, or in English where it is missing."""
    return chinese().get(english, english)
