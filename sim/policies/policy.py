"""What every policy is: a small frozen thing with a start, a stop, a dose, targets and a cost, that pushes levers.

A policy never touches an outcome and no rule knows that policies exist. Its chances hang on its own name
("policy.training.seat"), so that a further policy in the list changes nobody's luck.
"""

import re
from functools import cache, lru_cache
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sim.config.parameter import Grade
from sim.config.schema import Config
from sim.engine.jit import Column
from sim.engine.layout import Layout
from sim.engine.units import Unit
from sim.mathematics.chance import key_of, stream
from sim.policies.acts import Act, act_of, doses_of, in_plain_python, layout_of, unit_of, unit_said
from sim.policies.aim import among, everybody, narrow, reach
from sim.policies.pushing import chosen_by_lot
from sim.state.residents import ADULT, GROUPS, NO_TIER, TIERS, VACANT
from sim.state.selectors import meant, read_where
from sim.world import World

type Group = Literal["elders_alone", "senior_elders", "children", "low_income", "migrants"]
type TierName = Literal["bystander", "task_only", "interest_based", "substantive"]
GROUPS_ZH: dict[Group, str] = {
    "elders_alone": "独居老人",
    "senior_elders": "高龄老人",
    "children": "儿童",
    "low_income": "低收入居民",
    "migrants": "外来居民",
}
TIERS_ZH: dict[TierName, str] = {
    "bystander": "旁观者",
    "task_only": "任务型参与者",
    "interest_based": "兴趣型参与者",
    "substantive": "实质性参与者",
}


def dose(default: Any, sentence: str, *, unit: str, low: float, high: float) -> Any:
    """A dose with its shipped value (assumed unless the policy names a source), meaning, unit and range."""
    return Field(default, description=sentence, ge=low, le=high, json_schema_extra={"unit": unit})


def option(default: Any, sentence: str) -> Any:
    """A choice among named alternatives, with the shipped one."""
    return Field(default, description=sentence, json_schema_extra={"unit": "choice"})


class MisfitError(ValueError):
    """A dose of a policy names something that the community does not have."""

    def __init__(self, policy: str, dose: str, what: str, named: object, known: tuple[object, ...]) -> None:
        self.dose, self.named, self.known = dose, named, known
        there = ", ".join(map(str, known)) or "none"
        super().__init__(f"{policy}: no {what} {named!r} here; there are {there}")


