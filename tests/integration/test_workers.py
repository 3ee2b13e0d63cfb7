"""A run can do anything to its process, and only its row suffers, wherever it is performed."""

import os
import shlex
import signal
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from toy import DEEDS, failing_toy, small, toy, wild_toy, write_study

from experiments.cli import main
from experiments.cli.options import limit_said
from experiments.runs.executor import missing, perform, tried
from experiments.runs.results import Results
from experiments.runs.store import Store, StoreError
from experiments.runs.workers import LONGEST, Watch, duration, performed
from experiments.study.design import Job
from experiments.study.loader import read_study
from tests.integration.test_execution import contents, launched

SAID = {
    "raises": "ArithmeticError: the toy broke",
    "raises what no file can hold": "half a letter",
    "raises at length": "ValueError: long long",
    "raises what cannot be said": "_Mute",
    "raises SystemExit": "The run raised SystemExit, which would end the program",
    "raises KeyboardInterrupt": "The run raised KeyboardInterrupt",
    "raises GeneratorExit": "The run raised GeneratorExit",
    "goes round and round": "RecursionError",
    "ends its process": "The run ended its process (exit code 9)",
    "ends its process as if all were well": "The run ended its process (exit code 0)",
    "crashes in compiled code": "The run crashed its process (SIGSEGV, signal 11)",
    "aborts": "The run crashed its process (SIGABRT",
    "is killed": "was killed (SIGKILL)",
    "closes what is open": "The run",
    "kills whoever started it": "The run",
    "copies its process": "the toy copied its process",
    "never ends": "The run was stopped after 2s, the longest that one may take (--limit 2s).",
    "never comes back from compiled code": "The run was stopped after 2s",
    "takes all memory": "MemoryError",
}
HARMLESS = [deed for deed in DEEDS if deed.startswith("raises") or deed == "goes round and round"]
"""What a run may do without a process of its own."""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="does what Linux lets a process do to itself")


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("deed", DEEDS)
def test_only_the_row_of_a_wild_run_suffers(tmp_path: Path, deed: str, workers: int) -> None:
    study, store = small(tmp_path, replicates=14), Store(tmp_path / "r").open()
    tally = perform(
        study, store, workers=workers, apart=True, limit=2.0 * ("never" in deed), simulate=partial(wild_toy, deed)
    )
    check(Results(study, store), tally.done, deed)


def check(results: Results, done: int, deed: str) -> None:
    """Two of fourteen lives did it where training was given, and all others are as they should be."""
    failures = results.failures()
    assert not list(missing(results.study, results.store))
    assert not results.store.waiting()
    assert (done, len(failures), len(results.runs())) == (42, 2, 40)
    assert set(failures["arm"]) == {"both"}
    assert set(failures["replicate"]) == {11, 12}
    assert failures["error"].str.contains(SAID[deed], regex=False).all(), failures["error"][0]
    assert failures["error"].str.len().max() < 2 * LONGEST


@pytest.mark.parametrize("deed", HARMLESS)
@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_run_raises_is_its_row_within_this_process_too(tmp_path: Path, deed: str, workers: int) -> None:
    study, store = small(tmp_path, replicates=14), Store(tmp_path / "r").open()
    tally = perform(study, store, workers=workers, by="threads", simulate=partial(wild_toy, deed))
    check(Results(study, store), tally.done, deed)


@pytest.mark.parametrize("deed", ["ends its process", "raises SystemExit"])
def test_a_wild_run_in_a_part_of_the_plan(tmp_path: Path, deed: str) -> None:
    study, store = small(tmp_path, replicates=14), Store(tmp_path / "r").open()
    done = 0
    for part in (2, 1):
        how: dict[str, Any] = {"workers": 1, "apart": True, "shard": (part, 2)}
        done += perform(study, store, **how, simulate=partial(wild_toy, deed)).done
    check(Results(study, store), done, deed)


