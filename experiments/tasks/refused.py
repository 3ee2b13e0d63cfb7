"""Rules that the compiler cannot take, said so that whoever wrote them can mend them: file, line, found, nearest name."""

import linecache
import re
from collections.abc import Iterable

from sim.config.yaml import ConfigError, Problem, Spot, nearest
from sim.engine.units import Unit
from sim.policies.acts import why_not_compiled
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
    if not (name := re.match(r"Unknown attribute '(\w+)' of type View\((\w+)\)", why)):
        return Problem(
            Spot(file, line, len(text) - len(text.lstrip()) + 1, text), unit.name, why.partition(": Cannot")[0], KNOWN
        )
    found, view = f"{name[2]}.{name[1]}", name[2]
    spot = Spot(file, line, text.find(found) + 1, text)
    names = LAYOUTS[view].members if view in LAYOUTS else ()
    return Problem(spot, unit.name, found, f"a name that {view} has", nearest(name[1], names))
