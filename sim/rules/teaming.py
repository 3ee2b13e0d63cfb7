"""Teaming: volunteers of tier 2-3 who share a grid (or the community) and an interest form teams, meet and lose them.

A team needs a leader of tier 3: leaders are the bottleneck. Members who meet work beside the next one in a keyed
circle; that is where made ties come from. Tier-3 hours go to public issues, other hours to facilities.

Teams of school families also stand at school gates: a post is no person's need, so a gate without anybody is counted
apart. They share their hours between posts and projects; in vacations there are no posts.

Sources: barbrook2018, ghorbani2020, huang2025 (A20, A40, A52-A54)
"""

import numpy as np

from sim.engine.jit import compiled, law
from sim.mathematics.chance import key_of, stream, uniform, uniform_pair
from sim.mathematics.sorting import in_order
from sim.state.orders import share_hours
from sim.state.phase import phase
from sim.state.places import NO_LEADER
from sim.state.residents import INTEREST, INTERESTS, NO_TEAM, SUBSTANTIVE, who_takes_part

FORM = stream("teaming.form")
JOIN = stream("teaming.join")
LEAD = stream("teaming.lead")
ATTEND = stream("teaming.attend")
CIRCLE = stream("teaming.circle")
FIELDS = 5
"""Interests, and so teams of a grid or of the community."""
SCHOOL = INTERESTS.index("school")
YEAR, HEADS = 52, 1000.0
WANTED, FILLED = range(2)
"""What is counted of posts: hours."""
TEAM = 1
"""With this the draws of a team are told apart from those of a person of the same number."""
TEAMS, FORMED, DISSOLVED, MEMBERS = range(4)
"""What is counted of teams."""


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


# whether a team lasts


@law
def leads(i, t, residents):
    """Whether somebody can lead team t: a substantive participant of the team."""
    return residents.team[i] == t and residents.tier[i] == SUBSTANTIVE


@law
def seek_a_leader(t, candidate, key_lead, residents, teams, levers, teaming):
    """A team whose leader is gone waits for one; in some weeks the candidate takes over."""
    if teams.leader[t] != NO_LEADER and not leads(teams.leader[t], t, residents):
        teams.leader[t] = NO_LEADER
    if teams.leader[t] == NO_LEADER:
        teams.leaderless[t] += 1
        succeeds = uniform_pair(key_lead, t, TEAM) < teaming.succession + levers.succession[0]
        if candidate != NO_LEADER and succeeds:
            teams.leader[t], teams.leaderless[t] = candidate, 0


@law
def must_dissolve(t, teams, teaming):
    """Whether a team has too few members, or has been without a leader for too long."""
    return teams.size[t] < teaming.fewest or teams.leaderless[t] > teaming.leaderless_patience


@law
def dissolve(t, teams):
    """A team is no more: its row is empty."""
    teams.size[t], teams.leader[t], teams.age[t], teams.leaderless[t] = 0, NO_LEADER, 0, 0


# who joins a team, or founds one


@law
def own_interest(i, residents):
    """The interest for which a resident would join a team."""
    interest = residents.interest
    return leading_interest(interest[i, 0], interest[i, 1], interest[i, 2], interest[i, 3], interest[i, 4])


@law
def teams_of(i, residents, grids):
    """The teams of somebody's interest: that of their grid, and that of the community."""
    own = own_interest(i, residents)
    return residents.grid[i] * FIELDS + own, (grids.first.size - 1) * FIELDS + own


@law
def joins(i, key_join, residents, grids, teams, teaming):
    """Which team somebody without one joins this week, if any: the grid's or, where there is none, the community's."""
    here, everywhere = teams_of(i, residents, grids)
    there = here if teams.size[here] > 0 else everywhere if teams.size[everywhere] > 0 else NO_TEAM
    if there != NO_TEAM and teams.age[there] > 0 and uniform(key_join, residents.key[i]) < teaming.joining:
        return there
    return NO_TEAM


@law
def is_founded(t, founders, leaders, key_form, levers, teaming):
    """Whether a team is founded this week: by enough volunteers of one interest, one of them able to lead."""
    enough = founders >= teaming.founders and leaders >= 1
    return enough and uniform_pair(key_form, t, TEAM) < teaming.forming + levers.team_forming[0]


