"""A city is its communities lived side by side: what is told of it are means over all residents."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy import small, toy

from experiments.runs.executor import perform
from experiments.runs.results import results_for
from experiments.runs.store import Series, Store
from experiments.study.design import Job
from sim.config.load import ConfigError

RESIDENTS = [100, 200, 700]
CITY: dict[str, Any] = {
    "city": True,
    "varies": {"population.residents": RESIDENTS, "moving.annual_rate": [0.05, 0.1, 0.2]},
    "design": {"method": "list"},
    "set": {"population.grids": 2},
}


def city_toy(job: Job) -> Series:
    """The toy, with unmet needs that depend on the size of the community."""
    series = toy(job)
    return {**series, "unmet_needs": series["unmet_needs"] + dict(job.changes)["population.residents"]}


def toy_without_the_middle(job: Job) -> Series:
    """One community of three fails under one seed."""
    if dict(job.changes)["population.residents"] == 200 and job.seed % 2:
        raise ArithmeticError("the toy broke")
    return city_toy(job)


def test_the_city_is_the_mean_over_its_residents(tmp_path: Path) -> None:
    study, store = small(tmp_path, **CITY), Store(tmp_path / "r").open()
    perform(study, store, workers=1, simulate=city_toy)
    city = results_for(study, store)
    each, runs = city.each.runs(), city.runs()
    assert (len(each), len(runs)) == (27, 9)
    assert set(each["population.residents"]) == set(RESIDENTS)
    for (arm, replicate), own in each.groupby(["arm", "replicate"]):
        row = runs[(runs["arm"] == arm) & (runs["replicate"] == replicate)]
        for metric in ("unmet_needs", "cohesion"):
            mean = np.average(own[metric], weights=own["population.residents"])
            assert row[metric].item() == pytest.approx(mean, rel=1e-6)
            # an unweighted mean is another one
        assert row["unmet_needs"].item() != pytest.approx(own["unmet_needs"].mean(), rel=0.01)
    profile = city.profiles(["unmet_needs"])
    assert (profile[profile["week"] >= 5]["mean"] < -1).all()
    assert (profile["n"] == 3).all()


def test_a_city_lacks_where_one_of_its_communities_does(tmp_path: Path) -> None:
    study, store = small(tmp_path, replicates=6, **CITY), Store(tmp_path / "r").open()
    perform(study, store, workers=1, simulate=toy_without_the_middle)
    city = results_for(study, store)
    odd = {run.replicate for run in study.runs() if run.seed % 2}
    assert 0 < len(odd) < 6
    assert set(city.runs()["replicate"]) == set(range(6)) - odd
    assert len(city.each.failures()) == 3 * len(odd)


def test_a_city_needs_communities(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="varies from community to community"):
        small(tmp_path, city=True)


def test_a_community_has_the_residents_of_its_file(tmp_path: Path) -> None:
    study = small(tmp_path, community="karate", city=True, varies={"moving.annual_rate": [0.1, 0.2]})
    assert [study.residents(point) for point in range(2)] == [34, 34]
