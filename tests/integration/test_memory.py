"""Many runs beside little memory: what is done a few runs at a time is the same as all at once, and stays small."""

import subprocess
import sys
from collections.abc import Callable
from itertools import batched
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from toy import small, toy, write_study

from experiments.runs import parquet as keeping
from experiments.runs import reading, results
from experiments.runs.blocks import write_block
from experiments.runs.executor import perform, simulated
from experiments.runs.results import results_for
from experiments.runs.store import BLOCK, Finished, Store, StoreError
from experiments.study.design import Study
from experiments.study.sampling import Point
from experiments.tasks import run as session

MOST = 300
"""Megabytes that the program may take for a hundred thousand runs."""
LIBRARIES = 200
"""Megabytes beside these of the libraries that search for conditions under which a policy fails."""


def test_a_few_runs_at_a_time_give_the_tables_of_all_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study, store = small(tmp_path, replicates=50, weeks=40, window=30), Store(tmp_path / "r").open()
    perform(study, store, workers=1, simulate=toy)
    found = results_for(study, store)
    runs, some = found.runs(), found.runs(["cohesion"])
    assert list(runs["replicate"]) == sorted(runs["replicate"])
    assert list(some) == ["arm", "point", "replicate", "cohesion"]
    pd.testing.assert_series_equal(some["cohesion"], runs["cohesion"])
    weeks = found.trajectories(["cohesion", "unmet_needs"])
    for name, few in (("GROUP", 7), ("ROOM", 1), ("TOGETHER", 1)):
        for module in (reading, results):
            monkeypatch.setattr(module, name, few, raising=False)
    pd.testing.assert_frame_equal(found.runs(), runs)
    key = ["metric", "arm", "week"]
    again = found.trajectories(["cohesion", "unmet_needs"]).sort_values(key, ignore_index=True)
    pd.testing.assert_frame_equal(again, weeks.sort_values(key, ignore_index=True))
    assert pd.read_csv(found.write_csv()[0])["cohesion"].to_list() == pytest.approx(runs["cohesion"].to_list())


@pytest.mark.slow
def test_figures_drawn_in_a_process_of_their_own_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = small(tmp_path)
    for name, many in (("here", 1000), ("apart", 1)):
        monkeypatch.setattr(session, "MANY", many)
        perform(study, Store(tmp_path / name).open(), workers=1, simulate=toy)
        assert session.run_study(study, tmp_path / name, 1, "processes", (1, 1), "", 0.0, False, False, True) == 0
    here, apart = ({f.name: f.read_bytes() for f in (tmp_path / n / "figures").iterdir()} for n in ("here", "apart"))
    assert here == apart
    assert "outcome-cohesion.png" in here


def test_the_store_is_read_before_libraries_are_loaded(tmp_path: Path) -> None:
    """What is large in memory for a while does not lie on top of what is large for good."""
    study, folder = small(tmp_path), tmp_path / "r"
    perform(study, Store(folder).open(), workers=1, simulate=toy)
    code = (
        "import sys\nfrom pathlib import Path\nfrom experiments.reporting.result_tables import tables_of\n"
        "from experiments.runs import results, store\nfrom experiments.study.loader import read_study\n"
        "found, values = results.Results(read_study(sys.argv[1]), store.Store(Path(sys.argv[2]))), results.Results._values\n"
        "def seen(*said):\n    assert 'pandas' not in sys.modules\n    return values(*said)\n"
        "results.Results._values = seen\nassert found.write_failures() == []\n"
        "assert len(tables_of(found).profiles) == 2 * (20 + 2)\n"
        "print([name for name in ('scipy.optimize', 'scipy.stats', 'matplotlib') if name in sys.modules])\n"
    )
    words = [sys.executable, "-c", code, str(study.path), str(folder)]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "[]\n"


def one_more(policies: int, _: Point) -> float:
    """What a run of an arm with so many policies lies at: each adds a tenth."""
    return 1 + 0.1 * policies