def test_what_wild_runs_leave_is_the_same_to_the_byte(tmp_path: Path) -> None:
    study, stores = small(tmp_path, replicates=60), []
    for workers in (1, 2):
        stores.append(Store(tmp_path / str(workers)).open())
        perform(study, stores[-1], workers=workers, apart=True, simulate=partial(wild_toy, "crashes in compiled code"))
    assert contents(stores[0]) == contents(stores[1])


def test_a_crash_and_a_loop_say_in_which_line(tmp_path: Path) -> None:
    run = next(r for r in small(tmp_path, replicates=14).runs() if (r.arm, r.replicate) == ("both", 11))
    job = small(tmp_path, replicates=14).job(run)
    crash, loop = (
        tried(job, partial(wild_toy, deed), 1.0 * (deed == "never ends"))
        for deed in ("crashes in compiled code", "never ends")
    )
    assert crash.error is not None
    assert loop.error is not None
    assert "string_at" in crash.error
    assert "in _for_ever" in loop.error


def counting_toy(marks: Path, job: Job) -> Any:
    """Leaves a mark for each try, and ends its process at three lives."""
    with (marks / job.run).open("a") as file:
        file.write(".")
    return wild_toy("ends its process", job)


def test_only_the_run_that_killed_is_tried_again(tmp_path: Path) -> None:
    study, store, marks = small(tmp_path, replicates=60), Store(tmp_path / "r").open(), tmp_path / "marks"
    marks.mkdir()
    perform(study, store, workers=2, simulate=partial(counting_toy, marks))
    twice = {path.name for path in marks.iterdir() if path.read_text() != "."}
    assert twice == set(Results(study, store).failures()["run"])


def once_short_toy(marks: Path, job: Job) -> Any:
    """Lacks memory the first time; the second time it says how many others were at work."""
    mark = marks / job.run
    if job.policies and not mark.exists():
        mark.touch()
        raise MemoryError
    return toy(job)


def test_a_run_that_lacked_memory_beside_others_is_done_alone(tmp_path: Path) -> None:
    study, store, marks = small(tmp_path, replicates=3), Store(tmp_path / "r").open(), tmp_path / "marks"
    marks.mkdir()
    tally = perform(study, store, workers=2, simulate=partial(once_short_toy, marks))
    assert (tally.done, tally.failed) == (9, 0)


def signed_toy(marks: Path, job: Job) -> Any:
    """A run that takes a while and says who did it."""
    time.sleep(0.5)
    (marks / job.run).write_text(str(os.getpid()))
    return toy(job)


def test_long_runs_do_not_wait_in_one_hand_while_another_rests(tmp_path: Path) -> None:
    study, marks = small(tmp_path, replicates=8, arms={"baseline": []}), tmp_path / "marks"
    marks.mkdir()
    perform(study, Store(tmp_path / "r").open(), workers=2, simulate=partial(signed_toy, marks))
    hands = Counter(path.read_text() for path in marks.iterdir())
    assert len(hands) == 2
    assert max(hands.values()) <= 6  # on an idle machine 4; a worker that took all in hand at once would have done 7


def test_a_full_disk_in_a_worker_is_said(tmp_path: Path) -> None:
    study, store = small(tmp_path, replicates=3), Store(tmp_path / "r").open()
    store.aside.rmdir()
    store.aside.symlink_to("/proc/self")  # where nothing can be written
    with pytest.raises(StoreError, match="Finished runs are safe"):
        list(Watch(toy, store.folder, 2, 0.0).perform(study.job(run) for run in study.runs()))


class Unreadable:
    """What cannot be sent to a worker: it breaks there."""

    def __reduce__(self) -> Any:
        return failing_toy, (Job("", "", (), (("training", {}),), 1, 1),)

    def __call__(self, job: Job) -> Any:
        """A run."""
        return toy(job)


def test_workers_that_cannot_begin_end_the_study_with_a_sentence(tmp_path: Path) -> None:
    study, store = small(tmp_path, replicates=3), Store(tmp_path / "r").open()
    with pytest.raises(StoreError, match="workers cannot begin"):
        perform(study, store, workers=2, simulate=Unreadable())


