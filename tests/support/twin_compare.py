"""The fast week and the plain twin side by side: the first difference, with week, phase, who and what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from plain_twin import Twin

from sim import Simulation
from sim.config.schema import Config
from sim.engine.jit import Column
from sim.policies.policy import Policy
from sim.state.orders import ORDERS
from sim.state.phase import Phase
from sim.state.places import GRIDS, TEAMS
from sim.state.residents import RESIDENTS
from sim.state.tallies import TALLIES
from sim.week import WEEK
from sim.world import World

CLOSE = 1e-6
"""How far two numbers in single precision may lie apart (relative, above 1): sums taken in another order or width."""

NOT_IN_TWIN = {"grid_first", "lifted"}
"""`lifted` only spares the fast week a look."""

DECIDED = {name for table in (RESIDENTS, GRIDS, TEAMS, ORDERS) for name, fact in table.items() if fact.dtype[0] in "iu"}
"""Columns of whole numbers: decisions and counts, compared exactly."""

STANDING = (
    RESIDENTS.keys()
    | GRIDS.keys()
    | TEAMS.keys()
    | TALLIES.keys()
    | {"trust", "confidence", "answered", "organized", "staff_left", "ties", "orders", "issues", "pairs"}
) - {"team_size"}
"""What stands on Sunday night (a team's size is known again when teams are next looked at)."""


def lives_of_both(
    config: Config, policies: tuple[Policy, ...], seed: int, weeks: int, closely: bool
) -> Iterator[tuple[int, str, str]]:
    """Live both weeks; yields (week, phase, what differs), looking on Sunday night or, closely, after each phase."""
    fast, twin = Simulation(config, policies=policies, seed=seed), Twin(config, policies, seed)
    yield from (
        (0, "the founders", said) for said in differences(fast.world, twin, RESIDENTS.keys() | {"ties", "orders"})
    )
    for week in range(weeks):
        fast.begin_week()
        twin.begin_week()
        if closely:
            seats = differences(fast.world, twin, ("vanguard", "pioneer"))
            yield from ((week, "policies_push", said) for said in seats)
        for moment in WEEK:
            fast.do(moment)
            getattr(twin, moment.name)()
            if closely:
                yield from ((week, moment.name, said) for said in differences(fast.world, twin, written(moment)))
        yield from ((week, "Sunday night", said) for said in differences(fast.world, twin, STANDING))
        fast.end_week()
        twin.end_week()


def first_difference(config: Config, policies: Iterable[Policy] = (), seed: int = 7, weeks: int = 52) -> str:
    """The first difference in words, or nothing. Only lives that differ are lived again and looked at closely."""
    for closely in (False, True):
        found = next(lives_of_both(config, tuple(policies), seed, weeks, closely), None)
        if found is None:
            return ""
    week, moment, said = found
    return f"week {week}, {moment}: {said}"


def written(moment: Phase) -> set[str]:
    """What to compare after a phase: the columns it writes; ties, orders and issues as wholes."""
    wholes = {
        "pair_": "pairs",
        "tie_": "ties",
        "degree": "ties",
        "order_": "orders",
        "open_orders": "orders",
        "issue_": "issues",
    }
    names = {next((whole for start, whole in wholes.items() if n.startswith(start)), n) for n in moment.writes}
    return names & (STANDING | {"team_size"})


def differences(world: World, twin: Twin, names: Iterable[str]) -> Iterator[str]:
    """Each of these facts in which the two differ, in words."""
    for name in sorted(set(names) - NOT_IN_TWIN):
        if name == "ties":
            yield from _different_ties(world, twin)
        elif name == "orders":
            yield from _different_orders(world, twin)
        elif name == "pairs":
            yield from _different_pairs(world, twin)
        elif name == "issues":
            yield from _different_issues(world, twin)
        else:
            mine = np.array(twin.tally.counts[name]) if name in TALLIES else twin.column(name)
            yield from _different(name, getattr(world, name), mine, name in DECIDED)


def _different(name: str, fast: Column, plain: Column, exactly: bool) -> Iterator[str]:
    same = fast == plain if exactly else np.isclose(fast, plain, rtol=CLOSE, atol=CLOSE)
    for row in np.argwhere(~same)[:1]:
        at = tuple(int(r) for r in row)
        yield f"{name} of row {at} is {fast[at]!r}, in the twin {plain[at]!r} ({np.count_nonzero(~same)} differ)"


def _different_ties(world: World, twin: Twin) -> Iterator[str]:
    for r in twin.residents:
        slots = range(world.tie_first[r.row], world.tie_first[r.row] + world.degree[r.row])
        fast = [int(world.tie_other[s]) for s in slots]
        if sorted(fast) != sorted(other.row for other in r.ties):
            yield f"resident {r.row} is tied to {fast}, in the twin to {[other.row for other in r.ties]}"
            continue
        for s in slots:
            tie = r.ties[twin.residents[world.tie_other[s]]]
            kept = (int(world.tie_born[s]), float(world.tie_rest[s]))
            far = abs(float(world.tie_strength[s]) - tie.strength) > CLOSE
            if far or kept != (tie.born, tie.rest):
                found = f"{world.tie_strength[s]!r}, {kept}"
                yield f"the tie of {r.row} and {world.tie_other[s]} is {found}, in the twin {tie}"


def _different_orders(world: World, twin: Twin) -> Iterator[str]:
    n = int(world.open_orders[0])
    fast = {(int(world.order_client[o]), int(world.order_kind[o])): o for o in range(n)}
    plain = {(order.client.row, order.service.number): order for order in twin.book}
    if fast.keys() != plain.keys() or n != len(twin.book):
        only_fast, only_twin = fast.keys() - plain.keys(), plain.keys() - fast.keys()
        yield f"open orders (client, kind): only in the fast week {only_fast}, only in the twin {only_twin}"
        return
    for who, o in fast.items():
        order = plain[who]
        for name in ORDERS:
            if name == "order_rank" and order.rank == 0.0:
                continue  # never stood in line; the fast week leaves there what the row held before
            own = name.removeprefix("order_")
            if name == "order_server":
                mine = order.server.row if order.server else order.served_by
            else:
                simple = {"order_kind": who[1], "order_client": who[0]}
                mine = simple[name] if name in simple else getattr(order, own)
            found = world.columns[name][o]
            same = found == mine if name in DECIDED else np.isclose(found, mine, rtol=CLOSE, atol=CLOSE)
            if not same:
                yield f"{name} of the order of {who} (client, kind) is {found!r}, in the twin {mine!r}"


def _different_issues(world: World, twin: Twin) -> Iterator[str]:
    rows = np.flatnonzero(world.issue_grid >= 0)
    fast = sorted((int(world.issue_grid[q]), int(world.issue_opened[q]), float(world.issue_hours[q])) for q in rows)
    plain = sorted((g.row, issue.opened, issue.hours) for g in twin.grids for issue in g.issues)
    if [f[:2] for f in fast] != [p[:2] for p in plain]:
        yield f"issues (grid, week) are {fast}, in the twin {plain}"
    elif not np.allclose([f[2] for f in fast], [p[2] for p in plain], rtol=CLOSE, atol=1e-4):
        yield f"hours given to issues are {fast}, in the twin {plain}"


def _different_pairs(world: World, twin: Twin) -> Iterator[str]:
    columns = (world.pair_client, world.pair_helper, world.pair_service, world.pair_since)
    fast = [tuple(int(column[p]) for column in columns) for p in range(int(world.pairs[0]))]
    plain = [pair.as_matched() for pair in twin.pairs]
    if fast != plain:
        yield f"pairs (client, helper, service, since) are {fast}, in the twin {plain}"