class Policy(BaseModel):
    """A policy. Weeks count from 0 at the start of a run; `start` belongs to the policy, `stop` no more."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(Act,))
    name: ClassVar[str]
    sources: ClassVar[tuple[str, ...]] = ("huang2025",)
    title: ClassVar[str]
    title_zh: ClassVar[str]
    better: ClassVar[dict[str, int]] = {}
    """Metrics whose direction theory fixes under shared chance (common random numbers): +1 never falls, -1
    never rises (checked by a test).
    """
    aims_at: ClassVar[Literal["residents", "grids", "community"]] = "residents"
    """The finest thing it can be aimed at; a target that would change nothing is refused."""
    cost_grade: ClassVar[Grade] = "assumed"
    """Grade of evidence of its cost."""
    for_children: ClassVar[bool] = False
    """Whether it can be meant for children under 12, who have no tier."""

    def __init_subclass__(cls, **more: Any) -> None:
        """A class without a name is called as it is written; what it does in compiled code it also does in
        plain Python.
        """
        super().__init_subclass__(**more)
        own = vars(cls)
        if "name" not in own:
            cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        if not hasattr(cls, "title"):
            cls.title = cls.name.replace("_", " ").capitalize()
        if not hasattr(cls, "title_zh"):
            cls.title_zh = cls.title
        for act in [value for value in own.values() if isinstance(value, Act)]:
            if act.in_python not in own:
                setattr(cls, act.in_python, getattr(Policy, act.in_python))

    start: int = dose(0, "First week of the policy.", unit="week", low=0, high=100_000)
    stop: int | None = Field(
        None, description="First week without it; none: never.", ge=0, le=100_000, json_schema_extra={"unit": "week"}
    )
    ramp: int = dose(0, "Weeks over which it grows to full strength.", unit="weeks", low=0, high=520)
    every: int = dose(0, "Length of a cycle; 0: without pause.", unit="weeks", low=0, high=520)
    active: int = dose(1, "Weeks of each cycle in which it acts.", unit="weeks", low=1, high=520)
    uptake: float = dose(
        1.0, "Share of those targeted whom it reaches, the same people each week.", unit="share", low=0, high=1
    )
    grids: tuple[int, ...] = Field(
        (), description="Grids it is meant for (from 0); none named: all.", json_schema_extra={"unit": "rows of grids"}
    )
    groups: tuple[Group, ...] = Field(
        (), description="Groups it is meant for; none named: everybody.", json_schema_extra={"unit": "groups"}
    )
    tiers: tuple[TierName, ...] = Field(
        (), description="Tiers it is meant for; none named: all.", json_schema_extra={"unit": "tiers"}
    )

    where: str | None = Field(
        None,
        description="Whom it is meant for, in words, as in: age >= senior_elder and alone.",
        json_schema_extra={"unit": "words"},
    )
    capacity: int | None = Field(
        None,
        description="Most residents whom it reaches, the same as long as they are meant; none: all.",
        ge=0,
        json_schema_extra={"unit": "residents"},
    )

    streams: ClassVar[tuple[str, ...]] = ()
    """What its draws of chance are about: `my.stream_seat` is the number of the stream "seat"."""
    derives: ClassVar[dict[str, Any]] = {}
    """Further members of `my`, each with what makes it of the policy and the world: of what does not change in
    a life.
    """
    bench: ClassVar[int] = 0
    """Whose seats it fills where it seats people: 0 its own, 1 those of the bundle of which it is a part."""

    @field_validator("where")
    @classmethod
    def _readable(cls, where: str | None) -> str | None:
        if where is not None:
            read_where(where)
        return where

    @model_validator(mode="after")
    def _aimed_at_something(self) -> "Policy":
        useless = (
            []
            if self.aims_at == "residents"
            else [name for name in ("groups", "tiers", "where") if getattr(self, name)]
        )
        useless += ["capacity"] if self.aims_at != "residents" and self.capacity is not None else []
        useless += ["uptake"] if self.aims_at != "residents" and self.uptake != 1.0 else []
        useless += ["grids"] if self.aims_at == "community" and self.grids else []
        if self.groups == ("children",) and not self.for_children:
            raise ValueError(f"groups of residents of 12 and over: {self.name} reaches no children")
        if useless:
            whole = "whole grids" if self.aims_at == "grids" else "the whole community"
            raise ValueError(f"no {' or '.join(useless)}: {self.name} acts on {whole} and cannot be aimed by it")
        return self

    @model_validator(mode="after")
    def _in_time(self) -> "Policy":
        if self.stop is not None and self.stop < self.start:
            raise ValueError(f"a stop at or after start {self.start}, not {self.stop}")
        return self

    def strength(self, week: int) -> float:
        """How far the policy is in force in a week: 0 before its start and after its stop, growing along its ramp."""
        if week < self.start or (self.stop is not None and week >= self.stop):
            return 0.0
        if self.every and (week - self.start) % self.every >= self.active:
            return 0.0
        return min(1.0, (week - self.start + 1) / (self.ramp + 1))

    def units(self) -> list[Unit]:
        """Everything that it does in compiled code."""
        return [unit for when in ("prepares", "pushes", "leaves") if (unit := unit_said(type(self), when))]

    def pushing(self) -> Unit | None:
        """What it pushes each week, compiled; None where it is asked in plain Python."""
        return unit_of(type(self), "pushes")

    def preparing(self) -> Unit | None:
        """What sets up what it needs, compiled; None where it is asked in plain Python, or needs nothing."""
        return unit_of(type(self), "prepares")

    def needs_preparing(self) -> bool:
        """Whether it sets anything up."""
        return act_of(type(self), "prepares") is not None or type(self).prepare is not Policy.prepare

    def dose_layout(self) -> Layout:
        """Where its doses stand for compiled code."""
        return layout_of(type(self))

    def doses(self, world: World, strength: float) -> dict[str, Any]:
        """What its functions see as `my`, by name."""
        return doses_of(self, world, strength, rows_of_kinds(world, self.kinds_acted_on(world.config)))

    def kinds_acted_on(self, config: Config) -> tuple[str, ...]:  # noqa: ARG002
        """Names of the service kinds whose rows stand in `my.kinds`."""
        return getattr(self, "kinds", ())

    def prepare(self, world: World, strength: float) -> None:
        """Set up what the policy needs in the world (seats, a team) before any policy pushes."""
        in_plain_python(self, "prepares", world, strength)

    def push(self, world: World, strength: float) -> float:
        """Push levers for this week with this strength; returns the cost of the week in yuan."""
        return float(in_plain_python(self, "pushes", world, strength) or 0.0)

    def acting(self, strength: float) -> list[tuple["Policy", float]]:
        """Who acts, and with which strength: itself, or the parts of a bundle."""
        return [(self, strength)]

    @property
    def share_of_costs(self) -> float:
        """Share of the costs of those acting that is paid."""
        return 1.0

    def leave(self, world: World) -> None:
        """Take back what the policy set up in the world (a team, standing pairs) once it is no longer in force."""
        if unit := unit_of(type(self), "leaves"):
            layout, table = self.dose_layout(), world.table()
            my = np.zeros((len(layout.members), 3), np.int64)
            layout.write(kept := self.doses(world, 0.0), my)
            unit.run(table, my.ctypes.data)
            del kept
        else:
            in_plain_python(self, "leaves", world, 0.0)

    def sentence(self) -> str:
        """One English sentence that says what the policy does with these numbers; unless written, the class's
        own sentence.
        """
        said = " ".join((type(self).__doc__ or self.title).strip().split("\n\n")[0].split())
        return f"{said.rstrip('.')}, {self.period()}."

    def sentence_zh(self) -> str:
        """The same in Chinese; unless written, in English."""
        return self.sentence()

    def told(self) -> str:
        """The sentence, and whom it reaches and how it comes and goes where that is not the plain case."""
        more = [
            f"for {' and '.join(self.groups).replace('_', ' ')}" if self.groups else "",
            f"for residents with {self.where}" if self.where else "",
            f"at tier {' or '.join(self.tiers).replace('_', '-')}" if self.tiers else "",
            f"in grids {', '.join(map(str, self.grids))} (counted from 0)" if self.grids else "",
            f"reaching {self.uptake:.0%} of those" if self.uptake < 1.0 else "",
            f"at most {self.capacity} residents" if self.capacity is not None else "",
            f"growing over {self.ramp} weeks" if self.ramp else "",
            f"acting in {self.active} of every {self.every} weeks" if self.every else "",
        ]
        return f"{self.sentence()[:-1]}{''.join(f'; {one}' for one in more if one)}."

    def told_zh(self) -> str:
        """The same in Chinese."""
        until = f"至第{self.stop}周止" if self.stop is not None else ""
        more = [
            f"自第{self.start}周起{until}" if self.start or until else "",
            f"面向{'、'.join(GROUPS_ZH[group] for group in self.groups)}" if self.groups else "",
            f"面向符合“{self.where}”的居民" if self.where else "",
            f"面向{'、'.join(TIERS_ZH[tier] for tier in self.tiers)}" if self.tiers else "",
            f"在网格{'、'.join(map(str, self.grids))}（从0数起）" if self.grids else "",
            f"覆盖其中{self.uptake:.0%}" if self.uptake < 1.0 else "",
            f"最多{self.capacity}名居民" if self.capacity is not None else "",
            f"在{self.ramp}周内逐步加强" if self.ramp else "",
            f"每{self.every}周中实施{self.active}周" if self.every else "",
        ]
        return f"{self.sentence_zh()[:-1]}{''.join(f'；{one}' for one in more if one)}。"

    def period(self) -> str:
        """When it is in force, in words."""
        until = f"until week {self.stop}" if self.stop is not None else "to the end"
        return f"from week {self.start} {until}"

    def fits(self, config: Config) -> None:
        """Refuse a community for which the policy was not written.

        Errors: MisfitError, which names what the community does not have.
        """
        for kind in self.kinds_named():
            if kind not in config.kinds:
                raise MisfitError(self.name, "kinds", "service kind", kind, tuple(config.kinds))
        for grid in self.grids:
            if not 0 <= grid < config.population.grids:
                raise MisfitError(self.name, "grids", "grid", grid, tuple(range(config.population.grids)))

    def kinds_named(self) -> tuple[str, ...]:
        """Service kinds that the user named; those that a policy is shipped with are passed over where they do
        not exist.
        """
        return getattr(self, "kinds", ()) if "kinds" in self.model_fields_set else ()

    def for_everybody(self) -> bool:
        """Whether it is meant for everybody whom it can be meant for."""
        narrowed = self.grids or self.groups or self.tiers or self.where is not None
        return not narrowed and self.uptake >= 1.0 and self.capacity is None

    def targets(self, world: World, *, children: bool = False) -> Column:
        """Who it is meant for this week: residents of 12 and over (or all) in its grids, groups and tiers,
        whom it reaches.
        """
        aimed: Column = world.age != VACANT if children else world.tier > NO_TIER
        if self.grids or self.groups or self.tiers:
            narrow(
                aimed,
                self.in_grids(world),
                world.grid,
                sum(1 << GROUPS.index(g) for g in self.groups),
                world.groups,
                sum(1 << TIERS.index(t) for t in self.tiers),
                world.tier,
            )
        if self.where is not None:
            aimed &= meant(self.where, world.columns, world.people.own)
        if self.uptake < 1.0 or self.capacity is not None:
            takes_up, comes_first = self.key(world, "uptake", week=0), self.key(world, "capacity", week=0)
            most = aimed.size if self.capacity is None else self.capacity
            reach(aimed, world.key, takes_up, self.uptake, comes_first, most)
        return aimed

    def aimed(self, world: World) -> Column:
        """`targets` (not to be written to) for loops that look at tiers or ages themselves.

        A policy for everybody has nothing to work out here, and everybody is in it: children and empty rows too.
        """
        if self.for_everybody():
            return everybody(world.tier.size)
        whom = self.targets(world, children=self.for_children)
        whom.flags.writeable = False
        return whom

    def in_grids(self, world: World) -> Column:
        """Which grids it is meant for (not to be written to)."""
        return among(world.atmosphere.size, self.grids)

    def key(self, world: World, what: str, week: int | None = None) -> np.uint64:
        """The key for the draws that the policy makes about `what`, this week or (week=0) once for all."""
        named = _stream(self.name, what)
        if week == 0:
            return _first_key(world.seed[0], named)
        return np.uint64(key_of(world.seed[0], named, world.week[0] if week is None else week))

    def chosen(self, world: World, among: Column, seats: float, what: str) -> Column:
        """Rows of `seats` residents among those flagged, by smallest keyed draw; a part of a seat is filled by
        chance.
        """
        part, lot = _lot(self.name, what)
        rows: Column = chosen_by_lot(
            world.seed[0], world.week[0], part, lot, world.key, np.flatnonzero(among), float(seats)
        )
        return rows


@cache
def _stream(policy: str, what: str) -> np.uint64:
    return stream(f"policy.{policy}.{what}")


@cache
def _lot(policy: str, what: str) -> tuple[np.uint64, np.uint64]:
    return _stream(policy, f"{what}.part"), _stream(policy, what)


def counted(number: float, noun: str) -> str:
    """A number with its noun, in the plural where there is not just one: 1 week, 2 weeks."""
    return f"{number:g} {noun}" + ("" if number == 1 else "s")


def adults(world: World) -> Column:
    """Residents of 18 and over."""
    return (world.age >= ADULT) & (world.tier > NO_TIER)


@lru_cache(maxsize=4096)
def _first_key(seed: np.uint64, stream: np.uint64) -> np.uint64:
    return np.uint64(key_of(seed, stream, 0))


def rows_of_kinds(world: World, names: tuple[str, ...]) -> tuple[int, ...]:
    """Rows of the service kinds of these names; names that this community does not have are passed over."""
    return tuple(row for row, name in enumerate(world.config.kinds) if name in names)
