"""The twin's week, part four: teams, and what a week does to people: skills, ties, feelings, asking and deciding."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from twin_agents import Resident, Team, part, single, tied
from twin_chance import share, uniform
from twin_served import ServedWeek

from sim.engine.jit import plain
from sim.mathematics.odds import happens as happens_law
from sim.mathematics.odds import log_odds as log_odds_law
from sim.mathematics.odds import within as within_law
from sim.rules import asking, bonding, deciding, feeling, learning, teaming
from sim.state.residents import BY_CAMPAIGN, BY_MESSAGE, BY_RESIDENT, INTERESTS, NOT_ASKED, SELF

happens, log_odds, within = plain(happens_law), plain(log_odds_law), plain(within_law)
leading_interest, hours_given = plain(teaming.leading_interest), plain(teaming.hours_given)
skill_after, efficacy_after = plain(learning.skill_after), plain(learning.efficacy_after)
practice_that_counts = plain(learning.practice_that_counts)
strength_after, strength_idle = plain(bonding.strength_after), plain(bonding.strength_idle)
gain_per_hour = plain(bonding.gain_per_hour)
identity_after, fatigue_after = plain(feeling.identity_after), plain(feeling.fatigue_after)
towards, wellbeing_target = plain(feeling.towards), plain(feeling.wellbeing_target)
rate_of_requests, chance_of_being_asked = plain(asking.rate_of_requests), plain(asking.chance_of_being_asked)
strength_of_those_who_ask = plain(asking.strength_of_those_who_ask)
share_at_posts = plain(teaming.share_at_posts)
pull_upward, weariness_and_bonds = plain(deciding.pull_upward), plain(deciding.weariness_and_bonds)
share_above, contact_across = plain(deciding.share_above), plain(deciding.contact_across)
autonomy_left, threshold_reached = plain(deciding.autonomy_left), plain(deciding.threshold_reached)


class PeopleWeek(ServedWeek):
    """Working together, and what it does to people."""

    # working together

    def teams_form_and_dissolve(self) -> None:
        self._teams_age_and_dissolve()
        ready: dict[Team, list[Resident]] = {t: [] for t in self.teams}
        for r in self.residents:
            if r.tier < 2:
                continue
            if r.team and r.team.size == 0:
                r.team = None
            if r.team:
                continue
            here, everywhere = self._teams_for(r)
            there = here if here.size > 0 else everywhere
            key_join = self.key("teaming.join")
            if there.size > 0 and there.age > 0 and uniform(key_join, r.key) < self.p.teaming.joining:
                r.team = there
            else:
                ready[here].append(r)
                ready[everywhere].append(r)
        for t in self.teams:
            self._team_may_form(t, [r for r in ready[t] if not r.team])
        for t in self.teams:
            t.size = sum(r.team is t for r in self.residents if r.tier >= 2)
            if t.size > 0:
                self.tally.add("count_teams")
                self.tally.add("count_teams", t.size, at=3)

    def _teams_for(self, r: Resident) -> tuple[Team, Team]:
        """The places of a team of this resident's strongest interest: in the grid, and in the community."""
        own = leading_interest(*r.interest)
        fields = len(r.interest)
        return self.teams[fields * r.place.row + own], self.teams[fields * len(self.grids) + own]

    def _teams_age_and_dissolve(self) -> None:
        p, key_lead = self.p.teaming, self.key("teaming.lead")
        members: dict[Team, list[Resident]] = {t: [] for t in self.teams}
        for r in self.residents:
            if r.tier >= 2 and r.team:
                members[r.team].append(r)
        for t in self.teams:
            t.size = len(members[t])
            if t.size == 0:
                t.leader, t.age, t.leaderless = None, 0, 0
                continue
            t.age += 1
            if t.leader and (t.leader.team is not t or t.leader.tier < 3):
                t.leader = None
            if not t.leader:
                t.leaderless += 1
                able = [r for r in members[t] if r.tier == 3]
                if able and uniform(key_lead, t.row, 1) < p.succession + self.levers.succession[0]:
                    t.leader, t.leaderless = min(able, key=lambda r: uniform(key_lead, r.key)), 0
            if t.size < p.fewest or t.leaderless > p.leaderless_patience:
                t.leader, t.size, t.age, t.leaderless = None, 0, 0, 0
                self.tally.add("count_teams", at=2)

    def _team_may_form(self, t: Team, ready: list[Resident]) -> None:
        p = self.p.teaming
        leaders = [r for r in ready if r.tier == 3]
        if t.size > 0 or len(ready) < p.founders or not leaders:
            return
        if uniform(self.key("teaming.form"), t.row, 1) < p.forming + self.levers.team_forming[0]:
            key_lead = self.key("teaming.lead")
            self.tally.add("count_teams", at=1)
            t.leader = min(leaders, key=lambda r: uniform(key_lead, r.key))
            for r in ready:
                r.team = t

    def teams_meet(self) -> None:
        p, key_attend, key_circle = self.p.teaming, self.key("teaming.attend"), self.key("teaming.circle")
        meeting = max(p.meeting_hours + self.levers.meeting_time[0], 0.0)
        came: dict[Team, list[Resident]] = {t: [] for t in self.teams}
        able = [r for r in self.residents if r.tier >= 2 and r.hours_left > 0.0]
        for r in able:
            if r.team and uniform(key_attend, r.key) < p.regularity + self.levers.regularity[0]:
                came[r.team].append(r)
        at_posts = [t for t in self.teams if INTERESTS[t.interest] == "school"]
        to_posts = self._share_for_posts([r for t in at_posts for r in came[t]], meeting)
        for r in able:
            comes = bool(r.team) and r in came[r.team]
            at_meeting = hours_given(r.hours_left, meeting) if comes else 0.0
            self._gives_project_hours(r, at_meeting, at_meeting * to_posts if r.team in at_posts else 0.0)
        for circle in came.values():
            circle.sort(key=lambda r: uniform(key_circle, r.key))
            pairs = list(zip(circle, circle[1:] + circle[:1], strict=True))
            for one, other in pairs[:1] if len(circle) == 2 else pairs if len(circle) > 2 else []:
                self.encounters.append((one, other, single(meeting)))

    def _share_for_posts(self, who_come: list[Resident], meeting: float) -> float:
        """School teams give the gates as much of their meeting as is wanted there, and at most a share; none in vacations."""
        p = self.p.teaming
        if p.posts_per_1000 == 0.0 or self.week % 52 >= p.school_weeks:
            return 0.0
        wanted = p.posts_per_1000 * self.headcount / 1000.0
        self.tally.add("count_posts", wanted)
        brought = sum([hours_given(r.hours_left, meeting) for r in who_come], 0.0)
        return float(share_at_posts(wanted, brought, p.posts_share))

    def _gives_project_hours(self, r: Resident, meeting: float, at_post: float) -> None:
        """A meeting's hours go to posts and to facilities; tier 3 gives some of the latter, and free ones, to issues."""
        p, given, project = self.p.teaming, meeting, meeting - at_post
        self.tally.add("count_posts", at_post, at=1)
        if r.tier == 3:
            outside = hours_given(r.hours_left - meeting, p.public_share * r.hours_left)
            of_project = p.public_of_project * project
            r.hours_public = single(outside + of_project)
            r.place.public_hours += outside + of_project
            r.place.public_workers += outside + of_project > 0.0
            r.place.project_hours += project * (1.0 - p.public_of_project)
            given = meeting + outside
        else:
            r.place.project_hours += project
        if given > 0.0:
            r.hours_left = single(r.hours_left - given)
            self.serves(r, given, r.skill)

    # what it does to people

    def skills_change(self) -> None:
        p, levers = self.p.learning, self.levers
        ceiling = min(max(p.practice_ceiling + levers.practice_ceiling[0], 0.0), 1.0)
        for r in self.residents:
            if r.tier < 0:
                continue
            self.tally.add("count_trained", r.trained)
            taught = (p.training_gain + levers.training_gain[0]) * r.trained
            practised = (p.practice_gain + levers.practice_gain[0]) * self.counting(r)
            practised = practice_that_counts(practised, r.skill, ceiling)
            r.skill = single(skill_after(r.skill, taught, practised, p.forgetting, p.everyday_skill))
            e = r.efficacy
            if r.services > 0:
                e = efficacy_after(e, r.success / r.services, p.efficacy_rate)
            if r.active_ties > 0:
                e = efficacy_after(e, r.around_efficacy, p.vicarious_rate)
            r.efficacy = single(efficacy_after(e, 1.0, p.persuasion_rate * r.trained))

    def ties_change(self) -> None:
        p = self.p.bonding
        if p.fading > 0.0 and self.week % int(p.review) == 0:
            for r in self.residents:
                self._ties_fade(r)
        for r in self.residents:
            if r.tier >= 0:
                self._meets_somebody_or_lets_go(r)
        for a, b, hours in self.encounters:
            self._grow_closer(a, b, hours)
        self.encounters = []

    def _ties_fade(self, r: Resident) -> None:
        """Ties fade towards their rest; each tie once, when the resident of the lower row has their turn."""
        p, at = self.p.bonding, 0
        while at < len(r.ties):
            other, tie = list(r.ties.items())[at]
            at += 1
            if other.row < r.row or tie.strength <= tie.rest:
                continue
            age = self.week - tie.born
            tie.strength = single(strength_idle(tie.strength, tie.rest, p.fading, age, p.half_age, int(p.review)))
            if tie.strength < p.weakest and tie.rest == 0.0:
                part(r, other)
                self.tally.add("count_ties", at=1)
                at -= 1
            elif tie.strength - tie.rest < bonding.BARELY:
                tie.strength = tie.rest

    def _meets_somebody_or_lets_go(self, r: Resident) -> None:
        p, u, bridging = self.p.bonding, share(r.luck_meeting), self.levers.cross_grid[r.place.row]
        chance = p.meeting * r.sociability
        if u < max(chance, chance + bridging):
            key_partner = self.key("bonding.partner")
            anywhere = p.meets_in == 1.0 or u >= chance * (1.0 - p.abroad)
            other = self._partner(r, self.residents if anywhere else r.place.residents, uniform(key_partner, r.key))
            if other is None or other is r or other.tier < 0 or other in r.ties:
                return
            befriended = uniform(key_partner, r.key, other.key) < p.befriending
            usual = p.friendship if befriended else p.acquaintance
            if tied(r, other, usual, usual, self.week, self.config.network.made_ties):
                self.tally.add("count_ties")
            return
        key_ending = self.key("bonding.ending")
        may_end = [other for other, tie in r.ties.items() if tie.rest < 1.0]
        if u > 1.0 - p.ending * len(may_end if p.partner == 1.0 else r.ties) and may_end:
            part(r, min(may_end, key=lambda other: uniform(key_ending, r.key, other.key)))
            self.tally.add("count_ties", at=1)

    def _partner(self, r: Resident, among: list[Resident], u: float) -> Resident | None:
        """One of some residents by a draw: anybody else alike, or anybody of 12 or more, the more sociable the likelier."""
        if self.p.bonding.partner == 0.0:
            others = [other for other in among if other is not r]
            return others[int(u * len(others))] if others else None
        before = sum(other.sociability for other in self.residents[: among[0].row] if other.tier >= 0)
        able = [other for other in among if other.tier >= 0]
        ends = list(accumulate([other.sociability for other in able], initial=before))
        aim = ends[0] + u * (ends[-1] - ends[0])
        return able[max(bisect_right(ends, aim) - 1, 0)] if aim < ends[-1] else able[-1]

    def _grow_closer(self, a: Resident, b: Resident, hours: float) -> None:
        p = self.p.bonding
        around = 0.5 * (a.place.atmosphere + b.place.atmosphere)
        gain = gain_per_hour(p.per_hour, a.origin == b.origin, p.homophily, around, p.warmth, p.atmosphere_at_rest)
        if tie := a.ties.get(b):
            tie.strength = single(strength_after(tie.strength, gain, hours))
            return
        new = strength_after(0.0, gain, hours)
        if new >= p.weakest and tied(a, b, new, 0.0, self.week, self.config.network.made_ties):
            self.tally.add("count_ties")

    def feelings_change(self) -> None:
        p = self.p.feeling
        for r in self.residents:
            if r.tier >= 0:
                self._serving_is_felt(r)
            served = 1.0 if r.tier >= 0 and r.hours > 0.0 else 0.0
            target = wellbeing_target(p, r.met, r.unmet_weeks, served, r.around_identity, r.place.condition)
            r.wellbeing = single(towards(r.wellbeing, target, p.wellbeing_rate))

    def _serving_is_felt(self, r: Resident) -> None:
        p, h = self.p.feeling, r.hours
        gain = (0.0, p.identity_gain_1, p.identity_gain_2, p.identity_gain_3)[r.tier]
        influence = p.influence if r.around_strength > 0.0 else 0.0
        pull = (influence, r.around_identity, p.identity_fading, r.identity_home)
        r.identity = single(identity_after(r.identity, gain, self.counting(r), *pull))
        comfort = p.comfort * r.hours_limit
        r.fatigue = single(fatigue_after(r.fatigue, p.recovery, h, comfort, p.hour_cost, r.notified, p.call_cost))
        r.habit = single(towards(r.habit, 1.0 if h > 0.0 else 0.0, p.habit_rate))
        r.fatigue = r.fatigue if r.fatigue >= 1e-6 else 0.0
        r.habit = r.habit if r.habit >= 1e-6 else 0.0
        if r.services > 0:
            assigned = r.hours_assigned / h if h > 0.0 else 0.0
            thanks = p.thanks * self.levers.recognition[r.row]
            experience = within(r.success / r.services - p.assigned_cost * assigned + thanks)
            r.satisfaction = single(towards(r.satisfaction, experience, p.satisfaction_rate))
            r.assigned = single(towards(r.assigned, assigned, p.assigned_memory))

    # taking part

    def residents_are_asked(self) -> None:
        for r in self.residents:
            r.asked = NOT_ASKED
            if r.tier < 0:
                continue
            extra, often = self.levers.extra_asks[r.row], self.p.asking.substantive
            who_ask = strength_of_those_who_ask(r.around_active, r.around_substantive, often)
            rate = rate_of_requests(self.p.asking.along_tie, who_ask, extra)
            chance = chance_of_being_asked(rate)
            if share(r.luck_asked) < chance:
                which = rate * share(r.luck_asked) / chance
                r.asked = BY_CAMPAIGN if which < extra else BY_RESIDENT
                if which < self.levers.impersonal_asks[r.row]:
                    r.asked = BY_MESSAGE
                self.tally.add("count_asked", 1.0 if r.tier == 0 else 0.0)

    def residents_decide(self) -> None:
        for r in self.residents:
            if r.tier < 0:
                continue
            u = share(r.luck_rung)
            if r.tier < 3 and self._climbs(r, u):
                self._climb(r)
            elif r.tier >= 1:
                if happens(1.0 - u, self._log_odds_of_lapsing(r)):
                    self._lapse(r)
            elif not r.registered and u > 1.0 - self.p.deciding.registers_only:
                r.registered, r.registered_week = 1, self.week
                self.tally.add("count_registrations")
            elif r.registered and u > 1.0 - self.p.deciding.unregisters:
                known_since = self.week - max(r.last_served, r.registered_week)
                if min(known_since, r.tenure) >= 3 * 52:
                    r.registered = 0
                    self.tally.add("count_struck_off")

    def _climbs(self, r: Resident, u: float) -> bool:
        p, k = self.p.deciding, r.tier
        if p.law == 1.0:  # the threshold law knows one step only
            around = (r.active_ties, r.around_active, r.around_strength)
            return k == 0 and bool(threshold_reached(*around, r.threshold, p.threshold_of))
        if r.ties_above < (0.0, p.gate_2, p.gate_3)[k]:
            return False
        return bool(happens(u, self._log_odds_of_climbing(r)))

    def _log_odds_of_climbing(self, r: Resident) -> float:
        p, k, levers = self.p.deciding, r.tier, self.levers
        above = share_above(r.around_above, r.around_strength)
        x = log_odds((p.climb_from_0, p.climb_from_1, p.climb_from_2)[k])
        x += pull_upward(above, r.identity, r.efficacy, p) + r.disposition + levers.persuasion[r.row]
        x += contact_across(r.around_across, p) if p.across else 0.0
        x += (0.0, p.asked, p.asked, p.asked_by_campaign)[r.asked] + p.habit * r.habit - p.fatigue * r.fatigue
        if k < 2:
            x += p.interest_0 * min(levers.openings[r.row], 1.0)
        if k > 0:
            g = r.place.row
            taken = (p.supervision_cost, levers.supervision[g], p.crowding, r.assigned)
            own = autonomy_left(p.autonomy_at_rest, levers.autonomy[g], *taken)
            interest = max(r.interest[:4]) if k == 1 else r.interest[4]
            x += (p.interest_1, p.interest_2)[k - 1] * (interest - p.interest_at_rest)
            x += (p.autonomy_1, p.autonomy_2)[k - 1] * (own - p.autonomy_at_rest)
        return float(x)

    def _log_odds_of_lapsing(self, r: Resident) -> float:
        p = self.p.deciding
        x = log_odds((p.lapse_from_1, p.lapse_from_2, p.lapse_from_3)[r.tier - 1])
        x += weariness_and_bonds(r.fatigue, r.identity, r.active_ties, 1.0 if r.team else 0.0, p)
        x += p.life_event if share(r.luck_life) < p.life_event_chance else 0.0
        return float(x - self.levers.recognition[r.row])

    def _climb(self, r: Resident) -> None:
        self.tally.add("count_climbs", at=r.tier)
        r.tier += 1
        if r.tier == 1:
            r.registered_week = r.registered_week if r.registered else self.week
            r.registered, r.recruited_week = 1, self.week
            r.route = SELF + (BY_CAMPAIGN if r.asked == BY_MESSAGE else r.asked)
            self.tally.add("count_asked_joins", at=1 if r.asked else 0)
            self.tally.add("count_routes", at=r.route)

    def _lapse(self, r: Resident) -> None:
        r.tier -= 1
        self.tally.add("count_lapses", at=r.tier)
        if r.tier == 1 and r.team:
            r.team.size -= 1
            r.team = None
