"""What a study file may say. Its classes are also the JSON Schema that editors use."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from experiments.analysis.effects import Asked
from experiments.analysis.stopping import FIRST, Wanted
from experiments.study.drawn import LETTERS, WIDE
from experiments.study.sampling import Design, Factor

_STRICT = ConfigDict(extra="forbid", frozen=True)


type Entry = str | dict[str, dict[str, Any] | None]
"""A policy by its name, or by its name with doses."""


class Arm(BaseModel):
    """One alternative: its policies and, where it needs them, its own values of parameters (such as a switch)."""

    model_config = _STRICT
    policies: tuple[Entry, ...] = Field((), description="Policies, each with its doses.")
    set: dict[str, Any] = Field({}, description="Parameters that differ in this arm, by dotted path.")


class Words(BaseModel):
    """What something is called in figures and reports, in English and in Chinese."""

    model_config = _STRICT
    en: str = Field("", description="In English.")
    zh: str = Field("", description="In Chinese.")

    def say(self, language: str) -> str:
        """In this language; nothing where the study does not say it."""
        return self.zh if language == "zh" else self.en


class FactorWords(Words):
    """What something that varies is called, and its values."""

    levels: dict[str, Words] = Field({}, description="Values of it, by the value.")


class Labels(BaseModel):
    """What the study, its arms and its points are called in figures and reports; their names in files stay as they are."""

    model_config = _STRICT
    title: Words = Field(Words(), description="The study; in English its `title` does already.")
    question: Words = Field(Words(), description="The question; in English `question` does already.")
    arms: dict[str, Words] = Field({}, description="Arms, by name; without a label the titles of their policies do.")
    varies: dict[str, FactorWords] = Field(
        {}, description="What varies, by its path; without a label what the parameter or dose means does."
    )


class Drawn(BaseModel):
    """How the study's figures are drawn, unless a command says otherwise."""

    model_config = _STRICT
    width: Literal["single", "wide", "double", "slide"] | Annotated[float, Field(ge=WIDE[0], le=WIDE[1])] = Field(
        "double", description="single (89 mm), wide (136), double (183), slide (240), or millimetres."
    )
    size: float = Field(7, ge=LETTERS[0], le=LETTERS[1], description="Size of the letters in points.")


class StudyFile(BaseModel):
    """A study as its file says it."""

    model_config = _STRICT
    title: str = Field(description="The study's title.")
    question: str = Field("", description="The question, in a sentence.")
    label: Labels = Field(Labels(), description="Words for figures and reports, in English and Chinese.")
    figures: Drawn = Field(Drawn(), description="Width and letters of figures.")
    community: str = Field(description="A community's name, or a configuration file beside the study.")
    weeks: int = Field(ge=1, le=30_000, description="Weeks in all, burn-in included.")
    burn_in: int = Field(0, ge=0, description="Weeks before policies without a `start` of their own begin.")
    window: int = Field(
        52,
        ge=1,
        description="An outcome is its mean over this many last weeks; where the file does not say how many, over 52 "
        "or as many as there are after the burn-in.",
    )
    replicates: int = Field(
        20, ge=1, le=1_000_000, description="Runs of every arm at every point, each with its own seed."
    )
    until: dict[str, str | float] = Field(
        {},
        description="For some outcomes the half-width of their effects' 95 % intervals: '5%' of the first arm's mean "
        "or in the metric's unit. The first `replicates` (40 at least) then tell how many are needed.",
    )
    most: int = Field(500, ge=3, le=1_000_000, description="Never more replicates than this, with `until`.")
    seed: int = Field(1, ge=0, le=2**63 - 1, description="The seed from which those of the replicates are derived.")
    set: dict[str, Any] = Field({}, description="Parameters that differ from the community's, by dotted path.")
    arms: dict[str, Arm | tuple[Entry, ...]] = Field(
        {}, description="The alternatives; the first is the one against which the others are measured."
    )
    parts: tuple[Entry, ...] = Field(
        (),
        max_length=7,
        description="Instead of arms: the policies of a bundle. Every part of the bundle becomes an arm, so that the "
        "bundle's effect can be attributed to its policies.",
    )
    varies: dict[str, Factor] = Field(
        {}, description="Parameters, doses (policies.name.dose) or community: values or a range."
    )
    design: Design = Field(Design(method="factorial"), description="How points are chosen among what varies.")
    city: bool = Field(
        False,
        description="The points are the communities of one city, lived side by side: what is compared are means over "
        "all of its residents.",
    )
    outcomes: tuple[str, ...] = Field(
        ("cohesion", "unmet_needs", "participation"), min_length=1, description="Metrics to report."
    )
    groups: tuple[str, ...] | None = Field(
        None,
        description="Columns of the community's own residents_file by whose values outcomes are given; where the file "
        "does not say which, all that the model does not know and that have 2 to 12 different values, 60 in all.",
    )
    primary: tuple[str, ...] = Field(
        (),
        description="Outcomes on which the study's answer rests: their joint intervals hold for all of them, and all arms, at once.",
    )
    matters: dict[str, str | float] = Field(
        {},
        description="For some outcomes the smallest difference that matters: '5%' of the first arm's mean or in the "
        "metric's unit. With it a result says where there is no difference that matters, and how many pairs would tell.",
    )

    worth: float | None = Field(
        None,
        gt=0,
        description="Yuan that one averted unmet person-week is worth to who pays: with it results say each arm's net benefit.",
    )

    @model_validator(mode="after")
    def _measures(self) -> Self:
        if "window" not in self.model_fields_set:  # before anybody has seen it
            object.__setattr__(self, "window", max(1, min(self.window, self.weeks - self.burn_in)))
        return self

    @property
    def told_first(self) -> tuple[str, ...]:
        """The outcomes in the order in which results tell them: the primary ones stand first."""
        return tuple(dict.fromkeys((*(name for name in self.primary if name in self.outcomes), *self.outcomes)))

    def wanted(self) -> dict[str, Wanted]:
        """The half-widths to reach, as numbers."""
        return {name: wanted_width(width) for name, width in self.until.items()}

    @property
    def first_look(self) -> int:
        """Replicates at the first look, where `until` says how narrow intervals shall be."""
        return min(max(self.replicates, FIRST), self.most)

    def asked(self) -> Asked:
        """What is asked of the effects beyond their intervals."""
        matters = {name: wanted_width(width) for name, width in self.matters.items()}
        return Asked(self.primary, matters, self.wanted(), self.worth)


def wanted_width(said: str | float) -> Wanted:
    """`5%` as a share of the first arm's mean, 0.02 in the metric's unit. Raises ValueError for anything else."""
    if isinstance(said, str) and said.endswith("%"):
        width, relative = float(said.removesuffix("%")) / 100, True
    else:
        width, relative = float(said), False
    if not 0 < width < float("inf"):
        raise ValueError(f"a width above 0, not {said}")
    return Wanted(width, relative)
