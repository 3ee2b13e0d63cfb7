"""One key of a study's text is changed by its form: the text then says that, and all else as it was written."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.folder import NAME, titles_of
from desk.texts import laid, said_in, written
from sim.config.load import config_folder
from sim.config.yaml import CONTROL, ConfigError

words = st.text(max_size=12).filter(lambda text: not CONTROL.search(text))
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9), words)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words.filter(bool), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(["title", "question", "weeks", "arms", "varies", "outcomes", "until", "x"])


def same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


def by_key(said: Any) -> dict[str, Any]:
    """Top keys sorted: where they stand means nothing, while the order of arms does."""
    return dict(sorted((said or {}).items()))


@given(st.dictionaries(keys, values, min_size=1), keys, values.filter(lambda value: value is not None))
@settings(max_examples=300, deadline=None)
def test_the_text_says_the_new_value_and_the_old_others(said: dict[str, Any], key: str, value: Any) -> None:
    text = laid(written(said), {key: value})
    assert same(by_key(said_in(text)), by_key({**said, key: value}))
    assert same(by_key(said_in(laid(text, {key: None}))), by_key({k: v for k, v in said.items() if k != key}))


@pytest.mark.parametrize("path", sorted((config_folder() / "studies").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_other_line_of_a_shipped_study_stays(path: Any) -> None:
    """Comments too, and in their places."""
    text = path.read_text(encoding="utf-8")
    changed = laid(text, {"replicates": 7})
    lines = [line for line in text.splitlines() if not line.startswith("replicates:")]
    assert [line for line in changed.splitlines() if not line.startswith("replicates:")] == lines
    assert same(by_key(said_in(changed)), by_key({**said_in(text), "replicates": 7}))


def test_arms_stand_as_they_were_said() -> None:
    """The first arm is the one against which the others are measured."""
    text = laid("arms:\n  a: []\n  b: []\n", {"arms": {"b": [], "a": []}})
    assert list(said_in(text)["arms"]) == ["b", "a"]


def test_comments_stay_where_they_were() -> None:
    text = "# why\ntitle: a  # short\n\n# how long\nweeks: 3\narms:\n  # the plain one\n  nothing: []\n# the end\n"
    assert laid(text, {"weeks": 9}) == text.replace("weeks: 3", "weeks: 9")
    assert laid(text, {"title": None}).startswith("# why\n\n# how long\nweeks: 3")
    assert laid(text, {"question": "q"}).splitlines()[2] == "question: q"


@pytest.mark.parametrize(
    "text", ["- weeks: 3\n", "just words\n", "3\n", "[1, 2]  # why\n", "a: [\n", "# what I want\n", ""]
)
def test_what_is_no_study_is_not_written_over(text: str) -> None:
    with pytest.raises((ValueError, ConfigError)):
        laid(text, {"weeks": 5})


@given(st.text(max_size=40))
@settings(max_examples=500, deadline=None)
def test_no_name_has_a_way_in_it(name: str) -> None:
    if NAME.fullmatch(name):
        assert not re.search(r"[/\\\0\n:]|\.\.|^\.", name)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("title: A\nlabel:\n  title: {zh: 甲}\narms: {}\n", ["A", "甲"]),
        ("label: {title: {en: B, zh: '乙：问'}, arms: {}}\ntitle: \"A\"\n", ["A", "乙：问"]),
        ("title: A\nlabel:\n\n  # words\n  title:\n    zh: 甲\nweeks: 3\n", ["A", "甲"]),
        ("title: A\nlabel:\n  arms: {x: {zh: 丙}}\n", ["A", "A"]),
        ("title: A\nlabel: {title: {zh: [1]}}\n", ["A", "A"]),
        ("title: A\nlabel: {title: 甲}\n", ["A", "A"]),
        ("title: A\nlabel: {title: {zh: 甲\nweeks: 3\n", ["A", "A"]),
        ("title: My question\nweeks: 3\n", ["My question", "我的问题"]),
        ("weeks: 3\n", ["", ""]),
    ],
)
def test_a_study_is_called_by_its_titles_in_both_languages(text: str, titles: list[str]) -> None:
    assert titles_of(text) == titles


@given(text=st.text(alphabet="labeltitzh: {}[]'\"甲\n#&*!|>-,", max_size=60))
def test_a_title_is_read_of_any_text(text: str) -> None:
    assert all(isinstance(title, str) for title in titles_of("label:" + text))
