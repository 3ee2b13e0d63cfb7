"""The twin's week, part two: needs, orders, dispatch, service, the time bank and tasks from above."""

from __future__ import annotations

from bisect import bisect_left
from itertools import batched

from twin_agents import Grid, Order, Resident, Service, single
from twin_chance import block, mixed, share, two_uniforms, uniform
from twin_pairs import PairsWeek, skill_asked_for

from sim.engine.jit import plain
from sim.mathematics.odds import remembered as remembered_law
from sim.mathematics.odds import sigma as sigma_law
from sim.rules import answering, assigning, banking, dispatching, needing, serving
from sim.state.orders import ACCEPTED, DECLINED, DISPATCHED, DONE, EXPIRED, HIDDEN, INSTITUTION, PLACED, SUB_DISTRICT
from sim.state.residents import YOUNGER_ELDER

LOCAL, POOLED, LOCAL_THEN_POOLED = range(3)
remembered, sigma = plain(remembered_law), plain(sigma_law)
chance_of_need, chance_of_discovery = plain(needing.chance_of_need), plain(needing.chance_of_discovery)
share_taken = plain(assigning.share_taken)
place_in_line, whole_orders = plain(dispatching.place_in_line), plain(dispatching.whole_orders)
leaning, willingness = plain(answering.leaning), plain(answering.willingness)
quality_of_service, rating_reported = plain(serving.quality_of_service), plain(serving.rating_reported)
quality_by_standards = plain(serving.quality_by_standards)
credit_earned, part_of = plain(banking.credit_earned), plain(banking.part_of)


