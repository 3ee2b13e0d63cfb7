"""What a function of views reads and writes is said by its own code and by that of the functions to which it hands columns."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.engine.effects import effects_of
from sim.engine.jit import compiled, law


@law
def looks_at(column: Any, i: Any) -> Any:
    return column[i]


@law
def fills(out: Any, value: Any) -> Any:
    out[:] = value


@compiled
def moves(i: Any, source: Any, residents: Any) -> Any:
    target = residents.skill
    target[i] = source[i]
    fills(residents.fatigue[i:], 0.0)


def a_read(residents: Any) -> Any:
    return residents.skill[0]


def a_write(residents: Any) -> Any:
    residents.skill[0] = 1.0


def an_addition(residents: Any) -> Any:
    residents.skill[0] += 1.0


def a_swap(residents: Any) -> Any:
    residents.skill[0], residents.skill[1] = residents.skill[1], residents.fatigue[0]


def an_alias(residents: Any) -> Any:
    skill = residents.skill
    skill[0] = 1.0


def an_alias_of_a_view(residents: Any) -> Any:
    people = residents
    people.skill[0] = people.fatigue[0]


def one_of_two(residents: Any) -> Any:
    chosen = residents.skill if residents.tier[0] > 0 else residents.fatigue
    chosen[0] = 1.0


def two_at_once(residents: Any) -> Any:
    skill, fatigue = residents.skill, residents.fatigue
    skill[0] = fatigue[0]


def a_part(residents: Any) -> Any:
    part = residents.skill[3:9]
    part[0] = 1.0


def a_part_of_a_part(residents: Any) -> Any:
    residents.interest[3:9][0, 1] = 1.0


def a_name_used_before(residents: Any) -> Any:
    skill = residents.fatigue
    for i in range(2):
        skill[i] = 1.0
        skill = residents.skill


def a_filling(residents: Any) -> Any:
    residents.skill.fill(0.0)
    residents.fatigue[2:].sort()


def a_helper(residents: Any) -> Any:
    return looks_at(residents.skill, residents.tier[0])


def an_out_argument(residents: Any) -> Any:
    fills(residents.skill, 1.0)


def an_out_argument_by_name(residents: Any) -> Any:
    skill = residents.skill[2:]
    fills(skill, 1.0)


def helpers_of_helpers(residents: Any, levers: Any) -> Any:
    moves(3, levers.recognition, residents)


def of_somebody_else(residents: Any) -> Any:
    return np.sum(residents.skill)


@law
def half(rate: Any) -> Any:
    return rate / 2.0


def a_number_for_a_law(deciding: Any) -> Any:
    return half(deciding.habit)


def its_size_only(residents: Any) -> Any:
    return range(residents.skill.size)


SKILL, FATIGUE, TIER, INTEREST = (("residents", name) for name in ("skill", "fatigue", "tier", "interest"))
THANKS = ("levers", "recognition")
TOUCHES: list[tuple[Callable[..., Any], set[tuple[str, str]], set[tuple[str, str]]]] = [
    (a_read, {SKILL}, set()),
    (a_write, set(), {SKILL}),
    (an_addition, {SKILL}, {SKILL}),
    (a_swap, {SKILL, FATIGUE}, {SKILL}),
    (an_alias, {SKILL}, {SKILL}),
    (an_alias_of_a_view, {FATIGUE}, {SKILL}),
    (one_of_two, {SKILL, FATIGUE, TIER}, {SKILL, FATIGUE}),
    (two_at_once, {SKILL, FATIGUE}, {SKILL}),
    (a_part, {SKILL}, {SKILL}),
    (a_part_of_a_part, {INTEREST}, {INTEREST}),
    (a_name_used_before, {SKILL, FATIGUE}, {SKILL, FATIGUE}),
    (a_filling, {SKILL, FATIGUE}, {SKILL, FATIGUE}),
    (a_helper, {SKILL, TIER}, set()),
    (an_out_argument, set(), {SKILL}),
    (an_out_argument_by_name, {SKILL}, {SKILL}),
    (helpers_of_helpers, {THANKS, SKILL, FATIGUE}, {SKILL, FATIGUE}),
    (of_somebody_else, {SKILL}, set()),
    (its_size_only, {SKILL}, set()),
    (a_number_for_a_law, {("deciding", "habit")}, set()),
]
"""Functions, what they are said to read (naming a column is reading it), and exactly what they write."""


@pytest.mark.parametrize(("function", "reads", "writes"), TOUCHES, ids=lambda f: getattr(f, "__name__", ""))
def test_what_a_function_touches(
    function: Callable[..., Any], reads: set[tuple[str, str]], writes: set[tuple[str, str]]
) -> None:
    said = effects_of(function)
    assert said.writes == writes
    assert said.reads == reads
