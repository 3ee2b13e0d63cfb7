"""Reading configurations: what is right loads, what is wrong is told with file, line and the nearest valid name."""

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from sim.config.evidence import Evidenced
from sim.config.load import config_hash, find_file, json_schema, load, load_sources, resolved
from sim.config.yaml import ConfigError, CoreDumper, Problem, parse


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


type Share = Annotated[float, Field(ge=0, le=1)]


def number(unit: str, low: float, high: float) -> Any:
    return Field(description="A number.", ge=low, le=high, json_schema_extra={"unit": unit})


class Asking(Part):
    rate: float = number("asks a week", 0, 1)
    by_tier: tuple[Share, Share] = Field(description="By tier.", json_schema_extra={"unit": "share"})
    law: Literal["logistic", "threshold"]
    weeks: int = number("weeks", 1, 52)
    open: bool
    file: Path | None = None


class Kind(Part):
    hours: float = number("hours", 0, 40)


class Root(Evidenced):
    title: str
    asking: Asking
    kinds: dict[str, Kind]


BASELINE = """\
title: Baseline
asking:
  rate: {value: 0.2, source: a2001, grade: survey, note: page 3}
  by_tier: {value: [0, 0.5], grade: assumed}
  law: {value: logistic, source: "a2001, b2002", grade: theory}
  weeks: {value: 4, grade: calibrated}
  open: {value: true, grade: assumed}
kinds:
  meals: {hours: {value: 2, grade: assumed}}
  errands: {hours: {value: 1, grade: assumed}}
"""
SOURCES = "a2001: {author: A, year: 2001, title: T}\nb2002: {author: B, year: 2002, title: T}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "communities").mkdir()
    (tmp_path / "baseline.yaml").write_text(BASELINE)
    (tmp_path / "sources.yaml").write_text(SOURCES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problems(folder: Path, text: str | bytes, **changes: object) -> tuple[Problem, ...]:
    """What is said about a file `mine.yaml` with that text."""
    (folder / "mine.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load("mine", Root, changes, folder=folder)
    assert str(caught.value)
    return caught.value.problems


def differs(folder: Path, text: str, **changes: object) -> Root:
    (folder / "mine.yaml").write_text("extends: baseline\n" + text)
    return load("mine", Root, changes, folder=folder)


# What is right


def test_baseline_carries_its_evidence(folder: Path) -> None:
    config = load("baseline", Root, folder=folder)
    assert config.asking.rate == 0.2
    assert config.asking.by_tier == (0.0, 0.5)
    rate = config.evidence["asking.rate"]
    assert (rate.value, rate.unit, rate.note) == (0.2, "asks a week", "page 3")
    assert (rate.source, rate.grade) == ("a2001", "survey")
    assert (rate.file, rate.line) == ("baseline.yaml", 3)
    assert "kinds.meals.hours" in config.evidence
    assert "title" not in config.evidence


def test_a_difference_changes_only_what_it_names(folder: Path) -> None:
    config = differs(folder, "asking:\n  rate: 0.3\nkinds:\n  errands: null\n  care: {hours: 3}\n")
    assert config.asking.rate == 0.3
    assert config.asking.weeks == 4
    assert set(config.kinds) == {"meals", "care"}
    rate = config.evidence["asking.rate"]
    assert (rate.source, rate.grade, rate.line) == ("mine.yaml", "assumed", 3)
    assert config.evidence["asking.weeks"].file == "baseline.yaml"


def test_differences_extend_differences(folder: Path) -> None:
    (folder / "communities" / "near.yaml").write_text("extends: baseline\nasking: {rate: 0.5, weeks: 9}\n")
    (folder / "far.yaml").write_text("extends: communities/near.yaml\nasking: {weeks: 10}\n")
    config = load("far", Root, folder=folder)
    assert (config.asking.rate, config.asking.weeks) == (0.5, 10)
    assert load(folder / "far.yaml", Root, folder=folder) == config


def test_changes_are_values_or_yaml_text(folder: Path) -> None:
    config = load(
        "baseline", Root, {"asking.rate": "1e-3", "asking.by_tier": (0, 1), "kinds.errands": "null"}, folder=folder
    )
    assert config.asking.rate == 0.001
    assert config.asking.by_tier == (0.0, 1.0)
    assert set(config.kinds) == {"meals"}
    assert config.evidence["asking.rate"].source == "--set"
    assert config.evidence["asking.weeks"].source == ""


def test_files_are_found_beside_the_configuration_that_names_them(folder: Path) -> None:
    (folder / "communities" / "own.yaml").write_text("extends: baseline\nasking: {file: people.csv}\n")
    assert load("own", Root, folder=folder).asking.file == folder / "communities" / "people.csv"


def test_scalars_follow_yaml_1_2() -> None:
    text = "{a: no, b: 1e-3, c: 012, d: 12:30, e: on, f: .5, g: 0o17, h: '1', i: ~, j: 2001-01-01, k: 1_000}"
    expected = {"a": "no", "b": 0.001, "c": 12, "d": "12:30", "e": "on", "f": 0.5, "g": 15, "h": "1", "i": None}
    assert parse(text, "f", Path("f")).value == expected | {"j": "2001-01-01", "k": "1_000"}


def test_anchors_are_repeated() -> None:
    assert parse("a: &x [1, 2]\nb: *x\n", "f", Path("f")).value == {"a": [1, 2], "b": [1, 2]}


# What is wrong: the file as a whole


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("", 1, "an empty file"),
        ("# nothing\n", 1, "an empty file"),
        ("- 1\n", 0, "a file that is no configuration"),
        ("- title: x\n", 1, "a list"),
        ("title: 1\nb: [1\nc: 2\n", 3, "a YAML mistake"),
        ("title: 1\n\tb: 2\n", 2, "a YAML mistake"),
        (b"title: 1\nb: \xff\xfe\x00\n", 2, "bytes that are not text"),
        ("title: 1\nb: \x00\n", 2, "a character that no text file holds"),
        ("title: 1\n---\nb: 2\n", 2, "a YAML mistake"),
        ("title: " + "[" * 100_000, 0, "too deep"),
        ("- " * 100_000 + "title: x", 0, "too deep"),
        ("extends: nowhere\n", 1, "nowhere"),
        ("extends: 3\n", 1, "3"),
        ("title: x\nextends: baselin\n", 2, "baselin"),
        ("extends: mine\n", 1, "a circle: mine -> mine"),
    ],
)
def test_a_file_that_cannot_be_used(folder: Path, text: str | bytes, line: int, found: str) -> None:
    problem = problems(folder, text)[0]
    assert (problem.file, problem.line) == ("mine.yaml", line)
    assert found in problem.found


