"""Execution does what is missing, the same whatever happens: workers, shards, failures, deaths, kills."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from toy import SMALL, deadly_toy, failing_toy, seldom_deadly_toy, small, toy, write_study

from experiments.cli import main
from experiments.runs.executor import Workers, missing, perform, simulated
from experiments.runs.results import Results, settled
from experiments.runs.store import Store
from experiments.study.design import Study
from experiments.study.loader import read_study

MANY = {"replicates": 60}  # 180 runs: two blocks


def contents(store: Store) -> dict[str, bytes]:
    """Every block and the table of runs, byte by byte."""
    files = [*store.weekly.iterdir(), store.folder / "runs.parquet"]
    return {p.name: p.read_bytes() for p in files if p.exists() and not p.name.startswith(".")}


def done(study: Study, folder: Path, workers: int = 1, by: Workers = "processes") -> Store:
    store = Store(folder).open()
    perform(study, store, workers=workers, by=by, simulate=toy)
    Results(study, store).write_runs()
    return store


def test_every_run_is_done_once_and_then_nothing_is_missing(tmp_path: Path) -> None:
    study = small(tmp_path, **MANY)
    store = Store(tmp_path / "r").open()
    assert perform(study, store, workers=1, simulate=toy).done == 180
    assert not list(missing(study, store))
    assert perform(study, store, workers=1, simulate=toy).done == 0
    assert len(list(store.weekly.iterdir())) == 2
    assert not store.waiting()


@pytest.mark.parametrize("by", ["processes", "threads"])
def test_results_do_not_depend_on_workers(tmp_path: Path, by: Workers) -> None:
    study = small(tmp_path, **MANY)
    assert contents(done(study, tmp_path / "1")) == contents(done(study, tmp_path / "2", 2, by))


def test_shards_together_are_the_whole(tmp_path: Path) -> None:
    study = small(tmp_path, **MANY)
    store = Store(tmp_path / "r").open()
    for i in (3, 1, 2):
        assert perform(study, store, workers=1, shard=(i, 3), simulate=toy).done == 60
    assert not list(missing(study, store))
    whole = done(study, tmp_path / "whole")
    assert Results(study, store).runs().equals(Results(study, whole).runs())


def test_shards_that_plan_at_the_same_moment_share_no_run(tmp_path: Path) -> None:
    study = small(tmp_path, varies={"policies.training.seats": [1, 2, 3]}, replicates=4)  # the other arms stay the same
    store = Store(tmp_path / "r").open()
    parts = [{run.run for run in missing(study, store, shard=(i, 5))} for i in range(1, 6)]
    assert sum(len(part) for part in parts) == len(set.union(*parts)) == 4 * (2 + 3)


def test_a_larger_study_does_only_what_is_new(tmp_path: Path) -> None:
    store = done(small(tmp_path), tmp_path / "r")
    larger = small(tmp_path, replicates=4, arms={**SMALL["arms"], "more": ["vanguard"]})
    assert perform(larger, store, workers=1, simulate=toy).done == 4 * 4 - 3 * 3
    whole = done(larger, tmp_path / "whole")
    assert Results(larger, store).runs().equals(Results(larger, whole).runs())


@pytest.mark.slow
def test_a_large_store_read_a_few_blocks_at_a_time_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = small(tmp_path, **MANY)
    store = Store(tmp_path / "r").open()
    perform(study, store, workers=1, simulate=lambda job: failing_toy(job) if job.seed % 7 == 0 else toy(job))
    results, said = Results(study, store), []
    for together in (32, 1):
        monkeypatch.setattr("experiments.runs.reading.TOGETHER", together)
        monkeypatch.setattr("experiments.runs.blocks.TOGETHER", together)
        csv = [path.read_bytes() for path in results.write_csv()]
        tables = (
            results.runs(),
            results.failures(),
            results.trajectories(["cohesion"]),
            results.profiles(["cohesion"]),
        )
        said.append((csv, store.finished(), [table.to_csv() for table in tables]))
    assert said[0] == said[1]
    assert len(results.failures()) > 0
    assert said[0][0][1].count(b"\n") == 1 + 20 * len(results.runs())


def test_weeks_are_summed_up_pair_by_pair(tmp_path: Path) -> None:
    results = Results(small(tmp_path, **MANY), done(small(tmp_path, **MANY), tmp_path / "r"))
    weekly = results.weekly(["unmet_needs"]).set_index(["arm", "week", "replicate"])["unmet_needs"].astype(float)
    here = weekly["both", 7]
    (band,) = results.trajectories(["unmet_needs"]).query("arm == 'both' and week == 7").to_dict("records")
    assert (band["mean"], band["sd"], band["n"]) == pytest.approx((here.mean(), here.std(), 60))
    assert (band["low"], band["high"]) == pytest.approx(tuple(here.quantile([0.05, 0.95])))
    gap = here - weekly["baseline", 7]
    (pair,) = results.profiles(["unmet_needs"]).query("arm == 'both' and week == 7").to_dict("records")
    assert (pair["mean"], pair["sd"], pair["n"]) == pytest.approx((gap.mean(), gap.std(), 60))
    assert set(results.trajectories(["cohesion"])["week"]) == {0, 13}  # measured every thirteenth week only


def test_a_smaller_study_reads_only_its_own_runs(tmp_path: Path) -> None:
    store = done(small(tmp_path, replicates=5), tmp_path / "r")
    assert len(Results(small(tmp_path), store).runs()) == 9


def test_a_failing_run_is_a_row_and_the_rest_finish(tmp_path: Path) -> None:
    study, store = small(tmp_path), Store(tmp_path / "r").open()
    tally = perform(study, store, workers=1, simulate=failing_toy)
    assert (tally.done, tally.failed) == (9, 6)
    results = Results(study, store)
    assert set(results.runs()["arm"]) == {"baseline"}
    failures = results.failures()
    assert len(failures) == 6
    assert failures["error"].str.contains("ArithmeticError: the toy broke").all()
    assert set(failures["arm"]) == {"thanks", "both"}
    assert not list(missing(study, store))


def test_failed_runs_are_tried_again_when_asked(tmp_path: Path) -> None:
    study, store = small(tmp_path), Store(tmp_path / "r").open()
    perform(study, store, workers=1, simulate=failing_toy)
    assert perform(study, store, workers=1, again=True, simulate=toy).done == 6
    results = Results(study, store)
    assert results.failures().empty
    assert len(results.runs()) == 9
    assert not list(missing(study, store, again=True))


def test_a_run_that_kills_its_worker_fails_alone(tmp_path: Path) -> None:
    study, store = small(tmp_path), Store(tmp_path / "r").open()
    tally = perform(study, store, workers=2, simulate=deadly_toy)
    assert (tally.done, tally.failed) == (9, 3)
    results = Results(study, store)
    assert sorted(set(results.runs()["arm"])) == ["baseline", "thanks"]
    assert set(results.failures()["arm"]) == {"both"}


def test_runs_beside_one_that_kills_its_worker_are_all_done(tmp_path: Path) -> None:
    study, store = small(tmp_path, replicates=60), Store(tmp_path / "r").open()
    tally = perform(study, store, workers=2, simulate=seldom_deadly_toy)
    assert not list(missing(study, store))
    assert not store.waiting()
    assert (tally.done, tally.failed) == (180, 3)
    assert len(Results(study, store).failures()) == 3


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes")
def test_workers_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    program = program_of(write_study(tmp_path, replicates=4000), tmp_path / "r", "processes")
    running = started(tmp_path, program)
    while not (workers := children(running.pid)) or not Store(tmp_path / "r").waiting():
        time.sleep(0.05)
    running.kill()
    running.wait()
    for _ in range(100):
        if not any(Path(f"/proc/{pid}/cmdline").exists() for pid in workers):
            break
        time.sleep(0.1)
    else:
        pytest.fail("workers are still there ten seconds later")


def children(parent: int) -> list[int]:
    """The processes that this one has started."""
    found = []
    for about in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            pid, rest = about.read_text().split(" (", 1)
            if int(rest.rpartition(") ")[2].split()[1]) == parent:
                found.append(int(pid))
    return found


def test_a_run_set_aside_damaged_is_done_again(tmp_path: Path) -> None:
    study, store = small(tmp_path), Store(tmp_path / "r").open()
    first = next(study.runs())
    (store.aside / first.run).write_bytes(b"half a file")
    perform(study, store, workers=1, simulate=toy)
    assert len(Results(study, store).runs()) == 9
    assert contents(store).keys() == contents(done(study, tmp_path / "whole")).keys() - {"runs.parquet"}


def test_the_number_of_replicates_follows_from_the_first_stage(tmp_path: Path) -> None:
    study = small(tmp_path, replicates=6, until={"cohesion": 0.02}, most=40, arms={"baseline": []})
    store = Store(tmp_path / "r").open()
    perform(study, store, workers=1, simulate=toy)
    more, found = settled(study, store)
    assert 20 <= more.file.replicates <= 40  # never fewer than 20 at the first look
    assert found[0].metric == "cohesion"
    for _ in range(9):
        perform(more, store, workers=1, simulate=toy)
        if (next_one := settled(study, store)[0]).file.replicates == more.file.replicates:
            break
        more = next_one
    assert 20 <= more.file.replicates <= 40
    assert settled(study, store)[0].file.replicates == more.file.replicates


PROGRAM = """
import sys; sys.path[:0] = [{tests!r}]
from pathlib import Path
from toy import slow_toy
from experiments.runs.executor import missing, perform
from experiments.runs.results import Results
from experiments.runs.store import Store
from experiments.study.loader import read_study
if __name__ == '__main__':
    study, store = read_study({study!r}), Store(Path({folder!r})).open()
    with store.held({part!r}):
        print('go', flush=True)
        shard = tuple(map(int, {part!r}.split('/'))) if {part!r} else (1, 1)
        perform(study, store, workers=2, by={by!r}, shard=shard, simulate=slow_toy)
        if not any(missing(study, store)):
            Results(study, store).write_runs()
