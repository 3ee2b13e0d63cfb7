"""What the twin lives in: its agents, its levers, and the same facts as columns for policies and for comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np
from twin_agents import Grid, Household, Order, Resident, Service, Tally, Team, Tie, single
from twin_chance import key_of

from sim.config.parameter import Section
from sim.config.schema import Config
from sim.engine.jit import Column
from sim.engine.layout import View
from sim.policies.acts import in_plain_python
from sim.policies.policy import Policy
from sim.state.households import person_columns
from sim.state.levers import LEVERS, REST
from sim.state.people import household_numbers
from sim.state.places import GRIDS, PAIRS, STATION, TEAMS
from sim.state.residents import INTERESTS, RESIDENTS, VACANT
from sim.state.tallies import TALLIES
from sim.state.views import LAYOUTS, SECTIONS
from sim.world import World


class TwinWorld(mesa.Model):
    """Residents, households, grids, teams and the order book, as they stand in a world at its start."""

    def __init__(self, config: Config, policies: tuple[Policy, ...] = (), seed: int = 0) -> None:
        super().__init__(rng=seed)
        world = World(config, seed)
        self.config, self.policies, self.seed_of_chance = config, policies, seed
        self.p = SimpleNamespace(
            **{
                name: SimpleNamespace(**section.as_numbers())
                for name, section in config
                if isinstance(section, Section) and name not in ("population", "network")
            }
        )
        self.person_numbers, self.drawn_persons = (
            household_numbers(
                config.population, config.life if config.lives_go_on else None, config.moving.migrants_arriving
            ),
            person_columns(world.tier.size),
        )
        self.services = [Service.of(n, kind) for n, kind in enumerate(config.kinds.values())]
        self.week, self.trust, self.confidence = 0, float(world.trust[0]), float(world.confidence[0])
        self.answered, self.organized, self.staff_left = float(world.answered[0]), 0.0, 0
        self.grids = [
            Grid(self, g, float(world.atmosphere[g]), float(world.condition[g])) for g in range(world.atmosphere.size)
        ]
        self.households = [
            Household(self, h, int(dwelling), int(world.generation[h]), int(world.household_persons[h]))
            for h, dwelling in enumerate(world.dwelling)
        ]
        self.residents = [
            Resident(self, i, self.households[world.household[i]], self.grids[world.grid[i]], world)
            for i in range(world.tier.size)
        ]
        self.count_heads()
        scopes: list[Grid | None] = [*self.grids, None]
        fields = len(INTERESTS)
        self.teams = [Team(self, fields * s + n, scope, n) for s, scope in enumerate(scopes) for n in range(fields)]
        self.knows_itself(self.residents)
        self._tie_everybody(world)
        self.book: list[Order] = []
        self.line: list[Order] = []
        self.encounters: list[tuple[Resident, Resident, float]] = []
        self.pairs: list[Any] = []
        self.kind_expected = world.kind_expected
        self.free_hours = [0.0] * 4
        self.tally = Tally({name: length for name, (length, _, _) in TALLIES.items()})
        self.tally.clear()
        self._keys: dict[str, int] = {}
        self._in_force = [False] * len(policies)
        self._let_levers_rest()
        self.levers = SimpleNamespace(**{name: lever.tolist() for name, lever in self.lever_columns.items()})

    def knows_itself(self, people: list[Resident]) -> None:
        """Work out the groups they belong to and the services they can come to need."""
        for r in people:
            r.groups_in = r.in_groups()
            r.can_come_to_need = {s for s in self.services if r.can_need(s.kind.eligible)}

    def count_heads(self) -> None:
        """How many live here, in all and in each grid."""
        for g in self.grids:
            g.people = sum(r.age != VACANT for r in g.residents)
        self.headcount = sum(g.people for g in self.grids)

    def _tie_everybody(self, world: World) -> None:
        made: dict[frozenset[int], Tie] = {}
        for r in self.residents:
            for s in range(world.tie_first[r.row], world.tie_first[r.row] + world.degree[r.row]):
                other = int(world.tie_other[s])
                strength, rest, born = float(world.tie_strength[s]), float(world.tie_rest[s]), int(world.tie_born[s])
                pair = frozenset((r.row, other))
                r.ties[self.residents[other]] = made.setdefault(pair, Tie(strength, rest, born))

    def key(self, name: str) -> int:
        """The key of a named stream for this week."""
        if name not in self._keys:
            self._keys[name] = key_of(self.seed_of_chance, name, self.week)
        return self._keys[name]

    def begin_week(self) -> None:
        """Levers return to rest, and policies in force push them."""
        self._keys = {}
        self.tally.clear()
        self._let_levers_rest()
        seen = Seen(self)
        costs = 0.0
        strengths = [policy.strength(self.week) for policy in self.policies]
        for at, (policy, strength) in enumerate(zip(self.policies, strengths, strict=True)):
            if self._in_force[at] and strength == 0.0:
                for part, _ in policy.acting(1.0):
                    in_plain_python(part, "leaves", seen, 0.0)
            self._in_force[at] = strength > 0.0
        in_force = [pair for pair in zip(self.policies, strengths, strict=True) if pair[1] > 0.0]
        in_force.sort(key=lambda pair: pair[0].name)
        for policy, strength in in_force:
            policy.prepare(seen, strength)  # type: ignore[arg-type]
        for policy, strength in in_force:
            costs += policy.push(seen, strength)  # type: ignore[arg-type]
        self.tally.add("stand_cost", costs)
        seen.take_back_changes()
        self.levers = SimpleNamespace(**{name: lever.tolist() for name, lever in self.lever_columns.items()})

    def _let_levers_rest(self) -> None:
        rows = {
            "community": 1,
            "grid": len(self.grids),
            "resident": len(self.residents),
            "kind": max(1, len(self.services)),
        }
        self.lever_columns = {
            name: np.full(rows[span], REST.get(name, 0.0), fact.dtype) for name, (span, fact) in LEVERS.items()
        }

    def serves_somebody(self, r: Resident, client: Resident, hours: float, quality: float) -> None:
        """Somebody gives hours of service to a client, perhaps across grids or origins."""
        self.serves(r, hours, quality)
        bridge = (r.place is not client.place) + 2 * (r.origin != client.origin)
        self.tally.add("count_served_by", hours, at=bridge)

    def serves(self, r: Resident, hours: float, quality: float) -> None:
        """Somebody gives hours of service of a quality."""
        r.hours = single(r.hours + hours)
        r.success = single(r.success + quality)
        r.services += 1
        r.last_served = self.week

    def counting(self, r: Resident) -> float:
        """Hours of this week that count for identity, what is seen, and practice: assigned ones by a share."""
        return float(r.hours - (1.0 - self.p.assigning.assigned_counts) * r.hours_assigned)

    def close(self, at: int) -> None:
        """An order leaves the book; the last one takes its place, as it does in the world."""
        last = self.book.pop()
        if at < len(self.book):
            self.book[at] = last

    def column(self, name: str) -> Column:
        """A column of residents, grids or teams, as the world keeps it."""
        if name == "grid_first":
            return np.cumsum([0, *(len(g.residents) for g in self.grids)])
        if name == "grid_people":
            return np.array([g.people for g in self.grids])
        if name == "headcount":
            return np.array([self.headcount])
        if name in RESIDENTS:
            return np.array([self._value(r, name) for r in self.residents], RESIDENTS[name].dtype)
        if name in GRIDS:
            return np.array([getattr(g, name) for g in self.grids], GRIDS[name].dtype)
        if name in TEAMS:
            own = name.removeprefix("team_")
            teams = [t.leader.row if t.leader else -1 for t in self.teams] if own == "leader" else None
            return np.array(teams or [getattr(t, own) for t in self.teams], TEAMS[name].dtype)
        if name in PAIRS:
            own = name.removeprefix("pair_")
            pairs = [getattr(p, own).row if own in ("client", "helper") else getattr(p, own) for p in self.pairs]
            return np.array(pairs, PAIRS[name].dtype)
        if name == "order_kind":
            return np.array([order.service.number for order in self.book], np.int8)
        if name == "order_client":
            return np.array([order.client.row for order in self.book], np.int32)
        if name in ("pairs", "open_orders"):
            return np.array([len(self.pairs if name == "pairs" else self.book)])
        if name in ("week", "trust", "confidence", "answered", "organized", "staff_left"):
            return np.array([getattr(self, name)], STATION[name].dtype)
        if name == "seed":
            return np.array([self.seed_of_chance], "u8")
        raise AttributeError(f"the twin has no column {name!r}")

    def _value(self, r: Resident, name: str) -> Any:
        if name == "team":
            return r.team.row if r.team else -1
        if name == "household":
            return r.home.row
        if name == "grid":
            return r.place.row
        if name == "groups":
            return sum(1 << g for g in r.groups_in)
        if name == "wants":
            return sum(1 << s.number for s in r.can_come_to_need)
        if name == "open_needs":
            return sum(1 << s.number for s in r.needs)
        return getattr(r, name)


class _Looked(Mapping[str, Any]):
    """The twin's columns by name, each made when it is looked at."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def __getitem__(self, name: str) -> Any:
        return getattr(self._seen, name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class Seen:
    """The twin as policies see a world: columns made from the agents when asked for, and levers to push."""

    def __init__(self, twin: TwinWorld) -> None:
        self._twin, self._columns, self._before = twin, dict[str, Column](), dict[str, Column]()

    @property
    def config(self) -> Config:
        return self._twin.config

    def views(self) -> dict[str, Any]:
        """What functions of views are handed in plain Python."""
        sections = {name: getattr(self.config, name).as_numbers() for name in SECTIONS}
        return {name: View(layout, sections.get(name, _Looked(self))) for name, layout in LAYOUTS.items()}

    @property
    def kind_expected(self) -> Column:
        return self._twin.kind_expected

    def __getattr__(self, name: str) -> Column:
        if name in self._twin.lever_columns:
            return self._twin.lever_columns[name]
        if name not in self._columns:
            twin = self._twin
            degree = np.array([len(r.ties) for r in twin.residents]) if name == "degree" else None
            self._columns[name] = twin.column(name) if degree is None else degree
            self._before[name] = self._columns[name].copy()
        return self._columns[name]

    def take_back_changes(self) -> None:
        """What policies set up among residents (seats of a team) goes back to the agents."""
        for name, column in self._columns.items():
            for row in np.flatnonzero(column != self._before[name]):
                value = column[row].item()
                setattr(self._twin.residents[row], name, single(value) if isinstance(value, float) else value)
