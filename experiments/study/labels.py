"""Labels: what a study calls its arms and its points, and that nothing is labelled that is not there."""

from collections.abc import Collection, Iterator

from experiments.study.sampling import Range, Value
from experiments.study.schema import StudyFile, Words
from sim.config.yaml import Marks, Place, Problem, dotted, nearest, parse_scalar


def label_of_level(file: StudyFile, path: str, value: Value) -> Words:
    """What the study calls a value of what varies."""
    labels = file.label.varies[path].levels if path in file.label.varies else {}
    return next((words for said, words in labels.items() if _means(said, value)), Words())


def _means(said: str, value: Value) -> bool:
    """Whether a key of a file, which is always text, stands for this value."""
    if said == str(value):
        return True
    try:
        meant = parse_scalar(said)
    except ValueError:
        return False
    return not isinstance(value, str) and type(meant) in (bool, int, float) and bool(meant == value)


def labels_of_nothing(
    file: StudyFile, arms: Collection[str], unread: Collection[str], marks: Marks
) -> Iterator[Problem]:
    """Labels of arms, of what varies and of values that the study does not have; `unread`: keys that could not be read."""

    def problem(place: Place, name: str, what: str, there: Collection[str]) -> Problem:
        near = nearest(name, there)
        known = "" if near else f"one of {', '.join(there)}" if there else "something that varies"
        return Problem(marks.key(place), dotted(place), f"{what} {name!r}", known, near)

    for name in file.label.arms if not {"arms", "parts"} & set(unread) else ():
        if name not in arms:
            yield problem(("label", "arms", name), name, "the arm", arms)
    for path, said in file.label.varies.items() if "varies" not in unread else ():
        factor = file.varies.get(path)
        if factor is None:
            yield problem(("label", "varies", path), path, "a label of", file.varies)
            continue
        for level in said.levels:
            place: Place = ("label", "varies", path, "levels", level)
            if isinstance(factor, Range):
                yield Problem(marks.key(place), dotted(place), level, "no labels of single values, for this is a range")
            elif not any(_means(level, value) for value in factor):
                yield problem(place, level, "the value", [str(value) for value in factor])
