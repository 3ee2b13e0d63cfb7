"""Robustness: what is moved, and what is said of effects that hang on a number."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from toy import small

from experiments.validation.robustness import at_points, chance_level, drawn_points, messages, movable, spread_points
from sim import load_config


def test_only_assumed_and_calibrated_numbers_of_rules_move_and_stay_in_range() -> None:
    config = load_config("baseline")
    moved = movable(config, 1.5)
    paths = {m.path for m in moved}
    assert {"deciding.norm", "asking.along_tie"} <= paths
    assert not paths & {
        "deciding.asked",
        "bonding.per_hour",
        "deciding.law",
        "deciding.gate_2",
        "deciding.identity_at_rest",
    }
    for m in moved:
        value = config.evidence[m.path].value
        assert min(value / 1.5, value * 1.5) <= m.low <= value <= m.high <= max(value * 1.5, value / 1.5)
    for point in spread_points(moved, 3, seed=1):
        load_config("baseline", set=dict(point))


def test_an_effect_that_turns_with_a_number_is_said_to_hang_on_it(tmp_path: Path) -> None:
    study = small(tmp_path, outcomes=["cohesion"], arms={"baseline": [], "thanks": ["recognition"]})
    moved = movable(study.config, 1.5)[:5]
    points = spread_points(moved, 64, seed=2)
    chance = np.random.default_rng(4)
    rows = []
    for p, point in enumerate(points):
        x = (dict(point)[moved[2].path] - moved[2].low) / (moved[2].high - moved[2].low)
        for r in range(3):
            noise = chance.normal(0, 0.01)
            rows.append(
                {"arm": "baseline", "point": p, "replicate": r, "cohesion": 0.5, "participation": 0.05 if p else 0.9}
            )
            rows.append(
                {
                    "arm": "thanks",
                    "point": p,
                    "replicate": r,
                    "cohesion": 0.5 + (x - 0.25) + noise,
                    "participation": 0.05,
                }
            )
    found, plausible = messages(at_points(study, points, 3), pd.DataFrame(rows), moved)
    assert plausible == 63
    (message,) = found
    assert message.same_sign == pytest.approx(0.75, abs=0.05)
    assert message.hangs_on[0].path == moved[2].path
    assert message.hangs_on[0].rank_correlation > 0.9
    assert len(message.hangs_on) == 1


def test_draws_become_points() -> None:
    assert drawn_points([{"deciding.norm": 0.4}]) == [(("deciding.norm", 0.4),)]
    assert 0.2 < chance_level(128, 100) < 0.35
