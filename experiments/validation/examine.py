"""Validation: does a community show the patterns that real ones show?

A number holds when the 95 % interval of its mean over replicates lies inside its range, misses when it lies outside,
and is undecided when a bound crosses it. A pattern holds when all of its numbers do.
"""

import csv
import io
import math
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np

from experiments.analysis.intervals import interval
from experiments.spoken import spoken
from experiments.study.design import seed_of
from experiments.validation.observations import Life, number_of, observed_life
from experiments.validation.observer import Numbers
from experiments.validation.patterns import AS_IT_IS, Bounds, Pattern, Patterns
from sim import METRICS
from sim.config.load import load_config

type Verdict = Literal["holds", "misses", "undecided"]
LABELS = {
    "contact_across": ("Contact across origins", "跨来源交往"),
    "contact_within": ("Contact within one's origin", "同来源交往"),
    "elders_alone_share": ("Elders living alone", "独居老人占比"),
    "loss_first_year": ("Loss in the first year of service", "服务第一年流失率"),
    "loss_later": ("Loss in later years of service", "服务一年后流失率"),
    "earners_over_redeemers": ("Earners for each redeemer", "储蓄者与兑付者之比"),
    "elders_served": ("Elders' cases served", "老人需求获服务占比"),
    "elders_hidden": ("Elders' cases hidden", "老人需求未被知晓占比"),
    "companion_wait": ("Wait of a companion, weeks", "陪伴等待周数"),
    "same_keeper": ("Same volunteer as last week", "与上周同一志愿者"),
    "no_contact": ("No contact within the estate", "小区内无往来"),
    "a_favour": ("Could ask a favour", "可求助邻居"),
    "ties_kept": ("Ties kept after seven years", "七年后保留的关系"),
    "entries_asked": ("Beginnings that follow a request", "受邀加入占比"),
    "orders_a_year": ("Orders a resident and year", "人均年工单数"),
    "favours_in_time": ("One-off orders done in time", "临时工单按时办结率"),
    "fall_over_replacement": ("Fall over that of replacement", "下降与单纯替换之比"),
}
"""Names of the numbers that are no metrics, in English and Chinese."""
DRIFT_ALLOWED = 0.05
"""Largest change between the halves of the window, as a share of the level, that still counts as settled."""


def with_ends(mean: float, ends: tuple[float, float], form: str, between: str = "[{}, {}]") -> str:
    """A mean with its interval: alone where it has none, a dash where there is no mean either."""
    if math.isnan(mean):
        return "-"
    return f"{mean:{form}}" + ("" if math.isnan(ends[0]) else f" {between.format(*(f'{end:{form}}' for end in ends))}")


@dataclass(frozen=True)
class Part:
    """One number of a pattern against its range."""

    name: str
    bounds: Bounds
    values: Numbers
    """One value a replicate; not-a-number where a community gives none."""

    @property
    def mean(self) -> float:
        """Mean over the replicates that gave a value."""
        return float(np.nanmean(self.values)) if np.isfinite(self.values).any() else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the mean; NaN below five replicates."""
        return interval(self.values[np.isfinite(self.values)])

    @property
    def spread(self) -> tuple[float, float]:
        """Between which values single communities lie, nine in ten."""
        known = self.values[np.isfinite(self.values)]
        if not known.size:
            return math.nan, math.nan
        return float(np.quantile(known, 0.05)), float(np.quantile(known, 0.95))

    @property
    def verdict(self) -> Verdict:
        """Whether the interval lies inside the range, outside, or across a bound."""
        low, high = self.interval
        if math.isnan(low):
            return "undecided"
        least = -math.inf if self.bounds.low is None else self.bounds.low
        most = math.inf if self.bounds.high is None else self.bounds.high
        if low >= least and high <= most:
            return "holds"
        return "misses" if high < least or low > most else "undecided"


@dataclass(frozen=True)
class Finding:
    """One pattern and what the model shows of it."""

    name: str
    pattern: Pattern
    parts: tuple[Part, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of the parts."""
        verdicts = {part.verdict for part in self.parts}
        return "misses" if "misses" in verdicts else "undecided" if "undecided" in verdicts else "holds"


