"""Rules and policies are for reading: what their text consists of, by the count of tests/benchmarks/count_rules.py."""

import pytest

from tests.benchmarks.count_rules import count, files, over_the_limits

LONG_SENTENCES = 78
"""Lines of policies of more than 120 characters: what they say of themselves in both languages, and docstrings. To become fewer."""
AIMED_SIGNATURES, REACHED = 0.06, 0.106
"""Functions about one resident have heads of their own: the share of heads that was aimed at is not reached."""


def test_no_function_takes_more_arguments_than_somebody_can_remember() -> None:
    assert over_the_limits()["arguments"] == []


def test_no_line_and_no_file_is_too_long() -> None:
    over = over_the_limits()
    assert [line for line in over["lines"] if not line.startswith("policies/")] == []
    assert len(over["lines"]) <= LONG_SENTENCES
    assert over["files"] == []


def test_the_text_of_rules_is_sentences() -> None:
    rules = count(files("rules"))
    assert rules.share("sentences") >= 0.40
    assert rules.share("machine") <= 0.03
    assert AIMED_SIGNATURES < rules.share("signatures") <= REACHED


@pytest.mark.parametrize("room", ["rules", "policies"])
def test_the_count_counts(room: str) -> None:
    counted = count(files(room))
    assert counted.text > counted.sentences > counted.signatures > 0
