"""Small communities for tests, and the account that must balance every week."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from sim import Simulation, load_config
from sim.config.schema import Config
from sim.policies.policy import Policy
from sim.state.orders import HIDDEN, KEPT, ORDERS, PLACED, SHELVED
from sim.state.places import GRIDS, STATION
from sim.state.residents import BYSTANDER, CHILD, INTEREST, NO_TIER, RESIDENTS, VACANT
from sim.state.tallies import slices_of
from sim.state.ties import TIES
from sim.world import World

TYPES = {name: list(one) for name, one in load_config("baseline").population.household_types.items()}
STAY = (HIDDEN, PLACED, KEPT, SHELVED)
"""States in which an order stays in the book."""
NO_ELDERS = {
    "population.household_types": TYPES | {"adult": [1, 0, 0, 1, 1, False]},
    "population.dwelling_sizes": [1],
}


def place(residents: int = 300, grids: int = 3, like: str = "baseline", **changes: Any) -> Config:
    """A small community: the baseline, or another, with changes (section__name=value)."""
    sizes = {"population.residents": residents, "population.grids": grids}
    return load_config(like, set=sizes | {path.replace("__", "."): value for path, value in changes.items()})


def isolated(residents: int = 300, grids: int = 3, **changes: Any) -> Config:
    """A small community of the first version, whose mechanisms are few: one more can be switched on alone."""
    return place(residents, grids, "first_version", **changes)


def lived(weeks: int, config: Config | None = None, policies: Iterable[Policy] = (), seed: int = 7) -> Simulation:
    """A simulation that has lived so many weeks."""
    return Simulation(config or place(), policies, seed).run_for(weeks)


def columns(world: World) -> dict[str, Any]:
    """What stands in the world, by name: used slots and rows only."""
    orders, used = int(world.open_orders[0]), _used(world)
    known = {}
    for name, column in world.columns.items():
        if name in ORDERS:
            known[name] = column[:orders]
        elif name in TIES and name not in ("tie_first", "degree"):
            known[name] = column[used]
        elif not name.startswith(("count_", "stand_", "met_")) and name not in ("line", "encounters"):
            known[name] = column
    return known


def same_life(one: Simulation, other: Simulation, but: Iterable[str] = ()) -> None:
    """Fail unless both lives are the same, bit for bit, in every tally and column except those named."""
    for name, mine in one.tallies().items():
        if name not in ("stand_cost", *but):
            np.testing.assert_array_equal(mine, other.tallies()[name], err_msg=name)
    theirs = columns(other.world)
    for name, mine in columns(one.world).items():
        if name not in but:
            np.testing.assert_array_equal(mine, theirs[name], err_msg=name)


def _used(world: World) -> Any:
    """Slots in use."""
    slots = [np.arange(first, first + used) for first, used in zip(world.tie_first[:-1], world.degree, strict=True)]
    return np.concatenate([np.zeros(0, np.int64), *slots])


def weeks_in_balance(simulation: Simulation, weeks: int) -> Iterator[World]:
    """Live week after week, and fail in the first week whose account does not balance."""
    world = simulation.world
    open_before, outstanding = int(world.open_orders[0]), int(world.balance.sum())
    ties_at_home = _ties_at_home(world)
    for _ in range(weeks):
        simulation.live_one_week()
        week = slices_of(simulation.rows[-1])
        in_balance(world, week)
        ended = week["count_done"][0] + week["count_expired"][:2].sum() + week["count_declined"][0]
        lasting = any(kind.lasts for kind in world.config.kinds.values())  # who takes a case on keeps it in the book
        assert week["count_closed"][0] <= ended if lasting else week["count_closed"][0] == ended
        entered = week["count_needs"][0] - week["count_covered"].sum() - week["count_put_off"][0]
        left = week["count_closed"][0] + week["count_cancelled"][0] + week["count_cases"][1:4].sum()
        assert int(world.open_orders[0]) == open_before + entered - left, "orders are not conserved"
        earned, redeemed, expired, lost, _ = week["count_bank"]
        assert int(world.balance.sum()) == outstanding + earned - redeemed - expired - lost, "the ledger is wrong"
        if not world.config.lives_go_on:  # where they do, households change
            assert _ties_at_home(world) == ties_at_home, "a tie inside a household is gone"
        open_before, outstanding = int(world.open_orders[0]), int(world.balance.sum())
        yield world


def _ties_at_home(world: World) -> int:
    """Ties between members of one household, at full strength."""
    owner = np.repeat(np.arange(world.tier.size), world.degree)
    used = _used(world)
    inside = (world.household[owner] == world.household[world.tie_other[used]]) & (world.tie_strength[used] == 1)
    return int(np.count_nonzero(inside))


def in_balance(world: World, week: dict[str, Any]) -> None:
    """Fail unless the state is possible and the tallies of the week agree with it."""
    for name, fact in (RESIDENTS | GRIDS | STATION | ORDERS).items():
        column = world.columns[name][: int(world.open_orders[0])] if name in ORDERS else world.columns[name]
        if column.dtype.kind == "f":
            assert np.isfinite(column).all(), name
        assert fact.low is None or (column >= fact.low).all(), f"{name} below {fact.low}: {column.min()}"
        assert fact.high is None or (column <= fact.high).all(), f"{name} above {fact.high}: {column.max()}"
    here = world.age != VACANT
    assert ((world.tier == NO_TIER) == ((world.age == CHILD) | ~here)).all(), "children alone have no tier"
    assert week["stand_tiers"].sum() + week["stand_children"][0] == week["stand_groups"][0] == here.sum()
    assert (week["stand_tiers"] == np.bincount(world.tier[world.tier >= 0], minlength=4)).all()
    assert (np.bincount(world.grid, minlength=world.atmosphere.size) == np.diff(world.grid_first)).all()
    assert ((world.tier <= BYSTANDER) | (world.registered == 1)).all(), "a participant who is not registered"
    _ties_in_balance(world, here)
    _orders_in_balance(world)
    _hours_in_balance(world, week)
    in_team = world.team >= 0
    assert (world.tier[in_team] >= INTEREST).all(), "a team member below tier 2"


def _ties_in_balance(world: World, here: Any) -> None:
    owner, used = np.repeat(np.arange(world.tier.size), world.degree), _used(world)
    other, strength = world.tie_other[used], world.tie_strength[used]
    assert (world.degree <= np.diff(world.tie_first)).all(), "more ties than slots"
    assert here[owner].all(), "a tie of nobody"
    assert here[other].all(), "a tie to nobody"
    assert (owner != other).all(), "a tie to oneself"
    assert ((strength >= 0) & (strength <= 1)).all()
    forth, back = np.lexsort((other, owner)), np.lexsort((owner, other))
    assert (owner[forth] == other[back]).all(), "a tie on one side only"
    assert (other[forth] == owner[back]).all(), "a tie on one side only"
    for name in ("tie_strength", "tie_rest", "tie_born"):
        assert (world.columns[name][used][forth] == world.columns[name][used][back]).all(), f"{name} differs by side"
    pairs = owner.astype(np.int64) * world.tier.size + other
    assert np.unique(pairs).size == pairs.size, "a tie stands twice"


def _orders_in_balance(world: World) -> None:
    orders = int(world.open_orders[0])
    client, kind = world.order_client[:orders], world.order_kind[:orders]
    assert np.isin(world.order_state[:orders], STAY).all(), "an order that ended is still in the book"
    bits = np.zeros(world.tier.size, np.uint32)
    np.bitwise_or.at(bits, client, np.uint32(1) << kind.astype(np.uint32))
    assert (bits == world.open_needs).all(), "needs and orders disagree"
    if not world.config.lives_go_on:  # where they do, a case goes on after what brought it has passed
        assert ((world.open_needs & ~world.wants) == 0).all(), "a need of somebody who cannot have it"


def _hours_in_balance(world: World, week: dict[str, Any]) -> None:
    longest = float(world.kind_hours.max()) if world.kind_hours.size else 0.0
    # somebody with less time than one service takes saves up and may then serve one in full
    most = np.maximum(world.config.remembering.weeks_saved * world.hours_limit, longest)
    # what was promised to cases is given, whatever else was done
    assert (world.hours <= (most + world.hours_kept) * 1.0001 + 1e-4).all(), "more hours given than there were"
    assert (world.hours_assigned + world.hours_public <= world.hours + 1e-3).all()
