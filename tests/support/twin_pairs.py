"""The twin's week, between needs and orders: standing pairs of a helper and a neighbour."""

from __future__ import annotations

from dataclasses import dataclass

from twin_agents import Order, Resident, single
from twin_chance import uniform
from twin_world import TwinWorld

from sim.engine.jit import plain
from sim.mathematics.odds import skill_asked_for as skill_asked_for_law
from sim.rules import pairing
from sim.state.orders import ACCEPTED, HIDDEN, PLACED
from sim.state.places import COOK

may_be, nearness, skill_asked_for = plain(pairing.may_be), plain(pairing.nearness), plain(skill_asked_for_law)


@dataclass(eq=False, slots=True)
class Pair:
    """A helper who stands by a neighbour."""

    client: Resident
    helper: Resident
    service: int
    since: int
    draw: float = 0.0

    def as_matched(self) -> tuple[int, int, int, int]:
        return self.client.row, self.helper.row, self.service, self.since


class PairsWeek(TwinWorld):
    """Neighbours are matched, and helpers come."""

    def _is_meant(self, service: int, r: Resident) -> bool:
        lever = self.levers.kitchen_for if service == COOK else self.levers.aid_for
        return bool(lever[r.row] > 0.0)

    def standing_pairs_are_matched(self) -> None:
        levers, most = self.levers, int(self.p.pairing.most_clients)
        places = [int(lever[0]) for lever in (levers.kitchen_pairs, levers.elder_pairs, levers.teen_pairs)]
        stay: list[Pair] = []
        for pair in self.pairs:
            weeks, one, other = self.week - pair.since, pair.client, pair.helper
            both_live_here = one.tenure > weeks and other.tenure > weeks
            room = places[pair.service] > sum(p.service == pair.service for p in stay)
            wanted = may_be(pair.service, other.age, other.limited, other.tier) and self._is_meant(pair.service, one)
            if both_live_here and room and wanted:
                stay.append(pair)
            else:
                self.tally.add("count_pairs", at=1)
        self.pairs = stay
        clients = dict.fromkeys(self.residents, 0)
        for pair in stay:
            clients[pair.helper] += 1
        for service in range(3):
            room = places[service] - sum(p.service == service for p in self.pairs)
            if room > 0:
                self._match(service, room, clients, most)
        key_visit = self.key("pairing.visit")
        for pair in self.pairs:
            pair.draw = uniform(key_visit, pair.client.key, pair.helper.key)
            self.tally.add("count_pairs", at=2 + pair.service)

    def _match(self, service: int, room: int, clients: dict[Resident, int], most: int) -> None:
        key_turn, key_match, p = self.key("pairing.turn"), self.key("pairing.match"), self.p.pairing
        helped = {pair.client for pair in self.pairs if pair.service == service}
        line = [r for r in self.residents if self._is_meant(service, r) and r not in helped]
        helpers = [r for r in self.residents if may_be(service, r.age, r.limited, r.tier) and r.hours_limit > 0.0]
        for client in sorted(line, key=lambda r: uniform(key_turn, r.key)):
            near: dict[Resident, float] = {}
            for helper in helpers:
                here = helper.place is client.place or p.nearby == 1.0
                if here and clients[helper] < most and helper.home is not client.home:
                    tie = client.ties.get(helper)
                    near[helper] = nearness(
                        tie.strength if tie else 0.0, p.tie, uniform(key_match, client.key, helper.key)
                    )
            if near and room > 0:
                best = max(near, key=near.__getitem__)
                self.pairs.append(Pair(client, best, service, self.week))
                clients[best] += 1
                self.tally.add("count_pairs")
                room -= 1

    def standing_helpers_come(self) -> None:
        p = self.p.pairing
        for pair in sorted(self.pairs, key=lambda pair: pair.draw):
            if pair.draw >= p.comes:
                break
            client, helper = pair.client, pair.helper
            fitting = [order for order in client.needs.values() if self._can_serve(pair, order)]
            if fitting:
                order = min(fitting, key=lambda order: (order.arose, order.key))
                if order.state == HIDDEN:
                    order.placed = self.week
                    self.tally.add("count_placed")
                order.state, order.server = ACCEPTED, helper
                helper.hours_left = single(max(helper.hours_left - order.service.hours, 0.0))
                self.tally.add("count_visits_paid", at=pair.service)
            elif pair.service != COOK and 0.0 < p.visit_hours <= helper.hours_left:
                # only time together: nothing is served, and yet they meet
                helper.hours_left = single(helper.hours_left - p.visit_hours)
                self.serves(helper, p.visit_hours, helper.skill)
                self.tally.add("count_visits_paid", at=3)
                self.encounters.append((helper, client, single(p.visit_hours)))

    def _can_serve(self, pair: Pair, order: Order) -> bool:
        levers, kind, helper = self.levers, order.service.kind, pair.helper
        served = (levers.kitchen_kinds if pair.service == COOK else levers.aid_kinds)[order.service.number] > 0.0
        lowest = skill_asked_for(kind.lowest_skill, kind.difficulty, levers.skill_floor[0])
        able = helper.tier >= order.service.tier and helper.skill >= lowest
        has_time = helper.hours_left >= order.service.hours
        return bool(served and able and has_time and order.state in (HIDDEN, PLACED))
