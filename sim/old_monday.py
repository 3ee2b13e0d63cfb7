"""Monday: what all policies do every week, as one compiled call over addresses.

In a small community, asking policy after policy in Python costs more than what they do. So a policy says once, for as long as
its strength stays the same, what it pushes: compiled functions of the world (`@weekly`), each with its doses. Monday keeps
them as a table and goes through it every week. A policy that cannot say it so is asked every week, in its turn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple, Protocol

import numpy as np
from llvmlite import ir
from numba import cfunc, types
from numba.core import cgutils
from numba.extending import intrinsic, overload
from numba.np.numpy_support import carray

from sim.columns import Fact, Table
from sim.compiling import memory_at
from sim.law import Column, compiled
from sim.levers import LEVERS
from sim.orders import ORDERS
from sim.places import GRIDS, PAIRS, STATION, TEAMS
from sim.residents import RESIDENTS

DOSES = 16
"""Most doses of one push."""
_OF_THE_PUSH: Table = {"aimed": Fact("?", "whom it is meant for"), "here": Fact("?", "in which grids")}
_OTHERS: Table = {"grid_first": Fact("i8", "first row of each grid's residents; one entry more than grids")}
_FACTS: Table = (
    _OF_THE_PUSH
    | _OTHERS
    | RESIDENTS
    | GRIDS
    | TEAMS
    | PAIRS
    | STATION
    | ORDERS
    | {name: fact for name, (_, fact) in LEVERS.items()}
)
NAMES = tuple(_FACTS)
ROW = {name: row for row, name in enumerate(NAMES)}


def column(world: Any, name: str) -> Column:
    """A column of the world, by its name: in compiled code too, where the world is a table of addresses."""
    found: Column = getattr(world, name)
    return found


@overload(column, prefer_literal=True)
def _column(world, name):  # type: ignore[no-untyped-def]
    at, dtype = 3 * ROW[name.literal_value], np.dtype(_FACTS[name.literal_value].dtype)
    if _FACTS[name.literal_value].width:
        return lambda world, name: carray(memory_at(world[at]), (world[at + 1], world[at + 2]), dtype)
    return lambda world, name: carray(memory_at(world[at]), (world[at + 1],), dtype)


def number(world: Any, row: float) -> Column:
    """The lever of the community with this row in the list of names."""
    return column(world, NAMES[int(row)])


@overload(number)
def _number(world, row):  # type: ignore[no-untyped-def]
    dtype = np.dtype(np.float64)
    return lambda world, row: carray(memory_at(world[3 * int(row)]), (1,), dtype)


def _result(context: Any, function: Any, world: Any, doses: Any) -> Any:
    """The result of the `@weekly` function at an address."""

    def made(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        pointers = [builder.inttoptr(a, cgutils.voidptr_t) for a in arguments[1:]]
        kind = ir.FunctionType(ir.DoubleType(), [p.type for p in pointers])
        return builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), pointers)

    return types.float64(function, world, doses), made


_called: Any = intrinsic(_result)


class Weekly:
    """A function of the world and its doses, compiled when it is first needed."""

    def __init__(self, function: Callable[[Any, Any], float]) -> None:
        self.py_func, self.__doc__, self.__module__ = function, function.__doc__, function.__module__

    @cached_property
    def address(self) -> int:
        """Where the compiled function lies."""
        kind = types.float64(types.CPointer(types.int64), types.CPointer(types.float64))
        self._compiled = cfunc(kind, cache=True, error_model="numpy")(self.py_func)  # kept, so that it stays there
        address: Any = self._compiled.address
        return int(address)


def weekly(function: Callable[[Any, Any], float]) -> Weekly:
    """Declare a function of the world and its doses that pushes levers and returns a number to multiply a price with."""
    return Weekly(function)


@dataclass(frozen=True)
class Push:
    """One thing that a policy does each week: a function, its doses, and what one of what it returns costs."""

    function: Weekly
    doses: tuple[float, ...] = ()
    price: float = 0.0

    def in_python(self, world: Any) -> float:
        """Do it once, uncompiled; returns its cost."""
        return self.price * self.function.py_func(world, self.doses)


@weekly
def _raise(world, d):  # type: ignore[no-untyped-def]
    """Push a lever of the community."""
    lever = number(world, d[0])
    lever[0] += d[1]
    return 0.0


@weekly
def _cost(world, d):  # type: ignore[no-untyped-def]
    """Nothing is pushed, something is paid."""
    return 1.0


def raised(**levers: float) -> list[Push]:
    """Pushes of levers of the community, by name."""
    return [Push(_raise, (ROW[name], amount)) for name, amount in levers.items()]


def paid(yuan: float) -> Push:
    """A cost that is the same every week."""
    return Push(_cost, price=yuan)


class Acting(Protocol):
    """What Monday needs to know of a policy."""

    def pushes(self, world: Any, strength: float) -> Sequence[Push] | None:
        """What it does every week at this strength; None where it wants to be asked every week."""

    def push(self, world: Any, strength: float) -> float:
        """Do it now; returns the cost."""

    def lacking(self, world: Any) -> Sequence[Push] | None:
        """What counts whether there is something to prepare; None where it is to be asked every week."""

    def prepare(self, world: Any, strength: float) -> None:
        """Set up what it needs."""

    def aimed(self, world: Any) -> Column:
        """Whom it is meant for."""

    def for_everybody(self) -> bool:
        """Whether that is everybody, always."""

    def in_grids(self, world: Any) -> Column:
        """In which grids."""


class Pushes(NamedTuple):
    """Pushes one after the other, as tables for compiled code: one row a push."""

    rows: Column
    """Where its cost is booked."""
    functions: Column
    """Addresses of compiled functions."""
    doses: Column
    prices: Column
    aims: Column
    """Addresses and sizes of the columns that say whom it is meant for and in which grids."""

    @classmethod
    def of(cls, done: Sequence[tuple[int, Push]]) -> "Pushes":
        """The tables of pushes and of the rows in which their costs are booked; nobody is aimed at yet."""
        doses = np.zeros((len(done), DOSES))
        for at, (_, push) in enumerate(done):
            doses[at, : len(push.doses)] = push.doses
        return cls(
            np.array([row for row, _ in done], np.int64),
            np.array([push.function.address for _, push in done], np.int64),
            doses,
            np.array([push.price for _, push in done], np.float64),
            np.zeros((len(done), 4), np.int64),
        )


class _Stretch:
    """What some policies do, one after the other."""

    def __init__(self, world: Any, done: Sequence[tuple[int, Acting, Sequence[Push]]]) -> None:
        """`done`: what each policy does, with the row in which its cost is booked."""
        self.pushes = Pushes.of([(row, push) for row, _, pushes in done for push in pushes])
        self.narrow: list[tuple[Acting, Column]] = []
        self._kept: list[Column] = []  # what the addresses point to
        at = 0
        for _, policy, pushes in done:
            if not pushes:
                continue
            aimed, here = policy.aimed(world), policy.in_grids(world)
            if not policy.for_everybody():
                aimed = aimed.copy()
                self.narrow.append((policy, aimed))
            self._kept += [aimed, here]
            self.pushes.aims[at : at + len(pushes)] = *_address("aimed", aimed)[:2], *_address("here", here)[:2]
            at += len(pushes)

    def take(self, world: Any, table: Column, costs: Column) -> None:
        """Do it."""
        for policy, aimed in self.narrow:
            aimed[:] = policy.aimed(world)
        take(table, self.pushes, costs)


class Plan(NamedTuple):
    """A Monday that is the same week after week, for compiled code."""

    table: Column
    """Where the columns lie."""
    lacking: Pushes
    pushes: Pushes
    costs: int
    """Length of the list of costs."""


NOTHING = Plan(np.zeros((1, 3), np.int64), Pushes.of([]), Pushes.of([]), 0)
"""The Monday of a community without policies."""


class Monday:
    """Policies in force, in the order in which they push. It holds for as long as the columns of this world stay where they are."""

    def __init__(self, world: Any) -> None:
        """Look up where the columns lie.

        Errors: TypeError for a column that is not what the tables say.
        """
        self._world = world
        self._kept = {name: world.columns[name] for name in NAMES if name not in _OF_THE_PUSH}
        self._table = np.zeros((len(NAMES), 3), np.int64)
        for name, found in self._kept.items():
            self._table[ROW[name]] = _address(name, found)

    def arrange(self, acting: Sequence[tuple[int, Acting, float]], shares: Sequence[float]) -> None:
        """From now on these act, each for an owner and with a strength; `shares`: of the costs of those, what each owner pays."""
        world, owners = self._world, [owner for owner, _, _ in acting]
        self._owners = len(shares)
        self._bundles: list[tuple[int, slice, float]] = []
        rows, end = list(owners), len(shares)
        for owner, share in enumerate(shares):
            if (parts := owners.count(owner)) and (parts > 1 or share != 1.0):
                # the parts of a bundle have rows of their own behind those of the owners
                first, end = end, end + parts
                self._bundles.append((owner, slice(first, end), share))
                at = owners.index(owner)
                rows[at : at + parts] = range(first, end)
        self._costs = np.zeros(end)
        self._acting = {row: (policy, strength) for row, (_, policy, strength) in zip(rows, acting, strict=True)}
        lacking = [(row, policy, policy.lacking(world)) for row, (policy, _) in self._acting.items()]
        self._asked = np.zeros(end)
        self._asked[[row for row, _, lacks in lacking if lacks is None]] = 1.0
        self._lacking = _Stretch(world, [(row, policy, lacks or ()) for row, policy, lacks in lacking])
        said = [(row, policy, policy.pushes(world, strength)) for row, (policy, strength) in self._acting.items()]
        self._turns: list[_Stretch | int] = []
        for asked, turn in groupby(said, lambda one: one[2] is None):
            if asked:
                self._turns += [row for row, _, _ in turn]
            else:
                self._turns.append(_Stretch(world, [(row, policy, pushes or ()) for row, policy, pushes in turn]))

    def alike(self) -> Plan | None:
        """What all of them do week after week until one lacks something; None where a policy wants to be asked in Python."""
        if self._asked.any() or self._lacking.narrow or len(self._turns) > 1:
            return None
        turn = self._turns[0] if self._turns else self._lacking
        if not isinstance(turn, _Stretch) or turn.narrow:
            return None
        return Plan(self._table, self._lacking.pushes, turn.pushes, self._costs.size)

    def prepare(self) -> None:
        """Let those prepare who lack something."""
        lacks = self._costs
        lacks[:] = self._asked
        self._lacking.take(self._world, self._table, lacks)
        if lacks.any():
            for row, (policy, strength) in self._acting.items():
                if lacks[row]:
                    policy.prepare(self._world, strength)

    def push(self) -> list[float]:
        """Let everybody push; returns each owner's cost."""
        costs = self._costs
        costs.fill(0.0)
        for turn in self._turns:
            if isinstance(turn, _Stretch):
                turn.take(self._world, self._table, costs)
            else:
                policy, strength = self._acting[turn]
                costs[turn] = policy.push(self._world, strength)
        return self.shared(costs)

    def shared(self, costs: Column) -> list[float]:
        """Each owner's cost, of the costs of all that act."""
        each: list[float] = costs.tolist()
        for owner, rows, share in self._bundles:
            each[owner] = share * sum(each[rows])
        return each[: self._owners]


def _address(name: str, found: Column) -> tuple[int, int, int]:
    fact = _FACTS[name]
    if found.dtype != fact.dtype or found.ndim != (2 if fact.width else 1) or not found.flags.c_contiguous:
        raise TypeError(f"column {name} is {found.dtype} of shape {found.shape}; expected {fact.dtype} in one piece")
    return found.__array_interface__["data"][0], found.shape[0], found.shape[1] if fact.width else 0


AIMED, HERE = ROW["aimed"], ROW["here"]


@compiled
def take(table, pushes, costs):  # type: ignore[no-untyped-def]
    """Go through some pushes: `table`, where the columns lie; their prices are added to `costs`."""
    for p in range(pushes.functions.size):
        table[AIMED, 0], table[AIMED, 1] = pushes.aims[p, 0], pushes.aims[p, 1]
        table[HERE, 0], table[HERE, 1] = pushes.aims[p, 2], pushes.aims[p, 3]
        result = _called(pushes.functions[p], table.ctypes.data, pushes.doses[p].ctypes.data)
        costs[pushes.rows[p]] += pushes.prices[p] * result
