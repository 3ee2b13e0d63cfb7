"""Teaming: volunteers of tier 2-3 who share a grid (or the community) and an interest form teams, meet and lose them.

A team needs a leader of tier 3: leaders are the bottleneck. Members who meet work beside the next one in a keyed
circle; that is where made ties come from. Tier-3 hours go to public issues, other hours to facilities.

Sources: barbrook2018, ghorbani2020, huang2025 (A20, A40, A52-A54)
"""

import numpy as np

from sim.chance import key_of, stream, uniform, uniform_pair
from sim.law import law
from sim.order import in_order
from sim.phase import phase

FORM = stream("teaming.form")
JOIN = stream("teaming.join")
LEAD = stream("teaming.lead")
ATTEND = stream("teaming.attend")
CIRCLE = stream("teaming.circle")
FIELDS = 5
TEAM = 1
"""With this the draws of a team are told apart from those of a person of the same number."""


@law
def leading_interest(a, b, c, d, e):
    """The strongest of five interests (the first of equals)."""
    best, at = a, 0
    for k, x in ((1, b), (2, c), (3, d), (4, e)):
        if x > best:
            best, at = x, k
    return at


@law
def hours_given(free, wanted):
    """Hours given to a meeting: what is wanted, at most what is free."""
    return wanted if wanted < free else free


@phase(writes=("team", "team_size", "team_leader", "team_age", "team_leaderless", "count_teams"))
def teams_form_and_dissolve(seed, week, participants, taking_part, key, grid, tier, interest, team, team_size, team_leader, team_age, team_leaderless, grid_first, team_forming, succession,
                            count_teams, teaming):
    """Teams without enough members or without a leader for too long dissolve; volunteers join a team or found one."""
    teaming = teaming[0]
    now = week[0]
    key_form, key_join, key_lead = key_of(seed[0], FORM, now), key_of(seed[0], JOIN, now), key_of(seed[0], LEAD, now)
    grids = grid_first.size - 1
    rows = team_size.size
    ready = np.zeros(rows, np.int32)
    ready_leaders = np.zeros(rows, np.int32)
    lead_draw = np.full(rows, 2.0)
    lead_row = np.full(rows, -1, np.int32)
    team_size[:] = 0
    for i in participants[: taking_part[0]]:
        if tier[i] >= 2:
            t = team[i]
            if t >= 0:
                team_size[t] += 1
                if tier[i] == 3:
                    u = uniform(key_lead, key[i])
                    if u < lead_draw[t]:
                        lead_draw[t], lead_row[t] = u, i
    for t in range(rows):
        if team_size[t] == 0:
            team_leader[t], team_age[t], team_leaderless[t] = -1, 0, 0
            continue
        team_age[t] += 1
        leader = team_leader[t]
        if leader >= 0 and (team[leader] != t or tier[leader] < 3):
            leader, team_leader[t] = -1, -1
        if leader < 0:
            team_leaderless[t] += 1
            if lead_row[t] >= 0 and uniform_pair(key_lead, t, TEAM) < teaming.succession + succession[0]:
                team_leader[t], team_leaderless[t] = lead_row[t], 0
        if team_size[t] < teaming.fewest or team_leaderless[t] > teaming.leaderless_patience:
            team_size[t], team_leader[t], team_age[t], team_leaderless[t] = 0, -1, 0, 0
            count_teams[2] += 1
    for i in participants[: taking_part[0]]:
        if tier[i] < 2:
            continue
        t = team[i]
        if t >= 0 and team_size[t] == 0:
            team[i] = -1
            t = -1
        if t < 0:
            own = leading_interest(interest[i, 0], interest[i, 1], interest[i, 2], interest[i, 3], interest[i, 4])
            here, everywhere = grid[i] * FIELDS + own, grids * FIELDS + own
            there = here if team_size[here] > 0 else everywhere if team_size[everywhere] > 0 else -1
            if there >= 0 and team_age[there] > 0 and uniform(key_join, key[i]) < teaming.joining:
                team[i] = there
            else:
                for slot in (here, everywhere):
                    ready[slot] += 1
                    ready_leaders[slot] += 1 if tier[i] == 3 else 0
    for t in range(rows):
        if team_size[t] == 0 and ready[t] >= teaming.founders and ready_leaders[t] >= 1 and uniform_pair(key_form, t, TEAM) < teaming.forming + team_forming[0]:
            count_teams[1] += 1
            lowest = 2.0
            for i in participants[: taking_part[0]]:
                if tier[i] >= 2 and team[i] < 0 and leading_interest(interest[i, 0], interest[i, 1], interest[i, 2], interest[i, 3], interest[i, 4]) == t % FIELDS:
                    if t >= grids * FIELDS or grid[i] == t // FIELDS:
                        team[i] = t
                        if t < grids * FIELDS:
                            # who founds a team of the grid is no longer there to found one of the community
                            ready[grids * FIELDS + t % FIELDS] -= 1
                            ready_leaders[grids * FIELDS + t % FIELDS] -= 1 if tier[i] == 3 else 0
                        u = uniform(key_lead, key[i])
                        if tier[i] == 3 and u < lowest:
                            lowest, team_leader[t] = u, i
    team_size[:] = 0
    for i in participants[: taking_part[0]]:
        if team[i] >= 0:
            team_size[team[i]] += 1
    for t in range(rows):
        if team_size[t] > 0:
            count_teams[0] += 1
            count_teams[3] += team_size[t]


