"""Describing: the ODD+D document of the model, made from its code, its configurations and prose kept beside them.

The frame stands in `frame.md` beside this file; every `{{slot}}` in it is filled from the program or from `submodels/`,
which tells each rule in words. Tests say where a rule has no words, and where words name what is not there. Beside each
of these texts stands its Chinese (`frame.zh.md`); what the program says in English is looked up in `words.zh.yaml`.
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
from experiments.odd.tables import facts_table, heads, kinds_table, levers_by_span, patterns_table, table_of, values_of
from experiments.odd.words import file_in, told
from experiments.reporting.chinese import in_chinese, told_in_chinese
from experiments.reporting.escape import in_markdown
from experiments.spoken import Language
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
SOURCES = "*Sources: {sources}.*"
WIDTH = 118
"""Characters in a line of prose."""
PARAMETERS = {"living": "life"}
"""The section of parameters of a submodel, where it is not called as the submodel is."""


def described(config: Config, community: str = "baseline", language: Language = "en") -> str:
    """The ODD+D document of a configuration as Markdown. Raises KeyError for a slot that nothing fills."""
    slots: dict[str, Callable[[str], str]] = {
        "title": lambda _: in_markdown(in_chinese(config.title) if language == "zh" else config.title),
        "community": lambda _: community,
        "version": lambda _: __version__,
        "contents": lambda _: "{contents}",
        "residents": lambda _: f"{config.population.residents:,}",
        "grids": lambda _: str(config.population.grids),
        "value": lambda path: f"{config.evidence[path].value:g}",
        "table": lambda name: facts_table(TABLES[name], language),
        "grades": lambda _: _grades_sentence(config, language),
        "grade_table": lambda _: _grade_table(config, language),
        "patterns": lambda _: patterns_table(language),
        "kinds": lambda _: kinds_table(config, language),
        "levers": lambda _: levers_list(language),
        "schedule": lambda _: schedule(language),
        "prose": lambda name: prose_of(name, language),
        "values": lambda section: values(config, section, language),
        "submodels": lambda _: submodels(config, language),
        "policies": lambda _: policies_list(language),
    }
    text = filled(file_in(HERE, "frame", language), slots)
    return text.replace("{contents}", _contents(text, language)) + "\n"


def filled(text: str, slots: dict[str, Callable[[str], str]]) -> str:
    """A text with what stands in its slots."""
    return SLOT.sub(lambda slot: slots[slot[1]](slot[2] or ""), text)


def prose_of(submodel: str, language: Language = "en") -> str:
    """What is told of a submodel, as it stands in its file beside this one."""
    return file_in(HERE / "submodels", submodel, language)


def values(config: Config, section: str, language: Language = "en") -> str:
    """The parameters of a section with their values and grades, in lines of prose; nothing where there are none."""
    if not (said := values_of(config, section, language)):
        return ""
    return in_lines(told("*Values* of `{section}`: {said}.", language).format(section=section, said=said), language)


def in_item(text: str, language: Language = "en") -> str:
    """The same as an item of a list."""
    return "- " + in_lines(text, language).replace("\n", "\n  ")


def in_lines(text: str, language: Language = "en") -> str:
    """Prose in lines, none of which begins with what Markdown takes for a list; one line in Chinese, which has no spaces."""
    if language == "zh":
        return " ".join(text.split())
    held = re.sub(r" ([-+*]|\d+\.) ", "\0\\1 ", " ".join(text.split()))
    return "\n".join(wrap(held, WIDTH, break_long_words=False, break_on_hyphens=False)).replace("\0", " ")


def schedule(language: Language = "en") -> str:
    """The week: each phase with its sentence and the file of its mechanism."""

    def home(phase: Phase) -> str:
        heading = heading_of(_home(phase), language)
        return f"[{heading.lower()}](#{anchor_of(heading)})"

    rows = ((i, f"`{p.name}`", told(p.sentence, language), home(p)) for i, p in enumerate(WEEK, 1))
    return table_of(heads(language, "", "phase", "what happens", "submodel"), rows)


def _home(phase: Phase) -> str:
    """The submodel of a phase."""
    return phase.plain.__module__.rsplit(".", 1)[-1]


def heading_of(submodel: str, language: Language = "en") -> str:
    """What a submodel is called: as its file is, in Chinese with its meaning before it."""
    return told(submodel.capitalize(), language)


def docstring_of(module: ModuleType, language: Language = "en") -> str:
    """A module's docstring with its sources set apart; the first word before a colon is its subject."""
    theory, *sources = re.split(r"^Sources?: ", inspect.cleandoc(module.__doc__ or ""), flags=re.MULTILINE)
    if language == "zh":  # a paragraph at a time
        text = "".join(told(" ".join(part.split()), language) for part in theory.split("\n\n"))
    else:
        text = re.sub(r"^([A-Z][\w ]+): (\w)", lambda m: f"**{m[1]}.** {m[2].upper()}", theory, count=1)
    return text + "".join(told(SOURCES, language).format(sources=each) for each in sources)


