"""Chance: known answers, uniformity, independence, and lives that do not notice what does not concern them.

Statistical tests have fixed keys, so that they cannot fail by bad luck; their level says how unlikely what they saw may
be (one in 100,000 for each, two-sided), and a generator with a fault is caught by every one of them.
"""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from small import isolated, lived, same_life

from sim import POLICIES, Simulation, load_config
from sim.engine.jit import plain
from sim.mathematics.chance import block, key_of, mixed, share, stream, uniform, uniform_pair, uniforms, words
from sim.mathematics.sorting import first_from, in_order, lowest
from sim.policies.recognition import Recognition
from sim.policies.training import Training
from sim.policies.vanguard import Vanguard

LEVEL = 1e-5
U64 = st.integers(0, 2**64 - 1).map(np.uint64)


def half(high: int, low: int) -> np.uint64:
    """A 64-bit number from two 32-bit words."""
    return np.uint64(high << 32 | low)


@pytest.mark.parametrize(
    ("key", "person", "other", "expected"),
    [
        (half(0, 0), half(0, 0), half(0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        (half(2**32 - 1, 2**32 - 1),) * 3 + ("408f276d 41c83b0e a20bc7c6 6d5451fd",),
        (half(0x299F31D0, 0xA4093822), half(0x85A308D3, 0x243F6A88), half(0x03707344, 0x13198A2E),
         "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ],
)  # fmt: skip
def test_philox_gives_the_published_answers(key: Any, person: Any, other: Any, expected: str) -> None:
    assert " ".join(f"{int(word):08x}" for word in block(key, person, other)) == expected
    with np.errstate(over="ignore"):
        assert " ".join(f"{int(word):08x}" for word in block.py_func(key, person, other)) == expected


@given(U64, U64, U64)
@settings(deadline=None)
def test_compiled_draws_are_the_plain_ones(key: np.uint64, person: np.uint64, other: np.uint64) -> None:
    assert uniform_pair(key, person, other) == (
        (float((int(block(key, person, other)[0]) << 32 | int(block(key, person, other)[1])) >> 11) + 0.5) * 2.0**-53
    )
    assert 0.0 < uniform(key, person) < 1.0
    assert uniforms(key, np.array([person]))[0] == uniform(key, person) == uniform_pair(key, person, np.uint64(0))


@given(U64, st.lists(U64, min_size=1, max_size=40), U64)
@settings(deadline=None)
def test_words_of_many_are_the_blocks_of_each(key: np.uint64, persons: list[np.uint64], other: np.uint64) -> None:
    out = [np.zeros(len(persons), np.uint32) for _ in range(4)]
    words(key, np.array(persons), 0, len(persons), other, *out)
    for k, person in enumerate(persons):
        assert tuple(int(column[k]) for column in out) == tuple(int(w) for w in block(key, person, other))


def test_shares_lie_strictly_between_0_and_1() -> None:
    assert share(np.uint32(0)) > 0.0
    assert share(np.uint32(2**32 - 1)) < 1.0
    assert share(np.uint32(2**31)) == pytest.approx(0.5)


def test_the_key_tells_seed_stream_and_week_apart() -> None:
    keys = {
        int(key_of(np.uint64(seed), stream(name), week))
        for seed in (0, 1, 2, 2**64 - 1)
        for name in ("deciding.life", "moving.leaving", "a", "b")
        for week in range(520)
    }
    assert len(keys) == 4 * 4 * 520
    assert len({int(mixed(np.uint64(x))) for x in range(10_000)}) == 10_000


def test_a_stream_is_known_by_its_name() -> None:
    assert stream("resident.week") == stream("resident.week") != stream("resident.weeks")


type Draws = Callable[[str, int, int, int], Any]


def keyed(name: str, seed: int, week: int, n: int) -> Any:
    """Draws of persons 0 to n - 1 in one stream and week."""
    return uniforms(np.uint64(key_of(np.uint64(seed), stream(name), week)), np.arange(n, dtype=np.uint64))


def by_position(name: str, seed: int, week: int, n: int) -> Any:
    """A bad generator: streams and weeks only shift a Weyl sequence over persons."""
    return (np.arange(n) * 0.6180339887498949 + 0.001 * week + 0.01 * len(name) + seed * 0.1) % 1.0


def uniformity(draws: Draws) -> float:
    """Two-sided p-value of Kolmogorov and Smirnov's and of the chi-squared test over 256 bins, the smaller doubled."""
    u = draws("deciding.life", 7, 3, 200_000)
    counts = np.bincount((u * 256).astype(int), minlength=256)
    fit = float(stats.chisquare(counts).pvalue)
    return 4.0 * min(float(stats.kstest(u, "uniform").pvalue), fit, 1.0 - fit)


def dependence(one: Any, other: Any) -> float:
    """Two-sided p-value that two columns of draws are independent: chi-squared over 16 x 16 cells."""
    cells = np.bincount((one * 16).astype(int) * 16 + (other * 16).astype(int), minlength=256)
    fit = float(stats.chisquare(cells).pvalue)
    return 2.0 * min(fit, 1.0 - fit)


def neighbours(draws: Draws) -> float:
    """Persons next to each other."""
    u = draws("resident.week", 7, 5, 200_001)
    return dependence(u[:-1], u[1:])


def weeks(draws: Draws) -> float:
    """The same persons in two weeks."""
    return dependence(draws("resident.week", 7, 5, 200_000), draws("resident.week", 7, 6, 200_000))


def streams(draws: Draws) -> float:
    """The same persons in two streams."""
    return dependence(draws("deciding.life", 7, 5, 200_000), draws("moving.leaving", 7, 5, 200_000))


def seeds(draws: Draws) -> float:
    """The same persons under two seeds that follow each other."""
    return dependence(draws("resident.week", 7, 5, 200_000), draws("resident.week", 8, 5, 200_000))


@pytest.mark.parametrize("test", [uniformity, neighbours, weeks, streams, seeds])
def test_draws_are_uniform_and_independent_and_a_bad_generator_is_not(test: Callable[[Draws], float]) -> None:
    assert test(keyed) > LEVEL
    assert test(by_position) < LEVEL


def test_one_person_over_the_weeks_is_uniform() -> None:
    key = np.uint64(123)
    u = np.array([uniform(np.uint64(key_of(np.uint64(7), stream("resident.week"), w)), key) for w in range(5000)])
    assert stats.kstest(u, "uniform").pvalue > LEVEL
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 4.4 / np.sqrt(u.size)


def test_the_four_words_of_a_block_are_independent() -> None:
    persons, out = np.arange(100_000, dtype=np.uint64), [np.zeros(100_000, np.uint32) for _ in range(4)]
    words(np.uint64(99), persons, 0, persons.size, np.uint64(0), *out)
    u = [(column + 0.5) * 2.0**-32 for column in out]
    assert min(dependence(u[a], u[b]) for a in range(4) for b in range(a)) > LEVEL


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not() -> None:
    one, other = lived(15, seed=3), lived(15, seed=3)
    same_life(one, other)
    assert (lived(15, seed=4).tallies()["count_needs"] != one.tallies()["count_needs"]).any()


def test_an_inert_policy_and_another_order_change_nothing() -> None:
    some = [Vanguard(start=2), Training(seats=20), Recognition()]
    one = lived(20, policies=some)
    same_life(one, lived(20, policies=[some[2], some[0], some[1]]))
    same_life(one, lived(20, policies=[*some, Training(seats=0, gain=0), Vanguard(start=99)]))
    same_life(one, lived(20, policies=[Recognition(warmth=0), *some]))


LUCK = ("luck_asked", "luck_rung", "luck_life", "luck_meeting")


def test_one_resident_less_changes_no_other_draw() -> None:
    everybody = Simulation(isolated(), [policy() for policy in POLICIES.values()], 7)
    without = Simulation(isolated(), [policy() for policy in POLICIES.values()], 7)
    row = int(np.flatnonzero(without.world.tier == 1)[0])
    without.let_go(row)
    others = np.arange(300) != row
    for _ in range(30):
        everybody.live_one_week()
        without.live_one_week()
        assert without.world.tier[row] == -1
        # who moves, who comes instead, and everybody's luck: all but the one who left
        for name in ("key", "age", "origin", "disposition", "hours_limit", *LUCK):
            mine, theirs = everybody.world.columns[name][others], without.world.columns[name][others]
            np.testing.assert_array_equal(mine, theirs, err_msg=name)
        np.testing.assert_array_equal(everybody.world.generation, without.world.generation)


def test_a_stranger_of_nobody_is_not_missed() -> None:
    """Where residents do not meet, one less leaves every other life as it was, not only every draw."""
    alone = isolated(
        network__kind="ring", network__degree=0, network__households_tied=False, bonding__meeting=0,
        population__initial_tiers=[0, 0, 0], asking__along_tie=0, moving__annual_rate=0.5, deciding__climb_from_0=0,
    )  # fmt: skip
    everybody, without = Simulation(alone, seed=7), Simulation(alone, seed=7)
    without.let_go(100)
    everybody.run_for(40)
    without.run_for(40)
    others = np.arange(300) != 100
    for name in ("key", "tier", "identity", "wellbeing", "unmet_weeks", "open_needs", "tenure", "registered"):
        mine, theirs = everybody.world.columns[name][others], without.world.columns[name][others]
        np.testing.assert_array_equal(mine, theirs, err_msg=name)


def own_people(folder: Path, rows: list[str]) -> Any:
    """A configuration with residents of one's own and, so that rows say nothing, ties of a file."""
    (folder / "residents.csv").write_text("id,grid,household\n" + "\n".join(rows) + "\n")
    ties = ["source,target,strength"] + [f"p{k},p{k + 5},0.4" for k in range(10, 60)]
    (folder / "ties.csv").write_text("\n".join(ties) + "\n")
    (folder / "own.yaml").write_text(
        "extends: baseline\npopulation: {residents_file: residents.csv}\n"
        "network: {kind: file, ties_file: ties.csv, households_tied: false}\n"
    )
    return load_config(folder / "own.yaml", set={"population.initial_tiers": [0.2, 0.1, 0.1]})


def by_id(simulation: Simulation, name: str) -> dict[str, Any]:
    """A column by the ids of the file; those whose household moved are no longer there."""
    world = simulation.world
    here = world.generation[world.household] == 0
    return {one: world.columns[name][k].tolist() for k, one in enumerate(world.people.ids) if here[k]}


def test_rows_of_a_file_may_stand_in_any_order(tmp_path: Path) -> None:
    rows = [f"p{k},{k % 3},h{k // 2 % 40}x{k % 3}" for k in range(80)]
    shuffled = [rows[k] for k in np.random.default_rng(1).permutation(80)]
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    one = Simulation(own_people(tmp_path / "a", rows), [Vanguard(), Training(seats=50)], 5).run_for(30)
    other = Simulation(own_people(tmp_path / "b", shuffled), [Vanguard(), Training(seats=50)], 5).run_for(30)
    for name in ("tier", "skill", "wellbeing", "identity", *LUCK):
        assert by_id(one, name) == by_id(other, name), name
    for name, mine in one.tallies().items():
        np.testing.assert_array_equal(mine, other.tallies()[name], err_msg=name)


def test_a_row_less_in_a_file_changes_no_other_draw(tmp_path: Path) -> None:
    rows = [f"p{k},{k % 3},h{k}" for k in range(80)]
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    one = Simulation(own_people(tmp_path / "a", rows), seed=5).run_for(30)
    other = Simulation(own_people(tmp_path / "b", rows[:3] + rows[4:]), seed=5).run_for(30)
    for name in ("age", "origin", "disposition", "hours_limit", *LUCK):
        known = by_id(one, name)
        del known["p3"]
        assert known == by_id(other, name), name


def test_two_threads_live_the_lives_of_one() -> None:
    jobs = [(seed, [Vanguard(), Recognition()]) for seed in range(6)]
    alone = [lived(25, policies=policies, seed=seed) for seed, policies in jobs]
    with ThreadPoolExecutor(2) as two:
        together = list(two.map(lambda job: lived(25, policies=job[1], seed=job[0]), jobs))
    for one, other in zip(alone, together, strict=True):
        same_life(one, other)


@given(st.lists(st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0]), max_size=300), st.booleans())
@settings(deadline=None)
def test_in_order_is_a_stable_order(values: list[float], crowded: bool) -> None:
    column = np.array([*values, *([1e9] if crowded else [])])  # one value far off: the others share a heap
    expected = np.argsort(column, kind="stable").tolist()
    assert in_order(column).tolist() == plain(in_order)(column).tolist() == expected


@given(st.lists(st.sampled_from([0.1, 0.2, 0.25, 1.0, 1.5, 1.7]) | st.floats(0, 2), max_size=60), st.integers(0, 70))
@settings(deadline=None)
def test_the_lowest_are_the_first_in_order(values: list[float], many: int) -> None:
    column = np.array(values, np.float64)
    expected = sorted(sorted(range(len(values)), key=lambda x: (values[x], x))[:many])
    assert lowest(column, many).tolist() == plain(lowest)(column, many).tolist() == expected


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=300),
    st.integers(0, 50),
    st.integers(0, 50),
    st.floats(0, 1) | st.integers(0, 300),
)
def test_the_first_from_a_draw_on_is_found_however_ranks_are_spread(
    values: list[float], before: int, after: int, u: float
) -> None:
    ranks = np.array(sorted(values))
    low = min(before, ranks.size - 1)
    high = max(ranks.size - after, low + 1)
    if u > 1 or isinstance(u, int):
        u = ranks[int(u) % ranks.size]  # the very rank of somebody
    expected = low + int(np.searchsorted(ranks[low:high], u))
    assert first_from(u, ranks, low, high) == plain(first_from)(u, ranks, low, high) == expected


def test_the_unkeyed_week_of_the_benchmark_draws_with_the_same_words() -> None:
    """It puts a generator without keys in their place, which has to take what the rules hand over."""
    program = "from tests.benchmarks.bench_chance import without_keys; without_keys()"
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr[-2000:]
