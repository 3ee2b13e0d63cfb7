"""Taking part, made again from the ODD document: Remembering, Learning, Feeling, Asking, Deciding, Teaming and Placing."""

import math
from itertools import groupby

from doc_chance import as_share, philox, seven, sigma, within
from doc_service import serves
from doc_ties import take_in_the_mood
from doc_world import Place

WEEK_OF = ("hours", "hours_assigned", "hours_public", "success", "services", "notified", "hours_kept")


def by_tier(k: int, one: float, two: float, three: float) -> float:
    return (one, two, three)[k - 1] if 1 <= k <= 3 else three


def hours_that_count(w: Place, i: int) -> float:
    return float(w.hours[i] - (1.0 - w.config.assigning.assigned_counts) * w.hours_assigned[i])


def the_week_is_remembered(w: Place) -> None:
    p, key, taking_part = w.config.remembering, w.chance.key("resident.week"), 0
    longest = max(w.kind_hours)
    for i in w.everybody:
        w.luck_asked[i], w.luck_rung[i], w.luck_life[i], w.luck_meeting[i] = philox(key, w.key[i], 0)
        w.tenure[i] += 1
        w.met_year[i] += w.met[i]
        w.met[i] = 0
        if w.now % 52 == 0:
            w.hours_past_year[i], w.needs_past_year[i], w.met_past_year[i] = (
                w.hours_year[i],
                w.needs_year[i],
                w.met_year[i],
            )
            w.hours_year[i], w.needs_year[i], w.met_year[i] = 0.0, 0, 0
        served = w.hours_left[i] > 0.0 or w.hours[i] > 0.0 or w.notified[i] > 0
        if w.tier[i] >= 1:
            w.participants[taking_part] = i
            taking_part += 1
            share = by_tier(w.tier[i], p.hours_task, p.hours_interest, 1.0)
            f = w.hours_limit[i] * within(share * (1.0 + p.satisfaction * (w.satisfaction[i] - p.satisfaction_at_rest)))
            w.hours_left[i] = min(w.hours_left[i] + f, max(p.weeks_saved * f, longest))
        elif served:
            w.hours_left[i] = 0.0
        if w.tier[i] >= 1 or served:
            for name in WEEK_OF:
                getattr(w, name)[i] = 0
    w.taking_part[0] = taking_part
    for g, people in enumerate(w.grid_people):
        if people > 0:
            shown = 1.0 - math.exp(-((w.activity[g] + w.example[g]) / people) / p.activity_scale)
            w.atmosphere[g] += p.atmosphere_rate * (shown - w.atmosphere[g])
        w.activity[g], w.project_hours[g], w.public_hours[g], w.public_workers[g] = 0.0, 0.0, 0.0, 0


def residents_look_around(w: Place) -> None:
    if w.now % int(w.config.remembering.mood_every) == 0:
        for i in w.everybody:
            take_in_the_mood(w, i)
            if w.config.deciding.across != 0.0:
                across = [w.tie_strength[s] for s in w.ties_of(i) if w.origin[w.tie_other[s]] != w.origin[i]]
                strength = math.fsum(w.tie_strength[s] for s in w.ties_of(i))
                w.around_across[i] = math.fsum(across) / strength if strength > 0.0 else 0.0
    for i in w.everybody:
        w.around_active[i], w.around_efficacy[i], w.active_ties[i], w.around_substantive[i] = 0.0, 0.0, 0, 0.0
        if w.tier[i] >= 1:
            w.around_above[i], w.ties_above[i] = 0.0, 0
    for j in w.participants_now():
        for s in w.ties_of(j):
            i, strength = w.tie_other[s], w.tie_strength[s]
            w.around_active[i] += strength
            w.around_efficacy[i] += seven(strength * w.efficacy[j])
            w.active_ties[i] += 1
            if w.tier[j] == 3:
                w.around_substantive[i] += strength
            if 1 <= w.tier[i] < w.tier[j]:
                w.around_above[i] += strength
                w.ties_above[i] += 1
    for i in w.everybody:
        if w.tier[i] < 1:
            w.around_above[i], w.ties_above[i] = w.around_active[i], w.active_ties[i]
        if w.around_active[i] > 0.0:
            w.around_efficacy[i] /= w.around_active[i]


def activity_is_seen(w: Place) -> None:
    p = w.config.remembering
    for i in w.participants_now():
        if w.hours[i] > 0.0:
            w.hours_year[i] += w.hours[i]
            w.activity[w.grid[i]] += by_tier(w.tier[i], p.seen_1, p.seen_2, p.seen_3) * hours_that_count(w, i)


