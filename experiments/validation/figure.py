"""Patterns: every number against its target range, on a scale on which the range is the same for all."""

from typing import TYPE_CHECKING

import numpy as np

from experiments.reporting.chinese import in_chinese
from experiments.reporting.figures.lettering import wrapped
from experiments.reporting.figures.style import GREY, Look, caption, figure, minus
from experiments.validation.examine import Finding, Part, Validation, label_of, with_ends

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

VERDICTS = {"holds": ("#009E73", "o"), "undecided": ("#E69F00", "D"), "misses": ("#D55E00", "X")}
"""Colour and marker of each verdict."""
EDGE = 1.6
"""How many half-ranges from the middle a number may lie before it is drawn at the edge."""


def draw_patterns(found: Validation, look: Look) -> "Figure":
    """One row a number: the band is its target, the marker the mean, the thin line nine in ten communities."""
    rows = [
        (f, part)
        for use in ("calibrated", "held_out")
        for f in found.findings
        if f.pattern.use == use
        for part in f.parts
    ]
    split = sum(f.pattern.use == "calibrated" for f, _ in rows)
    drawn, (panel,) = figure(look, 24 + 6.2 * len(rows))
    heights = [k + (0.9 if k >= split else 0.0) for k in range(len(rows))]
    for height, (finding, part) in zip(heights, rows, strict=True):
        _row(panel, height, part, look)
        panel.annotate(
            minus(f"{with_ends(part.mean, part.interval, '.3g')}   ({_target(part, look)})"), (1.01, height),
            xycoords=("axes fraction", "data"), va="center", fontsize=6,
        )  # fmt: skip
        panel.annotate(
            wrapped(_name(finding, part, look), 0.38 * look.width, 6.5),
            (-0.01, height),
            xycoords=("axes fraction", "data"),
            va="center",
            ha="right",
            fontsize=6.5,
        )
    fitted, held = look.say("Used to fit the model", "用于校准"), look.say("Held out", "留出检验")
    titles = ((-0.85, fitted), (split + 0.05, held))
    for at, (height, text) in enumerate(titles):
        if split and (at == 0 or split < len(rows)):
            panel.annotate(
                text,
                (-0.01, height),
                xycoords=("axes fraction", "data"),
                va="center",
                ha="right",
                fontsize=7,
                weight="bold",
            )
    panel.set_ylim(heights[-1] + 0.8, -1.4)
    panel.set_xlim(-EDGE - 0.15, EDGE + 0.15)
    panel.set_yticks([])
    panel.set_xticks([-1, 1], [look.say("lowest that fits", "下限"), look.say("highest that fits", "上限")])
    for side in ("left", "right", "top"):
        panel.spines[side].set_visible(False)
    for verdict, (colour, marker) in VERDICTS.items():
        word = look.say(verdict, {"holds": "符合", "undecided": "未定", "misses": "不符"}[verdict])
        panel.plot([], [], marker=marker, color=colour, linestyle="", label=word)
    panel.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
    first, last = found.weeks
    caption(
        drawn,
        look.say(
            f"{found.title}: weeks {first}-{last}, n = {found.replicates} communities. Marker: mean; "
            "thick: its 95 % interval; thin: nine in ten communities.\nGrey: target; open to one side where only a "
            "sign or a least is published. A number beyond the frame is drawn at its edge.",
            f"{in_chinese(found.title)}：第{first}至{last}周，n = {found.replicates}个社区。标记：均值；粗线：均值的95%区间；"
            "细线：九成社区。\n灰带：目标范围；只公布了方向或下限的，一侧不设界。超出图框的数值画在边缘。",
        ),
    )
    return drawn


def _target(part: Part, look: Look) -> str:
    low, high = part.bounds.low, part.bounds.high
    chinese = f"高于{low:g}" if high is None else f"低于{high:g}" if low is None else f"{low:g}至{high:g}"
    return look.say(str(part.bounds), chinese)


def _row(panel: "Axes", height: float, part: Part, look: Look) -> None:
    colour, marker = VERDICTS[part.verdict]
    low, high = part.bounds.low, part.bounds.high
    panel.barh(
        height,
        (EDGE if high is None else 1) - (-EDGE if low is None else -1),
        left=-EDGE if low is None else -1,
        height=0.62,
        color="0.9",
    )

    def at(value: float) -> float:
        return float(np.clip(_placed(value, part), -EDGE, EDGE))

    if not np.isfinite(part.mean):
        panel.annotate(look.say("n/a", "无"), (0, height), va="center", ha="center", color=GREY, fontsize=6)
        return
    panel.plot([at(x) for x in part.spread], [height, height], color=colour, linewidth=0.7)
    if np.isfinite(part.interval).all():
        panel.plot(
            [at(end) for end in part.interval],
            [height, height],
            color=colour,
            linewidth=2.4,
        )
    panel.plot(
        at(part.mean), height, marker=marker, color=colour, markeredgecolor="white", markeredgewidth=0.4, markersize=5
    )


def _placed(value: float, part: Part) -> float:
    """Where a value stands when the range runs from -1 to 1; with one bound, in units of the distance from it."""
    low, high = part.bounds.low, part.bounds.high
    if low is not None and high is not None:
        return 2 * (value - low) / (high - low) - 1 if high > low else float(np.sign(value - low))
    bound = low if low is not None else high
    assert bound is not None  # a range has one end at least
    scale = max(abs(bound), 2 * float(np.nanmax(np.abs(np.array(part.spread) - bound))), 1e-12) / 2
    return (-1 if low is not None else 1) + (value - bound) / scale


def _name(finding: Finding, part: Part, look: Look) -> str:
    title = look.say(finding.pattern.title, finding.pattern.title_zh)
    if len(finding.parts) == 1:
        return title
    return label_of(part.name, look.language)
