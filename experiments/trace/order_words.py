"""What is told of a traced order, or case: each look compares what stands now with what stood before."""

from collections.abc import Iterator

from experiments.spoken import spoken
from experiments.trace.who import Tale, in_weeks, somebody
from sim import Simulation
from sim.state.orders import ACCEPTED, DECLINED, DISPATCHED, DONE, HIDDEN, NOBODY_KEEPS, PLACED, SHELVED


class OrderStory(Tale):
    """The life of one order, from the need to its end."""

    def __init__(self, simulation: Simulation, client: int, kind: int) -> None:
        super().__init__(simulation)
        self.client, self.number, self.begun = client, kind, False
        self._state = -1
        self._keeper, self._given = (NOBODY_KEEPS, -1), -1

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
            who, kind = somebody(world, self.client), self.kind(self.number)
            if world.order_until[o] > 0:
                yield self.say(spoken("{who} needs {kind} every week: a case begins.", who=who, kind=kind))
                yield self.say(spoken("At first {keeper}.", keeper=self.keeper(o)))
            else:
                yield self.say(spoken("{who} needs {kind}.", who=who, kind=kind))
                yield self.say(spoken("Nobody at the station knows: the need is hidden."))
        elif o is None:
            yield from map(self.say, self._closed(phase))
        else:
            state = int(world.order_state[o])
            if world.order_until[o] > 0:
                yield from map(self.say, self._case(o, phase))
            if state != self._state:
                yield from map(self.say, self._changed(o, state))
            if phase == "orders_are_rated" and state == DONE:
                rating, quality = world.order_rating[o], world.order_quality[o]
                yield self.say(
                    spoken(
                        "The client rates it {rating:.2f}, where its true quality was {quality:.2f}.",
                        rating=rating,
                        quality=quality,
                    )
                )
            if phase == "orders_are_dispatched" and state == PLACED and world.order_placed[o] >= 0:
                yield self.say(spoken("The station cannot dispatch it this week: {place}.", place=self._place(o)))
        if o is not None:
            self._state, self._keeper = int(world.order_state[o]), self.who_keeps(o)

    def _case(self, o: int, phase: str) -> Iterator[str]:
        """Who keeps it now, and what was given this week."""
        world = self.world
        if self.who_keeps(o) != self._keeper and phase == "service_is_given":
            yield spoken("It is taken on: {keeper}.", keeper=self.keeper(o))
        elif self.who_keeps(o) != self._keeper and phase == "cases_go_on":
            yield spoken("Whoever kept it is gone: {keeper}.", keeper=self.keeper(o))
        if phase == "orders_lapse":
            asked = int(world.kind_services[self.number])
            given = round(float(world.order_given[o] * asked))
            if given != self._given:
                yield spoken(
                    "{given} of 1 service given well this week." if asked == 1
                    else "{given} of {asked} services given well this week.",
                    given=given or spoken("None"), asked=asked,
                )  # fmt: skip
            self._given = given

    def _place(self, o: int) -> str:
        world = self.world
        waiting = [x for x in range(int(world.open_orders[0])) if world.order_state[x] in (PLACED, DISPATCHED)]
        before = sum(bool(world.order_rank[x] < world.order_rank[o]) for x in waiting)
        return spoken("it is number {place} of {all} in the line", place=before + 1, all=len(waiting))

    def _changed(self, o: int, state: int) -> Iterator[str]:
        world = self.world
        if state == PLACED and self._state == HIDDEN:
            weeks = int(world.week[0] - world.order_arose[o])
            yield spoken(
                "The station learns of it after {weeks}: the order is placed." if weeks
                else "The station learns of it at once: the order is placed.",
                weeks=in_weeks(weeks),
            )  # fmt: skip
        elif state == DISPATCHED:
            levels = (
                "", spoken(" and has been passed up to the community"), spoken(" and has been passed up to the sub-district"),
            )  # fmt: skip
            minutes, level = int(world.order_credit[o]), levels[world.order_escalated[o]]
            credit = spoken(", with {minutes} minutes of credit offered", minutes=minutes) if minutes else ""
            yield spoken("It is dispatched: {place}{level}{credit}.", place=self._place(o), level=level, credit=credit)
        elif state == PLACED and self._state == DISPATCHED:
            yield spoken(
                "Nobody who was called accepts; it goes back into the line (offered in {weeks} so far).",
                weeks=in_weeks(int(world.order_rounds[o])),
            )
        elif state == ACCEPTED:
            yield spoken("Accepted by {who}.", who=self.helper(self.client, int(world.order_server[o])))
        elif state == DONE:
            yield spoken("The service is given; its true quality is {quality:.2f}.", quality=world.order_quality[o])
        elif state == DECLINED:
            yield spoken("It is declined for good.")
        elif state == SHELVED:
            week = int(world.order_back[o])
            yield spoken("It leaves the line until week {week}: nobody can, or will, take it now.", week=week)
        elif state == PLACED and self._state == SHELVED:
            yield spoken("It is looked at again, and back in the line.")
        elif state == PLACED and self._state == ACCEPTED:
            yield spoken(
                "The service is given for this week only; it goes back into the line." if world.order_until[o] > 0
                else "The service is given but not well; it goes back into the line."
            )  # fmt: skip

    def _closed(self, phase: str) -> Iterator[str]:
        self.ended = True
        if phase == "households_leave":
            yield spoken("The household moves away: the order is cancelled.")
        elif phase == "cases_go_on":
            yield spoken("The case ends: it is needed no longer.")
        elif self._state not in (DONE, DECLINED):
            yield spoken("Its time is over: the need expires unmet.")

    def still_open(self) -> str:
        """Where it stands when the trace ends."""
        return spoken("Still open when the trace ends.")
