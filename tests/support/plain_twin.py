"""The same week a second time: one resident at a time, in plain Python, on Mesa agents.

The twin is an independent reading of the model. It shares with the compiled week the laws (their plain Python), the
parameters, the policies and the founders; everything else - who looks at whom, in which order, what is stored - is
written again here, one method a phase, named as in `sim/week.py`. `tests/twin/test_twin.py` holds the two against each
other, decision by decision.

Decisions are compared exactly. They could differ where a uniform falls between two results of the same arithmetic
that differ in their last digits (about 1e-12 in double, 1e-7 where the compiled week multiplies two numbers of single
precision): about one decision in ten million, so a fixed seed shows one practically never, and always the same.
"""

from __future__ import annotations

from twin_agents import Issue, Resident, single
from twin_chance import block, uniform
from twin_lives import LivesWeek
from twin_served import remembered

from sim.config.schema import Config
from sim.engine.jit import plain
from sim.policies.policy import Policy
from sim.rules import placing, remembering
from sim.state.residents import VACANT
from sim.week import WEEK
from sim.world import ISSUE_ROWS_PER_GRID

atmosphere_shown, share_given = plain(remembering.atmosphere_shown), plain(remembering.share_given)
condition_after, poisson_count = plain(placing.condition_after), plain(placing.poisson_count)

YEAR, HALF_YEAR = 52, 26


