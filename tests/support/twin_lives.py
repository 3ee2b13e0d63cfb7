"""The twin's week, part four: lives that go on, and households that move."""

from __future__ import annotations

from twin_agents import Household, Resident, part, single, tied
from twin_chance import block, key_of, share, uniform
from twin_people import PeopleWeek

from sim.engine.jit import plain
from sim.mathematics.odds import weekly_from_annual as weekly_from_annual_law
from sim.rules import moving
from sim.state import life_course
from sim.state.households import BY_CHANCE, PersonColumns, draw_household, draw_persons, newcomer_key
from sim.state.residents import CHILD, CHILD_OF_HOME, FLATMATE, HEAD, MIGRANT, NEVER_SERVED, VACANT, band_of

weekly_from_annual, annual_share_leaving = plain(weekly_from_annual_law), plain(moving.annual_share_leaving)
within, annual_deaths = plain(life_course.chance_within), plain(life_course.annual_deaths)
weekly_onset, annual_births = plain(life_course.weekly_onset), plain(life_course.annual_births)
STAYS, HAS_LEFT, CHILD_HAS_LEFT, WILL_LEAVE = range(4)
BIRTHS, PARTNERS, DEATHS, LEFT, LOST, ENDED, BEGAN, RECOVERED = range(8)
GIVEN = -520


def stay(home: Household) -> list[Resident]:
    """Who lives in a household and has not gone this week."""
    return [r for r in home.members if r.age != VACANT and r.tenure > 0]


