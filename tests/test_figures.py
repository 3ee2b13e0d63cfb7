"""Every figure is drawn on made-up tables: its size, its fonts, its bytes, and that nothing breaks on odd studies."""

import contextlib
import re
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.analysis.effects import effects, profile_bands
from experiments.analysis.front import front
from experiments.figures import draw_all, figures
from experiments.figures.style import WIDTHS, FontError, Look, families
from experiments.figures.tables import Meaning, Snapshot, Tables

METRICS = {
    "cohesion": Meaning("Cohesion", "凝聚力", "index, 0-1", 1),
    "unmet_needs": Meaning("Unmet needs", "未满足需求", "person-weeks per 100 residents a year", -1),
    "unmet_children": Meaning("Unmet needs of children", "儿童未满足需求", "person-weeks per 100 of them a year", -1),
    "tier_1": Meaning("Task-only", "任务型参与", "share of residents 12+"),
    "tier_2": Meaning("Interest-based", "兴趣型参与", "share of residents 12+"),
    "tier_3": Meaning("Substantive", "实质性参与", "share of residents 12+"),
    "needs_arisen": Meaning("Needs that arose", "产生的需求", "per 100 residents a year"),
    "orders_known": Meaning("Orders placed", "下单", "per 100 residents a year"),
    "orders_done": Meaning("Orders done", "完成服务", "per 100 residents a year"),
    "credits_earned": Meaning("Credits earned", "存入时间币", "hours per 100 residents a year"),
    "credits_spent": Meaning("Credits redeemed", "兑付时间币", "hours per 100 residents a year"),
    "credits_expired": Meaning("Credits expired", "过期时间币", "hours per 100 residents a year"),
    "credits_lost": Meaning("Credits lost", "流失时间币", "hours per 100 residents a year"),
    "cost": Meaning("Cost", "成本", "yuan a year", -1),
}
OUTCOMES = ("cohesion", "unmet_needs")


def made_up(arms: int = 3, points: int = 1, replicates: int = 6, weeks: int = 60) -> Tables:
    """The tables of a study that never was."""
    chance = np.random.default_rng(arms * 100 + points)
    names = tuple(
        ["baseline", "thanks", "vanguard", "training", "all", "a_very_long_name_of_an_arm", "g", "h", "i", "j"][:arms]
    )
    rates = np.linspace(0.05, 0.3, points)
    rows, over = [], []
    for p in range(points):
        for a, arm in enumerate(names):
            for r in range(replicates):
                values = {m: 0.5 + 0.05 * a + 0.01 * r + chance.normal(0, 0.01) for m in METRICS}
                rows.append({"arm": arm, "point": p, "replicate": r, "rate": rates[p], **values})
            for m in METRICS:
                for w in range(weeks):
                    mean = 0.2 + 0.05 * a * (w > 20)
                    label = {"arm": arm, "point": p, "week": w, "metric": m}
                    over.append(
                        {**label, "mean": mean, "sd": 0.02, "low": mean - 0.03, "high": mean + 0.03, "n": replicates}
                    )
    runs, trajectories = pd.DataFrame(rows), pd.DataFrame(over)
    profiles = trajectories[trajectories["arm"] != names[0]].drop(columns=["low", "high"])
    profiles["mean"] -= 0.2
    index = {"quantity": names[0], "kind": "sobol", "factor": ["x", "y"], "first": [0.5, 0.1], "first_low": [0.4, 0.0]}
    index |= {
        "first_high": [0.6, 0.2],
        "total": [0.8, 0.2],
        "total_low": [0.7, 0.1],
        "total_high": [0.9, 0.3],
        "luck": 0.3,
    }
    share = {"point": 0, "part": ["thanks", "vanguard"], "share": [0.1, 0.2], "low": [0.0, 0.1], "high": [0.2, 0.3]}
    share |= {"alone": [0.1, 0.2], "last": [0.1, 0.2], "whole": 0.3, "n": 6}
    return Tables(
        name="made_up", title="Made up", arms=names, metrics=METRICS, outcomes=OUTCOMES, runs=runs,
        effects=effects(runs, names[0], OUTCOMES), trajectories=trajectories, profiles=profile_bands(profiles),
        varies=("rate",) if points > 1 else (), points=tuple(f"rate = {x:.2g}" for x in rates) if points > 1 else ("",),
        spans=dict.fromkeys(names[1:], ((20, weeks),)), window=20, weeks=weeks,
        sensitivity=pd.concat(pd.DataFrame({**index, "metric": m, "points": 8, "replicates": 4}) for m in OUTCOMES),
        attribution=pd.concat(pd.DataFrame({**share, "metric": m}) for m in OUTCOMES),
        front=front(runs, {"cohesion": 1, "unmet_needs": -1, "cost": -1}), objectives=(*OUTCOMES, "cost"),
        snapshots={name: Snapshot(np.arange(40) % 5 - 1, np.repeat([0, 1], 20), np.array([[3, 4]])) for name in names},
    )  # fmt: skip


@pytest.fixture(autouse=True)
def missing_glyphs_are_errors() -> "object":
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_every_figure_is_drawn(tmp_path: Path) -> None:
    drawn = {path.stem.split("-")[0] for path in draw_all(made_up(points=3), tmp_path, formats=("png",))}
    assert drawn == set(figures())


@pytest.mark.parametrize(("arms", "points", "replicates"), [(1, 1, 1), (2, 1, 2), (10, 1, 3), (2, 9, 3), (3, 4, 1)])
def test_odd_studies_break_nothing(tmp_path: Path, arms: int, points: int, replicates: int) -> None:
    tables = made_up(arms, points, replicates, weeks=30)
    few = replace(tables, sensitivity=None, attribution=None, front=None)
    assert draw_all(few, tmp_path, formats=("png",))


def test_empty_tables_give_no_figure(tmp_path: Path) -> None:
    tables = made_up()
    empty = {name: getattr(tables, name).iloc[:0] for name in ("runs", "effects", "trajectories", "profiles")}
    nothing = replace(tables, **empty, sensitivity=None, attribution=None, front=None, snapshots={})
    assert draw_all(nothing, tmp_path) == []


def test_drawing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    kinds = ("pdf", "png", "svg")
    first = draw_all(made_up(), tmp_path / "1", formats=kinds, only=("outcome", "forest"))
    second = draw_all(made_up(), tmp_path / "2", formats=kinds, only=("outcome", "forest"))
    assert len(first) == 9
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


@pytest.mark.parametrize("width", [WIDTHS["double"], WIDTHS["single"], 120.0])
def test_a_figure_has_the_width_that_was_asked_for(tmp_path: Path, width: float) -> None:
    (path,) = draw_all(made_up(), tmp_path, Look(width), ("pdf",), only=("forest",))
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+)", path.read_bytes())
    assert box is not None
    assert float(box[1]) == pytest.approx(width / 25.4 * 72, abs=0.5)


def test_fonts_are_embedded_as_truetype(tmp_path: Path) -> None:
    (path,) = draw_all(made_up(), tmp_path, formats=("pdf",), only=("forest",))
    content = path.read_bytes()
    assert b"/FontFile2" in content
    assert b"/Type3" not in content


def test_chinese_labels_are_written_or_a_font_is_named(tmp_path: Path) -> None:
    look = Look(language="zh")
    if there_is_a_chinese_font():
        assert draw_all(made_up(points=3), tmp_path, look, ("png",))
    else:
        with pytest.raises(FontError, match="apt install"):
            draw_all(made_up(), tmp_path, look, ("png",))


def there_is_a_chinese_font() -> bool:
    with contextlib.suppress(FontError):
        return bool(families("zh"))
    return False
