"""Describing: the ODD+D document of the model, made from its code, its configurations and prose kept beside them.

The frame stands in `frame.md` beside this file; every `{{slot}}` in it is filled from the program or from `submodels/`,
which tells each rule in words. Tests say where a rule has no words, and where words name what is not there.
"""

import importlib
import inspect
import pkgutil
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from textwrap import wrap
from types import ModuleType

import sim.rules
from experiments.odd.tables import facts_table, kinds_table, levers_by_span, patterns_table, table_of, values_of
from experiments.reporting.escape import in_markdown
from sim import __version__
from sim.config.parameter import GRADES
from sim.config.schema import Config
from sim.engine.effects import effects_of
from sim.policies import POLICIES
from sim.policies.acts import act_of
from sim.policies.policy import Policy
from sim.state.columns import Table
from sim.state.orders import ENCOUNTERS, LINE, ORDERS
from sim.state.phase import Phase
from sim.state.places import GRIDS, HOUSEHOLDS, ISSUES, PAIRS, STATION, TEAMS
from sim.state.residents import PARTICIPANTS, RESIDENTS
from sim.state.ties import TIES
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
HERE = Path(__file__).parent
SLOT = re.compile(r"\{\{([a-z_]+)(?::([\w.:,]+))?\}\}")
WIDTH = 118
"""Characters in a line of prose."""
PARAMETERS = {"living": "life"}
"""The section of parameters of a submodel, where it is not called as the submodel is."""


def described(config: Config, community: str = "baseline") -> str:
    """The ODD+D document of a configuration as Markdown. Raises KeyError for a slot that nothing fills."""
    slots: dict[str, Callable[[str], str]] = {
        "title": lambda _: in_markdown(config.title),
        "community": lambda _: community,
        "version": lambda _: __version__,
        "contents": lambda _: "{contents}",
        "residents": lambda _: f"{config.population.residents:,}",
        "grids": lambda _: str(config.population.grids),
        "value": lambda path: f"{config.evidence[path].value:g}",
        "table": lambda name: facts_table(TABLES[name]),
        "grades": lambda _: _grades_sentence(config),
        "grade_table": lambda _: _grade_table(config),
        "patterns": lambda _: patterns_table(),
        "kinds": lambda _: kinds_table(config),
        "levers": lambda _: levers_list(),
        "schedule": lambda _: schedule(),
        "prose": prose_of,
        "values": lambda section: values(config, section),
        "submodels": lambda _: submodels(config),
        "policies": lambda _: policies_list(),
    }
    text = filled((HERE / "frame.md").read_text(encoding="utf-8"), slots)
    return text.replace("{contents}", _contents(text)).rstrip() + "\n"


def filled(text: str, slots: dict[str, Callable[[str], str]]) -> str:
    """A text with what stands in its slots."""
    return SLOT.sub(lambda slot: slots[slot[1]](slot[2] or ""), text)


def prose_of(submodel: str) -> str:
    """What is told of a submodel, as it stands in its file beside this one."""
    return (HERE / "submodels" / f"{submodel}.md").read_text(encoding="utf-8").strip()


def values(config: Config, section: str) -> str:
    """The parameters of a section with their values and grades, in lines of prose; nothing where there are none."""
    said = values_of(config, section)
    return in_lines(f"*Values* of `{section}`: {said}.") if said else ""


def in_item(text: str) -> str:
    """The same as an item of a list."""
    return "- " + in_lines(text).replace("\n", "\n  ")


def in_lines(text: str) -> str:
    """Prose in lines, none of which begins with what Markdown takes for a list."""
    held = re.sub(r" ([-+*]|\d+\.) ", "\0\\1 ", " ".join(text.split()))
    return "\n".join(wrap(held, WIDTH, break_long_words=False, break_on_hyphens=False)).replace("\0", " ")


def schedule() -> str:
    """The week: each phase with its sentence and the file of its mechanism."""
    rows = ((i, f"`{p.name}`", p.sentence, f"[{_home(p)}](#{_home(p)})") for i, p in enumerate(WEEK, 1))
    return table_of(("", "phase", "what happens", "submodel"), rows)


