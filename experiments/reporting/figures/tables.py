"""What a figure may look at: tidy tables and what their columns mean. Figures know neither the model nor the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.evaluation import evaluated
from experiments.reporting.escape import apart
from experiments.reporting.figures.lettering import evenly, points
from experiments.reporting.figures.style import Language, Look

if TYPE_CHECKING:
    import pandas as pd

    from experiments.analysis.effects import Asked


@dataclass(frozen=True)
class Meaning:
    """What a metric is: its labels, its unit, and whether more is better (1), worse (-1) or neither (0)."""

    label: str
    label_zh: str
    unit: str
    better: int = 0

    def say(self, language: Language = "en") -> str:
        """The label in this language."""
        return self.label_zh if language == "zh" else self.label

    def unit_in(self, language: Language = "en") -> str:
        """The unit in this language."""
        return UNITS_ZH.get(self.unit, self.unit) if language == "zh" else self.unit

    def axis(self, language: Language = "en", instead: str = "", width: float = 42.0) -> str:
        """The text of an axis: label (or what stands `instead`) and unit, in lines no longer than this (mm)."""
        said, unit = evenly(instead or self.say(language), width, points()), self.unit_in(language)
        if not unit:
            return said
        lines = f"({unit})" if unit.isascii() else f"（{unit}）"
        return f"{said}\n{evenly(lines, width if unit != self.unit else min(width, 36.0), points())}"


def with_unit(said: str, unit: str) -> str:
    """What is said and its unit in brackets, Chinese ones around a Chinese unit."""
    if not unit:
        return said
    return f"{said} ({unit})" if unit.isascii() else f"{said}（{unit}）"


@dataclass(frozen=True)
class Factor:
    """Something that varies: what it is called, its unit, and what each of its values (as text) is called."""

    label: str
    unit: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)

    def axis(self, width: float = 42.0) -> str:
        """The text of an axis, in lines of this width (mm)."""
        return evenly(with_unit(self.label, self.unit), width, points())

    def apart(self) -> "Factor":
        """The same with names that turn nothing beside them."""
        return replace(self, label=apart(self.label), levels={k: apart(v) for k, v in self.levels.items()})


UNITS_ZH = {
    "index, 0-1": "指数，0-1",
    "share": "比例",
    "share of residents": "占居民比例",
    "share of residents 12+": "占12岁及以上居民比例",
    "person-weeks per 100 residents a year": "每百居民每年人周",
    "yuan per 100 residents a year": "每百居民每年元",
    "residents": "居民",
    "per 100 of them a year": "每百名该群体每年",
    "hours per 100 of them a year": "每百名该群体每年小时",
    "hours per 100 residents a year": "每百居民每年小时",
    "per 100 residents a year": "每百居民每年",
    "weeks": "周",
    "-1 to 1": "-1至1",
    "Gini, 0-1": "基尼系数，0-1",
    "difference of shares": "比例之差",
    "hours a year": "每年小时",
    "hours per 100 residents": "每百居民小时",
    "issues per 1,000 residents": "每千居民议题",
    "observed over expected": "观测值与期望值之比",
    "odds ratio": "优势比",
    "orders per 100 residents": "每百居民工单",
    "orders per 100 residents a year": "每百居民每年工单",
    "per 1,000 residents 12+ a year": "每千名12岁及以上居民每年",
    "person-weeks per 100 a year": "每百人每年人周",
    "person-weeks per 100 of them a year": "每百名该群体每年人周",
    "weighted weeks per 100 residents a year": "每百居民每年加权人周",
    "weighted weeks per 100 of them a year": "每百名该群体每年加权人周",
    "ratio to others": "与他人之比",
    "residents per 100 a year": "每百居民每年人数",
    "share a year": "每年比例",
    "share of bystanders a week": "占未参与者比例每周",
    "share of hours": "占时长比例",
    "share of hours free": "占空闲时长比例",
    "share of joins": "占加入者比例",
    "share of participants": "占参与者比例",
    "share of participants a year": "占参与者比例每年",
    "share of hours wanted": "占所需时长比例",
    "ratio": "比值",
    "residents a household": "每户居民数",
    "share of residents of 60 and over": "占60岁及以上居民比例",
    "per 1,000 residents a year": "每千居民每年",
    "share of services due": "占应提供服务比例",
    "share of staff time": "占工作人员时间比例",
    "share of registered": "占注册者比例",
    "share of stayers 12+": "占12岁及以上常住者比例",
    "share of hours served": "占服务时长比例",
    "share of them": "占该群体比例",
    "share of those in need": "占有需求者比例",
    "share of variance": "占方差比例",
    "teams per 1,000 residents": "每千居民团队",
    "ties per resident": "每居民联系数",
}
"""Units in Chinese; a test asks for all that metrics have."""


OF_GROUPS = {
    "residents": Meaning("Residents", "居民人数", "residents"),
    "participants": Meaning("Participants", "参与者人数", "residents", 1),
    "participation": Meaning("Participation", "参与率", "share of residents 12+", 1),
    "unmet_needs": Meaning("Unmet needs", "未满足需求", "person-weeks per 100 of them a year", -1),
    "unmet_severe": Meaning(
        "Unmet needs by severity", "未满足需求（按严重程度加权）", "weighted weeks per 100 of them a year", -1
    ),
    "needs_met": Meaning("Needs met", "获满足的需求", "per 100 of them a year", 1),
    "hours": Meaning("Hours given", "服务时长", "hours per 100 of them a year", 1),
    "wellbeing": Meaning("Well-being", "福祉", "share", 1),
}
"""Outcomes of a group that a user's own column makes."""


