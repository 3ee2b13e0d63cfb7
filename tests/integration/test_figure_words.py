"""Figures speak in words: labels of both languages, no names of machines, nothing upon anything, told apart in grey."""

import re
import warnings
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest
from hypothesis import given, settings
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image
from toy import small, write_study

from experiments.reporting.figures import draw_all, figures, shows
from experiments.reporting.figures.lettering import length
from experiments.reporting.figures.style import (
    COLOURS,
    FONTS,
    LINES,
    MARKERS,
    WIDTHS,
    Look,
    at_ends,
    families,
    figure,
    is_share,
    percent,
    styled,
)  # fmt: skip
from experiments.reporting.figures.tables import Factor, Tables
from experiments.reporting.names import (
    arm_names,
    factors_of,
    in_language,
    labels_of,
    look_of,
    point_named,
    question_of,
    title_of,
)
from experiments.study.design import Study
from experiments.study.loader import read_study
from experiments.tasks.listing import study_titles
from sim.config.yaml import ConfigError
from tests.contracts.test_names import HARD, NAMES
from tests.integration.test_figures import made_up, there_is_a_chinese_font
from tests.support.figure_kit import texts_of, texts_upon_points, texts_upon_texts

type Tongue = Literal["en", "zh"]
RATES = [0.05, 0.175, 0.3]
VARIES = {"moving.annual_rate": RATES, "policies.vanguard.size": [4, 8]}
ARMS: dict[str, Any] = {"baseline": [], "both_of_them": ["recognition"], "vanguard": ["vanguard"]}


def studied(folder: Path, **said: Any) -> tuple[Study, Tables]:
    """A study with two factors, and made-up tables of it as it names itself."""
    study = small(folder, arms=ARMS, varies={"moving.annual_rate": RATES}, **said)
    study = replace(study, file=study.file.model_copy(update={"varies": VARIES}))
    tables = made_up(points=3)
    named = dict(zip(tables.arms, ARMS, strict=True))
    paths = {
        "rate": "moving.annual_rate",
        "size": "policies.vanguard.size",
        "x": "moving.annual_rate",
        "y": "policies.vanguard.size",
    }
    tables = replace(tables, varies=("moving.annual_rate",), runs=tables.runs.rename(columns=paths)).renamed(
        named, Look()
    )
    answers = {
        name: table.replace({column: paths for column in ("factor", "by") if column in table})
        for name, table in tables.answers.items()
    }
    assert tables.sensitivity is not None
    return study, replace(tables, answers=answers, sensitivity=tables.sensitivity.replace({"factor": paths}))


def every_figure(tables: Tables, look: Look) -> list[tuple[str, Figure]]:
    with styled(look):
        return [(stem, drawn) for draw in figures().values() for stem, drawn in draw(tables, look)]