def rule_modules() -> list[ModuleType]:
    """The submodels, in the order of their first phase in the week; those without a phase last."""
    modules = [importlib.import_module(f"sim.rules.{m.name}") for m in pkgutil.iter_modules(sim.rules.__path__)]
    order = list(dict.fromkeys(p.plain.__module__ for p in WEEK))
    return sorted(modules, key=lambda m: order.index(m.__name__) if m.__name__ in order else len(order))


def submodels(config: Config, language: Language = "en") -> str:
    """Every mechanism: theory and sources in its own words, the rules in prose, and its values."""
    parts = []
    for module in rule_modules():
        name = module.__name__.rsplit(".", 1)[-1]
        theory = in_lines(docstring_of(module, language), language)
        ends = [said] if (said := values(config, PARAMETERS.get(name, name), language)) else []
        parts.append("\n\n".join([f"#### {heading_of(name, language)}", theory, prose_of(name, language), *ends]))
    return "\n\n".join(parts)


def levers_list(language: Language = "en") -> str:
    """Every lever, in one item for each whom it may belong to."""
    one = told("*One a {span}*: {said}.", language)
    spans = levers_by_span(language).items()
    return "\n".join(in_item(one.format(span=told(span, language), said=said), language) for span, said in spans)


def policies_list(language: Language = "en") -> str:
    """Every policy: what it is, what it does with its shipped doses, and which levers it pushes."""
    return "\n".join(in_item(_policy(name, kind, language), language) for name, kind in POLICIES.items())


def _policy(name: str, kind: type[Policy], language: Language) -> str:
    said = docstring_of(importlib.import_module(kind.__module__), language)
    said = said.partition(told(SOURCES, language).partition("{")[0])[0]
    said = " ".join((said.strip() or kind.__doc__ or kind.title).split())
    said = re.sub(rf"^{kind.title}[.:] ", "", said.replace("**", ""))
    said = re.sub(r"sim/rules/(\w+)\.py", r"submodel \1", said[0].upper() + said[1:])
    title = kind.title_zh if language == "zh" else kind.title
    text = told("**{title}** (`{name}`). {said}", language).format(title=title, name=name, said=said)
    if not (pushed := levers_pushed(kind)):
        return text  # what is shipped of a bundle stands with its parts
    levers = told(", ", language).join(f"`{lever}`" for lever in pushed)
    shipped = told_in_chinese(kind()) if language == "zh" else kind().sentence().replace(", from week 0 to the end", "")
    return text + told(" Pushes {levers}. *Shipped:* {shipped}", language).format(levers=levers, shipped=shipped)


def levers_pushed(kind: type[Policy]) -> list[str]:
    """The levers that a policy pushes, as its code says; a bundle pushes those of its parts."""
    act = act_of(kind, "pushes")
    return sorted(name for view, name in effects_of(act.function).writes if view == "levers") if act else []


def _counts(config: Config) -> Counter[str]:
    return Counter(e.grade for e in config.evidence.values())


def _grades_sentence(config: Config, language: Language) -> str:
    said = "of its {every} values, {assumed} are assumed and {calibrated} calibrated."
    return told(said, language).format(every=len(config.evidence), **_counts(config))


def _grade_table(config: Config, language: Language) -> str:
    found = _counts(config)
    grades = told(", ", language).join(f"{told(grade, language)} {found[grade]}" for grade in GRADES if found[grade])
    return told("Values by grade of evidence: {grades}.", language).format(grades=grades)


def _contents(text: str, language: Language) -> str:
    """Links to the headings of the first two levels below the title."""
    shown = re.findall(r"^(##|###) (.+)$", text, flags=re.MULTILINE)
    parts: list[list[str]] = []
    for level, title in shown:
        if level == "##":
            parts.append([])
        parts[-1].append(f"[{title}](#{anchor_of(title)})")
    return "\n".join(in_item(told(", ", language).join(part), language) for part in parts)


def anchor_of(title: str) -> str:
    """The anchor that Markdown renderers give a heading."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", title.lower()).strip())
