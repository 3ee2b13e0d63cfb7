"""Describing: the ODD+D document of the model, made from its code and configurations.

The frame and the prose stand in `frame.md` beside this file; every `{{slot}}` in it is filled from the program, so that
what is described is what runs. An unknown slot is an error.
"""

import importlib
import inspect
import pkgutil
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import sim
import sim.rules
from experiments.odd.formulas import formula, laws_of
from experiments.odd.listings import chosen_in_full, meanings, module_in_full, phases_in_full, pushes
from experiments.odd.tables import (
    facts_table,
    kinds_table,
    levers_table,
    metrics_table,
    parameters_tables,
    patterns_table,
    table_of,
    tallies_table,
)
from experiments.reporting.escape import in_markdown
from sim import __version__
from sim.config.evidence import Source
from sim.config.load import load_sources
from sim.config.parameter import GRADES
from sim.config.schema import Config
from sim.policies import POLICIES
from sim.policies.policy import Policy
from sim.state.columns import Table
from sim.state.orders import ENCOUNTERS, LINE, ORDERS
from sim.state.places import GRIDS, HOUSEHOLDS, ISSUES, PAIRS, STATION, TEAMS
from sim.state.residents import PARTICIPANTS, RESIDENTS
from sim.state.ties import TIES
from sim.state.views import TABLES as VIEWS
from sim.week import WEEK

TABLES: dict[str, Table] = {
    "residents": RESIDENTS,
    "participants": PARTICIPANTS,
    "households": HOUSEHOLDS,
    "ties": TIES,
    "grids": GRIDS,
    "orders": ORDERS,
    "teams": TEAMS,
    "issues": ISSUES,
    "station": STATION,
    "pairs": PAIRS,
    "encounters": ENCOUNTERS,
    "line": LINE,
}
SLOT = re.compile(r"\{\{([a-z_]+)(?::([\w.:,]+))?\}\}")


def described(config: Config, community: str = "baseline") -> str:
    """The ODD+D document of a configuration as Markdown."""
    text = Path(__file__).with_name("frame.md").read_text(encoding="utf-8")
    filled = SLOT.sub(lambda slot: _filled(slot[1], slot[2] or "", config, community), text)
    return filled.replace("{contents}", _contents(filled)).rstrip() + "\n"


def _filled(name: str, of: str, config: Config, community: str) -> str:
    """What stands in a slot. Raises KeyError for a slot that nothing fills."""
    slots: dict[str, Callable[[], str]] = {
        "title": lambda: in_markdown(config.title),
        "community": lambda: community,
        "version": lambda: __version__,
        "contents": lambda: "{contents}",
        "residents": lambda: f"{config.population.residents:,}",
        "grids": lambda: str(config.population.grids),
        "value": lambda: f"{config.evidence[of].value:g}",
        "table": lambda: facts_table(TABLES[of]),
        "grades": lambda: _grades_sentence(config),
        "grade_table": lambda: _grade_table(config),
        "patterns": patterns_table,
        "kinds": lambda: kinds_table(config),
        "levers": levers_table,
        "schedule": schedule,
        "streams": lambda: ", ".join(f"`{name}`" for name in streams()),
        "initialization": initialization,
        "submodels": submodels,
        "policies": policies_list,
        "parameters": lambda: parameters_tables(config),
        "views": views_list,
        "phases": phases_in_full,
        "pushes": pushes,
        "code": lambda: module_in_full(importlib.import_module(of)),
        "functions": lambda: chosen_in_full(of),
        "tallies": tallies_table,
        "metrics": metrics_table,
        "references": references,
    }
    return slots[name]()


def schedule() -> str:
    """The week: each phase with its sentence and the file of its mechanism."""
    rows = (
        (i, f"[`{p.name}`](#{p.name})", p.sentence, p.plain.__module__.rsplit(".", 1)[-1])
        for i, p in enumerate(WEEK, 1)
    )
    return table_of(("", "phase", "what happens", "submodel"), rows)


def streams() -> list[str]:
    """The names of all streams of chance, as the sources name them."""
    here = Path(str(sim.__file__)).parent
    named = (re.findall(r"stream\(f?\"([^\"]+)\"\)", p.read_text(encoding="utf-8")) for p in sorted(here.rglob("*.py")))
    return sorted({name.replace("{self.name}", "NAME").replace("{what}", "WHAT") for found in named for name in found})


