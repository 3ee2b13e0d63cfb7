"""Rules and policies that the compiler cannot take, said so that whoever wrote them can mend them: file, line, found, nearest name."""

import linecache
import re
from collections.abc import Iterable

from sim import POLICIES
from sim.config.yaml import ConfigError, Problem, Spot, nearest
from sim.engine.units import Unit
from sim.policies.acts import layout_of, why_not_compiled
from sim.state.views import LAYOUTS

KNOWN = "what compiled code knows: numbers, columns, constants, and functions marked @law or @compiled"


def refuse_what_does_not_compile(units: Iterable[Unit]) -> None:
    """Compile what is not yet. Errors: ConfigError, with one problem for each function that cannot be."""
    problems = []
    for unit in units:
        if not unit.ready:
            try:
                unit.build()
            except Exception as error:
                problems.append(_problem(unit, str(error)))
    if problems:
        raise ConfigError(problems)


def _problem(unit: Unit, said: str) -> Problem:
    why = why_not_compiled(said)
    place = re.search(r'File "([^"]+)", line (\d+)', said[said.rfind(why) :])
    code = unit.plain.__code__
    file, line = (place[1], int(place[2])) if place else (code.co_filename, code.co_firstlineno)
    text = linecache.getline(file, line).rstrip()
    if not (name := re.match(r"Unknown attribute '(\w+)' of type View\((\w+)", why)):
        return Problem(
            Spot(file, line, len(text) - len(text.lstrip()) + 1, text), unit.name, why.partition(": Cannot")[0], KNOWN
        )
    found, view = f"{name[2]}.{name[1]}", name[2]
    spot = Spot(file, line, text.find(found) + 1, text)
    return Problem(spot, unit.name, found, f"a name that {view} has", nearest(name[1], _members(view, unit)))


def _members(view: str, unit: Unit) -> Iterable[str]:
    """Names that a view has; those of `my` are the doses of the policy in which a push stands."""
    if view in LAYOUTS:
        return LAYOUTS[view].members
    policy, where = unit.plain.__qualname__.rpartition(".")[0], unit.plain.__module__
    kinds = (kind for kind in POLICIES.values() if (kind.__qualname__, kind.__module__) == (policy, where))
    return layout_of(kind).members if (kind := next(kinds, None)) else ()
