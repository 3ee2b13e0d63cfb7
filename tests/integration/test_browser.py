"""The rules in a browser: the same bytes as here, in node, for communities with and without policies."""

import gzip
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from in_node import NODE, asked, differences, here, others, there

from sim import POLICIES, Simulation, load_config
from sim.browser import build as browser_build
from sim.browser import shipped
from sim.browser.snapshot import snapshot
from sim.browser.units import units
from sim.engine import wasm
from sim.engine.wasm import WasmError, module_of
from sim.state.residents import GROUPS, INTERESTS
from sim.state.selectors import COLUMNS, NUMBERS, meant

needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed: lives in a browser are not compared")
WEEKS: list[dict[str, Any]] = [{"weeks": 1}, {"weeks": 12}, {"weeks": 39}, {"weeks": 52}]
COMMUNITIES = ("classroom", "ring", "karate", "ruijing", "baseline")
EVERYONE = [{"name": name, "start": 5} for name in POLICIES]
COME_AND_GO: list[dict[str, Any]] = [
    {"weeks": 20, "policies": EVERYONE},
    {"weeks": 10, "policies": []},
    {
        "weeks": 40,
        "seed": str(2**63 + 5),
        "parameters": {"moving.annual_rate": 0.3, "deciding.habit": 1.25, "needing.low_income_extra": 0.5},
        "policies": [
            {"name": "vanguard", "doses": {"size": 20.0, "seeding": "random"}, "start": 35, "ramp": 8},
            {
                "name": "close_neighbours",
                "start": 32,
                "stop": 60,
                "grids": [0],
                "tiers": ["bystander"],
                "doses": {"intensity": 0.7, "cost_share": 0.9},
            },
            {"name": "recognition", "every": 4, "active": 2, "doses": {"kind": "awards"}},
            {"name": "grid_integration", "doses": {"scope": "local"}},
            {"name": "training", "groups": ["migrants", "low_income"], "tiers": ["task_only", "interest_based"]},
            {"name": "recruitment_drive", "grids": [1]},
            {"name": "public_services", "groups": ["children"], "grids": [0]},
        ],
    },
]
AIMED = [
    {"name": "training", "where": "skill > 0.2 and not age >= younger_elder", "uptake": 0.6},
    {"name": "recognition", "capacity": 9},
    {"name": "close_neighbours", "uptake": 0.5, "where": "not alone", "capacity": 60, "grids": [0]},
    {"name": "public_services", "doses": {"kinds": ["meals", "errands"]}, "groups": ["children"], "uptake": 0.7},
    {"name": "mutual_aid", "doses": {"kinds": ["errands"]}},
    {"name": "mobile_kitchen", "doses": {"kinds": []}},
]


def compared(place: str, told: list[dict[str, Any]], folder: Path, seed: int = 3) -> list[str]:
    """What differs between a life here and in node."""
    one, start = here(place, seed, told)
    return differences(one, there(start, told, folder))


@needs_node
@pytest.mark.parametrize("place", COMMUNITIES)
def test_lives_are_the_same_to_the_last_bit(place: str, tmp_path: Path) -> None:
    assert compared(place, WEEKS, tmp_path) == []


@needs_node
@pytest.mark.parametrize("place", COMMUNITIES)
def test_with_all_policies_too(place: str, tmp_path: Path) -> None:
    assert compared(place, [{"weeks": 1, "policies": EVERYONE}, *WEEKS[1:]], tmp_path) == []


@needs_node
@pytest.mark.parametrize("policy", POLICIES)
def test_with_each_policy_too(policy: str, tmp_path: Path) -> None:
    told = [{"weeks": 13, "policies": [{"name": policy, "start": 2, "ramp": 6, "stop": 40}]}, {"weeks": 39}]
    assert compared("classroom", told, tmp_path, seed=11) == []


@needs_node
def test_policies_come_and_go_and_parameters_and_luck_change(tmp_path: Path) -> None:
    assert compared("classroom", COME_AND_GO, tmp_path) == []


@needs_node
def test_every_parameter_changes_in_the_middle_of_a_life_with_every_policy(tmp_path: Path) -> None:
    """What policies derive of parameters and of who lives here, they derive anew."""
    changed = others(load_config("classroom"))
    assert {"dispatching.scope", "deciding.habit"} <= changed.keys()
    told = [{"weeks": 30, "policies": EVERYONE}, {"weeks": 30, "parameters": changed}]
    assert compared("classroom", told, tmp_path) == []
    alone = [{"weeks": 20, "parameters": {"dispatching.scope": "pooled"}, "policies": [{"name": "grid_integration"}]}]
    assert compared("classroom", alone, tmp_path) == []


@needs_node
def test_policies_are_aimed_by_words_by_chance_and_at_services_too(tmp_path: Path) -> None:
    """With and without each aim the lives differ, and each is the same there as here."""
    plain = [{"name": one["name"]} for one in AIMED]
    told = [{"weeks": 12, "policies": AIMED}, {"weeks": 12, "policies": plain}, {"weeks": 12, "policies": AIMED[::2]}]
    assert compared("classroom", told, tmp_path) == []
    lives = {json.dumps(here("classroom", 3, [{"weeks": 20, "policies": [one]}])[0]) for one in (*AIMED, *plain)}
    assert len(lives) == 2 * len(AIMED)


