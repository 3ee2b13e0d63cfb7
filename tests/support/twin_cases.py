"""The twin's week, part one: needs, the circle of help, cases and who keeps them, and whom the station knows."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, batched

from twin_agents import Order, Resident, Service, single
from twin_chance import block, key_of, mixed, share, two_uniforms, uniform
from twin_pairs import PairsWeek, skill_asked_for

from sim.engine.jit import plain
from sim.mathematics.odds import sigma as sigma_law
from sim.rules import dispatching, needing, registering, serving
from sim.state import circle
from sim.state.orders import (
    HIDDEN,
    HOUSEHOLD,
    KEPT,
    NEIGHBOUR,
    NOBODY_KEEPS,
    ORGANIZED,
    PLACED,
    PUBLIC_SERVICE,
    SHELVED,
    VOLUNTEER,
)
from sim.state.residents import VACANT

sigma = plain(sigma_law)
chance_of_need, weeks_of_a_case = plain(needing.chance_of_need), plain(needing.weeks_of_a_case)
share_with_a_case = plain(needing.share_with_a_case)
chance_of_informal_help = plain(circle.chance_of_informal_help)
chance_of_discovery, own_requests = plain(registering.chance_of_discovery), plain(registering.own_requests)
whole_orders = plain(dispatching.whole_orders)
quality_of_service, quality_by_standards = plain(serving.quality_of_service), plain(serving.quality_by_standards)
FAILED = 6


class CasesWeek(PairsWeek):
    """What people come to need, who of their own circle helps, and how the station hears of the rest."""

    def founders_have_cases(self) -> None:
        """Who is in the register, and who has which case, when the community is founded."""
        registered = key_of(self.seed_of_chance, "registering.at_start", 0)
        for r in self.residents:
            r.cases, r.promised = 0, 0.0
            r.known = int(self._can_have_cases(r) and uniform(registered, r.key) < self.p.registering.known_at_start)
        at_start = key_of(self.seed_of_chance, "needing.at_start", 0)
        for r in self.residents:
            for s in self.services:
                if s.lasts and s in r.can_come_to_need:
                    common = share_with_a_case(self._chance_of(s, r), s.kind.lasts)
                    if uniform(at_start, r.key, s.number) < common:
                        self._enters_the_book(r, s)
        for order in self.book:
            if order.state == HIDDEN:
                self._volunteers_keep_at_the_start(order)

    def _volunteers_keep_at_the_start(self, order: Order) -> None:
        s, n = order.service, len(self.residents)
        u, point = two_uniforms(key_of(self.seed_of_chance, "keeping.at_start", 0), order.key, 0)
        round_from_there = self.residents[int(point * n) :] + self.residents[: int(point * n)]
        floor = skill_asked_for(s.kind.lowest_skill, s.kind.difficulty, 0.0)
        for v in round_from_there if u < self.p.starting.cases_served else []:
            fits = v.able and v.tier >= max(s.tier, 1) and v.skill >= floor and v.hours_limit >= s.hours
            if fits and v.cases == 0 and v is not order.client:
                order.placed, order.client.known = 0, 1
                self.keeps_case(order, v)
                return

    def keeps_case(self, order: Order, v: Resident) -> None:
        """A volunteer keeps a case from now on."""
        order.state, order.keeper, order.server, order.person = KEPT, VOLUNTEER, v, v.key
        v.promised = single(v.promised + order.service.hours)
        v.cases += 1

    def needs_arise(self) -> None:
        key_arise = self.key("needing.arise")
        # residents by the stretch and kinds by the four, so that the book lists orders as the world's does
        for stretch in batched(self.residents, needing.BLOCK):
            for b, four in enumerate(batched(self.services, 4)):
                for r in stretch:
                    meant = [s for s in four if s in r.can_come_to_need and s not in r.needs]
                    if not meant:
                        continue
                    luck = [share(word) for word in block(key_arise, r.key, b)]
                    for s in meant:
                        if luck[s.number % 4] < self._chance_of(s, r):
                            self.tally.add("count_needs_kind", at=s.number)
                            self.tally.add("count_needs")
                            r.needs_year += 1
                            for g in r.groups_in:
                                self.tally.add("count_needs", at=1 + g)
                            self._enters_the_book(r, s)

    def _chance_of(self, s: Service, r: Resident) -> float:
        """Chance that somebody comes to need a service this week: by what makes it likeliest for them."""
        kind, mine = s.kind, [s.kind.weekly]
        mine += [kind.weekly_alone] if r.alone else []
        mine += [kind.weekly_senior] if r.age == 4 else []
        mine += [kind.weekly_limited] if r.limited else []
        return float(chance_of_need(max(mine), r.low_income, self.p.needing.low_income_extra))

    def _enters_the_book(self, r: Resident, s: Service) -> None:
        order = Order(mixed(mixed(r.key) + self.key("needing.arise") + s.number), s, r, arose=self.week, state=HIDDEN)
        keeper = self._first_to_help(order)
        if not s.lasts and keeper != NOBODY_KEEPS:
            r.met += 1
            self.tally.add("count_covered", at=[PUBLIC_SERVICE, HOUSEHOLD, NEIGHBOUR].index(keeper))
            return
        r.needs[s] = order
        self.book.append(order)
        if s.lasts:
            luck = uniform(key_of(self.seed_of_chance, "needing.length", 0), order.key)
            order.until = self.week + weeks_of_a_case(s.kind.lasts, luck)
            order.keeper, order.state = keeper, HIDDEN if keeper == NOBODY_KEEPS else KEPT
            self.tally.add("count_cases")

    # the circle of help

    def _first_to_help(self, order: Order) -> int:
        """The household, else a tied neighbour, else public services, else nobody."""
        r, s, levers = order.client, order.service, self.levers
        willing = uniform(key_of(self.seed_of_chance, "circle.home", 0), order.key) < s.kind.household_keeps
        if willing and r.somebody_able_at_home(by_day=s.for_children):
            return HOUSEHOLD
        if neighbour := self._neighbour_who_helps(order):
            order.server, order.person = neighbour, neighbour.key
            return NEIGHBOUR
        covered = s.kind.covered + levers.coverage[s.number]
        covered += levers.group_coverage[r.row] * levers.group_kinds[s.number]
        return PUBLIC_SERVICE if uniform(self.key("needing.cover"), r.key, s.number) < covered else NOBODY_KEEPS

    def _neighbour_who_helps(self, order: Order) -> Resident | None:
        p, r, readiness = self.p.needing, order.client, order.service.kind.neighbours_keep
        able = {
            v: t.strength for v, t in r.ties.items() if t.strength > p.strong_tie and v.home is not r.home and v.able
        }
        if not able or p.informal * readiness == 0.0:
            return None
        reach = list(accumulate(able.values()))
        u, which = two_uniforms(self.key("circle.neighbours"), order.key, 0)
        if u >= chance_of_informal_help(p.informal, readiness, reach[-1]):
            return None
        return list(able)[min(bisect_right(reach, which * reach[-1]), len(able) - 1)]

    # cases

    def organizations_have_hours(self) -> None:
        p, levers = self.p.dispatching, self.levers
        hours = p.organization_hours_per_1000 * self.headcount / 1000.0 + levers.organization_hours[0]
        self.organized = max(hours, 0.0) * (1.0 + max(levers.capability[0], 0.0))
        self.tally.add("count_organized", self.organized)
        for order in self.book:
            if order.keeper == ORGANIZED and self.week < order.until:
                if self.organized < order.service.hours:
                    order.keeper = NOBODY_KEEPS  # their hours have ended: the case looks again
                    continue
                self.organized -= order.service.hours
                self.tally.add("count_organized", order.service.hours, at=1)

    def cases_go_on(self) -> None:
        at = 0
        while at < len(self.book):
            order = self.book[at]
            if order.state == SHELVED and self.week >= order.back:
                order.state, order.refused = PLACED, 0
            if order.is_case and self.week >= order.until:
                self.loses_keeper(order)
                del order.client.needs[order.service]
                self.close(at)
                self.tally.add("count_cases", at=1)
                continue
            if order.is_case:
                order.given, order.served = 0.0, 0
                if order.state == KEPT and not self._goes_on(order):
                    self._looks_again(order)
            at += 1

    def _goes_on(self, order: Order) -> bool:
        p, s = self.p.needing, order.service
        if order.keeper == HOUSEHOLD:
            return order.client.somebody_able_at_home(by_day=s.for_children)
        if order.keeper not in (NEIGHBOUR, VOLUNTEER):
            return order.keeper != NOBODY_KEEPS
        v = order.server
        assert v is not None
        neighbour = order.keeper == NEIGHBOUR
        still = v.able and (neighbour or v.tier >= max(s.tier, 1))
        stops = p.neighbour_stops if neighbour else p.server_stops
        return self._is_there(v, order) and still and uniform(self.key("keeping.stop"), order.key) >= stops

    def _looks_again(self, order: Order) -> None:
        self.loses_keeper(order)
        order.keeper, order.refused = self._first_to_help(order), 0
        self.tally.add("count_cases", at=4)
        if order.keeper != NOBODY_KEEPS:
            order.state = KEPT
        elif order.placed >= 0:
            order.state, order.placed = PLACED, self.week
            self.tally.add("count_placed")
        else:
            order.state = HIDDEN

    def _is_there(self, v: Resident, order: Order) -> bool:
        """Whether the keeper still lives: nobody else has their row, and it is not empty."""
        return v.key == order.person and v.age != VACANT

    def loses_keeper(self, order: Order) -> None:
        """Nobody keeps a case any more; the promise of a volunteer who still lives here is over."""
        v = order.server
        if order.keeper == VOLUNTEER and v and self._is_there(v, order):
            v.cases -= 1
            v.promised = single(max(v.promised - order.service.hours, 0.0)) if v.cases else 0.0
        order.keeper, order.server, order.served_by, order.person = NOBODY_KEEPS, None, -1, 0

    def cases_are_served(self) -> None:
        for order in self.book:
            if order.state != KEPT:
                continue
            if order.keeper == VOLUNTEER:
                if v := self._who_comes(order):
                    self.serves_case(order, v)
                    v.hours_left = single(max(v.hours_left - order.service.hours, 0.0))
                    self.encounters.append((v, order.client, single(order.service.hours)))
            elif order.keeper == ORGANIZED:
                self.serves_case(order, None)
            else:
                order.given, order.served = 1.0, 1
                self.tally.add("count_services", order.service.kind.services, at=order.keeper)

    def _who_comes(self, order: Order) -> Resident | None:
        v, p = order.server, self.p.serving
        assert v is not None
        if uniform(self.key("serving.come"), order.key, order.person) < p.comes:
            return v
        mates = [
            m
            for m in self.residents
            if m.team and m.team is v.team and m.tier >= 1 and m is not v and m is not order.client
        ]
        free = [m for m in mates if not m.limited and m.hours_left >= order.service.hours]
        if not free or not p.team_comes:
            return None
        return min(free, key=lambda m: uniform(self.key("serving.instead"), order.key, m.key))

    def serves_case(self, order: Order, v: Resident | None) -> None:
        """A resident, or somebody who is none, gives a week's services to a case."""
        q, wanted = self.quality_of(order, v), order.service.kind.services
        well = self.given_well(order, q)
        order.quality, order.given, order.served = single(q), single(well / wanted), 1
        self.tally.add("count_services", well, at=VOLUNTEER if v else ORGANIZED)
        self.tally.add("count_services", wanted - well, at=FAILED)
        if v:
            self.serves_somebody(v, order.client, order.service.hours, q)
            v.hours_kept = single(v.hours_kept + order.service.hours)

    def quality_of(self, order: Order, v: Resident | None) -> float:
        """How good the service is that somebody gives for an order."""
        p, kind = self.p.serving, order.service.kind
        skill = v.skill if v else serving.STAFF_SKILL
        supervision = self.levers.supervision[order.client.place.row]
        quality = quality_of_service(p.ease, p.steepness, skill, kind.difficulty, p.supervision, supervision)
        return float(quality_by_standards(quality, self.levers.standards[0], p.standard))

    def given_well(self, order: Order, q: float) -> int:
        """How many of the services of a week succeed."""
        services, key = range(int(order.service.kind.services)), self.key("serving.succeed")
        return sum(not self.p.serving.failure or uniform(key, order.key, s) < q for s in services)

    # the register

    def needs_become_known(self) -> None:
        p = self.p.registering
        for r in self.residents:
            if r.known and self.week - r.contacted > p.forgets_after:
                r.known = 0
            elif r.known and uniform(self.key("registering.call"), r.key) < p.calls:
                r.contacted = self.week
                self.tally.add("count_contacts")
        for order in self.book:
            if order.state == HIDDEN and self._becomes_known(order):
                order.state, order.placed = PLACED, self.week
                order.client.known, order.client.contacted = 1, self.week
                self.tally.add("count_placed")

    def _becomes_known(self, order: Order) -> bool:
        r, s, p, levers = order.client, order.service, self.p.needing, self.levers
        spoken_to = r.known and r.contacted in (self.week, self.week - 1)
        if s.lasts and spoken_to and r.contacted >= order.arose:
            return True
        rest = p.own_request_case if s.lasts else p.own_request
        chance = chance_of_discovery(
            own_requests(rest, self.answered, p.answered_at_rest, p.response, p.response_floor, p.response_most),
            levers.reach[0],
            levers.outreach[r.place.row],
            levers.client_outreach[r.row],
            p.neighbour_tells if r.active_ties > 0 else 0.0,
        )
        return uniform(self.key("needing.discover"), r.key, s.number) < chance

    def _can_have_cases(self, r: Resident) -> bool:
        return any(s.lasts for s in r.can_come_to_need)

    def staff_knock_at_doors(self) -> None:
        p, key = self.p.registering, self.key("registering.door")
        seconds = int(60.0 * self.p.dispatching.door_minutes + 0.5)
        doors = whole_orders(p.doors_per_1000 * self.headcount / 1000.0 + self.levers.doors[0], uniform(key, 0))
        able = [r for r in self.residents if self._can_have_cases(r)]
        able.sort(key=lambda r: (0 not in r.groups_in, uniform(key, r.key)))
        for r in able[: min(int(doors), self.staff_left // seconds)]:
            r.known, r.contacted = 1, self.week
            self.tally.add("count_staff", seconds, at=2)
            self.tally.add("count_contacts", at=1)
            self.tally.add("count_contacts", 0 in r.groups_in, at=2)