def made_up(study: Study, store: Store, level: Callable[[int, Point], float] = one_more, together: int = BLOCK) -> None:
    """Fill a store with made-up weeks of every metric, through the store's own writing, so many runs together."""
    runs = list(study.runs())
    names = list(simulated(study.job(runs[0])))
    for some in batched(runs, together):
        block = []
        for run in some:
            chance = np.random.default_rng(run.seed)
            at = level(len(study.arms[run.arm]), study.points[run.point])
            weeks = chance.normal(at, 0.2, (len(names), study.file.weeks))
            block.append(Finished(run.run, dict(zip(names, weeks.astype(np.float32), strict=True))))
        write_block(store.weekly, block)


def test_long_runs_have_the_memory_that_they_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten years of every metric: a block of a hundred runs is larger than what short runs are read with."""
    study, store = small(tmp_path, replicates=2 * BLOCK, weeks=520, window=104), Store(tmp_path / "r").open()
    made_up(study, store)
    found = results_for(study, store)
    assert found.write_runs().exists()
    assert len(found.runs(["cohesion"])) == len(list(study.runs()))
    monkeypatch.setattr(keeping, "IN_MEMORY", 0)
    with pytest.raises(StoreError, match="more memory than was set aside"):
        found.write_runs()


@pytest.mark.slow
def test_a_hundred_thousand_runs_are_summed_up_and_drawn_in_little_memory(tmp_path: Path) -> None:
    said = {
        "set": {"population.residents": 60}, "weeks": 4, "burn_in": 0, "window": 4, "replicates": 25_000,
        "arms": {"nothing": [], "thanks": ["recognition"], "seats": ["training"], "both": ["recognition", "training"]},
        "outcomes": ["cohesion", "unmet_needs", "participation"],
    }  # fmt: skip
    out = tmp_path / "results"
    made_up(small(tmp_path, **said), Store(out).open())
    told, peak = told_and_peak("run", str(write_study(tmp_path, **said)), "--out", str(out), "--workers", "1")
    assert "100000 of 100000 runs are there, 0 to do" in told
    assert (out / "figures" / "plane.pdf").exists()
    assert peak < MOST


@pytest.mark.slow
def test_a_hundred_thousand_runs_are_explored_in_little_memory(tmp_path: Path) -> None:
    """A Sobol design: what outcomes depend on, who gains, where policies fail. Blocks are ten times as large as the program writes."""
    said = {
        "set": {"population.residents": 60}, "weeks": 2, "burn_in": 0, "window": 2, "replicates": 40,
        "arms": {"nothing": [], "both": ["recognition", "training"]}, "outcomes": ["cohesion", "participation"],
        "varies": {
            "moving.annual_rate": {"low": 0.0, "high": 0.2}, "deciding.norm": {"low": 0.0, "high": 1.0},
            "bonding.meeting": {"low": 0.0, "high": 0.02},
        },
        "design": {"method": "saltelli", "points": 256},
    }  # fmt: skip
    out, study = tmp_path / "results", small(tmp_path, **said)
    made_up(study, Store(out).open(), lambda policies, point: 1 + policies * (0.1 - float(point[0][1])), 10 * BLOCK)
    assert sum(1 for _ in study.runs()) == 102_400
    told, peak = told_and_peak("explore", str(study.path), "--out", str(out))
    indices = pd.read_csv(out / "tables" / "sensitivity.csv").query("quantity != 'nothing'")
    moving = indices["factor"] == "moving.annual_rate"
    assert indices[moving]["first"].to_numpy() == pytest.approx(1, abs=0.01)
    assert indices[~moving]["total"].to_numpy() == pytest.approx(0, abs=0.01)
    failing = pd.read_csv(out / "tables" / "failing.csv").query("metric != 'cost'")
    assert (failing["where"].str.contains("moving.annual_rate above 0.1")).all(), told
    assert peak < MOST + LIBRARIES


def told_and_peak(*words: str) -> tuple[str, int]:
    """What the command prints in a process of its own, and the most memory that this took, in megabytes."""
    code = (
        "import resource, sys\nfrom experiments.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: print('PEAK', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    run = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    told, _, peak = run.stdout.rpartition("PEAK")
    print(f"{peak.strip()} MB")
    return told, int(peak)