def initialization() -> str:
    """How people and ties are drawn: what the modules say of themselves."""
    modules = ("sim.state.households", "sim.founding.population", "sim.founding.networks", "sim.founding.acquaintances")
    return "\n\n".join(_prose(importlib.import_module(name)) for name in modules)


def _prose(module: ModuleType) -> str:
    """A module's docstring with its sources set apart; the first word before a colon is its subject."""
    text = inspect.cleandoc(module.__doc__ or "")
    text = re.sub(r"^Sources?: (.*)", r"*Sources: \1.*", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^([A-Z][\w ]+): (\w)", lambda m: f"**{m[1]}.** {m[2].upper()}", text, count=1)


def rule_modules() -> list[ModuleType]:
    """The submodels, in the order of their first phase in the week; those without a phase last."""
    modules = [importlib.import_module(f"sim.rules.{m.name}") for m in pkgutil.iter_modules(sim.rules.__path__)]
    order = list(dict.fromkeys(p.plain.__module__ for p in WEEK))
    return sorted(modules, key=lambda m: order.index(m.__name__) if m.__name__ in order else len(order))


def views_list() -> str:
    """What a column is called in rules: the view it is looked up in, and what its name loses there."""
    named = {view: prefix for view, (prefix, _) in VIEWS.items()}
    shortened = "; ".join(f"`{view}` is the view of columns `{prefix}...`" for view, prefix in named.items() if prefix)
    whole = "; ".join(f"`{view}` is the view of columns of that name" for view, prefix in named.items() if not prefix)
    return f"{whole}; without the beginning of their name, {shortened}."


def submodels() -> str:
    """Every mechanism: theory, sources, laws as formulas, and its phases."""
    parts = [_shared_laws()]
    for module in rule_modules():
        name = module.__name__.rsplit(".", 1)[-1]
        known = laws_of(module)
        laws = [*meanings([inspect.getsource(law) for law in known], module), *(formula(law) for law in known)]
        phases = [f"Phase [`{p.name}`](#{p.name}): {p.sentence}" for p in WEEK if p.plain.__module__ == module.__name__]
        parts.append("\n\n".join([f"#### {name.capitalize()}", _prose(module), *laws, *phases]))
    return "\n\n".join(parts)


def _shared_laws() -> str:
    import sim.mathematics.odds

    return "\n\n".join(
        [
            "#### Odds, rates and memories",
            _prose(sim.mathematics.odds),
            *(formula(law) for law in laws_of(sim.mathematics.odds)),
        ]
    )


def policies_list() -> str:
    """Every policy: sentence, what it says of itself, its doses."""
    parts = []
    for name, kind in POLICIES.items():
        policy = kind()
        module = importlib.import_module(kind.__module__)
        doses = [
            (f"`{dose}`", "" if field.default is None else field.default, _unit(field), field.description)
            for dose, field in kind.model_fields.items()
            if dose not in Policy.model_fields
        ]
        shown = [table_of(("dose", "shipped", "unit", "meaning"), doses)] if doses else []
        parts.append("\n\n".join([f"#### {kind.title} (`{name}`)", _prose(module), f"> {policy.sentence()}", *shown]))
    return "\n\n".join(parts)


def _unit(field: Any) -> str:
    extra = field.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def _counts(config: Config) -> Counter[str]:
    return Counter(e.grade for e in config.evidence.values())


def _grades_sentence(config: Config) -> str:
    found = _counts(config)
    return f"of its {sum(found.values())} values, {found['assumed']} are assumed and {found['calibrated']} calibrated."


def _grade_table(config: Config) -> str:
    found = _counts(config)
    return f"Values by grade of evidence: {', '.join(f'{grade} {found[grade]}' for grade in GRADES if found[grade])}."


def references() -> str:
    """Every source with how far it was checked."""

    def entry(key: str, source: Source) -> str:
        return f"- `{key}`: {source}." + (f" *Checked: {source.note}.*" if source.note else "")

    return "\n".join(entry(key, source) for key, source in sorted(load_sources().items()))


def _contents(text: str) -> str:
    """Links to the headings of the first two levels below the title."""
    outside_code = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    heads = re.findall(r"^(##|###) (.+)$", outside_code, flags=re.MULTILINE)
    phases = {p.name for p in WEEK}
    shown = [(level, title) for level, title in heads if title not in phases and not title.islower()]
    return "\n".join(f"{'    ' * (len(level) - 2)}- [{title}](#{anchor_of(title)})" for level, title in shown)


def anchor_of(title: str) -> str:
    """The anchor that Markdown renderers give a heading."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", title.lower()).strip())
