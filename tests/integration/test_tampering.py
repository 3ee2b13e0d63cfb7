"""A package that somebody changed and sealed anew, every hash that speaks of the change included: what running it again notices."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from toy import write_study

from experiments.cli import main
from experiments.runs.blocks import hash_of
from experiments.study.loader import read_study
from experiments.tasks.package import replicate, seal, write_package

RESIDENTS = [60, 160]
METRICS = ("cohesion", "unmet_needs", "participation")


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small city that was run and packed."""
    folder = tmp_path_factory.mktemp("city")
    said = {
        "arms": {"baseline": [], "thanks": ["recognition"]}, "replicates": 2, "city": True, "design": {"method": "list"},
        "varies": {"population.residents": RESIDENTS, "moving.annual_rate": [0.05, 0.3]}, "set": {"population.grids": 1},
    }  # fmt: skip
    path = write_study(folder, **said)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("experiments.reporting.figures.draw_all", lambda *_, **__: [])
        asked = ["run", str(path), "--out", str(folder / "results"), "--workers", "1", "--by", "threads", "--quiet"]
        assert CliRunner().invoke(main, asked).exit_code == 0
    return write_package(read_study(path), folder / "results", folder / "city.zip")


def unpacked(packed: Path, to: Path) -> Path:
    with zipfile.ZipFile(packed) as package:
        package.extractall(to)
    return to


def rewritten(table: Path, change: Callable[[pd.DataFrame], None]) -> None:
    """A Parquet file with values changed."""
    rows = duckdb.read_parquet(str(table)).df()
    change(rows)
    with duckdb.connect() as con:
        con.register("rows", rows)
        con.execute(f"copy rows to '{table}' (format parquet)")


def sealed_anew(folder: Path, to: Path) -> Path:
    """The package with blocks under their new hashes, and manifest and sums that say what is there."""
    results = folder / "results"
    for block in (results / "weekly").glob("*.parquet"):
        block.rename(block.with_stem(hash_of(block)))
    manifest = json.loads((results / "manifest.json").read_text())
    there = [p for p in results.rglob("*") if p.is_file() and p.name != "manifest.json"]
    listed = [p for p in there if p.relative_to(results).as_posix() in manifest["files"] or p.parent.name == "weekly"]
    manifest["files"] = {p.relative_to(results).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in listed}
    (results / "manifest.json").write_text(json.dumps(manifest))
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n" for p in files]
    (folder / "SHA256SUMS").write_text("".join(sums))
    with zipfile.ZipFile(to, "w") as package:
        for path in [*files, folder / "SHA256SUMS"]:
            package.write(path, path.relative_to(folder).as_posix())
    return to


def a_little_better(rows: pd.DataFrame) -> None:
    rows.loc[3, "unmet_needs"] = np.float32(rows.loc[3, "unmet_needs"]) * np.float32(0.99)


def said_otherwise(path: Path, **values: object) -> None:
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump(said | values, sort_keys=False, allow_unicode=True), encoding="utf-8")


TAMPERINGS: dict[str, Callable[[Path], None]] = {
    "a run's mean": lambda f: rewritten(f / "results" / "runs.parquet", a_little_better),
    "a city's mean": lambda f: rewritten(f / "results" / "city.parquet", a_little_better),
    "a week": lambda f: next(rewritten(b, a_little_better) for b in (f / "results" / "weekly").glob("*.parquet")),
    "the seed": lambda f: said_otherwise(f / "study.yaml", seed=8),
    "a policy": lambda f: said_otherwise(
        f / "study.yaml", arms={"baseline": [], "thanks": [{"recognition": {"warmth": 1}}]}
    ),
    "a table that is gone": lambda f: (f / "results" / "city.parquet").unlink(),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_what_was_changed_is_noticed_though_every_hash_says_otherwise(packed: Path, tmp_path: Path, what: str) -> None:
    folder = unpacked(packed, tmp_path / "p")
    TAMPERINGS[what](folder)
    changed = sealed_anew(folder, tmp_path / "changed.zip")
    found = replicate(changed, 1)
    assert found.different or found.changed
    assert seal(changed) != seal(packed)
    done = CliRunner().invoke(main, ["replicate", str(changed), "--workers", "1"])
    assert done.exit_code == 1


def test_what_was_only_sealed_anew_is_identical_and_another_file(packed: Path, tmp_path: Path) -> None:
    again = sealed_anew(unpacked(packed, tmp_path / "p"), tmp_path / "again.zip")
    found = replicate(again, 1)
    assert (found.different, found.changed) == (0, ())
    assert seal(again) != seal(packed)  # what is in no run, such as a figure, is vouched for by this number alone


def test_means_of_a_city_are_those_that_anybody_works_out_from_the_weeks(packed: Path, tmp_path: Path) -> None:
    """Neither the program's queries nor its sizes of communities are used: weeks, labels and residents as they stand in files."""
    results = unpacked(packed, tmp_path) / "results"
    weeks = pd.concat(
        duckdb.read_parquet(str(b), hive_partitioning=False).df() for b in (results / "weekly").glob("*.parquet")
    )
    runs = duckdb.read_parquet(str(results / "runs.parquet"), hive_partitioning=False).df()
    city = (
        duckdb.read_parquet(str(results / "city.parquet"), hive_partitioning=False).df().set_index(["arm", "replicate"])
    )
    labels = runs[["run", "arm", "replicate", "population.residents"]]
    rows = weeks[weeks["week"] >= 10].merge(labels, on="run")
    assert len(city) == 4
    for (arm, replicate_), own in rows.groupby(["arm", "replicate"]):
        for metric in METRICS:
            week_by_week = []
            for _, now in own.dropna(subset=metric).groupby("week"):
                heads = now["population.residents"].to_numpy(float)
                week_by_week.append(float((now[metric].to_numpy(float) * heads).sum() / heads.sum()))
            assert city.loc[(arm, replicate_), metric] == pytest.approx(np.mean(week_by_week), rel=1e-9), metric
            plain = float(own.groupby("week")[metric].mean().mean())
            if metric == "unmet_needs":
                assert city.loc[(arm, replicate_), metric] != pytest.approx(plain, rel=1e-3)
