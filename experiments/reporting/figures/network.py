"""Network: residents by tier and the ties between those who take part, everyone at the same place in every arm."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.reporting.figures.style import Look, across, caption, figure, first_of, legend, letter
from experiments.reporting.figures.tables import Snapshot, Tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TIER_COLOURS = ("#c4c4c4", "#56B4E9", "#0072B2", "#8B2500")
SIZES = (1.2, 5.0, 9.0, 16.0)
"""Least area of a resident's mark by tier (points squared), so that tiers differ in grey as well."""
GROWS = (1.0, 1.6, 2.2, 3.0)
"""Areas by tier where there is room, beside that of a bystander."""
FILLS = 0.6
"""Share of the way to a resident's neighbours that a bystander's mark takes, where there is room."""
LARGEST = 100.0
"""Area beyond which a bystander's mark does not grow."""
MOST_ARMS = 8
GOLDEN = np.pi * (3 - np.sqrt(5))
"""The angle between neighbours on a sunflower: it fills a disc evenly."""
TITLE = ("Residents by tier and the ties between participants", "居民的参与层级与参与者之间的联系")
DATA = ("figure_residents", "figure_ties")
NEEDS = "a community of no more than 4,000 residents"


def draw(tables: Tables, look: Look) -> "Iterator[tuple[str, Figure]]":
    """One figure: a map of each arm; residents keep their dwelling's place, grids are discs."""
    there = [(arm, tables.snapshots[arm]) for arm in tables.arms if arm in tables.snapshots]
    shown = there[:MOST_ARMS]
    if not shown:
        return
    columns, rows = across(look, len(shown), 44, most=3)
    drawn, panels = figure(look, 18 + rows * (look.width / columns + 3), columns, rows, len(shown))
    sizes = _sizes([snapshot.grid for _, snapshot in shown], look.width / columns)
    for i, (panel, (arm, snapshot)) in enumerate(zip(panels, shown, strict=False)):
        _map(panel, snapshot, sizes)
        letter(panel, i, arm)
    names = [
        look.say("bystander or child", "未参与者或儿童"),
        look.say("task-only", "任务型"),
        look.say("interest-based", "兴趣型"),
        look.say("substantive", "实质性"),
    ]
    for tier, name in enumerate(names):
        size = 1.3 * min(sizes[tier], 2 * SIZES[tier]) ** 0.5 + 1
        panels[0].plot([], [], "o", color=TIER_COLOURS[tier], markersize=size, linestyle="none", label=name)
    legend(drawn, 4)
    few = first_of(len(shown), len(there), look)
    caption(
        drawn,
        look.say(
            f"{few}One run (common random numbers) in week {tables.weeks}. Each disc is a grid, each dot a resident at a fixed "
            "place; lines: ties of strength 0.15 or more between participants of different households.",
            f"{few}同一随机序列的一次运行，第{tables.weeks}周。圆盘为网格，点为居民（位置固定）；"
            "线：不同家庭参与者之间强度不低于0.15的联系。",
        ),
    )
    yield "network", drawn


def places(grid: NDArray[np.int64]) -> NDArray[np.float64]:
    """A place for each resident: grids are discs on a ring, residents lie on a sunflower in their disc.

    The place follows from the dwelling alone, so a map never moves from arm to arm or from week to week.
    """
    kinds = np.unique(grid)
    ring = 2 * np.pi * np.arange(kinds.size) / kinds.size
    centre = np.column_stack([np.cos(ring), np.sin(ring)]) if kinds.size > 1 else np.zeros((1, 2))
    reach = _reach(kinds.size)
    found = np.empty((grid.size, 2))
    for k, kind in enumerate(kinds):
        rows = np.flatnonzero(grid == kind)
        radius = reach * np.sqrt((np.arange(rows.size) + 0.5) / rows.size)
        angle = GOLDEN * np.arange(rows.size)
        found[rows] = centre[k] + radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return found


def _reach(grids: int) -> float:
    """How far a grid's disc reaches, beside the ring of all grids, whose radius is 1."""
    return 0.85 * float(np.sin(np.pi / grids)) if grids > 2 else 0.45 if grids == 2 else 1.0


def _sizes(grids: list[NDArray[np.int64]], wide: float) -> tuple[float, ...]:
    """Areas of marks by tier in panels of this width (mm): the fewer residents, the larger, so that few people are no white page."""
    kinds = max(np.unique(grid).size for grid in grids)
    most = max(int(np.unique(grid, return_counts=True)[1].max()) for grid in grids)
    reach = _reach(kinds)
    across_all = 2 * reach + (2 if kinds > 1 else 0)
    apart = 0.85 * wide / 25.4 * 72 * reach * np.sqrt(np.pi / most) / across_all
    own = min(float(FILLS * apart) ** 2, LARGEST)
    return tuple(max(least, own * grows) for least, grows in zip(SIZES, GROWS, strict=True))


def _map(panel: "Axes", snapshot: Snapshot, sizes: tuple[float, ...]) -> None:
    from matplotlib.collections import LineCollection

    where, tier = places(snapshot.grid), np.maximum(snapshot.tier, 0)
    both = (tier[snapshot.ties] > 0).all(axis=1) if len(snapshot.ties) else np.zeros(0, bool)
    lines = where[snapshot.ties[both]]
    panel.add_collection(
        LineCollection(list(lines), colors="0.35", linewidths=0.18 * sizes[1] ** 0.5, alpha=0.6, zorder=1)
    )
    for kind in range(4):
        here = tier == kind
        panel.scatter(
            where[here, 0], where[here, 1], s=sizes[kind], color=TIER_COLOURS[kind], linewidths=0, zorder=2 + kind
        )
    for grid, name in enumerate(snapshot.grid_names):
        rows = snapshot.grid == grid
        if rows.any():
            x, top = where[rows, 0].mean(), where[rows, 1].max()
            panel.annotate(
                name[:20], (x, top), (0, 3), textcoords="offset points", ha="center", fontsize="small", color="0.3"
            )
    panel.set_aspect("equal")
    panel.autoscale_view()
    panel.set_axis_off()