def test_circles_of_files(folder: Path) -> None:
    (folder / "other.yaml").write_text("extends: mine\n")
    assert "mine -> other -> mine" in problems(folder, "extends: other\n")[0].found
    (folder / "mine.yaml").write_text("extends: mine\n")
    assert "mine -> mine" in problems(folder, "extends: mine\n")[0].found


@pytest.mark.parametrize(
    ("name", "found", "near"),
    [
        ("basline", "a name that no file has", "baseline"),
        ("sources", "a name that no file has", None),
        ("communities/ruijin.yaml", "no such file", "ruijing"),
        ("communities/", "a folder", None),
        ("", "a name that no file has", None),
    ],
)
def test_names_that_no_file_has(folder: Path, name: str, found: str, near: str | None) -> None:
    (folder / "communities" / "ruijing.yaml").write_text("extends: baseline\n")
    with pytest.raises(ConfigError) as caught:
        load(name, Root, folder=folder)
    assert caught.value.problems[0].found == found
    assert caught.value.problems[0].nearest == near


def test_studies_are_found_in_their_own_folder(folder: Path) -> None:
    (folder / "studies").mkdir()
    (folder / "studies" / "a.yaml").write_text("title: a\n")
    assert find_file("a", ("studies",), folder=folder) == folder / "studies" / "a.yaml"
    with pytest.raises(ConfigError):
        find_file("a", folder=folder)


