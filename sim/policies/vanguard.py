"""Vanguard: a team that asks residents to take part and sets an example.

Its three kinds of members reach different things: committee members ask bystanders of their grid, team leaders ask
those who already serve to take the next rung, heads of institutions bring hours. A member who moves away is replaced.

Its people can be who they are called: then committee members are residents who serve, team leaders lead teams that
exist, and both give up their seat when that ends; what they show is the hours that they really gave last week, those
of higher tiers more, as everybody's are seen. They are seen once as volunteers and once more as members, who serve in
view.

Sources: huang2025 (A4, A46, A47), ghorbani2020, musick2008
"""

from typing import Literal

import numpy as np

from sim.engine.jit import compiled, law
from sim.mathematics.chance import key_of, uniforms
from sim.mathematics.elementary import exp
from sim.mathematics.odds import by_tier
from sim.policies.acts import leaves, prepares, pushes
from sim.policies.policy import Policy, dose, option
from sim.state.residents import ADULT, BYSTANDER, NO_TIER, TASK

COMMITTEE, LEADER, INSTITUTION = 1, 2, 3
KINDS = 3
"""Kinds of seats in a team."""
RANDOM, MOST_TIED, ONE_PER_GRID = range(3)
SEATED, REAL = range(2)
NOWHERE = -1


class Vanguard(Policy):
    """A vanguard team of committee members, team leaders and heads of institutions."""

    name = "vanguard"
    title, title_zh = "Vanguard team", "先锋队"
    sources = ("huang2025", "ghorbani2020", "musick2008")
    better = {"asked": +1}
    streams = ("seat",)

    people: Literal["seated", "real"] = option(
        "seated",
        "Who sits: any adult, who shows a fixed number of hours, or people who serve and lead and show what they give.",
    )
    size: float = dose(6.0, "Members per 1,000 residents.", unit="members per 1,000 residents", low=0, high=1000)
    committee: float = dose(0.4, "Share of committee members.", unit="share", low=0, high=1)
    leaders: float = dose(
        0.4,
        "Share of team leaders, at most what committee members leave; the rest are heads of institutions.",
        unit="share",
        low=0,
        high=1,
    )
    seeding: Literal["random", "most_tied", "one_per_grid"] = option(
        "one_per_grid", "How members are chosen: by lot, by most ties, or evenly over grids."
    )
    contacts: float = dose(4.0, "Residents whom a member asks to take part.", unit="requests a week", low=0, high=1000)
    persuasion: float = dose(
        0.3, "Added to the log odds of climbing of those in reach.", unit="log odds", low=0, high=10
    )
    example: float = dose(
        1.5, "Hours of visible service of a member who is merely seated.", unit="hours a week", low=0, high=100
    )
    resources: float = dose(
        4.0, "Hours that a head of institution brings for orders.", unit="hours a week", low=0, high=1000
    )
    cost_per_member: float = dose(80.0, "Cost of a member.", unit="yuan a week", low=0, high=100_000)

    @prepares
    def fill_seats(station, residents, grids, ties, teams, my):
        """Who sat before keeps the seat, real people while they serve or lead; new members come by the seeding rule."""
        if my.people == REAL:
            leave_seats(residents, teams, my)
        have = members(residents, my)
        seats = seats_in_all(residents, my)
        missing = seats - have[0] - have[1] - have[2]
        if missing > 0:
            kinds = kinds_wanted(seats, have, missing, my)
            key_seat = key_of(station.seed[0], my.stream_seat, 0)
            for first, last in stretches_of_kinds(kinds, my):
                if my.seeding == ONE_PER_GRID:
                    rows = one_per_grid(last - first, kinds[first], key_seat, residents, grids, teams, my)
                else:
                    rows = by_lot_or_ties(last - first, kinds[first], key_seat, residents, ties, teams, my)
                for x in range(min(rows.size, last - first)):
                    residents.vanguard[rows[x]] = kinds[first + x]

    @pushes
    def ask_and_serve(residents, grids, levers, remembering, my):
        """Committee members ask bystanders of their grid, team leaders ask those who serve, heads bring hours."""
        everybody = 0
        for g in range(grids.atmosphere.size):
            committee, leaders, heads = members_in(grids.first[g], grids.first[g + 1], residents, my)
            everybody += committee + leaders + heads
            if my.people == REAL:
                levers.example[g] += my.strength * hours_shown(g, residents, grids, remembering, my)
            else:
                levers.example[g] += my.example * my.strength * (committee + leaders + heads)
            levers.institution_hours[g] += my.resources * my.strength * heads
            ask_in_grid(
                g,
                my.contacts * my.strength * committee,
                my.contacts * my.strength * leaders,
                residents,
                grids,
                levers,
                my,
            )
        return my.cost_per_member * my.strength * everybody

    @leaves
    def go_home(residents, my):
        """The team goes home."""
        for i in range(residents.vanguard.size):
            if sits(residents.vanguard[i], my):
                residents.vanguard[i] = 0

    def _shown(self) -> str:
        if self.people == "real":
            return (
                "committee members are residents who serve, team leaders lead teams that exist, "
                "and all are seen by the hours they gave"
            )
        return f"each member serves {self.example:g} hours in view"

    def _shown_zh(self) -> str:
        if self.people == "real":
            return "居委会成员均为在服务的居民、团队骨干均为现有团队的负责人，以本人实际服务时间作示范"
        return f"每人示范服务{self.example:g}小时"

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"A vanguard of {self.size:g} per 1,000 residents ({self.committee:.0%} committee, "
            f"{min(self.leaders, 1.0 - self.committee):.0%} team leaders, the rest heads of institutions; "
            f"{self.seeding.replace('_', ' ')}) asks {self.contacts:g} residents a member and week to take "
            "part and multiplies "
            f"their odds of climbing by up to {exp(self.persuasion):.2f}; {self._shown()}, "
            f"each head brings {self.resources:g} hours, {self.period()}, "
            f"at {self.cost_per_member:g} yuan a member and week."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        seeding = {"random": "随机产生", "most_tied": "选联系最多者", "one_per_grid": "各网格均衡产生"}[self.seeding]
        return (
            f"每千名居民设{self.size:g}名先锋队员（居委会{self.committee:.0%}，"
            f"团队骨干{min(self.leaders, 1.0 - self.committee):.0%}，其余为共建单位负责人；{seeding}），"
            f"每人每周动员{self.contacts:g}名居民参与，其上升几率最多乘以{exp(self.persuasion):.2f}；"
            f"{self._shown_zh()}，每名单位负责人带来{self.resources:g}小时；"
            f"每人每周{self.cost_per_member:g}元。"
        )


