"""What every parameter means: name, unit, range and one sentence.

Meaning lives here; value, source and grade of evidence live in `configs/`. There is no default value in code.
A section is one mechanism's parameters. Rules receive a section as plain numbers (`as_numbers`), so that a
compiled rule reads `p.rate` and nothing else.
"""

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
        return {
            name: _as_number(field.annotation, getattr(self, name)) for name, field in type(self).model_fields.items()
        }


def _as_number(annotation: Any, value: Any) -> float:
    if get_origin(annotation) is Literal:
        return float(get_args(annotation).index(value))
    return float(value)
