"""Calibration: what is known is found again, what cannot be known is said to be unknown, and a wrong law is noticed."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from experiments.calibration.design import Runs, means_of, seeds_of, spread_places
from experiments.calibration.emulator import taught
from experiments.calibration.file import Calibration, CalibrationFile, FreeRange, Target, read_calibration
from experiments.calibration.history import matched, not_ruled_out
from experiments.calibration.identify import combinations, contractions, pairs
from experiments.calibration.luck import Luck, luck_of
from experiments.calibration.posterior import Likelihood, Posterior, Sampler
from experiments.calibration.sbc import Check, checked_by_truths
from experiments.calibration.tables import of_check
from experiments.cli import main
from experiments.runs.files import StoreError
from experiments.tasks.calibrate import as_markdown, kept_draws
from experiments.validation.patterns import Bounds, patterns_of, read_patterns
from sim.config.load import config_folder, config_names
from sim.config.yaml import ConfigError

A = np.array([[2.0, 0.5, 1.0], [-0.5, 1.5, 1.0]])
"""What two parameters do to three numbers."""
TOGETHER = np.array([[1.0, 0.6, 0.2], [0.6, 1.0, 0.4], [0.2, 0.4, 1.0]])
SD = 0.08
"""Luck of a community, in each number."""
TRUTH = np.array([0.42, 0.55])


def toy(half: float = 0.04, d: int = 2, **changes: Any) -> Calibration:
    """Numbers observed at the truth, each within `half`."""
    said = {
        "title": "toy", "community": "baseline", "burn_in": 0, "window": 52, "seed": 3, "points": 48, "waves": 2,
        "replicates": 4, "seeds": 32, "communities": 2, "discrepancy": 0.0,
        "free": {f"p{i}": FreeRange(low=1, high=10, log=True) for i in range(d)},
    }  # fmt: skip
    bounds = [Bounds(low=x - half, high=x + half) for x in TRUTH @ A]
    return Calibration(
        "toy", CalibrationFile(**said | changes), tuple(Target(f"n{k}", b) for k, b in enumerate(bounds))
    )


class ToyRuns(Runs):
    """Communities of the toy: a plane with a bend, and luck of which a part is the seed's own."""

    common, bend, shift, size = 0.7, 0.0, 0.0, SD

    def __call__(self, places, seeds, told=lambda _: None):  # type: ignore[no-untyped-def]
        root = np.linalg.cholesky(TOGETHER)
        chance = np.random.default_rng(int(seeds[0, 0]) + 77)
        own = chance.standard_normal((*seeds.shape, 3)) @ root.T
        seed = np.array([[np.random.default_rng(int(s)).standard_normal(3) @ root.T for s in row] for row in seeds])
        luck = self.size * (np.sqrt(self.common) * seed + np.sqrt(1 - self.common) * own)
        mean = places[:, :2] @ A + self.bend * np.sin(3 * places[:, :1])
        told(seeds.size)
        return mean[:, None, :] + luck + self.offset(chance)

    def offset(self, chance: np.random.Generator) -> Any:
        return self.shift * self.size * np.linalg.cholesky(TOGETHER) @ chance.standard_normal(3)


@dataclass(frozen=True)
class Exact:
    """An emulator without error."""

    luck: Luck

    def __call__(self, places):  # type: ignore[no-untyped-def]
        return places @ A, np.full((len(places), 3), 1e-12)

    def doubt(self, places, variance, communities):  # type: ignore[no-untyped-def]
        return self.luck.covariance(places, communities)


def luck(size: float = SD, shared: float = 0.0, seeds: int = 32) -> Luck:
    slopes = np.vstack([np.full(3, 2 * np.log(size)), np.zeros((2, 3))])
    return Luck(slopes, TOGETHER, shared * TOGETHER, seeds, 4)


def test_ranges_are_left_and_entered_alike() -> None:
    for free in (FreeRange(low=0.1, high=10, log=True), FreeRange(low=-1, high=1)):
        assert free.value(free.unit(free.high)) == pytest.approx(free.high)
        assert free.unit(free.value(0.3)) == pytest.approx(0.3)


