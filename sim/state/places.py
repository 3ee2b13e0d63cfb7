"""Households, grids, public issues, teams and the station: everything that is not a person, a tie or an order."""

from sim.state.columns import Fact, Table, share

HOUSEHOLDS: Table = {
    "household_first": Fact("i8", "first row of each household's members; one entry more than households", "row"),
    "dwelling": Fact("u4", "the dwelling's own number, from which its newcomers' luck comes", "number"),
    "vacated": Fact(
        "u1", "this week: 1 the household has left, 2 a grown child has, 3 it is about to leave", "event", 0, 3
    ),
    "generation": Fact("i4", "households that lived in this dwelling before", "households", 0),
    "household_persons": Fact("i4", "persons who ever belonged to this household, where lives go on", "residents", 0),
}

GRIDS: Table = {
    "grid_first": Fact("i8", "first row of each grid's residents; one entry more than grids", "row"),
    "atmosphere": share("memory of visible, tier-weighted activity"),
    "activity": Fact("f8", "tier-weighted hours seen this week", "hours", 0),
    "condition": share("condition of the shared facilities"),
    "project_hours": Fact("f8", "hours of project work on facilities this week", "hours", 0),
    "public_hours": Fact("f8", "hours given to public issues this week", "hours", 0),
    "public_workers": Fact("i4", "people who gave hours to public issues this week", "residents", 0),
    "grid_people": Fact("i8", "residents, as counted on Sunday night", "residents", 0),
}

ISSUES: Table = {
    "issue_grid": Fact("i2", "grid of the issue, -1 for an empty row", "row of grids", -1),
    "issue_opened": Fact("i4", "week in which the issue arose", "week"),
    "issue_hours": Fact("f8", "hours spent on it so far", "hours", 0),
}
NO_ISSUE = -1
"""The grid of an issue in an empty row."""

TEAMS: Table = {
    "team_size": Fact("i4", "members; 0 where no team exists", "residents", 0),
    "team_leader": Fact("i4", "row of the leader, -1 for none", "row", -1),
    "team_age": Fact("i4", "time since the team was formed", "weeks", 0),
    "team_leaderless": Fact("i4", "time without a leader", "weeks", 0),
}
"""A team's row is its scope (grid, or the community as the last scope) times the interests plus its interest."""
NO_LEADER = -1

PAIRS: Table = {
    "pair_client": Fact("i4", "the neighbour who is helped", "row of residents"),
    "pair_helper": Fact("i4", "the standing helper", "row of residents"),
    "pair_service": Fact("i1", "which service (PAIRED)", "service", 0, 2),
    "pair_since": Fact("i4", "week in which the two were matched", "week"),
    "pair_draw": Fact("f8", "the draw of this week: whether the helper comes, and in which turn", "draw", 0, 1),
}
COOK, ELDER_PARTNER, TEEN_PARTNER = range(3)
PAIRED = ("cook", "younger_elder", "teen")

STATION: Table = {
    "seed": Fact("u8", "replicate seed", "seed"),
    "week": Fact("i8", "weeks lived so far; the index of the present week", "week", 0),
    "trust": share("trust that time-bank credits will be redeemed"),
    "earning": Fact("f8", "credit promised this week for an hour served", "credit hours an hour", 0),
    "confidence": share("confidence in the station: a memory of how placed orders ended"),
    "answered": share("what was answered in time of what was asked, remembered"),
    "staff_left": Fact("i8", "time of staff left for doors this week", "seconds", 0),
    "organized": Fact("f8", "hours that organizations have left this week", "hours", 0),
    "open_orders": Fact("i8", "rows of the order book in use", "orders", 0),
    "room_for_made": Fact("i8", "ties a resident can make on top of the given ones (K)", "ties", 0),
    "well_mixed": Fact("u1", "all count as tied to all, without a list of ties", "yes or no", 0, 1),
    "taking_part": Fact("i8", "rows of the list of participants in use", "residents", 0),
    "pairs": Fact("i8", "rows of the list of standing pairs in use", "pairs", 0),
    "encounters": Fact("i8", "rows of the list of shared hours in use", "pairs", 0),
    "free_hours": Fact("f4", "most hours a volunteer of tier 0-3 had left this week", "hours", 0, width=4),
    "homes_tied": Fact("u1", "members of a household are tied to each other", "yes or no", 0, 1),
}
"""Single facts, kept as columns of one row so that compiled rules can change them."""
