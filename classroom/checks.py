"""Whether what a lesson says is what the model does: its statements, each with the runs that must show it.

Beside `4_vanguard.md` stands `4_vanguard.checks.yaml`: quotations from the lesson, and for each what arms of its study show over
several lucks. A statement holds when it stands in the answers for the teacher in every language, the runs show it, and every
number in the quotation lies in the range that is asked of the runs. A number among the answers that no quotation covers is told
too. Findings do not stand in any other section: those are the student's sheet, with the prediction on it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from classroom.lessons import ANSWERS, Lesson, study_of
from classroom.predictions import Outcome, asked
from experiments.runs.executor import simulated
from experiments.study.loader import read_study
from sim import METRICS, ConfigError
from sim.config.validate import Checked, checked
from sim.config.yaml import Problem, Spot, nearest

FEWEST_LUCKS = 8
_STRICT = ConfigDict(extra="forbid", frozen=True)
_NUMBER = re.compile(r"(?:(?<![\w.])|(?<=[\u4e00-\u9fff]))(?:\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)(?: ?%)?")
_RANGE = tuple[float, float]


class Check(BaseModel):
    """A statement of a lesson and what its runs must show."""

    model_config = _STRICT
    says: dict[str, str] = Field(min_length=1, description="The words of the lesson, by language (en, zh).")
    arm: str = Field(description="An arm of the lesson's study.")
    against: str = Field("", description="The arm that is taken away from it; none: the arm itself.")
    metric: str = Field(description="A metric.")
    weeks: tuple[int, int] = Field(description="First and last week, from 1, over which it is averaged.")
    than: tuple[int, int] | None = Field(None, description="Earlier or later weeks, with which these are compared.")
    set: dict[str, bool | int | float | str] = Field({}, description="Parameters laid over all arms.")
    more: int | None = Field(
        None, ge=1, description="In so many lucks at least it is more (than none, or than `than`)."
    )
    less: int | None = Field(None, ge=1, description="In so many lucks at least it is less.")
    mean: _RANGE | None = Field(None, description="Between these its mean over all lucks lies.")
    ratio: _RANGE | None = Field(None, description="Between these the mean, divided by that of `against`, lies.")
    order: tuple[str, ...] = Field((), description="Metrics, or arms, from the largest mean to the smallest.")

    @model_validator(mode="after")
    def _shows_one_thing(self) -> Self:
        shown = [n for n in ("more", "less", "mean", "ratio", "order") if getattr(self, n) not in (None, ())]
        if len(shown) != 1:
            raise ValueError(f"one of more, less, mean, ratio and order, not {' and '.join(shown) or 'none'}")
        if self.ratio and not self.against:
            raise ValueError("a ratio needs the arm `against` which it is")
        if shown[0] in ("more", "less") and not self.against and self.than is None:
            raise ValueError(f"`{shown[0]}` needs an arm `against` or other weeks (`than`)")
        return self


class ChecksFile(BaseModel):
    """All statements of a lesson."""

    model_config = _STRICT
    lucks: int = Field(FEWEST_LUCKS, ge=FEWEST_LUCKS, le=100, description="Lucks that every statement is held against.")
    given: dict[str, tuple[str, ...]] = Field({}, description="Words with numbers that are no findings, by language.")
    outcome: Outcome | None = Field(None, description="Which answer of the prediction came on the screen.")
    checks: tuple[Check, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Verdict:
    """One statement, and whether it holds."""

    lesson: str
    says: str
    holds: bool
    found: str


@dataclass
class Runs:
    """The runs of a lesson's study: each arm is lived once, whatever is asked of it."""

    path: Path
    lucks: int
    _lived: dict[tuple[str, str], list[Mapping[str, NDArray[np.float32]]]] = field(default_factory=dict)

    def means(
        self, laid: dict[str, bool | int | float | str], arm: str, metric: str, weeks: tuple[int, int]
    ) -> NDArray[np.float64]:
        """The mean of a metric over weeks in every luck, with parameters laid over; weeks with none do not count."""
        key = (arm, str(sorted(laid.items())))
        if key not in self._lived:
            study = read_study(self.path, changes=laid, replicates=self.lucks)
            self._lived[key] = [simulated(study.job(run)) for run in study.runs() if run.arm == arm]
        shown = (one[metric][weeks[0] - 1 : weeks[1]].astype(np.float64) for one in self._lived[key])
        return np.array([values[~np.isnan(values)].mean() if not np.isnan(values).all() else 0.0 for values in shown])


