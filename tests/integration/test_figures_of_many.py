"""Figures of many arms, wide intervals and one panel: what is left out is said, and nothing stands outside."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from experiments.reporting.figures import draw_all, figures
from experiments.reporting.figures.lettering import evenly, length, points, wrapped
from experiments.reporting.figures.style import WIDTHS, Look, minus, styled
from tests.integration.test_figures import made_up
from tests.support.figure_kit import texts_of


@pytest.mark.parametrize("name", ["funnel", "tiers", "network", "bank"])
def test_a_figure_says_which_arms_it_leaves_out(name: str) -> None:
    """Panels are drawn of eight arms at most; a reader of ten is told so, and one of three is not."""
    for arms, told in ((10, "The first 8 of 10 arms."), (3, "")):
        with styled(Look(WIDTHS["double"], "en")):
            ((_, drawn),) = figures()[name](made_up(arms=arms), Look(WIDTHS["double"], "en"))
            said = " ".join(" ".join(text.get_text() for text in texts_of(drawn)).split())
        assert ("The first" in said) == bool(told)
        assert told in said


def test_numbers_of_a_funnel_stand_within_its_panels_however_wide_the_intervals_are() -> None:
    tables, look = made_up(arms=4), Look(WIDTHS["double"], "en")
    runs = tables.runs.copy()
    runs.loc[(runs["arm"] == "vanguard") & (runs["replicate"] == 0), "orders_known"] = 6.0
    with styled(look):
        ((_, drawn),) = figures()["funnel"](replace(tables, runs=runs), look)
        texts = texts_of(drawn)
    for panel in drawn.axes:
        furthest = max((float(max(line.get_xdata())) for line in panel.get_lines()), default=0.0)
        assert furthest <= panel.get_xlim()[1]
        ends = [t.get_window_extent().x1 for t in panel.texts if t in texts and "[" in t.get_text()]
        assert all(end < panel.get_window_extent().x1 + 8 for end in ends)


def test_a_figure_of_one_panel_has_no_letter_and_one_of_several_has_them() -> None:
    look = Look(WIDTHS["single"], "en")
    tables = made_up(points=2)
    for name in ("crosstab", "factors", "groups", "interactions", "plane"):
        with styled(look):
            for _, drawn in figures()[name](tables, look):
                panels = sum(panel.get_visible() for panel in drawn.axes)
                letters = [t for t in texts_of(drawn) if t.get_text() == "a" and t.get_fontweight() == "bold"]
                assert len(letters) == (panels > 1), name


@pytest.mark.parametrize(
    ("said", "read"),
    [("-0", "0"), ("-0.00 [-0.1, 0.0]", "0.00 [−0.1, 0.0]"), ("-0.5%", "−0.5%"), ("-10", "−10"), ("-0.05", "−0.05")],
)
def test_nothing_has_no_minus_sign(said: str, read: str) -> None:
    assert minus(said) == read


@pytest.mark.parametrize(
    "said", ["外来居民未满足需求（加权）", "凝聚力（指数，0-1）", "参与率（占12岁及以上居民比例）"]
)
def test_no_line_ends_with_an_opening_bracket_or_begins_with_a_closing_one(said: str) -> None:
    for width in range(8, 40):
        lines = wrapped(said, width, 7).splitlines()
        assert not [line for line in lines if line.endswith("（") or line.startswith("）")]
        assert "".join(lines) == said


def test_no_interval_of_a_rate_goes_below_nothing_nor_a_change_below_all_of_it() -> None:
    """One run of six has nearly everything unmet, so that plain intervals would go on below; a caption says so only where one would."""
    look = Look()
    for wild in (True, False):
        tables = made_up()
        runs = tables.runs.copy()
        runs["unmet_children"] = 50.0 + runs["replicate"]
        if wild:
            hit = runs["replicate"] == 0
            runs.loc[hit & (runs["arm"] == tables.arms[0]), "unmet_children"] = 400.0
            runs.loc[(runs["arm"] == tables.arms[1]), "unmet_children"] = 20.0
        with styled(look):
            ((_, drawn),) = figures()["groups"](replace(tables, runs=runs), look)
        for panel, least in zip(drawn.axes, (0.0, -100.0), strict=True):
            assert all(min(line.get_xdata()) >= least for line in panel.get_lines())
        assert ("ends there, at an arrow" in " ".join(drawn.get_supxlabel().split())) == wild


@example("a字字字 ）", 8.0)
@given(st.text("ab （），字\n", min_size=1, max_size=60), st.floats(8, 60))
def test_lines_of_even_length_are_no_more_and_no_longer(said: str, width: float) -> None:
    with styled(Look()):
        plain, even = wrapped(said, width, points()), evenly(said, width, points())
        assert even.count("\n") <= plain.count("\n")
        longest = [max(length(line, points()) for line in one.split("\n")) for one in (plain, even)]
        assert longest[1] <= max(longest[0], width)


def test_a_label_leaves_no_word_alone_in_its_last_line() -> None:
    with styled(Look()):
        assert evenly("(yuan per 100 residents a year)", 36, points()).split("\n")[-1] != "year)"


def test_a_figure_is_the_same_bytes_in_whatever_order_its_formats_are_asked_for(tmp_path: Path) -> None:
    tables, only = made_up(), ("plane",)
    for at, formats in enumerate((("pdf", "png"), ("svg", "pdf", "png"), ("png",))):
        draw_all(tables, tmp_path / str(at), Look(), formats, only)
    for path in (tmp_path / "0").iterdir():
        there = [one for at in "012" if (one := tmp_path / at / path.name).is_file()]
        assert len({one.read_bytes() for one in there}) == 1, path.name
        assert len(there) == (3 if path.suffix == ".png" else 2)