@law
def seats_in_all(residents, my):
    """Members who are wanted in all; there are fewer where not so many may sit."""
    return round(my.size * residents.headcount[0] / 1000.0)


@law
def sits(seat, my):
    """Whether somebody with this seat is a member of this team: a bundle's team and one beside it are two."""
    return seat > KINDS * my.bench and seat <= KINDS * my.bench + KINDS


@law
def members_in(first, last, residents, my):
    """Committee members, team leaders and heads of institutions of the team among the residents of some rows."""
    committee, leaders, heads, below = 0, 0, 0, KINDS * my.bench
    for i in range(first, last):
        seat = residents.vanguard[i]
        committee += seat == below + COMMITTEE
        leaders += seat == below + LEADER
        heads += seat == below + INSTITUTION
    return committee, leaders, heads


@law
def members(residents, my):
    """The same among all."""
    return members_in(0, residents.vanguard.size, residents, my)


@law
def ask_in_grid(g, of_bystanders, of_serving, residents, grids, levers, my):
    """So many requests are spread over the bystanders of a grid, so many over those who serve; who is asked is
    persuaded too.
    """
    bystanders, serving = 0, 0
    for i in range(grids.first[g], grids.first[g + 1]):
        bystanders += residents.tier[i] == BYSTANDER
        serving += residents.tier[i] >= TASK
    asks_bystanders = of_bystanders / bystanders if bystanders > 0 else 0.0
    asks_serving = of_serving / serving if serving > 0 else 0.0
    if asks_bystanders > 0.0 or asks_serving > 0.0:
        urges_bystanders = my.persuasion * min(asks_bystanders, 1.0)
        urges_serving = my.persuasion * min(asks_serving, 1.0)
        for i in range(grids.first[g], grids.first[g + 1]):
            bystander, serves = np.int64(residents.tier[i] == BYSTANDER), np.int64(residents.tier[i] >= TASK)
            levers.extra_asks[i] += asks_bystanders * bystander + asks_serving * serves
            levers.persuasion[i] += urges_bystanders * bystander + urges_serving * serves


@law
def may_sit(i, seat, residents, teams, my):
    """Whether somebody can be given an empty seat: a meant adult who has none, a real one who is what it says."""
    free = residents.age[i] >= ADULT and residents.tier[i] > NO_TIER and my.aimed[i] and residents.vanguard[i] == 0
    return free and (my.people != REAL or is_what_the_seat_says(i, seat, residents, teams, my))