@law
def may_found(i, t, residents, grids):
    """Whether a volunteer is one of those who found team t: without a team, of its interest and its grid, if any."""
    here, everywhere = teams_of(i, residents, grids)
    return residents.tier[i] >= INTEREST and residents.team[i] == NO_TEAM and (here == t or everywhere == t)


@law
def found(t, key_lead, founders, leaders, station, residents, grids, teams):
    """All who can found team t do so; of those able to lead, the one of lowest draw leads."""
    lowest = 2.0
    for i in who_takes_part(residents, station):
        if may_found(i, t, residents, grids):
            residents.team[i] = t
            _, everywhere = teams_of(i, residents, grids)
            if t != everywhere:
                # who founds a team of the grid is no longer there to found one of the community
                founders[everywhere] -= 1
                leaders[everywhere] -= residents.tier[i] == SUBSTANTIVE
            draw = uniform(key_lead, residents.key[i])
            if residents.tier[i] == SUBSTANTIVE and draw < lowest:
                lowest, teams.leader[t] = draw, i


@phase
def teams_form_and_dissolve(station, residents, grids, teams, levers, count, teaming):
    """Teams without enough members or without a leader for too long dissolve; volunteers join a team or found one."""
    seed, now = station.seed[0], station.week[0]
    key_form, key_join, key_lead = key_of(seed, FORM, now), key_of(seed, JOIN, now), key_of(seed, LEAD, now)
    candidates = members_and_candidates(key_lead, station, residents, teams)
    for t in range(candidates.size):
        if teams.size[t] == 0:
            dissolve(t, teams)
            continue
        teams.age[t] += 1
        seek_a_leader(t, candidates[t], key_lead, residents, teams, levers, teaming)
        if must_dissolve(t, teams, teaming):
            dissolve(t, teams)
            count.teams[DISSOLVED] += 1
    founders, leaders = np.zeros(candidates.size, np.int32), np.zeros(candidates.size, np.int32)
    for i in who_takes_part(residents, station):
        if residents.tier[i] >= INTEREST:
            if residents.team[i] != NO_TEAM and teams.size[residents.team[i]] == 0:
                residents.team[i] = NO_TEAM
            if residents.team[i] == NO_TEAM:
                residents.team[i] = joins(i, key_join, residents, grids, teams, teaming)
            if residents.team[i] == NO_TEAM:
                for t in teams_of(i, residents, grids):
                    founders[t] += 1
                    leaders[t] += residents.tier[i] == SUBSTANTIVE
    for t in range(candidates.size):
        if teams.size[t] == 0 and is_founded(t, founders[t], leaders[t], key_form, levers, teaming):
            count.teams[FORMED] += 1
            found(t, key_lead, founders, leaders, station, residents, grids, teams)
    count_members(station, residents, teams, count)


# what a team does


@law
def comes(i, key_attend, residents, levers, teaming):
    """Whether a member comes to the meeting of this week."""
    is_member = residents.team[i] != NO_TEAM
    return is_member and uniform(key_attend, residents.key[i]) < teaming.regularity + levers.regularity[0]


@law
def hours_of_a_meeting(levers, teaming):
    """Hours that a meeting takes this week."""
    return max(teaming.meeting_hours + levers.meeting_time[0], 0.0)


@law
def hours_at_gates(week, heads, teaming):
    """Hours for which volunteers are wanted at school gates in a week: none in the vacations, which end a year."""
    a_thousand = teaming.posts_per_1000 if week % YEAR < teaming.school_weeks else 0.0
    return a_thousand * heads / HEADS


@law
def share_at_posts(wanted, brought, most):
    """Share of their hours that teams spend at posts: as much as is wanted, and at most so much."""
    return min(wanted / brought, most) if brought > 0.0 else 0.0


@law
def stands_at_posts(i, residents):
    """Whether somebody belongs to a team that stands at school gates."""
    return residents.team[i] != NO_TEAM and residents.team[i] % FIELDS == SCHOOL


@law
def give_hours(i, at_meeting, at_post, residents, grids, teaming):
    """Hours of a meeting go to posts and to facilities; substantive participants give some of these to issues.

    They have more hours for public issues outside the team. Returns the hours given in all.
    """
    g, project = residents.grid[i], at_meeting - at_post
    if residents.tier[i] != SUBSTANTIVE:
        grids.project_hours[g] += project
        return at_meeting
    of_meeting = teaming.public_of_project * project
    public = hours_given(residents.hours_left[i] - at_meeting, teaming.public_share * residents.hours_left[i])
    public += of_meeting
    residents.hours_public[i] = public
    grids.public_hours[g] += public
    if public > 0.0:
        grids.public_workers[g] += 1
    grids.project_hours[g] += project * (1.0 - teaming.public_of_project)
    return at_meeting + (public - of_meeting)


