"""Warm-up: MSER-5 finds a transient of known length, and none where there is none."""

import numpy as np
import pytest

from experiments.analysis.warm_up import at_rest, mser5


def series(chance: np.random.Generator, fades: float, weeks: int = 260, start: float = 5.0) -> np.ndarray:
    noise, own = np.empty(weeks), chance.normal(size=weeks)
    noise[0] = own[0]
    for week in range(1, weeks):
        noise[week] = 0.7 * noise[week - 1] + np.sqrt(1 - 0.49) * own[week]
    return noise + start * np.exp(-np.arange(weeks) / fades)


def test_by_hand() -> None:
    step = np.r_[np.full(20, 9.0), np.tile([0.0, 1.0], 50)]
    assert mser5(step) == 20
    assert mser5(step[20:]) in (0, 5)
    assert mser5(np.arange(100.0)) is None  # never at rest
    assert mser5(np.zeros(20)) is None  # too short to say


@pytest.mark.parametrize("fades", [10.0, 25.0])
def test_a_start_that_fades_is_left_out_and_one_at_rest_is_kept(fades: float) -> None:
    """The start is over when it has fallen from 5 standard deviations to about one; medians of 200 series."""
    chance = np.random.default_rng(1)
    found = [mser5(series(chance, fades)) for _ in range(200)]
    kept = [mser5(series(chance, fades, start=0.0)) for _ in range(200)]
    assert fades <= np.median([week for week in found if week is not None]) <= 4 * fades
    assert np.median([260 if week is None else week for week in kept]) <= 25
    assert sum(week is None for week in found) < 0.2 * 200


def test_what_is_left_has_less_of_the_start_than_all() -> None:
    chance, off, plain = np.random.default_rng(2), [], []
    for _ in range(200):
        values = series(chance, 25.0)
        if (week := mser5(values)) is not None:
            off.append(values[week:].mean())
            plain.append(values.mean())
    assert abs(np.mean(off)) < 0.35 * abs(np.mean(plain))


def test_weeks_without_a_value_are_weeks_all_the_same() -> None:
    values = np.full((3, 400), np.nan)
    values[:, ::4] = np.r_[np.full(20, 9.0), np.tile([0.0, 1.0], 40)]
    assert at_rest(values) == 80
