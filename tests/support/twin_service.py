"""The twin's week, part two: orders, dispatch, service, the time bank and tasks from above."""

from __future__ import annotations

from bisect import bisect_left

from twin_agents import Grid, Order, Resident, single
from twin_cases import CasesWeek, sigma
from twin_chance import mixed, two_uniforms, uniform
from twin_pairs import skill_asked_for

from sim.config.kinds import URGENCIES
from sim.engine.jit import plain
from sim.mathematics.odds import remembered as remembered_law
from sim.rules import answering, assigning, banking, dispatching, serving
from sim.state.orders import (
    ACCEPTED,
    DECLINED,
    DISPATCHED,
    DONE,
    EXPIRED,
    HIDDEN,
    INSTITUTION,
    KEPT,
    ORGANIZATION,
    ORGANIZED,
    PLACED,
    SHELVED,
    SUB_DISTRICT,
    VOLUNTEER,
)
from sim.state.residents import YOUNGER_ELDER

LOCAL, POOLED, LOCAL_THEN_POOLED = range(3)
remembered = plain(remembered_law)
share_taken = plain(assigning.share_taken)
place_in_line, whole_orders = plain(dispatching.place_in_line), plain(dispatching.whole_orders)
leaning, willingness = plain(answering.leaning), plain(answering.willingness)
orders_of_staff, rating_reported = plain(dispatching.orders_of_staff), plain(serving.rating_reported)
credit_earned, part_of = plain(banking.credit_earned), plain(banking.part_of)


