"""What is told of a traced resident: each look compares what stands now with what stood before."""

from collections.abc import Iterator

from experiments.spoken import either, spoken
from experiments.trace.life_words import happened, is_gone, lives_of, moves_to_family
from experiments.trace.who import (
    INTERESTS,
    MET,
    ORIGINS,
    SEATS,
    TIERS,
    Tale,
    aged,
    an,
    called,
    in_weeks,
    joined,
    somebody,
    tie,
)  # fmt: skip
from sim import Simulation
from sim.state.life_course import LEAVER
from sim.state.orders import DONE, HIDDEN, NEIGHBOUR, NOBODY_KEEPS, PLACED, VOLUNTEER
from sim.state.places import COOK
from sim.state.residents import BY_CAMPAIGN, BY_MESSAGE, NOT_ASKED, VACANT

WORTH_TELLING = 15
"""Minutes of credit: what runs out of an account drop by drop is told when it comes to as much."""
A_GOOD_DEAL = 10.0
"""Hours: what is earned, or given to public issues, week by week is told when it comes to as much."""


class ResidentStory(Tale):
    """The life of one resident, until they move away."""

    def __init__(self, simulation: Simulation, row: int) -> None:
        super().__init__(simulation)
        self.row, self.name = row, simulation.world.people.name_of(row)
        self._kinds_waiting: set[int] = set()
        self._given: dict[int, int] = {}  # how each case went: not, badly, well
        self._told, self._worked = int(simulation.world.balance[row]), 0.0
        self._ties, self._to_family = set[int](), False
        self._look()

    def _look(self) -> None:
        world, row = self.world, self.row
        self._tier, self._team, self._leads = int(world.tier[row]), int(world.team[row]), self._is_leader()
        self._seat, self._pioneer = int(world.vanguard[row]), int(world.pioneer[row])
        self._ties = self._made_ties()
        self._names = {j: called(world, j) for j in self._ties}
        self._pairs = self._standing()
        self._needs = {int(world.order_kind[o]): int(world.order_state[o]) for o in self._own_orders()}
        self._kept = {int(world.order_kind[o]): self.who_keeps(o) for o in self._own_cases()}
        self._keeps = self._cases_kept()
        self._away = int(world.away[row])
        self._lives = lives_of(world, row, self._ties)

    def _own_orders(self) -> list[int]:
        world = self.world
        return [o for o in range(int(world.open_orders[0])) if world.order_client[o] == self.row]

    def _own_cases(self) -> list[int]:
        return [o for o in self._own_orders() if self.world.order_until[o] > 0]

    def _cases_kept(self) -> dict[tuple[int, int], str]:
        """The cases that they keep, by client and kind, with a word for the client."""
        world = self.world
        rows = [o for o in range(int(world.open_orders[0])) if world.order_server[o] == self.row]
        mine = [o for o in rows if world.order_person[o] == world.key[self.row]]
        kept = [o for o in mine if world.order_keeper[o] in (VOLUNTEER, NEIGHBOUR)]
        return {
            (int(world.order_client[o]), int(world.order_kind[o])): called(world, int(world.order_client[o]))
            for o in kept
        }

    def _is_leader(self) -> bool:
        team = int(self.world.team[self.row])
        return team >= 0 and int(self.world.team_leader[team]) == self.row

    def _made_ties(self) -> set[int]:
        """Whom they know: more than from one errand, or still from before."""
        world, first = self.world, int(self.world.tie_first[self.row])
        slots = range(first, first + int(world.degree[self.row]))
        there = {int(world.tie_other[s]): float(world.tie_strength[s]) for s in slots}
        return {j for j, strength in there.items() if strength >= MET or j in self._ties}

    def _standing(self) -> set[tuple[int, int, int]]:
        world = self.world
        pairs = [
            (int(world.pair_client[p]), int(world.pair_helper[p]), int(world.pair_service[p]))
            for p in range(int(world.pairs[0]))
        ]
        return {pair for pair in pairs if self.row in pair[:2]}

    def beginning(self) -> Iterator[str]:
        """Who they are."""
        world, row = self.world, self.row
        if world.age[row] == VACANT:
            yield spoken("Nobody lives in row {row}.", row=row)
            return
        facts = [spoken("in a home of their own") if world.owner[row] else spoken("in a rented home")]
        facts += [
            word
            for word, column in (
                (spoken("living alone"), world.alone),
                (spoken("on a low income"), world.low_income),
                (spoken("limited in mobility"), world.limited),
            )
            if column[row]
        ]
        grid, name = world.people.grid_name(int(world.grid[row])), world.people.name_of(row)
        yield spoken(
            "Resident {name} is a {origin} {aged} in grid {grid}, {facts}, tied to {ties} people.",
            name=name, origin=either(ORIGINS[world.origin[row]]), aged=aged(world, row), grid=grid, facts=joined(facts),
            ties=int(world.degree[row]),
        )  # fmt: skip
        if world.tier[row] >= 0:
            yield spoken(
                "They could give {hours:.1f} hours a week, care most about {interest}, and stand at {tier}; identity {identity:.2f}, skill {skill:.2f}.",
                hours=world.hours_limit[row], interest=either(INTERESTS[int(world.interest[row].argmax())]),
                tier=either(TIERS[world.tier[row]]), identity=world.identity[row], skill=world.skill[row],
            )  # fmt: skip

        for o in self._own_cases():
            kind = self.kind(world.order_kind[o])
            yield spoken("They need {kind} every week, and {keeper}.", kind=kind, keeper=self.keeper(o))
        for (_, k), client in sorted(self._keeps.items()):
            yield spoken("They keep the case of {client} ({kind}).", client=client, kind=self.kind(k))
        if world.config.lives_go_on and not world.people.ids:
            yield spoken("A number is a place in a home: after somebody has gone, whoever comes next has it.")

    def end(self) -> Iterator[str]:
        """Where they stand."""
        world, row = self.world, self.row
        if world.age[row] == VACANT:
            yield spoken("Nobody lives in row {row}.", row=row)
            return
        young, tier = world.tier[row] < 0, either(TIERS[max(world.tier[row], 0)])
        yield spoken(
            "After {weeks} weeks, {aged}, they {stand}: identity {identity:.2f}, skill {skill:.2f}, fatigue {fatigue:.2f}, well-being {wellbeing:.2f}, {ties} ties.",
            weeks=self.simulation.week, aged=an(aged(world, row)), ties=int(world.degree[row]),
            stand=spoken("are too young to take part") if young else spoken("stand at {tier}", tier=tier),
            identity=world.identity[row], skill=world.skill[row], fatigue=world.fatigue[row], wellbeing=world.wellbeing[row],
        )  # fmt: skip

    def after(self, phase: str) -> Iterator[str]:
        """What has happened in a phase."""
        tell = getattr(self, f"_{phase}", None)
        if tell is not None:
            yield from map(self.say, tell())
            if not self.ended:
                self._look()

    def _policies_push(self) -> Iterator[str]:
        seat, pioneer = int(self.world.vanguard[self.row]), int(self.world.pioneer[self.row])
        if seat != self._seat:
            joins = spoken("joins the vanguard as a {seat}.", seat=either(SEATS[seat]))
            yield joins if seat else spoken("leaves the vanguard.")
        if pioneer != self._pioneer:
            yield spoken("takes a seat as the grid's pioneer." if pioneer else "gives up the seat as pioneer.")

    def _needs_arise(self) -> Iterator[str]:
        world = self.world
        for o in self._own_orders():
            k = int(world.order_kind[o])
            if world.order_arose[o] == world.week[0] and k not in self._needs:
                order = f"{self.name}:{list(self.simulation.config.kinds)[k]}:{world.order_arose[o]}"
                if world.order_until[o] > 0:
                    yield spoken(
                        "needs {kind} every week from now on, and {keeper} (order {order}).",
                        kind=self.kind(k), keeper=self.keeper(o), order=order,
                    )  # fmt: skip
                else:
                    yield spoken(
                        "needs {kind}, and nobody knows of it (order {order}).", kind=self.kind(k), order=order
                    )

    def _needs_become_known(self) -> Iterator[str]:
        world = self.world
        for o in self._own_orders():
            if world.order_state[o] == PLACED and self._needs.get(int(world.order_kind[o])) == HIDDEN:
                weeks = int(world.week[0] - world.order_arose[o])
                yield spoken(
                    "the station learns of the need of {kind}, {weeks} after it arose." if weeks
                    else "the station learns of the need of {kind}, in the week in which it arose.",
                    kind=self.kind(world.order_kind[o]), weeks=in_weeks(weeks),
                )  # fmt: skip

    def _cases_go_on(self) -> Iterator[str]:
        now = {int(self.world.order_kind[o]): o for o in self._own_cases()}
        for k in sorted(self._kept):
            if k not in now:
                yield spoken("needs {kind} no longer: the case ends.", kind=self.kind(k))
                self._given.pop(k, None)
            elif self._kept[k] != self.who_keeps(now[k]):
                keeper = self.keeper(now[k])
                yield spoken("whoever kept the case of {kind} is gone: {keeper}.", kind=self.kind(k), keeper=keeper)
        for client, k in sorted(self._keeps.keys() - self._cases_kept().keys()):
            who = self._keeps[client, k]
            yield spoken("no longer keeps the case of {client} ({kind}).", client=who, kind=self.kind(k))

    def _standing_pairs_are_matched(self) -> Iterator[str]:
        now = self._standing()
        for client, helper, service in sorted(now - self._pairs):
            mine, what = helper == self.row, spoken("cook") if service == COOK else spoken("partner")
            yield spoken(
                "becomes the standing {what} of {who}." if mine else "is given a standing {what}: {who}.",
                what=what, who=somebody(self.world, client) if mine else self.helper(client, helper),
            )  # fmt: skip
        for client, helper, _ in sorted(self._pairs - now):
            who = called(self.world, client if helper == self.row else helper)
            yield spoken("the standing pair with {who} ends.", who=who)

    def _service_is_given(self) -> Iterator[str]:
        world = self.world
        for o in self._own_cases():
            if self.who_keeps(o) != self._kept.get(int(world.order_kind[o])) and world.order_keeper[o] != NOBODY_KEEPS:
                kind = self.kind(world.order_kind[o])
                yield spoken("the case of {kind} is taken on: {keeper}.", kind=kind, keeper=self.keeper(o))
        for client, k in sorted(self._cases_kept().keys() - self._keeps.keys()):
            hours = float(world.kind_hours[k] * world.kind_services[k])
            yield spoken(
                "takes on the case of {client}, {tie}: {kind}, {hours:.1f} h a week.",
                client=somebody(world, client), tie=tie(world, self.row, client), kind=self.kind(k), hours=hours,
            )  # fmt: skip
        for o in range(int(world.open_orders[0])):
            if world.order_state[o] != DONE:
                continue
            client, kind = int(world.order_client[o]), self.kind(world.order_kind[o])
            if world.order_server[o] == self.row:
                yield spoken(
                    "serves {client}, {tie}: {kind}, {hours:.1f} h, quality {quality:.2f}.",
                    client=somebody(world, client), tie=tie(world, self.row, client), kind=kind,
                    hours=world.kind_hours[world.order_kind[o]], quality=world.order_quality[o],
                )  # fmt: skip
            elif client == self.row:
                who = self.helper(client, int(world.order_server[o]))
                quality = world.order_quality[o]
                yield spoken("is served ({kind}) by {who}; quality {quality:.2f}.", kind=kind, who=who, quality=quality)

    def _orders_lapse(self) -> Iterator[str]:
        for o in self._own_cases():
            k = int(self.world.order_kind[o])
            of = int(self.world.kind_services[k])
            given = round(float(self.world.order_given[o] * of))
            goes = 0 if given == 0 else 1 if 2 * given < of else 2
            if goes != self._given.get(k):
                yield spoken(
                    "{kind}: {given} of 1 service given well this week." if of == 1
                    else "{kind}: {given} of {of} services given well this week.",
                    kind=self.kind(k), given=given or spoken("none"), of=of,
                )  # fmt: skip
            self._given[k] = goes
        kinds = {int(self.world.order_kind[o]) for o in self._own_orders()}
        bits = int(self.world.open_needs[self.row])
        for k in sorted(self._kinds_waiting - kinds):
            if not bits >> k & 1:
                yield spoken("nobody came in time for {kind}: the need expires unmet.", kind=self.kind(k))

    def _hours_are_banked(self) -> Iterator[str]:
        world = self.world
        self._kinds_waiting = {
            int(world.order_kind[o]) for o in self._own_orders() if world.order_state[o] in (HIDDEN, PLACED)
        }
        balance = int(world.balance[self.row])
        more = balance - self._told
        if more >= 60 * A_GOOD_DEAL or -more >= WORTH_TELLING:
            yield spoken(
                "time bank: {hours:.1f} h earned, {left:.1f} h in the account." if more > 0
                else "time bank: {hours:.1f} h gone, {left:.1f} h in the account.",
                hours=abs(more) / 60, left=balance / 60,
            )  # fmt: skip
            self._told = balance

    def _teams_form_and_dissolve(self) -> Iterator[str]:
        team = int(self.world.team[self.row])
        if team != self._team:
            size, interest = int(self.world.team_size[team]), either(INTERESTS[team % len(INTERESTS)])
            joins = spoken("joins a team of {size} for {interest}.", size=size, interest=interest)
            yield joins if team >= 0 else spoken("the team dissolves.")
        if self._is_leader() and not self._leads:
            yield spoken("leads the team.")

    def _teams_meet(self) -> Iterator[str]:
        self._worked += float(self.world.hours_public[self.row])
        if self._worked >= A_GOOD_DEAL:
            yield spoken("has worked {hours:.0f} h more on public issues of the grid.", hours=self._worked)
            self._worked = 0.0

    def _skills_change(self) -> Iterator[str]:
        if self.world.training[self.row] > 0.0:
            skill = self.world.skill[self.row]
            yield spoken("attends a training session; skill is now {skill:.2f}.", skill=skill)

    def _ties_change(self) -> Iterator[str]:
        now = self._made_ties()
        if new := sorted(now - self._ties):
            yield spoken("gets to know {names}.", names=joined([called(self.world, j) for j in new]))
        if gone := sorted(self._ties - now):
            yield spoken("loses touch with {names}.", names=joined([called(self.world, j) for j in gone]))

    def _feelings_change(self) -> Iterator[str]:
        if self.world.away[self.row] != self._away:
            away = self.world.away[self.row]
            yield spoken("has had enough calls and turns them off for a while." if away else "takes calls again.")

    def _residents_decide(self) -> Iterator[str]:
        world, row = self.world, self.row
        tier, active = int(world.tier[row]), int(world.active_ties[row])
        ties = spoken("1 tie" if active == 1 else "{active} ties", active=active)
        rungs = {"before": either(TIERS[self._tier]), "after": either(TIERS[tier]), "ties": ties}
        if tier > self._tier:
            told = {
                NOT_ASKED: spoken("without having been asked"),
                BY_CAMPAIGN: spoken("having been asked by a campaign"),
                BY_MESSAGE: spoken("having been asked by a message"),
            }
            yield spoken(
                "climbs from {before} to {after}, {asked} (identity {identity:.2f}, {ties} to participants).",
                asked=told.get(int(world.asked[row]), spoken("having been asked by somebody they know")),
                identity=world.identity[row], **rungs,
            )  # fmt: skip
        elif tier < self._tier:
            yield spoken(
                "lapses from {before} to {after} (fatigue {fatigue:.2f}, {ties} to participants).",
                fatigue=world.fatigue[row], **rungs,
            )  # fmt: skip
        if self._team >= 0 and int(world.team[row]) < 0:
            yield spoken("leaves the team.")

    def _lives_go_on(self) -> Iterator[str]:
        if self._lives.band == VACANT:
            return
        yield from happened(self._lives, self.world)
        self.ended = is_gone(self.world, self.row)
        self._to_family = moves_to_family(self.world, self.row)

    def _households_leave(self) -> Iterator[str]:
        if self.world.tenure[self.row] == LEAVER and self._lives.band != VACANT:
            self.ended = True
            yield spoken(
                "the household moves to kin elsewhere; what they knew leaves with them." if self._to_family
                else "the household moves away; what they knew leaves with them."
            )  # fmt: skip
            return
        if gone := sorted(self._ties - self._made_ties()):
            names = joined([self._names[j] for j in gone])
            yield spoken("{names} moves away." if len(gone) == 1 else "{names} move away.", names=names)
