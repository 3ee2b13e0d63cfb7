"""The rules as the program says them: laws as formulas, phases, policies, founders, chance and metrics, for reference.

The frame stands in `in_full.md` beside this file; what the rules mean is told in the ODD document.
"""

import importlib
import inspect
from pathlib import Path

import sim.mathematics.odds
from experiments.odd.describing import docstring_of, filled, rule_modules
from experiments.odd.formulas import formula, laws_of
from experiments.odd.listings import chosen_in_full, meanings, module_in_full, phases_in_full, pushes
from experiments.odd.tables import tallies_table
from sim.state.views import TABLES as VIEWS
from sim.week import WEEK


def rules_in_full() -> str:
    """The reference page of the rules, as Markdown without its title. Raises KeyError for an unknown slot."""
    return filled(
        Path(__file__).with_name("in_full.md").read_text(encoding="utf-8"),
        {
            "laws": lambda _: laws(),
            "views": lambda _: views_list(),
            "phases": lambda _: phases_in_full(),
            "pushes": lambda _: pushes(),
            "code": lambda of: module_in_full(importlib.import_module(of)),
            "functions": chosen_in_full,
            "tallies": lambda _: tallies_table(),
        },
    )


def laws() -> str:
    """Every mechanism: its laws as formulas, and its phases."""
    shared = [docstring_of(sim.mathematics.odds), *(formula(law) for law in laws_of(sim.mathematics.odds))]
    parts = ["\n\n".join(["### Odds, rates and memories", *shared])]
    for module in rule_modules():
        name = module.__name__.rsplit(".", 1)[-1]
        known = laws_of(module)
        said = [*meanings([inspect.getsource(law) for law in known], module), *(formula(law) for law in known)]
        phases = [f"Phase [`{p.name}`](#{p.name}): {p.sentence}" for p in WEEK if p.plain.__module__ == module.__name__]
        parts.append("\n\n".join([f"### {name.capitalize()}", *said, *phases]))
    return "\n\n".join(parts)


def views_list() -> str:
    """What a column is called in rules: the view it is looked up in, and what its name loses there."""
    named = {view: prefix for view, (prefix, _) in VIEWS.items()}
    shortened = "; ".join(f"`{view}` is the view of columns `{prefix}...`" for view, prefix in named.items() if prefix)
    whole = "; ".join(f"`{view}` is the view of columns of that name" for view, prefix in named.items() if not prefix)
    return f"{whole}; without the beginning of their name, {shortened}."
