"""Words: what the ODD document says in Chinese where the program says it in English.

Its own words stand in `words.zh.yaml` beside this file: sentences of state variables, levers, phases, rules and policies, each by its
English, so that a sentence that was changed is missing, which a test notices. All others are those of the reference pages.
"""

from functools import cache
from pathlib import Path

import yaml

from experiments.reporting.chinese import in_chinese
from experiments.reporting.figures.tables import UNITS_ZH
from experiments.spoken import Language


@cache
def catalogue() -> dict[str, str]:
    """The document's own words."""
    text = Path(__file__).with_name("words.zh.yaml").read_text(encoding="utf-8")
    return {str(english): str(chinese) for english, chinese in yaml.safe_load(text).items()}


def told(english: str, language: Language) -> str:
    """A sentence, a word, a unit or a sign in a language; in English where it is missing."""
    if language == "en" or not english:
        return english
    return catalogue().get(english) or unit_in_chinese(english)


def unit_in_chinese(unit: str) -> str:
    """A unit of a metric, a parameter or a dose."""
    return UNITS_ZH.get(unit) or in_chinese(unit)


def file_in(folder: Path, name: str, language: Language) -> str:
    """A text that stands in a folder in both languages, one beside the other."""
    return (folder / f"{name}{'.zh' if language == 'zh' else ''}.md").read_text(encoding="utf-8").strip()