def test_the_printed_command_of_a_wild_run_says_the_same_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for deed in ("ends its process", "never ends", "raises KeyboardInterrupt"):
        study, out = write_study(tmp_path, replicates=12), tmp_path / deed
        monkeypatch.setattr("experiments.runs.executor.simulated", partial(wild_toy, deed))
        limit = ["--limit", "1s"] if "never" in deed else []
        store = Store(out).open()
        asked = read_study(study)
        perform(asked, store, workers=1, apart=True, limit=float(bool(limit)), simulate=partial(wild_toy, deed))
        row = Results(asked, store).failures().iloc[0]
        again = CliRunner().invoke(main, shlex.split(row["command"])[1:])
        assert again.exit_code == 1
        sentence = row["error"].splitlines()[-1]
        assert sentence in again.output
        assert ("--limit 1s" in row["command"]) == bool(limit)


@pytest.mark.parametrize(("said", "seconds"), [("90s", 90), ("10m", 600), ("1h", 3600), ("1.5h", 5400), ("5 m", 300)])
def test_a_limit_is_a_time(said: str, seconds: float) -> None:
    assert limit_said(None, None, said) == seconds  # type: ignore[arg-type]
    assert limit_said(None, None, duration(seconds)) == seconds  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "said", ["", "10", "0s", "-5m", "m", "ten", "1e3s", "nan", "inf", "10min", "١m", "1h1m1", "0.0h"]
)
def test_what_is_no_time_is_refused_in_words(tmp_path: Path, said: str) -> None:
    refused = CliRunner().invoke(main, ["run", str(write_study(tmp_path)), "--limit", said])
    assert refused.exit_code == 2
    assert "expected a number above 0 with s, m or h: 90s, 10m, 1h" in " ".join(refused.output.split())
    threads = CliRunner().invoke(main, ["run", str(write_study(tmp_path)), "--limit", "1m", "--by", "threads"])
    assert threads.exit_code == 2
    assert "--limit needs --by processes" in threads.output


STOPPED = """
import sys; sys.path[:0] = [{tests!r}]
from pathlib import Path
from toy import slow_toy
from experiments.runs.executor import perform
from experiments.runs.store import Store
from experiments.study.loader import read_study
if __name__ == '__main__':
    store = Store(Path({folder!r})).open()
    print('go', flush=True)
    try:
        perform(read_study({study!r}), store, workers={workers}, apart={apart}, simulate=slow_toy)
    except KeyboardInterrupt:
        print('stopped', flush=True)
"""


@pytest.mark.parametrize(("workers", "apart"), [(1, False), (1, True), (2, True)])
def test_an_interrupt_of_the_users_stops_the_study(tmp_path: Path, workers: int, apart: bool) -> None:
    about = {
        "tests": str(Path(__file__).parents[1] / "support"),
        "folder": str(tmp_path / "r"),
        "workers": workers,
        "apart": apart,
    }
    program = STOPPED.format(study=str(write_study(tmp_path, replicates=4000)), **about)
    running = launched(tmp_path / "program.py", program)
    assert running.stdout is not None
    assert running.stdout.readline() == b"go\n"
    store = Store(tmp_path / "r")
    while len(store.waiting()) < 5:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    assert running.stdout.read() == b"stopped\n"
    assert running.wait(20) == 0
    study = small(tmp_path, replicates=4000)
    assert all((one := store.taken(run)) is not None and one.error is None for run in store.waiting())
    assert study.file.replicates == 4000


def test_performed_keeps_the_users_interrupt_apart_from_a_runs() -> None:
    job = Job("x", "", (), (("training", {}),), 1, 1)

    def interrupted(_: Job) -> Any:
        raise KeyboardInterrupt

    assert performed(job, interrupted).failed
    with pytest.raises(KeyboardInterrupt):
        performed(job, interrupted, stopped=lambda: True)