"""


def program_of(study: Path, folder: Path, by: Workers, part: str = "") -> str:
    return PROGRAM.format(
        tests=str(Path(__file__).parents[1] / "support"), study=str(study), folder=str(folder), by=by, part=part
    )


def launched(script: Path, program: str) -> "subprocess.Popen[bytes]":
    """Such a program, about to begin, in a process group of its own."""
    script.write_text(program, "utf-8")
    return subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip


def at_work(*programs: "subprocess.Popen[bytes]") -> None:
    """Wait until each of them holds its store."""
    for running in programs:
        assert running.stdout is not None
        assert running.stdout.readline() == b"go\n"
        running.stdout.close()


def started(folder: Path, program: str) -> "subprocess.Popen[bytes]":
    """Such a program at work."""
    running = launched(folder / "program.py", program)
    at_work(running)
    return running


def killed_at_random(study: Path, folder: Path, moments: int, chance: random.Random) -> int:
    """Run the study in a program of its own, killed again and again; returns how many kills hit it alive."""
    hits = 0
    for i in range(moments + 1):
        running = started(folder.parent, program_of(study, folder, "processes" if i % 2 else "threads"))
        if i < moments:
            time.sleep(chance.uniform(0, 3.0 if i % 2 else 0.6))  # processes take a while to begin
            hits += running.poll() is None
            with contextlib.suppress(ProcessLookupError):  # it was faster
                os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    return hits


@pytest.mark.parametrize("moments", [3, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs POSIX signals")
def test_a_study_killed_at_random_moments_ends_with_the_same_bytes(tmp_path: Path, moments: int) -> None:
    path = write_study(tmp_path, replicates=1000 if moments > 10 else 60)
    hits = killed_at_random(path, tmp_path / "killed", moments, random.Random(moments))
    assert hits > 0
    assert contents(Store(tmp_path / "killed")) == contents(done(read_study(path), tmp_path / "whole"))


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs POSIX signals")
def test_live_parts_share_a_folder_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """Two programs begin at the same moment; a third does the part of one by mistake; one is killed and goes on later."""
    path, folder = write_study(tmp_path, replicates=300), tmp_path / "shared"
    study, store = read_study(path), Store(folder)

    def part(number: int) -> "subprocess.Popen[bytes]":
        return launched(tmp_path / f"part{number}.py", program_of(path, folder, "threads", f"{number}/2"))

    first, second = part(1), part(2)
    at_work(first, second)
    while len(store.waiting()) < 20:
        time.sleep(0.01)
    for running in (first, second):
        os.killpg(running.pid, signal.SIGSTOP)  # alive, and in no hurry
    for mistaken, said in (("1/2", "is doing part 1/2"), ("2/3", "shares runs with 2/3"), ("", "is working in")):
        words = ["run", str(path), "--out", str(folder), "--quiet", *(["--shard", mistaken] if mistaken else [])]
        refused = CliRunner().invoke(main, words)
        assert (refused.exit_code, said in refused.output) == (2, True), refused.output
    os.killpg(first.pid, signal.SIGKILL)
    os.killpg(second.pid, signal.SIGCONT)
    assert (first.wait(), second.wait()) == (-signal.SIGKILL, 0)
    assert 0 < len(list(missing(study, store, shard=(1, 2)))) == len(list(missing(study, store)))
    again = part(1)
    at_work(again)
    assert again.wait() == 0
    whole = done(study, tmp_path / "whole")
    assert (folder / "runs.parquet").read_bytes() == (whole.folder / "runs.parquet").read_bytes()
    doubled = "select run from read_parquet(?) group by run, week having count(*) > 1"
    assert not duckdb.execute(doubled, [[str(block) for block in store.blocks()]]).fetchall()
    assert not store.waiting()


def test_a_real_run_is_the_same_in_every_worker(tmp_path: Path) -> None:
    study = small(tmp_path, replicates=1)
    first, second = Store(tmp_path / "1").open(), Store(tmp_path / "2").open()
    perform(study, first, workers=1, simulate=simulated)
    perform(study, second, workers=2, simulate=simulated)
    assert contents(first) == contents(second)
