"""What lessons say is what the model does; a lesson that says otherwise is found out, by its file and line."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from classroom.checks import verdicts
from classroom.lessons import folder, lessons
from experiments.cli import main


def said(*args: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["lessons", "check", *args])
    return done.exit_code, done.output


@pytest.mark.parametrize("name", lessons())
def test_every_statement_of_a_shipped_lesson_holds(name: str) -> None:
    told = list(verdicts(lessons()[name]))
    assert len(told) >= 3
    assert not [one for one in told if not one.holds]


@pytest.fixture
def own(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A teacher's copy of a short lesson, with something replaced in one of its files."""

    def changed(ending: str, before: str, after: str) -> Path:
        for path in folder().glob("1_one_resident*"):
            shutil.copy(path, tmp_path / path.name.replace("1_one_resident", "1_own"))
        for path in tmp_path.glob("1_own*.md"):
            text = path.read_text(encoding="utf-8").replace("1_one_resident.yaml", "1_own.yaml")
            path.write_text(text, encoding="utf-8")
        path = tmp_path / f"1_own{ending}"
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after), encoding="utf-8")
        lessons.cache_clear()
        return tmp_path

    return changed


def test_a_copy_of_a_lesson_in_a_teachers_folder_holds(own: Callable[[str, str, str], Path]) -> None:
    code, told = said(str(own(".md", "Aim", "Aim")))
    assert code == 0, told
    assert told.count("holds") >= 3
    assert "Every statement holds." in told


@pytest.mark.parametrize(
    ("ending", "before", "after", "told"),
    [
        (".md", "Only one of the hundred takes", "All but one of the hundred take", "1_own.md does not say so"),
        (".zh.md", "一百人中只有一人参与", "一百人中人人参与", "1_own.zh.md does not say so"),
        (".checks.yaml", "mean: [0.0099, 0.0101]", "mean: [0.98, 1]", "found 0.01, asked 0.98 to 1"),
        (".checks.yaml", "right: 4", "right: 1", "answer 1 came in 0 of 8 lucks"),
        (".md", "never finds a follower", "never finds one of 47 followers", "1_own.md: 47"),
        (".md", "## Aim\n", "## Aim\nRemember: in the first world everybody does.\n", "sheet"),
        (".md", "**one resident more a week**", "**one resident more a week (of 3)**", "1_own.md: 3"),
    ],
)
def test_a_lesson_turned_around_fails(
    own: Callable[[str, str, str], Path], ending: str, before: str, after: str, told: str
) -> None:
    where = own(ending, before, after)
    code, output = said(str(where))
    assert code == 1, output
    assert "FAILS" in output
    assert told in output


def test_a_number_beside_what_runs_show_fails(own: Callable[[str, str, str], Path]) -> None:
    """The text and its quotation agree, and the runs hold: the number in the words is still another one."""
    where = own(".checks.yaml", "Only one of the hundred takes part", "Only one (7 %) of the hundred takes part")
    text = (where / "1_own.md").read_text(encoding="utf-8")
    text = text.replace("Only one of the hundred takes part", "Only one (7 %) of the hundred takes part")
    (where / "1_own.md").write_text(text, encoding="utf-8")
    lessons.cache_clear()
    code, output = said(str(where))
    assert code == 1
    assert "1_own.md says 7 %, not between 0.0099 and 0.0101" in output


@pytest.mark.parametrize(
    ("ending", "before", "after", "told"),
    [
        (".checks.yaml", "arm: one person differs", "arm: one person differ", "Did you mean 'one person differs'?"),
        (".checks.yaml", "metric: participation", "metric: participaton", "Did you mean 'participation'?"),
        (".checks.yaml", "weeks: [50, 50]", "weeks: [50, 500]", "the last at most 110"),
        (".checks.yaml", "weeks: [50, 50]", "wekes: [50, 50]", "Did you mean 'weeks'?"),
        (".checks.yaml", "mean: [0.9999, 1]", "more: 8", "needs an arm `against`"),
        (".checks.yaml", "[0.3, 0.7], [0.985, 0.9949]", "[0.3, 0.7]", "expected `right` is one of 3 answers, not 4"),
        (".md", "show=participation", "show=participaton", "1_own.md:22:"),
        (".md", "do:weeks?n=1", "do:wekes?n=1", "Did you mean 'weeks'?"),
        (".md", "thresholds 0 to 99|", "threshold 0 to 99|", "Did you mean 'thresholds 0 to 99'?"),
        (".zh.md", "show=participation", "show=participaton", "1_own.zh.md:22:"),
    ],
)
def test_a_wrong_file_is_told_by_its_place(
    own: Callable[[str, str, str], Path], ending: str, before: str, after: str, told: str
) -> None:
    code, output = said(str(own(ending, before, after)))
    assert code == 2, output
    assert told in output
    assert "Traceback" not in output


def test_a_lesson_without_checks_and_one_that_is_not_there(own: Callable[[str, str, str], Path]) -> None:
    where = own(".md", "Aim", "Aim")
    (where / "1_own.checks.yaml").unlink()
    code, output = said(str(where))
    assert (code, "no such file" in output) == (2, True)
    code, output = said("4_vangard")
    assert (code, "did you mean '4_vanguard'" in output) == (2, True)
