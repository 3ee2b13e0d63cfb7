"""Golden numbers: what one small life came to when it was last meant to change.

A change of results is meant when a line of CHANGELOG.md says so: then `PYTHONPATH=tests/support python -m
tests.theory.test_golden "The first words of that line"` writes the numbers anew, and this test asks for the line.
"""

import json
import sys
from pathlib import Path

import pytest
from small import NO_ELDERS

from sim import POLICIES, Simulation, load_config

HERE = Path(__file__).parent
GOLDEN, CHANGES = HERE / "golden.json", HERE.parents[1] / "CHANGELOG.md"
SHIPPED = tuple(json.loads(GOLDEN.read_text(encoding="utf-8"))["policies"])
"""Policies that the numbers know: an added one changes no result, and comes in when these are next written."""
LIVES = {
    "baseline": ("classroom", (), {}),
    "four policies": ("classroom", ("vanguard", "training", "recognition", "population_mobility"), {}),
    "all policies": ("classroom", SHIPPED, {}),
    "no elders": ("classroom", (), NO_ELDERS),
}
WEEKS, START, SEED = 78, 26, 7


def came_to(life: str) -> dict[str, float]:
    """Every metric in the last week of a life."""
    place, names, changes = LIVES[life]
    policies = [POLICIES[name](start=START) for name in names]
    weekly = Simulation(load_config(place, set=changes), policies, SEED).run_for(WEEKS).weekly()
    return {name: float(values[-1]) for name, values in weekly.items()}


@pytest.mark.parametrize("life", LIVES)
def test_results_change_only_when_it_is_said(life: str) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    said = " ".join(CHANGES.read_text(encoding="utf-8").split())
    assert f"**RESULTS CHANGE** {golden['said']}" in said
    # to the last bit, on every machine
    assert came_to(life) == pytest.approx(golden["lives"][life], rel=0, abs=0, nan_ok=True)


if __name__ == "__main__":
    LIVES["all policies"] = ("classroom", tuple(POLICIES), {})
    now = {"said": sys.argv[1], "policies": list(POLICIES), "lives": {life: came_to(life) for life in LIVES}}
    GOLDEN.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