def skills_change(w: Place) -> None:
    p = w.config.learning
    for i in w.everybody:
        grown, s = w.tier[i] >= 0, w.skill[i]
        attended = min(w.training[i], 1.0) if grown else 0.0
        taught = (p.training_gain + w.training_gain[0]) * attended
        ceiling = within(p.practice_ceiling + w.practice_ceiling[0])
        practised = (p.practice_gain + w.practice_gain[0]) * hours_that_count(w, i)
        practised *= max(ceiling - s, 0.0) / ((1.0 - s) if s < 1.0 else 1.0)
        fades = p.forgetting * max(s - p.everyday_skill, 0.0) if grown else 0.0
        w.skill[i] = within(s + (taught + practised) * (1.0 - s) - fades)
        e = w.efficacy[i]
        if w.services[i] > 0:
            e = within(e + p.efficacy_rate * (seven(w.success[i] / w.services[i]) - e))
        if grown and w.active_ties[i] > 0:
            e = within(e + p.vicarious_rate * (w.around_efficacy[i] - e))
        w.efficacy[i] = within(e + p.persuasion_rate * attended * (1.0 - e))


def feelings_change(w: Place) -> None:
    p = w.config.feeling
    for i in w.everybody:
        grown, served = w.tier[i] >= 0, 1.0 if w.hours[i] > 0.0 else 0.0
        gain = served * by_tier(w.tier[i], p.identity_gain_1, p.identity_gain_2, p.identity_gain_3)
        x = w.identity[i]
        pull = p.influence * seven(w.around_identity[i] - x) if grown and w.around_strength[i] > 0.0 else 0.0
        home = p.identity_fading * seven(x - w.identity_home[i]) if grown else 0.0
        w.identity[i] = within(x + gain * hours_that_count(w, i) * (1.0 - x) + pull - home)
        over = max(w.hours[i] - p.comfort * w.hours_limit[i], 0.0)
        rested = (1.0 - (p.recovery if grown else 0.0)) * w.fatigue[i]
        w.fatigue[i] = or_none(within(rested + p.hour_cost * over + p.call_cost * w.notified[i]))
        rate = p.habit_rate if grown else 0.0
        w.habit[i] = or_none(within(w.habit[i] + rate * (served - w.habit[i])))
        if w.grid_first[w.grid[i]] <= i:
            w.wellbeing[i] = within(w.wellbeing[i] + p.wellbeing_rate * (well_target(w, i, served) - w.wellbeing[i]))
    for i in w.participants_now():
        if w.services[i] > 0:
            a = seven(w.hours_assigned[i] / w.hours[i]) if w.hours[i] > 0.0 else 0.0
            felt = within(seven(w.success[i] / w.services[i]) - p.assigned_cost * a + p.thanks * w.recognition[i])
            w.satisfaction[i] = within(w.satisfaction[i] + p.satisfaction_rate * (felt - w.satisfaction[i]))
            w.assigned[i] = within(w.assigned[i] + p.assigned_memory * (a - w.assigned[i]))


def or_none(x: float) -> float:
    return x if seven(x) >= 1e-6 else 0.0


def well_target(w: Place, i: int, served: float) -> float:
    p, g = w.config.feeling, w.grid[i]
    needs = p.wellbeing_rest + p.wellbeing_met * w.met[i]
    needs -= p.wellbeing_unmet * min(w.unmet_weeks[i], p.most_unmet_weeks)
    cohesion = p.wellbeing_cohesion * (w.around_identity[i] - p.identity_reference)
    place = p.wellbeing_place * (w.condition[g] - p.condition_reference)
    return within(needs + p.wellbeing_serving * served + cohesion + place)


def residents_are_asked(w: Place) -> None:
    p = w.config.asking
    for i in w.everybody:
        w.asked[i] = 0
        r = p.along_tie * (w.around_active[i] + (p.substantive - 1.0) * w.around_substantive[i]) + w.extra_asks[i]
        chance = 1.0 - math.exp(-r)
        if w.tier[i] >= 0 and as_share(w.luck_asked[i]) < chance:
            x = r * as_share(w.luck_asked[i]) / chance
            w.asked[i] = 3 if x < w.impersonal_asks[i] else 2 if x < w.extra_asks[i] else 1


def logit(c: float) -> float:
    return math.log(c / (1.0 - c)) if 0.0 < c < 1.0 else math.copysign(1e9, c - 0.5)