class Twin(LivesWeek):
    """A community that lives the same weeks, slowly."""

    def __init__(self, config: Config, policies: tuple[Policy, ...] = (), seed: int = 0) -> None:
        super().__init__(config, policies, seed)
        self.founders_have_cases()

    def step(self) -> None:
        """Live one week."""
        self.begin_week()
        for moment in WEEK:
            getattr(self, moment.name)()
        self.end_week()

    def end_week(self) -> None:
        self.week += 1

    # Monday

    def the_week_is_remembered(self) -> None:
        p, key_luck = self.p.remembering, self.key("resident.week")
        longest = max((kind.hours for kind in self.config.kinds.values()), default=0.0)
        for r in self.residents:
            r.luck_asked, r.luck_rung, r.luck_life, r.luck_meeting = block(key_luck, r.key)
            r.tenure += 1
            r.met_year += r.met
            if self.week % YEAR == 0:
                r.hours_past_year, r.hours_year = r.hours_year, 0.0
                r.needs_past_year, r.needs_year = r.needs_year, 0
                r.met_past_year, r.met_year = r.met_year, 0
            r.met = 0
            r.trained = min(self.levers.training[r.row], 1.0)
            if r.tier >= 1:  # free hours can be saved up, at least for the longest service
                of_tier = (p.hours_task, p.hours_interest, 1.0)[r.tier - 1]
                free = r.hours_limit * share_given(of_tier, r.satisfaction, p.satisfaction_at_rest, p.satisfaction)
                self.tally.add("count_hours_offered", free)
                r.hours_left = single(min(r.hours_left + free, max(p.weeks_saved * free, longest)))
            else:
                r.hours_left = 0.0
            r.hours = r.hours_assigned = r.hours_public = r.hours_kept = r.success = 0.0
            r.services = r.notified = 0
        for g in self.grids:
            if g.people:
                seen = (g.activity + self.levers.example[g.row]) / g.people
                shown = atmosphere_shown(seen, p.activity_scale)
                g.atmosphere = single(remembered(g.atmosphere, shown, p.atmosphere_rate))
            g.activity = g.project_hours = g.public_hours = 0.0
            g.public_workers = 0

    def residents_look_around(self) -> None:
        if self.config.network.kind == "well_mixed":
            self._all_see_all()
            return
        for r in self.residents:
            if self.week % int(self.p.remembering.mood_every) == 0:
                self._takes_in_the_mood(r)
                if self.p.deciding.across:
                    strength = sum([tie.strength for tie in r.ties.values()], 0.0)
                    across = sum([tie.strength for other, tie in r.ties.items() if other.origin != r.origin], 0.0)
                    r.around_across = single(across / strength) if strength > 0.0 else 0.0
            r.around_active = r.around_above = r.around_efficacy = r.around_substantive = 0.0
            r.active_ties = r.ties_above = 0
        for j in self.residents:
            if j.tier < 1:
                continue
            for r, tie in j.ties.items():
                r.around_active = single(r.around_active + tie.strength)
                r.around_efficacy = single(r.around_efficacy + single(tie.strength * j.efficacy))
                r.active_ties += 1
                if j.tier == 3:
                    r.around_substantive = single(r.around_substantive + tie.strength)
                if j.tier > r.tier:
                    r.around_above = single(r.around_above + tie.strength)
                    r.ties_above += 1
        for r in self.residents:
            if r.around_active > 0.0:
                r.around_efficacy = single(r.around_efficacy / r.around_active)

    def _takes_in_the_mood(self, r: Resident) -> None:
        strength = sum([tie.strength for tie in r.ties.values()], 0.0)
        of_identity = sum([single(tie.strength * other.identity) for other, tie in r.ties.items()], 0.0)
        r.around_strength = single(strength)
        r.around_identity = single(of_identity / strength) if strength > 0.0 else r.identity

    def _all_see_all(self) -> None:
        able = [r for r in self.residents if r.tier >= 0]
        sum_identity = sum([r.identity for r in able], 0.0)
        sum_efficacy = sum([r.efficacy for r in able if r.tier >= 1], 0.0)
        for r in able:
            taking_part = sum(other.tier >= 1 for other in able if other is not r)
            above = sum(other.tier > r.tier for other in able)
            r.around_strength = float(len(able) - 1)
            r.around_active, r.around_above = float(taking_part), float(above)
            r.active_ties, r.ties_above = taking_part, above
            r.around_substantive = float(sum(other.tier == 3 for other in able if other is not r))
            r.around_identity = single((sum_identity - r.identity) / (len(able) - 1)) if len(able) > 1 else 0.0
            of_others = sum_efficacy - (r.efficacy if r.tier >= 1 else 0.0)
            r.around_efficacy = single(of_others / taking_part) if taking_part else 0.0

    def activity_is_seen(self) -> None:
        p = self.p.remembering
        for r in self.residents:
            if r.hours > 0.0:
                r.hours_year = single(r.hours_year + r.hours)
                r.place.activity += (0.0, p.seen_1, p.seen_2, p.seen_3)[r.tier] * self.counting(r)
                self.tally.add("count_hours", r.hours, at=r.tier)
                self.tally.add("count_active_week")

    # the place

    def places_age(self) -> None:
        p = self.p.placing
        for g in self.grids:
            heads = g.people
            if not heads:
                continue
            given = p.institutions_on_facilities * self.levers.institution_hours[g.row]
            work = g.project_hours + self.levers.facility_work[g.row] + given
            g.condition = single(condition_after(g.condition, p.decay, p.repair, max(work, 0.0) / heads))
            left = g.public_hours if g.public_workers >= p.critical_mass else 0.0
            while left > 0.0 and g.issues:
                oldest = min(g.issues, key=lambda issue: issue.opened)
                spent = min(left, p.hours_to_solve - oldest.hours)
                oldest.hours += spent
                left -= spent
                if oldest.hours >= p.hours_to_solve - 1e-9:
                    g.issues.remove(oldest)
                    self.tally.add("count_issues", at=1)
                    self.tally.add("count_issues", 1.0 if self.week - oldest.opened < 12 else 0.0, at=2)
            rate = (p.issues_per_1000 + p.issues_of_decay_per_1000 * (1.0 - g.condition)) * heads / 1000.0
            for _ in range(poisson_count(rate, uniform(self.key("placing.issue"), g.row))):
                self.tally.add("count_issues")
                if len(g.issues) < ISSUE_ROWS_PER_GRID:
                    g.issues.append(Issue(self.week))
                else:
                    self.tally.add("count_issues", at=3)
        for g in self.grids:
            given_up = [issue for issue in g.issues if self.week - issue.opened >= p.issue_patience]
            g.issues = [issue for issue in g.issues if issue not in given_up]
            self.tally.add("count_issues", len(given_up), at=3)
            self.tally.add("count_issues", len(g.issues), at=4)

    def the_community_is_counted(self) -> None:
        add = self.tally.add
        for r in self.residents:
            if r.age == VACANT:
                continue
            add("stand_arrived", r.tenure == 0)
            add("stand_ages", r.age >= 3)
            add("stand_ages", r.age >= 3 and r.alone, at=1)
            add("stand_groups")
            add("stand_wellbeing", r.wellbeing)
            add("stand_wellbeing", r.wellbeing < 0.5, at=6)
            for g in r.groups_in:
                add("stand_groups", at=1 + g)
                add("stand_wellbeing", r.wellbeing, at=1 + g)
            add("stand_tenure", r.tenure)
            add("stand_founders", r.tenure > self.week)
            add("stand_bank", r.balance)
            add("stand_bank", r.balance > 0, at=1)
            add("stand_ties", len(r.ties) / 2)
            add("stand_places", r.place.atmosphere)
            add("stand_places", r.place.condition, at=1)
            if r.tier < 0:
                add("stand_children")
            else:
                self._participation_is_counted(r)
            add("stand_register", r.known)
            add("stand_register", r.known and 0 in r.groups_in, at=1)
        for order in self.book:
            if order.is_case:
                add("stand_cases", at=order.keeper)
        add("stand_ages", len(self.households), at=2)
        if self.p.life.course:
            self.count_heads()
        add("stand_bank", self.trust, at=2)
        add("stand_bank", self.confidence, at=3)

    def _participation_is_counted(self, r: Resident) -> None:
        add, takes_part = self.tally.add, r.tier >= 1
        add("stand_tiers", at=r.tier)
        add("stand_registered", r.registered)
        if r.last_served > self.week - YEAR:
            add("stand_active")
            add("stand_active", r.registered, at=1)
            add("stand_active_tiers", at=r.tier)
        for at, feeling_now in enumerate((r.identity, r.skill, r.efficacy, r.habit)):
            add("stand_feelings", feeling_now, at=at)
        if takes_part:
            add("stand_feelings", r.fatigue, at=4)
            add("stand_feelings", r.satisfaction, at=5)
            add("stand_ties", len(r.ties), at=1)
            add("stand_memory", r.assigned > 0.5)
            add("stand_memory", r.satisfaction, at=1 if r.assigned > 0.5 else 2)
        settled = "stand_newcomers" if r.tenure < HALF_YEAR else "stand_longer"
        add(settled)
        add(settled, takes_part, at=1)
        if r.tenure >= YEAR:
            for at, amount in enumerate((1, takes_part, r.identity, r.wellbeing, r.registered)):
                add("stand_stayers", amount, at=at)