def _home(phase: Phase) -> str:
    """The submodel of a phase."""
    return phase.plain.__module__.rsplit(".", 1)[-1]


def docstring_of(module: ModuleType) -> str:
    """A module's docstring with its sources set apart; the first word before a colon is its subject."""
    text = inspect.cleandoc(module.__doc__ or "")
    text = re.sub(r"^Sources?: (.*)", r"*Sources: \1.*", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^([A-Z][\w ]+): (\w)", lambda m: f"**{m[1]}.** {m[2].upper()}", text, count=1)


def rule_modules() -> list[ModuleType]:
    """The submodels, in the order of their first phase in the week; those without a phase last."""
    modules = [importlib.import_module(f"sim.rules.{m.name}") for m in pkgutil.iter_modules(sim.rules.__path__)]
    order = list(dict.fromkeys(p.plain.__module__ for p in WEEK))
    return sorted(modules, key=lambda m: order.index(m.__name__) if m.__name__ in order else len(order))


def submodels(config: Config) -> str:
    """Every mechanism: theory and sources in its own words, the rules in prose, and its values."""
    parts = []
    for module in rule_modules():
        name = module.__name__.rsplit(".", 1)[-1]
        theory = in_lines(docstring_of(module))
        ends = [said] if (said := values(config, PARAMETERS.get(name, name))) else []
        parts.append("\n\n".join([f"#### {name.capitalize()}", theory, prose_of(name), *ends]))
    return "\n\n".join(parts)


def levers_list() -> str:
    """Every lever, in one item for each whom it may belong to."""
    return "\n".join(in_item(f"*One a {span}*: {said}.") for span, said in levers_by_span().items())


def policies_list() -> str:
    """Every policy: what it is, what it does with its shipped doses, and which levers it pushes."""
    parts = []
    for name, kind in POLICIES.items():
        said = docstring_of(importlib.import_module(kind.__module__)).partition("*Sources: ")[0]
        said = " ".join((said.strip() or kind.__doc__ or kind.title).split())
        said = re.sub(rf"^{kind.title}[.:] ", "", said.replace("**", ""))
        said = re.sub(r"sim/rules/(\w+)\.py", r"submodel \1", said[0].upper() + said[1:])
        pushed = ", ".join(f"`{lever}`" for lever in levers_pushed(kind))
        pushes = f" Pushes {pushed}." if pushed else ""
        shipped = (
            f" *Shipped:* {kind().sentence().replace(', from week 0 to the end', '')}" if pushed else ""
        )  # a bundle's stands with its parts
        parts.append(in_item(f"**{kind.title}** (`{name}`). {said}{pushes}{shipped}"))
    return "\n".join(parts)


def levers_pushed(kind: type[Policy]) -> list[str]:
    """The levers that a policy pushes, as its code says; a bundle pushes those of its parts."""
    act = act_of(kind, "pushes")
    return sorted(name for view, name in effects_of(act.function).writes if view == "levers") if act else []


def _counts(config: Config) -> Counter[str]:
    return Counter(e.grade for e in config.evidence.values())


def _grades_sentence(config: Config) -> str:
    found = _counts(config)
    return f"of its {sum(found.values())} values, {found['assumed']} are assumed and {found['calibrated']} calibrated."


def _grade_table(config: Config) -> str:
    found = _counts(config)
    return f"Values by grade of evidence: {', '.join(f'{grade} {found[grade]}' for grade in GRADES if found[grade])}."


def _contents(text: str) -> str:
    """Links to the headings of the first two levels below the title."""
    shown = re.findall(r"^(##|###) (.+)$", text, flags=re.MULTILINE)
    parts: list[list[str]] = []
    for level, title in shown:
        if level == "##":
            parts.append([])
        parts[-1].append(f"[{title}](#{anchor_of(title)})")
    return "\n".join(in_item(", ".join(part)) for part in parts)


def anchor_of(title: str) -> str:
    """The anchor that Markdown renderers give a heading."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", title.lower()).strip())
