"""Doses: what an arm does in words, with every value of a dose that was run and not only the one that stands in the arm."""

import re
from collections.abc import Sequence
from itertools import product
from typing import Any

from experiments.reporting.chinese import told_in_chinese
from experiments.reporting.figures.style import Look
from experiments.study.design import DOSE, Study
from experiments.study.sampling import Range, Value
from experiments.study.schema import Arm

_NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?%?)")
MANY = 6
"""Values of a dose up to which each is named; of more, the lowest and the highest."""


def arm_in_words(study: Study, arm: str, look: Look) -> str:
    """What an arm does: its policies, with all values of their doses that were run, and the parameters that it sets."""
    said = [policy_in_words(study, name, doses, look) for name, doses in study.arms[arm]]
    said += [f"{path} = {value}." for path, value in settings_of(study, arm).items()]
    return " ".join(said) or look.say("Nothing is changed.", "不作改变。")


def settings_of(study: Study, arm: str) -> dict[str, object]:
    """The parameters that an arm sets for itself."""
    said = study.file.arms[arm]
    return dict(said.set) if isinstance(said, Arm) else {}


def values_of(study: Study, factor: str) -> list[Value]:
    """The values of a factor that the study visits, each once, numbers in their order."""
    found = list(dict.fromkeys(dict(point)[factor] for point in study.points))
    return found if any(isinstance(value, str) for value in found) else sorted(found)


def policy_in_words(study: Study, name: str, doses: dict[str, Any], look: Look) -> str:
    """One sentence; where a varied dose changes more of it than numbers, one for each of its values."""
    varied = {f: f.removeprefix(f"{DOSE}{name}.") for f in study.file.varies if f.startswith(f"{DOSE}{name}.")}
    numbers = {f: dose for f, dose in varied.items() if _only_numbers(study, name, doses, f, dose, look)}
    words = {f: dose for f, dose in varied.items() if f not in numbers}
    sentences = []
    for combination in product(*(values_of(study, f) for f in words)):
        chosen = dict(zip(words.values(), combination, strict=True))
        pieces = _pieces(name, doses | chosen, look)
        changed = dict[int, str]()
        for factor, dose in numbers.items():
            ends = [_pieces(name, doses | chosen | {dose: value}, look) for value in values_of(study, factor)]
            for i in range(1, len(pieces), 2):
                told = list(dict.fromkeys(one[i] for one in ends))
                if told != [pieces[i]]:
                    few = len(told) <= MANY and not isinstance(study.file.varies[factor], Range)
                    changed[i] = either(told, look) if few else look.say(" to ", "至").join((told[0], told[-1]))
        sentence = "".join(changed.get(i, piece) for i, piece in enumerate(pieces))
        at = ", ".join(f"{dose} = {value}" for dose, value in chosen.items())
        sentences.append(look.say(f"With {at}: {sentence}", f"{at} 时：{sentence}") if at else sentence)
    return " ".join(sentences)


def _pieces(name: str, doses: dict[str, Any], look: Look) -> list[str]:
    """A policy's sentence cut at its numbers: text, number, text, number ... text."""
    from sim import POLICIES

    policy = POLICIES[name](**doses)
    return _NUMBER.split(policy.told() if look.language == "en" else told_in_chinese(policy))


def _only_numbers(study: Study, name: str, doses: dict[str, Any], factor: str, dose: str, look: Look) -> bool:
    """Whether a varied dose changes nothing of the sentence but numbers."""
    values = values_of(study, factor)
    texts = {tuple(_pieces(name, doses | {dose: value}, look)[::2]) for value in values}
    return len(texts) == 1 and not any(isinstance(value, str) for value in values)


def either(told: Sequence[str], look: Look) -> str:
    """4, 8 or 16."""
    if len(told) < 2:
        return "".join(told)
    return look.say(f"{', '.join(told[:-1])} or {told[-1]}", "、".join(told[:-1]) + "或" + told[-1])
