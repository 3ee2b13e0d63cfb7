"""What a lesson asks before the run, what the class predicted, and which answer then came on the screen."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from classroom.lessons import Lesson, lessons
from pages.guard import RefusedError

_STRICT = ConfigDict(extra="forbid", frozen=True)
_OPTION = re.compile(r"^\s*\(\s?\)\s+(.*)$")
type Means = Callable[[str, str], np.ndarray[Any, np.dtype[np.float64]]]
"""The mean of a metric in an arm, one number a luck."""


class Outcome(BaseModel):
    """Which of a lesson's answers came: a number of two worlds, and the range of it that each answer means."""

    model_config = _STRICT
    arms: tuple[str, str] = Field(description="The two arms that stand on the screen.")
    metric: str = Field(description="A metric.")
    beside: str = Field("", description="A metric whose own ratio this one's is divided by.")
    weeks: tuple[int, int] = Field(description="First and last week, from 1, over which it is averaged.")
    seen: Literal["first", "second", "difference", "ratio"] = Field(description="What is read of the two worlds.")
    options: tuple[tuple[float, float], ...] = Field(min_length=2, description="A range for each answer, in order.")
    right: int = Field(ge=1, description="The answer that comes, counted from 1.")
    lucks: int = Field(7, ge=1, description="In so many lucks at least it comes.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.right > len(self.options):
            raise ValueError(f"`right` is one of {len(self.options)} answers, not {self.right}")
        if self.beside and self.seen != "ratio":
            raise ValueError("`beside` needs `seen: ratio`")
        return self

    def values(self, means: Means) -> np.ndarray[Any, np.dtype[np.float64]]:
        """The number that is read, one a luck."""
        first, second = (means(arm, self.metric) for arm in self.arms)
        if self.seen in ("first", "second"):
            return first if self.seen == "first" else second
        if self.seen == "difference":
            return second - first
        others = [means(arm, self.beside) for arm in self.arms] if self.beside else [np.ones(1), np.ones(1)]
        with np.errstate(divide="ignore", invalid="ignore"):
            shares: np.ndarray[Any, np.dtype[np.float64]] = (second / first) / (others[1] / others[0])
        return shares

    def came(self, value: float) -> int | None:
        """The number of the answer (from 0) that a value means, if it means one."""
        return next((k for k, (low, high) in enumerate(self.options) if low <= value <= high), None)

    def shown(self) -> dict[str, Any]:
        """What the page needs to tell which answer came; not which one is right."""
        return self.model_dump(exclude={"right", "lucks"})


def asked(lesson: Lesson) -> tuple[str, list[str]]:
    """The question of a lesson's prediction and its answers; no answers where it asks for none."""
    for _, text in lesson.sections:
        lines = text.splitlines()
        if found := [match[1].strip() for line in lines if (match := _OPTION.match(line))]:
            first = next(k for k, line in enumerate(lines) if _OPTION.match(line))
            return " ".join(" ".join(lines[:first]).replace("*", "").split()), found
    return "", []


class Question(BaseModel):
    """A prediction that the class is asked for."""

    model_config = _STRICT
    lesson: str
    text: list[str]
    """In English and Chinese, as the answers below."""
    options: list[list[str]]
    came: int | None = None
    """The answer that came on the teacher's screen; -1: none of them."""
    told: list[str] = []

    @classmethod
    def of(cls, name: object) -> Self:
        """The question of a lesson. Errors: RefusedError."""
        there: Mapping[str, Lesson] = lessons().get(name, {}) if isinstance(name, str) else {}
        both = [asked(there[language]) for language in ("en", "zh")] if there else []
        if not both or not both[0][1] or len(both[0][1]) != len(both[1][1]):
            raise RefusedError("there is no such lesson")
        options = [list(pair) for pair in zip(both[0][1], both[1][1], strict=True)]
        return cls(lesson=str(name), text=[one[0] for one in both], options=options)

    def answer(self, at: object) -> int:
        """The number of an answer. Errors: RefusedError."""
        if type(at) is not int or not 0 <= at < len(self.options):
            raise RefusedError("an answer is chosen by its number")
        return at

    def answered(self, at: object, told: object) -> Self:
        """What came, with the words of the teacher's page. Errors: RefusedError."""
        words = [str(one)[:400] for one in told[:2]] if isinstance(told, list) and len(told) >= 2 else []
        return self.model_copy(update={"came": -1 if at is None else self.answer(at), "told": words})

    def counted(self, predictions: Iterable[Mapping[str, int]]) -> dict[str, Any]:
        """The question with how many chose each answer."""
        counts = [0] * len(self.options)
        for one in predictions:
            if 0 <= (at := one.get(self.lesson, -1)) < len(counts):
                counts[at] += 1
        return self.model_dump() | {"counts": counts}
