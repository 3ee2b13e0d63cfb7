"""The language of the terminal: what commands print, in English or Chinese, by one catalogue.

A sentence stands in the program in English, with its values in brackets; the catalogue has the Chinese: `spoken.yaml` (and `spoken_trace.yaml`, for lives) of sentences that
are printed, `spoken_help.yaml` of help and of click's own. What files hold does not hang on it: the same study gives the same bytes in
any language.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Literal

type Language = Literal["en", "zh"]

_asked: dict[str, str] = {"language": "en", "said": ""}
"""Of this program, all of its threads: what is printed goes to one terminal. `said`: as somebody asked for it."""


def speak(language: str | None = None) -> None:
    """Print in this language from now on; where none is said, in the system's."""
    _asked["language"] = "zh" if (language or of_the_system()).startswith("zh") else "en"
    _asked["said"] = language or ""


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """For a while, another language: that of a file."""
    before = dict(_asked)
    speak(language)
    try:
        yield
    finally:
        _asked.update(before)


def language() -> Language:
    """The language in which is printed."""
    return "zh" if _asked["language"] == "zh" else "en"


def asked_for() -> str:
    """The language that somebody asked for with `--lang`; nothing where it is the system's."""
    return _asked["said"]


def of_the_system() -> str:
    """The language that the system asks for, in the order in which programs ask it: zh_CN.UTF-8, en_GB, or nothing."""
    asked = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next(filter(None, asked), "")


CATALOGUES = ("spoken.yaml", "spoken_trace.yaml", "spoken_help.yaml")


@cache
def catalogue() -> dict[str, str]:
    """The Chinese of every sentence, by its English."""
    return {english: chinese for file in CATALOGUES for english, chinese in catalogue_of(file).items()}


@cache
def catalogue_of(file: str) -> dict[str, str]:
    """The Chinese of the sentences of one file."""
    import yaml

    text = files("experiments").joinpath(file).read_text(encoding="utf-8")
    return {str(english): str(chinese) for english, chinese in yaml.safe_load(text).items()}


def spoken(sentence: str, **values: object) -> str:
    """A sentence with its values, in the language of the terminal; in English where the catalogue lacks it."""
    return in_words(sentence).format(**values)


def in_words(sentence: str) -> str:
    """A sentence in the language of the terminal, as it stands: help, and what click says."""
    return catalogue().get(sentence, sentence) if language() == "zh" else sentence


def either(pair: tuple[str, str]) -> str:
    """Of a sentence in English and Chinese the one to print."""
    return pair[language() == "zh"]