def checks_of(lesson: Lesson) -> Checked[ChecksFile]:
    """The statements of a lesson, each checked against its study. Errors: ConfigError with all that is wrong."""
    path = lesson.path.parent / f"{lesson.name}.checks.yaml"
    if not path.exists():
        wanted = "the statements of the lesson, each with the runs that must show it (docs/guide/teach.md)"
        raise ConfigError([Problem(Spot(str(path)), "", "no such file", wanted)])
    said = checked(path, ChecksFile)
    study = read_study(study_of(lesson))
    problems = []
    for number, check in enumerate(said.value.checks):
        here = ("checks", number)
        named = {"arm": check.arm, "against": check.against or check.arm}
        problems += [
            _unknown(said, (*here, name), arm, list(study.arms)) for name, arm in named.items() if arm not in study.arms
        ]
        if check.metric not in METRICS:
            problems.append(_unknown(said, (*here, "metric"), check.metric, list(METRICS)))
        known = [*study.arms] if set(check.order) & set(study.arms) else list(METRICS)
        problems += [_unknown(said, (*here, "order", k), n, known) for k, n in enumerate(check.order) if n not in known]
        for name in ("weeks", "than"):
            if (weeks := getattr(check, name)) and not 1 <= weeks[0] <= weeks[1] <= study.file.weeks:
                expected = f"two weeks, the first from 1 on, the last at most {study.file.weeks}"
                problems.append(said.problem((*here, name), f"{weeks[0]} to {weeks[1]}", expected))
        for name in ("more", "less"):
            if (getattr(check, name) or 0) > said.value.lucks:
                problems.append(said.problem((*here, name), str(getattr(check, name)), f"at most {said.value.lucks}"))
    if outcome := said.value.outcome:
        arms, metrics = list(study.arms), [m for m in (outcome.metric, outcome.beside) if m]
        problems += [
            _unknown(said, ("outcome", "arms", k), a, arms) for k, a in enumerate(outcome.arms) if a not in arms
        ]
        problems += [_unknown(said, ("outcome",), m, list(METRICS)) for m in metrics if m not in METRICS]
    if problems:
        raise ConfigError(problems)
    return said


def _unknown(said: Checked[ChecksFile], place: tuple[str | int, ...], name: str, known: list[str]) -> Problem:
    shown = ", ".join(known) if len(known) < 12 else "a metric of `linli list`"
    return said.problem(place, f"{name!r}", shown, nearest(name, known))


def verdicts(translations: Mapping[str, Lesson]) -> Iterator[Verdict]:
    """Every statement of a lesson, in all of its languages, with what the runs show. Errors: ConfigError."""
    lesson = next(iter(translations.values()))
    file = checks_of(lesson).value
    runs = Runs(study_of(lesson), file.lucks)
    own = {language: one for language, one in translations.items() if one.language == language}
    for check in file.checks:
        missing = [fault for language, one in own.items() if (fault := _stands(check, language, one))]
        holds, found = _shown(check, runs)
        words = check.says.get("en") or next(iter(check.says.values()))
        yield Verdict(lesson.name, words, holds and not missing, "; ".join([*missing, found]))
    if file.outcome:
        yield _predicted(lesson, file.outcome, runs)
    for language, one in own.items():
        quoted = [*(c.says.get(language, "") for c in file.checks), *file.given.get(language, ())]
        for number in _unchecked(_plain(_answers(one)), [_plain(words) for words in quoted]):
            yield Verdict(lesson.name, f"{one.path.name}: {number}", False, "no check is about this number")


def _predicted(lesson: Lesson, outcome: Outcome, runs: Runs) -> Verdict:
    """Whether the answer that is called right is the one that the page finds."""
    values = outcome.values(lambda arm, metric: runs.means({}, arm, metric, outcome.weeks))
    came = [outcome.came(float(value)) for value in values]
    many = came.count(outcome.right - 1)
    said = asked(lesson)[1]
    found = f"answer {outcome.right} came in {many} of {runs.lucks} lucks, asked {outcome.lucks}; on average {values.mean():.3g}"
    if len(said) != len(outcome.options):
        return Verdict(lesson.name, "prediction", False, f"{len(said)} answers, but {len(outcome.options)} ranges")
    return Verdict(lesson.name, f"prediction: {said[outcome.right - 1]}", many >= outcome.lucks, found)


