"""What is told of a traced resident: each look compares what stands now with what stood before."""

from collections.abc import Iterator

from experiments.trace.life_words import age_of, aged, an, happened, is_gone, joined, lives_of, moves_to_family
from sim import Simulation
from sim.policies.policy import counted
from sim.state.life_course import LEAVER
from sim.state.orders import (
    DONE,
    HIDDEN,
    HOUSEHOLD,
    INSTITUTION,
    NEIGHBOUR,
    NOBODY_KEEPS,
    ORGANIZATION,
    PLACED,
    PUBLIC_SERVICE,
    SUB_DISTRICT,
    VOLUNTEER,
)
from sim.state.places import COOK, PAIRED
from sim.state.residents import BY_CAMPAIGN, BY_MESSAGE, INTERESTS, NOT_ASKED, ORIGINS, TIERS, VACANT
from sim.world import World

SEATS = ("", *("committee member", "team leader", "head of an institution") * 2)
"""By the number of a seat: those of the vanguard, then those of a bundle's."""

WORTH_TELLING = 15
"""Minutes of credit: what runs out of an account drop by drop is told when it comes to as much."""
A_GOOD_DEAL = 10.0
"""Hours: what is earned, or given to public issues, week by week is told when it comes to as much."""
MET, KNOWN, FRIEND = 0.05, 0.2, 0.5
"""Strengths of ties: below the first two have met, as over one errand; an acquaintance, a neighbour they know, a friend."""


def somebody(world: World, row: int) -> str:
    """Who lives in a row: name, origin, age, and where."""
    alone = " living alone" if world.alone[row] and world.age[row] >= 3 else ""
    origin, grid = ORIGINS[world.origin[row]], world.people.grid_name(int(world.grid[row]))
    return f"{_called(world, row)} ({origin} {age_of(world, row)}{alone}, grid {grid})"


def _called(world: World, row: int) -> str:
    """Whoever lives in a row, by the own id that a file gives or else by the row."""
    name = world.people.name_of(row)
    return name if name.startswith("newcomer ") else f"resident {name}"


def _tie(world: World, one: int, other: int) -> str:
    """How close two residents are, in words."""
    if world.household[one] == world.household[other]:
        return "of the same household"
    for slot in range(world.tie_first[one], world.tie_first[one] + world.degree[one]):
        if world.tie_other[slot] == other:
            strength = float(world.tie_strength[slot])
            names = ((FRIEND, "a friend"), (KNOWN, "a neighbour they know"), (MET, "an acquaintance"))
            who = next((name for least, name in names if strength >= least), "somebody they have met")
            return f"{who} (tie {strength:.2f})"
    return "somebody they did not know"