@phase(writes=("hours", "hours_left", "hours_public", "services", "success", "last_served", "project_hours", "public_hours", "public_workers", "encounters", "met_one",
               "met_other", "met_hours"))
def teams_meet(seed, week, participants, taking_part, key, grid, tier, skill, team, team_age, hours, hours_left, hours_public, services, success, last_served, project_hours, public_hours,
               public_workers, encounters, met_one, met_other, met_hours, regularity, meeting_time, teaming):
    """Members who turn up work together in a circle; substantive participants give hours to public issues."""
    teaming = teaming[0]
    now = week[0]
    meeting_hours = max(teaming.meeting_hours + meeting_time[0], 0.0)
    key_attend, key_circle = key_of(seed[0], ATTEND, now), key_of(seed[0], CIRCLE, now)
    n = 0
    for i in participants[: taking_part[0]]:
        if tier[i] >= 2 and hours_left[i] > 0.0:
            n += 1
    there, place = np.empty(n, np.int32), np.empty(n, np.float64)
    n = 0
    for i in participants[: taking_part[0]]:
        if tier[i] < 2 or hours_left[i] <= 0.0:
            continue
        g = grid[i]
        given = 0.0
        if team[i] >= 0 and uniform(key_attend, key[i]) < teaming.regularity + regularity[0]:
            there[n], place[n] = i, team[i] + uniform(key_circle, key[i])
            n += 1
            given = hours_given(hours_left[i], meeting_hours)
        if tier[i] == 3:
            public = hours_given(hours_left[i] - given, teaming.public_share * hours_left[i])
            if team[i] >= 0:
                public += teaming.public_of_project * given
            hours_public[i] = public
            public_hours[g] += public
            if public > 0.0:
                public_workers[g] += 1
            project_hours[g] += given * (1.0 - teaming.public_of_project)
            given += public - teaming.public_of_project * given if team[i] >= 0 else public
        else:
            project_hours[g] += given
        if given > 0.0:
            hours_left[i] -= given
            hours[i] += given
            services[i] += 1
            success[i] += skill[i]
            last_served[i] = now
    circle = there[:n][in_order(place[:n])]
    m = encounters[0]
    start = 0
    for at in range(n):
        i = circle[at]
        end_of_team = at + 1 == n or team[circle[at + 1]] != team[i]
        # the last in the circle works beside the first; two people form one pair, not two
        j = circle[start] if end_of_team else circle[at + 1]
        if i != j and not (end_of_team and at - start == 1) and m < met_one.size:
            met_one[m], met_other[m], met_hours[m] = i, j, meeting_hours
            m += 1
        if end_of_team:
            start = at + 1
    encounters[0] = m
