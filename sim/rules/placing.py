"""Placing: facilities decay and are repaired; public issues arise, more where facilities are poor, and are solved.

An issue is solved when enough hours have been given to it by enough people at once: below the critical mass of
substantive participants, hours are spent and the issue stays.

Sources: oliver1985 (C5), huang2025 (A40, A41, A83)
"""

from sim.engine.jit import law
from sim.mathematics.chance import key_of, stream, uniform
from sim.mathematics.elementary import exp
from sim.state.phase import phase
from sim.state.places import NO_ISSUE

ARISE = stream("placing.issue")
ARISEN, SOLVED, SOLVED_SOON, GIVEN_UP, OPEN = range(5)
"""What is counted of issues."""
SOON = 12
"""Weeks within which an issue is solved soon."""
HEADS = 1000.0
"""Residents for whom the number of issues is given."""
BARELY = 1e-9
"""An issue that lacks no more hours than this is solved."""


@law
def condition_after(condition, decay, repair, hours_per_head):
    """Condition of a grid's facilities after a week of wear and of so many hours of project work a head."""
    after = condition - decay * condition + repair * hours_per_head * (1.0 - condition)
    return 0.0 if after < 0.0 else 1.0 if after > 1.0 else after


@law
def poisson_count(rate, u):
    """The Poisson number that a uniform stands for, by inversion; at most 50."""
    term = exp(-rate)
    below, n = term, 0
    while u > below and n < 50:
        n += 1
        term *= rate / n
        below += term
    return n


@law
def work_per_head(g, heads, grids, levers, placing):
    """Hours of work on a grid's facilities for each resident: by volunteers, from outside and by institutions."""
    work = grids.project_hours[g] + levers.facility_work[g]
    return max(work + placing.institutions_on_facilities * levers.institution_hours[g], 0.0) / heads


@law
def hours_for_issues(g, grids, placing):
    """Hours given to a grid's public issues this week that move anything: none below the critical mass of people."""
    return grids.public_hours[g] if grids.public_workers[g] >= placing.critical_mass else 0.0


@law
def new_issues(g, heads, key_arise, grids, placing):
    """How many public issues arise in a grid this week: more of them where its facilities are poor."""
    of_decay = placing.issues_of_decay_per_1000 * (1.0 - grids.condition[g])
    rate = (placing.issues_per_1000 + of_decay) * heads / HEADS
    return poisson_count(rate, uniform(key_arise, g))


@law
def oldest_issue(g, rows, issues):
    """The row of a grid's oldest open issue among its rows, NO_ISSUE where none is open."""
    oldest = NO_ISSUE
    for q in range(rows[0], rows[1]):
        if issues.grid[q] == g and (oldest == NO_ISSUE or issues.opened[q] < issues.opened[oldest]):
            oldest = q
    return oldest


@law
def work_on_issues(g, rows, hours, station, issues, count, placing):
    """Hours go to a grid's oldest issue until it is solved, then to the next."""
    while hours > 0.0:
        q = oldest_issue(g, rows, issues)
        if q == NO_ISSUE:
            return
        given = min(hours, placing.hours_to_solve - issues.hours[q])
        issues.hours[q] += given
        hours -= given
        if issues.hours[q] >= placing.hours_to_solve - BARELY:
            issues.grid[q] = NO_ISSUE
            count.issues[SOLVED] += 1
            if station.week[0] - issues.opened[q] < SOON:
                count.issues[SOLVED_SOON] += 1


@law
def issue_arises(g, rows, station, issues, count):
    """A new issue takes a free row of its grid; where none is free, nobody takes it up."""
    count.issues[ARISEN] += 1
    for q in range(rows[0], rows[1]):
        if issues.grid[q] == NO_ISSUE:
            issues.grid[q], issues.opened[q], issues.hours[q] = g, station.week[0], 0.0
            return
    count.issues[GIVEN_UP] += 1


@law
def is_given_up(q, station, issues, placing):
    """Whether an issue has been open for so long that nobody works on it any more."""
    return station.week[0] - issues.opened[q] >= placing.issue_patience


@phase
def places_age(station, grids, issues, levers, count, placing):
    """Facilities wear and are repaired; public issues arise, are worked on, and are solved or given up."""
    key_arise = key_of(station.seed[0], ARISE, station.week[0])
    for g in range(grids.condition.size):
        heads = grids.people[g]
        if heads > 0:
            work = work_per_head(g, heads, grids, levers, placing)
            grids.condition[g] = condition_after(grids.condition[g], placing.decay, placing.repair, work)
            rows = rows_of_issues(g, grids, issues)
            work_on_issues(g, rows, hours_for_issues(g, grids, placing), station, issues, count, placing)
            for _ in range(new_issues(g, heads, key_arise, grids, placing)):
                issue_arises(g, rows, station, issues, count)
    for q in range(issues.grid.size):
        if issues.grid[q] != NO_ISSUE:
            if is_given_up(q, station, issues, placing):
                issues.grid[q] = NO_ISSUE
                count.issues[GIVEN_UP] += 1
            else:
                count.issues[OPEN] += 1


# ---- the engineer's half: every grid has as many rows for issues


@law
def rows_of_issues(g, grids, issues):
    """The first row of a grid's issues, and the first of the next grid's."""
    own = issues.grid.size // grids.condition.size
    return g * own, (g + 1) * own
