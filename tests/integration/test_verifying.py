"""Verifying names what was changed in the files that people use, and moves nothing."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from toy import small, toy, write_study

from experiments.cli import main
from experiments.runs.blocks import hash_of
from experiments.runs.executor import perform
from experiments.runs.parquet import rows_of
from experiments.runs.provenance import hashes
from experiments.runs.results import Results
from experiments.runs.store import Store


def linli(*words: object) -> Result:
    return CliRunner().invoke(main, [str(w) for w in words])


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study that was run with its tables as CSV; runs are toys."""
    monkeypatch.setattr("experiments.tasks.run.simulated", toy)
    monkeypatch.setattr("experiments.tasks.run.perform", partial(perform, simulate=toy))
    monkeypatch.setattr("experiments.tasks.run.warm", lambda *_: None)
    monkeypatch.setattr("experiments.tasks.run.figures_and_table", lambda *_: [])
    monkeypatch.setattr("experiments.runs.reading.give_back", lambda: None)
    said = linli("run", write_study(tmp_path), "--out", tmp_path / "r", "--workers", 1, "--by", "threads", "--csv")
    assert said.exit_code == 0, said.output
    return tmp_path / "r"


def rewritten(path: Path, values: str) -> None:
    """A Parquet file with other values."""
    with duckdb.connect() as con:
        rows = rows_of(con, [path]).query("t", f"select * replace ({values}) from t")
        rows.write_parquet(str(path.with_suffix(".new")))
    path.with_suffix(".new").replace(path)


def a_cell_of_the_runs(out: Path) -> None:
    rewritten(
        out / "runs.parquet",
        "case when point = 0 and replicate = 2 and arm = 'both' then 0.9 else cohesion end as cohesion",
    )


def a_cell_and_its_hash(out: Path) -> None:
    a_cell_of_the_runs(out)
    said = json.loads((out / "manifest.json").read_text("utf-8"))
    said["files"] |= hashes(out, [out / "runs.parquet"])
    (out / "manifest.json").write_text(json.dumps(said))


def a_number_in_a_csv(out: Path) -> None:
    text = (out / "runs.csv").read_text().splitlines()
    text[2] = text[2].rpartition(",")[0] + ",0.123"
    (out / "runs.csv").write_text("\n".join(text) + "\n")


def a_week_in_a_csv(out: Path) -> None:
    (out / "weekly.csv").write_text((out / "weekly.csv").read_text().replace(",38.", ",39.", 1))


def a_row_less(out: Path) -> None:
    text = (out / "runs.csv").read_text().splitlines()
    (out / "runs.csv").write_text("\n".join(text[:-1]) + "\n")