def residents_decide(w: Place) -> None:
    p = w.config.deciding
    for i in w.everybody:
        k, u = w.tier[i], as_share(w.luck_rung[i])
        if 0 <= k < 3 and climbs(w, i, u):
            w.tier[i] = k + 1
            if k == 0:
                w.registered_week[i] = w.registered_week[i] if w.registered[i] else w.now
                w.registered[i], w.recruited_week[i], w.route[i] = 1, w.now, 1 + min(w.asked[i], 2)
        elif k > 0:
            if 1.0 - u < sigma(lapsing(w, i)):
                w.tier[i] = k - 1
                if k == 2 and w.team[i] >= 0:
                    w.team_size[w.team[i]] -= 1
                    w.team[i] = -1
        elif k == 0 and not w.registered[i]:
            if u > 1.0 - p.registers_only:
                w.registered[i], w.registered_week[i] = 1, w.now
        elif k == 0 and u > 1.0 - p.unregisters and w.tenure[i] >= 156:
            w.registered[i] = int(max(w.last_served[i], w.registered_week[i]) > w.now - 156)


def climbs(w: Place, i: int, u: float) -> bool:
    p, k = w.config.deciding, w.tier[i]
    if p.law == "threshold":
        share = w.around_active[i] / w.around_strength[i] if w.around_strength[i] > 0.0 else -1.0
        reached = w.active_ties[i] >= w.threshold[i] if p.threshold_of == "count" else share >= w.threshold[i] - 1e-6
        return bool(k == 0 and reached)
    return bool(w.ties_above[i] >= (0, p.gate_2, p.gate_3)[k] and u < sigma(climbing(w, i)))


def climbing(w: Place, i: int) -> float:
    p, k, g = w.config.deciding, w.tier[i], w.grid[i]
    above, strength = w.around_above[i], w.around_strength[i]
    a = 0.0 if above <= 0.0 else 1.0 if above >= strength else above / strength
    x = logit((p.climb_from_0, p.climb_from_1, p.climb_from_2)[k]) + p.norm * (a - p.share_above_at_rest)
    x += p.identity * (w.identity[i] - p.identity_at_rest) + p.efficacy * (w.efficacy[i] - p.efficacy_at_rest)
    x += w.disposition[i] + w.persuasion[i] + p.across * (w.around_across[i] - p.across_at_rest)
    x += (0.0, p.asked, p.asked, p.asked_by_campaign)[w.asked[i]] + p.habit * w.habit[i] - p.fatigue * w.fatigue[i]
    if k <= 1:
        x += p.interest_0 * min(w.openings[i], 1.0)
    o = p.autonomy_at_rest + w.autonomy[g] - p.supervision_cost * w.supervision[g] - p.crowding * w.assigned[i]
    if k == 1:
        x += p.interest_1 * (max(w.interest[i][:4]) - p.interest_at_rest) + p.autonomy_1 * (
            within(o) - p.autonomy_at_rest
        )
    if k == 2:
        x += p.interest_2 * (w.interest[i][4] - p.interest_at_rest) + p.autonomy_2 * (within(o) - p.autonomy_at_rest)
    return float(x)


def lapsing(w: Place, i: int) -> float:
    p, k = w.config.deciding, w.tier[i]
    y = logit((p.lapse_from_1, p.lapse_from_2, p.lapse_from_3)[k - 1]) + p.lapse_fatigue * w.fatigue[i]
    y -= p.lapse_identity * (w.identity[i] - p.identity_at_rest)
    y -= p.lapse_ties * min(w.active_ties[i], p.most_ties_that_hold) + (p.lapse_regular if w.team[i] >= 0 else 0.0)
    event = p.life_event if as_share(w.luck_life[i]) < p.life_event_chance else 0.0
    return float(y + event - w.recognition[i])


# ---- teams


def teams_form_and_dissolve(w: Place) -> None:
    p, rows = w.config.teaming, range(len(w.team_size))
    members = [i for i in w.participants_now() if w.tier[i] >= 2]
    for t in rows:
        team = [i for i in members if w.team[i] == t]
        w.team_size[t] = len(team)
        if team:
            w.team_age[t] += 1
            led(w, t, [i for i in team if w.tier[i] == 3])
        if not team or len(team) < p.fewest or w.team_leaderless[t] > p.leaderless_patience:
            w.team_size[t], w.team_leader[t], w.team_age[t], w.team_leaderless[t] = 0, -1, 0, 0
    founders: dict[int, list[int]] = {t: [] for t in rows}
    for i in members:
        own = w.interest[i].index(max(w.interest[i]))
        here, everywhere = w.grid[i] * 5 + own, (len(w.grid_people)) * 5 + own
        if w.team[i] >= 0 and w.team_size[w.team[i]] == 0:
            w.team[i] = -1
        there = next((t for t in (here, everywhere) if w.team_size[t] > 0), None)
        joins = there is not None and w.team_age[there] > 0 and w.chance.one("teaming.join", w.key[i]) < p.joining
        if w.team[i] < 0 and joins:
            w.team[i] = there
        if w.team[i] < 0:
            founders[here].append(i)
            founders[everywhere].append(i)
    for t in rows:
        who = [i for i in founders[t] if w.team[i] < 0]
        able = [i for i in who if w.tier[i] == 3]
        forms = w.chance.one("teaming.form", t, 1) < p.forming + w.team_forming[0]
        if w.team_size[t] == 0 and len(who) >= p.founders and able and forms:
            for i in who:
                w.team[i] = t
            w.team_leader[t] = min(able, key=lambda i: w.chance.one("teaming.lead", w.key[i]))
    for t in rows:
        w.team_size[t] = sum(w.team[i] == t for i in w.participants_now())