class ServiceWeek(PairsWeek):
    """From a need to its service, one resident and one order at a time."""

    def needs_arise(self) -> None:
        key_arise, key_cover = self.key("needing.arise"), self.key("needing.cover")
        key_discover = self.key("needing.discover")
        # residents by the stretch and kinds by the four, so that the book lists orders as the world's does
        for stretch in batched(self.residents, needing.BLOCK):
            for b, four in enumerate(batched(self.services, 4)):
                for r in stretch:
                    meant = [s for s in four if s in r.can_come_to_need and s not in r.needs]
                    if not meant:
                        continue
                    luck = [share(word) for word in block(key_arise, r.key, b)]
                    for s in meant:
                        extra = self.p.needing.low_income_extra
                        if luck[s.number % 4] < chance_of_need(s.kind.weekly, r.low_income, extra):
                            self._need_arises(r, s, key_arise, key_cover)
        for order in self.book:
            if order.state == HIDDEN:
                r, levers = order.client, self.levers
                chance = chance_of_discovery(
                    self.p.needing.own_request,
                    levers.reach[0],
                    levers.outreach[r.place.row],
                    levers.client_outreach[r.row],
                    self.p.needing.neighbour_tells if r.active_ties > 0 else 0.0,
                )
                if uniform(key_discover, r.key, order.service.number) < chance:
                    order.state, order.placed = PLACED, self.week
                    self.tally.add("count_placed")

    def _need_arises(self, r: Resident, s: Service, key_arise: int, key_cover: int) -> None:
        self.tally.add("count_needs_kind", at=s.number)
        self.tally.add("count_needs")
        r.needs_year += 1
        for g in r.groups_in:
            self.tally.add("count_needs", at=1 + g)
        levers, covered = self.levers, s.kind.covered + self.levers.coverage[s.number]
        if uniform(key_cover, r.key, s.number) < covered + levers.group_coverage[r.row] * levers.group_kinds[s.number]:
            r.met += 1
            self.tally.add("count_covered")
            return
        key = mixed(mixed(r.key) + key_arise + s.number)
        r.needs[s] = Order(key, s, r, arose=self.week, state=HIDDEN)
        self.book.append(r.needs[s])

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
        p, levers = self.p.dispatching, self.levers
        key_queue, key_staff = self.key("dispatching.queue"), self.key("dispatching.staff")
        waiting = [order for order in self.book if order.state == PLACED]
        for order in waiting:
            client, kind = order.client, order.service.kind
            waited = self.week - order.placed
            order.escalated = min(int(waited // p.escalate_after), int(levers.hierarchy[0]))
            overdue = levers.overdue_first[0] if waited >= levers.response_target[0] else 0.0
            pushed = levers.added_priority[order.service.number] + overdue
            order.rank = place_in_line(
                kind.priority + pushed + levers.precedence[client.row],
                p.urgency,
                waited / max(kind.patience, 1.0),
                p.vulnerability + levers.vulnerable_first[0],
                1.0 if set(client.groups_in) & {0, 1, 2, 3} or client.limited else 0.0,
                levers.bank_priority[0],
                1.0 if order.credit > 0 else 0.0,
                p.spread,
                uniform(key_queue, order.key),
            )
        waiting.sort(key=lambda order: order.rank)
        how = self._scope()
        n = len(self.residents)
        total = p.capacity_per_1000 * n / 1000.0 + levers.capacity[0]
        total *= 1.0 - min(max(levers.overhead[0], 0.0), 1.0)
        shares = [total * len(g.residents) / n + levers.grid_capacity[g.row] for g in self.grids]
        local, pooled = [0.0] * len(shares), 0.0
        if how == POOLED:
            pooled = whole_orders(sum(shares), uniform(key_staff, 0))
        else:
            local = [whole_orders(of_grid, uniform(key_staff, mixed(g + 1))) for g, of_grid in enumerate(shares)]
        self.line = []
        for order in waiting:
            g = order.client.place.row
            if local[g] >= 1.0:
                local[g] -= 1.0
                self.line.append(order)
            elif pooled >= 1.0:
                pooled -= 1.0
                self.line.append(order)
        if how == LOCAL_THEN_POOLED:  # staff whose own grid is served help the others
            served = set(map(id, self.line))
            left = [order for order in waiting if id(order) not in served]
            self.line += left[: int(sum(local))]
        for order in self.line:
            order.state = DISPATCHED
            order.rounds += 1
        self.tally.add("count_dispatched", len(self.line))

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
        everybody = sorted(there, key=draw.__getitem__)
        by_grid = {g: [r for r in everybody if r.place is g] for g in self.grids}
        how, help_left = self._scope(), list(self.levers.institution_hours)
        for order in self.line:
            home = order.client.place
            calls = int(p.offers + self.levers.offers[0] + self.levers.grid_offers[home.row])
            calls = int(p.offers + self.levers.offers[0] + self.levers.grid_offers[home.row])
            rings = [everybody] if how == POOLED else [by_grid[home]]
            if how == LOCAL_THEN_POOLED or (how == LOCAL and order.escalated >= 1):
                rings.append(everybody)
            for r, ring in enumerate(rings):
                point = uniform(key_ring, order.key, r + 1)
                start = bisect_left([draw[v] for v in ring], point)
                order.server = self._first_who_accepts(order, ring[start:] + ring[:start], calls)
                if order.server:
                    break
            self._settle(order, home, help_left)
        still = [r for r in there if not r.away]
        self.free_hours = [max([r.hours_left for r in still if r.tier == t], default=0.0) for t in range(4)]

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
        p, kind = self.p.dispatching, order.service.kind
        key_answer = self.key("dispatching.answer")
        server, called = None, 0
        floor = skill_asked_for(kind.lowest_skill, kind.difficulty, self.levers.skill_floor[0])
        earning = max(self.p.banking.earning + self.levers.bank_earning[0], 0.0)
        to_earn = p.accept_earning * self.trust * earning
        for v in ring[: int(p.names_looked_through)]:
            if called >= calls:
                break
            fits = v.tier >= order.service.tier and v.skill >= floor and v is not order.client
            has_time = v.hours_left >= kind.hours
            if not fits or not has_time or v.away or (p.reciprocal and not self._could_return(v, order)):
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
                v.hours_left / kind.hours,
                self.levers.acceptance[v.row] + to_earn,
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

    def _settle(self, order: Order, home: Grid, help_left: list[float]) -> None:
        """What becomes of an order that was offered: accepted, declined for good, or back in the line."""
        p, hours = self.p.dispatching, order.service.kind.hours
        order.served_by = -1
        if order.server:
            order.server.hours_left = single(order.server.hours_left - hours)
        elif help_left[home.row] >= hours:
            help_left[home.row] -= hours
            order.served_by = INSTITUTION
        elif order.escalated == 2 and uniform(self.key("dispatching.answer"), order.key) < p.sub_district_serves:
            order.served_by = SUB_DISTRICT
        if order.server or order.served_by != -1:
            order.state = ACCEPTED
            self.tally.add("count_accepted")
        elif 0.0 < p.most_rounds <= order.rounds:
            order.state = DECLINED
            self.tally.add("count_declined")
        else:
            order.state = PLACED

    def service_is_given(self) -> None:
        p = self.p.serving
        for order in self.book:
            if order.state != ACCEPTED:
                continue
            client, server, kind = order.client, order.server, order.service.kind
            skill = server.skill if server else serving.STAFF_SKILL
            supervision = self.levers.supervision[client.place.row]
            quality = quality_of_service(p.steepness, skill, kind.difficulty, p.supervision, supervision)
            quality = quality_by_standards(quality, self.levers.standards[0], p.standard)
            order.state, order.quality = DONE, single(quality)
            client.met += 1
            waited = self.week - order.placed
            self.tally.add("count_done")
            self.tally.add("count_quality", quality)
            self.tally.add("count_waits", at=min(waited, 52))
            self.tally.add("count_wait_weeks", waited)
            for g in client.groups_in:
                self.tally.add("count_done", at=1 + g)
            if server:
                self.serves(server, kind.hours, quality)
                bridge = (server.place is not client.place) + 2 * (server.origin != client.origin)
                self.tally.add("count_served_by", kind.hours, at=bridge)
                self.encounters.append((server, client, single(kind.hours)))

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
        rate = p.earning + levers.bank_earning[0]
        for order in self.book:
            if order.state != DONE:
                continue
            if order.credit > 0:
                due = order.credit
                for member in (order.client, *order.client.home.members):
                    paid = min(due, member.balance)
                    member.balance -= paid
                    due -= paid
                self.tally.add("count_bank", order.credit - due, at=1)
            if order.server and rate > 0.0:
                earned = credit_earned(order.service.kind.hours, rate)
                order.server.balance += earned
                self.tally.add("count_bank", earned)
        paying = [order for order in self.book if order.credit > 0]
        if paying:
            served = sum(order.state == DONE for order in paying) / len(paying)
            self.trust = single(remembered(self.trust, served, p.trust_rate))
        self._credits_expire_and_are_given(p.giving + levers.bank_giving[0], p.expiry + levers.bank_expiry[0])

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
            self._unmet_is_counted(order)
            old = self.week - order.arose >= order.service.kind.patience
            if order.state in (HIDDEN, PLACED) and old:
                self._expires(order)
            if order.state in (DONE, EXPIRED, DECLINED):
                self.tally.add("count_closed")
                del order.client.needs[order.service]
                self.close(at)
            else:
                self.tally.add("count_open", at=1 if order.state == HIDDEN else 0)
                at += 1
        done = self.tally.counts["count_done"][0]
        ended = done + self.tally.counts["count_expired"][0] + self.tally.counts["count_declined"][0]
        if ended > 0.0:
            self.confidence = single(remembered(self.confidence, done / ended, self.p.serving.confidence_rate))

    def _unmet_is_counted(self, order: Order) -> None:
        if order.state == DONE:
            return
        order.client.unmet_weeks = single(order.client.unmet_weeks + 1.0)
        self.tally.add("count_unmet")
        self.tally.add("count_unmet_kind", at=order.service.number)
        for g in order.client.groups_in:
            self.tally.add("count_unmet", at=1 + g)
        if order.state == HIDDEN:
            self.tally.add("count_unmet", at=6)

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
