"""The steps of a lesson that the page does when they are clicked, as `[play 52 weeks](do:play?weeks=52)`: do they work?"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from classroom.lessons import Lesson, study_of
from classroom.pair import SERIES
from classroom.state import Listed, StateError, loaded
from classroom.studies import opened
from experiments.study.loader import read_study
from sim import POLICIES
from sim.config.yaml import Problem, Spot, nearest

VERBS = ("open", "play", "weeks", "policy", "off", "set", "seed", "chart", "ties", "board", "reset", "pause")
_NUMBERS = {"play": "weeks", "weeks": "n", "seed": "n"}


def wrong_links(lesson: Lesson) -> list[Problem]:
    """Every step of a lesson that the page could not do, with its line. Errors: StateError, ConfigError of its study."""
    return [problem for line, text, found in _links(lesson) if (problem := _wrong(lesson, line, text, found))]


def _links(lesson: Lesson) -> Iterator[tuple[int, str, re.Match[str]]]:
    for line, text in enumerate(lesson.path.read_text(encoding="utf-8-sig").splitlines(), 1):
        yield from ((line, text, found) for found in re.finditer(r"\]\(do:([^)]*)\)", text))


def _wrong(lesson: Lesson, line: int, text: str, link: re.Match[str]) -> Problem | None:
    verb, _, query = link[1].partition("?")
    given: dict[str, Any] = dict(parse_qsl(query))
    spot = Spot(str(lesson.path), line, link.start(1) + 1, text)

    def told(found: object, expected: str, near: str | None = None) -> Problem:
        return Problem(spot, "", str(found), expected, near)

    if verb not in VERBS:
        return told(repr(verb), f"one of {', '.join(VERBS)}", nearest(verb, VERBS))
    if verb in _NUMBERS and not given.get(_NUMBERS[verb], "1").isdigit():
        return told(given[_NUMBERS[verb]], "a whole number")
    if verb == "chart" and (show := given.get("show")) not in SERIES:
        return told(repr(show), "a metric of `linli list`", nearest(show, SERIES))
    if verb in ("policy", "off") and (name := given.get("name")) not in POLICIES:
        return told(repr(name), "a policy of `linli list`", nearest(name, POLICIES))
    if verb == "open" and "arms" in given:
        arms, known = given["arms"].split("|"), list(read_study(study_of(lesson)).arms)
        if len(arms) != 2:
            return told(given["arms"], "two arms with | between them")
        if unknown := [arm for arm in arms if arm not in known]:
            return told(repr(unknown[0]), ", ".join(known), nearest(unknown[0], known))
    values = {name: _value(said) for name, said in given.items() if name not in ("name", "world", "from")}
    try:
        if verb == "policy":
            Listed(name=given["name"], doses=values).made()
        if verb == "set":
            state = opened(study_of(lesson))
            loaded(state.community, {**state.set, **values})
    except StateError as error:
        return told("", str(error))
    return None


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
