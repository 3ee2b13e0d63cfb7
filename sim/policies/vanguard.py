"""Vanguard: a team that asks residents to take part and sets an example.

Its three kinds of members reach different things: committee members ask bystanders of their grid, team leaders ask those
who already serve to take the next rung, heads of institutions bring hours. A member who moves away is replaced.

Sources: huang2025 (A4, A46, A47), ghorbani2020, musick2008
"""

from typing import Literal

import numpy as np

from sim.chance import uniforms
from sim.law import Column, compiled
from sim.monday import Push, column, weekly
from sim.policies.policy import Policy, adults, dose, option
from sim.world import World

COMMITTEE, LEADER, INSTITUTION = KINDS = 1, 2, 3


class Vanguard(Policy):
    """A vanguard team of committee members, team leaders and heads of institutions."""

    name = "vanguard"
    title, title_zh = "Vanguard team", "先锋队"
    sources = ("huang2025", "ghorbani2020", "musick2008")
    better = {"asked": +1}

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
    example: float = dose(1.5, "Hours of visible service of a member.", unit="hours a week", low=0, high=100)
    resources: float = dose(
        4.0, "Hours that a head of institution brings for orders.", unit="hours a week", low=0, high=1000
    )
    cost_per_member: float = dose(80.0, "Cost of a member.", unit="yuan a week", low=0, high=100_000)

    def seats(self, world: World) -> int:
        """Members in all; never more than there are adults."""
        return round(self.size * world.tier.size / 1000.0)

    def _seated(self, world: World) -> None:
        """Fill empty seats: who has sat before keeps the seat, new members come by the seeding rule."""
        below = len(KINDS) * self.bench
        have = _members(world.vanguard, below)
        missing = self.seats(world) - sum(have)
        if missing > 0:
            able = adults(world) & self.targets(world) & (world.vanguard == 0)
            kinds = self._kinds_wanted(world, have, missing)
            if self.seeding == "one_per_grid":
                draws = uniforms(self.key(world, "seat", week=0), world.key)
                own = (world.vanguard > below) & (world.vanguard <= below + len(KINDS))
                taken = np.bincount(world.grid[own], minlength=world.atmosphere.size)
                rows = _one_per_grid(able, draws, world.grid_first, taken, kinds.size)
            else:
                rows = np.flatnonzero(able)
                wish = -world.degree[rows] if self.seeding == "most_tied" else np.zeros(rows.size, np.int32)
                if 0 < kinds.size < rows.size:
                    # only those who could win need to be put in order
                    wished = wish <= np.partition(wish, kinds.size - 1)[kinds.size - 1]
                    rows, wish = rows[wished], wish[wished]
                draws = uniforms(self.key(world, "seat", week=0), world.key[rows])
                rows = rows[np.lexsort((draws, wish))][: kinds.size]
            world.vanguard[rows] = kinds[: rows.size] + below

    def _kinds_wanted(self, world: World, have: tuple[int, int, int], missing: int) -> Column:
        """Kinds of the empty seats, so that the composition comes near to what is asked for."""
        seats = self.seats(world)
        wanted = [round(self.committee * seats), round(min(self.leaders, 1.0 - self.committee) * seats)]
        wanted.append(seats - sum(wanted))
        empty = np.repeat(KINDS, [max(w - h, 0) for w, h in zip(wanted, have, strict=True)])
        return empty[:missing].astype(np.uint8)

    def prepare(self, world: World, strength: float) -> None:
        """Fill empty seats."""
        self._seated(world)

    def lacking(self, world: World) -> list[Push]:
        """Empty seats."""
        return [Push(_missing, (self.seats(world), len(KINDS) * self.bench), price=1.0)]

    def pushes(self, world: World, strength: float) -> list[Push]:
        """Ask, persuade, set an example, and bring hours."""
        doses = (len(KINDS) * self.bench, self.contacts * strength, self.persuasion,
                 self.example * strength, self.resources * strength)  # fmt: skip
        return [Push(_team, doses, price=self.cost_per_member * strength)]

    def leave(self, world: World) -> None:
        """The team goes home."""
        below = len(KINDS) * self.bench
        world.vanguard[(world.vanguard > below) & (world.vanguard <= below + len(KINDS))] = 0

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"A vanguard of {self.size:g} per 1,000 residents ({self.committee:.0%} committee, {min(self.leaders, 1.0 - self.committee):.0%} team leaders, the rest heads of institutions; "
            f"{self.seeding.replace('_', ' ')}) asks {self.contacts:g} residents a member and week to take part and multiplies "
            f"their odds of climbing by up to {np.exp(self.persuasion):.2f}; each member serves {self.example:g} hours in view, each head brings {self.resources:g} hours, {self.period()}, "
            f"at {self.cost_per_member:g} yuan a member and week."
        )

    def sentence_zh(self) -> str:
        """One sentence."""
        seeding = {"random": "随机产生", "most_tied": "选联系最多者", "one_per_grid": "各网格均衡产生"}[self.seeding]
        return (
            f"每千名居民设{self.size:g}名先锋队员（居委会{self.committee:.0%}，团队骨干{min(self.leaders, 1.0 - self.committee):.0%}，其余为共建单位负责人；{seeding}），"
            f"每人每周动员{self.contacts:g}名居民参与，其上升几率最多乘以{np.exp(self.persuasion):.2f}；每人示范服务{self.example:g}小时，每名单位负责人带来{self.resources:g}小时；每人每周{self.cost_per_member:g}元。"
        )


