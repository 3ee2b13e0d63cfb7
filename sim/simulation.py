"""A simulation: one world, its policies and one seed, living week after week.

This is the engine that experiments run. `sim.model.Community` puts the face of a Mesa model on it.
"""

from collections.abc import Callable, Iterable, Sequence
from math import fsum
from types import SimpleNamespace

import numpy as np

from sim.config.load import load_config
from sim.config.schema import Config
from sim.config.seed import checked_seed
from sim.engine.build import Say, build
from sim.engine.jit import Column
from sim.engine.units import Unit
from sim.metrics import METRICS, measure, slow_names, slow_values
from sim.monday import Monday, turns_of
from sim.policies.policy import Policy
from sim.state.levers import LEVERS
from sim.state.orders import MOVED, close_order, is_case, loses_keeper
from sim.state.phase import Phase
from sim.state.residents import NEVER_SERVED, NO_TIER, RESIDENTS, VACANT
from sim.state.selectors import check_own
from sim.state.tallies import slices_of
from sim.state.ties import end_tie
from sim.week import WEEK
from sim.weeks import OUT_OF_MEMORY, QUARTER, Life, Turns, live, slow_are_due, take_turns
from sim.world import FOUNDING, World

NOBODY = Turns(*(np.zeros(0, np.int64) for _ in range(3)))
"""Nobody acts: the Monday of a community without policies."""
AT_ONCE = 5_000_000
"""Resident-weeks in one compiled call, about a second: an interrupt has to wait for its end."""
MOST_WEEKS = 30_000
"""Longest life, some 577 years: the week in which a tie was made has 16 bits."""


