"""Why something is refused is said in Chinese on the Chinese page: every dose of every policy, and what else a page can get wrong."""

import re

import pytest

pytest.importorskip("starlette")

from classroom.lessons import lessons, study_of
from classroom.refusals import in_chinese
from classroom.state import Listed, StateError, state_of
from experiments.reporting.chinese import chinese
from experiments.study.loader import read_study
from sim import POLICIES

ENGLISH = re.compile(
    r"(?<![\w'])(?:should|found|expected|must|than|equal|valid|needed|called|input)(?![\w'])", re.IGNORECASE
)


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("value", [-1e12, 1e12, "x", None, [{}]])
def test_a_dose_that_cannot_be_is_refused_in_chinese(name: str, value: object) -> None:
    for dose in POLICIES[name].model_fields:
        try:
            Listed(name=name, doses={dose: value}).made()  # type: ignore[dict-item]
        except StateError as error:
            told = in_chinese(error)
            assert POLICIES[name].title_zh in told
            assert not ENGLISH.search(told), told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"seed": -1}, "应不小于0"),
        ({"seed": "x"}, "种子必须是整数"),
        ({"week": 1e9}, "应不大于2600"),
        ({"nothing": 1}, "没有这一项"),
    ],
)
def test_a_state_that_cannot_be_is_refused_in_chinese(said: object, told: str) -> None:
    with pytest.raises(StateError) as refused:
        state_of(said)
    assert told in in_chinese(refused.value)


@pytest.mark.parametrize("name", lessons())
def test_a_lessons_title_question_and_arms_have_chinese_words(name: str) -> None:
    study = read_study(study_of(lessons()[name]["en"]))
    assert [words for words in (study.file.title, study.file.question, *study.arms) if words not in chinese()] == []