@pytest.mark.parametrize(("common", "seeds"), [(0.7, 64), (0.0, 64), (0.7, 4)])
def test_luck_is_told_apart_into_what_seeds_share_and_what_they_do_not(common: float, seeds: int) -> None:
    places, rows = spread_places(2, 256, 1), seeds_of(0, 256, 4, seeds)
    fresh = np.random.default_rng(5).standard_normal((256, 4, 3)) @ np.linalg.cholesky(TOGETHER).T
    seed = np.array([[np.random.default_rng(int(s)).standard_normal(3) for s in row] for row in rows])
    own = places[:, None, :] @ A + SD * (
        np.sqrt(common) * seed @ np.linalg.cholesky(TOGETHER).T + np.sqrt(1 - common) * fresh
    )
    found = luck_of(places, own, rows)
    if seeds > 4:  # of four seeds the luck of all places is that of four
        assert found.sd(places).mean(axis=0) == pytest.approx(np.full(3, SD), rel=0.25)  # of 48 degrees of freedom
        assert np.diag(found.shared).mean() == pytest.approx(common, abs=0.2)
        assert found.together == pytest.approx(TOGETHER, abs=0.25)
    # the noise left to a place is what its seeds do not share with all others
    expected = SD**2 * (1 - common * 4 / seeds) / 4
    assert found.noise(places).mean() == pytest.approx(expected, rel=0.5)


def test_the_emulator_predicts_a_known_function_and_knows_its_error() -> None:
    places, chance = spread_places(3, 96, 2), np.random.default_rng(1)

    def model(x):  # type: ignore[no-untyped-def]
        return np.column_stack([np.sin(3 * x[:, 0]) + x[:, 1] ** 2, np.exp(x[:, 1]) * x[:, 2], x[:, 0]])

    numbers = model(places)[:, None, :] + 0.05 * chance.standard_normal((96, 4, 3))
    numbers[3, :, 0] = np.nan  # a number that no community of a place shows
    found = taught(places, means_of(numbers), luck_of(places, numbers, seeds_of(0, 96, 4, 96 * 4)))
    new = chance.random((500, 3))
    middle, variance = found(new)
    wrong = (middle - model(new)) / np.sqrt(variance)
    assert (np.sqrt((wrong**2).mean(axis=0)) < 2.2).all()
    assert (np.sqrt((wrong**2).mean(axis=0)) > 0.4).all()
    assert min(found.explained) > 0.95


def test_history_matching_keeps_the_truth_and_gives_up_most_of_the_space() -> None:
    asked = toy()
    runs = ToyRuns(asked)
    runs.bend = 0.3
    observed = TRUTH @ A + 0.3 * np.sin(3 * TRUTH[0])
    asked = replace(
        asked, targets=tuple(Target(f"n{k}", Bounds(low=x - 0.04, high=x + 0.04)) for k, x in enumerate(observed))
    )
    waves = matched(asked, runs)
    emulators = [w.emulator for w in waves]
    assert not_ruled_out(asked, emulators, TRUTH[None, :])[0]
    assert not not_ruled_out(asked, emulators, TRUTH[None, :] + 0.3)[0]
    assert waves[0].left >= waves[1].left > 0
    assert waves[1].left < 0.1
    assert [w.places for w in waves] == [48, 96]


def test_where_nothing_is_left_each_number_says_what_it_alone_would_leave() -> None:
    asked = toy()
    far = (*asked.targets[:2], Target("n2", Bounds(low=-5, high=-4.9)))
    with pytest.raises(StoreError, match=r"nothing of the space.*n2 0%"):
        matched(replace(asked, targets=far), ToyRuns(asked))


def shown_as(column: np.ndarray) -> ToyRuns:
    """The toy's runs, with this for their second number (broadcast over places and replicates)."""

    class Other(ToyRuns):
        def __call__(self, places, seeds, told=lambda _: None):  # type: ignore[no-untyped-def]
            numbers = super().__call__(places, seeds, told)
            numbers[:, :, 1] = np.resize(column, numbers.shape[:2])
            return numbers

    return Other(toy())


def test_a_number_that_no_community_shows_is_told() -> None:
    with pytest.raises(StoreError, match=r"do not show n1\. Measure longer"):
        matched(toy(), shown_as(np.array([np.nan])))


def test_a_number_that_is_the_same_in_all_communities_of_a_place_is_told() -> None:
    with pytest.raises(StoreError, match=r"n1: the same in all communities of every place"):
        matched(toy(), shown_as(np.array([41.5])))


