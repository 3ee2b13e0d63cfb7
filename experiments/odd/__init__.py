"""The ODD+D document: described in Markdown from the code, and as a page to print.

It stands here and not in `sim/`, because every change there makes another model of it: runs and compiled code are named
after the sources of `sim/`.
"""

from experiments.odd.describing import described
from experiments.odd.in_full import rules_in_full
from experiments.odd.pages import as_html
from experiments.odd.summary import summarized

__all__ = ["as_html", "described", "rules_in_full", "summarized"]