NAMES = st.sampled_from([*sorted(COLUMNS), *NUMBERS, *INTERESTS, *GROUPS])
NUMBERS_WRITTEN = st.one_of(
    st.integers(0, 300).map(str),
    st.floats(0, 1).map(repr),
    st.sampled_from(["0.1", "1e-3", ".5", "1_000", "2.", "3E+2"]),
)
TERMS = st.recursive(
    st.one_of(NAMES, NUMBERS_WRITTEN),
    lambda of: st.one_of(
        st.tuples(of, st.sampled_from(["+", "-", "*"]), of).map(" ".join),
        of.map(lambda one: f"-{one}"),
        of.map(lambda one: f"({one})"),
    ),
    max_leaves=4,
)
COMPARED = st.lists(TERMS, min_size=2, max_size=3).flatmap(
    lambda terms: st.lists(
        st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), min_size=len(terms), max_size=len(terms)
    ).map(lambda signs: " ".join(x for both in zip(terms, signs, strict=True) for x in both).rsplit(" ", 1)[0])
)
SENTENCES = st.recursive(
    st.one_of(COMPARED, TERMS),
    lambda of: st.one_of(
        st.tuples(of, st.sampled_from(["and", "or"]), of).map(" ".join),
        of.map(lambda one: f"not {one}"),
        of.map(lambda one: f"({one})"),
    ),
    max_leaves=5,
)
LETTERS = st.text("ageskilorndt01.<>=!()*+-_ ”é", max_size=12)
MEANT = """
const means = (words) => {
  try { const of = whom.read(words, { ...known.words, groups: known.groups })((name) => world.column(name)); return Array.from({ length: place.residents }, (_, i) => +of(i)).join(""); }
  catch (error) { if (error instanceof whom.Refused) return null; throw error; }
};
process.stdout.write(JSON.stringify(given.words.map(means)));
"""


@needs_node
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(words=st.lists(st.one_of(SENTENCES, LETTERS), min_size=60, max_size=90))
def test_words_mean_there_whom_they_mean_here(words: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    simulation = Simulation(load_config("ring"), (), 3)

    def means(said: str) -> str | None:
        try:
            return "".join(str(int(one)) for one in meant(said, simulation.world.columns))
        except ValueError:
            return None

    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        said = [means(one) for one in words]
    assert asked(*snapshot(simulation), tmp_path_factory.mktemp("words"), MEANT, words=words) == said


@needs_node
def test_the_order_book_grows_there_too(tmp_path: Path) -> None:
    many = {"needing.low_income_extra": 10.0}
    simulation = Simulation(load_config("ruijing"), (), 3)
    rows = simulation.world.order_state.size
    simulation.change_config(load_config("ruijing", set=many))
    assert simulation.run_for(14).world.order_state.size > rows
    assert compared("ruijing", [{"weeks": 14, "parameters": many}, {"weeks": 30}], tmp_path) == []


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("place", COMMUNITIES)
def test_ten_years_too(place: str, tmp_path: Path) -> None:
    assert compared(place, [{"weeks": 520}], tmp_path) == []
    assert compared(place, [{"weeks": 520, "policies": EVERYONE}], tmp_path, seed=5) == []


@needs_node
def test_another_luck_is_another_life(tmp_path: Path) -> None:
    """The comparison sees a difference where there is one."""
    one, start = here("ring", 3, WEEKS[:2])
    other = there(start, [{"weeks": 1, "seed": 4}, {"weeks": 12}], tmp_path)
    assert any("tallies" in name for name in differences(one, other))


def test_the_shipped_module_is_made_of_the_present_rules() -> None:
    assert shipped.differing() == [], shipped.HOW_TO_BUILD


def test_a_stale_or_absent_module_gets_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    then = json.loads(shipped.DESCRIBED.read_text(encoding="utf-8"))
    monkeypatch.setattr(shipped, "made_from", lambda: then | {"places_age": "edited"})
    with pytest.raises(shipped.ModuleError, match=r"other rules \(places_age\): `python -m sim.browser.build`"):
        shipped.module()
    monkeypatch.undo()
    for name, file in (("MODULE", "model.wasm"), ("RUNTIME", "runtime.ll")):
        with monkeypatch.context() as edited:
            path = tmp_path / file
            path.write_bytes(getattr(shipped, name).read_bytes() + b"\n")
            edited.setattr(shipped, name, path)
            with pytest.raises(shipped.ModuleError, match=rf"other rules \({file}\)"):
                shipped.module()
    torn = tmp_path / "model.json"
    torn.write_text("<<<<<<< ours\n", encoding="utf-8")
    with monkeypatch.context() as edited:
        edited.setattr(shipped, "DESCRIBED", torn)
        with pytest.raises(shipped.ModuleError, match=r"model\.json cannot be read .*line 1.* makes it anew"):
            shipped.module()
    monkeypatch.setattr(shipped, "MODULE", tmp_path / "none.wasm")
    with pytest.raises(shipped.ModuleError, match="not there"):
        shipped.module()


def test_it_is_small() -> None:
    assert len(gzip.compress(shipped.module(), 9)) < 150_000


def test_text_that_would_be_silently_wrong_is_refused() -> None:
    text = units()["places_age"].text
    entry = text[text.index("define linkonce_odr range") :]
    wrong = entry.replace("{\n", "{\n  %x = getelementptr { ptr, i64 }, ptr %arg.world, i32 0, i32 1\n", 1)
    with pytest.raises(WasmError, match="used by its type"):
        module_of({"places_age": text.replace(entry, wrong)}, ())


def test_without_a_linker_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wasm, "LINKERS", ())
    monkeypatch.setattr(wasm.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(WasmError, match="install wasm-ld"):
        wasm.linker()


def test_without_a_linker_nothing_is_built(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(wasm, "LINKERS", ())
    monkeypatch.setattr(wasm.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(browser_build, "units", lambda: pytest.fail("it went on without a linker"))
    with pytest.raises(SystemExit) as ended:
        browser_build.main()
    assert ended.value.code == 2
    assert "install wasm-ld" in capsys.readouterr().err