def test_communities_of_most_places_may_be_alike_in_a_number() -> None:
    few = np.zeros((48, 4))
    few[:5] = np.arange(4)
    waves = matched(toy(), shown_as(few))
    assert all(np.isfinite(wave.left) for wave in waves)


def test_the_posterior_of_a_linear_normal_model_is_the_exact_one() -> None:
    asked = toy()
    found = Sampler(Likelihood(asked, Exact(luck(shared=0.5, seeds=4))), 1).posterior(asked.observed)  # type: ignore[arg-type]
    noise = asked.doubt + SD**2 * TOGETHER * (1 / 2 + 0.5 / 4)
    exact = np.linalg.inv(A @ np.linalg.inv(noise) @ A.T)
    middle, covariance = found.covariance()
    assert middle == pytest.approx(TRUTH, abs=0.1 * float(np.sqrt(exact.diagonal().max())))
    assert covariance / exact == pytest.approx(np.ones((2, 2)), abs=0.15)
    drawn = found.draws(2000, 1)
    assert np.cov(drawn.T) / exact == pytest.approx(np.ones((2, 2)), abs=0.15)
    # draws are joint and in random order: the first few stand for all
    assert drawn[:200].mean(axis=0) == pytest.approx(middle, abs=0.25 * float(np.sqrt(exact.diagonal().max())))


def test_a_posterior_that_is_worth_too_little_is_refused() -> None:
    asked = toy()
    sampler = Sampler(Likelihood(asked, Exact(luck())), 1)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match=r"worth \d+ even draws, fewer than the 10000000 .*discrepancy"):
        sampler.posterior(asked.observed, least=1e7)


LUCK = 0.3
"""Luck that is most of what is not known, so that a likelihood without all of it is wrong."""


def examined(right: Luck, *, shift: float = 0.0) -> Check:
    asked = toy(half=0.02)
    runs = ToyRuns(asked)
    runs.shift, runs.size = shift, LUCK
    return checked_by_truths(Sampler(Likelihood(asked, Exact(right)), 1), runs, 60, 9)  # type: ignore[arg-type]


@pytest.mark.slow
def test_truths_hold_where_the_likelihood_is_right_and_not_where_luck_is_left_out() -> None:
    right = examined(luck(LUCK))
    assert right.holds
    low, high = right.may_cover(0.9)
    assert all(low <= c <= high for c in right.coverage(0.9)[:2])
    wrong = examined(luck(LUCK / 2))
    assert not wrong.holds
    assert max(wrong.coverage(0.9)[:2]) < low
    assert "NOT even" in as_markdown(of_check(wrong))
    assert "even as far as" in as_markdown(of_check(right))


def test_truths_notice_that_the_common_luck_of_few_seeds_is_left_out() -> None:
    """An emulator of one seed is off by its common luck at all places at once: here the same, seen from the data."""
    assert examined(luck(LUCK, shared=1.0, seeds=1), shift=1.0).holds
    assert not examined(luck(LUCK, shared=0.0), shift=1.0).holds


def test_a_known_ratio_of_unknown_parts_is_said() -> None:
    chance = np.random.default_rng(1)
    both = 0.5 + 0.28 * chance.standard_normal(4000)
    places = np.column_stack([both, both + 0.02 * chance.standard_normal(4000), chance.random(4000)])
    known = Posterior(places, np.full(4000, 1 / 4000), np.zeros(4000), 1)
    free = {"x.up": FreeRange(low=1, high=10, log=True), "x.down": FreeRange(low=1, high=10, log=True)}
    free["x.other"] = FreeRange(low=0, high=1)
    assert max(contractions(known)) < 0.25
    best = combinations(known, free)[0]
    assert set(best.in_words(free).split(" / ")) == {"x.up", "x.down"}
    assert best.contraction > 0.98
    assert [(c.in_words(free), round(c.contraction, 1)) for c in pairs(known, free)] == [("x.up / x.down", 1.0)]


def test_runs_are_kept_and_a_torn_line_is_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = read_calibration("baseline")
    seen = list[int]()

    def observed(self: Runs, values: dict[str, float], seed: int) -> list[float]:
        seen.append(seed)
        return [float(seed)] * len(asked.targets)

    monkeypatch.setattr(Runs, "observed", observed)
    places, seeds = spread_places(len(asked.file.free), 3, 1), seeds_of(0, 3, 2, 4)
    first = Runs(asked, tmp_path)(places, seeds)
    assert len(seen) == 6
    path = Runs(asked, tmp_path).path
    path.write_text(path.read_text()[:-9])  # as an interrupt leaves it
    again = Runs(asked, tmp_path)(places, seeds)
    assert len(seen) == 7
    assert (again == first).all()
    assert all(json.loads(line) for line in path.read_text().splitlines())


