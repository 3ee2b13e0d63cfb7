"""Claims: what the article says will happen, each examined by a study that could show it false.

`configs/claims/huang2025.yaml` names the study, the outcomes and the signs that a claim needs. An effect is a weighted sum of arms, pair by
pair under shared chance. The same effects are then looked for over the plausible space of all assumed numbers at once: a claim
whose sign is lost there depends on assumed numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from experiments.analysis.intervals import interval
from experiments.api import Comparison, compare
from experiments.reporting.console import failures_in_words
from experiments.spoken import either, language, spoken
from experiments.study.design import Study
from experiments.study.loader import read_study
from experiments.study.schema import Arm
from experiments.validation.robustness import FEWEST, Moved, chance_level, movable, plausible_points, spread_points
from sim.config.load import config_folder
from sim.config.validate import checked

if TYPE_CHECKING:
    import pandas as pd

type Verdict = Literal[
    "holds", "does not hold", "no difference that matters", "undecided", "depends on assumed numbers"
]
ENOUGH = 0.9
"""Share of plausible points at which a sign must be the same, or it depends on assumed numbers."""
FEWEST_LIVES, MOST_LIVES = 2, 12
"""Replicates at a plausible point."""
FEWEST_COMMUNITIES = 20
"""Communities below which nothing is said of what goes together between them."""
_STRICT = ConfigDict(extra="forbid", frozen=True)


class Told(BaseModel):
    """An effect that is told: an outcome, and the arms with their weights."""

    model_config = _STRICT
    outcome: str = Field(description="A metric.")
    arms: dict[str, float] = Field(min_length=1, description="Arms of the study, with their weights in the effect.")
    note: str = Field("", description="What it is about, in a few words.")
    matters: float | None = Field(None, gt=0, description="Smallest difference that matters, in the outcome's unit.")


class Between(BaseModel):
    """How two outcomes go together over communities that differ: the points of a study with one arm."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    study: str = Field(description="The study; each of its points is a community.")
    outcome: str = Field(description="A metric.")
    beside: str = Field(alias="with", description="The metric it is set beside.")
    note: str = Field("", description="What it is about, in a few words.")


class Examined(Told):
    """An effect whose sign the claim needs."""

    sign: Literal[-1, 1] = Field(description="The sign that the claim needs.")


class Claim(BaseModel):
    """A claim and its examination."""

    model_config = _STRICT
    number: int = Field(ge=1, description="Its number in evidence A7.")
    claim: str = Field(description="What the article says, in a sentence.")
    study: str = Field(description="The study that examines it.")
    examined: tuple[Examined, ...] = Field(min_length=1, description="The signs it needs.")
    also: tuple[Told, ...] = Field((), description="Effects that are told beside them.")
    between: tuple[Between, ...] = Field((), description="What goes together between communities.")
    reading: str = Field("", description="What a critical reader should know.")
    reading_zh: str = Field("", description="The same in Chinese.")


class ClaimsFile(BaseModel):
    """All claims."""

    model_config = _STRICT
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Finding:
    """One effect: its mean over replicates, its 95 % interval, and how it fares when all assumed numbers move."""

    told: Told
    n: int
    reference: float
    effect: float
    low: float
    high: float
    same_sign: float
    """Share of plausible points whose effect has the sign that the claim needs (or, where it needs none, this sign); NaN: not tried."""
    hangs_on: str
    """The assumed number with which the effect goes most, and its rank correlation; empty where none stands out."""

    slight: bool = False
    """Whether the 90 % interval lies within what matters, so that there is no difference that does."""

    @property
    def sign(self) -> int:
        """-1, 1, or 0 where the interval holds both."""
        return 1 if self.low > 0.0 else -1 if self.high < 0.0 else 0


@dataclass(frozen=True)
class Together:
    """How two outcomes go together between communities: Spearman's rank correlation and its 95 % interval."""

    told: Between
    communities: int
    correlation: float
    low: float
    high: float


@dataclass(frozen=True)
class Answer:
    """A claim, what was found, and the verdict."""

    claim: Claim
    found: tuple[Finding, ...]
    beside: tuple[Finding, ...]
    verdict: Verdict
    lives: int
    """Replicates at each plausible point; 0: none were tried."""
    between: tuple[Together, ...] = ()


def read_claims(path: Path | None = None) -> tuple[Claim, ...]:
    """The claims of the file. Errors: ConfigError with everything that is wrong."""
    return checked(path or config_folder() / "claims" / "huang2025.yaml", ClaimsFile).value.claims