# What is wrong: one value


@pytest.mark.parametrize(
    ("line", "path", "column", "found", "expected", "near"),
    [
        ("asking: {rte: 0.3}", "asking.rte", 10, "an unknown key", "", "rate"),
        ("askin: {rate: 0.3}", "askin", 1, "an unknown key", "", "asking"),
        ("zzz: 1", "zzz", 1, "an unknown key", "one of the keys title, asking, kinds", None),
        ("asking: {rate: 1.5}", "asking.rate", 16, "1.5", "a number from 0 to 1 (asks a week)", None),
        ("asking: {rate: '0.5'}", "asking.rate", 16, '"0.5"', "a number from 0 to 1 (asks a week)", None),
        ("asking: {rate: true}", "asking.rate", 16, "true", "a number from 0 to 1 (asks a week)", None),
        ("asking: {rate: no}", "asking.rate", 16, '"no"', "a number from 0 to 1 (asks a week)", None),
        ("asking: {rate: }", "asking.rate", 16, "nothing (null)", "a number from 0 to 1 (asks a week)", None),
        ("asking: {rate: .nan}", "asking.rate", 16, ".nan", "a finite number", None),
        ("asking: {rate: 1e999}", "asking.rate", 16, "1e999", "a finite number", None),
        ("asking: {weeks: 1.5}", "asking.weeks", 17, "1.5", "a whole number from 1 to 52 (weeks)", None),
        ("asking: {weeks: 0}", "asking.weeks", 17, "0", "a whole number from 1 to 52 (weeks)", None),
        ("asking: {open: yes}", "asking.open", 16, '"yes"', "true or false", None),
        ("asking: {law: logistik}", "asking.law", 15, '"logistik"', "one of logistic, threshold", "logistic"),
        ("asking: {by_tier: [0, 2]}", "asking.by_tier.1", 23, "2", "a number from 0 to 1 (share)", None),
        ("asking: {by_tier: 2}", "asking.by_tier", 19, "2", "a list of 2 entries", None),
        ("asking: {by_tier: {value: []}}", "asking.by_tier", 27, "[]", "a list of 2 entries", None),
        ("asking: 3", "asking", 9, "3", "a section with one or more of the keys rate", None),
        ("kinds: {meals: 3}", "kinds.meals", 16, "3", "null to take the entry away", None),
        ("kinds: 3", "kinds", 8, "3", "a table of named entries", None),
        ("kinds: {care: {}}", "kinds.care.hours", 9, "no such key", "a number from 0 to 40 (hours)", None),
        ("kinds: {meals: {hours: {value: 99}}}", "kinds.meals.hours", 32, "99", "a number from 0 to 40", None),
        ("asking: {rate: {value: 1, sorce: a}}", "asking.rate.sorce", 27, "an unknown key", "", "source"),
        ("asking: {rate: {value: 1, grade: good}}", "asking.rate.grade", 34, '"good"', "one of survey, trial", None),
        ("asking: {rate: {value: 1, source: a2001}}", "asking.rate", 16, "", "a grade beside the source", None),
        ("asking: {rate: {value: 1, grade: trial}}", "asking.rate", 16, "", "a source beside the grade", None),
        (
            "asking: {rate: {value: 1, source: a201, grade: trial}}",
            "asking.rate.source", 35, "the unknown source 'a201'", "a key of sources.yaml", "a2001",
        ),
        ("asking: {rate: 0.1, rate: 0.2}", "asking.rate", 21, "the same key a second time", "each key once", None),
        ("title: 3", "title", 8, "3", "text", None),
        ("asking: {rate: !!python/name:os.system x}", "asking.rate", 16, "the tag", "a value without a tag", None),
        ("asking: &x {rate: *x}", "asking.rate", 9, "a part that contains itself", "a plain value", None),
        ("? [1, 2]\n: 3", "", 3, "a key that is not a word", "a name before the colon", None),
    ],
)  # fmt: skip
def test_a_value_that_is_wrong(
    folder: Path, line: str, path: str, column: int, found: str, expected: str, near: str | None
) -> None:
    (problem,) = problems(folder, f"extends: baseline\n\n{line}\n")
    assert (problem.file, problem.line, problem.column, problem.path) == ("mine.yaml", 3, column, path)
    assert problem.found.startswith(found)
    assert expected in problem.expected
    assert bool(expected) == bool(problem.expected) or "value" in path
    assert problem.nearest == near


