"""The documentation: every snippet runs, generated pages are up to date, links lead somewhere."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import click
import pytest
import yaml
from click.testing import CliRunner
from figure_kit import few_figures

from classroom.one_file import one_file, state_for
from experiments.cli import main
from experiments.cli.reference import reference_pages
from experiments.study.loader import read_study
from experiments.study.sampling import Design, Range
from experiments.study.schema import Drawn, Labels, StudyFile
from sim.config.load import config_folder

HOUSE = Path(__file__).parents[2]
DOCS = HOUSE / "docs"
PAGES = sorted(p for p in DOCS.rglob("*.md"))
README = HOUSE / "README.md"
WRITTEN = [p for p in PAGES if p.parent.name != "reference" and p.name not in ("odd.md", "odd_summary.md")]
READMES = [README, README.with_suffix(".zh.md"), *sorted((HOUSE / "results").glob("README*.md"))]
RUN = [p for p in (README, *WRITTEN) if not p.name.endswith(".zh.md")]
"""Pages whose blocks are run; a page in Chinese has those of its twin (test_docs_in_chinese)."""
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^# ([\w.-]+\.(?:yaml|csv))$")
WITHIN = re.compile(r"^# in ([\w.-]+\.yaml): (\d+) points?, (\d+) runs$")
BRIEF = ["--set", "weeks=12", "--set", "burn_in=4", "--set", "window=4", "--replicates", "2"]
SMALL: dict[str, list[str]] = {
    "run": BRIEF,
    "figures": BRIEF,
    "robust": [*BRIEF, "--points", "4"],
    "calibrate": [
        w
        for v in [
            "community=classroom",
            "burn_in=60",
            "window=52",
            "points=100",
            "waves=1",
            "replicates=2",
            "seeds=4",
            "discrepancy=20",
        ]
        for w in ("--set", v)
    ],
    "limits": ["granovetter"],
    "search": BRIEF[:6],
}
"""How a command that takes minutes or hours is made small; the options given last hold."""


def named(page: Path) -> str:
    return page.relative_to(HOUSE).as_posix()


@pytest.fixture
def small_patterns(tmp_path: Path) -> Path:
    """The shipped patterns, measured after one week over one year in two communities."""
    said = yaml.safe_load((config_folder() / "patterns" / "community.yaml").read_text(encoding="utf-8"))
    path = tmp_path / "small_patterns.yaml"
    path.write_text(yaml.safe_dump({**said, "burn_in": 1, "window": 52, "replicates": 2}), encoding="utf-8")
    return path


ELSEWHERE = {
    "calibrate": "calibration.md",
    "robust": "robustness.md",
    "validate": "validation.md",
    "report": "how-to.md",
}
"""Commands that take long even when they are small: what other pages show of them as `console` is understood, and run there."""
SLOW = (
    "gallery",
    "calibration",
    *(f"guide/{name}" for name in ("how-to", "answers", "paper", "clusters", "desk", "from-r")),
)
"""Pages whose figures and runs take long; `-m slow` runs them."""


@pytest.mark.parametrize(
    "page",
    [pytest.param(p, marks=[pytest.mark.slow] * (p in {DOCS / f"{name}.md" for name in SLOW})) for p in RUN],
    ids=named,
)
def test_every_snippet_of_a_page_runs(
    page: Path, small_patterns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All blocks of a page are executed in one folder, files are written there.

    `sh` and `python` run as they stand, `console` (what takes minutes or hours) runs small: fewer weeks, runs and trials.
    A `diff` changes a copy of the sources, which is what Python blocks of that page see.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "1")
    text = page.read_text(encoding="utf-8")
    sources = HOUSE
    if "```diff\n" in text:
        sources = tmp_path / "clone"
        for room in ("linli", "sim", "experiments", "pages", "classroom", "desk", "configs", "tests"):
            shutil.copytree(HOUSE / room, sources / room, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(HOUSE / "CHANGELOG.md", sources)
    assert len(FENCE.findall(text)) == text.count("\n```") // 2, "a block without a language is not executed"
    small = dict(SMALL, validate=["--patterns", str(small_patterns), "--replicates", "2"])
    in_r: list[str] = []
    for language, block in FENCE.findall(text):
        first, _, rest = block.partition("\n")
        if language in ("yaml", "csv"):
            if file := FILE.match(first):
                Path(file[1]).write_text(rest if language == "csv" else block, encoding="utf-8")
            elif within := WITHIN.match(first):
                assert size_with(within[1], block) == (int(within[2]), int(within[3])), block
            elif page == README:
                Path("mine.yaml").write_text(block, encoding="utf-8")
            else:
                pytest.fail(f"a {language} block that names no file: {first}")
        elif language == "python":
            code = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(sources)!r})\n{block}"]
            done = subprocess.run(code, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{block}\n{done.stderr}"
        elif language == "diff":
            changed(sources / first.removeprefix("--- "), rest)
        elif language == "r":  # one after the other in one session, where R is installed
            in_r.append(block)
        elif language == "py":  # a script for another machine: it must be importable
            exec(compile(block, str(page), "exec"), {"__name__": "elsewhere"})
        elif language in ("sh", "console", "bash"):
            for line in block.strip().splitlines():
                words = shlex.split(os.path.expandvars(line.rsplit("&& ", 1)[-1].replace("$HOME", ".")), comments=True)
                if language == "console" and ELSEWHERE.get("".join(words[1:2]), page.name) != page.name:
                    understood(words[1:])
                elif words and Path(words[0]).name == "linli":
                    carried_out(words[1:], small if language != "sh" or page == README else {}, monkeypatch)
        else:
            pytest.fail(f"nothing executes a block of {language}")
    if in_r and (r := shutil.which("Rscript")):
        Path("page.R").write_text("\n".join(in_r), encoding="utf-8")
        done = subprocess.run([r, "page.R"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def size_with(file: str, lines: str) -> tuple[int, int]:
    """Points and runs of the study in a file with these lines in place of its own of the same keys; all of it is checked."""
    said = {**yaml.safe_load(Path(file).read_text(encoding="utf-8")), **yaml.safe_load(lines)}
    Path("with.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    study = read_study("with.yaml")
    return len(study.points), sum(1 for _ in study.runs())


def test_the_grammar_has_every_key_of_a_study() -> None:
    """Each in the table and in an example, and every way to draw and to choose points."""
    page = (DOCS / "guide" / "grammar.md").read_text(encoding="utf-8")
    said: set[str] = set()
    for language, block in FENCE.findall(page):
        keys = [yaml.safe_load(block)] if language == "yaml" else []
        while keys:
            inner = keys.pop()
            said |= set(map(str, inner)) | {str(value) for value in inner.values() if isinstance(value, str)}
            keys += [value for value in inner.values() if isinstance(value, dict)]
    table = {key for row in page.splitlines() if row.startswith("| `") for key in re.findall(r"`(\w+)`", row)}
    assert set(StudyFile.model_fields) <= table & said
    assert {*Range.model_fields, *Design.model_fields, *Labels.model_fields, *Drawn.model_fields} <= said
    assert {m for m in get_args(Design.model_fields["method"].annotation) if m != "sobol"} <= said  # said with its twin


def changed(file: Path, lines: str) -> None:
    """Change a file as a diff says; its old lines stand there, once."""
    old, new = (
        "".join(f"{line[1:]}\n" for line in lines.splitlines() if (line or " ")[0] in kept) for kept in (" -", " +")
    )
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file.name} does not have, once:\n{old}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def carried_out(words: list[str], small: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A command ends well; what would wait for a visitor or write into configs/ is only understood."""
    understood(words)
    if words[0] in ("classroom", "desk"):
        return
    own_file_drawn = words[0] == "figures" and words[1].endswith(".yaml")  # it ran as it stands
    words = [w for w in words if w != "--write"] + ([] if own_file_drawn else small.get(words[0], []))
    words += ["--check", "20"] if "--check" in words else []
    quick = ["--workers", "1"] if words[0] == "run" else []
    quick += ["--by", "threads"] if quick and "--limit" not in words else []
    with monkeypatch.context() as patched:
        if words[0] == "run":
            patched.setattr("experiments.reporting.figures.draw_all", lambda *_, **__: [])  # `figures` draws
        few_figures(patched)
        done = CliRunner().invoke(main, [*words, *quick])
    if "No font with Chinese characters" in done.output and "zh" in words:
        return  # said as it should be where there is none
    assert done.exit_code == 0, f"linli {shlex.join(words)}\n{done.output}\n{done.exception!r}"


