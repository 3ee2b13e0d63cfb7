"""Many pairs of the model's own runs, of which the check of intervals (bench_intervals.py) takes sets.

    python tests/benchmarks/model_pairs.py /tmp/pairs [pairs of classroom] [pairs of baseline]

One process; a few minutes; pairs that are there are not made again. Kept in the folder named, not in the repository.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

OUTCOMES = ("cohesion", "unmet_needs", "participation", "unmet_elders_alone", "expired", "cost")
ARMS = {"nothing": [], "vanguard": ["vanguard"], "recognition": ["recognition"], "training": ["training"]}


def make(folder: Path, community: str, pairs: int) -> None:
    """One parquet file a community: arm, replicate and the outcomes of each run."""
    from experiments.api import compare
    from experiments.study.design import Study
    from experiments.study.loader import read_study

    file = folder / f"{community}.yaml"
    arms = "".join(f"  {arm}: [{', '.join(policies)}]\n" for arm, policies in ARMS.items())
    file.write_text(
        f"title: Pairs of {community}\ncommunity: {community}\nweeks: 208\nburn_in: 104\nwindow: 52\n"
        f"replicates: {pairs}\nseed: 20\narms:\n{arms}outcomes: [{', '.join(OUTCOMES)}]\n",
        encoding="utf-8",
    )
    study: Study = read_study(str(file))
    runs = compare(study, folder / community).runs()
    runs[["arm", "replicate", *OUTCOMES]].to_parquet(folder / f"{community}.parquet")
    print(community, runs.groupby("arm").size().to_dict(), flush=True)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    make(folder, "classroom", int(sys.argv[2]) if len(sys.argv) > 2 else 2000)
    make(folder, "baseline", int(sys.argv[3]) if len(sys.argv) > 3 else 600)
