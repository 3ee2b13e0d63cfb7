"""The twin's week, part two: orders, dispatch, acceptance and tasks from above."""

from __future__ import annotations

from bisect import bisect_left

from twin_agents import Grid, Order, Resident, single
from twin_cases import CasesWeek, sigma
from twin_chance import mixed, two_uniforms, uniform
from twin_pairs import skill_asked_for

from sim.config.kinds import URGENCIES
from sim.engine.jit import plain
from sim.rules import answering, assigning, dispatching
from sim.state.orders import (
    ACCEPTED,
    DECLINED,
    DISPATCHED,
    INSTITUTION,
    ORGANIZATION,
    PLACED,
    SHELVED,
    SUB_DISTRICT,
)

LOCAL, POOLED, LOCAL_THEN_POOLED = range(3)
share_taken = plain(assigning.share_taken)
place_in_line, whole_orders = plain(dispatching.place_in_line), plain(dispatching.whole_orders)
leaning, willingness = plain(answering.leaning), plain(answering.willingness)
orders_of_staff = plain(dispatching.orders_of_staff)


class ServiceWeek(CasesWeek):
    """From an order to its service, one resident and one order at a time."""

    def orders_are_dispatched(self) -> None:
        key_queue, risen = self.key("dispatching.queue"), 0
        for order in [order for order in self.book if order.state == PLACED]:
            order.rank = self._place_in_line(order, uniform(key_queue, order.key))
            level = self._level(order)
            risen += max(level - order.escalated, 0)
            order.escalated = level
            if self._nobody_could_take(order):
                if order.service.kind.organization == "yes" and self.organized > 0.0:
                    order.escalated = 2
                else:
                    order.state, order.back = SHELVED, self.week + int(self.p.dispatching.look_again)
                    self.tally.add("count_shelved")
        waiting = sorted([order for order in self.book if order.state == PLACED], key=lambda order: order.rank)
        self.line = self._as_many_as_staff_can(waiting)
        for order in self.line:
            order.state = DISPATCHED
            order.rounds += 1
        self.tally.add("count_dispatched", len(self.line))
        p = self.p.dispatching
        there = int(p.staff_per_1000 * self.headcount / 1000.0 * p.staff_hours * p.staff_share * 3600.0 + 0.5)
        taken = len(self.line) * int(60.0 * self._minutes_of_an_order() + 0.5)
        minutes = max(p.escalation_minutes + self.levers.escalation_minutes[0], 0.0)
        passing = risen * int(60.0 * minutes + 0.5)
        self.staff_left = max(there - taken - passing, 0)
        self.tally.add("count_escalated", risen)
        self.tally.add("count_escalated", passing, at=1)
        self.tally.add("count_staff", there)
        self.tally.add("count_staff", taken, at=1)

    def _place_in_line(self, order: Order, luck: float) -> float:
        """Orders of an earlier class come first; within it, those of higher priority, overdue, vulnerable or paid for."""
        p, levers, client, kind = self.p.dispatching, self.levers, order.client, order.service.kind
        waited = self.week - order.placed
        overdue = levers.overdue_first[0] if waited >= levers.response_target[0] else 0.0
        pushed = levers.added_priority[order.service.number] + overdue
        within = place_in_line(
            kind.priority + pushed + levers.precedence[client.row],
            p.urgency,
            waited / max(kind.promise, 1.0),
            p.vulnerability + levers.vulnerable_first[0],
            1.0 if set(client.groups_in) & {0, 1, 2, 3} or client.limited else 0.0,
            levers.bank_priority[0],
            1.0 if order.credit > 0 else 0.0,
            p.spread,
            luck,
        )
        return float(dispatching.CLASS * URGENCIES.index(kind.urgency) + within)

    def _level(self, order: Order) -> int:
        """How far an order is passed up: by weeks, or urgent ones at once and others by shares of their promise."""
        p, kind, waited = self.p.dispatching, order.service.kind, self.week - order.placed
        levels = waited // p.escalate_after
        if self.config.dispatching.escalation == "promise":
            urgent = kind.urgency == "urgent"
            levels = 2 if urgent else waited // (p.escalate_share * max(kind.promise, 1.0))
        return min(int(levels), int(self.levers.hierarchy[0]))

    def _nobody_could_take(self, order: Order) -> bool:
        """Whether a reviewer finds nobody in reach who could ever take an order, had they all their hours free."""
        p, s = self.p.dispatching, order.service
        if not p.review and self.levers.review[0] <= 0.0:
            return False
        far = self._scope() != LOCAL or order.escalated >= 1
        reach = self.residents if far else order.client.place.residents
        floor = self._lowest_skill(order)
        there = (v for v in reach if v.tier >= 1 and (v.able if order.is_case else not v.limited))
        return not any(v.tier >= s.tier and v.skill >= floor and v.hours_limit >= s.hours for v in there)

    def _lowest_skill(self, order: Order) -> float:
        kind = order.service.kind
        return float(skill_asked_for(kind.lowest_skill, kind.difficulty, self.levers.skill_floor[0]))

    def _minutes_of_an_order(self) -> float:
        return float(self.p.dispatching.order_minutes * (1.0 - min(max(self.levers.minutes_saved[0], 0.0), 0.99)))

    def _as_many_as_staff_can(self, waiting: list[Order]) -> list[Order]:
        p, levers, n, how = self.p.dispatching, self.levers, self.headcount, self._scope()
        key_staff = self.key("dispatching.staff")
        a_thousand = orders_of_staff(p.staff_per_1000, p.staff_hours, p.staff_share, self._minutes_of_an_order())
        total = (a_thousand * n / 1000.0 + levers.capacity[0]) * (1.0 - min(max(levers.overhead[0], 0.0), 1.0))
        shares = [total * g.people / n + levers.grid_capacity[g.row] for g in self.grids]
        local, pooled = [0.0] * len(shares), 0.0
        if how == POOLED:
            pooled = whole_orders(sum(shares), uniform(key_staff, 0))
        else:
            local = [whole_orders(of_grid, uniform(key_staff, mixed(g + 1))) for g, of_grid in enumerate(shares)]
        line = []
        for order in waiting:
            g = order.client.place.row
            if local[g] >= 1.0:
                local[g] -= 1.0
                line.append(order)
            elif pooled >= 1.0:
                pooled -= 1.0
                line.append(order)
        if how == LOCAL_THEN_POOLED:  # staff whose own grid is served help the others
            served = set(map(id, line))
            left = [order for order in waiting if id(order) not in served]
            line += left[: int(sum(local))]
        return line

    def _scope(self) -> int:
        pushed = int(self.levers.scope[0])
        return int(self.p.dispatching.scope) if pushed < 0 else pushed

    def tasks_are_assigned(self) -> None:
        p = self.p.assigning
        wanted = (p.hours_per_1000 + self.levers.admin_load[0]) * self.headcount / 1000.0
        self.tally.add("count_admin", max(wanted, 0.0))
        if wanted <= 0.0:
            return
        task_only = [r for r in self.residents if r.tier == 1]
        others = [r for r in self.residents if r.tier > 1]
        for group in (task_only, others):
            free = sum([r.hours_left * p.most_share for r in group], 0.0)
            taken = share_taken(wanted, free) * p.most_share
            for r in group:
                if taken > 0.0 and r.hours_left > 0.0:
                    given = r.hours_left * taken
                    r.hours_left = single(r.hours_left - given)
                    r.hours_assigned = single(r.hours_assigned + given)
                    self.serves(r, given, r.skill)
                    self.tally.add("count_admin", given, at=1)
            wanted = max(wanted - free, 0.0)

    def volunteers_answer(self) -> None:
        p = self.p.dispatching
        key_ring = self.key("dispatching.ring")
        luck = {r: two_uniforms(key_ring, r.key, 0) for r in self.residents if r.tier >= 1}
        self._volunteers_return_or_turn_away({r: mood for r, (_, mood) in luck.items()})
        draw = {r: rank for r, (rank, _) in luck.items()}
        there = [r for r in draw if not r.limited and not r.away and r.hours_left > 0.0]
        self.cases_now = {r: r.cases for r in there}
        unpromised = {r: single(r.hours_limit - r.promised) if r.able else 0.0 for r in there}
        self.for_cases = {r: self._hours_for_cases(unpromised[r], r.cases) for r in there}
        everybody = sorted(there, key=draw.__getitem__)
        by_grid = {g: [r for r in everybody if r.place is g] for g in self.grids}
        how, help_left = self._scope(), list(self.levers.institution_hours)
        for order in self.line:
            home = order.client.place
            calls = int(p.offers + self.levers.offers[0] + self.levers.grid_offers[home.row])
            rings = [everybody] if how == POOLED else [by_grid[home]]
            if how == LOCAL_THEN_POOLED or (how == LOCAL and order.escalated >= 1):
                rings.append(everybody)
            server = None
            for r, ring in enumerate(rings):
                point = uniform(key_ring, order.key, r + 1)
                start = bisect_left([draw[v] for v in ring], point)
                server = server or self._first_who_accepts(order, ring[start:] + ring[:start], calls)
                if server:
                    break
            self._settle(order, server, home, help_left)
        still = [r for r in there if not r.away]
        self.free_hours = [max([r.hours_left for r in still if r.tier == t], default=0.0) for t in range(4)]

    def _hours_for_cases(self, free: float, cases: int) -> float:
        """Hours a week for one more case: those not promised yet, none for whoever keeps enough cases."""
        return single(max(free, 0.0)) if cases < self.p.dispatching.cases_each else 0.0

    def _volunteers_return_or_turn_away(self, moods: dict[Resident, float]) -> None:
        p, key_notice = self.p.dispatching, self.key("dispatching.notice")
        for r, mood in moods.items():
            if r.away:
                r.away = int(mood >= p.back_chance)
            elif mood < p.broadcast:  # a general call to everybody reaches this volunteer
                r.notified += 1
                r.away = int(uniform(key_notice, r.key) < p.away_chance)
            self.tally.add("count_away", r.away)

    def _first_who_accepts(self, order: Order, ring: list[Resident], calls: int) -> Resident | None:
        """Offer the order to the first `calls` fitting volunteers from its point in the ring on."""
        p = self.p.dispatching
        key_answer = self.key("dispatching.answer")
        server, called = None, 0
        floor, hours = self._lowest_skill(order), order.service.hours
        earning = max(self.p.banking.earning + self.levers.bank_earning[0], 0.0)
        to_earn = p.accept_earning * self.trust * earning
        for v in ring[: int(p.names_looked_through)]:
            if called >= calls:
                break
            fits = v.tier >= order.service.tier and v.skill >= floor and v is not order.client
            time = self.for_cases[v] if order.is_case else v.hours_left
            if not fits or time < hours or v.away or (p.reciprocal and not self._could_return(v, order)):
                continue
            called += 1
            v.notified += 1
            self.tally.add("count_offers")
            tie = order.client.ties.get(v)
            touched = order.service.interest
            match = v.interest[touched] if touched >= 0 else p.match_at_rest
            wish = willingness(
                leaning(tie.strength if tie else 0.0, match, v.identity, v.fatigue, p),
                1.0 if v.place is not order.client.place else 0.0,
                1.0 if order.credit > 0 else 0.0,
                order.client.place.atmosphere,
                time / hours,
                self.levers.acceptance[v.row] + to_earn + (p.accept_case if order.is_case else 0.0),
                p,
            )
            answer, weary = two_uniforms(key_answer, order.key, v.key)
            if answer < sigma(wish):
                server = server or v
            else:
                self.tally.add("count_refused")
            if weary < p.away_chance:
                v.away = 1
        return server

    def _could_return(self, v: Resident, order: Order) -> bool:
        """Whether the client could serve one of the volunteer's open needs in return (barter without credits)."""
        wanted = [s.interest for s in v.needs if s.interest >= 0]
        return order.service.interest >= 0 and any(order.client.interest[w] > 0.5 for w in wanted)

    def _settle(self, order: Order, volunteer: Resident | None, home: Grid, help_left: list[float]) -> None:
        """What becomes of an order that was offered: accepted, declined for good, shelved, or back in the line."""
        p, s, hours = self.p.dispatching, order.service, order.service.hours
        other, lucky = -1, uniform(self.key("dispatching.answer"), order.key) < p.sub_district_serves
        if volunteer:
            volunteer.hours_left = single(max(volunteer.hours_left - hours, 0.0))
            if order.is_case:
                self.cases_now[volunteer] += 1
                left = self.for_cases[volunteer] - hours
                self.for_cases[volunteer] = self._hours_for_cases(left, self.cases_now[volunteer])
        elif help_left[home.row] >= hours:
            help_left[home.row] -= hours
            other = INSTITUTION
        elif order.escalated == 2 and s.kind.organization == "yes" and self.organized >= hours:
            self.organized -= hours
            self.tally.add("count_organized", hours, at=1)
            other = ORGANIZATION
        elif order.escalated == 2 and lucky:
            other = SUB_DISTRICT
        if volunteer or other != -1:
            order.state, order.server, order.served_by = ACCEPTED, volunteer, other
            self.tally.add("count_accepted")
        elif not order.is_case and 0.0 < p.most_rounds <= order.rounds:
            order.state = DECLINED
            self.tally.add("count_declined")
        else:
            order.state = PLACED
            order.refused += 1
            if order.is_case and 0.0 < p.give_up <= order.refused:
                order.state, order.back = SHELVED, self.week + int(p.rest_after)
                self.tally.add("count_shelved")
