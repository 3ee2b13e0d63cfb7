"""The Mesa face: `Community` is a `mesa.Model`, `Resident` a `mesa.Agent`; behind both the week runs on arrays.

Residents are views of rows, made when somebody first asks for them: a run that reads only metrics never pays for them,
and looking at a community draws no chance. Only this file imports Mesa, and of Mesa only what 3.5 and 4.0 share.
"""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from math import cos, pi, sin, sqrt
from operator import attrgetter
from pathlib import Path
from typing import Any

import mesa
import networkx as nx
import numpy as np
import pandas as pd
from mesa.discrete_space import CellAgent, Network
from mesa.experimental.scenarios import Scenario

from sim.config.load import load_config
from sim.config.schema import Config
from sim.config.seed import checked_seed
from sim.metrics import METRICS
from sim.policies import POLICIES
from sim.policies.policy import Policy
from sim.simulation import Simulation
from sim.state.columns import Fact
from sim.state.residents import CHILD, INTEREST, NO_TIER, RESIDENTS, TASK, VACANT

type Reporters = Mapping[str, Any]
"""What to collect, by name: an attribute's name, a function, or whatever else Mesa's DataCollector takes."""

WRITABLE = (
    *("tier", "registered", "interest", "disposition", "hours_limit", "threshold", "identity_home"),
    *("skill", "efficacy", "identity", "fatigue", "satisfaction", "habit", "wellbeing"),
)
"""Columns that may be set from outside: nothing else is derived from them or has to balance with them."""


class ColumnView:
    """An attribute of a resident that lives in a column: read as Python numbers, written within its range."""

    def __init__(self, name: str, fact: Fact) -> None:
        self.name, self.fact = name, fact
        self.__doc__ = f"{fact.sentence} ({fact.unit})"

    def __get__(self, resident: "Resident | None", owner: type | None = None) -> Any:
        if resident is None:
            return self
        value = resident.model.simulation.world.columns[self.name][resident.row]
        return tuple(value.tolist()) if self.fact.width else value.item()

    def __set__(self, resident: "Resident", value: Any) -> None:
        if self.name not in WRITABLE:
            raise AttributeError(f"{self.name} of a resident can only be read; can be set: {', '.join(WRITABLE)}")
        column = resident.model.simulation.world.columns[self.name]
        numbers = self._checked(value, column.dtype)
        if self.name == "tier" and (numbers == NO_TIER) != (resident.age == CHILD):
            raise ValueError("children under 12 have no tier (-1), everybody else has one (0-3)")
        column[resident.row] = numbers
        if self.name == "tier":
            resident._tier_was_set()

    def _checked(self, value: Any, dtype: Any) -> Any:
        """The value as numbers, if it is in the range of the column. Errors: ValueError, TypeError."""
        fact, numbers = self.fact, np.asarray(value)
        if numbers.dtype.kind not in "biuf" or numbers.shape != ((fact.width,) if fact.width else ()):
            what = f"{fact.width} numbers" if fact.width else "a number"
            raise TypeError(f"{self.name} ({fact.sentence}) takes {what}, not {value!r}")
        low, high = -np.inf if fact.low is None else fact.low, np.inf if fact.high is None else fact.high
        whole = np.dtype(dtype).kind in "iu"
        if not (np.isfinite(numbers).all() and ((numbers >= low) & (numbers <= high)).all()) or (
            whole and (numbers != np.floor(numbers)).any()
        ):
            expected = f"{'a whole number' if whole else 'a number'} from {low:g} to {high:g} ({fact.unit})"
            raise ValueError(f"{self.name} ({fact.sentence}) is {expected}, not {value!r}")
        return numbers


class Resident(CellAgent):  # type: ignore[misc]
    """Whoever lives in row `row` of the community.

    Every column of `sim.state.residents.RESIDENTS` is an attribute; those in `WRITABLE` can be set. When a household
    moves, the newcomers take the rows of those who left, and so these objects: `key` tells persons apart.
    """

    model: "Community"

    def __init__(self, model: "Community", row: int) -> None:
        super().__init__(model)
        self._row = row

    def __repr__(self) -> str:
        return f"<Resident {self._row}>" if self._row >= 0 else "<Resident, removed>"

    @property
    def row(self) -> int:
        """Row of the columns. Errors: LookupError for a resident who was removed."""
        if self._row < 0:
            raise LookupError("this resident was removed from the community")
        return self._row

    @property
    def ties(self) -> "dict[Resident, float]":
        """The residents to whom this one is tied, with the strength of the tie (0-1)."""
        world, everyone = self.model.simulation.world, self.model.residents
        used = slice(world.tie_first[self.row], world.tie_first[self.row] + world.degree[self.row])
        return {
            everyone[other]: strength
            for other, strength in zip(world.tie_other[used].tolist(), world.tie_strength[used].tolist(), strict=True)
        }

    @property
    def household_members(self) -> "list[Resident]":
        """The other members of the household."""
        world, everyone = self.model.simulation.world, self.model.residents
        first, end = world.household_first[self.household : self.household + 2].tolist()
        return [everyone[row] for row in range(first, end) if row in everyone and row != self.row]

    def step(self) -> None:
        """Not there: a week is lived by the whole community at once. Errors: NotImplementedError, always."""
        raise NotImplementedError(
            "a resident has no step of their own: all live the week together, phase by phase (sim/week.py); "
            "call model.step() for one week or model.run_for(52) for a year"
        )

    def remove(self) -> None:
        """Leave for good: ties end, open orders are cancelled, and the row stands empty for good.

        Everybody else's luck stays as it was. What leaves is counted in the week that follows.
        """
        row = self.row
        self.model.simulation.let_go(row)
        del self.model.residents[row]
        super().remove()
        self._row = -1

    def _tier_was_set(self) -> None:
        """Bring along what goes with a tier: participants are registered, teams are of tier 2-3."""
        world, row = self.model.simulation.world, self.row
        if world.tier[row] >= TASK:
            world.registered[row] = 1
        if world.tier[row] < INTEREST and world.team[row] >= 0:
            world.team_size[world.team[row]] -= 1
            world.team[row] = -1