def a_bit_of_a_block(out: Path) -> None:
    (block,) = (out / "weekly").iterdir()
    content = bytearray(block.read_bytes())
    content[len(content) // 2] ^= 1
    block.write_bytes(bytes(content))


def a_block_under_its_new_hash(out: Path) -> None:
    (block,) = (out / "weekly").iterdir()
    rewritten(block, "(cohesion + 0.1)::float as cohesion")
    block.rename(block.with_name(f"{hash_of(block)}.parquet"))


def a_file_less(out: Path) -> None:
    (out / "runs.parquet").unlink()


def the_resolved_study(out: Path) -> None:
    (out / "resolved.yaml").write_text("study: {}\n")


def nonsense_for_a_table(out: Path) -> None:
    (out / "runs.parquet").write_bytes(b"nonsense, and long enough to be one")


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (a_cell_of_the_runs, ["runs.parquet: changed since", "cohesion of arm both, point 0, replicate 2: 0.9, it should be"]),
        (a_cell_and_its_hash, ["runs.parquet: 1 value differs"]),
        (a_number_in_a_csv, ["runs.csv: line 3, unmet_needs: 0.123, it should be"]),
        (a_week_in_a_csv, ["weekly.csv: line"]),
        (a_row_less, ["runs.csv: line 10, run: nothing, it should be"]),
        (a_bit_of_a_block, ["weekly/", "its content is not what its name"]),
        (a_block_under_its_new_hash, ["is in manifest.json and not here", "is not in manifest.json", "DIFFERS"]),
        (a_file_less, ["runs.parquet: it is in manifest.json and not here"]),
        (the_resolved_study, ["resolved.yaml: changed since"]),
        (nonsense_for_a_table, ["runs.parquet: it cannot be read"]),
    ],
)  # fmt: skip
def test_tampering_is_named_and_nothing_is_moved(
    tmp_path: Path, out: Path, tamper: Callable[[Path], None], named: list[str]
) -> None:
    study = tmp_path / "small.yaml"
    clean = linli("verify", study, "--out", out, "--runs", 2)
    assert clean.exit_code == 0, clean.output
    assert "2 of 2 runs are the same" in clean.output
    tamper(out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    said = linli("verify", study, "--out", out, "--runs", 2)
    assert said.exit_code == 1, said.output
    for words in named:
        assert words in " ".join(said.output.split())
    assert before == {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    packed = linli("package", study, "--out", out, "--to", tmp_path / "p.zip")
    assert packed.exit_code == 2, packed.output
    assert not (tmp_path / "p.zip").exists()


def test_the_table_of_a_city_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.runs.results import results_for
    from experiments.runs.verify import changed_files

    varies = {"community": ["classroom", "karate"]}
    study = small(tmp_path, varies=varies, city=True)
    store = Store(tmp_path / "r").open()
    perform(study, store, workers=1, simulate=toy)
    results = results_for(study, store)
    results.write_runs("city.parquet")
    assert list(changed_files(results)) == []
    rewritten(store.folder / "city.parquet", "cohesion + 1 as cohesion")
    (told,) = changed_files(results)
    assert told.startswith("city.parquet: 9 values differ")


def test_what_was_reported_is_verified_too(tmp_path: Path, out: Path) -> None:
    from experiments.runs.present import note_files

    study, store = small(tmp_path), Store(out)
    (out / "report.html").write_text("a report")
    note_files(study, store, [out / "report.html"])
    (out / "report.html").write_text("another report")
    said = linli("verify", tmp_path / "small.yaml", "--out", out, "--runs", 1)
    assert said.exit_code == 1
    assert "report.html: changed since it was written" in said.output


def test_values_that_are_read_with_duckdb_are_those_of_the_tables(tmp_path: Path, out: Path) -> None:
    """The line that the documentation gives for reading a table without another package."""
    frame = duckdb.read_parquet(str(out / "runs.parquet"), hive_partitioning=False).df()
    assert frame.equals(Results(small(tmp_path), Store(out)).runs())


@pytest.fixture
def packed(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("experiments.tasks.package.perform", partial(perform, simulate=toy))
    said = linli("package", tmp_path / "small.yaml", "--out", out, "--to", tmp_path / "p.zip")
    assert said.exit_code == 0, said.output
    assert f"SHA-256 {hashlib.sha256((tmp_path / 'p.zip').read_bytes()).hexdigest()}" in said.output
    return tmp_path / "p.zip"


def test_a_package_holds_all_files_of_the_present_state_and_runs_again(packed: Path) -> None:
    with zipfile.ZipFile(packed) as package:
        assert {"results/runs.csv", "results/runs.parquet", "results/manifest.json"} <= set(package.namelist())
    said = linli("replicate", packed, "--workers", 1)
    assert (said.exit_code, "identical" in said.output) == (0, True), said.output
    assert hashlib.sha256(packed.read_bytes()).hexdigest() in said.output


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (a_cell_of_the_runs, "results/runs.parquet: 1 value differs"),
        (a_cell_and_its_hash, "results/runs.parquet: 1 value differs"),
        (a_number_in_a_csv, "results/runs.csv: changed since it was written"),
        (a_block_under_its_new_hash, "weekly rows differ"),
        (a_bit_of_a_block, "its content is not what its name"),
        (the_resolved_study, "results/resolved.yaml: changed since"),
    ],
)
def test_a_package_that_was_changed_with_its_checksums_is_noticed(
    tmp_path: Path, packed: Path, tamper: Callable[[Path], None], named: str
) -> None:
    folder, again = tmp_path / "unpacked", tmp_path / "again.zip"
    with zipfile.ZipFile(packed) as package:
        package.extractall(folder)
    tamper(folder / "results")
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}" for path in files]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n")
    with zipfile.ZipFile(again, "w") as package:
        for path in (*files, folder / "SHA256SUMS"):
            package.write(path, path.relative_to(folder).as_posix())
    said = linli("replicate", again, "--workers", 1)
    assert said.exit_code == 1, said.output
    assert named in said.output


def test_a_package_with_a_file_more_is_refused(tmp_path: Path, packed: Path) -> None:
    with zipfile.ZipFile(packed, "a") as package:
        package.writestr("results/more.csv", "a,b\n")
    said = linli("replicate", packed, "--workers", 1)
    assert said.exit_code == 2
    assert "results/more.csv is not in SHA256SUMS" in said.output
