"""What rules, policies and metrics see of the world: one view a table, one a section of parameters.

In a view a column is called by its own name, without that of its table: `orders.state`, `ties.other`, `count.climbs`.
"""

from sim.config.schema import Config
from sim.engine.layout import Layout, Member
from sim.state.columns import Fact, Table
from sim.state.levers import LEVERS
from sim.state.orders import ENCOUNTERS, KINDS, LINE, ORDERS
from sim.state.people import PEOPLE
from sim.state.places import GRIDS, HOUSEHOLDS, ISSUES, PAIRS, STATION, TEAMS
from sim.state.residents import HEADCOUNT, PARTICIPANTS, RESIDENTS
from sim.state.tallies import TALLIES
from sim.state.ties import TIES

COUNTED: Table = {name: Fact("f8", sentence, unit) for name, (_, sentence, unit) in TALLIES.items()}
SLOW: Table = {"slow_values": Fact("f8", "slow metrics as last measured, in the order in which they are declared")}
MOST_SLOW = 64
"""Most slow metrics."""
ROOM = 128
"""Rows of the table that every view has: most columns or parameters in one."""
TABLES: dict[str, tuple[str, Table]] = {
    "residents": ("", RESIDENTS | PARTICIPANTS | HEADCOUNT),
    "households": ("household_", HOUSEHOLDS),
    "grids": ("grid_", GRIDS),
    "issues": ("issue_", ISSUES),
    "teams": ("team_", TEAMS),
    "pairs": ("pair_", PAIRS),
    "station": ("", STATION),
    "ties": ("tie_", TIES),
    "orders": ("order_", ORDERS | LINE),
    "encounters": ("met_", ENCOUNTERS),
    "kinds": ("kind_", KINDS),
    "people": ("people_", PEOPLE),
    "slow": ("slow_", SLOW),
    "levers": ("", {name: fact for name, (_, fact) in LEVERS.items()}),
    "count": ("count_", {name: fact for name, fact in COUNTED.items() if name.startswith("count_")}),
    "stand": ("stand_", {name: fact for name, fact in COUNTED.items() if name.startswith("stand_")}),
}
"""Each view of columns: what the names of its columns begin with in the world, and its tables."""
SECTIONS = tuple(name for name in Config.model_fields if name not in ("title", "kinds", "population", "network"))
"""Each view of parameters: a section of the configuration."""


def _layouts() -> dict[str, Layout]:
    """A row of the table for each column and each parameter: a column or parameter more, at the end of its
    view, moves no other.
    """
    layouts = {}
    for at, (view, (prefix, table)) in enumerate(TABLES.items()):
        rows = enumerate(table.items(), at * ROOM)
        members = {
            name.removeprefix(prefix): Member(name, row, fact.dtype, fact.width, not fact.rows)
            for row, (name, fact) in rows
        }
        layouts[view] = Layout(view, members)
    for at, section in enumerate(SECTIONS, len(TABLES)):
        fields = Config.model_fields[section].annotation.model_fields  # type: ignore[union-attr]
        numbers = enumerate(fields, at * ROOM)
        layouts[section] = Layout(section, {name: Member(name, row, "f8", single=True) for row, name in numbers})
    if crowded := [name for name, layout in layouts.items() if len(layout.members) > ROOM]:
        raise ValueError(f"more than {ROOM} columns or parameters: {', '.join(crowded)}")
    return layouts


LAYOUTS = _layouts()
ROWS = 1 + max(member.row for layout in LAYOUTS.values() for member in layout.members.values())
"""Rows of the table of a world."""