for _name, _fact in RESIDENTS.items():
    setattr(Resident, _name, ColumnView(_name, _fact))


class WeeklyMetrics(Mapping[str, list[float]]):
    """Every metric of a simulation as a list with one value a week, computed when it is looked at."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._weeks, self._known = -1, dict[str, list[float]]()

    def __getitem__(self, name: str) -> list[float]:
        if self._weeks != self._simulation.week:
            weekly = self._simulation.weekly()
            self._weeks, self._known = self._simulation.week, {name: weekly[name].tolist() for name in METRICS}
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(METRICS)

    def __len__(self) -> int:
        return len(METRICS)


def _week_just_lived(model: "Community") -> int:
    return model.simulation.week - 1


class WeeklyCollector(mesa.DataCollector):  # type: ignore[misc]
    """Mesa's data collector with one row a week: `week`, every metric of the simulation, and what a user adds."""

    model_vars: Any

    def __init__(
        self,
        simulation: Simulation,
        model_reporters: Reporters | None = None,
        agent_reporters: Reporters | None = None,
        agenttype_reporters: Mapping[type, Reporters] | None = None,
    ) -> None:
        """Errors: ValueError for a reporter that has the name of a metric."""
        taken = sorted(({"week"} | METRICS.keys()) & (model_reporters or {}).keys())
        if taken:
            raise ValueError(f"{', '.join(taken)}: a model reporter cannot have the name of a metric")
        super().__init__(
            {"week": _week_just_lived} | dict(model_reporters or {}),
            _picklable(agent_reporters),
            {kind: _picklable(reporters) for kind, reporters in (agenttype_reporters or {}).items()},
        )
        self.model_vars = ChainMap(self.model_vars, WeeklyMetrics(simulation))  # type: ignore[arg-type]  # read only

    def get_model_vars_dataframe(self) -> pd.DataFrame:
        """One row a week; `week`, then one column a metric, then the user's own."""
        own, metrics = self.model_vars.maps
        return pd.DataFrame({"week": own["week"], **metrics, **{k: v for k, v in own.items() if k != "week"}})


def _picklable(reporters: Reporters | None) -> dict[str, Any]:
    """Reporters in which a bare attribute name has become a function that can be pickled (Mesa's own cannot)."""
    return {name: attrgetter(r) if isinstance(r, str) else r for name, r in (reporters or {}).items()}


