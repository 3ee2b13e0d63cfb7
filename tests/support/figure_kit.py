"""What a reader sees of a figure: its texts where they stand, its points, and what lies upon what."""

from functools import partial
from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox


def few_figures(patch: pytest.MonkeyPatch, *only: str) -> None:
    """Reports draw these figures alone, the forest at least: for tests that look at their words; drawing takes most of their time."""
    from experiments.reporting.figures import draw_all

    patch.setattr("experiments.reporting.report.draw_all", partial(draw_all, only=("forest", *only)))


def texts_of(drawn: Figure) -> list[Text]:
    """Every text that is shown; of ticks those within the limits of their axis."""
    FigureCanvasAgg(drawn).draw()
    panels = [panel for panel in drawn.axes if panel.get_visible()]
    axes = [axis for panel in panels if panel.axison for axis in (panel.xaxis, panel.yaxis)]
    kept = {one for axis in axes for tick in (*axis.majorTicks, *axis.minorTicks) for one in (tick.label1, tick.label2)}
    ticks = [tick.label1 for axis in axes for tick in axis._update_ticks()]
    found = [text for panel in panels for text in panel.findobj(match=Text) if text not in kept]
    found += [text for part in (*drawn.legends, *drawn.texts) for text in part.findobj(match=Text)]
    return [text for text in dict.fromkeys([*ticks, *found]) if text.get_visible() and text.get_text().strip()]


def _box(text: Text) -> Bbox:
    box, said = Text.get_window_extent(text), text.get_text()  # without the line that leads to it
    indent = (len(said) - len(said.lstrip(" "))) * 0.25 * text.get_fontsize() * text.get_figure().dpi / 72
    return Bbox.from_extents(box.x0 + 1 + indent, box.y0 + 1, box.x1 - 1, box.y1 - 1)


def texts_upon_texts(drawn: Figure) -> list[tuple[str, str]]:
    """Pairs of texts that cover each other."""
    boxes = [(text.get_text(), _box(text)) for text in texts_of(drawn)]
    return [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if _overlap(one, other)]


def texts_upon_points(drawn: Figure) -> list[str]:
    """Texts that stand on a point of a line or of a cloud, in their own panel or another one."""
    boxes = [(text.get_text(), _box(text)) for text in texts_of(drawn)]
    points = []
    for panel in drawn.axes:
        for line in panel.get_lines():
            if line.get_marker() not in ("None", "", None) and line.get_transform() == panel.transData:
                points += list(panel.transData.transform(line.get_xydata()))
        for cloud in panel.collections:
            if len(cloud.get_offsets()) and cloud.get_offset_transform() == panel.transData:
                points += list(panel.transData.transform(cloud.get_offsets()))
    return [said for said, box in boxes if any(box.contains(x, y) for x, y in points)]


def _overlap(one: Bbox, other: Bbox) -> bool:
    return one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1
