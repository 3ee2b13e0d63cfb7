"""A package holds all that a study's numbers need: run again, every weekly value is the same; and so does the wheel."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from toy import write_study

from classroom.lessons import lessons
from experiments.cli import main
from experiments.study.loader import read_study
from experiments.tasks.package import replicate, write_package
from sim.config.yaml import ConfigError


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed")
    path = write_study(
        folder, arms={"baseline": [], "thanks": ["recognition"]}, replicates=2, set={"moving.annual_rate": 0.3}
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("experiments.reporting.figures.draw_all", lambda *_, **__: [])  # figures are of no matter here
        asked = ["run", str(path), "--out", str(folder / "results"), "--workers", "1", "--by", "threads", "--quiet"]
        assert CliRunner().invoke(main, asked).exit_code == 0
    study = read_study(path)
    return write_package(study, folder / "results", folder / "small.zip")


def test_a_package_runs_again_with_identical_numbers(packed: Path) -> None:
    found = replicate(packed, 1)
    assert (found.runs, found.weeks, found.different, found.same_code) == (4, 80, 0, True)
    done = CliRunner().invoke(main, ["replicate", str(packed), "--workers", "1"])
    assert done.exit_code == 0
    assert "identical" in done.output


def test_another_result_is_noticed(packed: Path, tmp_path: Path) -> None:
    import shutil

    import yaml

    from experiments.runs.executor import perform
    from experiments.runs.store import Store
    from experiments.tasks.package import _compared, _unpacked  # the two halves of replicate

    _unpacked(packed, tmp_path)
    said = yaml.safe_load((tmp_path / "community.yaml").read_text())
    said["moving"]["annual_rate"] = 0.31
    (tmp_path / "community.yaml").write_text(yaml.safe_dump(said, sort_keys=False))
    shutil.rmtree(tmp_path / "rerun", ignore_errors=True)
    study = read_study(tmp_path / "study.yaml")
    perform(study, Store(tmp_path / "rerun").open(), workers=1)
    assert _compared(study, tmp_path).different > 0


def test_a_damaged_package_is_refused(packed: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"weeks: 3" if name == "study.yaml" else old.read(name))
    with pytest.raises(ConfigError, match=r"study\.yaml is not what it was"):
        replicate(broken, 1)
    nothing = tmp_path / "nothing.zip"
    nothing.write_bytes(b"no zip")
    with pytest.raises(ConfigError, match="linli package"):
        replicate(nothing, 1)


def test_the_wheel_is_the_whole_program(tmp_path: Path) -> None:
    """Away from the repository it still has its configurations, studies, lessons and pages."""
    house, installed = Path(__file__).parents[2], tmp_path / "installed"
    built = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, house]
    done = subprocess.run(built, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(tmp_path.glob("linli-*.whl"))) as wheel:
        wheel.extractall(installed)
    code = f"""
import sys
sys.path.insert(0, {str(installed)!r})
import linli, sim
from pages.server import page_text
from classroom.lessons import lessons
from classroom.one_file import one_file, state_for
from experiments.study.loader import read_study
print(len(one_file(state_for("classroom")[0], 1)) > 500_000, end=" ")
print(linli.Simulation is sim.Simulation and sim.__file__, len(lessons()), read_study("close_neighbours").config.population.elders_alone, *(page_text(room, "index.html")[:9] for room in ("classroom", "desk")), len(page_text("desk", "kit.js")) > 0)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [
        "True",
        str(installed / "sim" / "__init__.py"),
        str(len(lessons())),
        "400",
        *["<!doctype"] * 2,
        "True",
    ], done.stderr


def test_all_files_name_the_same_version_and_title() -> None:
    import json
    import tomllib

    import yaml

    import sim

    house = Path(__file__).parents[2]
    package = tomllib.loads((house / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = yaml.safe_load((house / "CITATION.cff").read_text(encoding="utf-8"))
    kept = json.loads((house / ".zenodo.json").read_text(encoding="utf-8"))
    assert {package["version"], str(cited["version"]), kept["version"]} == {sim.__version__}
    assert kept["title"] == cited["title"]
    assert {package["license"], cited["license"], kept["license"]} == {"MIT"}
    assert set(kept["keywords"]) == set(cited["keywords"])