@pytest.mark.parametrize("page", [*READMES, HOUSE / "CONTRIBUTING.md", *WRITTEN], ids=named)
def test_commands_within_a_sentence_exist(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for command in re.findall(r"`linli ([^`]+)`", text):
        understood(shlex.split(command.replace("\n", " ")))
    for module in re.findall(r"`[^`]*\bpython -m ([\w.]+)", text):
        assert find_spec(module), f"{page.name}: python -m {module}"


def understood(words: list[str]) -> None:
    """A command must exist, with these options."""
    command = main.commands[words[0]]
    command.make_parser(click.Context(command)).parse_args(list(words[1:]))


@pytest.mark.parametrize("name", ["commands.md", "policies.md", "metrics.md", "parameters.md", "python.md"])
def test_generated_pages_are_up_to_date(name: str) -> None:
    said = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert said == reference_pages()[name], "run: python -m experiments.cli.reference docs/reference"


@pytest.mark.parametrize("page", [*READMES, *PAGES], ids=named)
def test_links_lead_to_pages_and_pictures(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        assert target.startswith("http") or (page.parent / target).exists(), target


def test_the_site_builds_without_warnings(tmp_path: Path) -> None:
    pytest.importorskip("zensical")
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copy(HOUSE / "mkdocs.yml", tmp_path)
    build = [sys.executable, "-m", "zensical", "build", "--strict"]
    (tmp_path / "docs" / "live.html").unlink(missing_ok=True)
    for _ in range(2):  # the second finds what the first kept
        done = subprocess.run(
            build,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(HOUSE)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert (tmp_path / "site" / "odd.html").exists()
        for first in ("index", "index.zh"):
            (carried,) = re.findall(r'<iframe src="?([\w.]+)', (tmp_path / "site" / f"{first}.html").read_text("utf-8"))
            assert one_file(state_for("classroom")[0], 2) == (tmp_path / "site" / carried).read_text("utf-8")
    assert "docs/live.html" in (HOUSE / ".gitignore").read_text(encoding="utf-8")
