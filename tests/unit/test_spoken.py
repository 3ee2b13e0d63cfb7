"""The language of the terminal: one catalogue, whole and with the same values; Chinese where asked for or where the system speaks it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from click.testing import CliRunner

import experiments
from experiments.cli import main
from experiments.reporting.console import terminal
from experiments.reporting.result_tables import say_results, tables_of
from experiments.runs.executor import perform
from experiments.runs.results import results_for
from experiments.runs.store import Store
from experiments.spoken import catalogue, language, speak, spoken
from experiments.tasks.run import say_findings
from tests.support.toy import small, toy, write_study

SENTENCE = re.compile(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}")
"""Three English words in a row."""


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    speak("en")


@cache
def sentences() -> list[tuple[str, set[str]]]:
    """Every sentence that the program gives to `spoken`, and the values it gives with it."""
    texts = {path: path.read_text(encoding="utf-8") for path in Path(experiments.__file__).parent.rglob("*.py")}
    return [found for path, text in texts.items() if "spoken(" in text for found in sentences_of(path, text)]


def sentences_of(path: Path, text: str) -> Iterator[tuple[str, set[str]]]:
    for call in ast.walk(ast.parse(text)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "spoken":
            said = call.args[0]
            for one in (said.body, said.orelse) if isinstance(said, ast.IfExp) else (said,):
                assert isinstance(one, ast.Constant), (
                    f"{path.name}:{call.lineno}: a sentence must stand where it is said"
                )
                yield one.value, {key.arg or "**" for key in call.keywords}


def values_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_the_catalogue_has_every_sentence_and_nothing_else() -> None:
    assert set(catalogue()) == {sentence for sentence, _ in sentences()}


def test_sentences_have_the_values_that_are_given_in_both_languages() -> None:
    for sentence, given in sentences():
        assert values_in(sentence) <= given or "**" in given, sentence
        assert values_in(catalogue()[sentence]) == values_in(sentence), sentence
        assert sentence.count("\n") == catalogue()[sentence].count("\n"), sentence


@pytest.mark.parametrize(
    ("asked", "system", "found"),
    [
        (None, {"LANG": "zh_CN.UTF-8"}, "zh"),
        (None, {"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "en_GB"}, "zh"),
        ("en", {"LANG": "zh_CN.UTF-8"}, "en"),
        ("zh", {"LANG": "en_GB"}, "zh"),
        (None, {}, "en"),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_systems(
    asked: str | None, system: dict[str, str], found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in system.items():
        monkeypatch.setenv(name, value)
    speak(asked)
    assert language() == found
    assert spoken("arms") == {"en": "arms", "zh": "组别"}[found]


def test_results_and_findings_are_printed_wholly_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = small(
        tmp_path,
        replicates=5,
        arms={"baseline": [], "thanks": ["recognition"]},
        varies={"moving.annual_rate": [0.05, 0.3]},
    )
    store = Store(tmp_path / "kept").open()
    perform(study, store, workers=1, by="threads", simulate=toy)
    speak("zh")
    results = results_for(study, store)
    results.each.write_runs()
    say_results(terminal(), results.study, tables_of(results))
    said = capsys.readouterr().out
    say_findings(study, tmp_path / "kept", float("inf"))
    found = capsys.readouterr().out
    assert all(words in said for words in ("志愿者激励", "95%区间"))
    assert all(words in found for words in ("谁受益", "各因素的主效应", "每年迁出住户比例"))
    assert SENTENCE.findall(said + found) == []


def test_what_can_be_named_is_listed_wholly_in_chinese() -> None:
    done = CliRunner().invoke(main, ["list", "--lang", "zh"])
    said = re.sub(r"\s", "", done.output)
    assert all(words in said for words in ("近邻模式", "先锋队", "未满足需求（每百居民每年人周）", "第一版模型"))
    assert SENTENCE.findall(done.output) == []


@pytest.mark.parametrize("words", [["--lang", "zh", "plan"], ["plan", "--lang", "zh"]])
def test_the_frame_of_an_error_is_in_chinese_and_its_place_stays(words: list[str], tmp_path: Path) -> None:
    path = write_study(tmp_path, outcomes=["cohesoin"])
    done = CliRunner().invoke(main, [words[0], *words[1:], str(path)])
    assert done.exit_code == 2
    assert re.search(r"small\.yaml:\d+:\d+: outcomes\.0: 写的是 .*是否想写“cohesion”？", done.output), done.output
    english = CliRunner().invoke(main, ["plan", str(path)])
    assert "Did you mean 'cohesion'?" in english.output
