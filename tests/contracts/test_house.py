"""The rules of the house: imports run downward, sources exist, files stay short, reading a configuration is light."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from sim.config.load import config_names, load_config, load_sources
from sim.config.schema import Config

HOUSE = Path(__file__).parents[2]
OURS = [
    p
    for room in ("sim", "experiments", "tests", "pages", "classroom", "desk", "linli")
    for p in sorted((HOUSE / room).rglob("*.py"))
]
NAMED = re.compile(r"\b[a-z]+(?:19|20)\d\d\b")


def test_imports_keep_the_contracts() -> None:
    lint = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
    done = subprocess.run(lint, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_the_face_imports_mesa() -> None:
    importing = [
        p for p in OURS if re.search(r"^\s*(?:import|from) mesa\b", p.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert {p.relative_to(HOUSE).as_posix() for p in importing if HOUSE / "tests" not in p.parents} <= {"sim/model.py"}


def test_shipped_sources_are_valid() -> None:
    sources = load_sources()
    assert str(sources["huang2025"]).startswith("Huang Xiaoxing (2025). Community volunteer services")


@pytest.mark.parametrize("path", [p for p in OURS if p.is_relative_to(HOUSE / "sim")], ids=lambda p: p.stem)
def test_sources_that_a_docstring_names_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = re.findall(r"^\s*Sources?:(.*(?:\n(?!\s*\n|\s*\"\"\").*)*)", text, re.MULTILINE)
    named = {key for line in lines for key in NAMED.findall(line)}
    assert named <= load_sources().keys()


@pytest.mark.parametrize("name", config_names())
def test_every_shipped_configuration_loads(name: str) -> None:
    assert load_config(name).evidence


def test_every_parameter_is_used() -> None:
    """A parameter that no rule reads would be a number without meaning."""
    read = "\n".join(p.read_text(encoding="utf-8") for p in OURS if (HOUSE / "sim") in p.parents)
    # parameters are declared as `name: type = number(...)`: what is left are the places where they are read
    read = re.sub(r"^    \w+: [^\n]*= (?:\w+\(|\n)", "", read, flags=re.MULTILINE)
    unused = [
        f"{section}.{name}"
        for section, field in Config.model_fields.items()
        if hasattr(field.annotation, "model_fields")
        for name in field.annotation.model_fields
        if not re.search(rf"\.{name}\b", read)
    ]
    assert unused == []


def test_what_the_readme_names_is_there() -> None:
    text = (HOUSE / "README.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:sim|configs|experiments|tests|docs|examples|pages|classroom|desk)/[\w./-]*)`", text):
        assert (HOUSE / path).exists(), path


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.relative_to(HOUSE).as_posix())
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


def test_reading_configurations_imports_nothing_heavy() -> None:
    heavy = ["numba", "mesa", "matplotlib", "pandas", "scipy", "networkx", "duckdb"]
    code = f"import sys, sim.config.load, sim.config.schema; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version_is_said_once_and_cited_rightly() -> None:
    version = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]["version"]
    assert yaml.safe_load((HOUSE / "CITATION.cff").read_text())["version"] == version
    assert f"## {version}" in (HOUSE / "CHANGELOG.md").read_text()