def test_everything_wrong_is_told_at_once_and_in_order(folder: Path) -> None:
    text = "extends: baseline\nasking:\n  rte: 1\n  rate: 2\n  rate: 3\n  law: x\nkinds: {a: {hours: -1}}\n"
    found = problems(folder, text, **{"asking.weeks": 99, "nowhere.at.all": 1, "title.x": 2, "asking.open": "[1"})
    assert [p.file for p in found] == ["--set asking.open=[1", "--set asking.weeks=99", "--set nowhere.at.all=1",
                                       "--set title.x=2", *["mine.yaml"] * 5]  # fmt: skip
    assert [p.line for p in found[4:]] == [3, 4, 5, 6, 7]


def test_a_message_shows_the_line_and_a_caret_below_the_value(folder: Path) -> None:
    (problem,) = problems(folder, "extends: baseline\ntitle: x\nkinds: {餐: {hours: 99}}\n")
    said, line, caret = str(problem).split("\n")
    assert said == "mine.yaml:3:20: kinds.餐.hours: found 99; expected a number from 0 to 40 (hours)"
    assert line == "    kinds: {餐: {hours: 99}}"
    assert caret == " " * (4 + 19 + 1) + "^"  # one cell more, for the Chinese character is two cells wide


@pytest.mark.parametrize(
    ("path", "value", "found", "near"),
    [
        ("askin.rate", "1", "an unknown key", "asking.rate"),
        ("rate", "1", "an unknown key", "asking.rate"),
        ("asking.rte", "1", "an unknown key", "asking.rate"),
        ("asking.rate.x", "1", "a path that leads nowhere", "asking.rate"),
        ("asking.by_tier.7", "1", "a path that leads nowhere", "asking.by_tier.1"),
        ("", "1", "a path that leads nowhere", None),
        ("asking.rate", "word", '"word"', None),
        ("asking.rate", "", "nothing (null)", None),
        ("asking.rate", "[1", "a YAML mistake", None),
        ("asking.rate", "!!x 1", "the tag", None),
        ("asking.rate", float("inf"), "inf", None),
        ("asking.rate", object(), "the Python object", None),
    ],
)
def test_changes_that_cannot_be(folder: Path, path: str, value: object, found: str, near: str | None) -> None:
    with pytest.raises(ConfigError) as caught:
        load("baseline", Root, {path: value}, folder=folder)
    (problem,) = caught.value.problems
    assert problem.file.startswith(f"--set {path}=")
    assert problem.found.startswith(found)
    assert problem.nearest == near


def test_baseline_must_give_evidence_for_each_value(folder: Path) -> None:
    (folder / "baseline.yaml").write_text(BASELINE.replace("{value: 4, grade: calibrated}", "4"))
    with pytest.raises(ConfigError) as caught:
        load("baseline", Root, folder=folder)
    (problem,) = caught.value.problems
    assert (problem.line, problem.path, problem.found) == (6, "asking.weeks", "the bare value 4")