def led(w: Place, t: int, able: list[int]) -> None:
    if w.team_leader[t] not in able:
        w.team_leader[t] = -1
        w.team_leaderless[t] += 1
        succeeds = w.chance.one("teaming.lead", t, 1) < w.config.teaming.succession + w.succession[0]
        if able and succeeds:
            w.team_leader[t] = min(able, key=lambda i: w.chance.one("teaming.lead", w.key[i]))
            w.team_leaderless[t] = 0


def teams_meet(w: Place) -> None:
    p, meeting = w.config.teaming, max(w.config.teaming.meeting_hours + w.meeting_time[0], 0.0)
    regular = p.regularity + w.regularity[0]
    able = [i for i in w.participants_now() if w.tier[i] >= 2 and w.hours_left[i] > 0.0]
    come = [i for i in able if w.team[i] >= 0 and w.chance.one("teaming.attend", w.key[i]) < regular]
    wanted = p.posts_per_1000 * w.headcount[0] / 1000.0 if w.now % 52 < p.school_weeks else 0.0
    brought = 0.0
    for i in come:
        brought += min(meeting, w.hours_left[i]) if w.team[i] % 5 == 1 else 0.0
    at_posts = min(wanted / brought, p.posts_share) if wanted > 0.0 and brought > 0.0 else 0.0
    for i in able:
        g, left = w.grid[i], w.hours_left[i]
        t = min(meeting, left) if i in come else 0.0
        project, given = t - (at_posts * t if w.team[i] % 5 == 1 else 0.0), t
        if w.tier[i] == 3:
            beside = min(p.public_share * left, left - t)
            public = beside + p.public_of_project * project
            w.hours_public[i] = public
            w.public_hours[g] += public
            w.public_workers[g] += int(public > 0.0)
            project *= 1.0 - p.public_of_project
            given = t + beside
        w.project_hours[g] += project
        if given > 0.0:
            w.hours_left[i] -= given
            serves(w, i, given)
    circle = sorted(come, key=lambda i: w.team[i] + w.chance.one("teaming.circle", w.key[i]))
    for _, team in groupby(circle, key=lambda i: w.team[i]):
        ring = list(team)
        pairs = list(zip(ring, ring[1:] + ring[:1], strict=True))
        for i, j in pairs[: 1 if len(ring) == 2 else None]:
            if i != j:
                w.share_hours(i, j, meeting)


# ---- the place


def places_age(w: Place) -> None:
    p, own = w.config.placing, len(w.issue_grid) // len(w.grid_people)
    for g, people in enumerate(w.grid_people):
        if people == 0:
            continue
        hours = w.project_hours[g] + w.facility_work[g] + p.institutions_on_facilities * w.institution_hours[g]
        c = w.condition[g]
        w.condition[g] = within(c - p.decay * c + p.repair * (max(hours, 0.0) / people) * (1.0 - c))
        rows = range(g * own, (g + 1) * own)
        left = w.public_hours[g] if w.public_workers[g] >= p.critical_mass else 0.0
        for q in sorted((q for q in rows if w.issue_grid[q] == g), key=lambda q: (w.issue_opened[q], q)):
            given = min(left, p.hours_to_solve - w.issue_hours[q])
            w.issue_hours[q] += given
            left -= given
            if w.issue_hours[q] >= p.hours_to_solve - 1e-9:
                w.issue_grid[q] = -1
        mean = (p.issues_per_1000 + p.issues_of_decay_per_1000 * (1.0 - w.condition[g])) * people / 1000.0
        for _ in range(poisson(mean, w.chance.one("placing.issue", g))):
            free = next((q for q in rows if w.issue_grid[q] == -1), None)
            if free is not None:
                w.issue_grid[free], w.issue_opened[free], w.issue_hours[free] = g, w.now, 0.0
    for q, g in enumerate(w.issue_grid):
        if g >= 0 and w.now - w.issue_opened[q] >= p.issue_patience:
            w.issue_grid[q] = -1


def poisson(mean: float, u: float) -> int:
    n, term = 0, math.exp(-mean)
    below = term
    while u > below and n < 50:
        n += 1
        term *= mean / n
        below += term
    return n
