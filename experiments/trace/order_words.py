"""What is told of a traced order, or case: each look compares what stands now with what stood before."""

from collections.abc import Iterator

from experiments.trace.words import Tale, somebody
from sim import Simulation
from sim.policies.policy import counted
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
            if world.order_until[o] > 0:
                yield self.say(
                    f"{somebody(world, self.client)} needs {self.kind(self.number)} every week: a case begins."
                )
                yield self.say(f"At first {self.keeper(o)}.")
            else:
                yield self.say(f"{somebody(world, self.client)} needs {self.kind(self.number)}.")
                yield self.say("Nobody at the station knows: the need is hidden.")
        elif o is None:
            yield from map(self.say, self._closed(phase))
        else:
            state = int(world.order_state[o])
            if world.order_until[o] > 0:
                yield from map(self.say, self._case(o, phase))
            if state != self._state:
                yield from map(self.say, self._changed(o, state))
            if phase == "orders_are_rated" and state == DONE:
                yield self.say(
                    f"The client rates it {world.order_rating[o]:.2f}, where its true quality was {world.order_quality[o]:.2f}."
                )
            if phase == "orders_are_dispatched" and state == PLACED and world.order_placed[o] >= 0:
                yield self.say(f"The station cannot dispatch it this week: {self._place(o)}.")
        if o is not None:
            self._state, self._keeper = int(world.order_state[o]), self.who_keeps(o)

    def _case(self, o: int, phase: str) -> Iterator[str]:
        """Who keeps it now, and what was given this week."""
        world = self.world
        if self.who_keeps(o) != self._keeper and phase == "service_is_given":
            yield f"It is taken on: {self.keeper(o)}."
        elif self.who_keeps(o) != self._keeper and phase == "cases_go_on":
            yield f"Whoever kept it is gone: {self.keeper(o)}."
        if phase == "orders_lapse":
            asked = int(world.kind_services[self.number])
            given = round(float(world.order_given[o] * asked))
            if given != self._given:
                yield f"{given or 'None'} of {counted(asked, 'service')} given well this week."
            self._given = given

    def _place(self, o: int) -> str:
        world = self.world
        waiting = [x for x in range(int(world.open_orders[0])) if world.order_state[x] in (PLACED, DISPATCHED)]
        before = sum(bool(world.order_rank[x] < world.order_rank[o]) for x in waiting)
        return f"it is number {before + 1} of {len(waiting)} in the line"

    def _changed(self, o: int, state: int) -> Iterator[str]:
        world = self.world
        if state == PLACED and self._state == HIDDEN:
            weeks = int(world.week[0] - world.order_arose[o])
            when = f"after {counted(weeks, 'week')}" if weeks else "at once"
            yield f"The station learns of it {when}: the order is placed."
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
        elif state == SHELVED:
            yield f"It leaves the line until week {int(world.order_back[o])}: nobody can, or will, take it now."
        elif state == PLACED and self._state == SHELVED:
            yield "It is looked at again, and back in the line."
        elif state == PLACED and self._state == ACCEPTED:
            kept = "for this week only" if world.order_until[o] > 0 else "but not well"
            yield f"The service is given {kept}; it goes back into the line."

    def _closed(self, phase: str) -> Iterator[str]:
        self.ended = True
        if phase == "households_leave":
            yield "The household moves away: the order is cancelled."
        elif phase == "cases_go_on":
            yield "The case ends: it is needed no longer."
        elif self._state not in (DONE, DECLINED):
            yield "Its time is over: the need expires unmet."

    def still_open(self) -> str:
        """Where it stands when the trace ends."""
        return "Still open when the trace ends."