def test_evidence_may_speak_for_a_section_or_a_table(folder: Path) -> None:
    text = BASELINE.replace("{value: 4, grade: calibrated}", "4").replace(
        "asking:\n", "asking:\n  evidence: &e {source: a2001, grade: trial}\n"
    )
    text = text[: text.index("  meals")] + "  evidence: *e\n  meals: {hours: 2}\n"
    (folder / "baseline.yaml").write_text(text)
    config = load("baseline", Root, folder=folder)
    assert set(config.kinds) == {"meals"}
    said = {path: (e.source, e.grade) for path, e in config.evidence.items()}
    assert said["asking.weeks"] == said["kinds.meals.hours"] == ("a2001", "trial")
    assert said["asking.open"] == ("", "assumed")
    (problem,) = problems(
        folder, "extends: baseline\nasking:\n  evidence: {source: a201, grade: trial}\n  weeks: 3\n  rate: 1\n"
    )
    assert (problem.line, problem.nearest) == (3, "a2001")


def test_a_file_without_extends_is_told_so_once(folder: Path) -> None:
    (problem,) = problems(folder, "title: x\n")
    assert problem.path == "extends"
    assert "missing: asking, kinds" in problem.expected
    problem, other = problems(folder, "asking: {rte: 0.5}\n")
    assert (problem.path, other.path, other.nearest) == ("extends", "asking.rte", "rate")


def test_a_source_without_a_title(folder: Path) -> None:
    (folder / "sources.yaml").write_text("a2001: {author: A, year: 20}\n")
    with pytest.raises(ConfigError) as caught:
        load_sources(folder)
    assert {(p.path, p.line) for p in caught.value.problems} == {("a2001.title", 1), ("a2001.year", 1)}


# What goes with a result


def roots() -> st.SearchStrategy[Root]:
    shares = st.floats(0, 1)
    asking = st.builds(
        Asking, rate=shares, by_tier=st.tuples(shares, shares), law=st.sampled_from(["logistic", "threshold"]),
        weeks=st.integers(1, 52), open=st.booleans(), file=st.none(),
    )  # fmt: skip
    return st.builds(Root, title=words(), asking=asking, kinds=st.dictionaries(words(), kinds(), max_size=3))


def words() -> st.SearchStrategy[str]:
    odd = st.sampled_from(
        ["no", "1e-3", "012", "null", "~", "true", "1", "0o7", "12:30", "=", "<<", "- a", "#", "社区"]
    )
    return odd | st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=20)


def kinds() -> st.SearchStrategy[Kind]:
    return st.builds(Kind, hours=st.floats(0, 40))


@given(roots())
def test_a_resolved_configuration_loads_again_as_it_is(tmp_path_factory: pytest.TempPathFactory, config: Root) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "again.yaml").write_text(resolved(config), encoding="utf-8")
    again = load("again", Root, folder=folder)
    assert again == config
    assert config_hash(again) == config_hash(config)
    assert resolved(again) == resolved(config)


def anything() -> st.SearchStrategy[Any]:
    one = words() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.none()
    return st.recursive(one, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(words(), inside, max_size=3))


@given(anything())
def test_whatever_is_written_reads_back(value: Any) -> None:
    text = yaml.dump({"it": value}, Dumper=CoreDumper, allow_unicode=True, default_flow_style=None)
    document = parse(text, "f", Path("f"))
    assert document.value == {"it": value}
    assert not document.problems


def test_the_hash_sees_values_and_neither_title_nor_evidence(folder: Path) -> None:
    plain = load("baseline", Root, folder=folder)
    assert config_hash(differs(folder, "title: Other\nasking: {rate: 0.2}\n")) == config_hash(plain)
    assert config_hash(differs(folder, "asking: {rate: 0.21}\n")) != config_hash(plain)


def test_the_editors_schema_takes_bare_values_and_evidence() -> None:
    schema = json_schema(Root)
    assert "required" not in schema
    bare, with_evidence = schema["properties"]["asking"]["properties"]["rate"]["anyOf"]
    assert (bare["maximum"], with_evidence["properties"]["value"]) == (1, bare)
    assert schema["properties"]["extends"]["type"] == "string"
