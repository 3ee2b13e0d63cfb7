"""Problems of a user's files as the terminal tells them: place, what was found, what was expected, the nearest valid name."""

from typing import TYPE_CHECKING

from experiments.spoken import language, spoken

if TYPE_CHECKING:
    from sim.config.yaml import Problem


def refused(error: Exception) -> str:
    """Why the classroom refuses something, in the language of the terminal."""
    from classroom.refusals import in_chinese

    return in_chinese(error) if language() == "zh" else str(error)


def framed(problem: "Problem") -> str:
    """A problem in the language of the terminal: the frame, for what stands in it is the program's own words and the user's."""
    from sim.config.yaml import visible

    first, *shown = str(problem).split("\n")
    if language() == "en":
        return str(problem)
    rest = first.removeprefix(f"{visible(str(problem.spot))}: ")
    path = f"{visible(problem.path)}: " if problem.path and rest.startswith(f"{visible(problem.path)}: ") else ""
    parts = [
        spoken("found {found}", found=visible(problem.found)) if problem.found else "",
        spoken("expected {expected}", expected=problem.expected) if problem.expected else "",
    ]
    meant = spoken(". Did you mean '{name}'?", name=problem.nearest) if problem.nearest else ""
    said = f"{visible(str(problem.spot))}: {path}{spoken('; ').join(filter(None, parts))}{meant}"
    return "\n".join([said, *shown])
