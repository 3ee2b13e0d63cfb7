"""Outcomes by own columns: where a column says what the model knows, they are the model's own; looking on changes nothing."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small import same_life

from sim import POLICIES, Simulation, load_config
from sim.by_group import FEW, MOST, ROOM, ByGroup, Group, columns_of, live_by_group
from sim.config.schema import Config
from sim.engine.jit import Column
from sim.state.own_columns import OwnColumns, as_text

pytestmark = pytest.mark.filterwarnings("ignore::sim.founding.import_data.notes.FileNote")
WEEKS = 60


def community(like: str, residents: int = 240, **own: Sequence[object]) -> Config:
    """Residents of all ages, some migrants and some on a low income, who also say so in columns of their own."""
    rows = np.arange(residents)
    people = pd.DataFrame({"id": rows, "grid": rows // 3 % 4, "household": rows // 3, "age": rows * 37 % 90})
    people["origin"] = np.where(rows // 3 % 5 == 0, "migrant", "local")
    people["low_income"] = rows // 3 % 7 == 0
    people["from"] = people["origin"]
    people["poor"] = people["low_income"]
    people["wing"] = np.where(rows % 11 == 0, "", np.where(rows % 2, "左", "right"))
    settled: dict[str, object] = {"moving.annual_rate": 0.0, "moving.by": "average", "life.course": "off"}
    return load_config(like, residents=people.assign(**own), set=settled)


def numbers(found: ByGroup, column: str, value: str, outcome: str) -> Column:
    return found[Group(column, value), outcome]


@pytest.mark.parametrize("like", ["first_version", "baseline"])
def test_a_column_that_says_what_the_model_knows_gives_the_models_own_outcomes(like: str) -> None:
    life = Simulation(community(like), [POLICIES["vanguard"](start=20)], seed=4)
    found, known = live_by_group(life, WEEKS), life.weekly()
    for column, value, group in (("from", "migrant", "migrants"), ("poor", "1", "low_income")):
        for outcome, metric in (("unmet_needs", "unmet"), ("unmet_severe", "severe"), ("wellbeing", "wellbeing")):
            mine, theirs = numbers(found, column, value, outcome), known[f"{metric}_{group}"]
            np.testing.assert_allclose(mine, theirs, rtol=1e-6, err_msg=f"{column} {outcome}")
        others = numbers(found, column, {"migrant": "local", "1": "0"}[value], "unmet_needs")
        assert not np.allclose(others, known[f"unmet_{group}"], rtol=1e-3), "another group has other numbers"
    assert known["unmet_migrants"].max() > 0


@pytest.mark.parametrize("like", ["first_version", "baseline"])
def test_groups_add_up_to_everybody_whoever_moves_in_included(like: str) -> None:
    config = community(like)
    config = config.model_copy(update={"moving": config.moving.model_copy(update={"annual_rate": 0.5})})
    life = Simulation(config, seed=4)
    found, tallies = live_by_group(life, WEEKS), life.tallies()
    for column in ("from", "poor", "wing"):
        groups = [group for group, outcome in found if group.column == column and outcome == "residents"]
        heads = {group: found[group, "residents"] for group in groups}
        np.testing.assert_array_equal(sum(heads.values()), tallies["stand_groups"][:, 0])
        takes_part = sum(found[group, "participants"] for group in groups)
        np.testing.assert_array_equal(takes_part, tallies["stand_tiers"][:, 1:].sum(axis=1))
        for outcome, counted in (
            ("unmet_needs", tallies["count_unmet"][:, 0]),
            ("unmet_severe", tallies["count_severe"][:, 0]),
            ("hours", tallies["count_hours"].sum(axis=1)),
        ):
            first_year = [np.nan_to_num(found[group, outcome][51]) * heads[group][:52].sum() / 5200 for group in groups]
            assert sum(first_year) == pytest.approx(counted[:52].sum(), rel=1e-9), (column, outcome)
        assert heads[Group(column, "")][-1] > 0, "whoever moved in is nobody of whom the file says something"


def test_a_need_that_is_met_is_counted_once() -> None:
    life = Simulation(community("first_version"), seed=4)
    found, tallies = live_by_group(life, 52), life.tallies()
    met = sum(
        found[Group("from", v), "needs_met"][51] * found[Group("from", v), "residents"].sum() / 5200
        for v in ("local", "migrant")
    )
    assert met == pytest.approx(tallies["count_done"][:, 0].sum() + tallies["count_covered"].sum())


@pytest.mark.parametrize("like", ["first_version", "baseline"])
def test_looking_on_changes_no_life(like: str) -> None:
    policies = [POLICIES["vanguard"](start=9, ramp=8), POLICIES["training"](where="own.wing == '左'")]
    seen, unseen = (Simulation(community(like), policies, seed=8) for _ in range(2))
    live_by_group(seen, WEEKS)
    unseen.run_for(WEEKS)
    same_life(seen, unseen)
    assert seen.costs == unseen.costs
    for name, values in unseen.weekly().items():
        np.testing.assert_array_equal(seen.weekly()[name], values, err_msg=name)


def test_without_columns_of_ones_own_nothing_is_counted() -> None:
    life = Simulation(load_config("baseline", set={"population.residents": 60, "population.grids": 2}), seed=1)
    assert live_by_group(life, 5) == {}
    assert life.week == 5


def own(**columns: Sequence[object]) -> OwnColumns:
    return OwnColumns(np.arange(len(next(iter(columns.values())))), {n: np.array(c) for n, c in columns.items()})


def test_which_columns_make_groups_by_themselves() -> None:
    rows = range(600)
    file = own(
        id=[str(k) for k in rows],
        grid=[str(k % 3) for k in rows],
        one=["x" for _ in rows],
        few=[str(k % FEW) for k in rows],
        many=[str(k % (FEW + 1)) for k in rows],
        income=[float(k) for k in rows],
        yes=[float(k % 2) if k % 3 else np.nan for k in rows],
    )
    assert columns_of(file) == ["few", "yes"]
    assert columns_of(file, ["many", "grid", "many"]) == ["many", "grid"]
    assert columns_of(file, []) == []
    assert columns_of(None) == []
    many = own(**{f"c{k}": [str(row % FEW) for row in rows] for k in range(9)})
    assert len(columns_of(many)) == ROOM // FEW


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("steet", "no column 'steet' in the file of residents; did you mean 'street'"),
        ("income", rf"'income', a column of 300 different values; expected one of 2 to {MOST}"),
        ("one", "'one', a column of 1 different values"),
        ("id", "'id', a column of 300 different values"),
    ],
)
def test_a_column_that_makes_no_groups_is_refused_by_name(wanted: str, said: str) -> None:
    rows = range(300)
    file = own(id=[str(k) for k in rows], street=["a", "b"] * 150, income=[float(k) for k in rows], one=["x"] * 300)
    with pytest.raises(ValueError, match=said):
        columns_of(file, [wanted])
    with pytest.raises(ValueError, match="expected a file of residents"):
        columns_of(None, [wanted])


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.0, "2"), (-0.5, "-0.5"), (1e20, "100000000000000000000"), (float("nan"), ""), ("01", "01"), ("", "")],
)
def test_entries_are_texts(value: str | float, text: str) -> None:
    assert as_text(value) == text


def test_who_is_at_home_in_a_file_is_told_by_the_file(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("id,grid,Sex at birth\na,1,f\nb,1,m\nc,2,f\n")
    config = load_config(
        "baseline", set={"population.residents_file": str(tmp_path / "r.csv"), "moving.annual_rate": 0.0}
    )
    found = live_by_group(Simulation(config, seed=1), 3, ["Sex_at_birth"])
    assert {group for group, _ in found} == {Group("Sex at birth", "f"), Group("Sex at birth", "m")}
    assert numbers(found, "Sex at birth", "f", "residents").tolist() == [2, 2, 2]
