"""A file is told by what stands in it, and a command names only what it takes."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from experiments.cli import main
from experiments.study.loader import read_study
from sim import ConfigError

COMMUNITY = "title: Mine\nextends: baseline\npopulation: {residents: 300}\n"


def test_a_community_that_is_given_as_a_study_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(COMMUNITY)
    with pytest.raises(ConfigError) as told:
        read_study(tmp_path / "own.yaml")
    (only,) = told.value.problems
    assert (only.line, only.found) == (2, "a community (extends, population)")
    assert "community: own.yaml" in only.expected
    (tmp_path / "half.yaml").write_text(f"{COMMUNITY}weeks: 9\n")  # somebody's study with a stray key stays one
    with pytest.raises(ConfigError) as told:
        read_study(tmp_path / "half.yaml")
    assert len(told.value.problems) > 1


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_homework_says_what_it_expects(tmp_path: Path, lang: str) -> None:
    (tmp_path / "own.yaml").write_text(COMMUNITY)
    to = str(tmp_path / "page.html")
    said = CliRunner().invoke(main, ["--lang", lang, "homework", str(tmp_path / "own.yaml"), "--to", to])
    assert said.exit_code == 2
    assert "expected a lesson" in said.output or lang == "zh"
    assert "weeks: found" not in said.output
    near = CliRunner().invoke(main, ["--lang", lang, "homework", "close_neighbours", "--to", to]).output
    assert "4_vanguard" in near
    assert not [name for name in ("ruijing", "dispatch", "xiamen") if name in near]
    assert ("没有名为" in near) == (lang == "zh")
