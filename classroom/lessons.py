"""Lessons: a Markdown file each, its Chinese twin, and the study behind it. A teacher adds one without code.

A lesson begins with lines `title:`, `minutes:`, `study:` (a study file beside it, or the name of a shipped one) and
perhaps `arms:` (two arms with a comma), then a line `---`, then sections with `## ` headings. The section whose heading
is "Answers for the teacher" (or 教师答案) is not sent to students. What it says is held against runs (`classroom.checks`).
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from classroom.state import State, StateError
from classroom.studies import opened
from sim.config.load import config_folder
from sim.config.yaml import ConfigError, text_of

ANSWERS = ("answers for the teacher", "教师答案")


@dataclass(frozen=True)
class Lesson:
    """One lesson in one language."""

    name: str
    title: str
    minutes: str
    study: str
    arms: tuple[str, str] | None
    sections: tuple[tuple[str, str], ...]
    """Heading and Markdown text."""
    path: Path
    language: str

    def shown(self, *, teacher: bool) -> dict[str, Any]:
        """The lesson for the page; answers for the teacher only."""
        return {
            "name": self.name,
            "title": self.title,
            "minutes": self.minutes,
            "sections": [[h, text] for h, text in self.sections if teacher or h.lower() not in ANSWERS],
        }


def folder() -> Path:
    """Where the shipped lessons are."""
    return Path(str(files("classroom").joinpath("lessons")))


@cache
def lessons(where: Path | None = None) -> dict[str, dict[str, Lesson]]:
    """Every lesson by name and language (`en`, `zh`; a missing translation shows the other). Errors: StateError."""
    found: dict[str, dict[str, Lesson]] = {}
    for path in sorted((where or folder()).glob("*.md"), key=_in_order):
        name, _, language = path.stem.partition(".")
        found.setdefault(name, {})[language or "en"] = _read(path, name, language or "en")
    for translations in found.values():
        for language, other in (("en", "zh"), ("zh", "en")):
            translations.setdefault(language, translations[other]) if other in translations else None
    return found


def _in_order(path: Path) -> tuple[int, str]:
    """By the number in front of its name: lesson 10 comes after lesson 9."""
    number = path.stem.partition("_")[0]
    return int(number) if number.isdecimal() else 0, path.stem


def _read(path: Path, name: str, language: str) -> Lesson:
    try:
        text = text_of(path, "lesson", ".md")
    except ConfigError as error:
        raise StateError(str(error)) from None
    head, _, body = "\n".join(text.splitlines()).partition("\n---\n")
    said = {
        key.strip(): value.strip()
        for key, _, value in (line.partition(":") for line in head.splitlines() if line.strip())
    }
    if missing := {"title", "minutes", "study"} - said.keys():
        raise StateError(f"{path.name}: the lines before --- lack {', '.join(sorted(missing))}")
    parts = [part for part in ("\n" + body).split("\n## ")[1:] if part.strip()]
    if not parts:
        raise StateError(f"{path.name}: no sections; each begins with '## '")
    arms = tuple(arm.strip() for arm in said.get("arms", "").split(",") if arm.strip())
    if len(arms) not in (0, 2):
        raise StateError(f"{path.name}: arms are two names with a comma")
    sections = tuple((part.partition("\n")[0].strip(), part.partition("\n")[2].strip()) for part in parts)
    two = (arms[0], arms[1]) if arms else None
    return Lesson(name, said["title"], said["minutes"], said["study"], two, sections, path, language)


def study_of(lesson: Lesson) -> Path:
    """The study file behind a lesson. Errors: StateError where there is none."""
    for path in (
        lesson.path.parent / lesson.study,
        folder() / lesson.study,
        config_folder() / "studies" / f"{lesson.study}.yaml",
    ):
        if path.suffix == ".yaml" and path.exists():
            return path
    raise StateError(f"the lesson {lesson.name!r} names the study {lesson.study!r}, which is not there")


@cache
def state_of_lesson(name: str, arms: tuple[str, str] | None = None) -> State:
    """The page's state at the beginning of a lesson. Errors: StateError."""
    if name not in lessons():
        raise StateError(f"no lesson is called {name!r}")
    lesson = next(iter(lessons()[name].values()))
    return opened(study_of(lesson), arms or lesson.arms)
