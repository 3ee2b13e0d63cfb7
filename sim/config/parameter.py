"""What every parameter means: name, unit, range and one sentence.

Meaning lives here; value, source and grade of evidence live in `configs/`. There is no default value in code.
A section is one mechanism's parameters. Rules receive a section as plain numbers (`as_numbers`), so that a
compiled rule reads `p.rate` and nothing else.
"""

from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field

GRADES = ("survey", "trial", "theory", "calibrated", "assumed")
"""Grades of evidence, from the strongest to the weakest."""

type Grade = Literal["survey", "trial", "theory", "calibrated", "assumed"]


def number(sentence: str, *, unit: str, low: float, high: float) -> Any:
    """A required number with its meaning, its unit and its inclusive range."""
    return Field(description=sentence, ge=low, le=high, json_schema_extra={"unit": unit})


def numbers(sentence: str, *, unit: str) -> Any:
    """A required tuple of numbers (their ranges stand in the annotation), one unit for all."""
    return Field(description=sentence, json_schema_extra={"unit": unit})


def choice(sentence: str) -> Any:
    """A required choice among named alternatives."""
    return Field(description=sentence, json_schema_extra={"unit": "choice"})


type Share = Annotated[float, Field(ge=0, le=1)]
type Effect = Annotated[float, Field(ge=-100, le=100)]


class Section(BaseModel):
    """One mechanism's parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def as_numbers(self) -> dict[str, float]:
        """The section as plain numbers: choices become their position, truth becomes 0 or 1."""
        values = self.__dict__
        return {
            name: float(values[name]) if choices is None else float(choices.index(values[name]))
            for name, choices in _choices(type(self))
        }


@cache
def _choices(section: type[Section]) -> list[tuple[str, tuple[Any, ...] | None]]:
    """The parameters of a section, and among what each is chosen, if it is."""
    return [
        (name, get_args(field.annotation) if get_origin(field.annotation) is Literal else None)
        for name, field in section.model_fields.items()
    ]


def effect(sentence: str) -> float:
    """A coefficient: a log odds ratio; 0 switches it off."""
    return number(sentence, unit="log odds ratio", low=-100, high=100)  # type: ignore[no-any-return]


def rate(sentence: str) -> float:
    """A share of a gap closed, or of a stock lost, in a week; 0 switches it off."""
    return number(sentence, unit="share a week", low=0, high=1)  # type: ignore[no-any-return]


def chance(sentence: str) -> float:
    """A chance a week."""
    return number(sentence, unit="chance a week", low=0, high=1)  # type: ignore[no-any-return]


def share(sentence: str) -> float:
    """A share."""
    return number(sentence, unit="share", low=0, high=1)  # type: ignore[no-any-return]