def study_of(claim: Claim, replicates: int | None = None) -> Study:
    """The study that examines a claim, with every outcome it needs.

    Errors: ConfigError for a wrong study; ValueError for an arm that the study does not have.
    """
    study = read_study(claim.study, None, replicates)
    for told in (*claim.examined, *claim.also):
        if unknown := [arm for arm in told.arms if arm not in study.arms]:
            raise ValueError(f"claim {claim.number}: study {claim.study} has no arm {unknown[0]!r}")
        if told.outcome not in study.file.outcomes:
            raise ValueError(f"claim {claim.number}: study {claim.study} has no outcome {told.outcome!r}")
    return study


def answer(
    claim: Claim, folder: Path, workers: int, points: int, replicates: int | None = None, factor: float = 1.5,
    heard: Callable[[str], None] = lambda _: None,
) -> Answer:  # fmt: skip
    """Run what is missing of a claim's study, at the values of the baseline and over the plausible space, and judge it.

    `heard`: who is told of runs that failed.
    """
    study = study_of(claim, replicates)
    runs = _lived(study, folder / study.name, workers, heard).runs()
    wide, lives, moved = None, 0, [m for m in movable(study.config, factor) if m.path not in _set_by_arms(study)]
    if points:
        lives = lives_a_point(claim, runs)
        spread = study.at(spread_points(moved, points, study.file.seed), lives)
        wide = _lived(spread, folder / f"{study.name}_wide", workers, heard).runs()
        study = spread
    found = tuple(finding(told, runs, wide, study, moved) for told in claim.examined)
    beside = tuple(finding(told, runs, wide, study, moved) for told in claim.also)
    between = tuple(together(told, folder, workers, heard) for told in claim.between)
    return Answer(claim, found, beside, verdict(found), lives, between)


def together(told: Between, folder: Path, workers: int, heard: Callable[[str], None]) -> Together:
    """Run what is missing of a study of communities that differ, and say how two of its outcomes go together.

    The interval is Fisher's, with the variance of Bonett and Wright for rank correlations.
    Errors: ConfigError for a wrong study; ValueError for an outcome that it does not have.
    """
    from scipy.stats import norm, spearmanr

    study = read_study(told.study, None, None)
    for outcome in (told.outcome, told.beside):
        if outcome not in study.file.outcomes:
            raise ValueError(f"study {told.study} has no outcome {outcome!r}")
    runs = _lived(study, folder / study.name, workers, heard).runs()
    means = runs.groupby("point")[[told.outcome, told.beside]].mean().dropna()
    n = len(means)
    if n < FEWEST_COMMUNITIES:
        return Together(told, n, np.nan, np.nan, np.nan)
    found = float(spearmanr(means[told.outcome], means[told.beside]).statistic)
    half = float(norm.ppf(0.975)) * np.sqrt((1.0 + found**2 / 2.0) / (n - 3))
    middle = np.arctanh(np.clip(found, -1 + 1e-12, 1 - 1e-12))
    return Together(told, n, found, float(np.tanh(middle - half)), float(np.tanh(middle + half)))


def _lived(study: Study, folder: Path, workers: int, heard: Callable[[str], None]) -> Comparison:
    """A study's results; who performs runs that failed again is told how."""
    found = compare(study, folder, workers=workers, apart=True)
    for what, again in failures_in_words(found.write_failures()):
        heard(f"failed:{what}\n{again}" if what else again)
    return found


def lives_a_point(claim: Claim, runs: "pd.DataFrame") -> int:
    """Replicates at a plausible point, so that noise alone turns a sign that the claim has at fewer than one point in forty.

    With two replicates the luck of the draw would turn the sign of a small effect so often that the claim would seem to
    depend on its assumed numbers.
    """
    most = FEWEST_LIVES
    for told in claim.examined:
        effect = contrast(runs, told)["effect"].dropna().to_numpy(float)
        mean, (low, high) = float(effect.mean()) if effect.size else np.nan, interval(effect)
        if (low > 0.0 and told.sign > 0) or (high < 0.0 and told.sign < 0):
            sd = float(effect.std(ddof=1))
            most = max(most, int(np.ceil((1.96 * sd / mean) ** 2)))
    return min(most, MOST_LIVES)


