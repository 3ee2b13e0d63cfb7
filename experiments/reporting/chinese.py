"""Chinese words for the English sentences of the program's own classes: what policies, parameters and units are called."""

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from sim.policies.policy import Policy


@cache
def chinese() -> dict[str, str]:
    """The words, from `chinese.yaml`; what is missing there is shown in English."""
    text = files("experiments.reporting").joinpath("chinese.yaml").read_text(encoding="utf-8")
    return {str(k): str(v) for k, v in (yaml.safe_load(text) or {}).items()}


def in_chinese(english: str) -> str:
    """One of these in Chinese, or in English where it is missing."""
    return chinese().get(english, english)


def choice_in_chinese(value: object) -> str:
    """A value of a parameter or dose in Chinese: yes and no, choices, lists of them; numbers and own texts as they are."""
    if isinstance(value, bool) or value is None:
        return {True: "是", False: "否", None: "无"}[value]
    if isinstance(value, tuple | list):
        return "、".join(map(choice_in_chinese, value))
    text = str(value)
    return chinese().get(text.replace("_", " "), text) if isinstance(value, str) else text


def told_in_chinese(policy: "Policy") -> str:
    """What a policy does with its doses, in Chinese: the kinds of service too, which its own sentence calls by their names."""
    said = policy.told_zh()
    for kind in getattr(policy, "kinds", ()):
        said = re.sub(rf"(?<![a-z_]){re.escape(kind)}(?![a-z_])", lambda found: choice_in_chinese(found[0]), said)
    return said
