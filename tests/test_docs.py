"""The documentation: every snippet runs, generated pages are up to date, links lead somewhere."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from experiments.cli import main
from experiments.odd.reference import reference_pages

HOUSE = Path(__file__).parents[1]
DOCS = HOUSE / "docs"
PAGES = sorted(p for p in DOCS.rglob("*.md"))
WRITTEN = [p for p in PAGES if p.parent.name != "reference" and p.name != "odd.md"]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^# ([\w-]+\.(?:yaml|csv))$")


def named(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_every_snippet_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`sh` and `python` are executed in one folder a page, files are written there; `console` must be understood."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("experiments.figures.draw_all", lambda *_, **__: [])  # drawing has its own tests
    for language, text in FENCE.findall(page.read_text(encoding="utf-8")):
        first, _, rest = text.partition("\n")
        if language in ("yaml", "csv") and (file := FILE.match(first)):
            Path(file[1]).write_text(rest if language == "csv" else text, encoding="utf-8")
        elif language == "sh":
            for line in text.strip().splitlines():
                words = shlex.split(line)
                assert words[0] == "linli", line
                quick = ["--workers", "1", "--by", "threads"] if words[1] == "run" else []
                done = CliRunner().invoke(main, [*words[1:], *quick])
                assert done.exit_code == 0, f"{line}\n{done.output}\n{done.exception!r}"
        elif language == "python":
            code = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(HOUSE)!r})\n{text}"]
            done = subprocess.run(code, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{text}\n{done.stderr}"
        elif language == "console":
            for line in text.strip().splitlines():
                understood(shlex.split(line))


def understood(words: list[str]) -> None:
    """A command that is only shown must exist, with these options."""
    if words[0] != "linli":
        return
    command = main.commands[words[1]]
    command.make_parser(click.Context(command)).parse_args(list(words[2:]))


@pytest.mark.parametrize("name", ["commands.md", "policies.md", "metrics.md", "parameters.md", "python.md"])
def test_generated_pages_are_up_to_date(name: str) -> None:
    said = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert said == reference_pages()[name], "run: python -m experiments.odd.reference docs/reference"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_to_pages_and_pictures(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        assert target.startswith("http") or (page.parent / target).exists(), target


def test_the_site_builds_without_warnings(tmp_path: Path) -> None:
    pytest.importorskip("zensical")
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copy(HOUSE / "mkdocs.yml", tmp_path)
    build = [sys.executable, "-m", "zensical", "build", "--strict"]
    done = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "site" / "odd.html").exists()
