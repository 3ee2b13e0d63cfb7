"""The twin's week, part three: service, the time bank, and what becomes of orders at the end of the week."""

from __future__ import annotations

from twin_agents import Order, Resident, single
from twin_chance import uniform
from twin_service import ServiceWeek

from sim.engine.jit import plain
from sim.mathematics.odds import remembered as remembered_law
from sim.rules import banking, serving
from sim.state.orders import (
    ACCEPTED,
    DECLINED,
    DONE,
    EXPIRED,
    HIDDEN,
    KEPT,
    ORGANIZATION,
    ORGANIZED,
    PLACED,
    SHELVED,
)
from sim.state.residents import YOUNGER_ELDER

remembered, rating_reported = plain(remembered_law), plain(serving.rating_reported)
credit_earned, part_of = plain(banking.credit_earned), plain(banking.part_of)


class ServedWeek(ServiceWeek):
    """From service to what it earns, and needs that go unmet."""

    def credits_are_offered(self) -> None:
        if not self.p.banking.redemption:
            return
        rate = max(self.p.banking.price + self.levers.bank_price[0], 0.0)
        for order in self.book:
            if order.state == PLACED and order.placed == self.week and self._may_be_paid_for(order):
                price = credit_earned(order.service.kind.hours, rate)
                if 0 < price <= sum(self._can_spend(member) for member in order.client.home.members):
                    order.credit = price
                    self.tally.add("count_requests")

    def _may_be_paid_for(self, order: Order) -> bool:
        """By the rules of the bank: a client who is old enough, and a household that applies, more readily in trust."""
        p, levers = self.p.banking, self.levers
        by_trust = min(max(p.apply_by_trust + levers.bank_by_trust[0], 0.0), 1.0)
        applies = uniform(self.key("banking.apply"), order.key) < 1.0 - by_trust * (1.0 - self.trust)
        return applies and order.client.years >= max(p.redeem_age, levers.bank_redeem_age[0])

    def _can_spend(self, r: Resident) -> int:
        """What an account pays: nothing before enough was earned for it, unless it only holds gifts."""
        first = 60.0 * max(self.p.banking.own_hours_first, self.levers.bank_own_hours[0])
        return int(r.balance) if r.earned == 0 or r.earned >= first else 0

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
        order.refused = 0
        if v:
            self.keeps_case(order, v)
        elif order.served_by == ORGANIZATION:
            order.state, order.keeper = KEPT, ORGANIZED
        else:
            order.state = PLACED

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
                    paid = min(due, self._can_spend(member))
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
            v.earned += earned
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
        p, n = self.p.serving, self.headcount
        came = p.workers_per_1000 * n / 1000.0 * p.worker_visits
        room = max(p.visits_served_per_1000 * n / 1000.0 + self.levers.workers_welcome[0], 0.0)
        self.tally.add("count_visits", came)
        self.tally.add("count_visits", min(came, room), at=1)
