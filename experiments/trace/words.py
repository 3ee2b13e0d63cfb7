"""What is told of a traced resident or order: each look compares what stands now with what stood before."""

from collections.abc import Iterator

from sim import Simulation
from sim.policies.policy import counted
from sim.state.orders import ACCEPTED, DECLINED, DISPATCHED, DONE, HIDDEN, INSTITUTION, PLACED, SUB_DISTRICT
from sim.state.places import COOK, PAIRED
from sim.state.residents import AGES, BY_CAMPAIGN, INTERESTS, ORIGINS, TIERS
from sim.world import World

SEATS = ("", *("committee member", "team leader", "head of an institution") * 2)
"""By the number of a seat: those of the vanguard, then those of a bundle's."""

WORTH_TELLING = 15
"""Minutes of credit: what runs out of an account drop by drop is told when it comes to as much."""


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _age(world: World, row: int) -> str:
    return AGES[world.age[row]].replace("_", " ")


def _somebody(world: World, row: int) -> str:
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


class _Story:
    """A tale that is told phase by phase."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation, self.ended = simulation, False

    @property
    def world(self) -> World:
        return self.simulation.world

    def say(self, sentence: str) -> str:
        """A sentence with its week in front."""
        return f"Week {int(self.world.week[0]):>3}  {sentence}"

    def kind(self, number: int) -> str:
        """A service kind in words."""
        return list(self.simulation.config.kinds.values())[number].title.lower()

    def helper(self, client: int, server: int) -> str:
        """Who serves, in words."""
        if server == INSTITUTION:
            return "a local institution"
        if server == SUB_DISTRICT:
            return "the sub-district"
        world = self.world
        where = "of the same grid" if world.grid[server] == world.grid[client] else "of another grid"
        standing = [
            PAIRED[world.pair_service[p]]
            for p in range(int(world.pairs[0]))
            if world.pair_client[p] == client and world.pair_helper[p] == server
        ]
        role = f"their standing {standing[0].replace('_', ' ')}, " if standing else ""
        return f"{role}{_somebody(world, server)} {where}, {_tie(world, client, server)}"


class ResidentStory(_Story):
    """The life of one resident, until they move away."""

    def __init__(self, simulation: Simulation, row: int) -> None:
        super().__init__(simulation)
        self.row, self.name = row, simulation.world.people.name_of(row)
        self._kinds_waiting: set[int] = set()
        self._told = int(simulation.world.balance[row])
        self._look()

    def _look(self) -> None:
        world, row = self.world, self.row
        self._tier, self._team, self._leads = int(world.tier[row]), int(world.team[row]), self._is_leader()
        self._seat, self._pioneer = int(world.vanguard[row]), int(world.pioneer[row])
        self._ties = self._made_ties()
        self._names = {j: _called(world, j) for j in self._ties}
        self._pairs = self._standing()
        self._needs = {o: int(world.order_state[o]) for o in self._own_orders()}
        self._away = int(world.away[row])

    def _own_orders(self) -> list[int]:
        world = self.world
        return [o for o in range(int(world.open_orders[0])) if world.order_client[o] == self.row]

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
            if world.order_arose[o] == world.week[0]:
                known = "and the station knows" if world.order_state[o] == PLACED else "and nobody knows of it"
                yield f"needs {self.kind(world.order_kind[o])}, {known} (order {self.name}:{list(self.simulation.config.kinds)[world.order_kind[o]]}:{world.order_arose[o]})."
            elif world.order_state[o] == PLACED and self._needs.get(o) == HIDDEN:
                yield f"the station learns of the need of {self.kind(world.order_kind[o])}, {counted(int(world.week[0] - world.order_arose[o]), 'week')} after it arose."

    def _standing_pairs_are_matched(self) -> Iterator[str]:
        now = self._standing()
        for client, helper, service in sorted(now - self._pairs):
            what = "cook" if service == COOK else "partner"
            yield (
                f"becomes the standing {what} of {_somebody(self.world, client)}."
                if helper == self.row
                else f"is given a standing {what}: {self.helper(client, helper)}."
            )
        for client, helper, _ in sorted(self._pairs - now):
            yield f"the standing pair with {_called(self.world, client if helper == self.row else helper)} ends."

    def _service_is_given(self) -> Iterator[str]:
        world = self.world
        for o in range(int(world.open_orders[0])):
            if world.order_state[o] != DONE:
                continue
            client, kind = int(world.order_client[o]), self.kind(world.order_kind[o])
            if world.order_server[o] == self.row:
                yield f"serves {_somebody(world, client)}, {_tie(world, self.row, client)}: {kind}, {world.kind_hours[world.order_kind[o]]:.1f} h, quality {world.order_quality[o]:.2f}."
            elif client == self.row:
                yield f"is served ({kind}) by {self.helper(client, int(world.order_server[o]))}; quality {world.order_quality[o]:.2f}."

    def _orders_lapse(self) -> Iterator[str]:
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
            asked = {0: "without having been asked", BY_CAMPAIGN: "having been asked by a campaign"}.get(
                int(world.asked[row]), "having been asked by somebody they know"
            )
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


class OrderStory(_Story):
    """The life of one order, from the need to its end."""

    def __init__(self, simulation: Simulation, client: int, kind: int) -> None:
        super().__init__(simulation)
        self.client, self.number, self.begun = client, kind, False
        self._state = -1
        self._escalated = 0

    def _found(self) -> int | None:
        world = self.world
        rows = [
            o
            for o in range(int(world.open_orders[0]))
            if world.order_client[o] == self.client and world.order_kind[o] == self.number
        ]
        return rows[0] if rows else None

    def after(self, phase: str) -> Iterator[str]:
        """What has become of it in a phase."""
        world, o = self.world, self._found()
        if not self.begun:
            if o is None or phase != "needs_arise" or world.order_arose[o] != world.week[0]:
                return
            self.begun = True
            yield self.say(f"{_somebody(world, self.client)} needs {self.kind(self.number)}.")
            known = (
                "They ask, or somebody tells: the station places the order."
                if world.order_state[o] == PLACED
                else "Nobody at the station knows: the need is hidden."
            )
            yield self.say(known)
        elif o is None:
            yield from map(self.say, self._closed(phase))
        else:
            state = int(world.order_state[o])
            if state != self._state:
                yield from map(self.say, self._changed(o, state))
            if phase == "orders_are_rated" and state == DONE:
                yield self.say(
                    f"The client rates it {world.order_rating[o]:.2f}, where its true quality was {world.order_quality[o]:.2f}."
                )
            if phase == "orders_are_dispatched" and state == PLACED and world.order_placed[o] >= 0:
                yield self.say(f"The station cannot dispatch it this week: {self._place(o)}.")
        self._state = int(world.order_state[o]) if o is not None else self._state

    def _place(self, o: int) -> str:
        world = self.world
        waiting = [x for x in range(int(world.open_orders[0])) if world.order_state[x] in (PLACED, DISPATCHED)]
        before = sum(bool(world.order_rank[x] < world.order_rank[o]) for x in waiting)
        return f"it is number {before + 1} of {len(waiting)} in the line"

    def _changed(self, o: int, state: int) -> Iterator[str]:
        world = self.world
        if state == PLACED and self._state == HIDDEN:
            yield f"The station learns of it after {counted(int(world.week[0] - world.order_arose[o]), 'week')}: the order is placed."
        elif state == DISPATCHED:
            level = ("", " and has been passed up to the community", " and has been passed up to the sub-district")[
                world.order_escalated[o]
            ]
            credit = f", with {int(world.order_credit[o])} minutes of credit offered" if world.order_credit[o] else ""
            yield f"It is dispatched: {self._place(o)}{level}{credit}."
        elif state == PLACED and self._state == DISPATCHED:
            yield f"Nobody who was called accepts; it goes back into the line (offered in {counted(int(world.order_rounds[o]), 'week')} so far)."
        elif state == ACCEPTED:
            yield f"Accepted by {self.helper(self.client, int(world.order_server[o]))}."
        elif state == DONE:
            yield f"The service is given; its true quality is {world.order_quality[o]:.2f}."
        elif state == DECLINED:
            yield "It is declined for good."

    def _closed(self, phase: str) -> Iterator[str]:
        self.ended = True
        if phase == "households_leave":
            yield "The household moves away: the order is cancelled."
        elif self._state not in (DONE, DECLINED):
            yield "Its time is over: the need expires unmet."

    def still_open(self) -> str:
        """Where it stands when the trace ends."""
        return "Still open when the trace ends."