class LivesWeek(PeopleWeek):
    """Lives that go on, and households that move."""

    def lives_go_on(self) -> None:
        if self.p.life.course == 0.0:
            return
        for home in self.households:
            here, events = stay(home), dict[Resident, int]()
            changed = [self._ages_and_falls_ill(r) for r in here]
            birth, partner, kin, _ = block(self.key("living.home"), home.dwelling, home.generation)
            self._somebody_comes(home, here, share(birth), share(partner), events)
            widowed = False
            for r in here:
                death, _, leaves, _ = block(self.key("living.person"), r.key, 0)
                if share(death) < within(annual_deaths(r.years, self.p.life), 1):
                    r.age, r.tenure, events[r], widowed = VACANT, 0, DEATHS, True
                elif share(leaves) < within(self.p.life.leaves_home, 1) and self._may_leave(r):
                    r.tenure, events[r], home.vacated = 0, LEFT, CHILD_HAS_LEFT
            if self._is_at_an_end(stay(home), widowed, share(kin)):
                home.vacated = WILL_LEAVE
            if any(changed) or events or home.vacated == WILL_LEAVE:
                self._lives_together(home)
                for r in home.members:
                    if r in events:
                        self._is_felt(r, events[r])
                self.knows_itself(home.members)

    def _ages_and_falls_ill(self, r: Resident) -> bool:
        p, older = self.p.life, r.birthday == self.week % 52
        if older:
            r.years += 1
            if r.age != band_of(r.years):
                r.age = band_of(r.years)
                r.tier = 0 if r.age == 1 else r.tier
                works = uniform(key_of(self.seed_of_chance, "living.works", 0), r.key) < self.person_numbers.works
                r.works = int(r.age == 2 and works)
        u = share(block(self.key("living.person"), r.key, 0)[1])
        if u >= (p.recovers if r.limited else weekly_onset(r.years, p)):
            return older
        self.tally.add("count_lives", at=RECOVERED if r.limited else BEGAN)
        r.limited = 1 - r.limited
        return True

    def _somebody_comes(
        self, home: Household, here: list[Resident], birth: float, partner: float, events: dict[Resident, int]
    ) -> None:
        """A couple with fewer than two minors may have a child; to a single without any a partner may come."""
        p, minors = self.p.life, sum(r.years < 18 for r in here)
        free = next((r for r in home.members if r.age == VACANT), None)
        ages = [r.years for r in here if r.kinship == HEAD and 22 <= r.years < 43]
        if minors < 2 and len(ages) == 2 and abs(ages[0] - ages[1]) < 9:
            if free and birth < within(annual_births(minors, p), 1):
                self._joins(free, here, 0, CHILD_OF_HOME)
                events[free] = BIRTHS
        elif free and partner < within(p.partner, 1):
            singles = [r for r in here if 22 <= r.years < 40]
            if len(singles) == 1 and singles[0].kinship != FLATMATE and minors == 0:
                singles[0].kinship = HEAD
                draws = block(key_of(self.seed_of_chance, "living.joins", 0), self._next_key(home), 0)
                years = singles[0].years + int(4.0 * (share(draws[2]) + share(draws[3])) - 3.5)
                self._joins(free, here, max(years, 20), HEAD)
                events[free] = PARTNERS

    def _next_key(self, home: Household) -> int:
        return int(plain(newcomer_key)(home.dwelling, home.generation, home.persons))

    def _joins(self, r: Resident, here: list[Resident], years: int, kinship: int) -> None:
        like = here[-1]
        r.key = self._next_key(r.home)
        r.home.persons += 1
        birthday, works, _, _ = block(key_of(self.seed_of_chance, "living.joins", 0), r.key, 0)
        r.years, r.age, r.kinship, r.tenure, r.limited = years, band_of(years), kinship, 1, 0
        r.birthday = int(share(birthday) * 52) if years else self.week % 52
        r.works = int(years >= 18 and share(works) < self.person_numbers.works)
        r.origin, r.owner, r.low_income = like.origin, like.owner, like.low_income

    def _may_leave(self, r: Resident) -> bool:
        parents = [other for other in stay(r.home) if other.kinship == HEAD]
        return r.kinship == CHILD_OF_HOME and 18 <= r.years < 40 and bool(parents)

    def _is_at_an_end(self, left: list[Resident], widowed: bool, u: float) -> bool:
        adults = [r for r in left if r.years >= 18]
        if not adults:
            return True
        if len(left) > 1 or adults[0].years < 60:
            return False
        if widowed:
            return u < self.p.life.widowed
        return adults[0].years >= 75 and u < within(self.p.life.to_family, 1)

    def _lives_together(self, home: Household) -> None:
        """What follows from who lives together; the draws are those of founders (by the same function)."""
        here = [r for r in home.members if r.age != VACANT]
        school = any(r.age == 1 or (r.age == CHILD and r.years >= 6) for r in here)
        for r in here:
            r.alone, r.school_child = int(len(here) == 1), int(school)
        for r in home.members:
            for name in PersonColumns._fields:
                getattr(self.drawn_persons, name)[r.row] = getattr(r, name)
        low, high = home.members[0].row, home.members[-1].row + 1
        draw_persons(low, high, self.seed_of_chance, self.drawn_persons, self.person_numbers)
        for r in here:
            r.become(self.drawn_persons)

    def _is_felt(self, r: Resident, event: int) -> None:
        self.tally.add("count_lives", at=event)
        if event in (BIRTHS, PARTNERS):
            self._begins(r)
            r.tenure = 1
            if self.config.network.households_tied and self.config.network.kind != "well_mixed":
                for other in stay(r.home):
                    if other is not r:
                        tied(r, other, 1.0, 1.0, GIVEN, self.config.network.made_ties)
            return
        self.tally.add("count_lives", r.tier >= 1, at=LOST)
        self._parts_with_all(r)
        self.tally.add("count_bank", r.balance, at=3)
        r.balance = r.earned = 0
        if event == DEATHS:
            self._falls_vacant(r)

    def _parts_with_all(self, r: Resident) -> None:
        for other in reversed(list(r.ties)):
            part(r, other)

    def _begins(self, r: Resident) -> None:
        start = self.p.starting
        r.tier = -1 if r.age == CHILD else 0
        r.skill, r.efficacy, r.identity = single(start.skill), single(start.efficacy), r.identity_home
        r.satisfaction, r.wellbeing = single(start.satisfaction), single(start.wellbeing)
        r.fatigue = r.habit = r.assigned = r.trained = r.unmet_weeks = 0.0
        r.hours = r.hours_left = r.hours_assigned = r.hours_public = r.success = 0.0
        r.hours_year = r.hours_past_year = r.promised = r.hours_kept = 0.0
        r.tenure = r.registered = r.route = r.balance = r.services = r.notified = r.away = r.asked = r.met = 0
        r.vanguard = r.pioneer = r.needs_year = r.met_year = r.needs_past_year = r.met_past_year = 0
        r.known = r.contacted = r.cases = 0
        r.earned, r.promised = 0, 0.0
        r.recruited_week, r.registered_week, r.last_served, r.team = -1, NEVER_SERVED, NEVER_SERVED, None

    def _falls_vacant(self, r: Resident) -> None:
        self._begins(r)
        r.age, r.tier, r.alone, r.limited, r.years, r.works, r.school_child = VACANT, -1, 0, 0, 0, 0, 0
        self.knows_itself([r])

    # households move

    def households_leave(self) -> None:
        p, key_leaving, book = self.p.moving, self.key("moving.leaving"), self.book
        for home in self.households:
            here = [r for r in home.members if r.age != VACANT]
            if not here:
                continue
            identity = sum([r.identity / len(here) for r in here], 0.0)
            of_origin = p.migrants if here[0].origin == MIGRANT else p.locals
            of_tenure = p.owners if here[0].owner else p.renters
            annual = annual_share_leaving(
                self._annual_rate([r.years for r in here]),
                self.levers.turnover[0],
                of_origin,
                of_tenure,
                p.rooted,
                identity,
            )
            if share(block(key_leaving, home.dwelling, home.generation)[0]) < weekly_from_annual(annual):
                home.vacated = WILL_LEAVE
        for home in self.households:
            if home.vacated == WILL_LEAVE:
                home.vacated = HAS_LEFT
                leaving = stay(home)
                self.tally.add("count_movers" if leaving else "count_lives", at=0 if leaving else ENDED)
                for r in leaving:
                    self._leaves(r)
        at = 0
        while at < len(book):  # the needs of those who left have gone with them
            client = book[at].client
            if client.tenure == 0:
                if book[at].is_case:
                    self.loses_keeper(book[at])
                    self.tally.add("count_cases", at=3 if client.age == VACANT else 2)
                else:
                    self.tally.add("count_cancelled")
                client.needs = {}
                self.close(at)
            else:
                at += 1

    def _annual_rate(self, ages: list[int]) -> float:
        """How often such a household leaves: on average, or by its oldest; who lives alone below 60 like the young."""
        p, oldest = self.p.moving, max(ages)
        if p.by == 0.0:
            return float(p.annual_rate)
        times = next(often for end, often in ((35, p.young), (60, p.middle), (200, p.old)) if oldest < end)
        return float(p.annual_rate * (max(times, p.alone) if len(ages) == 1 and oldest < 60 else times))

    def _leaves(self, r: Resident) -> None:
        r.tenure = 0
        self.tally.add("count_movers", at=1)
        self.tally.add("count_movers", 1.0 if r.tier >= 1 else 0.0, at=2)
        self.tally.add("count_bank", r.balance, at=3)
        for other in reversed(list(r.ties)):
            if other.home is not r.home:
                part(r, other)

    def newcomers_arrive(self) -> None:
        for home in self.households:
            happened, home.vacated = home.vacated, STAYS
            if happened == CHILD_HAS_LEFT:
                for r in home.members:
                    if r.age != VACANT and r.tenure == 0:
                        self._falls_vacant(r)
                self._lives_together(home)
                self.knows_itself(home.members)
            elif happened == HAS_LEFT:
                self._arrive(home)

    def _arrive(self, home: Household) -> None:
        """Newcomers: drawn as founders are (by the same function, which has its own tests), with a blank life."""
        p, members, seed = self.p.moving, home.members, self.seed_of_chance
        migrants = min(max(p.migrants_arriving + self.levers.arriving_migrants[0], 0.0), 1.0)
        lives_go_on = self.p.life.course == 1.0
        if lives_go_on:
            for r in members:
                self._parts_with_all(r)
                self._falls_vacant(r)
        home.generation += 1
        if lives_go_on:
            u = uniform(key_of(seed, "moving.size", 0), home.dwelling, home.generation)
            home.persons = 1 + sum(u >= end for end in self.person_numbers.sizes[:-1])
            members = members[: home.persons]
        low, high = members[0].row, members[-1].row + 1
        place = (low, high, home.dwelling, home.generation, migrants, BY_CHANCE, seed)
        draw_household(*place, self.drawn_persons, self.person_numbers)
        for r in members:
            r.become(self.drawn_persons)
        self.knows_itself(members)
        for r in members:
            self._begins(r)
            r.needs, r.around_across = {}, 0.0
            if r.tier >= 0 and uniform(key_of(seed, "moving.habit", 0), r.key) < p.habit_share:
                r.habit = single(p.habit_strength)
        if lives_go_on and self.config.network.households_tied and self.config.network.kind != "well_mixed":
            for at, r in enumerate(members):
                for other in members[at + 1 :]:
                    tied(r, other, 1.0, 1.0, GIVEN, self.config.network.made_ties)
        for r in members:
            self._takes_in_the_mood(r)
