"""Prose and code of the rules cannot part in silence: every rule is told in words, and words name only what is there."""

import importlib
import re
from pathlib import Path

import pytest

from experiments.odd import described
from experiments.odd.describing import HERE, PARAMETERS, TABLES, prose_of, rule_modules
from experiments.odd.formulas import laws_of
from sim import METRICS, POLICIES, load_config
from sim.config.kinds import ELIGIBLE, Kind
from sim.config.load import load_sources
from sim.config.schema import Config
from sim.engine.effects import effects_of
from sim.state.levers import LEVERS
from sim.state.people import PEOPLE
from sim.state.phase import Phase
from sim.state.views import LAYOUTS, SECTIONS
from sim.week import WEEK

LINES, WORDS = 1_500, 23_500
"""The most that the full document may have: somebody has to read it."""
BESIDE = ("founding", "left_out", "shared")
"""Chapters that belong to no single rule."""
CHAPTERS = [path for path in sorted((HERE / "submodels").glob("*.md")) if not path.name.endswith(".zh.md")]
MODULES = {module.__name__.rsplit(".", 1)[-1]: module for module in rule_modules()}
HOME = Path(str(importlib.import_module("sim").__file__)).parent
STREAM = re.compile(r"stream\(\"([^\"]+)\"\)")
NOT_TOLD = {"networks.ring", "networks.random", "networks.friends", "networks.strength"}
"""Draws of other kinds of networks, of which the reference page tells."""


def named_in(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", " ".join(text.split())))


def home_of(phase: Phase) -> str:
    return phase.plain.__module__.rsplit(".", 1)[-1]


def wanted_of(phase: Phase) -> set[str]:
    """What the words of a phase must name: parameters and levers that it reads, and state that it writes."""
    touched, section = effects_of(phase.plain), PARAMETERS.get(home_of(phase), home_of(phase))
    wanted = {
        name if view == section else f"{view}.{name}"
        for view, name in touched.reads
        if view in SECTIONS and name != "p"
    }
    wanted |= {name for view, name in touched.reads if view == "levers"}
    written = {(view, name) for view, name in touched.writes if view not in ("count", "stand", "levers", "slow")}
    return wanted | {LAYOUTS[view].members[name].name for view, name in written if name in LAYOUTS[view].members}


def untold(phase: Phase, prose: str) -> set[str]:
    """What a phase does and its words do not name."""
    told, section = named_in(prose), PARAMETERS.get(home_of(phase), home_of(phase))
    return {name for name in wanted_of(phase) if name not in told and f"{section}.{name}" not in told}


def words_of(phase: Phase) -> str:
    """The words of a phase's submodel, of those to which it refers (*Moving*), and of what all share."""
    own = prose_of(home_of(phase))
    referred = [name for name in MODULES if f"*{name.capitalize()}*" in own]
    return "\n".join([own, *(prose_of(name) for name in (*referred, *BESIDE))])


def test_every_rule_has_its_words_and_no_words_are_of_a_rule_that_is_gone() -> None:
    told = {path.stem for path in CHAPTERS}
    assert told == {*MODULES, *BESIDE}
    for phase in WEEK:
        assert f"*{phase.name}.*" in prose_of(home_of(phase)), f"{phase.name} is not told in {home_of(phase)}.md"


@pytest.mark.parametrize("phase", WEEK, ids=lambda phase: phase.name)
def test_the_words_name_all_that_a_phase_reads_of_parameters_and_levers_and_all_that_it_writes(phase: Phase) -> None:
    missing = untold(phase, words_of(phase))
    assert not missing, f"experiments/odd/submodels/{home_of(phase)}.md does not name: {', '.join(sorted(missing))}"


def test_words_that_leave_something_out_are_found() -> None:
    deciding = next(phase for phase in WEEK if phase.name == "residents_decide")
    words = words_of(deciding)
    for name in ("lapse_fatigue", "persuasion", "recruited_week"):
        assert untold(deciding, words.replace(f"`{name}`", "something")) == {name}


def test_every_stream_of_chance_is_told() -> None:
    told = {name for path in CHAPTERS for name in named_in(path.read_text(encoding="utf-8"))}
    places = [HOME / room for room in ("rules", "state", "founding")]
    files = [HOME / "world.py", *(path for place in places for path in place.rglob("*.py"))]
    drawn = {n for p in files for n in STREAM.findall(p.read_text(encoding="utf-8"))}
    assert drawn - NOT_TOLD - told == set()


def known_names() -> set[str]:
    """Everything that words may name."""
    names = {name for table in TABLES.values() for name in table} | {"headcount"} | set(PEOPLE) | set(LEVERS)
    names |= {name for members in (LAYOUTS[section].members for section in SECTIONS) for name in members}
    names |= {f"{section}.{name}" for section in SECTIONS for name in LAYOUTS[section].members}
    for section in ("population", "network"):
        fields = Config.model_fields[section].annotation.model_fields  # type: ignore[union-attr]
        names |= {*fields, *(f"{section}.{name}" for name in fields)}
    names |= {law.__name__ for module in MODULES.values() for law in laws_of(module)}
    names |= set(ELIGIBLE) | {f"kind_{name}" for name in LAYOUTS["kinds"].members} | set(Kind.model_fields)
    names |= (
        {phase.name for phase in WEEK}
        | set(MODULES)
        | set(POLICIES)
        | set(METRICS)
        | set(load_sources())
        | set(SECTIONS)
    )
    return names | {n for p in HOME.rglob("*.py") for n in STREAM.findall(p.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_words_name_only_what_is_there(chapter: Path) -> None:
    strange = named_in(chapter.read_text(encoding="utf-8")) - known_names()
    assert not strange, f"{chapter.name} names what is not there: {', '.join(sorted(strange))}"


def test_the_document_is_short_enough_to_be_read() -> None:
    text = described(load_config("baseline"))
    assert len(text.splitlines()) <= LINES
    assert len(text.split()) <= WORDS
    assert "```" not in text, "program text stands in the reference"
    for chapter in CHAPTERS:
        assert all(len(line) <= 120 for line in chapter.read_text(encoding="utf-8").splitlines()), chapter.name