def _stands(check: Check, language: str, lesson: Lesson) -> str:
    """What is wrong with the words of a statement in one language; empty when nothing is."""
    words = _plain(check.says.get(language, ""))
    if not words:
        return f"its words in {lesson.path.name} are not given (says.{language})"
    if words not in _plain(_answers(lesson)):
        return f"{lesson.path.name} does not say so among the answers for the teacher"
    if any(words in _plain(text) for heading, text in lesson.sections if heading.lower() not in ANSWERS):
        return f"{lesson.path.name} tells it outside the answers too, on the student's sheet"
    wanted = check.mean or check.ratio
    if wanted and (wrong := [n for n in _NUMBER.findall(words) if not _within(_value(n), wanted)]):
        return f"{lesson.path.name} says {wrong[0].strip()}, not between {wanted[0]:g} and {wanted[1]:g}"
    return ""


def _shown(check: Check, runs: Runs) -> tuple[bool, str]:
    """Whether the runs show it, and what they show."""
    if check.order:
        metrics = check.order[0] in METRICS
        sizes = [
            float(
                runs.means(check.set, check.arm if metrics else n, n if metrics else check.metric, check.weeks).mean()
            )
            for n in check.order
        ]
        told = " > ".join(f"{n} {size:.3g}" for n, size in zip(check.order, sizes, strict=True))
        return sizes == sorted(sizes, reverse=True) and len(set(sizes)) == len(sizes), told
    values = _of_weeks(check, runs, check.weeks)
    if check.ratio:
        ratio = _quotient(values.mean(), runs.means(check.set, check.against, check.metric, check.weeks).mean())
        return check.ratio[0] <= ratio <= check.ratio[1], f"found {ratio:.3g} times, asked {_asked(check.ratio)}"
    if check.mean:
        mean = float(values.mean())
        return check.mean[0] <= mean <= check.mean[1], f"found {mean:.4g}, asked {_asked(check.mean)}"
    apart = values - (_of_weeks(check, runs, check.than) if check.than else 0.0)
    many = int(((apart > 0.0) if check.more else (apart < 0.0)).sum())
    sign = "more" if check.more else "less"
    return many >= (check.more or check.less or 0), (
        f"{sign} in {many} of {runs.lucks} lucks, asked {check.more or check.less}; on average {apart.mean():+.3g}"
    )


def _of_weeks(check: Check, runs: Runs, weeks: tuple[int, int]) -> NDArray[np.float64]:
    values = runs.means(check.set, check.arm, check.metric, weeks)
    if not check.against or check.ratio:
        return values
    return values - runs.means(check.set, check.against, check.metric, weeks)


def _within(said: float, wanted: _RANGE) -> bool:
    """Whether a number of a text lies in a range; a fall of .01 is written without its sign."""
    return wanted[0] <= said <= wanted[1] or (wanted[1] <= 0.0 and wanted[0] <= -said <= wanted[1])


def _quotient(above: float, below: float) -> float:
    return above / below if below else float("inf")


def _asked(wanted: _RANGE) -> str:
    return f"{wanted[0]:g} to {wanted[1]:g}"


def _answers(lesson: Lesson) -> str:
    return "\n".join(text for heading, text in lesson.sections if heading.lower() in ANSWERS)


def _plain(text: str) -> str:
    """Words without marks of Markdown and breaks of lines."""
    return " ".join(re.sub(r"\[(.+?)\]\(.+?\)", r"\1", text).replace("*", "").split())


def _unchecked(text: str, quoted: list[str]) -> list[str]:
    """Numbers of a text that stand in none of the quotations, and in no `code`."""
    left = re.sub(r"`[^`]*`", "", text)
    for words in sorted(filter(None, quoted), key=len, reverse=True):
        left = left.replace(words, "")
    return [number.strip() for number in _NUMBER.findall(left)]


def _value(number: str) -> float:
    plain = number.replace(",", "").strip()
    return float(plain[:-1]) / 100.0 if plain.endswith("%") else float(plain)


def outcome_of(lesson: Lesson) -> Outcome | None:
    """How the page tells which answer came, where the lesson's checks say it."""
    try:
        return checks_of(lesson).value.outcome
    except ConfigError:
        return None