@compiled
def _members(vanguard, below):  # type: ignore[no-untyped-def]
    """Members of each kind in the team whose seats are numbered above `below`: a bundle's team and one beside it are two."""
    committee, leaders, heads = 0, 0, 0
    for seat in vanguard:
        committee += seat == below + COMMITTEE
        leaders += seat == below + LEADER
        heads += seat == below + INSTITUTION
    return committee, leaders, heads


@compiled
def _one_per_grid(able, draws, grid_first, taken, seats):  # type: ignore[no-untyped-def]
    """Rows for so many seats, one after the other in the grid that has fewest (of equals, where the lowest draw is)."""
    grids = grid_first.size - 1
    left, best = able.copy(), np.full(grids, -1)
    for g in range(grids):
        best[g] = _lowest(left, draws, grid_first[g], grid_first[g + 1])
    rows = np.empty(seats, np.int64)
    for n in range(seats):
        at = -1
        for g in range(grids):
            if best[g] >= 0 and (
                at < 0 or taken[g] < taken[at] or (taken[g] == taken[at] and draws[best[g]] < draws[best[at]])
            ):
                at = g
        if at < 0:
            return rows[:n]
        rows[n] = best[at]
        left[best[at]] = False
        taken[at] += 1
        best[at] = _lowest(left, draws, grid_first[at], grid_first[at + 1])
    return rows


@compiled
def _lowest(left, draws, start, stop):  # type: ignore[no-untyped-def]
    """Who of a stretch of residents has the lowest draw; -1 where nobody is left."""
    at = -1
    for i in range(start, stop):
        if left[i] and (at < 0 or draws[i] < draws[at]):
            at = i
    return at


@compiled
def _reach(  # type: ignore[no-untyped-def]
    grid_first,
    tier,
    vanguard,
    below,
    contacts,
    persuasion,
    hours,
    resources,
    extra_asks,
    persuaded,
    example,
    institution_hours,
):
    """Committee members ask bystanders of their grid, team leaders ask those who serve, heads bring hours; returns the members."""
    everybody = 0
    for g in range(grid_first.size - 1):
        bystanders, serving, committee, leaders, heads = 0, 0, 0, 0, 0
        first, last = grid_first[g], grid_first[g + 1]
        tiers, asked, urged = tier[first:last], extra_asks[first:last], persuaded[first:last]
        for seat in vanguard[first:last]:
            committee += seat == below + COMMITTEE
            leaders += seat == below + LEADER
            heads += seat == below + INSTITUTION
        for at in tiers:
            bystanders += at == 0
            serving += at >= 1
        members = committee + leaders + heads
        everybody += members
        example[g] += hours * members
        institution_hours[g] += resources * heads
        asks_bystanders = contacts * committee / bystanders if bystanders > 0 else 0.0
        asks_serving = contacts * leaders / serving if serving > 0 else 0.0
        if asks_bystanders > 0.0 or asks_serving > 0.0:
            urges_bystanders = persuasion * min(asks_bystanders, 1.0)
            urges_serving = persuasion * min(asks_serving, 1.0)
            for i in range(tiers.size):
                bystander, serves = np.int64(tiers[i] == 0), np.int64(tiers[i] >= 1)
                asked[i] += asks_bystanders * bystander + asks_serving * serves
                urged[i] += urges_bystanders * bystander + urges_serving * serves
    return everybody


@weekly
def _team(world, d):  # type: ignore[no-untyped-def]
    """Let the team act; returns its members."""
    return _reach(column(world, "grid_first"), column(world, "tier"), column(world, "vanguard"), int(d[0]), d[1], d[2], d[3],
                  d[4], column(world, "extra_asks"), column(world, "persuasion"), column(world, "example"),
                  column(world, "institution_hours"))  # fmt: skip


@weekly
def _missing(world, d):  # type: ignore[no-untyped-def]
    """How many members are missing."""
    committee, leaders, heads = _members(column(world, "vanguard"), int(d[1]))
    return max(int(d[0]) - committee - leaders - heads, 0)