def said_in(drawn: Figure, look: Look) -> list[str]:
    with styled(look):
        return [text.get_text() for text in texts_of(drawn)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_name_of_a_machine_stands_in_a_figure(tmp_path: Path, language: Tongue) -> None:
    if language == "zh" and not there_is_a_chinese_font():
        pytest.skip("no Chinese font here")
    study, plain = studied(
        tmp_path, label={"varies": {"moving.annual_rate": {"levels": {"0.05": {"en": "Few move", "zh": "少有搬迁"}}}}}
    )
    look = look_of(study, language)
    tables, whole = in_language(study, plain, language), ""
    for stem, drawn in every_figure(tables, look):
        said = " ".join(said_in(drawn, look))
        assert not re.search(r"[a-z]+_[a-z]+|[a-z]\.[a-z]", said), (stem, said)
        assert " n = " not in said
        assert re.fullmatch(r"[\w.-]+", stem), "files are called by the names of machines"
        whole += said
    assert look.say("Few move", "少有搬迁") in whole
    assert look.say("Share of households", "每年迁出住户比例") in whole


@pytest.mark.parametrize("width", [WIDTHS["single"], WIDTHS["double"]])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_text_covers_another_one_or_a_point(width: float, language: Tongue) -> None:
    if language == "zh" and not there_is_a_chinese_font():
        pytest.skip("no Chinese font here")
    look, tables = Look(width, language), made_up(arms=5, points=2)
    named = {arm: look.say(f"Arm {k} with a name", f"名称较长的组{k}") for k, arm in enumerate(tables.arms)}
    tables = tables.renamed(named, look, factors={"rate": Factor(look.say("Share that leaves", "迁出比例"))})
    wrong: list[Any] = []
    for stem, drawn in every_figure(tables, look):
        with styled(look):
            wrong += [(stem, pair) for pair in texts_upon_texts(drawn)]
            if not stem.startswith("network"):  # thousands of dots, none of which is read by itself
                wrong += [(stem, text) for text in texts_upon_points(drawn)]
    assert not wrong


def test_the_kit_sees_what_covers_what() -> None:
    drawn = Figure()
    panel = drawn.subplots()
    panel.plot([0.5], [0.5], "o")
    panel.set(xlim=(0, 1), ylim=(0, 1))
    panel.annotate("on a point", (0.5, 0.5), ha="center", va="center")
    assert texts_upon_points(drawn) == ["on a point"]
    panel.annotate("beside it", (0.52, 0.5), ha="center", va="center")
    assert texts_upon_texts(drawn)


def test_a_label_comes_before_titles_and_titles_before_names(tmp_path: Path) -> None:
    label = {"arms": {"both": {"zh": "两者"}, "baseline": {"en": "As it is"}}}
    study = small(
        tmp_path,
        label=label,
        arms={**ARMS, "both": ["recognition", "training"], "Our pilot": ["training"], "own_dose": ["training"]},
    )
    assert list(arm_names(study, "en").values()) == [
        "As it is", "Recognition", "Vanguard team", "Recognition + Training", "Our pilot", "Training",
    ]  # fmt: skip
    assert list(arm_names(study, "zh").values()) == [
        "As it is",
        "志愿者激励",
        "先锋队",
        "两者",
        "Our pilot",
        "志愿者培训",
    ]
    twice = small(tmp_path, arms={"nothing": [], "one": ["training"], "two": [{"training": {"seats": 9}}]})
    assert list(arm_names(twice, "en").values()) == ["No policy", "one", "two"]  # their titles are the same


def test_a_table_says_what_names_stand_for(tmp_path: Path) -> None:
    label = {"varies": {"deciding.asked": {"levels": {"1": {"en": "Shy", "zh": "腼腆"}}}}}
    study = small(tmp_path, varies={"deciding.asked": [1.0, 2.0]}, label=label)
    rows = labels_of(study).to_numpy().tolist()
    assert ["arm", "thanks", "Recognition", "志愿者激励"] in rows
    assert ["value", "deciding.asked = 1", "Shy", "腼腆"] in rows
    assert [row[:2] for row in rows if row[0] == "factor"] == [["factor", "deciding.asked"]]


def test_points_are_said_in_words_with_their_unit(tmp_path: Path) -> None:
    label = {"varies": {"deciding.asked": {"levels": {"1": {"en": "Shy", "zh": "腼腆"}}}}}
    study = small(tmp_path, varies={"deciding.asked": [1.0, 2.0]}, label=label)
    said = {t: [point_named(p, factors_of(study, t), Look(language=t)) for p in study.points] for t in ("en", "zh")}  # type: ignore[arg-type]
    assert said["en"] == ["Shy", "Having been asked this week by somebody in person: 2 (log odds ratio)"]
    assert said["zh"] == ["腼腆", "本周被人当面动员的作用：2（对数几率比）"]


@pytest.mark.parametrize(
    ("label", "line", "words"),
    [
        ({"arms": {"thank": {"en": "x"}}}, "thank:", "Did you mean 'thanks'"),
        ({"arms": {"thanks": {"fr": "x"}}}, "fr:", "unknown key"),
        ({"arms": {"thanks": "x"}}, "thanks: x", "expected a section with one or more of the keys en, zh"),
        ({"varies": {"moving.anual_rate": {"en": "x"}}}, "moving.anual_rate:", "Did you mean 'moving.annual_rate'"),
        ({"varies": {"moving.annual_rate": {"levels": {"0.4": {"en": "x"}}}}}, "'0.4':", "the value '0.4'"),
    ],
)
def test_a_wrong_label_is_told_at_its_line(tmp_path: Path, label: dict[str, Any], line: str, words: str) -> None:
    path = write_study(tmp_path, label=label, varies={"moving.annual_rate": RATES})
    with pytest.raises(ConfigError) as error:
        read_study(path)
    (problem,) = error.value.problems
    assert line in problem.spot.text
    assert words in str(problem)


def test_values_of_a_range_have_no_labels(tmp_path: Path) -> None:
    varies = {"moving.annual_rate": {"low": 0.1, "high": 0.2}}
    with pytest.raises(ConfigError, match="this is a range"):
        small(tmp_path, varies=varies, label={"varies": {"moving.annual_rate": {"levels": {"0.1": {"en": "x"}}}}})


def test_what_the_study_says_of_its_figures_holds_unless_a_command_says_otherwise(tmp_path: Path) -> None:
    study = small(tmp_path, figures={"width": "single", "size": 9})
    assert look_of(study) == Look(WIDTHS["single"], "en", 9)
    assert look_of(study, "zh", 120.0, 6.0) == Look(120.0, "zh", 6.0)
    assert look_of(small(tmp_path, figures={"width": 100})).width == 100
    with pytest.raises(ConfigError, match="single"):
        small(tmp_path, figures={"width": "broad"})


def test_letters_have_the_size_that_was_asked_for() -> None:
    heights = []
    for size in (6.0, 9.0):
        look = Look(size=size)
        ((_, drawn),) = [one for one in every_figure(made_up(), look) if one[0] == "forest"]
        assert drawn.axes[0].xaxis.label.get_fontsize() == pytest.approx(size)
        heights.append(drawn.get_figheight())
    assert heights[1] == pytest.approx(1.5 * heights[0], rel=0.02)


@pytest.mark.parametrize("name", sorted(study_titles()))
def test_shipped_studies_are_labelled_in_both_languages(name: str) -> None:
    study = read_study(name)
    zh = Look(language="zh")
    for text in (title_of(study, zh), question_of(study, zh), *arm_names(study, "zh").values()):
        assert not text.isascii(), text
    assert not [text for arm, text in arm_names(study, "en").items() if text == arm]
    for factor in (*factors_of(study, "zh").values(),):
        assert not factor.label.isascii()


def test_files_know_their_title(tmp_path: Path) -> None:
    tables = replace(made_up(), title="Made <up> & “so”")
    drawn = {path.suffix: path for path in draw_all(tables, tmp_path, Look(), ("png", "pdf", "svg"), ("forest",))}
    with Image.open(drawn[".png"]) as image:
        assert image.info["Title"] == "Made <up> & “so”. Effect of every arm on every outcome"
        assert "6 pairs" in image.info["Description"]
    assert {shows(path) for path in drawn.values()} == {"Effect of every arm on every outcome"}
    assert "Made &lt;up&gt; &amp; “so”. Effect" in drawn[".svg"].read_text("utf-8")
    assert "Effect of every arm".encode("utf-16-be") in drawn[".pdf"].read_bytes()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_two_figures_of_a_study_share_what_they_show(tmp_path: Path, language: Tongue) -> None:
    """Of one point, one arm, one factor or one outcome each: the report and the desk call them by it."""
    if language == "zh" and not there_is_a_chinese_font():
        pytest.skip("no Chinese font here")
    own = made_up(3, 2, 3, weeks=20)
    groups = [
        {"arm": arm, "point": p, "replicate": r, "outcome": "unmet_needs", "column": c, "value": v, "number": 1.0 + r}
        for arm in own.arms for p in (0, 1) for r in range(3) for c in ("where", "job") for v in ("a", "b")
    ]  # fmt: skip
    tables = replace(own, by_group=pd.DataFrame(groups))
    drawn = draw_all(tables, tmp_path, Look(language=language), ("png",))
    said = {path.stem: shows(path) for path in drawn}
    assert len(set(said.values())) == len(said) > 20, said
    assert {stem.partition("-")[0] for stem in said} >= {"tiers", "funnel", "groups", "response", "crosstab", "factors"}
    assert said["tiers-2"].endswith({"en": "over time (rate = 0.3)", "zh": "构成（rate = 0.3）"}[language])
    assert said["groups-1-at-2"].endswith(("(where; rate = 0.3)", "（where；rate = 0.3）"))
    assert not shows(tmp_path / "none.png")


def test_arms_are_told_apart_in_grey() -> None:
    greys = [_lightness(one) for one in COLOURS]
    first = sorted(greys[:4])
    assert min(b - a for a, b in pairwise(first)) > 8
    assert min(abs(a - b) for a, b in pairwise(greys)) > 5
    assert max(greys) < 75, "what is paler is lost on white"
    assert len(set(MARKERS)) == len(MARKERS) == len(LINES) == len(COLOURS)
    assert len(set(map(str, LINES[1:]))) == len(LINES) - 1  # the first arm is told by black


def _lightness(colour: str) -> float:
    """L* of CIELAB, 0 black to 100 white."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    y = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    return float(116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y)


def test_shares_of_almost_nothing_are_not_said() -> None:
    row = {"reference": 10.0, "effect": 1.0, "low": 0.5, "high": 1.5}
    assert percent(row) == "+10%"
    assert percent({**row, "reference": 0.05}) == ""
    assert percent({**row, "reference": -10.0}) == ""
    assert percent({**row, "low": -9.0, "high": 11.0}) == ""
    assert percent({**row, "low": float("nan"), "high": float("nan")}) == ""
    assert percent({**row, "effect": 0.0, "low": -0.5, "high": 0.5}) == "0%"
    assert not is_share(0.0, -1.0, 1.0)


def test_fonts_are_those_of_journals_or_their_twins(monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib import font_manager

    assert FONTS[:2] == ("Arial", "Helvetica")
    for there, first in (
        (["Liberation Sans", "Arial"], "Arial"),
        (["Arimo", "Nimbus Sans"], "Arimo"),
        ([], "DejaVu Sans"),
    ):
        fonts = [font_manager.FontEntry(name=name) for name in (*there, "DejaVu Sans")]
        monkeypatch.setattr(font_manager.fontManager, "ttflist", fonts)
        assert families("en")[0] == first


def test_steps_that_an_order_passes_again_are_no_parts_of_needs() -> None:
    look = Look()
    (drawn,) = [one for stem, one in every_figure(made_up(), look) if stem == "funnel"]
    bars = drawn.axes[0].patches
    assert [bool(bar.get_hatch()) for bar in bars] == [False, False, True]
    said = said_in(drawn, look)
    assert not [one for one in said if "%" in one and "95 %" not in one]
    assert sum(bool(re.fullmatch(r"[\d.]+ \[[\d.]+, [\d.]+\]", one)) for one in said) == 9, "each bar has its interval"


def test_a_figure_of_one_point_says_which_and_of_how_many() -> None:
    look = Look()
    for many, stems in ((3, ["tiers", "tiers-2", "tiers-3"]), (9, ["tiers"])):
        tables = made_up(2, many, 3, weeks=20)
        with styled(look):
            drawn = dict(figures()["tiers"](tables, look))
        assert list(drawn) == stems
        for k, one in enumerate(drawn.values(), 1):
            assert f"Point {k} of {many}" in one.get_supxlabel().replace("\n", " ")
        assert ("the only one drawn" in drawn["tiers"].get_supxlabel()) == (many == 9)


@settings(max_examples=3, deadline=None)
@given(NAMES)
def test_labels_stay_text(names: list[str]) -> None:
    look, tables = Look(), made_up(3, 3, weeks=10)
    factors = {
        "rate": Factor(names[0], names[1], {"0.1": names[2], "0.05": names[1]}).apart(),
        "size": Factor(names[1]).apart(),
    }
    tables = tables.renamed({arm: arm for arm in tables.arms}, look, factors=factors).called(names[0], tuple(names[:3]))
    with warnings.catch_warnings(), styled(look):
        warnings.simplefilter("ignore")
        for name in ("forest", "response", "factors", "interactions"):
            for _, drawn in figures()[name](tables, look):
                assert not any(text.get_parse_math() or text.get_usetex() for text in texts_of(drawn))


def test_files_with_hard_titles_are_written(tmp_path: Path) -> None:
    for k, title in enumerate(HARD[::7]):
        assert len(draw_all(replace(made_up(), title=title), tmp_path / str(k), Look(), ("svg",), ("plane",))) == 1


@pytest.mark.parametrize("width", [89.0, 183.0])
def test_lines_are_named_at_their_ends(width: float) -> None:
    """Every arm beside the end of its line, in the order of the ends, apart from the others, and no legend."""
    look, names = Look(width), ["As it is", "A vanguard", "Training of all volunteers", "Both"]
    with styled(look):
        drawn, (panel,) = figure(look, 60)
        ends = [1.0, 1.001, 1.002, 9.0]
        for name, end in zip(names, ends, strict=True):
            panel.plot([0, 10], [0, end], label=name)
        assert at_ends(panel, 40)
        assert not texts_upon_texts(drawn)
        shown = [text for text in panel.texts if text.get_text()]
        places = [Text.get_window_extent(text).y0 for text in sorted(shown, key=lambda one: one.xy[1])]
        assert [" ".join(text.get_text().split()) for text in shown] == names
        assert places == sorted(places)
        assert all(Text.get_window_extent(text).x0 >= panel.bbox.x1 for text in shown)
        assert not drawn.legends
        assert not at_ends(panel, 40, most=3)


def test_a_text_is_as_long_as_it_is_drawn() -> None:
    """Within 3 % in the font that is there: else captions are cut at the right, or broken too early."""
    for said in ("Paired differences, 8 pairs; mean of the last 104 weeks", "illicit lily", "WWW MMM", "100 %"):
        with styled(Look(89)):
            drawn, _ = figure(Look(89), 40)
            text = drawn.text(0, 0, said, fontsize=6)
            drawn.set_dpi(600)
            texts_of(drawn)
            assert length(said, 6) == pytest.approx(text.get_window_extent().width / 600 * 25.4, rel=0.03)
