"""Every figure is drawn on made-up tables: its size, its fonts, its bytes, and that nothing breaks on odd studies."""

import contextlib
import re
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from PIL import Image

from experiments.analysis.crossed import Crossed
from experiments.analysis.effects import effects
from experiments.analysis.front import front
from experiments.analysis.over_points import overall
from experiments.analysis.profiles import bands
from experiments.reporting.escape import CHINESE, among
from experiments.reporting.figures import about, draw_all, figures, in_order, plot
from experiments.reporting.figures.lettering import length, wrapped
from experiments.reporting.figures.style import WIDTHS, FontError, Look, families, shape_of, styled
from experiments.reporting.figures.tables import UNITS_ZH, Meaning, Snapshot, Tables

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
                values["unmet_needs"] -= 0.1 * a
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
    profiles["turn"] = 0.1
    index = {
        "arm": names[0],
        "quantity": names[0],
        "kind": "sobol",
        "factor": ["x", "y"],
        "first": [0.5, 0.1],
        "first_low": [0.4, 0.0],
    }
    index |= {
        "first_high": [0.6, 0.2],
        "total": [0.8, 0.2],
        "total_low": [0.7, 0.1],
        "total_high": [0.9, 0.3],
        "luck": 0.3,
    }
    crossed = Crossed.of({"rate": ["0.1", "0.3"], "size": ["4", "8"]}, chance.normal(0.5, 0.1, (4, replicates)))
    label = {"arm": names[-1], "quantity": f"effect of {names[-1]}"}
    answers = {
        name: pd.concat([getattr(crossed, name)().assign(**label, metric=m) for m in OUTCOMES])
        for name in ("main", "interactions", "cells")
    }
    if points > 1 and arms > 1:
        answers["overall"] = overall(runs, names[0], OUTCOMES, {"cohesion": 1, "unmet_needs": -1}, range(points))
    share = {"point": 0, "part": ["thanks", "vanguard"], "share": [0.1, 0.2], "low": [0.0, 0.1], "high": [0.2, 0.3]}
    share |= {"alone": [0.1, 0.2], "last": [0.1, 0.2], "whole": 0.3, "n": 6}
    return Tables(
        name="made_up", title="Made up", arms=names, metrics=METRICS, outcomes=OUTCOMES, runs=runs,
        effects=effects(runs, names[0], OUTCOMES), trajectories=trajectories, profiles=bands(profiles),
        varies=("rate",) if points > 1 else (), points=tuple(f"rate = {x:.2g}" for x in rates) if points > 1 else ("",),
        spans=dict.fromkeys(names[1:], ((20, weeks),)), window=20, weeks=weeks,
        sensitivity=pd.concat(pd.DataFrame({**index, "metric": m, "points": 8, "replicates": 4}) for m in OUTCOMES),
        attribution=pd.concat(pd.DataFrame({**share, "metric": m}) for m in OUTCOMES),
        front=front(runs, {"cohesion": 1, "unmet_needs": -1, "cost": -1}), objectives=(*OUTCOMES, "cost"), answers=answers,
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


@pytest.mark.parametrize(
    ("arms", "points", "replicates"),
    [(1, 1, 1), (2, 1, 2), (10, 1, 3), (2, 9, 3), pytest.param(3, 4, 1, marks=pytest.mark.slow)],
)
def test_odd_studies_break_nothing(tmp_path: Path, arms: int, points: int, replicates: int) -> None:
    tables = made_up(arms, points, replicates, weeks=30)
    few = replace(tables, sensitivity=None, attribution=None, front=None)
    assert draw_all(few, tmp_path, formats=("png",))


def test_figures_where_every_number_is_nothing_warn_of_nothing(tmp_path: Path) -> None:
    tables = made_up(points=2)
    zeros = {}
    for name in ("runs", "effects", "trajectories", "profiles"):
        table = getattr(tables, name)
        zeros[name] = table.assign(**dict.fromkeys(table.select_dtypes("floating"), 0.0))
    nothing = replace(tables, **zeros)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert draw_all(nothing, tmp_path, formats=("png",))


def test_empty_tables_give_no_figure(tmp_path: Path) -> None:
    tables = made_up()
    empty = {name: getattr(tables, name).iloc[:0] for name in ("runs", "effects", "trajectories", "profiles")}
    nothing = replace(tables, **empty, sensitivity=None, attribution=None, front=None, snapshots={}, answers={})
    assert draw_all(nothing, tmp_path) == []


def test_drawing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    kinds = ("pdf", "png", "svg")
    first = draw_all(made_up(), tmp_path / "1", formats=kinds, only=("outcome", "forest"))
    second = draw_all(made_up(), tmp_path / "2", formats=kinds, only=("outcome", "forest"))
    assert len(first) == 9
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_one_figure_is_had_by_its_name(tmp_path: Path) -> None:
    tables = made_up()
    drawn = plot(tables, "outcome-cohesion", Look(89))
    assert drawn.name == "outcome-cohesion"
    same = draw_all(tables, tmp_path / "all", Look(89), ("pdf",), ("outcome",))
    assert drawn.save(tmp_path / "a.pdf").read_bytes() in [path.read_bytes() for path in same]
    assert drawn._repr_png_().startswith(b"\x89PNG")
    for name, said in (("outcome-nothing", "outcome-cohesion"), ("forrest", "forest"), ("response", "it needs")):
        with pytest.raises(KeyError, match=said):
            plot(tables, name, Look(89))
    with pytest.raises(ValueError, match=r"\.svg"):
        drawn.save(tmp_path / "a.docx")


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


def test_every_figure_says_what_it_shows_and_from_which_table() -> None:
    tables = {"effects", "runs", "groups", "front", "sensitivity", "attribution"}
    tables |= {"overall", "main", "interactions", "cells", "acceptability"}
    tables |= {"figure_trajectories", "figure_profiles", "figure_residents", "figure_ties"}
    for name in figures():
        (english, chinese), data = about(name)
        assert english.isascii()
        assert not chinese.isascii()
        assert data
        assert set(data) <= tables
    assert [p.stem for p in in_order([Path("pareto.svg"), Path("outcome-x.svg"), Path("forest.svg")])] == [
        "forest", "outcome-x", "pareto",
    ]  # fmt: skip


def test_every_unit_has_chinese() -> None:
    from sim import METRICS

    assert {m.unit for m in METRICS.values() if m.unit} <= UNITS_ZH.keys()


def test_panels_stand_in_even_rows() -> None:
    assert [shape_of(n, 4) for n in (1, 3, 4, 5, 6, 8)] == [(1, 1), (3, 1), (4, 1), (3, 2), (3, 2), (4, 2)]


def test_tables_can_be_renamed_for_another_language() -> None:
    tables = made_up()
    told = tables.renamed(
        {"baseline": "基准", "thanks": "感谢", "vanguard": "先锋"}, Look(language="zh"), {"thanks": "激励"}
    )
    assert told.arms == ("基准", "感谢", "先锋")
    for name in ("runs", "effects", "trajectories", "profiles", "front"):
        assert set(getattr(told, name)["arm"]) <= set(told.arms)
        assert len(getattr(told, name)) == len(getattr(tables, name))
    assert told.sensitivity is not None
    assert set(told.sensitivity["quantity"]) == {"基准"}
    assert told.attribution is not None
    assert set(told.attribution["part"]) == {"激励", "vanguard"}
    assert set(told.spans) <= set(told.arms)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [WIDTHS["single"], WIDTHS["double"]])
