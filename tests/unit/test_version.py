"""What the program says of itself: its version wherever it runs, its sizes in one place, its sources one a line."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner
from toy import small

from experiments.cli import main
from experiments.cli.options import figure_options
from experiments.reporting.figures.style import Look
from experiments.reporting.references import citation, reference, references
from experiments.study.drawn import LETTERS
from experiments.study.schema import Drawn
from experiments.version import version
from sim.config.evidence import Source


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
    english, chinese = citation("abc")["text"]
    assert f"Version {version()}, model abc.\nHuang Xiaoxing (2025). Community" in english
    assert (
        f"版本{written[1]}（未安装），模型abc。\n黄晓星（2025）：《社区志愿服务：从参与到福祉》，中国社会科学报英文版"
        in chinese
    )
    version.cache_clear()


def test_letters_of_figures_are_bounded_in_one_place() -> None:
    field = Drawn.model_json_schema()["properties"]["size"]
    assert (field["minimum"], field["maximum"]) == LETTERS

    @figure_options
    def command() -> None: ...

    (size,) = (one for one in command.__click_params__ if one.name == "size")  # type: ignore[attr-defined]
    assert (size.type.min, size.type.max) == LETTERS


def test_references_stand_one_a_line_each_once(tmp_path: Path) -> None:
    lines = re.findall(r"<li>(.*?)</li>", references(small(tmp_path), Look()))
    assert len(lines) == len(set(lines)) > 20
    assert all(len(re.findall(r"\((?:1[89]|20)\d\d\)", line)) == 1 for line in lines)
    assert lines == sorted(lines, key=str.casefold)
    chinese = re.findall(r"<li>(.*?)</li>", references(small(tmp_path), Look(language="zh")))
    assert len(chinese) == len(lines)
    assert all(re.search(r"（(?:1[89]|20)\d\d）：.+。$", line) for line in chinese)
    around = [line.partition("（")[0] for line in chinese]  # what stands around titles
    assert not [names for names in around if re.search(r"^\S+(, \S+)* and \S+$| and others", names)]


@pytest.mark.parametrize(
    ("author", "chinese"),
    [
        ("Klein, Abeysuriya and Kerr", "Klein、Abeysuriya和Kerr"),
        ("Grimm and others", "Grimm等"),
        (
            "Department for Levelling Up, Housing and Communities",
            "Department for Levelling Up, Housing and Communities",
        ),
    ],
)
def test_a_publication_has_chinese_around_its_title(author: str, chinese: str) -> None:
    source = Source(author=author, year=2020, title="A title. In two parts", published="A journal 3", doi="10.1234/x")
    assert (
        reference(source, "zh") == f"{chinese}（2020）：A title. In two parts，A journal 3，https://doi.org/10.1234/x"
    )
    assert reference(source, "en") == f"{author} (2020). A title. In two parts. A journal 3. https://doi.org/10.1234/x"