def test_every_calibration_that_is_offered_can_be_read_and_uses_no_held_out_pattern() -> None:
    offered = config_names(("calibrations",))
    assert "baseline" in offered
    for name in offered:
        asked = read_calibration(name)
        held = read_patterns(patterns_of(asked.file.community)).chosen("held_out")
        assert not {part for p in held.values() for part in p.parts} & set(asked.names)
        assert all(free.known_by for free in asked.file.free.values())
    with pytest.raises(ConfigError) as error:
        read_calibration("classroom")
    assert "posterior" not in str(error.value)


def test_the_kept_draws_are_joint_and_within_the_ranges() -> None:
    asked, draws = read_calibration("baseline"), kept_draws("baseline")
    assert len(draws) == 128
    for draw in draws:
        assert list(draw) == list(asked.file.free)
        assert all(f.low * 0.999 <= draw[p] <= f.high * 1.001 or f.low < 0 for p, f in asked.file.free.items())


WRONG = {
    "targets: {loss_frist_year: {low: 0.1, high: 0.2}}": ("loss_frist_year", "loss_first_year"),
    "targets: {companion_wait: {low: 10, high: 20}}": ("is held out", "a number that is not"),
    "left_out: [order]": ("'order'", "orders"),
    "together: [[annual_laps, registered, 0.5]]": ("annual_laps", "annual_lapse"),
    "together: [[annual_lapse, registered, 1.5]]": ("1.5", "r between -1 and 1"),
    "discrepancies: {no_contacts: 1}": ("no_contacts", "no_contact"),
    "points: 50": ("50", "at least 100"),
    "seeds: 30": ("30", "a multiple of the 4"),
}


@pytest.mark.parametrize("line", WRONG)
def test_what_is_wrong_with_a_calibration_is_told_with_file_and_line(line: str, tmp_path: Path) -> None:
    key = line.partition(":")[0]
    text = (config_folder() / "calibrations" / "baseline.yaml").read_text("utf-8").splitlines()
    kept, skip = list[str](), False
    for one in text:  # without the section of that name
        skip = one.startswith(f"{key}:") or (skip and (one.startswith((" ", "-")) or not one))
        kept += [] if skip else [one]
    if key == "targets":
        kept = [one for one in kept if "loss_" not in one and "mix_" not in one]
    path = tmp_path / "mine.yaml"
    path.write_text("\n".join([*kept, line, ""]), "utf-8")
    said = CliRunner().invoke(main, ["calibrate", str(path), "--out", str(tmp_path / "out")])
    assert said.exit_code == 2, said.output
    assert f"mine.yaml:{len(kept) + 1}:" in said.output.replace("\n", "")
    for word in WRONG[line]:
        assert word in said.output
    assert not (tmp_path / "out").exists()


def test_an_unknown_parameter_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="climb_from_"):
        read_calibration("baseline", None, {"free": {"deciding.climb_from_O": {"low": 0.1, "high": 0.2}}})


def test_the_luck_of_a_place_has_nothing_to_do_with_where_it_lies() -> None:
    """In turn, all places of a block lie in the same half of the space: what is its luck looks like what parameters do."""

    def one_sided(rows: np.ndarray, places: np.ndarray) -> float:
        """Squared mean side of the places of a block, of the worst coordinate; by chance about 1, at most their number."""
        sides = np.sign(places - 0.5)
        means = np.array([sides[rows == row].mean(axis=0) for row in np.unique(rows)])
        return float(((means**2).mean(axis=0) * len(places) / len(means)).max())

    for seed in (1, 2, 3):
        places = spread_places(10, 192, seed)
        for blocks in (4, 16, 64):
            assert one_sided(seeds_of(0, 192, 4, 4 * blocks)[:, 0], places) < 4
            assert one_sided(np.arange(192) % blocks, places) > 0.9 * 192 / blocks
    for first in (0, 192):  # and all blocks are taken alike often
        assert set(np.unique(seeds_of(first, 192, 4, 64)[:, 0], return_counts=True)[1]) == {12}
