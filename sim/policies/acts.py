"""Acts: what a policy does, as compiled functions of views and of `my`: its own doses.

    @pushes
    def thank(residents, levers, my):
        ...
        return my.cost_per_person * thanked     # yuan this week

`my` holds every dose by its name (a choice as its place in the list of choices, service kinds as rows in `my.kinds`),
the `strength` of this week, whom the policy is meant for (`my.aimed[i]`, children and empty rows included where that
is everybody), in which grids (`my.here[g]`), and the number of each of its streams of chance (`my.stream_seat` for
"seat"; see `key_of` in sim/mathematics/chance.py).
"""

import hashlib
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Literal, get_args, get_origin

import numpy as np

from sim.engine.jit import NumbaError, UnsupportedBytecodeError
from sim.engine.layout import Layout, Member, View
from sim.engine.units import Unit
from sim.mathematics.chance import stream
from sim.state.views import LAYOUTS

COMMON = frozenset(
    ["start", "stop", "ramp", "every", "active", "uptake", "grids", "groups", "tiers", "where", "capacity"]
)
"""Doses that say when and for whom: `my` has what follows from them."""
type When = Literal["pushes", "prepares", "leaves"]
IN_PYTHON: dict[When, str] = {"pushes": "push", "prepares": "prepare", "leaves": "leave"}


@dataclass(frozen=True)
class Act:
    """A function of views and `my` that belongs to a policy, and when it is called."""

    function: Callable[..., Any]
    when: When

    @property
    def in_python(self) -> str:
        """The method that does the same in plain Python."""
        return IN_PYTHON[self.when]

    def __get__(self, policy: object, of: type | None = None) -> "Act":
        return self


def pushes(function: Callable[..., Any]) -> Act:
    """Each week: push levers (`+=`); returns the cost of the week in yuan, or nothing where nobody pays."""
    return Act(function, "pushes")


def prepares(function: Callable[..., Any]) -> Act:
    """Each week before anybody pushes: set up what the policy needs (seats, pairs); does nothing where nothing
    is missing.
    """
    return Act(function, "prepares")


def leaves(function: Callable[..., Any]) -> Act:
    """When the policy ends: take back what it set up."""
    return Act(function, "leaves")


@cache
def act_of(policy: Any, when: When) -> Act | None:
    """What a policy does then, as its class or the nearest above says; None where that says it in plain Python."""
    in_python = IN_PYTHON[when]
    for cls in policy.__mro__:
        for value in vars(cls).values():
            if isinstance(value, Act) and value.when == when:
                return value
        if in_python in vars(cls):
            return None
    return None


@cache
def unit_said(policy: Any, when: When) -> Unit | None:
    """The same as a unit, compiled or not."""
    act = act_of(policy, when)
    return Unit(act.function, LAYOUTS, layout_of(policy)) if act else None


@cache
def unit_of(policy: Any, when: When) -> Unit | None:
    """The same compiled; None, with a warning, where it cannot be compiled: then it runs in plain Python."""
    if (unit := unit_said(policy, when)) is None:
        return None
    try:
        unit.address  # noqa: B018
    except (NumbaError, UnsupportedBytecodeError) as error:
        why = why_not_compiled(str(error))
        warnings.warn(f"{policy.__name__}.{unit.name} runs in plain Python, which is slow: {why}", stacklevel=2)
        return None
    return unit


def why_not_compiled(said: str) -> str:
    """The line of the compiler's page that names what it cannot take: the one below its innermost failure."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    below = [line for above, line in pairwise(lines) if re.search("Failed in .* mode pipeline", above)]
    return (below or lines or [""])[-1 if below else 0]


@cache
def layout_of(policy: Any) -> Layout:
    """The members of `my` for a policy."""
    singles = {"strength": "f8", "start": "i8", "bench": "i8"}
    for name, dose in policy.model_fields.items():
        kind = dose.annotation
        if name not in COMMON and (kind in (float, int, bool) or get_origin(kind) is Literal):
            singles[name] = "f8" if kind is float else "i8"
    singles |= {member_of(name): "u8" for name in policy.streams}
    singles |= dict.fromkeys(policy.derives, "f8")
    columns = {"aimed": "?", "here": "?", "kinds": "i8"}
    members = [
        Member(name, row, dtype, single=name in singles)
        for row, (name, dtype) in enumerate({**singles, **columns}.items())
    ]
    fields = hashlib.sha256(repr(members).encode()).hexdigest()[:8]  # two classes of one name in a notebook are two
    return Layout(
        f"my of {policy.__module__}.{policy.__qualname__} {fields}", {member.name: member for member in members}
    )


def member_of(name: str) -> str:
    """What `my` calls a stream of chance."""
    return f"stream_{name.replace('.', '_')}"


def _class(policy: Any) -> Any:
    return type(policy)


def doses_of(policy: Any, world: Any, strength: float, kinds: tuple[int, ...]) -> dict[str, Any]:
    """The values of `my`, by name."""
    values: dict[str, Any] = {"strength": strength, "bench": policy.bench, "kinds": np.array(kinds, np.int64)}
    values |= {"aimed": policy.aimed(world), "here": policy.in_grids(world)}
    values |= {name: float(made(policy, world)) for name, made in policy.derives.items()}
    for name in layout_of(_class(policy)).members:
        if name not in values and not name.startswith("stream_"):
            value = getattr(policy, name)
            choices = get_args(type(policy).model_fields[name].annotation) if isinstance(value, str) else ()
            values[name] = choices.index(value) if choices else value
    return values | {member_of(name): stream(f"policy.{policy.name}.{name}") for name in policy.streams}


def in_plain_python(policy: Any, when: When, world: Any, strength: float) -> Any:
    """Do it in plain Python. Errors: NotImplementedError for a policy that does not say what it does."""
    act = act_of(_class(policy), when)
    if act is None:
        if when == "pushes":
            raise NotImplementedError(
                f"{type(policy).__name__} does not say what it pushes: a function marked @pushes, or `push`"
            )
        return None
    mine = View(layout_of(_class(policy)), policy.doses(world, strength))
    with np.errstate(over="ignore"):
        return Unit(act.function, LAYOUTS, layout_of(_class(policy)))(world.views() | {"my": mine})