@law
def serve(i, hours, station, residents):
    """Hours with a team, or for public issues, count as one service."""
    residents.hours_left[i] -= hours
    residents.hours[i] += hours
    residents.services[i] += 1
    residents.success[i] += residents.skill[i]
    residents.last_served[i] = station.week[0]


@phase
def teams_meet(station, residents, grids, encounters, levers, count, teaming):
    """Members who come work together in a circle, some at posts; substantive participants give hours to issues."""
    seed, now, meeting = station.seed[0], station.week[0], hours_of_a_meeting(levers, teaming)
    key_attend, key_circle = key_of(seed, ATTEND, now), key_of(seed, CIRCLE, now)
    to_posts = share_for_posts(key_attend, meeting, station, residents, levers, count, teaming)
    volunteers = who_takes_part(residents, station)
    there, place, n = np.empty(volunteers.size, np.int32), np.empty(volunteers.size, np.float64), 0
    for i in volunteers:
        if residents.tier[i] >= INTEREST and residents.hours_left[i] > 0.0:
            at_meeting, at_post = 0.0, 0.0
            if comes(i, key_attend, residents, levers, teaming):
                at_meeting = hours_given(residents.hours_left[i], meeting)
                at_post = at_meeting * to_posts if stands_at_posts(i, residents) else 0.0
                there[n], place[n] = i, residents.team[i] + uniform(key_circle, residents.key[i])
                n += 1
            count.posts[FILLED] += at_post
            given = give_hours(i, at_meeting, at_post, residents, grids, teaming)
            if given > 0.0:
                serve(i, given, station, residents)
    work_in_circles(there[:n][in_order(place[:n])], meeting, station, residents, encounters)


# ---- the engineer's half: members of all teams by one look at each, and circles one after another in one list


@compiled
def members_and_candidates(key_lead, station, residents, teams):
    """Count the members of each team; returns its candidate: of those able to lead it, the one of lowest draw."""
    rows = teams.leader.size
    lowest, candidates = np.full(rows, 2.0), np.full(rows, NO_LEADER, np.int32)
    teams.size[:] = 0
    for i in who_takes_part(residents, station):
        t = residents.team[i]
        if residents.tier[i] >= INTEREST and t != NO_TEAM:
            teams.size[t] += 1
            if residents.tier[i] == SUBSTANTIVE:
                draw = uniform(key_lead, residents.key[i])
                if draw < lowest[t]:
                    lowest[t], candidates[t] = draw, i
    return candidates


@compiled
def count_members(station, residents, teams, count):
    """Count the members of each team, the teams, and the members of all."""
    teams.size[:] = 0
    for i in who_takes_part(residents, station):
        if residents.team[i] != NO_TEAM:
            teams.size[residents.team[i]] += 1
    for members in teams.size:
        if members > 0:
            count.teams[TEAMS] += 1
            count.teams[MEMBERS] += members


@compiled
def share_for_posts(key_attend, meeting, station, residents, levers, count, teaming):
    """Share of the hours of teams that stand at posts: members who come bring them to all posts alike."""
    wanted = hours_at_gates(station.week[0], residents.headcount[0], teaming)
    if wanted <= 0.0:
        return 0.0
    count.posts[WANTED] += wanted
    brought = 0.0
    for i in who_takes_part(residents, station):
        able = residents.tier[i] >= INTEREST and residents.hours_left[i] > 0.0 and stands_at_posts(i, residents)
        if able and comes(i, key_attend, residents, levers, teaming):
            brought += hours_given(residents.hours_left[i], meeting)
    return share_at_posts(wanted, brought, teaming.posts_share)


@compiled
def work_in_circles(circle, hours, station, residents, encounters):
    """Each works beside the next of the same team, the last beside the first; two people form one pair, not two."""
    first = 0
    for at in range(circle.size):
        i = circle[at]
        is_last = at + 1 == circle.size or residents.team[circle[at + 1]] != residents.team[i]
        j = circle[first] if is_last else circle[at + 1]
        if i != j and not (is_last and at - first == 1):
            share_hours(i, j, hours, station, encounters)
        if is_last:
            first = at + 1