@law
def is_what_the_seat_says(i, seat, residents, teams, my):
    """Committee members are residents who serve, team leaders lead a team; anybody can stand for an institution."""
    kind = seat - KINDS * my.bench
    if kind == LEADER:
        return residents.team[i] >= 0 and teams.leader[residents.team[i]] == i
    return kind != COMMITTEE or residents.tier[i] >= TASK


@law
def leave_seats(residents, teams, my):
    """Members who no longer serve, or no longer lead, give up their seats."""
    for i in range(residents.vanguard.size):
        seat = residents.vanguard[i]
        if sits(seat, my) and not is_what_the_seat_says(i, seat, residents, teams, my):
            residents.vanguard[i] = 0


@law
def hours_shown(g, residents, grids, remembering, my):
    """Hours that the members of a grid gave last week, those of higher tiers more, as everybody's are seen."""
    shown = 0.0
    for i in range(grids.first[g], grids.first[g + 1]):
        if sits(residents.vanguard[i], my) and residents.tier[i] >= TASK:
            seen = by_tier(residents.tier[i], remembering.seen_1, remembering.seen_2, remembering.seen_3)
            shown += seen * residents.hours[i]
    return shown


# ---- the engineer's half: who gets the empty seats


@compiled
def kinds_wanted(seats, have, missing, my):
    """Seats that are empty, so that the composition comes near to what is asked for."""
    committee, leaders = round(my.committee * seats), round(min(my.leaders, 1.0 - my.committee) * seats)
    kinds, n = np.empty(missing, np.uint8), 0
    for kind, wanted, filled in (
        (COMMITTEE, committee, have[0]),
        (LEADER, leaders, have[1]),
        (INSTITUTION, seats - committee - leaders, have[2]),
    ):
        for _ in range(min(wanted - filled, missing - n)):
            kinds[n] = KINDS * my.bench + kind
            n += 1
    return kinds[:n]


@compiled
def stretches_of_kinds(kinds, my):
    """First and last seat of each stretch that is filled together: of one kind, or all where anybody can have any."""
    stretches, first = [(0, 0) for _ in range(0)], 0
    for x in range(1, kinds.size + 1):
        if x == kinds.size or (my.people == REAL and kinds[x] != kinds[first]):
            stretches.append((first, x))
            first = x
    return stretches


@compiled
def by_lot_or_ties(seats, seat, key_seat, residents, ties, teams, my):
    """Rows for so many seats, by lowest draw; by most ties first, where that is the rule."""
    able = np.empty(residents.tier.size, np.int64)
    n = 0
    for i in range(residents.tier.size):
        if may_sit(i, seat, residents, teams, my):
            able[n] = i
            n += 1
    able = able[:n]
    able = able[np.argsort(uniforms(key_seat, residents.key[able]))]
    if my.seeding == MOST_TIED:
        able = able[np.argsort(-ties.degree[able], kind="mergesort")]
    return able[:seats]


@compiled
def one_per_grid(seats, seat, key_seat, residents, grids, teams, my):
    """Rows for so many seats, one after the other in the grid that has fewest (of equals, where the lowest draw is)."""
    n = grids.atmosphere.size
    draws = uniforms(key_seat, residents.key)
    left, best, taken = np.empty(draws.size, np.bool_), np.empty(n, np.int64), np.zeros(n, np.int64)
    for i in range(draws.size):
        left[i] = may_sit(i, seat, residents, teams, my)
        taken[residents.grid[i]] += sits(residents.vanguard[i], my)
    for g in range(n):
        best[g] = lowest_draw(left, draws, grids.first[g], grids.first[g + 1])
    rows = np.empty(seats, np.int64)
    for x in range(seats):
        at = NOWHERE
        for g in range(n):
            if best[g] >= 0 and (
                at < 0 or taken[g] < taken[at] or (taken[g] == taken[at] and draws[best[g]] < draws[best[at]])
            ):
                at = g
        if at == NOWHERE:
            return rows[:x]
        rows[x] = best[at]
        left[best[at]] = False
        taken[at] += 1
        best[at] = lowest_draw(left, draws, grids.first[at], grids.first[at + 1])
    return rows


@compiled
def lowest_draw(left, draws, start, stop):
    """Who of some residents has the lowest draw; -1 where nobody is left."""
    at = -1
    for i in range(start, stop):
        if left[i] and (at < 0 or draws[i] < draws[at]):
            at = i
    return at
