"""Snapshots: a founded community as one piece of bytes, and what a browser has to know to live on with it.

The piece holds the table of the world and every column. Where the table says an address, the snapshot says the place
within the piece; the browser adds where it put the piece. All else that it needs is the same for every community
(`known`): where each view's members stand, the list of units, tallies, metrics and policies.
"""

from typing import Any, Literal, get_args, get_origin

import numpy as np

from sim.browser.metrics import program
from sim.config.kinds import Kind
from sim.engine.jit import Column
from sim.engine.layout import Layout, Member
from sim.mathematics.chance import stream
from sim.metrics import slow_names
from sim.policies import POLICIES
from sim.policies.acts import COMMON, layout_of, member_of, unit_said
from sim.policies.policy import MisfitError, Policy, rows_of_kinds
from sim.simulation import Simulation
from sim.state.levers import LEVERS, REST
from sim.state.orders import LINE, ORDERS
from sim.state.residents import GROUPS, INTERESTS, TIERS, VACANT
from sim.state.selectors import COLUMNS, LONGEST, NUMBERS
from sim.state.tallies import TALLIES
from sim.state.views import LAYOUTS, ROWS
from sim.week import WEEK
from sim.weeks import QUARTER
from sim.world import MEMBERS_OF_KINDS

APART = 64
"""Bytes at multiples of which columns begin."""
WHEN = ("prepares", "pushes", "leaves")
_AIM = {
    "children": "i8", "groups": "i8", "tiers": "i8", "uptake": "f8", "takes_up": "u8", "comes_first": "u8",
    "most": "i8", "aimed": "?", "here": "?", "among": "?",
}  # fmt: skip
AIM = Layout(
    "whom a policy is meant for",
    {name: Member(name, row, of, single=of != "?") for row, (name, of) in enumerate(_AIM.items())},
)
"""What `who_is_meant` of a browser sees as `my`."""


def known() -> dict[str, Any]:
    """What holds for every community: for the scripts of a page, as plain lists and names."""
    tallies, start = {}, 0
    for name, (length, _, _) in TALLIES.items():
        tallies[name] = [start, length]
        start += length
    return {
        "rows": ROWS,
        "views": {view: {m: _told(one) for m, one in layout.members.items()} for view, layout in LAYOUTS.items()},
        "columns": [one.name for layout in LAYOUTS.values() for one in layout.members.values() if not one.single],
        "week": [phase.name for phase in WEEK],
        "quarter": QUARTER,
        "book": list(ORDERS | LINE),
        "levers": list(LEVERS),
        "rest": REST,
        "tallies": tallies,
        "slow": slow_names(),
        "metrics": program(),
        "policies": {name: _policy(policy) for name, policy in POLICIES.items()},
        "aim": [_told(member) for member in AIM.members.values()],
        "words": {"columns": sorted(COLUMNS), "numbers": NUMBERS, "interests": INTERESTS, "longest": LONGEST},
        "kinds": {field: f"kind_{MEMBERS_OF_KINDS.get(field, field)}" for field in Kind.model_fields},
        "groups": GROUPS,
        "tiers": TIERS,
        "vacant": VACANT,
    }


def _told(member: Member) -> list[Any]:
    return [member.name, member.row, member.dtype, member.width, int(member.single)]


def _policy(policy: type[Policy]) -> dict[str, Any]:
    """What a policy does and with which doses: names of units, members of `my`, numbers as shipped."""
    fields, shipped = policy.model_fields, policy()
    numbers = [
        name for name, field in fields.items() if name not in COMMON and isinstance(field.default, int | float | str)
    ]
    doses = {name: getattr(shipped, name) for name in numbers}
    if parts := {name: kind for name, field in fields.items() if (kind := _kind_of_part(field.annotation))}:
        return {
            "doses": doses,
            "parts": {name: [kind.name, getattr(shipped, name) is not None] for name, kind in parts.items()},
        }
    return {
        "aims": policy.aims_at,
        "children": policy.for_children,
        "doses": doses,
        "choices": {
            name: get_args(field.annotation)
            for name, field in fields.items()
            if get_origin(field.annotation) is Literal
        },
        "derives": list(policy.derives),
        "units": {when: unit_name(policy, when) for when in WHEN if unit_said(policy, when)},
        "my": [_told(member) for member in layout_of(policy).members.values()],
        "streams": {member_of(name): str(int(stream(f"policy.{policy.name}.{name}"))) for name in policy.streams},
        "draws": [str(int(stream(f"policy.{policy.name}.{name}"))) for name in ("uptake", "capacity")],
    }


def _kind_of_part(annotation: Any) -> type[Policy] | None:
    """The class of a policy that is a part of a bundle."""
    return next((kind for kind in get_args(annotation) if isinstance(kind, type) and issubclass(kind, Policy)), None)


def unit_name(policy: type[Policy], when: Any) -> str:
    """What the module calls a unit of a policy."""
    unit = unit_said(policy, when)
    assert unit is not None
    return f"{policy.name}.{unit.name}"


def snapshot(simulation: Simulation) -> tuple[dict[str, Any], bytes]:
    """A community that is founded and has not lived yet: its places within the piece, and the piece."""
    world = simulation.world
    bases = {"tallies": world.tallies.row, "levers": world.resting.levers}
    columns: dict[str, Column] = {}
    for view, layout in LAYOUTS.items():
        values = world._values(view)
        columns |= {one.name: values[one.name] for one in layout.members.values() if not one.single}
    places, size = {}, 0

    def put(name: str, column: Column) -> None:
        nonlocal size
        places[name], size = size, size + -(-column.nbytes // APART) * APART

    table = simulation.table.copy()
    for name, column in [("table", table), *bases.items()]:
        put(name, column)
    for name in sorted(columns):
        column = columns[name]
        base = next((base for base in bases if np.may_share_memory(column, bases[base])), None)
        if base is None:
            put(name, column)
        else:
            places[name] = places[base] + column.ctypes.data - bases[base].ctypes.data
    for layout in LAYOUTS.values():
        for member in layout.members.values():
            if not member.single:
                table[member.row, 0] = places[member.name]
    piece = bytearray(size)
    for name, column in [("table", table), *bases.items(), *columns.items()]:
        piece[places[name] : places[name] + column.nbytes] = column.tobytes()
    return {
        "bytes": size,
        "table": places["table"],
        "levers": [places["levers"], bases["levers"].nbytes],
        "tallies": places["tallies"],
        "week": simulation.week,
        "residents": int(world.tier.size),
        "grids": int(world.atmosphere.size),
        "seed": str(simulation.seed),
        "kinds": list(simulation.config.kinds),
        "policies": {name: of for name, policy in POLICIES.items() if (of := _here(policy, simulation))},
    }, bytes(piece)


def _here(policy: type[Policy], simulation: Simulation) -> dict[str, Any] | None:
    """What of a policy hangs on the community: rows of kinds; None where it does not fit."""
    made = policy()
    try:
        made.fits(simulation.config)
    except MisfitError:
        return None
    named = made.model_copy(update={"kinds": ()}) if "kinds" in policy.model_fields else made
    both = {"kinds": made, "none_named": named}
    return {
        name: list(rows_of_kinds(simulation.world, one.kinds_acted_on(simulation.config))) for name, one in both.items()
    }
