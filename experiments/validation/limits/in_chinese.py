"""What a limit compares, in Chinese: by its English with a mark for each number."""

import re
from functools import cache
from importlib.resources import files

NUMBER = re.compile(r"\(\d[\d., ]*\)|\d+(?:\.\d+)?")


@cache
def words() -> dict[str, str]:
    """The Chinese of every comparison, numbers left out."""
    import yaml

    text = files(__package__).joinpath("chinese.yaml").read_text(encoding="utf-8")
    return {str(english): str(chinese) for english, chinese in yaml.safe_load(text).items()}


def in_chinese(what: str) -> str:
    """A comparison with its numbers, or in English where it is missing."""
    chinese = words().get(NUMBER.sub("#", what))
    if chinese is None:
        return what
    for number in NUMBER.findall(what):
        chinese = chinese.replace("#", number, 1)
    return chinese