class Simulation:
    """One life of one community.

    `config` says what place it is, `policies` what is done there, `seed` (0 to 2**64 - 1) is its random seed.
    """

    def __init__(self, config: Config, policies: Iterable[Policy] = (), seed: int = 0) -> None:
        """Draw the founders and set everything at its start.

        Errors: ConfigError for wrong files of residents or ties; TypeError for what is not a policy or no whole number;
        ValueError for a seed out of range and a policy that names a grid or a kind of service that is not there.
        """
        self.config, self.policies, self.seed = config, tuple(policies), checked_seed(seed)
        compile_all(self.policies)
        self.world = World(config, self.seed)
        self._refuse_what_does_not_fit(self.policies)
        self.rows: list[Column] = []
        self.slow: list[dict[str, float]] = []
        self.costs: list[tuple[float, ...]] = []
        self.between = np.zeros_like(self.world.tallies.row)
        """What happened between two weeks; it is counted in the second."""
        self._pushed = False
        self._in_force = [False] * len(self.policies)
        self._strengths: list[float] = []
        self._by_name, self._whole_from = by_name(self.policies), whole_from(self.policies)
        self._whole = [1.0] * len(self.policies)
        self._slow_weeks: list[int] = []
        self._most_new = np.zeros(1, np.int64)
        self._bind()

    def __getstate__(self) -> dict[str, object]:
        """Everything but the addresses of columns: those are looked up again."""
        bound = ("_life", "_monday", "table", "views")
        return {name: value for name, value in self.__dict__.items() if name not in bound}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self._bind()

    def _refuse_what_does_not_fit(self, policies: Iterable[Policy]) -> None:
        """Refuse policies for grids, services or columns of the user's own file that are not there.

        Errors: TypeError for what is not a policy; ValueError.
        """
        own, place = self.world.people.own, self.config
        if own is not None:
            grids = place.population.model_copy(update={"grids": self.world.people.grids})
            place = place.model_copy(update={"population": grids})
        for policy in policies:
            if not isinstance(policy, Policy):
                raise TypeError(f"{policy!r} is not a policy; expected objects of sim.POLICIES")
            policy.fits(place)
            for part, _ in policy.acting(1.0):
                if part.where is not None:
                    check_own(part.where, own)

    @property
    def week(self) -> int:
        """Weeks lived so far."""
        return len(self.rows)

    def _bind(self) -> None:
        """Look up, once, where the columns lie; they are kept as long as their addresses are."""
        world = self.world
        self.table, self.views = world.table(), world.views()
        out = np.zeros(1)
        self._life = Life(
            self.table,
            turns_of([(phase, None, 0) for phase in WEEK]),
            measure.address,
            world.slow_values,
            out,
            world.week,
            world.tallies.row,
            self.between,
            world.open_orders,
            world.order_state.size,
            world.wants,
            world.kind_most,
            self.config.needing.low_income_extra,
            self._most_new,
            world.resting,
        )
        self._monday: Monday | None = None

    def change_policies(self, policies: Iterable[Policy]) -> None:
        """From the coming week on, these policies in place of the present ones; the past stays as it was.

        A policy in force that is listed again, with another `stop` or the same, stays in force; any other takes back
        what it set up in the world. Errors: TypeError for what is not a policy.
        """
        listed = tuple(policies)
        self._refuse_what_does_not_fit(listed)
        endless = [policy.model_copy(update={"stop": None}) for policy in listed]
        in_force = [False] * len(listed)
        for policy, acting in zip(self.policies, self._in_force, strict=True):
            if acting:
                again = policy.model_copy(update={"stop": None})
                if again in endless:
                    in_force[endless.index(again)] = True
                else:
                    policy.leave(self.world)
        if not listed:
            self.world.let_levers_rest()
        self.policies, self._in_force = listed, in_force
        self._by_name, self._whole_from, self._whole = by_name(listed), whole_from(listed), [1.0] * len(listed)
        self._monday = None

    def change_config(self, config: Config) -> None:
        """From the coming week on, the rules of `config`; people and ties stay who they are.

        Errors: ValueError when it is another place (other people, other ties or other service kinds).
        """
        if config.population != self.config.population or config.network != self.config.network:
            raise ValueError("people and ties cannot change in the middle of a life: start a new one")
        if {n: k.eligible for n, k in config.kinds.items()} != {n: k.eligible for n, k in self.config.kinds.items()}:
            raise ValueError("service kinds cannot come or go in the middle of a life: start a new one")
        self.config = self.world.config = config
        self.world.set_kinds()
        self._bind()

    def do(self, phase: Phase) -> None:
        """Let one phase of the week happen, where somebody wants to look at the world between two of them."""
        phase.run(self.table)

    def do_plainly(self, phase: Phase) -> None:
        """The same in plain Python."""
        phase(self.views)

    def run_for(self, weeks: int) -> "Simulation":
        """Live so many weeks more."""
        end = len(self.rows) + weeks
        while len(self.rows) < end:
            if not self._live_alike(end - len(self.rows)):
                self.live_one_week()
        return self

    def _live_alike(self, most: int) -> int:
        """Live weeks that are alike in one compiled call; returns how many.

        They end where a policy changes its strength, has to prepare something or is a callback, and where the order
        book has to grow.
        """
        world, week = self.world, len(self.rows)
        weeks = max(0, min(most, MOST_WEEKS - week, AT_ONCE // world.tier.size + 1))
        strengths = self._strengths_in(week)
        turns = self._monday_with(strengths).alike() if self.policies else NOBODY
        if turns is None or weeks == 0:
            return 0
        if week < self._whole_from:
            # some strengths are yet to change: not far ahead, for who has to prepare something ends the weeks before
            # that
            weeks = min(weeks, QUARTER)
            weeks = next((k for k in range(1, weeks) if self._strengths_in(week + k) != strengths), weeks)
        due = [at for at in range(week, week + weeks) if slow_are_due(at)]
        rows = np.empty((weeks, world.tallies.row.size))
        costs = np.zeros((weeks, self._monday.size if self._monday else 1))
        slow = np.empty((len(due), len(slow_names())))
        lived: int = live(self._life, week, turns, rows, costs, slow)
        if lived == OUT_OF_MEMORY:
            raise MemoryError("memory ran out within a week")
        for row, paid in zip(rows[:lived], costs, strict=False):
            if self._monday:
                world.stand_cost[0] = slices_of(row)["stand_cost"][0] = self._booked(self._monday.shared(paid.tolist()))
            self.rows.append(row)
        for at, values in zip(due, slow.tolist(), strict=True):
            if at < week + lived:
                self._slow_weeks.append(at)
                self.slow.append(dict(zip(slow_names(), values, strict=True)))
        return lived

    def live_one_week(self, looks: Sequence[tuple[Phase, Callable[[], None]]] = ()) -> None:
        """Levers rest, policies push, the phases of the week follow each other, and Sunday night is written down.

        `looks`: what looks at the world just before some phases, in the week's order.
        """
        self.begin_week()
        begun, phases = 0, self._life.phases
        for at, look in (*((WEEK.index(phase), look) for phase, look in looks), (len(WEEK), None)):
            if not take_turns(self._life, Turns(*(turns[begun:at] for turns in phases)), self._life.out):
                raise MemoryError("memory ran out within a week")
            if look is not None:
                look()
            begun = at
        self.end_week()

    def begin_week(self) -> None:
        """Make room in the order book, let levers rest and policies push them."""
        world = self.world
        world.week[0] = len(self.rows)
        world.tallies.row[:] = self.between
        self.between.fill(0.0)
        if len(self.rows) % QUARTER == 0:
            if len(self.rows) > MOST_WEEKS:
                raise ValueError(f"no life of more than {MOST_WEEKS:,} weeks")
            self._most_new[0] = world.most_new_orders()
        if world.open_orders[0] + self._most_new[0] > world.order_state.size:
            world.grow_orders(2 * int(world.open_orders[0] + self._most_new[0]))
            self._bind()
        if self.policies:
            self.policies_push()

    def policies_push(self) -> None:
        """Levers return to rest; policies in force push them; costs are booked."""
        if self._pushed:
            self.world.let_levers_rest()
        monday = self._monday_with(self._strengths_in(len(self.rows)))
        self.world.stand_cost[0] = self._booked(monday.act(self.table))

    def _strengths_in(self, week: int) -> list[float]:
        """How strong each policy is in a week."""
        return [policy.strength(week) for policy in self.policies] if week < self._whole_from else self._whole

    def _booked(self, costs: list[float]) -> float:
        """Write down what each policy costs this week; returns what all cost."""
        self.costs.append(tuple(costs))
        return fsum(costs)

    def _monday_with(self, strengths: list[float]) -> Monday:
        """Monday with policies as strong as this; arranged again only when their strengths change."""
        if self._monday is None or strengths != self._strengths:
            if self._pushed:
                self.world.let_levers_rest()
            self._monday = self._arranged(strengths)
            self._strengths = strengths
        return self._monday

    def _arranged(self, strengths: list[float]) -> Monday:
        """First who goes, then who comes, then everybody pushes, by name: so the order of the list does not matter."""
        for at, (policy, strength) in enumerate(zip(self.policies, strengths, strict=True)):
            if strength == 0.0 and self._in_force[at]:
                policy.leave(self.world)
            self._in_force[at] = strength > 0.0
        self._pushed = any(self._in_force)
        in_force = [at for at in self._by_name if self._in_force[at]]
        acting = [(at, *one) for at in in_force for one in self.policies[at].acting(strengths[at])]
        return Monday(self.world, acting, [policy.share_of_costs for policy in self.policies])

    def end_week(self) -> None:
        """Write down the tallies of the week and, now and then, the slow metrics."""
        self.rows.append(self.world.tallies.row.copy())
        if slow_are_due(len(self.rows) - 1):
            self.slow.append(slow_values(self.world))
            self._slow_weeks.append(len(self.rows) - 1)

    def let_go(self, row: int) -> None:
        """One resident leaves for good, between two weeks: ties end, open orders are cancelled, the row stands empty.

        Nobody else's chance changes. Errors: ValueError for a row in which nobody lives.
        """
        world, counted = self.world, slices_of(self.between)
        if world.age[row] == VACANT:
            raise ValueError(f"nobody lives in row {row}")
        ties = self.views["ties"]
        for slot in range(int(world.tie_first[row] + world.degree[row]) - 1, int(world.tie_first[row]) - 1, -1):
            end_tie(row, slot, ties)
        for order in range(int(world.open_orders[0]) - 1, -1, -1):
            if world.order_client[order] == row:
                case = bool(is_case(order, self.views["orders"]))
                loses_keeper(order, self.views["residents"], self.views["orders"], self.views["kinds"])
                close_order(order, self.views["orders"], self.views["station"])
                counted["count_cases" if case else "count_cancelled"][MOVED if case else 0] += 1
        counted["count_bank"][3] += world.balance[row]
        if world.team[row] >= 0:
            world.team_size[world.team[row]] -= 1
        for name, fact in RESIDENTS.items():
            if name not in ("key", "household", "grid"):
                world.columns[name][row] = fact.empty(1)[0]
        world.age[row], world.tier[row], world.team[row] = VACANT, NO_TIER, -1
        world.recruited_week[row], world.last_served[row], world.registered_week[row] = -1, NEVER_SERVED, NEVER_SERVED

    def tallies(self) -> dict[str, Column]:
        """Every tally by name: one row a week lived."""
        return slices_of(np.array(self.rows))

    def people(self) -> dict[str, Column]:
        """Who lives here now, one entry a resident, ready for a table: what the user's own file says and every column
        of one value.

        `row` is the row of the columns, `id` and `grid` are the file's names (rows and numbers where there is none). A
        newcomer's id is `newcomer` and the row; nothing of the file's other columns is known of newcomers.
        """
        world, people = self.world, self.world.people
        here = np.flatnonzero(world.age != VACANT)
        found: dict[str, Column] = {"row": here, "id": np.array([people.name_of(row) for row in here.tolist()])}
        found["grid"] = np.array([people.grid_name(grid) for grid in world.grid[here]])
        if people.own is not None:
            own = people.own
            found |= {name: own.now(name, world.key)[here] for name in own.columns if name not in found}
        return found | {
            (f"model_{name}" if name in found else name): world.columns[name][here].copy()
            for name, fact in RESIDENTS.items()
            if not fact.width and name != "grid"
        }

    def weekly(self) -> dict[str, Column]:
        """Every metric: one value a week lived, and the week itself. Slow metrics keep their last measured value."""
        tallies = SimpleNamespace(**self.tallies())
        known: dict[str, Column] = {"week": np.arange(len(self.rows))}
        if not self.rows:
            return known | {name: np.zeros(0) for name in METRICS}
        at = np.searchsorted(self._slow_weeks, np.arange(len(self.rows)), side="right") - 1
        slow = {name: np.array([values[name] for values in self.slow])[at] for name in self.slow[0]}
        with np.errstate(divide="ignore", invalid="ignore"):
            for name, metric in METRICS.items():
                known[name] = slow[name] if metric.slow else metric.of(tallies, known)
        return known


def compile_all(policies: Iterable[Policy] = (), say: Say | None = None) -> None:
    """Compile whatever a life with these policies needs and is not compiled yet, in several processes."""
    build(compiled_for(policies), _found_a_small_place, say)


def compiled_for(policies: Iterable[Policy] = ()) -> list[Unit]:
    """Everything that a life with these policies does in compiled code."""
    acting = [part for policy in policies if isinstance(policy, Policy) for part, _ in policy.acting(1.0)]
    units = [unit for policy in {type(part): part for part in acting}.values() for unit in policy.units()]
    return [*WEEK, measure, *FOUNDING, *units]


def _found_a_small_place() -> None:
    small = {"population.residents": 60, "population.grids": 2}
    World(load_config("baseline", set=small), 1)


def by_name(policies: tuple[Policy, ...]) -> list[int]:
    """Their places in the list, in the order of their names (of equals, of their doses): the order in which
    they push.
    """
    return sorted(range(len(policies)), key=lambda at: (policies[at].name, policies[at].model_dump_json()))


def whole_from(policies: tuple[Policy, ...]) -> float:
    """The week from which all are in force with their full strength for good; infinity where one pauses or ends."""
    return max((p.start + p.ramp if p.stop is None and not p.every else float("inf") for p in policies), default=0.0)


def levers_at_rest(world: World) -> bool:
    """Whether every lever is where it rests."""
    from sim.state.levers import REST

    return all(bool(np.all(world.columns[name] == REST.get(name, 0.0))) for name in LEVERS)