def test_nothing_is_cut_off_at_the_width_of_a_column(width: float, language: Literal["en", "zh"]) -> None:
    if language == "zh" and not there_is_a_chinese_font():
        pytest.skip("no Chinese font here")
    look, tables = Look(width, language), made_up(arms=5, points=2)
    for draw in figures().values():
        with styled(look):
            for name, drawn in draw(tables, look):
                FigureCanvasAgg(drawn).draw()
                box, page = drawn.get_tightbbox(), drawn.bbox_inches
                assert box.x0 > -0.02, name
                assert box.x1 < page.x1 + 0.02, name
                assert box.y0 > -0.02, name
                assert box.y1 < page.y1 + 0.02, name


def test_captions_break_at_spaces_and_between_chinese_characters() -> None:
    words = wrapped("a caption of several words", 15, 6).splitlines()
    assert " ".join(words) == "a caption of several words"
    assert len(words) > 1
    assert all(length(line, 6) <= 15 for line in words)
    chinese = wrapped("图中色带为均值的区间，灰色为政策实施期", 20, 6).splitlines()
    assert len(chinese) > 1
    assert not any(line.startswith("，") for line in chinese)


def test_a_caption_speaks_of_policies_only_where_some_act() -> None:
    def said(tables: Tables) -> str:
        with styled(Look()):
            drawn = [one for name in ("outcome", "tiers") for _, one in figures()[name](tables, Look())]
        return " ".join(str(one.get_supxlabel()) for one in drawn)

    assert "policies" in said(made_up())
    assert "policies" not in said(replace(made_up(), spans={}))