class Tale:
    """A tale that is told phase by phase."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation, self.ended = simulation, False

    @property
    def world(self) -> World:
        """The world as it stands."""
        return self.simulation.world

    def say(self, sentence: str) -> str:
        """A sentence with its week in front."""
        return f"Week {int(self.world.week[0]):>3}  {sentence}"

    def kind(self, number: int) -> str:
        """A service kind in words."""
        return list(self.simulation.config.kinds.values())[number].title.lower()

    def who_keeps(self, o: int) -> tuple[int, int]:
        """Who keeps a case: which keeper, and which row where it is a resident."""
        keeper = int(self.world.order_keeper[o])
        return keeper, int(self.world.order_server[o]) if keeper in (NEIGHBOUR, VOLUNTEER) else -1

    def keeper(self, o: int) -> str:
        """Who sees to a case, in words."""
        keeper, server = self.who_keeps(o)
        if keeper == NOBODY_KEEPS:
            known = self.world.order_placed[o] >= 0
            return "the station looks for somebody" if known else "nobody knows of it"
        if server >= 0:
            return f"{self.helper(int(self.world.order_client[o]), server)} keeps it"
        return {HOUSEHOLD: "the household keeps it", PUBLIC_SERVICE: "a public service keeps it"}.get(
            keeper, "a service organization keeps it"
        )

    def helper(self, client: int, server: int) -> str:
        """Who serves, in words."""
        if server == INSTITUTION:
            return "a local institution"
        if server == SUB_DISTRICT:
            return "the sub-district"
        if server == ORGANIZATION:
            return "a service organization"
        world = self.world
        where = "of the same grid" if world.grid[server] == world.grid[client] else "of another grid"
        standing = [
            PAIRED[world.pair_service[p]]
            for p in range(int(world.pairs[0]))
            if world.pair_client[p] == client and world.pair_helper[p] == server
        ]
        role = f"their standing {standing[0].replace('_', ' ')}, " if standing else ""
        return f"{role}{somebody(world, server)} {where}, {_tie(world, client, server)}"


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
        self._names = {j: _called(world, j) for j in self._ties}
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
            (int(world.order_client[o]), int(world.order_kind[o])): _called(world, int(world.order_client[o]))
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
            yield f"Nobody lives in row {row}."
            return
        facts = ["in a home of their own" if world.owner[row] else "in a rented home"]
        facts += [
            word
            for word, column in (
                ("living alone", world.alone),
                ("on a low income", world.low_income),
                ("limited in mobility", world.limited),
            )
            if column[row]
        ]
        grid, name = world.people.grid_name(int(world.grid[row])), world.people.name_of(row)
        yield f"Resident {name} is a {ORIGINS[world.origin[row]]} {aged(world, row)} in grid {grid}, {joined(facts)}, tied to {int(world.degree[row])} people."
        if world.tier[row] >= 0:
            strongest = INTERESTS[int(world.interest[row].argmax())].replace("_", " ")
            yield (
                f"They could give {world.hours_limit[row]:.1f} hours a week, care most about {strongest}, and stand at "
                f"{TIERS[world.tier[row]].replace('_', '-')}; identity {world.identity[row]:.2f}, skill {world.skill[row]:.2f}."
            )

        for o in self._own_cases():
            yield f"They need {self.kind(world.order_kind[o])} every week, and {self.keeper(o)}."
        for (_, k), client in sorted(self._keeps.items()):
            yield f"They keep the case of {client} ({self.kind(k)})."

    def end(self) -> Iterator[str]:
        """Where they stand."""
        world, row = self.world, self.row
        if world.age[row] == VACANT:
            yield f"Nobody lives in row {row}."
            return
        stand = (
            f"stand at {TIERS[world.tier[row]].replace('_', '-')}"
            if world.tier[row] >= 0
            else "are too young to take part"
        )
        yield (
            f"After {self.simulation.week} weeks, {an(aged(world, row))}, they {stand}: identity {world.identity[row]:.2f}, skill {world.skill[row]:.2f}, fatigue {world.fatigue[row]:.2f}, "
            f"well-being {world.wellbeing[row]:.2f}, {int(world.degree[row])} ties."
        )

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
            yield f"joins the vanguard as a {SEATS[seat]}." if seat else "leaves the vanguard."
        if pioneer != self._pioneer:
            yield "takes a seat as the grid's pioneer." if pioneer else "gives up the seat as pioneer."

    def _needs_arise(self) -> Iterator[str]:
        world = self.world
        for o in self._own_orders():
            k = int(world.order_kind[o])
            if world.order_arose[o] == world.week[0] and k not in self._needs:
                name = f"(order {self.name}:{list(self.simulation.config.kinds)[k]}:{world.order_arose[o]})"
                if world.order_until[o] > 0:
                    yield f"needs {self.kind(k)} every week from now on, and {self.keeper(o)} {name}."
                else:
                    yield f"needs {self.kind(k)}, and nobody knows of it {name}."

    def _needs_become_known(self) -> Iterator[str]:
        world = self.world
        for o in self._own_orders():
            if world.order_state[o] == PLACED and self._needs.get(int(world.order_kind[o])) == HIDDEN:
                weeks = int(world.week[0] - world.order_arose[o])
                after = f"{counted(weeks, 'week')} after it arose" if weeks else "in the week in which it arose"
                yield f"the station learns of the need of {self.kind(world.order_kind[o])}, {after}."

    def _cases_go_on(self) -> Iterator[str]:
        now = {int(self.world.order_kind[o]): o for o in self._own_cases()}
        for k in sorted(self._kept):
            if k not in now:
                yield f"needs {self.kind(k)} no longer: the case ends."
                self._given.pop(k, None)
            elif self._kept[k] != self.who_keeps(now[k]):
                yield f"whoever kept the case of {self.kind(k)} is gone: {self.keeper(now[k])}."
        for client, k in sorted(self._keeps.keys() - self._cases_kept().keys()):
            yield f"no longer keeps the case of {self._keeps[client, k]} ({self.kind(k)})."

    def _standing_pairs_are_matched(self) -> Iterator[str]:
        now = self._standing()
        for client, helper, service in sorted(now - self._pairs):
            what = "cook" if service == COOK else "partner"
            yield (
                f"becomes the standing {what} of {somebody(self.world, client)}."
                if helper == self.row
                else f"is given a standing {what}: {self.helper(client, helper)}."
            )
        for client, helper, _ in sorted(self._pairs - now):
            yield f"the standing pair with {_called(self.world, client if helper == self.row else helper)} ends."

    def _service_is_given(self) -> Iterator[str]:
        world = self.world
        for o in self._own_cases():
            if self.who_keeps(o) != self._kept.get(int(world.order_kind[o])) and world.order_keeper[o] != NOBODY_KEEPS:
                yield f"the case of {self.kind(world.order_kind[o])} is taken on: {self.keeper(o)}."
        for client, k in sorted(self._cases_kept().keys() - self._keeps.keys()):
            hours = float(world.kind_hours[k] * world.kind_services[k])
            yield f"takes on the case of {somebody(world, client)}, {_tie(world, self.row, client)}: {self.kind(k)}, {hours:.1f} h a week."
        for o in range(int(world.open_orders[0])):
            if world.order_state[o] != DONE:
                continue
            client, kind = int(world.order_client[o]), self.kind(world.order_kind[o])
            if world.order_server[o] == self.row:
                yield f"serves {somebody(world, client)}, {_tie(world, self.row, client)}: {kind}, {world.kind_hours[world.order_kind[o]]:.1f} h, quality {world.order_quality[o]:.2f}."
            elif client == self.row:
                yield f"is served ({kind}) by {self.helper(client, int(world.order_server[o]))}; quality {world.order_quality[o]:.2f}."

    def _orders_lapse(self) -> Iterator[str]:
        for o in self._own_cases():
            k = int(self.world.order_kind[o])
            of = int(self.world.kind_services[k])
            given = round(float(self.world.order_given[o] * of))
            goes = 0 if given == 0 else 1 if 2 * given < of else 2
            if goes != self._given.get(k):
                yield f"{self.kind(k)}: {given or 'none'} of {counted(of, 'service')} given well this week."
            self._given[k] = goes
        kinds = {int(self.world.order_kind[o]) for o in self._own_orders()}
        bits = int(self.world.open_needs[self.row])
        for k in sorted(self._kinds_waiting - kinds):
            if not bits >> k & 1:
                yield f"nobody came in time for {self.kind(k)}: the need expires unmet."

    def _hours_are_banked(self) -> Iterator[str]:
        world = self.world
        self._kinds_waiting = {
            int(world.order_kind[o]) for o in self._own_orders() if world.order_state[o] in (HIDDEN, PLACED)
        }
        balance = int(world.balance[self.row])
        more = balance - self._told
        if more >= 60 * A_GOOD_DEAL or -more >= WORTH_TELLING:
            yield f"time bank: {abs(more) / 60:.1f} h {'earned' if more > 0 else 'gone'}, {balance / 60:.1f} h in the account."
            self._told = balance

    def _teams_form_and_dissolve(self) -> Iterator[str]:
        team = int(self.world.team[self.row])
        if team != self._team:
            yield (
                f"joins a team of {int(self.world.team_size[team])} for {INTERESTS[team % len(INTERESTS)].replace('_', ' ')}."
                if team >= 0
                else "the team dissolves."
            )
        if self._is_leader() and not self._leads:
            yield "leads the team."

    def _teams_meet(self) -> Iterator[str]:
        self._worked += float(self.world.hours_public[self.row])
        if self._worked >= A_GOOD_DEAL:
            yield f"has worked {self._worked:.0f} h more on public issues of the grid."
            self._worked = 0.0

    def _skills_change(self) -> Iterator[str]:
        if self.world.training[self.row] > 0.0:
            yield f"attends a training session; skill is now {self.world.skill[self.row]:.2f}."

    def _ties_change(self) -> Iterator[str]:
        now = self._made_ties()
        if new := sorted(now - self._ties):
            yield f"gets to know {joined([_called(self.world, j) for j in new])}."
        if gone := sorted(self._ties - now):
            yield f"loses touch with {joined([_called(self.world, j) for j in gone])}."

    def _feelings_change(self) -> Iterator[str]:
        if self.world.away[self.row] != self._away:
            yield (
                "has had enough calls and turns them off for a while."
                if self.world.away[self.row]
                else "takes calls again."
            )

    def _residents_decide(self) -> Iterator[str]:
        world, row = self.world, self.row
        tier = int(world.tier[row])
        if tier > self._tier:
            told = {
                NOT_ASKED: "without having been asked",
                BY_CAMPAIGN: "having been asked by a campaign",
                BY_MESSAGE: "having been asked by a message",
            }
            asked = told.get(int(world.asked[row]), "having been asked by somebody they know")
            yield f"climbs from {TIERS[self._tier].replace('_', '-')} to {TIERS[tier].replace('_', '-')}, {asked} (identity {world.identity[row]:.2f}, {counted(int(world.active_ties[row]), 'tie')} to participants)."
        elif tier < self._tier:
            yield f"lapses from {TIERS[self._tier].replace('_', '-')} to {TIERS[tier].replace('_', '-')} (fatigue {world.fatigue[row]:.2f}, {counted(int(world.active_ties[row]), 'tie')} to participants)."
        if self._team >= 0 and int(world.team[row]) < 0:
            yield "leaves the team."

    def _lives_go_on(self) -> Iterator[str]:
        if self._lives.band == VACANT:
            return
        yield from happened(self._lives, self.world)
        self.ended = is_gone(self.world, self.row)
        self._to_family = moves_to_family(self.world, self.row)

    def _households_leave(self) -> Iterator[str]:
        if self.world.tenure[self.row] == LEAVER and self._lives.band != VACANT:
            self.ended = True
            where = "to kin elsewhere" if self._to_family else "away"
            yield f"the household moves {where}; what they knew leaves with them."
            return
        if gone := sorted(self._ties - self._made_ties()):
            yield f"{joined([self._names[j] for j in gone])} {'moves' if len(gone) == 1 else 'move'} away."