class Community(mesa.Model):  # type: ignore[misc]
    """One community as a Mesa model; a step is a week.

    `m = Community(load_config("ruijing"), policies=[Vanguard(start=52)], rng=7); m.run_for(52)`
    """

    def __init__(
        self,
        config: Config | str | Path | None = None,
        policies: Policy | str | Iterable[Policy | str] = (),
        rng: Any = None,
        scenario: Scenario | None = None,
        model_reporters: Reporters | None = None,
        agent_reporters: Reporters | None = None,
        agenttype_reporters: Mapping[type, Reporters] | None = None,
        **parameters: object,
    ) -> None:
        """Draw the founders.

        `config` is a loaded configuration, a name or a path (none: baseline); `policies` are policies, or names for
        policies as shipped; `rng` is the seed (0 to 2**64 - 1) or anything that numpy makes a generator of.
        `parameters` change the configuration, with `__` for the dot (`moving__annual_rate=0.2`): so batch runs and
        sliders can vary them. The fields of a `scenario` stand for arguments that are not given.
        Errors: ConfigError for a wrong configuration; TypeError or ValueError for other wrong arguments.
        """
        if scenario is not None:
            said = {name: value for name, value in scenario if name != "rng"}
            config, policies = config or said.pop("config", None), policies or said.pop("policies", ())
            parameters = {k: v for k, v in said.items() if k not in ("config", "policies")} | parameters
        seed = _seed_of(rng if scenario is None else scenario.rng)
        super().__init__(**({"rng": seed} if scenario is None else {"scenario": scenario}))
        self.simulation = Simulation(_configured(config, parameters), _listed(policies), seed)
        self.datacollector = WeeklyCollector(self.simulation, model_reporters, agent_reporters, agenttype_reporters)
        self._residents: dict[int, Resident] = {}

    def step(self) -> None:
        """Live one week and write it down."""
        self.simulation.live_one_week()
        self.datacollector.collect(self)

    @property
    def week(self) -> int:
        """Weeks lived so far."""
        return self.simulation.week

    @property
    def config(self) -> Config:
        """What place this is."""
        return self.simulation.config

    @property
    def policies(self) -> tuple[Policy, ...]:
        """What is done here."""
        return self.simulation.policies

    @property
    def residents(self) -> dict[int, Resident]:
        """Everybody who lives here, by row; made on first use."""
        self._bring_to_life()
        return self._residents

    def _bring_to_life(self) -> None:
        lives_go_on = self.config.lives_go_on
        if self._residents and not lives_go_on:
            return
        here = set(np.flatnonzero(self.simulation.world.age != VACANT).tolist())
        for row in sorted(self._residents.keys() - here):  # who has died or left home is no agent any more
            mesa.Agent.remove(self._residents.pop(row))
        for row in sorted(here - self._residents.keys()):
            self._residents[row] = Resident(self, row)

    # Mesa reads these three; each brings the residents to life first
    @property
    def agents(self) -> Any:
        """Everybody who lives here, as Mesa's AgentSet."""
        self._bring_to_life()
        return super().agents

    @property
    def agents_by_type(self) -> Any:
        """Mesa's AgentSet for each type of agent."""
        self._bring_to_life()
        return super().agents_by_type

    @property
    def agent_types(self) -> Any:
        """The types of agents."""
        self._bring_to_life()
        return super().agent_types

    def remove_all_agents(self) -> None:
        """Everybody leaves for good."""
        self._bring_to_life()
        super().remove_all_agents()

    def ties(self) -> nx.Graph:
        """The ties as they stand now: nodes are rows, edges have a `strength`."""
        world, graph = self.simulation.world, nx.Graph()
        graph.add_nodes_from(range(world.tier.size))
        one = np.repeat(np.arange(world.degree.size), world.degree)
        slots = np.concatenate([np.arange(f, f + d) for f, d in zip(world.tie_first[:-1], world.degree, strict=True)])
        once = one < world.tie_other[slots]
        ends = (one[once].tolist(), world.tie_other[slots[once]].tolist(), world.tie_strength[slots[once]].tolist())
        graph.add_weighted_edges_from(zip(*ends, strict=True), weight="strength")
        return graph

    @cached_property
    def grid(self) -> Network:
        """The ties at the first look, as a Mesa space with fixed positions; made when a picture is wanted."""
        space = Network(self.ties(), capacity=1, random=self.random, layout=self.positions())
        for row, resident in self.residents.items():
            resident.cell = space[row]
        return space

    def positions(self) -> dict[int, tuple[float, float]]:
        """Where to draw each row: grids on a circle, the residents of a grid in a spiral, households side by side."""
        first = self.simulation.world.grid_first.tolist()
        spots: dict[int, tuple[float, float]] = {}
        grids = len(first) - 1
        room = 0.9 * (sin(pi / grids) if grids > 1 else 1.0)
        for g in range(grids):
            heads = first[g + 1] - first[g]
            x, y = (cos(2 * pi * g / grids), sin(2 * pi * g / grids)) if grids > 1 else (0.0, 0.0)
            for k in range(heads):
                r, angle = room * sqrt((k + 0.5) / heads), pi * (3.0 - sqrt(5.0)) * k
                spots[first[g] + k] = (x + r * cos(angle), y + r * sin(angle))
        return spots


def _seed_of(rng: Any) -> int:
    """A seed from 0 to 2**64 - 1: the number itself, or a draw of the generator that numpy makes of `rng`."""
    if isinstance(rng, int | float | np.number | np.bool_ | str):
        return checked_seed(rng)
    return int(np.random.default_rng(rng).integers(2**63))


def _configured(config: Config | str | Path | None, parameters: Mapping[str, object]) -> Config:
    if isinstance(config, Config):
        if parameters:
            raise TypeError(
                f"{', '.join(parameters)}: parameters need `config` as a name or a path; "
                "change a loaded one with load_config(name, set={...})"
            )
        return config
    return load_config(config or "baseline", set={path.replace("__", "."): v for path, v in parameters.items()})


def _listed(policies: Policy | str | Iterable[Policy | str]) -> list[Policy]:
    """Policies, those given by name as they are shipped. Errors: ValueError for an unknown name."""
    listed = []
    for policy in [policies] if isinstance(policies, Policy | str) else policies:
        if isinstance(policy, str) and policy not in POLICIES:
            raise ValueError(f"no policy is called {policy!r}; there are {', '.join(POLICIES)}")
        listed.append(POLICIES[policy]() if isinstance(policy, str) else policy)
    return listed