def _set_by_arms(study: Study) -> set[str]:
    """Numbers that arms or the study itself set: they stay what these say."""
    return {path for said in study.file.arms.values() if isinstance(said, Arm) for path in said.set} | set(
        study.file.set
    )


def contrast(runs: "pd.DataFrame", told: Told) -> "pd.DataFrame":
    """The effect of every point and replicate: the arms' outcomes, weighted and added."""
    table = runs.pivot(index=["point", "replicate"], columns="arm", values=told.outcome)
    table = table.reindex(columns=[*told.arms])  # also where every run of an arm failed
    effect = sum(weight * table[arm] for arm, weight in told.arms.items())
    return effect.rename("effect").reset_index()


def finding(
    told: Told, runs: "pd.DataFrame", wide: "pd.DataFrame | None", study: Study, moved: Sequence[Moved]
) -> Finding:
    """The effect at the baseline's values and how it fares over the plausible points."""
    values = contrast(runs, told)["effect"].dropna().to_numpy(float)
    n = values.size
    mean, (low, high) = float(values.mean()) if n else np.nan, interval(values)
    first = next(iter(study.arms))
    reference = float(runs.loc[runs["arm"] == first, told.outcome].mean())
    same, hangs = np.nan, ""
    if wide is not None:
        at = contrast(wide, told).groupby("point")["effect"].mean().reindex(plausible_points(wide, first))
        at = at.dropna()  # a point at which runs failed says nothing of the sign
        wanted = told.sign if isinstance(told, Examined) else (1 if mean >= 0 else -1)
        same = float((wanted * at > 0).mean()) if len(at) else np.nan
        hangs = _hangs_on(at.to_numpy(float), [dict(study.points[p]) for p in at.index], moved)
    slight = False
    if told.matters is not None and n > 1:
        narrow = interval(values, level=0.90)
        slight = bool(narrow[0] > -told.matters and narrow[1] < told.matters)
    return Finding(told, n, reference, mean, low, high, same, hangs, slight)


def _hangs_on(
    effects: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    points: Sequence[Mapping[str, object]],
    moved: Sequence[Moved],
) -> str:
    """The number whose rank correlation with the effect is larger than chance among so many would make it, if any."""
    from scipy.stats import spearmanr

    if effects.size < FEWEST or not effects.std():
        return ""
    ranked = {m.path: float(spearmanr([float(str(p[m.path])) for p in points], effects).statistic) for m in moved}
    path = max(ranked, key=lambda name: abs(ranked[name]))
    return f"{path} {ranked[path]:+.2f}" if abs(ranked[path]) > chance_level(effects.size, len(moved)) else ""


def verdict(found: Sequence[Finding]) -> Verdict:
    """Whether a claim holds: every sign it needs beyond noise and large enough to matter, and the same over the
    plausible space.
    """
    signs = [f.sign * f.told.sign for f in found if isinstance(f.told, Examined)]
    if any(sign < 0 for sign in signs):
        return "does not hold"
    if any(f.slight for f in found if isinstance(f.told, Examined)):
        return "no difference that matters"
    if any(sign == 0 for sign in signs):
        return "undecided"
    tried = [f.same_sign for f in found if not np.isnan(f.same_sign)]
    return "depends on assumed numbers" if tried and min(tried) < ENOUGH else "holds"


def claim_in_words(claim: Claim, language: str) -> str:
    """What the article says: in Chinese by the title of the study that examines it."""
    title = read_study(claim.study, None, None).file.label.title.zh if language == "zh" else ""
    return title or claim.claim


def verdict_in_words(verdict: Verdict) -> str:
    """A verdict in the language of the terminal."""
    chinese = {
        "holds": "成立",
        "does not hold": "不成立",
        "no difference that matters": "没有有意义的差异",
        "undecided": "未定",
        "depends on assumed numbers": "取决于假定的数值",
    }
    return either((verdict, chinese[verdict]))


def answers(
    claims: Sequence[Claim],
    folder: Path,
    workers: int,
    points: int,
    replicates: int | None,
    told: Callable[[str], None],
) -> list[Answer]:
    """Every claim's answer, one after the other."""
    found = []
    for claim in claims:
        title = claim_in_words(claim, language())
        told(spoken("Claim {number}: {claim}", number=claim.number, claim=title))
        found.append(answer(claim, folder, workers, points, replicates, heard=told))
        told(f"    {verdict_in_words(found[-1].verdict)}")
    return found