@dataclass(frozen=True)
class Drift:
    """How much a metric changed between the halves of the window, as a share of its level."""

    metric: str
    change: float
    interval: tuple[float, float]
    """95 % interval; NaN below five replicates."""

    @property
    def settled(self) -> bool:
        """Whether the change, with its interval, stays below what is allowed."""
        return self.interval[0] >= -DRIFT_ALLOWED and self.interval[1] <= DRIFT_ALLOWED


@dataclass(frozen=True)
class Validation:
    """All findings about one community."""

    community: str
    title: str
    replicates: int
    weeks: tuple[int, int]
    findings: tuple[Finding, ...]
    drifts: tuple[Drift, ...]

    @property
    def holding(self) -> int:
        """How many patterns hold."""
        return sum(f.verdict == "holds" for f in self.findings)

    def csv(self) -> str:
        """One row a number: pattern, use, number, target, mean, interval, spread of communities, verdict, sources."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        head = "pattern use number low high mean interval_low interval_high p05 p95 replicates verdict source"
        table.writerow(head.split())
        for finding in self.findings:
            for part in finding.parts:
                numbers = (part.bounds.low, part.bounds.high, part.mean, *part.interval, *part.spread)
                said = ["" if x is None else f"{x:.6g}" for x in numbers]
                ends = (self.replicates, part.verdict, finding.pattern.source)
                table.writerow([finding.name, finding.pattern.use, part.name, *said, *ends])
        return text.getvalue()


def validate(
    community: str,
    patterns: Patterns,
    changes: Mapping[str, object] | None = None,
    workers: int = 2,
    told: Callable[[], None] = lambda: None,
) -> Validation:
    """Let communities live and compare them with the patterns; `told` hears of every life that is over.

    Raises ConfigError for an unknown community or change.
    """
    file = patterns.file
    arms = [AS_IT_IS, *dict.fromkeys(p.arm for p in file.patterns.values() if p.arm != AS_IT_IS)]
    configs = {arm: load_config(community, set={**(changes or {}), **file.arms[arm].set}) for arm in arms}
    asked = {arm: [n for p in file.patterns.values() if p.arm == arm for n in p.parts] for arm in arms}

    def live(arm: str, replicate: int) -> Life:
        seed = seed_of(file.seed, replicate)
        life = observed_life(configs[arm], patterns.policies[arm], seed, file.burn_in, file.window, asked[arm])
        told()
        return life

    def numbers(replicate: int) -> tuple[dict[str, list[float]], list[float]]:
        lives = {arm: live(arm, replicate) for arm in arms}
        own = lives[AS_IT_IS]
        found = {name: [number_of(part, own, lives[p.arm]) for part in p.parts] for name, p in file.patterns.items()}
        return found, [_change(own.weekly[metric]) for metric in file.settled]

    with ThreadPoolExecutor(workers) as pool:
        rows = list(pool.map(numbers, range(file.replicates)))
    findings = tuple(
        Finding(
            name,
            p,
            tuple(Part(n, b, np.array([r[0][name][i] for r in rows])) for i, (n, b) in enumerate(p.parts.items())),
        )
        for name, p in file.patterns.items()
    )  # fmt: skip
    changed = np.array([r[1] for r in rows])
    drifts = tuple(Drift(m, float(changed[:, i].mean()), interval(changed[:, i])) for i, m in enumerate(file.settled))
    title = configs[AS_IT_IS].title
    return Validation(community, title, file.replicates, (file.burn_in, file.burn_in + file.window), findings, drifts)


def _change(values: Numbers) -> float:
    """Mean of the second half of a series less that of the first, as a share of the whole mean."""
    half, level = values.size // 2, float(values.mean())
    return float(values[half:].mean() - values[:half].mean()) / level if level else 0.0


def verdict_in_words(verdict: Verdict) -> str:
    """A verdict in the language of the terminal."""
    return {"holds": spoken("holds"), "misses": spoken("misses"), "undecided": spoken("undecided")}[verdict]


def bounds_in_words(bounds: Bounds) -> str:
    """A target in the language of the terminal."""
    low, high = bounds.low, bounds.high
    if high is None:
        return spoken("above {low:g}", low=low)
    return spoken("below {high:g}", high=high) if low is None else spoken("{low:g} to {high:g}", low=low, high=high)


def label_of(part: str, language: str = "en") -> str:
    """A number's name in words."""
    if part in METRICS:
        return METRICS[part].label_zh if language == "zh" else METRICS[part].label
    return LABELS[part][language == "zh"] if part in LABELS else part.replace("_", " ")
