"""The language of the terminal: one catalogue, whole and with the same values; Chinese where asked for or where the system speaks it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import classroom
import desk
import experiments
from experiments.cli import main
from experiments.cli.in_words import FILES_LANGUAGE, PIECE, Context, every_command, paragraphs, wrapped
from experiments.reporting.console import terminal
from experiments.reporting.result_tables import say_results, tables_of
from experiments.runs.executor import perform
from experiments.runs.results import results_for
from experiments.runs.store import Store
from experiments.spoken import CATALOGUES, catalogue, catalogue_of, language, speak, speaking, spoken
from experiments.tasks.run import say_findings
from tests.support.toy import small, toy, write_study

SENTENCE = re.compile(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}")
"""Three English words in a row."""


@cache
def sentences() -> list[tuple[str, set[str]]]:
    """Every sentence that the program gives to `spoken`, and the values it gives with it."""
    return [found for path, tree in programs().items() for found in sentences_of(path, tree)]


@cache
def programs() -> dict[Path, ast.Module]:
    """The files of every package that prints."""
    folders = [Path(str(package.__file__)).parent for package in (experiments, classroom, desk)]
    paths = [path for folder in folders for path in folder.rglob("*.py")]
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def sentences_of(path: Path, tree: ast.AST) -> Iterator[tuple[str, set[str]]]:
    for call in ast.walk(tree):
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
    files = [set(catalogue_of(file)) for file in CATALOGUES if "help" not in file]
    assert set.union(*files) == {sentence for sentence, _ in sentences()}


PRINTS = {"echo", "print", "status", "update", "_say", "told", "heard", "say"}
REFUSES = {"BadParameter", "UsageError", "ClickException", "StoreError", "StudyError", "TraceError", "FontError"}
TWO_WORDS = re.compile(r"(?<![./\w])[a-z]{2,},? [a-z]{2,}(?![./\w])", re.IGNORECASE)
ENGLISH_ONLY = ("_say_findings_in_english", "say_failing")
"""Functions that are asked in English only: others say the same in Chinese."""


def bare_sentences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What is printed, or told as an error, in English alone: words within such a call that no `spoken` holds."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in PRINTS | REFUSES and len(call.args) == 1:  # of two, the other is the Chinese
            yield from _english_in(call.args[0])
        if name == "say_table":
            yield from _english_in(call.args[1])


def _english_in(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "spoken":
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and TWO_WORDS.search(node.value):
        yield node.lineno, node.value
    for inner in ast.iter_child_nodes(node):
        yield from _english_in(inner)


def test_nothing_is_printed_or_refused_in_english_alone() -> None:
    found = []
    for path, tree in programs().items():
        known = [one for one in ast.walk(tree) if getattr(one, "name", "") in ENGLISH_ONLY]
        apart = {line for one in known for line in range(one.lineno, one.end_lineno + 1)}  # type: ignore[attr-defined]
        found += [f"{path.name}:{line}: {text}" for line, text in bare_sentences(tree) if line not in apart]
    assert found == []


@pytest.mark.parametrize(
    "code", ['raise StoreError(f"{x}: it is in use")', 'console.print("nothing to do " + y)', 'echo("no such run")']
)
def test_a_sentence_in_english_alone_is_noticed(code: str) -> None:
    assert len(list(bare_sentences(ast.parse(code)))) == 1


def texts_of_help() -> set[str]:
    """Every paragraph and option of every command's help."""
    group = (command for command in main.commands.values() if hasattr(command, "commands"))
    commands = [main, *group, *(command for _, command in every_command(main, Context(main)))]
    said = {text for command in commands for text in paragraphs(command.help or "")}
    return said | {str(option.help) for command in commands for option in command.params if getattr(option, "help", "")}


def test_every_help_is_there_in_chinese() -> None:
    assert {text for text in texts_of_help() if text not in catalogue_of("spoken_help.yaml")} == set()
    assert len(catalogue()) == sum(len(catalogue_of(file)) for file in CATALOGUES), "a sentence stands in two files"


@pytest.mark.parametrize("name", ["", *(name for name, _ in every_command(main, Context(main)))])
def test_help_is_written_wholly_in_chinese(name: str) -> None:
    after = [*name.split(), "--help", "--lang", "zh"]
    told = CliRunner().invoke(
        main, ["--lang", "zh", name, "--help"] if name in FILES_LANGUAGE else after, prog_name="linli"
    )
    assert told.exit_code == 0
    assert "用法：" in told.output
    assert SENTENCE.findall(told.output.partition("\n")[2]) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "缺少参数"),
        (["rn"], "没有 'rn' 这个命令。 是否想写 'run'？"),
        (["run", "--fo"], "没有 '--fo' 这个选项。"),
        (["plan", "a", "b", "c"], "多出参数（b c）"),
        (["validate", "--replicates", "1"], "1 不在范围 x>=2 之内"),
        (["validate", "--replicates", "x"], "'x' 不是数。"),
        (["schema", "x"], "不在可选之列"),
        (["run", "x", "--set", "y"], "不是“路径=取值”的写法"),
        (["claims", "99"], "没有第99条论断"),
        (["page", "--to", "x.pdf"], "应为以 .html 结尾的文件"),
        (["page", "clasroom", "--to", "p.html"], "没有名为'clasroom'的社区、研究或课； 是否想写'classroom'？"),
    ],
)
def test_words_that_cannot_be_read_are_told_in_chinese(words: list[str], said: str) -> None:
    told = CliRunner().invoke(main, [words[0], "--lang", "zh", *words[1:]])
    assert told.exit_code == 2
    assert said in told.output
    assert SENTENCE.findall(told.output) == []


@given(
    words=st.lists(st.sampled_from(["的", "运行，", "（一）", "是。", "“组”", "run", " STUDY ", "10m、"])),
    width=st.integers(4, 40),
)
def test_lines_of_chinese_fit_and_lose_nothing(words: list[str], width: int) -> None:
    text = "".join(words)
    lines = wrapped(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(line) <= width or len(PIECE.findall(line.strip())) == 1 for line in lines)
    assert not any(line[0] in "，。）”、" for line in lines)


def test_a_file_is_written_in_its_own_language() -> None:
    speak("zh")
    with speaking("en"):
        assert spoken("arms") == "arms"
    assert spoken("arms") == "组别"


def test_sentences_have_the_values_that_are_given_in_both_languages() -> None:
    for sentence, values in sentences():
        assert values_in(sentence) <= values or "**" in values, sentence
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
