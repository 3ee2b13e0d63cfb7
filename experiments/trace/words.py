"""What is told of a traced resident: each look compares what stands now with what stood before."""

from collections.abc import Iterator

from sim import Simulation
from sim.policies.policy import counted
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
from sim.state.residents import AGES, BY_CAMPAIGN, BY_MESSAGE, INTERESTS, NOT_ASKED, ORIGINS, TIERS
from sim.world import World

SEATS = ("", *("committee member", "team leader", "head of an institution") * 2)
"""By the number of a seat: those of the vanguard, then those of a bundle's."""

WORTH_TELLING = 15
"""Minutes of credit: what runs out of an account drop by drop is told when it comes to as much."""


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _age(world: World, row: int) -> str:
    return AGES[world.age[row]].replace("_", " ")


def somebody(world: World, row: int) -> str:
    """Who lives in a row: name, origin, age, and where."""
    alone = " living alone" if world.alone[row] and world.age[row] >= 3 else ""
    origin, grid = ORIGINS[world.origin[row]], world.people.grid_name(int(world.grid[row]))
    return f"{_called(world, row)} ({origin} {_age(world, row)}{alone}, grid {grid})"


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
            who = "a friend" if strength >= 0.5 else "a neighbour they know" if strength >= 0.2 else "an acquaintance"
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
        self._given: dict[int, int] = {}
        self._told = int(simulation.world.balance[row])
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
        world = self.world
        first = int(world.tie_first[self.row])
        return {int(world.tie_other[s]) for s in range(first, first + int(world.degree[self.row]))}

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
        if world.age[row] > 4:
            yield f"Nobody lives in row {row}."
            return
        facts = ["owner" if world.owner[row] else "renter"]
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
        yield f"Resident {name} is a {ORIGINS[world.origin[row]]} {_age(world, row)} in grid {grid}, {_joined(facts)}, tied to {int(world.degree[row])} people."
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
        tier = TIERS[world.tier[row]].replace("_", "-") if world.tier[row] >= 0 else "child"
        yield (
            f"After {self.simulation.week} weeks they stand at {tier}: identity {world.identity[row]:.2f}, skill {world.skill[row]:.2f}, fatigue {world.fatigue[row]:.2f}, "
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
                after = counted(int(world.week[0] - world.order_arose[o]), "week")
                yield f"the station learns of the need of {self.kind(world.order_kind[o])}, {after} after it arose."

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
            given = round(float(self.world.order_given[o] * self.world.kind_services[k]))
            if given != self._given.get(k):
                yield f"{self.kind(k)}: {given or 'none'} of {counted(int(self.world.kind_services[k]), 'service')} given well this week."
            self._given[k] = given
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
        if abs(balance - self._told) >= WORTH_TELLING:
            yield f"time bank: {balance - self._told:+d} minutes, {balance} in the account."
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
        if self.world.hours_public[self.row] > 0.0:
            yield f"works {self.world.hours_public[self.row]:.1f} h on public issues of the grid."

    def _skills_change(self) -> Iterator[str]:
        if self.world.training[self.row] > 0.0:
            yield f"attends a training session; skill is now {self.world.skill[self.row]:.2f}."

    def _ties_change(self) -> Iterator[str]:
        now = self._made_ties()
        if new := sorted(now - self._ties):
            yield f"gets to know {_joined([_called(self.world, j) for j in new])}."
        if gone := sorted(self._ties - now):
            yield f"loses touch with {_joined([_called(self.world, j) for j in gone])}."

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

    def _households_leave(self) -> Iterator[str]:
        if self.world.tenure[self.row] == 0:
            self.ended = True
            yield "the household moves away; what they knew leaves with them."
            return
        if gone := sorted(self._ties - self._made_ties()):
            yield f"{_joined([self._names[j] for j in gone])} {'moves' if len(gone) == 1 else 'move'} away."