class ServiceWeek(CasesWeek):
    """From an order to its service, one resident and one order at a time."""

    def credits_are_offered(self) -> None:
        if not self.p.banking.redemption:
            return
        rate = max(self.p.banking.price + self.levers.bank_price[0], 0.0)
        for order in self.book:
            if order.state == PLACED and order.placed == self.week:
                price = credit_earned(order.service.kind.hours, rate)
                if 0 < price <= sum(member.balance for member in order.client.home.members):
                    order.credit = price
                    self.tally.add("count_requests")

    def orders_are_dispatched(self) -> None:
        self._organizations_have_hours()
        key_queue = self.key("dispatching.queue")
        for order in [order for order in self.book if order.state == PLACED]:
            order.rank = self._place_in_line(order, uniform(key_queue, order.key))
            order.escalated = self._level(order)
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
        there = int(p.staff_per_1000 * len(self.residents) / 1000.0 * p.staff_hours * p.staff_share * 3600.0 + 0.5)
        taken = len(self.line) * int(60.0 * self._minutes_of_an_order() + 0.5)
        self.staff_left = max(there - taken, 0)
        self.tally.add("count_staff", there)
        self.tally.add("count_staff", taken, at=1)

    def _organizations_have_hours(self) -> None:
        p, levers = self.p.dispatching, self.levers
        hours = p.organization_hours_per_1000 * len(self.residents) / 1000.0 + levers.organization_hours[0]
        self.organized = max(hours, 0.0) * (1.0 + max(levers.capability[0], 0.0))
        self.tally.add("count_organized", self.organized)
        for order in self.book:
            if order.keeper == ORGANIZED:
                self.organized -= order.service.hours
                self.tally.add("count_organized", order.service.hours, at=1)

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
        return not any(v.tier >= max(s.tier, 1) and v.skill >= floor and v.hours_limit >= s.hours for v in reach)

    def _lowest_skill(self, order: Order) -> float:
        kind = order.service.kind
        return float(skill_asked_for(kind.lowest_skill, kind.difficulty, self.levers.skill_floor[0]))

    def _minutes_of_an_order(self) -> float:
        return float(self.p.dispatching.order_minutes * (1.0 - min(max(self.levers.minutes_saved[0], 0.0), 0.99)))

    def _as_many_as_staff_can(self, waiting: list[Order]) -> list[Order]:
        p, levers, n, how = self.p.dispatching, self.levers, len(self.residents), self._scope()
        key_staff = self.key("dispatching.staff")
        a_thousand = orders_of_staff(p.staff_per_1000, p.staff_hours, p.staff_share, self._minutes_of_an_order())
        total = (a_thousand * n / 1000.0 + levers.capacity[0]) * (1.0 - min(max(levers.overhead[0], 0.0), 1.0))
        shares = [total * len(g.residents) / n + levers.grid_capacity[g.row] for g in self.grids]
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
        wanted = (p.hours_per_1000 + self.levers.admin_load[0]) * len(self.residents) / 1000.0
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
        there = [r for r in draw if not r.away and r.hours_left > 0.0]
        self.cases_now = {r: r.cases for r in there}
        self.for_cases = {r: self._hours_for_cases(single(r.hours_limit - r.promised), r.cases) for r in there}
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
        elif 0.0 < p.most_rounds <= order.rounds:
            order.state = DECLINED
            self.tally.add("count_declined")
        else:
            order.state = PLACED
            order.refused += 1
            if order.is_case and 0.0 < p.give_up <= order.refused:
                order.state, order.back = SHELVED, self.week + int(p.rest_after)
                self.tally.add("count_shelved")

    def service_is_given(self) -> None:
        for order in self.book:
            if order.state != ACCEPTED:
                continue
            server = order.server
            if order.is_case:
                self._is_taken_on(order)
            else:
                self._episode_is_served(order)
            if server:
                self.encounters.append((server, order.client, single(order.service.hours)))

    def _is_taken_on(self, order: Order) -> None:
        """A case is served for the first time; volunteers and organizations keep it, others help for this week."""
        v = order.server
        self.serves_case(order, v)
        self._done_is_counted(order, order.quality)
        order.state = PLACED if not v and order.served_by != ORGANIZATION else KEPT
        if v:
            order.keeper, order.person = VOLUNTEER, v.key
            v.promised = single(v.promised + order.service.hours)
            v.cases += 1
        elif order.state == KEPT:
            order.keeper = ORGANIZED

    def _episode_is_served(self, order: Order) -> None:
        """Given well, an episode is over; else its order is back in the line."""
        v, quality = order.server, self.quality_of(order, order.server)
        well = self.given_well(order, quality) > 0
        order.state, order.quality = DONE if well else PLACED, single(quality)
        if well:
            order.client.met += 1
            self._done_is_counted(order, quality)
        else:
            self.tally.add("count_failed")
        if v:
            self.serves_somebody(v, order.client, order.service.hours, quality)
            if not well:
                v.hours_kept = single(v.hours_kept + order.service.hours)

    def _done_is_counted(self, order: Order, quality: float) -> None:
        waited = self.week - order.placed
        self.tally.add("count_done")
        self.tally.add("count_quality", quality)
        self.tally.add("count_waits", at=min(waited, 52))
        self.tally.add("count_wait_weeks", waited)
        self.tally.add("count_in_time", waited <= order.service.kind.promise)
        for g in order.client.groups_in:
            self.tally.add("count_done", at=1 + g)

    def orders_are_rated(self) -> None:
        feedback = min(self.levers.feedback[0], 1.0)
        for order in self.book:
            if order.state == DONE:
                order.rating = single(rating_reported(order.quality, self.p.serving.upward_bias))
                self.tally.add("count_rating", order.rating)
                if (v := order.server) and feedback > 0.0:
                    gap = order.rating - v.satisfaction
                    v.satisfaction = single(v.satisfaction + feedback * self.p.serving.feedback_rate * gap)

    def hours_are_banked(self) -> None:
        p, levers = self.p.banking, self.levers
        rate = max(p.earning + levers.bank_earning[0], 0.0)
        paying = [order for order in self.book if order.credit > 0]
        redeemed = [order for order in paying if order.state == DONE or (order.state == KEPT and order.served)]
        for order in self.book:
            if order in redeemed:
                due = order.credit
                for member in (order.client, *order.client.home.members):
                    paid = min(due, member.balance)
                    member.balance -= paid
                    due -= paid
                self.tally.add("count_bank", order.credit - due, at=1)
                order.credit = 0 if order.is_case else order.credit
            if order.state == DONE and order.server:
                self._earns(order.server, order.service.kind.hours, rate)
        for v in self.residents:
            if v.tier >= 1:
                self._earns(v, v.hours_kept, rate)
        if paying:
            self.trust = single(remembered(self.trust, len(redeemed) / len(paying), p.trust_rate))
        self._credits_expire_and_are_given(p.giving + levers.bank_giving[0], p.expiry + levers.bank_expiry[0])

    def _earns(self, v: Resident, hours: float, rate: float) -> None:
        if hours > 0.0 and rate > 0.0:
            earned = credit_earned(hours, rate)
            v.balance += earned
            self.tally.add("count_bank", earned)

    def _credits_expire_and_are_given(self, giving: float, expiring: float) -> None:
        if giving <= 0.0 and expiring <= 0.0:
            return
        key_give = self.key("banking.give")
        elders = [r for r in self.residents if r.age in (YOUNGER_ELDER, YOUNGER_ELDER + 1) and r.balance == 0]
        given_to = min(elders, key=lambda r: uniform(key_give, r.key)) if giving > 0.0 and elders else None
        gifts = 0
        for r in self.residents:
            if r.balance > 0:
                lost = part_of(r.balance, min(max(expiring, 0.0), 1.0))
                r.balance -= lost
                self.tally.add("count_bank", lost, at=2)
                if given_to and r.age < YOUNGER_ELDER:
                    gift = part_of(r.balance, min(giving, 1.0))
                    r.balance -= gift
                    gifts += gift
        if given_to and gifts > 0:
            given_to.balance += gifts
            self.tally.add("count_bank", gifts, at=4)

    def orders_lapse(self) -> None:
        for r in self.residents:
            r.unmet_weeks = single(r.unmet_weeks * self.p.serving.unmet_memory)
            if r.unmet_weeks < 1e-3:
                r.unmet_weeks = 0.0
        at = 0
        while at < len(self.book):
            order = self.book[at]
            if order.is_case:
                self._case_week_is_counted(order)
            self._unmet_is_counted(order)
            old = self.week - order.arose >= order.service.kind.patience and not order.is_case
            if order.state in (HIDDEN, PLACED, SHELVED) and old:
                self._expires(order)
            if order.state in (DONE, EXPIRED, DECLINED):
                self.tally.add("count_closed")
                del order.client.needs[order.service]
                self.close(at)
            else:
                if order.state != KEPT:
                    self.tally.add("count_open", at=1 if order.state == HIDDEN else 0)
                at += 1
        done = self.tally.counts["count_done"][0]
        ended = done + self.tally.counts["count_expired"][0] + self.tally.counts["count_declined"][0]
        if ended > 0.0:
            p, in_time = self.p.serving, self.tally.counts["count_in_time"][0]
            self.confidence = single(remembered(self.confidence, done / ended, p.confidence_rate))
            self.answered = single(remembered(self.answered, in_time / ended, p.answered_rate))

    def _case_week_is_counted(self, order: Order) -> None:
        order.client.needs_year += order.arose < self.week
        order.client.met += order.given >= 0.5
        if not order.served:
            self.tally.add("count_services", order.service.kind.services)

    def _unmet_is_counted(self, order: Order) -> None:
        if order.state == DONE:
            return
        share = 1.0 - order.given
        order.client.unmet_weeks = single(order.client.unmet_weeks + share)
        self.tally.add("count_unmet_kind", share, at=order.service.number)
        for name, amount in (("count_unmet", share), ("count_severe", share * order.service.kind.severity)):
            self.tally.add(name, amount)
            for g in order.client.groups_in:
                self.tally.add(name, amount, at=1 + g)
            if order.state == HIDDEN:
                self.tally.add(name, amount, at=6)

    def _expires(self, order: Order) -> None:
        if order.state == PLACED:
            self.tally.add("count_expired")
            if any(free >= order.service.kind.hours for free in self.free_hours[order.service.tier :]):
                self.tally.add("count_mismatch")
        else:
            self.tally.add("count_expired", at=1)
        for g in order.client.groups_in:
            self.tally.add("count_expired", at=2 + g)
        order.state = EXPIRED

    def outside_workers_visit(self) -> None:
        p, n = self.p.serving, len(self.residents)
        came = p.workers_per_1000 * n / 1000.0 * p.worker_visits
        room = max(p.visits_served_per_1000 * n / 1000.0 + self.levers.workers_welcome[0], 0.0)
        self.tally.add("count_visits", came)
        self.tally.add("count_visits", min(came, room), at=1)