@dataclass(frozen=True)
class Snapshot:
    """A community in one week: each resident's tier (-1: a child) and grid, and pairs of residents who are tied."""

    tier: NDArray[np.int64]
    grid: NDArray[np.int64]
    ties: NDArray[np.int64]
    names: tuple[str, ...] = ()
    """The residents' own ids, where a user's file gives them."""
    grid_names: tuple[str, ...] = ()
    """The grids' own names."""


EACH_POINT = 4
"""Points up to which each has a figure of its own, where a figure shows one point."""


def between(numbers: "pd.Series[int]") -> str:
    """Numbers as one, or from the lowest to the highest: 20, 18-20."""
    low, high = int(numbers.min()), int(numbers.max())
    return f"{low}" if low == high else f"{low}-{high}"


@dataclass(frozen=True)
class Tables:
    """The tables of one study, ready to draw. Tables that were not asked for may be empty."""

    name: str
    title: str
    arms: tuple[str, ...]
    """All arms; the first is the one with which the others are compared."""
    metrics: Mapping[str, Meaning]
    outcomes: tuple[str, ...]
    runs: "pd.DataFrame"
    """arm, point, replicate, what varies, metrics."""
    effects: "pd.DataFrame"
    """As `analysis.effects.effects` gives it."""
    trajectories: "pd.DataFrame"
    """arm, point, week, metric, mean, sd, low, high, n."""
    profiles: "pd.DataFrame"
    """arm, point, week, metric, mean, sd, n, low, high: paired differences from the first arm."""
    varies: tuple[str, ...] = ()
    factors: Mapping[str, Factor] = field(default_factory=dict)
    """What each of them is called; what is not here is called by its path."""
    points: tuple[str, ...] = ("",)
    """What each point is, in words."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """The arms' names in the study's file, by what they are called here."""
    spans: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """For each arm the weeks [from, to) in which at least one of its policies acts."""
    spans_at: Mapping[tuple[str, int], tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """The same for an arm at a point, where what varies moves them."""
    sensitivity: "pd.DataFrame | None" = None
    """arm, quantity, kind (sobol or morris), metric, factor and the columns of `analysis.sensitivity`."""
    attribution: "pd.DataFrame | None" = None
    """As `analysis.attribution.attribution` gives it."""
    front: "pd.DataFrame | None" = None
    """As `analysis.front.front` gives it."""
    objectives: tuple[str, ...] = ()
    answers: "Mapping[str, pd.DataFrame]" = field(default_factory=dict)
    """As `reporting.answers` gives them, by name: overall, gains, main, interactions, cells."""
    asked: "Asked | None" = None
    """What the study asks of its effects beyond their intervals."""
    by_group: "pd.DataFrame | None" = None
    """arm, point, replicate, column, value, outcome, number: outcomes of the groups of a user's own columns."""
    group_effects: "pd.DataFrame | None" = None
    """As `analysis.by_group.effects_by_group` gives it."""
    snapshots: Mapping[str, Snapshot] = field(default_factory=dict)
    """For each arm the network in the last week of one run."""
    window: int = 52
    weeks: int = 0

    @property
    def there(self) -> tuple[str, ...]:
        """The arms of which a run is finished; the others have nothing to show."""
        run = set(self.runs["arm"]) if not self.runs.empty else set(self.arms)
        return tuple(arm for arm in self.arms if arm in run)

    @property
    def compared(self) -> bool:
        """Whether the first arm and another one are there, so that there are differences."""
        return len(self.there) > 1 and self.there[0] == self.arms[0]

    @cached_property
    def evaluation(self) -> "pd.DataFrame":
        """Outcome, process and price, as `analysis.evaluation.evaluated` gives them."""
        return evaluated(self.runs, self.arms[0], self.arms, self.asked)

    def is_primary(self, metric: str) -> bool:
        """Whether the study's answer rests on this outcome."""
        return self.asked is not None and metric in self.asked.primary

    def marked(self, metric: str, look: Look) -> str:
        """What an outcome is called, and whether it is a primary one."""
        return self.metrics[metric].say(look.language) + (
            look.say(" (primary)", "（主要）") if self.is_primary(metric) else ""
        )

    def acts(self, arm: str, point: int = 0) -> tuple[tuple[int, int], ...]:
        """The weeks [from, to) in which the policies of an arm act at a point."""
        return self.spans_at.get((arm, point), self.spans.get(arm, ()))

    def counted(self, point: int | None = None) -> str:
        """How many replicates an arm has (at a point: of that point), as 20, or 18-20 where runs lack.

        Replicates share their luck (common random numbers) over points, so the runs of several points are no more replicates than those of one.
        """
        runs = self.runs if point is None else self.runs[self.runs["point"] == point]
        return between(runs.groupby(["arm", "point"])["replicate"].nunique()) if len(runs) else "0"

    def pairs_said(self, look: Look) -> str:
        """How many pairs of runs an effect rests on, in words, and at how many points each."""
        n, many = between(self.effects["n"]), len(self.points)
        where = self.varies == ("community",)
        pairs, runs = f"{n} pair{'' if n == '1' else 's'}", f"{n}对运行"
        if many < 2:
            return look.say(pairs, runs)
        return look.say(
            f"{pairs} {f'in each of {many} communities' if where else f'at each of {many} points'}",
            f"{many}个{'社区' if where else '取值点'}各{runs}",
        )

    def shown_points(self) -> tuple[int, ...]:
        """The points of which figures of one point are drawn, one each: all of few, the first of many."""
        return tuple(range(len(self.points))) if len(self.points) <= EACH_POINT else (0,)

    def where(self, point: int, look: Look) -> str:
        """The point, and that there are others, as the beginning of a caption; nothing where nothing varies."""
        many, only = len(self.points), len(self.shown_points()) == 1
        if many == 1:
            return ""
        alone, alone_zh = (", the only one drawn", "，仅绘此点") if only else ("", "")
        return look.say(
            f"Point {point + 1} of {many}{alone}: {self.points[point]}. ",
            f"第{point + 1}个取值点（共{many}个{alone_zh}）：{self.points[point]}。",
        )

    def at(self, point: int) -> str:
        """The point in words, for the name of a figure that is of one; nothing where nothing varies."""
        return self.points[point] if len(self.points) > 1 else ""

    def runs_said(self, look: Look, point: int | None = None) -> str:
        """How many runs there are of each arm (at each point), in words."""
        n, many = self.counted(point), len(self.points)
        one = n == "1"
        if point is not None or many == 1:
            return look.say(f"{n} run{'' if one else 's'} of each arm", f"每组{n}次运行")
        city = self.varies == ("community",)
        return look.say(
            f"{n} run{'' if one else 's'} of each arm {'in' if city else 'at'} each of {many} {'communities' if city else 'points'}",
            f"每组在{many}个{'社区' if city else '取值点'}各{n}次运行",
        )

    def factor(self, path: str) -> Factor:
        """What varies, by its path."""
        return self.factors.get(path, Factor(path))

    def id_of(self, arm: str) -> str:
        """An arm's name in the study's file."""
        return self.ids.get(arm, arm)

    def called(self, title: str, points: tuple[str, ...]) -> "Tables":
        """The same tables with another title and other names of points."""
        return replace(self, title=title, points=points)

    def renamed(
        self,
        arms: Mapping[str, str],
        look: Look,
        parts: Mapping[str, str] | None = None,
        factors: Mapping[str, Factor] | None = None,
    ) -> "Tables":
        """The same tables with other names of arms, of a bundle's parts and of what varies, for a language or a small place."""
        parts = parts or {}
        called = {path: factor.label for path, factor in (factors or {}).items()}

        def arm(table: Any) -> Any:
            return table.assign(arm=table["arm"].map(arms)) if table is not None and len(table) else table

        def quantity(said: str) -> str:
            return _quantity(said, arms[self.arms[0]], look)

        changed: dict[str, Any] = {
            name: arm(getattr(self, name))
            for name in ("runs", "effects", "trajectories", "profiles", "front", "by_group", "group_effects")
        }
        if self.sensitivity is not None and len(self.sensitivity):
            table = arm(self.sensitivity)
            named = table["factor"].map(lambda path: called.get(path, path))
            changed["sensitivity"] = table.assign(quantity=table["arm"].map(quantity), factor=named)
        changed["answers"] = {
            name: self._answer(table, arm(table), look, parts, factors or {}) for name, table in self.answers.items()
        }
        if factors:
            changed["factors"] = dict(factors)
        if self.attribution is not None and len(self.attribution):
            changed["attribution"] = self.attribution.assign(
                part=self.attribution["part"].map(lambda p: parts.get(p, p))
            )
        return replace(
            self,
            arms=tuple(arms[name] for name in self.arms),
            ids={arms[name]: self.id_of(name) for name in self.arms},
            spans={arms[name]: spans for name, spans in self.spans.items()},
            spans_at={(arms[name], point): spans for (name, point), spans in self.spans_at.items()},
            snapshots={arms[name]: snapshot for name, snapshot in self.snapshots.items()},
            **changed,
        )

    def _answer(
        self,
        table: "pd.DataFrame",
        renamed: "pd.DataFrame",
        look: Look,
        parts: Mapping[str, str],
        factors: Mapping[str, Factor],
    ) -> "pd.DataFrame":
        """An answer with other names of arms and factors; what it says of a bundle's policies in the language of the look."""
        if "quantity" not in table:
            return renamed
        first = dict(zip(table["arm"], renamed["arm"], strict=True)).get(self.arms[0], "")
        whole = ("outcome", "结果")
        said = [
            whole[look.language == "zh"] if q in whole else _quantity(a, first, look)
            for q, a in zip(table["quantity"], renamed["arm"], strict=True)
        ]
        changed = renamed.assign(quantity=said)
        values = {"without": look.say("without", "无"), "with": look.say("with", "有")}
        for factor, value in (("factor", "value"), ("by", "by_value")):
            if factor in changed:
                is_policy = changed[factor].isin(list(parts))
                changed[value] = changed[value].where(~is_policy, changed[value].map(lambda v: values.get(v, v)))
                pairs = zip(changed[factor], changed[value], strict=True)
                changed[value] = [factors[f].levels.get(v, v) if f in factors else v for f, v in pairs]
                called = {**parts, **{path: one.label for path, one in factors.items()}}
                changed[factor] = changed[factor].map(lambda name, called=called: called.get(name, name))
        return changed

    def position(self, arm: str) -> int:
        """An arm's position, which decides its colour and marker."""
        return self.arms.index(arm)


def _quantity(arm: str, first: str, look: Look) -> str:
    """What is looked at: the first arm's outcomes, or another arm's effects."""
    return arm if arm == first else look.say(f"effect of {arm}", f"{arm}的效应")
