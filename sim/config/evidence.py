"""Where a number comes from: the published sources and the evidence that each value of a configuration carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

type Grade = Literal["survey", "trial", "theory", "calibrated", "assumed"]
"""How good the evidence is, from the strongest to the weakest."""


class Source(BaseModel):
    """One publication of `configs/sources.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    author: str = Field(description="Who wrote it: family names, or the publishing body.")
    year: Annotated[int, Field(ge=1700, le=2100)] = Field(description="The year it appeared.")
    title: str = Field(description="Its title.")
    published: str | None = Field(None, description="Journal, publisher or site.")
    doi: str | None = Field(None, description="Its DOI, without the resolver's address.", pattern=r"^10\.\d{4,9}/\S+$")
    url: str | None = Field(None, description="Where it can be read.", pattern=r"^https?://\S+$")
    note: str | None = Field(None, description="What was taken from it, or how far it was checked.")

    def __str__(self) -> str:
        where = f"https://doi.org/{self.doi}" if self.doi else self.url
        return ". ".join(filter(None, (f"{self.author} ({self.year})", self.title, self.published, where)))


class Given(BaseModel):
    """A value together with its evidence, as a configuration writes it: `{value: 0.04, source: ..., grade: ...}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    value: Any = Field(description="The value itself.")
    source: str | None = Field(None, description="A key of sources.yaml, or several with commas between them.")
    grade: Grade | None = Field(None, description="How good the evidence is.")
    note: str | None = Field(None, description="How the value follows from the source, or why it was assumed.")

    @model_validator(mode="after")
    def _graded(self) -> "Given":
        if self.source and not self.grade:
            raise ValueError("a grade beside the source: survey, trial, theory, calibrated or assumed")
        if self.grade and self.grade not in ("assumed", "calibrated") and not self.source:
            raise ValueError(
                f"a source beside the grade '{self.grade}' (only assumed and calibrated values do without)"
            )
        return self


@dataclass(frozen=True)
class Evidence:
    """One value of a configuration, what it means and what it rests on."""

    path: str
    value: Any
    unit: str
    meaning: str
    source: str
    """Keys of sources.yaml with commas between them; for a bare value the file, or `--set`, that gave it."""
    grade: Grade
    note: str
    file: str
    line: int


class Evidenced(BaseModel):
    """A configuration that knows the evidence of its values. Evidence takes no part in equality."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    _evidence: dict[str, Evidence] = PrivateAttr(default_factory=dict)

    @property
    def evidence(self) -> Mapping[str, Evidence]:
        """The evidence of every value by its dotted path; empty when the configuration was not read from files."""
        return self._evidence

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]
