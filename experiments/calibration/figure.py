"""Figure of a check by truths: the ranks' distribution against an even one, with the band in which chance leaves it."""

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import kstwo

from experiments.calibration.sbc import ALARM, Check
from experiments.reporting.figures.style import COLOURS, GREY, Look, figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_check(found: Check, look: Look) -> "Figure":
    """One line a parameter: share of truths whose rank lies below, less what it should be."""
    drawn, (panel,) = figure(look, 80)
    n = len(found.ranks)
    far = float(kstwo.isf(ALARM / len(found.names), n))
    panel.axhspan(-far, far, color="0.92", lw=0)
    panel.axhline(0, color=GREY, lw=0.8)
    for k, name in enumerate(found.names):
        ranks = np.concatenate([[0.0], np.sort(found.ranks[:, k]), [1.0]])
        share = np.concatenate([np.arange(n + 1) / n, [1.0]])
        style = "-" if k < len(COLOURS) else "--"
        panel.step(ranks, share - ranks, where="post", color=COLOURS[k % len(COLOURS)], ls=style, lw=1.0, label=name)
    panel.set_xlim(0, 1)
    panel.set_xlabel(look.say("Rank of the truth in its posterior", "真值在后验中的秩"))
    panel.set_ylabel(look.say("Share of truths below, less the rank", "低于该秩的真值比例减去该秩"))
    panel.legend(fontsize=6, ncol=2, loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)
    return drawn