@pytest.mark.parametrize("morris", [False, True])
def test_chinese_labels_have_no_stray_spaces_and_no_english_points(morris: bool) -> None:
    if not there_is_a_chinese_font():
        pytest.skip("no Chinese font here")
    look, names = Look(language="zh"), ("无政策", "感谢", "Vanguard 队")
    tables = made_up(points=3)
    assert tables.sensitivity is not None
    if morris:
        numbers = {"mu_star": 0.2, "mu": 0.1, "sigma": 0.1, "mu_star_low": 0.1, "mu_star_high": 0.3, "floor": 0.05}
        tables = replace(tables, sensitivity=tables.sensitivity.assign(kind="morris", trajectories=4, **numbers))
    tables = tables.renamed(dict(zip(tables.arms, names, strict=True)), look)
    said = list[str]()
    for name, draw in figures().items():
        if not morris or name == "sensitivity":
            with styled(look):
                drawn = [one for _, one in draw(tables, look)]
            said += [text.get_text().replace("\n", "") for one in drawn for text in one.findobj(match=Text)]
    wrong = [
        text for text in said if re.search(rf"[{CHINESE}] +[{CHINESE}]|[{CHINESE}][.,;:]|[.,;:] *[{CHINESE}]", text)
    ]
    assert not wrong
    assert morris or any("与无政策之差" in text for text in said)


def test_other_letters_stand_apart_among_chinese_ones() -> None:
    assert [among(name) for name in ("无政策", "nobody", "Vanguard 队")] == ["无政策", " nobody ", " Vanguard 队"]


@pytest.mark.parametrize("width", [89.0, 183.0])
def test_a_map_of_few_people_is_no_white_page(tmp_path: Path, width: float) -> None:
    """Printed in grey, residents of a small community fill their grids as those of a large one do, and hide no neighbour."""

    def inked(residents: int) -> float:
        grid = np.repeat(np.arange(4), residents // 4)
        one = Snapshot(np.where(np.arange(residents) % 20, 0, 1), grid, np.zeros((0, 2), int))
        tables = replace(made_up(2, weeks=5), snapshots=dict.fromkeys(("baseline", "thanks"), one))
        (drawn,) = draw_all(tables, tmp_path / str(residents), Look(width=width), ("png",), ("network",))
        with Image.open(drawn) as image:
            grey = np.asarray(image.convert("L"))
        return float((grey < 215).mean())

    assert all(0.06 < inked(many) < 0.25 for many in (120, 800, 4000))
