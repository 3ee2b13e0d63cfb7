"""What the program says of itself: its version wherever it runs, its sizes in one place, its sources one a line."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner
from toy import small

from desk.reading import citation
from experiments.cli import main
from experiments.cli.options import figure_options
from experiments.reporting.report import _references
from experiments.study.drawn import LETTERS
from experiments.study.schema import Drawn
from experiments.version import version


def test_a_version_is_said_of_sources_that_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    version.cache_clear()
    monkeypatch.setattr(metadata, "version", missing)
    written = re.search(r'^version = "(.+)"', (Path(__file__).parents[2] / "pyproject.toml").read_text(), re.MULTILINE)
    assert written
    assert version() == f"{written[1]} (not installed)"
    said = CliRunner().invoke(main, ["--version"], prog_name="linli")
    assert (said.exit_code, said.output) == (0, f"linli, version {version()}\n")
    assert version() in citation()["text"]
    version.cache_clear()


def test_letters_of_figures_are_bounded_in_one_place() -> None:
    field = Drawn.model_json_schema()["properties"]["size"]
    assert (field["minimum"], field["maximum"]) == LETTERS

    @figure_options
    def command() -> None: ...

    (size,) = (one for one in command.__click_params__ if one.name == "size")  # type: ignore[attr-defined]
    assert (size.type.min, size.type.max) == LETTERS


def test_references_stand_one_a_line_each_once(tmp_path: Path) -> None:
    lines = re.findall(r"<li>(.*?)</li>", _references(small(tmp_path)))
    assert len(lines) == len(set(lines)) > 20
    assert all(len(re.findall(r"\((?:1[89]|20)\d\d\)", line)) == 1 for line in lines)
    assert lines == sorted(lines, key=str.casefold)
